//! What sets a segment apart from all customers, with effect sizes.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use shared::math::{asin, round_ties_even, sqrt};
use shared::number::to_three_digits;
use shared::{ColumnKind, Schema, Transform};

use super::figures::{Figures, Numbers, share};
use super::profile::Trait;
use super::readable::{number, percent, readable, word};
use crate::prepare::mean_and_deviation;

/// A smaller effect is not listed: "small" in Cohen's sense (1988, "Statistical Power Analysis").
pub(super) const WORTH_A_WORD: f64 = 0.2;

/// So many traits are listed,
const LISTED: usize = 8;

/// and so many of one column.
const LISTED_OF_A_COLUMN: usize = 2;

/// A column with this share of zeros or more has medians that mislead.
const ZERO_SHARE: f64 = 0.2;

/// How much a segment differs in one feature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    /// The feature's position in prepared space.
    pub feature: usize,
    /// Its column's in the schema.
    pub column: usize,
    /// Cohen's d against all customers, or Cohen's h of two shares for words without order.
    pub effect: f64,
    /// The figures behind it, rounded as they are shown.
    pub sense: Sense,
}

/// What is compared with all customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sense {
    /// The median, to three digits.
    Median { segment: f64, overall: f64 },
    /// The share of those with another number than 0, in hundredths; 0 where they are too few to be told of.
    NotZero { segment: f64, overall: f64 },
    /// The share of a word, in hundredths.
    Share { level: usize, segment: f64, overall: f64 },
}

impl Sense {
    /// The segment's figure and that of all customers.
    pub(super) fn figures(self) -> (f64, f64) {
        match self {
            Self::Median { segment, overall }
            | Self::NotZero { segment, overall }
            | Self::Share { segment, overall, .. } => (segment, overall),
        }
    }
}

/// What is looked at.
pub(super) struct Seen<'a> {
    pub schema: &'a Schema,
    pub transform: &'a Transform,
    pub x: ArrayView2<'a, f64>,
    pub labels: &'a [u16],
    pub sizes: &'a [usize],
    pub figures: &'a [Figures],
    pub min_customers: usize,
}

/// Every feature's effect in every segment, the largest first; ties go to the first feature.
///
/// Left out are features without spread, words that are rarer than elsewhere (the one that is more frequent
/// says it), and whatever fewer than `min_customers` of the segment have.
pub(super) fn measure(seen: &Seen) -> Vec<Vec<Measured>> {
    let features: Vec<usize> = (0..seen.x.ncols()).collect();
    let by_feature: Vec<Vec<Option<Measured>>> =
        features.into_par_iter().map(|feature| of_feature(seen, feature)).collect();
    (0..seen.sizes.len())
        .map(|segment| {
            let own = by_feature.iter().filter_map(|measured| measured[segment]);
            let mut own: Vec<Measured> = own.collect();
            own.sort_by(|a, b| {
                b.effect.abs().total_cmp(&a.effect.abs()).then(a.feature.cmp(&b.feature))
            });
            own
        })
        .collect()
}

fn of_feature(seen: &Seen, feature: usize) -> Vec<Option<Measured>> {
    let of = seen.transform.features()[feature];
    let found = |effect: Option<f64>, sense: Option<Sense>| {
        let (effect, sense) = (effect?, sense?);
        Some(Measured { feature, column: of.column, effect, sense })
    };
    let segments = 0..seen.sizes.len();
    match (&seen.figures[of.column], of.level) {
        (Figures::Levels { by_segment, all }, Some(level)) => segments
            .map(|segment| {
                let column = &seen.schema.columns()[of.column];
                let sense = share_of(&by_segment[segment], all, level, seen.min_customers)
                    .filter(|_| !u16::try_from(level).is_ok_and(|id| column.kind.is_other(id)));
                let effect = cohens_h(&by_segment[segment], all, level);
                found((effect > 0.0).then_some(effect), sense)
            })
            .collect(),
        (Figures::Levels { by_segment, all }, None) => {
            let effects = standardised_differences(seen, feature);
            segments
                .map(|segment| {
                    let counts = &by_segment[segment];
                    let more_frequent = |level: &usize| cohens_h(counts, all, *level);
                    let level = (0..all.len())
                        .filter(|&level| counts[level] >= seen.min_customers.max(1))
                        .filter(|level| more_frequent(level) > 0.0)
                        .max_by(|a, b| more_frequent(a).total_cmp(&more_frequent(b)));
                    let sense =
                        level.and_then(|level| share_of(counts, all, level, seen.min_customers));
                    found(effects[segment], sense)
                })
                .collect()
        }
        (Figures::Numbers { by_segment, all, .. }, _) => {
            let effects = standardised_differences(seen, feature);
            segments
                .map(|segment| {
                    let sense = sense_of(&by_segment[segment], all, seen.min_customers);
                    found(effects[segment], sense)
                })
                .collect()
        }
    }
}

/// Each segment's mean, less the mean of all, in standard deviations of all; none without spread or customers.
fn standardised_differences(seen: &Seen, feature: usize) -> Vec<Option<f64>> {
    let values = seen.x.index_axis(Axis(1), feature);
    let (mean, deviation) = mean_and_deviation(&values.to_vec());
    let mut sums = vec![0.0; seen.sizes.len()];
    for (value, &label) in values.iter().zip(seen.labels) {
        sums[usize::from(label)] += value - mean;
    }
    let of = |(sum, &size): (f64, &usize)| {
        (deviation > 0.0 && size > 0).then(|| sum / size as f64 / deviation)
    };
    sums.into_iter().zip(seen.sizes).map(of).collect()
}

