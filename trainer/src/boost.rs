//! Gradient boosting (Friedman 2001) of trees whose leaves have a value for every output, on histograms (Chen and
//! Guestrin 2016; Ke et al. 2017), the same to the bit whatever the order of rows and threads.
//!
//! Derivatives are rounded to a grid and summed as whole numbers, leaf values are whole multiples of one unit, and
//! training sees exactly the margins that `shared` evaluates.

mod binned;
mod grow;
#[cfg(test)]
mod tests;

use rayon::prelude::*;
use shared::{Forest, math};

pub use self::binned::Binned;
use self::grow::{Grower, Grown, Leaf, Statistics, Tree};
use crate::expect::objective::{Objective, quantile};

/// Grid points of a derivative of size 1.
const PER_UNIT: f64 = 1_048_576.0;

/// Leaf values are multiples of this part of the target's scale, or of a logarithm.
const LEAF_UNIT: f64 = 1.0 / 16_384.0;

/// The same of quantiles.
const QUANTILE_UNIT: f64 = 1.0 / 256.0;

/// A tree moves a logarithm by no more than this.
const MAX_STEP: f64 = 4.0;

/// From this many derivatives on they are worth threads.
const WORTH_THREADS: usize = 1 << 16;

/// How trees are grown.
#[derive(Debug, Clone, PartialEq)]
pub struct BoostParams {
    /// At most so many trees; fewer when no cut lowers the loss any more.
    pub max_trees: usize,
    /// The part of a leaf's best value that is taken; above 0, at most 1.
    pub learning_rate: f64,
    /// Of one tree.
    pub max_leaves: usize,
    /// Cuts from the root to a leaf; [`shared::forest::MAX_DEPTH`] bounds it too.
    pub max_depth: usize,
    /// The least number of customers in a leaf.
    pub min_leaf: usize,
    /// Added to the sum of second derivatives in each leaf: so many customers say that nothing need change.
    pub l2: f64,
}

impl Default for BoostParams {
    fn default() -> Self {
        Self {
            max_trees: 200,
            learning_rate: 0.1,
            max_leaves: 8,
            max_depth: 4,
            min_leaf: 20,
            l2: 1.0,
        }
    }
}

/// Trees that were fitted one to what the others leave.
#[derive(Debug, Clone)]
pub struct Boosted {
    n_inputs: usize,
    base: Vec<f64>,
    unit: f64,
    trees: Vec<Tree>,
}

impl Boosted {
    /// Fits trees to the rows at these positions of `binned`, starting from the best constant. Second derivatives
    /// count in customers: for Tweedie's in average ones, for classes times `k / (k - 1)`.
    ///
    /// # Shapes: `rows` is not empty; `y` is `(n_all_rows,)`.
    pub fn fit(
        params: &BoostParams,
        binned: &Binned,
        rows: &[u32],
        y: &[f64],
        objective: Objective,
    ) -> Self {
        let y: Vec<f64> = rows.iter().map(|&row| y[row as usize]).collect();
        // Sums of the sorted values do not depend on the rows' order.
        let mut sorted = y.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let base = objective.constant(&sorted).into_iter().map(|b| b.clamp(-1e100, 1e100) + 0.0);
        let mut base: Vec<f64> = base.collect();
        let scale = match objective {
            Objective::Squared | Objective::Quantiles { .. } => power_of_two(deviation(&sorted)),
            Objective::Tweedie { .. } | Objective::Softmax { .. } => 1.0,
        };
        // Leaves of quantiles are single customers' figures, so they are told less exactly.
        let is_of_customers = matches!(objective, Objective::Quantiles { .. });
        let unit = scale * if is_of_customers { QUANTILE_UNIT } else { LEAF_UNIT };
        if is_of_customers {
            for b in &mut base {
                *b = math::round_ties_even(*b / unit) * unit + 0.0;
            }
        }
        let columns = binned.of_rows(rows);
        let edges = (0..binned.n_inputs()).map(|input| binned.edges(input)).collect();
        let mut grower = Grower { params, columns: &columns, edges, spare: Vec::new() };
        let mut rounding = Rounding::new(objective, &base, scale, y.len());
        let n_outputs = base.len();
        let mut sums = vec![0_i64; y.len() * n_outputs];
        let mut boosted = Self { n_inputs: binned.n_inputs(), base, unit, trees: Vec::new() };
        while boosted.trees.len() < params.max_trees {
            rounding.derive(&boosted, &y, &sums);
            let Some(grown) = grower.grow(&rounding.statistics, y.len()) else { break };
            let Grown { mut tree, leaves, order } = grown;
            for Leaf { rows, sums: of_leaf } in &leaves {
                let rows = &order[rows.clone()];
                let values = match objective {
                    Objective::Quantiles { levels } => {
                        let left = boosted.quantiles_left(levels, rows, &y, &sums);
                        left.into_iter().map(|v| params.learning_rate * v).collect()
                    }
                    _ => rounding.step(of_leaf, params),
                };
                let first = tree.leaves.len();
                let whole = values.iter().map(|&v| in_units(v, unit));
                tree.leaves.extend(whole);
                for &row in rows {
                    let of_row = &mut sums[row as usize * n_outputs..][..n_outputs];
                    for (sum, value) in of_row.iter_mut().zip(&tree.leaves[first..]) {
                        *sum += i64::from(*value);
                    }
                }
            }
            if tree.leaves.iter().all(|&value| value == 0) {
                break;
            }
            boosted.trees.push(tree);
        }
        boosted
    }

