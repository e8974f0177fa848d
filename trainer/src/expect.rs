//! Fits what to expect of a customer: every segment's model of the target, or the segment's typical values.

mod class;
mod number;
pub mod typical;

use std::path::Path;

use ndarray::{ArrayView2, Axis};
use shared::Transform;
use shared::model::TargetModels;
use shared::segment_model::{Target, TargetKind};

use self::typical::Segments;
use crate::dataset::{Customer, Dataset, TargetValue};
use crate::error::Error;
use crate::infer::Plan;
use crate::quality::Quality;

/// How strongly a segment's model is held to the global one; without bound, it is the global one.
const POOLING: [f64; 6] = [1.0, 10.0, 100.0, 1000.0, 10_000.0, f64::INFINITY];

/// Cross-validation folds, cut by the hash of the record so that equal customers share one.
const FOLDS: u128 = 5;

/// Models of one target and how good they are.
#[derive(Debug)]
pub struct Expectation {
    /// The models, by segment.
    pub models: TargetModels,
    /// How good they are beside one global model.
    pub quality: Quality,
}

/// A customer whose target is known, in prepared space, with the indicators of missing values.
struct Row<'a, Y> {
    x: &'a [f64],
    segment: usize,
    fold: u128,
    y: Y,
}

/// Every segment's model of the target, or what is typical of it; and how good they are.
///
/// # Errors
/// When no customer's target is known.
pub fn models(
    plan: &Plan,
    dataset: &Dataset,
    transform: &Transform,
    segments: &Segments<'_>,
    path: &Path,
) -> Result<(Vec<TargetModels>, Vec<Quality>), Error> {
    let Some((target, _)) = &plan.target else {
        let models = typical::models(&plan.schema, dataset, segments);
        let quality = typical::quality(&models, dataset, segments.labels);
        return Ok((models, quality));
    };
    let inputs = dataset.prepare_for_models(transform);
    let Segments { labels, n_segments, .. } = *segments;
    let found = self::target(target, dataset, inputs.view(), labels, n_segments);
    let found = found.ok_or_else(|| Error::Unfit {
        path: path.into(),
        what: format!("no customer has a value of the target `{}`", target.name),
        hint: "choose another target, or none".into(),
    })?;
    Ok((vec![found.models], vec![found.quality]))
}

/// Fits every segment's model of `target`; `None` when no customer's target is known.
///
/// # Shapes: `x` is `(n_customers, n_model_inputs)`: features, then indicators of missing values; `labels` is
/// `(n_customers,)`; both in canonical order.
fn target(
    target: &Target,
    dataset: &Dataset,
    x: ArrayView2<'_, f64>,
    labels: &[u16],
    n_segments: usize,
) -> Option<Expectation> {
    let known = || {
        let rows = dataset.customers.iter().zip(x.axis_iter(Axis(0))).zip(labels);
        rows.map(|((customer, x), &label)| (customer, x.to_slice().unwrap_or_default(), label))
    };
    let row = |customer: &Customer, label: u16| (usize::from(label), customer.fold_hash % FOLDS);
    match &target.kind {
        TargetKind::Number => {
            let rows: Vec<Row<f64>> = known()
                .filter_map(|(customer, x, label)| {
                    let (segment, fold) = row(customer, label);
                    let TargetValue::Number(y) = customer.target else { return None };
                    Some(Row { x, segment, fold, y })
                })
                .collect();
            (!rows.is_empty()).then(|| number::fit(target, &rows, n_segments))
        }
        TargetKind::Class { classes } => {
            let rows: Vec<Row<usize>> = known()
                .filter_map(|(customer, x, label)| {
                    let (segment, fold) = row(customer, label);
                    let TargetValue::Class(y) = customer.target else { return None };
                    Some(Row { x, segment, fold, y: y.into() })
                })
                .collect();
            (!rows.is_empty()).then(|| class::fit(target, &rows, n_segments, classes.len()))
        }
    }
}

/// One fold of a cross-validation.
struct Fold<'r, 'x, Y> {
    training: Vec<&'r Row<'x, Y>>,
    held_out: Vec<&'r Row<'x, Y>>,
}

/// The folds; one that would leave nothing to train on is left out.
fn split<'r, 'x, Y>(rows: &'r [Row<'x, Y>]) -> Vec<Fold<'r, 'x, Y>> {
    (0..FOLDS)
        .map(|fold| rows.iter().partition(|row| row.fold != fold))
        .map(|(training, held_out): (Vec<_>, Vec<_>)| Fold { training, held_out })
        .filter(|fold| !fold.training.is_empty())
        .collect()
}

/// The candidate whose pairs of actual and predicted value, out of fold, have the smallest error; with them.
///
/// # Ties: the first candidate wins.
fn best<P>(
    candidates: impl IntoIterator<Item = f64>,
    error: impl Fn(&[P]) -> f64,
    out_of_fold: impl Fn(f64) -> Vec<P>,
) -> (f64, Vec<P>) {
    let tried = candidates.into_iter().map(|candidate| {
        let pairs = out_of_fold(candidate);
        (error(&pairs), candidate, pairs)
    });
    let (_, candidate, pairs) =
        tried.min_by(|a, b| a.0.total_cmp(&b.0)).expect("there are candidates");
    (candidate, pairs)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for value in values {
        sum += value;
        n += 1.0;
    }
    if n > 0.0 { sum / n } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use shared::number::Finite;
    use shared::{Column, ColumnKind, Prediction, RawCell, Schema};

    use super::*;
    use crate::prepare::{ImputeOptions, estimate};

    #[test]
    fn a_value_that_is_missing_for_a_reason_is_predicted_from() {
        let column = Column { optional: true, ..Column::new("x", ColumnKind::ANY_NUMBER) };
        let schema = Schema::new(vec![column], None).unwrap();
        let record = |x: Option<f64>| {
            let cell = x.map_or(RawCell::Missing, |x| RawCell::Number(Finite::new(x).unwrap()));
            schema.validate_cells(&[cell], None).unwrap()
        };
        // Who has no `x` spends 100, everybody else 10.
        let customers = (0..200).map(|i: u32| {
            let x = (!i.is_multiple_of(4)).then(|| f64::from(i % 7));
            let spend = if x.is_some() { 10.0 } else { 100.0 };
            Customer {
                row: 0,
                record: record(x),
                target: TargetValue::Number(spend),
                fold_hash: u128::from(i),
            }
        });
        let dataset = Dataset { customers: customers.collect() };
        let transform = estimate(&dataset, &schema, &ImputeOptions::default(), 20);
        let inputs = dataset.prepare_for_models(&transform);
        let target = Target { name: "spend".into(), kind: TargetKind::Number };
        let found = super::target(&target, &dataset, inputs.view(), &[0; 200], 1).unwrap();
        for (x, spend) in [(None, 100.0), (Some(3.0), 10.0)] {
            let expected = found.models.by_segment[0].predict(&transform.apply(&record(x)));
            let Prediction::Number(value) = expected else { panic!("{expected:?}") };
            assert!((value - spend).abs() < 1.0, "{value} for {x:?}");
        }
    }
}
