//! `[playbook]`: what to recommend to whom, as a person writes it. [`crate::playbook`] makes checked recipes of it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shared::number;

/// `[playbook]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlaybookConfig {
    /// The file that it stands in, for messages.
    #[serde(skip)]
    pub path: PathBuf,
    /// Its name; playbooks of different names hold out different customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A customer is given at most so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<i64>,
    /// The share of customers who are given none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdout: Option<f64>,
    /// What there is to recommend.
    pub recipes: Vec<RecipeConfig>,
}

/// `[[playbook.recipes]]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecipeConfig {
    /// A short name.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What to do.
    pub text: String,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What it is meant to bring about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
    /// The highest is given first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    /// Instead of a priority, what it is worth with this customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<ValueConfig>,
    /// Recipes that are not given together with this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excludes: Vec<String>,
    /// When it applies; without it, always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<ConditionConfig>,
}

/// `value = { prediction = "future_spend", times = 0.1 }`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueConfig {
    /// What is predicted.
    pub prediction: String,
    /// Of which class the probability counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Operand>,
    /// What one of it is worth.
    #[serde(default = "one")]
    pub times: f64,
}

fn one() -> f64 {
    1.0
}

/// One table of a condition: `all`, `any` or `not` of others; or a `field`, a `prediction` or the `segment` with what
/// it is compared with.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[serde(rename_all = "snake_case")]
pub struct ConditionConfig {
    /// All of these hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<ConditionConfig>>,
    /// At least one of these holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<ConditionConfig>>,
    /// This does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<ConditionConfig>>,
    /// A column that the model reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is predicted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction: Option<String>,
    /// Of which class the probability is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Operand>,
    /// The id of a segment, or several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<Segments>,
    /// Equal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eq: Option<Operand>,
    /// One of these.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<Operand>>,
    /// Below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lt: Option<Operand>,
    /// At most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub le: Option<Operand>,
    /// Above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gt: Option<Operand>,
    /// At least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ge: Option<Operand>,
    /// Whether the value is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<bool>,
}

/// Segments by the ids that training again keeps.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected the id of a segment, as 2, or several, as [1, 2]")]
pub enum Segments {
    /// One.
    One(u16),
    /// One of several.
    Several(Vec<u16>),
}

/// What something is compared with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a word, a number, true or false")]
pub enum Operand {
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Number(f64),
    /// A word.
    Text(String),
}

impl Segments {
    /// The ids.
    pub fn ids(&self) -> &[u16] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Several(ids) => ids,
        }
    }
}

impl Operand {
    /// As a cell would write it.
    pub fn text(&self) -> String {
        match self {
            Self::Boolean(yes) => yes.to_string(),
            Self::Integer(integer) => integer.to_string(),
            Self::Number(number) => number::to_text(*number),
            Self::Text(text) => text.clone(),
        }
    }

    /// As a number, where it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(integer) => Some(*integer as f64),
            Self::Number(number) => Some(*number),
            Self::Boolean(_) | Self::Text(_) => None,
        }
    }
}
