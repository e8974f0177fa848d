//! The two steps of EM.

use ndarray::ArrayView2;
use rayon::prelude::*;
use shared::centroids::{Centroids, smallest};
use shared::math;
use shared::mixture::Mixture;

/// The smallest variance of a component, as a share of the feature's own; of a constant feature, the variance.
pub(super) const FLOOR: f64 = 1e-3;

/// EM ends when a row's mean log-likelihood gains no more.
const TOLERANCE: f64 = 1e-7;

/// Rows that are summed on their own.
const CHUNK: usize = 1024;

/// A component that is so many times less probable than the best (as a difference of scores) has no part in
/// the row: it would have less than 2^-57.
const NEGLIGIBLE: f64 = 80.0;

/// Components that hold less than half a row are left out: nothing could be said of their variance.
const LEAST_MASS: f64 = 0.5;

/// The rows, and the floors of their features' variances.
#[derive(Debug)]
pub(super) struct Em<'a> {
    values: &'a [f64],
    n_features: usize,
    floors: Vec<f64>,
}

/// What the E step finds, summed over rows.
struct Moments {
    log_likelihood: f64,
    /// `(n_segments,)`
    masses: Vec<f64>,
    /// `(n_segments, n_features)`
    sums: Vec<f64>,
    /// `(n_segments, n_features)`
    squares: Vec<f64>,
}

impl Moments {
    fn zero(n_segments: usize, n_features: usize) -> Self {
        let zeros = || vec![0.0; n_segments * n_features];
        let masses = vec![0.0; n_segments];
        Self { log_likelihood: 0.0, masses, sums: zeros(), squares: zeros() }
    }

    /// Adds a row's part in a component.
    fn add(&mut self, segment: usize, part: f64, row: &[f64]) {
        self.masses[segment] += part;
        let first = segment * row.len();
        let sums = self.sums[first..].iter_mut().zip(&mut self.squares[first..]);
        for ((sum, square), value) in sums.zip(row) {
            let weighted = part * value;
            *sum += weighted;
            *square += weighted * value;
        }
    }

    fn plus(mut self, other: &Self) -> Self {
        self.log_likelihood += other.log_likelihood;
        let mine = self.masses.iter_mut().chain(&mut self.sums).chain(&mut self.squares);
        let theirs = other.masses.iter().chain(&other.sums).chain(&other.squares);
        for (mine, theirs) in mine.zip(theirs) {
            *mine += theirs;
        }
        self
    }
}

impl<'a> Em<'a> {
    /// # Shapes: `x` is `(n_rows, n_features)`, in standard layout, on the grid; at least one row and feature.
    pub(super) fn new(x: ArrayView2<'a, f64>) -> Self {
        let (n_features, values) = (x.ncols(), x.to_slice().expect("standard layout"));
        assert!(!values.is_empty(), "a mixture needs rows and features");
        let mut all = Moments::zero(1, n_features);
        values.chunks_exact(n_features).for_each(|row| all.add(0, 1.0, row));
        let floor = |(sum, square): (&f64, &f64)| {
            let mean = sum / x.nrows() as f64;
            let variance = square / x.nrows() as f64 - mean * mean;
            FLOOR * if variance > 0.0 { variance } else { 1.0 }
        };
        let floors = all.sums.iter().zip(&all.squares).map(floor).collect();
        Self { values, n_features, floors }
    }

    pub(super) fn n_rows(&self) -> usize {
        self.values.len() / self.n_features
    }

    pub(super) fn n_features(&self) -> usize {
        self.n_features
    }