/// Cohen's h of a word's share in a segment and among all who have a word (1988, chapter 6).
fn cohens_h(counts: &[usize], all: &[usize], level: usize) -> f64 {
    let angle = |counts: &[usize]| {
        let share = share(counts[level], counts.iter().sum());
        2.0 * asin(sqrt(share.clamp(0.0, 1.0)))
    };
    angle(counts) - angle(all)
}

/// To whole percents; 0 and 1 only where nobody, or everybody, is meant.
fn hundredths(share: f64) -> f64 {
    match round_ties_even(100.0 * share) / 100.0 {
        rounded if rounded == 1.0 && share < 1.0 => 0.99,
        rounded if rounded == 0.0 && share > 0.0 => 0.01,
        rounded => rounded,
    }
}

fn share_of(counts: &[usize], all: &[usize], level: usize, min_customers: usize) -> Option<Sense> {
    (counts[level] >= min_customers.max(1)).then(|| Sense::Share {
        level,
        segment: hundredths(share(counts[level], counts.iter().sum())),
        overall: hundredths(share(all[level], all.iter().sum())),
    })
}

fn sense_of(segment: &Numbers, all: &Numbers, min_customers: usize) -> Option<Sense> {
    if segment.n < min_customers.max(1) {
        return None;
    }
    let is_zero_inflated = all.not_zero() <= 1.0 - ZERO_SHARE;
    Some(if is_zero_inflated && (segment.median == 0.0 || all.median == 0.0) {
        let told = segment.n_not_zero >= min_customers;
        Sense::NotZero {
            segment: if told { hundredths(segment.not_zero()) } else { 0.0 },
            overall: hundredths(all.not_zero()),
        }
    } else {
        Sense::Median {
            segment: to_three_digits(segment.median),
            overall: to_three_digits(all.median),
        }
    })
}

/// The traits that are shown of a segment.
pub(super) fn traits(schema: &Schema, measured: &[Measured]) -> Vec<Trait> {
    let mut of_column = vec![0; schema.columns().len()];
    measured
        .iter()
        .filter(|measured| measured.effect.abs() >= WORTH_A_WORD)
        .filter(|measured| {
            of_column[measured.column] += 1;
            of_column[measured.column] <= LISTED_OF_A_COLUMN
        })
        .take(LISTED)
        .map(|measured| told(schema, measured))
        .collect()
}

fn told(schema: &Schema, measured: &Measured) -> Trait {
    let column = &schema.columns()[measured.column];
    let is_number = matches!(column.kind, ColumnKind::Numeric { .. } | ColumnKind::Date { .. });
    let is_word = matches!(column.kind, ColumnKind::Categorical { .. });
    let (segment, overall) = measured.sense.figures();
    let level = match measured.sense {
        Sense::Share { level, .. } if !is_number => column.kind.level(level).map(str::to_owned),
        _ => None,
    };
    Trait {
        column: column.name.clone(),
        level,
        effect: measured.effect,
        measure: if is_word { "share" } else { "standardised difference" },
        figure: match measured.sense {
            Sense::Median { .. } => "median",
            Sense::NotZero { .. } => "share not 0",
            Sense::Share { .. } => "share",
        },
        segment,
        overall,
        text: text(schema, measured),
    }
}

/// A trait in plain words.
fn text(schema: &Schema, measured: &Measured) -> String {
    let column = &schema.columns()[measured.column];
    let name = readable(&column.name);
    match measured.sense {
        Sense::Median { segment, overall } => {
            // Cohen's large, medium and small.
            let strength = match measured.effect.abs() {
                effect if effect >= 0.8 => "much ",
                effect if effect >= 0.5 => "",
                _ => "somewhat ",
            };
            let higher = measured.effect > 0.0;
            let what = if matches!(column.kind, ColumnKind::Date { .. }) {
                format!("{strength}{} days since {name}", if higher { "more" } else { "fewer" })
            } else {
                format!("{strength}{} {name}", if higher { "higher" } else { "lower" })
            };
            let (segment, overall) = (number(segment), number(overall));
            if segment == overall {
                what
            } else {
                format!("{what}: {segment} (all customers: {overall})")
            }
        }
        Sense::NotZero { segment, overall } => {
            let overall = percent(overall);
            if segment == 0.0 {
                format!("hardly anyone has any {name} (all customers: {overall})")
            } else {
                format!("{} have some {name} (all customers: {overall})", percent(segment))
            }
        }
        Sense::Share { level, segment, overall } => {
            let level = word(column.kind.level(level).unwrap_or_default());
            let shares = format!("{} (all customers: {})", percent(segment), percent(overall));
            let often = times(segment, overall);
            format!("{} is {level} for {shares}{often}", column.name)
        }
    }
}

/// How much more often, where that is worth saying.
fn times(segment: f64, overall: f64) -> String {
    let ratio = if overall > 0.0 { segment / overall } else { 0.0 };
    if ratio < 1.5 {
        return String::new();
    }
    format!(", {} times as often", number(round_ties_even(10.0 * ratio) / 10.0))
}
