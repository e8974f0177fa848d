//! What to recommend to a customer, and why.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::assign::{Assigner, Segment};
use crate::column::ColumnKind;
use crate::math;
use crate::number;
use crate::schema::Schema;
use crate::transform::{FeatureVector, Transform};

/// The rule that picks a recommendation.
#[derive(Debug, Clone, PartialEq)]
pub enum Playbook {
    /// The column in which the customer falls furthest short of the segment's typical customer.
    Shortfall {
        /// A smaller shortfall is not worth a word; in standard deviations, positive.
        threshold: f64,
        /// The numeric columns that count, by position in the schema, ascending.
        columns: Vec<u16>,
        /// The segments' typical values of these columns, in the columns' units;
        /// shape `(n_segments, columns.len())`, flat.
        typical: Vec<f64>,
    },
}

/// Something to do or to know about a customer, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recommendation {
    /// A few words.
    pub title: String,
    /// A sentence that says why.
    pub text: String,
}

impl Playbook {
    /// Whether the rule's columns and figures fit the model.
    pub fn fits(&self, schema: &Schema, n_segments: usize) -> bool {
        let Self::Shortfall { threshold, columns, typical } = self;
        let ascending = columns.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        let numeric = columns.iter().all(|&c| {
            let column = schema.columns().get(usize::from(c));
            column.is_some_and(|column| matches!(column.kind, ColumnKind::Numeric { .. }))
        });
        threshold.is_finite()
            && *threshold > 0.0
            && ascending
            && numeric
            && typical.len() == columns.len() * n_segments
            && typical.iter().all(|v| v.is_finite())
    }

    /// What applies to a customer: at most one recommendation so far.
    ///
    /// # Ties: the first column in schema order wins.
    pub fn decide(
        &self,
        schema: &Schema,
        transform: &Transform,
        assigner: &Assigner,
        x: &FeatureVector,
        segment: &Segment,
        segment_name: &str,
    ) -> Vec<Recommendation> {
        let Self::Shortfall { threshold, columns, typical } = self;
        let offsets = assigner.offsets(transform, x, segment);
        let shortfall_of = |column: u16| {
            let position =
                transform.features().iter().position(|f| f.column == usize::from(column));
            position.and_then(|p| offsets.get(p)).map_or(0.0, |offset| -offset)
        };
        let mut largest = None;
        for (position, &column) in columns.iter().enumerate() {
            let shortfall = shortfall_of(column);
            if shortfall >= *threshold && largest.is_none_or(|(_, _, known)| shortfall > known) {
                largest = Some((position, column, shortfall));
            }
        }
        let Some((position, column, shortfall)) = largest else { return Vec::new() };
        let first = usize::from(segment.id()) * columns.len();
        let named = schema.columns().get(usize::from(column)).zip(typical.get(first + position));
        let Some((column, typical)) = named else { return Vec::new() };
        let name = &column.name;
        let typical = number::to_text(*typical);
        let shortfall = number::to_text(math::round_ties_even(shortfall * 10.0) / 10.0);
        Vec::from([Recommendation {
            title: format!("{name} is below the segment's"),
            text: format!(
                "The typical customer of \"{segment_name}\" has {name} {typical}; \
                 this one is {shortfall} standard deviations below."
            ),
        }])
    }
}