    /// The number of trees.
    pub fn n_trees(&self) -> usize {
        self.trees.len()
    }

    /// The first `n_trees` trees, as `shared` evaluates them.
    pub fn forest(&self, n_trees: usize) -> Forest {
        let trees = || self.trees.iter().take(n_trees);
        let nodes = trees().flat_map(|tree| tree.nodes.iter().copied()).collect();
        let leaves = trees().flat_map(|tree| tree.leaves.iter().copied()).collect();
        Forest::new(self.n_inputs, self.base.clone(), self.unit, nodes, leaves)
            .expect("trees were grown within the limits")
    }

    /// The mean loss of these rows after 0, 1, .. all trees; 0 without rows.
    ///
    /// # Shapes: `y` is `(n_all_rows,)`; the result is `(n_trees + 1,)`.
    pub fn losses(
        &self,
        binned: &Binned,
        rows: &[u32],
        y: &[f64],
        objective: Objective,
    ) -> Vec<f64> {
        let n_outputs = self.base.len();
        let mut sums = vec![0_i64; rows.len() * n_outputs];
        let mut margins = vec![0.0; n_outputs];
        let mut mean_loss = |sums: &[i64]| {
            let mut loss = 0.0;
            for (&row, sums) in rows.iter().zip(sums.chunks_exact(n_outputs)) {
                self.margins_of(sums, &mut margins);
                loss += objective.loss(y[row as usize], &margins);
            }
            loss / rows.len().max(1) as f64
        };
        let mut losses = vec![mean_loss(&sums)];
        for tree in &self.trees {
            add_tree(tree, binned, rows, &mut sums, n_outputs);
            losses.push(mean_loss(&sums));
        }
        losses
    }

    /// Margins of these rows by the first `n_trees` trees, equal to the bit to those of [`Boosted::forest`].
    ///
    /// # Shapes: the result is `(n_rows, n_outputs)`, flat.
    pub fn margins(&self, binned: &Binned, rows: &[u32], n_trees: usize) -> Vec<f64> {
        let n_outputs = self.base.len();
        let mut sums = vec![0_i64; rows.len() * n_outputs];
        for tree in self.trees.iter().take(n_trees) {
            add_tree(tree, binned, rows, &mut sums, n_outputs);
        }
        let mut margins = vec![0.0; sums.len()];
        let of_rows = margins.chunks_exact_mut(n_outputs);
        for (margins, sums) in of_rows.zip(sums.chunks_exact(n_outputs)) {
            self.margins_of(sums, margins);
        }
        margins
    }

    fn margins_of(&self, sums: &[i64], margins: &mut [f64]) {
        for ((margin, base), sum) in margins.iter_mut().zip(&self.base).zip(sums) {
            *margin = base + self.unit * *sum as f64;
        }
    }

    /// The quantiles of what the margins leave of these rows' targets.
    fn quantiles_left(&self, levels: [f64; 2], rows: &[u32], y: &[f64], sums: &[i64]) -> Vec<f64> {
        let of_output = |(output, level): (usize, f64)| {
            let left = |&row: &u32| {
                let sum = sums[row as usize * levels.len() + output] as f64;
                y[row as usize] - (self.base[output] + self.unit * sum)
            };
            let mut left: Vec<f64> = rows.iter().map(left).collect();
            left.sort_unstable_by(f64::total_cmp);
            quantile(&left, level)
        };
        levels.into_iter().enumerate().map(of_output).collect()
    }
}

fn add_tree(tree: &Tree, binned: &Binned, rows: &[u32], sums: &mut [i64], n_outputs: usize) {
    for (&row, sums) in rows.iter().zip(sums.chunks_exact_mut(n_outputs)) {
        let leaf = tree.leaf(|input| binned.bin(input, row));
        for (sum, value) in sums.iter_mut().zip(&tree.leaves[leaf * n_outputs..]) {
            *sum += i64::from(*value);
        }
    }
}

/// Rounds derivatives to the grid on which sums are exact.
struct Rounding {
    objective: Objective,
    /// What first derivatives are multiplied with before they are rounded, and second ones.
    first: f64,
    second: f64,
    /// No rounded derivative is larger, so that sums over all rows stay below 2^53.
    limit: f64,
    scale: f64,
    statistics: Statistics,
}

