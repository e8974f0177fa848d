//! Estimates each column's preparation; `shared` applies it.
//!
//! Every figure comes from sorted columns or from counts, so the order of rows cannot matter.

mod clip;
mod impute;
mod power;

use shared::math::{self, yeo_johnson};
use shared::number::Finite;
use shared::transform::{ColumnStep, Tail};
use shared::{ColumnKind, Schema, Transform, Value};

use self::clip::clip_bounds;
pub(crate) use self::clip::round_up;
pub use self::impute::{Impute, ImputeOptions};
use self::power::power;
use crate::dataset::Dataset;

/// A column of many levels must not shrink below this variance, or noise in one rare level would weigh as
/// much as a whole column.
const MIN_VARIANCE: f64 = 0.2;

/// Estimates the preparation of every column.
///
/// Segment models are told where a value of a column is missing when at least `min_level` customers lack it
/// and as many have it: what fewer teach is chance, and may be a person.
pub fn estimate(
    dataset: &Dataset,
    schema: &Schema,
    impute: &ImputeOptions,
    min_level: usize,
) -> Transform {
    let values_of =
        |position: usize| dataset.customers.iter().map(move |c| c.record.values()[position]);
    let columns = || schema.columns().iter().enumerate();
    let mut tails = Vec::new();
    let steps = columns()
        .map(|(position, column)| {
            let values = values_of(position);
            match &column.kind {
                ColumnKind::Numeric { .. } | ColumnKind::Date { .. } => {
                    let (step, tail) = number_step(values, impute.of(column), min_level);
                    tails.extend(tail.map(|(lower, upper)| Tail {
                        column: position,
                        lower,
                        upper,
                    }));
                    step
                }
                ColumnKind::YesNo { .. } | ColumnKind::Ordinal { .. } => {
                    rank_step(&level_counts(values, column.kind.n_levels()))
                }
                ColumnKind::Categorical { .. } => {
                    one_hot_step(&level_counts(values, column.kind.n_levels()))
                }
            }
        })
        .collect();
    let indicators = columns()
        .filter(|(position, column)| {
            let n_missing = values_of(*position).filter(|value| *value == Value::Missing).count();
            let n_present = dataset.customers.len() - n_missing;
            column.optional && n_missing.min(n_present) >= min_level.max(1)
        })
        .map(|(position, _)| position)
        .collect();
    let transform = Transform::new(schema, steps, indicators);
    let whole = transform.and_then(|transform| transform.with_tails(tails));
    whole.expect("each step was made for its column")
}

/// What models are told of beyond a column's clip bounds.
type Reach = (Option<Finite>, Option<Finite>);

fn number_step(
    values: impl Iterator<Item = Value>,
    impute: Impute,
    min_level: usize,
) -> (ColumnStep, Option<Reach>) {
    let (mut sorted, mut n_missing) = (Vec::new(), 0);
    for value in values {
        match value {
            Value::Number(number) => sorted.push(number.get()),
            _ => n_missing += 1,
        }
    }
    sorted.sort_by(f64::total_cmp);
    let impute = match impute {
        Impute::Median => median(&sorted),
        Impute::Mean if !sorted.is_empty() => mean_and_deviation(&sorted).0,
        Impute::Mean | Impute::Zero => 0.0,
    };
    let at = sorted.partition_point(|v| *v < impute);
    sorted.splice(at..at, std::iter::repeat_n(impute, n_missing));

    let (lower, upper) = clip_bounds(&sorted);
    let tail = clip::tail(&sorted, (lower, upper), min_level);
    for value in &mut sorted {
        *value = value.max(lower.unwrap_or(*value)).min(upper.unwrap_or(*value));
    }
    let lambda = power(&sorted);
    let powered: Vec<f64> =
        sorted.iter().map(|&v| lambda.map_or(v, |lambda| yeo_johnson(v, lambda))).collect();
    let (mean, scale) = mean_and_deviation(&powered);
    let finite = |v: f64| Finite::new(v).expect("figures of bounded numbers are finite");
    let step = ColumnStep::Number {
        impute: finite(impute),
        lower: lower.map(finite),
        upper: upper.map(finite),
        lambda: lambda.map(finite),
        mean: finite(mean),
        scale: finite(divisor(scale)),
    };
    let (lower, upper) = (tail.0.map(finite), tail.1.map(finite));
    (step, (lower.is_some() || upper.is_some()).then_some((lower, upper)))
}

/// A column is constant in a sample of customers sooner than in all: there it says nothing, and divides by 1.
fn divisor(deviation: f64) -> f64 {
    if deviation > 0.0 { deviation } else { 1.0 }
}

/// The mean, summed in order; 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value) / values.len().max(1) as f64
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

