//! The rows and inputs of one fit, centred.

use ndarray::ArrayView2;

/// Inputs less their means, row by row: intercepts then hardly depend on weights.
pub(super) struct Rows {
    pub(super) n: usize,
    pub(super) n_inputs: usize,
    /// `(n, n_inputs)`, flat.
    pub(super) values: Vec<f64>,
    pub(super) means: Vec<f64>,
}

impl Rows {
    pub(super) fn new(x: ArrayView2<'_, f64>, rows: &[u32], inputs: &[usize]) -> Self {
        let (n, n_inputs) = (rows.len(), inputs.len());
        let mut values = Vec::with_capacity(n * n_inputs);
        for &row in rows {
            let row = x.row(row as usize);
            values.extend(inputs.iter().map(|&input| row[input]));
        }
        // From the first row on: a constant column then centres to zero exactly.
        let first: Vec<f64> = values[..n_inputs].to_vec();
        let mut means = vec![0.0; n_inputs];
        for row in values.chunks_exact(n_inputs.max(1)) {
            for ((mean, v), first) in means.iter_mut().zip(row).zip(&first) {
                *mean += v - first;
            }
        }
        for (mean, first) in means.iter_mut().zip(&first) {
            *mean = first + *mean / n as f64;
        }
        for row in values.chunks_exact_mut(n_inputs.max(1)) {
            for (v, mean) in row.iter_mut().zip(&means) {
                *v -= mean;
            }
        }
        Self { n, n_inputs, values, means }
    }

    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.n_inputs..(row + 1) * self.n_inputs]
    }
}

/// The sum of products, in order.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}
