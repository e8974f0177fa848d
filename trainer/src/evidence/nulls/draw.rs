//! Draws data without groups that are like the customers otherwise.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::{Array2, ArrayView2};
use shared::{grid, math};

use crate::pca::Pca;
use crate::random::{Purpose, Stream};

/// A column of at most so many values makes a lattice, which has a rougher curve than any smooth cloud.
const FEW_VALUES: usize = 15;

/// What data without groups are drawn from.
pub(super) struct Null<'x> {
    x: ArrayView2<'x, f64>,
    /// For each column of few values its features.
    discrete: Vec<Vec<usize>>,
    pca: Pca,
    /// Standard deviation of each score.
    deviations: Vec<f64>,
    /// Smallest and largest value of each score.
    ranges: Vec<[f64; 2]>,
}

impl<'x> Null<'x> {
    /// `columns` says of each feature which column it is of.
    pub(super) fn of(x: ArrayView2<'x, f64>, columns: &[usize]) -> Self {
        let pca = Pca::of(x);
        let mut ranges = vec![[f64::INFINITY, f64::NEG_INFINITY]; x.ncols()];
        for row in x.rows() {
            for (range, score) in ranges.iter_mut().zip(pca.scores(&row.to_vec())) {
                *range = [range[0].min(score), range[1].max(score)];
            }
        }
        let deviations = pca.variances.iter().map(|&variance| math::sqrt(variance)).collect();
        Self { x, discrete: discrete(x, columns), pca, deviations, ranges }
    }

    /// Whether any column has few values.
    pub(super) fn is_discrete(&self) -> bool {
        !self.discrete.is_empty()
    }

    /// Gaussian data of the same mean and covariance.
    pub(super) fn gaussian(&self, seed: u64, set: usize) -> Array2<f64> {
        let mut stream = Stream::new(seed, Purpose::GaussianNull, set);
        self.draw(|axis| self.deviations[axis] * stream.normal())
    }

    /// Uniform data in the box of the principal components.
    pub(super) fn uniform(&self, seed: u64, set: usize) -> Array2<f64> {
        let mut stream = Stream::new(seed, Purpose::UniformNull, set);
        self.draw(|axis| {
            let [least, most] = self.ranges[axis];
            least + (most - least) * stream.unit()
        })
    }

    /// Gaussian data in which each column of few values is the customers' own, in an order of its own: points lie
    /// on the same lattice, and no column tells of another but by chance.
    pub(super) fn permuted(&self, seed: u64, set: usize) -> Array2<f64> {
        let mut stream = Stream::new(seed, Purpose::PermutedNull, set);
        let mut x = self.draw(|axis| self.deviations[axis] * stream.normal());
        let mut order: Vec<usize> = (0..self.x.nrows()).collect();
        for features in &self.discrete {
            for i in (1..order.len()).rev() {
                order.swap(i, stream.below(i + 1));
            }
            for (mut row, &from) in x.rows_mut().into_iter().zip(&order) {
                for &feature in features {
                    row[feature] = self.x[[from, feature]];
                }
            }
        }
        x
    }

    /// Rows of independent scores, taken back to features and, as prepared values are, onto the grid.
    fn draw(&self, mut score: impl FnMut(usize) -> f64) -> Array2<f64> {
        let d = self.ranges.len();
        let mut x = Array2::zeros(self.x.dim());
        for mut row in x.rows_mut() {
            let scores: Vec<f64> = (0..d).map(&mut score).collect();
            for (to, value) in row.iter_mut().zip(self.pca.row(&scores)) {
                *to = grid::snap(value);
            }
        }
        x
    }
}

/// The features of each column that has few values: those of a word, or one with at most [`FEW_VALUES`].
fn discrete(x: ArrayView2<'_, f64>, columns: &[usize]) -> Vec<Vec<usize>> {
    let mut features: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (feature, &column) in columns.iter().enumerate() {
        features.entry(column).or_default().push(feature);
    }
    let has_few = |feature: usize| {
        let mut seen = BTreeSet::new();
        x.column(feature).iter().all(|value| {
            seen.insert(value.to_bits());
            seen.len() <= FEW_VALUES
        })
    };
    features.into_values().filter(|own| own.len() > 1 || has_few(own[0])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_data_have_the_mean_the_covariance_and_the_box_of_the_data() {
        let mut stream = Stream::new(2, Purpose::Sample, 0);
        let x = Array2::from_shape_fn((2000, 3), |_| stream.normal());
        let mixed = ndarray::array![[1.0, 0.5, 0.0], [0.0, 0.3, 0.0], [0.2, 0.0, 0.0]];
        let x = x.dot(&mixed) + 0.5;
        let null = Null::of(x.view(), &[0, 1, 2]);
        let drawn = null.gaussian(0, 0);
        assert!(drawn.iter().all(|&v| grid::holds(v)));
        let (ours, theirs) = (Pca::of(drawn.view()), Pca::of(x.view()));
        for j in 0..3 {
            assert!((ours.mean[j] - theirs.mean[j]).abs() < 0.1);
            assert!((ours.variances[j] - theirs.variances[j]).abs() < 0.1);
        }
        assert!(drawn.column(2).iter().all(|&v| v == 0.5), "a constant column stays so");
        let drawn = null.uniform(0, 0);
        for row in drawn.rows() {
            let scores = theirs.scores(row.as_slice().unwrap()).zip(&null.ranges).enumerate();
            for (axis, (score, [least, most])) in scores {
                assert!(score > least - 1e-5 && score < most + 1e-5, "axis {axis}");
            }
        }
        assert_ne!(null.uniform(0, 0), null.uniform(0, 1));
    }

    #[test]
    fn permuted_columns_keep_their_values_and_forget_each_other() {
        // Two words that always go together, one of them over two features, and a number.
        let x = Array2::from_shape_fn((400, 4), |(i, j)| match j {
            0 | 1 => f64::from(u8::from(i % 2 == j)),
            2 => f64::from(u8::from(i % 2 == 0)),
            _ => grid::snap(i as f64 / 100.0),
        });
        let null = Null::of(x.view(), &[0, 0, 1, 2]);
        assert_eq!(null.discrete, [vec![0, 1], vec![2]]);
        let drawn = null.permuted(0, 0);
        for feature in 0..3 {
            assert_eq!(drawn.column(feature).sum(), 200.0);
        }
        assert!(drawn.rows().into_iter().all(|row| row[0] + row[1] == 1.0), "a word stays whole");
        let both = drawn.rows().into_iter().filter(|row| row[0] == 1.0 && row[2] == 1.0).count();
        assert!((70..130).contains(&both), "{both} of 200 go together by chance");
        let number = x.column(3).to_owned().insert_axis(ndarray::Axis(1));
        assert!(!Null::of(number.view(), &[0]).is_discrete());
    }
}
