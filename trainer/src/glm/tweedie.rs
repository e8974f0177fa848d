//! Tweedie's losses with a logarithmic link, by Newton's method with halved steps.

use super::rows::{Rows, dot};
use super::{FLAT, GlmFit, MAX_STEPS, ROUNDING};
use crate::expect::objective::Objective;
use crate::ridge::Gram;
use shared::math;

pub(super) fn fit(
    rows: &Rows,
    y: &[f64],
    power: f64,
    penalty: f64,
    start: Option<&GlmFit>,
) -> GlmFit {
    let objective = Objective::Tweedie { power };
    let p = rows.n_inputs;
    let constant = objective.constant(y)[0];
    // The intercept of centred inputs, then the weights.
    let mut at = vec![0.0; 1 + p];
    at[0] = constant;
    let problem = Problem { rows, y, objective, penalty };
    let mut value = problem.value(&at);
    if let Some(start) = start {
        let mut warm = vec![start.intercepts[0] + dot(&start.weights, &rows.means)];
        warm.extend(&start.weights);
        let warm_value = problem.value(&warm);
        if warm_value < value {
            (at, value) = (warm, warm_value);
        }
    }
    // Of the size of an average customer's derivative.
    let scale = rows.n as f64 * math::exp((2.0 - power) * constant);
    for _ in 0..MAX_STEPS {
        let (slope, step) = problem.newton(&at);
        if slope.iter().all(|v| v.abs() <= FLAT * scale) {
            break;
        }
        let downhill = dot(&slope, &step);
        let noise = ROUNDING * (scale + value.abs());
        let mut length = 1.0;
        let next = loop {
            let moved: Vec<f64> = at.iter().zip(&step).map(|(a, s)| a + length * s).collect();
            let reached = problem.value(&moved);
            if reached <= value + 1e-4 * length * downhill + noise {
                break Some((moved, reached));
            }
            length *= 0.5;
            if length < 1e-10 {
                break None;
            }
        };
        // No way down is left but rounding.
        let Some(next) = next else { break };
        (at, value) = next;
    }
    let weights = at.split_off(1);
    GlmFit { intercepts: vec![at[0] - dot(&weights, &rows.means)], weights }
}

struct Problem<'a> {
    rows: &'a Rows,
    y: &'a [f64],
    objective: Objective,
    penalty: f64,
}

impl Problem<'_> {
    fn value(&self, at: &[f64]) -> f64 {
        let mut value = 0.0;
        for (row, y) in self.y.iter().enumerate() {
            let margin = at[0] + dot(&at[1..], self.rows.row(row));
            value += self.objective.loss(*y, &[margin]);
        }
        value + 0.5 * self.penalty * dot(&at[1..], &at[1..])
    }

    /// The slope, and Newton's step.
    fn newton(&self, at: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let p = self.rows.n_inputs;
        let (mut firsts, mut seconds) = (vec![0.0; self.rows.n], vec![0.0; self.rows.n]);
        let mut slope = vec![0.0; 1 + p];
        let (mut bend, mut means) = (0.0, vec![0.0; p]);
        for row in 0..self.rows.n {
            let x = self.rows.row(row);
            let margin = at[0] + dot(&at[1..], x);
            let (first, second) = (&mut firsts[row..=row], &mut seconds[row..=row]);
            self.objective.derivatives(self.y[row], &[margin], first, second);
            let (first, second) = (first[0], second[0]);
            slope[0] += first;
            bend += second;
            for ((slope, mean), x) in slope[1..].iter_mut().zip(&mut means).zip(x) {
                *slope += first * x;
                *mean += second * x;
            }
        }
        for (slope, weight) in slope[1..].iter_mut().zip(&at[1..]) {
            *slope += self.penalty * weight;
        }
        // Every second derivative is above zero, for margins are bounded.
        for mean in &mut means {
            *mean /= bend;
        }
        // Inputs less their means by second derivative make the intercept's part of the equations separate.
        let mut gram = Gram::new(p);
        let mut centred = vec![0.0; p];
        for (row, second) in seconds.iter().enumerate() {
            for ((centred, x), mean) in centred.iter_mut().zip(self.rows.row(row)).zip(&means) {
                *centred = x - mean;
            }
            gram.add(&centred, 0.0, *second);
        }
        let of_intercept = slope[0];
        for ((right, slope), mean) in gram.right.iter_mut().zip(&slope[1..]).zip(&means) {
            *right = mean * of_intercept - slope;
        }
        let weights = gram.solve(self.penalty);
        let mut step = vec![-slope[0] / bend - dot(&weights, &means)];
        step.extend(weights);
        (slope, step)
    }
}
