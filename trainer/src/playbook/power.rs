//! How small a difference a holdout can show.

use serde::Serialize;
use shared::math;

/// The 97.5 % and the 80 % quantile of the normal distribution, together: a test at 5 %, on both sides, that finds
/// four of five differences of the smallest size.
const QUANTILES: f64 = 1.959_964 + 0.841_621;

/// In smaller groups than these nothing can be said in normal terms.
const FEWEST: f64 = 20.0;

/// The smallest differences between two groups that four of five comparisons would find, at 5 % on both sides
/// (Cohen 1988, sections 2.4 and 6.4, in the normal approximation).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Power {
    /// Between two means, in standard deviations of what is measured.
    pub of_a_mean: f64,
    /// Between two shares, where the share is a half, at which it takes most; a share of 1, not percent.
    pub of_a_share: f64,
}

/// For so many customers in two groups; none where either is too small.
pub fn smallest_differences(held_out: f64, others: f64) -> Option<Power> {
    let of_a_mean = QUANTILES * math::sqrt(1.0 / held_out + 1.0 / others);
    let is_enough = held_out >= FEWEST && others >= FEWEST;
    is_enough.then_some(Power { of_a_mean, of_a_share: of_a_mean / 2.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_difference_is_the_textbook_s() {
        // Cohen 1988, table 2.4.1: d = .50 takes 64 customers in each group, d = .20 takes 393.
        let of = |n| smallest_differences(n, n).unwrap().of_a_mean;
        assert!((of(64.0) - 0.50).abs() < 0.01, "{}", of(64.0));
        assert!((of(393.0) - 0.20).abs() < 0.001, "{}", of(393.0));
        assert_eq!(smallest_differences(19.0, 1000.0), None);
    }
}
