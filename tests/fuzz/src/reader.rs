//! A table from its bytes to its cells: decoded, recognised, cut into rows, read as numbers and dates.

use shared::csv::{MAX_CELLS, MAX_ROW_BYTES, RowReader, Step};
use shared::date::{self, DateOrder};
use shared::dialect::{CellStyle, DELIMITERS, DecimalMark, Told, recognise};
use shared::encoding::{BadText, Decoder, Encoding};
use shared::{RawCell, number};

/// Reads a table whose last three bytes say what was told and where it is cut.
///
/// # Panics
/// When what is read depends on the cuts, is not what the `csv` crate reads, or breaks a promise.
pub fn check(bytes: &[u8]) {
    let (table, control) = match bytes {
        [table @ .., a, b, c] => (table, [*a, *b, *c]),
        _ => (bytes, [0; 3]),
    };
    let [told, seed, longest] = control;
    let cuts = Cuts { state: seed.into(), longest: usize::from(longest) + 2 };
    let encoding = Encoding::ALL.get(usize::from(told & 7)).copied();
    let (text, found, end) = decode(table, encoding, Cuts::none());
    assert_eq!((text.clone(), found, end), decode(table, encoding, cuts));
    check_decoded(table, encoding, &text, end);

    let told = Told {
        delimiter: DELIMITERS.get(usize::from(told >> 3 & 7)).copied(),
        decimal: [DecimalMark::Point, DecimalMark::Comma].get(usize::from(told >> 6)).copied(),
    };
    let sample_end = text.floor_char_boundary(usize::from(seed) * 16);
    let dialect = recognise(&text[..sample_end], sample_end == text.len(), told);
    assert!(DELIMITERS.contains(&dialect.delimiter));
    assert!(told.delimiter.is_none_or(|told| told == dialect.delimiter));
    assert!(told.decimal.is_none_or(|told| told == dialect.decimal));
    assert!(dialect.describe(found.name()).contains(found.name()));

    let rows = Rows::read(&text, dialect.delimiter, Cuts::none());
    assert_eq!(rows, Rows::read(&text, dialect.delimiter, cuts));
    rows.check(&text, dialect.delimiter);
    let style = CellStyle { decimal: dialect.decimal, missing: Vec::from(["999".to_owned()]) };
    for cell in rows.cells() {
        check_cell(cell, &style);
    }
}

/// Where a stream is cut: into pieces of less than so many bytes, some of none.
#[derive(Clone, Copy)]
struct Cuts {
    state: u32,
    longest: usize,
}

impl Cuts {
    fn none() -> Self {
        Self { state: 0, longest: usize::MAX }
    }

    fn next(&mut self) -> usize {
        self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if self.longest == usize::MAX {
            usize::MAX
        } else {
            (self.state >> 16) as usize % self.longest
        }
    }
}

fn decode(
    bytes: &[u8],
    told: Option<Encoding>,
    mut cuts: Cuts,
) -> (String, Encoding, Result<(), BadText>) {
    let mut decoder = Decoder::new(told);
    let mut text = String::new();
    let mut rest = bytes;
    let end = loop {
        let (piece, behind) = rest.split_at(cuts.next().min(rest.len()));
        rest = behind;
        let decoded = decoder.decode(piece, rest.is_empty(), &mut text);
        if decoded.is_err() || rest.is_empty() {
            break decoded;
        }
    };
    (text, decoder.encoding(), end)
}

fn check_decoded(bytes: &[u8], told: Option<Encoding>, text: &str, end: Result<(), BadText>) {
    let is_utf16 = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    if told.is_some() || is_utf16 {
        return;
    }
    assert!(!text.contains('\0'));
    let unmarked = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(unmarked) {
        Ok(utf8) => assert_eq!(utf8.split('\0').next(), Some(text)),
        Err(error) => {
            let valid = std::str::from_utf8(&unmarked[..error.valid_up_to()]).unwrap_or_default();
            assert!(end.is_err() || valid.is_ascii());
        }
    }
}

#[derive(Debug, PartialEq)]
struct Rows {
    text: String,
    ends: Vec<u32>,
    /// The number of cells and the first line of each row.
    shapes: Vec<(usize, u64)>,
    lines_read: u64,
    end: Step,
}

