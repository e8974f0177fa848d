//! Estimates each column's preparation; `shared` applies it.
//!
//! Every figure comes from sorted columns or from counts, so the order of rows cannot matter.

use shared::math::{self, yeo_johnson};
use shared::number::Finite;
use shared::transform::ColumnStep;
use shared::{ColumnKind, Schema, Transform, Value};

use crate::dataset::Dataset;
use crate::yeo_johnson::{fit_lambda, skewness};

/// Skewness beyond which a distribution counts as highly skewed (Bulmer 1979, "Principles of Statistics").
const HIGHLY_SKEWED: f64 = 1.0;

/// Where one value has this share or more, a power would only chase that value.
const SPIKE_SHARE: f64 = 0.8;

/// Where zero has this share or more, the power is fitted to the rest.
const ZERO_SHARE: f64 = 0.2;

/// Values beyond these percentiles are clipped.
const CLIP_PERCENTILES: (usize, usize) = (1, 99);

/// Rounding a clip bound must not clip more customers than this.
const MAX_CLIPPED_PERCENT: usize = 2;

/// A clip bound is kept only where so many customers lie at or beyond it: an artifact must not carry one
/// person's figure.
const MIN_BEYOND: usize = 5;

/// A column of many levels must not shrink below this variance, or noise in one rare level would weigh as
/// much as a whole column.
const MIN_VARIANCE: f64 = 0.2;

/// Estimates the preparation of every column.
pub fn estimate(dataset: &Dataset, schema: &Schema) -> Transform {
    let steps = schema
        .columns()
        .iter()
        .enumerate()
        .map(|(position, column)| {
            let values = dataset.customers.iter().map(|c| c.record.values()[position]);
            match &column.kind {
                ColumnKind::Numeric => number_step(values),
                ColumnKind::YesNo { .. } | ColumnKind::Ordinal { .. } => {
                    rank_step(&level_counts(values, column.kind.n_levels()))
                }
                ColumnKind::Categorical { .. } => {
                    one_hot_step(&level_counts(values, column.kind.n_levels()))
                }
            }
        })
        .collect();
    Transform::new(schema, steps).expect("each step was made for its column")
}

fn number_step(values: impl Iterator<Item = Value>) -> ColumnStep {
    let (mut sorted, mut n_missing) = (Vec::new(), 0);
    for value in values {
        match value {
            Value::Number(number) => sorted.push(number.get()),
            _ => n_missing += 1,
        }
    }
    sorted.sort_by(f64::total_cmp);
    let impute = median(&sorted);
    let at = sorted.partition_point(|v| *v < impute);
    sorted.splice(at..at, std::iter::repeat_n(impute, n_missing));

    let (lower, upper) = clip_bounds(&sorted);
    for value in &mut sorted {
        *value = value.max(lower.unwrap_or(*value)).min(upper.unwrap_or(*value));
    }
    let lambda = power(&sorted);
    let powered: Vec<f64> =
        sorted.iter().map(|&v| lambda.map_or(v, |lambda| yeo_johnson(v, lambda))).collect();
    let (mean, scale) = mean_and_deviation(&powered);
    let finite = |v: f64| Finite::new(v).expect("figures of bounded numbers are finite");
    ColumnStep::Number {
        impute: finite(impute),
        lower: lower.map(finite),
        upper: upper.map(finite),
        lambda: lambda.map(finite),
        mean: finite(mean),
        scale: finite(scale),
    }
}

