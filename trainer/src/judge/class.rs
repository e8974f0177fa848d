//! How good class probabilities are, and whether they can be taken at their word.

use rayon::prelude::*;
use serde::Serialize;
use shared::math;
use shared::segment_model::most_probable;

use super::bins::{self, Group};
use super::bootstrap;
use super::figures::{ACCURACY, ECE, ECE_CLASSWISE, LOG_LOSS, MACRO_F1};
use super::{Answers, Compared, DECILES, Figure, Judged, Kind, LIFT_CLASSES, Lift};
use crate::prepare::mean;
use crate::random::{Purpose, Stream};

/// Bins of equal numbers of customers, in which probability and frequency are compared.
const BINS: usize = 15;

/// Draws of outcomes that are as probable as was said.
const CALIBRATED_DRAWS: usize = 200;

/// Whether probabilities can be taken at their word.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// The expected calibration error of the most probable class (Guo et al. 2017, "On Calibration of Modern Neural
    /// Networks", section 2), in 15 bins of equal numbers of customers.
    pub ece: f64,
    /// What it would be on average for these customers if every probability were exactly right: so much is chance.
    pub ece_if_perfect: f64,
    /// Mean of the classes' own.
    pub ece_classwise: f64,
    /// Of each class's probability, in class order (Nixon et al. 2019, "Measuring Calibration in Deep Learning").
    pub classes: Vec<ClassError>,
    /// How often customers turned out to be in their most probable class, by its probability; fewer bins where they
    /// would be too small.
    pub bins: Vec<ReliabilityBin>,
}

/// A class's expected calibration error.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassError {
    /// The class.
    pub class: String,
    /// The error.
    pub ece: f64,
}

/// Customers whose most probable class is about equally probable.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Mean probability of the most probable class.
    pub mean_probability: f64,
    /// How many were in it, as a share.
    pub observed: f64,
    /// The customers.
    pub n: usize,
}

/// One answer, as the tallies need it.
struct Told {
    predicted: Vec<usize>,
    loss: Vec<f64>,
}

/// Every answer's figures.
///
/// # Shapes: `actual` is `(n_customers,)`, or empty for no figures.
pub(super) fn compare(judged: &Judged<'_>, actual: &[usize], n_classes: usize) -> Vec<Compared> {
    let of_answer = |answers: &Answers| {
        let rows = || answers.values.chunks_exact(n_classes.max(1));
        Told {
            predicted: rows().map(most_probable).collect(),
            loss: losses(&answers.values, actual),
        }
    };
    let told: Vec<Told> = judged.answers.iter().map(of_answer).collect();
    let figures = |times: &[u32]| {
        let mut n_actual = vec![0; n_classes];
        for (&y, &times) in actual.iter().zip(times) {
            n_actual[y] += u64::from(times);
        }
        told.iter().flat_map(|told| figures(told, actual, &n_actual, times)).collect()
    };
    let main = Kind::Class.main();
    let names = [ACCURACY, MACRO_F1, LOG_LOSS];
    let n = actual.len();
    let mut compared = bootstrap::compare(judged.answers, &names, main, n, judged.seed, figures);
    for (compared, answers) in compared.iter_mut().zip(judged.answers) {
        let errors = (n > 0).then(|| {
            let (ece, classes) = errors(&answers.values, actual, n_classes);
            (ece, mean(&classes))
        });
        // Resampling a calibration error adds to it, so its percentiles would not even hold the figure.
        let without_interval = |value: Option<f64>| Figure {
            value: value.filter(|value| value.is_finite()),
            ..Figure::default()
        };
        let (ece, classwise) = errors.unzip();
        compared.figures.insert(ECE, without_interval(ece));
        compared.figures.insert(ECE_CLASSWISE, without_interval(classwise));
    }
    compared
}

/// Minus the logarithm of each customer's probability of what was; a probability of 0 counts as 2^-52, as in
/// scikit-learn.
fn losses(probabilities: &[f64], actual: &[usize]) -> Vec<f64> {
    let n_classes = probabilities.len() / actual.len().max(1);
    let rows = probabilities.chunks_exact(n_classes.max(1)).zip(actual);
    rows.map(|(row, &y)| -math::ln(row[y].max(f64::EPSILON))).collect()
}

