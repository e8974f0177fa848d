//! A Gaussian mixture with diagonal covariances, by EM (Dempster, Laird and Rubin 1977, "Maximum Likelihood from
//! Incomplete Data via the EM Algorithm").
//!
//! Own code, because linfa-clustering 0.8 knows full covariances only: of 17 features a component then has 170
//! parameters, and the rule would send them all to the edge.
//!
//! A variance is kept at or above a floor (`FLOOR`) times the feature's own over all customers (a constraint as Hathaway
//! 1985's, without which the likelihood is unbounded). The constrained maximum of the M step is the variance
//! raised to the floor, so EM still never lowers the likelihood. The floor is part of the variances that the
//! model stores.
//!
//! Rows are summed in chunks, in their order, and the chunks in theirs: the bits do not depend on threads.

mod em;

use ndarray::ArrayView2;
use rayon::prelude::*;
use shared::mixture::Mixture;
use shared::{Assigner, math};

use super::{assign, canonical_order, label, search_rows};
use crate::clustering::Clustering;
use crate::kmeans::KMeansFit;
use crate::random::{Purpose, Stream};
use em::Em;

pub(super) use em::step;

/// Starts that are tried besides the segments of k-means.
const STARTS: usize = 3;

/// Iterations of each start, before the best alone goes on (Biernacki, Celeux and Govaert 2003, "em-EM").
const SHORT: usize = 10;

/// Iterations of the best start at most.
const LONG: usize = 300;

/// A mixture, and what it says of the customers that it was fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct MixtureFit {
    /// The rule; components by size, largest first, then by mean.
    pub mixture: Mixture,
    /// Each row's segment by the rule, `(n_rows,)`.
    pub labels: Vec<u16>,
    /// The rows of each segment by the rule, `(n_segments,)`.
    pub sizes: Vec<usize>,
    /// The natural logarithm of the likelihood of all rows.
    pub log_likelihood: f64,
    /// `-2 log_likelihood + p ln n` (Schwarz 1978), of `p = k - 1 + 2 k d` parameters; smaller is better.
    pub bic: f64,
    /// Iterations of EM after the start was chosen.
    pub n_iter: usize,
}

impl From<MixtureFit> for Clustering {
    fn from(fit: MixtureFit) -> Self {
        Self { assigner: Assigner::Mixture(fit.mixture), labels: fit.labels, sizes: fit.sizes }
    }
}

/// What was tried, and the mixture of the number of components with the smallest BIC.
#[derive(Debug, Clone, PartialEq)]
pub struct MixtureChoice {
    /// The mixture of all customers.
    pub fit: MixtureFit,
    /// For each number of components asked for, 1, 2, ...: the number that was left and the BIC, over the rows
    /// that were searched.
    pub tried: Vec<(usize, f64)>,
}

/// A mixture of about as many components as `start` has labels.
///
/// Starts are the segments given, and a few that nearest rows drawn by the seed give. A component to which the
/// rule gives fewer than `min_segment` rows (or none) is dissolved, and EM goes on with one fewer: so there can
/// be fewer components than asked for. Of more than 10,000 rows a sample chooses the start.
///
/// # Shapes: `x` is `(n_rows, n_features)`, in standard layout, on the grid, in canonical order; at least one row
/// and feature. `start` is `(n_rows,)`.
pub fn fit(x: ArrayView2<'_, f64>, start: &[u16], min_segment: usize, seed: u64) -> MixtureFit {
    let all = Em::new(x);
    let Some(rows) = search_rows(x.nrows(), seed) else {
        return finish(&all, search(&all, start, seed), min_segment);
    };
    let (sample, labels) = subset(x, start, &rows);
    finish(&all, search(&Em::new(sample.view()), &labels, seed), min_segment)
}

/// The mixture with the smallest BIC, of as many components as the fits have segments or fewer.
///
/// Each number starts from the segments of k-means with as many, as [`fit`] does; of more than 10,000 rows a
/// sample decides on the number.
///
/// # Shapes: `x` as for [`fit`]; `starts` are fits of the same rows for k = 1, 2, ...; at least one.
/// # Ties: the fewest components win.
pub fn choose(
    x: ArrayView2<'_, f64>,
    starts: &[KMeansFit],
    min_segment: usize,
    seed: u64,
) -> MixtureChoice {
    let rows = search_rows(x.nrows(), seed);
    let rows = rows.unwrap_or_else(|| (0..x.nrows()).collect());
    let is_sample = rows.len() < x.nrows();
    // The same share of the sample.
    let smallest = (min_segment * rows.len()).div_ceil(x.nrows());
    let (sample, _) = subset(x, &starts[0].labels, &rows);
    let em = Em::new(sample.view());
    let fits: Vec<MixtureFit> = starts
        .par_iter()
        .map(|start| {
            let labels: Vec<u16> = rows.iter().map(|&row| start.labels[row]).collect();
            finish(&em, search(&em, &labels, seed), smallest)
        })
        .collect();
    let tried: Vec<(usize, f64)> = fits.iter().map(|fit| (fit.sizes.len(), fit.bic)).collect();
    let best = fits.into_iter().reduce(|best, fit| if fit.bic < best.bic { fit } else { best });
    let best = best.expect("there is a start");
    let fit = if is_sample { finish(&Em::new(x), best.mixture, min_segment) } else { best };
    MixtureChoice { fit, tried }
}

