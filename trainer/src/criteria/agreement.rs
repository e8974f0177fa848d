//! How much two labelings of the same customers have in common.

use ndarray::{Array2, Axis};
use shared::math;

/// How many customers have each pair of labels; `a` and `b` are equally long, with labels below `n_a` and `n_b`.
///
/// # Shapes: `(n_a, n_b)`.
pub fn contingency(a: &[u16], b: &[u16], n_a: usize, n_b: usize) -> Array2<u64> {
    let mut counts = Array2::zeros((n_a, n_b));
    for (&a, &b) in a.iter().zip(b) {
        counts[[usize::from(a), usize::from(b)]] += 1;
    }
    counts
}

/// The adjusted Rand index (Hubert and Arabie 1985, Journal of Classification 2, pages 193-218): 1 for the same
/// division whatever its labels, about 0 for independent ones. 1 for fewer than two customers.
pub fn adjusted_rand(a: &[u16], b: &[u16]) -> f64 {
    let counts = contingency(a, b, n_labels(a), n_labels(b));
    // Pairs in either order: whole numbers, so that their difference below loses nothing.
    let pairs = |count: &u64| i128::from(*count) * (i128::from(*count) - 1);
    let together: i128 = counts.iter().map(pairs).sum();
    let in_a: i128 = counts.sum_axis(Axis(1)).iter().map(pairs).sum();
    let in_b: i128 = counts.sum_axis(Axis(0)).iter().map(pairs).sum();
    let all = pairs(&(a.len() as u64));
    let (only_a, only_b) = (in_a - together, in_b - together);
    if only_a == 0 && only_b == 0 {
        return 1.0;
    }
    let apart = all - together - only_a - only_b;
    let above = 2 * (together * apart - only_a * only_b);
    let below = (together + only_a) * (only_a + apart) + (together + only_b) * (only_b + apart);
    above as f64 / below as f64
}

/// The mutual information over the mean of the two entropies, from 0 to 1. 1 where both have one label only.
pub fn normalised_mutual_information(a: &[u16], b: &[u16]) -> f64 {
    let counts = contingency(a, b, n_labels(a), n_labels(b));
    let (of_a, of_b) = (counts.sum_axis(Axis(1)), counts.sum_axis(Axis(0)));
    let n = a.len() as f64;
    let share = |count: u64| count as f64 / n;
    let entropy = |counts: &ndarray::Array1<u64>| {
        let parts = counts.iter().filter(|count| **count > 0);
        parts.map(|&count| -share(count) * math::ln(share(count))).fold(0.0, |sum, part| sum + part)
    };
    let mean = f64::midpoint(entropy(&of_a), entropy(&of_b));
    if mean == 0.0 {
        return 1.0;
    }
    let information = counts
        .indexed_iter()
        .filter(|(_, count)| **count > 0)
        .map(|((a, b), &count)| {
            let expected = share(of_a[a]) * share(of_b[b]);
            share(count) * math::ln(share(count) / expected)
        })
        .fold(0.0, |sum, part| sum + part);
    (information / mean).clamp(0.0, 1.0)
}

/// For each of `n_a` segments of `a`, the largest Jaccard similarity with a segment of `b`: customers in both over
/// customers in either (Hennig 2007, Computational Statistics & Data Analysis 52, pages 258-271). A customer may be
/// in no segment of one; `None` for a segment without customers.
///
/// # Shapes: `(n_a,)`.
pub fn jaccard_of_each(a: &[Option<u16>], b: &[Option<u16>], n_a: usize) -> Vec<Option<f64>> {
    // Whoever has no segment is counted behind the segments, and compared with nobody.
    let with_rest = |labels: &[Option<u16>], n: usize| -> Vec<u16> {
        let rest = u16::try_from(n).expect("segments are fewer than 65,536");
        labels.iter().map(|label| label.unwrap_or(rest)).collect()
    };
    let n_b = b.iter().flatten().max().map_or(0, |label| usize::from(*label) + 1);
    let counts = contingency(&with_rest(a, n_a), &with_rest(b, n_b), n_a + 1, n_b + 1);
    let of_b = counts.sum_axis(Axis(0));
    let best = |row: ndarray::ArrayView1<'_, u64>| {
        let of_a = row.sum();
        let pairs = row.into_iter().zip(&of_b).take(n_b).filter(|(both, _)| **both > 0);
        let similarities = pairs.map(|(&both, &of_b)| both as f64 / (of_a + of_b - both) as f64);
        (of_a > 0).then(|| similarities.fold(0.0, f64::max))
    };
    counts.rows().into_iter().take(n_a).map(best).collect()
}

fn n_labels(labels: &[u16]) -> usize {
    labels.iter().max().map_or(0, |label| usize::from(*label) + 1)
}
