//! What separates a table's cells, and which decimal mark it writes, from its first rows.

use alloc::string::String;
use alloc::vec::Vec;

use super::{DecimalMark, Decorations, evidence, number};
use crate::csv::{RowReader, Step};

/// What may separate cells; on ties, the first wins.
pub const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Above so many rows, a header is not looked for.
const MAX_TITLES: usize = 10;

/// What a header below other lines counts, against one at the top.
const BELOW_TITLES: f64 = 0.8;

/// Below this, a table is taken to have one column.
const FAINT: f64 = 0.4;

/// What the user has told, and so is not asked of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// One of [`DELIMITERS`].
    pub delimiter: Option<u8>,
    /// The decimal mark.
    pub decimal: Option<DecimalMark>,
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// What separates cells.
    pub delimiter: u8,
    /// What stands before the fraction of a number.
    pub decimal: DecimalMark,
    /// Whether the first row is Excel's `sep=;` and neither title nor header.
    pub sep_line: bool,
    /// What some numbers of the sample bear.
    pub decorations: Decorations,
}

impl Dialect {
    /// What is worth telling, such as `semicolon, Windows-1252, decimal comma`.
    pub fn describe(&self, encoding_name: &str) -> String {
        let delimiter = match self.delimiter {
            b';' => "semicolon",
            b'\t' => "tab",
            b'|' => "pipe",
            _ => "comma",
        };
        let parts = [
            (true, delimiter),
            (true, encoding_name),
            (self.decimal == DecimalMark::Comma, "decimal comma"),
            (self.decorations.thousands, "thousands separators"),
            (self.decorations.currency, "currencies"),
            (self.decorations.percent, "percent signs"),
        ];
        let told: Vec<&str> =
            parts.into_iter().filter(|(is_so, _)| *is_so).map(|(_, part)| part).collect();
        told.join(", ")
    }
}

/// Recognises how a table is written from its begin; `complete` when that is all of it.
///
/// **Delimiter**: the one that cuts most rows into as many cells as the header, which is the first row or
/// stands below up to ten lines of title. Cells that still hold another delimiter, or a quote, speak against
/// it. On ties more columns win, then the order of [`DELIMITERS`]. A table with one column has commas, unless
/// its numbers do: then semicolons.
///
/// **Decimal mark**: what numbers show that have only one reading (`3,5` and `1.234,56` against `3.5` and
/// `1,234.56`), each column having one vote; on ties the point. Where all could be thousands, the point, but
/// a comma where semicolons are the delimiter and `1,234` occurs, or where the delimiter is not a comma and
/// `1.234` stands beside numbers below 1000 without a mark and none above.
pub fn recognise(sample: &str, complete: bool, told: Told) -> Dialect {
    let sample = sample.strip_prefix('\u{feff}').unwrap_or(sample);
    let (line, below) = sample.split_at(sample.find(['\r', '\n']).unwrap_or(sample.len()));
    let separator = separator(line);
    let table = if separator.is_some() { below } else { sample };
    let delimiter = told.delimiter.or(separator.filter(|s| DELIMITERS.contains(s)));
    let rows = match delimiter {
        Some(delimiter) => Rows::read(table, complete, delimiter),
        None => best(table, complete),
    };
    let found = evidence::weigh(&rows, told.decimal);
    Dialect {
        delimiter: rows.delimiter,
        decimal: found.decimal,
        sep_line: separator.is_some(),
        decorations: found.decorations,
    }
}

/// What Excel's own first line, `sep=;`, says.
fn separator(line: &str) -> Option<u8> {
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    match line.as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => Some(*separator),
        _ => None,
    }
}

fn best(table: &str, complete: bool) -> Rows {
    let mut best: Option<(Rows, Layout)> = None;
    for delimiter in DELIMITERS {
        let rows = Rows::read(table, complete, delimiter);
        let Some(layout) = Layout::of(&rows).filter(|layout| layout.score >= FAINT) else {
            continue;
        };
        let is_better = best.as_ref().is_none_or(|(_, known)| {
            layout.score > known.score
                || (layout.score == known.score && layout.n_columns > known.n_columns)
        });
        if is_better {
            best = Some((rows, layout));
        }
    }
    if let Some((rows, _)) = best {
        return rows;
    }
    let lines = Rows::read(table, complete, b';');
    let is_decimal = |cell: &str| {
        number::read(cell, DecimalMark::Comma).is_some()
            && number::read(cell, DecimalMark::Point).is_none()
    };
    let n_decimal = lines.cells().filter(|(_, cell)| is_decimal(cell)).count();
    if n_decimal * 2 > lines.n_cells.len() { lines } else { Rows::read(table, complete, b',') }
}

