//! Linear regression shrunk toward a prior (Hoerl and Kennard 1970; with a prior mean, Lindley and Smith
//! 1972).
//!
//! Solved by Cholesky with every sum in row order, so that the same rows give the same bits anywhere.

use ndarray::ArrayView2;

/// A pivot below this share of its diagonal is rounding: its feature repeats earlier ones.
const DEPENDENT: f64 = 1e-13;

/// A straight-line rule: `intercept + weights . x`.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearFit {
    /// `(n_features,)`, in the target's unit per unit of the feature.
    pub weights: Vec<f64>,
    /// In the target's unit.
    pub intercept: f64,
}

/// Ridge regression with a checked penalty.
#[derive(Debug, Clone, Copy)]
pub struct Ridge {
    lambda: f64,
}

impl Ridge {
    /// `None` unless `lambda` is finite and above zero.
    pub fn new(lambda: f64) -> Option<Self> {
        (lambda.is_finite() && lambda > 0.0).then_some(Self { lambda })
    }

    /// The `w` and `b` that minimise the sum over rows of `(y - b - w . x)^2`, plus
    ///
    /// - without a prior: `lambda |w|^2`; the intercept is free;
    /// - with the prior `w0` and `b0`: `lambda (|w - w0|^2 + (b - b0)^2)`.
    ///
    /// The penalty is not scaled by the number of rows, so a prior counts as a fixed number of them. Without
    /// rows the answer is the prior, or else zero. A feature that repeats earlier ones to within rounding,
    /// under a `lambda` too small to matter, keeps its prior weight.
    ///
    /// # Shapes: `x` is `(n_rows, n_features)`, `y` is `(n_rows,)`, both finite.
    /// # Panics
    /// When the lengths of `y` or of the prior's weights do not fit `x`.
    pub fn fit(self, x: ArrayView2<'_, f64>, y: &[f64], prior: Option<&LinearFit>) -> LinearFit {
        let (n_rows, n_features) = x.dim();
        assert_eq!(n_rows, y.len(), "a target for each row");
        let start = prior
            .cloned()
            .unwrap_or_else(|| LinearFit { weights: vec![0.0; n_features], intercept: 0.0 });
        assert_eq!(n_features, start.weights.len(), "a prior weight for each feature");
        if n_rows == 0 {
            return start;
        }
        let n = n_rows as f64;
        let x = x.as_standard_layout();
        let rows = || x.rows().into_iter();

        // What is left of y after the prior; the change of the weights is fitted to that.
        let rest: Vec<f64> = rows()
            .zip(y)
            .map(|(row, y)| y - start.intercept - dot(start.weights.iter().zip(row)))
            .collect();
        // Means are taken from the first row on: a constant column then centres to zero exactly.
        let rest_mean = rest[0] + sum(rest.iter().map(|r| r - rest[0])) / n;
        let first = x.row(0);
        let mut means = vec![0.0; n_features];
        for row in rows() {
            for ((mean, v), first) in means.iter_mut().zip(row).zip(first) {
                *mean += v - first;
            }
        }
        for (mean, first) in means.iter_mut().zip(first) {
            *mean = first + *mean / n;
        }

        let mut gram = Gram::new(n_features);
        let mut centred = vec![0.0; n_features];
        for (row, rest) in rows().zip(&rest) {
            for ((centred, v), mean) in centred.iter_mut().zip(row).zip(&means) {
                *centred = v - mean;
            }
            gram.add(&centred, rest - rest_mean, 1.0);
        }
        // Eliminating an intercept with penalty mu leaves the centred problem and the means as one more
        // row, of weight n mu / (n + mu): none when the intercept is free.
        let mu = if prior.is_some() { self.lambda } else { 0.0 };
        gram.add(&means, rest_mean, n * (mu / (n + mu)));

        let change = gram.solve(self.lambda);
        let shift = (rest_mean - dot(change.iter().zip(&means))) * (n / (n + mu));
        LinearFit {
            weights: start.weights.iter().zip(&change).map(|(w, change)| w + change).collect(),
            intercept: start.intercept + shift,
        }
    }
}

/// The normal equations: the upper triangle of the sum of `x x^T`, and the sum of `x y`.
#[derive(Debug, Clone)]
pub(crate) struct Gram {
    n: usize,
    /// `(n, n)`, row-major; below the diagonal is not used.
    upper: Vec<f64>,
    pub(crate) right: Vec<f64>,
}

impl Gram {
    pub(crate) fn new(n: usize) -> Self {
        Self { n, upper: vec![0.0; n * n], right: vec![0.0; n] }
    }

