//! Sums of products, from which regressions are solved without going through the customers again.

use crate::ridge::{Gram, LinearFit};

/// The number of rows, the sums of some variables and of their products.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    n_vars: usize,
    /// How many rows there are.
    pub(super) n: f64,
    sums: Vec<f64>,
    /// `(n_vars, n_vars)`, row-major; below the diagonal is not used.
    upper: Vec<f64>,
}

impl Moments {
    /// Of no rows.
    pub(super) fn new(n_vars: usize) -> Self {
        Self { n_vars, n: 0.0, sums: vec![0.0; n_vars], upper: vec![0.0; n_vars * n_vars] }
    }

    /// Adds one row of as many values as there are variables.
    pub(super) fn add(&mut self, values: &[f64]) {
        self.n += 1.0;
        let rows = self.upper.chunks_exact_mut(self.n_vars.max(1));
        for (((i, &value), sum), products) in
            values.iter().enumerate().zip(&mut self.sums).zip(rows)
        {
            *sum += value;
            // Indicators and levels are mostly 0.
            if value != 0.0 {
                for (product, other) in products[i..].iter_mut().zip(&values[i..]) {
                    *product += value * other;
                }
            }
        }
    }

    /// Adds the rows of other sums.
    pub(super) fn merge(&mut self, other: &Self) {
        self.n += other.n;
        for (sum, other) in self.sums.iter_mut().zip(&other.sums) {
            *sum += other;
        }
        for (product, other) in self.upper.iter_mut().zip(&other.upper) {
            *product += other;
        }
    }

    /// The same of some of the variables, ascending but for the last.
    pub(super) fn of(&self, vars: &[usize]) -> Self {
        let mut chosen = Self::new(vars.len());
        chosen.n = self.n;
        for (i, &a) in vars.iter().enumerate() {
            chosen.sums[i] = self.sums[a];
            for (j, &b) in vars.iter().enumerate().skip(i) {
                chosen.upper[i * vars.len() + j] = self.upper[a.min(b) * self.n_vars + a.max(b)];
            }
        }
        chosen
    }

    /// For each penalty the ridge regression of the last variable on the others, its intercept free; the penalty
    /// counts in rows. Without rows all is 0.
    pub(super) fn ridge(&self, penalties: &[f64]) -> Vec<LinearFit> {
        let inputs = self.n_vars - 1;
        if self.n == 0.0 {
            let none = LinearFit { weights: vec![0.0; inputs], intercept: 0.0 };
            return vec![none; penalties.len()];
        }
        let centred = |i: usize, j: usize| {
            self.upper[i * self.n_vars + j] - self.sums[i] * (self.sums[j] / self.n)
        };
        let mut upper = vec![0.0; inputs * inputs];
        for i in 0..inputs {
            for j in i..inputs {
                upper[i * inputs + j] = centred(i, j);
            }
            // Rounding alone can make a constant's variance negative.
            upper[i * inputs + i] = upper[i * inputs + i].max(0.0);
        }
        let gram = Gram::of(upper, (0..inputs).map(|i| centred(i, inputs)).collect());
        let fit = |&penalty: &f64| {
            let weights = gram.clone().solve(penalty);
            let explained = weights.iter().zip(&self.sums).fold(0.0, |sum, (w, s)| sum + w * s);
            LinearFit { intercept: (self.sums[inputs] - explained) / self.n, weights }
        };
        penalties.iter().map(fit).collect()
    }

    /// The sum over the rows of the squared error of `fit` as a prediction of the last variable.
    pub(super) fn squared_error(&self, fit: &LinearFit) -> f64 {
        let last = self.n_vars - 1;
        let factor = |i: usize| if i == last { 1.0 } else { -fit.weights[i] };
        let (mut squares, mut sum) = (0.0, 0.0);
        for i in 0..self.n_vars {
            let products = &self.upper[i * self.n_vars..(i + 1) * self.n_vars];
            let mut row = 0.5 * factor(i) * products[i];
            for (j, product) in products.iter().enumerate().skip(i + 1) {
                row += factor(j) * product;
            }
            squares += 2.0 * factor(i) * row;
            sum += factor(i) * self.sums[i];
        }
        squares - 2.0 * fit.intercept * sum + self.n * fit.intercept * fit.intercept
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::random::{Purpose, Stream};
    use crate::ridge::Ridge;

    fn rows() -> Vec<[f64; 4]> {
        let mut stream = Stream::new(3, Purpose::Sample, 0);
        (0..200).map(|_| [0; 4].map(|_| shared::grid::snap(stream.normal()))).collect()
    }

    #[test]
    fn regressions_from_sums_are_those_from_rows() {
        let mut moments = Moments::new(4);
        for row in &rows() {
            moments.add(row);
        }
        let chosen = moments.of(&[0, 3, 1]);
        let x = Array2::from_shape_fn((200, 2), |(i, j)| rows()[i][[0, 3][j]]);
        let y: Vec<f64> = rows().iter().map(|row| row[1]).collect();
        for (fit, penalty) in chosen.ridge(&[1.0, 100.0]).iter().zip([1.0, 100.0]) {
            let expected = Ridge::new(penalty).unwrap().fit(x.view(), &y, None);
            assert!((fit.intercept - expected.intercept).abs() < 1e-12);
            for (a, b) in fit.weights.iter().zip(&expected.weights) {
                assert!((a - b).abs() < 1e-12);
            }
            let error: f64 = rows()
                .iter()
                .map(|r| r[1] - fit.intercept - fit.weights[0] * r[0] - fit.weights[1] * r[3])
                .map(|e| e * e)
                .sum();
            assert!((chosen.squared_error(fit) - error).abs() < 1e-9 * error);
        }
    }

    #[test]
    fn sums_of_parts_are_sums_of_all() {
        let (mut whole, mut half, mut rest) = (Moments::new(4), Moments::new(4), Moments::new(4));
        for (i, row) in rows().iter().enumerate() {
            whole.add(row);
            if i < 90 { &mut half } else { &mut rest }.add(row);
        }
        half.merge(&rest);
        assert_eq!(half.n, whole.n);
        assert_eq!(half.sums, whole.sums);
        for (a, b) in half.upper.iter().zip(&whole.upper) {
            assert!((a - b).abs() < 1e-9);
        }
    }
}
