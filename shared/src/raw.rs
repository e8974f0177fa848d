//! What arrived, before anything is believed: a row of cells or a JSON object.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::date::Day;
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
    /// A table's cell: its column decides whether it is a number or a word.
    Cell {
        /// As it stands there, without surrounding blanks.
        text: &'a str,
        /// Its reading as a number, where it has one.
        number: Option<Finite>,
    },
    /// A table's date, read in the order that its column is written in.
    Day(Day),
    /// An array or an object, which no column takes, as JSON text; empty where there is none.
    Nested(Cow<'a, str>),
}

/// The cells that mean "missing" in every column of a table, all but `NA` in small letters or capitals.
pub const MISSING_TOKENS: [&str; 8] = ["", "NA", "N/A", "#N/A", "NaN", "null", "\\N", "?"];

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

    /// Whether a field of this name is there, be it null.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(n, _)| n == name)
    }

    /// The names of the fields, in the order given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_ref())
    }
}
