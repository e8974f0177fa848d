//! Lloyd's algorithm with exact sums and Hamerly's bounds.
//!
//! A bound (Hamerly 2010) only says which rows cannot change their segment; every other row is decided by
//! `Centroids::squared_distances`, so the labels are those of the plain algorithm.

use shared::centroids::{Centroids, smallest};
use shared::math;

use super::rows::{Rows, label};

/// How much nearer, in proportion and in units, a bound must prove the own centre to be.
///
/// A squared distance is computed to within (`n_features` + 3) 2^-53 of itself, and a bound drifts by less
/// than 2^-40 an iteration (coordinates are within 16): this is far above both, and far below what
/// separates most rows from their second centre.
const SLACK: f64 = 1e-6;

/// Updates granted beyond `max_iter` to a run that has an empty segment.
const EXTRA_UPDATES: usize = 100;

/// The label of a row before the first assignment.
const NO_SEGMENT: u16 = u16::MAX;

/// One run, between two updates: `labels`, `sizes` and `sums` belong to `centroids`.
pub(super) struct Lloyd<'a> {
    pub(super) rows: Rows<'a>,
    pub(super) centroids: Centroids,
    pub(super) sizes: Vec<usize>,
    /// Updates so far.
    pub(super) n_iter: usize,
    labels: Vec<u16>,
    /// Sum of each segment's rows, `(n_segments, n_features)`; exact.
    sums: Vec<f64>,
    /// At least the distance of each row to its own centre.
    upper: Vec<f64>,
    /// At most the distance of each row to any other centre.
    lower: Vec<f64>,
}

impl<'a> Lloyd<'a> {
    /// The rows assigned to the centres of `start`.
    pub(super) fn start(rows: Rows<'a>, start: Centroids) -> Self {
        let mut lloyd = Self {
            rows,
            sizes: vec![0; start.n_segments()],
            n_iter: 0,
            labels: vec![NO_SEGMENT; rows.len()],
            sums: vec![0.0; start.n_segments() * start.n_features()],
            upper: vec![f64::INFINITY; rows.len()],
            lower: vec![0.0; rows.len()],
            centroids: start,
        };
        lloyd.assign();
        lloyd
    }

    /// Begins again from other centres; updates go on being counted.
    pub(super) fn restart(&mut self, start: Centroids) {
        let n_iter = self.n_iter;
        *self = Self { n_iter, ..Self::start(self.rows, start) };
    }

    /// Updates and assigns until no label changes or `max_iter` updates are made in all; a few more while
    /// a segment is empty.
    pub(super) fn iterate(&mut self, max_iter: usize) {
        let limit = max_iter.saturating_add(EXTRA_UPDATES);
        loop {
            let empty = self.sizes.contains(&0);
            if self.n_iter >= if empty { limit } else { max_iter } {
                break;
            }
            if empty {
                self.fill_empty_segments();
            }
            self.update();
            let changed = self.assign();
            self.n_iter += 1;
            if !changed && !empty {
                break;
            }
        }
    }

    /// Leaves a fixed point of Lloyd's algorithm for a better one, as long as moving one row to another
    /// segment lowers the inertia (Hartigan 1975; every fixed point of that is one of Lloyd's, not the
    /// reverse: Telgarsky and Vattani 2010).
    pub(super) fn polish(&mut self, max_iter: usize) {
        while self.n_iter < max_iter && !self.sizes.contains(&0) && self.transfer_rows() {
            self.restart(self.means());
            self.iterate(max_iter);
        }
    }

    /// One pass over the rows, each moved to where it lowers the inertia most; whether one was.
    fn transfer_rows(&mut self) -> bool {
        let mut means = self.means();
        let mut costs = vec![0.0; means.n_segments()];
        let mut moved = false;
        for (i, row) in self.rows.iter().enumerate() {
            let own = usize::from(self.labels[i]);
            if self.sizes[own] == 1 {
                continue;
            }
            means.squared_distances(row, &mut costs);
            let size = self.sizes[own] as f64;
            let gain = costs[own] * (size / (size - 1.0));
            for (cost, &size) in costs.iter_mut().zip(&self.sizes) {
                *cost *= size as f64 / (size as f64 + 1.0);
            }
            costs[own] = f64::INFINITY;
            let (to, cost) = smallest(&costs);
            if cost < gain * (1.0 - SLACK) {
                self.move_row(i, to);
                means = self.means();
                moved = true;
            }
        }
        moved
    }

