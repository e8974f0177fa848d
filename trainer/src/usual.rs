//! What is usual: every column expected from the customer's others, inside the segment.
//!
//! Of numbers and dates, ridge regression of the prepared value; each segment's own is pooled with that for all
//! where cross-validation says that it helps. Of words, their frequencies in the segment. What is usual of prepared
//! values is a mean there, and so nearer to a median once it is back in the column's unit.

mod gaps;
mod moments;
mod regress;
mod relatives;
mod words;

use ndarray::ArrayView2;
use rayon::prelude::*;
use serde::Serialize;
use shared::schema::is_name;
use shared::segment_model::TargetModels;
use shared::{Column, ColumnKind, Schema, Transform};

pub use self::gaps::{GapAt, GapQuality};
use self::moments::Moments;
use self::regress::Regression;
use crate::dataset::{self, Dataset};

/// As a count.
const FOLDS: usize = dataset::FOLDS as usize;

/// Up to so many model inputs, sums of products are taken once for all columns.
const MAX_SHARED: usize = 256;

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

/// What is usual of every column.
#[derive(Debug)]
pub struct Usual {
    /// One for each column of the schema, in its order.
    pub models: Vec<TargetModels>,
    /// How near customers are to it, for each column of numbers or dates that enough of them have.
    pub quality: Vec<UsualQuality>,
    /// The models without each fold, for columns of numbers and dates.
    by_fold: Vec<Option<Vec<TargetModels>>>,
}

/// How near customers are to what is usual, five folds out of sample. The segments were found once, on all
/// customers, from all their values, so the segment knows something of the value: both figures with segments have
/// that advantage, as they have it when a customer is looked up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UsualQuality {
    /// What it is called.
    pub column: String,
    /// The customers who have a value.
    pub rows: usize,
    /// Mean absolute error of the median of all customers, in the column's unit.
    pub mae_all: f64,
    /// That of the segments' medians.
    pub mae_segment: f64,
    /// That of the usual value.
    pub mae_usual: f64,
    /// The share of the variance of prepared values that the usual value explains; negative where it is worse than
    /// their mean.
    pub r2_prepared: f64,
    /// Whether models of the segments' own are pooled with that for all.
    pub segments_help: bool,
}

/// What all columns share.
struct Ground<'a> {
    dataset: &'a Dataset,
    transform: &'a Transform,
    segments: &'a Segments<'a>,
    /// Model inputs, `(n_customers, n_inputs)`, flat.
    x: &'a [f64],
    n_inputs: usize,
    /// The column of each model input.
    columns: Vec<usize>,
    /// Each customer's fold and segment as one number, fold by fold.
    cells: Vec<usize>,
    /// Sums of products by cell; none where there are too many inputs.
    moments: Vec<Moments>,
}

/// Fits what is usual of every column.
///
/// # Shapes: `inputs` is `(n_customers, n_model_inputs)`, in canonical order, as
/// [`Dataset::prepare_for_models`] gives them.
pub fn fit(
    schema: &Schema,
    dataset: &Dataset,
    transform: &Transform,
    inputs: ArrayView2<'_, f64>,
    segments: &Segments<'_>,
) -> Usual {
    let inputs = inputs.as_standard_layout();
    let x = inputs.as_slice().expect("a standard layout has no gaps");
    let ground = Ground::new(dataset, transform, segments, x, inputs.ncols());
    let relatives = relatives::relatives(schema, dataset);
    let columns: Vec<(usize, &Column)> = schema.columns().iter().enumerate().collect();
    let found: Vec<(TargetModels, Option<Regression>)> = columns
        .into_par_iter()
        .map(|(position, column)| {
            if column.kind.n_levels() > 0 {
                return (words::model(column, position, dataset, segments), None);
            }
            let name = figure_name(schema, column);
            let regression = regress::regress(&ground, position, name, &relatives[position]);
            (regression.models.clone(), Some(regression))
        })
        .collect();
    let mut usual = Usual { models: Vec::new(), quality: Vec::new(), by_fold: Vec::new() };
    for (models, regression) in found {
        usual.models.push(models);
        let (quality, by_fold) = regression.map(|r| (r.quality, r.by_fold)).unzip();
        usual.quality.extend(quality.flatten());
        usual.by_fold.push(by_fold);
    }
    usual
}

impl<'a> Ground<'a> {
    fn new(
        dataset: &'a Dataset,
        transform: &'a Transform,
        segments: &'a Segments<'a>,
        x: &'a [f64],
        n_inputs: usize,
    ) -> Self {
        let columns = transform.input_columns().collect();
        let customers = dataset.customers.iter().zip(segments.labels);
        let cells: Vec<usize> = customers
            .map(|(customer, &label)| {
                usize::from(customer.fold()) * segments.n_segments + usize::from(label)
            })
            .collect();
        let n_cells = FOLDS * segments.n_segments;
        let moments = if n_inputs <= MAX_SHARED {
            (0..n_cells)
                .into_par_iter()
                .map(|cell| {
                    let mut moments = Moments::new(n_inputs);
                    let rows = x.chunks_exact(n_inputs).zip(&cells);
                    rows.filter(|(_, of)| **of == cell).for_each(|(row, _)| moments.add(row));
                    moments
                })
                .collect()
        } else {
            Vec::new()
        };
        Self { dataset, transform, segments, x, n_inputs, columns, cells, moments }
    }
}

impl Ground<'_> {
    /// A customer's model inputs.
    fn row(&self, at: usize) -> &[f64] {
        &self.x[at * self.n_inputs..(at + 1) * self.n_inputs]
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

#[cfg(test)]
mod tests;
