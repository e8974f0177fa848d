//! What to expect of a customer: models of the targets, chosen and judged by nested cross-validation; and what is
//! usual, column by column.

pub mod family;
pub mod nested;
pub mod objective;
pub mod range;
pub mod selection;
pub mod setting;
pub mod task;
mod trial;
pub mod verdict;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{ArrayView1, Axis};
use rayon::prelude::*;
use shared::model::MAX_REASONS;
use shared::segment_model::TargetModels;
use shared::{Assigner, Transform, grid};

use self::nested::{Answered, CHOOSING_ROWS, Fit, Limits};
use self::selection::Choice;
use self::setting::{Recipe, Setting};
use self::task::Task;
use crate::dataset::{Customer, FOLDS};
use crate::error::Error;
use crate::fit::Stage;
use crate::infer::Plan;
use crate::judge::{Answers, Judged, JudgedTarget, Who, judge};
use crate::prepare::mean;
use crate::usual::{self, Segments, Usual};

/// More trees gain little and weigh much.
const MAX_TREES: usize = 200;

/// An interval needs fewer.
const MAX_RANGE_TREES: usize = 60;

/// What an artifact holds besides trees, in bytes, about.
const BESIDES_TREES: usize = 32 << 10;

/// Everything that models are made of.
pub struct Input<'a> {
    /// The columns and targets.
    pub plan: &'a Plan,
    /// The customers, and how they were prepared and divided.
    pub recipe: Recipe<'a>,
    /// The preparation that is written.
    pub transform: &'a Transform,
    /// The rule that is written.
    pub assigner: &'a Assigner,
    /// Each customer's segment by it.
    pub labels: &'a [u16],
    /// The segments' ids, by position.
    pub ids: &'a [u16],
    /// The largest artifact, in bytes.
    pub max_bytes: usize,
    /// For errors.
    pub path: &'a Path,
}

/// Everything that is expected of customers.
#[derive(Debug)]
pub struct Expected {
    /// Models of the targets that were asked for.
    pub targets: Vec<TargetModels>,
    /// What is usual, column by column.
    pub usual: Usual,
    /// The average customer's model inputs.
    pub means: Vec<f64>,
    /// How good the targets' models are.
    pub judged: Vec<JudgedTarget>,
    /// Answers to customers who were held out, a target each.
    pub out_of_fold: Vec<OutOfFold>,
}

/// What nested cross-validation answered, for the customers whose target is known, in canonical order.
#[derive(Debug)]
pub struct OutOfFold {
    /// The target's name.
    pub target: String,
    /// The classes; none for a number.
    pub classes: Vec<String>,
    /// Each customer's row in the table.
    pub table_rows: Vec<u32>,
    /// Each customer's fold.
    pub folds: Vec<u8>,
    /// The id of each customer's segment in the model that is written.
    pub segments: Vec<u16>,
    /// What was right: a number, or a class's id.
    pub actual: Vec<f64>,
    /// The answers; `rows` are positions among the customers.
    pub answered: Answered,
    /// What is written.
    pub choice: Choice,
    /// What each fold chose.
    pub by_fold: Vec<Choice>,
}

/// Every target's models, what is usual, and how good they are.
///
/// # Errors
/// When no customer's target is known.
pub fn models(input: &Input<'_>, progress: impl Fn(Stage) + Sync) -> Result<Expected, Error> {
    let Input { plan, recipe, transform, .. } = *input;
    let dataset = recipe.dataset;
    let inputs = dataset.prepare_for_models(transform);
    let column_mean = |column: ArrayView1<'_, f64>| grid::snap(mean(&column.to_vec()));
    let means = inputs.axis_iter(Axis(1)).map(column_mean).collect();
    let segments = input.segments();
    let usual = usual::fit(&plan.schema, dataset, transform, inputs.view(), &segments);
    let tasks = tasks(input)?;
    let (targets, out_of_fold) =
        if tasks.is_empty() { Default::default() } else { fit_and_answer(input, &tasks, progress) };
    let judged = tasks.iter().zip(&out_of_fold).map(|(task, found)| judged(input, task, found));
    Ok(Expected { judged: judged.collect(), targets, usual, means, out_of_fold })
}

impl Input<'_> {
    /// Who is in which segment.
    pub fn segments(&self) -> Segments<'_> {
        Segments {
            labels: self.labels,
            n_segments: self.recipe.n_segments,
            min_customers: self.recipe.min_segment,
        }
    }
}

/// The figures of a target.
fn judged(input: &Input<'_>, task: &Task<'_>, found: &OutOfFold) -> JudgedTarget {
    let answered = &found.answered;
    let answers = |who, values: &Vec<f64>| Answers { who, values: values.clone() };
    let is_number = found.classes.is_empty();
    let baseline = if is_number { Who::Mean } else { Who::Majority };
    let mut all = vec![answers(baseline, &answered.baseline)];
    all.extend(is_number.then(|| answers(Who::Median, &answered.median)));
    all.push(answers(Who::Global, &answered.global));
    all.push(answers(Who::GlobalWithSegment, &answered.with_segment));
    all.push(answers(Who::Segments, &answered.chosen));
    let has_intervals = !answered.intervals.is_empty();
    let level = f64::from(range::LEVEL_PERCENT) / 100.0;
    let quality = judge(&Judged {
        target: task.target,
        actual: &found.actual,
        segments: &found.segments,
        folds: &found.folds,
        answers: &all,
        intervals: has_intervals.then_some((&answered.intervals[..], level)),
        is_spend: task.is_spend,
        seed: input.recipe.seed,
        min_customers: input.recipe.min_level,
    });
    let verdict = verdict::verdict(&found.choice, &found.by_fold, &quality);
    JudgedTarget { verdict, chosen: found.choice, by_fold: found.by_fold.clone(), quality }
}

