//! One column of numbers or dates: the regression of its prepared value on the other columns.

use std::collections::BTreeSet;

use shared::segment_model::{Link, Own, Target, TargetKind, TargetModels};
use shared::{Margin, Value, math};

use super::moments::Moments;
use super::{FOLDS, Ground, UsualQuality};
use crate::prepare::median;
use crate::ridge::LinearFit;

/// Penalties tried, in customers: features are standardised.
const PENALTIES: [f64; 4] = [1.0, 10.0, 100.0, 1000.0];

/// How strongly a segment's model is held to that for all, in customers; without bound, it is that for all.
const POOLING: [f64; 5] = [1.0, 10.0, 100.0, 1000.0, 10_000.0];

/// A column whose prepared values correlate so much says the same in other words.
const COPY: f64 = 0.98;

/// Of many inputs, so many that correlate most are read.
const MAX_INPUTS: usize = 64;

/// Coefficients are multiples of one part in so many: nothing that a person sees, and half of an artifact.
const PER_UNIT: f64 = 65_536.0;

/// A column's models.
pub(super) struct Regression {
    /// Fitted to all customers.
    pub(super) models: TargetModels,
    /// The same without each fold.
    pub(super) by_fold: Vec<TargetModels>,
    /// None where too few customers have a value.
    pub(super) quality: Option<UsualQuality>,
}

/// Fits the column at `position`; `relatives` are not read.
pub(super) fn regress(
    ground: &Ground<'_>,
    position: usize,
    name: String,
    relatives: &BTreeSet<usize>,
) -> Regression {
    let column = Column::new(ground, position, relatives);
    let fits: Vec<Fits> = (0..FOLDS).map(|fold| column.fits(Some(fold))).collect();
    let choice = column.choose(&fits);
    let target = Target { name, kind: TargetKind::Number };
    let quality = (column.rows.len() >= ground.segments.min_customers)
        .then(|| column.quality(&fits, choice, &target.name));
    let models = |fits: &Fits| column.models(fits, choice, target.clone());
    Regression {
        models: models(&column.fits(None)),
        by_fold: fits.iter().map(models).collect(),
        quality,
    }
}

/// A customer who has the column's value.
struct Row {
    /// In the canonical order.
    at: usize,
    /// In the column's unit.
    value: f64,
}

/// A column and what it is regressed on.
struct Column<'g> {
    ground: &'g Ground<'g>,
    link: Link,
    rows: Vec<Row>,
    /// The model inputs that are read, ascending, and behind them the column's own.
    vars: Vec<usize>,
    /// By fold and segment.
    cells: Vec<Moments>,
}

/// The regressions of one training set, by penalty.
struct Fits {
    all: Vec<LinearFit>,
    /// By segment: the customers, and theirs; empty where they are too few.
    own: Vec<(f64, Vec<LinearFit>)>,
}

/// What cross-validation chose.
#[derive(Debug, Clone, Copy)]
struct Choice {
    /// The position of the penalty for all.
    penalty: usize,
    /// The position of the segments' penalty, and how strongly they are held; none where they do not help.
    own: Option<(usize, f64)>,
}

impl<'g> Column<'g> {
    fn new(ground: &'g Ground<'g>, position: usize, relatives: &BTreeSet<usize>) -> Self {
        let customers = ground.dataset.customers.iter().enumerate();
        let rows: Vec<Row> = customers
            .filter_map(|(at, customer)| match customer.record.values()[position] {
                Value::Number(value) => Some(Row { at, value: value.get() }),
                _ => None,
            })
            .collect();
        let own = ground.columns.iter().position(|&column| column == position);
        let vars = inputs(ground, &rows, position, own.unwrap_or_default(), relatives);
        let are_all = rows.len() == ground.dataset.customers.len();
        let cells = if are_all && !ground.moments.is_empty() {
            ground.moments.iter().map(|moments| moments.of(&vars)).collect()
        } else {
            let mut cells = vec![Moments::new(vars.len()); FOLDS * ground.segments.n_segments];
            let mut values = Vec::with_capacity(vars.len());
            for row in &rows {
                let x = ground.row(row.at);
                values.clear();
                values.extend(vars.iter().map(|&var| x[var]));
                cells[ground.cells[row.at]].add(&values);
            }
            cells
        };
        let link = Link::Prepared(u16::try_from(position).expect("a schema has fewer columns"));
        Self { ground, link, rows, vars, cells }
    }

    fn n_segments(&self) -> usize {
        self.ground.segments.n_segments
    }

