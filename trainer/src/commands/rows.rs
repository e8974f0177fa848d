//! Rows as results: CSV, or one JSON object in a line.

use std::io::Write as _;

use shared::RawCell;
use shared::dialect::CellStyle;

use super::{Sink, output_failed};
use crate::error::Error;

/// One cell of a row.
pub(super) enum Cell<'c> {
    /// As the input had it.
    Given(&'c str),
    /// A word of ours.
    Word(&'c str),
    /// Words of ours.
    Text(String),
    /// A value of JSON, in lines of JSON only.
    Json(String),
    /// A finite number.
    Number(f64),
    /// An id or a count.
    Count(i64),
    /// No value.
    Nothing,
}

/// How rows become text.
pub(super) enum RowText {
    /// With the style of the cells that were given, where text is to be defused: see [`is_run`].
    Csv(Option<CellStyle>),
    /// With the members' names as JSON strings.
    Json(Vec<String>),
}

impl RowText {
    /// Objects with these members.
    pub(super) fn json<'h>(header: impl Iterator<Item = &'h str>) -> Self {
        Self::Json(header.map(quoted).collect())
    }

    /// Appends the names of the columns, where rows do not say them.
    pub(super) fn append_header<'h>(
        &self,
        header: impl Iterator<Item = &'h str>,
        out: &mut Vec<u8>,
    ) {
        if let Self::Csv(_) = self {
            self.append(header.map(Cell::Given), out);
        }
    }

    /// Appends a row with a cell for each name.
    pub(super) fn append<'c>(&self, cells: impl Iterator<Item = Cell<'c>>, out: &mut Vec<u8>) {
        match self {
            Self::Csv(style) => {
                for (at, cell) in cells.enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    append_csv(&cell, style.as_ref(), out);
                }
            }
            Self::Json(names) => {
                for (at, (name, cell)) in names.iter().zip(cells).enumerate() {
                    out.push(if at == 0 { b'{' } else { b',' });
                    out.extend_from_slice(name.as_bytes());
                    out.push(b':');
                    append_json(&cell, out);
                }
                out.push(b'}');
            }
        }
        out.push(b'\n');
    }
}

/// So much text is worth being handed to the system.
const FULL: usize = 1 << 16;

/// Writes rows under a header.
pub(super) struct RowWriter {
    sink: Sink,
    rows: RowText,
    waiting: Vec<u8>,
}

impl RowWriter {
    /// Starts with the header, whose names are distinct.
    pub(super) fn create<'h>(
        sink: Sink,
        json: bool,
        header: impl Iterator<Item = &'h str> + Clone,
    ) -> Self {
        let rows = if json { RowText::json(header.clone()) } else { RowText::Csv(None) };
        let mut waiting = Vec::new();
        rows.append_header(header, &mut waiting);
        Self { sink, rows, waiting }
    }

    /// CSV in which no cell is run by a spreadsheet.
    pub(super) fn defused<'h>(
        sink: Sink,
        style: CellStyle,
        header: impl Iterator<Item = &'h str>,
    ) -> Self {
        let rows = RowText::Csv(Some(style));
        let mut waiting = Vec::new();
        rows.append_header(header, &mut waiting);
        Self { sink, rows, waiting }
    }

    /// Writes a row with a cell for each name.
    pub(super) fn write<'c>(&mut self, cells: impl Iterator<Item = Cell<'c>>) -> Result<(), Error> {
        self.rows.append(cells, &mut self.waiting);
        if self.waiting.len() < FULL { Ok(()) } else { self.hand_over() }
    }

    fn hand_over(&mut self) -> Result<(), Error> {
        self.sink.write_all(&self.waiting).map_err(output_failed)?;
        self.waiting.clear();
        Ok(())
    }

    /// Makes a file appear, or flushes standard output.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.hand_over()?;
        self.sink.finish()
    }
}

fn append_csv(cell: &Cell, style: Option<&CellStyle>, out: &mut Vec<u8>) {
    match cell {
        Cell::Given(text) | Cell::Word(text) => append_csv_text(text, style, out),
        Cell::Text(text) | Cell::Json(text) => append_csv_text(text, style, out),
        Cell::Number(number) => append_number(*number, out),
        Cell::Count(count) => append_number(*count, out),
        Cell::Nothing => {}
    }
}

