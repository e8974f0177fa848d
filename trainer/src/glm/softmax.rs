//! The multinomial, by Newton's method; its equations are solved by conjugate gradients (Steihaug 1983), for which
//! the inputs' moments, as in Boehning's bound (1992), are a good first guess.

use shared::math;

use super::rows::{Rows, dot};
use super::{FLAT, GlmFit, MAX_STEPS, ROUNDING};
use crate::expect::objective::{Objective, class};
use crate::ridge::Gram;

/// Classes are computed four at a time.
const LANES: usize = 4;

/// Solves one Newton step.
const MAX_DIRECTIONS: usize = 200;

pub(super) fn fit(
    rows: &Rows,
    y: &[f64],
    n_classes: usize,
    penalty: f64,
    start: Option<&GlmFit>,
) -> GlmFit {
    let p = rows.n_inputs;
    let constant = Objective::Softmax { n_classes }.constant(y);
    let mut counts = vec![0_usize; n_classes];
    for y in y {
        counts[class(*y)] += 1;
    }
    let present: Vec<usize> = (0..n_classes).filter(|&class| counts[class] > 0).collect();
    let place: Vec<usize> =
        (0..n_classes).map(|class| present.partition_point(|&c| c < class)).collect();
    let labels: Vec<usize> = y.iter().map(|y| place[class(*y)]).collect();
    let problem = Problem::new(rows, labels, present.len(), penalty);

    let mut at = problem.nowhere();
    for (k, &class) in present.iter().enumerate() {
        at[problem.index(k, p)] = constant[class];
    }
    let mut state = problem.state(&at);
    if let Some(start) = start {
        let mut warm = problem.nowhere();
        for (k, &class) in present.iter().enumerate() {
            let weights = &start.weights[class * p..(class + 1) * p];
            for (input, weight) in weights.iter().enumerate() {
                warm[problem.index(k, input)] = *weight;
            }
            warm[problem.index(k, p)] = start.intercepts[class] + dot(weights, &rows.means);
        }
        let warm_state = problem.state(&warm);
        if warm_state.value < state.value {
            (at, state) = (warm, warm_state);
        }
    }
    problem.minimise(&mut at, &mut state);

    let mut fit = GlmFit { intercepts: vec![0.0; n_classes], weights: vec![0.0; n_classes * p] };
    for (k, &class) in present.iter().enumerate() {
        let weights = &mut fit.weights[class * p..(class + 1) * p];
        for (input, weight) in weights.iter_mut().enumerate() {
            *weight = at[problem.index(k, input)];
        }
        fit.intercepts[class] = at[problem.index(k, p)];
    }
    // What an average customer's margins of the classes that are there add up to, against the constant's.
    let likely = |margin: &dyn Fn(usize) -> f64| {
        math::ln(present.iter().fold(0.0, |sum, &class| sum + math::exp(margin(class))))
    };
    let shift = likely(&|class| fit.intercepts[class]) - likely(&|class| constant[class]);
    for class in (0..n_classes).filter(|&class| counts[class] == 0) {
        fit.intercepts[class] = constant[class] + shift;
    }
    for (intercept, weights) in fit.intercepts.iter_mut().zip(fit.weights.chunks_exact(p.max(1))) {
        *intercept -= dot(weights, &rows.means);
    }
    let mean = fit.intercepts.iter().fold(0.0, |sum, b| sum + b) / n_classes as f64;
    for intercept in &mut fit.intercepts {
        *intercept -= mean;
    }
    fit
}

/// Points and directions are `(n_blocks, n_inputs + 1, LANES)`, flat: the last input is the intercept's 1.
struct Problem<'a> {
    rows: &'a Rows,
    labels: Vec<usize>,
    n_classes: usize,
    n_blocks: usize,
    penalty: f64,
    /// The inputs' moments: of the sum of `x x^T`, the upper triangle.
    moments: Gram,
}

/// What is known at a point.
struct State {
    value: f64,
    /// `(n_rows, n_blocks)`.
    probabilities: Vec<[f64; LANES]>,
}

