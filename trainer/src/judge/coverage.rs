//! Whether intervals hold as often as they promise.

use std::collections::BTreeMap;

use serde::Serialize;

use super::bootstrap::quantile;
use super::{Judged, NO_SEGMENT};

/// How often numbers lay in their intervals, ends included (Romano, Patterson and Candes 2019, "Conformalized Quantile
/// Regression").
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// The share that was promised.
    pub level: f64,
    /// The share that was.
    pub coverage: f64,
    /// Of those whose number is above 0; of spend only, and where these are enough customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub among_buyers: Option<f64>,
    /// The mean length of an interval, in the target's unit.
    pub mean_width: Option<f64>,
    /// The median length.
    pub median_width: Option<f64>,
    /// By segment, where these are enough customers.
    pub by_segment: Vec<SegmentCoverage>,
}

/// How often numbers of a segment's customers lay in their intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SegmentCoverage {
    /// The segment's id.
    pub id: u16,
    /// Its customers.
    pub n: usize,
    /// The share that was.
    pub coverage: f64,
}

/// Customers, and how many of them lay in their interval.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    n: usize,
    inside: usize,
}

impl Tally {
    fn add(&mut self, is_inside: bool) {
        self.n += 1;
        self.inside += usize::from(is_inside);
    }

    fn share(self) -> f64 {
        self.inside as f64 / self.n.max(1) as f64
    }
}

/// How often the actual numbers lie between `ends`.
pub(super) fn coverage(
    judged: &Judged<'_>,
    ends: &[(f64, f64)],
    level: f64,
    min: usize,
) -> Coverage {
    let (mut all, mut buyers) = (Tally::default(), Tally::default());
    let mut segments: BTreeMap<u16, Tally> = BTreeMap::new();
    for ((&y, &(low, high)), &segment) in judged.actual.iter().zip(ends).zip(judged.segments) {
        let is_inside = low <= y && y <= high;
        all.add(is_inside);
        segments.entry(segment).or_default().add(is_inside);
        if y > 0.0 {
            buyers.add(is_inside);
        }
    }
    segments.remove(&NO_SEGMENT);
    let mut widths: Vec<f64> = ends.iter().map(|(low, high)| high - low).collect();
    widths.sort_by(f64::total_cmp);
    let mean = widths.iter().fold(0.0, |sum, width| sum + width) / widths.len().max(1) as f64;
    let finite = |value: f64| Some(value).filter(|value| value.is_finite() && !widths.is_empty());
    let median = if widths.is_empty() { f64::NAN } else { quantile(&widths, 0.5) };
    let told = segments.into_iter().filter(|(_, tally)| tally.n >= min);
    Coverage {
        level,
        coverage: all.share(),
        among_buyers: (judged.is_spend && buyers.n >= min).then(|| buyers.share()),
        mean_width: finite(mean),
        median_width: finite(median),
        by_segment: told
            .map(|(id, tally)| SegmentCoverage { id, n: tally.n, coverage: tally.share() })
            .collect(),
    }
}
