//! Prediction strength (Tibshirani and Walther 2005, "Cluster validation by prediction strength"): whether
//! customers who share a segment of one half of the data also do by the segments of the other half.

use std::collections::HashSet;

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use shared::centroids::smallest;

use crate::kmeans::{KMeansFit, quick_sweep};
use crate::random::{Purpose, Stream};

/// Splits in halves; each is used in both directions.
pub const SPLITS: usize = 10;

/// Rows of each half at most.
const MAX_HALF: usize = 1000;

/// Restarts for each k besides the one from k - 1.
const RESTARTS: usize = 2;

/// The prediction strength for each k.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionStrength {
    /// Rows of each half.
    pub rows: usize,
    /// The number of splits.
    pub splits: usize,
    /// For k = 1, 2, ...: the mean over splits and directions of the weakest segment's share of pairs that stay
    /// together; 1 for k = 1. It ends where a half has fewer distinct rows than segments.
    pub by_k: Vec<f64>,
}

/// Prediction strength for k = 1 to `max_segments`, on distinct rows.
///
/// # Shapes: `x` is `(n_customers, n_features)`, on the grid, in canonical order.
pub fn prediction_strength(
    x: ArrayView2<'_, f64>,
    max_segments: usize,
    seed: u64,
) -> PredictionStrength {
    let distinct = distinct(x);
    let rows = (distinct.len() / 2).min(MAX_HALF);
    if rows == 0 {
        return PredictionStrength { rows, splits: 0, by_k: Vec::new() };
    }
    let of_split = |split: usize| {
        let mut stream = Stream::new(seed, Purpose::Halves, split);
        let chosen = stream.choose(distinct.len(), 2 * rows);
        let mut is_first = vec![false; chosen.len()];
        stream.choose(chosen.len(), rows).into_iter().for_each(|i| is_first[i] = true);
        let half = |first: bool| {
            let rows: Vec<usize> = chosen
                .iter()
                .zip(&is_first)
                .filter(|(_, is_first)| **is_first == first)
                .map(|(&i, _)| distinct[i])
                .collect();
            let half = x.select(Axis(0), &rows);
            let fits = quick_sweep(half.view(), max_segments, RESTARTS, seed);
            (half, fits.expect("rows on the grid"))
        };
        let ((a, of_a), (b, of_b)) = (half(true), half(false));
        let n_k = of_a.len().min(of_b.len());
        let both = |k: usize| {
            [weakest(b.view(), &of_b[k], &of_a[k]), weakest(a.view(), &of_a[k], &of_b[k])]
        };
        (0..n_k).map(both).collect::<Vec<_>>()
    };
    let splits: Vec<Vec<[f64; 2]>> = (0..SPLITS).into_par_iter().map(of_split).collect();
    let n_k = splits.iter().map(Vec::len).min().unwrap_or(0);
    let mean = |k: usize| {
        let sum = splits.iter().flat_map(|split| split[k]).fold(0.0, |sum, v| sum + v);
        sum / (2 * SPLITS) as f64
    };
    PredictionStrength { rows, splits: SPLITS, by_k: (0..n_k).map(mean).collect() }
}

fn distinct(x: ArrayView2<'_, f64>) -> Vec<usize> {
    let mut seen = HashSet::new();
    let rows = x.rows().into_iter().enumerate();
    // The grid has no -0, so equal values have equal bits.
    let is_new = |row: ndarray::ArrayView1<'_, f64>| {
        seen.insert(row.iter().map(|v| v.to_bits()).collect::<Vec<_>>())
    };
    let mut is_new = is_new;
    rows.filter_map(|(i, row)| is_new(row).then_some(i)).collect()
}

/// The smallest share, over the segments of the test half, of pairs that the other half's centres keep together.
/// A segment of one customer has no pairs and is passed over.
fn weakest(test: ArrayView2<'_, f64>, of_test: &KMeansFit, of_training: &KMeansFit) -> f64 {
    let mut distances = vec![0.0; of_training.centroids.n_segments()];
    let assign = |row: &[f64]| {
        of_training.centroids.squared_distances(row, &mut distances);
        smallest(&distances).0
    };
    let rows = test.to_slice().expect("selected rows are in standard layout");
    let assigned: Vec<usize> = rows.chunks_exact(test.ncols()).map(assign).collect();
    share_of_weakest(&of_test.labels, &assigned)
}

fn share_of_weakest(labels: &[u16], assigned: &[usize]) -> f64 {
    let n_segments = labels.iter().max().map_or(0, |&id| usize::from(id) + 1);
    let n_assigned = assigned.iter().max().map_or(0, |id| id + 1);
    let mut counts = vec![vec![0_usize; n_assigned]; n_segments];
    for (&label, &to) in labels.iter().zip(assigned) {
        counts[usize::from(label)][to] += 1;
    }
    let pairs = |n: usize| n * n.saturating_sub(1) / 2;
    let share = |counts: &Vec<usize>| {
        let all = pairs(counts.iter().sum());
        let together: usize = counts.iter().map(|&n| pairs(n)).sum();
        (all > 0).then(|| together as f64 / all as f64)
    };
    counts.iter().filter_map(share).fold(1.0, f64::min)
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use shared::grid;

    use super::*;

    #[test]
    fn the_weakest_segment_counts_by_its_pairs() {
        // Of the three pairs of the first segment one stays together; all of the second; the third has none.
        assert_eq!(share_of_weakest(&[0, 0, 0, 1, 1, 2], &[0, 0, 1, 1, 1, 0]), 1.0 / 3.0);
        assert_eq!(share_of_weakest(&[0, 0, 1, 1], &[1, 1, 0, 0]), 1.0);
        assert_eq!(share_of_weakest(&[0, 0], &[0, 1]), 0.0);
    }

    fn blobs(n: usize, groups: usize) -> Array2<f64> {
        let mut stream = Stream::new(8, Purpose::Sample, groups);
        let centre = |i: usize, j: usize| [[-9.0, 0.0], [9.0, 0.0], [0.0, 9.0]][i % groups][j];
        Array2::from_shape_fn((n, 2), |(i, j)| {
            grid::snap(if groups == 1 { 0.0 } else { centre(i, j) } + stream.normal())
        })
    }

    #[test]
    fn groups_predict_each_other_and_pieces_of_them_do_not() {
        let found = prediction_strength(blobs(600, 3).view(), 6, 0);
        assert_eq!((found.rows, found.splits, found.by_k.len()), (300, 10, 6));
        assert_eq!((found.by_k[0], found.by_k[2]), (1.0, 1.0));
        assert!(found.by_k[3..].iter().all(|&strength| strength < 0.7), "{found:?}");
        let cloud = prediction_strength(blobs(600, 1).view(), 6, 0);
        assert!(cloud.by_k[2..].iter().all(|&strength| strength < 0.8), "{cloud:?}");
    }

    #[test]
    fn equal_rows_count_once() {
        let x = blobs(80, 2);
        let twice = ndarray::concatenate(Axis(0), &[x.view(), x.view()]).unwrap();
        assert_eq!(prediction_strength(x.view(), 4, 0), prediction_strength(twice.view(), 4, 0));
    }

    #[test]
    fn few_distinct_rows_end_the_range_early() {
        let x = Array2::from_shape_fn((40, 1), |(i, _)| (i % 6) as f64);
        assert_eq!(prediction_strength(x.view(), 10, 0).by_k.len(), 3);
        let one = prediction_strength(Array2::zeros((5, 2)).view(), 10, 0);
        assert_eq!((one.rows, one.by_k), (0, Vec::new()));
    }
}
