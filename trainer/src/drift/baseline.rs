//! What training looked like, estimated.

use shared::baseline::{Bins, PARTS};
use shared::number::Finite;
use shared::transform::ColumnStep;
use shared::{Baseline, Schema, Transform, Value};

use crate::dataset::Dataset;
use crate::prepare::round_up;

/// Into so many parts a column's sorted numbers are cut.
const QUANTILES: usize = 10;

/// A bin has at least this share of the customers, as one part in so many.
const SMALLEST_BIN: usize = 200;

/// The bins of every column and the segments' shares.
///
/// Numbers, and days before `as_of`, are cut at the clip bounds of the preparation, and between these at their
/// deciles, rounded up to three significant digits of the value or of the column's spread. A decile that would
/// leave fewer than `min_level` customers, or under half a percent, on one of its sides is left out. Beyond a
/// clip bound may be fewer: then the share there is 0, as for every bin of fewer than `min_level`.
///
/// # Shapes: `sizes` are the customers of each segment, which sum to those of `dataset`.
pub fn baseline(
    dataset: &Dataset,
    schema: &Schema,
    transform: &Transform,
    sizes: &[usize],
    min_level: usize,
) -> Baseline {
    let n = dataset.customers.len();
    let least = min_level.max(1);
    let columns = schema.columns().iter().zip(transform.steps()).enumerate();
    let columns = columns.map(|(position, (column, step))| {
        let values = || dataset.customers.iter().map(|c| c.record.values()[position]);
        let n_ids = column.kind.n_ids();
        let cuts =
            if n_ids == 0 { cuts(values(), step, least.max(n / SMALLEST_BIN)) } else { vec![] };
        let n_bins = if n_ids == 0 { cuts.len() + 1 } else { n_ids };
        let mut bins = Bins { cuts, shares: vec![0; n_bins + 1] };
        let mut counts = vec![0; n_bins + 1];
        values().for_each(|value| counts[usize::from(bins.bin(&value))] += 1);
        bins.shares = shares(&counts, least);
        bins
    });
    let columns = columns.collect();
    let count = |n: usize| u32::try_from(n).expect("a table has fewer customers than 2^32");
    Baseline::new(schema, count(n), count(least), columns, shares(sizes, least))
        .expect("the bins were made for these columns")
}

/// Where a column of numbers is cut.
fn cuts(values: impl Iterator<Item = Value>, step: &ColumnStep, smallest: usize) -> Vec<Finite> {
    let mut sorted: Vec<f64> = values
        .filter_map(|value| if let Value::Number(x) = value { Some(x.get()) } else { None })
        .collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let spread = last - first;
    if spread <= 0.0 {
        return Vec::new();
    }
    let up_to = |cut: f64| sorted.partition_point(|x| *x <= cut);
    let (lower, upper) = match step {
        ColumnStep::Number { lower, upper, .. } => (*lower, *upper),
        _ => (None, None),
    };
    let top = upper.map_or(n, |upper| up_to(upper.get()));
    let mut below = lower.map_or(0, |lower| up_to(lower.get()));
    let mut kept: Vec<Finite> = lower.into_iter().collect();
    for i in 1..QUANTILES {
        let cut = round_up(sorted[(n - 1) * i / QUANTILES], spread, 3);
        let up_to = up_to(cut);
        if up_to >= below + smallest && top >= up_to + smallest {
            kept.extend(Finite::new(cut));
            below = up_to;
        }
    }
    kept.extend(upper);
    kept
}

/// Counts as shares that sum to [`PARTS`]; what a small bin has goes to the largest, and what rounding leaves to
/// the bins that it took most from.
fn shares(counts: &[usize], least: usize) -> Vec<u16> {
    let n: usize = counts.iter().sum();
    let mut own: Vec<usize> =
        counts.iter().map(|&count| if count < least { 0 } else { count }).collect();
    // The first of the largest.
    let largest = (0..counts.len()).rev().max_by_key(|&bin| counts[bin]).unwrap_or_default();
    own[largest] += n - own.iter().sum::<usize>();
    let parts = usize::from(PARTS);
    let mut shares: Vec<usize> = own.iter().map(|count| count * parts / n).collect();
    let mut order: Vec<usize> = (0..own.len()).collect();
    order.sort_by_key(|&bin| (std::cmp::Reverse(own[bin] * parts % n), bin));
    let left = parts - shares.iter().sum::<usize>();
    order.into_iter().take(left).for_each(|bin| shares[bin] += 1);
    shares.into_iter().map(|share| u16::try_from(share).unwrap_or(PARTS)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(lower: Option<f64>, upper: Option<f64>) -> ColumnStep {
        let finite = |x| Finite::new(x).unwrap();
        ColumnStep::Number {
            impute: Finite::ZERO,
            lower: lower.map(finite),
            upper: upper.map(finite),
            lambda: None,
            mean: Finite::ZERO,
            scale: finite(1.0),
        }
    }

    fn cuts_of(values: &[f64], step: &ColumnStep, smallest: usize) -> Vec<f64> {
        let values = values.iter().map(|&x| Value::Number(Finite::new(x).unwrap()));
        cuts(values, step, smallest).into_iter().map(Finite::get).collect()
    }

    #[test]
    fn numbers_are_cut_at_rounded_deciles_and_clip_bounds() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i) * 1.2345).collect();
        let found = cuts_of(&values, &step(Some(14.0), Some(1220.0)), 10);
        let deciles = [123.0, 246.0, 370.0, 493.0, 617.0, 740.0, 863.0, 987.0, 1110.0];
        let expected: Vec<f64> = [14.0].into_iter().chain(deciles).chain([1220.0]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_bin_has_enough_customers_and_a_spike_has_its_own() {
        let mut values = vec![0.0; 600];
        values.extend((1..=400).map(f64::from));
        let found = cuts_of(&values, &step(None, Some(390.0)), 20);
        assert_eq!(found, [0.0, 100.0, 200.0, 300.0, 390.0]);
        assert!(cuts_of(&[7.0; 50], &step(None, None), 20).is_empty());
        assert!(cuts_of(&[1.0, 2.0, 3.0], &step(None, None), 20).is_empty());
    }

    #[test]
    fn shares_sum_to_the_whole_and_hide_small_counts() {
        assert_eq!(shares(&[1, 1, 1], 1), [3334, 3333, 3333]);
        assert_eq!(shares(&[50, 19, 131], 20), [2500, 0, 7500]);
        assert_eq!(shares(&[5, 5], 20), [10_000, 0]);
        assert_eq!(shares(&[1_000_000, 30, 0], 20), [10_000, 0, 0]);
    }
}