    /// The mean of each segment's rows; every segment must have one.
    fn means(&self) -> Centroids {
        let n_features = self.rows.n_features();
        let mut means = Vec::with_capacity(self.sums.len());
        for (sum, &size) in self.sums.chunks_exact(n_features).zip(&self.sizes) {
            means.extend(sum.iter().map(|s| s / size as f64));
        }
        Centroids::from_rows(&means, n_features).expect("no segment is empty")
    }

    /// Moves each centre to the mean of its rows, and the bounds by as much as the centres moved.
    fn update(&mut self) {
        let means = self.means();
        let moves: Vec<f64> = (0..means.n_segments())
            .map(|s| distance(self.centroids.row(s).zip(means.row(s))))
            .collect();
        let (farthest_mover, farthest, second) = two_largest(&moves);
        let bounds = self.upper.iter_mut().zip(&mut self.lower);
        for ((upper, lower), &label) in bounds.zip(&self.labels) {
            let own = usize::from(label);
            *upper += moves[own];
            *lower -= if own == farthest_mover { second } else { farthest };
        }
        self.centroids = means;
    }

    /// Gives every row its nearest centre; whether a label changed.
    fn assign(&mut self) -> bool {
        let mut distances = vec![0.0; self.centroids.n_segments()];
        let mut changed = false;
        for (i, row) in self.rows.iter().enumerate() {
            if self.upper[i] + SLACK * (1.0 + self.upper[i]) < self.lower[i] {
                continue;
            }
            self.centroids.squared_distances(row, &mut distances);
            let (segment, nearest) = smallest(&distances);
            distances[segment] = f64::INFINITY;
            let (_, second) = smallest(&distances);
            self.upper[i] = math::sqrt(nearest);
            self.lower[i] = math::sqrt(second);
            if self.labels[i] != label(segment) {
                self.move_row(i, segment);
                changed = true;
            }
        }
        changed
    }

    /// Relabels a row; its values leave one exact sum and enter another.
    fn move_row(&mut self, i: usize, to: usize) {
        let row = self.rows.row(i);
        let from = self.labels[i];
        if from != NO_SEGMENT {
            let from = usize::from(from);
            self.sizes[from] -= 1;
            for (sum, v) in self.sums[from * row.len()..].iter_mut().zip(row) {
                *sum -= v;
            }
        }
        self.sizes[to] += 1;
        for (sum, v) in self.sums[to * row.len()..].iter_mut().zip(row) {
            *sum += v;
        }
        self.labels[i] = label(to);
    }

    /// Gives each empty segment the row farthest from its centre, out of segments that keep another.
    ///
    /// There is one at a distance above zero as long as more rows differ than segments have rows.
    fn fill_empty_segments(&mut self) {
        for empty in 0..self.sizes.len() {
            if self.sizes[empty] > 0 {
                continue;
            }
            let sizes = &self.sizes;
            let taken = self.rows.farthest(&self.centroids, &self.labels, |s| sizes[s] > 1);
            if let Some((row, _)) = taken {
                self.move_row(row, empty);
                // Its bounds speak of the segment that it left.
                self.upper[row] = f64::INFINITY;
                self.lower[row] = 0.0;
            }
        }
    }
}

/// The position of the largest entry, its value, and the largest value elsewhere (0 if none).
fn two_largest(values: &[f64]) -> (usize, f64, f64) {
    let mut largest = (0, 0.0, 0.0);
    for (position, &value) in values.iter().enumerate() {
        if value > largest.1 {
            largest = (position, value, largest.1);
        } else if value > largest.2 {
            largest.2 = value;
        }
    }
    largest
}

/// Euclidean distance of paired coordinates.
fn distance(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let mut sum = 0.0;
    for (a, b) in pairs {
        let difference = a - b;
        sum += difference * difference;
    }
    math::sqrt(sum)
}