    pub(super) fn row(&self, row: usize) -> &'a [f64] {
        &self.values[row * self.n_features..][..self.n_features]
    }

    /// The components whose moments are those of segments.
    pub(super) fn of_labels(&self, labels: &[u16], n_segments: usize) -> Mixture {
        let mut moments = Moments::zero(n_segments, self.n_features);
        for (row, &label) in self.values.chunks_exact(self.n_features).zip(labels) {
            moments.add(usize::from(label), 1.0, row);
        }
        self.maximise(&moments)
    }

    /// Each row's nearest of a few rows.
    pub(super) fn nearest(&self, seeds: &[usize]) -> Vec<u16> {
        let centres: Vec<f64> = seeds.iter().flat_map(|&row| self.row(row)).copied().collect();
        let centres = Centroids::from_rows(&centres, self.n_features).expect("rows on the grid");
        let scores = |row: usize, out: &mut [f64]| centres.squared_distances(self.row(row), out);
        super::assign(self.n_rows(), centres.n_segments(), scores).0
    }

    /// At most so many iterations: the mixture, its log-likelihood, and the iterations.
    pub(super) fn run(&self, start: Mixture, max_iter: usize) -> (Mixture, f64, usize) {
        let mut moments = self.expect(&start);
        let mut mixture = start;
        for n_iter in 1..=max_iter {
            let next = self.maximise(&moments);
            let found = self.expect(&next);
            let gain = found.log_likelihood - moments.log_likelihood;
            (mixture, moments) = (next, found);
            if gain <= TOLERANCE * self.n_rows() as f64 {
                return (mixture, moments.log_likelihood, n_iter);
            }
        }
        (mixture, moments.log_likelihood, max_iter)
    }

    pub(super) fn log_likelihood(&self, mixture: &Mixture) -> f64 {
        self.expect(mixture).log_likelihood
    }

    /// The E step: how far each row belongs to each component, by the scores of a prediction.
    fn expect(&self, mixture: &Mixture) -> Moments {
        let n_segments = mixture.weights().len();
        // ln(2 pi), which scores leave out.
        let constant = self.n_features as f64 * math::ln(2.0 * std::f64::consts::PI);
        let chunks: Vec<Moments> = self
            .values
            .par_chunks(CHUNK * self.n_features)
            .map(|rows| {
                let mut moments = Moments::zero(n_segments, self.n_features);
                let mut scores = vec![0.0; n_segments];
                for row in rows.chunks_exact(self.n_features) {
                    mixture.scores(row, &mut scores);
                    let (_, lowest) = smallest(&scores);
                    let mut total = 0.0;
                    for score in &mut scores {
                        let beyond = *score - lowest;
                        let far = beyond > NEGLIGIBLE;
                        *score = if far { 0.0 } else { math::exp(-0.5 * beyond) };
                        total += *score;
                    }
                    moments.log_likelihood += math::ln(total) - 0.5 * (lowest + constant);
                    for (segment, part) in scores.iter().enumerate().filter(|(_, p)| **p > 0.0) {
                        moments.add(segment, part / total, row);
                    }
                }
                moments
            })
            .collect();
        let zero = Moments::zero(n_segments, self.n_features);
        chunks.iter().fold(zero, Moments::plus)
    }

    /// The M step: the components with the largest expected likelihood, their variances at the floors or above.
    fn maximise(&self, moments: &Moments) -> Mixture {
        let (mut kept, mut means, mut variances) = (Vec::new(), Vec::new(), Vec::new());
        for (segment, &mass) in moments.masses.iter().enumerate() {
            if mass < LEAST_MASS {
                continue;
            }
            kept.push(mass);
            let first = segment * self.n_features;
            let sums = moments.sums[first..].iter().zip(&moments.squares[first..]);
            for ((sum, square), floor) in sums.zip(&self.floors) {
                let mean = sum / mass;
                let variance = square / mass - mean * mean;
                means.push(mean);
                variances.push(if variance > *floor { variance } else { *floor });
            }
        }
        let total = kept.iter().fold(0.0, |sum, mass| sum + mass);
        let weights: Vec<f64> = kept.iter().map(|mass| mass / total).collect();
        Mixture::new(&weights, &means, &variances, self.n_features)
            .expect("masses are positive and variances at their floors or above")
    }
}

/// One iteration on other rows; the same mixture where a component would have none of them.
pub(in crate::algorithms) fn step(mixture: &Mixture, x: ArrayView2<'_, f64>) -> Mixture {
    let em = Em::new(x);
    let next = em.maximise(&em.expect(mixture));
    if next.weights().len() == mixture.weights().len() { next } else { mixture.clone() }
}
