//! From a record to the numbers that segments are found in.

use alloc::vec::Vec;

use crate::column::ColumnKind;
use crate::grid;
use crate::math;
use crate::number::Finite;
use crate::record::{Record, Value};
use crate::schema::Schema;

/// What is done with one column. Estimated by the trainer, applied only here.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnStep {
    /// A number, or the days since a date: impute, clip, power, standardise.
    Number {
        /// Stands in for a missing value; in the column's unit.
        impute: Finite,
        /// Smaller values count as this one; in the column's unit.
        lower: Option<Finite>,
        /// Larger values count as this one; in the column's unit.
        upper: Option<Finite>,
        /// The Yeo-Johnson exponent, in [-2, 4]; `None` leaves the value as it is.
        lambda: Option<Finite>,
        /// Subtracted after the power.
        mean: Finite,
        /// Divided by after that; positive.
        scale: Finite,
    },
    /// A yes/no or ordinal word: its id as a number, standardised.
    Rank {
        /// Stands in for a missing value.
        impute: u16,
        /// Subtracted from the id.
        mean: Finite,
        /// Divided by after that; positive.
        scale: Finite,
    },
    /// A word without order: one feature for each level, `height` where the word is that level, else 0; all 0
    /// for a word that training never saw, unless "(other)" is a level.
    OneHot {
        /// Stands in for a missing value.
        impute: u16,
        /// The value of the level that applies, chosen so that the column weighs as one.
        height: Finite,
    },
}

/// What a prepared feature stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    /// The position of its column in the schema.
    pub column: usize,
    /// The level it marks, when the column is one-hot.
    pub level: Option<usize>,
}

/// Where a column's part of a prepared customer lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its features.
    pub(crate) features: core::ops::Range<usize>,
    /// Its position among the numeric features, or among the levels.
    pub(crate) position: usize,
    /// Whether it is one numeric feature.
    pub(crate) is_number: bool,
}

/// A customer in prepared space: length and order fixed by the model, every value finite and on the
/// [grid]. Made only by [`Transform::apply`]:
/// ```compile_fail
/// let forged = shared::FeatureVector { values: vec![0.0], ..Default::default() };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureVector {
    values: Vec<f64>,
    n_features: usize,
    /// Empty without levels: then all features are numeric.
    numeric: Vec<f64>,
    levels: Vec<u16>,
}

/// The level of a categorical column where the customer has no value.
pub const MISSING_LEVEL: u16 = u16::MAX - 1;

/// The level of a categorical column where the customer has a word that training never saw.
pub const UNSEEN_LEVEL: u16 = u16::MAX;

impl FeatureVector {
    /// The values that segments are found in, in feature order.
    pub fn as_slice(&self) -> &[f64] {
        self.values.get(..self.n_features).unwrap_or_default()
    }

    /// The values of the features that are not one-hot, in feature order.
    pub fn numeric(&self) -> &[f64] {
        if self.levels.is_empty() { self.as_slice() } else { &self.numeric }
    }

    /// The level of each categorical (one-hot) column, in column order: its id, [`MISSING_LEVEL`] or
    /// [`UNSEEN_LEVEL`].
    pub fn levels(&self) -> &[u16] {
        &self.levels
    }

    /// What segment models read: the features; behind them one indicator for each column of
    /// [`Transform::indicators`], 1 where the customer lacks its value, else 0; and one figure for each of
    /// [`Transform::tails`], by how much the customer is beyond the clip bounds, else 0.
    pub fn model_inputs(&self) -> &[f64] {
        &self.values
    }
}

/// How far beyond its clip bounds a column of numbers is still told to segment models, in its unit. A customer of the
/// hundredth with the largest values is not like the next one, but segments must not be drawn to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// The column, by position.
    pub column: usize,
    /// Smaller than the step's lower bound.
    pub lower: Option<Finite>,
    /// Larger than the step's upper bound.
    pub upper: Option<Finite>,
}

/// The preparation of every column.
#[derive(Debug, Clone, PartialEq)]
pub struct Transform {
    steps: Vec<ColumnStep>,
    features: Vec<Feature>,
    indicators: Vec<usize>,
    tails: Vec<Tail>,
    has_levels: bool,
}

/// The power's exponent is kept within these bounds: beyond them a spiky column runs away (to 19.8 on real
/// data).
pub const LAMBDA_BOUNDS: (f64, f64) = (-2.0, 4.0);

