//! Fits what to expect of a customer: every segment's model of the target, or the segment's typical values.

use ndarray::{Array2, ArrayView2, Axis};
use shared::model::TargetModels;
use shared::segment_model::{SegmentModel, Target, TargetKind};
use shared::{ColumnKind, Schema, Value};

use crate::dataset::{Customer, Dataset, TargetValue};
use crate::infer::OTHER;
use crate::prepare::median;
use crate::quality::{ClassQuality, NumberQuality, Quality};
use crate::ridge::{LinearFit, Ridge};

/// Penalties tried for the global model: features are standardised, so these are in customers.
const GLOBAL_PENALTIES: [f64; 5] = [0.1, 1.0, 10.0, 100.0, 1000.0];

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

/// A customer whose target is known, in prepared space.
struct Row<'a, Y> {
    x: &'a [f64],
    segment: usize,
    fold: u128,
    y: Y,
}

/// Fits every segment's model of `target`; `None` when no customer's target is known.
///
/// # Shapes: `x` is `(n_customers, n_features)`, `labels` is `(n_customers,)`, both in canonical order.
pub fn target(
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
            (!rows.is_empty()).then(|| number(target, &rows, n_segments))
        }
        TargetKind::Class { classes } => {
            let rows: Vec<Row<usize>> = known()
                .filter_map(|(customer, x, label)| {
                    let (segment, fold) = row(customer, label);
                    let TargetValue::Class(y) = customer.target else { return None };
                    Some(Row { x, segment, fold, y: y.into() })
                })
                .collect();
            (!rows.is_empty()).then(|| class(target, &rows, n_segments, classes.len()))
        }
    }
}

