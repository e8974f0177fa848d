//! When a recipe applies: comparisons of what is known of a customer, joined by "all", "any" and "not".

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Situation;
use crate::column::ColumnKind;
use crate::model::ModelParts;
use crate::number::{self, Finite, to_three_digits};
use crate::record::Value;
use crate::segment_model::{Prediction, most_probable};

/// Conditions stand in each other at most so deep.
pub const MAX_DEPTH: usize = 8;

/// So many words are named of those that a customer does not have.
const NAMED: usize = 3;

/// When a recipe applies.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All of these hold. Of none, which only a whole condition may be: always.
    All(Vec<Condition>),
    /// At least one of these holds.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// One comparison.
    Test {
        /// Of what.
        subject: Subject,
        /// With what.
        comparison: Comparison,
    },
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The customer's value in a column, by position in the schema; of a date, the days before the customer's day.
    Field(u16),
    /// What is expected: the number, or the most probable class; of a class, its probability.
    Prediction {
        /// By position in [`ModelParts::predicted`].
        target: u16,
        /// By position among the target's classes.
        class: Option<u16>,
    },
    /// The segment, by position in the rule.
    Segment,
}

/// What it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// A number. What is missing, or no number, is in no order with it.
    Number(Order, Finite),
    /// It is one of these words, classes or segments, by position; ascending.
    OneOf(Vec<u16>),
    /// Whether the customer lacks the value.
    Missing(bool),
}

/// How two numbers stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Equal to the bit.
    Equal,
    /// Below.
    Below,
    /// At most.
    AtMost,
    /// Above.
    Above,
    /// At least.
    AtLeast,
}

/// What there is to compare.
#[derive(Clone, Copy)]
enum Found {
    Missing,
    Number(f64),
    Position(u16),
}

impl Order {
    /// All, in the order of their numbers in an artifact.
    pub const ALL: [Self; 5] = [Self::Equal, Self::Below, Self::AtMost, Self::Above, Self::AtLeast];

    fn holds(self, number: f64, bound: f64) -> bool {
        match self {
            Self::Equal => number == bound,
            Self::Below => number < bound,
            Self::AtMost => number <= bound,
            Self::Above => number > bound,
            Self::AtLeast => number >= bound,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Equal => "exactly",
            Self::Below => "under",
            Self::AtMost => "at most",
            Self::Above => "over",
            Self::AtLeast => "at least",
        }
    }
}

impl Condition {
    /// Whether it holds for a customer. A missing value fails every comparison but that with "missing".
    pub fn holds(&self, situation: &Situation<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(situation)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(situation)),
            Self::Not(part) => !part.holds(situation),
            Self::Test { subject, comparison } => comparison.holds(subject.find(situation)),
        }
    }

    /// Why it holds, or why it does not: every comparison that this rests on, in words.
    pub(super) fn say(&self, situation: &Situation<'_>, holds: bool, said: &mut Vec<String>) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                let count = parts.iter().filter(|part| part.holds(situation) == holds);
                count.for_each(|part| part.say(situation, holds, said));
            }
            Self::Not(part) => part.say(situation, !holds, said),
            Self::Test { subject, comparison } => {
                said.push(subject.said(comparison, situation, holds));
            }
        }
    }

    /// How many conditions it is made of, itself included.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => 1 + parts.iter().map(Self::count).sum::<usize>(),
            Self::Not(part) => 1 + part.count(),
            Self::Test { .. } => 1,
        }
    }

    /// Whether every comparison is one that can be made, and none stands too deep; `depth` is its own.
    pub(super) fn fits(&self, parts: &ModelParts, depth: usize) -> bool {
        depth < MAX_DEPTH
            && match self {
                Self::All(inner) | Self::Any(inner) => {
                    let is_always = depth == 0 && *self == Self::All(Vec::new());
                    (is_always || !inner.is_empty())
                        && inner.iter().all(|part| part.fits(parts, depth + 1))
                }
                Self::Not(part) => part.fits(parts, depth + 1),
                Self::Test { subject, comparison } => subject.takes(comparison, parts),
            }
    }
}

impl Comparison {
    fn holds(&self, found: Found) -> bool {
        match (self, found) {
            (Self::Missing(missing), found) => *missing == matches!(found, Found::Missing),
            (Self::Number(order, bound), Found::Number(number)) => order.holds(number, bound.get()),
            (Self::OneOf(these), Found::Position(position)) => these.contains(&position),
            _ => false,
        }
    }
}

