//! A CSV file as rows of text: tokenised by `shared`, with the file's lines kept for messages.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Chain, Cursor, Read as _};
use std::path::{Path, PathBuf};

use shared::RawCell;
use shared::csv::{RowReader, Step};
use shared::dialect::CellStyle;

use crate::error::{Error, suggestion};
use crate::files;

/// The rows of a CSV file, one at a time.
pub struct Rows {
    path: PathBuf,
    input: BufReader<Chain<Cursor<Vec<u8>>, File>>,
    reader: RowReader,
    header: Vec<String>,
}

impl Rows {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// When the file cannot be read, is empty, or its header repeats a name.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut file = files::open(path)?;
        // A pipe may bring a byte at a time; the reader wants a byte order mark whole.
        let mut first = Vec::new();
        let read = (&mut file).take(3).read_to_end(&mut first);
        read.map_err(|reason| Error::Io { path: path.into(), reason })?;
        let input = BufReader::with_capacity(1 << 16, Cursor::new(first).chain(file));
        let mut rows =
            Self { path: path.into(), input, reader: RowReader::new(), header: Vec::new() };
        if !rows.advance()? {
            return Err(rows.bad("the file is empty", "give a CSV file with a header line"));
        }
        let mut names = Vec::new();
        let cells = rows.cells()?;
        for (position, cell) in cells.iter().enumerate() {
            let mut name = cell.trim().to_owned();
            if name.is_empty() {
                name = format!("column_{}", position + 1);
                while cells.iter().any(|cell| cell.trim() == name) {
                    name.push('_');
                }
            }
            names.push(name);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
            let what = format!("the header names the column `{}` twice", printable(twice));
            return Err(rows.bad(&what, "rename one of them"));
        }
        if let Some(long) = names.iter().find(|n| n.len() > 256 || n.chars().any(char::is_control))
        {
            let what = format!("the header is not one: a name such as `{}`", printable(long));
            return Err(rows.bad(&what, "give a CSV file with a header line"));
        }
        rows.header = names;
        Ok(rows)
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The next row's cells, or `None` at the end.
    ///
    /// # Errors
    /// When the row has more or fewer cells than the header, is too long, or is not UTF-8.
    pub fn next_row(&mut self) -> Result<Option<Vec<&str>>, Error> {
        if !self.advance()? {
            return Ok(None);
        }
        let (found, expected) = (self.reader.n_cells(), self.header.len());
        if found != expected {
            let s = if found == 1 { "" } else { "s" };
            let what = format!("{found} cell{s}, but the header has {expected}");
            let hint = "look for a missing or a superfluous comma, or quotes that are not closed";
            return Err(self.bad(&what, hint));
        }
        self.cells().map(Some)
    }

    /// The line that the current row starts on.
    pub fn line(&self) -> u64 {
        self.reader.line()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn advance(&mut self) -> Result<bool, Error> {
        loop {
            let buffer = self
                .input
                .fill_buf()
                .map_err(|reason| Error::Io { path: self.path.clone(), reason })?;
            let (consumed, step) = self.reader.read(buffer);
            self.input.consume(consumed);
            match step {
                Step::Row => return Ok(true),
                Step::End => return Ok(false),
                Step::NeedsInput => {}
                Step::OpenQuote => {
                    let what = "a quote opens in this row and is never closed";
                    return Err(self.bad(what, "close it, or double it inside quotes"));
                }
                Step::TooLong => {
                    let what = format!(
                        "a row of over {} bytes or {} cells",
                        shared::csv::MAX_ROW_BYTES,
                        shared::csv::MAX_CELLS
                    );
                    return Err(self.bad(&what, "look for quotes that are not closed"));
                }
            }
        }
    }

    fn cells(&self) -> Result<Vec<&str>, Error> {
        self.reader
            .cells()
            .collect::<Result<_, _>>()
            .map_err(|_| self.bad("the text is not UTF-8", "save the file as UTF-8"))
    }

    fn bad(&self, what: &str, hint: &str) -> Error {
        let (path, line) = (self.path.clone(), self.reader.line());
        Error::BadTable { path, line, what: what.into(), hint: hint.into() }
    }
}

fn position(path: &Path, header: &[String], column: &str) -> Result<usize, Error> {
    header.iter().position(|name| name == column).ok_or_else(|| Error::BadTable {
        path: path.into(),
        line: 1,
        what: format!("there is no column `{column}`"),
        hint: suggestion(column, header.iter().map(String::as_str)),
    })
}

/// At most 40 characters, none of which could act on a terminal.
fn printable(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_default).collect()
}

/// A whole table in memory: the text of all cells in one buffer.
pub struct Table {
    path: PathBuf,
    header: Vec<String>,
    text: String,
    /// Where in `text` each row begins.
    row_starts: Vec<usize>,
    /// Where each cell ends, counted from its row's begin; row by row.
    cell_ends: Vec<u32>,
    lines: Vec<u64>,
}

impl Table {
    /// Reads a CSV file.
    ///
    /// # Errors
    /// See [`Rows`]; and when there is no row below the header.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mut rows = Rows::open(path)?;
        let mut table = Self {
            path: path.into(),
            header: rows.header().to_vec(),
            text: String::new(),
            row_starts: Vec::new(),
            cell_ends: Vec::new(),
            lines: Vec::new(),
        };
        while let Some(cells) = rows.next_row()? {
            let start = table.text.len();
            table.row_starts.push(start);
            for cell in cells {
                table.text.push_str(cell);
                // Rows are bounded far below 4 GiB.
                table.cell_ends.push(u32::try_from(table.text.len() - start).unwrap_or(u32::MAX));
            }
            table.lines.push(rows.line());
        }
        if table.lines.is_empty() {
            return Err(rows.bad("there is a header and no row", "give one row for each customer"));
        }
        Ok(table)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The number of rows below the header.
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
        position(&self.path, &self.header, column)
    }

    /// One cell.
    pub fn cell(&self, row: usize, column: usize) -> RawCell<'_> {
        let n_columns = self.header.len();
        let ends = &self.cell_ends[row * n_columns..(row + 1) * n_columns];
        let begin = if column == 0 { 0 } else { ends[column - 1] as usize };
        let start = self.row_starts[row];
        CellStyle::default().cell(&self.text[start + begin..start + ends[column] as usize])
    }

    /// One column's cells, top to bottom.
    pub fn column(&self, column: usize) -> impl Iterator<Item = RawCell<'_>> {
        (0..self.n_rows()).map(move |row| self.cell(row, column))
    }
}