fn number(target: &Target, rows: &[Row<f64>], n_segments: usize) -> Expectation {
    let never_negative = rows.iter().all(|row| row.y >= 0.0);
    let floor = never_negative.then_some(0.0);
    let predict = |fit: &LinearFit, row: &Row<f64>| {
        let mut sum = fit.intercept;
        for (weight, value) in fit.weights.iter().zip(row.x) {
            sum += weight * value;
        }
        floor.map_or(sum, |floor: f64| sum.max(floor))
    };
    let folds = split(rows);
    let out_of_fold = |fit: &dyn Fn(&[&Row<f64>]) -> Vec<LinearFit>| {
        let mut pairs = Vec::with_capacity(rows.len());
        for Fold { training, held_out } in &folds {
            let fits = fit(training);
            pairs.extend(
                held_out.iter().map(|row| (row.y, predict(&fits[row.segment % fits.len()], row))),
            );
        }
        pairs
    };

    let (_, global_penalty, global_pairs) = GLOBAL_PENALTIES
        .into_iter()
        .map(|penalty| {
            let pairs = out_of_fold(&|training| vec![ridge(training, penalty, None)]);
            (mean_squared_error(&pairs), penalty, pairs)
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .expect("there are penalties");
    let (_, pooling, segment_pairs) = POOLING
        .into_iter()
        .map(|pooling| {
            let pairs =
                out_of_fold(&|training| by_segment(training, n_segments, global_penalty, pooling));
            (mean_squared_error(&pairs), pooling, pairs)
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .expect("there are strengths");
    let baseline_pairs = out_of_fold(&|training| {
        let n_features = training[0].x.len();
        vec![LinearFit {
            weights: vec![0.0; n_features],
            intercept: mean(training.iter().map(|r| r.y)),
        }]
    });

    let all: Vec<&Row<f64>> = rows.iter().collect();
    let models = by_segment(&all, n_segments, global_penalty, pooling)
        .into_iter()
        .map(|fit| SegmentModel::Linear {
            // Negative zeros are folded: the artifact knows one zero.
            intercept: fit.intercept + 0.0,
            weights: fit.weights.into_iter().map(|weight| weight + 0.0).collect(),
            floor,
        })
        .collect();
    Expectation {
        models: TargetModels { target: target.clone(), by_segment: models },
        quality: Quality::Number(NumberQuality {
            target: target.name.clone(),
            rows: rows.len(),
            segments_help: pooling.is_finite(),
            baseline: (&baseline_pairs[..]).into(),
            global: (&global_pairs[..]).into(),
            segments: (&segment_pairs[..]).into(),
        }),
    }
}

fn ridge(rows: &[&Row<f64>], penalty: f64, prior: Option<&LinearFit>) -> LinearFit {
    let n_features = rows[0].x.len();
    let values: Vec<f64> = rows.iter().flat_map(|row| row.x.iter().copied()).collect();
    let x = Array2::from_shape_vec((rows.len(), n_features), values).expect("rows are alike");
    let y: Vec<f64> = rows.iter().map(|row| row.y).collect();
    Ridge::new(penalty).expect("penalties are positive").fit(x.view(), &y, prior)
}

/// A segment's model is held to the global one, so one with few customers, or none, is nearly or fully it.
fn by_segment(
    rows: &[&Row<f64>],
    n_segments: usize,
    global_penalty: f64,
    pooling: f64,
) -> Vec<LinearFit> {
    let global = ridge(rows, global_penalty, None);
    (0..n_segments)
        .map(|segment| {
            let own: Vec<&Row<f64>> =
                rows.iter().copied().filter(|r| r.segment == segment).collect();
            if own.is_empty() || pooling.is_infinite() {
                global.clone()
            } else {
                ridge(&own, pooling, Some(&global))
            }
        })
        .collect()
}

fn class(target: &Target, rows: &[Row<usize>], n_segments: usize, n_classes: usize) -> Expectation {
    let folds = split(rows);
    let out_of_fold = |pooling: f64| {
        let mut pairs = Vec::with_capacity(rows.len());
        for Fold { training, held_out } in &folds {
            let fits = frequencies(training, n_segments, n_classes, pooling);
            pairs.extend(held_out.iter().map(|row| (row.y, fits[row.segment].clone())));
        }
        pairs
    };
    let global_pairs = out_of_fold(f64::INFINITY);
    let (_, pooling, segment_pairs) = POOLING
        .into_iter()
        .map(|pooling| {
            let pairs = out_of_fold(pooling);
            (ClassQuality::log_loss(&pairs), pooling, pairs)
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .expect("there are strengths");
    let all: Vec<&Row<usize>> = rows.iter().collect();
    let models = frequencies(&all, n_segments, n_classes, pooling)
        .into_iter()
        .map(SegmentModel::Frequencies)
        .collect();
    Expectation {
        models: TargetModels { target: target.clone(), by_segment: models },
        quality: Quality::Class(ClassQuality {
            target: target.name.clone(),
            rows: rows.len(),
            segments_help: pooling.is_finite(),
            global: (&global_pairs[..]).into(),
            segments: (&segment_pairs[..]).into(),
        }),
    }
}

/// `(n_c + m p_c) / (n + m)` in each segment, with the global frequency `p_c` (half a customer is added to
/// every class, so that none is impossible) and `m` the pooling.
fn frequencies(
    rows: &[&Row<usize>],
    n_segments: usize,
    n_classes: usize,
    pooling: f64,
) -> Vec<Vec<f64>> {
    let mut counts = vec![vec![0.0; n_classes]; n_segments];
    for row in rows {
        counts[row.segment][row.y] += 1.0;
    }
    let n = rows.len() as f64 + 0.5 * n_classes as f64;
    let global: Vec<f64> = (0..n_classes)
        .map(|c| (counts.iter().map(|own| own[c]).fold(0.5, |a, b| a + b)) / n)
        .collect();
    counts
        .into_iter()
        .map(|own| {
            if pooling.is_infinite() {
                return global.clone();
            }
            let total = own.iter().fold(pooling, |a, b| a + b);
            own.iter().zip(&global).map(|(count, p)| (count + pooling * p) / total).collect()
        })
        .collect()
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

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for value in values {
        sum += value;
        n += 1.0;
    }
    if n > 0.0 { sum / n } else { 0.0 }
}

fn mean_squared_error(pairs: &[(f64, f64)]) -> f64 {
    mean(pairs.iter().map(|(y, predicted)| (y - predicted) * (y - predicted)))
}

/// Without a target: what is typical of each segment, column by column: the median of those who have a value,
/// to three significant digits, or the frequencies of the words.
pub fn typical(
    schema: &Schema,
    dataset: &Dataset,
    labels: &[u16],
    n_segments: usize,
) -> Vec<TargetModels> {
    let columns = schema.columns().iter().enumerate();
    columns
        .map(|(position, column)| {
            let values = || {
                let customers = dataset.customers.iter().zip(labels);
                customers.map(move |(customer, &label)| {
                    (usize::from(label), customer.record.values()[position])
                })
            };
            let (kind, by_segment) = match &column.kind {
                ColumnKind::Numeric => (TargetKind::Number, typical_numbers(values(), n_segments)),
                kind => {
                    let classes = (0..kind.n_levels())
                        .map(|id| kind.level(id).unwrap_or(OTHER).to_owned())
                        .collect();
                    (
                        TargetKind::Class { classes },
                        typical_words(values(), n_segments, kind.n_levels()),
                    )
                }
            };
            TargetModels { target: Target { name: column.name.clone(), kind }, by_segment }
        })
        .collect()
}

fn typical_numbers(
    values: impl Iterator<Item = (usize, Value)>,
    n_segments: usize,
) -> Vec<SegmentModel> {
    medians(values, n_segments).into_iter().map(SegmentModel::Constant).collect()
}

/// Each segment's median, to three significant digits; a segment where nobody has a value gets that of all.
pub fn medians(values: impl Iterator<Item = (usize, Value)>, n_segments: usize) -> Vec<f64> {
    let mut by_segment = vec![Vec::new(); n_segments];
    let mut all = Vec::new();
    for (segment, value) in values {
        if let Value::Number(number) = value {
            by_segment[segment].push(number.get());
            all.push(number.get());
        }
    }
    all.sort_by(f64::total_cmp);
    by_segment
        .into_iter()
        .map(|mut own| {
            own.sort_by(f64::total_cmp);
            three_digits(median(if own.is_empty() { &all } else { &own }))
        })
        .collect()
}

fn typical_words(
    values: impl Iterator<Item = (usize, Value)>,
    n_segments: usize,
    n_levels: usize,
) -> Vec<SegmentModel> {
    let rows: Vec<Row<usize>> = values
        .filter_map(|(segment, value)| {
            let Value::Level(id) = value else { return None };
            Some(Row { x: &[], segment, fold: 0, y: id.into() })
        })
        .collect();
    let rows: Vec<&Row<usize>> = rows.iter().collect();
    let lightest = POOLING[0];
    frequencies(&rows, n_segments, n_levels, lightest)
        .into_iter()
        .map(SegmentModel::Frequencies)
        .collect()
}

/// To three significant digits: a median is some customer's own figure, and need not be known exactly.
fn three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value) + 0.0
}

/// How much of what is typical of a column the segments explain: mean absolute error of the segments' medians
/// beside that of the median of all, for numeric columns.
pub fn typical_quality(models: &[TargetModels], dataset: &Dataset, labels: &[u16]) -> Vec<Quality> {
    let mut found = Vec::new();
    for (position, models) in models.iter().enumerate() {
        if models.target.kind != TargetKind::Number {
            continue;
        }
        let (mut all, mut own_errors) = (Vec::new(), Vec::new());
        for (customer, &label) in dataset.customers.iter().zip(labels) {
            let Value::Number(number) = customer.record.values()[position] else { continue };
            if let SegmentModel::Constant(typical) = &models.by_segment[usize::from(label)] {
                own_errors.push((number.get() - typical).abs());
                all.push(number.get());
            }
        }
        all.sort_by(f64::total_cmp);
        let middle = median(&all);
        found.push(Quality::Typical {
            column: models.target.name.clone(),
            mae_all: mean(all.iter().map(|v| (v - middle).abs())),
            mae_segments: mean(own_errors.into_iter()),
        });
    }
    found
}
