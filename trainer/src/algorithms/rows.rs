//! Customers as k-prototypes reads them: numbers, and levels.

use shared::FeatureVector;
use shared::prototypes::Prototypes;

/// The numeric features and the levels of all customers, flat and row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct MixedRows {
    n_rows: usize,
    n_numeric: usize,
    n_categorical: usize,
    numeric: Vec<f64>,
    levels: Vec<u16>,
}

impl MixedRows {
    /// Of customers prepared by one transform, in canonical order.
    pub fn of<'v>(vectors: impl IntoIterator<Item = &'v FeatureVector>) -> Self {
        let parts = vectors.into_iter().map(|vector| (vector.numeric(), vector.levels()));
        Self::from_parts(parts)
    }

    pub(super) fn from_parts<'v>(parts: impl IntoIterator<Item = (&'v [f64], &'v [u16])>) -> Self {
        let (mut n_rows, mut numeric, mut levels) = (0, Vec::new(), Vec::new());
        for (numbers, words) in parts {
            n_rows += 1;
            numeric.extend_from_slice(numbers);
            levels.extend_from_slice(words);
        }
        let width = |len: usize| len.checked_div(n_rows).unwrap_or(0);
        let (n_numeric, n_categorical) = (width(numeric.len()), width(levels.len()));
        Self { n_rows, n_numeric, n_categorical, numeric, levels }
    }

    /// Some of the rows, in the order given.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        Self::from_parts(rows.iter().map(|&row| (self.numeric(row), self.levels(row))))
    }

    /// The customers.
    pub fn len(&self) -> usize {
        self.n_rows
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.n_rows == 0
    }

    /// The numeric features of each.
    pub fn n_numeric(&self) -> usize {
        self.n_numeric
    }

    /// The categorical columns of each.
    pub fn n_categorical(&self) -> usize {
        self.n_categorical
    }

    pub(super) fn numeric(&self, row: usize) -> &[f64] {
        &self.numeric[row * self.n_numeric..][..self.n_numeric]
    }

    pub(super) fn levels(&self, row: usize) -> &[u16] {
        &self.levels[row * self.n_categorical..][..self.n_categorical]
    }

    /// Every prototype's score of one row.
    pub(super) fn scores(&self, prototypes: &Prototypes, row: usize, out: &mut [f64]) {
        prototypes.scores(self.numeric(row), self.levels(row), out);
    }
}