    /// From sums that are known; the lengths are `n * n` and `n`.
    pub(crate) fn of(upper: Vec<f64>, right: Vec<f64>) -> Self {
        Self { n: right.len(), upper, right }
    }

    /// One row more, counted `weight` times.
    pub(crate) fn add(&mut self, x: &[f64], y: f64, weight: f64) {
        for (i, xi) in x.iter().enumerate() {
            let scaled = weight * xi;
            for (sum, xj) in self.upper[i * self.n + i..(i + 1) * self.n].iter_mut().zip(&x[i..]) {
                *sum += scaled * xj;
            }
            self.right[i] += scaled * y;
        }
    }

    /// The solution of `(G + lambda I) v = right`.
    pub(crate) fn solve(self, lambda: f64) -> Vec<f64> {
        self.factor(lambda).solve(self.right)
    }

    /// `R^T R = G + lambda I`, with `R` upper triangular.
    pub(crate) fn factor(&self, lambda: f64) -> Factor {
        let n = self.n;
        let mut upper = self.upper.clone();
        let mut dependent = Vec::with_capacity(n);
        for i in 0..n {
            let diagonal = upper[i * n + i] + lambda;
            let mut pivot = diagonal;
            for k in 0..i {
                pivot -= upper[k * n + i] * upper[k * n + i];
            }
            let repeats = pivot <= DEPENDENT * diagonal;
            let root = shared::math::sqrt(pivot);
            for j in i..n {
                let mut entry = upper[i * n + j];
                for k in 0..i {
                    entry -= upper[k * n + i] * upper[k * n + j];
                }
                // A row of zeros takes the feature out of the equations.
                upper[i * n + j] = if repeats { 0.0 } else { entry / root };
            }
            upper[i * n + i] = if repeats { 1.0 } else { root };
            dependent.push(repeats);
        }
        Factor { n, upper, dependent }
    }
}

/// A Cholesky factor.
pub(crate) struct Factor {
    n: usize,
    upper: Vec<f64>,
    dependent: Vec<bool>,
}

impl Factor {
    /// The solution of `R^T R v = right`; what repeats gets 0.
    pub(crate) fn solve(&self, right: Vec<f64>) -> Vec<f64> {
        let Self { n, upper, dependent } = self;
        let n = *n;
        let mut solution = right;
        for i in 0..n {
            for k in 0..i {
                solution[i] -= upper[k * n + i] * solution[k];
            }
            solution[i] = if dependent[i] { 0.0 } else { solution[i] / upper[i * n + i] };
        }
        for i in (0..n).rev() {
            for j in i + 1..n {
                solution[i] -= upper[i * n + j] * solution[j];
            }
            solution[i] = if dependent[i] { 0.0 } else { solution[i] / upper[i * n + i] };
        }
        solution
    }
}

fn sum(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |sum, v| sum + v)
}

