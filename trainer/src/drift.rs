//! Whether new customers are like those that a model was trained on.
//!
//! Every column, and the mix of segments, is compared bin by bin with the model's [`Baseline`], and the
//! difference with what differences there are without any drift. Both the population stability index and the
//! Jensen-Shannon divergence are never 0 between two samples, and how far from 0 they are by chance depends on
//! the number of customers and of bins; so the usual cuts of the index (0.1, 0.25) alone would find drift in
//! every small table and none in a large one. Here each has its own no-change distribution (`chance`), the
//! p-values are corrected for the number of comparisons by Holm's rule (1979), which holds however the columns
//! hang together, and drift is called where one is at most `alpha`.
//!
//! One more condition, for tables of millions, in which nothing is too small to be significant: an index under
//! [`NEGLIGIBLE`] is not called drift. Between two normal distributions that is a shift by a tenth of a
//! standard deviation.
//!
//! The Worker's counters are compared in the same way ([`edge`]), each column by as many requests as told of it.

mod baseline;
mod chance;
mod divergence;
pub mod edge;
mod report;
mod words;

use rayon::prelude::*;
use shared::baseline::{Bins, PARTS};
use shared::transform::ColumnStep;
use shared::{Artifact, Baseline, Record, Value};

pub use self::baseline::baseline;
use self::chance::{Chance, holm};
use self::divergence::{jensen_shannon, stability_index};
pub use self::report::{ColumnDrift, Counted, Difference, DriftReport, SegmentShare, Verdict};
pub use self::words::Shift;
use self::words::largest_shift;

/// An index below this is not called drift, however sure it is.
pub const NEGLIGIBLE: f64 = 0.01;

/// An outlier has a smaller p-value.
const OUTLIER: f64 = 0.05;

/// Fewer customers show only large changes.
pub const FEW: usize = 100;

/// A figure of fewer customers of the new table is not given.
pub const HIDDEN_BELOW: u32 = 20;

/// What is counted of new customers while they are read.
#[derive(Debug)]
pub struct Counts<'a> {
    artifact: &'a Artifact,
    counted: Counted,
    rows: usize,
    segments: Vec<u32>,
    /// Customers whose segment tells how far is usual, and those who are further.
    judged: usize,
    outliers: u32,
    bins: Vec<Vec<u32>>,
    below: Vec<u32>,
    above: Vec<u32>,
}

impl<'a> Counts<'a> {
    /// None yet.
    pub fn new(artifact: &'a Artifact) -> Self {
        let baseline = &artifact.model().parts().baseline;
        let columns = baseline.columns();
        Self {
            artifact,
            counted: Counted::Customers,
            rows: 0,
            segments: vec![0; baseline.segments().len()],
            judged: 0,
            outliers: 0,
            bins: columns.iter().map(|bins| vec![0; bins.shares.len()]).collect(),
            below: vec![0; columns.len()],
            above: vec![0; columns.len()],
        }
    }

    /// Counts a customer.
    pub fn add(&mut self, record: &Record) {
        let parts = self.artifact.model().parts();
        self.rows += 1;
        let segment = parts.assigner.assign(&parts.transform.apply(record));
        let position = usize::from(segment.id());
        self.segments[position] += 1;
        if let Some(p) = parts.segments[position].calibration.p(segment.distance()) {
            self.judged += 1;
            self.outliers += u32::from(p < OUTLIER);
        }
        for (counts, bin) in self.bins.iter_mut().zip(parts.baseline.bin(record)) {
            counts[usize::from(bin)] += 1;
        }
        for (position, (value, step)) in
            record.values().iter().zip(parts.transform.steps()).enumerate()
        {
            if let (Value::Number(x), ColumnStep::Number { lower, upper, .. }) = (value, step) {
                self.below[position] += u32::from(lower.is_some_and(|bound| *x < bound));
                self.above[position] += u32::from(upper.is_some_and(|bound| *x > bound));
            }
        }
    }

    /// The number of customers.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Compares them with the model's baseline. At least one must have been counted.
    pub fn report(&self, alpha: f64) -> DriftReport {
        let parts = self.artifact.model().parts();
        let baseline = &parts.baseline;
        let seed = parts.training.seed;
        let columns = baseline.columns().iter().map(|bins| bins.shares.as_slice());
        let columns = columns.zip(self.bins.iter().map(Vec::as_slice));
        let compared: Vec<(&[u16], &[u32])> =
            columns.chain([(baseline.segments(), self.segments.as_slice())]).collect();
        let is_enough = |counts: &[u32]| total(counts) >= self.counted.least() as usize;
        let n_comparisons = 2 * compared.iter().filter(|(_, counts)| is_enough(counts)).count();
        let chances: Vec<Option<Chance>> = compared
            .par_iter()
            .enumerate()
            .map(|(i, (shares, counts))| {
                let side = Side::new(baseline, shares);
                is_enough(counts)
                    .then(|| Chance::simulate(&side, counts, n_comparisons, alpha, (seed, i)))
            })
            .collect();
        let raw: Vec<f64> = chances.iter().flatten().flat_map(|chance| chance.p).collect();
        let corrected = holm(&raw);
        let mut corrected = corrected.chunks_exact(2);
        let mut differences: Vec<Difference> = chances
            .iter()
            .map(|chance| {
                let Some(chance) = chance else { return Difference::UNKNOWN };
                let p = corrected.next().expect("there are two p-values of each");
                Difference::new(chance, p[0].min(p[1]), alpha)
            })
            .collect();
        let mix = differences.pop().expect("the mix was compared last");
        let drifted =
            differences.iter().chain([&mix]).any(|difference| difference.verdict.is_drift());
        let columns = differences.into_iter().enumerate();
        DriftReport {
            schema_version: 1,
            model: self.artifact.id().to_hex(),
            trained_on: baseline.rows(),
            counted: self.counted,
            rows: self.rows,
            few_rows: self.rows < FEW,
            alpha,
            drifted,
            mix,
            segments: self.segment_shares(),
            outliers: if self.judged > 0 { shown_share(self.outliers, self.judged) } else { None },
            columns: columns.map(|(position, found)| self.column(position, found)).collect(),
        }
    }

