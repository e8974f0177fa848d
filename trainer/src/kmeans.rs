//! Plain k-means: Lloyd's algorithm (Lloyd 1982) from several greedy k-means++ seedings (Arthur and
//! Vassilvitskii 2007), each polished by Hartigan's transfers of single rows, the best run kept whole.
//!
//! The transfers are there because Lloyd's fixed points are many and nearly equal: without them the best
//! of 16 restarts on 9,000 customers stays some 1e-6 above what 50 restarts reach.
//!
//! ```text
//! KMeansParams --check--> KMeans --fit--> KMeansFit        sweep: one KMeansFit for each k
//! ```
//!
//! Rows lie on the grid, so a segment's sum is exact and a centroid is rounded once, whatever the order
//! of the additions; runs share nothing, so their bits do not depend on the number of threads.

mod error;
mod lloyd;
mod rows;
mod seeding;

use ndarray::ArrayView2;
use rayon::prelude::*;
use shared::centroids::{Centroids, smallest};
use shared::grid;

pub use error::KMeansError;
use lloyd::Lloyd;
use rows::Rows;

/// Sums of grid values are exact in `f64` up to this many rows.
const MAX_ROWS: usize = 1 << 29;

/// Changes of the segments' order after which a run is taken as it stands; see [`run`].
const MAX_ORDERINGS: usize = 8;

/// On the credit-card data, k = 7..10, twelve seeds: the best of 32 restarts is always within 4e-4 of the
/// best known, the best of 16 is 1 % off in one of six.
const RESTARTS: usize = 32;

/// Up to so many segments each k has that many restarts in a sweep; beyond, where each costs more and the centres of
/// k - 1 are a good start, it has [`FEWER_RESTARTS`].
const MANY_SEGMENTS: usize = 10;

/// Restarts of each k beyond [`MANY_SEGMENTS`].
const FEWER_RESTARTS: usize = 8;

/// What k-means is asked to do, not yet checked.
#[derive(Debug, Clone)]
pub struct KMeansParams {
    n_segments: usize,
    restarts: usize,
    max_iter: usize,
    seed: u64,
    polished: bool,
}

impl KMeansParams {
    /// `n_segments` segments, 32 restarts, at most 300 iterations each, seed 0.
    pub fn new(n_segments: usize) -> Self {
        Self { n_segments, restarts: RESTARTS, max_iter: 300, seed: 0, polished: true }
    }

    /// How many k-means++ seedings are tried.
    #[must_use]
    pub fn restarts(mut self, restarts: usize) -> Self {
        self.restarts = restarts;
        self
    }

    /// After how many updates of the centroids a run stops unconverged.
    #[must_use]
    pub fn max_iter(mut self, max_iter: usize) -> Self {
        self.max_iter = max_iter;
        self
    }

    /// The seed; every (seed, `n_segments`, restart) has a stream of its own.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Every run ends where Lloyd's algorithm does, without the transfers of single rows: for the many small
    /// data sets of a resampling, which are compared with each other and not with the best that is known.
    #[must_use]
    pub fn unpolished(mut self) -> Self {
        self.polished = false;
        self
    }

    /// # Errors
    /// When a count is zero, or `n_segments` does not fit a `u16` label.
    pub fn check(self) -> Result<KMeans, KMeansError> {
        if self.n_segments == 0 || self.n_segments > usize::from(u16::MAX) {
            return Err(KMeansError::Segments { asked: self.n_segments });
        }
        if self.restarts == 0 {
            return Err(KMeansError::NoRestarts);
        }
        if self.max_iter == 0 {
            return Err(KMeansError::NoIterations);
        }
        Ok(KMeans(self))
    }
}

/// Checked parameters, ready to fit.
#[derive(Debug, Clone)]
pub struct KMeans(KMeansParams);

/// Everything one run found; all of it belongs together.
#[derive(Debug, Clone, PartialEq)]
pub struct KMeansFit {
    /// The centres, largest segment first; equal sizes in lexicographic order of the centres. (Rows
    /// equally far from two centres can, rarely, make sizes that no order sorts: then nearly so.)
    pub centroids: Centroids,
    /// The nearest centre of each row, `(n_rows,)`; ties went to the lowest id.
    pub labels: Vec<u16>,
    /// The rows of each segment, `(n_segments,)`; never zero.
    pub sizes: Vec<usize>,
    /// The within-cluster sum of squares: each row's squared distance to its centre, summed in row order.
    pub inertia: f64,
    /// Updates of the centroids that the run took.
    pub n_iter: usize,
}

