//! NDJSON: one JSON object in each line, whose names make the header. Objects in it are flattened.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use shared::csv::{MAX_CELLS, MAX_ROW_BYTES};

use super::block::Block;
use super::bytes::{Bytes, read_error};
use super::header::printable;
use super::json_line::{self, Fields, Value};
use super::limits::{Budget, bad};
use crate::error::Error;

/// How much of a pipe is looked at for names: lines and bytes.
const AHEAD: (u64, usize) = (10_000, 16 << 20);

/// What helps against most of what is wrong.
const ONE_OBJECT_A_LINE: &str = "give one object in each line; `jq -c` writes them so";

/// The rows of an NDJSON file.
pub(super) struct NdjsonRows {
    path: PathBuf,
    lines: Lines<BufReader<std::io::Chain<Cursor<Vec<u8>>, Bytes>>>,
    names: Names,
    budget: Budget,
    /// Where the values of the current row are in `text`; the last row that set each.
    slots: Vec<(u64, usize, usize)>,
    text: String,
    /// Which fields held an array, from which nothing is read.
    lists: Vec<bool>,
    /// The whole file was searched for names.
    complete: bool,
}

/// The fields' names in the order of their first appearance.
#[derive(Default)]
struct Names {
    list: Vec<String>,
    places: HashMap<String, usize>,
}

impl Names {
    /// A name's place; `guess` is where it stood in the row before.
    fn find(&self, name: &str, guess: usize) -> Option<usize> {
        if self.list.get(guess).is_some_and(|known| known == name) {
            return Some(guess);
        }
        self.places.get(name).copied()
    }

    fn collect(&mut self, fields: &Fields) {
        for (guess, (name, _)) in fields.0.iter().enumerate() {
            if self.list.len() <= MAX_CELLS && self.find(name, guess).is_none() {
                self.places.insert(name.to_string(), self.list.len());
                self.list.push(name.to_string());
            }
        }
    }
}

/// Lines of bounded length, counted.
struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    fn new(reader: R) -> Self {
        Self { reader, line: Vec::new(), number: 0 }
    }

    /// Goes to the next line, without its end; false when there is none.
    fn advance(&mut self) -> std::io::Result<bool> {
        self.line.clear();
        // Two more for the line's end.
        let limit = MAX_ROW_BYTES as u64 + 2;
        let read = (&mut self.reader).take(limit).read_until(b'\n', &mut self.line)?;
        self.number += u64::from(read > 0);
        while self.line.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            self.line.pop();
        }
        if self.number == 1 && self.line.starts_with(b"\xef\xbb\xbf") {
            self.line.drain(..3);
        }
        Ok(read > 0)
    }

    fn is_blank(&self) -> bool {
        self.line.iter().all(u8::is_ascii_whitespace)
    }
}

impl NdjsonRows {
    /// Collects the names: of the whole file where it can be read twice, else of its first lines.
    ///
    /// # Errors
    /// When reading fails, no line is an object, or a name cannot be a column's.
    pub(super) fn open(bytes: Bytes, max_rows: u64) -> Result<Self, Error> {
        let path = bytes.path().to_owned();
        let budget = Budget::new(max_rows, 0);
        let mut names = Names::default();
        let complete = bytes.is_regular();
        let (ahead, bytes) = if complete {
            let again = Bytes::open(&path)?;
            let mut lines = Lines::new(BufReader::with_capacity(1 << 16, bytes));
            let mut count = budget.clone();
            while advance(&mut lines, &path)? {
                count.row((0, lines.line.len()), &path, lines.number)?;
                if let Ok(fields) = json_line::parse(&lines.line) {
                    names.collect(&fields);
                }
            }
            (Vec::new(), again)
        } else {
            let mut lines = Lines::new(BufReader::with_capacity(1 << 16, bytes));
            let mut ahead = Vec::new();
            while lines.number < AHEAD.0 && ahead.len() < AHEAD.1 && advance(&mut lines, &path)? {
                ahead.extend_from_slice(&lines.line);
                ahead.push(b'\n');
                if let Ok(fields) = json_line::parse(&lines.line) {
                    names.collect(&fields);
                }
            }
            ahead.extend_from_slice(lines.reader.buffer());
            (ahead, lines.reader.into_inner())
        };
        if names.list.is_empty() {
            return Err(bad(&path, 1, "no line is a JSON object with fields", ONE_OBJECT_A_LINE));
        }
        if names.list.len() > MAX_CELLS {
            let what = format!("more than {MAX_CELLS} different fields");
            return Err(bad(&path, 1, what, ONE_OBJECT_A_LINE));
        }
        let lines = Lines::new(BufReader::with_capacity(1 << 16, Cursor::new(ahead).chain(bytes)));
        let slots = vec![(0, 0, 0); names.list.len()];
        let lists = vec![false; names.list.len()];
        Ok(Self { path, lines, names, budget, slots, text: String::new(), lists, complete })
    }

