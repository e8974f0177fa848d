//! One target of the customers whose value of it is known: what is fitted, and how its margins become an answer.

use shared::number::to_three_digits;
use shared::segment_model::{Link, Target, TargetKind};

use super::objective::Objective;
use crate::dataset::{Customer, TargetValue};

/// From this share of zeros on a target that is never negative is spend, or visits: many have none.
const OFTEN_ZERO: f64 = 0.1;

/// A number whose 99 % quantile is this many times its median is modelled by its logarithm, too.
const SKEWED: f64 = 5.0;

/// The variance of spend grows with this power of its mean: Poisson's, whose estimates add up to the total.
const POWER: f64 = 1.0;

/// A target and its values.
#[derive(Debug)]
pub struct Task<'a> {
    /// What is predicted.
    pub target: &'a Target,
    /// The customers whose value is known, by position, ascending.
    pub known: Vec<u32>,
    /// What models are fitted to: every customer's value in units of `unit`, or the class's id; 0 where it is not known.
    /// The largest and the smallest values count as that which enough customers reach: trees would remember single ones.
    pub y: Vec<f64>,
    /// What was: in the target's own unit.
    actual: Vec<f64>,
    /// What `y` was divided by; 1 but for logarithms.
    pub unit: f64,
    /// The loss.
    pub objective: Objective,
    /// From margins to the answer, but for `unit`.
    pub link: Link,
    /// Whether it is never negative and often zero.
    pub is_spend: bool,
    /// Of intervals: see [`shared::segment_model::Range::scale`].
    pub scale: Option<f64>,
}

impl<'a> Task<'a> {
    /// The `position`-th target of customers. No figure that enters a model is of fewer than `min_customers`.
    pub fn of(
        target: &'a Target,
        position: usize,
        customers: &[Customer],
        min_customers: usize,
    ) -> Self {
        let mut known = Vec::new();
        let mut y = Vec::with_capacity(customers.len());
        for (row, customer) in (0..).zip(customers) {
            let value = match customer.targets[position] {
                TargetValue::Missing => None,
                TargetValue::Number(number) => Some(number),
                TargetValue::Class(id) => Some(id.into()),
            };
            known.extend(value.map(|_| row));
            y.push(value.unwrap_or(0.0));
        }
        let is_number = target.kind == TargetKind::Number;
        let values = || known.iter().map(|&row| y[row as usize]);
        let never_negative = is_number && values().all(|v| v >= 0.0);
        let zeros = values().filter(|v| *v == 0.0).count() as f64 / known.len().max(1) as f64;
        let mut is_spend = never_negative && (OFTEN_ZERO..1.0).contains(&zeros);
        let actual = y.clone();
        if is_number && known.len() > 2 * min_customers {
            let mut sorted: Vec<f64> = values().collect();
            sorted.sort_by(f64::total_cmp);
            let beyond = min_customers.max(1) - 1;
            let (low, high) = (sorted[beyond], sorted[sorted.len() - 1 - beyond]);
            let (low, high) = (to_three_digits(low), to_three_digits(high));
            for v in &mut y {
                *v = v.max(low).min(high.max(low));
            }
        }
        let values = || known.iter().map(|&row| y[row as usize]);
        let (mut unit, mut scale, mut is_skewed) = (1.0, None, false);
        if never_negative {
            let mut positive: Vec<f64> = values().filter(|v| *v > 0.0).collect();
            positive.sort_by(f64::total_cmp);
            let enough = positive.len() >= min_customers;
            let middle = positive.get(positive.len() / 2).map(|middle| to_three_digits(*middle));
            // A unit beyond these could not be multiplied with.
            scale = middle.filter(|middle| enough && (1e-9..=1e12).contains(middle));
            let largest = positive.get(positive.len() * 99 / 100).copied().unwrap_or(0.0);
            is_skewed = scale.is_some_and(|middle| largest > SKEWED * middle);
        }
        is_spend &= scale.is_some();
        let in_logarithms = is_spend || is_skewed;
        if in_logarithms {
            unit = scale.unwrap_or(1.0);
            for v in &mut y {
                *v /= unit;
            }
        }
        let (objective, link) = match &target.kind {
            TargetKind::Class { classes } => {
                (Objective::Softmax { n_classes: classes.len() }, Link::Softmax)
            }
            TargetKind::Number if in_logarithms => (Objective::Tweedie { power: POWER }, Link::Log),
            TargetKind::Number => {
                let floor = never_negative.then_some(0.0);
                (Objective::Squared, Link::Identity { floor })
            }
        };
        Self { target, known, y, actual, unit, objective, link, is_spend, scale }
    }

    /// A customer's value in the target's own unit.
    pub fn actual(&self, row: u32) -> f64 {
        self.actual[row as usize]
    }

    /// What margins are moved by, for answers in the target's own unit.
    pub fn shift(&self) -> f64 {
        if self.link == Link::Log { shared::math::ln(self.unit) } else { 0.0 }
    }
}
