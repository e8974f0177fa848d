//! What the customers of each segment have in each column, counted once for all who tell of it.

use rayon::prelude::*;
use shared::{ColumnKind, Schema, Value};

use crate::dataset::Dataset;
use crate::prepare::median;

/// The figures of one column.
pub(super) enum Figures {
    /// Of numbers, and of days since dates.
    Numbers {
        /// By segment.
        by_segment: Vec<Numbers>,
        /// Of all customers.
        all: Numbers,
        /// Whether none has a fraction.
        whole: bool,
    },
    /// How often each level occurs, by its id.
    Levels {
        /// By segment.
        by_segment: Vec<Vec<usize>>,
        /// Of all customers.
        all: Vec<usize>,
    },
}

/// Figures of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Numbers {
    /// How many customers have one.
    pub n: usize,
    /// How many have one that is not 0.
    pub n_not_zero: usize,
    /// The median; 0 where nobody has one.
    pub median: f64,
}

impl Numbers {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let n_not_zero = values.iter().filter(|value| **value != 0.0).count();
        Self { n: values.len(), n_not_zero, median: median(&values) }
    }

    /// The share of those who have a number other than 0 among those who have one.
    pub(super) fn not_zero(&self) -> f64 {
        share(self.n_not_zero, self.n)
    }
}

/// A part of a whole; 0 of nothing.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The figures of every column, in schema order.
///
/// # Shapes: `labels` is `(n_customers,)`, each below `n_segments`.
pub(super) fn figures(
    schema: &Schema,
    dataset: &Dataset,
    labels: &[u16],
    n_segments: usize,
) -> Vec<Figures> {
    let columns: Vec<_> = schema.columns().iter().enumerate().collect();
    columns
        .into_par_iter()
        .map(|(position, column)| {
            let values =
                dataset.customers.iter().zip(labels).map(|(customer, &label)| {
                    (usize::from(label), customer.record.values()[position])
                });
            match column.kind {
                ColumnKind::Numeric { .. } | ColumnKind::Date { .. } => numbers(values, n_segments),
                _ => levels(values, n_segments, column.kind.n_ids()),
            }
        })
        .collect()
}

fn numbers(values: impl Iterator<Item = (usize, Value)>, n_segments: usize) -> Figures {
    let mut by_segment = vec![Vec::new(); n_segments];
    let mut all = Vec::new();
    for (segment, value) in values {
        if let Value::Number(number) = value {
            by_segment[segment].push(number.get());
            all.push(number.get());
        }
    }
    let whole = all.iter().all(|value| shared::math::floor(*value) == *value);
    let by_segment = by_segment.into_iter().map(Numbers::of).collect();
    Figures::Numbers { by_segment, all: Numbers::of(all), whole }
}

fn levels(values: impl Iterator<Item = (usize, Value)>, n_segments: usize, n: usize) -> Figures {
    let mut by_segment = vec![vec![0; n]; n_segments];
    let mut all = vec![0; n];
    for (segment, value) in values {
        if let Value::Level(id) = value {
            by_segment[segment][usize::from(id)] += 1;
            all[usize::from(id)] += 1;
        }
    }
    Figures::Levels { by_segment, all }
}
