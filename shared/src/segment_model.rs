//! What to expect of a customer: each segment's own model of each target.

use alloc::string::String;
use alloc::vec::Vec;

use crate::centroids::smallest;
use crate::transform::FeatureVector;

/// What is predicted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The column's name.
    pub name: String,
    /// Number or class.
    pub kind: TargetKind,
}

/// Whether a target is a number or a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetKind {
    /// A number in the column's unit.
    Number,
    /// One of these words; class ids are positions.
    Class {
        /// The words, sorted or in rank order.
        classes: Vec<String>,
    },
}

/// One segment's model of one target.
#[derive(Debug, Clone, PartialEq)]
pub enum SegmentModel {
    /// The same number for everybody in the segment.
    Constant(f64),
    /// `intercept + weights . x`, summed in the order of `x`, not below `floor`.
    Linear {
        /// In the target's unit.
        intercept: f64,
        /// One a prepared feature, then one an indicator of a missing value; in the target's unit.
        weights: Vec<f64>,
        /// The prediction is never below this; in the target's unit.
        floor: Option<f64>,
    },
    /// The same class probabilities for everybody in the segment, in class order; they sum to 1.
    Frequencies(Vec<f64>),
}

/// What a model expects of one customer.
#[derive(Debug, Clone, PartialEq)]
pub enum Prediction {
    /// A number in the target's unit.
    Number(f64),
    /// Probabilities in class order; they sum to 1.
    Class(Vec<f64>),
}

impl SegmentModel {
    /// What the model expects of a customer.
    ///
    /// # Shapes: `x`, with its indicators, is as long as the weights.
    pub fn predict(&self, x: &FeatureVector) -> Prediction {
        match self {
            Self::Constant(value) => Prediction::Number(*value),
            Self::Linear { intercept, weights, floor } => {
                Prediction::Number(linear(*intercept, weights, *floor, x.with_indicators()))
            }
            Self::Frequencies(probabilities) => Prediction::Class(probabilities.clone()),
        }
    }

    /// Whether the model can answer for `target` from `n_inputs` features and indicators, with finite results.
    pub fn fits(&self, target: &TargetKind, n_inputs: usize) -> bool {
        // Keeps every partial sum finite: each input is of size 16 at most, and a file holds few of them.
        let is_coefficient = |v: f64| v.abs() <= 1e100 && v.to_bits() != (-0.0_f64).to_bits();
        match (self, target) {
            (Self::Constant(value), TargetKind::Number) => is_coefficient(*value),
            (Self::Linear { intercept, weights, floor }, TargetKind::Number) => {
                weights.len() == n_inputs
                    && weights.iter().chain([intercept]).chain(floor).all(|v| is_coefficient(*v))
            }
            (Self::Frequencies(probabilities), TargetKind::Class { classes }) => {
                let mut sum = 0.0;
                for p in probabilities {
                    sum += p;
                }
                probabilities.len() == classes.len()
                    && probabilities.iter().all(|p| (0.0..=1.0).contains(p) && is_coefficient(*p))
                    && (sum - 1.0).abs() <= 1e-9
            }
            _ => false,
        }
    }
}

/// `intercept + weights . x`, summed in the order of `x`, not below `floor`: the one loop that training and
/// prediction share.
///
/// # Shapes: `weights` and `x` are `(n_model_inputs,)`.
pub fn linear(intercept: f64, weights: &[f64], floor: Option<f64>, x: &[f64]) -> f64 {
    let mut sum = intercept;
    for (weight, value) in weights.iter().zip(x) {
        sum += weight * value;
    }
    // -0 would be written "-0.0": an answer has one zero.
    floor.filter(|&floor| sum < floor).unwrap_or(sum) + 0.0
}

/// The most probable class of `probabilities`.
///
/// # Ties: the lowest class id wins.
pub fn most_probable(probabilities: &[f64]) -> usize {
    let negated: Vec<f64> = probabilities.iter().map(|p| -p).collect();
    smallest(&negated).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn the_most_probable_class_is_the_lowest_of_equals() {
        assert_eq!(most_probable(&[0.2, 0.4, 0.4]), 1);
    }

    #[test]
    fn models_that_do_not_fit_are_refused() {
        let classes = TargetKind::Class { classes: vec!["a".into(), "b".into()] };
        let fits = |model: SegmentModel, kind: &TargetKind| model.fits(kind, 2);
        assert!(fits(SegmentModel::Frequencies(vec![0.25, 0.75]), &classes));
        assert!(!fits(SegmentModel::Frequencies(vec![0.25, 0.5]), &classes));
        assert!(!fits(SegmentModel::Frequencies(vec![1.0]), &classes));
        assert!(!fits(SegmentModel::Frequencies(vec![f64::NAN, 1.0]), &classes));
        assert!(!fits(SegmentModel::Constant(1.0), &classes));
        assert!(!fits(SegmentModel::Constant(f64::INFINITY), &TargetKind::Number));
        let linear =
            |n| SegmentModel::Linear { intercept: 0.0, weights: vec![1.0; n], floor: None };
        assert!(fits(linear(2), &TargetKind::Number));
        assert!(!fits(linear(3), &TargetKind::Number));
    }
}
