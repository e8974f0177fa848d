use std::sync::Mutex;

use linfa::prelude::{Fit, ParamGuard};
use linfa_clustering::KMeans as LinfaKMeans;
use ndarray::{Array2, array};
use rand::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;

/// Bell-shaped blobs of unit variance (sums of twelve uniforms) round `centres`, row by row in turn.
fn blobs(centres: &[[f64; 2]], n_rows: usize, seed: u64) -> Array2<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut bell = move || {
        let sum: f64 = (0..12).map(|_| (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64).sum();
        sum - 6.0
    };
    Array2::from_shape_fn((n_rows, 2), |(i, j)| grid::snap(centres[i % centres.len()][j] + bell()))
}

fn fit(x: &Array2<f64>, n_segments: usize) -> KMeansFit {
    KMeansParams::new(n_segments).check().unwrap().fit(x.view()).unwrap()
}

/// Centres are the means of their rows, and labels, sizes and inertia are theirs.
fn assert_consistent(x: &Array2<f64>, fit: &KMeansFit) {
    let rows = Rows::new(x.view()).unwrap();
    let assigned = assign(rows, &fit.centroids);
    assert_eq!(assigned, (fit.labels.clone(), fit.sizes.clone(), fit.inertia));
    for (segment, &size) in fit.sizes.iter().enumerate() {
        let mut sums = vec![0_i64; x.ncols()];
        for (row, _) in rows.iter().zip(&fit.labels).filter(|(_, l)| usize::from(**l) == segment) {
            for (sum, v) in sums.iter_mut().zip(row) {
                #[expect(clippy::cast_possible_truncation, reason = "grid values are integers")]
                let units = (v * grid::PER_UNIT) as i64;
                *sum += units;
            }
        }
        let means = sums.iter().map(|&s| s as f64 / (size as f64 * grid::PER_UNIT));
        assert!(means.eq(fit.centroids.row(segment)));
    }
    assert!(fit.sizes.is_sorted_by(|a, b| a >= b));
}

#[test]
fn separated_blobs_are_recovered_exactly() {
    let x = blobs(&[[-12.0, 0.0], [0.0, 8.0], [9.0, -9.0]], 90, 1);
    let fit = fit(&x, 3);
    assert_consistent(&x, &fit);
    assert_eq!(fit.sizes, [30, 30, 30]);
    assert!((0..90).all(|i| fit.labels[i] == fit.labels[i % 3]));
}

#[test]
fn one_segment_is_the_mean() {
    let x = array![[1.0, -2.0], [2.0, 0.0], [4.0, 0.5]];
    let fit = fit(&x, 1);
    assert_eq!(fit.centroids.to_rows(), [7.0 / 3.0, -0.5]);
    assert_eq!((fit.sizes, fit.labels), (vec![3], vec![0, 0, 0]));
}

#[test]
fn no_worse_than_the_best_of_linfa() {
    for seed in 0..2 {
        let x = blobs(&[[-2.0, 0.0], [0.0, 2.5], [3.0, -1.0]], 300, seed);
        for n_segments in [2, 3, 5, 7] {
            // Both end in local minima by luck; with more restarts the luck is ours.
            let kmeans = KMeansParams::new(n_segments).restarts(64).check().unwrap();
            let fit = kmeans.fit(x.view()).unwrap();
            assert_consistent(&x, &fit);
            let rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let linfa = LinfaKMeans::params_with_rng(n_segments, rng).n_runs(16).tolerance(1e-9);
            let linfa = linfa.check().unwrap().fit(&linfa::DatasetBase::from(x.view())).unwrap();
            // Its memberships are not those of its best run: only its centres are taken.
            let centres = linfa.centroids().iter().copied().collect::<Vec<_>>();
            let centres = Centroids::from_rows(&centres, 2).unwrap();
            let (_, _, theirs) = assign(Rows::new(x.view()).unwrap(), &centres);
            assert!(fit.inertia <= theirs * (1.0 + 1e-12), "{} against {theirs}", fit.inertia);
        }
    }
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    let x = blobs(&[[0.0, 0.0], [3.0, 1.0], [1.0, 3.0]], 500, 7);
    let [one, two] = [1, 2].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| sweep(x.view(), 6, 3, |_| ()).unwrap())
    });
    assert_eq!(one, two);
    assert!(one.iter().zip(&two).all(|(a, b)| a.inertia.to_bits() == b.inertia.to_bits()));
}

