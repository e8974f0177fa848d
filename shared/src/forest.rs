//! Additive trees in flat arrays: each tree sends a customer to a leaf, and the leaves' values are added.
//!
//! Leaf values are whole multiples of one unit and are added as integers, so the order of the trees cannot matter.

use alloc::vec;
use alloc::vec::Vec;

use crate::grid;
use crate::margin::is_coefficient;

/// Thresholds are multiples of 1/64 in prepared space, so that no tree shows one customer's value.
pub const THRESHOLD_STEPS: f64 = 64.0;

/// A tree asks at most so many questions before a leaf.
pub const MAX_DEPTH: usize = 8;

/// Shares of customers at a split are told in parts of this.
pub const SHARE_PARTS: u8 = 255;

/// One node, in preorder: a split is followed by all of its left side, then by all of its right side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// Left where the input is at most `threshold` / [`THRESHOLD_STEPS`].
    Split {
        /// The model input: a prepared feature or an indicator.
        input: u16,
        /// In 64ths.
        threshold: i16,
        /// The share of training customers that went left, in 255ths; 1 to 254.
        left_share: u8,
    },
    /// The end; leaves are counted in preorder over all trees.
    Leaf,
}

/// Trees of `n_outputs` values each.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    n_outputs: usize,
    base: Vec<f64>,
    unit: f64,
    nodes: Vec<Node>,
    leaves: Vec<i32>,
    /// For each node of `nodes`: where its right side begins; for a leaf, its number.
    places: Vec<u32>,
    /// Where each tree begins.
    roots: Vec<u32>,
}

/// What one tree's walk needs of the node it is at.
pub(crate) enum Step {
    Split { input: usize, goes_left: bool, left_share: f64, left: usize, right: usize },
    Leaf(usize),
}

impl Forest {
    /// Checks and joins the parts: the answer without trees, one an output; what a leaf's whole numbers are
    /// multiplied with; the trees' nodes, one tree behind the other; `n_outputs` whole numbers for each leaf.
    ///
    /// # Shapes: `base` is `(n_outputs,)`, `leaves` is `(n_leaves, n_outputs)`, flat.
    ///
    /// `None` when a tree has no end or is deeper than [`MAX_DEPTH`], a split has an input from `n_inputs` on, a
    /// threshold beyond the grid or a share without customers, leaves and values do not match, or a number is
    /// not finite or is -0.
    pub fn new(
        n_inputs: usize,
        base: Vec<f64>,
        unit: f64,
        nodes: Vec<Node>,
        leaves: Vec<i32>,
    ) -> Option<Self> {
        let n_outputs = base.len();
        let unit_is_sound = is_coefficient(unit) && unit > 0.0;
        if n_outputs == 0 || !base.iter().all(|v| is_coefficient(*v)) || !unit_is_sound {
            return None;
        }
        let (mut places, mut roots, mut n_leaves) = (vec![0; nodes.len()], Vec::new(), 0_u32);
        // The splits whose right side has not begun.
        let mut open: Vec<usize> = Vec::new();
        let mut depth_of_open: Vec<usize> = Vec::new();
        let mut depth = 0;
        let mut begins = true;
        for (position, node) in nodes.iter().enumerate() {
            if begins {
                roots.push(u32::try_from(position).ok()?);
                depth = 0;
                begins = false;
            }
            match *node {
                Node::Split { input, threshold, left_share } => {
                    let limit = grid::LIMIT * THRESHOLD_STEPS;
                    let in_grid = f64::from(threshold).abs() <= limit;
                    let shares = (1..SHARE_PARTS).contains(&left_share);
                    if usize::from(input) >= n_inputs || !in_grid || !shares || depth == MAX_DEPTH {
                        return None;
                    }
                    open.push(position);
                    depth_of_open.push(depth);
                    depth += 1;
                }
                Node::Leaf => {
                    *places.get_mut(position)? = n_leaves;
                    n_leaves += 1;
                    match open.pop().zip(depth_of_open.pop()) {
                        Some((split, depth_there)) => {
                            *places.get_mut(split)? = u32::try_from(position + 1).ok()?;
                            depth = depth_there + 1;
                        }
                        None => begins = true,
                    }
                }
            }
        }
        let complete = begins || nodes.is_empty();
        let matching = usize::try_from(n_leaves).ok()?.checked_mul(n_outputs)? == leaves.len();
        (complete && matching).then_some(Self {
            n_outputs,
            base,
            unit,
            nodes,
            leaves,
            places,
            roots,
        })
    }

    /// The answer without trees, one an output.
    pub fn base(&self) -> &[f64] {
        &self.base
    }

    /// What leaf values are multiples of.
    pub fn unit(&self) -> f64 {
        self.unit
    }

