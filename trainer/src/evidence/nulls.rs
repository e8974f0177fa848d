//! Data without groups, of the shape of the customers, and how strong the knees of such data are.
//!
//! A knee is found in noise too. So the same curve is fitted to Gaussian data with the same mean and
//! covariance, and to uniform data in the box of the principal components (Tibshirani, Walther and Hastie 2001,
//! section 3b), as often as a 95 % quantile needs.

mod draw;

use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;
use shared::math;

use self::draw::Null;
use super::KneeEvidence;
use crate::elbow::knee;
use crate::kmeans::quick_sweep;
use crate::random::{Purpose, Stream};

/// Gaussian data sets: with 39 the 95 % quantile is the second largest.
pub const GAUSSIANS: usize = 39;

/// Uniform data sets; the gap statistic wants at least 50.
pub const UNIFORMS: usize = 50;

/// Data sets with permuted columns, where a column has few values.
pub const PERMUTED: usize = 39;

/// Rows of each data set at most.
const MAX_ROWS: usize = 1000;

/// Rows of each data set at least, where the customers are as many.
const MIN_ROWS: usize = 400;

/// Rows x features x sum of all k of one data set: beyond it there are fewer rows, down to [`MIN_ROWS`].
const MAX_WORK: usize = 1_000_000;

/// Rows for each segment of the last k at least.
const ROWS_PER_SEGMENT: usize = 10;

/// Restarts for each k besides the one from k - 1.
const RESTARTS: usize = 3;

/// By how much the range of k is shortened and lengthened to see whether a knee stays.
pub const RANGE_CHANGE: usize = 3;

/// Curves of inertia over the same number of rows, all fitted in the same way; entry `i` of each is for `i + 1`
/// segments. A curve ends early where there are fewer distinct rows.
#[derive(Debug, Clone, PartialEq)]
pub struct NullCurves {
    /// Rows behind each curve.
    pub rows: usize,
    /// That of the customers, or of a sample of them.
    pub data: Vec<f64>,
    /// Those of Gaussian data with the same mean and covariance.
    pub gaussian: Vec<Vec<f64>>,
    /// Those of uniform data in the box of the principal components.
    pub uniform: Vec<Vec<f64>>,
    /// Those of Gaussian data in which columns of few values are permuted; none where there is no such column.
    pub permuted: Vec<Vec<f64>>,
}

impl NullCurves {
    /// The kinds of null that there are: a curve must beat each.
    pub fn kinds(&self) -> impl Iterator<Item = &[Vec<f64>]> {
        [&self.gaussian, &self.uniform, &self.permuted]
            .into_iter()
            .map(Vec::as_slice)
            .filter(|curves| !curves.is_empty())
    }
}

/// Draws the data sets and fits k = 1 to `max_segments` to each, and to the customers on the same number of
/// rows. `on_done` hears how many of the sets are finished, not necessarily in order, and how many there are.
///
/// # Shapes: `x` is `(n_customers, n_features)`, on the grid, in canonical order, at least one of each; `columns` is
/// `(n_features,)`: the column that each feature is of.
pub fn null_curves(
    x: ArrayView2<'_, f64>,
    columns: &[usize],
    max_segments: usize,
    seed: u64,
    on_done: impl Fn(usize, usize) + Sync,
) -> NullCurves {
    let rows = sample_size(x.nrows(), x.ncols(), max_segments);
    let sample = x.select(Axis(0), &Stream::new(seed, Purpose::Sample, 0).choose(x.nrows(), rows));
    let null = Null::of(sample.view(), columns);
    let done = AtomicUsize::new(0);
    let n_permuted = if null.is_discrete() { PERMUTED } else { 0 };
    let of = GAUSSIANS + UNIFORMS + n_permuted;
    let curves = |n_sets: usize, draw: &(dyn Fn(usize) -> Array2<f64> + Sync)| -> Vec<Vec<f64>> {
        let one = |set| {
            let curve = curve(draw(set).view(), max_segments, seed);
            on_done(done.fetch_add(1, Ordering::Relaxed) + 1, of);
            curve
        };
        (0..n_sets).into_par_iter().map(one).collect()
    };
    NullCurves {
        rows,
        data: curve(sample.view(), max_segments, seed),
        gaussian: curves(GAUSSIANS, &|set| null.gaussian(seed, set)),
        uniform: curves(UNIFORMS, &|set| null.uniform(seed, set)),
        permuted: curves(n_permuted, &|set| null.permuted(seed, set)),
    }
}

/// How many rows each set has: those of the data, up to 1,000; fewer where features or segments are so many
/// that the sets would take too long.
fn sample_size(n_rows: usize, n_features: usize, max_segments: usize) -> usize {
    let work_of_a_row = n_features * (max_segments * (max_segments + 1) / 2).max(1);
    // Many segments need some rows each.
    let least = (ROWS_PER_SEGMENT * max_segments).clamp(MIN_ROWS, MAX_ROWS);
    n_rows.min((MAX_WORK / work_of_a_row.max(1)).clamp(least, MAX_ROWS))
}