impl Transform {
    /// One step for each column of `schema`, in its order; and the columns, ascending, whose missing values
    /// segment models are told of.
    ///
    /// Returns `None` when a step does not fit its column: another kind, an impute id that is no level, a
    /// lambda outside [`LAMBDA_BOUNDS`], a scale or height that is not positive, crossed clip bounds; or when
    /// an indicator is of a column that nobody may lack.
    pub fn new(schema: &Schema, steps: Vec<ColumnStep>, indicators: Vec<usize>) -> Option<Self> {
        let columns = schema.columns();
        let ascending = indicators.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        let optional = |&column: &usize| columns.get(column).is_some_and(|c| c.optional);
        if columns.len() != steps.len() || !ascending || !indicators.iter().all(optional) {
            return None;
        }
        let mut features = Vec::new();
        for (column, (step, schema_column)) in steps.iter().zip(columns).enumerate() {
            if !fits(step, &schema_column.kind) {
                return None;
            }
            match step {
                ColumnStep::OneHot { .. } => features.extend(
                    (0..schema_column.kind.n_levels())
                        .map(|level| Feature { column, level: Some(level) }),
                ),
                _ => features.push(Feature { column, level: None }),
            }
        }
        let has_levels = features.iter().any(|feature| feature.level.is_some());
        Some(Self { steps, features, indicators, tails: Vec::new(), has_levels })
    }

    /// The same with tails, by column, ascending. `None` when one is of a column that is not clipped there, or ends
    /// inside the bounds.
    pub fn with_tails(self, tails: Vec<Tail>) -> Option<Self> {
        let ascending = tails.windows(2).all(|pair| matches!(pair, [a, b] if a.column < b.column));
        let is_sound = |tail: &Tail| {
            let Some(ColumnStep::Number { lower, upper, .. }) = self.steps.get(tail.column) else {
                return false;
            };
            let beyond = |tail: Option<Finite>, bound: &Option<Finite>, is_upper: bool| match tail {
                Some(tail) => bound.is_some_and(|b| if is_upper { tail > b } else { tail < b }),
                None => true,
            };
            (tail.lower.is_some() || tail.upper.is_some())
                && beyond(tail.lower, lower, false)
                && beyond(tail.upper, upper, true)
        };
        (ascending && tails.iter().all(is_sound)).then_some(Self { tails, ..self })
    }

    /// The columns whose values beyond the clip bounds segment models are told of, ascending.
    pub fn tails(&self) -> &[Tail] {
        &self.tails
    }

    /// The steps, in column order.
    pub fn steps(&self) -> &[ColumnStep] {
        &self.steps
    }

    /// What each prepared feature stands for, in feature order.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The columns, by position and ascending, whose missing values segment models are told of.
    pub fn indicators(&self) -> &[usize] {
        &self.indicators
    }

    /// The length of [`FeatureVector::model_inputs`].
    pub fn n_model_inputs(&self) -> usize {
        self.features.len() + self.indicators.len() + self.tails.len()
    }

    /// The column of each model input, by position: of features, then of indicators, then of tails.
    pub fn input_columns(&self) -> impl Iterator<Item = usize> {
        let features = self.features.iter().map(|feature| feature.column);
        let indicators = self.indicators.iter().copied();
        features.chain(indicators).chain(self.tails.iter().map(|tail| tail.column))
    }

    /// Where each column's part of a prepared customer lies, in column order.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        let (mut end, mut n_numeric, mut n_categorical) = (0, 0, 0);
        self.steps.iter().enumerate().map(move |(column, step)| {
            let start = end;
            end = self.features.partition_point(|feature| feature.column <= column);
            let is_number = !matches!(step, ColumnStep::OneHot { .. });
            let count = if is_number { &mut n_numeric } else { &mut n_categorical };
            *count += 1;
            Place { features: start..end, position: *count - 1, is_number }
        })
    }

    /// Prepares a record of the schema that the transform was made for.
    pub fn apply(&self, record: &Record) -> FeatureVector {
        let mut values = Vec::with_capacity(self.n_model_inputs());
        let (mut numeric, mut levels) = (Vec::new(), Vec::new());
        let mut rest = self.features.iter();
        for (step, value) in self.steps.iter().zip(record.values()) {
            match step {
                ColumnStep::Number { .. } | ColumnStep::Rank { .. } => {
                    rest.next();
                    let prepared = step.prepared(value);
                    values.push(prepared);
                    if self.has_levels {
                        numeric.push(prepared);
                    }
                }
                ColumnStep::OneHot { impute, .. } => {
                    let id = usize::from(id_or(value, *impute));
                    let column = rest.as_slice().first().map(|f| f.column);
                    let first = values.len();
                    while let Some(feature) = rest.as_slice().first()
                        && Some(feature.column) == column
                    {
                        rest.next();
                        let applies = feature.level == Some(id);
                        values.push(if applies { step.prepared(value) } else { 0.0 });
                    }
                    levels.push(level_of(value, values.len() - first));
                }
            }
        }
        let n_features = values.len();
        values.extend(self.indicators.iter().map(|&column| {
            let is_missing = record.values().get(column) == Some(&Value::Missing);
            f64::from(u8::from(is_missing))
        }));
        values.extend(self.tails.iter().map(|tail| {
            let pair = self.steps.get(tail.column).zip(record.values().get(tail.column));
            pair.map_or(0.0, |(step, value)| step.beyond(tail, value))
        }));
        FeatureVector { values, n_features, numeric, levels }
    }

    /// Prepares a record as if the customer lacked the value of `column`, whether or not anybody may.
    pub fn apply_without(&self, record: &Record, column: usize) -> FeatureVector {
        let mut values = record.values().to_vec();
        if let Some(value) = values.get_mut(column) {
            *value = Value::Missing;
        }
        self.apply(&Record::new(values))
    }
}

