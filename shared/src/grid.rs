//! The grid that prepared values lie on, so that sums of them are exact and do not depend on their order.

use crate::math::round_ties_even;

/// Grid points per unit: prepared values are multiples of 2^-20.
pub const PER_UNIT: f64 = 1_048_576.0;

/// Prepared values are clipped to `-LIMIT ..= LIMIT`.
pub const LIMIT: f64 = 16.0;

/// Clips a finite `x` to [`LIMIT`] and rounds it to the grid, ties to even; -0 becomes 0.
pub fn snap(x: f64) -> f64 {
    round_ties_even(x.clamp(-LIMIT, LIMIT) * PER_UNIT) / PER_UNIT + 0.0
}

/// Whether `x` is a value that [`snap`] can return.
pub fn holds(x: f64) -> bool {
    x.is_finite() && snap(x).to_bits() == x.to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapping_is_idempotent_and_clips() {
        for x in [-1e300, -16.0, -1e-9, 0.0, 0.1, 1.0 / 3.0, 15.999_999_9, 1e300] {
            let snapped = snap(x);
            assert!(holds(snapped), "{x}");
            assert!(snapped.abs() <= LIMIT);
        }
    }

    #[test]
    fn negative_zero_and_off_grid_values_are_not_held() {
        assert!(!holds(-0.0));
        assert!(!holds(0.1));
        assert!(!holds(f64::NAN));
    }
}