fn dot<'a>(pairs: impl Iterator<Item = (&'a f64, &'a f64)>) -> f64 {
    sum(pairs.map(|(a, b)| a * b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    const Y: [f64; 6] = [3.0, -1.0, 4.5, 0.25, 7.0, -2.0];

    fn x() -> Array2<f64> {
        array![
            [0.5, -1.0, 2.0],
            [1.5, 0.25, -0.75],
            [-2.0, 1.0, 0.5],
            [0.0, -0.5, -1.5],
            [3.0, 2.0, 1.0],
            [-1.0, 0.75, -2.25]
        ]
    }

    fn prior() -> LinearFit {
        LinearFit { weights: vec![1.0, -0.5, 0.25], intercept: 2.0 }
    }

    fn assert_close(fit: &LinearFit, weights: &[f64], intercept: f64, within: f64) {
        assert_eq!(fit.weights.len(), weights.len());
        for (a, b) in fit.weights.iter().zip(weights) {
            assert!((a - b).abs() <= within, "{fit:?}");
        }
        assert!((fit.intercept - intercept).abs() <= within, "{fit:?}");
    }

    #[test]
    fn one_feature_agrees_with_the_sum_done_by_hand() {
        // Centred, the sum of x y is 8 and of x x is 2: 8 / (2 + 2) = 2, and 5 - 2 * 2 = 1.
        let x = array![[1.0], [2.0], [3.0]];
        let fit = Ridge::new(2.0).unwrap().fit(x.view(), &[1.0, 5.0, 9.0], None);
        assert_eq!(fit, LinearFit { weights: vec![2.0], intercept: 1.0 });
    }

    #[test]
    fn without_a_prior_it_is_scikit_learns_ridge() {
        // scikit-learn 1.9.1, Ridge(alpha, solver="cholesky").
        let fit = Ridge::new(0.5).unwrap().fit(x().view(), &Y, None);
        let weights = [-0.044_006_865_512_827, 1.449_406_485_274_088, 1.677_881_631_691_155];
        assert_close(&fit, &weights, 1.648_729_858_255_265, 1e-13);
        let fit = Ridge::new(10.0).unwrap().fit(x().view(), &Y, None);
        let weights = [0.181_916_252_124_54, 0.537_241_540_849_176, 0.931_435_877_907_296];
        assert_close(&fit, &weights, 1.829_083_253_589_213, 1e-13);
    }

    #[test]
    fn with_a_prior_it_is_scikit_learns_ridge_on_what_the_prior_leaves() {
        // scikit-learn 1.9.1, Ridge(2, fit_intercept=False, solver="cholesky") on the residuals, with a
        // column of ones; the prior added back.
        let fit = Ridge::new(2.0).unwrap().fit(x().view(), &Y, Some(&prior()));
        let weights = [0.179_552_732_646_262, 0.953_178_242_156_486, 1.473_738_333_023_1];
        assert_close(&fit, &weights, 1.810_210_907_792_42, 1e-13);
    }

    #[test]
    fn a_huge_penalty_gives_the_prior_and_a_tiny_one_the_least_squares() {
        for lambda in [1e15, 1e300] {
            let fit = Ridge::new(lambda).unwrap().fit(x().view(), &Y, Some(&prior()));
            assert_close(&fit, &prior().weights, 2.0, 1e-12);
            let fit = Ridge::new(lambda).unwrap().fit(x().view(), &Y, None);
            assert_close(&fit, &[0.0; 3], Y.iter().sum::<f64>() / 6.0, 1e-12);
        }
        let exact: Vec<f64> = x().rows().into_iter().map(|r| 1.0 + r[0] - 2.0 * r[2]).collect();
        let fit = Ridge::new(1e-12).unwrap().fit(x().view(), &exact, Some(&prior()));
        assert_close(&fit, &[1.0, 0.0, -2.0], 1.0, 1e-10);
    }

    #[test]
    fn without_rows_the_answer_is_the_prior() {
        let none = Array2::zeros((0, 3));
        let ridge = Ridge::new(1.0).unwrap();
        assert_eq!(ridge.fit(none.view(), &[], Some(&prior())), prior());
        assert_close(&ridge.fit(none.view(), &[], None), &[0.0; 3], 0.0, 0.0);
    }

    #[test]
    fn repeated_and_constant_features_and_a_constant_target_stay_finite() {
        let x = Array2::from_shape_fn((7, 4), |(i, j)| match j {
            0 | 1 => i as f64 / 3.0,
            2 => 0.1,
            _ => 15.0 - i as f64,
        });
        let rising: Vec<f64> = (0..7).map(|i| 0.3 * f64::from(i)).collect();
        for lambda in [f64::MIN_POSITIVE, 1e-30, 1e-9, 1.0, 1e300] {
            for prior in [None, Some(LinearFit { weights: vec![0.5; 4], intercept: -3.0 })] {
                let ridge = Ridge::new(lambda).unwrap();
                let flat = ridge.fit(x.view(), &[0.7; 7], prior.as_ref());
                assert!(flat.weights.iter().all(|w| w.abs() < 10.0), "{lambda} {flat:?}");
                assert!(flat.intercept.abs() < 100.0, "{lambda} {flat:?}");
                if prior.is_none() {
                    assert_close(&flat, &[0.0; 4], 0.7, 0.0);
                }
                let fit = ridge.fit(x.view(), &rising, prior.as_ref());
                assert!(fit.weights.iter().all(|w| w.abs() < 10.0), "{lambda} {fit:?}");
                assert!(fit.intercept.is_finite());
            }
        }
    }

    #[test]
    fn more_features_than_rows_stay_finite() {
        let x = Array2::from_shape_fn((2, 5), |(i, j)| (i * 5 + j) as f64);
        let fit = Ridge::new(1e-20).unwrap().fit(x.view(), &[1.0, 2.0], None);
        for (row, y) in x.rows().into_iter().zip([1.0, 2.0]) {
            let predicted = fit.intercept + dot(fit.weights.iter().zip(row));
            assert!((predicted - y).abs() < 1e-9);
        }
    }

    #[test]
    fn a_penalty_that_is_not_positive_and_finite_is_refused() {
        for lambda in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Ridge::new(lambda).is_none());
        }
    }
}
