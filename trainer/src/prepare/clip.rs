//! Where the values of a column are clipped.

use shared::math;

/// Values beyond these percentiles are clipped.
const CLIP_PERCENTILES: (usize, usize) = (1, 99);

/// Rounding a clip bound must not clip more customers than this.
const MAX_CLIPPED_PERCENT: usize = 2;

/// A clip bound is kept only where so many customers lie at or beyond it: an artifact must not carry one
/// person's figure.
const MIN_BEYOND: usize = 5;

/// Clip bounds near the 1 % and 99 % quantiles, rounded inwards so that they are nobody's exact figure.
pub(super) fn clip_bounds(sorted: &[f64]) -> (Option<f64>, Option<f64>) {
    let n = sorted.len();
    let percentile = |p: usize| sorted[(n - 1) * p / 100];
    let (low, high) = (percentile(CLIP_PERCENTILES.0), percentile(CLIP_PERCENTILES.1));
    if low >= high {
        return (None, None);
    }
    let below = |v: f64| (sorted.partition_point(|x| *x < v), sorted.partition_point(|x| *x <= v));
    let above =
        |v: f64| (n - sorted.partition_point(|x| *x <= v), n - sorted.partition_point(|x| *x < v));
    // Two digits can be far from the quantile where a column is skewed: then more are kept.
    let bound = |sign: f64, value: f64, count: &dyn Fn(f64) -> (usize, usize)| {
        let rounded = (2..=6).map(|digits| sign * round_up(sign * value, high - low, digits) + 0.0);
        rounded.into_iter().find(|&bound| {
            let (beyond, at_or_beyond) = count(bound);
            beyond * 100 <= n * MAX_CLIPPED_PERCENT && at_or_beyond >= MIN_BEYOND
        })
    };
    match (bound(1.0, low, &below), bound(-1.0, high, &above)) {
        (Some(lower), Some(upper)) if lower >= upper => (None, None),
        bounds => bounds,
    }
}

/// How far beyond its clip bounds a column still says something: to where as many customers lie at or beyond it as
/// share a word of a model, rounded inwards to two digits; on either side where that is beyond the bound.
pub(super) fn tail(
    sorted: &[f64],
    bounds: (Option<f64>, Option<f64>),
    min_customers: usize,
) -> (Option<f64>, Option<f64>) {
    let Some(last) = sorted.len().checked_sub(min_customers.max(1)) else { return (None, None) };
    let (low, high) = (sorted[sorted.len() - 1 - last], sorted[last]);
    let spread = high - low;
    // In a small table the two ends may meet.
    if spread <= 0.0 {
        return (None, None);
    }
    let lower = bounds.0.map(|bound| (round_up(low, spread, 2), bound));
    let upper = bounds.1.map(|bound| (-round_up(-high, spread, 2) + 0.0, bound));
    let lower = lower.filter(|(reach, bound)| reach < bound);
    let upper = upper.filter(|(reach, bound)| reach > bound);
    (lower.map(|(reach, _)| reach), upper.map(|(reach, _)| reach))
}

/// The next multiple, upwards, of a step that keeps so many significant digits of `value` or of `spread`,
/// whichever is finer (a year needs the digits of its spread).
pub(crate) fn round_up(value: f64, spread: f64, digits: i32) -> f64 {
    debug_assert!(spread > 0.0, "{spread} is no spread");
    // What is far smaller than the spread is as good as zero.
    let size = value.abs().min(spread).max(spread * 1e-9);
    let ceil = |v: f64| -math::floor(-v);
    let ten_to = |n: i32| (0..n).fold(1.0, |power, _| power * 10.0);
    // Powers of ten are whole numbers here: 0.1 and its like would not be exact.
    let (least, most) = (ten_to(digits - 1), ten_to(digits));
    let mut power = 1.0;
    let rounded = if size >= most {
        while size / power >= most {
            power *= 10.0;
        }
        ceil(value / power) * power
    } else {
        while size * power < least {
            power *= 10.0;
        }
        ceil(value * power) / power
    };
    rounded + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_rounded_inwards_to_two_digits_of_value_or_spread() {
        for (value, spread, expected) in [
            (15_234.0, 15_000.0, 16_000.0),
            (-15_234.0, 15_000.0, -15_000.0),
            (1990.0, 20.0, 1990.0),
            (0.0833, 0.9, 0.084),
            (0.0, 5.0, 0.0),
            (521.0, 17_000.0, 530.0),
            (1e-300, 1.0, 1e-10),
        ] {
            assert_eq!(round_up(value, spread, 2), expected, "{value} {spread}");
        }
    }

    #[test]
    fn a_tail_ends_where_enough_customers_are_beyond() {
        let many: Vec<f64> = (0..5000).map(f64::from).collect();
        let bounds = clip_bounds(&many);
        assert_eq!(bounds, (Some(49.0), Some(4900.0)));
        assert_eq!(tail(&many, bounds, 20), (Some(19.0), None));
        let skewed: Vec<f64> = (0..5000).map(|i| 1000.0 / f64::from(5001 - i)).collect();
        let (lower, upper) = tail(&skewed, clip_bounds(&skewed), 20);
        assert_eq!(lower, None);
        let beyond = skewed.iter().filter(|v| upper.is_some_and(|upper| **v >= upper)).count();
        assert!((20..50).contains(&beyond), "{upper:?} {beyond}");
        assert_eq!(tail(&[1.0; 30], (None, None), 20), (None, None));
        assert_eq!(tail(&[1.0; 3], (Some(0.0), Some(2.0)), 20), (None, None));
        // In a small table the twentieth from below lies above the twentieth from above.
        for n in 1..80 {
            let few: Vec<f64> = (0..n).map(|i| f64::from((i - 9).max(0))).collect();
            for min_customers in 1..40 {
                let (lower, upper) = tail(&few, clip_bounds(&few), min_customers);
                assert!(lower.zip(upper).is_none_or(|(lower, upper)| lower < upper));
            }
        }
    }

    #[test]
    fn bounds_need_enough_customers_beyond() {
        let many: Vec<f64> = (0..1000).map(f64::from).collect();
        assert_eq!(clip_bounds(&many), (Some(9.0), Some(980.0)));
        let few: Vec<f64> = (0..35).map(f64::from).collect();
        assert_eq!(clip_bounds(&few), (None, None));
        let skewed: Vec<f64> = (0..1000).map(|i| 1000.0 + f64::from(i * i) / 1e4).collect();
        let (lower, upper) = clip_bounds(&skewed);
        let is_clipped =
            |v: &&f64| lower.is_some_and(|l| **v < l) || upper.is_some_and(|u| **v > u);
        let clipped = skewed.iter().filter(is_clipped).count();
        assert!((10..=40).contains(&clipped), "{lower:?} {upper:?} clip {clipped}");
        let spike: Vec<f64> = vec![7.0; 100];
        assert_eq!(clip_bounds(&spike), (None, None));
    }
}
