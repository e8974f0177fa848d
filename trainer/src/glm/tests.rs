use ndarray::{Array2, ArrayView2};
use shared::segment_model::softmax;

use super::*;

const N: u32 = 60;

fn x() -> Array2<f64> {
    Array2::from_shape_fn((N as usize, 3), |(i, j)| match j {
        0 => (i * 7 % 11) as f64 / 4.0 - 1.25,
        1 => (i * 5 % 13) as f64 / 8.0 - 0.75,
        _ => (i % 2) as f64,
    })
}

fn classes() -> Vec<f64> {
    (0..N).map(|i| f64::from((i * i + 3 * i) % 7 % 3)).collect()
}

fn amounts() -> Vec<f64> {
    (0..N).map(|i| if i % 3 == 0 { f64::from(i * 11 % 17) / 4.0 } else { 0.0 }).collect()
}

fn all_rows() -> Vec<u32> {
    (0..N).collect()
}

const CLASSES: Objective = Objective::Softmax { n_classes: 3 };

const TWEEDIE: Objective = Objective::Tweedie { power: 1.5 };

fn assert_close(actual: &[f64], expected: &[f64], within: f64) {
    assert_eq!(actual.len(), expected.len());
    for (a, b) in actual.iter().zip(expected) {
        assert!((a - b).abs() <= within, "{actual:?} {expected:?}");
    }
}

/// The slope of what is minimised, by each intercept, then by each weight.
fn slope(
    x: ArrayView2<'_, f64>,
    rows: &[u32],
    y: &[f64],
    objective: Objective,
    penalty: f64,
    fit: &GlmFit,
) -> Vec<f64> {
    let (n_outputs, p) = (objective.n_outputs(), x.ncols());
    let mut slope = vec![0.0; n_outputs];
    slope.extend(fit.weights.iter().map(|w| penalty * w));
    for &row in rows {
        let x = x.row(row as usize).to_vec();
        let margins = fit.margin().margins(&x);
        let (mut first, mut second) = (vec![0.0; n_outputs], vec![0.0; n_outputs]);
        objective.derivatives(y[row as usize], &margins, &mut first, &mut second);
        for output in 0..n_outputs {
            slope[output] += first[output];
            for input in 0..p {
                slope[n_outputs + output * p + input] += first[output] * x[input];
            }
        }
    }
    slope
}

#[test]
fn classes_agree_with_scikit_learns_logistic_regression() {
    // scikit-learn 1.9.1, LogisticRegression(C=1/penalty, tol=1e-14, solver="newton-cholesky").
    let fit = fit(x().view(), &all_rows(), &classes(), CLASSES, 0.5, None, None);
    let intercepts = [0.376_774_655_415_733, -0.168_021_382_018_029, -0.208_753_273_397_704];
    assert_close(&fit.intercepts, &intercepts, 1e-9);
    let weights = [
        0.086_178_758_126_181,
        0.143_710_061_867_216,
        -0.168_818_587_352_930,
        0.118_833_715_872_050,
        0.157_567_063_007_093,
        0.175_509_930_519_730,
        -0.205_012_473_998_233,
        -0.301_277_124_874_308,
        -0.006_691_343_166_798,
    ];
    assert_close(&fit.weights, &weights, 1e-9);
}

#[test]
fn amounts_agree_with_scikit_learns_tweedie_regressor() {
    // scikit-learn 1.9.1, TweedieRegressor(alpha=penalty/n, tol=1e-14, solver="newton-cholesky").
    for (power, penalty, intercept, weights) in [
        (
            1.0,
            0.5,
            -0.447_388_991_786_445,
            [0.291_566_947_454_934, 0.428_921_069_680_664, 0.075_140_546_781_832],
        ),
        (
            1.5,
            0.5,
            -0.487_657_832_947_918,
            [0.353_809_807_684_428, 0.514_389_201_502_727, 0.119_881_475_891_680],
        ),
        (
            1.5,
            20.0,
            -0.408_209_115_722_422,
            [0.188_015_703_097_078, 0.168_415_710_114_007, 0.037_184_578_595_422],
        ),
    ] {
        let objective = Objective::Tweedie { power };
        let fit = fit(x().view(), &all_rows(), &amounts(), objective, penalty, None, None);
        assert_close(&fit.intercepts, &[intercept], 1e-9);
        assert_close(&fit.weights, &weights, 1e-9);
    }
}

#[test]
fn nothing_is_left_to_go_down_whatever_the_penalty() {
    for (objective, y) in
        [(CLASSES, classes()), (TWEEDIE, amounts()), (Objective::Squared, amounts())]
    {
        for penalty in [1e-6, 1e-3, 1.0, 1e3, 1e6] {
            let fit = fit(x().view(), &all_rows(), &y, objective, penalty, None, None);
            let slope = slope(x().view(), &all_rows(), &y, objective, penalty, &fit);
            let steepest = slope.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
            assert!(steepest <= 1e-8 * f64::from(N), "{objective:?} {penalty} {steepest:e}");
        }
    }
}

#[test]
fn a_start_changes_nothing_but_rounding() {
    for (objective, y) in [(CLASSES, classes()), (TWEEDIE, amounts())] {
        let cold = |penalty| fit(x().view(), &all_rows(), &y, objective, penalty, None, None);
        let from = cold(30.0);
        let warm = fit(x().view(), &all_rows(), &y, objective, 1.0, Some(&from), None);
        assert_close(&warm.weights, &cold(1.0).weights, 1e-8);
        assert_close(&warm.intercepts, &cold(1.0).intercepts, 1e-8);
    }
}