#[test]
fn bounds_skip_only_what_the_plain_algorithm_would_leave() {
    for seed in 0..5 {
        let x = blobs(&[[0.0, 0.0], [2.0, 1.0]], 400, seed);
        let rows = Rows::new(x.view()).unwrap();
        for n_segments in [1, 2, 6, 12] {
            let start = seeding::greedy_plus_plus(rows, n_segments, seed, 0);
            let mut lloyd = Lloyd::start(rows, start.clone());
            lloyd.iterate(300);
            let mut plain = start;
            for _ in 0..lloyd.n_iter {
                let (labels, sizes, _) = assign(rows, &plain);
                let mut sums = vec![0.0; n_segments * 2];
                for (row, label) in rows.iter().zip(labels) {
                    sums[usize::from(label) * 2] += row[0];
                    sums[usize::from(label) * 2 + 1] += row[1];
                }
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum /= sizes[i / 2] as f64;
                }
                plain = Centroids::from_rows(&sums, 2).unwrap();
            }
            assert_eq!(plain, lloyd.centroids);
        }
    }
}

#[test]
fn inertia_never_rises_with_k_and_ends_at_zero_with_as_many_segments_as_distinct_rows() {
    let x = Array2::from_shape_fn((40, 2), |(i, j)| ((i * i + j * 3) % 9) as f64 / 8.0);
    let done = Mutex::new(Vec::new());
    let fits = sweep(x.view(), 30, 0, |k| done.lock().unwrap().push(k)).unwrap();
    let distinct = Rows::new(x.view()).unwrap().distinct(40);
    assert!(distinct < 30);
    assert_eq!(fits.len(), distinct);
    assert_eq!(done.into_inner().unwrap(), (1..=distinct).collect::<Vec<_>>());
    assert!(fits.windows(2).all(|pair| pair[1].inertia <= pair[0].inertia));
    assert_eq!(fits.last().unwrap().inertia.to_bits(), 0.0_f64.to_bits());
    for fit in &fits {
        assert_consistent(&x, fit);
    }
}

#[test]
fn a_fixed_point_of_lloyd_is_left_when_moving_one_row_pays() {
    let mut values = vec![3.25; 10];
    values.extend([0.0, 2.0]);
    let x = Array2::from_shape_vec((12, 1), values).unwrap();
    let rows = Rows::new(x.view()).unwrap();
    let start = Centroids::from_rows(&[3.25, 1.0], 1).unwrap();
    let mut lloyd = Lloyd::start(rows, start.clone());
    lloyd.iterate(300);
    assert_eq!((&lloyd.centroids, lloyd.n_iter), (&start, 1));
    let fit = run(rows, start, 300).unwrap();
    assert_consistent(&x, &fit);
    assert_eq!(fit.sizes, [11, 1]);
    assert!(fit.inertia < 1.5);
}

#[test]
fn a_start_that_leaves_a_segment_empty_gets_the_farthest_row() {
    let x = array![[0.0], [1.0], [9.0], [10.0]];
    let start = Centroids::from_rows(&[1.0, 1.0, 16.0], 1).unwrap();
    let rows = Rows::new(x.view()).unwrap();
    let fit = run(rows, start, 1).unwrap();
    assert_consistent(&x, &fit);
    assert_eq!(fit.sizes, [2, 1, 1]);
    assert!(fit.inertia <= 0.5);
}

#[test]
fn many_coinciding_starting_centres_all_find_rows() {
    let x = Array2::from_shape_fn((30, 1), |(i, _)| (i % 6) as f64);
    let start = Centroids::from_rows(&[2.0; 6], 1).unwrap();
    let fit = run(Rows::new(x.view()).unwrap(), start, 300).unwrap();
    assert_consistent(&x, &fit);
    assert_eq!(fit.sizes, [5; 6]);
}

