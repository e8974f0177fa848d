//! How good predictions are: error figures on customers that the models did not see.

use serde::Serialize;
use shared::math;
use shared::segment_model::most_probable;

/// How good the models of one target are, beside simpler ones.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Quality {
    /// A number's models, five-fold out of sample.
    Number(NumberQuality),
    /// A class's models, five-fold out of sample.
    Class(ClassQuality),
    /// No target: how far customers lie from what is typical, in sample.
    Typical {
        /// The column.
        column: String,
        /// Mean absolute error of the median of all customers.
        mae_all: f64,
        /// Mean absolute error of the segments' own medians.
        mae_segments: f64,
    },
}

/// Out-of-fold figures for a number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NumberQuality {
    /// The target.
    pub target: String,
    /// The customers whose target is known.
    pub rows: usize,
    /// Whether models of their own beat the global one; if not, every segment has the global one.
    pub segments_help: bool,
    /// Predicting the mean.
    pub baseline: NumberErrors,
    /// One ridge regression for all.
    pub global: NumberErrors,
    /// One for each segment, held to the global one.
    pub segments: NumberErrors,
}

/// Errors in the target's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NumberErrors {
    /// Root mean squared error.
    pub rmse: f64,
    /// Mean absolute error.
    pub mae: f64,
    /// The sum of predictions over the sum of actual values; `null` when the latter is 0.
    pub total: Option<f64>,
}

impl From<&[(f64, f64)]> for NumberErrors {
    /// From pairs of actual and predicted value.
    fn from(pairs: &[(f64, f64)]) -> Self {
        let (mut squares, mut absolute, mut actual, mut predicted) = (0.0, 0.0, 0.0, 0.0);
        for (y, p) in pairs {
            squares += (y - p) * (y - p);
            absolute += (y - p).abs();
            actual += y;
            predicted += p;
        }
        let n = pairs.len().max(1) as f64;
        let total = (actual != 0.0).then(|| predicted / actual);
        Self { rmse: math::sqrt(squares / n), mae: absolute / n, total }
    }
}

/// Out-of-fold figures for a class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassQuality {
    /// The target.
    pub target: String,
    /// The customers whose target is known.
    pub rows: usize,
    /// Whether frequencies of their own beat the global ones; if not, every segment has the global ones.
    pub segments_help: bool,
    /// The class frequencies of all customers.
    pub global: ClassErrors,
    /// Those of the segment.
    pub segments: ClassErrors,
}

/// Errors of class probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ClassErrors {
    /// The share of customers whose most probable class is right.
    pub accuracy: f64,
    /// Mean negative natural logarithm of the actual class's probability.
    pub log_loss: f64,
}

impl From<&[(usize, Vec<f64>)]> for ClassErrors {
    /// From pairs of actual class and predicted probabilities.
    fn from(pairs: &[(usize, Vec<f64>)]) -> Self {
        let (mut right, mut loss) = (0.0, 0.0);
        for (class, probabilities) in pairs {
            right += f64::from(u8::from(most_probable(probabilities) == *class));
            loss -= math::ln(probabilities[*class].max(f64::MIN_POSITIVE));
        }
        let n = pairs.len().max(1) as f64;
        Self { accuracy: right / n, log_loss: loss / n }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_errors_by_hand() {
        let errors = NumberErrors::from(&[(1.0, 2.0), (3.0, 0.0)][..]);
        assert_eq!(errors.rmse, 5.0_f64.sqrt());
        assert_eq!(errors.mae, 2.0);
        assert_eq!(errors.total, Some(0.5));
    }

    #[test]
    fn class_errors_by_hand() {
        let errors = ClassErrors::from(&[(0, vec![0.75, 0.25]), (1, vec![0.5, 0.5])][..]);
        assert_eq!(errors.accuracy, 0.5);
        assert!((errors.log_loss + f64::midpoint(0.75_f64.ln(), 0.5_f64.ln())).abs() < 1e-15);
    }
}
