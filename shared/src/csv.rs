//! Tokenising a table: bytes in, rows of cells out. Pure; whoever has the bytes feeds them.

use alloc::vec;
use alloc::vec::Vec;
use core::str::Utf8Error;

use csv_core::ReadRecordResult;

/// The longest row that is read, in bytes; a longer one is an error before memory is taken.
pub const MAX_ROW_BYTES: usize = 1 << 20;

/// The largest number of cells in a row.
pub const MAX_CELLS: usize = 1 << 14;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What [`RowReader::read`] came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// All input is consumed and the row is not complete: call again with more, or with nothing at the end.
    NeedsInput,
    /// A row is complete: see [`RowReader::cells`].
    Row,
    /// A row is longer than [`MAX_ROW_BYTES`] or has more cells than [`MAX_CELLS`].
    TooLong,
    /// The table ends inside quotes, which have swallowed everything from [`RowReader::line`] on.
    OpenQuote,
    /// No row is left.
    End,
}

/// Reads rows of a comma-separated table (RFC 4180, quotes doubled inside quotes, any line end). A byte order
/// mark and blank lines are skipped.
#[derive(Debug)]
pub struct RowReader {
    core: csv_core::Reader,
    bytes: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    n_cells: usize,
    started: bool,
    in_row: bool,
    newlines: u64,
    after_return: bool,
    place: Place,
    line: u64,
}

/// Where in a row the tokeniser stands; it does not say whether it ended inside quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    CellStart,
    Bare,
    Quoted,
    /// After a quote inside quotes: it closes them unless another follows.
    QuoteInQuoted,
}

impl Default for RowReader {
    fn default() -> Self {
        Self {
            core: csv_core::Reader::new(),
            bytes: vec![0; 1024],
            filled: 0,
            ends: vec![0; 64],
            n_cells: 0,
            started: false,
            in_row: false,
            newlines: 0,
            after_return: false,
            place: Place::CellStart,
            line: 1,
        }
    }
}

impl RowReader {
    /// A reader at the start of a table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Consumes input up to the end of the next row; empty input says that the table ends here.
    ///
    /// The first call must bring at least three bytes, if the table has as many: a byte order mark is
    /// recognised only whole.
    ///
    /// Returns the number of bytes consumed and what they came to.
    pub fn read(&mut self, input: &[u8]) -> (usize, Step) {
        let mut consumed = 0;
        if !self.in_row {
            if !self.started && input.starts_with(BYTE_ORDER_MARK) {
                consumed = BYTE_ORDER_MARK.len();
            }
            self.started = true;
            let rest = input.get(consumed..).unwrap_or_default();
            let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            self.follow(rest.get(..blank).unwrap_or_default());
            consumed += blank;
            if consumed == input.len() && consumed > 0 {
                return (consumed, Step::NeedsInput);
            }
            self.in_row = true;
            self.filled = 0;
            self.n_cells = 0;
            self.place = Place::CellStart;
            self.line = self.newlines + 1;
        }
        loop {
            let rest = input.get(consumed..).unwrap_or_default();
            let (result, n_in, n_out, n_ends) = self.core.read_record(
                rest,
                self.bytes.get_mut(self.filled..).unwrap_or_default(),
                self.ends.get_mut(self.n_cells..).unwrap_or_default(),
            );
            self.follow(rest.get(..n_in).unwrap_or_default());
            consumed += n_in;
            self.filled += n_out;
            self.n_cells += n_ends;
            match result {
                ReadRecordResult::InputEmpty => return (consumed, Step::NeedsInput),
                ReadRecordResult::OutputFull if self.bytes.len() < MAX_ROW_BYTES => {
                    self.bytes.resize(self.bytes.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < MAX_CELLS => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return (consumed, Step::TooLong);
                }
                ReadRecordResult::Record if input.is_empty() && self.place == Place::Quoted => {
                    return (consumed, Step::OpenQuote);
                }
                ReadRecordResult::Record => {
                    self.in_row = false;
                    return (consumed, Step::Row);
                }
                ReadRecordResult::End => return (consumed, Step::End),
            }
        }
    }

    /// The line that the current row starts on, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The number of cells of the current row.
    pub fn n_cells(&self) -> usize {
        self.n_cells
    }

    /// The cells of the current row, quotes removed; a cell that is not UTF-8 is an error of its own.
    pub fn cells(&self) -> impl Iterator<Item = Result<&str, Utf8Error>> {
        let ends = self.ends.get(..self.n_cells).unwrap_or_default();
        let starts = core::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends).map(|(start, &end)| {
            core::str::from_utf8(self.bytes.get(start..end).unwrap_or_default())
        })
    }

