//! What is said of drift: how far each column and the mix of segments are from training, and what to call it.

use serde::Serialize;

use super::chance::Chance;
use super::words::Shift;
use super::{HIDDEN_BELOW, NEGLIGIBLE};

/// Everything that was found out.
#[derive(Debug, Serialize)]
pub struct DriftReport {
    pub(super) schema_version: u32,
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
    pub(super) fn least(self) -> u32 {
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
    pub(super) const UNKNOWN: Self = Self {
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
    pub(super) fn new(chance: &Chance, p: f64, alpha: f64) -> Self {
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

    pub(super) fn of(p: f64, psi: f64, alpha: f64) -> Self {
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
