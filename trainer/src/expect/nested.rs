//! Nested cross-validation: in each of five folds preparation, segments and everything about the models are found
//! without the customers who are held out, and those are answered.

use shared::segment_model::{MAX_LOG, Own, Prediction, TargetModels};
use shared::{Margin, math};

use super::family::{Bench, Shape, adjusted};
use super::objective::{Objective, quantile};
use super::range::range;
use super::selection::{Choice, Selected, select};
use super::setting::{Sample, Setting, marks};
use super::task::Task;

/// Of more customers so many say which model is best; it is fitted to all.
pub const CHOOSING_ROWS: usize = 40_000;

/// How much may be spent on a target's model.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Trees of the model for all.
    pub trees: usize,
    /// Trees of each segment's own model.
    pub own_trees: usize,
    /// Trees of an interval.
    pub range_trees: usize,
    /// Customers on either side of a threshold.
    pub min_customers: usize,
    /// Whether segments may have models of their own.
    pub may_have_own: bool,
}

/// Models of one target, and how they were chosen.
#[derive(Debug)]
pub struct Fit {
    /// The models.
    pub models: TargetModels,
    /// What was chosen.
    pub choice: Choice,
    /// The best without models of the segments' own.
    pub alone: Choice,
    /// What its margins must be multiplied with and moved by.
    pub alone_calibration: (f64, f64),
}

/// Answers of a fold's models to the customers who were held out; all but intervals are `(n_held_out, n_values)`,
/// flat, with a probability for each class or one number.
#[derive(Debug, Clone, Default)]
pub struct Answered {
    /// The customers, by position.
    pub rows: Vec<u32>,
    /// The most frequent class's frequencies, or the mean.
    pub baseline: Vec<f64>,
    /// The median; none for classes.
    pub median: Vec<f64>,
    /// One model for all.
    pub global: Vec<f64>,
    /// The same, told of the segment.
    pub with_segment: Vec<f64>,
    /// The models that are written.
    pub chosen: Vec<f64>,
    /// Where numbers will usually lie.
    pub intervals: Vec<(f64, f64)>,
    /// What was chosen in this fold.
    pub choice: Option<Choice>,
}

impl Answered {
    /// The answers of all folds by the customers' positions.
    pub fn joined(by_fold: &[Self]) -> Self {
        let mut order: Vec<(u32, usize, usize)> = Vec::new();
        for (fold, answered) in by_fold.iter().enumerate() {
            order.extend(answered.rows.iter().enumerate().map(|(at, &row)| (row, fold, at)));
        }
        order.sort_unstable();
        let pick = |values: fn(&Self) -> &Vec<f64>| -> Vec<f64> {
            let of = |&(_, fold, at): &(u32, usize, usize)| {
                let answered = &by_fold[fold];
                let width = values(answered).len() / answered.rows.len();
                values(answered)[at * width..(at + 1) * width].to_vec()
            };
            order.iter().flat_map(of).collect()
        };
        let has_intervals =
            by_fold.iter().all(|answered| answered.intervals.len() == answered.rows.len());
        let interval = |&(_, fold, at): &(u32, usize, usize)| by_fold[fold].intervals[at];
        Self {
            rows: order.iter().map(|(row, ..)| *row).collect(),
            baseline: pick(|answered| &answered.baseline),
            median: pick(|answered| &answered.median),
            global: pick(|answered| &answered.global),
            with_segment: pick(|answered| &answered.with_segment),
            chosen: pick(|answered| &answered.chosen),
            intervals: if has_intervals {
                order.iter().map(interval).collect()
            } else {
                Vec::new()
            },
            choice: None,
        }
    }
}

/// Chooses and fits the models of a target to the customers at `rows`.
pub fn fit(task: &Task<'_>, setting: &Setting, rows: &[u32], folds: &[u8], limits: Limits) -> Fit {
    // Canonical order is that of a hash: the first customers are a sample of all.
    let some = &rows[..rows.len().min(CHOOSING_ROWS)];
    let chosen_on = Sample::of(setting, some, &task.y, folds);
    let bench = Bench::new(&chosen_on, task.objective, limits.min_customers);
    let Selected { choice, alone, margins, alone_margins } = select(&bench, limits);
    let calibrated = |margins: &[f64]| {
        let (factor, shift) = calibration(task.objective, &chosen_on.y, margins);
        (factor, shift + task.shift())
    };
    let (factor, shift) = calibrated(&margins);
    let alone_calibration = calibrated(&alone_margins);
    let sample = Sample::of(setting, rows, &task.y, folds);
    let bench = Bench::new(&sample, task.objective, limits.min_customers);
    let all_rows = sample.rows(|_| true);
    let all = adjusted(bench.fit(&all_rows, choice.all), factor, shift);
    let own = choice.own.map_or_else(Vec::new, |own| bench.own(&all_rows, own.shape, own.pooling));
    let adjust = |Own { weight, margin }| Own { weight, margin: adjusted(margin, factor, shift) };
    let is_number = !matches!(task.objective, Objective::Softmax { .. });
    let range = is_number
        .then(|| range(task, &chosen_on, limits.range_trees, limits.min_customers))
        .flatten();
    let models = TargetModels {
        target: task.target.clone(),
        link: task.link,
        all,
        own: own.into_iter().map(adjust).collect(),
        range,
    };
    Fit { models, choice, alone, alone_calibration }
}

