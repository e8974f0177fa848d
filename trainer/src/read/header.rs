//! The names of columns: made of a file's first row, which must look like one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use shared::dialect::CellStyle;
use shared::number;

use super::block::{Block, Row};
use super::limits::bad;
use crate::error::Error;

/// The longest name, in bytes.
const MAX_NAME: usize = 256;

/// How many rows below the header are compared with it.
const COMPARED: usize = 200;

/// The columns' names: trimmed and in one line; a column without one is named by its place.
///
/// # Errors
/// When there is no name at all, or one repeats, is too long or holds control characters.
pub(super) fn names<'a>(
    cells: impl Iterator<Item = &'a str> + Clone,
    path: &Path,
    line: u64,
    quotes: bool,
) -> Result<Vec<String>, Error> {
    let quoted =
        |name: &str| if quotes { format!(" `{}`", printable(name)) } else { String::new() };
    let given: BTreeSet<&str> = cells.clone().map(str::trim).collect();
    if given.iter().all(|cell| cell.is_empty()) {
        let hint = "give a file with a header line, or pass `--no-header`";
        return Err(bad(path, line, "the header names no column", hint));
    }
    let mut names = Vec::new();
    for (position, cell) in cells.enumerate() {
        // Programs wrap long names inside quotes.
        let lines = cell.split(['\n', '\r', '\t']).map(str::trim);
        let mut name = lines.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            name = format!("column_{}", position + 1);
            while given.contains(name.as_str()) {
                name.push('_');
            }
        }
        names.push(name);
    }
    if let Some(long) = names.iter().find(|n| n.len() > MAX_NAME || n.chars().any(char::is_control))
    {
        let why = if long.len() > MAX_NAME { "is too long" } else { "has control characters" };
        let what = format!("the header is not one: the name{} {why}", quoted(long));
        let hint = "give a file with a header line, or pass `--no-header`";
        let is_garbled = !long.is_ascii() || long.contains('\0');
        let encoding = if is_garbled { "is the encoding right? else " } else { "" };
        return Err(bad(path, line, what, &format!("{encoding}{hint}")));
    }
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, name) in names.iter().enumerate() {
        places.entry(name).or_default().push(position + 1);
    }
    if let Some((name, places)) = places.iter().find(|(_, places)| places.len() > 1) {
        let places: Vec<String> = places.iter().take(4).map(ToString::to_string).collect();
        let what = format!(
            "the header names the column{} twice: columns {}",
            quoted(name),
            places.join(" and ")
        );
        let hint = "rename one of them, or leave it out of the file";
        let hint = if quotes { hint } else { "if this line is a customer, pass `--no-header`" };
        return Err(bad(path, line, what, hint));
    }
    Ok(names)
}

/// How many lines are above a table whose first row is a title rather than a header: it alone has one cell.
pub(super) fn title(block: &Block) -> Option<u64> {
    let n_written = |row: Row<'_>| row.cells().filter(|cell| !cell.trim().is_empty()).count();
    let below = || block.rows().skip(1).take(COMPARED);
    let n_wide = below().filter(|row| row.n_cells() > 1).count();
    if n_written(block.row(0)) > 1 || n_wide * 2 <= below().len() {
        return None;
    }
    below().find(|row| n_written(*row) > 1).map(|row| row.line - 1)
}

/// The names of a file without a header.
pub(super) fn numbered(n_columns: usize) -> Vec<String> {
    (1..=n_columns).map(|number| format!("column_{number}")).collect()
}

/// Whether a first row is a customer rather than names: all of it numbers; or a number that no name is, such as
/// `12.5`; or a number above numbers beside a word that its own column has again. Years and counts are names.
pub(super) fn looks_like_data(block: &Block, style: &CellStyle) -> bool {
    let first = block.row(0);
    let below = || block.rows().skip(1).take(COMPARED);
    let rows = || below().filter(|row| row.n_cells() == first.n_cells());
    let is_number = |cell: &str| style.number(cell.trim()).is_some();
    let named: Vec<(usize, &str)> =
        first.cells().map(str::trim).enumerate().filter(|(_, cell)| !cell.is_empty()).collect();
    let numbers: Vec<(usize, &str)> =
        named.iter().copied().filter(|(_, cell)| is_number(cell)).collect();
    if numbers.is_empty() || is_series(&numbers) {
        return false;
    }
    if numbers.len() == named.len() {
        return true;
    }
    let above_numbers = |column: usize| {
        let mut cells = rows().map(|row| row.cell(column).trim()).filter(|c| !c.is_empty());
        cells.next().is_some_and(is_number) && cells.all(is_number)
    };
    let repeats = named.iter().any(|&(column, cell)| {
        !is_number(cell) && rows().any(|row| row.cell(column).trim() == cell)
    });
    numbers.iter().any(|&(column, cell)| {
        let no_name = !cell.bytes().all(|byte| byte.is_ascii_digit());
        (no_name || repeats) && above_numbers(column)
    })
}

