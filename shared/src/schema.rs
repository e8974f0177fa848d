//! The columns that a model uses, and the only door from what arrived to a [`Record`].

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use crate::column::{A_DATE, Column, ColumnKind, read_day};
use crate::date::Day;
use crate::json_reader::Names;
use crate::raw::{RawCell, RawRecord};
use crate::record::{Record, Value};
use crate::rejected::{Rejected, Violation};

/// The field in which a customer may say on which day they are looked at.
pub const AS_OF: &str = "as_of";

/// The columns that a model uses, in a fixed order.
///
/// A [`Record`] comes from here and from nowhere else:
/// ```compile_fail
/// let forged = shared::Record { values: vec![] };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    columns: Vec<Column>,
    as_of: Option<Day>,
}

/// Why columns do not make a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaDefect {
    /// There are none, or more than 65,535.
    ColumnCount,
    /// A name is empty, repeated, over 256 bytes, or holds a control character.
    ColumnName,
    /// A column's levels are fewer than two, repeated, out of order, or too many.
    Levels,
    /// A column's bounds are crossed, or beyond what any number can be.
    Bounds,
    /// A word for "missing" is repeated, is no name, or is one of the column's levels.
    Missing,
    /// There are dates and no day to count back from, or the reverse; or that day is beyond the years 0 to
    /// 9999; or a column beside dates is named [`AS_OF`].
    AsOf,
}

impl Schema {
    /// Checks the columns. `as_of` is the day that dates are counted back from: given exactly when there are
    /// dates.
    ///
    /// # Errors
    /// See [`SchemaDefect`].
    pub fn new(columns: Vec<Column>, as_of: Option<Day>) -> Result<Self, SchemaDefect> {
        if columns.is_empty() || columns.len() > usize::from(u16::MAX) {
            return Err(SchemaDefect::ColumnCount);
        }
        if !are_distinct(columns.iter().map(|column| column.name.as_str())) {
            return Err(SchemaDefect::ColumnName);
        }
        if let Some(defect) = columns.iter().find_map(Column::defect) {
            return Err(defect);
        }
        let has_dates = columns.iter().any(|c| matches!(c.kind, ColumnKind::Date { .. }));
        let is_taken = columns.iter().any(|column| column.name == AS_OF);
        let is_written = as_of.is_none_or(|day| day.before(0).is_some());
        if has_dates != as_of.is_some() || (has_dates && is_taken) || !is_written {
            return Err(SchemaDefect::AsOf);
        }
        Ok(Self { columns, as_of })
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The day that dates are counted back from, unless a customer says another; none without dates.
    pub fn as_of(&self) -> Option<Day> {
        self.as_of
    }

    /// Whether a field of this name is part of the model.
    pub fn knows(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
            || (self.as_of.is_some() && name == AS_OF)
    }

    /// Gives every field its type, or says everything that is wrong.
    ///
    /// Fields that the schema does not know are left out. Where there are dates, the field [`AS_OF`] says
    /// which day they are counted back from; the schema's own when it is missing.
    ///
    /// # Errors
    /// All violations at once, in column order.
    pub fn validate(&self, raw: &RawRecord) -> Result<Record, Rejected> {
        let said = match raw.get(AS_OF) {
            RawCell::Missing => None,
            cell => self.as_of.map(|_| read_day(cell)),
        };
        let as_of = said.and_then(Result::ok);
        let mut checked = self.validate_with(&|_, column| raw.get(&column.name), as_of);
        if let Some(Err(code)) = said {
            let violation = Violation::new(AS_OF, code, A_DATE.to_owned());
            let mut violations = checked.err().map_or_else(Vec::new, |known| known.violations);
            violations.push(violation);
            checked = Err(Rejected { violations });
        }
        checked
    }

    /// The same for cells that already stand in column order; cells that are left out are missing. Days are
    /// counted back from `as_of`; without one, from the schema's own.
    ///
    /// # Errors
    /// All violations at once, in column order.
    pub fn validate_cells(
        &self,
        cells: &[RawCell],
        as_of: Option<Day>,
    ) -> Result<Record, Rejected> {
        self.validate_with(&|at, _| cells.get(at).unwrap_or(&RawCell::Missing), as_of)
    }

    /// The same for the cell that `cell` has for a position and its column.
    // One copy for all callers: the wasm is small.
    pub(crate) fn validate_with<'c, 'a: 'c>(
        &self,
        cell: &dyn Fn(usize, &Column) -> &'c RawCell<'a>,
        as_of: Option<Day>,
    ) -> Result<Record, Rejected> {
        let as_of = as_of.or(self.as_of);
        let mut values = Vec::with_capacity(self.columns.len());
        let mut violations = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            match column.read(cell(at, column), as_of) {
                Ok(value) => values.push(value),
                Err(code) => {
                    violations.push(Violation::new(&column.name, code, column.kind.expected()));
                }
            }
        }
        if violations.is_empty() { Ok(Record::new(values)) } else { Err(Rejected { violations }) }
    }

    /// The columns, by position, in which a customer has a word that the model does not know, or that it
    /// folded: both count as "(other)". Follows from the record alone, so every spelling has the same.
    pub fn others(&self, record: &Record) -> impl Iterator<Item = usize> {
        let values = self.columns.iter().zip(record.values()).enumerate();
        values.filter_map(|(position, (column, value))| match value {
            Value::Level(id) if column.kind.is_other(*id) => Some(position),
            _ => None,
        })
    }
}

/// Whether a text can name a column, a class or a segment: not empty, at most 256 bytes, no control character.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 256 && !text.chars().any(char::is_control)
}

/// Whether no word stands twice.
pub(crate) fn are_distinct<'a>(words: impl IntoIterator<Item = &'a str>) -> bool {
    // The kind of set that the JSON reader has: another would weigh a kilobyte of wasm.
    let mut known = Names::new();
    // One by one: collecting into a set would bring a whole sorting algorithm into the wasm.
    words.into_iter().all(|word| known.insert(word.into()))
}

#[cfg(test)]
mod tests;
