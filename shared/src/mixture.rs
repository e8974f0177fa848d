//! A diagonal Gaussian mixture: the segment to which a customer most probably belongs.

use alloc::vec::Vec;

use crate::centroids::Centroids;
use crate::math;

/// Components of a Gaussian mixture with diagonal covariances (`McLachlan` and Peel 2000, "Finite Mixture Models").
///
/// A customer's score for a component is `-2 ln` of weight times density, without the terms that all components
/// share: `-2 ln(weight) + sum_j [ln var_j + (x_j - mean_j)^2 / var_j]`. Smaller is more probable; scores may be
/// negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture {
    weights: Vec<f64>,
    means: Centroids,
    variances: Centroids,
    constants: Vec<f64>,
}

/// Variances outside are refused, so that scores stay finite.
const VARIANCES: core::ops::RangeInclusive<f64> = 1e-100..=1e100;

impl Mixture {
    /// Components from flat row-major arrays.
    ///
    /// # Shapes: `weights` is `(n_segments,)`, `means_rows` and `variances_rows` are `(n_segments, n_features)`.
    /// Returns `None` when shapes do not fit, weights are not positive or do not sum to 1 (to 1e-9), or a
    /// variance is not positive or beyond 1e-100 to 1e100.
    pub fn new(
        weights: &[f64],
        means_rows: &[f64],
        variances_rows: &[f64],
        n_features: usize,
    ) -> Option<Self> {
        let means = Centroids::from_rows(means_rows, n_features)?;
        let variances = Centroids::from_rows(variances_rows, n_features)?;
        let mut total = 0.0;
        for weight in weights {
            total += weight;
        }
        let sound = weights.len() == means.n_segments()
            && variances.n_segments() == means.n_segments()
            && weights.iter().all(|weight| *weight > 0.0)
            && (total - 1.0).abs() <= 1e-9
            && variances_rows.iter().all(|variance| VARIANCES.contains(variance));
        if !sound {
            return None;
        }
        let constants = weights.iter().zip(variances_rows.chunks_exact(n_features));
        let constants = constants
            .map(|(weight, variances)| {
                let mut constant = -2.0 * math::ln(*weight);
                for variance in variances {
                    constant += math::ln(*variance);
                }
                constant
            })
            .collect();
        Some(Self { weights: weights.into(), means, variances, constants })
    }

    /// The components' weights.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The components' means.
    pub fn means(&self) -> &Centroids {
        &self.means
    }

    /// The components' variances, in the shape of their means.
    pub fn variances(&self) -> &Centroids {
        &self.variances
    }

    /// What each component's score holds whoever the customer is: `-2 ln(weight) + sum_j ln var_j`.
    pub fn constants(&self) -> &[f64] {
        &self.constants
    }

    /// Every component's score: its constant, then one term a feature, summed in this order.
    ///
    /// # Shapes: `x` is `(n_features,)`, `out` is `(n_segments,)`.
    pub fn scores(&self, x: &[f64], out: &mut [f64]) {
        for (sum, constant) in out.iter_mut().zip(&self.constants) {
            *sum = *constant;
        }
        for ((value, means), variances) in
            x.iter().zip(self.means.by_feature()).zip(self.variances.by_feature())
        {
            for ((sum, mean), variance) in out.iter_mut().zip(means).zip(variances) {
                *sum += term(*value, *mean, *variance);
            }
        }
    }

    /// One feature's term of one component's score.
    pub(crate) fn term(&self, value: f64, feature: usize, segment: usize) -> f64 {
        term(value, self.means.at(segment, feature), self.variances.at(segment, feature))
    }
}

fn term(value: f64, mean: f64, variance: f64) -> f64 {
    let difference = value - mean;
    difference * difference / variance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_minus_twice_the_log_of_weight_times_density_but_for_a_constant() {
        let mixture =
            Mixture::new(&[0.25, 0.75], &[0.0, 1.0, 2.0, -1.0], &[1.0, 4.0, 0.25, 9.0], 2).unwrap();
        let x = [0.5, 2.0];
        let mut scores = [0.0; 2];
        mixture.scores(&x, &mut scores);
        let normal = |x: f64, mean: f64, variance: f64| {
            math::exp(-(x - mean) * (x - mean) / (2.0 * variance))
                / (2.0 * core::f64::consts::PI * variance).sqrt()
        };
        let densities = [
            0.25 * normal(0.5, 0.0, 1.0) * normal(2.0, 1.0, 4.0),
            0.75 * normal(0.5, 2.0, 0.25) * normal(2.0, -1.0, 9.0),
        ];
        let shared = 2.0 * math::ln(2.0 * core::f64::consts::PI);
        for (score, density) in scores.iter().zip(densities) {
            assert!((score - (-2.0 * math::ln(density) - shared)).abs() < 1e-12);
        }
    }

    #[test]
    fn what_is_no_mixture_is_refused() {
        let mixture = |weights: &[f64], means: &[f64], variances: &[f64]| {
            Mixture::new(weights, means, variances, 1)
        };
        assert!(mixture(&[0.5, 0.5], &[0.0, 1.0], &[1.0, 1.0]).is_some());
        assert!(mixture(&[0.5, 0.4], &[0.0, 1.0], &[1.0, 1.0]).is_none());
        assert!(mixture(&[1.0, 0.0], &[0.0, 1.0], &[1.0, 1.0]).is_none());
        assert!(mixture(&[1.5, -0.5], &[0.0, 1.0], &[1.0, 1.0]).is_none());
        assert!(mixture(&[f64::NAN, 0.5], &[0.0, 1.0], &[1.0, 1.0]).is_none());
        assert!(mixture(&[0.5, 0.5], &[0.0, 1.0], &[1.0, 0.0]).is_none());
        assert!(mixture(&[0.5, 0.5], &[0.0, 1.0], &[1.0, 1e101]).is_none());
        assert!(mixture(&[0.5, 0.5], &[0.0, f64::INFINITY], &[1.0, 1.0]).is_none());
        assert!(mixture(&[1.0], &[0.0, 1.0], &[1.0, 1.0]).is_none());
        assert!(mixture(&[0.5, 0.5], &[0.0, 1.0], &[1.0]).is_none());
    }
}
