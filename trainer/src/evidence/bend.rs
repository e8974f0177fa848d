//! Where the curve of inertia bends on the scale of ratios, beyond what it does in data without groups.
//!
//! The knee of the curve itself is drawn to the first large drops: with fifteen groups it lies at six. On a
//! logarithmic scale each further segment counts by the share of the inertia that it removes, as in the gap
//! statistic (Tibshirani, Walther and Hastie 2001) and the jump method (Sugar and James 2003), and the last
//! segment that finds a group of its own stands out, however many there are.

use serde::Serialize;
use shared::math;

use super::nulls::{NullCurves, quantile};

/// A bend of at least this share of the largest is as good; of those the finest division is taken.
const AS_GOOD: f64 = 0.6;

/// It must also stand out by so many standard deviations of the nulls' bends at the same k.
const STANDS_OUT: f64 = 2.0;

/// The bend that stands out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BendEvidence {
    /// The number of segments there.
    pub k: usize,
    /// `ln W(k-1) - 2 ln W(k) + ln W(k+1)`, less the nulls' mean; of the kinds of null the least flattering.
    pub size: f64,
    /// The 95 % quantile of the largest such figure of data without groups, of the kinds of null the largest.
    pub nulls_95: f64,
    /// Whether the largest bend beats it.
    pub beats_nulls: bool,
}

/// The bend of the sample's curve that stands out most from those of data without groups; where several do, the
/// last that is nearly as large. The ends are never a bend.
///
/// `None` for fewer than four points, a sum of squares of 0, or no null curves.
pub fn bend(nulls: &NullCurves) -> Option<BendEvidence> {
    let own = bends(&nulls.data)?;
    let kinds: Vec<Nulls> = nulls.kinds().map(Nulls::of).collect::<Option<_>>()?;
    let least =
        |i: usize| kinds.iter().map(|kind| kind.excess(&own, i)).fold(f64::INFINITY, f64::min);
    let excess: Vec<f64> = (0..own.len()).map(least).collect();
    let largest = excess.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let nulls_95 = kinds.iter().map(|kind| kind.largest_95).fold(f64::NEG_INFINITY, f64::max);
    let stands_out = |i: usize| {
        let out = |kind: &Nulls| kind.excess(&own, i) >= STANDS_OUT * kind.deviations[i];
        excess[i] >= AS_GOOD * largest && excess[i] > nulls_95 && kinds.iter().all(out)
    };
    let largest_at = excess.iter().position(|e| *e == largest).filter(|_| !kinds.is_empty())?;
    let at = (0..own.len()).rev().find(|&i| stands_out(i)).unwrap_or(largest_at);
    Some(BendEvidence { k: at + 2, size: excess[at], nulls_95, beats_nulls: largest > nulls_95 })
}

/// Second differences of the logarithm; entry `i` is that of k = i + 2.
fn bends(curve: &[f64]) -> Option<Vec<f64>> {
    if curve.len() < 4 || curve.iter().any(|w| !w.is_finite() || *w <= 0.0) {
        return None;
    }
    let logs: Vec<f64> = curve.iter().map(|w| math::ln(*w)).collect();
    Some(logs.windows(3).map(|w| w[0] - 2.0 * w[1] + w[2]).collect())
}

struct Nulls {
    means: Vec<f64>,
    deviations: Vec<f64>,
    largest_95: f64,
}

impl Nulls {
    fn of(curves: &[Vec<f64>]) -> Option<Self> {
        let bends: Vec<Vec<f64>> = curves.iter().filter_map(|curve| bends(curve)).collect();
        let n_bends = bends.iter().map(Vec::len).min()?;
        let column = |i: usize| bends.iter().map(|bends| bends[i]).collect::<Vec<f64>>();
        let (means, deviations): (Vec<f64>, Vec<f64>) =
            (0..n_bends).map(|i| crate::prepare::mean_and_deviation(&column(i))).unzip();
        let largest = bends.iter().map(|bends| {
            let excess = bends.iter().zip(&means).map(|(bend, mean)| bend - mean);
            excess.fold(f64::NEG_INFINITY, f64::max)
        });
        let largest_95 = quantile(&largest.collect::<Vec<f64>>(), 95);
        Some(Self { means, deviations, largest_95 })
    }

    /// How much larger a bend is than the nulls' at the same k.
    fn excess(&self, own: &[f64], i: usize) -> f64 {
        self.means.get(i).map_or(f64::NEG_INFINITY, |mean| own[i] - mean)
    }
}
