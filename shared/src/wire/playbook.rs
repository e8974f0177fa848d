//! The playbook, as it is written. Recipes' texts stand among the body's words, five of each: id, title, text, link,
//! goal, the last two empty where there is none. Conditions stand in one list, each before those that it joins; the
//! positions that recipes exclude and that conditions name stand in another.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{finite, take};
use crate::playbook::{
    Comparison, Condition, MAX_DEPTH, Order, Playbook, Rank, Recipe, Recipes, Subject, TypicalGap,
};

#[derive(Serialize, Deserialize)]
pub(super) enum WirePlaybook {
    TypicalGap {
        threshold: f64,
        at_most: u8,
        usual: Vec<u16>,
    },
    Recipes {
        id: String,
        at_most: u8,
        holdout: u16,
        recipes: Vec<WireRecipe>,
        conditions: Vec<WireCondition>,
        positions: Vec<u16>,
    },
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireRecipe {
    rank: WireRank,
    n_excludes: u16,
}

#[derive(Serialize, Deserialize)]
enum WireRank {
    Priority(i32),
    Value(u16, Option<u16>, f64),
}

#[derive(Serialize, Deserialize)]
pub(super) enum WireCondition {
    /// How many it joins.
    All(u16),
    Any(u16),
    Not,
    Field(u16, WireComparison),
    Prediction(u16, Option<u16>, WireComparison),
    Segment(WireComparison),
}

#[derive(Serialize, Deserialize)]
pub(super) enum WireComparison {
    /// The order's number, and the bound.
    Number(u8, f64),
    /// Of how many.
    OneOf(u16),
    Missing(bool),
}

impl WirePlaybook {
    /// `None` when a count does not fit its width.
    pub(super) fn of(playbook: &Playbook, words: &mut Vec<String>) -> Option<Self> {
        match playbook {
            Playbook::TypicalGap(TypicalGap { threshold, at_most, usual }) => {
                let usual = usual.clone();
                Some(Self::TypicalGap { threshold: *threshold, at_most: *at_most, usual })
            }
            Playbook::Recipes(Recipes { id, at_most, holdout, recipes }) => {
                let (mut conditions, mut positions) = (Vec::new(), Vec::new());
                let mut written = Vec::new();
                for recipe in recipes {
                    let text = |text: &Option<String>| text.clone().unwrap_or_default();
                    let (link, goal) = (text(&recipe.link), text(&recipe.goal));
                    let texts = [&recipe.id, &recipe.title, &recipe.text, &link, &goal];
                    words.extend(texts.into_iter().cloned());
                    positions.extend_from_slice(&recipe.excludes);
                    let rank = match recipe.rank {
                        Rank::Priority(priority) => WireRank::Priority(priority),
                        Rank::Value { target, class, times } => {
                            WireRank::Value(target, class, times.get())
                        }
                    };
                    written.push(WireRecipe { rank, n_excludes: count(&recipe.excludes)? });
                    write(&recipe.when, &mut conditions, &mut positions)?;
                }
                Some(Self::Recipes {
                    id: id.clone(),
                    at_most: *at_most,
                    holdout: *holdout,
                    recipes: written,
                    conditions,
                    positions,
                })
            }
        }
    }

