//! One tree: histograms of the rows' statistics, the best cut, and growth by the best leaf first.
//!
//! Statistics are whole numbers held in floats. Sums of them are exact, so neither the order of the rows nor what
//! is summed first can matter; a larger child's histogram is its parent's without its sibling's.

use std::ops::Range;

use rayon::prelude::*;
use shared::forest::{MAX_DEPTH, Node, SHARE_PARTS};
use shared::math;

use super::{BoostParams, PER_UNIT};

/// Below this many additions a thread costs more than it gives.
const WORTH_THREADS: usize = 1 << 19;

/// Cuts that lower the loss less, in customers' second derivatives, are noise of the rounding.
const MIN_GAIN: f64 = 1e-6;

/// What every row brings to a histogram: 1, the first derivatives, and the second ones unless they are 1.
pub(super) struct Statistics {
    /// `(n_rows, width)`, flat.
    pub(super) values: Vec<f64>,
    pub(super) width: usize,
    pub(super) n_outputs: usize,
}

impl Statistics {
    /// The sums of the first and second derivatives of an output, back in units.
    pub(super) fn slopes(&self, sums: &[f64], output: usize) -> (f64, f64) {
        let first = sums[1 + output] / PER_UNIT;
        let second = if self.width == 1 + self.n_outputs {
            sums[0]
        } else {
            sums[1 + self.n_outputs + output] / PER_UNIT
        };
        (first, second)
    }

    fn score(&self, sums: &[f64], l2: f64) -> f64 {
        let mut score = 0.0;
        for output in 0..self.n_outputs {
            let (first, second) = self.slopes(sums, output);
            score += first * first / (second + l2);
        }
        score
    }
}

/// A tree in preorder.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// For a split, the last bin that goes left; for a leaf, 0.
    pub(super) bins: Vec<u8>,
    /// For a split, where its right side begins; for a leaf, its number.
    pub(super) places: Vec<usize>,
    /// `(n_leaves, n_outputs)`, flat, in units.
    pub(super) leaves: Vec<i32>,
}

impl Tree {
    /// The number of the leaf that the bins of a row lead to.
    pub(super) fn leaf(&self, bin_of: impl Fn(usize) -> u8) -> usize {
        let mut at = 0;
        loop {
            match self.nodes[at] {
                Node::Split { input, .. } => {
                    let left = bin_of(usize::from(input)) <= self.bins[at];
                    at = if left { at + 1 } else { self.places[at] };
                }
                Node::Leaf => return self.places[at],
            }
        }
    }
}

/// A leaf while its tree grows.
pub(super) struct Leaf {
    /// Of [`Grown::order`].
    pub(super) rows: Range<usize>,
    /// Of the statistics of these rows.
    pub(super) sums: Vec<f64>,
}

/// A tree without values, and whom its leaves hold.
pub(super) struct Grown {
    pub(super) tree: Tree,
    /// In preorder.
    pub(super) leaves: Vec<Leaf>,
    /// Rows, leaf by leaf.
    pub(super) order: Vec<u32>,
}

struct Cut {
    gain: f64,
    input: usize,
    bin: u8,
    left: Vec<f64>,
}

enum Part {
    Split { input: usize, bin: u8, left_share: u8, left: usize, right: usize },
    Leaf(Leaf),
}

/// A leaf that may be cut.
struct Open {
    part: usize,
    depth: usize,
    histogram: Vec<f64>,
    cut: Cut,
}

/// Grows trees on the same rows.
pub(super) struct Grower<'a> {
    pub(super) params: &'a BoostParams,
    /// For each input the bins of the rows.
    pub(super) columns: &'a [Vec<u8>],
    /// For each input its thresholds in 64ths.
    pub(super) edges: Vec<&'a [i16]>,
    /// Histograms that are free to be used again.
    pub(super) spare: Vec<Vec<f64>>,
}