impl Rows {
    fn read(table: &str, delimiter: u8, mut cuts: Cuts) -> Self {
        let mut reader = RowReader::new(delimiter);
        let (mut text, mut ends, mut shapes) = (Vec::new(), Vec::new(), Vec::new());
        let mut rest = table.as_bytes();
        // The reader wants a byte order mark whole.
        let mut piece = cuts.next().max(3).min(rest.len());
        let end = loop {
            let (consumed, step) = reader.read_into(&rest[..piece], &mut text, &mut ends);
            rest = &rest[consumed..];
            match step {
                Step::Row => shapes.push((reader.n_cells(), reader.line())),
                Step::NeedsInput => assert_eq!(consumed, piece, "input is left over"),
                Step::End | Step::OpenQuote | Step::TooLong => break step,
            }
            piece = cuts.next().max(1).min(rest.len());
        };
        text.truncate(ends.last().map_or(0, |end| *end as usize));
        let text = String::from_utf8(text).expect("what was text stays text");
        Self { text, ends, shapes, lines_read: reader.lines_read(), end }
    }

    fn check(&self, table: &str, delimiter: u8) {
        assert!(self.ends.is_sorted());
        assert_eq!(self.ends.len(), self.shapes.iter().map(|(n_cells, _)| n_cells).sum::<usize>());
        assert!(self.ends.iter().all(|end| self.text.is_char_boundary(*end as usize)));
        assert!(self.shapes.iter().all(|(n_cells, _)| (1..=MAX_CELLS).contains(n_cells)));
        assert!(self.shapes.is_sorted_by(|a, b| a.1 < b.1));
        assert!(table.len() > MAX_ROW_BYTES || self.end != Step::TooLong || self.too_many(table));
        if self.end == Step::End {
            let n_pairs = table.matches("\r\n").count();
            let n_lines = table.matches(['\r', '\n']).count() - n_pairs;
            assert_eq!(self.lines_read, n_lines as u64);
        }

        let mut theirs = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(table.as_bytes());
        let mut cells = self.cells();
        let mut records = theirs.byte_records();
        for (n_cells, _) in &self.shapes {
            let record = records.next().expect("as many rows").expect("it reads from memory");
            assert_eq!(record.len(), *n_cells);
            assert!(record.iter().all(|cell| Some(cell) == cells.next().map(str::as_bytes)));
        }
        assert_eq!(self.end == Step::End, records.next().is_none());
    }

    fn too_many(&self, table: &str) -> bool {
        table.len() >= MAX_CELLS && self.end == Step::TooLong
    }

    fn cells(&self) -> impl Iterator<Item = &str> {
        let ends = self.ends.iter().map(|end| *end as usize);
        let starts = std::iter::once(0).chain(ends.clone());
        starts.zip(ends).map(|(start, end)| &self.text[start..end])
    }
}

fn check_cell(cell: &str, style: &CellStyle) {
    let (text, number) = match style.cell(cell) {
        RawCell::Missing => return,
        RawCell::Cell { text, number } => (text, number),
        other => panic!("a table has no {other:?}"),
    };
    assert_eq!(text, cell.trim());
    assert!(number.is_none_or(|number| number.get().is_finite()));
    assert!(number.is_none() || text.contains(|c: char| c.is_ascii_digit()));
    // One rule from text to number: what both accept is the same.
    if let (DecimalMark::Point, Some(ours), Some(plain)) =
        (style.decimal, number, number::parse(text))
    {
        assert_eq!(ours.get().to_bits(), plain.get().to_bits());
    }

    let readings = date::readings(text);
    for (order, reading) in DateOrder::ALL.into_iter().zip(readings) {
        assert_eq!(reading, date::parse(text, order));
        if let Some(day) = reading {
            assert!(date::is_dateish(text));
            assert_eq!(shared::date::Day::parse(&day.to_string()), Some(day));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_holds_for_every_begin_of_every_seed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/reader");
        let mut n_seeds = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let seed = std::fs::read(entry.unwrap().path()).unwrap();
            for len in 0..=seed.len() {
                check(&seed[..len]);
                check(&[&seed[..len], &[0xff, 7, 3]].concat());
            }
            n_seeds += 1;
        }
        assert!(n_seeds > 5);
    }
}
