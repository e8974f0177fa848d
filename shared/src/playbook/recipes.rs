//! A playbook that a person wrote: recipes, each with its condition, and a rule for which of them a customer is given.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::condition::{Condition, Subject};
use super::{Recommendation, Situation};
use crate::model::{MAX_DESCRIPTION, ModelParts};
use crate::number::Finite;
use crate::schema::{are_distinct, is_name};

/// A playbook has at most so many recipes.
pub const MAX_RECIPES: usize = 200;

/// A recipe's condition is made of at most so many.
pub const MAX_CONDITIONS: usize = 200;

/// The longest link, in bytes.
pub const MAX_LINK: usize = 1000;

/// Reasons are given until a sentence is so long, in bytes; the last may be longer by one reason.
const LONG_ENOUGH: usize = 300;

/// What a person wrote down to recommend.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipes {
    /// Its name; whom it holds out depends on it. May be empty.
    pub id: String,
    /// A customer is given at most so many, at least 1.
    pub at_most: u8,
    /// The share of customers who are given none, in thousandths: see [`is_held_out`](super::is_held_out).
    pub holdout: u16,
    /// The recipes, 1 to [`MAX_RECIPES`]. Either all have a priority or all a value.
    pub recipes: Vec<Recipe>,
}

/// One thing to recommend.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// 1 to 64 letters, digits, `-`, `_` and `.`; no two recipes have the same.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What to do.
    pub text: String,
    /// Where to go on: a URL of http or https.
    pub link: Option<String>,
    /// What it is meant to bring about.
    pub goal: Option<String>,
    /// When it applies.
    pub when: Condition,
    /// What it is worth.
    pub rank: Rank,
    /// The recipes that are not given together with this one, by position, ascending. One of two need say so.
    pub excludes: Vec<u16>,
}

/// What a recipe is worth beside others: the highest is given first.
#[derive(Debug, Clone, PartialEq)]
pub enum Rank {
    /// The same for every customer.
    Priority(i32),
    /// What is expected of the customer, times a number.
    Value {
        /// By position in [`ModelParts::predicted`].
        target: u16,
        /// Of a class, its probability.
        class: Option<u16>,
        /// The number.
        times: Finite,
    },
}

impl Recipes {
    /// The recipes whose condition holds for a customer, by position.
    pub fn applying(&self, situation: &Situation<'_>) -> Vec<usize> {
        let recipes = self.recipes.iter().enumerate();
        recipes.filter(|(_, recipe)| recipe.when.holds(situation)).map(|(at, _)| at).collect()
    }

    /// The recipes that a customer is given, by position, the first first: of those that apply the highest, then
    /// the highest of those that go together with it, and so on, at most [`at_most`](Self::at_most).
    ///
    /// # Ties: the earlier recipe wins.
    pub fn given(&self, situation: &Situation<'_>) -> Vec<usize> {
        let mut left = self.applying(situation);
        let mut given = Vec::new();
        while given.len() < usize::from(self.at_most) {
            let mut best: Option<(usize, f64)> = None;
            for &at in &left {
                let worth = self.recipes.get(at).map_or(0.0, |recipe| recipe.rank.worth(situation));
                if best.is_none_or(|(_, most)| worth > most) {
                    best = Some((at, worth));
                }
            }
            let Some((best, _)) = best else { break };
            given.push(best);
            left.retain(|&at| at != best && !self.exclude(at, best) && !self.exclude(best, at));
        }
        given
    }

    fn exclude(&self, at: usize, other: usize) -> bool {
        let excludes = self.recipes.get(at).map_or(&[][..], |recipe| &recipe.excludes);
        excludes.iter().any(|&excluded| usize::from(excluded) == other)
    }

    /// What a customer is given.
    pub(super) fn decide(&self, situation: &Situation<'_>) -> Vec<Recommendation> {
        let given = self.given(situation);
        let recipes = given.iter().filter_map(|&at| self.recipes.get(at));
        recipes.map(|recipe| recipe.recommendation(situation)).collect()
    }

