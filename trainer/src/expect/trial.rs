//! What is tried by cross-validation: the margins of held-out customers by every kind of model, for all and for each
//! segment.

use rayon::prelude::*;

use super::family::{Bench, Shape};
use super::selection::OwnChoice;
use crate::boost::Boosted;
use crate::prepare::mean;

/// Penalties of linear models, the simplest model first: inputs are standardised, so they count in customers.
const PENALTIES: [f64; 4] = [1000.0, 100.0, 10.0, 1.0];

/// Leaves of a tree, and how many trees are tried at most: small ones for few customers, larger ones for many.
const TREES: [(usize, usize); 2] = [(4, 200), (12, 200)];

/// With how many customers' weight a segment's own model is held to the one for all, the strongest first.
const POOLING: [f64; 5] = [3000.0, 1000.0, 300.0, 100.0, 30.0];

/// A fold inside the training customers.
struct Inner {
    training: Vec<u32>,
    held_out: Vec<u32>,
}

/// Held-out margins of one candidate, fold after fold, with the loss of each customer.
#[derive(Clone)]
pub(super) struct Tried {
    margins: Vec<Vec<f64>>,
    pub(super) losses: Vec<f64>,
}

/// The sample's rows, each held out once, and what is tried on them.
pub(super) struct Trial<'a, 'b> {
    bench: &'a Bench<'b>,
    folds: Vec<Inner>,
    /// In each fold the training customers of each segment.
    sizes: Vec<Vec<usize>>,
    may_have_own: bool,
}

/// The model for all with its shape, and the margins of segments' own models with theirs; none where it does not apply.
pub(super) type Candidates = Option<(Tried, Shape, Vec<(Shape, Vec<Vec<f64>>)>)>;

impl<'a, 'b> Trial<'a, 'b> {
    pub(super) fn new(bench: &'a Bench<'b>, may_have_own: bool) -> Self {
        let sample = bench.sample;
        let mut names = sample.folds.clone();
        names.sort_unstable();
        names.dedup();
        let inner = |fold: u8| Inner {
            training: sample.rows(|row| sample.folds[row] != fold),
            held_out: sample.rows(|row| sample.folds[row] == fold),
        };
        let folds: Vec<Inner> =
            names.into_iter().map(inner).filter(|inner| !inner.training.is_empty()).collect();
        let count = |inner: &Inner| {
            sample.by_segment(&inner.training).iter().map(Vec::len).collect::<Vec<_>>()
        };
        let sizes = folds.iter().map(count).collect();
        Self { bench, folds, sizes, may_have_own }
    }

    fn tries_own(&self) -> bool {
        self.may_have_own && self.bench.sample.n_segments > 1
    }

    /// Margins of each fold's held-out customers, from a model of its training customers.
    fn each(&self, fit: impl Fn(&Inner) -> Vec<f64> + Sync + Send) -> Vec<Vec<f64>> {
        self.folds.par_iter().map(fit).collect()
    }

    /// Margins of each fold's held-out customers, each from a model of their segment.
    fn each_own(&self, fit: impl Fn(&[u32], &[u32]) -> Vec<f64> + Sync + Send) -> Vec<Vec<f64>> {
        self.each(|inner| {
            let training = self.bench.sample.by_segment(&inner.training);
            let held_out = self.bench.sample.by_segment(&inner.held_out);
            let pairs = training.iter().zip(&held_out);
            let by_segment = pairs.map(|(training, held_out)| fit(training, held_out)).collect();
            self.by_row(&inner.held_out, by_segment)
        })
    }

    fn tried(&self, margins: Vec<Vec<f64>>) -> Tried {
        let (objective, y) = (self.bench.objective, &self.bench.sample.y);
        let pairs = self.folds.iter().zip(&margins).flat_map(|(inner, margins)| {
            inner.held_out.iter().zip(margins.chunks_exact(objective.n_outputs()))
        });
        let losses =
            pairs.map(|(&row, margins)| objective.loss(y[row as usize], margins)).collect();
        Tried { margins, losses }
    }

    /// The best of several.
    ///
    /// # Ties: the first.
    fn best<T>(tried: impl IntoIterator<Item = (Tried, T)>) -> Option<(Tried, T)> {
        let by_loss =
            |a: &(Tried, T), b: &(Tried, T)| mean(&a.0.losses).total_cmp(&mean(&b.0.losses));
        tried.into_iter().min_by(by_loss)
    }

