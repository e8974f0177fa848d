//! A column as it is reported: to people by `fit` and `check`, to machines in `metrics.json`.

use serde::{Serialize, Serializer};
use shared::number;

use super::kinds::Kind;
use super::{Known, Role};
use crate::profile::Numbers;

/// So many of a column's words are shown, the most frequent first; of a scale all.
const SHOWN: usize = 5;

/// The same in JSON.
const JSON_SHOWN: usize = 20;

/// What was understood of one column.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnReport {
    /// Its name.
    pub name: String,
    /// Its kind in a word; `identifier` where it names the customer.
    pub kind: &'static str,
    /// Its part.
    #[serde(serialize_with = "role_name")]
    pub role: Role,
    /// Why it has this part; empty where nothing stands against a feature.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// The number of customers without a value.
    pub missing: usize,
    /// The number of distinct values.
    pub distinct: usize,
    /// The number of words folded into "other".
    pub folded: usize,
    /// Personal data that it looks like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal: Option<&'static str>,
    /// The sensitive attribute that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<&'static str>,
    /// The figures of a column of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<NumbersReport>,
    /// The words for no and yes.
    #[serde(skip)]
    pub yes_no: Option<[String; 2]>,
    /// The order in which dates are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<&'static str>,
    /// The most frequent words with their counts, of those that enough customers share; or the levels in order.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "top")]
    pub levels: Vec<(String, usize)>,
}

/// The figures of a column of numbers.
#[derive(Debug, Clone, Serialize)]
pub struct NumbersReport {
    /// The smallest, to four digits.
    pub min: f64,
    /// The middle one, to four digits.
    pub median: f64,
    /// The largest, to four digits.
    pub max: f64,
    /// The arithmetic mean.
    pub mean: f64,
    /// The population standard deviation.
    pub deviation: f64,
    /// The population skewness.
    pub skewness: f64,
    /// The share that is 0.
    pub zeros: f64,
    /// How many lie beyond three interquartile ranges from the quartiles.
    pub far_out: usize,
}

/// To four significant digits: nobody's exact figure, and a year stays a year.
fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

impl NumbersReport {
    fn of(numbers: &Numbers) -> Self {
        Self {
            min: rounded(numbers.min),
            median: rounded(numbers.quartiles[1]),
            max: rounded(numbers.max),
            mean: numbers.mean,
            deviation: numbers.deviation,
            skewness: numbers.skewness,
            zeros: numbers.n_zero as f64 / numbers.n as f64,
            far_out: numbers.n_far_out,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn role_name<S: Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(role.name())
}

fn top<S: Serializer>(levels: &[(String, usize)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(levels.iter().take(JSON_SHOWN))
}

impl ColumnReport {
    /// The words to show, with their counts: the most frequent ones, or a whole scale.
    pub fn shown_levels(&self) -> &[(String, usize)] {
        let shown = if self.kind == "ordinal" { self.levels.len() } else { SHOWN };
        &self.levels[..shown.min(self.levels.len())]
    }

    pub(super) fn of(column: &Known, min_level: usize) -> Self {
        let profile = &column.profile;
        // Whoever reads a report need not see who is in the table.
        let shown = !matches!(column.role, Role::Identifier | Role::Personal | Role::Text);
        let folded = match &column.kind {
            Kind::Categorical { folded, .. } if column.role == Role::Feature => *folded,
            _ => 0,
        };
        let numbers = (shown && column.kind.is_number() && profile.numbers.n > 0)
            .then(|| NumbersReport::of(&profile.numbers))
            // Far beyond what a customer's figure may be, squares are no numbers.
            .filter(|figures| figures.deviation.is_finite());
        Self {
            name: column.name.to_owned(),
            kind: match column.role {
                Role::Identifier => "identifier",
                _ => column.kind.name(),
            },
            role: column.role,
            why: column.why.clone(),
            missing: column.n_missing(),
            distinct: profile.n_distinct() - column.soft_missing().0,
            folded,
            personal: column.personal.map(super::Personal::name),
            sensitive: column.sensitive.map(shared::Sensitive::as_str),
            numbers,
            yes_no: match &column.kind {
                Kind::YesNo { no, yes } => Some([no.clone(), yes.clone()]),
                _ => None,
            },
            date_order: match &column.kind {
                Kind::Date(order) => Some(order.name()),
                _ => None,
            },
            levels: if shown { levels(column, min_level) } else { Vec::new() },
        }
    }
}

fn levels(column: &Known, min_level: usize) -> Vec<(String, usize)> {
    let profile = &column.profile;
    let numbers =
        profile.numbers.levels.iter().map(|(value, count)| (number::to_text(*value), *count));
    let words = profile.words().map(|(word, count)| (word.to_owned(), count));
    let all = numbers.chain(words);
    match &column.kind {
        Kind::Ordinal(order) => {
            let counts: std::collections::BTreeMap<String, usize> = all.collect();
            let count = |level: &String| counts.get(level).copied().unwrap_or(0);
            order.iter().map(|level| (level.clone(), count(level))).collect()
        }
        Kind::Categorical { .. } | Kind::YesNo { .. } => {
            let mut common: Vec<_> = all.filter(|(_, count)| *count >= min_level).collect();
            common.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            common
        }
        _ => Vec::new(),
    }
}
