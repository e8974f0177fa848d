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
    /// A number: impute, clip, power, standardise.
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
    /// A word without order: one feature for each level, `height` where the word is that level, else 0.
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

/// A customer in prepared space: length and order fixed by the model, every value finite and on the
/// [grid]. Made only by [`Transform::apply`]:
/// ```compile_fail
/// let forged = shared::FeatureVector { values: vec![0.0] };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureVector {
    values: Vec<f64>,
}

impl FeatureVector {
    /// The values, in feature order.
    pub fn as_slice(&self) -> &[f64] {
        &self.values
    }
}

/// The preparation of every column.
#[derive(Debug, Clone, PartialEq)]
pub struct Transform {
    steps: Vec<ColumnStep>,
    features: Vec<Feature>,
}

/// The power's exponent is kept within these bounds: beyond them a spiky column runs away (to 19.8 on real
/// data).
pub const LAMBDA_BOUNDS: (f64, f64) = (-2.0, 4.0);

impl Transform {
    /// One step for each column of `schema`, in its order.
    ///
    /// Returns `None` when a step does not fit its column: another kind, an impute id that is no level, a
    /// lambda outside [`LAMBDA_BOUNDS`], a scale or height that is not positive, crossed clip bounds.
    pub fn new(schema: &Schema, steps: Vec<ColumnStep>) -> Option<Self> {
        let columns = schema.columns();
        if columns.len() != steps.len() {
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
        Some(Self { steps, features })
    }

    /// The steps, in column order.
    pub fn steps(&self) -> &[ColumnStep] {
        &self.steps
    }

    /// What each prepared feature stands for, in feature order.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Prepares a record of the schema that the transform was made for.
    pub fn apply(&self, record: &Record) -> FeatureVector {
        let mut values = Vec::with_capacity(self.features.len());
        let mut levels = self.features.iter();
        for (step, value) in self.steps.iter().zip(record.values()) {
            match step {
                ColumnStep::Number { .. } | ColumnStep::Rank { .. } => {
                    levels.next();
                    values.push(grid::snap(step.scaled(value)));
                }
                ColumnStep::OneHot { impute, height } => {
                    let id = usize::from(id_or(value, *impute));
                    let column = levels.as_slice().first().map(|f| f.column);
                    while let Some(feature) = levels.as_slice().first()
                        && Some(feature.column) == column
                    {
                        levels.next();
                        let applies = feature.level == Some(id);
                        values.push(if applies { grid::snap(height.get()) } else { 0.0 });
                    }
                }
            }
        }
        FeatureVector { values }
    }
}

impl ColumnStep {
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

fn id_or(value: &Value, impute: u16) -> u16 {
    if let Value::Level(id) = value { *id } else { impute }
}

fn fits(step: &ColumnStep, kind: &ColumnKind) -> bool {
    let is_level = |id: u16| usize::from(id) < kind.n_levels();
    // Below this a quotient could overflow; real spreads are far above it.
    let is_divisor = |scale: Finite| scale.get() >= 1e-100 && scale.get() <= 1e100;
    match (step, kind) {
        (ColumnStep::Number { lower, upper, lambda, mean, scale, .. }, ColumnKind::Numeric) => {
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
mod tests {
    use super::*;
    use crate::column::Column;
    use crate::raw::RawRecord;
    use alloc::string::String;
    use alloc::vec;

    fn finite(x: f64) -> Finite {
        Finite::new(x).unwrap()
    }

    fn number(lambda: Option<f64>) -> ColumnStep {
        ColumnStep::Number {
            impute: finite(3.0),
            lower: Some(finite(0.0)),
            upper: Some(finite(8.0)),
            lambda: lambda.map(finite),
            mean: finite(1.0),
            scale: finite(2.0),
        }
    }

    fn schema() -> Schema {
        let levels: Vec<String> = vec!["a".into(), "b".into(), "c".into()];
        Schema::new(vec![
            Column { name: "x".into(), kind: ColumnKind::Numeric, optional: true },
            Column {
                name: "c".into(),
                kind: ColumnKind::Categorical { levels, other: false },
                optional: true,
            },
            Column {
                name: "o".into(),
                kind: ColumnKind::Ordinal { levels: vec!["low".into(), "high".into()] },
                optional: true,
            },
        ])
        .unwrap()
    }

    fn steps(lambda: Option<f64>) -> Vec<ColumnStep> {
        vec![
            number(lambda),
            ColumnStep::OneHot { impute: 2, height: finite(0.5) },
            ColumnStep::Rank { impute: 1, mean: finite(0.5), scale: finite(0.5) },
        ]
    }

    fn prepared(json: &str, lambda: Option<f64>) -> Vec<f64> {
        let schema = schema();
        let record = schema.validate(&RawRecord::from_json(json).unwrap()).unwrap();
        let transform = Transform::new(&schema, steps(lambda)).unwrap();
        transform.apply(&record).as_slice().to_vec()
    }

    #[test]
    fn features_follow_the_columns() {
        assert_eq!(prepared(r#"{"x":5,"c":"b","o":"low"}"#, None), [2.0, 0.0, 0.5, 0.0, -1.0]);
    }

    #[test]
    fn missing_values_are_imputed() {
        assert_eq!(prepared("{}", None), [1.0, 0.0, 0.0, 0.5, 1.0]);
    }

    #[test]
    fn values_beyond_the_bounds_are_clipped_before_the_power() {
        assert_eq!(prepared(r#"{"x":1e9}"#, Some(0.0)), prepared(r#"{"x":8}"#, Some(0.0)));
        assert_eq!(prepared(r#"{"x":-7}"#, None)[0], -0.5);
    }

    #[test]
    fn every_value_is_on_the_grid() {
        for x in ["0.1", "1e-7", "7.77"] {
            let json = alloc::format!(r#"{{"x":{x}}}"#);
            assert!(prepared(&json, Some(0.3)).into_iter().all(grid::holds), "{x}");
        }
    }

    #[test]
    fn steps_that_do_not_fit_their_column_are_refused() {
        let refused = |position: usize, step: ColumnStep| {
            let mut steps = steps(None);
            steps[position] = step;
            assert!(Transform::new(&schema(), steps).is_none());
        };
        refused(0, ColumnStep::OneHot { impute: 0, height: finite(1.0) });
        refused(0, number(Some(4.5)));
        refused(1, ColumnStep::OneHot { impute: 3, height: finite(1.0) });
        refused(1, ColumnStep::OneHot { impute: 0, height: finite(0.0) });
        refused(2, ColumnStep::Rank { impute: 0, mean: finite(0.0), scale: finite(-1.0) });
        assert!(Transform::new(&schema(), steps(None)[..2].to_vec()).is_none());
    }
}
