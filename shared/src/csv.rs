//! Tokenising a table: bytes in, rows of cells out. Pure; whoever has the bytes feeds them.

use alloc::vec::Vec;

use csv_core::{ReadRecordResult, ReaderBuilder};
use memchr::memchr_iter;

/// The longest row that is read, in bytes, and so the longest cell; a longer one is an error before memory
/// is taken.
pub const MAX_ROW_BYTES: usize = 1 << 20;

/// The largest number of cells in a row.
pub const MAX_CELLS: usize = 1 << 14;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The room made for a row at once. Most rows fit, and clearing it costs less than reading them.
const ROOM: usize = 256;

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

/// Reads rows of a table (RFC 4180 with a delimiter of choice: quotes doubled inside quotes, any line end).
/// A byte order mark and blank lines are skipped; a quote inside a cell that does not begin with one is data.
#[derive(Debug)]
pub struct RowReader {
    core: csv_core::Reader,
    /// The current row's, for [`RowReader::read`].
    text: Vec<u8>,
    ends: Vec<u32>,
    /// Where the tokeniser leaves the ends of cells, counted from the row's begin.
    scratch: Vec<usize>,
    /// Bytes of the current row that are in the caller's text.
    filled: usize,
    n_cells: usize,
    started: bool,
    in_row: bool,
    newlines: u64,
    after_return: bool,
    line: u64,
}

impl Default for RowReader {
    fn default() -> Self {
        Self::new(b',')
    }
}

impl RowReader {
    /// A reader at the start of a table whose cells `delimiter` separates: an ASCII character that is neither
    /// a quote nor a line end.
    pub fn new(delimiter: u8) -> Self {
        let mut core = ReaderBuilder::new().delimiter(delimiter).build();
        // A blank line, which it skips: at its very start it would take a second byte order mark away, but only
        // where the input happens to bring it whole.
        core.read_record(b"\n", &mut [0], &mut [0]);
        Self {
            core,
            text: Vec::new(),
            ends: Vec::new(),
            scratch: Vec::from([0; 64]),
            filled: 0,
            n_cells: 0,
            started: false,
            in_row: false,
            newlines: 0,
            after_return: false,
            line: 1,
        }
    }

    /// Consumes input up to the end of the next row; empty input says that the table ends here.
    ///
    /// The first call must bring at least three bytes, if the table has as many: a byte order mark is
    /// recognised only whole.
    ///
    /// Returns the number of bytes consumed and what they came to.
    pub fn read(&mut self, input: &[u8]) -> (usize, Step) {
        let mut text = core::mem::take(&mut self.text);
        let mut ends = core::mem::take(&mut self.ends);
        if !self.in_row {
            text.clear();
            ends.clear();
        }
        let outcome = self.read_into(input, &mut text, &mut ends);
        self.text = text;
        self.ends = ends;
        outcome
    }

