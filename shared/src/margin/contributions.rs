//! Why a prediction is what it is: what each column adds to a margin.
//!
//! A linear model's column adds weight times how far the customer is from the average one. A tree's columns share
//! what its leaf adds to its average by Shapley's rule over the questions on the way, where an unknown answer goes
//! both ways in the shares of the training customers (path-dependent `TreeSHAP`: Lundberg et al. 2020, Nature Machine
//! Intelligence 2, 56-67).

use alloc::vec;
use alloc::vec::Vec;

use super::Margin;
use crate::forest::{Forest, MAX_DEPTH, Step};

/// What adds up to one margin.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// The margin of nobody in particular.
    pub base: f64,
    /// One for each column of the schema, in its order.
    pub columns: Vec<f64>,
}

impl Contributions {
    /// The sum of base and columns, in this order.
    pub fn total(&self) -> f64 {
        let mut sum = self.base;
        for part in &self.columns {
            sum += part;
        }
        sum
    }

    /// `(1 - weight) self + weight own`.
    pub(crate) fn pooled(mut self, own: &Self, weight: f64) -> Self {
        let mix = |all: &mut f64, own: f64| *all = (1.0 - weight) * *all + weight * own;
        mix(&mut self.base, own.base);
        for (all, own) in self.columns.iter_mut().zip(&own.columns) {
            mix(all, *own);
        }
        self
    }
}

/// Where model inputs come from.
pub(crate) struct Inputs<'a> {
    /// The column of each model input, by position.
    pub(crate) columns: &'a [usize],
    pub(crate) n_columns: usize,
    /// The average customer, `(n_model_inputs,)`.
    pub(crate) means: &'a [f64],
}

impl Margin {
    /// What each column adds to each margin of a customer; one an output. Their sums are the margins but for
    /// rounding.
    pub(crate) fn contributions(&self, x: &[f64], inputs: &Inputs<'_>) -> Vec<Contributions> {
        match self {
            Self::Constant(values) => {
                let constant =
                    |&base: &f64| Contributions { base, columns: vec![0.0; inputs.n_columns] };
                values.iter().map(constant).collect()
            }
            Self::Linear { intercepts, weights } => {
                let outputs = intercepts.iter().zip(weights.chunks_exact(x.len().max(1)));
                outputs.map(|(&intercept, weights)| linear(intercept, weights, x, inputs)).collect()
            }
            Self::Trees(forest) => trees(forest, x, inputs),
        }
    }
}

fn linear(intercept: f64, weights: &[f64], x: &[f64], inputs: &Inputs<'_>) -> Contributions {
    let mut base = intercept;
    let mut columns = vec![0.0; inputs.n_columns];
    for (((weight, value), mean), &column) in
        weights.iter().zip(x).zip(inputs.means).zip(inputs.columns)
    {
        base += weight * mean;
        if let Some(sum) = columns.get_mut(column) {
            *sum += weight * (value - mean);
        }
    }
    Contributions { base, columns }
}

/// One question on the way to a leaf; questions about the same column are joined.
#[derive(Clone, Copy)]
struct Asked {
    column: usize,
    /// The share of training customers who would go this way, not knowing the column.
    share: f64,
    /// Whether the customer goes this way.
    follows: bool,
}

fn trees(forest: &Forest, x: &[f64], inputs: &Inputs<'_>) -> Vec<Contributions> {
    let n_outputs = forest.n_outputs();
    // In units, `(n_outputs, n_columns)`, and the trees' averages.
    let mut sums = vec![0.0; n_outputs * inputs.n_columns];
    let mut averages = vec![0.0; n_outputs];
    let mut asked = Vec::new();
    for root in forest.roots() {
        walk(forest, root, x, inputs, &mut asked, &mut |asked, leaf| {
            let values = forest.leaf(leaf);
            let mut reached = 1.0;
            for question in asked {
                reached *= question.share;
            }
            for (average, value) in averages.iter_mut().zip(values) {
                *average += reached * f64::from(*value);
            }
            for (position, question) in asked.iter().enumerate() {
                let weight = shapley(asked, position);
                for (output, value) in values.iter().enumerate() {
                    let at = output * inputs.n_columns + question.column;
                    if let Some(sum) = sums.get_mut(at) {
                        *sum += weight * f64::from(*value);
                    }
                }
            }
        });
    }
    let unit = forest.unit();
    let by_output = sums.chunks_exact(inputs.n_columns.max(1));
    let outputs = forest.base().iter().zip(averages).zip(by_output);
    outputs
        .map(|((base, average), sums)| Contributions {
            base: base + unit * average,
            columns: sums.iter().map(|sum| unit * sum).collect(),
        })
        .collect()
}

/// Visits every leaf with what was asked on the way.
fn walk(
    forest: &Forest,
    at: usize,
    x: &[f64],
    inputs: &Inputs<'_>,
    asked: &mut Vec<Asked>,
    visit: &mut impl FnMut(&[Asked], usize),
) {
    let (input, goes_left, left_share, left, right) = match forest.step(at, x) {
        Step::Leaf(leaf) => return visit(asked, leaf),
        Step::Split { input, goes_left, left_share, left, right } => {
            (input, goes_left, left_share, left, right)
        }
    };
    let column = inputs.columns.get(input).copied().unwrap_or_default();
    for (side, share, follows) in
        [(left, left_share, goes_left), (right, 1.0 - left_share, !goes_left)]
    {
        let known = asked.iter().position(|question| question.column == column);
        let before = known.and_then(|known| asked.get(known).copied());
        match known.and_then(|known| asked.get_mut(known)) {
            Some(question) => {
                question.share *= share;
                question.follows &= follows;
            }
            None => asked.push(Asked { column, share, follows }),
        }
        walk(forest, side, x, inputs, asked, visit);
        match (known.and_then(|known| asked.get_mut(known)), before) {
            (Some(question), Some(before)) => *question = before,
            _ => drop(asked.pop()),
        }
    }
}

