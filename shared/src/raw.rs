//! What arrived, before anything is believed: a row of cells or a JSON object.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::number::Finite;

/// One value as it arrived. Nothing is guaranteed; [`Schema::validate`](crate::schema::Schema::validate)
/// gives it a meaning.
#[derive(Debug, Clone, PartialEq)]
pub enum RawCell<'a> {
    /// Absent, null, or one of [`MISSING_TOKENS`] in a table.
    Missing,
    /// A JSON boolean.
    Boolean(bool),
    /// A JSON number.
    Number(Finite),
    /// A JSON number too large for an `f64`, or a JavaScript `NaN` or infinity.
    NotFinite,
    /// A JSON string.
    Text(Cow<'a, str>),
    /// A table's cell, which may be a number, a word or anything else: its column decides.
    Cell(&'a str),
    /// An array or an object, which no column takes.
    Nested,
}

/// The cells that mean "missing" in every column of a table.
pub const MISSING_TOKENS: [&str; 10] =
    ["", "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "\\N", "?"];

impl<'a> RawCell<'a> {
    /// A table's cell: surrounding blanks do not count, and [`MISSING_TOKENS`] are missing.
    pub fn from_cell(cell: &'a str) -> Self {
        let trimmed = cell.trim();
        if MISSING_TOKENS.contains(&trimmed) { Self::Missing } else { Self::Cell(trimmed) }
    }
}

/// A customer as they arrived: names and values in the order given. Guarantees nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawRecord<'a> {
    fields: Vec<(Cow<'a, str>, RawCell<'a>)>,
}

impl<'a> RawRecord<'a> {
    /// A record from names and values. When a name repeats, its first value counts.
    pub fn new(fields: Vec<(Cow<'a, str>, RawCell<'a>)>) -> Self {
        Self { fields }
    }

    /// The value of a field; [`RawCell::Missing`] when there is none.
    pub fn get(&self, name: &str) -> &RawCell<'a> {
        self.fields.iter().find(|(n, _)| n == name).map_or(&RawCell::Missing, |(_, cell)| cell)
    }

    /// The names of the fields, in the order given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_missing_tokens_of_a_table_are_missing() {
        for cell in ["", "  ", " NA ", "N/A", "?", "\\N", "null"] {
            assert_eq!(RawCell::from_cell(cell), RawCell::Missing, "{cell:?}");
        }
        assert_eq!(RawCell::from_cell(" Nancy "), RawCell::Cell("Nancy"));
    }
}