    #[expect(clippy::unnecessary_wraps, reason = "like the other kinds, which may not apply")]
    pub(super) fn constants(&self) -> Candidates {
        let repeat = |margin: Vec<f64>, n: usize| margin.repeat(n);
        let bench = self.bench;
        let all = self.each(|inner| repeat(bench.constant(&inner.training), inner.held_out.len()));
        let own =
            self.each_own(|training, held_out| repeat(bench.constant(training), held_out.len()));
        Some((self.tried(all), Shape::CONSTANT, vec![(Shape::CONSTANT, own)]))
    }

    pub(super) fn linear(&self) -> Candidates {
        let bench = self.bench;
        if bench.sample.x.ncols() == 0 {
            return None;
        }
        // Margins by each penalty; each fit starts from the one before.
        let path = |training: &[u32], held_out: &[u32]| -> Vec<Vec<f64>> {
            let mut start = None;
            let mut found = Vec::new();
            for penalty in &PENALTIES {
                if training.is_empty() {
                    found.push(bench.constant(training).repeat(held_out.len()));
                    continue;
                }
                let fit = bench.linear(training, *penalty, start.as_ref());
                found.push(bench.margins(&fit.margin(), held_out));
                start = Some(fit);
            }
            found
        };
        let turned = |by_fold: Vec<Vec<Vec<f64>>>| -> Vec<Vec<Vec<f64>>> {
            let of = |at: usize| by_fold.iter().map(|by_penalty| by_penalty[at].clone()).collect();
            (0..PENALTIES.len()).map(of).collect()
        };
        let all: Vec<Vec<Vec<f64>>> =
            self.folds.par_iter().map(|inner| path(&inner.training, &inner.held_out)).collect();
        let tried = turned(all).into_iter().map(|margins| self.tried(margins)).zip(PENALTIES);
        let (all, penalty) = Self::best(tried)?;
        let mut own = Vec::new();
        if self.tries_own() {
            let by_fold = self.folds.par_iter().map(|inner| {
                let training = bench.sample.by_segment(&inner.training);
                let held_out = bench.sample.by_segment(&inner.held_out);
                let pairs = training.iter().zip(&held_out);
                let paths: Vec<_> =
                    pairs.map(|(training, held_out)| path(training, held_out)).collect();
                let at = |at: usize| paths.iter().map(|path| path[at].clone()).collect();
                (0..PENALTIES.len()).map(|i| self.by_row(&inner.held_out, at(i))).collect()
            });
            let shapes = PENALTIES.iter().map(|&penalty| Shape::linear(penalty));
            own.extend(shapes.zip(turned(by_fold.collect())));
        }
        Some((all, Shape::linear(penalty), own))
    }

    pub(super) fn trees(&self, max_trees: usize, max_own_trees: usize) -> Candidates {
        if self.bench.sample.x.ncols() == 0 {
            return None;
        }
        let of_size = |&(leaves, most): &(usize, usize)| {
            let max_trees = max_trees.min(most);
            let pairs = self.folds.iter().map(|inner| (&inner.training[..], &inner.held_out[..]));
            let (n_trees, margins) = self.grown(&pairs.collect::<Vec<_>>(), leaves, max_trees);
            (n_trees > 0).then(|| (self.tried(margins), Shape::trees(leaves, n_trees)))
        };
        let (all, shape) = Self::best(TREES.iter().filter_map(of_size))?;
        let mut own = Vec::new();
        if self.tries_own() {
            let sample = self.bench.sample;
            let parts: Vec<(Vec<u32>, Vec<u32>)> = self
                .folds
                .iter()
                .flat_map(|inner| {
                    let training = sample.by_segment(&inner.training);
                    training.into_iter().zip(sample.by_segment(&inner.held_out))
                })
                .collect();
            let pairs: Vec<_> = parts.iter().map(|(t, h)| (&t[..], &h[..])).collect();
            let (leaves, _) = TREES[0];
            let (n_trees, margins) = self.grown(&pairs, leaves, max_own_trees);
            let mut margins = margins.into_iter();
            let by_fold = self.folds.iter().map(|inner| {
                let by_segment = margins.by_ref().take(sample.n_segments).collect();
                self.by_row(&inner.held_out, by_segment)
            });
            let by_fold = by_fold.collect();
            own.extend((n_trees > 0).then(|| (Shape::trees(leaves, n_trees), by_fold)));
        }
        Some((all, shape, own))
    }

