//! How good predictions are: from answers out of fold to figures, each with how far chance alone would move it.
//!
//! All answers are judged on the same customers, none of whom the answering model was fitted to, and resampled
//! together, so that a difference between two of them is as certain as it can be (the paired bootstrap: Efron and
//! Tibshirani 1993, "An Introduction to the Bootstrap", chapters 13 and 16).

mod bins;
mod bootstrap;
mod class;
mod coverage;
pub mod figures;
mod number;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;
use shared::segment_model::{Target, TargetKind};

pub use self::class::{Calibration, ClassError, ReliabilityBin};
pub use self::coverage::{Coverage, SegmentCoverage};
use crate::expect::selection::Choice;

pub use self::figures::{Better, FIGURES, Meaning};

/// Resamples of the customers for every interval.
pub const RESAMPLES: usize = 1000;

/// A segment that is not one of the final ones; left out of figures by segment.
pub const NO_SEGMENT: u16 = u16::MAX;

/// For so many classes at most lift is shown.
const LIFT_CLASSES: usize = 4;

/// Groups by prediction.
const DECILES: usize = 10;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Always the most frequent class, with the classes' frequencies as probabilities.
    Majority,
    /// Always the mean.
    Mean,
    /// Always the median.
    Median,
    /// One model for all customers.
    Global,
    /// One model for all customers, which is told their segment.
    GlobalWithSegment,
    /// The model that is written: each segment's own, pooled with the one for all.
    Segments,
}

/// One model's out-of-fold answers, for the same customers in the same order.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    /// Who answers.
    pub who: Who,
    /// Numbers, `(n_customers,)`, or class probabilities, `(n_customers, n_classes)` row by row.
    pub values: Vec<f64>,
}

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// What is predicted.
    pub target: &'a Target,
    /// What was: numbers, or class ids as numbers; `(n_customers,)`, in canonical order like all that follows.
    pub actual: &'a [f64],
    /// Each customer's segment, or [`NO_SEGMENT`]; only for coverage by segment. `(n_customers,)`.
    pub segments: &'a [u16],
    /// The fold in which each customer was held out. `(n_customers,)`.
    pub folds: &'a [u8],
    /// Simple answers first, those of the model that is written last.
    pub answers: &'a [Answers],
    /// Where each number will usually lie, `(n_customers,)`, and in which share of cases.
    pub intervals: Option<(&'a [(f64, f64)], f64)>,
    /// Whether the number is never negative and often zero.
    pub is_spend: bool,
    /// Of everything random.
    pub seed: u64,
    /// No figure is of fewer customers.
    pub min_customers: usize,
}

/// What kind of target was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One of some words.
    Class,
    /// A number.
    Number,
    /// A number that is never negative and often zero.
    Spend,
}

/// How good the predictions of one target are, on customers whom the models were not fitted to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetQuality {
    /// The target's name.
    pub target: String,
    /// Its kind.
    pub kind: Kind,
    /// The customers.
    pub rows: usize,
    /// The folds in which they were held out.
    pub folds: usize,
    /// Every answer's figures; those of the model that is written last.
    pub compared: Vec<Compared>,
    /// Whether its probabilities can be taken at their word; classes only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// What customers with high and with low predictions turned out to be: one of a number, one a class of at most four
    /// (of more, the most frequent four).
    pub lift: Vec<Lift>,
    /// Whether its intervals hold what they promise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Coverage>,
}

/// A target's figures, and what they come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgedTarget {
    /// In a sentence or two: the first thing that is said of the target.
    pub verdict: String,
    /// The models that are written.
    pub chosen: Choice,
    /// What was chosen without each fold.
    pub by_fold: Vec<Choice>,
    /// The figures.
    #[serde(flatten)]
    pub quality: TargetQuality,
}

/// One answer's figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Who answers.
    pub who: Who,
    /// By name; see [`FIGURES`].
    pub figures: BTreeMap<&'static str, Figure>,
    /// The main figures beside those of the model that is written; empty for that one.
    pub versus_chosen: Vec<Difference>,
}

/// A figure, and where it would lie for 95 of 100 other draws of as many customers (percentile bootstrap); `None` where
/// it is not defined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Figure {
    /// For these customers.
    pub value: Option<f64>,
    /// The lower end.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

/// By how much a figure is larger than that of the model that is written, for the same customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// The figure's name.
    pub figure: &'static str,
    /// This answer's figure minus the chosen model's.
    pub difference: Option<f64>,
    /// The lower end of its 95 % interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

/// Customers in groups from the highest prediction to the lowest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lift {
    /// The class whose probability was predicted; of a number none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Ten, or fewer where they would be too small. Customers with equal predictions count with their mean, whichever
    /// group they are in.
    pub groups: Vec<LiftGroup>,
}

/// A group of customers with similar predictions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LiftGroup {
    /// The customers.
    pub n: usize,
    /// The mean prediction.
    pub predicted: f64,
    /// The mean of what was.
    pub actual: f64,
    /// That mean over the mean of all; where something is negative or all is 0, none.
    pub lift: Option<f64>,
    /// The share of the total that this group and those before it have; none where there is no lift.
    pub cumulative_share: Option<f64>,
}

/// The figures of all answers.
///
/// With fewer than `min_customers` customers there are none.
///
/// # Shapes: see [`Judged`]; it panics where they do not fit.
pub fn judge(judged: &Judged<'_>) -> TargetQuality {
    let n = judged.actual.len();
    let n_outputs = judged.target.kind.n_outputs();
    let fits = |answers: &Answers| answers.values.len() == n * n_outputs;
    assert!(judged.answers.iter().all(fits), "every answer is for every customer");
    let min = judged.min_customers.max(1);
    let has_classes =
        judged.target.kind == TargetKind::Number || !judged.target.kind.classes().is_empty();
    let is_told = n >= min && has_classes;
    let kind = match judged.target.kind {
        TargetKind::Class { .. } => Kind::Class,
        TargetKind::Number if judged.is_spend => Kind::Spend,
        TargetKind::Number => Kind::Number,
    };
    let chosen = judged.answers.last().filter(|_| is_told);
    let (compared, calibration, lift) = if let TargetKind::Class { classes } = &judged.target.kind {
        let actual: Vec<usize> = judged.actual.iter().map(|&y| class_id(y)).collect();
        let told = if is_told { &actual[..] } else { &[] };
        let compared = class::compare(judged, told, classes.len());
        let calibration = chosen.map(|chosen| class::calibration(judged, chosen, &actual, classes));
        let lift = chosen.map(|chosen| class::lifts(&chosen.values, &actual, classes, min));
        (compared, calibration, lift.unwrap_or_default())
    } else {
        let told = if is_told { judged.actual } else { &[] };
        let lift = chosen.map(|chosen| Lift {
            class: None,
            groups: bins::lift(&chosen.values, judged.actual, DECILES, min),
        });
        (number::compare(judged, told), None, lift.into_iter().collect())
    };
    let interval = judged.intervals.filter(|_| is_told);
    TargetQuality {
        target: judged.target.name.clone(),
        kind,
        rows: n,
        folds: judged.folds.iter().collect::<std::collections::BTreeSet<_>>().len(),
        compared,
        calibration,
        lift,
        interval: interval.map(|(ends, level)| coverage::coverage(judged, ends, level, min)),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was an id")]
fn class_id(y: f64) -> usize {
    y as usize
}
