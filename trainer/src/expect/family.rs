//! The kinds of models that are tried, simplest first, and how each is fitted to a sample.

use serde::Serialize;
use shared::segment_model::Own;
use shared::{Forest, Margin, math};

use super::objective::Objective;
use super::setting::Sample;
use crate::boost::{Binned, BoostParams, Boosted};
use crate::glm;

/// A kind of model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// The same for everybody.
    Constant,
    /// A penalised generalised linear model.
    Linear,
    /// Boosted trees.
    Trees,
}

/// One kind of model with all that is set by hand or by cross-validation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shape {
    /// The kind.
    pub family: Family,
    /// Of linear models: the penalty on the squared weights.
    #[serde(skip_serializing_if = "is_zero")]
    pub penalty: f64,
    /// Of trees: how many.
    #[serde(skip_serializing_if = "is_none")]
    pub n_trees: usize,
    /// Of trees: the leaves of each, at most.
    #[serde(skip_serializing_if = "is_none")]
    pub leaves: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(penalty: &f64) -> bool {
    *penalty == 0.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(number: &usize) -> bool {
    *number == 0
}

impl Shape {
    /// The same for everybody.
    pub const CONSTANT: Self =
        Self { family: Family::Constant, penalty: 0.0, n_trees: 0, leaves: 0 };

    /// A linear model.
    pub fn linear(penalty: f64) -> Self {
        Self { family: Family::Linear, penalty, ..Self::CONSTANT }
    }

    /// So many trees.
    pub fn trees(leaves: usize, n_trees: usize) -> Self {
        Self { family: Family::Trees, n_trees, leaves, ..Self::CONSTANT }
    }
}

/// A sample that models are fitted to, again and again.
pub struct Bench<'a> {
    /// The customers.
    pub sample: &'a Sample,
    /// The loss.
    pub objective: Objective,
    min_customers: usize,
    binned: Binned,
}

impl<'a> Bench<'a> {
    /// `min_customers` lie on either side of every threshold, and in every leaf.
    pub fn new(sample: &'a Sample, objective: Objective, min_customers: usize) -> Self {
        let binned = Binned::new(sample.x.view(), min_customers);
        Self { sample, objective, min_customers, binned }
    }

    /// The margin that is the same for everybody in `rows`; for nobody, that of all. Those of classes are rounded, or
    /// the customers of a class could be counted.
    pub fn constant(&self, rows: &[u32]) -> Vec<f64> {
        let y: Vec<f64> = rows.iter().map(|&row| self.sample.y[row as usize]).collect();
        let mut margins = self.objective.constant(if y.is_empty() { &self.sample.y } else { &y });
        if matches!(self.objective, Objective::Softmax { .. }) {
            for margin in &mut margins {
                *margin = math::round_ties_even(64.0 * *margin) / 64.0 + 0.0;
            }
        }
        margins
    }

    /// A linear model of `rows`.
    pub fn linear(&self, rows: &[u32], penalty: f64, start: Option<&glm::GlmFit>) -> glm::GlmFit {
        let Sample { x, y, .. } = self.sample;
        glm::fit(x.view(), rows, y, self.objective, penalty, start, None)
    }

    /// Trees of `rows`, of at most so many leaves, at most so many.
    pub fn trees(&self, rows: &[u32], max_leaves: usize, max_trees: usize) -> Boosted {
        let params = BoostParams {
            max_trees,
            max_leaves,
            min_leaf: self.min_customers,
            max_depth: if max_leaves > 8 { 5 } else { 3 },
            ..BoostParams::default()
        };
        Boosted::fit(&params, &self.binned, rows, &self.sample.y, self.objective)
    }

    /// Mean losses of `rows` after 0, 1, .. trees.
    pub fn losses(&self, trees: &Boosted, rows: &[u32]) -> Vec<f64> {
        trees.losses(&self.binned, rows, &self.sample.y, self.objective)
    }

    /// Margins of `rows` by the first trees, `(rows.len(), n_outputs)`, flat.
    pub fn tree_margins(&self, trees: &Boosted, rows: &[u32], n_trees: usize) -> Vec<f64> {
        trees.margins(&self.binned, rows, n_trees)
    }

    /// Margins of `rows` by any model, `(rows.len(), n_outputs)`, flat.
    pub fn margins(&self, model: &Margin, rows: &[u32]) -> Vec<f64> {
        let x = &self.sample.x;
        let of = |&row: &u32| model.margins(x.row(row as usize).to_slice().unwrap_or_default());
        rows.iter().flat_map(of).collect()
    }

    /// A model of `rows`.
    pub fn fit(&self, rows: &[u32], shape: Shape) -> Margin {
        if rows.is_empty() {
            return Margin::Constant(self.constant(rows));
        }
        match shape.family {
            Family::Constant => Margin::Constant(self.constant(rows)),
            Family::Linear => self.linear(rows, shape.penalty, None).margin(),
            Family::Trees => {
                let trees = self.trees(rows, shape.leaves, shape.n_trees);
                Margin::Trees(trees.forest(trees.n_trees()))
            }
        }
    }

    /// Every segment's own model, pooled with `pooling` customers' weight of the one for all.
    pub fn own(&self, rows: &[u32], shape: Shape, pooling: f64) -> Vec<Own> {
        let by_segment = self.sample.by_segment(rows).into_iter();
        let own = |rows: Vec<u32>| {
            let weight = self.weight(rows.len(), pooling);
            let nothing = || Margin::Constant(vec![0.0; self.objective.n_outputs()]);
            let margin = if weight > 0.0 { self.fit(&rows, shape) } else { nothing() };
            Own { weight, margin }
        };
        by_segment.map(own).collect()
    }

    /// How much a segment's own model counts: n / (n + m); nothing where so few customers made it that it would tell
    /// of them.
    pub fn weight(&self, n_rows: usize, pooling: f64) -> f64 {
        let n = n_rows as f64;
        if n_rows < self.min_customers { 0.0 } else { n / (n + pooling) }
    }
}

/// The same model with every margin multiplied by `factor` and moved by `shift`.
pub fn adjusted(margin: Margin, factor: f64, shift: f64) -> Margin {
    // Negative zeros are folded: the artifact knows one zero.
    let moved = |v: &f64| v * factor + shift + 0.0;
    match margin {
        Margin::Constant(values) => Margin::Constant(values.iter().map(moved).collect()),
        Margin::Linear { intercepts, weights } => Margin::Linear {
            intercepts: intercepts.iter().map(moved).collect(),
            weights: weights.iter().map(|v| v * factor + 0.0).collect(),
        },
        Margin::Trees(forest) => {
            let base = forest.base().iter().map(moved).collect();
            let (nodes, leaves) = (forest.nodes().to_vec(), forest.leaves().to_vec());
            let forest = Forest::new(usize::MAX, base, forest.unit() * factor, nodes, leaves);
            Margin::Trees(forest.expect("only its base and unit have changed"))
        }
    }
}