    /// The number of trees, one for all pairs of training and held-out rows, with the smallest loss of the latter;
    /// and their margins by so many.
    ///
    /// # Ties: the smaller number.
    fn grown(
        &self,
        pairs: &[(&[u32], &[u32])],
        leaves: usize,
        max_trees: usize,
    ) -> (usize, Vec<Vec<f64>>) {
        let bench = self.bench;
        let grow = |(training, held_out): &(&[u32], &[u32])| {
            let trees = (!training.is_empty()).then(|| bench.trees(training, leaves, max_trees));
            let losses = trees.as_ref().map(|trees| bench.losses(trees, held_out));
            (trees, losses.unwrap_or_default())
        };
        let grown: Vec<_> = pairs.par_iter().map(grow).collect();
        let mut sums = vec![0.0; max_trees + 1];
        for ((_, losses), (_, held_out)) in grown.iter().zip(pairs) {
            for (number, sum) in sums.iter_mut().enumerate() {
                // Trees that were not grown would change nothing.
                let loss = losses.get(number).or(losses.last()).copied().unwrap_or_default();
                *sum += loss * held_out.len() as f64;
            }
        }
        let smallest = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1);
        let n_trees = sums.into_iter().enumerate().min_by(smallest).map_or(0, |(n, _)| n);
        let margins = grown.iter().zip(pairs).map(|((trees, _), (training, held_out))| {
            let of_trees =
                |trees: &Boosted| bench.tree_margins(trees, held_out, n_trees.min(trees.n_trees()));
            let constant = || bench.constant(training).repeat(held_out.len());
            trees.as_ref().map_or_else(constant, of_trees)
        });
        (n_trees, margins.collect())
    }

    /// Margins that stand by segment, by row.
    fn by_row(&self, rows: &[u32], by_segment: Vec<Vec<f64>>) -> Vec<f64> {
        let n_outputs = self.bench.objective.n_outputs();
        let mut by_segment: Vec<_> = by_segment.into_iter().map(Vec::into_iter).collect();
        let mut margins = Vec::with_capacity(rows.len() * n_outputs);
        for &row in rows {
            let segment = usize::from(self.bench.sample.segments[row as usize]);
            margins.extend(by_segment[segment].by_ref().take(n_outputs));
        }
        margins
    }

    /// The own models and the pooling that, with the model for all, have the smallest loss.
    pub(super) fn best_pooling(
        &self,
        all: &Tried,
        own: &[(Shape, Vec<Vec<f64>>)],
    ) -> Option<(Tried, OwnChoice)> {
        if !self.tries_own() {
            return None;
        }
        let candidates = own.iter().flat_map(|(shape, margins)| {
            POOLING.iter().map(move |&pooling| {
                let choice = OwnChoice { shape: *shape, pooling };
                (self.tried(self.pooled(all, margins, pooling)), choice)
            })
        });
        Self::best(candidates)
    }

    fn pooled(&self, all: &Tried, own: &[Vec<f64>], pooling: f64) -> Vec<Vec<f64>> {
        let n_outputs = self.bench.objective.n_outputs();
        let folds = self.folds.iter().zip(&self.sizes).zip(all.margins.iter().zip(own));
        folds
            .map(|((inner, sizes), (all, own))| {
                let weight_of = |row: u32| {
                    let segment = usize::from(self.bench.sample.segments[row as usize]);
                    self.bench.weight(sizes[segment], pooling)
                };
                let rows = inner
                    .held_out
                    .iter()
                    .flat_map(|&row| std::iter::repeat_n(weight_of(row), n_outputs));
                let triples = rows.zip(all.iter().zip(own));
                triples.map(|(w, (all, own))| (1.0 - w) * all + w * own).collect()
            })
            .collect()
    }

    /// Margins by the sample's rows.
    pub(super) fn in_order(&self, tried: &Tried) -> Vec<f64> {
        let n_outputs = self.bench.objective.n_outputs();
        if self.folds.is_empty() {
            return Vec::new();
        }
        let mut found = vec![0.0; self.bench.sample.y.len() * n_outputs];
        for (inner, margins) in self.folds.iter().zip(&tried.margins) {
            for (&row, margins) in inner.held_out.iter().zip(margins.chunks_exact(n_outputs)) {
                let first = row as usize * n_outputs;
                found[first..first + n_outputs].copy_from_slice(margins);
            }
        }
        found
    }
}