    /// The names, as the objects write them.
    pub(super) fn names(&self) -> &[String] {
        &self.names.list
    }

    /// The fields that held an array, so far.
    pub(super) fn lists(&self) -> Vec<String> {
        let fields = self.names.list.iter().zip(&self.lists);
        fields.filter(|(_, list)| **list).map(|(name, _)| printable(name)).collect()
    }

    /// How much of the file is read.
    pub(super) fn progress(&self) -> (u64, Option<u64>) {
        self.lines.reader.get_ref().get_ref().1.progress()
    }

    /// Appends rows until the block is full; false at the end.
    ///
    /// # Errors
    /// When reading fails, a bound is passed, or a pipe brings a name too late.
    pub(super) fn fill(&mut self, block: &mut Block) -> Result<bool, Error> {
        while !block.is_full() {
            if !advance(&mut self.lines, &self.path)? {
                return Ok(false);
            }
            let line = self.lines.number;
            if self.lines.is_blank() {
                self.budget.row((0, 0), &self.path, line)?;
                continue;
            }
            // Lent out, because its fields go into this reader's slots.
            let text = std::mem::take(&mut self.lines.line);
            let fault = match json_line::parse(&text) {
                Ok(fields) => self.place(&fields)?,
                Err(fault) => {
                    // The line itself, so that it can be put aside and mended.
                    block.push_cell(std::str::from_utf8(&text).unwrap_or_default());
                    let size = block.end_row(line, usize::MAX);
                    self.budget.row(size, &self.path, line)?;
                    block.fault(fault);
                    continue;
                }
            };
            self.lines.line = text;
            for &(row, start, end) in &self.slots {
                block.push_cell(if row == line { &self.text[start..end] } else { "" });
            }
            self.budget.row(block.end_row(line, usize::MAX), &self.path, line)?;
            if let Some(fault) = fault {
                block.fault(fault);
            }
        }
        Ok(true)
    }

    /// Puts an object's values into their slots; what is wrong with one is the row's fault.
    fn place(&mut self, fields: &Fields) -> Result<Option<String>, Error> {
        let line = self.lines.number;
        let mut fault = None;
        self.text.clear();
        let mut guess = 0;
        for (name, value) in &fields.0 {
            let Some(place) = self.names.find(name, guess) else {
                return Err(self.late(name));
            };
            guess = place + 1;
            let start = self.text.len();
            let what = match json_line::write(value, &mut self.text) {
                Value::Cell => None,
                Value::Nested => {
                    self.lists[place] = true;
                    None
                }
                Value::NoText => Some("holds an escape that stands for no character"),
            };
            let what = if self.slots[place].0 == line { Some("is there twice") } else { what };
            self.slots[place] = (line, start, self.text.len());
            if let Some(what) = what {
                fault.get_or_insert(format!("the field `{}` {what}", printable(name)));
            }
        }
        Ok(fault)
    }

    fn late(&self, name: &str) -> Error {
        let what = if self.complete {
            "the file changed while it was read".to_owned()
        } else {
            format!("the field `{}` comes up here for the first time", printable(name))
        };
        let hint = "of a pipe only the beginning is searched for fields: write it to a file first";
        let hint = if self.complete { "read it again when it is complete" } else { hint };
        bad(&self.path, self.lines.number, what, hint)
    }
}

/// The next line, or false at the end.
fn advance<R: BufRead>(lines: &mut Lines<R>, path: &Path) -> Result<bool, Error> {
    let more = lines.advance().map_err(|reason| read_error(path, reason))?;
    if lines.line.len() > MAX_ROW_BYTES {
        let what = format!("a line of over {MAX_ROW_BYTES} bytes");
        return Err(bad(path, lines.number, what, ONE_OBJECT_A_LINE));
    }
    Ok(more)
}