    fn segment_shares(&self) -> Vec<SegmentShare> {
        let parts = self.artifact.model().parts();
        let segments = parts.segments.iter().zip(parts.baseline.segments()).zip(&self.segments);
        segments
            .map(|((info, &trained), &now)| SegmentShare {
                id: info.id,
                name: info.name.clone(),
                trained: part(trained),
                now: shown_share(now, self.rows),
            })
            .collect()
    }

    fn column(&self, position: usize, difference: Difference) -> ColumnDrift {
        let parts = self.artifact.model().parts();
        let column = &parts.schema.columns()[position];
        let bins: &Bins = &parts.baseline.columns()[position];
        let counts = &self.bins[position];
        let rows = total(counts);
        let share = |count: u32| shown_share(count, rows);
        let of_last = |shares: &[u16]| shares.last().copied().map_or(0.0, part);
        let is_number = column.kind.n_ids() == 0;
        // Bins do not tell: the bounds need not be among the cuts.
        let has_range = is_number && self.counted == Counted::Customers;
        let others = || {
            let is_other = |id: &usize| u16::try_from(*id).is_ok_and(|id| column.kind.is_other(id));
            (0..column.kind.n_ids()).find(is_other).map_or(0, |id| counts[id])
        };
        let is_judged = difference.verdict != Verdict::TooFew;
        ColumnDrift {
            name: column.name.clone(),
            kind: column.kind.name(),
            rows,
            largest: largest_shift(&column.kind, bins, counts, rows).filter(|_| is_judged),
            missing_trained: of_last(&bins.shares),
            missing: share(counts.last().copied().unwrap_or_default()),
            below_range: share(self.below[position]).filter(|_| has_range),
            above_range: share(self.above[position]).filter(|_| has_range),
            other_words: share(others()).filter(|_| !is_number),
            difference,
        }
    }
}

fn total(counts: &[u32]) -> usize {
    counts.iter().map(|&count| count as usize).sum()
}

/// A share of new customers; `None` where they are so few that it could be about one of them.
fn shown_share(count: u32, rows: usize) -> Option<f64> {
    let shown = rows > 0 && (count == 0 || count >= HIDDEN_BELOW);
    shown.then(|| f64::from(count) / rows as f64)
}

/// A share of the baseline.
fn part(share: u16) -> f64 {
    f64::from(share) / f64::from(PARTS)
}

/// One distribution of the baseline, as counts are compared with it.
///
/// Of a bin whose share is 0 only that it had fewer customers than the baseline says anything of is known. As
/// many of the new customers are no difference: they count for the largest bin, as in the baseline. Only what
/// goes beyond is the bin's own.
#[derive(Debug)]
struct Side {
    rows: u32,
    shares: Vec<f64>,
    largest: usize,
    /// The most that a bin may have had whose share is 0.
    allowance: f64,
}

impl Side {
    fn new(baseline: &Baseline, shares: &[u16]) -> Self {
        let rows = baseline.rows();
        let most = shares.iter().copied().max().unwrap_or_default();
        // Less than half a part is rounded to 0 too.
        let half_a_part = 0.5 / f64::from(PARTS);
        let allowance = f64::from(baseline.least()) / f64::from(rows);
        Self {
            rows,
            shares: shares.iter().map(|&share| part(share)).collect(),
            largest: shares.iter().position(|&share| share == most).unwrap_or_default(),
            allowance: allowance.max(half_a_part).min(1.0),
        }
    }

    /// The customers of each bin in training, as far as they are known.
    fn trained(&self) -> Vec<f64> {
        self.shares.iter().map(|share| share * f64::from(self.rows)).collect()
    }

    /// Counts with what a bin of share 0 is allowed given to the largest.
    fn allowed(&self, counts: &[u32]) -> Vec<f64> {
        let rows: f64 = counts.iter().map(|&count| f64::from(count)).sum();
        let mut own: Vec<f64> = counts.iter().map(|&count| f64::from(count)).collect();
        for bin in 0..own.len() {
            if self.shares[bin] == 0.0 {
                let moved = own[bin].min(self.allowance * rows);
                own[bin] -= moved;
                own[self.largest] += moved;
            }
        }
        own
    }
}

/// Index and divergence.
fn differences(trained: &[f64], counts: &[f64]) -> [f64; 2] {
    [stability_index(trained, counts), jensen_shannon(trained, counts)]
}

#[cfg(test)]
mod tests;