/// The rows of a sample, cut by one delimiter.
pub(super) struct Rows {
    pub(super) delimiter: u8,
    text: String,
    ends: Vec<u32>,
    n_cells: Vec<usize>,
    /// The part of the sample that is in these rows. The rest is a row that the sample's end cuts, or, with
    /// the wrong delimiter, what an open quote has swallowed.
    covered: f64,
}

impl Rows {
    fn read(sample: &str, complete: bool, delimiter: u8) -> Self {
        let mut reader = RowReader::new(delimiter);
        let (mut text, mut ends, mut n_cells) = (Vec::new(), Vec::new(), Vec::new());
        let (mut consumed, mut covered) = (0, 0);
        loop {
            let rest = sample.as_bytes().get(consumed..).unwrap_or_default();
            // A sample without a complete row is better than none.
            if rest.is_empty() && !complete && !n_cells.is_empty() {
                break;
            }
            let (n_in, step) = reader.read_into(rest, &mut text, &mut ends);
            consumed += n_in;
            match step {
                Step::Row => {
                    n_cells.push(reader.n_cells());
                    covered = consumed;
                }
                Step::NeedsInput => {}
                Step::End | Step::TooLong | Step::OpenQuote => break,
            }
        }
        text.truncate(ends.last().map_or(0, |end| *end as usize));
        Self {
            delimiter,
            text: String::from_utf8(text).unwrap_or_default(),
            ends,
            n_cells,
            covered: covered as f64 / sample.len().max(1) as f64,
        }
    }

    /// All cells from the first row's first, each with its column.
    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, &str)> {
        let ends = self.ends.iter().map(|end| *end as usize);
        let starts = core::iter::once(0).chain(ends.clone());
        let columns = self.n_cells.iter().flat_map(|n| 0..*n);
        let text = |(start, end)| self.text.get(start..end).unwrap_or_default().trim();
        columns.zip(starts.zip(ends).map(text))
    }
}

/// A header and the columns below it, as one delimiter shows them.
struct Layout {
    n_columns: usize,
    /// From 0 to 1: how much like a table this is.
    score: f64,
}

impl Layout {
    /// The best of the rows that can be a header; `None` when all have one cell.
    fn of(rows: &Rows) -> Option<Self> {
        let cells: Vec<&str> = rows.cells().map(|(_, cell)| cell).collect();
        let mut best: Option<Self> = None;
        let mut start = 0;
        for (titles, &n_columns) in rows.n_cells.iter().enumerate().take(MAX_TITLES + 1) {
            let header = cells.get(start..start + n_columns).unwrap_or_default();
            if n_columns > 1 {
                let below = rows.n_cells.get(titles..).unwrap_or_default();
                let n_alike = below.iter().filter(|n| **n == n_columns).count();
                let alike = n_alike as f64 / below.len() as f64;
                let named = share(header, |cell| !cell.is_empty() && !starts_with_digit(cell));
                // Years may name columns at the top of a table; below titles a number is no header.
                let position = if titles == 0 { 0.5 + 0.5 * named } else { BELOW_TITLES * named };
                let clean = cleanness(cells.get(start..).unwrap_or_default(), rows.delimiter);
                let score = alike * position * clean * rows.covered;
                if best.as_ref().is_none_or(|known| score > known.score) {
                    best = Some(Self { n_columns, score });
                }
            }
            start += n_columns;
        }
        best
    }
}

/// How few cells hold what separates cells elsewhere. Quotes are left over where a delimiter cuts through
/// them; a comma that is no number's is the mildest sign.
fn cleanness(cells: &[&str], delimiter: u8) -> f64 {
    let is_foreign = |cell: &str| {
        cell.bytes().any(|byte| byte != b',' && byte != delimiter && DELIMITERS.contains(&byte))
    };
    let has_comma =
        |cell: &str| delimiter != b',' && cell.contains(',') && !starts_with_digit(cell);
    let quoted = share(cells, |cell| cell.contains('"'));
    (1.0 - quoted) * (1.0 - 0.5 * share(cells, is_foreign)) * (1.0 - 0.25 * share(cells, has_comma))
}

fn starts_with_digit(cell: &str) -> bool {
    cell.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
}

fn share(cells: &[&str], holds: impl Fn(&str) -> bool) -> f64 {
    cells.iter().filter(|cell| holds(cell)).count() as f64 / cells.len().max(1) as f64
}

#[cfg(test)]
mod tests;
