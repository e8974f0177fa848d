//! The variance ratio criterion (Calinski and Harabasz 1974, Communications in Statistics 3, pages 1-27).

use ndarray::ArrayView2;

use super::{centres, squared_distance};

/// The variance between segments over that within, each by its degrees of freedom; larger is better. 1 where
/// nothing varies within segments, as in scikit-learn.
///
/// Labels are `u16` or `Option<u16>`, below `n_segments`; rows without one are left out. `None` where fewer than
/// two segments have rows, or no segment has two.
pub fn calinski_harabasz<L: Copy + Into<Option<u16>>>(
    x: ArrayView2<'_, f64>,
    labels: &[L],
    n_segments: usize,
) -> Option<f64> {
    let labels: Vec<Option<u16>> = labels.iter().map(|label| (*label).into()).collect();
    let (centres, sizes) = centres(x, &labels, n_segments);
    let n_features = x.ncols();
    let centre = |segment: usize| &centres[segment * n_features..][..n_features];
    let n: usize = sizes.iter().sum();
    let used = sizes.iter().filter(|size| **size > 0).count();
    if used < 2 || n == used {
        return None;
    }
    let all: Vec<Option<u16>> = labels.iter().map(|label| label.map(|_| 0)).collect();
    let (mean, _) = super::centres(x, &all, 1);
    let between = (0..n_segments)
        .map(|segment| sizes[segment] as f64 * squared_distance(centre(segment), &mean))
        .fold(0.0, |sum, part| sum + part);
    let within = x
        .rows()
        .into_iter()
        .zip(&labels)
        .filter_map(|(row, label)| Some(squared_distance(row, centre(usize::from((*label)?)))))
        .fold(0.0, |sum, part| sum + part);
    if within == 0.0 {
        return Some(1.0);
    }
    Some(between * (n - used) as f64 / (within * (used - 1) as f64))
}
