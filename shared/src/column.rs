//! One column: what it holds, and how a value that arrived is read as such.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::number::{self, Finite};
use crate::raw::RawCell;
use crate::record::Value;
use crate::rejected::Code;
use crate::schema::{are_distinct, is_name};

/// Numbers beyond this size are refused: no customer's figure is that large, and squares of it stay finite.
pub const MAX_NUMBER: f64 = 1e15;

/// What a column holds. Category ids are positions in `levels`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKind {
    /// A number of size at most [`MAX_NUMBER`].
    Numeric,
    /// One of two words, or a JSON boolean; id 0 is no, 1 is yes.
    YesNo {
        /// The column's own word for no.
        no: String,
        /// The column's own word for yes.
        yes: String,
    },
    /// Words with an order, lowest first.
    Ordinal {
        /// The words.
        levels: Vec<String>,
    },
    /// Words without an order, sorted.
    Categorical {
        /// The words that enough customers share.
        levels: Vec<String>,
        /// Whether any other word is taken too, as one more level with the last id.
        other: bool,
    },
}

impl ColumnKind {
    /// The number of ids that a value of this kind can take; 0 for numbers.
    pub fn n_levels(&self) -> usize {
        match self {
            Self::Numeric => 0,
            Self::YesNo { .. } => 2,
            Self::Ordinal { levels } => levels.len(),
            Self::Categorical { levels, other } => levels.len() + usize::from(*other),
        }
    }

    /// The word for an id; "(other)" for the words that were folded together.
    pub fn level(&self, id: usize) -> Option<&str> {
        match self {
            Self::Numeric => None,
            Self::YesNo { no, yes } => [no.as_str(), yes.as_str()].get(id).copied(),
            Self::Ordinal { levels } => levels.get(id).map(String::as_str),
            Self::Categorical { levels, other } => levels
                .get(id)
                .map(String::as_str)
                .or_else(|| (*other && id == levels.len()).then_some("(other)")),
        }
    }

    /// The words that can be given, in id order.
    pub fn words(&self) -> Vec<&str> {
        match self {
            Self::Numeric => Vec::new(),
            Self::YesNo { no, yes } => Vec::from([no.as_str(), yes.as_str()]),
            Self::Ordinal { levels } | Self::Categorical { levels, .. } => {
                levels.iter().map(String::as_str).collect()
            }
        }
    }

    /// The kind's name, as people and `inspect` read it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Numeric => "numeric",
            Self::YesNo { .. } => "yes/no",
            Self::Ordinal { .. } => "ordinal",
            Self::Categorical { .. } => "categorical",
        }
    }

    pub(crate) fn read(&self, cell: &RawCell) -> Result<Value, Code> {
        match (self, cell) {
            (_, RawCell::Missing) => Ok(Value::Missing),
            (_, RawCell::Nested) => Err(Code::Nested),
            (Self::Numeric, RawCell::Number(number)) => in_bounds(*number),
            (Self::Numeric, RawCell::Cell { number, .. }) => {
                number.ok_or(Code::NotANumber).and_then(in_bounds)
            }
            (Self::Numeric, RawCell::NotFinite) => Err(Code::OutOfBounds),
            (Self::Numeric, _) => Err(Code::NotANumber),
            (Self::YesNo { .. }, RawCell::Boolean(yes)) => Ok(Value::Level(u16::from(*yes))),
            (_, RawCell::Text(word)) => self.id(word),
            (_, RawCell::Cell { text, .. }) => self.id(text),
            // A level that is written as an integer may arrive as a number.
            (Self::Ordinal { .. } | Self::Categorical { .. }, RawCell::Number(number)) => {
                self.id(&number::to_text(number.get()))
            }
            (
                _,
                RawCell::Boolean(_) | RawCell::Number(_) | RawCell::Day(_) | RawCell::NotFinite,
            ) => Err(Code::UnknownLevel),
        }
    }

    fn id(&self, word: &str) -> Result<Value, Code> {
        let found = match self {
            Self::Numeric => None,
            Self::YesNo { no, yes } => [no, yes].iter().position(|w| *w == word),
            Self::Ordinal { levels } => levels.iter().position(|w| w == word),
            Self::Categorical { levels, other } => levels
                .binary_search_by(|level| level.as_str().cmp(word))
                .ok()
                .or_else(|| other.then_some(levels.len())),
        };
        found.and_then(|id| u16::try_from(id).ok()).map(Value::Level).ok_or(Code::UnknownLevel)
    }

    /// What the column takes, in words.
    pub(crate) fn expected(&self) -> String {
        match self {
            Self::Numeric => "a number between -1e15 and 1e15".to_owned(),
            Self::YesNo { no, yes } => format!("true, false, \"{yes}\" or \"{no}\""),
            Self::Ordinal { levels } | Self::Categorical { levels, other: false } => {
                let shown: Vec<_> = levels.iter().take(12).map(|w| format!("\"{w}\"")).collect();
                let more = if levels.len() > 12 { ", ... (see the schema)" } else { "" };
                format!("one of {}{more}", shown.join(", "))
            }
            Self::Categorical { .. } => "text".to_owned(),
        }
    }

    /// Whether the words are names, distinct, enough, not too many, and sorted where ids follow sorting.
    pub(crate) fn is_sound(&self) -> bool {
        let words = self.words();
        let sorted = words.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        match self {
            Self::Numeric => true,
            Self::YesNo { .. } | Self::Ordinal { .. } => {
                (2..=1000).contains(&words.len())
                    && are_distinct(words.iter().copied())
                    && words.iter().all(|w| is_name(w))
            }
            Self::Categorical { .. } => {
                (2..=1000).contains(&self.n_levels()) && sorted && words.iter().all(|w| is_name(w))
            }
        }
    }
}

fn in_bounds(number: Finite) -> Result<Value, Code> {
    let inside = (-MAX_NUMBER..=MAX_NUMBER).contains(&number.get());
    inside.then_some(Value::Number(number)).ok_or(Code::OutOfBounds)
}

/// One column that a model uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the table, and the field's name in JSON.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether a customer may lack it: some did in training.
    pub optional: bool,
}