fn curve(x: ArrayView2<'_, f64>, max_segments: usize, seed: u64) -> Vec<f64> {
    let fits = quick_sweep(x, max_segments, RESTARTS, seed);
    let fits = fits.expect("rows on the grid, and as many segments as a label holds");
    fits.iter().map(|fit| fit.inertia).collect()
}

/// The knee of the curve from `first_k` on, its strength beside that of data without groups, and where it is when
/// the range of k changes by 3; `None` where the curve has no knee.
///
/// `curve` is that of all customers, from k = 1: to `max_segments` + 3 where there are as many distinct rows.
/// Strengths are compared on the curve of the sample, which was fitted as the null data were. An absent knee has
/// strength 0.
pub fn knee_evidence(
    curve: &[f64],
    max_segments: usize,
    first_k: usize,
    nulls: &NullCurves,
) -> Option<KneeEvidence> {
    let until = |last: usize| knee(curve.get(first_k - 1..last)?, first_k);
    let found = until(max_segments.min(curve.len()))?;
    let of_sample = nulls.data.get(first_k - 1..max_segments.min(nulls.data.len()));
    let of_sample = of_sample.and_then(|curve| knee(curve, first_k));
    let sample_strength = of_sample.map_or(0.0, |knee| knee.strength);
    let is_at = |k: usize| of_sample.is_some_and(|knee| knee.k == k);
    let strengths = |curves: &[Vec<f64>]| -> Vec<f64> {
        // A curve that ends early is compared over the same range.
        let last = max_segments.min(nulls.data.len());
        curves.iter().map(|curve| strength(curve, last, first_k)).collect()
    };
    let kinds: Vec<Vec<f64>> = nulls.kinds().map(strengths).collect();
    let quantiles: Vec<f64> = kinds.iter().map(|kind| quantile(kind, 95)).collect();
    let excesses = kinds.iter().map(|kind| excess(sample_strength, kind));
    Some(KneeEvidence {
        k: found.k,
        strength: found.strength,
        sample_strength,
        gaussian_95: quantiles[0],
        uniform_95: quantiles[1],
        permuted_95: quantiles.get(2).copied(),
        excess: excesses.fold(f64::INFINITY, f64::min),
        beats_nulls: is_at(found.k) && quantiles.iter().all(|&q| sample_strength > q),
        k_shorter: max_segments.checked_sub(RANGE_CHANGE).and_then(until).map(|knee| knee.k),
        k_longer: until(max_segments + RANGE_CHANGE).map(|knee| knee.k),
    })
}

/// The strength of the knee of the entries `first_k` to `last`; 0 without a knee.
fn strength(curve: &[f64], last: usize, first_k: usize) -> f64 {
    let range = curve.get(first_k - 1..last.min(curve.len()));
    range.and_then(|range| knee(range, first_k)).map_or(0.0, |knee| knee.strength)
}

/// By how many standard deviations (over n - 1) a value exceeds the mean; 0 where they do not vary.
pub fn excess(value: f64, of: &[f64]) -> f64 {
    let n = of.len() as f64;
    let mean = of.iter().fold(0.0, |sum, v| sum + v) / n;
    let squares = of.iter().fold(0.0, |sum, v| sum + (v - mean) * (v - mean));
    let deviation = math::sqrt(squares / (n - 1.0));
    if deviation > 0.0 { (value - mean) / deviation } else { 0.0 }
}

/// The `percent` quantile: of n values the ceil(percent (n + 1) / 100)-th smallest, which one more value of the
/// same kind exceeds in at most so many percent of cases less. With 39 values and 95 % it is the second largest.
///
/// # Panics: where there are no values.
pub fn quantile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (percent * (sorted.len() + 1)).div_ceil(100);
    sorted[rank.clamp(1, sorted.len()) - 1]
}

/// For each k the 5 % and 95 % quantiles of the inertia of all null data sets, each as a share of its own at
/// k = 1. It ends with the shortest curve; a data set without any variance has share 0.
pub fn null_bands(nulls: &NullCurves) -> Vec<[f64; 2]> {
    let curves = || nulls.kinds().flatten();
    let n_k = curves().map(Vec::len).min().unwrap_or(0);
    let share = |curve: &Vec<f64>, i: usize| {
        if curve[0] > 0.0 { curve[i] / curve[0] } else { 0.0 }
    };
    let band = |i| {
        let shares: Vec<f64> = curves().map(|curve| share(curve, i)).collect();
        let mirrored: Vec<f64> = shares.iter().map(|share| -share).collect();
        [-quantile(&mirrored, 95), quantile(&shares, 95)]
    };
    (0..n_k).map(band).collect()
}

#[cfg(test)]
mod tests {
    use shared::grid;