    /// `None` when words, conditions or positions are too few or too many, or conditions stand too deep.
    pub(super) fn read(self, words: &mut impl Iterator<Item = String>) -> Option<Playbook> {
        match self {
            Self::TypicalGap { threshold, at_most, usual } => {
                Some(Playbook::TypicalGap(TypicalGap { threshold, at_most, usual }))
            }
            Self::Recipes { id, at_most, holdout, recipes, conditions, positions } => {
                let (mut conditions, mut positions) =
                    (conditions.into_iter(), positions.into_iter());
                let mut read_one = |recipe: WireRecipe| {
                    let (id, title, text) = (words.next()?, words.next()?, words.next()?);
                    let mut optional =
                        || words.next().map(|text| (!text.is_empty()).then_some(text));
                    let (link, goal) = (optional()?, optional()?);
                    let rank = match recipe.rank {
                        WireRank::Priority(priority) => Rank::Priority(priority),
                        WireRank::Value(target, class, times) => {
                            Rank::Value { target, class, times: finite(times)? }
                        }
                    };
                    let excludes = take(&mut positions, recipe.n_excludes.into())?;
                    let when = read(&mut conditions, &mut positions, 0)?;
                    Some(Recipe { id, title, text, link, goal, when, rank, excludes })
                };
                let read: Option<Vec<Recipe>> = recipes.into_iter().map(&mut read_one).collect();
                let recipes = Recipes { id, at_most, holdout, recipes: read? };
                let nothing_left = conditions.next().is_none() && positions.next().is_none();
                nothing_left.then_some(Playbook::Recipes(recipes))
            }
        }
    }
}

fn count<T>(items: &[T]) -> Option<u16> {
    u16::try_from(items.len()).ok()
}

fn write(
    condition: &Condition,
    conditions: &mut Vec<WireCondition>,
    positions: &mut Vec<u16>,
) -> Option<()> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            let n = count(parts)?;
            let is_all = matches!(condition, Condition::All(_));
            conditions.push(if is_all { WireCondition::All(n) } else { WireCondition::Any(n) });
            parts.iter().try_for_each(|part| write(part, conditions, positions))
        }
        Condition::Not(part) => {
            conditions.push(WireCondition::Not);
            write(part, conditions, positions)
        }
        Condition::Test { subject, comparison } => {
            let comparison = match comparison {
                Comparison::Number(order, bound) => {
                    let number = Order::ALL.iter().position(|one| one == order)?;
                    WireComparison::Number(u8::try_from(number).ok()?, bound.get())
                }
                Comparison::OneOf(these) => {
                    positions.extend_from_slice(these);
                    WireComparison::OneOf(count(these)?)
                }
                Comparison::Missing(missing) => WireComparison::Missing(*missing),
            };
            conditions.push(match *subject {
                Subject::Field(column) => WireCondition::Field(column, comparison),
                Subject::Prediction { target, class } => {
                    WireCondition::Prediction(target, class, comparison)
                }
                Subject::Segment => WireCondition::Segment(comparison),
            });
            Some(())
        }
    }
}

fn read(
    conditions: &mut impl Iterator<Item = WireCondition>,
    positions: &mut impl Iterator<Item = u16>,
    depth: usize,
) -> Option<Condition> {
    if depth == MAX_DEPTH {
        return None;
    }
    let (subject, comparison) = match conditions.next()? {
        WireCondition::All(n) => {
            let parts: Option<_> = (0..n).map(|_| read(conditions, positions, depth + 1)).collect();
            return parts.map(Condition::All);
        }
        WireCondition::Any(n) => {
            let parts: Option<_> = (0..n).map(|_| read(conditions, positions, depth + 1)).collect();
            return parts.map(Condition::Any);
        }
        WireCondition::Not => {
            let part = read(conditions, positions, depth + 1)?;
            return Some(Condition::Not(Box::new(part)));
        }
        WireCondition::Field(column, comparison) => (Subject::Field(column), comparison),
        WireCondition::Prediction(target, class, comparison) => {
            (Subject::Prediction { target, class }, comparison)
        }
        WireCondition::Segment(comparison) => (Subject::Segment, comparison),
    };
    let comparison = match comparison {
        WireComparison::Number(order, bound) => {
            Comparison::Number(*Order::ALL.get(usize::from(order))?, finite(bound)?)
        }
        WireComparison::OneOf(n) => Comparison::OneOf(take(positions, n.into())?),
        WireComparison::Missing(missing) => Comparison::Missing(missing),
    };
    Some(Condition::Test { subject, comparison })
}