    /// All nodes, tree after tree, each in preorder.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The leaves' values in units, `(n_leaves, n_outputs)`, flat.
    pub fn leaves(&self) -> &[i32] {
        &self.leaves
    }

    /// The number of trees.
    pub fn n_trees(&self) -> usize {
        self.roots.len()
    }

    /// The number of values that a customer gets.
    pub fn n_outputs(&self) -> usize {
        self.n_outputs
    }

    /// What a customer gets: base plus unit times the sum of the leaves.
    ///
    /// # Shapes: `x` is `(n_model_inputs,)`; the result is `(n_outputs,)`.
    pub fn margins(&self, x: &[f64]) -> Vec<f64> {
        let mut sums = vec![0_i64; self.n_outputs];
        for &root in &self.roots {
            let mut at = root as usize;
            let leaf = loop {
                match self.step(at, x) {
                    Step::Split { goes_left, left, right, .. } => {
                        at = if goes_left { left } else { right };
                    }
                    Step::Leaf(leaf) => break leaf,
                }
            };
            for (sum, value) in sums.iter_mut().zip(self.leaf(leaf)) {
                *sum += i64::from(*value);
            }
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "sums of a few thousand i32 stay below 2^53"
        )]
        let scaled = |(base, sum): (&f64, i64)| base + self.unit * sum as f64;
        self.base.iter().zip(sums).map(scaled).collect()
    }

    /// Where each tree begins.
    pub(crate) fn roots(&self) -> impl Iterator<Item = usize> {
        self.roots.iter().map(|&root| root as usize)
    }

    /// A leaf's values in units.
    pub(crate) fn leaf(&self, number: usize) -> &[i32] {
        let first = number * self.n_outputs;
        self.leaves.get(first..first + self.n_outputs).unwrap_or_default()
    }

    /// What a node says of a customer.
    pub(crate) fn step(&self, at: usize, x: &[f64]) -> Step {
        let place = self.places.get(at).map_or(0, |&place| place as usize);
        match self.nodes.get(at) {
            Some(&Node::Split { input, threshold, left_share }) => {
                let input = usize::from(input);
                let value = x.get(input).copied().unwrap_or(0.0);
                Step::Split {
                    input,
                    goes_left: value * THRESHOLD_STEPS <= f64::from(threshold),
                    left_share: f64::from(left_share) / f64::from(SHARE_PARTS),
                    left: at + 1,
                    right: place,
                }
            }
            // `new` has seen to it that there is no way out of the nodes.
            _ => Step::Leaf(place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn split(input: u16, threshold: i16) -> Node {
        Node::Split { input, threshold, left_share: 100 }
    }

    fn two_trees() -> Vec<Node> {
        vec![split(0, 64), Node::Leaf, split(1, -32), Node::Leaf, Node::Leaf, Node::Leaf]
    }

    #[test]
    fn a_customer_goes_left_up_to_the_threshold() {
        let leaves = vec![1, 10, 2, 20, 3, 30, 100, 0];
        let forest = Forest::new(2, vec![0.5, 0.0], 0.25, two_trees(), leaves).unwrap();
        assert_eq!(forest.n_trees(), 2);
        assert_eq!(forest.margins(&[1.0, 9.0]), [0.5 + 0.25 * 101.0, 2.5]);
        assert_eq!(forest.margins(&[1.01, -0.5]), [0.5 + 0.25 * 102.0, 5.0]);
        assert_eq!(forest.margins(&[1.01, -0.49]), [0.5 + 0.25 * 103.0, 7.5]);
    }

    #[test]
    fn trees_that_do_not_fit_are_refused() {
        let fits = |n_inputs, unit, nodes: Vec<Node>, n_values: usize| {
            Forest::new(n_inputs, vec![0.0], unit, nodes, vec![1; n_values]).is_some()
        };
        assert!(fits(2, 1.0, two_trees(), 4));
        assert!(fits(2, 1.0, vec![], 0));
        assert!(!fits(1, 1.0, two_trees(), 4));
        assert!(!fits(2, 0.0, two_trees(), 4));
        assert!(!fits(2, 1.0, two_trees(), 5));
        assert!(!fits(2, 1.0, vec![split(0, 0), Node::Leaf], 1));
        assert!(!fits(2, 1.0, vec![split(0, 1025), Node::Leaf, Node::Leaf], 2));
        let chain = |depth: usize| {
            let splits = (0..depth).map(|_| split(0, 0));
            splits.chain((0..=depth).map(|_| Node::Leaf)).collect::<Vec<_>>()
        };
        assert!(fits(1, 1.0, chain(8), 9));
        assert!(!fits(1, 1.0, chain(9), 10));
        let empty = Node::Split { input: 0, threshold: 0, left_share: 0 };
        assert!(!fits(1, 1.0, vec![empty, Node::Leaf, Node::Leaf], 2));
    }
}