    /// Fits all but a fold.
    fn fits(&self, without: Option<usize>) -> Fits {
        let mut all = Moments::new(self.vars.len());
        let own = (0..self.n_segments())
            .map(|segment| {
                let mut own = Moments::new(self.vars.len());
                for fold in (0..FOLDS).filter(|fold| Some(*fold) != without) {
                    own.merge(&self.cells[fold * self.n_segments() + segment]);
                }
                all.merge(&own);
                let is_large = own.n >= self.ground.segments.min_customers as f64;
                let helps = self.n_segments() > 1 && is_large;
                (own.n, if helps { own.ridge(&PENALTIES) } else { Vec::new() })
            })
            .collect();
        Fits { all: all.ridge(&PENALTIES), own }
    }

    /// The penalties and the pooling of least squared error out of fold; segments help where that is lower than
    /// without them by more than one standard error of the difference.
    ///
    /// # Ties: the first candidate wins.
    fn choose(&self, fits: &[Fits]) -> Choice {
        let error = |choice: Choice| {
            let mut sum = 0.0;
            for (fold, fits) in fits.iter().enumerate() {
                for segment in 0..self.n_segments() {
                    let held_out = &self.cells[fold * self.n_segments() + segment];
                    sum += held_out.squared_error(&fits.rule(choice, segment));
                }
            }
            sum
        };
        let best = |choices: Vec<Choice>| {
            let tried = choices.into_iter().map(|choice| (error(choice), choice));
            tried.min_by(|a, b| a.0.total_cmp(&b.0)).expect("there are candidates").1
        };
        let positions = 0..PENALTIES.len();
        let all = best(positions.clone().map(|penalty| Choice { penalty, own: None }).collect());
        if self.n_segments() < 2 || self.rows.is_empty() {
            return all;
        }
        let own = |own| Choice { own: Some(own), ..all };
        let grid = positions.flat_map(|penalty| POOLING.map(|pooling| own((penalty, pooling))));
        let pooled = best(grid.collect());
        let squared = |choice| {
            let errors = self.out_of_fold(fits, choice);
            errors.into_iter().map(|(actual, margin)| (actual - margin) * (actual - margin))
        };
        let gains: Vec<f64> =
            squared(all).zip(squared(pooled)).map(|(all, pooled)| all - pooled).collect();
        let (mean, error) = mean_and_error(&gains);
        if mean > error { pooled } else { all }
    }

    /// Actual and expected prepared value of each row, expected by models that did not see it.
    fn out_of_fold(&self, fits: &[Fits], choice: Choice) -> Vec<(f64, f64)> {
        let rules: Vec<LinearFit> = fits
            .iter()
            .flat_map(|fits| (0..self.n_segments()).map(|segment| fits.rule(choice, segment)))
            .collect();
        let (own, inputs) = self.vars.split_last().expect("the column's own");
        self.rows
            .iter()
            .map(|row| {
                let (x, rule) = (self.ground.row(row.at), &rules[self.ground.cells[row.at]]);
                let mut margin = rule.intercept;
                for (weight, &input) in rule.weights.iter().zip(inputs) {
                    margin += weight * x[input];
                }
                (x[*own], margin)
            })
            .collect()
    }

    fn quality(&self, fits: &[Fits], choice: Choice, name: &str) -> UsualQuality {
        let pairs = self.out_of_fold(fits, choice);
        let n = pairs.len() as f64;
        let mean = pairs.iter().fold(0.0, |sum, (actual, _)| sum + actual) / n;
        let (mut rest, mut variance, mut absolute) = (0.0, 0.0, 0.0);
        for (row, (actual, margin)) in self.rows.iter().zip(&pairs) {
            rest += (actual - margin) * (actual - margin);
            variance += (actual - mean) * (actual - mean);
            absolute += (self.link.number(self.ground.transform, *margin) - row.value).abs();
        }
        let (all, segment) = self.errors_of_medians();
        UsualQuality {
            column: name.to_owned(),
            rows: self.rows.len(),
            mae_all: all / n,
            mae_segment: segment / n,
            mae_usual: absolute / n,
            r2_prepared: if variance > 0.0 { 1.0 - rest / variance } else { 0.0 },
            segments_help: choice.own.is_some(),
        }
    }