#[test]
fn a_row_between_two_centres_goes_to_the_lower_id_and_equal_sizes_are_ordered_by_centre() {
    let x = array![[3.0], [1.0], [5.0], [1.0], [5.0]];
    let start = Centroids::from_rows(&[5.0, 1.0], 1).unwrap();
    let (labels, ..) = assign(Rows::new(x.view()).unwrap(), &start);
    assert_eq!(labels, [0, 1, 0, 1, 0]);
    assert_eq!(fit(&array![[5.0], [1.0]], 2).centroids.to_rows(), [1.0, 5.0]);
}

#[test]
fn ids_do_not_depend_on_the_order_of_the_starting_centres() {
    let x = blobs(&[[-9.0, 0.0], [9.0, 0.0], [0.0, 9.0], [0.0, 9.0]], 80, 2);
    let rows = Rows::new(x.view()).unwrap();
    let start = [0.0, 9.0, -9.0, 0.0, 9.0, 0.0];
    let reverse = [9.0, 0.0, -9.0, 0.0, 0.0, 9.0];
    let [a, b] = [start, reverse].map(|s| run(rows, Centroids::from_rows(&s, 2).unwrap(), 300));
    assert_eq!(a.as_ref().unwrap().centroids, b.as_ref().unwrap().centroids);
    assert_eq!(a.unwrap().sizes, [40, 20, 20]);
}

#[test]
fn small_integers_with_many_ties_still_end_consistent() {
    for seed in 0..200 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let x = Array2::from_shape_fn((12, 1), |_| (rng.next_u64() % 7) as f64);
        let n_segments = Rows::new(x.view()).unwrap().distinct(3);
        let fit = fit(&x, n_segments);
        assert_consistent(&x, &fit);
    }
}

#[test]
fn given_centres_can_win_but_not_by_a_tie() {
    let x = array![[0.0], [1.0], [7.0], [8.0]];
    let kmeans = KMeansParams::new(2).restarts(1).check().unwrap();
    let start = Centroids::from_rows(&[0.5, 7.5], 1).unwrap();
    let fit = kmeans.fit_with_start(x.view(), &start).unwrap();
    assert!((fit.inertia - 1.0).abs() < 1e-12);
    assert_eq!(fit, kmeans.fit(x.view()).unwrap());
}

#[test]
fn what_cannot_be_fitted_is_refused_by_name() {
    let kmeans = |k| KMeansParams::new(k).check().unwrap();
    let x = array![[0.0, 1.0], [0.0, 1.0], [0.5, 1.0]];
    assert_eq!(
        kmeans(3).fit(x.view()),
        Err(KMeansError::TooFewDistinctRows { distinct: 2, n_segments: 3 })
    );
    let off_grid = array![[0.0, 1.0], [0.1, 1.0]];
    assert_eq!(kmeans(1).fit(off_grid.view()), Err(KMeansError::OffGrid { row: 1, feature: 0 }));
    for shape in [(0, 2), (2, 0)] {
        assert_eq!(kmeans(1).fit(Array2::zeros(shape).view()), Err(KMeansError::Shape));
    }
    assert_eq!(kmeans(1).fit(x.t()), Err(KMeansError::Shape));
    for start in [&[0.0, 0.0][..], &[17.0, 0.0, 0.0, 0.0]] {
        let start = Centroids::from_rows(start, 2).unwrap();
        let refused = kmeans(2).fit_with_start(x.view(), &start);
        assert_eq!(refused, Err(KMeansError::WarmStart));
    }
    assert_eq!(KMeansParams::new(0).check().unwrap_err(), KMeansError::Segments { asked: 0 });
    assert!(KMeansParams::new(65_536).check().is_err());
    assert!(KMeansParams::new(1).restarts(0).check().is_err());
    assert!(KMeansParams::new(1).max_iter(0).check().is_err());
}
