//! A file's customers as a model sees them, one at a time.

use std::path::Path;

use shared::date::Day;
use shared::dialect::CellStyle;
use shared::{Column, RawCell, Record, Rejected, Schema};

use crate::error::{Error, suggestion};
use crate::read::{Block, ReadOptions, Row, Source};
use crate::screen::{Reading, note, warn};
use crate::table::fault;
use crate::unusable::Unusable;

/// The rows of a file, validated against a model's schema.
pub struct Customers<'s> {
    source: Source,
    schema: &'s Schema,
    as_of: Option<Day>,
    positions: Vec<Option<usize>>,
}

impl<'s> Customers<'s> {
    /// Opens a file that has the columns of `schema`, in any order and among others. Dates are counted back
    /// from `as_of`; without one, from the schema's own day.
    ///
    /// # Errors
    /// As [`Source::open`], and when a column is missing that every customer had in training.
    pub fn open(
        path: &Path,
        options: &ReadOptions,
        schema: &'s Schema,
        as_of: Option<Day>,
    ) -> Result<Self, Error> {
        let source = Source::open(path, options)?;
        let positions = locate(schema, &source)?;
        Ok(Self { source, schema, as_of, positions })
    }

    /// The names of the file's columns.
    pub fn header(&self) -> &[String] {
        self.source.header()
    }

    /// Hands over every customer who fits the schema, with the row's cells, in the file's order; the others are
    /// added to `unusable`. Says on standard error how the file was read, and which columns hold words that
    /// the model does not know.
    ///
    /// # Errors
    /// The first of `take`, and those of reading.
    pub fn for_each(
        mut self,
        unusable: &mut Unusable,
        mut take: impl FnMut(&Record, &Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let n_columns = self.source.header().len();
        let mut unknown = vec![0; self.schema.columns().len()];
        let bar = Reading::new(self.source.progress().1);
        let mut block = Block::new();
        while self.source.fill(&mut block)? {
            for row in block.rows() {
                let texts = || row.cells().map(String::from).collect();
                if let Some(reason) = fault(&row, n_columns) {
                    unusable.add_row(row.line, &reason, texts);
                    continue;
                }
                match self.validate(&row) {
                    Ok(record) => {
                        for position in self.schema.others(&record) {
                            unknown[position] += 1;
                        }
                        take(&record, &row)?;
                    }
                    Err(rejected) => {
                        let header = self.source.header();
                        let position = |name: &str| header.iter().position(|known| known == name);
                        let value = |name: &str| position(name).map(|p| row.cell(p).to_owned());
                        let schema = Some(self.schema);
                        unusable.add_rejected(row.line, &rejected, schema, value, texts);
                    }
                }
            }
            bar.set(self.source.progress().0);
        }
        bar.clear();
        note(&format!("read as: {}", self.source.announce()));
        self.source.unread().for_each(|what| warn(&what));
        for (column, customers) in self.schema.columns().iter().zip(unknown) {
            if customers > 0 {
                let have = if customers == 1 { "customer has" } else { "customers have" };
                warn(&format!(
                    "`{}`: {customers} {have} a word that the model does not know: taken as \"(other)\"",
                    column.name
                ));
            }
        }
        Ok(())
    }

    fn validate(&self, row: &Row) -> Result<Record, Rejected> {
        validate(self.schema, &self.positions, self.source.style(), row, self.as_of)
    }
}

/// A row as a record of a schema, whose columns stand where [`locate`] found them.
///
/// # Errors
/// All that is wrong with it.
pub(crate) fn validate(
    schema: &Schema,
    positions: &[Option<usize>],
    style: &CellStyle,
    row: &Row,
    as_of: Option<Day>,
) -> Result<Record, Rejected> {
    let columns = schema.columns().iter().zip(positions);
    let cell = |(column, position): (&Column, &Option<usize>)| {
        position.map_or(RawCell::Missing, |p| column.cell(style.cell(row.cell(p))))
    };
    let raw: Vec<RawCell> = columns.map(cell).collect();
    schema.validate_cells(&raw, as_of)
}

/// Where each column of a schema stands in a header; a column that is not there must be optional.
///
/// # Errors
/// [`Error::BadTable`] at line 1, naming every required column that is missing.
pub(crate) fn locate(schema: &Schema, source: &Source) -> Result<Vec<Option<usize>>, Error> {
    let (header, path) = (source.header(), source.path());
    let positions: Vec<Option<usize>> = schema
        .columns()
        .iter()
        .map(|column| header.iter().position(|name| *name == column.name))
        .collect();
    let absent = || schema.columns().iter().zip(&positions).filter(|(_, p)| p.is_none());
    let lacking: Vec<&str> =
        absent().filter(|(c, _)| !c.optional).map(|(c, _)| c.name.as_str()).collect();
    if lacking.is_empty() {
        for (column, _) in absent() {
            warn(&format!("the file has no column `{}`: it counts as missing", column.name));
        }
        return Ok(positions);
    }
    let quoted: Vec<String> = lacking.iter().map(|name| format!("`{name}`")).collect();
    let s = if lacking.len() == 1 { "" } else { "s" };
    let near = suggestion(lacking[0], header.iter().map(String::as_str));
    Err(Error::BadTable {
        path: path.into(),
        line: 1,
        what: format!("the model needs the column{s} {}", quoted.join(", ")),
        hint: match near.strip_prefix("did you mean ") {
            Some(near) => format!("is `{}` the column {near}", lacking[0]),
            None if source.has_more_sheets() => {
                "is it another sheet? say which with `--sheet`".into()
            }
            None => "see `trainer inspect MODEL` for the columns that a model reads".into(),
        },
    })
}
