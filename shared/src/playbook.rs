//! What to recommend to a customer, and why.

mod condition;
mod gap;
mod holdout;
mod recipes;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

pub use self::condition::{Comparison, Condition, MAX_DEPTH, Order, Subject};
pub use self::gap::TypicalGap;
pub use self::holdout::is_held_out;
pub use self::recipes::{
    MAX_CONDITIONS, MAX_LINK, MAX_RECIPES, Rank, Recipe, Recipes, is_id, is_link, is_text,
};
use crate::model::ModelParts;
use crate::record::Record;
use crate::segment_model::Prediction;
use crate::transform::FeatureVector;

/// The rule that picks recommendations.
#[derive(Debug, Clone, PartialEq)]
pub enum Playbook {
    /// From data: what customers like this one do more of.
    TypicalGap(TypicalGap),
    /// What a person wrote down.
    Recipes(Recipes),
}

/// Something to do or to know about a customer, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recommendation {
    /// The recipe's id; none where no recipe gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A few words.
    pub title: String,
    /// What to do, or what is the matter.
    pub text: String,
    /// Why it applies to this customer, in a sentence.
    pub why: String,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What it is meant to bring about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
}

/// What is known of a customer when a playbook is asked.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The model.
    pub parts: &'a ModelParts,
    /// The customer.
    pub record: &'a Record,
    /// The same in prepared space.
    pub x: &'a FeatureVector,
    /// The segment's position.
    pub segment: usize,
    /// What is expected, one for each of [`ModelParts::predicted`].
    pub predictions: &'a [Prediction],
}

impl Situation<'_> {
    /// The segment's name.
    pub fn segment_name(&self) -> &str {
        self.parts.segments.get(self.segment).map_or("", |info| &info.name)
    }
}

impl Playbook {
    /// Whether the rule fits the rest of the model.
    pub fn fits(&self, parts: &ModelParts) -> bool {
        match self {
            Self::TypicalGap(gap) => gap.fits(parts),
            Self::Recipes(recipes) => recipes.fits(parts),
        }
    }

    /// What applies to a customer; the most important first.
    pub fn decide(&self, situation: &Situation<'_>) -> Vec<Recommendation> {
        match self {
            Self::TypicalGap(gap) => gap.decide(situation),
            Self::Recipes(recipes) => recipes.decide(situation),
        }
    }

    /// Whether the playbook holds a customer out of recommendations: see [`is_held_out`]. The model itself does not
    /// know who a customer is, so it recommends all the same: whoever shows its answers leaves them out.
    pub fn holds_out(&self, subject: &str) -> bool {
        match self {
            Self::TypicalGap(_) => false,
            Self::Recipes(Recipes { holdout, .. }) => self.would_hold_out(subject, *holdout),
        }
    }

    /// The same at another share.
    pub fn would_hold_out(&self, subject: &str, thousandths: u16) -> bool {
        let id = if let Self::Recipes(recipes) = self { recipes.id.as_str() } else { "" };
        is_held_out(id, subject, thousandths)
    }
}