fn append_csv_text(text: &str, style: Option<&CellStyle>, out: &mut Vec<u8>) {
    let defused = style.is_some_and(|style| is_run(text, style));
    let quoted = text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if quoted {
        out.push(b'"');
    }
    if defused {
        out.push(b'\'');
    }
    for (at, part) in text.split('"').enumerate() {
        if at > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part.as_bytes());
    }
    if quoted {
        out.push(b'"');
    }
}

/// Whether a spreadsheet would run a cell as a formula (OWASP, "CSV Injection"): by how it begins, unless it is a
/// number as the table writes them, or too short to be a formula.
fn is_run(text: &str, style: &CellStyle) -> bool {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    begins && text.chars().nth(1).is_some() && style.number(text.trim()).is_none()
}

fn append_number(number: impl std::fmt::Display, out: &mut Vec<u8>) {
    // Writing into memory cannot fail.
    let _ = write!(out, "{number}");
}

fn append_json(cell: &Cell, out: &mut Vec<u8>) {
    match cell {
        Cell::Given(text) => out.extend_from_slice(given(text).as_bytes()),
        Cell::Word(text) => out.extend_from_slice(quoted(text).as_bytes()),
        Cell::Text(text) => out.extend_from_slice(quoted(text).as_bytes()),
        Cell::Json(json) => out.extend_from_slice(json.as_bytes()),
        Cell::Number(number) => append_number(*number, out),
        Cell::Count(count) => append_number(*count, out),
        Cell::Nothing => out.extend_from_slice(b"null"),
    }
}

/// The most digits of a whole number that every reader of JSON keeps.
const SAFE_DIGITS: usize = 15;

/// A plain number keeps its own text. What only looks like one stays a string: `007` names something, and a
/// long identifier would lose its last digits in most readers.
fn given(text: &str) -> String {
    match CellStyle::default().cell(text) {
        RawCell::Cell { text: number, number: Some(_) } if is_plain(number) => number.to_owned(),
        RawCell::Missing => "null".to_owned(),
        _ => quoted(text),
    }
}

/// Whether a number is written as JSON writes it, and not too long.
fn is_plain(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    (!whole || digits.len() <= SAFE_DIGITS) && serde_json::from_str::<f64>(number).is_ok()
}

/// A text as a string of JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_json_as_they_were_written() {
        for (cell, json) in [
            ("1.50", "1.50"),
            ("-3", "-3"),
            ("2e3", "2e3"),
            (" 7 ", "7"),
            ("007", "\"007\""),
            ("+5", "\"+5\""),
            (".5", "\".5\""),
            ("123456789012345", "123456789012345"),
            ("1234567890123456", "\"1234567890123456\""),
            ("35.499999999999996", "35.499999999999996"),
            ("1e999", "\"1e999\""),
            ("", "null"),
            ("NA", "null"),
            ("a \"b\"\n", "\"a \\\"b\\\"\\n\""),
            ("true", "\"true\""),
        ] {
            assert_eq!(given(cell), json, "{cell:?}");
        }
    }

    #[test]
    fn cells_of_csv_are_quoted_where_they_must_be() {
        let mut out = Vec::new();
        let cells = [
            Cell::Given("a \"b\", c"),
            Cell::Word("plain"),
            Cell::Text("two\nlines".into()),
            Cell::Number(0.1),
            Cell::Count(-3),
            Cell::Nothing,
        ];
        RowText::Csv(None).append(cells.into_iter(), &mut out);
        let expected = "\"a \"\"b\"\", c\",plain,\"two\nlines\",0.1,-3,\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_told_from_numbers() {
        let point = CellStyle::default();
        for text in [
            "=1+1",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1+1",
            "--",
            "-1,5",
            "-x",
        ] {
            assert!(is_run(text, &point), "{text:?}");
        }
        for text in ["-3", "+5", "-1.5e3", "-1,234.5", "-$5", "-", "=", "", "a=b", " =1", "'=1"] {
            assert!(!is_run(text, &point), "{text:?}");
        }
        let comma = CellStyle { decimal: shared::dialect::DecimalMark::Comma, ..point };
        assert!(!is_run("-1,5", &comma));
    }

    #[test]
    fn defused_cells_are_quoted_around_the_apostrophe() {
        let mut out = Vec::new();
        let rows = RowText::Csv(Some(CellStyle::default()));
        rows.append_header(["=a", "-1"].into_iter(), &mut out);
        rows.append([Cell::Given("=HYPERLINK(\"x\",1)"), Cell::Number(-1.5)].into_iter(), &mut out);
        let expected = "'=a,-1\n\"'=HYPERLINK(\"\"x\"\",1)\",-1.5\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