/// The weight of a leaf in the Shapley value of the question at `position`: the sum, over every set of the other
/// questions that are answered, of the set's weight times the chance of the leaf with this question answered, less
/// that without.
fn shapley(asked: &[Asked], position: usize) -> f64 {
    let Some(own) = asked.get(position) else { return 0.0 };
    // `by_size[s]`: over all sets of s others, the sum of the chances.
    let mut by_size = [0.0; MAX_DEPTH + 1];
    by_size[0] = 1.0;
    for (_, other) in asked.iter().enumerate().filter(|(other, _)| *other != position) {
        let mut previous = 0.0;
        for sum in &mut by_size {
            let grown = if other.follows { previous } else { 0.0 };
            previous = *sum;
            *sum = *sum * other.share + grown;
        }
    }
    // s! (d - 1 - s)! / d! for d questions, from s = 0 on.
    let d = asked.len() as f64;
    let mut weight = 1.0 / d;
    let (mut total, mut s) = (0.0, 0.0);
    for sum in by_size.iter().take(asked.len()) {
        total += weight * sum;
        s += 1.0;
        weight *= s / (d - s).max(1.0);
    }
    (f64::from(u8::from(own.follows)) - own.share) * total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forest::Node;

    fn forest() -> Forest {
        let split = |input, threshold, left_share| Node::Split { input, threshold, left_share };
        let nodes = vec![
            split(0, 0, 100),
            split(1, 32, 51),
            Node::Leaf,
            split(0, -64, 200),
            Node::Leaf,
            Node::Leaf,
            split(2, 0, 17),
            Node::Leaf,
            split(1, 0, 85),
            Node::Leaf,
            Node::Leaf,
            split(2, 10, 128),
            Node::Leaf,
            Node::Leaf,
        ];
        let leaves = vec![5, -1, 8, 2, -3, 0, 40, 7, 1, 1, -9, 4, 2, -6, 11, 3];
        Forest::new(3, vec![0.5, -0.25], 0.125, nodes, leaves).unwrap()
    }

    const INPUTS: Inputs<'static> =
        Inputs { columns: &[0, 1, 2], n_columns: 3, means: &[0.0, 0.0, 0.0] };

    /// The tree's expectation where only the columns of `known` are, by definition.
    fn expected(forest: &Forest, at: usize, x: &[f64], known: usize, output: usize) -> f64 {
        match forest.step(at, x) {
            Step::Leaf(leaf) => f64::from(forest.leaf(leaf)[output]),
            Step::Split { input, goes_left, left_share, left, right } => {
                let of = |side| expected(forest, side, x, known, output);
                if known >> input & 1 == 1 {
                    of(if goes_left { left } else { right })
                } else {
                    left_share * of(left) + (1.0 - left_share) * of(right)
                }
            }
        }
    }

    #[test]
    fn trees_are_shared_out_by_shapleys_rule() {
        let forest = forest();
        for x in [[-2.0, 0.0, 1.0], [-0.5, 0.75, -1.0], [0.5, -0.25, 0.5], [1.0, 3.0, 0.1]] {
            let found = Margin::Trees(forest.clone()).contributions(&x, &INPUTS);
            for (output, found) in found.iter().enumerate() {
                let value = |known: usize| -> f64 {
                    let trees = forest.roots().map(|at| expected(&forest, at, &x, known, output));
                    forest.base()[output] + forest.unit() * trees.sum::<f64>()
                };
                assert!((found.base - value(0)).abs() < 1e-12);
                let total = forest.margins(&x)[output];
                assert!((found.total() - total).abs() < 1e-12);
                for column in 0..3 {
                    let mut shapley = 0.0;
                    for known in (0..8_usize).filter(|known| known >> column & 1 == 0) {
                        let weight = [1.0 / 3.0, 1.0 / 6.0, 1.0 / 3.0][known.count_ones() as usize];
                        shapley += weight * (value(known | 1 << column) - value(known));
                    }
                    assert!((found.columns[column] - shapley).abs() < 1e-12, "{x:?} {column}");
                }
            }
        }
    }

    #[test]
    fn a_linear_column_adds_how_far_the_customer_is_from_the_average() {
        let margin = Margin::Linear { intercepts: vec![1.0], weights: vec![2.0, 3.0, -1.0] };
        let inputs = Inputs { columns: &[0, 1, 1], n_columns: 2, means: &[0.5, 0.25, 1.0] };
        let found = margin.contributions(&[1.5, 0.25, 3.0], &inputs);
        assert_eq!(found, [Contributions { base: 1.75, columns: vec![2.0, -2.0] }]);
        assert_eq!(found[0].total(), margin.margins(&[1.5, 0.25, 3.0])[0]);
    }
}
