//! Prototypes of mixed kinds: numbers are compared by squared distance, words without order by being the same.

use alloc::vec::Vec;

use crate::schema::Schema;
use crate::transform::{ColumnStep, MISSING_LEVEL, Transform};

/// k-prototypes (Huang 1998, "Extensions to the k-Means Algorithm for Clustering Large Data Sets with Categorical
/// Values").
///
/// A customer's score for a prototype is the squared distance over the numeric features, those that are not
/// one-hot, plus `gamma` for each categorical column whose level is not the prototype's. Missing is a level of
/// its own; a word that training never saw is none and differs from all.
#[derive(Debug, Clone, PartialEq)]
pub struct Prototypes {
    n_segments: usize,
    /// `(n_segments, n_numeric)`, flat.
    centres: Vec<f64>,
    /// `(n_segments, n_categorical)`, flat.
    levels: Vec<u16>,
    gamma: f64,
}

/// Centres and gammas beyond this size are refused, so that scores stay finite.
const LARGEST: f64 = 1e100;

impl Prototypes {
    /// Prototypes from flat row-major arrays; levels as in
    /// [`FeatureVector::levels`](crate::transform::FeatureVector::levels).
    ///
    /// # Shapes: `centre_rows` is `(n_segments, n_numeric)`, `levels` is `(n_segments, n_categorical)`; one of
    /// them may be empty.
    /// Returns `None` when shapes do not fit, a centre is not finite or beyond 1e100, or `gamma` is not positive
    /// or beyond it.
    pub fn new(centre_rows: &[f64], levels: &[u16], gamma: f64, n_segments: usize) -> Option<Self> {
        let sound = n_segments > 0
            && centre_rows.len().is_multiple_of(n_segments)
            && levels.len().is_multiple_of(n_segments)
            && !(centre_rows.is_empty() && levels.is_empty())
            && centre_rows.iter().all(|v| v.abs() <= LARGEST)
            && gamma > 0.0
            && gamma <= LARGEST;
        sound.then(|| Self {
            n_segments,
            centres: centre_rows.into(),
            levels: levels.into(),
            gamma,
        })
    }

    /// The number of prototypes.
    pub fn n_segments(&self) -> usize {
        self.n_segments
    }

    /// The number of numeric features.
    pub fn n_numeric(&self) -> usize {
        self.centres.len() / self.n_segments
    }

    /// The number of categorical columns.
    pub fn n_categorical(&self) -> usize {
        self.levels.len() / self.n_segments
    }

    /// What a categorical column that differs costs.
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// The numeric parts, `(n_segments, n_numeric)`, flat.
    pub fn centre_rows(&self) -> &[f64] {
        &self.centres
    }

    /// The levels, `(n_segments, n_categorical)`, flat.
    pub fn level_rows(&self) -> &[u16] {
        &self.levels
    }

    /// One prototype's numeric part; empty when `segment` is not below the number of prototypes.
    pub fn centre(&self, segment: usize) -> &[f64] {
        row(&self.centres, self.n_numeric(), segment)
    }

    /// One prototype's levels; empty when `segment` is not below the number of prototypes.
    pub fn levels(&self, segment: usize) -> &[u16] {
        row(&self.levels, self.n_categorical(), segment)
    }

    /// Every prototype's score: squares summed in feature order from 0, then `gamma` times the mismatches.
    ///
    /// # Shapes: `numeric` is `(n_numeric,)`, `levels` is `(n_categorical,)`, `out` is `(n_segments,)`.
    pub fn scores(&self, numeric: &[f64], levels: &[u16], out: &mut [f64]) {
        for (segment, score) in out.iter_mut().enumerate() {
            let mut sum = 0.0;
            for (value, centre) in numeric.iter().zip(self.centre(segment)) {
                let difference = value - centre;
                sum += difference * difference;
            }
            let mut mismatches = 0.0;
            for (level, own) in levels.iter().zip(self.levels(segment)) {
                mismatches += if level == own { 0.0 } else { 1.0 };
            }
            *score = sum + self.gamma * mismatches;
        }
    }

    /// Whether the prototypes have a number for every numeric feature and a level for every categorical column.
    pub(crate) fn fit(&self, schema: &Schema, transform: &Transform) -> bool {
        let columns = schema.columns().iter().zip(transform.steps());
        let categorical: Vec<_> = columns
            .filter(|(_, step)| matches!(step, ColumnStep::OneHot { .. }))
            .map(|(column, _)| column)
            .collect();
        let n_numeric = schema.columns().len() - categorical.len();
        let are_levels = |segment: usize| {
            categorical.iter().zip(self.levels(segment)).all(|(column, &level)| {
                usize::from(level) < column.kind.n_levels()
                    || (level == MISSING_LEVEL && column.optional)
            })
        };
        self.n_numeric() == n_numeric
            && self.n_categorical() == categorical.len()
            && (0..self.n_segments).all(are_levels)
    }

    /// Every prototype's score of one customer.
    #[cfg(test)]
    fn scores_of(&self, numeric: &[f64], levels: &[u16]) -> Vec<f64> {
        let mut out = alloc::vec![0.0; self.n_segments];
        self.scores(numeric, levels, &mut out);
        out
    }
}

fn row<T>(rows: &[T], width: usize, position: usize) -> &[T] {
    let first = position.saturating_mul(width);
    rows.get(first..first.saturating_add(width)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::UNSEEN_LEVEL;

    #[test]
    fn a_score_is_the_squared_distance_and_gamma_for_each_level_that_differs() {
        let prototypes =
            Prototypes::new(&[0.0, 1.0, 2.0, 3.0], &[0, 5, 1, MISSING_LEVEL], 0.5, 2).unwrap();
        assert_eq!(prototypes.scores_of(&[0.0, 3.0], &[0, 5]), [4.0, 4.0 + 1.0]);
        assert_eq!(prototypes.scores_of(&[0.0, 3.0], &[1, MISSING_LEVEL]), [4.0 + 1.0, 4.0]);
        assert_eq!(
            prototypes.scores_of(&[0.0, 3.0], &[UNSEEN_LEVEL, UNSEEN_LEVEL]),
            [4.0 + 1.0, 4.0 + 1.0]
        );
    }

    #[test]
    fn numbers_alone_and_words_alone_are_enough() {
        let numbers = Prototypes::new(&[0.0, 2.0], &[], 1.0, 2).unwrap();
        assert_eq!((numbers.n_numeric(), numbers.n_categorical()), (1, 0));
        assert_eq!(numbers.scores_of(&[0.5], &[]), [0.25, 2.25]);
        let words = Prototypes::new(&[], &[0, 1], 1.5, 2).unwrap();
        assert_eq!((words.n_numeric(), words.n_categorical()), (0, 1));
        assert_eq!(words.scores_of(&[], &[1]), [1.5, 0.0]);
    }

    #[test]
    fn what_are_no_prototypes_is_refused() {
        assert!(Prototypes::new(&[0.0, 1.0, 2.0], &[], 1.0, 2).is_none());
        assert!(Prototypes::new(&[0.0, 1.0], &[1], 1.0, 2).is_none());
        assert!(Prototypes::new(&[], &[], 1.0, 2).is_none());
        assert!(Prototypes::new(&[0.0], &[], 1.0, 0).is_none());
        for bad in [f64::NAN, f64::INFINITY, -2e100] {
            assert!(Prototypes::new(&[bad, 1.0], &[0, 1], 1.0, 2).is_none());
        }
        for gamma in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Prototypes::new(&[0.0, 1.0], &[0, 1], gamma, 2).is_none());
        }
    }
}
