//! Rows that were put aside: a private CSV file that says which and why, with the cells as they were.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::files::Pending;

/// A file of rejected rows. It appears only when it is [finished](Rejects::finish).
pub struct Rejects {
    path: PathBuf,
    writer: csv::Writer<BufWriter<Pending>>,
    n_columns: usize,
    count: u64,
}

impl Rejects {
    /// Starts a file with the columns `line`, `reason` and those of `header`.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub fn create(path: &Path, header: &[String]) -> Result<Self, Error> {
        let pending = Pending::create_private(path)?;
        let writer = csv::WriterBuilder::new().flexible(true).from_writer(BufWriter::new(pending));
        let mut rejects = Self { path: path.into(), writer, n_columns: header.len(), count: 0 };
        let names = ["line", "reason"].into_iter().chain(header.iter().map(String::as_str));
        rejects.writer.write_record(names).map_err(|error| failed(path, error))?;
        Ok(rejects)
    }

    /// Adds a row. A short one is padded, surplus cells follow at its end.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub fn add<'c>(
        &mut self,
        line: u64,
        reason: &str,
        row: impl ExactSizeIterator<Item = &'c str>,
    ) -> Result<(), Error> {
        let lacking = self.n_columns.saturating_sub(row.len());
        let written = self.write(&line.to_string(), reason, row, lacking);
        written.map_err(|error| failed(&self.path, error))?;
        self.count += 1;
        Ok(())
    }

    fn write<'c>(
        &mut self,
        line: &str,
        reason: &str,
        row: impl Iterator<Item = &'c str>,
        lacking: usize,
    ) -> Result<(), csv::Error> {
        self.writer.write_field(line)?;
        self.writer.write_field(reason)?;
        for cell in row.chain(std::iter::repeat_n("", lacking)) {
            self.writer.write_field(cell)?;
        }
        self.writer.write_record(None::<&[u8]>)
    }

    /// Makes the file appear and says how many rows are in it.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub fn finish(self) -> Result<u64, Error> {
        let cannot = |reason| Error::CannotWrite { path: self.path.clone(), reason };
        let buffered = self.writer.into_inner().map_err(|error| cannot(error.into_error()))?;
        let pending = buffered.into_inner().map_err(|error| cannot(error.into_error()))?;
        pending.finish()?;
        Ok(self.count)
    }
}

fn failed(path: &Path, error: csv::Error) -> Error {
    Error::CannotWrite { path: path.into(), reason: error.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn rejected_rows_keep_their_cells_in_a_private_file_that_appears_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejects.csv");
        let header = ["a".to_owned(), "b".to_owned()];
        let mut rejects = Rejects::create(&path, &header).unwrap();
        rejects.add(2, "no number", ["x, \"y\"", "1"].into_iter()).unwrap();
        rejects.add(5, "1 cell, not 2", ["z"].into_iter()).unwrap();
        rejects.add(6, "3 cells, not 2", ["1", "2", "3"].into_iter()).unwrap();
        assert!(!path.exists());
        assert_eq!(rejects.finish().unwrap(), 3);
        let expected = "line,reason,a,b\n2,no number,\"x, \"\"y\"\"\",1\n5,\"1 cell, not 2\",z,\n\
                        6,\"3 cells, not 2\",1,2,3\n";
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
