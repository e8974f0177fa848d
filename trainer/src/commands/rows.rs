//! Rows as results: CSV, or with `--json` one object in a line.

use std::io::{self, Write as _};

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
    /// A finite number.
    Number(f64),
    /// An id or a count.
    Count(i64),
}

/// Writes rows under a header.
pub(super) enum RowWriter {
    Csv(Box<csv::Writer<Sink>>),
    /// With the members' names as JSON strings.
    Json(Sink, Vec<String>),
}

impl RowWriter {
    /// Starts with the header, whose names are distinct.
    pub(super) fn create<'h>(
        sink: Sink,
        json: bool,
        header: impl Iterator<Item = &'h str>,
    ) -> Result<Self, Error> {
        if json {
            return Ok(Self::Json(sink, header.map(quoted).collect()));
        }
        let mut csv = csv::Writer::from_writer(sink);
        csv.write_record(header).map_err(row_failed)?;
        Ok(Self::Csv(Box::new(csv)))
    }

    /// Writes a row with a cell for each name.
    pub(super) fn write<'c>(&mut self, cells: impl Iterator<Item = Cell<'c>>) -> Result<(), Error> {
        match self {
            Self::Csv(csv) => {
                for cell in cells {
                    match cell {
                        Cell::Given(text) | Cell::Word(text) => csv.write_field(text),
                        Cell::Number(number) => csv.write_field(number.to_string()),
                        Cell::Count(count) => csv.write_field(count.to_string()),
                    }
                    .map_err(row_failed)?;
                }
                csv.write_record(None::<&[u8]>).map_err(row_failed)
            }
            Self::Json(sink, names) => {
                let members: Vec<String> = names
                    .iter()
                    .zip(cells)
                    .map(|(name, cell)| format!("{name}:{}", cell.to_json()))
                    .collect();
                writeln!(sink, "{{{}}}", members.join(",")).map_err(output_failed)
            }
        }
    }

    /// Makes a file appear, or flushes standard output.
    pub(super) fn finish(self) -> Result<(), Error> {
        match self {
            Self::Csv(csv) => {
                csv.into_inner().map_err(|error| output_failed(error.into_error()))?.finish()
            }
            Self::Json(sink, _) => sink.finish(),
        }
    }
}

impl Cell<'_> {
    fn to_json(&self) -> String {
        match self {
            Self::Given(text) => given(text),
            Self::Word(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::Count(count) => count.to_string(),
        }
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

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The CSV writer wraps the system's reason and would hide a closed pipe.
fn row_failed(error: csv::Error) -> Error {
    output_failed(match error.into_kind() {
        csv::ErrorKind::Io(reason) => reason,
        other => io::Error::other(format!("{other:?}")),
    })
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
}