impl<'a> Problem<'a> {
    fn new(rows: &'a Rows, labels: Vec<usize>, n_classes: usize, penalty: f64) -> Self {
        let mut moments = Gram::new(rows.n_inputs);
        for row in 0..rows.n {
            moments.add(rows.row(row), 0.0, 1.0);
        }
        let n_blocks = n_classes.div_ceil(LANES);
        Self { rows, labels, n_classes, n_blocks, penalty, moments }
    }

    fn index(&self, class: usize, input: usize) -> usize {
        ((class / LANES) * (self.rows.n_inputs + 1) + input) * LANES + class % LANES
    }

    fn nowhere(&self) -> Vec<f64> {
        vec![0.0; self.n_blocks * (self.rows.n_inputs + 1) * LANES]
    }

    /// The margins of a row, with 0 for lanes without class.
    fn margins(&self, at: &[f64], row: usize, margins: &mut [[f64; LANES]]) {
        let x = self.rows.row(row);
        let (at, _) = at.as_chunks::<LANES>();
        for (margins, at) in margins.iter_mut().zip(at.chunks_exact(x.len() + 1)) {
            *margins = at[x.len()];
            for (x, weights) in x.iter().zip(at) {
                for (margin, weight) in margins.iter_mut().zip(weights) {
                    *margin += x * weight;
                }
            }
        }
    }

    fn state(&self, at: &[f64]) -> State {
        let mut probabilities = vec![[0.0; LANES]; self.rows.n * self.n_blocks];
        let mut value = 0.0;
        for (row, of_row) in probabilities.chunks_exact_mut(self.n_blocks).enumerate() {
            self.margins(at, row, of_row);
            let margins = &mut of_row.as_flattened_mut()[..self.n_classes];
            let largest = margins.iter().fold(f64::MIN, |largest, m| largest.max(*m));
            let own = margins[self.labels[row]] - largest;
            let mut sum = 0.0;
            for margin in margins.iter_mut() {
                *margin = math::exp(*margin - largest);
                sum += *margin;
            }
            value += math::ln(sum) - own;
            for margin in margins {
                *margin /= sum;
            }
        }
        State { value: value + 0.5 * self.penalty * self.squared_weights(at), probabilities }
    }

    fn squared_weights(&self, at: &[f64]) -> f64 {
        let p = self.rows.n_inputs;
        at.chunks_exact((p + 1) * LANES)
            .fold(0.0, |sum, of_block| sum + dot(&of_block[..p * LANES], &of_block[..p * LANES]))
    }

    /// Adds `scale` times the weights' part of `of` to `to`.
    fn add_weights(&self, to: &mut [f64], of: &[f64], scale: f64) {
        let p = self.rows.n_inputs;
        let blocks = to.chunks_exact_mut((p + 1) * LANES).zip(of.chunks_exact((p + 1) * LANES));
        for (to, of) in blocks {
            for (to, of) in to[..p * LANES].iter_mut().zip(of) {
                *to += scale * of;
            }
        }
    }

    /// Adds the outer product of a row's inputs and what each class has of them.
    fn add_row(&self, sums: &mut [f64], row: usize, of_classes: &[[f64; LANES]]) {
        let x = self.rows.row(row);
        let (sums, _) = sums.as_chunks_mut::<LANES>();
        for (sums, of_lanes) in sums.chunks_exact_mut(x.len() + 1).zip(of_classes) {
            for (sums, x) in sums.iter_mut().zip(x.iter().chain(&[1.0])) {
                for (sum, v) in sums.iter_mut().zip(of_lanes) {
                    *sum += x * v;
                }
            }
        }
    }

    fn slope(&self, at: &[f64], state: &State) -> Vec<f64> {
        let mut slope = self.nowhere();
        let mut residuals = vec![[0.0; LANES]; self.n_blocks];
        for (row, of_row) in state.probabilities.chunks_exact(self.n_blocks).enumerate() {
            residuals.copy_from_slice(of_row);
            residuals.as_flattened_mut()[self.labels[row]] -= 1.0;
            self.add_row(&mut slope, row, &residuals);
        }
        self.add_weights(&mut slope, at, self.penalty);
        slope
    }

