//! Which model, chosen by cross-validation inside the training customers: a kind that is less simple, or models of
//! the segments' own, must lower the loss by more than one standard error of the difference.

use serde::Serialize;
use shared::math;

use super::family::{Bench, Shape};
use super::nested::Limits;
use super::trial::{Trial, Tried};
use crate::prepare::mean;

/// What cross-validation chose.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Choice {
    /// The model for all customers.
    pub all: Shape,
    /// The segments' own models, where they help.
    pub own: Option<OwnChoice>,
    /// The mean loss of held-out customers.
    pub loss: f64,
}

/// How segments have models of their own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OwnChoice {
    /// Their models.
    pub shape: Shape,
    /// `m` of `n / (n + m)`.
    pub pooling: f64,
}

/// The choice, and the best one without models of the segments' own.
#[derive(Debug, Clone)]
pub struct Selected {
    /// What is written.
    pub choice: Choice,
    /// One model for all.
    pub alone: Choice,
    /// The margins of held-out customers by the choice, `(n_rows, n_outputs)`, flat, by the sample's rows; empty where
    /// nobody could be held out.
    pub margins: Vec<f64>,
    /// The same by `alone`.
    pub alone_margins: Vec<f64>,
}

/// Chooses; as many trees as `limits` lets.
pub fn select(bench: &Bench<'_>, limits: Limits) -> Selected {
    let trial = Trial::new(bench, limits.may_have_own);
    let families = [trial.constants(), trial.linear(), trial.trees(limits.trees, limits.own_trees)];
    let mut best: Option<(Choice, Tried)> = None;
    let mut alone: Option<(Choice, Tried)> = None;
    for (all, shape, own) in families.into_iter().flatten() {
        let candidate = |own| Choice { all: shape, own, loss: mean(&all.losses) };
        if is_better(&all, alone.as_ref().map(|(_, known)| known)) {
            alone = Some((candidate(None), all.clone()));
        }
        if is_better(&all, best.as_ref().map(|(_, known)| known)) {
            best = Some((candidate(None), all.clone()));
        }
        // Segments' own models are a further step from the model of the same kind for all.
        let pooled = trial.best_pooling(&all, &own);
        if let Some((pooled, choice)) = pooled
            && is_better(&pooled, Some(&all))
            && is_better(&pooled, best.as_ref().map(|(_, known)| known))
        {
            let loss = mean(&pooled.losses);
            best = Some((Choice { all: shape, own: Some(choice), loss }, pooled));
        }
    }
    let (choice, tried) = best.expect("a constant is always tried");
    let (alone, alone_tried) = alone.expect("a constant is always tried");
    let (margins, alone_margins) = (trial.in_order(&tried), trial.in_order(&alone_tried));
    Selected { choice, alone, margins, alone_margins }
}

/// Whether the mean loss is lower by more than one standard error of the difference.
fn is_better(candidate: &Tried, known: Option<&Tried>) -> bool {
    let Some(known) = known else { return true };
    let differences: Vec<f64> =
        known.losses.iter().zip(&candidate.losses).map(|(known, new)| known - new).collect();
    let n = differences.len() as f64;
    let gain = mean(&differences);
    let mut squares = 0.0;
    for difference in &differences {
        squares += (difference - gain) * (difference - gain);
    }
    gain > math::sqrt(squares / (n - 1.0).max(1.0) / n)
}
