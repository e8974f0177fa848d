//! One customer's answer as the cells of the added columns.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use shared::number::{to_text, to_three_digits};
use shared::segment_model::{TargetKind, most_probable};
use shared::{Artifact, Column, Prediction, Recommendation, Record, Reply, Why};

use super::super::rows::Cell;
use crate::read::Row;

/// How many columns say why.
const STRONGEST: usize = 3;

/// Asks a model, and puts its answers into cells.
#[derive(Clone, Copy)]
pub(super) struct Answers<'m> {
    pub(super) artifact: &'m Artifact,
    /// Whether to say why.
    pub(super) explain: bool,
    /// Whether a cell may hold a value of JSON.
    pub(super) nested: bool,
    /// Where the customer's id stands in a row, and what share is held out instead of the playbook's own.
    pub(super) subject: Option<(usize, Option<u16>)>,
}

impl<'m> Answers<'m> {
    /// The answer for one customer.
    pub(super) fn of(&self, record: &Record) -> Reply<'m> {
        if self.explain { self.artifact.recommend(record) } else { self.artifact.answer(record) }
    }

    /// The reply to be kept for a customer: without reasons, as `POST /v1/segment` gives it.
    pub(super) fn kept(
        &self,
        record: &Record,
        reply: &Reply<'m>,
        held_out: Option<bool>,
    ) -> Reply<'m> {
        let kept = if self.explain { self.artifact.answer(record) } else { reply.clone() };
        if held_out == Some(true) { kept.held_out() } else { kept }
    }

    /// Whether the customer of a row gets no recommendation; none where nobody is held out.
    pub(super) fn held_out(&self, row: &Row<'_>) -> Option<bool> {
        let (position, share) = self.subject?;
        let (subject, playbook) = (row.cell(position), &self.artifact.model().parts().playbook);
        Some(match share {
            Some(thousandths) => playbook.would_hold_out(subject, thousandths),
            None => playbook.holds_out(subject),
        })
    }

    /// A cell for each added column: see [`crate::added`].
    pub(super) fn cells<'r>(&self, reply: &'r Reply<'m>, held_out: Option<bool>) -> Vec<Cell<'r>>
    where
        'm: 'r,
    {
        let parts = self.artifact.model().parts();
        let answer = reply.answer();
        let mut cells = vec![
            Cell::Count(reply.segment_id().into()),
            Cell::Word(reply.segment_name()),
            Cell::Number(answer.segment.distance()),
            answer.outlier_p.map_or(Cell::Nothing, Cell::Number),
        ];
        for (models, prediction) in parts.predicted().iter().zip(&answer.predictions) {
            match (prediction, &models.target.kind) {
                (Prediction::Class(probabilities), TargetKind::Class { classes }) => {
                    cells.push(Cell::Word(&classes[most_probable(probabilities)]));
                    cells.extend(probabilities.iter().map(|&p| Cell::Number(p)));
                }
                (Prediction::Number { value, interval }, _) => {
                    cells.push(Cell::Number(*value));
                    let ends = interval.map(|interval| [interval.lower, interval.upper]);
                    cells.extend(ends.into_iter().flatten().map(Cell::Number));
                }
                (Prediction::Class(_), TargetKind::Number) => {
                    unreachable!("a checked model predicts no class for a number")
                }
            }
        }
        let recommendations: &[Recommendation] =
            if held_out == Some(true) { &[] } else { &answer.recommendations };
        cells.push(self.recommendations(recommendations));
        cells.extend(held_out.map(|held_out| Cell::Word(if held_out { "yes" } else { "no" })));
        if let Some(why) = &answer.why {
            if self.nested {
                cells.extend(told(reply));
            } else {
                cells.extend(self.reasons(reply, why));
            }
        }
        cells
    }

    fn recommendations(&self, recommendations: &[Recommendation]) -> Cell<'static> {
        if self.nested {
            return Cell::Json(
                serde_json::to_string(recommendations).expect("words are plain data"),
            );
        }
        let titles: Vec<&str> = recommendations.iter().map(|r| r.title.as_str()).collect();
        Cell::Text(titles.join("; "))
    }

    /// The strongest reasons in words: for the segment, then those of each target that was asked for.
    fn reasons(&self, reply: &Reply, why: &Why) -> Vec<Cell<'static>> {
        let parts = self.artifact.model().parts();
        let columns = parts.schema.columns();
        let of_segment = why.reasons.as_ref().map_or(String::new(), |reasons| {
            // What speaks against the segment is no reason for it.
            let spoken_for: Vec<f64> = reasons.contributions.iter().map(|v| v.max(0.0)).collect();
            strongest(columns, &spoken_for)
        });
        let of_targets = why.predictions.iter().zip(&reply.answer().predictions);
        let of_targets = of_targets.map(|(margins, prediction)| {
            let margin = match prediction {
                Prediction::Class(probabilities) => most_probable(probabilities),
                Prediction::Number { .. } => 0,
            };
            margins.get(margin).map_or(String::new(), |of| strongest(columns, &of.columns))
        });
        std::iter::once(of_segment).chain(of_targets).map(Cell::Text).collect()
    }
}

/// The columns with the largest contributions, with their sign: `visits +1.25; age -0.5`.
///
/// # Ties: the first column wins.
fn strongest(columns: &[Column], contributions: &[f64]) -> String {
    let mut order: Vec<(&Column, f64)> = columns
        .iter()
        .zip(contributions.iter().copied())
        .filter(|(_, value)| *value != 0.0)
        .collect();
    order.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    order.truncate(STRONGEST);
    let said = order.iter().map(|(column, value)| {
        let sign = if *value < 0.0 { '-' } else { '+' };
        format!("{} {sign}{}", column.name, to_text(to_three_digits(value.abs())))
    });
    said.collect::<Vec<_>>().join("; ")
}

/// The parts of a reply that say why, in its own words.
#[derive(Deserialize)]
struct Told<'r> {
    #[serde(borrow, default)]
    runner_up: Option<&'r RawValue>,
    #[serde(borrow, default)]
    reasons: Option<&'r RawValue>,
    #[serde(borrow)]
    predictions: Vec<ToldPrediction<'r>>,
}

#[derive(Deserialize)]
struct ToldPrediction<'r> {
    target: String,
    #[serde(borrow, default)]
    reasons: Option<&'r RawValue>,
}

/// The members that say why, as they stand in the reply.
fn told(reply: &Reply) -> [Cell<'static>; 3] {
    let json = reply.to_json();
    let told: Told = serde_json::from_str(&json).expect("a reply is JSON");
    let value = |value: Option<&RawValue>| {
        value.map_or(Cell::Nothing, |value| Cell::Json(value.get().to_owned()))
    };
    let predictions = told.predictions.iter();
    let reasons: BTreeMap<&str, &RawValue> =
        predictions.filter_map(|p| Some((p.target.as_str(), p.reasons?))).collect();
    let reasons = serde_json::to_string(&reasons).expect("names and values are plain data");
    [value(told.runner_up), value(told.reasons), Cell::Json(reasons)]
}
