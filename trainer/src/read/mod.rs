//! Files of customers, whatever their format, as blocks of rows of text.
//!
//! ```text
//!  path -> bytes (gzip) -> format -> csv, ndjson, parquet, excel -> Block of Rows
//!          -              by content       header, limits           a buffer of text
//! ```
//! A row with another number of cells than the header, or faulty by itself, is handed over like any other:
//! whoever reads the rows decides what becomes of it.

mod block;
mod bytes;
mod calendar;
mod csv;
mod excel;
mod format;
mod guard;
mod header;
mod json_line;
mod limits;
mod ndjson;
mod parquet;
mod parquet_text;
mod zip_bomb;

use std::path::{Path, PathBuf};

use shared::dialect::{CellStyle, DecimalMark};
use shared::encoding::Encoding;

pub use block::{Block, Row};
pub use format::Format;
pub use limits::{DEFAULT_MAX_ROWS, MAX_TOTAL_BYTES, MAX_TOTAL_CELLS};

use bytes::Bytes;
use csv::CsvRows;
use excel::ExcelRows;
use limits::bad;
use ndjson::NdjsonRows;
use parquet::ParquetRows;

use crate::error::Error;

/// How to read a file, where the person said; the rest is recognised.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The format.
    pub format: Option<Format>,
    /// The sheet of a workbook; else the visible one with the most cells.
    pub sheet: Option<String>,
    /// What separates the cells of a CSV file.
    pub delimiter: Option<u8>,
    /// The encoding of a CSV file.
    pub encoding: Option<Encoding>,
    /// What stands before the fraction of a number in a CSV file.
    pub decimal: Option<DecimalMark>,
    /// Cells that mean "missing" besides the usual ones.
    pub missing: Vec<String>,
    /// How many lines of a CSV file, or rows of a sheet, stand above the header.
    pub skip_lines: u64,
    /// Whether the first row names the columns.
    pub header: bool,
    /// More rows than these are an error; blank lines count.
    pub max_rows: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            format: None,
            sheet: None,
            delimiter: None,
            encoding: None,
            decimal: None,
            missing: Vec::new(),
            skip_lines: 0,
            header: true,
            max_rows: DEFAULT_MAX_ROWS,
        }
    }
}

impl ReadOptions {
    /// An option that was given and that a format has no use for is an error: it would not do what the person
    /// expects.
    fn check(&self, format: Format) -> Result<(), Error> {
        use Format::{Csv, Xlsx};
        let given: [(&str, bool, &[Format]); 6] = [
            ("--delimiter", self.delimiter.is_some(), &[Csv]),
            ("--encoding", self.encoding.is_some(), &[Csv]),
            ("--decimal", self.decimal.is_some(), &[Csv]),
            ("--skip-lines", self.skip_lines > 0, &[Csv, Xlsx]),
            ("--no-header", !self.header, &[Csv, Xlsx]),
            ("--sheet", self.sheet.is_some(), &[Xlsx]),
        ];
        let useless = given.iter().find(|(_, given, of)| *given && !of.contains(&format));
        useless.map_or(Ok(()), |(option, _, of)| {
            let of: Vec<&str> = of.iter().map(|format| format.name()).collect();
            Err(Error::Usage {
                what: format!("`{option}` is of no use here: this file is {}", format.name()),
                hint: format!("leave it out: it is for {} files", of.join(" and ")),
            })
        })
    }
}

/// A file that is being read.
pub struct Source {
    path: PathBuf,
    header: Vec<String>,
    style: CellStyle,
    gzip: bool,
    rows: Rows,
    /// Rows that were read to learn of the header.
    ahead: Option<Block>,
}

enum Rows {
    Csv(Box<CsvRows>),
    Ndjson(Box<NdjsonRows>),
    Parquet(Box<ParquetRows>),
    Excel(Box<ExcelRows>),
}