    /// As [`RowReader::read`], but appends the row to what the caller has: its cells, quotes removed and one
    /// after another, to `text`, and where each ends, counted from the begin of `text`, to `ends`. So a cell
    /// begins where the one before it ends, also across rows.
    ///
    /// Until [`Step::Row`], `text` holds a part of a row and `ends` nothing of it: give the same two again.
    /// Text that was UTF-8 stays it, as a whole and cell by cell. `text` must not pass 4 GiB: a row that
    /// would is [`Step::TooLong`].
    pub fn read_into(
        &mut self,
        input: &[u8],
        text: &mut Vec<u8>,
        ends: &mut Vec<u32>,
    ) -> (usize, Step) {
        let mut consumed = 0;
        if !self.in_row {
            consumed = self.skip_blank(input);
            if consumed == input.len() && consumed > 0 {
                return (consumed, Step::NeedsInput);
            }
            self.in_row = true;
            self.filled = 0;
            self.n_cells = 0;
            self.line = self.newlines + 1;
        }
        // The end of a table is the end of a line. Inside quotes a line end is data, and this is how to learn
        // of them: the tokeniser does not say where it stands, and its `Clone` forgets what it outputs.
        let ended = input.is_empty();
        let input = if ended { b"\n" } else { input };
        let start = text.len().saturating_sub(self.filled);
        loop {
            let rest = input.get(consumed..).unwrap_or_default();
            let from = start + self.filled;
            let room = ROOM.max(self.filled).min(MAX_ROW_BYTES - self.filled);
            text.resize(from + room, 0);
            let line_before = self.core.line();
            let (result, n_in, n_out, n_ends) = self.core.read_record(
                rest,
                text.get_mut(from..).unwrap_or_default(),
                self.scratch.get_mut(self.n_cells..).unwrap_or_default(),
            );
            text.truncate(from + n_out);
            if !ended {
                let n_newlines = self.core.line() - line_before;
                self.count_lines(rest.get(..n_in).unwrap_or_default(), n_newlines);
            }
            consumed += n_in;
            self.filled += n_out;
            self.n_cells += n_ends;
            let step = match result {
                ReadRecordResult::InputEmpty if !ended => Step::NeedsInput,
                ReadRecordResult::InputEmpty if n_out > 0 => Step::OpenQuote,
                ReadRecordResult::InputEmpty | ReadRecordResult::End => Step::End,
                ReadRecordResult::OutputFull if self.filled < MAX_ROW_BYTES => continue,
                ReadRecordResult::OutputEndsFull if self.scratch.len() < MAX_CELLS => {
                    self.scratch.resize(self.scratch.len() * 2, 0);
                    continue;
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => Step::TooLong,
                ReadRecordResult::Record if u32::try_from(text.len()).is_err() => Step::TooLong,
                ReadRecordResult::Record => {
                    self.in_row = false;
                    let of_row = self.scratch.get(..self.n_cells).unwrap_or_default();
                    ends.extend(of_row.iter().map(|end| as_u32(start + end)));
                    Step::Row
                }
            };
            return (if ended { 0 } else { consumed }, step);
        }
    }

    /// The line that the current row starts on, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The number of line ends consumed so far, those of blank lines and inside quotes among them.
    pub fn lines_read(&self) -> u64 {
        self.newlines
    }

    /// The number of cells of the current row.
    pub fn n_cells(&self) -> usize {
        self.n_cells
    }

    /// The cells of the row that [`RowReader::read`] completed, quotes removed; `None` when they are not
    /// UTF-8.
    pub fn cells(&self) -> Option<impl Iterator<Item = &str>> {
        let text = core::str::from_utf8(&self.text).ok()?;
        let ends = self.ends.iter().map(|end| *end as usize);
        let starts = core::iter::once(0).chain(ends.clone());
        // A cell of bytes that are not UTF-8 can end inside a character of the row.
        ends.clone()
            .all(|end| text.is_char_boundary(end))
            .then(|| starts.zip(ends).filter_map(|(start, end)| text.get(start..end)))
    }

    /// Skips a byte order mark and line ends before a row.
    fn skip_blank(&mut self, input: &[u8]) -> usize {
        let mut skipped = 0;
        if !self.started && input.starts_with(BYTE_ORDER_MARK) {
            skipped = BYTE_ORDER_MARK.len();
        }
        self.started = true;
        let rest = input.get(skipped..).unwrap_or_default();
        let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let blank = rest.get(..blank).unwrap_or_default();
        self.count_lines(blank, memchr_iter(b'\n', blank).count() as u64);
        skipped + blank.len()
    }

    /// Counts lines (ended by `\n`, `\r\n` or `\r`) in bytes that hold so many `\n`.
    fn count_lines(&mut self, bytes: &[u8], n_newlines: u64) {
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return };
        // A pair that is cut was counted at its first half.
        let pair_is_cut = self.after_return && *first == b'\n';
        self.newlines += n_newlines - u64::from(pair_is_cut);
        self.after_return = *last == b'\r';
        let is_alone = |at: &usize| bytes.get(at + 1) != Some(&b'\n');
        self.newlines += memchr_iter(b'\r', bytes).filter(is_alone).count() as u64;
    }
}

/// The ends of a text that is shorter than 4 GiB.
fn as_u32(end: usize) -> u32 {
    u32::try_from(end).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
