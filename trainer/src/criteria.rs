//! Figures of how good a labeling is, and of how much two labelings have in common.
//!
//! `x` is `(n_rows, n_features)` throughout, labels are `(n_rows,)`, distances Euclidean. What can be compared
//! with scikit-learn 1.9 equals it to 1e-9 (`tests/sklearn/criteria.py`).

pub mod agreement;
pub mod davies_bouldin;
pub mod dbcv;
mod pair_sums;
pub mod silhouette;
pub mod variance_ratio;

use ndarray::ArrayView2;

/// The centres and sizes of the segments; rows without one are left out. An empty segment's centre is 0.
///
/// # Shapes: the centres are `(n_segments, n_features)`, row-major.
fn centres(x: ArrayView2<'_, f64>, labels: &[Option<u16>], n: usize) -> (Vec<f64>, Vec<usize>) {
    let n_features = x.ncols();
    let mut sums = vec![0.0; n * n_features];
    let mut sizes = vec![0; n];
    for (row, label) in x.rows().into_iter().zip(labels) {
        let Some(segment) = label.map(usize::from) else { continue };
        sizes[segment] += 1;
        let sums = &mut sums[segment * n_features..][..n_features];
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    for (sums, &size) in sums.chunks_mut(n_features.max(1)).zip(&sizes) {
        for sum in sums {
            *sum /= size.max(1) as f64;
        }
    }
    (sums, sizes)
}

/// The squared Euclidean distance, summed in feature order.
fn squared_distance<'v>(
    a: impl IntoIterator<Item = &'v f64>,
    b: impl IntoIterator<Item = &'v f64>,
) -> f64 {
    let squares = a.into_iter().zip(b).map(|(a, b)| (a - b) * (a - b));
    squares.fold(0.0, |sum, square| sum + square)
}

#[cfg(test)]
mod tests;