fn level_counts(values: impl Iterator<Item = Value>, n_levels: usize) -> (Vec<usize>, usize) {
    let (mut counts, mut n_missing) = (vec![0; n_levels], 0);
    for value in values {
        match value {
            // A word that is no level has no feature, and counts for none.
            Value::Level(id) => counts.iter_mut().skip(id.into()).take(1).for_each(|n| *n += 1),
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
    ColumnStep::Rank { impute, mean: finite(mean), scale: finite(divisor(scale)) }
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
    use shared::number::Finite;
    use shared::{Column, RawCell};

    use super::*;
    use crate::dataset::Customer;
    use crate::yeo_johnson::fit_lambda;

    /// Customers of one column, where `None` is missing.
    fn dataset(schema: &Schema, values: &[Option<f64>]) -> Dataset {
        let customer = |value: &Option<f64>| {
            let number =
                value.map_or(RawCell::Missing, |v| RawCell::Number(Finite::new(v).unwrap()));
            let record = schema.validate_cells(&[number], None).unwrap();
            Customer { record, targets: Vec::new(), row: 0, fold_hash: 0 }
        };
        Dataset { customers: values.iter().map(customer).collect() }
    }

    fn optional_number() -> Schema {
        let column = Column { optional: true, ..Column::new("x", ColumnKind::ANY_NUMBER) };
        Schema::new(vec![column], None).unwrap()
    }

    #[test]
    fn what_stands_in_for_a_number_is_chosen() {
        let schema = optional_number();
        let dataset = dataset(&schema, &[Some(1.0), None, Some(2.0), Some(6.0)]);
        for (default, expected) in [(Impute::Median, 2.0), (Impute::Mean, 3.0), (Impute::Zero, 0.0)]
        {
            let options = ImputeOptions { default, ..ImputeOptions::default() };
            let transform = estimate(&dataset, &schema, &options, 1);
            let ColumnStep::Number { impute, .. } = transform.steps()[0] else { panic!() };
            assert_eq!(impute.get(), expected, "{default:?}");
        }
    }

    #[test]
    fn a_gap_has_an_indicator_when_enough_customers_have_it_and_enough_have_not() {
        let schema = optional_number();
        for (n_missing, n_present, told) in [(3, 3, true), (2, 3, false), (3, 2, false)] {
            let present = (0..n_present).map(|n| Some(f64::from(n)));
            let values: Vec<_> = present.chain((0..n_missing).map(|_| None)).collect();
            let dataset = dataset(&schema, &values);
            let transform = estimate(&dataset, &schema, &ImputeOptions::default(), 3);
            assert_eq!(!transform.indicators().is_empty(), told, "{n_missing} {n_present}");
        }
        let none_missing = dataset(&schema, &[Some(1.0), Some(2.0)]);
        let transform = estimate(&none_missing, &schema, &ImputeOptions::default(), 0);
        assert!(transform.indicators().is_empty());
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

    /// What `tests/sklearn/prepare.py` recorded.
    #[derive(serde::Deserialize)]
    struct Recorded {
        columns: Vec<RecordedColumn>,
    }

    #[derive(serde::Deserialize)]
    struct RecordedColumn {
        name: String,
        values: Vec<Option<f64>>,
        median: f64,
        mean: f64,
        lambda: f64,
        powered: Vec<f64>,
        standardised: Vec<f64>,
        plain_standardised: Vec<f64>,
    }

    fn assert_close(ours: &[f64], theirs: &[f64], what: &str) {
        assert_eq!(ours.len(), theirs.len());
        for (a, b) in ours.iter().zip(theirs) {
            assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{what}: {a} and {b}");
        }
    }

    fn standardise(values: &[f64]) -> Vec<f64> {
        let (mean, deviation) = mean_and_deviation(values);
        values.iter().map(|value| (value - mean) / deviation).collect()
    }

    #[test]
    fn preparation_is_scikit_learns_before_clip_and_grid() {
        let recorded = include_str!("../../tests/data/sklearn/prepare.json");
        let recorded: Recorded = serde_json::from_str(recorded).unwrap();
        assert!(recorded.columns.len() >= 10);
        let mut n_lambdas = 0;
        for column in recorded.columns {
            let name = &column.name;
            let mut sorted: Vec<f64> = column.values.iter().flatten().copied().collect();
            sorted.sort_by(f64::total_cmp);
            assert_close(
                &[median(&sorted), mean_and_deviation(&sorted).0],
                &[column.median, column.mean],
                name,
            );

            let full: Vec<f64> = column.values.iter().map(|v| v.unwrap_or(column.median)).collect();
            let mut sorted = full.clone();
            sorted.sort_by(f64::total_cmp);
            let lambda = fit_lambda(&sorted);
            let (least, most) = shared::transform::LAMBDA_BOUNDS;
            let bounded = column.lambda.clamp(least, most);
            assert!((lambda - bounded).abs() <= 1e-6, "{name}: {lambda} and {}", column.lambda);
            n_lambdas += usize::from(bounded.to_bits() == column.lambda.to_bits());

            let powered: Vec<f64> = full.iter().map(|&v| yeo_johnson(v, column.lambda)).collect();
            assert_close(&powered, &column.powered, name);
            assert_close(&standardise(&powered), &column.standardised, name);
            assert_close(&standardise(&full), &column.plain_standardised, name);
        }
        assert!(n_lambdas >= 8, "only {n_lambdas} exponents within the bounds");
    }
}
