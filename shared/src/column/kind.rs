//! What a column can hold, and the ids of its words.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{A_DATE, is_in_reach};
use crate::date::DateOrder;
use crate::number::{self, Finite};
use crate::schema::{SchemaDefect, are_distinct, is_name};

/// What a column holds. Category ids are positions in `levels`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKind {
    /// A number of size at most [`MAX_NUMBER`](super::MAX_NUMBER), inside the bounds that were declared.
    Numeric {
        /// The least that is taken.
        lower: Option<Finite>,
        /// The most that is taken.
        upper: Option<Finite>,
    },
    /// A day, which becomes the number of days from it to the schema's or the customer's `as_of`: negative
    /// for a later day.
    Date {
        /// How tables write it; JSON has one form, `YYYY-MM-DD`.
        order: DateOrder,
    },
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
    /// Words without an order, sorted. Any other word is taken too, with the id behind the last.
    Categorical {
        /// The words that enough customers share.
        levels: Vec<String>,
        /// Whether other words were seen in training, and are a level of their own.
        other: bool,
    },
}

impl ColumnKind {
    /// Any number: no bounds were declared.
    pub const ANY_NUMBER: Self = Self::Numeric { lower: None, upper: None };

    /// The number of levels that training knows; 0 for numbers and dates.
    pub fn n_levels(&self) -> usize {
        match self {
            Self::Numeric { .. } | Self::Date { .. } => 0,
            Self::YesNo { .. } => 2,
            Self::Ordinal { levels } => levels.len(),
            Self::Categorical { levels, other } => levels.len() + usize::from(*other),
        }
    }

    /// The number of ids that a value of this kind can take: the levels, and for words without order always
    /// one more for all others; 0 for numbers and dates.
    pub fn n_ids(&self) -> usize {
        match self {
            Self::Categorical { levels, .. } => levels.len() + 1,
            _ => self.n_levels(),
        }
    }

    /// Whether the id stands for the words that are none of the column's.
    pub fn is_other(&self, id: u16) -> bool {
        matches!(self, Self::Categorical { levels, .. } if usize::from(id) == levels.len())
    }

    /// The word for an id; "(other)" for the words that were folded together or never seen.
    pub fn level(&self, id: usize) -> Option<&str> {
        match self {
            Self::Numeric { .. } | Self::Date { .. } => None,
            Self::YesNo { no, yes } => [no.as_str(), yes.as_str()].get(id).copied(),
            Self::Ordinal { levels } => levels.get(id).map(String::as_str),
            Self::Categorical { levels, .. } => levels
                .get(id)
                .map(String::as_str)
                .or_else(|| (id == levels.len()).then_some("(other)")),
        }
    }

    /// The words that can be given, in id order.
    pub fn words(&self) -> Vec<&str> {
        match self {
            Self::Numeric { .. } | Self::Date { .. } => Vec::new(),
            Self::YesNo { no, yes } => Vec::from([no.as_str(), yes.as_str()]),
            Self::Ordinal { levels } | Self::Categorical { levels, .. } => {
                levels.iter().map(String::as_str).collect()
            }
        }
    }

    /// The kind's name, as people and `inspect` read it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Numeric { .. } => "numeric",
            Self::Date { .. } => "date",
            Self::YesNo { .. } => "yes/no",
            Self::Ordinal { .. } => "ordinal",
            Self::Categorical { .. } => "categorical",
        }
    }

    /// A word's id: by its exact text, then by its number's, so that `1.0` and `1` both find the level `1`.
    pub(super) fn id(&self, text: Option<&str>, number: Option<Finite>) -> Option<u16> {
        let find = |word: &str| match self {
            Self::Numeric { .. } | Self::Date { .. } => None,
            Self::YesNo { no, yes } => [no, yes].iter().position(|known| *known == word),
            Self::Ordinal { levels } => levels.iter().position(|known| known == word),
            Self::Categorical { levels, .. } => {
                levels.binary_search_by(|level| level.as_str().cmp(word)).ok()
            }
        };
        let as_number = || number.and_then(|number| find(&number::to_text(number.get())));
        let any_other = || match self {
            Self::Categorical { levels, .. } if text.is_some() || number.is_some() => {
                Some(levels.len())
            }
            _ => None,
        };
        let id = text.and_then(find).or_else(as_number).or_else(any_other);
        id.and_then(|id| u16::try_from(id).ok())
    }

    /// What the column takes, in words.
    pub(crate) fn expected(&self) -> String {
        match self {
            Self::Numeric { lower, upper } => {
                let bound = |bound: &Option<Finite>, reach: &str| {
                    bound.map_or_else(|| reach.to_owned(), |bound| number::to_text(bound.get()))
                };
                format!("a number between {} and {}", bound(lower, "-1e15"), bound(upper, "1e15"))
            }
            Self::Date { .. } => A_DATE.to_owned(),
            Self::YesNo { no, yes } => format!("true, false, \"{yes}\" or \"{no}\""),
            Self::Ordinal { levels } => {
                const SHOWN: usize = 12;
                let mut text = "one of".to_owned();
                for (position, level) in levels.iter().take(SHOWN).enumerate() {
                    text.push_str(if position == 0 { " \"" } else { ", \"" });
                    text.push_str(level);
                    text.push('"');
                }
                text + if levels.len() > SHOWN { ", ... (see the schema)" } else { "" }
            }
            Self::Categorical { .. } => "text".to_owned(),
        }
    }

    /// Whether the words are names, distinct, enough, not too many, and sorted where ids follow sorting; and
    /// whether bounds are in order.
    pub(super) fn defect(&self) -> Option<SchemaDefect> {
        if let Self::Numeric { lower, upper } = self {
            let sound = lower.zip(*upper).is_none_or(|(lower, upper)| lower <= upper)
                && lower.iter().chain(upper).all(|bound| is_in_reach(*bound));
            return (!sound).then_some(SchemaDefect::Bounds);
        }
        let words = self.words();
        let sorted = words.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        let sound = match self {
            Self::Numeric { .. } | Self::Date { .. } => true,
            Self::YesNo { .. } | Self::Ordinal { .. } => {
                (2..=1000).contains(&words.len()) && are_distinct(words.iter().copied())
            }
            Self::Categorical { .. } => (2..=1000).contains(&self.n_levels()) && sorted,
        };
        (!sound || !words.iter().all(|w| is_name(w))).then_some(SchemaDefect::Levels)
    }
}
