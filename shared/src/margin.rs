//! Additive models: what a customer's model inputs add up to, before it becomes a number or probabilities.

mod contributions;

use alloc::vec;
use alloc::vec::Vec;

pub use self::contributions::Contributions;
pub(crate) use self::contributions::Inputs;
use crate::forest::Forest;

/// A model of `n_outputs` sums ("margins").
#[derive(Debug, Clone, PartialEq)]
pub enum Margin {
    /// The same for everybody, one an output.
    Constant(Vec<f64>),
    /// `intercept + weights . x`, summed in the order of `x`, for each output.
    Linear {
        /// One an output.
        intercepts: Vec<f64>,
        /// `(n_outputs, n_model_inputs)`, flat.
        weights: Vec<f64>,
    },
    /// Trees.
    Trees(Forest),
}

impl Margin {
    /// The number of sums.
    pub fn n_outputs(&self) -> usize {
        match self {
            Self::Constant(values) => values.len(),
            Self::Linear { intercepts, .. } => intercepts.len(),
            Self::Trees(forest) => forest.n_outputs(),
        }
    }

    /// The sums for one customer.
    ///
    /// # Shapes: `x` is `(n_model_inputs,)`: features, then indicators; the result is `(n_outputs,)`.
    pub fn margins(&self, x: &[f64]) -> Vec<f64> {
        match self {
            Self::Constant(values) => values.clone(),
            Self::Linear { intercepts, weights } => {
                let mut sums = intercepts.clone();
                for (sum, weights) in sums.iter_mut().zip(weights.chunks_exact(x.len().max(1))) {
                    for (weight, value) in weights.iter().zip(x) {
                        *sum += weight * value;
                    }
                }
                sums
            }
            Self::Trees(forest) => forest.margins(x),
        }
    }

    /// Whether it gives `n_outputs` finite sums of `n_inputs` inputs.
    pub fn fits(&self, n_outputs: usize, n_inputs: usize) -> bool {
        let sound = |values: &[f64]| values.iter().all(|v| is_coefficient(*v));
        // Trees' inputs were checked when they were made.
        self.n_outputs() == n_outputs
            && match self {
                Self::Constant(values) => sound(values),
                Self::Linear { intercepts, weights } => {
                    weights.len() == n_outputs * n_inputs && sound(intercepts) && sound(weights)
                }
                Self::Trees(_) => true,
            }
    }
}

/// Whether a model may hold this figure: every partial sum stays finite, since inputs are of size 16 at most and a file
/// holds few figures; and zero has one form.
pub(crate) fn is_coefficient(v: f64) -> bool {
    v.abs() <= 1e100 && v.to_bits() != (-0.0_f64).to_bits()
}

/// `(1 - weight) all + weight own`, output by output.
pub(crate) fn pooled(all: Vec<f64>, own: &[f64], weight: f64) -> Vec<f64> {
    let mut sums = vec![0.0; all.len()];
    for ((sum, all), own) in sums.iter_mut().zip(all).zip(own) {
        *sum = (1.0 - weight) * all + weight * own;
    }
    sums
}
