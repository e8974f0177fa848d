//! How far a segment's customers usually are from its centre, for telling how unusual a new one is.

use alloc::vec::Vec;

/// Sorted distances of customers of one segment on whom it was not fitted.
///
/// The outlier p-value of a customer at distance `d` is `(1 + #{distances >= d}) / (n + 1)` (conformal p-value;
/// Vovk, Gammerman and Shafer 2005, "Algorithmic Learning in a Random World"): among customers like those held
/// out, at most a share `p` has a p-value of `p` or less.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calibration {
    /// In units of 2^-10, ascending; the largest `u32` stands for everything beyond. None, or from
    /// [`FEWEST`] to [`MOST`].
    units: Vec<u32>,
}

/// Fewer distances give no p-value.
pub const FEWEST: usize = 100;

/// More distances are thinned to so many.
pub const MOST: usize = 199;

/// Grid points per unit of distance.
const PER_UNIT: f64 = 1024.0;

impl Calibration {
    /// From held-out distances, in any order; none are kept when there are fewer than 100.
    ///
    /// Of more than 199, n, the order statistics of ranks `ceil(i (n + 1) / 200)`, i = 1 to 199, are kept, and
    /// each is rounded up to a multiple of 2^-10. Both can only make a p-value larger than that of all
    /// distances, so it keeps its promise.
    pub fn from_distances(mut distances: Vec<f64>) -> Self {
        let n = distances.len();
        if n < FEWEST {
            return Self::default();
        }
        distances.sort_unstable_by(f64::total_cmp);
        let n_kept = n.min(MOST);
        let ranks = (1..=n_kept).map(|i| (i * (n + 1)).div_ceil(n_kept + 1));
        let kept = ranks.filter_map(|rank| distances.get(rank - 1));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates, and distances are not negative"
        )]
        let units = kept.map(|d| libm::ceil(d * PER_UNIT) as u32).collect();
        Self { units }
    }

    /// From ascending units; `None` when they are out of order or their number is not one that is kept.
    pub(crate) fn from_units(units: Vec<u32>) -> Option<Self> {
        let sound = units.is_empty() || (FEWEST..=MOST).contains(&units.len());
        let ascending = units.windows(2).all(|pair| matches!(pair, [a, b] if a <= b));
        (sound && ascending).then_some(Self { units })
    }

    /// The distances in units of 2^-10, ascending.
    pub(crate) fn units(&self) -> &[u32] {
        &self.units
    }

    /// How many distances are kept.
    pub fn n(&self) -> usize {
        self.units.len()
    }

    /// The p-value of a customer at this distance; `None` where there are too few distances.
    pub fn p(&self, distance: f64) -> Option<f64> {
        if self.units.is_empty() {
            return None;
        }
        let scaled = distance * PER_UNIT;
        let mut at_least = 1_u32;
        for &unit in &self.units {
            at_least += u32::from(unit == u32::MAX || f64::from(unit) >= scaled);
        }
        // At most 199 are kept.
        let n = u32::try_from(self.units.len() + 1).unwrap_or(u32::MAX);
        Some(f64::from(at_least) / f64::from(n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn exact(distances: &[f64], d: f64) -> f64 {
        let at_least = distances.iter().filter(|known| **known >= d).count();
        (1 + at_least) as f64 / (distances.len() + 1) as f64
    }

    #[test]
    fn few_distances_give_no_p_value() {
        assert_eq!(Calibration::from_distances(vec![1.0; 99]).p(0.5), None);
        assert_eq!(Calibration::from_distances(vec![1.0; 99]).n(), 0);
        assert_eq!(Calibration::from_distances(vec![1.0; 100]).p(0.5), Some(1.0));
        assert_eq!(Calibration::from_distances(vec![1.0; 100]).p(1.5), Some(1.0 / 101.0));
    }

    /// Multiples of 2^-10 are kept as they are.
    #[test]
    fn up_to_199_distances_on_the_grid_give_the_exact_p_value() {
        let distances: Vec<f64> = (0..150).map(|i| f64::from(i * i % 97) / 1024.0).collect();
        let calibration = Calibration::from_distances(distances.clone());
        for i in -1..100 {
            let d = f64::from(i) / 1024.0 + 1e-5;
            assert_eq!(calibration.p(d), Some(exact(&distances, d)));
        }
    }

    #[test]
    fn thinning_and_rounding_never_make_a_p_value_smaller() {
        let mut state = 1_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f64 / f64::from(1 << 24)
        };
        for n in [100, 150, 199, 200, 201, 399, 400, 1000, 4321] {
            let distances: Vec<f64> = (0..n).map(|_| 3.0 * draw()).collect();
            let calibration = Calibration::from_distances(distances.clone());
            assert_eq!(calibration.n(), n.min(MOST));
            for _ in 0..300 {
                let d = 3.2 * draw();
                let (p, exact) = (calibration.p(d).unwrap(), exact(&distances, d));
                assert!(p >= exact && p <= exact + 2.0 / 200.0 + 1e-2, "{n}: {p} for {exact}");
            }
        }
    }

    /// The share of exchangeable newcomers with a p-value of at most a level does not exceed the level; the
    /// tolerance is four standard errors of 20,000 draws.
    #[test]
    fn p_values_of_exchangeable_customers_are_super_uniform() {
        let mut state = 7_u64;
        let mut draw = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let u = (state >> 40) as f64 / f64::from(1 << 24);
            -crate::math::ln_1p(-u)
        };
        let (mut low, mut n) = ([0_u32; 4], 0_u32);
        let levels = [0.01, 0.05, 0.1, 0.5];
        for size in [100, 250, 730] {
            for _ in 0..2_000 {
                let calibration = Calibration::from_distances((0..size).map(|_| draw()).collect());
                for _ in 0..10 {
                    let p = calibration.p(draw()).unwrap();
                    n += 1;
                    for (count, level) in low.iter_mut().zip(levels) {
                        *count += u32::from(p <= level);
                    }
                }
            }
        }
        for (count, level) in low.into_iter().zip(levels) {
            let share = f64::from(count) / f64::from(n);
            // Ten newcomers share a calibration, so their error is larger than that of independent ones.
            let error = (level * (1.0 - level) / 6_000.0).sqrt();
            assert!(share <= level + 4.0 * error, "{share} at {level}");
            assert!(share >= level - 0.011 - 4.0 * error, "{share} at {level}");
        }
    }

    #[test]
    fn distances_beyond_the_grid_count_as_larger_than_any() {
        let calibration = Calibration::from_distances(vec![1e300; 100]);
        assert_eq!(calibration.p(1e200), Some(1.0));
    }

    #[test]
    fn units_out_of_order_or_in_a_number_that_is_never_kept_are_refused() {
        assert!(Calibration::from_units(vec![]).is_some());
        assert!(Calibration::from_units((0..100).collect()).is_some());
        assert!(Calibration::from_units((0..99).collect()).is_none());
        assert!(Calibration::from_units((0..200).collect()).is_none());
        assert!(Calibration::from_units((0..100).rev().collect()).is_none());
    }
}