    pub(super) fn fits(&self, parts: &ModelParts) -> bool {
        let n = self.recipes.len();
        let is_value = |recipe: &Recipe| matches!(recipe.rank, Rank::Value { .. });
        let n_values = self.recipes.iter().filter(|recipe| is_value(recipe)).count();
        (self.id.is_empty() || is_id(&self.id))
            && self.at_most > 0
            && self.holdout < 1000
            && (1..=MAX_RECIPES).contains(&n)
            && (n_values == 0 || n_values == n)
            && are_distinct(self.recipes.iter().map(|recipe| recipe.id.as_str()))
            && self.recipes.iter().enumerate().all(|(at, recipe)| recipe.fits(parts, at, n))
    }
}

impl Rank {
    fn worth(&self, situation: &Situation<'_>) -> f64 {
        match self {
            Self::Priority(priority) => f64::from(*priority),
            Self::Value { target, class, times } => {
                let expected = Subject::Prediction { target: *target, class: *class };
                times.get() * expected.number(situation).unwrap_or_default()
            }
        }
    }
}

impl Recipe {
    fn fits(&self, parts: &ModelParts, at: usize, n_recipes: usize) -> bool {
        let excludes = &self.excludes;
        let rank_fits = match self.rank {
            Rank::Priority(_) => true,
            Rank::Value { target, class, times } => {
                let expected = Subject::Prediction { target, class };
                expected.n_positions(parts) == Some(0) && times != Finite::ZERO
            }
        };
        is_id(&self.id)
            && is_name(&self.title)
            && is_text(&self.text)
            && self.link.as_deref().is_none_or(is_link)
            && self.goal.as_deref().is_none_or(is_name)
            && rank_fits
            && self.when.fits(parts, 0)
            && self.when.count() <= MAX_CONDITIONS
            && excludes.windows(2).all(|pair| matches!(pair, [a, b] if a < b))
            && excludes.last().is_none_or(|&last| usize::from(last) < n_recipes)
            && !excludes.iter().any(|&excluded| usize::from(excluded) == at)
    }

    fn recommendation(&self, situation: &Situation<'_>) -> Recommendation {
        Recommendation {
            id: Some(self.id.clone()),
            title: self.title.clone(),
            text: self.text.clone(),
            why: self.why(situation),
            link: self.link.clone(),
            goal: self.goal.clone(),
        }
    }

    /// "age is 70 (over 60) and the expected spend is 35.2 (at least 10)."
    fn why(&self, situation: &Situation<'_>) -> String {
        let mut said = Vec::new();
        self.when.say(situation, true, &mut said);
        let n = said.len();
        let mut why = String::new();
        for (nth, reason) in said.iter().enumerate() {
            if why.len() > LONG_ENOUGH {
                why = format!("{why} and {} more", n - nth);
                break;
            }
            let joint = if nth == 0 {
                ""
            } else if nth + 1 == n {
                " and "
            } else {
                ", "
            };
            why.push_str(joint);
            why.push_str(reason);
        }
        if why.is_empty() {
            why = "It is for every customer".to_string();
        }
        if let Some(rest) = why.strip_prefix("the ") {
            why = ["The ", rest].concat();
        }
        why + "."
    }
}

/// Whether a text can be the id of a recipe or a playbook.
pub fn is_id(text: &str) -> bool {
    let is_sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(is_sound)
}

/// Whether a text can be what a recipe says to do: one line of at most [`MAX_DESCRIPTION`] bytes.
pub fn is_text(text: &str) -> bool {
    (1..=MAX_DESCRIPTION).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Whether a text can be a link. Only http and https: a page shows it, and `javascript:` would run there.
pub fn is_link(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_sound = |c: char| !c.is_whitespace() && !c.is_control() && !"\"'<>\\`".contains(c);
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && text.len() <= MAX_LINK
        && text.chars().all(is_sound)
}