    use super::*;
    use crate::kmeans::sweep;

    /// Round clouds of unit variance, so many apart, around a circle; prepared as they are.
    fn clouds(n: usize, groups: usize, radius: f64) -> Array2<f64> {
        let mut stream = Stream::new(1, Purpose::Sample, groups);
        let circle = |i: usize| {
            let angle = std::f64::consts::TAU * (i % groups) as f64 / groups as f64;
            [radius * angle.cos(), radius * angle.sin()]
        };
        Array2::from_shape_fn((n, 2), |(i, j)| grid::snap(circle(i)[j] + stream.normal()))
    }

    fn evidence(x: &Array2<f64>, first_k: usize) -> Option<KneeEvidence> {
        let fits = sweep(x.view(), 13, 0, |_| ()).unwrap();
        let curve: Vec<f64> = fits.iter().map(|fit| fit.inertia).collect();
        knee_evidence(&curve, 10, first_k, &null_curves(x.view(), &[0, 1], 10, 0, |_, _| ()))
    }

    #[test]
    fn quantiles_are_order_statistics() {
        let values: Vec<f64> = (1..=39).rev().map(f64::from).collect();
        assert_eq!((quantile(&values, 95), quantile(&values, 50)), (38.0, 20.0));
        assert_eq!(quantile(&values[..20], 95), 39.0);
        assert_eq!(quantile(&[7.0], 95), 7.0);
    }

    #[test]
    fn excess_counts_in_deviations() {
        assert_eq!(excess(7.0, &[1.0, 3.0, 5.0]), 2.0);
        assert_eq!(excess(7.0, &[3.0, 3.0]), 0.0);
    }

    #[test]
    fn groups_beat_the_nulls_and_one_cloud_does_not() {
        let three = evidence(&clouds(300, 3, 6.0), 1).unwrap();
        assert_eq!((three.k, three.k_shorter, three.k_longer), (3, Some(3), Some(3)));
        assert!(three.beats_nulls && three.excess > 5.0, "{three:?}");
        assert!((three.strength - three.sample_strength).abs() < 1e-3);
        let one = evidence(&clouds(300, 1, 0.0), 1).unwrap();
        assert!(!one.beats_nulls && one.excess < 2.0, "{one:?}");
    }

    #[test]
    fn bands_are_shares_that_fall_from_one() {
        let nulls = null_curves(clouds(200, 1, 0.0).view(), &[0, 1], 6, 0, |_, _| ());
        let bands = null_bands(&nulls);
        assert_eq!((bands.len(), bands[0]), (6, [1.0, 1.0]));
        assert!(bands.iter().all(|[low, high]| low <= high && *low > 0.0));
        assert!(bands.windows(2).all(|pair| pair[1][0] < pair[0][0] && pair[1][1] < pair[0][1]));
    }

    #[test]
    fn all_sets_are_made_and_threads_do_not_change_a_bit() {
        let x = clouds(90, 2, 2.0);
        let [one, two] = [1, 2].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let most = AtomicUsize::new(0);
            let heard = |done, of| {
                assert_eq!(of, GAUSSIANS + UNIFORMS);
                most.fetch_max(done, Ordering::Relaxed);
            };
            let nulls = pool.install(|| null_curves(x.view(), &[0, 1], 5, 9, heard));
            assert_eq!(most.into_inner(), GAUSSIANS + UNIFORMS);
            nulls
        });
        assert_eq!(one, two);
        assert_eq!((one.gaussian.len(), one.uniform.len(), one.rows), (39, 50, 90));
    }

    #[test]
    fn data_with_hardly_anything_in_them_give_no_knee_and_no_panic() {
        for x in [Array2::zeros((40, 2)), Array2::zeros((1, 2)), clouds(2, 1, 0.0)] {
            let nulls = null_curves(x.view(), &[0, 1], 10, 0, |_, _| ());
            assert!(nulls.data.len() <= 2);
            assert!(knee_evidence(&nulls.data, 10, 1, &nulls).is_none());
            null_bands(&nulls);
        }
        let few = Array2::from_shape_fn((50, 1), |(i, _)| (i % 4) as f64);
        let nulls = null_curves(few.view(), &[0], 10, 0, |_, _| ());
        assert_eq!((nulls.data.len(), nulls.gaussian[0].len()), (4, 10));
        let found = knee_evidence(&nulls.data, 10, 1, &nulls).unwrap();
        assert_eq!((found.k_shorter, found.k_longer), (None, None));
    }

    #[test]
    fn many_features_or_segments_make_the_sets_smaller_and_never_fewer() {
        assert_eq!(sample_size(8950, 17, 10), 1000);
        assert_eq!(sample_size(150, 17, 10), 150);
        assert_eq!(sample_size(8950, 200, 10), 400);
        assert_eq!(sample_size(8950, 17, 20), 400);
    }
}
