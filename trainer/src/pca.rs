//! Principal components: the axes along which rows vary most (Pearson 1901; Hotelling 1933).

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use shared::math;

/// Rows whose products are summed together: the blocks, and with them the sums' bits, are fixed by the rows
/// alone.
const BLOCK: usize = 4096;

/// Sweeps of rotations at most. Convergence is quadratic: 200 features take about ten.
const MAX_SWEEPS: usize = 60;

/// Covariance off the diagonal, as a share of all its squares, that counts as none.
const NEGLIGIBLE: f64 = 1e-30;

/// The mean and the principal axes of some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    /// The mean row, `(n_features,)`.
    pub mean: Vec<f64>,
    /// The axes, `(n_features, n_features)`: each a unit vector, orthogonal to the others, by falling
    /// variance. Of each, the entry largest in size is positive (ties: the first).
    pub axes: Vec<Vec<f64>>,
    /// The variance along each axis, over n - 1 as in scikit-learn, `(n_features,)`; never negative, 0 where
    /// there is one row.
    pub variances: Vec<f64>,
}

impl Pca {
    /// All components of the rows.
    ///
    /// # Shapes: `x` is `(n_rows, n_features)`, at least one row, finite. The order of rows can move last bits.
    /// # Ties: of equal variances, the axis that the rotations left nearer the first feature comes first.
    pub fn of(x: ArrayView2<'_, f64>) -> Self {
        let mean = mean(x);
        let (variances, vectors) = eigen(covariance(x, &mean));
        let mut order: Vec<usize> = (0..mean.len()).collect();
        order.sort_by(|&a, &b| variances[b].total_cmp(&variances[a]));
        Self {
            mean,
            axes: order.iter().map(|&axis| signed(vectors[axis].clone())).collect(),
            variances: order.iter().map(|&axis| variances[axis].max(0.0)).collect(),
        }
    }

    /// The coordinates of a row along the axes, in their order.
    ///
    /// # Shapes: `row` is `(n_features,)`; so many scores.
    pub fn scores(&self, row: &[f64]) -> impl Iterator<Item = f64> {
        self.axes.iter().map(|axis| {
            let mut score = 0.0;
            for ((value, mean), weight) in row.iter().zip(&self.mean).zip(axis) {
                score += (value - mean) * weight;
            }
            score
        })
    }

    /// The row that has these scores: the inverse of [`scores`](Self::scores).
    ///
    /// # Shapes: `scores` is `(n_features,)`, or shorter where the rest is 0.
    pub fn row(&self, scores: &[f64]) -> Vec<f64> {
        let mut row = self.mean.clone();
        for (score, axis) in scores.iter().zip(&self.axes) {
            for (value, weight) in row.iter_mut().zip(axis) {
                *value += score * weight;
            }
        }
        row
    }

    /// The variance along all axes together.
    pub fn total_variance(&self) -> f64 {
        self.variances.iter().fold(0.0, |sum, variance| sum + variance)
    }
}

fn mean(x: ArrayView2<'_, f64>) -> Vec<f64> {
    let mut mean = vec![0.0; x.ncols()];
    for row in x.rows() {
        for (sum, value) in mean.iter_mut().zip(row) {
            *sum += value;
        }
    }
    for sum in &mut mean {
        *sum /= x.nrows() as f64;
    }
    mean
}

/// The symmetric matrix of covariances over n - 1, row-major.
fn covariance(x: ArrayView2<'_, f64>, mean: &[f64]) -> Vec<Vec<f64>> {
    let d = mean.len();
    let starts: Vec<usize> = (0..x.nrows()).step_by(BLOCK).collect();
    let blocks: Vec<Vec<Vec<f64>>> = starts
        .into_par_iter()
        .map(|start| {
            let mut sums = vec![vec![0.0; d]; d];
            let end = x.nrows().min(start + BLOCK);
            for row in x.slice_axis(Axis(0), (start..end).into()).rows() {
                let centred: Vec<f64> = row.iter().zip(mean).map(|(v, m)| v - m).collect();
                for (i, sums) in sums.iter_mut().enumerate() {
                    for (sum, value) in sums[i..].iter_mut().zip(&centred[i..]) {
                        *sum += centred[i] * value;
                    }
                }
            }
            sums
        })
        .collect();
    let mut covariance = vec![vec![0.0; d]; d];
    let degrees = x.nrows().saturating_sub(1).max(1) as f64;
    for i in 0..d {
        for j in i..d {
            let sum = blocks.iter().fold(0.0, |sum, block| sum + block[i][j]);
            covariance[i][j] = sum / degrees;
            covariance[j][i] = covariance[i][j];
        }
    }
    covariance
}

