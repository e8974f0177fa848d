//! What a model of a target is fitted to: a loss of margins, and its derivatives.

use shared::math;
use shared::segment_model::{MAX_LOG, softmax};

/// A loss. The target `y` is a number, or the id of a class as a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Objective {
    /// `(y - m)^2 / 2` of one margin.
    Squared,
    /// Tweedie's with a logarithmic link: half the deviance of `exp(m)` but for what depends on `y` alone
    /// (Jorgensen 1987). `y` is not negative; a power of 1 is Poisson's, from 1 to 2 many zeros are usual.
    Tweedie {
        /// Of the mean, in the variance; 1 to 2, exclusive of 2.
        power: f64,
    },
    /// The multinomial's negative log-likelihood of one margin a class.
    Softmax {
        /// The number of classes.
        n_classes: usize,
    },
    /// The sum of the pinball losses of two margins (Koenker and Bassett 1978), which are estimates of two quantiles.
    Quantiles {
        /// For example 0.05 and 0.95.
        levels: [f64; 2],
    },
}

impl Objective {
    /// The number of margins.
    pub fn n_outputs(self) -> usize {
        match self {
            Self::Squared | Self::Tweedie { .. } => 1,
            Self::Softmax { n_classes } => n_classes,
            Self::Quantiles { .. } => 2,
        }
    }

    /// The loss of one customer.
    ///
    /// # Shapes: `margins` is `(n_outputs,)`.
    pub fn loss(self, y: f64, margins: &[f64]) -> f64 {
        match self {
            Self::Squared => 0.5 * (y - margins[0]) * (y - margins[0]),
            Self::Tweedie { power } => {
                let m = margins[0].clamp(-MAX_LOG, MAX_LOG);
                let likely = if power == 1.0 {
                    y * m
                } else {
                    y * math::exp((1.0 - power) * m) / (1.0 - power)
                };
                math::exp((2.0 - power) * m) / (2.0 - power) - likely
            }
            Self::Softmax { .. } => -math::ln(softmax(margins)[class(y)].max(f64::MIN_POSITIVE)),
            Self::Quantiles { levels } => {
                let pinball = |level: f64, m: f64| {
                    if y >= m { level * (y - m) } else { (1.0 - level) * (m - y) }
                };
                pinball(levels[0], margins[0]) + pinball(levels[1], margins[1])
            }
        }
    }

    /// The first and second derivatives of the loss by each margin. The second one is never negative; for quantiles,
    /// which have none, it is 1.
    ///
    /// # Shapes: all are `(n_outputs,)`.
    pub fn derivatives(self, y: f64, margins: &[f64], first: &mut [f64], second: &mut [f64]) {
        match self {
            Self::Squared => {
                first[0] = margins[0] - y;
                second[0] = 1.0;
            }
            Self::Tweedie { power } => {
                let m = margins[0].clamp(-MAX_LOG, MAX_LOG);
                let down = y * math::exp((1.0 - power) * m);
                let up = math::exp((2.0 - power) * m);
                first[0] = up - down;
                second[0] = (2.0 - power) * up + (power - 1.0) * down;
            }
            Self::Softmax { .. } => {
                for (c, p) in softmax(margins).into_iter().enumerate() {
                    first[c] = p - f64::from(u8::from(c == class(y)));
                    second[c] = p * (1.0 - p);
                }
            }
            Self::Quantiles { levels } => {
                for (output, level) in levels.into_iter().enumerate() {
                    first[output] = if y >= margins[output] { -level } else { 1.0 - level };
                    second[output] = 1.0;
                }
            }
        }
    }

    /// The constant margins that fit `y` best; classes get half a customer more each, so that none is impossible, and
    /// a mean of 0 counts as a small part of 1.
    ///
    /// # Shapes: `y` is `(n_customers,)`, not empty; the result is `(n_outputs,)`.
    pub fn constant(self, y: &[f64]) -> Vec<f64> {
        let n = y.len() as f64;
        let mut sum = 0.0;
        for value in y {
            sum += value;
        }
        match self {
            Self::Squared => vec![sum / n],
            Self::Tweedie { .. } => vec![math::ln((sum / n).max(1e-9))],
            Self::Softmax { n_classes } => {
                let mut counts = vec![0.5; n_classes];
                for value in y {
                    counts[class(*value)] += 1.0;
                }
                let total = n + 0.5 * n_classes as f64;
                counts.iter().map(|count| math::ln(count / total)).collect()
            }
            Self::Quantiles { levels } => {
                let mut sorted = y.to_vec();
                sorted.sort_by(f64::total_cmp);
                levels.iter().map(|level| quantile(&sorted, *level)).collect()
            }
        }
    }
}

/// The id of a class that stands among numbers.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was an id")]
pub fn class(y: f64) -> usize {
    y as usize
}

/// The value below which this share of the sorted values lies: the one of rank `floor(level n)`, counted from 0.
///
/// # Panics
/// Without values.
pub fn quantile(sorted: &[f64], level: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most n")]
    let rank = (math::floor(level * sorted.len() as f64) as usize).min(sorted.len() - 1);
    sorted[rank]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_loss() {
        let objectives = [
            (Objective::Squared, vec![0.3], 2.0),
            (Objective::Tweedie { power: 1.0 }, vec![0.3], 2.0),
            (Objective::Tweedie { power: 1.5 }, vec![-0.4], 0.0),
            (Objective::Tweedie { power: 1.5 }, vec![0.4], 3.0),
            (Objective::Softmax { n_classes: 3 }, vec![0.1, -0.5, 0.7], 1.0),
            (Objective::Quantiles { levels: [0.05, 0.95] }, vec![0.5, 3.0], 2.0),
        ];
        for (objective, margins, y) in objectives {
            let n = objective.n_outputs();
            let (mut first, mut second) = (vec![0.0; n], vec![0.0; n]);
            objective.derivatives(y, &margins, &mut first, &mut second);
            for output in 0..n {
                let loss = |step: f64| {
                    let mut moved = margins.clone();
                    moved[output] += step;
                    objective.loss(y, &moved)
                };
                let slope = (loss(1e-4) - loss(-1e-4)) / 2e-4;
                assert!((slope - first[output]).abs() < 1e-6, "{objective:?}");
                if !matches!(objective, Objective::Quantiles { .. }) {
                    let bend = (loss(1e-4) - 2.0 * loss(0.0) + loss(-1e-4)) / 1e-8;
                    assert!((bend - second[output]).abs() < 1e-5, "{objective:?}");
                }
            }
        }
    }

    #[test]
    fn no_constant_fits_better() {
        let y = [0.0, 0.0, 1.0, 2.0, 2.0, 7.0, 1.0, 0.0, 1.0];
        for objective in [
            Objective::Squared,
            Objective::Tweedie { power: 1.0 },
            Objective::Tweedie { power: 1.7 },
            Objective::Quantiles { levels: [0.2, 0.6] },
        ] {
            let best = objective.constant(&y);
            let loss = |m: &[f64]| y.iter().map(|y| objective.loss(*y, m)).sum::<f64>();
            for output in 0..objective.n_outputs() {
                for step in [-0.1, 0.1] {
                    let mut moved = best.clone();
                    moved[output] += step;
                    assert!(loss(&moved) >= loss(&best) - 1e-12, "{objective:?} {step}");
                }
            }
        }
    }
}
