//! One column: what it holds, and how a value that arrived is read as such.

mod kind;

use alloc::string::String;
use alloc::vec::Vec;

pub use self::kind::ColumnKind;
use crate::date::{self, Day};
use crate::dialect::is_soft_missing;
use crate::math;
use crate::number::{self, Finite};
use crate::raw::RawCell;
use crate::record::Value;
use crate::rejected::Code;
use crate::schema::{SchemaDefect, are_distinct, is_name};
use crate::sensitive::Sensitive;

/// Numbers beyond this size are refused: no customer's figure is that large, and squares of it stay finite.
pub const MAX_NUMBER: f64 = 1e15;

/// Between no two days that have a text lie more.
const MAX_DAYS: f64 = 3_652_424.0;

/// One column that a model uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the table, and the field's name in JSON.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether a customer may lack it: some did in training.
    pub optional: bool,
    /// Words and numbers that mean "missing" in this column, because the person who trained it said so.
    /// Numbers are compared as numbers, words exactly.
    pub missing: Vec<String>,
    /// The protected attribute that it tells of, if any.
    pub sensitive: Option<Sensitive>,
    /// Whether all its values in training were whole numbers.
    pub integer: bool,
    /// Whether a customer, or who deals with them, can change it: only then is a change suggested.
    pub mutable: bool,
}

impl Column {
    /// A column that every customer has, with no words for "missing" and nothing protected, and that can change.
    pub fn new(name: impl Into<String>, kind: ColumnKind) -> Self {
        Self {
            name: name.into(),
            kind,
            optional: false,
            missing: Vec::new(),
            sensitive: None,
            integer: false,
            mutable: true,
        }
    }

    /// A table's cell as this column takes it: a date is read in the column's order, and in columns of
    /// numbers and dates a dash, "unknown" and "none" are missing. Only tables write so; JSON has null.
    pub fn cell<'a>(&self, cell: RawCell<'a>) -> RawCell<'a> {
        let RawCell::Cell { text, number } = cell else { return cell };
        match &self.kind {
            _ if self.is_told_missing(Some(text), number) => RawCell::Missing,
            ColumnKind::Numeric { .. } | ColumnKind::Date { .. }
                if number.is_none() && is_soft_missing(text) =>
            {
                RawCell::Missing
            }
            ColumnKind::Date { order } => {
                // `20120904.0`: programs write whole numbers so where some are missing.
                let compact = || {
                    number.and_then(|number| date::parse(&number::to_text(number.get()), *order))
                };
                date::parse(text, *order).or_else(compact).map_or(cell, RawCell::Day)
            }
            _ => cell,
        }
    }

    /// Gives a value its type; days are counted back from `as_of`.
    pub(crate) fn read(&self, cell: &RawCell, as_of: Option<Day>) -> Result<Value, Code> {
        let (text, number) = match cell {
            RawCell::Text(text) => (Some(text.as_ref()), None),
            RawCell::Cell { text, number } => (Some(*text), *number),
            RawCell::Number(number) => (None, Some(*number)),
            _ => (None, None),
        };
        if *cell == RawCell::Missing || self.is_told_missing(text, number) {
            return if self.optional { Ok(Value::Missing) } else { Err(Code::Missing) };
        }
        match (&self.kind, cell) {
            (_, RawCell::Nested(_)) => Err(Code::Nested),
            (ColumnKind::Numeric { .. }, RawCell::NotFinite) => Err(Code::OutOfBounds),
            (ColumnKind::Numeric { lower, upper }, _) => {
                let number = number.ok_or(Code::NotANumber)?;
                let inside = lower.is_none_or(|bound| number >= bound)
                    && upper.is_none_or(|bound| number <= bound)
                    && is_in_reach(number);
                inside.then_some(Value::Number(number)).ok_or(Code::OutOfBounds)
            }
            (ColumnKind::Date { .. }, _) => {
                let day = read_day(cell)?;
                let days = as_of.and_then(|as_of| Finite::new(as_of.since(day).into()));
                days.filter(|days| is_days(*days)).map(Value::Number).ok_or(Code::NotADate)
            }
            (ColumnKind::YesNo { .. }, RawCell::Boolean(yes)) => Ok(Value::Level(u16::from(*yes))),
            (kind, _) => kind.id(text, number).map(Value::Level).ok_or(Code::UnknownLevel),
        }
    }

    /// Whether a value can have come from [`Column::read`].
    pub(crate) fn holds(&self, value: &Value) -> bool {
        match (value, &self.kind) {
            (Value::Missing, _) => self.optional,
            (Value::Number(days), ColumnKind::Date { .. }) => is_days(*days),
            (Value::Number(number), _) => {
                self.read(&RawCell::Number(*number), None) == Ok(Value::Number(*number))
            }
            (Value::Level(id), kind) => usize::from(*id) < kind.n_ids(),
        }
    }

    fn is_told_missing(&self, text: Option<&str>, number: Option<Finite>) -> bool {
        means_missing(&self.missing, text, number)
    }

    /// What is wrong with the column by itself.
    pub(crate) fn defect(&self) -> Option<SchemaDefect> {
        let told = || self.missing.iter().map(String::as_str);
        let is_level = |word: &&str| self.is_told_missing(Some(word), number::parse(word));
        if !is_name(&self.name) {
            Some(SchemaDefect::ColumnName)
        } else if !told().all(is_name)
            || !are_distinct(told())
            || self.kind.words().iter().any(is_level)
        {
            Some(SchemaDefect::Missing)
        } else {
            self.kind.defect()
        }
    }
}

/// Whether a value means "missing" because it was `told` so: numbers are compared as numbers, words exactly.
pub fn means_missing(told: &[String], text: Option<&str>, number: Option<Finite>) -> bool {
    told.iter()
        .any(|told| text == Some(told) || (number.is_some() && number::parse(told) == number))
}

/// What a date is expected to look like, in words.
pub(crate) const A_DATE: &str = "a date as YYYY-MM-DD";

/// A day as JSON writes it: `YYYY-MM-DD`, with or without a time behind it, which does not count.
pub(crate) fn read_day(cell: &RawCell) -> Result<Day, Code> {
    match cell {
        RawCell::Day(day) => Ok(*day),
        RawCell::Text(text) => {
            let (date, time) = text.split_at_checked(10).ok_or(Code::NotADate)?;
            let is_time = matches!(time.as_bytes(), [] | [b'T' | b' ', b'0'..=b'2', ..]);
            Day::parse(date).filter(|_| is_time).ok_or(Code::NotADate)
        }
        RawCell::Nested(_) => Err(Code::Nested),
        _ => Err(Code::NotADate),
    }
}

fn is_days(number: Finite) -> bool {
    number.get().abs() <= MAX_DAYS && math::round_ties_even(number.get()) == number.get()
}

fn is_in_reach(number: Finite) -> bool {
    (-MAX_NUMBER..=MAX_NUMBER).contains(&number.get())
}