/// The exponent, where the skew calls for one.
fn power(sorted: &[f64]) -> Option<f64> {
    let n = sorted.len() as f64;
    let zeros = sorted.partition_point(|v| *v <= 0.0) - sorted.partition_point(|v| *v < 0.0);
    if longest_run(sorted) as f64 >= SPIKE_SHARE * n {
        return None;
    }
    if skewness(sorted).abs() <= HIGHLY_SKEWED || is_far_from_zero(sorted) {
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

/// The middle value, or the mean of the two.
pub fn median(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    match n {
        0 => 0.0,
        _ if n % 2 == 1 => sorted[n / 2],
        _ => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// Clip bounds near the 1 % and 99 % quantiles, rounded inwards so that they are nobody's exact figure.
fn clip_bounds(sorted: &[f64]) -> (Option<f64>, Option<f64>) {
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

/// The next multiple, upwards, of a step that keeps so many significant digits of `value` or of `spread`,
/// whichever is finer (a year needs the digits of its spread).
fn round_up(value: f64, spread: f64, digits: i32) -> f64 {
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

fn level_counts(values: impl Iterator<Item = Value>, n_levels: usize) -> (Vec<usize>, usize) {
    let (mut counts, mut n_missing) = (vec![0; n_levels], 0);
    for value in values {
        match value {
            Value::Level(id) => counts[usize::from(id)] += 1,
            _ => n_missing += 1,
        }
    }
    (counts, n_missing)
}

/// The most frequent level (ties: the lowest id), and the counts with missing values counted as it.
fn imputed((counts, n_missing): &(Vec<usize>, usize)) -> (u16, Vec<f64>) {
    let most = (0..counts.len()).rev().max_by_key(|&id| counts[id]).unwrap_or(0);
    let mut filled: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
    filled[most] += *n_missing as f64;
    (u16::try_from(most).unwrap_or(u16::MAX), filled)
}

fn rank_step(counts: &(Vec<usize>, usize)) -> ColumnStep {
    let (impute, counts) = imputed(counts);
    let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for (id, count) in counts.iter().enumerate() {
        let id = id as f64;
        n += count;
        sum += id * count;
        squares += id * id * count;
    }
    let mean = sum / n;
    let scale = math::sqrt(squares / n - mean * mean);
    let finite = |v: f64| Finite::new(v).expect("figures of counts are finite");
    ColumnStep::Rank { impute, mean: finite(mean), scale: finite(scale) }
}

/// The block's total variance, `1 - sum p^2`, becomes that of one standardised column.
fn one_hot_step(counts: &(Vec<usize>, usize)) -> ColumnStep {
    let (impute, counts) = imputed(counts);
    let (mut n, mut squares) = (0.0, 0.0);
    for count in &counts {
        n += count;
        squares += count * count;
    }
    let variance = (1.0 - squares / (n * n)).max(MIN_VARIANCE);
    let height = Finite::new(1.0 / math::sqrt(variance)).expect("the variance is positive");
    ColumnStep::OneHot { impute, height }
}

/// Mean and population standard deviation, in two passes; counted from the first value, so that a large
/// offset costs no digits.
pub fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let offset = values.first().copied().unwrap_or_default();
    let mut sum = 0.0;
    for value in values {
        sum += value - offset;
    }
    let mean = sum / n;
    let mut squares = 0.0;
    for value in values {
        let difference = (value - offset) - mean;
        squares += difference * difference;
    }
    (offset + mean, math::sqrt(squares / n))
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

    #[test]
    fn the_median_of_an_even_number_is_the_middle_of_two() {
        assert_eq!(median(&[1.0, 2.0, 4.0, 9.0]), 3.0);
        assert_eq!(median(&[1.0, 2.0, 9.0]), 2.0);
    }

    #[test]
    fn the_most_frequent_level_stands_in_and_the_lowest_of_equals_wins() {
        assert_eq!(imputed(&(vec![2, 3, 3], 4)).0, 1);
        assert_eq!(imputed(&(vec![2, 3, 3], 4)).1, [2.0, 7.0, 3.0]);
    }

    #[test]
    fn a_yes_no_column_is_standardised() {
        let ColumnStep::Rank { mean, scale, .. } = rank_step(&(vec![75, 25], 0)) else {
            panic!("not a rank")
        };
        assert_eq!(mean.get(), 0.25);
        assert!((scale.get() - (0.1875_f64).sqrt()).abs() < 1e-15);
    }
}
