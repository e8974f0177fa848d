//! No target: what is typical of each segment, column by column.

use shared::model::TargetModels;
use shared::segment_model::{SegmentModel, Target, TargetKind};
use shared::{ColumnKind, Schema, Value};

use super::class::frequencies;
use super::{POOLING, Row, mean};
use crate::dataset::Dataset;
use crate::infer::OTHER;
use crate::prepare::median;
use crate::quality::Quality;

/// Without a target: what is typical of each segment, column by column: the median of those who have a value,
/// to three significant digits, or the frequencies of the words.
pub fn models(
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
pub fn quality(models: &[TargetModels], dataset: &Dataset, labels: &[u16]) -> Vec<Quality> {
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
