//! Rows in the making: each chunk is written down by itself, as text or as columns, and joined in order.

use std::io::Write as _;

use shared::dialect::CellStyle;

use super::super::rows::{Cell, RowText};
use super::super::{Sink, output_failed};
use super::parquet::{ParquetFile, Values};
use crate::added::{Added, AddedKind};
use crate::cli::RowFormat;
use crate::error::Error;
use crate::read::Row;

/// Where the rows go.
pub(super) struct Output {
    layout: Option<Layout>,
    place: Place,
}

enum Place {
    Text(Sink),
    Parquet(Box<ParquetFile>),
}

/// How a row is written down.
pub(super) enum Layout {
    Text(RowText),
    /// How many columns are given, and what the others hold.
    Columns(usize, Vec<AddedKind>),
}

/// Some rows, written down.
pub(super) enum Chunk {
    Text(Vec<u8>),
    Columns(Vec<Values>),
}

impl Output {
    /// Starts with the names of the columns, which are distinct. With a `style`, what a spreadsheet would run is
    /// defused in CSV.
    pub(super) fn create(
        format: RowFormat,
        mut sink: Sink,
        header: &[String],
        added: &[Added],
        style: Option<CellStyle>,
    ) -> Result<Self, Error> {
        let added_names = added.iter().map(|column| column.name.as_str());
        let names = header.iter().map(String::as_str).chain(added_names);
        let rows = match format {
            RowFormat::Csv => RowText::Csv(style),
            RowFormat::Ndjson => RowText::json(names.clone()),
            RowFormat::Parquet => {
                let kinds = added.iter().map(|column| column.kind).collect();
                let layout = Some(Layout::Columns(header.len(), kinds));
                let file = ParquetFile::create(sink, header, added)?;
                return Ok(Self { layout, place: Place::Parquet(Box::new(file)) });
            }
        };
        let mut first = Vec::new();
        rows.append_header(names, &mut first);
        sink.write_all(&first).map_err(output_failed)?;
        Ok(Self { layout: Some(Layout::Text(rows)), place: Place::Text(sink) })
    }

    /// How rows are to be written down; taken once.
    pub(super) fn layout(&mut self) -> Layout {
        self.layout.take().expect("the layout is taken once")
    }

    /// Writes the next rows.
    pub(super) fn write(&mut self, chunk: Chunk) -> Result<(), Error> {
        match (&mut self.place, chunk) {
            (Place::Text(sink), Chunk::Text(text)) => sink.write_all(&text).map_err(output_failed),
            (Place::Parquet(file), Chunk::Columns(columns)) => file.write(columns),
            _ => unreachable!("chunks are made for the place"),
        }
    }

    /// Makes the file appear, or hands over what standard output is to have.
    pub(super) fn finish(self) -> Result<(), Error> {
        match self.place {
            Place::Text(sink) => sink.finish(),
            Place::Parquet(file) => file.finish(),
        }
    }
}

impl Layout {
    /// No rows yet.
    pub(super) fn chunk(&self) -> Chunk {
        match self {
            Self::Text(_) => Chunk::Text(Vec::new()),
            Self::Columns(given, added) => {
                let given = std::iter::repeat_n(AddedKind::Text, *given);
                Chunk::Columns(given.chain(added.iter().copied()).map(Values::new).collect())
            }
        }
    }
}

impl Chunk {
    /// Adds a row: its own cells, then those that are added.
    pub(super) fn push(&mut self, layout: &Layout, row: &Row, added: Vec<Cell>) {
        let cells = row.cells().map(Cell::Given).chain(added);
        match (self, layout) {
            (Self::Text(out), Layout::Text(rows)) => rows.append(cells, out),
            (Self::Columns(columns), _) => {
                for (values, cell) in columns.iter_mut().zip(cells) {
                    values.push(cell);
                }
            }
            (Self::Text(_), Layout::Columns(..)) => {
                unreachable!("a chunk is made by its layout")
            }
        }
    }
}