    /// The sums of absolute errors of the median of all and of the segments' medians, each without the customer's
    /// fold; a segment where too few have a value has that of all.
    fn errors_of_medians(&self) -> (f64, f64) {
        let n_segments = self.n_segments();
        let mut sorted: Vec<&Row> = self.rows.iter().collect();
        sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
        let (mut of_all, mut of_segments) = (0.0, 0.0);
        for fold in 0..FOLDS {
            let (mut all, mut own) = (Vec::new(), vec![Vec::new(); n_segments]);
            let place = |row: &Row| self.ground.cells[row.at];
            for row in sorted.iter().filter(|row| place(row) / n_segments != fold) {
                all.push(row.value);
                own[place(row) % n_segments].push(row.value);
            }
            let all = median(&all);
            let few = self.ground.segments.min_customers;
            let own = own.iter().map(|own| if own.len() < few { all } else { median(own) });
            let own: Vec<f64> = own.collect();
            for row in self.rows.iter().filter(|row| place(row) / n_segments == fold) {
                of_all += (row.value - all).abs();
                of_segments += (row.value - own[place(row) % n_segments]).abs();
            }
        }
        (of_all, of_segments)
    }

    fn models(&self, fits: &Fits, choice: Choice, target: Target) -> TargetModels {
        let all = self.margin(&fits.all[choice.penalty]);
        let own = choice.own.map_or_else(Vec::new, |(penalty, pooling)| {
            let own = fits.own.iter().map(|(n, own)| match own.get(penalty) {
                Some(fit) => Own { weight: n / (n + pooling), margin: self.margin(fit) },
                None => Own { weight: 1.0, margin: all.clone() },
            });
            own.collect()
        });
        TargetModels { target, link: self.link, all, own, range: None }
    }

    fn margin(&self, fit: &LinearFit) -> Margin {
        let rounded = |v: f64| math::round_ties_even(v * PER_UNIT) / PER_UNIT + 0.0;
        let intercepts = vec![rounded(fit.intercept)];
        let mut weights = vec![0.0; self.ground.n_inputs];
        for (weight, &var) in fit.weights.iter().zip(&self.vars) {
            weights[var] = rounded(*weight);
        }
        if weights.iter().all(|weight| *weight == 0.0) {
            Margin::Constant(intercepts)
        } else {
            Margin::Linear { intercepts, weights }
        }
    }
}

impl Fits {
    /// What is said of a segment's customers.
    fn rule(&self, choice: Choice, segment: usize) -> LinearFit {
        let all = &self.all[choice.penalty];
        let (n, own) = &self.own[segment];
        let own = choice.own.and_then(|(penalty, m)| Some((own.get(penalty)?, n / (n + m))));
        let Some((own, share)) = own else { return all.clone() };
        let pooled = |all: f64, own: f64| (1.0 - share) * all + share * own;
        let weights = all.weights.iter().zip(&own.weights).map(|(a, b)| pooled(*a, *b)).collect();
        LinearFit { weights, intercept: pooled(all.intercept, own.intercept) }
    }
}

/// The model inputs that a column's regression reads, ascending, and behind them its own: all but those of the
/// column, of its relatives and of near copies; of many those that correlate most.
fn inputs(
    ground: &Ground<'_>,
    rows: &[Row],
    position: usize,
    own: usize,
    relatives: &BTreeSet<usize>,
) -> Vec<usize> {
    let n = rows.len().max(1) as f64;
    let mut sums = vec![[0.0; 3]; ground.n_inputs];
    for row in rows {
        let x = ground.row(row.at);
        let y = x[own];
        for ([sum, squares, products], value) in sums.iter_mut().zip(x) {
            *sum += value;
            *squares += value * value;
            *products += value * y;
        }
    }
    let [own_sum, own_squares, _] = sums[own];
    let own_variance = own_squares - own_sum * own_sum / n;
    // The square of the correlation; 0 with what does not vary.
    let alike = |[sum, squares, products]: [f64; 3]| {
        let variance = (squares - sum * sum / n) * own_variance;
        let covariance = products - sum * (own_sum / n);
        let varies = variance > 1e-12 * squares * own_squares;
        if varies { covariance * covariance / variance } else { 0.0 }
    };
    let alike: Vec<f64> = sums.into_iter().map(alike).collect();
    let copies: BTreeSet<usize> = (0..ground.n_inputs)
        .filter(|&input| alike[input] > COPY * COPY)
        .map(|input| ground.columns[input])
        .collect();
    let is_read = |&input: &usize| {
        let column = ground.columns[input];
        let is_told = column == position || relatives.contains(&column) || copies.contains(&column);
        !is_told && alike[input] > 0.0
    };
    let mut inputs: Vec<usize> = (0..ground.n_inputs).filter(is_read).collect();
    inputs.sort_by(|a, b| alike[*b].total_cmp(&alike[*a]));
    inputs.truncate(MAX_INPUTS);
    inputs.sort_unstable();
    inputs.push(own);
    inputs
}

/// The mean, and its standard error.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().fold(0.0, |sum, v| sum + v) / n;
    let squares = values.iter().fold(0.0, |sum, v| sum + (v - mean) * (v - mean));
    (mean, math::sqrt(squares) / n)
}
