//! What is asked of figures.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use shared::TargetModels;
use shared::segment_model::{Link, TargetKind};

use crate::error::{Error, suggestion};
use crate::judge::figures::{
    ACCURACY, COVERAGE, DEVIANCE, ECE, ECE_CLASSWISE, LOG_LOSS, MACRO_F1, TOP_DECILE_CAPTURE, TOTAL,
};
use crate::judge::{Better, FIGURES, Meaning};

/// Whether a target is never negative: then totals mean something.
pub(super) fn is_spend(models: &TargetModels) -> bool {
    matches!(models.link, Link::Log | Link::Identity { floor: Some(_) })
}

/// The figures that there are of a target.
fn figures_of(models: &TargetModels) -> impl Iterator<Item = &'static Meaning> + Clone {
    let is_class = models.target.kind != TargetKind::Number;
    let (is_spend, has_range) = (is_spend(models), models.range.is_some());
    FIGURES.iter().filter(move |meaning| match meaning.name {
        ACCURACY | MACRO_F1 | LOG_LOSS | ECE | ECE_CLASSWISE => is_class,
        DEVIANCE | TOP_DECILE_CAPTURE | TOTAL => is_spend,
        COVERAGE => has_range,
        _ => !is_class,
    })
}

/// A figure must not be smaller, or not larger, than a value.
#[derive(Clone)]
pub(super) struct Limit {
    /// Of this target alone.
    target: Option<String>,
    figure: &'static str,
    value: f64,
    is_least: bool,
}

/// A limit and what it met.
#[derive(Serialize)]
pub(crate) struct Gate {
    /// The target.
    target: String,
    /// The figure's name.
    figure: &'static str,
    /// What it is; none where it cannot be computed, and then no limit holds.
    value: Option<f64>,
    /// It must not be smaller.
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    /// It must not be larger.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    /// Whether it is so.
    pub(crate) holds: bool,
}

impl Limit {
    /// Reads what was asked for.
    ///
    /// # Errors
    /// [`Error::Usage`] for a figure that no target has, and for one that is bounded on its better side: that
    /// would hold however bad predictions are.
    pub(super) fn all(
        min: &[(String, f64)],
        max: &[(String, f64)],
        targets: &[TargetModels],
    ) -> Result<Vec<Self>, Error> {
        let words = min.iter().map(|word| (word, true)).chain(max.iter().map(|word| (word, false)));
        words.map(|((name, value), is_least)| Self::of(name, *value, is_least, targets)).collect()
    }

    fn of(name: &str, value: f64, is_least: bool, targets: &[TargetModels]) -> Result<Self, Error> {
        let known = targets.iter().flat_map(|models| {
            let target = &models.target;
            figures_of(models).map(move |figure| (target, figure.name, figure.better))
        });
        let of_all = known.clone().find(|(_, figure, _)| *figure == name);
        let of_one =
            known.clone().find(|(target, figure, _)| format!("{}.{figure}", target.name) == name);
        let (target, (figure, better)) = match (of_all, of_one) {
            (Some((_, figure, better)), _) => (None, (figure, better)),
            (None, Some((target, figure, better))) => (Some(target.name.clone()), (figure, better)),
            (None, None) => {
                let mut names: Vec<&str> = known.map(|(_, figure, _)| figure).collect();
                names.sort_unstable();
                names.dedup();
                return Err(Error::Usage {
                    what: format!("there is no figure `{name}` of what this model predicts"),
                    hint: suggestion(name, names.into_iter()),
                });
            }
        };
        let (useless, instead) =
            if is_least { (Better::Smaller, "--max") } else { (Better::Larger, "--min") };
        if better == useless {
            let word = if is_least { "smaller" } else { "larger" };
            return Err(Error::Usage {
                what: format!("`{figure}` is the better the {word} it is"),
                hint: format!("did you mean `{instead} {name}={value}`?"),
            });
        }
        Ok(Self { target, figure, value, is_least })
    }

    /// Whether it is asked of this target.
    pub(super) fn is_of(&self, models: &TargetModels) -> bool {
        match &self.target {
            Some(name) => *name == models.target.name,
            None => figures_of(models).any(|figure| figure.name == self.figure),
        }
    }

    /// What it meets among a target's figures.
    pub(super) fn gate(&self, target: &str, figures: &BTreeMap<&'static str, Option<f64>>) -> Gate {
        let value = figures.get(self.figure).copied().flatten();
        let is_met = |value| if self.is_least { value >= self.value } else { value <= self.value };
        Gate {
            target: target.to_owned(),
            figure: self.figure,
            value,
            min: self.is_least.then_some(self.value),
            max: (!self.is_least).then_some(self.value),
            holds: value.is_some_and(is_met),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let option = if self.is_least { "--min" } else { "--max" };
        write!(f, "{option} ")?;
        self.target.iter().try_for_each(|target| write!(f, "{target}."))?;
        write!(f, "{}={}", self.figure, self.value)
    }
}

/// A figure as a person reads it.
pub(crate) fn said(value: Option<f64>) -> String {
    value.map_or_else(|| "not known".to_owned(), |value| format!("{value:.4}"))
}

impl Gate {
    /// "accuracy of `churned` is 0.4800, to be at least 0.5".
    pub(crate) fn said(&self) -> String {
        let Self { target, figure, value, min, max, .. } = self;
        let value = said(*value);
        let limit = match (min, max) {
            (Some(min), _) => format!("at least {min}"),
            (None, max) => format!("at most {}", max.unwrap_or_default()),
        };
        format!("{figure} of `{target}` is {value}, to be {limit}")
    }
}
