//! Which segment a customer is in.

use alloc::vec;
use alloc::vec::Vec;

use crate::centroids::{Centroids, smallest};
use crate::math;
use crate::transform::FeatureVector;

/// The rule that gives a customer a segment.
#[derive(Debug, Clone, PartialEq)]
pub enum Assigner {
    /// The nearest centre by squared Euclidean distance (Lloyd 1982).
    KMeans(Centroids),
}

/// A customer's segment, made only by [`Assigner::assign`].
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    id: u16,
    squared_distances: Vec<f64>,
}

impl Segment {
    /// The segment's id, below the number of segments.
    pub fn id(&self) -> u16 {
        self.id
    }

    /// The Euclidean distance to the segment's centre, in prepared space.
    pub fn distance(&self) -> f64 {
        math::sqrt(self.squared_distances.get(usize::from(self.id)).copied().unwrap_or_default())
    }

    /// Squared Euclidean distances to all centres, by segment id.
    pub fn squared_distances(&self) -> &[f64] {
        &self.squared_distances
    }
}

impl Assigner {
    /// The number of segments.
    pub fn n_segments(&self) -> usize {
        match self {
            Self::KMeans(centroids) => centroids.n_segments(),
        }
    }

    /// The number of prepared features it reads.
    pub fn n_features(&self) -> usize {
        match self {
            Self::KMeans(centroids) => centroids.n_features(),
        }
    }

    /// The customer's segment.
    ///
    /// # Ties: the lowest id wins.
    pub fn assign(&self, x: &FeatureVector) -> Segment {
        match self {
            Self::KMeans(centroids) => {
                let mut squared_distances = vec![0.0; centroids.n_segments()];
                centroids.squared_distances(x.as_slice(), &mut squared_distances);
                let (nearest, _) = smallest(&squared_distances);
                Segment { id: u16::try_from(nearest).unwrap_or(u16::MAX), squared_distances }
            }
        }
    }

    /// How far the customer is from the segment's centre in each prepared feature: `x - centre`.
    ///
    /// # Shapes: `(n_features,)`; empty when `segment` is not one of this rule's.
    pub fn offsets(&self, x: &FeatureVector, segment: &Segment) -> Vec<f64> {
        match self {
            Self::KMeans(centroids) => {
                let centre = centroids.row(usize::from(segment.id));
                x.as_slice().iter().zip(centre).map(|(value, c)| value - c).collect()
            }
        }
    }
}