#[test]
fn inputs_that_may_not_be_used_and_constant_ones_weigh_nothing() {
    let narrow = x();
    let wide = Array2::from_shape_fn((N as usize, 5), |(i, j)| match j {
        1..=3 => narrow[[i, j - 1]],
        _ => 0.1,
    });
    for (objective, y) in
        [(CLASSES, classes()), (TWEEDIE, amounts()), (Objective::Squared, amounts())]
    {
        let some = [0, 1, 3, 4];
        let fitted = fit(wide.view(), &all_rows(), &y, objective, 2.0, None, Some(&some));
        for weights in fitted.weights.chunks_exact(5) {
            assert_eq!((weights[0], weights[2], weights[4]), (0.0, 0.0, 0.0));
            assert!(weights[1] != 0.0 && weights[3] != 0.0);
        }
        let again = fit(wide.view(), &all_rows(), &y, objective, 2.0, Some(&fitted), Some(&some));
        assert_close(&again.weights, &fitted.weights, 1e-9);
        let none = fit(wide.view(), &all_rows(), &y, objective, 2.0, None, Some(&[]));
        assert!(none.weights.iter().all(|w| *w == 0.0) && none.weights.len().is_multiple_of(5));
    }
}

#[test]
fn only_the_chosen_rows_count() {
    let even: Vec<u32> = (0..N).step_by(2).collect();
    for (objective, mut y) in [(CLASSES, classes()), (TWEEDIE, amounts())] {
        let before = fit(x().view(), &even, &y, objective, 1.0, None, None);
        for row in (1..N as usize).step_by(2) {
            y[row] = 1.0;
        }
        assert_eq!(fit(x().view(), &even, &y, objective, 1.0, None, None), before);
    }
}

#[test]
fn classes_that_a_line_parts_stay_finite() {
    let x =
        Array2::from_shape_fn((40, 2), |(i, j)| if j == 0 { i as f64 / 4.0 - 5.0 } else { 1.0 });
    let y: Vec<f64> = (0..40).map(|i| f64::from(u8::from(i >= 20))).collect();
    let rows: Vec<u32> = (0..40).collect();
    let two = Objective::Softmax { n_classes: 2 };
    for penalty in [1e-9, 1e-4, 1.0] {
        let fit = fit(x.view(), &rows, &y, two, penalty, None, None);
        assert!(fit.margin().fits(2, 2), "{fit:?}");
        assert_eq!((fit.weights[1], fit.weights[3]), (0.0, 0.0));
        let right = rows.iter().filter(|&&row| {
            let margins = fit.margin().margins(&x.row(row as usize).to_vec());
            (margins[1] > margins[0]) == (row >= 20)
        });
        assert_eq!(right.count(), 40);
    }
}

#[test]
fn a_class_without_rows_counts_as_half_a_customer() {
    let y: Vec<f64> = classes().iter().map(|y| y * 2.0).collect();
    let five = Objective::Softmax { n_classes: 5 };
    let fit = fit(x().view(), &all_rows(), &y, five, 1e6, None, None);
    assert!(fit.weights[3..6].iter().chain(&fit.weights[9..12]).all(|w| *w == 0.0));
    let probabilities = softmax(&fit.margin().margins(&[0.0, 0.0, 0.5]));
    for class in [1, 3] {
        assert!((probabilities[class] - 0.5 / 62.5).abs() < 1e-6, "{probabilities:?}");
    }
    let mean = fit.intercepts.iter().sum::<f64>() / 5.0;
    assert!(mean.abs() < 1e-12);
}

#[test]
fn one_row_and_one_value_give_the_constant() {
    for (objective, y) in [(TWEEDIE, 3.0), (Objective::Squared, 3.0), (CLASSES, 1.0)] {
        for rows in [vec![7], all_rows()] {
            let y = [y; N as usize];
            let fit = fit(x().view(), &rows, &y, objective, 1.0, None, None);
            assert!(fit.margin().fits(objective.n_outputs(), 3));
            assert!(fit.weights.iter().all(|w| w.abs() < 1e-9), "{fit:?}");
            match objective {
                TWEEDIE => assert!((fit.intercepts[0] - 3.0_f64.ln()).abs() < 1e-9),
                Objective::Squared => assert!((fit.intercepts[0] - 3.0).abs() < 1e-12),
                _ => assert!(fit.intercepts[1] > fit.intercepts[0].max(fit.intercepts[2])),
            }
        }
    }
}

#[test]
fn amounts_that_are_all_zero_or_far_apart_stay_finite() {
    for power in [1.0, 1.5, 1.9] {
        let objective = Objective::Tweedie { power };
        let mut y = vec![0.0; N as usize];
        let nothing = fit(x().view(), &all_rows(), &y, objective, 1.0, None, None);
        assert!(nothing.intercepts[0] < -15.0 && nothing.margin().fits(1, 3));
        y[5] = 1e9;
        let one = fit(x().view(), &all_rows(), &y, objective, 1e-3, None, None);
        assert!(one.margin().fits(1, 3), "{one:?}");
        let of_all: f64 =
            x().rows().into_iter().map(|r| one.margin().margins(&r.to_vec())[0].exp()).sum();
        if power == 1.0 {
            // With Poisson's likelihood, totals agree.
            assert!((of_all / 1e9 - 1.0).abs() < 1e-6, "{of_all}");
        }
    }
}