impl KMeans {
    /// The best of the restarts by inertia.
    ///
    /// # Shapes: `x` is `(n_rows, n_features)`, in standard layout, on the grid, in canonical row order.
    /// # Ties: the lowest restart wins.
    /// # Errors
    /// When the array is not as above, or has fewer distinct rows than there are segments.
    pub fn fit(&self, x: ArrayView2<'_, f64>) -> Result<KMeansFit, KMeansError> {
        self.fit_rows(Rows::new(x)?, None)
    }

    /// As [`fit`](Self::fit), with one more run, counted last, that starts from given centres.
    ///
    /// # Shapes: `start` is `(n_segments, n_features)`, within the grid's limit (not necessarily on it).
    /// # Errors
    /// As [`fit`](Self::fit), and when `start` is not as above.
    pub fn fit_with_start(
        &self,
        x: ArrayView2<'_, f64>,
        start: &Centroids,
    ) -> Result<KMeansFit, KMeansError> {
        self.fit_rows(Rows::new(x)?, Some(start))
    }

    fn fit_rows(
        &self,
        rows: Rows<'_>,
        start: Option<&Centroids>,
    ) -> Result<KMeansFit, KMeansError> {
        let KMeansParams { n_segments, restarts, max_iter, seed, polished } = self.0;
        let distinct = rows.distinct(n_segments);
        if distinct < n_segments {
            return Err(KMeansError::TooFewDistinctRows { distinct, n_segments });
        }
        if let Some(start) = start {
            let fits = start.n_segments() == n_segments && start.n_features() == rows.n_features();
            if !fits || start.to_rows().iter().any(|v| v.abs() > grid::LIMIT) {
                return Err(KMeansError::WarmStart);
            }
        }
        let runs = (0..restarts + usize::from(start.is_some())).into_par_iter().map(|restart| {
            let centroids = match start {
                Some(start) if restart == restarts => start.clone(),
                _ => seeding::greedy_plus_plus(rows, n_segments, seed, restart),
            };
            if polished {
                run(rows, centroids, max_iter)
            } else {
                let mut lloyd = Lloyd::start(rows, centroids);
                lloyd.iterate(max_iter);
                finished(lloyd)
            }
        });
        // Collected before comparing: the winner then depends on the order of restarts only.
        let runs: Vec<Option<KMeansFit>> = runs.collect();
        let best = runs
            .into_iter()
            .flatten()
            .reduce(|best, fit| if fit.inertia < best.inertia { fit } else { best });
        // Only the best of many rough runs is put in order.
        let best =
            if polished { best } else { best.and_then(|best| ordered(rows, best, max_iter)) };
        best.ok_or(KMeansError::EmptySegment)
    }
}

/// The best fit for each k from 1 to `max_segments`, or to the number of distinct rows if that is less.
///
/// Each k up to 10 tries 32 restarts, each beyond 8, and the best centres of k - 1 with the row farthest from its own
/// added: so inertia never rises with k. `on_done` hears each k when it is finished, in order.
///
/// # Shapes: `x` as for [`KMeans::fit`]; fit `i` has `i + 1` segments.
/// # Errors
/// As [`KMeansParams::check`] for `max_segments` and as [`KMeans::fit`], but never for too few distinct
/// rows.
pub fn sweep(
    x: ArrayView2<'_, f64>,
    max_segments: usize,
    seed: u64,
    on_done: impl Fn(usize) + Sync,
) -> Result<Vec<KMeansFit>, KMeansError> {
    sweep_as(x, &KMeansParams::new(max_segments).seed(seed), on_done)
}

/// As [`sweep`], by so many [unpolished](KMeansParams::unpolished) restarts for each k besides the one that
/// starts from k - 1.
///
/// # Errors
/// As [`sweep`], and when there are no restarts.
pub fn quick_sweep(
    x: ArrayView2<'_, f64>,
    max_segments: usize,
    restarts: usize,
    seed: u64,
) -> Result<Vec<KMeansFit>, KMeansError> {
    let params = KMeansParams::new(max_segments).restarts(restarts).seed(seed).unpolished();
    sweep_as(x, &params, |_| ())
}