/// Some rows, and their labels.
fn subset(
    x: ArrayView2<'_, f64>,
    labels: &[u16],
    rows: &[usize],
) -> (ndarray::Array2<f64>, Vec<u16>) {
    (x.select(ndarray::Axis(0), rows), rows.iter().map(|&row| labels[row]).collect())
}

/// The best of a few short runs.
///
/// # Ties: the segments given win, then the start drawn first.
fn search(em: &Em<'_>, labels: &[u16], seed: u64) -> Mixture {
    let n_segments = labels.iter().max().map_or(1, |&label| usize::from(label) + 1);
    let given = std::iter::once(em.of_labels(labels, n_segments));
    let n_drawn = if n_segments == 1 { 0 } else { STARTS };
    let drawn = (0..n_drawn).map(|start| {
        let mut stream = Stream::new(seed, Purpose::Mixture, n_segments * STARTS + start);
        let seeds = stream.choose(em.n_rows(), n_segments);
        em.of_labels(&em.nearest(&seeds), n_segments)
    });
    let runs = given.chain(drawn).map(|start| em.run(start, SHORT));
    let best = runs.reduce(|best, run| if run.1 > best.1 { run } else { best });
    best.expect("one start is given").0
}

/// EM to its end, without components that are too small.
fn finish(em: &Em<'_>, start: Mixture, min_segment: usize) -> MixtureFit {
    let (mut start, mut n_iter) = (start, 0);
    loop {
        let (mixture, _, iterations) = em.run(start, LONG);
        n_iter += iterations;
        let mixture = in_canonical_order(em, &mixture);
        let (labels, sizes) = by_rule(em, &mixture);
        // Of equally small ones the last goes.
        let small = (0..sizes.len()).rev().min_by_key(|&segment| sizes[segment]);
        let small = small.filter(|&s| sizes.len() > 1 && sizes[s] < min_segment.max(1));
        if let Some(small) = small {
            start = without(em, &mixture, small);
            continue;
        }
        let log_likelihood = em.log_likelihood(&mixture);
        let n_parameters = sizes.len() - 1 + 2 * sizes.len() * em.n_features();
        let penalty = n_parameters as f64 * math::ln(em.n_rows() as f64);
        let bic = penalty - 2.0 * log_likelihood;
        return MixtureFit { mixture, labels, sizes, log_likelihood, bic, n_iter };
    }
}

/// The labels and sizes that a prediction would give.
fn by_rule(em: &Em<'_>, mixture: &Mixture) -> (Vec<u16>, Vec<usize>) {
    assign(em.n_rows(), mixture.weights().len(), |row, out| mixture.scores(em.row(row), out))
}

/// The customers of one component are given to the others.
fn without(em: &Em<'_>, mixture: &Mixture, dissolved: usize) -> Mixture {
    let n_segments = mixture.weights().len();
    let (labels, _) = assign(em.n_rows(), n_segments, |row, out| {
        mixture.scores(em.row(row), out);
        out[dissolved] = f64::INFINITY;
    });
    let closed_up = labels.iter().map(|&own| if own > label(dissolved) { own - 1 } else { own });
    em.of_labels(&closed_up.collect::<Vec<_>>(), n_segments - 1)
}

fn in_canonical_order(em: &Em<'_>, mixture: &Mixture) -> Mixture {
    let (_, sizes) = by_rule(em, mixture);
    let order = canonical_order(&sizes, |segment| mixture.means().row(segment).collect());
    let rows = |of: &shared::centroids::Centroids| -> Vec<f64> {
        order.iter().flat_map(|&segment| of.row(segment)).collect()
    };
    let weights: Vec<f64> = order.iter().map(|&segment| mixture.weights()[segment]).collect();
    let (means, variances) = (rows(mixture.means()), rows(mixture.variances()));
    Mixture::new(&weights, &means, &variances, em.n_features()).expect("the same components")
}

#[cfg(test)]
mod tests;