fn tasks<'p>(input: &Input<'p>) -> Result<Vec<Task<'p>>, Error> {
    let customers = &input.recipe.dataset.customers;
    let targets = input.plan.targets.iter().enumerate();
    let n_margins: usize = targets.clone().map(|(_, (target, _))| target.kind.n_outputs()).sum();
    if n_margins.saturating_mul(input.plan.schema.columns().len()) > MAX_REASONS / 2 {
        return Err(Error::Unfit {
            path: input.path.into(),
            what: format!("the targets have {n_margins} classes, too many for so many columns"),
            hint: "leave columns out, or raise `--min-level` so that fewer words are classes"
                .into(),
        });
    }
    targets
        .map(|(position, (target, _))| {
            let task = Task::of(target, position, customers, input.recipe.min_level);
            let known = task.known.len();
            let mut folds: Vec<u8> =
                task.known.iter().map(|&row| customers[row as usize].fold()).collect();
            folds.sort_unstable();
            folds.dedup();
            let fewest = input.recipe.min_level.max(2);
            let what = if known < fewest {
                format!("the target `{}` is known of {known} customers only", target.name)
            } else if folds.len() < 2 {
                let name = &target.name;
                format!("all customers whose `{name}` is known are alike: nothing can be judged")
            } else {
                return Ok(task);
            };
            let hint = format!("choose another target; one needs {fewest} different customers");
            Err(Error::Unfit { path: input.path.into(), what, hint })
        })
        .collect()
}

/// The models that are written, and the answers of those of each fold.
fn fit_and_answer(
    input: &Input<'_>,
    tasks: &[Task<'_>],
    progress: impl Fn(Stage) + Sync,
) -> (Vec<TargetModels>, Vec<OutOfFold>) {
    let recipe = &input.recipe;
    let customers = &recipe.dataset.customers;
    let folds: Vec<u8> = customers.iter().map(Customer::fold).collect();
    let settings: Vec<Setting> = (0..FOLDS)
        .into_par_iter()
        .map(|fold| Setting::without(recipe, |customer| customer.fold() != fold))
        .collect();
    let n_jobs = tasks.len() * (settings.len() + 1);
    let done = AtomicUsize::new(0);
    let one_more = || progress(Stage::Expecting(1 + done.fetch_add(1, Ordering::Relaxed), n_jobs));
    let jobs: Vec<(&Task<'_>, (&Setting, u8))> =
        tasks.iter().flat_map(|task| settings.iter().zip(0..).map(move |s| (task, s))).collect();
    let answers: Vec<Answered> = jobs
        .into_par_iter()
        .map(|(task, (setting, fold))| {
            let known = &task.known[..task.known.len().min(CHOOSING_ROWS)];
            let (held_out, training): (Vec<u32>, Vec<u32>) =
                known.iter().partition(|&&row| folds[row as usize] == fold);
            let limits = limits(input, task, tasks.len());
            let found = nested::answer(task, setting, &training, &held_out, &folds, limits);
            one_more();
            found
        })
        .collect();
    drop(settings);
    let written = Setting::written(recipe.dataset, input.transform, input.assigner);
    let by_task = tasks.par_iter().zip(answers.par_chunks(FOLDS.into()));
    let found = by_task.map(|(task, by_fold)| {
        let limits = limits(input, task, tasks.len());
        // What most folds do not find is chance, and a reader could not make sense of it.
        let helps = |answered: &&Answered| answered.choice.is_some_and(|c| c.own.is_some());
        let may_have_own = by_fold.iter().filter(helps).count() * 2 > by_fold.len();
        let Fit { models, choice, .. } =
            nested::fit(task, &written, &task.known, &folds, Limits { may_have_own, ..limits });
        one_more();
        (models, pooled(input, task, choice, by_fold, &folds))
    });
    found.collect::<Vec<_>>().into_iter().unzip()
}

/// The folds' answers in canonical order.
fn pooled(
    input: &Input<'_>,
    task: &Task<'_>,
    choice: Choice,
    by_fold: &[Answered],
    folds: &[u8],
) -> OutOfFold {
    let answered = Answered::joined(by_fold);
    let rows = &answered.rows;
    let at = |row: &u32| *row as usize;
    OutOfFold {
        target: task.target.name.clone(),
        classes: task.target.kind.classes().to_vec(),
        table_rows: rows.iter().map(|row| input.recipe.dataset.customers[at(row)].row).collect(),
        folds: rows.iter().map(|row| folds[at(row)]).collect(),
        segments: rows.iter().map(|row| input.ids[usize::from(input.labels[at(row)])]).collect(),
        actual: rows.iter().map(|row| task.actual(*row)).collect(),
        choice,
        by_fold: by_fold.iter().filter_map(|answered| answered.choice).collect(),
        answered,
    }
}

/// How many trees fit into the artifact.
fn limits(input: &Input<'_>, task: &Task<'_>, n_tasks: usize) -> Limits {
    let share = input.max_bytes.saturating_sub(BESIDES_TREES) / n_tasks;
    let n_outputs = task.target.kind.n_outputs();
    // A tree of twelve leaves: eleven splits, and up to three bytes a leaf's value.
    let bytes = |n_outputs: usize| 12 * n_outputs * 3 + 11 * 6;
    let n_segments = input.recipe.n_segments.max(1);
    Limits {
        trees: (share / 2 / bytes(n_outputs)).min(MAX_TREES),
        own_trees: (share / 4 / n_segments / bytes(n_outputs)).min(MAX_TREES),
        range_trees: (share / 4 / bytes(2)).min(MAX_RANGE_TREES),
        min_customers: input.recipe.min_level.max(1),
        may_have_own: true,
    }
}

#[cfg(test)]
mod tests;