fn sweep_as(
    x: ArrayView2<'_, f64>,
    params: &KMeansParams,
    on_done: impl Fn(usize) + Sync,
) -> Result<Vec<KMeansFit>, KMeansError> {
    params.clone().check()?;
    let rows = Rows::new(x)?;
    let mut fits: Vec<KMeansFit> = Vec::new();
    for n_segments in 1..=rows.distinct(params.n_segments) {
        let start = fits.last().and_then(|previous| with_farthest_row(rows, previous));
        let most = if n_segments <= MANY_SEGMENTS { RESTARTS } else { FEWER_RESTARTS };
        let restarts = params.restarts.min(most);
        let params = KMeansParams { n_segments, restarts, ..params.clone() }.check()?;
        fits.push(params.fit_rows(rows, start.as_ref())?);
        on_done(n_segments);
    }
    Ok(fits)
}

/// The centres of `fit` and, as one more, the row farthest from its centre (ties: the lowest row).
fn with_farthest_row(rows: Rows<'_>, fit: &KMeansFit) -> Option<Centroids> {
    let mut centres = fit.centroids.to_rows();
    let (farthest, _) = rows.farthest(&fit.centroids, &fit.labels, |_| true)?;
    centres.extend_from_slice(rows.row(farthest));
    Centroids::from_rows(&centres, rows.n_features())
}

/// One run from `start` to its end, with its segments in canonical order.
///
/// Renumbering moves the rows that are equally far from two centres, and with them the centres: so Lloyd
/// goes on from the renumbered centres until the order holds.
fn run(rows: Rows<'_>, start: Centroids, max_iter: usize) -> Option<KMeansFit> {
    let mut lloyd = Lloyd::start(rows, start);
    lloyd.iterate(max_iter);
    lloyd.polish(max_iter);
    put_in_order(&mut lloyd, max_iter);
    finished(lloyd)
}

/// As [`run`] from where another run ended.
fn ordered(rows: Rows<'_>, fit: KMeansFit, max_iter: usize) -> Option<KMeansFit> {
    let mut lloyd = Lloyd::start(rows, fit.centroids);
    lloyd.n_iter = fit.n_iter;
    put_in_order(&mut lloyd, max_iter);
    finished(lloyd)
}

fn put_in_order(lloyd: &mut Lloyd<'_>, max_iter: usize) {
    for _ in 0..MAX_ORDERINGS {
        let Some(ordered) = in_canonical_order(lloyd) else { break };
        lloyd.restart(ordered);
        lloyd.iterate(max_iter);
    }
}

/// What a run found; `None` when a segment is empty.
fn finished(lloyd: Lloyd<'_>) -> Option<KMeansFit> {
    let Lloyd { rows, centroids, n_iter, .. } = lloyd;
    let (labels, sizes, inertia) = assign(rows, &centroids);
    (!sizes.contains(&0)).then_some(KMeansFit { centroids, labels, sizes, inertia, n_iter })
}

/// The centres sorted by size, largest first, then lexicographically; `None` when they are already so.
fn in_canonical_order(lloyd: &Lloyd<'_>) -> Option<Centroids> {
    let centroids = &lloyd.centroids;
    let mut order: Vec<usize> = (0..centroids.n_segments()).collect();
    order.sort_by(|&a, &b| {
        let lexicographic = || {
            let pairs = centroids.row(a).zip(centroids.row(b));
            pairs.map(|(p, q)| p.total_cmp(&q)).find(|o| o.is_ne())
        };
        let by_size = lloyd.sizes[b].cmp(&lloyd.sizes[a]);
        by_size.then_with(|| lexicographic().unwrap_or(core::cmp::Ordering::Equal))
    });
    if order.is_sorted() {
        return None;
    }
    let sorted: Vec<f64> = order.iter().flat_map(|&s| centroids.row(s)).collect();
    Centroids::from_rows(&sorted, centroids.n_features())
}

/// Labels, sizes and inertia of `centroids`, by the arithmetic of a prediction and nothing else.
fn assign(rows: Rows<'_>, centroids: &Centroids) -> (Vec<u16>, Vec<usize>, f64) {
    let mut distances = vec![0.0; centroids.n_segments()];
    let mut sizes = vec![0; centroids.n_segments()];
    let mut labels = Vec::with_capacity(rows.len());
    let mut inertia = 0.0;
    for row in rows.iter() {
        centroids.squared_distances(row, &mut distances);
        let (segment, distance) = smallest(&distances);
        sizes[segment] += 1;
        labels.push(rows::label(segment));
        inertia += distance;
    }
    (labels, sizes, inertia)
}

#[cfg(test)]
mod tests;