    /// Counts lines (ended by `\n`, `\r\n` or `\r`) and keeps the place in quotes.
    fn follow(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let is_second_half = byte == b'\n' && self.after_return;
            self.newlines += u64::from(matches!(byte, b'\r' | b'\n') && !is_second_half);
            self.after_return = byte == b'\r';
            self.place = match (self.place, byte) {
                (Place::Quoted, b'"') => Place::QuoteInQuoted,
                (Place::CellStart | Place::QuoteInQuoted, b'"') | (Place::Quoted, _) => {
                    Place::Quoted
                }
                (_, b',' | b'\r' | b'\n') => Place::CellStart,
                _ => Place::Bare,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn rows(input: &[u8], step: usize) -> Vec<(u64, Vec<String>)> {
        let mut reader = RowReader::new();
        let mut rows = Vec::new();
        let mut rest = input;
        loop {
            let step = if rest.len() == input.len() { step.max(3) } else { step };
            let (consumed, outcome) = reader.read(&rest[..step.min(rest.len())]);
            rest = &rest[consumed..];
            match outcome {
                Step::Row => rows.push((
                    reader.line(),
                    reader.cells().map(|c| String::from(c.unwrap())).collect(),
                )),
                Step::NeedsInput => {}
                Step::End => return rows,
                Step::TooLong | Step::OpenQuote => panic!("{outcome:?}"),
            }
        }
    }

    #[test]
    fn the_same_rows_come_out_however_the_bytes_are_cut() {
        let input = b"\xef\xbb\xbfa,b\r\n1,\"x\ny\"\r\n\r\n2,\"say \"\"hi\"\"\"\n3,";
        let whole = rows(input, usize::MAX);
        assert_eq!(whole.len(), 4);
        assert_eq!(whole[0], (1, vec!["a".into(), "b".into()]));
        assert_eq!(whole[1], (2, vec!["1".into(), "x\ny".into()]));
        assert_eq!(whole[2], (5, vec!["2".into(), "say \"hi\"".into()]));
        assert_eq!(whole[3], (6, vec!["3".into(), String::new()]));
        for step in 1..input.len() {
            assert_eq!(rows(input, step), whole, "cut every {step} bytes");
        }
    }

    #[test]
    fn an_endless_row_ends_in_an_error() {
        let mut reader = RowReader::new();
        let chunk = [b'x'; 4096];
        let mut fed = 0;
        loop {
            match reader.read(&chunk) {
                (n, Step::NeedsInput) => fed += n,
                (_, Step::TooLong) => break,
                other => panic!("{other:?}"),
            }
            assert!(fed <= 2 * MAX_ROW_BYTES);
        }
    }

    #[test]
    fn quotes_that_are_never_closed_are_told_with_their_line() {
        let end = |input: &[u8]| {
            let mut reader = RowReader::new();
            let mut rest = input;
            loop {
                let (consumed, step) = reader.read(rest);
                rest = &rest[consumed..];
                if matches!(step, Step::End | Step::OpenQuote) {
                    return (step, reader.line());
                }
            }
        };
        assert_eq!(end(b"a,b\n1,\"2\n3,4\n5,6\n"), (Step::OpenQuote, 2));
        assert_eq!(end(b"a,b\n1,\"2\"\"\n").0, Step::OpenQuote);
        for closed in [&b"a\n\"x\""[..], b"a\n\"x\"\"\"", b"a\n5\" pipe", b"a,b\n\"\",\"\"\n"] {
            assert_eq!(end(closed).0, Step::End, "{closed:?}");
        }
    }

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        for line_end in ["\n", "\r\n", "\r"] {
            let input = ["a", "1", "\"2", "2\"", "3"].join(line_end);
            let lines: Vec<u64> =
                rows(input.as_bytes(), usize::MAX).into_iter().map(|(line, _)| line).collect();
            assert_eq!(lines, [1, 2, 3, 5], "{line_end:?}");
        }
    }

    #[test]
    fn an_empty_table_has_no_rows() {
        assert!(rows(b"", 8).is_empty());
        assert!(rows(b"\n\r\n\n", 8).is_empty());
    }
}
