//! Greedy k-means++ (Arthur and Vassilvitskii 2007, section 5; the number of trials as in scikit-learn).

use shared::centroids::Centroids;
use shared::math;

use super::rows::Rows;
use crate::random::Stream;

/// Starting centres: distinct rows, each the best of a few drawn in proportion to the squared distance
/// from the centres so far.
///
/// Needs at least `n_segments` distinct rows.
/// # Ties: the trial drawn first wins.
pub(super) fn greedy_plus_plus(
    rows: Rows<'_>,
    n_segments: usize,
    seed: u64,
    restart: usize,
) -> Centroids {
    let mut rng = stream(seed, n_segments, restart);
    let n_trials = n_trials(n_segments);
    let first = rows.row(rng.below(rows.len()));
    let mut chosen = first.to_vec();
    let mut nearest = Distances::from_candidates(rows, first).best().1;

    while chosen.len() < n_segments * rows.n_features() {
        let cumulative: Vec<f64> = nearest
            .iter()
            .scan(0.0, |sum, d| {
                *sum += d;
                Some(*sum)
            })
            .collect();
        let trials: Vec<f64> =
            (0..n_trials).flat_map(|_| rows.row(draw(&mut rng, &cumulative))).copied().collect();
        let mut distances = Distances::from_candidates(rows, &trials);
        distances.lower_to(&nearest);
        let (best, closer) = distances.best();
        chosen.extend_from_slice(&trials[best * rows.n_features()..][..rows.n_features()]);
        nearest = closer;
    }
    centroids(&chosen, rows)
}

/// scikit-learn's number of trials: 2 + floor(ln k).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the logarithm of a count from 1 to 65,535"
)]
fn n_trials(n_segments: usize) -> usize {
    2 + math::floor(math::ln(n_segments as f64)) as usize
}

/// Squared distances of all rows to a few candidates, `(n_rows, n_candidates)`.
struct Distances {
    n_candidates: usize,
    values: Vec<f64>,
}

impl Distances {
    fn from_candidates(rows: Rows<'_>, candidates: &[f64]) -> Self {
        let candidates = centroids(candidates, rows);
        let n_candidates = candidates.n_segments();
        let mut values = vec![0.0; rows.len() * n_candidates];
        for (row, out) in rows.iter().zip(values.chunks_exact_mut(n_candidates)) {
            candidates.squared_distances(row, out);
        }
        Self { n_candidates, values }
    }

    /// What the distances to the nearest centre would be with each candidate added.
    fn lower_to(&mut self, nearest: &[f64]) {
        for (row, &limit) in self.values.chunks_exact_mut(self.n_candidates).zip(nearest) {
            for distance in row {
                if limit < *distance {
                    *distance = limit;
                }
            }
        }
    }

    /// The candidate with the smallest sum, and its column.
    fn best(&self) -> (usize, Vec<f64>) {
        let mut sums = vec![0.0; self.n_candidates];
        for row in self.values.chunks_exact(self.n_candidates) {
            for (sum, distance) in sums.iter_mut().zip(row) {
                *sum += distance;
            }
        }
        let (best, _) = shared::centroids::smallest(&sums);
        (best, self.values.iter().skip(best).step_by(self.n_candidates).copied().collect())
    }
}

fn centroids(values: &[f64], rows: Rows<'_>) -> Centroids {
    Centroids::from_rows(values, rows.n_features()).expect("rows of a checked matrix")
}

/// A row drawn in proportion to the weights behind `cumulative`; never one of weight zero.
fn draw(rng: &mut Stream, cumulative: &[f64]) -> usize {
    let total = cumulative.last().copied().unwrap_or(0.0);
    let target = rng.unit() * total;
    let drawn = cumulative.partition_point(|&sum| sum <= target);
    // Rounding could take the target up to the total: then the last row that has a weight.
    if drawn < cumulative.len() { drawn } else { cumulative.partition_point(|&sum| sum < total) }
}

/// The generator of one restart.
fn stream(seed: u64, n_segments: usize, restart: usize) -> Stream {
    Stream::mixed(&[seed, n_segments as u64, restart as u64])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn the_trials_are_scikit_learns() {
        assert_eq!([1, 2, 3, 8, 10, 21].map(n_trials), [2, 2, 3, 4, 4, 5]);
    }

    #[test]
    fn starting_centres_are_distinct_however_many_rows_repeat() {
        let x = Array2::from_shape_fn((60, 1), |(i, _)| (i % 4) as f64);
        let rows = Rows::new(x.view()).unwrap();
        for restart in 0..50 {
            let mut centres = greedy_plus_plus(rows, 4, 0, restart).to_rows();
            centres.sort_by(f64::total_cmp);
            assert_eq!(centres, [0.0, 1.0, 2.0, 3.0]);
        }
    }

    #[test]
    fn a_row_of_weight_zero_is_never_drawn() {
        let mut rng = stream(0, 1, 0);
        for _ in 0..1000 {
            assert!([1, 3].contains(&draw(&mut rng, &[0.0, 1.0, 1.0, 1.5, 1.5])));
        }
    }
}
