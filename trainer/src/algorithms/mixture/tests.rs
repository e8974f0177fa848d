use ndarray::Array2;
use serde_json::Value;

use super::*;
use crate::algorithms::cases::blobs;
use crate::criteria::agreement::adjusted_rand;
use crate::kmeans::sweep;

const RECORDED: &str = include_str!("../../../../tests/data/sklearn/mixture.json");

fn numbers(value: &Value) -> Vec<f64> {
    let flat = |v: &Value| if v.is_array() { numbers(v) } else { vec![v.as_f64().unwrap()] };
    value.as_array().unwrap().iter().flat_map(flat).collect()
}

fn matrix(rows: &Value) -> Array2<f64> {
    let n_rows = rows.as_array().unwrap().len();
    // The text-to-number rule of serde_json can be one bit off.
    let values: Vec<f64> = numbers(rows).into_iter().map(shared::grid::snap).collect();
    Array2::from_shape_vec((n_rows, values.len() / n_rows), values).unwrap()
}

fn fitted(x: &Array2<f64>, k: usize, min_segment: usize) -> MixtureFit {
    let starts = sweep(x.view(), k, 0, |_| ()).unwrap();
    fit(x.view(), &starts[k - 1].labels, min_segment, 0)
}

#[test]
fn as_likely_as_scikit_learns_and_with_the_same_components() {
    let recorded: Value = serde_json::from_str(RECORDED).unwrap();
    for case in recorded["mixtures"].as_array().unwrap() {
        let (x, name) = (matrix(&case["prepared"]), &case["name"]);
        let k = usize::try_from(case["k"].as_u64().unwrap()).unwrap();
        let fit = fitted(&x, k, 0);
        let theirs = case["log_likelihood"].as_f64().unwrap();
        let ours = fit.log_likelihood;
        assert!(ours >= theirs - 1e-6 * theirs.abs(), "{name}: {ours} against {theirs}");
        assert!((fit.bic - case["bic"].as_f64().unwrap()).abs() < 1e-5 * fit.bic.abs(), "{name}");
        let mut order: Vec<usize> = (0..k).collect();
        let first = |s: usize| fit.mixture.means().row(s).next().unwrap();
        order.sort_by(|&a, &b| first(a).total_cmp(&first(b)));
        let rows = |of: &shared::centroids::Centroids| -> Vec<f64> {
            order.iter().flat_map(|&s| of.row(s)).collect()
        };
        let found = [
            (rows(fit.mixture.means()), "means"),
            (rows(fit.mixture.variances()), "variances"),
            (order.iter().map(|&s| fit.mixture.weights()[s]).collect(), "weights"),
        ];
        for (ours, what) in found {
            for (ours, theirs) in ours.iter().zip(numbers(&case[what])) {
                assert!((ours - theirs).abs() < 1e-2, "{name}, {what}: {ours} against {theirs}");
            }
        }
    }
}

#[test]
fn no_iteration_lowers_the_likelihood_even_at_the_floor() {
    for seed in 0..3 {
        let mut x = blobs(&[[0.0, 0.0], [3.0, 1.0], [-1.0, 4.0]], 300, seed);
        // A spike of equal values, whose variance would be 0, and a feature that tells nothing.
        x.column_mut(0).iter_mut().step_by(3).for_each(|v| *v = 2.0);
        x.push_column(ndarray::Array1::zeros(300).view()).unwrap();
        let x = x.as_standard_layout().to_owned();
        let em = Em::new(x.view());
        let labels: Vec<u16> = (0..300).map(|i| u16::try_from(i * 7 % 4).unwrap()).collect();
        let mut mixture = em.of_labels(&labels, 4);
        let mut before = em.log_likelihood(&mixture);
        for _ in 0..100 {
            mixture = em.run(mixture, 1).0;
            let after = em.log_likelihood(&mixture);
            assert!(after >= before - 1e-12 * before.abs(), "{before} to {after}");
            before = after;
        }
        let whole = em.of_labels(&[0; 300], 1);
        let floor = em::FLOOR * whole.variances().row(0).next().unwrap();
        let narrow = (0..mixture.weights().len())
            .any(|s| (mixture.variances().row(s).next().unwrap() / floor - 1.0).abs() < 1e-9);
        assert!(narrow, "the floor was never reached");
    }
}

