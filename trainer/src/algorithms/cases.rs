//! Customers made for tests.

use ndarray::Array2;
use shared::number::Finite;
use shared::{Column, ColumnKind, FeatureVector, RawCell, Schema, Transform};

use crate::dataset::{Customer, Dataset};
use crate::prepare::{ImputeOptions, estimate};
use crate::random::{Purpose, Stream};

/// Customers, prepared.
pub(crate) struct Case {
    pub(crate) schema: Schema,
    pub(crate) dataset: Dataset,
    pub(crate) transform: Transform,
    pub(crate) vectors: Vec<FeatureVector>,
    pub(crate) x: Array2<f64>,
}

/// Customers with some numbers, and with words among `a`, `b` and `c` where they have one.
pub(crate) fn customers(rows: &[(Vec<f64>, Vec<Option<&'static str>>)]) -> Case {
    let (numbers, words) = &rows[0];
    let number = |j| Column::new(format!("n{j}"), ColumnKind::ANY_NUMBER);
    let word = |j| {
        let levels = ["a", "b", "c"].map(str::to_owned).to_vec();
        let kind = ColumnKind::Categorical { levels, other: false };
        Column { optional: true, ..Column::new(format!("w{j}"), kind) }
    };
    let columns = (0..numbers.len()).map(number).chain((0..words.len()).map(word));
    let schema = Schema::new(columns.collect(), None).unwrap();
    let customer = |(i, (numbers, words)): (usize, &(Vec<f64>, Vec<Option<&'static str>>))| {
        let numbers = numbers.iter().map(|&v| RawCell::Number(Finite::new(v).unwrap()));
        let words = words.iter().map(|word| match word {
            Some(word) => RawCell::Text((*word).into()),
            None => RawCell::Missing,
        });
        let cells: Vec<RawCell<'_>> = numbers.chain(words).collect();
        let record = schema.validate_cells(&cells, None).unwrap();
        Customer { record, targets: Vec::new(), row: 0, fold_hash: i as u128 }
    };
    let dataset = Dataset { customers: rows.iter().enumerate().map(customer).collect() };
    let transform = estimate(&dataset, &schema, &ImputeOptions::default(), 1);
    let vectors = dataset.customers.iter().map(|c| transform.apply(&c.record)).collect();
    let x = dataset.prepare(&transform);
    Case { schema, dataset, transform, vectors, x }
}

/// Customers with numbers only.
pub(crate) fn numbers(rows: impl IntoIterator<Item = Vec<f64>>) -> Case {
    customers(&rows.into_iter().map(|row| (row, Vec::new())).collect::<Vec<_>>())
}

/// Bell-shaped groups of unit deviation round `centres`, row by row in turn; on the grid.
pub(crate) fn blobs(centres: &[[f64; 2]], n_rows: usize, seed: u64) -> Array2<f64> {
    let mut stream = Stream::new(seed, Purpose::Sample, 99);
    Array2::from_shape_fn((n_rows, 2), |(i, j)| {
        shared::grid::snap(centres[i % centres.len()][j] + stream.normal())
    })
}

/// Two interleaved half circles, in turn, and every tenth customer anywhere.
pub(crate) fn moons(n_rows: usize) -> Vec<Vec<f64>> {
    let mut stream = Stream::new(5, Purpose::Sample, 98);
    let row = |i: usize| {
        let angle = std::f64::consts::PI * stream.unit();
        let (x, y) = (angle.cos() + 0.05 * stream.normal(), angle.sin() + 0.05 * stream.normal());
        match i % 10 {
            9 => vec![5.0 * stream.unit() - 2.0, 4.0 * stream.unit() - 1.75],
            i if i % 2 == 0 => vec![x, y],
            _ => vec![1.0 - x, 0.5 - y],
        }
    };
    (0..n_rows).map(row).collect()
}