impl Subject {
    fn find(self, situation: &Situation<'_>) -> Found {
        match self {
            Self::Field(column) => match situation.record.values().get(usize::from(column)) {
                Some(Value::Number(number)) => Found::Number(number.get()),
                Some(Value::Level(id)) => Found::Position(*id),
                _ => Found::Missing,
            },
            Self::Prediction { target, class } => {
                match (situation.predictions.get(usize::from(target)), class) {
                    (Some(Prediction::Number { value, .. }), _) => Found::Number(*value),
                    (Some(Prediction::Class(p)), Some(class)) => {
                        p.get(usize::from(class)).map_or(Found::Missing, |&p| Found::Number(p))
                    }
                    (Some(Prediction::Class(p)), None) => position(most_probable(p)),
                    (None, _) => Found::Missing,
                }
            }
            Self::Segment => position(situation.segment),
        }
    }

    /// The number that is found, if one is.
    pub(super) fn number(self, situation: &Situation<'_>) -> Option<f64> {
        if let Found::Number(number) = self.find(situation) { Some(number) } else { None }
    }

    /// Whether a comparison can be made of it.
    fn takes(self, comparison: &Comparison, parts: &ModelParts) -> bool {
        match comparison {
            Comparison::Number(..) => self.n_positions(parts) == Some(0),
            Comparison::OneOf(these) => {
                let n = self.n_positions(parts).unwrap_or_default();
                let ascend = these.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
                ascend && these.last().is_some_and(|&last| usize::from(last) < n)
            }
            Comparison::Missing(_) => {
                matches!(self, Self::Field(_)) && self.n_positions(parts).is_some()
            }
        }
    }

    /// How many words, classes or segments it can be, 0 for a number; none where there is no such thing.
    pub(super) fn n_positions(self, parts: &ModelParts) -> Option<usize> {
        match self {
            Self::Field(column) => {
                parts.schema.columns().get(usize::from(column)).map(|column| column.kind.n_ids())
            }
            Self::Prediction { target, class } => {
                let n = parts.predicted().get(usize::from(target))?.target.kind.classes().len();
                match class {
                    Some(class) => (usize::from(class) < n).then_some(0),
                    None => Some(n),
                }
            }
            Self::Segment => Some(parts.segments.len()),
        }
    }

    /// What one of its words, classes or segments is called.
    fn named(self, at: u16, parts: &ModelParts) -> Option<&str> {
        let at = usize::from(at);
        match self {
            Self::Field(column) => {
                parts.schema.columns().get(usize::from(column)).and_then(|c| c.kind.level(at))
            }
            Self::Prediction { target, .. } => {
                let target = &parts.predicted().get(usize::from(target))?.target;
                target.kind.classes().get(at).map(String::as_str)
            }
            Self::Segment => parts.segments.get(at).map(|info| info.name.as_str()),
        }
    }

    /// "age is 70 (over 60)": what is found, and what it was compared with.
    fn said(self, comparison: &Comparison, situation: &Situation<'_>, holds: bool) -> String {
        let parts = situation.parts;
        let not = if holds { "" } else { "not " };
        let found = match self.find(situation) {
            Found::Missing => "missing".into(),
            Found::Position(at) => self.named(at, parts).unwrap_or_default().into(),
            Found::Number(number) => match self {
                Self::Field(column) => {
                    let column = parts.schema.columns().get(usize::from(column));
                    let is_date = column.is_some_and(|c| matches!(c.kind, ColumnKind::Date { .. }));
                    number::to_text(number) + if is_date { " days ago" } else { "" }
                }
                _ => number::to_text(to_three_digits(number)),
            },
        };
        let against = match comparison {
            Comparison::Number(order, bound) => {
                format!(" ({not}{} {})", order.word(), number::to_text(bound.get()))
            }
            // Which it is has been said; which it is not, has not.
            Comparison::OneOf(these) if !holds => {
                let mut text = String::from(" (not ");
                for (nth, &at) in these.iter().take(NAMED).enumerate() {
                    text.push_str(if nth == 0 { "" } else { ", " });
                    text.push_str(self.named(at, parts).unwrap_or_default());
                }
                text + if these.len() > NAMED { ", ...)" } else { ")" }
            }
            Comparison::OneOf(_) | Comparison::Missing(_) => String::new(),
        };
        format!("{} is {found}{against}", self.phrase(parts))
    }

    fn phrase(self, parts: &ModelParts) -> String {
        match self {
            Self::Field(column) => parts
                .schema
                .columns()
                .get(usize::from(column))
                .map_or_else(String::new, |column| column.name.clone()),
            Self::Prediction { target, class } => {
                let models = parts.predicted().get(usize::from(target));
                let name = models.map_or("", |models| &models.target.name);
                match class.and_then(|class| self.named(class, parts)) {
                    Some(class) => format!("the probability of {name} being {class}"),
                    None => format!("the expected {name}"),
                }
            }
            Self::Segment => "the segment".into(),
        }
    }
}

fn position(at: usize) -> Found {
    u16::try_from(at).map_or(Found::Missing, Found::Position)
}
