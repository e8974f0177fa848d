//! A whole table in memory: typed cells, column by column, read by one thread and typed by the others.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

use rayon::prelude::*;
use shared::dialect::CellStyle;
use shared::number;

use crate::cells::Cells;
use crate::error::{Error, suggestion};
use crate::read::{Block, ReadOptions, Row, Source};
use crate::screen::{Reading, warn};
use crate::told::Told;
use crate::unusable::Unusable;

/// So many blocks of a file wait to be typed: enough to keep both sides busy.
const WAITING: usize = 8;

/// Room is made for at most so many cells before they are there.
const MOST_RESERVED: f64 = 6.4e7;

/// The words of a table, each once, and the rows that cannot be used must fit into so many bytes.
const MAX_TEXT: usize = 1 << 30;

/// A table.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
    header: Vec<String>,
    columns: Vec<Cells>,
    lines: Vec<u64>,
    read_as: String,
    style: CellStyle,
    more_sheets: bool,
}

impl Table {
    /// Reads a file. Rows that are wrong in themselves are added to `unusable`.
    ///
    /// # Errors
    /// See [`Source`]; and when there is no row below the header.
    pub fn read(
        path: &Path,
        options: &ReadOptions,
        unusable: &mut Unusable,
    ) -> Result<Self, Error> {
        let mut source = Source::open(path, options)?;
        let style = source.style().clone();
        let header = source.header().to_vec();
        let mut table = Self {
            path: source.path().to_owned(),
            columns: vec![Cells::default(); header.len()],
            header,
            lines: Vec::new(),
            read_as: String::new(),
            style: style.clone(),
            more_sheets: source.has_more_sheets(),
        };
        let total = source.progress().1;
        let bar = Reading::new(total);
        let (blocks, filled) = sync_channel::<(Block, u64)>(WAITING);
        let (spent, empty) = sync_channel::<Block>(WAITING + 2);
        let source = std::thread::scope(|scope| {
            let reader = scope.spawn(move || {
                loop {
                    let mut block = empty.try_recv().unwrap_or_default();
                    let more = source.fill(&mut block);
                    let done = source.progress().0;
                    // Nobody listens once the other side has had enough.
                    if !matches!(more, Ok(true)) || blocks.send((block, done)).is_err() {
                        return more.map(|_| source);
                    }
                }
            });
            let mut full = None;
            while let (None, Ok(first)) = (&full, filled.recv()) {
                // All that wait are typed together: columns of different length then even out.
                let batch: Vec<(Block, u64)> =
                    std::iter::once(first).chain(filled.try_iter()).collect();
                if let Some((block, done)) = batch.first() {
                    table.reserve(block.n_rows(), *done, total);
                }
                table.take(&batch, &style, unusable);
                full = table.too_much_text(unusable);
                for (block, done) in batch {
                    bar.set(done);
                    // The reader may be gone already.
                    let _ = spent.try_send(block);
                }
            }
            // The reader may wait for room, which there will be none of.
            drop(filled);
            let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            full.map_or(read, Err)
        });
        bar.clear();
        let source = source?;
        table.read_as = source.announce();
        source.unread().for_each(|what| warn(&what));
        if table.lines.is_empty() && unusable.n_rows() == 0 {
            return Err(Error::BadTable {
                path: table.path,
                line: 1,
                what: "there is a header and no row".into(),
                hint: "give one row for each customer".into(),
            });
        }
        Ok(table)
    }

    /// An error when the table's text is more than is kept in memory.
    fn too_much_text(&self, unusable: &Unusable) -> Option<Error> {
        let words: usize = self.columns.iter().map(|column| column.words().n_bytes()).sum();
        (words + unusable.n_bytes() > MAX_TEXT).then(|| Error::BadTable {
            path: self.path.clone(),
            line: self.lines.last().copied().unwrap_or(1),
            what: "more than 1 GiB of words that differ, or of rows that cannot be used".into(),
            hint: "leave columns of text out of the file, or give a part of it".into(),
        })
    }

