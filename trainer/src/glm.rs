//! Penalised generalised linear models (`McCullagh` and Nelder 1989): least squares, Tweedie's with a logarithmic
//! link, the multinomial.
//!
//! Solved by Newton's method, every sum in row order, so that the same rows give the same bits anywhere.

mod rows;
mod softmax;
#[cfg(test)]
mod tests;
mod tweedie;

use ndarray::{Array2, ArrayView2};
use shared::Margin;

use self::rows::Rows;
use crate::expect::objective::Objective;
use crate::ridge::Ridge;

/// Newton's steps; more are never needed, but rounding must not go on for ever.
const MAX_STEPS: usize = 100;

/// Derivatives of the mean loss this small count as zero.
const FLAT: f64 = 1e-10;

/// The part of a loss that may be rounding: near the end, steps must not be halved for it.
const ROUNDING: f64 = 1e-13;

/// A fitted model: `intercept + weights . x`, for each output.
#[derive(Debug, Clone, PartialEq)]
pub struct GlmFit {
    /// `(n_outputs,)`; those of classes have mean 0.
    pub intercepts: Vec<f64>,
    /// `(n_outputs, n_inputs)`, flat; no negative zeros.
    pub weights: Vec<f64>,
}

impl GlmFit {
    /// As `shared` evaluates it.
    pub fn margin(&self) -> Margin {
        Margin::Linear { intercepts: self.intercepts.clone(), weights: self.weights.clone() }
    }
}

/// The model that minimises the sum of the losses of these rows, plus `penalty / 2` times the sum of squared
/// weights; intercepts are free. Columns that do not vary get weight 0. A class without rows gets weights of 0 and
/// the intercept that makes it as likely for the average customer as half a customer would.
///
/// `inputs` are those that may be used, ascending; the others get weight 0. `start` is a fit of the same shape with
/// a penalty near by, from which less remains to be done; beyond rounding it does not change the result.
///
/// # Shapes: `x` is `(n_all_rows, n_inputs)`, finite; `y` is `(n_all_rows,)`; `rows` are positions in both, not empty.
/// # Panics
/// For [`Objective::Quantiles`], and when `penalty` is not above zero.
pub fn fit(
    x: ArrayView2<'_, f64>,
    rows: &[u32],
    y: &[f64],
    objective: Objective,
    penalty: f64,
    start: Option<&GlmFit>,
    inputs: Option<&[usize]>,
) -> GlmFit {
    assert!(penalty > 0.0, "a penalty above zero");
    let all: Vec<usize>;
    let inputs = if let Some(inputs) = inputs {
        inputs
    } else {
        all = (0..x.ncols()).collect();
        &all
    };
    let y: Vec<f64> = rows.iter().map(|&row| y[row as usize]).collect();
    let start = start.map(|start| chosen(start, x.ncols(), inputs));
    let few = match objective {
        Objective::Squared => {
            let values = rows.iter().flat_map(|&row| inputs.iter().map(move |&i| (row, i)));
            let values = values.map(|(row, i)| x[[row as usize, i]]).collect();
            let x = Array2::from_shape_vec((rows.len(), inputs.len()), values);
            let x = x.expect("a value for each row and input");
            let fit = Ridge::new(penalty).expect("it is above zero").fit(x.view(), &y, None);
            GlmFit { intercepts: vec![fit.intercept], weights: fit.weights }
        }
        Objective::Tweedie { power } => {
            tweedie::fit(&Rows::new(x, rows, inputs), &y, power, penalty, start.as_ref())
        }
        Objective::Softmax { n_classes } => {
            softmax::fit(&Rows::new(x, rows, inputs), &y, n_classes, penalty, start.as_ref())
        }
        Objective::Quantiles { .. } => panic!("quantiles have no generalised linear model"),
    };
    let mut weights = vec![0.0; few.intercepts.len() * x.ncols()];
    for (output, few) in few.weights.chunks_exact(inputs.len().max(1)).enumerate() {
        for (&input, weight) in inputs.iter().zip(few) {
            // Negative zeros are folded: the artifact knows one zero.
            weights[output * x.ncols() + input] = weight + 0.0;
        }
    }
    GlmFit { intercepts: few.intercepts.iter().map(|b| b + 0.0).collect(), weights }
}

/// The same fit with these inputs only.
fn chosen(fit: &GlmFit, n_inputs: usize, inputs: &[usize]) -> GlmFit {
    let of_outputs = fit.weights.chunks_exact(n_inputs.max(1));
    let weights = of_outputs.flat_map(|weights| inputs.iter().map(|&input| weights[input]));
    GlmFit { intercepts: fit.intercepts.clone(), weights: weights.collect() }
}
