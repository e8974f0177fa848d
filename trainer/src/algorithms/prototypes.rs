//! k-prototypes (Huang 1998, "Extensions to the k-Means Algorithm for Clustering Large Data Sets with Categorical
//! Values"): numbers by squared distance, words without order by whether they are the same.
//!
//! A customer costs the squared distance of the numeric features to the segment's mean and `gamma` for each
//! categorical column whose level is not the segment's most frequent one; missing is a level of its own. Without
//! numeric features this is k-modes; without categorical columns it is k-means, and refused.

mod lloyd;

use std::fmt;

use rayon::prelude::*;
use shared::Assigner;
use shared::prototypes::Prototypes;

use super::{MixedRows, search_rows};
use crate::clustering::Clustering;
use crate::elbow::Elbow;
use crate::random::{Purpose, Stream};
use lloyd::run;

pub(super) use lloyd::step;

/// Seeded starts for each number of segments.
const RESTARTS: usize = 8;

/// Prototypes, and what they say of the customers that they were fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct PrototypesFit {
    /// The rule; prototypes by size, largest first, then by their numbers and levels.
    pub prototypes: Prototypes,
    /// Each row's segment by the rule, `(n_rows,)`.
    pub labels: Vec<u16>,
    /// The rows of each segment, `(n_segments,)`; never zero.
    pub sizes: Vec<usize>,
    /// The sum of all rows' scores.
    pub cost: f64,
    /// Updates of the prototypes.
    pub n_iter: usize,
}

impl From<PrototypesFit> for Clustering {
    fn from(fit: PrototypesFit) -> Self {
        Self {
            assigner: Assigner::Prototypes(fit.prototypes),
            labels: fit.labels,
            sizes: fit.sizes,
        }
    }
}

/// What was tried, and the prototypes that were chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct PrototypesChoice {
    /// The prototypes of all customers.
    pub fit: PrototypesFit,
    /// The cost of 1, 2, ... segments of the rows that were searched.
    pub costs: Vec<f64>,
    /// The elbow of the costs.
    pub elbow: Elbow,
}

/// Why there are no prototypes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrototypesError {
    /// No column is one of words without order: prototypes would be centres.
    NoWords,
    /// There are fewer different customers than segments asked for.
    TooFewDistinctRows,
}

impl fmt::Display for PrototypesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoWords => {
                "no column holds words without an order: k-prototypes would be the same as k-means"
            }
            Self::TooFewDistinctRows => "fewer customers differ than there would be segments",
        })
    }
}

impl std::error::Error for PrototypesError {}

/// What a categorical column that differs costs: the mean variance of the numeric features over the mean
/// probability that two customers' levels differ (`lambdaest` of Szepannek 2018, "clustMixType", R Journal
/// 10(2)), so that a column of words weighs as much as one of numbers, as in k-means on prepared features.
/// (Huang's own advice, half the mean standard deviation, lets standardised numbers drown the words.)
/// 1 where there are no numbers, or where they or the words do not vary.
pub fn gamma(rows: &MixedRows) -> f64 {
    let mean = |parts: &[f64]| {
        let total = parts.iter().fold(0.0, |sum, part| sum + part);
        if parts.is_empty() { 0.0 } else { total / parts.len() as f64 }
    };
    let n = rows.len() as f64;
    let variances: Vec<f64> = (0..rows.n_numeric())
        .map(|feature| {
            let (mut sum, mut squares) = (0.0, 0.0);
            for row in 0..rows.len() {
                let value = rows.numeric(row)[feature];
                sum += value;
                squares += value * value;
            }
            squares / n - sum / n * (sum / n)
        })
        .collect();
    let differing: Vec<f64> = (0..rows.n_categorical())
        .map(|column| {
            let mut counts = std::collections::BTreeMap::<u16, usize>::new();
            (0..rows.len())
                .for_each(|row| *counts.entry(rows.levels(row)[column]).or_default() += 1);
            counts.values().fold(1.0, |rest, &count| rest - (count as f64 / n) * (count as f64 / n))
        })
        .collect();
    let (variance, differing) = (mean(&variances), mean(&differing));
    if variance > 0.0 && differing > 0.0 { variance / differing } else { 1.0 }
}

/// Exactly so many segments.
///
/// The best of eight starts drawn as in k-means++ (Arthur and Vassilvitskii 2007) on the mixed distance, whose
/// mismatches are squared distances of scaled one-hot vectors. Of more than 10,000 rows a sample chooses the
/// start.
///
/// # Ties: the lowest start wins; a customer goes to the lowest position, the most frequent level is the one
/// with the lowest id.
/// # Errors
/// See [`PrototypesError`].
pub fn fit(
    rows: &MixedRows,
    n_segments: usize,
    seed: u64,
) -> Result<PrototypesFit, PrototypesError> {
    let gamma = checked(rows)?;
    let sample = search_rows(rows.len(), seed).map(|sample| rows.select(&sample));
    let searched = sample.as_ref().unwrap_or(rows);
    let best = best(searched, n_segments, gamma, seed, None);
    let best = best.ok_or(PrototypesError::TooFewDistinctRows)?;
    match sample {
        None => Ok(best),
        Some(_) => run(rows, best.prototypes).ok_or(PrototypesError::TooFewDistinctRows),
    }
}

