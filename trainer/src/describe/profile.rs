//! What a segment is: the figures behind its name, and what is shown of it.

use std::collections::BTreeMap;

use ndarray::ArrayView2;
use serde::Serialize;
use shared::{Column, Schema, Transform};

use super::figures::{Figures, figures, share};
use super::readable::{number, word};
use super::sentences::description;
use super::traits::{Seen, measure, traits};
use super::words::names;
use crate::dataset::Dataset;
use crate::evidence::Standing;
use crate::told::SegmentTold;

/// What profiles are made from.
#[derive(Debug, Clone, Copy)]
pub struct ProfileInput<'a> {
    /// The columns.
    pub schema: &'a Schema,
    /// Their preparation.
    pub transform: &'a Transform,
    /// The customers, in canonical order.
    pub dataset: &'a Dataset,
    /// The same in prepared space, `(n_customers, n_features)`.
    pub x: ArrayView2<'a, f64>,
    /// Each customer's segment as a position in `ids`, `(n_customers,)`.
    pub labels: &'a [u16],
    /// Each segment's id, `(n_segments,)`.
    pub ids: &'a [u16],
    /// Each segment's mean bootstrap Jaccard similarity, `(n_segments,)`, or empty where it was not measured.
    pub jaccard: &'a [f64],
    /// Each segment's mean silhouette, `(n_segments,)`, or empty where it was not measured.
    pub silhouette: &'a [f64],
    /// A figure of fewer customers is not given.
    pub min_customers: usize,
    /// What the person said, by id.
    pub told: &'a BTreeMap<u16, SegmentTold>,
    /// The name and description that a segment had in the previous model, `(n_segments,)`, or empty without one.
    pub kept_names: &'a [Option<(String, String)>],
}

/// The profile of every segment, by position.
///
/// A name is the one that was told, else that of the previous model, else made from the traits; a description the
/// one that was told, else made from the traits, since figures change. Names that are made are distinct from all
/// others.
pub fn profiles(input: &ProfileInput) -> Vec<SegmentProfile> {
    let ProfileInput { schema, transform, dataset, x, labels, min_customers, .. } = *input;
    let n_segments = input.ids.len();
    let mut sizes = vec![0; n_segments];
    for &label in labels {
        sizes[usize::from(label)] += 1;
    }
    let figures = figures(schema, dataset, labels, n_segments);
    let seen = Seen {
        schema,
        transform,
        x: x.view(),
        labels,
        sizes: &sizes,
        figures: &figures,
        min_customers,
    };
    let measured = measure(&seen);
    let told: Vec<SegmentTold> =
        input.ids.iter().map(|id| input.told.get(id).cloned().unwrap_or_default()).collect();
    let kept = |position: usize| Some(input.kept_names.get(position)?.as_ref()?.0.clone());
    let given: Vec<Option<String>> =
        (0..n_segments).map(|at| told[at].name.clone().or_else(|| kept(at))).collect();
    let names = names(&seen, &measured, &given);
    let told_descriptions = told.into_iter().map(|told| told.description);
    names
        .into_iter()
        .zip(told_descriptions)
        .enumerate()
        .map(|(at, (name, told))| {
            let jaccard = input.jaccard.get(at).copied();
            SegmentProfile {
                id: input.ids[at],
                name,
                description: told.unwrap_or_else(|| description(&seen, at, &measured[at])),
                size: sizes[at],
                share: share(sizes[at], labels.len()),
                jaccard,
                standing: jaccard.map(Standing::of),
                silhouette: input.silhouette.get(at).copied(),
                traits: traits(schema, &measured[at]),
                typical: typical(schema, &figures, at, min_customers),
            }
        })
        .collect()
}

/// What to say of ids that were told of and that no segment has: the ids there are. None where all are there.
pub fn unknown_ids(told: &BTreeMap<u16, SegmentTold>, ids: &[u16]) -> Option<String> {
    let list = |ids: &mut dyn Iterator<Item = u16>| {
        ids.map(|id| id.to_string()).collect::<Vec<_>>().join(", ")
    };
    let mut unknown = told.keys().copied().filter(|id| !ids.contains(id)).peekable();
    unknown.peek()?;
    let mut there = ids.to_vec();
    there.sort_unstable();
    Some(format!(
        "no segment has the id {}, of which the configuration tells: there are {}",
        list(&mut unknown),
        list(&mut there.into_iter())
    ))
}