    /// Makes room for all rows, as many as the first ones let expect: growing step by step would copy each
    /// column again and again, and end with half of the room unused.
    fn reserve(&mut self, n_rows: usize, done: u64, total: Option<u64>) {
        let Some(total) = total.filter(|_| self.lines.is_empty() && done > 0) else { return };
        let expected = n_rows as f64 * (total as f64 / done as f64);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count, or capped"
        )]
        let expected = (expected * 1.02).min(MOST_RESERVED / self.columns.len() as f64) as usize;
        self.lines.reserve_exact(expected);
        self.columns.iter_mut().for_each(|column| column.reserve(expected));
    }

    /// Types the rows of some blocks, every column by itself.
    fn take(&mut self, batch: &[(Block, u64)], style: &CellStyle, unusable: &mut Unusable) {
        let n_columns = self.header.len();
        let mut firsts = Vec::with_capacity(batch.len());
        for (block, _) in batch {
            let mut firsts_of_block = Vec::with_capacity(block.n_rows());
            for (position, row) in block.rows().enumerate() {
                if let Some(reason) = fault(&row, n_columns) {
                    let cells = || row.cells().map(String::from).collect();
                    unusable.add_row(row.line, &reason, cells);
                    continue;
                }
                self.lines.push(row.line);
                firsts_of_block.push(block.first_cell(position));
            }
            firsts.push(firsts_of_block);
        }
        // Column by column: cells of one kind follow each other, which a processor foresees.
        self.columns.par_iter_mut().enumerate().for_each(|(position, column)| {
            for ((block, _), firsts) in batch.iter().zip(&firsts) {
                for first in firsts {
                    column.push(&style.cell(block.cell(first + position)));
                }
            }
        });
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How the file was read, in words: "semicolon, Windows-1252, decimal comma".
    pub fn read_as(&self) -> &str {
        &self.read_as
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The number of rows that can be used.
    pub fn n_rows(&self) -> usize {
        self.lines.len()
    }

    /// The line that a row starts on.
    pub fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    /// The position of a column, or an error that names one like it.
    ///
    /// # Errors
    /// [`Error::BadTable`] at line 1.
    pub fn position(&self, column: &str) -> Result<usize, Error> {
        self.header.iter().position(|name| name == column).ok_or_else(|| Error::BadTable {
            path: self.path.clone(),
            line: 1,
            what: format!("there is no column `{column}`"),
            hint: {
                let hint = suggestion(column, self.header.iter().map(String::as_str));
                let other =
                    if self.more_sheets { "; another sheet is read with `--sheet`" } else { "" };
                format!("{hint}{other}").trim_start_matches("; ").to_owned()
            },
        })
    }

    /// One column's cells, top to bottom.
    ///
    /// # Panics
    /// When there is no such column.
    pub fn column(&self, position: usize) -> &Cells {
        &self.columns[position]
    }

    /// Makes the values missing that the person says mean so.
    ///
    /// # Errors
    /// When a column that was named is not there.
    pub fn forget(&mut self, told: &Told) -> Result<(), Error> {
        for name in told.columns.keys() {
            self.position(name)?;
        }
        let tokens: Vec<Vec<String>> =
            self.header.iter().map(|name| self.told_missing(told, name)).collect();
        for (tokens, cells) in tokens.iter().zip(&mut self.columns) {
            cells.forget(tokens);
        }
        Ok(())
    }

    /// The values that were told to mean "missing" in a column, each once; numbers, which may be written as the
    /// table writes them, in their plain form, as a model compares them.
    pub fn told_missing(&self, told: &Told, name: &str) -> Vec<String> {
        let column = told.column(name);
        let plain = |token: &String| match self.style.number(token.trim()) {
            Some(number) => number::to_text(number.get()),
            None => token.trim().to_owned(),
        };
        let tokens: BTreeSet<String> =
            told.missing.iter().chain(&column.missing).map(plain).collect();
        // What is blank is missing anyway.
        tokens.into_iter().filter(|token| !token.is_empty()).collect()
    }

    /// A row's cells as text, for whoever puts the row aside; numbers in their plain form.
    pub fn texts(&self, row: usize) -> Vec<String> {
        let text = |cells: &Cells| cells.text(row).unwrap_or_default().into_owned();
        self.columns.iter().map(text).collect()
    }
}

/// Why a row cannot be used, whatever its columns hold.
pub fn fault(row: &Row, n_columns: usize) -> Option<String> {
    if let Some(fault) = row.fault {
        return Some(fault.to_owned());
    }
    let found = row.n_cells();
    (found != n_columns).then(|| {
        let s = if found == 1 { "" } else { "s" };
        format!("{found} cell{s}, but the header has {n_columns}")
    })
}
