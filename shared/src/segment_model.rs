//! What to expect of a customer: for each target one model for all customers, and where that helps one of each
//! segment's own, pooled with it.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::centroids::smallest;
use crate::column::MAX_NUMBER;
use crate::margin::{Contributions, Inputs, Margin, is_coefficient, pooled};
use crate::math;
use crate::schema::is_name;
use crate::transform::{ColumnStep, Transform};

/// What is predicted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The column's name.
    pub name: String,
    /// Number or class.
    pub kind: TargetKind,
}

/// Whether a target is a number or a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetKind {
    /// A number in the column's unit.
    Number,
    /// One of these words; class ids are positions.
    Class {
        /// The words, sorted or in rank order.
        classes: Vec<String>,
    },
}

impl TargetKind {
    /// The classes; none for a number.
    pub fn classes(&self) -> &[String] {
        match self {
            Self::Number => &[],
            Self::Class { classes } => classes,
        }
    }

    /// How many margins a model of it has.
    pub fn n_outputs(&self) -> usize {
        self.classes().len().max(1)
    }
}

/// How margins become an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Link {
    /// The margin is the number, but not below this.
    Identity {
        /// In the target's unit.
        floor: Option<f64>,
    },
    /// The margin is the number's natural logarithm: the number is never negative.
    Log,
    /// The margin is the prepared value of this numeric column, by position in the schema.
    Prepared(u16),
    /// Probabilities are proportional to the margins' exponentials.
    Softmax,
}

/// One segment's own model.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    /// How much it counts beside the model for all, 0 to 1: n / (n + m), where n customers of the
    /// segment trained it and m was chosen by cross-validation.
    pub weight: f64,
    /// The model.
    pub margin: Margin,
}

/// Where a number will usually lie (conformalised quantile regression: Romano, Patterson and Candes 2019).
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// In so many of a hundred cases.
    pub level_percent: u8,
    /// The two quantiles are of ln(1 + number / scale), and the number is never negative; without it, of the number
    /// itself.
    pub scale: Option<f64>,
    /// Two outputs: the lower and the upper quantile.
    pub quantiles: Margin,
    /// By how much the quantiles are moved apart in each segment, so that they hold on customers whom they were not
    /// fitted to; negative ones move them together.
    pub widen: Vec<f64>,
}

/// A target with everything that is expected of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetModels {
    /// What is predicted.
    pub target: Target,
    /// From margins to the answer.
    pub link: Link,
    /// For all customers.
    pub all: Margin,
    /// One a segment by position, or none where segments do not help.
    pub own: Vec<Own>,
    /// Where a number will usually lie.
    pub range: Option<Range>,
}

/// What is expected of one customer.
#[derive(Debug, Clone, PartialEq)]
pub enum Prediction {
    /// A number in the target's unit.
    Number {
        /// What is expected.
        value: f64,
        /// Where it will usually lie; the value is inside.
        interval: Option<Interval>,
    },
    /// Probabilities in class order; they sum to 1.
    Class(Vec<f64>),
}

/// From here to there, in the target's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// In so many of a hundred cases.
    pub level_percent: u8,
    /// The lower end.
    pub lower: f64,
    /// The upper end; not below the lower.
    pub upper: f64,
}

impl TargetModels {
    /// A model of the same for everybody in a segment, one a segment: shape `(n_segments, n_outputs)`.
    pub fn constants(target: Target, link: Link, by_segment: Vec<Vec<f64>>) -> Self {
        let n_outputs = target.kind.n_outputs();
        let own = |values| Own { weight: 1.0, margin: Margin::Constant(values) };
        Self {
            target,
            link,
            all: Margin::Constant(vec![0.0; n_outputs]),
            own: by_segment.into_iter().map(own).collect(),
            range: None,
        }
    }

    /// The margins of a customer of a segment, one an output.
    ///
    /// # Shapes: `x` is `(n_model_inputs,)`: [`model_inputs`](crate::FeatureVector::model_inputs).
    pub fn margins(&self, x: &[f64], segment: usize) -> Vec<f64> {
        let all = self.all.margins(x);
        match self.own.get(segment) {
            Some(own) => pooled(all, &own.margin.margins(x), own.weight),
            None => all,
        }
    }

    /// The nodes of all trees.
    pub fn n_nodes(&self) -> usize {
        let range = self.range.as_ref().map(|range| &range.quantiles);
        let margins = self.own.iter().map(|own| &own.margin).chain([&self.all]).chain(range);
        let nodes = |margin: &Margin| match margin {
            Margin::Trees(forest) => forest.nodes().len(),
            Margin::Constant(_) | Margin::Linear { .. } => 0,
        };
        margins.map(nodes).sum()
    }

    /// What is expected of a customer of a segment.
    ///
    /// # Shapes: `x` is `(n_model_inputs,)`: [`model_inputs`](crate::FeatureVector::model_inputs).
    pub fn predict(&self, transform: &Transform, x: &[f64], segment: usize) -> Prediction {
        let margins = self.margins(x, segment);
        if self.link == Link::Softmax {
            return Prediction::Class(softmax(&margins));
        }
        let margin = margins.first().copied().unwrap_or_default();
        let value = self.link.number(transform, margin);
        // The two are different models: an interval beside its own number would be read as a mistake.
        let holds = |Interval { level_percent, lower, upper }| Interval {
            level_percent,
            lower: if value < lower { value } else { lower },
            upper: if value > upper { value } else { upper },
        };
        let interval =
            self.range.as_ref().map(|range| holds(range.interval(self.link, x, segment)));
        Prediction::Number { value, interval }
    }

