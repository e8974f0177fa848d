//! Canaries: synthetic customers whose answers are stored with the model, to the bit, and asked for again
//! wherever the model is loaded.

use alloc::vec::Vec;

use crate::model::{Answer, Model};
use crate::record::Record;
use crate::segment_model::Prediction;

/// More are refused: each is answered whenever the artifact is read.
pub(crate) const MAX_CANARIES: usize = 256;

/// Synthetic customers and the exact answers they got in training.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Canaries {
    pub(crate) records: Vec<Record>,
    /// One a record.
    pub(crate) segments: Vec<u16>,
    /// For each record what [`push_figures`] takes from its answer.
    pub(crate) figures: Vec<f64>,
}

impl Canaries {
    /// Asks the model about each record.
    pub(crate) fn ask(model: &Model, records: Vec<Record>) -> Self {
        let mut segments = Vec::with_capacity(records.len());
        let mut figures = Vec::new();
        for record in &records {
            let answer = model.explain(record);
            segments.push(answer.segment.id());
            push_figures(&answer, &mut figures);
        }
        Self { records, segments, figures }
    }

    /// Whether the model still gives the stored answers, bit for bit.
    pub(crate) fn agree(&self, model: &Model) -> bool {
        let now = Self::ask(model, self.records.clone());
        now.segments == self.segments
            && now.figures.len() == self.figures.len()
            && now.figures.iter().zip(&self.figures).all(|(a, b)| a.to_bits() == b.to_bits())
    }
}

/// The distances to every segment, the difference of scores, the outlier p-value and the cost of the smallest
/// change, where there are such; then every predicted number with its interval, every probability; and of what adds up
/// to each margin the base, the sum and the sum weighted by place.
fn push_figures(answer: &Answer, figures: &mut Vec<f64>) {
    figures.extend_from_slice(answer.segment.distances());
    figures.extend(answer.outlier_p);
    for prediction in &answer.predictions {
        match prediction {
            Prediction::Number { value, interval } => {
                figures.push(*value);
                figures.extend(interval.iter().flat_map(|i| [i.lower, i.upper]));
            }
            Prediction::Class(probabilities) => figures.extend_from_slice(probabilities),
        }
    }
    let Some(why) = &answer.why else { return };
    figures.extend(why.reasons.as_ref().map(|reasons| reasons.difference));
    figures.extend(why.smallest_change.as_ref().map(|change| change.cost));
    for contributions in why.predictions.iter().flatten() {
        figures.push(contributions.base);
        figures.push(contributions.total());
        // Another figure where two columns change places.
        let mut mixed = 0.0;
        let mut place = 0.0;
        for part in &contributions.columns {
            place += 1.0;
            mixed += place * part;
        }
        figures.push(mixed);
    }
}
