//! The columns that a model uses, and the only door from what arrived to a [`Record`].

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::column::Column;
use crate::raw::{RawCell, RawRecord};
use crate::record::{Record, Value};
use crate::rejected::{Code, Rejected, Violation};

/// The columns that a model uses, in a fixed order.
///
/// A [`Record`] comes from here and from nowhere else:
/// ```compile_fail
/// let forged = shared::Record { values: vec![] };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    columns: Vec<Column>,
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
}

impl Schema {
    /// Checks names and levels.
    ///
    /// # Errors
    /// See [`SchemaDefect`].
    pub fn new(columns: Vec<Column>) -> Result<Self, SchemaDefect> {
        if columns.is_empty() || columns.len() > usize::from(u16::MAX) {
            return Err(SchemaDefect::ColumnCount);
        }
        if !are_distinct(columns.iter().map(|column| column.name.as_str())) {
            return Err(SchemaDefect::ColumnName);
        }
        for column in &columns {
            if !is_name(&column.name) {
                return Err(SchemaDefect::ColumnName);
            }
            if !column.kind.is_sound() {
                return Err(SchemaDefect::Levels);
            }
        }
        Ok(Self { columns })
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether a field of this name is part of the model.
    pub fn knows(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }

    /// Gives every field its type, or says everything that is wrong.
    ///
    /// Fields that the schema does not know are left out.
    ///
    /// # Errors
    /// All violations at once, in column order.
    pub fn validate(&self, raw: &RawRecord) -> Result<Record, Rejected> {
        self.validate_with(self.columns.iter().map(|column| raw.get(&column.name)))
    }

    /// The same for cells that already stand in column order; cells that are left out are missing.
    ///
    /// # Errors
    /// All violations at once, in column order.
    pub fn validate_cells(&self, cells: &[RawCell]) -> Result<Record, Rejected> {
        let padding = core::iter::repeat(&RawCell::Missing);
        self.validate_with(cells.iter().chain(padding).take(self.columns.len()))
    }

    fn validate_with<'c, 'a: 'c>(
        &self,
        cells: impl Iterator<Item = &'c RawCell<'a>>,
    ) -> Result<Record, Rejected> {
        let mut values = Vec::with_capacity(self.columns.len());
        let mut violations = Vec::new();
        for (column, cell) in self.columns.iter().zip(cells) {
            let read = match column.kind.read(cell) {
                Ok(Value::Missing) if !column.optional => Err(Code::Missing),
                read => read,
            };
            match read {
                Ok(value) => values.push(value),
                Err(code) => {
                    violations.push(Violation::new(&column.name, code, column.kind.expected()));
                }
            }
        }
        if violations.is_empty() { Ok(Record::new(values)) } else { Err(Rejected { violations }) }
    }
}

/// Whether a text can name a column, a class or a segment: not empty, at most 256 bytes, no control character.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 256 && !text.chars().any(char::is_control)
}

/// Whether no word stands twice.
pub(crate) fn are_distinct<'a>(words: impl IntoIterator<Item = &'a str>) -> bool {
    let mut known = BTreeSet::new();
    // One by one: collecting into a set would bring a whole sorting algorithm into the wasm.
    words.into_iter().all(|word| known.insert(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::ColumnKind;
    use crate::dialect::CellStyle;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec;

    fn column(name: &str, kind: ColumnKind, optional: bool) -> Column {
        Column { name: name.into(), kind, optional }
    }

    fn schema() -> Schema {
        let words = |w: &[&str]| w.iter().map(|&w| w.into()).collect::<Vec<String>>();
        Schema::new(vec![
            column("age", ColumnKind::Numeric, false),
            column("married", ColumnKind::YesNo { no: "No".into(), yes: "Yes".into() }, true),
            column("size", ColumnKind::Ordinal { levels: words(&["Low", "High"]) }, false),
            column(
                "job",
                ColumnKind::Categorical { levels: words(&["3", "Artist"]), other: false },
                false,
            ),
            column(
                "city",
                ColumnKind::Categorical { levels: words(&["Bonn"]), other: true },
                false,
            ),
        ])
        .unwrap()
    }

    fn validate(text: &str) -> Result<Record, Rejected> {
        schema().validate(&RawRecord::from_json(text).unwrap())
    }

    #[test]
    fn every_spelling_of_a_customer_is_the_same_record() {
        let a =
            validate(r#"{"age":-0.0,"married":true,"size":"Low","job":3,"city":"Ulm"}"#).unwrap();
        let b =
            validate(r#"{"x":[1],"city":"Kiel","job":"3","size":"Low","married":"Yes","age":0e3}"#)
                .unwrap();
        assert_eq!(a, b);
        let cells = ["0", " Yes", "Low ", "3", "Ulm"].map(|cell| CellStyle::default().cell(cell));
        assert_eq!(schema().validate_cells(&cells).unwrap(), a);
        assert_eq!(
            a.values()[4],
            Value::Level(1),
            "an unseen word is `other` where levels were folded"
        );
    }

    #[test]
    fn everything_wrong_is_said_at_once_and_no_value_is_repeated() {
        let rejected =
            validate(r#"{"age":"secret-41","married":1,"size":"Mid","job":[],"city":null}"#)
                .unwrap_err();
        let found: Vec<_> =
            rejected.violations.iter().map(|v| (v.pointer.as_str(), v.code.as_str())).collect();
        assert_eq!(
            found,
            [
                ("/age", "not-a-number"),
                ("/married", "unknown-level"),
                ("/size", "unknown-level"),
                ("/job", "nested"),
                ("/city", "missing"),
            ]
        );
        assert!(!format!("{rejected:?}").contains("secret-41"));
    }

    #[test]
    fn a_number_in_quotes_is_text_in_json_but_a_number_in_a_table() {
        assert!(validate(r#"{"age":"41","size":"Low","job":"3","city":"Ulm"}"#).is_err());
        let cells = ["41", "", "Low", "3", "Ulm"].map(|cell| CellStyle::default().cell(cell));
        assert!(schema().validate_cells(&cells).is_ok());
    }

    #[test]
    fn numbers_beyond_the_limit_are_out_of_bounds() {
        for text in ["1e999", "1.1e15", "-1e16"] {
            let error =
                validate(&format!(r#"{{"age":{text},"size":"Low","job":"3","city":"Ulm"}}"#))
                    .unwrap_err();
            assert_eq!(error.violations[0].code, Code::OutOfBounds, "{text}");
        }
    }

    #[test]
    fn unsound_columns_are_refused() {
        assert_eq!(Schema::new(vec![]), Err(SchemaDefect::ColumnCount));
        let twice = vec![column("a", ColumnKind::Numeric, false); 2];
        assert_eq!(Schema::new(twice), Err(SchemaDefect::ColumnName));
        let unsorted =
            ColumnKind::Categorical { levels: vec!["b".into(), "a".into()], other: false };
        assert_eq!(Schema::new(vec![column("a", unsorted, false)]), Err(SchemaDefect::Levels));
        let single = ColumnKind::Ordinal { levels: vec!["only".into()] };
        assert_eq!(Schema::new(vec![column("a", single, false)]), Err(SchemaDefect::Levels));
    }
}
