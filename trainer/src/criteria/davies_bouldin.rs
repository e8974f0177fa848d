//! The measure of Davies and Bouldin (1979, IEEE Transactions on Pattern Analysis 1, pages 224-227).

use ndarray::ArrayView2;

use super::{centres, squared_distance};

/// The mean over segments of how alike each is to the segment most like it: the sum of their mean distances to
/// their centres over the distance of the centres; smaller is better. Segments with the same centre are not
/// compared, as in scikit-learn.
///
/// Labels are `u16` or `Option<u16>`, below `n_segments`; rows without one are left out. `None` where fewer than
/// two segments have rows, or no segment has two.
pub fn davies_bouldin<L: Copy + Into<Option<u16>>>(
    x: ArrayView2<'_, f64>,
    labels: &[L],
    n_segments: usize,
) -> Option<f64> {
    let labels: Vec<Option<u16>> = labels.iter().map(|label| (*label).into()).collect();
    let (centres, sizes) = centres(x, &labels, n_segments);
    let n_features = x.ncols();
    let centre = |segment: usize| &centres[segment * n_features..][..n_features];
    let used: Vec<usize> = (0..n_segments).filter(|segment| sizes[*segment] > 0).collect();
    if used.len() < 2 || sizes.iter().all(|size| *size < 2) {
        return None;
    }
    let mut spread = vec![0.0; n_segments];
    for (row, label) in x.rows().into_iter().zip(&labels) {
        let Some(segment) = label.map(usize::from) else { continue };
        spread[segment] += squared_distance(row, centre(segment)).sqrt();
    }
    spread.iter_mut().zip(&sizes).for_each(|(sum, &size)| *sum /= size.max(1) as f64);
    let likeness = |&a: &usize| {
        let of_pair = |&b: &usize| {
            let apart = squared_distance(centre(a), centre(b)).sqrt();
            if apart > 0.0 { (spread[a] + spread[b]) / apart } else { 0.0 }
        };
        used.iter().filter(|b| **b != a).map(of_pair).fold(0.0, f64::max)
    };
    let total = used.iter().map(likeness).fold(0.0, |sum, part| sum + part);
    Some(total / used.len() as f64)
}