/// Whether the numbers count up, as names made by programs and names of years do.
fn is_series(numbers: &[(usize, &str)]) -> bool {
    let counts: Option<Vec<u64>> = numbers.iter().map(|(_, number)| number.parse().ok()).collect();
    counts.is_some_and(|counts| {
        counts.len() > 1 && counts.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1]))
    })
}

/// Whether a first row may be a person's: a cell stands below again, or holds an address or a long number.
pub(super) fn may_be_personal(block: &Block) -> bool {
    let below = || block.rows().skip(1).take(COMPARED);
    block.row(0).cells().map(str::trim).enumerate().any(|(column, cell)| {
        let is_same = |row: Row<'_>| column < row.n_cells() && row.cell(column).trim() == cell;
        let n_digits = cell.bytes().filter(u8::is_ascii_digit).count();
        !cell.is_empty() && (cell.contains('@') || n_digits > 5 || below().any(is_same))
    })
}

/// How many columns a file has whose rows are single cells of words between blanks, as many in each row, some of
/// them numbers: no delimiter that is read here.
pub(super) fn n_between_blanks(block: &Block) -> Option<usize> {
    let rows = || block.rows().take(COMPARED);
    let words = |row: Row<'_>| row.cell(0).split_ascii_whitespace().count();
    let n_words = words(block.row(0));
    let is_like_it = |row: Row<'_>| row.n_cells() == 1 && words(row) == n_words;
    let is_number = |row: Row<'_>, at: usize| {
        let word = row.cell(0).split_ascii_whitespace().nth(at);
        word.is_some_and(|word| number::parse(word).is_some())
    };
    let has_numbers = || (0..n_words).any(|at| rows().skip(1).all(|row| is_number(row, at)));
    let is_so = block.n_rows() > 2 && n_words > 2 && rows().all(is_like_it) && has_numbers();
    is_so.then_some(n_words)
}

/// At most 20 characters, none of which could act on a terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().take(20).flat_map(char::escape_default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(cells: &[&str]) -> Result<Vec<String>, String> {
        names(cells.iter().copied(), Path::new("f"), 1, true).map_err(|error| error.to_string())
    }

    fn is_data(rows: &[&[&str]]) -> bool {
        let mut block = Block::new();
        for row in rows {
            row.iter().for_each(|cell| block.push_cell(cell));
            block.end_row(1, usize::MAX);
        }
        looks_like_data(&block, &CellStyle::default())
    }

    #[test]
    fn names_are_trimmed_and_gaps_are_named_by_place() {
        assert_eq!(header(&[" a ", "", "c"]).unwrap(), ["a", "column_2", "c"]);
        assert_eq!(header(&["column_2", " "]).unwrap(), ["column_2", "column_2_"]);
    }

    #[test]
    fn a_name_in_two_lines_is_one_name() {
        assert_eq!(header(&["id", "annual\r\n income\t(k)"]).unwrap(), ["id", "annual income (k)"]);
    }

    #[test]
    fn a_blank_line_is_no_header() {
        let message = header(&["  ", ""]).unwrap_err();
        assert_eq!(message, "`f` line 1: the header names no column");
    }

    #[test]
    fn a_repeated_name_is_told_with_its_places() {
        let message = header(&["a", "b", "a "]).unwrap_err();
        assert_eq!(message, "`f` line 1: the header names the column `a` twice: columns 1 and 3");
        assert!(header(&["x", "a\u{1b}b"]).unwrap_err().contains("not one"));
        assert!(header(&["x", &"y".repeat(257)]).is_err());
    }

    #[test]
    fn a_row_of_customers_is_no_header() {
        assert!(is_data(&[&["1", "2.5"], &["3", "4.5"]]));
        assert!(is_data(&[&["Anna", "34", "17.5"], &["Ben", "41", "3.25"]]));
        assert!(is_data(&[&["7", "female", "34"], &["8", "female", "51"]]));
    }

    #[test]
    fn names_that_look_like_numbers_are_names() {
        assert!(!is_data(&[&["id", "2023", "2024"], &["7", "3.5", "4"]]));
        assert!(!is_data(&[&["id", "age"], &["7", "41"]]));
        assert!(!is_data(&[&["", "0", "1"], &["7", "41", "3"]]));
        assert!(!is_data(&[&["segment", "1.5"], &["a", "low"]]));
    }
}
