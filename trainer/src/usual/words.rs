//! What is usual of a column of words: how frequent each is in the segment.

use shared::segment_model::{Link, Target, TargetKind, TargetModels};
use shared::{Column, Value, math};

use super::Segments;
use crate::dataset::Dataset;
use crate::infer::OTHER;

/// The frequencies of a column's words in each segment, held to those of all by one customer's weight; half a
/// customer is added to each word of all, so that none is impossible.
pub(super) fn model(
    column: &Column,
    position: usize,
    dataset: &Dataset,
    segments: &Segments<'_>,
) -> TargetModels {
    let n_levels = column.kind.n_levels();
    let mut counts = vec![vec![0.0; n_levels]; segments.n_segments];
    for (customer, &label) in dataset.customers.iter().zip(segments.labels) {
        if let Value::Level(id) = customer.record.values()[position]
            && let Some(count) = counts[usize::from(label)].get_mut(usize::from(id))
        {
            *count += 1.0;
        }
    }
    // Counts are whole, so their sums are exact.
    let all: Vec<f64> =
        (0..n_levels).map(|id| counts.iter().fold(0.5, |sum, own| sum + own[id])).collect();
    let n = all.iter().fold(0.0, |sum, count| sum + count);
    let by_segment = counts.into_iter().map(|own| {
        let total = own.iter().fold(1.0, |sum, count| sum + count);
        // To a sixteenth, or the customers of a word could be counted.
        let rounded = |v: f64| math::round_ties_even(16.0 * v) / 16.0 + 0.0;
        let logarithm = |(count, all): (f64, &f64)| rounded(math::ln((count + all / n) / total));
        own.into_iter().zip(&all).map(logarithm).collect()
    });
    let level = |id| column.kind.level(id).unwrap_or(OTHER).to_owned();
    let kind = TargetKind::Class { classes: (0..n_levels).map(level).collect() };
    let target = Target { name: column.name.clone(), kind };
    TargetModels::constants(target, Link::Softmax, by_segment.collect())
}
