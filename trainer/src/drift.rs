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
mod words;

use rayon::prelude::*;
use serde::Serialize;
use shared::baseline::{Bins, PARTS};
use shared::transform::ColumnStep;
use shared::{Artifact, Baseline, Record, Value};

pub use self::baseline::baseline;
use self::chance::{Chance, holm};
use self::divergence::{jensen_shannon, stability_index};
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

/// Everything that was found out.
#[derive(Debug, Serialize)]
pub struct DriftReport {
    schema_version: u32,
    /// The model's id.
    pub model: String,
    /// The customers that it was trained on.
    pub trained_on: u32,
    /// What was counted.
    pub counted: Counted,
    /// How many.
    pub rows: usize,
    /// Whether these are so few that only a large change would be seen.
    pub few_rows: bool,
    /// How often drift may be called where there is none, over all comparisons together.
    pub alpha: f64,
    /// Whether the segments or a column have drifted.
    pub drifted: bool,
    /// The mix of segments.
    pub mix: Difference,
    /// The segments, by position.
    pub segments: Vec<SegmentShare>,
    /// The share of customers further from their segment's centre than 95 % of held-out customers of training
    /// (outlier p-value under 0.05), of those whose segment tells; 0.05 is expected. `null` where no segment tells,
    /// for 1 to 19 customers, and of requests.
    pub outliers: Option<f64>,
    /// The columns, in the model's order.
    pub columns: Vec<ColumnDrift>,
}

/// What is compared with the customers of training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// The rows of a table, each of which tells of every column.
    Customers,
    /// What the Worker answered: each request tells of its segment and of one column.
    Requests,
}

impl Counted {
    /// Fewer are not judged.
    fn least(self) -> u32 {
        match self {
            Self::Customers => 1,
            Self::Requests => HIDDEN_BELOW,
        }
    }
}

/// How far two distributions are apart, and how far they would be without drift. Where too few requests tell of
/// it, figures are 0 and p-values 1.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// What to call it.
    pub verdict: Verdict,
    /// The population stability index, with half a customer added to every bin.
    pub psi: f64,
    /// The Jensen-Shannon divergence in bits, from 0 to 1.
    pub jsd: f64,
    /// The 95 % quantile of the index without drift.
    pub psi_no_change: f64,
    /// The 95 % quantile of the divergence without drift.
    pub jsd_no_change: f64,
    /// How often chance alone gives such an index.
    pub p_psi: f64,
    /// How often chance alone gives such a divergence.
    pub p_jsd: f64,
    /// The smaller of both p-values, corrected for the number of comparisons (Holm 1979).
    pub p: f64,
}

impl Difference {
    /// Too few requests tell of it.
    const UNKNOWN: Self = Self {
        verdict: Verdict::TooFew,
        psi: 0.0,
        jsd: 0.0,
        psi_no_change: 0.0,
        jsd_no_change: 0.0,
        p_psi: 1.0,
        p_jsd: 1.0,
        p: 1.0,
    };

    /// As it was found, with its corrected p-value.
    fn new(chance: &Chance, p: f64, alpha: f64) -> Self {
        Self {
            verdict: Verdict::of(p, chance.found[0], alpha),
            psi: chance.found[0],
            jsd: chance.found[1],
            psi_no_change: chance.usual[0],
            jsd_no_change: chance.usual[1],
            p_psi: chance.p[0],
            p_jsd: chance.p[1],
            p,
        }
    }
}

/// What a difference is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Not judged: fewer than [`HIDDEN_BELOW`] requests tell of it.
    TooFew,
    /// As there is by chance.
    NoDrift,
    /// More than chance gives, and too little to matter.
    Negligible,
    /// Drift, with an index under 0.1.
    Small,
    /// Drift, with an index from 0.1.
    Moderate,
    /// Drift, with an index from 0.25.
    Large,
}

impl Verdict {
    /// Whether it is drift.
    pub fn is_drift(self) -> bool {
        matches!(self, Self::Small | Self::Moderate | Self::Large)
    }

    /// In words.
    pub fn said(self) -> &'static str {
        match self {
            Self::TooFew => "too few",
            Self::NoDrift => "no drift",
            Self::Negligible => "negligible",
            Self::Small => "small drift",
            Self::Moderate => "moderate drift",
            Self::Large => "large drift",
        }
    }

    fn of(p: f64, psi: f64, alpha: f64) -> Self {
        match psi {
            _ if p > alpha => Self::NoDrift,
            _ if psi < NEGLIGIBLE => Self::Negligible,
            _ if psi < 0.1 => Self::Small,
            _ if psi < 0.25 => Self::Moderate,
            _ => Self::Large,
        }
    }
}

/// A segment's share, then and now.
#[derive(Debug, Serialize)]
pub struct SegmentShare {
    /// Its id.
    pub id: u16,
    /// Its name.
    pub name: String,
    /// In training.
    pub trained: f64,
    /// Among the new customers; `null` for 1 to 19 of them.
    pub now: Option<f64>,
}

/// A column, then and now. Shares of 1 to 19 new customers are `null`.
#[derive(Debug, Serialize)]
pub struct ColumnDrift {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// How many customers, or requests, tell of it.
    pub rows: usize,
    /// How far it is from training.
    #[serde(flatten)]
    pub difference: Difference,
    /// Where the difference is largest.
    pub largest: Option<Shift>,
    /// The share of training without a value; 0 where it was fewer than the model says of anything.
    pub missing_trained: f64,
    /// The share without a value.
    pub missing: Option<f64>,
    /// The share below what the model tells apart; at most 2 % in training. Only for numbers and dates, and of
    /// customers.
    pub below_range: Option<f64>,
    /// The share above what the model tells apart; at most 2 % in training. Likewise.
    pub above_range: Option<f64>,
    /// The share with a word that the model does not know or folded. Only for words.
    pub other_words: Option<f64>,
}

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