impl Rounding {
    fn new(objective: Objective, base: &[f64], scale: f64, n_rows: usize) -> Self {
        let n_outputs = base.len();
        let (first, second, width) = match objective {
            Objective::Squared => (PER_UNIT / scale, PER_UNIT, 1 + n_outputs),
            Objective::Quantiles { .. } => (PER_UNIT, PER_UNIT, 1 + n_outputs),
            Objective::Tweedie { power } => {
                let average = power_of_two(math::exp((2.0 - power) * base[0]));
                (PER_UNIT / average, PER_UNIT / average, 1 + 2 * n_outputs)
            }
            Objective::Softmax { n_classes } => {
                // All margins of a customer move at once (Friedman, Hastie and Tibshirani 2000).
                let moved = n_classes as f64 / n_classes.saturating_sub(1).max(1) as f64;
                (PER_UNIT, PER_UNIT * moved, 1 + 2 * n_outputs)
            }
        };
        let values = vec![0.0; n_rows * width];
        let limit = (1_u64 << 52) as f64 / n_rows.next_power_of_two() as f64;
        let statistics = Statistics { values, width, n_outputs };
        Self { objective, first, second, limit, scale, statistics }
    }

    /// The statistics of all rows at these sums of leaf values.
    fn derive(&mut self, boosted: &Boosted, y: &[f64], sums: &[i64]) {
        let Statistics { width, n_outputs, .. } = self.statistics;
        let (objective, limit) = (self.objective, self.limit);
        let (by_first, by_second) = (self.first, self.second);
        let round = |v: f64| math::round_ties_even(v).clamp(-limit, limit);
        let derive = |values: &mut [f64], y: &[f64], sums: &[i64]| {
            let mut margins = vec![0.0; n_outputs];
            let (mut first, mut second) = (vec![0.0; n_outputs], vec![0.0; n_outputs]);
            let rows = values.chunks_exact_mut(width).zip(y).zip(sums.chunks_exact(n_outputs));
            for ((values, y), sums) in rows {
                boosted.margins_of(sums, &mut margins);
                objective.derivatives(*y, &margins, &mut first, &mut second);
                values[0] = 1.0;
                let (_, derivatives) = values.split_at_mut(1);
                let (firsts, seconds) = derivatives.split_at_mut(n_outputs);
                for (value, v) in firsts.iter_mut().zip(&first) {
                    *value = round(v * by_first);
                }
                for (value, v) in seconds.iter_mut().zip(&second) {
                    *value = round(v * by_second);
                }
            }
        };
        let values = &mut self.statistics.values;
        if values.len() < WORTH_THREADS {
            derive(values, y, sums);
        } else {
            let chunk = 4096;
            values
                .par_chunks_mut(chunk * width)
                .zip(y.par_chunks(chunk))
                .zip(sums.par_chunks(chunk * n_outputs))
                .for_each(|((values, y), sums)| derive(values, y, sums));
        }
    }

    /// The change of a leaf's margins.
    fn step(&self, sums: &[f64], params: &BoostParams) -> Vec<f64> {
        let BoostParams { l2, learning_rate, .. } = *params;
        let of_output = |output| {
            let (first, second) = self.statistics.slopes(sums, output);
            match self.objective {
                Objective::Tweedie { power } => {
                    // Part of the way to the minimum itself: Newton's step goes far beyond it where few have much.
                    // The part is taken of the means, not of their logarithms, which would lower totals.
                    let expected = second + (power - 1.0) * first;
                    let actual = (expected - first).max(0.0);
                    let ratio = (actual + l2).max(1e-9) / (expected + l2).max(1e-9);
                    let change =
                        math::ln((1.0 + learning_rate * (ratio - 1.0)).max(f64::MIN_POSITIVE));
                    change.clamp(-MAX_STEP, MAX_STEP)
                }
                Objective::Softmax { .. } => {
                    let change = -first / (second + l2).max(1e-9);
                    learning_rate * change.clamp(-MAX_STEP, MAX_STEP)
                }
                _ => -first / (second + l2) * self.scale * learning_rate,
            }
        };
        (0..self.statistics.n_outputs).map(of_output).collect()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "bounded")]
fn in_units(value: f64, unit: f64) -> i32 {
    math::round_ties_even(value / unit).clamp(-1e9, 1e9) as i32
}

/// The largest power of two up to a positive number; 1 where there is none.
fn power_of_two(x: f64) -> f64 {
    let power = f64::from_bits(x.to_bits() & 0x7FF0_0000_0000_0000);
    if power > 1e-90 && power < 1e90 { power } else { 1.0 }
}

fn deviation(y: &[f64]) -> f64 {
    let mean = y.iter().fold(0.0, |sum, v| sum + v) / y.len() as f64;
    let squares = y.iter().fold(0.0, |sum, v| sum + (v - mean) * (v - mean));
    math::sqrt(squares / y.len() as f64)
}
