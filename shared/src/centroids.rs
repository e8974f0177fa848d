//! Segment centres and the one distance loop that training and prediction share.

use alloc::vec::Vec;

/// Larger centres are refused, so that sums of squares stay finite.
const LARGEST: f64 = 1e100;

/// Centres of segments in prepared space.
///
/// Kept feature-major so that one pass over a customer's features advances the distances to all centres at
/// once; each distance is still a plain sum in feature order, so its bits do not depend on the layout.
#[derive(Debug, Clone, PartialEq)]
pub struct Centroids {
    n_segments: usize,
    by_feature: Vec<f64>,
}

impl Centroids {
    /// Centres from a flat row-major array.
    ///
    /// # Shapes: `rows` is `(n_segments, n_features)`.
    /// Returns `None` when a value is not finite or beyond 1e100, a dimension is zero, or the length does not fit.
    pub fn from_rows(rows: &[f64], n_features: usize) -> Option<Self> {
        if n_features == 0 || rows.is_empty() || !rows.len().is_multiple_of(n_features) {
            return None;
        }
        if !rows.iter().all(|v| v.abs() <= LARGEST) {
            return None;
        }
        let n_segments = rows.len() / n_features;
        let by_feature = (0..n_features)
            .flat_map(|j| rows.iter().skip(j).step_by(n_features).copied())
            .collect();
        Some(Self { n_segments, by_feature })
    }

    /// The number of centres.
    pub fn n_segments(&self) -> usize {
        self.n_segments
    }

    /// The number of prepared features.
    pub fn n_features(&self) -> usize {
        self.by_feature.len() / self.n_segments
    }

    /// One centre, in feature order.
    ///
    /// Empty when `segment` is not below [`n_segments`](Self::n_segments).
    pub fn row(&self, segment: usize) -> impl Iterator<Item = f64> + '_ {
        let in_range = segment < self.n_segments;
        self.by_feature
            .iter()
            .skip(segment)
            .step_by(self.n_segments)
            .copied()
            .filter(move |_| in_range)
    }

    /// All centres as a flat `(n_segments, n_features)` array, the inverse of [`from_rows`](Self::from_rows).
    pub fn to_rows(&self) -> Vec<f64> {
        (0..self.n_segments).flat_map(|s| self.row(s)).collect()
    }

    /// Each feature's values, one a segment.
    pub(crate) fn by_feature(&self) -> impl Iterator<Item = &[f64]> {
        self.by_feature.chunks_exact(self.n_segments)
    }

    /// One value of one centre; 0 where there is none.
    pub(crate) fn at(&self, segment: usize, feature: usize) -> f64 {
        let position = feature * self.n_segments + segment;
        self.by_feature.get(position).copied().unwrap_or_default()
    }

    /// Squared Euclidean distances from `x` to every centre, summed in feature order from 0.
    ///
    /// # Shapes: `x` is `(n_features,)`, `out` is `(n_segments,)`.
    pub fn squared_distances(&self, x: &[f64], out: &mut [f64]) {
        debug_assert_eq!(x.len(), self.n_features());
        debug_assert_eq!(out.len(), self.n_segments);
        out.fill(0.0);
        for (value, centres) in x.iter().zip(self.by_feature()) {
            for (sum, centre) in out.iter_mut().zip(centres) {
                let difference = value - centre;
                *sum += difference * difference;
            }
        }
    }
}

/// The position and value of the smallest entry of a non-empty slice.
///
/// # Ties: the lowest position wins.
pub fn smallest(values: &[f64]) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    for (position, &value) in values.iter().enumerate() {
        if value < best.1 {
            best = (position, value);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn rows_survive_the_change_of_layout() {
        let rows = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let centroids = Centroids::from_rows(&rows, 3).unwrap();
        assert_eq!((centroids.n_segments(), centroids.n_features()), (2, 3));
        assert_eq!(centroids.to_rows(), rows);
        assert_eq!(centroids.row(2).count(), 0);
    }

    #[test]
    fn distances_are_sums_in_feature_order() {
        let centroids = Centroids::from_rows(&[0.0, 0.0, 3.0, 4.0], 2).unwrap();
        let mut out = vec![9.0; 2];
        centroids.squared_distances(&[0.0, 0.0], &mut out);
        assert_eq!(out, [0.0, 25.0]);
    }

    #[test]
    fn a_tie_goes_to_the_lowest_segment() {
        assert_eq!(smallest(&[2.0, 1.0, 1.0]), (1, 1.0));
    }

    #[test]
    fn shapes_that_do_not_fit_and_values_that_are_not_finite_are_refused() {
        assert!(Centroids::from_rows(&[1.0, 2.0, 3.0], 2).is_none());
        assert!(Centroids::from_rows(&[], 2).is_none());
        assert!(Centroids::from_rows(&[1.0], 0).is_none());
        assert!(Centroids::from_rows(&[f64::NAN], 1).is_none());
    }
}
