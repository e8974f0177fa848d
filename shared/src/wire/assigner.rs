//! The rule that gives a segment, as it is written.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::assign::Assigner;
use crate::centroids::Centroids;
use crate::mixture::Mixture;
use crate::prototypes::Prototypes;

/// Arrays are flat, a row for each segment.
#[derive(Serialize, Deserialize)]
pub(super) struct WireAssigner {
    /// 0 k-means, 1 mixture, 2 prototypes.
    algorithm: u8,
    /// The centres; or weights, means and variances; or gamma and the prototypes' numeric parts.
    figures: Vec<f64>,
    /// The prototypes' levels.
    levels: Vec<u16>,
}

impl WireAssigner {
    pub(super) fn of(assigner: &Assigner) -> Self {
        let (algorithm, figures, levels) = match assigner {
            Assigner::KMeans(centroids) => (0, centroids.to_rows(), Vec::new()),
            Assigner::Mixture(mixture) => {
                let (means, variances) = (mixture.means().to_rows(), mixture.variances().to_rows());
                (1, [mixture.weights(), &means, &variances].concat(), Vec::new())
            }
            Assigner::Prototypes(prototypes) => {
                let figures = [&[prototypes.gamma()], prototypes.centre_rows()].concat();
                (2, figures, prototypes.level_rows().into())
            }
        };
        Self { algorithm, figures, levels }
    }

    /// `None` when shapes do not fit or figures are not such a rule's.
    pub(super) fn read(self, n_features: usize, n_segments: usize) -> Option<Assigner> {
        let Self { algorithm, figures, levels } = self;
        match algorithm {
            2 => {
                let (gamma, centres) = figures.split_first()?;
                Prototypes::new(centres, &levels, *gamma, n_segments).map(Assigner::Prototypes)
            }
            _ if !levels.is_empty() => None,
            1 => {
                let (weights, rows) = figures.split_at_checked(n_segments)?;
                let (means, variances) = rows.split_at(rows.len() / 2);
                Mixture::new(weights, means, variances, n_features).map(Assigner::Mixture)
            }
            0 => Centroids::from_rows(&figures, n_features).map(Assigner::KMeans),
            _ => None,
        }
    }
}