/// How far to act on a segment of this standing.
pub fn advice(standing: Standing) -> &'static str {
    match standing {
        Standing::HighlyStable => "Found again in nearly every resample: rely on it.",
        Standing::Stable => "Found again in most resamples: safe to act on.",
        Standing::Pattern => {
            "A pattern whose members are doubtful: good for understanding, not for decisions about one customer."
        }
        Standing::Dissolves => {
            "Do not act on this segment: other customers would not form it again."
        }
    }
}

/// A typical customer of a segment.
fn typical(
    schema: &Schema,
    figures: &[Figures],
    segment: usize,
    min_customers: usize,
) -> Vec<TypicalValue> {
    let value = |column: &Column, figures: &Figures| match figures {
        Figures::Numbers { by_segment, all, .. } => {
            let own = &by_segment[segment];
            number(if own.n < min_customers { all.median } else { own.median })
        }
        Figures::Levels { by_segment, all } => {
            let most = |counts: &[usize]| {
                // The first of equals.
                (0..counts.len()).rev().max_by_key(|&id| counts[id]).unwrap_or(0)
            };
            let own = most(&by_segment[segment]);
            let is_told = by_segment[segment][own] >= min_customers;
            word(column.kind.level(if is_told { own } else { most(all) }).unwrap_or_default())
        }
    };
    let unit = |column: &Column| match column.kind {
        shared::ColumnKind::Date { .. } => " days ago",
        _ => "",
    };
    let columns = schema.columns().iter().zip(figures);
    columns
        .map(|(column, figures)| TypicalValue {
            column: column.name.clone(),
            value: value(column, figures) + unit(column),
        })
        .collect()
}

/// One segment, as reports show it.
#[derive(Debug, Clone, Serialize)]
pub struct SegmentProfile {
    /// Its id, which retraining keeps.
    pub id: u16,
    /// Its name in a few words.
    pub name: String,
    /// Two sentences.
    pub description: String,
    /// Its customers, as the decoded artifact assigns them.
    pub size: usize,
    /// Their share of all.
    pub share: f64,
    /// Its mean bootstrap Jaccard similarity, where it was measured.
    pub jaccard: Option<f64>,
    /// What that means.
    pub standing: Option<Standing>,
    /// Mean silhouette of its customers, where it was measured.
    pub silhouette: Option<f64>,
    /// What sets it apart, the largest effect first.
    pub traits: Vec<Trait>,
    /// A typical customer: the segment's median or most frequent word of every column, in schema order.
    pub typical: Vec<TypicalValue>,
}

impl SegmentProfile {
    /// The same with as many customers, of all.
    #[must_use]
    pub fn counted(self, size: usize, of: usize) -> Self {
        Self { size, share: size as f64 / of as f64, ..self }
    }
}

/// One thing that sets a segment apart from all customers.
#[derive(Debug, Clone, Serialize)]
pub struct Trait {
    /// The column.
    pub column: String,
    /// Its word, where the column has words without order.
    pub level: Option<String>,
    /// The effect size: for numbers and scales the standardised difference from the mean of all in prepared space
    /// (Cohen's d against all customers), for words Cohen's h of the two shares.
    pub effect: f64,
    /// `standardised difference` or `share`.
    pub measure: &'static str,
    /// What is compared: `median`, `share` of the word, or `share not 0` where so many have 0 that medians would
    /// mislead.
    pub figure: &'static str,
    /// The segment's median to three digits, or a share in hundredths: 0 where too few have another number than
    /// 0 to be told of.
    pub segment: f64,
    /// The same of all customers.
    pub overall: f64,
    /// In words: "orders far more often", "Profession is Artist twice as often".
    pub text: String,
}

/// A column's typical value in a segment.
#[derive(Debug, Clone, Serialize)]
pub struct TypicalValue {
    /// The column.
    pub column: String,
    /// The value as text: a number to three significant digits, or a word; of all customers where fewer than the
    /// smallest group have one.
    pub value: String,
}

/// How the segments divide the groups of a sensitive attribute.
#[derive(Debug, Clone, Serialize)]
pub struct GroupMix {
    /// The column.
    pub column: String,
    /// The attribute that it tells of.
    pub attribute: &'static str,
    /// Its groups; those with too few customers together as one.
    pub groups: Vec<Group>,
}

/// One group.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// Its word, or its range.
    pub name: String,
    /// Its customers.
    pub size: usize,
    /// The share of them in each segment, in the order of the segments, in whole percents; `null` where it would
    /// tell of too few.
    pub shares: Vec<f64>,
}