impl Grower<'_> {
    /// The tree that lowers the loss most, cut by cut; `None` when no cut lowers it.
    ///
    /// # Ties: the leaf that was there first, then the lowest input, then the lowest threshold.
    pub(super) fn grow(&mut self, statistics: &Statistics, n_rows: usize) -> Option<Grown> {
        let mut order: Vec<u32> = (0..).take(n_rows).collect();
        let width = statistics.width;
        let mut sums = vec![0.0; width];
        for row in statistics.values.chunks_exact(width) {
            add(&mut sums, row);
        }
        let mut open: Vec<Open> = Vec::new();
        if self.may_be_cut(n_rows, 0) {
            let histogram = self.histogram(statistics, &order);
            self.consider(&mut open, statistics, 0, 0, histogram, &sums);
        }
        let mut parts = vec![Part::Leaf(Leaf { rows: 0..n_rows, sums })];
        let mut right_side = Vec::new();
        let mut n_leaves = 1;
        while n_leaves < self.params.max_leaves {
            // The last of the greatest among reversed ones is the first.
            let best = (0..open.len()).rev().max_by(|&a, &b| {
                let (a, b) = (&open[a], &open[b]);
                a.cut.gain.total_cmp(&b.cut.gain)
            });
            let Some(best) = best else { break };
            let Open { part, depth, mut histogram, cut } = open.remove(best);
            let Part::Leaf(Leaf { rows, sums }) = &parts[part] else { continue };
            let rows = rows.clone();
            let right_sums: Vec<f64> = sums.iter().zip(&cut.left).map(|(a, b)| a - b).collect();
            let left_share = left_share(cut.left[0] / sums[0]);

            let column = &self.columns[cut.input];
            let goes_left = |row: u32| column[row as usize] <= cut.bin;
            let n_left = partition(&mut order[rows.clone()], &mut right_side, goes_left);
            let middle = rows.start + n_left;
            let sides = [rows.start..middle, middle..rows.end];
            n_leaves += 1;
            let (left, right) = (parts.len(), parts.len() + 1);

            let smaller = usize::from(sides[1].len() < sides[0].len());
            let larger = 1 - smaller;
            let side_sums = [&cut.left, &right_sums];
            let more = n_leaves < self.params.max_leaves;
            if more && self.may_be_cut(sides[larger].len(), depth + 1) {
                let of_smaller = self.histogram(statistics, &order[sides[smaller].clone()]);
                for (sum, v) in histogram.iter_mut().zip(&of_smaller) {
                    *sum -= v;
                }
                let mut histograms = [of_smaller, histogram];
                if smaller == 1 {
                    histograms.swap(0, 1);
                }
                for ((side, histogram), child) in sides.iter().zip(histograms).zip(left..) {
                    let sums = side_sums[child - left];
                    if self.may_be_cut(side.len(), depth + 1) {
                        self.consider(&mut open, statistics, child, depth + 1, histogram, sums);
                    } else {
                        self.spare.push(histogram);
                    }
                }
            } else {
                self.spare.push(histogram);
            }
            let [left_rows, right_rows] = sides;
            parts.push(Part::Leaf(Leaf { rows: left_rows, sums: cut.left }));
            parts.push(Part::Leaf(Leaf { rows: right_rows, sums: right_sums }));
            let (input, bin) = (cut.input, cut.bin);
            parts[part] = Part::Split { input, bin, left_share, left, right };
        }
        self.spare.extend(open.into_iter().map(|open| open.histogram));
        (n_leaves > 1).then(|| self.in_preorder(parts, order))
    }

    fn may_be_cut(&self, n_rows: usize, depth: usize) -> bool {
        depth < self.params.max_depth.min(MAX_DEPTH) && n_rows >= 2 * self.params.min_leaf.max(1)
    }

    /// Sums of the statistics of these rows: `(n_bins, width)` of each input, one behind the other.
    fn histogram(&mut self, statistics: &Statistics, rows: &[u32]) -> Vec<f64> {
        let width = statistics.width;
        let n_bins: usize = self.edges.iter().map(|edges| edges.len() + 1).sum();
        let mut histogram = self.spare.pop().unwrap_or_default();
        histogram.clear();
        histogram.resize(n_bins * width, 0.0);
        let mut of_inputs = Vec::with_capacity(self.columns.len());
        let mut rest = &mut histogram[..];
        for (column, edges) in self.columns.iter().zip(&self.edges) {
            let (own, others) = rest.split_at_mut((edges.len() + 1) * width);
            // Without an edge there is nothing to choose.
            if !edges.is_empty() {
                of_inputs.push((own, &column[..]));
            }
            rest = others;
        }
        let fill = |(own, column): (&mut [f64], &[u8])| fill(own, column, rows, statistics);
        if rows.len() * of_inputs.len() * width >= WORTH_THREADS {
            of_inputs.into_par_iter().for_each(fill);
        } else {
            of_inputs.into_iter().for_each(fill);
        }
        histogram
    }

    /// Opens a leaf, if there is a cut that lowers the loss.
    fn consider(
        &mut self,
        open: &mut Vec<Open>,
        statistics: &Statistics,
        part: usize,
        depth: usize,
        histogram: Vec<f64>,
        sums: &[f64],
    ) {
        match self.best_cut(statistics, &histogram, sums) {
            Some(cut) => open.push(Open { part, depth, histogram, cut }),
            None => self.spare.push(histogram),
        }
    }

    fn best_cut(&self, statistics: &Statistics, histogram: &[f64], sums: &[f64]) -> Option<Cut> {
        let width = statistics.width;
        let l2 = self.params.l2;
        let least = self.params.min_leaf.max(1) as f64;
        let whole = statistics.score(sums, l2);
        let mut best: Option<Cut> = None;
        let (mut left, mut right) = (vec![0.0; width], vec![0.0; width]);
        let mut bins = histogram.chunks_exact(width);
        for (input, edges) in self.edges.iter().enumerate() {
            left.fill(0.0);
            let bins = bins.by_ref().take(edges.len() + 1);
            for (bin, of_bin) in (0_u8..).zip(bins) {
                if of_bin[0] == 0.0 {
                    continue;
                }
                add(&mut left, of_bin);
                if left[0] < least || usize::from(bin) == edges.len() {
                    continue;
                }
                for ((right, sum), left) in right.iter_mut().zip(sums).zip(&left) {
                    *right = sum - left;
                }
                if right[0] < least {
                    continue;
                }
                let gain = statistics.score(&left, l2) + statistics.score(&right, l2) - whole;
                if gain > best.as_ref().map_or(MIN_GAIN, |best| best.gain) {
                    best = Some(Cut { gain, input, bin, left: left.clone() });
                }
            }
        }
        best
    }

    fn in_preorder(&self, parts: Vec<Part>, order: Vec<u32>) -> Grown {
        let mut parts: Vec<Option<Part>> = parts.into_iter().map(Some).collect();
        let (mut nodes, mut bins, mut places) = (Vec::new(), Vec::new(), Vec::new());
        let mut leaves = Vec::new();
        // Each with the split whose right side it is.
        let mut ahead = vec![(0, None)];
        while let Some((part, right_of)) = ahead.pop() {
            if let Some(split) = right_of {
                places[split] = nodes.len();
            }
            match parts[part].take() {
                Some(Part::Split { input, bin, left_share, left, right }) => {
                    ahead.push((right, Some(nodes.len())));
                    ahead.push((left, None));
                    let threshold = self.edges[input][usize::from(bin)];
                    let input = u16::try_from(input).expect("an artifact has fewer inputs");
                    nodes.push(Node::Split { input, threshold, left_share });
                    bins.push(bin);
                    places.push(0);
                }
                Some(Part::Leaf(leaf)) => {
                    nodes.push(Node::Leaf);
                    bins.push(0);
                    places.push(leaves.len());
                    leaves.push(leaf);
                }
                None => {}
            }
        }
        Grown { tree: Tree { nodes, bins, places, leaves: Vec::new() }, leaves, order }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 254")]
fn left_share(share: f64) -> u8 {
    let parts = f64::from(SHARE_PARTS);
    math::round_ties_even(share * parts).clamp(1.0, parts - 1.0) as u8
}

/// Moves the rows that go left to the front, both sides in their order, and says how many they are.
fn partition(
    rows: &mut [u32],
    right_side: &mut Vec<u32>,
    goes_left: impl Fn(u32) -> bool,
) -> usize {
    right_side.clear();
    let mut n_left = 0;
    for at in 0..rows.len() {
        let row = rows[at];
        if goes_left(row) {
            rows[n_left] = row;
            n_left += 1;
        } else {
            right_side.push(row);
        }
    }
    rows[n_left..].copy_from_slice(right_side);
    n_left
}

fn add(sums: &mut [f64], values: &[f64]) {
    for (sum, v) in sums.iter_mut().zip(values) {
        *sum += v;
    }
}

fn fill(histogram: &mut [f64], column: &[u8], rows: &[u32], statistics: &Statistics) {
    let values = &statistics.values;
    match statistics.width {
        2 => fill_wide::<2>(histogram, column, rows, values),
        3 => fill_wide::<3>(histogram, column, rows, values),
        5 => fill_wide::<5>(histogram, column, rows, values),
        7 => fill_wide::<7>(histogram, column, rows, values),
        9 => fill_wide::<9>(histogram, column, rows, values),
        11 => fill_wide::<11>(histogram, column, rows, values),
        width => {
            for &row in rows {
                let bin = usize::from(column[row as usize]) * width;
                let first = row as usize * width;
                add(&mut histogram[bin..bin + width], &values[first..first + width]);
            }
        }
    }
}

/// The same, unrolled.
fn fill_wide<const W: usize>(histogram: &mut [f64], column: &[u8], rows: &[u32], values: &[f64]) {
    let (bins, _) = histogram.as_chunks_mut::<W>();
    let (values, _) = values.as_chunks::<W>();
    for &row in rows {
        let bin = &mut bins[usize::from(column[row as usize])];
        for (sum, v) in bin.iter_mut().zip(&values[row as usize]) {
            *sum += v;
        }
    }
}
