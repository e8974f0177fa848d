//! Delimited text in any encoding and dialect, tokenised by `shared` straight into blocks.

use std::io::{ErrorKind, Read as _};
use std::path::PathBuf;

use shared::csv::{RowReader, Step};
use shared::dialect::{self, Dialect, Told};
use shared::encoding::{BadText, Decoder};

use super::ReadOptions;
use super::block::{Block, Draft};
use super::bytes::{Bytes, read_error};
use super::limits::{Budget, bad, too_long};
use crate::error::Error;

/// How much is read at once: little enough to stay in a core's cache.
const CHUNK: usize = 128 << 10;

/// How much text the dialect is recognised by.
const SAMPLE: usize = 256 << 10;

/// The rows of a file of delimited text.
pub(super) struct CsvRows {
    path: PathBuf,
    bytes: Bytes,
    raw: Vec<u8>,
    decoder: Decoder,
    /// Decoded text, and how much of it is tokenised.
    text: String,
    at: usize,
    ended: bool,
    /// Why there is no more text, told once all before it is read.
    fault: Option<BadText>,
    reader: RowReader,
    dialect: Dialect,
    /// Lines before those that the tokeniser sees.
    skipped: u64,
    /// Lines up to the end of the last row.
    lines: u64,
    budget: Budget,
}

impl CsvRows {
    /// Recognises encoding and dialect.
    ///
    /// # Errors
    /// When reading fails.
    pub(super) fn open(bytes: Bytes, options: &ReadOptions) -> Result<Self, Error> {
        let told = Told { delimiter: options.delimiter, decimal: options.decimal };
        let mut rows = Self {
            path: bytes.path().to_owned(),
            bytes,
            raw: vec![0; CHUNK],
            decoder: Decoder::new(options.encoding),
            text: String::new(),
            at: 0,
            ended: false,
            fault: None,
            reader: RowReader::default(),
            dialect: dialect::recognise("", true, told),
            skipped: 0,
            lines: 0,
            budget: Budget::new(options.max_rows, options.header.into()),
        };
        for _ in 0..options.skip_lines {
            if rows.at == rows.text.len() && !rows.next_text()? {
                let hint = "give a smaller number";
                let what =
                    format!("the file has fewer lines than the {} to skip", options.skip_lines);
                return Err(bad(&rows.path, rows.skipped + 1, &what, hint));
            }
            rows.skip_line()?;
        }
        rows.text.drain(..rows.at);
        rows.at = 0;
        while rows.text.len() < SAMPLE && rows.more()? {}
        rows.dialect = dialect::recognise(&rows.text, rows.ended, told);
        if rows.dialect.sep_line {
            rows.skip_line()?;
        }
        rows.reader = RowReader::new(rows.dialect.delimiter);
        Ok(rows)
    }

    /// How the file is written.
    pub(super) fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Encoding and dialect in words.
    pub(super) fn describe(&self) -> String {
        self.dialect.describe(self.decoder.encoding().name())
    }

    /// How much of the file is read.
    pub(super) fn progress(&self) -> (u64, Option<u64>) {
        self.bytes.progress()
    }

    /// Appends rows until the block is full; false at the end. Blank cells beyond `width` are dropped.
    ///
    /// # Errors
    /// When reading fails, the text is damaged, or a bound is passed.
    pub(super) fn fill(&mut self, block: &mut Block, width: usize) -> Result<bool, Error> {
        let mut draft = Draft::of(block);
        let more = self.fill_draft(&mut draft, width);
        *block = draft.finish();
        more
    }

    fn fill_draft(&mut self, draft: &mut Draft, width: usize) -> Result<bool, Error> {
        while !draft.is_full() {
            if self.at == self.text.len() && !self.next_text()? && self.fault.is_some() {
                return Err(self.not_text());
            }
            let rest = &self.text.as_bytes()[self.at..];
            let (consumed, step) = self.reader.read_into(rest, &mut draft.text, &mut draft.ends);
            self.at += consumed;
            match step {
                Step::Row => {
                    let line = self.reader.line();
                    let size = draft.end_row(self.skipped + line, width);
                    // Blank lines cost time as rows do.
                    for blank in self.lines + 1..line {
                        self.budget.row((0, 0), &self.path, self.skipped + blank)?;
                    }
                    self.lines = self.reader.lines_read();
                    self.budget.row(size, &self.path, self.skipped + line)?;
                }
                Step::NeedsInput => {
                    let lines = self.reader.lines_read();
                    self.budget.blank_lines(
                        lines - self.lines,
                        &self.path,
                        self.skipped + lines,
                    )?;
                }
                Step::End => return Ok(false),
                Step::OpenQuote => {
                    let what = "a quote opens in this row and is never closed";
                    return Err(self.bad(what, "close it, or double it inside quotes"));
                }
                Step::TooLong => {
                    return Err(too_long(&self.path, self.skipped + self.reader.line()));
                }
            }
        }
        Ok(true)
    }

    /// Replaces the text, all of which is tokenised, by the next; false at the end.
    fn next_text(&mut self) -> Result<bool, Error> {
        self.text.clear();
        self.at = 0;
        while self.text.is_empty() {
            if !self.more()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Appends the next text; false at the end, which may be where the text goes wrong.
    fn more(&mut self) -> Result<bool, Error> {
        if self.ended {
            return Ok(false);
        }
        let read = loop {
            match self.bytes.read(&mut self.raw) {
                Err(reason) if reason.kind() == ErrorKind::Interrupted => {}
                Err(reason) => return Err(read_error(&self.path, reason)),
                Ok(read) => break read,
            }
        };
        let decoded = self.decoder.decode(&self.raw[..read], read == 0, &mut self.text);
        self.fault = decoded.err();
        self.ended = read == 0 || self.fault.is_some();
        Ok(!self.ended || !self.text.is_empty())
    }

    /// Goes past the end of a line, before the tokeniser starts.
    fn skip_line(&mut self) -> Result<(), Error> {
        loop {
            if let Some(end) = self.text[self.at..].find(['\r', '\n']) {
                let is_return = self.text.as_bytes()[self.at + end] == b'\r';
                self.at += end + 1;
                if is_return && (self.at < self.text.len() || self.more()?) {
                    self.at += usize::from(self.text[self.at..].starts_with('\n'));
                }
                self.skipped += 1;
                return Ok(());
            }
            // What has no end may be endless.
            self.text.clear();
            self.at = 0;
            if !self.more()? {
                return Ok(());
            }
        }
    }

    fn not_text(&self) -> Error {
        let hint = "pass `--encoding` with the file's encoding, or save the file as UTF-8";
        let what = self.fault.map_or(String::new(), |fault| fault.to_string());
        bad(&self.path, self.skipped + self.reader.lines_read() + 1, what, hint)
    }

    fn bad(&self, what: &str, hint: &str) -> Error {
        bad(&self.path, self.skipped + self.reader.line(), what, hint)
    }
}
