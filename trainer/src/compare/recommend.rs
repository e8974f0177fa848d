//! Which algorithm is recommended.

use super::Compared;

/// By how much density-based validation must exceed that of k-means.
const CLEARLY_BETTER: f64 = 0.1;

/// By how much less stable it may be.
const LESS_STABLE: f64 = 0.05;

/// Hennig's "stable": less is not recommended in the place of k-means.
const STABLE: f64 = 0.75;

/// A segment with a smaller share of the customers is a sliver.
const SLIVER: f64 = 0.02;

/// Marks the recommended one, and says of each why, or why not.
///
/// Of those that a model can be made with it is k-means, unless another has two segments or more and no sliver
/// (under 2 % or `min_segment`), its density-based validation is better by at least 0.1, its stability at least
/// 0.75 and not more than 0.05 below. Of several the one with the highest density-based validation; ties: the
/// first.
pub(super) fn recommend(compared: &mut [Compared], n_rows: usize, min_segment: usize) {
    let Some(kmeans) = compared.first().cloned() else { return };
    let reasons: Vec<Result<f64, String>> =
        compared.iter().map(|other| against(&kmeans, other, n_rows, min_segment)).collect();
    let mut best = (0, f64::NEG_INFINITY);
    for (position, reason) in reasons.iter().enumerate().skip(1) {
        if let Ok(gain) = reason
            && *gain > best.1
        {
            best = (position, *gain);
        }
    }
    for (position, (own, reason)) in compared.iter_mut().zip(reasons).enumerate() {
        own.recommended = position == best.0;
        own.why = match (own.recommended, reason) {
            (true, _) if position == 0 => {
                "the default, and none that a model can be made with is clearly better".to_owned()
            }
            (true, _) => "denser within and thinner between than k-means, and as stable".to_owned(),
            (false, Err(reason)) => reason,
            (false, Ok(_)) => "another is better still".to_owned(),
        };
    }
    if best.0 > 0 {
        let better = compared[best.0].algorithm;
        compared[0].why =
            format!("the default, but {better} separates the customers clearly better");
    }
}

/// By how much another is better, or why it does not count as better.
fn against(
    kmeans: &Compared,
    other: &Compared,
    n_rows: usize,
    min_segment: usize,
) -> Result<f64, String> {
    // A segment that is not there cannot be compared: as bad as can be.
    let gain = other.dbcv.unwrap_or(-1.0) - kmeans.dbcv.unwrap_or(-1.0);
    let is_better = gain >= CLEARLY_BETTER;
    let stability = other.stability.unwrap_or(0.0);
    let share = other.smallest_segment as f64 / n_rows.max(1) as f64;
    match other {
        _ if !other.offered && is_better && other.k > 1 => Err(format!(
            "follows the shape of the data far better than k-means (DBCV {:.2} against {:.2}), but gives no \
             rule for a new customer: no segments of round shape will do them justice",
            other.dbcv.unwrap_or(-1.0),
            kmeans.dbcv.unwrap_or(-1.0),
        )),
        _ if !other.offered && other.k < 2 => {
            Err("sees one mass of customers without gaps".to_owned())
        }
        _ if !other.offered => Err("shown only: it gives no rule for a new customer".to_owned()),
        _ if other.k < 2 => Err("finds no segments".to_owned()),
        _ if other.smallest_segment < min_segment || share < SLIVER => {
            Err("its smallest segment is a sliver".to_owned())
        }
        _ if !is_better => Err("not clearly better than k-means by DBCV".to_owned()),
        _ if stability < STABLE || stability + LESS_STABLE < kmeans.stability.unwrap_or(0.0) => {
            Err("better by DBCV, but its segments are not found again as surely".to_owned())
        }
        _ => Ok(gain),
    }
}