/// What margins of customers who were held out must be multiplied with and moved by: for classes the factor of
/// temperature scaling (Guo et al. 2017), for logarithms what makes the total right.
fn calibration(objective: Objective, y: &[f64], margins: &[f64]) -> (f64, f64) {
    if margins.is_empty() {
        return (1.0, 0.0);
    }
    match objective {
        Objective::Softmax { n_classes } => (temperature(n_classes, y, margins), 0.0),
        Objective::Tweedie { .. } => {
            let (mut actual, mut expected) = (0.0, 0.0);
            for (y, margin) in y.iter().zip(margins) {
                actual += y;
                expected += math::exp(margin.clamp(-MAX_LOG, MAX_LOG));
            }
            // A total of nothing, or of one customer, is no reason.
            let shift =
                if actual > 0.0 && expected > 0.0 { math::ln(actual / expected) } else { 0.0 };
            (1.0, shift.clamp(-0.5, 0.5))
        }
        _ => (1.0, 0.0),
    }
}

/// The factor with the smallest log loss, by golden section between a half and two, to three digits.
fn temperature(n_classes: usize, y: &[f64], margins: &[f64]) -> f64 {
    let objective = Objective::Softmax { n_classes };
    let loss = |factor: f64| {
        let mut sum = 0.0;
        for (y, margins) in y.iter().zip(margins.chunks_exact(n_classes)) {
            let sharpened: Vec<f64> = margins.iter().map(|margin| factor * margin).collect();
            sum += objective.loss(*y, &sharpened);
        }
        sum
    };
    let ratio = (math::sqrt(5.0) - 1.0) / 2.0;
    let (mut low, mut high) = (0.5, 2.0);
    let (mut a, mut b) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_a, mut at_b) = (loss(a), loss(b));
    while high - low > 1e-3 {
        if at_a <= at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - ratio * (high - low);
            at_a = loss(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + ratio * (high - low);
            at_b = loss(b);
        }
    }
    let factor = shared::number::to_three_digits(f64::midpoint(low, high));
    if loss(factor) < loss(1.0) { factor } else { 1.0 }
}

/// Fits without the customers of a fold, and answers them.
pub fn answer(
    task: &Task<'_>,
    setting: &Setting,
    training: &[u32],
    held_out: &[u32],
    folds: &[u8],
    limits: Limits,
) -> Answered {
    let found = fit(task, setting, training, folds, limits);
    let Fit { models, choice, alone, alone_calibration: (factor, shift) } = found;
    let sample = Sample::of(setting, training, &task.y, folds);
    let bench = Bench::new(&sample, task.objective, limits.min_customers);
    let all_rows = sample.rows(|_| true);
    let calibrated = |margin| adjusted(margin, factor, shift);
    let of_margins = |margins: &[f64]| match task.objective {
        Objective::Softmax { .. } => shared::segment_model::softmax(margins),
        _ => vec![task.link.number(&setting.transform, margins[0])],
    };
    let by = |model: &Margin, inputs: &dyn Fn(u32) -> Vec<f64>| -> Vec<f64> {
        held_out.iter().flat_map(|&row| of_margins(&model.margins(&inputs(row)))).collect()
    };
    let inputs = |row: u32| setting.inputs.row(row as usize).to_vec();
    let baseline = Margin::Constant(bench.constant(&all_rows));
    let baseline = adjusted(baseline, 1.0, task.shift());
    let global = if choice.own.is_none() && choice.all == alone.all {
        models.all.clone()
    } else {
        calibrated(bench.fit(&all_rows, alone.all))
    };
    // What is the same for everybody becomes, told of the segment, a linear model of it alone.
    let is_constant = alone.all == Shape::CONSTANT;
    let told = sample.told_of_segments(!is_constant);
    let shape = if is_constant { Shape::linear(1.0) } else { alone.all };
    let bench = Bench::new(&told, task.objective, limits.min_customers);
    let with_segment = calibrated(bench.fit(&all_rows, shape));
    let told_inputs = |row: u32| {
        let mut inputs = if is_constant { Vec::new() } else { inputs(row) };
        inputs.extend(marks(setting.segments[row as usize], setting.n_segments));
        inputs
    };
    let mut sorted = sample.y.clone();
    sorted.sort_by(f64::total_cmp);
    let is_number = !matches!(task.objective, Objective::Softmax { .. });
    let median = quantile(&sorted, 0.5) * task.unit;
    let (mut chosen, mut intervals) = (Vec::new(), Vec::new());
    for &row in held_out {
        let x = inputs(row);
        let segment = usize::from(setting.segments[row as usize]);
        match models.predict(&setting.transform, &x, segment) {
            Prediction::Number { value, interval } => {
                chosen.push(value);
                intervals.extend(interval.map(|interval| (interval.lower, interval.upper)));
            }
            Prediction::Class(probabilities) => chosen.extend(probabilities),
        }
    }
    Answered {
        rows: held_out.to_vec(),
        baseline: by(&baseline, &inputs),
        median: if is_number { vec![median; held_out.len()] } else { Vec::new() },
        global: by(&global, &inputs),
        with_segment: by(&with_segment, &told_inputs),
        chosen,
        intervals,
        choice: Some(choice),
    }
}
