//! How much is read at most: everything streams, so these bounds hold for endless and for packed input too.

use std::path::Path;

use shared::csv::{MAX_CELLS, MAX_ROW_BYTES};

use crate::error::Error;

/// How many rows are read unless the person allows more.
pub const DEFAULT_MAX_ROWS: u64 = 10_000_000;

/// How many cells are read in all.
pub const MAX_TOTAL_CELLS: u64 = 1 << 28;

/// How many bytes of text are read in all.
pub const MAX_TOTAL_BYTES: u64 = 16 << 30;

/// What may still be read.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    max_rows: u64,
    /// Rows that do not count: the header.
    above: u64,
    rows: u64,
    cells: u64,
    bytes: u64,
}

impl Budget {
    /// `above` rows are read besides `max_rows`.
    pub(super) fn new(max_rows: u64, above: u64) -> Self {
        Self { max_rows, above, rows: 0, cells: 0, bytes: 0 }
    }

    fn max(&self) -> u64 {
        self.max_rows.saturating_add(self.above)
    }

    /// Counts blank lines that no row has followed yet: not for good.
    ///
    /// # Errors
    /// When they are more than rows are allowed.
    pub(super) fn blank_lines(&self, n: u64, path: &Path, line: u64) -> Result<(), Error> {
        // A row that is not complete may hold line ends inside quotes.
        let most = self.max().saturating_add(MAX_ROW_BYTES as u64);
        if self.rows.saturating_add(n) > most { Err(self.too_many(path, line)) } else { Ok(()) }
    }

    fn too_many(&self, path: &Path, line: u64) -> Error {
        let what = format!("more than {} rows", self.max_rows);
        bad(path, line, what, "pass `--max-rows` with a larger number")
    }

    /// Counts a row; also a blank line, with no cells.
    ///
    /// # Errors
    /// When a bound is passed.
    pub(super) fn row(
        &mut self,
        (cells, bytes): (usize, usize),
        path: &Path,
        line: u64,
    ) -> Result<(), Error> {
        self.rows += 1;
        self.cells += cells as u64;
        self.bytes += bytes as u64;
        if self.rows > self.max() {
            return Err(self.too_many(path, line));
        }
        if cells > MAX_CELLS || bytes > MAX_ROW_BYTES {
            return Err(too_long(path, line));
        }
        if self.cells > MAX_TOTAL_CELLS || self.bytes > MAX_TOTAL_BYTES {
            let what = format!(
                "more than {MAX_TOTAL_CELLS} cells or {} GiB of text",
                MAX_TOTAL_BYTES >> 30
            );
            return Err(bad(
                path,
                line,
                what,
                "leave out columns, or train on a sample of the rows",
            ));
        }
        Ok(())
    }
}

/// An error of one place of a file.
pub(super) fn bad(path: &Path, line: u64, what: impl Into<String>, hint: &str) -> Error {
    Error::BadTable { path: path.into(), line, what: what.into(), hint: hint.into() }
}

/// The error of a row that is longer than any row should be.
pub(super) fn too_long(path: &Path, line: u64) -> Error {
    let what = format!("a row of over {MAX_ROW_BYTES} bytes or {MAX_CELLS} cells");
    bad(path, line, what, "look for quotes that are not closed")
}