/// The number of segments at the elbow of the costs of 1 to `max_segments`, or the next lower one of which none
/// is smaller than `min_segment`.
///
/// Each number tries the starts of [`fit`], and the prototypes of one segment fewer with the costliest row as one
/// more: so the cost never rises. Of more than 10,000 rows a sample decides on the number.
///
/// # Errors
/// When there is no categorical column, or nobody.
pub fn choose(
    rows: &MixedRows,
    max_segments: usize,
    min_segment: usize,
    seed: u64,
) -> Result<PrototypesChoice, PrototypesError> {
    let gamma = checked(rows)?;
    let sample = search_rows(rows.len(), seed).map(|sample| rows.select(&sample));
    let searched = sample.as_ref().unwrap_or(rows);
    let mut fits: Vec<PrototypesFit> = Vec::new();
    for n_segments in 1..=max_segments {
        let Some(fit) = best(searched, n_segments, gamma, seed, fits.last()) else { break };
        fits.push(fit);
    }
    let costs: Vec<f64> = fits.iter().map(|fit| fit.cost).collect();
    let elbow = Elbow::find(&costs);
    fits.truncate(elbow.k);
    while let Some(fit) = fits.pop() {
        let fit = match &sample {
            None => Some(fit),
            Some(_) => run(rows, fit.prototypes),
        };
        // One segment tells nobody apart, so it is never too small.
        let is_open = |fit: &PrototypesFit| {
            fits.is_empty() || fit.sizes.iter().all(|&size| size >= min_segment)
        };
        if let Some(fit) = fit.filter(is_open) {
            return Ok(PrototypesChoice { fit, costs, elbow });
        }
    }
    Err(PrototypesError::TooFewDistinctRows)
}

fn checked(rows: &MixedRows) -> Result<f64, PrototypesError> {
    if rows.is_empty() {
        return Err(PrototypesError::TooFewDistinctRows);
    }
    if rows.n_categorical() == 0 { Err(PrototypesError::NoWords) } else { Ok(gamma(rows)) }
}

/// The cheapest of the restarts, and of one more from the fit of one segment fewer.
fn best(
    rows: &MixedRows,
    n_segments: usize,
    gamma: f64,
    seed: u64,
    fewer: Option<&PrototypesFit>,
) -> Option<PrototypesFit> {
    (0..RESTARTS + usize::from(fewer.is_some()))
        .into_par_iter()
        .map(|restart| {
            let start = match fewer {
                Some(fewer) if restart == RESTARTS => with_costliest_row(rows, fewer)?,
                _ => {
                    let draw = n_segments * RESTARTS + restart;
                    let mut stream = Stream::new(seed, Purpose::Prototypes, draw);
                    plus_plus(rows, n_segments, gamma, &mut stream)?
                }
            };
            run(rows, start)
        })
        .collect::<Vec<_>>()
        .into_iter()
        .flatten()
        .reduce(|best, fit| if fit.cost < best.cost { fit } else { best })
}

/// Different rows, each drawn in proportion to its score to the nearest so far; `None` when too few differ.
fn plus_plus(
    rows: &MixedRows,
    n_segments: usize,
    gamma: f64,
    stream: &mut Stream,
) -> Option<Prototypes> {
    let mut chosen = vec![stream.below(rows.len())];
    let mut nearest = vec![f64::INFINITY; rows.len()];
    loop {
        let last = prototypes_of(rows, &chosen[chosen.len() - 1..], gamma)?;
        let mut score = [0.0];
        let mut cumulative = Vec::with_capacity(rows.len());
        let mut total = 0.0;
        for (row, nearest) in nearest.iter_mut().enumerate() {
            rows.scores(&last, row, &mut score);
            *nearest = if score[0] < *nearest { score[0] } else { *nearest };
            total += *nearest;
            cumulative.push(total);
        }
        if chosen.len() == n_segments {
            return prototypes_of(rows, &chosen, gamma);
        }
        if total <= 0.0 {
            return None;
        }
        let target = stream.unit() * total;
        let drawn = cumulative.partition_point(|&sum| sum <= target);
        // Rounding could take the target up to the total: then the last row that has a part in it.
        let drawn =
            if drawn < rows.len() { drawn } else { cumulative.partition_point(|&s| s < total) };
        chosen.push(drawn);
    }
}

/// The prototypes of `fit` and, as one more, the row that costs most (ties: the lowest row).
fn with_costliest_row(rows: &MixedRows, fit: &PrototypesFit) -> Option<Prototypes> {
    let mut scores = vec![0.0; fit.sizes.len()];
    let mut costliest = (0, 0.0);
    for (row, &label) in fit.labels.iter().enumerate() {
        rows.scores(&fit.prototypes, row, &mut scores);
        let cost = scores[usize::from(label)];
        costliest = if cost > costliest.1 { (row, cost) } else { costliest };
    }
    let (row, cost) = costliest;
    let centres = [fit.prototypes.centre_rows(), rows.numeric(row)].concat();
    let levels = [fit.prototypes.level_rows(), rows.levels(row)].concat();
    let more = Prototypes::new(&centres, &levels, fit.prototypes.gamma(), fit.sizes.len() + 1);
    more.filter(|_| cost > 0.0)
}

fn prototypes_of(rows: &MixedRows, chosen: &[usize], gamma: f64) -> Option<Prototypes> {
    let centres: Vec<f64> = chosen.iter().flat_map(|&row| rows.numeric(row)).copied().collect();
    let levels: Vec<u16> = chosen.iter().flat_map(|&row| rows.levels(row)).copied().collect();
    Prototypes::new(&centres, &levels, gamma, chosen.len())
}

#[cfg(test)]
mod tests;