/// Eigenvalues of a symmetric matrix and the eigenvector of each, unsorted: cyclic Jacobi rotations (Golub and
/// Van Loan, "Matrix Computations", section 8.5).
fn eigen(mut a: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let d = a.len();
    let mut vectors = vec![vec![0.0; d]; d];
    for (i, vector) in vectors.iter_mut().enumerate() {
        vector[i] = 1.0;
    }
    let squares = |row: &[f64]| row.iter().fold(0.0, |sum, v| sum + v * v);
    let total = a.iter().fold(0.0, |sum, row| sum + squares(row));
    for _ in 0..MAX_SWEEPS {
        let off = (0..d).fold(0.0, |sum, i| sum + squares(&a[i][i + 1..]));
        if off <= NEGLIGIBLE * total {
            break;
        }
        for p in 0..d {
            for q in p + 1..d {
                let Some((c, s)) = rotation(a[p][p], a[p][q], a[q][q]) else { continue };
                for row in &mut a {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
                rotate(&mut a, p, q, c, s);
                // The rotation was made for this; rounding must not bring it back.
                (a[p][q], a[q][p]) = (0.0, 0.0);
                rotate(&mut vectors, p, q, c, s);
            }
        }
    }
    ((0..d).map(|i| a[i][i]).collect(), vectors)
}

/// Cosine and sine of the rotation that takes `pq` to 0; `None` where it is 0 already.
fn rotation(pp: f64, pq: f64, qq: f64) -> Option<(f64, f64)> {
    if pq == 0.0 {
        return None;
    }
    let theta = (qq - pp) / (2.0 * pq);
    // The smaller of the two angles; a theta too large to be squared gives 0.
    let t = theta.signum() / (theta.abs() + math::sqrt(theta * theta + 1.0));
    let c = 1.0 / math::sqrt(t * t + 1.0);
    Some((c, t * c))
}

/// Rotates the rows `p < q` of a matrix.
fn rotate(matrix: &mut [Vec<f64>], p: usize, q: usize, c: f64, s: f64) {
    let (head, tail) = matrix.split_at_mut(q);
    for (x, y) in head[p].iter_mut().zip(&mut tail[0]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

/// The vector or its opposite, so that the entry largest in size is positive (ties: the first).
fn signed(mut vector: Vec<f64>) -> Vec<f64> {
    let mut largest = 0.0_f64;
    for &value in &vector {
        if value.abs() > largest.abs() {
            largest = value;
        }
    }
    if largest < 0.0 {
        for value in &mut vector {
            *value = 0.0 - *value;
        }
    }
    vector
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::random::{Purpose, Stream};

    fn assert_close(ours: &[f64], expected: &[f64]) {
        assert_eq!(ours.len(), expected.len());
        for (a, b) in ours.iter().zip(expected) {
            assert!((a - b).abs() < 1e-12, "{ours:?} and {expected:?}");
        }
    }

    fn correlated(n: usize, d: usize) -> Array2<f64> {
        let mut stream = Stream::new(5, Purpose::Sample, 0);
        let mix = Array2::from_shape_fn((d, d), |_| stream.normal());
        let x = Array2::from_shape_fn((n, d), |_| stream.normal());
        x.dot(&mix) + 3.0
    }

    #[test]
    fn a_line_has_one_axis() {
        let pca = Pca::of(array![[1.0, 5.0], [2.0, 3.0], [3.0, 1.0]].view());
        assert_close(&pca.mean, &[2.0, 3.0]);
        assert_close(&pca.variances, &[5.0, 0.0]);
        // (1, -2) and (2, 1), each with its largest entry positive.
        let unit = 5.0_f64.sqrt();
        assert_close(&pca.axes[0], &[-1.0 / unit, 2.0 / unit]);
        assert_close(&pca.axes[1], &[2.0 / unit, 1.0 / unit]);
        assert_close(&pca.scores(&[1.0, 5.0]).collect::<Vec<_>>(), &[unit, 0.0]);
    }

    #[test]
    fn a_matrix_solved_by_hand() {
        let (values, vectors) = eigen(vec![vec![2.0, 1.0], vec![1.0, 2.0]]);
        assert_close(&values, &[1.0, 3.0]);
        let half = 0.5_f64.sqrt();
        assert_close(&signed(vectors[0].clone()), &[half, -half]);
        assert_close(&signed(vectors[1].clone()), &[half, half]);
    }

    #[test]
    fn features_that_do_not_vary_together_are_their_own_axes() {
        let x = array![[0.0, 3.0, 7.0], [0.0, -3.0, 7.0], [1.0, 0.0, 7.0], [-1.0, 0.0, 7.0]];
        let pca = Pca::of(x.view());
        assert_eq!(pca.axes, [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]);
        assert_close(&pca.variances, &[6.0, 2.0 / 3.0, 0.0]);
    }

    #[test]
    fn one_row_varies_along_nothing() {
        let pca = Pca::of(array![[4.0, 2.0]].view());
        assert_eq!((pca.mean, pca.variances), (vec![4.0, 2.0], vec![0.0, 0.0]));
    }

    #[test]
    fn axes_are_orthonormal_and_give_rows_and_variance_back() {
        for d in [1, 2, 7, 60] {
            let x = correlated(500, d);
            let pca = Pca::of(x.view());
            for (i, a) in pca.axes.iter().enumerate() {
                for (j, b) in pca.axes.iter().enumerate() {
                    let dot: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                    assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-12);
                }
            }
            let mut scores = vec![Vec::new(); d];
            for row in x.rows() {
                let row = row.to_vec();
                let of_row: Vec<f64> = pca.scores(&row).collect();
                for (a, b) in pca.row(&of_row).iter().zip(&row) {
                    assert!((a - b).abs() < 1e-10);
                }
                scores.iter_mut().zip(of_row).for_each(|(all, score)| all.push(score));
            }
            assert!(pca.variances.windows(2).all(|pair| pair[0] >= pair[1]));
            for (scores, variance) in scores.iter().zip(&pca.variances) {
                let squares: f64 = scores.iter().map(|score| score * score).sum();
                assert!((squares / 499.0 - variance).abs() < 1e-10 * pca.total_variance());
            }
        }
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let x = correlated(3 * BLOCK + 5, 4);
        let [one, two] = [1, 2].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Pca::of(x.view()))
        });
        assert_eq!(one, two);
    }
}