impl ColumnStep {
    /// The value of the column's feature; for one-hot columns that of the feature that is marked.
    pub(crate) fn prepared(&self, value: &Value) -> f64 {
        grid::snap(if let Self::OneHot { height, .. } = self {
            height.get()
        } else {
            self.scaled(value)
        })
    }

    /// The value in the column's unit that is prepared as `prepared`, within the clip bounds; `prepared` itself for
    /// what is no number.
    pub(crate) fn undone(&self, prepared: f64) -> f64 {
        let Self::Number { lower, upper, lambda, mean, scale, .. } = self else { return prepared };
        let powered = prepared * scale.get() + mean.get();
        let value = lambda.map_or(powered, |l| math::yeo_johnson_undone(powered, l.get()));
        let value = upper.map_or(value, |bound| value.min(bound.get()));
        lower.map_or(value, |bound| value.max(bound.get()))
    }

    /// From one clip bound to the other, in the column's unit; none where one is missing.
    pub(crate) fn reach(&self) -> Option<f64> {
        let Self::Number { lower, upper, .. } = self else { return None };
        Some((*upper)?.get() - (*lower)?.get())
    }

    /// By how much a value is beyond the clip bounds, in prepared space and as far as the tail goes.
    fn beyond(&self, tail: &Tail, value: &Value) -> f64 {
        let Self::Number { impute, lower, upper, lambda, mean, scale } = *self else { return 0.0 };
        let longer = Self::Number {
            impute,
            lower: tail.lower.or(lower),
            upper: tail.upper.or(upper),
            lambda,
            mean,
            scale,
        };
        grid::snap(longer.prepared(value) - self.prepared(value))
    }

    /// The standardised value before it is clipped and rounded to the grid; 0 for one-hot columns.
    fn scaled(&self, value: &Value) -> f64 {
        match self {
            Self::Number { impute, lower, upper, lambda, mean, scale } => {
                let mut x = if let Value::Number(x) = value { *x } else { *impute };
                x = lower.filter(|&bound| x < bound).unwrap_or(x);
                x = upper.filter(|&bound| x > bound).unwrap_or(x);
                let powered = match lambda {
                    Some(lambda) => math::yeo_johnson(x.get(), lambda.get()),
                    None => x.get(),
                };
                (powered - mean.get()) / scale.get()
            }
            Self::Rank { impute, mean, scale } => {
                (f64::from(id_or(value, *impute)) - mean.get()) / scale.get()
            }
            Self::OneHot { .. } => 0.0,
        }
    }
}

/// The level of a categorical column of so many levels.
fn level_of(value: &Value, n_levels: usize) -> u16 {
    match value {
        Value::Level(id) if usize::from(*id) < n_levels => *id,
        Value::Missing => MISSING_LEVEL,
        Value::Level(_) | Value::Number(_) => UNSEEN_LEVEL,
    }
}

fn id_or(value: &Value, impute: u16) -> u16 {
    if let Value::Level(id) = value { *id } else { impute }
}

fn fits(step: &ColumnStep, kind: &ColumnKind) -> bool {
    let is_level = |id: u16| usize::from(id) < kind.n_levels();
    // Below this a quotient could overflow; real spreads are far above it.
    let is_divisor = |scale: Finite| scale.get() >= 1e-100 && scale.get() <= 1e100;
    match (step, kind) {
        (
            ColumnStep::Number { lower, upper, lambda, mean, scale, .. },
            ColumnKind::Numeric { .. } | ColumnKind::Date { .. },
        ) => {
            let ordered = lower.zip(*upper).is_none_or(|(low, high)| low < high);
            let bounded =
                lambda.is_none_or(|l| (LAMBDA_BOUNDS.0..=LAMBDA_BOUNDS.1).contains(&l.get()));
            ordered && bounded && mean.get().abs() <= 1e100 && is_divisor(*scale)
        }
        (
            ColumnStep::Rank { impute, mean, scale },
            ColumnKind::YesNo { .. } | ColumnKind::Ordinal { .. },
        ) => is_level(*impute) && mean.get().abs() <= 1e6 && is_divisor(*scale),
        (ColumnStep::OneHot { impute, height }, ColumnKind::Categorical { .. }) => {
            is_level(*impute) && is_divisor(*height) && height.get() <= grid::LIMIT
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
