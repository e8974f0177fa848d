//! Segments in words: what sets each apart, from its centre.

mod figures;
pub mod groups;
mod lexicon;
mod playbook;
pub mod profile;
mod readable;
mod sentences;
mod traits;
mod words;

pub use self::playbook::playbook;

use std::collections::BTreeSet;

use ndarray::{ArrayView2, Axis};
use shared::model::{ModelParts, SegmentInfo};
use shared::{ColumnKind, Schema, Transform};

use crate::kmeans::KMeansFit;
use crate::prepare::mean_and_deviation;

/// A smaller difference from all customers is not worth a word; in standard deviations, "small" in Cohen's
/// sense (1988, "Statistical Power Analysis").
const WORTH_A_WORD: f64 = 0.2;

/// How many features a name holds: two, or more where two segments would have the same.
const NAMED_FEATURES: std::ops::RangeInclusive<usize> = 2..=4;

/// The name and share of every segment.
///
/// TODO: goes once segments are made from their profiles.
///
/// # Shapes: `x` is `(n_customers, n_features)`, `fit` is of its rows.
pub fn segments(
    schema: &Schema,
    transform: &Transform,
    x: ArrayView2<'_, f64>,
    fit: &KMeansFit,
) -> Vec<SegmentInfo> {
    let spread: Vec<(f64, f64)> =
        x.axis_iter(Axis(1)).map(|column| mean_and_deviation(&column.to_vec())).collect();
    let traits: Vec<Vec<String>> = (0..fit.sizes.len())
        .map(|id| {
            let centre: Vec<f64> = fit.centroids.row(id).collect();
            traits(schema, transform, &spread, &centre)
        })
        .collect();
    let named_by =
        |n: usize| traits.iter().map(move |words| words[..n.min(words.len())].join(", "));
    let are_distinct = |n: &usize| named_by(*n).collect::<BTreeSet<_>>().len() == traits.len();
    let n_named = NAMED_FEATURES.into_iter().find(are_distinct).unwrap_or(*NAMED_FEATURES.end());
    let n_customers = x.nrows();
    let shares = fit.sizes.iter().map(|size| (200 * size + n_customers) / (2 * n_customers));
    named_by(n_named)
        .zip(shares)
        .enumerate()
        .map(|(id, (words, share))| {
            let share_percent = u8::try_from(share).unwrap_or(100);
            SegmentInfo::new(u16::try_from(id).unwrap_or(u16::MAX), name(id, &words), share_percent)
        })
        .collect()
}

fn name(id: usize, words: &str) -> String {
    let words = if words.is_empty() { "like all customers" } else { words };
    let mut name = format!("Segment {id}: {words}");
    // A name has 256 bytes; long column names are cut at a character.
    while name.len() > 256 {
        name.pop();
    }
    name
}

/// What sets a segment apart from all customers, in words, the largest difference first.
fn traits(
    schema: &Schema,
    transform: &Transform,
    spread: &[(f64, f64)],
    centre: &[f64],
) -> Vec<String> {
    let mut effects: Vec<(f64, usize)> = spread
        .iter()
        .zip(centre)
        .enumerate()
        .filter(|(_, ((_, deviation), _))| *deviation > 0.0)
        .map(|(position, ((mean, deviation), centre))| ((centre - mean) / deviation, position))
        .collect();
    effects.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1)));
    let mut words: Vec<String> = Vec::new();
    let mut named_columns = Vec::new();
    for (effect, position) in effects {
        let feature = transform.features()[position];
        if effect.abs() < WORTH_A_WORD || named_columns.contains(&feature.column) {
            continue;
        }
        let column = &schema.columns()[feature.column];
        let text = match (&column.kind, feature.level) {
            (ColumnKind::YesNo { no, yes }, _) => {
                format!("{}: {}", column.name, if effect > 0.0 { yes } else { no })
            }
            // That a word is rarer than elsewhere says little; the word that is more frequent says it.
            (_, Some(_)) if effect < 0.0 => continue,
            (kind, Some(level)) => {
                format!("{}: {}", column.name, kind.level(level).unwrap_or_default())
            }
            (ColumnKind::Date { .. }, None) => {
                format!("{} days since {}", if effect > 0.0 { "many" } else { "few" }, column.name)
            }
            (_, None) => {
                format!("{} {}", if effect > 0.0 { "high" } else { "low" }, column.name)
            }
        };
        named_columns.push(feature.column);
        words.push(text);
    }
    words
}

/// The names of a model's features, in order: the column, and the word where a column has one for each.
pub fn feature_names(parts: &ModelParts) -> Vec<String> {
    let name = |feature: &shared::transform::Feature| {
        let column = &parts.schema.columns()[feature.column];
        match feature.level.and_then(|level| column.kind.level(level)) {
            Some(word) => format!("{}={word}", column.name),
            None => column.name.clone(),
        }
    };
    parts.transform.features().iter().map(name).collect()
}

#[cfg(test)]
mod tests;
