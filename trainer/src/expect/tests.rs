use ndarray::Array2;
use shared::segment_model::{Target, TargetKind};

use super::family::{Bench, Family};
use super::nested::{Limits, answer};
use super::objective::Objective;
use super::range::range;
use super::selection::{Choice, select};
use super::setting::{Sample, Setting};
use super::task::Task;
use crate::dataset::{Customer, TargetValue};
use crate::random::{Purpose, Stream};

const LIMITS: Limits =
    Limits { trees: 60, own_trees: 20, range_trees: 40, min_customers: 20, may_have_own: true };

/// Customers with two numbers and a segment, whose target `y` gives from these and noise.
fn sample(n: usize, y: impl Fn([f64; 2], u16, f64) -> f64) -> Sample {
    let mut stream = Stream::new(5, Purpose::Sample, n);
    let x = Array2::from_shape_fn((n, 2), |_| shared::grid::snap(stream.normal()));
    let segments: Vec<u16> = (0..n).map(|row| u16::from(row % 2 == 1)).collect();
    let rows = x.rows().into_iter().zip(&segments);
    Sample {
        y: rows.map(|(x, &segment)| y([x[0], x[1]], segment, stream.normal())).collect(),
        folds: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4].into_iter().cycle().take(n).collect(),
        n_segments: 2,
        x,
        segments,
    }
}

fn chosen(sample: &Sample, objective: Objective) -> Choice {
    select(&Bench::new(sample, objective, 20), LIMITS).choice
}

#[test]
fn the_simplest_model_that_is_as_good_is_chosen() {
    let family = |y: fn([f64; 2], u16, f64) -> f64| {
        let choice = chosen(&sample(1000, y), Objective::Squared);
        (choice.all.family, choice.own.is_some())
    };
    assert_eq!(family(|_, _, noise| noise), (Family::Constant, false));
    assert_eq!(family(|x, _, noise| 2.0 * x[0] - x[1] + noise), (Family::Linear, false));
    assert_eq!(family(|x, _, noise| 3.0 * (x[0] * x[1]).signum() + noise), (Family::Trees, false));
}

#[test]
fn segments_have_models_of_their_own_where_they_differ() {
    let choice = |difference: f64| {
        let y = |x: [f64; 2], segment: u16, noise: f64| {
            let sign = if segment == 0 { 1.0 } else { 1.0 - difference };
            2.0 * sign * x[0] + noise
        };
        chosen(&sample(1000, y), Objective::Squared)
    };
    assert!(choice(0.0).own.is_none());
    let apart = choice(2.0).own.unwrap();
    assert!(apart.pooling <= 100.0, "{apart:?}");
    assert_eq!(apart.shape.family, Family::Linear);
}

#[test]
fn classes_that_follow_from_nothing_are_given_their_frequencies() {
    let draw = |_: [f64; 2], _: u16, noise: f64| if noise > 0.5 { 1.0 } else { 0.0 };
    let objective = Objective::Softmax { n_classes: 2 };
    assert_eq!(chosen(&sample(600, draw), objective).all.family, Family::Constant);
    let told = |x: [f64; 2], _: u16, noise: f64| if x[0] + 0.3 * noise > 0.5 { 1.0 } else { 0.0 };
    assert_ne!(chosen(&sample(600, told), objective).all.family, Family::Constant);
}

/// The customers of a sample as a setting, and their target.
fn world(sample: &Sample) -> (Setting, Vec<Customer>) {
    let transform = crate::algorithms::cases::numbers((0..4).map(|i| vec![f64::from(i), 1.0]));
    let setting = Setting {
        transform: transform.transform,
        n_segments: sample.n_segments,
        segments: sample.segments.clone(),
        inputs: sample.x.clone(),
    };
    let customer = |(row, y): (u32, &f64)| Customer {
        record: transform.dataset.customers[0].record.clone(),
        targets: vec![TargetValue::Number(*y)],
        row,
        fold_hash: row.into(),
    };
    (setting, (0..).zip(&sample.y).map(customer).collect())
}

