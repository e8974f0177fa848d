//! Parquet: flat columns, row group after row group, without Arrow.

use std::path::{Path, PathBuf};

use parquet::column::reader::ColumnReader;
use parquet::file::reader::{FileReader as _, Length as _, SerializedFileReader};

use shared::csv::MAX_CELLS;

use super::block::Block;
use super::bytes::Bytes;
use super::guard::guarded;
use super::header::printable;
use super::limits::{Budget, bad, too_long};
use super::parquet_text::{Meaning, Texts, Trouble};
use crate::error::Error;

/// How many rows are decoded at a time.
const BATCH: usize = 1024;

/// How much text such rows have at most.
const BATCH_TEXT: usize = 256 << 20;

/// The rows of a Parquet file.
pub(super) struct ParquetRows {
    path: PathBuf,
    file: SerializedFileReader<std::fs::File>,
    names: Vec<String>,
    meanings: Vec<Meaning>,
    /// The row group that is read next, and the columns of the one that is being read.
    group: usize,
    columns: Vec<ColumnReader>,
    /// How many rows of the group are not decoded yet.
    left: usize,
    batch: Vec<Texts>,
    in_batch: usize,
    at: usize,
    row: u64,
    n_rows: u64,
    size: u64,
    budget: Budget,
}

impl ParquetRows {
    /// Opens a file and checks that its columns are flat.
    ///
    /// # Errors
    /// When the file is damaged, or a column is nested or of a type that is no cell.
    pub(super) fn open(bytes: Bytes, max_rows: u64) -> Result<Self, Error> {
        let path = bytes.path().to_owned();
        let file = bytes.into_file()?;
        let size = file.len();
        let file = guarded(|| SerializedFileReader::new(file).ok());
        let file = file.flatten().ok_or_else(|| damaged(&path))?;
        let metadata = file.metadata().file_metadata();
        let schema = metadata.schema_descr();
        if schema.num_columns() > MAX_CELLS {
            return Err(too_long(&path, 1));
        }
        let (mut names, mut meanings) = (Vec::new(), Vec::new());
        for column in schema.columns() {
            let flat = column.max_rep_level() == 0 && column.path().parts().len() == 1;
            let meaning = Meaning::of(column).filter(|_| flat).ok_or_else(|| {
                let what = if flat { "of a type that is no cell" } else { "nested" };
                let name = printable(&column.path().string());
                let hint = "write the file with plain columns: numbers, text, yes/no, dates";
                bad(&path, 1, format!("the column `{name}` is {what}"), hint)
            })?;
            names.push(column.name().to_owned());
            meanings.push(meaning);
        }
        if names.is_empty() {
            return Err(bad(&path, 1, "the file has no columns", "give one row for each customer"));
        }
        let n_rows = u64::try_from(metadata.num_rows()).map_err(|_| damaged(&path))?;
        Ok(Self {
            path,
            file,
            batch: names.iter().map(|_| Texts::default()).collect(),
            names,
            meanings,
            group: 0,
            columns: Vec::new(),
            left: 0,
            in_batch: 0,
            at: 0,
            row: 0,
            n_rows,
            size,
            budget: Budget::new(max_rows, 0),
        })
    }

    /// The columns' names as the file has them.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// How much of the file is read, by rows.
    pub(super) fn progress(&self) -> (u64, Option<u64>) {
        let share = self.row as f64 / self.n_rows.max(1) as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of it"
        )]
        let read = (share.min(1.0) * self.size as f64) as u64;
        (read, Some(self.size))
    }

    /// Appends rows until the block is full; false at the end.
    ///
    /// # Errors
    /// When the file is damaged, a value is no text, or a bound is passed.
    pub(super) fn fill(&mut self, block: &mut Block) -> Result<bool, Error> {
        while !block.is_full() {
            if self.at == self.in_batch && !self.next_batch()? {
                return Ok(false);
            }
            let before = block.text_mut().len();
            for texts in &self.batch {
                block.push_cell(texts.get(self.at));
                // Before the block's offsets could overflow.
                if block.text_mut().len() - before > shared::csv::MAX_ROW_BYTES {
                    return Err(too_long(&self.path, self.row + 1));
                }
            }
            self.at += 1;
            self.row += 1;
            self.budget.row(block.end_row(self.row, usize::MAX), &self.path, self.row)?;
        }
        Ok(true)
    }

    fn next_batch(&mut self) -> Result<bool, Error> {
        let decoded = guarded(|| self.decode());
        match decoded.unwrap_or(Err((0, Trouble::Damaged))) {
            Ok(more) => Ok(more),
            Err((_, Trouble::Damaged)) => Err(damaged(&self.path)),
            Err((_, Trouble::TooLong)) => Err(too_long(&self.path, self.row + 1)),
            Err((column, Trouble::NoText(row))) => {
                let name = printable(&self.names[column]);
                let what = format!("the column `{name}` holds bytes that are no text");
                let hint = "write it as text or numbers, or leave it out of the file";
                Err(bad(&self.path, self.row + row as u64 + 1, what, hint))
            }
        }
    }

    /// Decodes the next rows of every column.
    fn decode(&mut self) -> Result<bool, (usize, Trouble)> {
        let whole = |_| (0, Trouble::Damaged);
        while self.left == 0 {
            if self.group == self.file.num_row_groups() {
                return Ok(false);
            }
            let group = self.file.get_row_group(self.group).map_err(whole)?;
            self.left =
                usize::try_from(group.metadata().num_rows()).map_err(|_| (0, Trouble::Damaged))?;
            self.columns.clear();
            for column in 0..self.names.len() {
                self.columns.push(group.get_column_reader(column).map_err(whole)?);
            }
            self.group += 1;
        }
        let n = self.left.min(BATCH);
        let mut room = BATCH_TEXT;
        let columns = self.columns.iter_mut().zip(&self.meanings).zip(&mut self.batch);
        for (at, ((reader, &meaning), texts)) in columns.enumerate() {
            texts.read(reader, meaning, n, &mut room).map_err(|trouble| (at, trouble))?;
        }
        self.left -= n;
        (self.in_batch, self.at) = (n, 0);
        Ok(true)
    }
}

fn damaged(path: &Path) -> Error {
    let what = "the Parquet file is damaged or cut short".into();
    let hint = "copy or download it again".into();
    Error::Unfit { path: path.into(), what, hint }
}
