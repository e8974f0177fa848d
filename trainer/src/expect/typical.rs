//! No target: what is typical of each segment, column by column.

use shared::model::TargetModels;
use shared::number::to_three_digits;
use shared::schema::is_name;
use shared::segment_model::{SegmentModel, Target, TargetKind};
use shared::{Column, ColumnKind, Schema, Value};

use super::class::frequencies;
use super::{POOLING, Row, mean};
use crate::dataset::Dataset;
use crate::infer::OTHER;
use crate::prepare::median;
use crate::quality::Quality;

/// Who is in which segment.
#[derive(Debug, Clone, Copy)]
pub struct Segments<'a> {
    /// Each customer's segment, `(n_customers,)`, in canonical order.
    pub labels: &'a [u16],
    /// How many there are.
    pub n_segments: usize,
    /// A figure of fewer customers is not given: it could be one person's.
    pub min_customers: usize,
}

impl Segments<'_> {
    /// Each customer's segment and value of a column.
    fn values(&self, dataset: &Dataset, position: usize) -> impl Iterator<Item = (usize, Value)> {
        let customers = dataset.customers.iter().zip(self.labels);
        customers.map(move |(customer, &label)| (label.into(), customer.record.values()[position]))
    }

    /// Each segment's median of a column of numbers or dates (in days before `as_of`), to three significant digits; a segment where too few have a
    /// value gets that of all.
    pub fn medians(&self, dataset: &Dataset, position: usize) -> Vec<f64> {
        let mut by_segment = vec![Vec::new(); self.n_segments];
        let mut all = Vec::new();
        for (segment, value) in self.values(dataset, position) {
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
                to_three_digits(median(if own.len() < self.min_customers { &all } else { &own }))
            })
            .collect()
    }

    /// Each segment's frequencies of a column's words, held to those of all by one customer's weight.
    fn frequencies(&self, dataset: &Dataset, position: usize, n_levels: usize) -> Vec<Vec<f64>> {
        let rows: Vec<Row<usize>> = self
            .values(dataset, position)
            .filter_map(|(segment, value)| {
                let Value::Level(id) = value else { return None };
                let y = usize::from(id);
                (y < n_levels).then_some(Row { x: &[], segment, fold: 0, y })
            })
            .collect();
        let rows: Vec<&Row<usize>> = rows.iter().collect();
        frequencies(&rows, self.n_segments, n_levels, POOLING[0])
    }
}

/// What the figures of a column of numbers or dates are called: the column's name, and for dates
/// `days_since_` before it, unless that is no name or another column's.
fn figure_name(schema: &Schema, column: &Column) -> String {
    let days_since = format!("days_since_{}", column.name);
    let is_date = matches!(column.kind, ColumnKind::Date { .. });
    let is_free = is_name(&days_since) && !schema.knows(&days_since);
    if is_date && is_free { days_since } else { column.name.clone() }
}

/// The medians of numbers and of days since dates, and the frequencies of words, as models of every column.
pub fn models(schema: &Schema, dataset: &Dataset, segments: &Segments) -> Vec<TargetModels> {
    let columns = schema.columns().iter().enumerate();
    columns
        .map(|(position, column)| {
            if column.kind.n_levels() == 0 {
                let name = figure_name(schema, column);
                let medians = segments.medians(dataset, position);
                let by_segment = medians.into_iter().map(SegmentModel::Constant).collect();
                return TargetModels {
                    target: Target { name, kind: TargetKind::Number },
                    by_segment,
                };
            }
            let name = column.name.clone();
            let n_levels = column.kind.n_levels();
            let level = |id| column.kind.level(id).unwrap_or(OTHER).to_owned();
            let kind = TargetKind::Class { classes: (0..n_levels).map(level).collect() };
            let frequencies = segments.frequencies(dataset, position, n_levels);
            let by_segment = frequencies.into_iter().map(SegmentModel::Frequencies).collect();
            TargetModels { target: Target { name, kind }, by_segment }
        })
        .collect()
}

/// How much of what is typical of a column the segments explain: mean absolute error of the segments' medians
/// beside that of the median of all, for columns of numbers and dates.
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
