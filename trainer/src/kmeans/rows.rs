//! The rows that k-means reads: checked once, then plain slices.

use std::collections::HashSet;

use ndarray::ArrayView2;
use shared::centroids::Centroids;
use shared::grid;

use super::{KMeansError, MAX_ROWS};

/// Row-major values on the grid: at least one row and one feature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    values: &'a [f64],
    n_features: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn new(x: ArrayView2<'a, f64>) -> Result<Self, KMeansError> {
        let n_features = x.ncols();
        let values = x.to_slice().ok_or(KMeansError::Shape)?;
        if values.is_empty() || x.nrows() > MAX_ROWS {
            return Err(KMeansError::Shape);
        }
        match values.iter().position(|&v| !grid::holds(v)) {
            Some(at) => {
                Err(KMeansError::OffGrid { row: at / n_features, feature: at % n_features })
            }
            None => Ok(Self { values, n_features }),
        }
    }

    pub(super) fn len(self) -> usize {
        self.values.len() / self.n_features
    }

    pub(super) fn n_features(self) -> usize {
        self.n_features
    }

    pub(super) fn row(self, row: usize) -> &'a [f64] {
        &self.values[row * self.n_features..(row + 1) * self.n_features]
    }

    pub(super) fn iter(self) -> impl Iterator<Item = &'a [f64]> {
        self.values.chunks_exact(self.n_features)
    }

    /// The number of distinct rows, counted no further than `limit`.
    pub(super) fn distinct(self, limit: usize) -> usize {
        let mut seen = HashSet::new();
        for row in self.iter() {
            if seen.len() == limit {
                break;
            }
            // The grid has no -0, so equal values have equal bits.
            seen.insert(row.iter().map(|v| v.to_bits()).collect::<Vec<_>>());
        }
        seen.len()
    }

    /// Among the rows whose label is `eligible`, the one farthest from its centre, and its squared
    /// distance.
    ///
    /// # Ties: the lowest row wins.
    pub(super) fn farthest(
        self,
        centroids: &Centroids,
        labels: &[u16],
        eligible: impl Fn(usize) -> bool,
    ) -> Option<(usize, f64)> {
        let mut distances = vec![0.0; centroids.n_segments()];
        let mut farthest: Option<(usize, f64)> = None;
        for (i, (row, &label)) in self.iter().zip(labels).enumerate() {
            if !eligible(usize::from(label)) {
                continue;
            }
            centroids.squared_distances(row, &mut distances);
            let distance = distances[usize::from(label)];
            if farthest.is_none_or(|(_, most)| distance > most) {
                farthest = Some((i, distance));
            }
        }
        farthest
    }
}

/// A segment's position as a label.
pub(super) fn label(segment: usize) -> u16 {
    u16::try_from(segment).expect("KMeansParams::check bounds the number of segments")
}