#[test]
fn what_is_held_out_has_no_part_in_what_is_answered() {
    let spend =
        |x: [f64; 2], _: u16, noise: f64| if noise < 0.0 { 0.0 } else { (x[0] + noise).exp() };
    let sample = sample(800, spend);
    let (setting, customers) = world(&sample);
    let target = Target { name: "spend".into(), kind: TargetKind::Number };
    let task = Task::of(&target, 0, &customers, 20);
    assert!(task.is_spend);
    let (held_out, training): (Vec<u32>, Vec<u32>) =
        (0..800).partition(|&row| sample.folds[row as usize] == 2);
    let answers =
        |task: &Task<'_>| answer(task, &setting, &training, &held_out, &sample.folds, LIMITS);
    let honest = answers(&task);
    let mut poisoned = task;
    for &row in &held_out {
        poisoned.y[row as usize] = 1e6;
    }
    let again = answers(&poisoned);
    assert_eq!(honest.chosen, again.chosen);
    assert_eq!(honest.intervals, again.intervals);
    assert_eq!((&honest.global, &honest.with_segment), (&again.global, &again.with_segment));
    assert_eq!((&honest.baseline, &honest.median), (&again.baseline, &again.median));
    assert!(honest.chosen.iter().all(|value| *value >= 0.0));
    let sound =
        |(value, (low, high)): (&f64, &(f64, f64))| low <= value && value <= high && *low >= 0.0;
    assert!(honest.chosen.iter().zip(&honest.intervals).all(sound));
}

#[test]
fn intervals_hold_what_they_promise_also_where_noise_differs() {
    let y = |x: [f64; 2], _: u16, noise: f64| x[1] + noise * (1.0 + x[0].abs());
    let sample = sample(4000, y);
    let (setting, customers) = world(&sample);
    let target = Target { name: "y".into(), kind: TargetKind::Number };
    let task = Task::of(&target, 0, &customers, 20);
    let training: Vec<u32> = (0..4000).filter(|&row| sample.folds[row as usize] != 0).collect();
    let fitted = Sample::of(&setting, &training, &task.y, &sample.folds);
    let range = range(&task, &fitted, 40, 20).unwrap();
    assert_eq!(range.widen.len(), 2);
    let models = shared::TargetModels {
        target: target.clone(),
        link: task.link,
        all: shared::Margin::Constant(vec![0.0]),
        own: vec![],
        range: Some(range),
    };
    let (mut inside, mut n, mut widths) = (0.0, 0.0, [(0.0, 0.0); 2]);
    for row in (0..4000).filter(|&row| sample.folds[row] == 0) {
        let x = sample.x.row(row).to_vec();
        let found = models.predict(&setting.transform, &x, usize::from(sample.segments[row]));
        let shared::Prediction::Number { interval: Some(interval), .. } = found else { panic!() };
        inside += f64::from(u8::from((interval.lower..=interval.upper).contains(&sample.y[row])));
        n += 1.0;
        let width = &mut widths[usize::from(x[0].abs() > 1.0)];
        *width = (width.0 + interval.upper - interval.lower, width.1 + 1.0);
    }
    // The standard error of 800 at 90 % is .0106.
    assert!((0.86..0.94).contains(&(inside / n)), "{}", inside / n);
    assert!(widths[1].0 / widths[1].1 > 1.3 * widths[0].0 / widths[0].1, "{widths:?}");
}

#[test]
fn few_customers_and_one_fold_are_no_reason_to_stop() {
    for n in [3, 25, 60] {
        let sample = sample(n, |x, _, noise| x[0] + noise);
        let _ = chosen(&sample, Objective::Squared);
        let alone = Sample { folds: vec![1; n], ..sample };
        let found = select(&Bench::new(&alone, Objective::Squared, 20), LIMITS);
        assert!(found.margins.is_empty() && found.choice.own.is_none());
    }
}