    /// How the slope changes along a direction.
    fn bend(&self, direction: &[f64], state: &State) -> Vec<f64> {
        let mut bend = self.nowhere();
        let mut changes = vec![[0.0; LANES]; self.n_blocks];
        for (row, of_row) in state.probabilities.chunks_exact(self.n_blocks).enumerate() {
            self.margins(direction, row, &mut changes);
            let mean = dot(changes.as_flattened(), of_row.as_flattened());
            let flat = changes.as_flattened_mut().iter_mut();
            for (change, probability) in flat.zip(of_row.as_flattened()) {
                *change = probability * (*change - mean);
            }
            self.add_row(&mut bend, row, &changes);
        }
        self.add_weights(&mut bend, direction, self.penalty);
        bend
    }

    /// Goes down from `at` until the slope is flat.
    fn minimise(&self, at: &mut Vec<f64>, state: &mut State) {
        let n = self.rows.n as f64;
        let flat = FLAT * n;
        for _ in 0..MAX_STEPS {
            let slope = self.slope(at, state);
            if slope.iter().all(|v| v.abs() <= flat) {
                return;
            }
            let size = math::sqrt(dot(&slope, &slope));
            // The nearer the end, the more exact, so that steps become Newton's own.
            let exact = ((0.1_f64).min(size / n) * size).max(0.1 * flat);
            let step = self.newton(&slope, state, exact);
            let downhill = dot(&slope, &step);
            let noise = ROUNDING * (n + state.value);
            let mut length = 1.0;
            loop {
                let moved: Vec<f64> = at.iter().zip(&step).map(|(a, s)| a + length * s).collect();
                let reached = self.state(&moved);
                if reached.value <= state.value + 1e-4 * length * downhill + noise {
                    (*at, *state) = (moved, reached);
                    break;
                }
                length *= 0.5;
                if length < 1e-10 {
                    // No way down is left but rounding.
                    return;
                }
            }
        }
    }

    /// The step that would end at slope 0 were the bend the same everywhere, to within a slope of `exact`.
    fn newton(&self, slope: &[f64], state: &State, exact: f64) -> Vec<f64> {
        // What the probabilities' second derivatives are on average in a direction in which they differ.
        let squares = dot(state.probabilities.as_flattened(), state.probabilities.as_flattened());
        let others = self.n_classes.saturating_sub(1).max(1) as f64;
        let spread = ((self.rows.n as f64 - squares) / others).max(1e-12 * self.rows.n as f64);
        let share = spread / self.rows.n as f64;
        let factor = self.moments.factor(self.penalty / share);
        let guess = |slope: &[f64]| {
            let mut guess = self.nowhere();
            for class in 0..self.n_classes {
                let of_class = (0..self.rows.n_inputs).map(|i| slope[self.index(class, i)] / share);
                for (input, v) in factor.solve(of_class.collect()).into_iter().enumerate() {
                    guess[self.index(class, input)] = v;
                }
                let intercept = self.index(class, self.rows.n_inputs);
                guess[intercept] = slope[intercept] / spread;
            }
            guess
        };
        let mut step = self.nowhere();
        let mut rest: Vec<f64> = slope.iter().map(|v| -v).collect();
        let mut guessed = guess(&rest);
        let mut direction = guessed.clone();
        let mut size = dot(&rest, &guessed);
        for _ in 0..MAX_DIRECTIONS {
            let bend = self.bend(&direction, state);
            let curvature = dot(&direction, &bend);
            if curvature <= 0.0 {
                break;
            }
            let length = size / curvature;
            for (((step, rest), d), b) in step.iter_mut().zip(&mut rest).zip(&direction).zip(&bend)
            {
                *step += length * d;
                *rest -= length * b;
            }
            if math::sqrt(dot(&rest, &rest)) <= exact {
                break;
            }
            guessed = guess(&rest);
            let new_size = dot(&rest, &guessed);
            let kept = new_size / size;
            size = new_size;
            for (d, g) in direction.iter_mut().zip(&guessed) {
                *d = g + kept * *d;
            }
        }
        step
    }
}