/// Accuracy, F1 and log-loss of a resample.
fn figures(told: &Told, actual: &[usize], n_actual: &[u64], times: &[u32]) -> [f64; 3] {
    let mut n_predicted = vec![0_u64; n_actual.len()];
    let mut n_right = vec![0_u64; n_actual.len()];
    let mut loss = 0.0;
    for (i, &times) in times.iter().enumerate() {
        let predicted = told.predicted[i];
        n_predicted[predicted] += u64::from(times);
        n_right[predicted] += u64::from(times) * u64::from(predicted == actual[i]);
        loss += f64::from(times) * told.loss[i];
    }
    let n = actual.len() as f64;
    // Of classes that neither occur nor are predicted there is no F1.
    let (mut sum, mut n_classes) = (0.0, 0.0);
    for ((&right, &predicted), &actual) in n_right.iter().zip(&n_predicted).zip(n_actual) {
        if predicted + actual > 0 {
            sum += 2.0 * right as f64 / (predicted + actual) as f64;
            n_classes += 1.0;
        }
    }
    [n_right.iter().sum::<u64>() as f64 / n, sum / n_classes, loss / n]
}

/// The most probable class's probability, and whether it was right.
fn top(probabilities: &[f64], actual: &[usize], n_classes: usize) -> (Vec<f64>, Vec<bool>) {
    let rows = probabilities.chunks_exact(n_classes.max(1)).zip(actual);
    let of_row = |(row, &y): (&[f64], &usize)| {
        let class = most_probable(row);
        (row[class], class == y)
    };
    rows.map(of_row).unzip()
}

fn column(probabilities: &[f64], n_classes: usize, class: usize) -> Vec<f64> {
    probabilities.iter().skip(class).step_by(n_classes).copied().collect()
}

/// The calibration error of the most probable class, and of each class.
fn errors(probabilities: &[f64], actual: &[usize], n_classes: usize) -> (f64, Vec<f64>) {
    let error = |probability: &[f64], happened: &dyn Fn(usize) -> bool| {
        let order = bins::ascending(probability);
        let outcome = |i: usize| f64::from(u8::from(happened(i)));
        bins::calibration_error(&bins::groups(&order, probability, outcome, BINS))
    };
    let (probability, right) = top(probabilities, actual, n_classes);
    let of_class =
        |class: usize| error(&column(probabilities, n_classes, class), &|i| actual[i] == class);
    (error(&probability, &|i| right[i]), (0..n_classes).map(of_class).collect())
}

/// Whether the probabilities of `chosen` can be taken at their word.
pub(super) fn calibration(
    judged: &Judged<'_>,
    chosen: &Answers,
    actual: &[usize],
    classes: &[String],
) -> Calibration {
    let (ece, by_class) = errors(&chosen.values, actual, classes.len());
    let (probability, right) = top(&chosen.values, actual, classes.len());
    let order = bins::ascending(&probability);
    let if_perfect = |draw: usize| {
        let mut stream = Stream::new(judged.seed, Purpose::Calibrated, draw);
        let drawn: Vec<f64> =
            probability.iter().map(|p| f64::from(u8::from(stream.unit() < *p))).collect();
        bins::calibration_error(&bins::groups(&order, &probability, |i| drawn[i], BINS))
    };
    let perfect: Vec<f64> = (0..CALIBRATED_DRAWS).into_par_iter().map(if_perfect).collect();
    let outcome = |i: usize| f64::from(u8::from(right[i]));
    let n_bins = bins::n_groups(actual.len(), BINS, judged.min_customers.max(1));
    let shown = bins::groups(&order, &probability, outcome, n_bins).into_iter();
    let named = classes.iter().zip(&by_class);
    Calibration {
        ece,
        ece_if_perfect: mean(&perfect),
        ece_classwise: mean(&by_class),
        classes: named.map(|(class, &ece)| ClassError { class: class.clone(), ece }).collect(),
        bins: shown
            .map(|Group { n, predicted, actual }| ReliabilityBin {
                mean_probability: predicted,
                observed: actual,
                n,
            })
            .collect(),
    }
}

/// The lift of each class, by its probability.
///
/// # Ties: of equally frequent classes the first ones are shown.
pub(super) fn lifts(
    probabilities: &[f64],
    actual: &[usize],
    classes: &[String],
    min: usize,
) -> Vec<Lift> {
    let n_actual = |class: usize| actual.iter().filter(|y| **y == class).count();
    let mut shown: Vec<usize> = (0..classes.len()).collect();
    shown.sort_by_key(|&class| std::cmp::Reverse(n_actual(class)));
    shown.truncate(LIFT_CLASSES);
    shown.sort_unstable();
    let of_class = |class: usize| {
        let outcomes: Vec<f64> = actual.iter().map(|&y| f64::from(u8::from(y == class))).collect();
        let predicted = column(probabilities, classes.len(), class);
        let groups = bins::lift(&predicted, &outcomes, DECILES, min);
        Lift { class: Some(classes[class].clone()), groups }
    };
    shown.into_iter().map(of_class).collect()
}