    /// What each column adds to each margin; one an output.
    pub(crate) fn contributions(
        &self,
        x: &[f64],
        segment: usize,
        inputs: &Inputs<'_>,
    ) -> Vec<Contributions> {
        let all = self.all.contributions(x, inputs);
        match self.own.get(segment) {
            Some(Own { weight, margin }) => {
                let own = margin.contributions(x, inputs);
                all.into_iter().zip(&own).map(|(all, own)| all.pooled(own, *weight)).collect()
            }
            None => all,
        }
    }

    /// Whether the parts fit each other and a model of so many segments.
    pub fn fits(&self, transform: &Transform, n_segments: usize) -> bool {
        let n_inputs = transform.n_model_inputs();
        let n_outputs = self.target.kind.n_outputs();
        let is_number = self.target.kind == TargetKind::Number;
        let link_fits = match self.link {
            Link::Identity { floor } => is_number && floor.is_none_or(is_coefficient),
            Link::Log => is_number,
            Link::Prepared(column) => {
                let step = transform.steps().get(usize::from(column));
                is_number && matches!(step, Some(ColumnStep::Number { .. }))
            }
            Link::Softmax => !is_number && self.range.is_none(),
        };
        let own_fits =
            |own: &Own| (0.0..=1.0).contains(&own.weight) && own.margin.fits(n_outputs, n_inputs);
        link_fits
            && is_name(&self.target.name)
            && self.all.fits(n_outputs, n_inputs)
            && (self.own.is_empty() || self.own.len() == n_segments)
            && self.own.iter().all(own_fits)
            && self.range.as_ref().is_none_or(|range| {
                (1..100).contains(&range.level_percent)
                    && range.scale.is_none_or(|scale| (1e-100..=1e100).contains(&scale))
                    && range.quantiles.fits(2, n_inputs)
                    && range.widen.len() == n_segments
                    && range.widen.iter().all(|widen| is_coefficient(*widen))
            })
    }
}

/// The largest margin of a logarithm: beyond it no customer's figure lies.
pub const MAX_LOG: f64 = 34.5;

impl Link {
    /// A margin as a number in the target's unit.
    pub fn number(self, transform: &Transform, margin: f64) -> f64 {
        // -0 would be written "-0.0": an answer has one zero.
        0.0 + match self {
            Self::Identity { floor } => floor.filter(|&floor| margin < floor).unwrap_or(margin),
            Self::Log => math::exp(margin.clamp(-MAX_LOG, MAX_LOG)),
            Self::Prepared(column) => transform
                .steps()
                .get(usize::from(column))
                .map_or(margin, |step| step.undone(margin).clamp(-MAX_NUMBER, MAX_NUMBER)),
            Self::Softmax => margin,
        }
    }
}

impl Range {
    fn interval(&self, link: Link, x: &[f64], segment: usize) -> Interval {
        let quantiles = self.quantiles.margins(x);
        let of = |output: usize| quantiles.get(output).copied().unwrap_or_default();
        // Two quantile models may cross.
        let (low, high) = if of(0) <= of(1) { (of(0), of(1)) } else { (of(1), of(0)) };
        let widen = self.widen.get(segment).copied().unwrap_or_default();
        let (low, high) = (self.unscaled(low - widen), self.unscaled(high + widen));
        let floor = if let Link::Identity { floor: Some(floor) } = link { floor } else { f64::MIN };
        let lower = if low < floor { floor } else { low };
        let upper = if high < lower { lower } else { high };
        Interval { level_percent: self.level_percent, lower: lower + 0.0, upper: upper + 0.0 }
    }

    /// A quantile in the target's unit.
    fn unscaled(&self, quantile: f64) -> f64 {
        match self.scale {
            Some(scale) => {
                let number = scale * math::exp_m1(quantile.clamp(0.0, MAX_LOG));
                if number > MAX_NUMBER { MAX_NUMBER } else { number }
            }
            None => quantile,
        }
    }

    /// A number in the unit of the quantiles: what [`Range::scale`] says, undone by every interval.
    pub fn scaled(scale: Option<f64>, number: f64) -> f64 {
        scale.map_or(number, |scale| math::ln_1p(number.max(0.0) / scale))
    }
}

/// Probabilities proportional to the exponentials of `margins`; they sum to 1 but for rounding.
pub fn softmax(margins: &[f64]) -> Vec<f64> {
    let mut largest = f64::MIN;
    for &margin in margins {
        largest = largest.max(margin);
    }
    let exponentials: Vec<f64> = margins.iter().map(|m| math::exp(m - largest)).collect();
    let mut sum = 0.0;
    for exponential in &exponentials {
        sum += exponential;
    }
    exponentials.iter().map(|exponential| exponential / sum).collect()
}

/// The most probable class of `probabilities`.
///
/// # Ties: the lowest class id wins.
pub fn most_probable(probabilities: &[f64]) -> usize {
    let negated: Vec<f64> = probabilities.iter().map(|p| -p).collect();
    smallest(&negated).0
}

#[cfg(test)]
mod tests;
