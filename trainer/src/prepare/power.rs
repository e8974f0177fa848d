//! When a power straightens a column, and which.

use crate::yeo_johnson::{fit_lambda, skewness};

/// Skewness beyond which a distribution counts as highly skewed (Bulmer 1979, "Principles of Statistics").
const HIGHLY_SKEWED: f64 = 1.0;

/// Where one value has this share or more, a power would only chase that value.
const SPIKE_SHARE: f64 = 0.8;

/// Where zero has this share or more, the power is fitted to the rest.
const ZERO_SHARE: f64 = 0.2;

/// An empty interval of this share of the range from the 1 % to the 99 % quantile is a hole. Of 300 samples each of
/// lognormal, exponential, Pareto, heavy-tailed and zero-inflated columns none has one wider than .12.
const HOLE: f64 = 0.15;

/// So many customers on either side of a hole, and 2 %, are a group and no outliers.
const FEWEST_BESIDE_A_HOLE: usize = 20;

/// A column of few values has holes between all of them.
const FEW_VALUES: usize = 50;

/// The exponent, where the skew calls for one.
pub(super) fn power(sorted: &[f64]) -> Option<f64> {
    let n = sorted.len() as f64;
    let zeros = sorted.partition_point(|v| *v <= 0.0) - sorted.partition_point(|v| *v < 0.0);
    if longest_run(sorted) as f64 >= SPIKE_SHARE * n {
        return None;
    }
    if skewness(sorted).abs() <= HIGHLY_SKEWED || is_far_from_zero(sorted) || has_hole(sorted) {
        return None;
    }
    if zeros as f64 >= ZERO_SHARE * n {
        let rest: Vec<f64> = sorted.iter().copied().filter(|v| *v != 0.0).collect();
        return (longest_run(&rest) < rest.len()).then(|| fit_lambda(&rest));
    }
    Some(fit_lambda(sorted))
}

/// Whether a column's values differ so little beside their size that every power of them is nearly a straight
/// line: it would mend no skew and only lose digits.
fn is_far_from_zero(sorted: &[f64]) -> bool {
    let (first, last) = (sorted[0], sorted[sorted.len() - 1]);
    let (small, large) = (first.abs().min(last.abs()), first.abs().max(last.abs()));
    (first > 0.0) == (last > 0.0) && 1.0 + large < 2.0 * (1.0 + small) && small > 1.0
}

/// How often the most frequent value of a sorted slice occurs.
fn longest_run(sorted: &[f64]) -> usize {
    sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).max().unwrap_or(0)
}

/// Whether values leave a wide interval empty with many on either side: their skew is that of groups, and a power
/// would pull the groups together.
fn has_hole(sorted: &[f64]) -> bool {
    let n = sorted.len();
    let many = FEWEST_BESIDE_A_HOLE.max(n.div_ceil(50));
    let n_distinct = sorted.chunk_by(|a, b| a == b).count();
    if n_distinct <= FEW_VALUES || n < 2 * many {
        return false;
    }
    let range = sorted[n - 1 - n / 100] - sorted[n / 100];
    let widest = sorted[many - 1..=n - many].windows(2).map(|pair| pair[1] - pair[0]);
    widest.fold(0.0, f64::max) > HOLE * range
}

#[cfg(test)]
mod tests {
    use shared::math;

    use super::*;
    use crate::random::{Purpose, Stream};

    #[test]
    fn a_skew_that_is_two_groups_stays_and_a_long_tail_is_powered() {
        let mut stream = Stream::new(0, Purpose::Sample, 0);
        let mut groups: Vec<f64> = (0..1000).map(|_| stream.normal()).collect();
        groups.extend((0..60).map(|_| 12.0 + stream.normal()));
        groups.sort_by(f64::total_cmp);
        assert!(skewness(&groups) > HIGHLY_SKEWED);
        assert_eq!(power(&groups), None);
        let mut tail: Vec<f64> = (0..1000).map(|_| math::exp(stream.normal())).collect();
        tail.sort_by(f64::total_cmp);
        assert!(power(&tail).is_some());
        // A few far out are outliers, not a group.
        let mut outliers = tail.clone();
        outliers.extend([200.0; 10]);
        assert!(power(&outliers).is_some());
    }
}