#[test]
fn groups_that_k_means_cuts_across_are_found() {
    // Two long groups beside each other.
    let mut x = blobs(&[[0.0, -3.0], [0.0, 3.0]], 400, 1);
    x.column_mut(0).mapv_inplace(|v| shared::grid::snap(4.0 * v));
    let truth: Vec<u16> = (0..400).map(|i| i % 2).collect();
    let kmeans = sweep(x.view(), 2, 0, |_| ()).unwrap().pop().unwrap();
    let fit = fit(x.view(), &kmeans.labels, 0, 0);
    assert!(adjusted_rand(&kmeans.labels, &truth) < 0.5);
    assert!(adjusted_rand(&fit.labels, &truth) > 0.95);
}

#[test]
fn bic_finds_the_number_of_groups_and_none_in_noise() {
    for (centres, k) in [
        (&[[0.0, 0.0]][..], 1),
        (&[[0.0, 0.0], [6.0, 0.0]][..], 2),
        (&[[-6.0, 0.0], [0.0, 7.0], [6.0, -1.0], [-6.0, 7.0]][..], 4),
    ] {
        let x = blobs(centres, 400, 3);
        let choice = choose(x.view(), &sweep(x.view(), 6, 0, |_| ()).unwrap(), 20, 0);
        assert_eq!(choice.fit.sizes.len(), k, "{:?}", choice.tried);
        assert_eq!(choice.tried.len(), 6);
        let best = choice.tried.iter().map(|(_, bic)| *bic).fold(f64::INFINITY, f64::min);
        assert_eq!(best, choice.fit.bic);
    }
}

#[test]
fn components_that_would_be_too_small_are_dissolved_and_labels_are_those_of_the_rule() {
    let x = blobs(&[[0.0, 0.0], [9.0, 0.0]], 120, 4);
    for min_segment in [0, 5, 20, 50, 61] {
        let fit = fitted(&x, 8, min_segment);
        let k = fit.sizes.len();
        assert!(k == 1 || fit.sizes.iter().all(|&size| size >= min_segment.max(1)));
        assert_eq!(fit.mixture.weights().len(), k);
        assert_eq!(k == 1, min_segment == 61);
        let em = Em::new(x.view());
        assert_eq!(by_rule(&em, &fit.mixture), (fit.labels, fit.sizes));
    }
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    let x = blobs(&[[0.0, 0.0], [3.0, 1.0], [1.0, 3.0]], 5000, 7);
    let starts = sweep(x.view(), 4, 3, |_| ()).unwrap();
    let [one, two] = [1, 2].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| choose(x.view(), &starts, 20, 3))
    });
    assert_eq!(one, two);
}

#[test]
fn of_many_rows_a_sample_decides_on_the_number_and_all_rows_on_the_rest() {
    let x = blobs(&[[-6.0, 0.0], [0.0, 7.0], [6.0, -1.0]], 12_000, 2);
    let starts = sweep(x.view(), 4, 0, |_| ()).unwrap();
    let choice = choose(x.view(), &starts, 20, 0);
    assert_eq!(choice.fit.sizes.iter().sum::<usize>(), 12_000);
    assert_eq!(choice.fit.sizes.len(), 3);
    assert_eq!(fit(x.view(), &starts[2].labels, 20, 0).sizes, choice.fit.sizes);
}

#[test]
fn few_and_equal_rows_do_no_harm() {
    let x = Array2::from_shape_fn((5, 2), |(i, _)| f64::from(u8::from(i > 2)));
    let fit = fitted(&x, 2, 0);
    assert_eq!(fit.sizes, [3, 2]);
    let one = Array2::from_elem((1, 1), 2.0);
    assert_eq!(self::fit(one.view(), &[0], 20, 0).sizes, [1]);
}