impl Source {
    /// Opens a file, `-` for standard input, and learns the names of its columns.
    ///
    /// # Errors
    /// When it cannot be read, is empty or damaged, or has no header where it should have one.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Self, Error> {
        Self::of(Bytes::open(path)?, options)
    }

    fn of(mut bytes: Bytes, options: &ReadOptions) -> Result<Self, Error> {
        let path = bytes.path().to_owned();
        let format = match options.format {
            Some(format) => format,
            None => format::recognise(&mut bytes)?,
        };
        options.check(format)?;
        let gzip = bytes.is_gzip();
        let max_rows = options.max_rows;
        let mut style = CellStyle { missing: options.missing.clone(), ..CellStyle::default() };
        let rows = match format {
            Format::Csv => {
                let rows = Box::new(CsvRows::open(bytes, options)?);
                style.decimal = rows.dialect().decimal;
                Rows::Csv(rows)
            }
            Format::Ndjson => Rows::Ndjson(Box::new(NdjsonRows::open(bytes, max_rows)?)),
            Format::Parquet => Rows::Parquet(Box::new(ParquetRows::open(bytes, max_rows)?)),
            Format::Xlsx => {
                let (sheet, skip) = (options.sheet.as_deref(), options.skip_lines);
                Rows::Excel(Box::new(ExcelRows::open(bytes, sheet, skip, max_rows)?))
            }
        };
        let mut source = Self { path, header: Vec::new(), style, gzip, rows, ahead: None };
        source.learn_header(options)?;
        Ok(source)
    }

    fn learn_header(&mut self, options: &ReadOptions) -> Result<(), Error> {
        let typed = match &self.rows {
            Rows::Ndjson(rows) => Some(rows.names()),
            Rows::Parquet(rows) => Some(rows.names()),
            Rows::Csv(_) | Rows::Excel(_) => None,
        };
        if let Some(names) = typed {
            self.header = header::names(names.iter().map(String::as_str), &self.path, 1, true)?;
            return Ok(());
        }
        let mut block = Block::new();
        match &mut self.rows {
            Rows::Csv(rows) => rows.fill(&mut block, usize::MAX)?,
            Rows::Excel(rows) => rows.fill(&mut block, 0)?,
            Rows::Ndjson(_) | Rows::Parquet(_) => false,
        };
        if block.n_rows() == 0 {
            let hint = "give a file with a header line and one row for each customer";
            return Err(bad(&self.path, 1, "the file is empty", hint));
        }
        let first = block.row(0);
        if let (Rows::Csv(_), None) = (&self.rows, options.delimiter)
            && let Some(n) = header::n_between_blanks(&block)
        {
            let what = format!("{n} columns stand between blanks, which is not read");
            let hint = "`tr -s ' ' ',' < FILE > NEW.csv` writes commas instead";
            return Err(bad(&self.path, first.line, what, hint));
        }
        if options.header {
            self.header = self.header_of(&block)?;
        } else {
            let width = match &self.rows {
                Rows::Excel(rows) => rows.width(),
                _ => first.n_cells(),
            };
            self.header = header::numbered(width);
        }
        let above = usize::from(options.header);
        if let Rows::Excel(rows) = &mut self.rows {
            rows.go_to(above, options.max_rows);
            return Ok(());
        }
        let mut ahead = Block::new();
        block.rows().skip(above).for_each(|row| ahead.push_row(row, self.header.len()));
        self.ahead = Some(ahead);
        Ok(())
    }

    /// The names that a table's first row gives.
    fn header_of(&self, block: &Block) -> Result<Vec<String>, Error> {
        let first = block.row(0);
        if header::looks_like_data(block, &self.style) {
            let what = "the first row looks like a customer, not like names of columns";
            let hint = "pass `--no-header`, or add a line with the columns' names";
            return Err(bad(&self.path, first.line, what, hint));
        }
        if let Some(title) = header::title(block) {
            let what = "this line names one column, and the rows below have more";
            let hint = format!("is it a title? `--skip-lines {title}` begins below it");
            return Err(bad(&self.path, first.line, what, &hint));
        }
        let below = || block.rows().skip(1).map(|row| row.n_cells());
        // A delimiter at the end of the header alone names no column.
        let n_named =
            (1..=first.n_cells()).rfind(|n| !first.cell(n - 1).trim().is_empty()).unwrap_or(0);
        let n_names = first.n_cells();
        let n_names = if below().max().is_some_and(|n| n <= n_named) { n_named } else { n_names };
        // R writes the names of rows into a column that the header leaves out.
        let has_row_names = block.n_rows() > 1
            && below().all(|n| n == n_names + 1)
            && block.rows().skip(1).any(|row| !row.cell(n_names).trim().is_empty());
        let nameless = std::iter::repeat_n("", usize::from(has_row_names));
        let quotes = !header::may_be_personal(block);
        let names = nameless.chain(first.cells().take(n_names));
        header::names(names, &self.path, first.line, quotes)
    }

    /// The file, as messages name it: `standard input` for `-`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// How the cells write numbers and gaps.
    pub fn style(&self) -> &CellStyle {
        &self.style
    }

    /// Replaces a block's rows by the next, about 1 MiB of them; false when none is left, and then the block
    /// is empty.
    ///
    /// # Errors
    /// When reading fails, the file is damaged, or it is larger than what is read.
    pub fn fill(&mut self, block: &mut Block) -> Result<bool, Error> {
        if let Some(ahead) = self.ahead.take().filter(|ahead| ahead.n_rows() > 0) {
            *block = ahead;
            return Ok(true);
        }
        block.clear();
        let width = self.header.len();
        match &mut self.rows {
            Rows::Csv(rows) => rows.fill(block, width)?,
            Rows::Ndjson(rows) => rows.fill(block)?,
            Rows::Parquet(rows) => rows.fill(block)?,
            Rows::Excel(rows) => rows.fill(block, width)?,
        };
        Ok(block.n_rows() > 0)
    }

    /// How the file was understood, for the person to check. The encoding is certain only once all is read.
    pub fn announce(&self) -> String {
        let what = match &self.rows {
            Rows::Csv(rows) => rows.describe(),
            Rows::Ndjson(_) => Format::Ndjson.name().into(),
            Rows::Parquet(_) => Format::Parquet.name().into(),
            Rows::Excel(rows) => rows.describe(),
        };
        if self.gzip { format!("gzip, {what}") } else { what }
    }

    /// Whether the file has further sheets that could be read instead.
    pub fn has_more_sheets(&self) -> bool {
        matches!(&self.rows, Rows::Excel(rows) if rows.has_more_sheets())
    }

    /// What stands in the file and is not read, said once all is.
    pub fn unread(&self) -> impl Iterator<Item = String> {
        let lists = match &self.rows {
            Rows::Ndjson(rows) => rows.lists(),
            _ => Vec::new(),
        };
        let said = |name| format!("`{name}` is a list: nothing is read from it");
        lists.into_iter().map(said)
    }

    /// How many bytes of the file are read, and how many there are, where that is known.
    pub fn progress(&self) -> (u64, Option<u64>) {
        match &self.rows {
            Rows::Csv(rows) => rows.progress(),
            Rows::Ndjson(rows) => rows.progress(),
            Rows::Parquet(rows) => rows.progress(),
            Rows::Excel(rows) => rows.progress(),
        }
    }
}

#[cfg(test)]
mod tests;
