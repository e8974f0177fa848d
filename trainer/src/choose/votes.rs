//! What each criterion by itself would choose.

use crate::evidence::PerK;

/// From this prediction strength on a number of segments is supported (Tibshirani and Walther 2005).
pub(super) const STRONG: f64 = 0.8;

/// From this mean Jaccard similarity on a segment is stable (Hennig 2007).
pub(super) const STABLE: f64 = 0.75;

/// The k of the largest figure. # Ties: the smallest k.
fn largest(curve: &[PerK], figure: impl Fn(&PerK) -> Option<f64>) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for point in curve {
        if let Some(value) = figure(point)
            && best.is_none_or(|(_, known)| value > known)
        {
            best = Some((point.k, value));
        }
    }
    best.map(|(k, _)| k)
}

/// The largest mean silhouette.
pub(super) fn silhouette(curve: &[PerK]) -> Option<usize> {
    largest(curve, |point| point.silhouette)
}

/// The largest variance ratio.
pub(super) fn calinski_harabasz(curve: &[PerK]) -> Option<usize> {
    largest(curve, |point| point.calinski_harabasz)
}

/// The smallest Davies-Bouldin index.
pub(super) fn davies_bouldin(curve: &[PerK]) -> Option<usize> {
    largest(curve, |point| point.davies_bouldin.map(|index| -index))
}

/// The most segments of which every one is stable; where there is none, the number whose weakest segment is
/// found again best.
pub(super) fn stability(curve: &[PerK]) -> Option<usize> {
    let stable = curve.iter().rev().find(|point| weakest(point).is_some_and(|w| w >= STABLE));
    stable.map(|point| point.k).or_else(|| largest(curve, weakest))
}

/// The most segments with a strength of at least 0.8; 1 where there are figures and none reaches it.
pub(super) fn prediction_strength(curve: &[PerK]) -> Option<usize> {
    let strong =
        |point: &&PerK| point.k > 1 && point.prediction_strength.is_some_and(|s| s >= STRONG);
    let measured = curve.iter().any(|point| point.k > 1 && point.prediction_strength.is_some());
    let found = curve.iter().rev().find(strong).map(|point| point.k);
    found.or(measured.then_some(1))
}

/// How well the segment that is found again worst is found again.
pub(super) fn weakest(point: &PerK) -> Option<f64> {
    point.jaccard.iter().copied().reduce(f64::min)
}
