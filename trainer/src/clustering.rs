//! A segmentation of the training customers, whichever algorithm found it.

use shared::Assigner;

use crate::kmeans::KMeansFit;

/// The rule for a new customer, and what it says of the training customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustering {
    /// The rule.
    pub assigner: Assigner,
    /// Each customer's segment by that rule, as a position in it; `(n_customers,)`, in canonical order.
    pub labels: Vec<u16>,
    /// The customers of each segment, `(n_segments,)`.
    pub sizes: Vec<usize>,
}

impl From<&KMeansFit> for Clustering {
    fn from(fit: &KMeansFit) -> Self {
        Self {
            assigner: Assigner::KMeans(fit.centroids.clone()),
            labels: fit.labels.clone(),
            sizes: fit.sizes.clone(),
        }
    }
}
