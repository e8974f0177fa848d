//! The artifact's body as it is written: flat arrays, portable widths. Private to the artifact; turned into
//! checked types by [`read`], so that deriving `Deserialize` gets round no check.

mod assigner;
mod baseline;
mod canaries;
mod columns;
mod playbook;
mod segments;
mod targets;

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use self::assigner::WireAssigner;
use self::baseline::WireBaseline;
use self::canaries::WireCanaries;
use self::columns::WireColumn;
use self::playbook::WirePlaybook;
use self::segments::WireSegment;
use self::targets::WireModels;
use crate::artifact::ArtifactError;
use crate::canary::Canaries;
use crate::date::Day;
use crate::model::{Defect, Model, ModelParts, Training};
use crate::number::Finite;
use crate::schema::Schema;
use crate::transform::Transform;

#[derive(Serialize, Deserialize)]
struct Body {
    columns: Vec<WireColumn>,
    /// The day that dates are counted back from, as `YYYY-MM-DD`.
    as_of: Option<String>,
    /// The columns' words for "missing" and levels, then the classes of targets and of what is usual, then the
    /// recipes' texts; each says how many are its own.
    words: Vec<String>,
    assigner: WireAssigner,
    segments: Vec<WireSegment>,
    targets: WireModels,
    usual: WireModels,
    means: Vec<f64>,
    playbook: WirePlaybook,
    training: WireTraining,
    baseline: WireBaseline,
    canaries: WireCanaries,
}

#[derive(Serialize, Deserialize)]
struct WireTraining {
    seed: u64,
    wcss: Vec<f64>,
    knee_from_one: Option<u16>,
    knee_from_two: Option<u16>,
    next_segment_id: u16,
}

pub(crate) fn write(model: &Model, canaries: &Canaries) -> Result<Vec<u8>, ArtifactError> {
    let body = Body::from_model(model.parts(), canaries).ok_or(ArtifactError::Body)?;
    postcard::to_allocvec(&body).map_err(|_| ArtifactError::Body)
}

/// A body whose parts may contradict each other, as only a test or an attacker writes it.
#[cfg(test)]
pub(crate) fn write_unchecked(parts: &ModelParts) -> Vec<u8> {
    let none = Canaries { records: Vec::new(), segments: Vec::new(), figures: Vec::new() };
    postcard::to_allocvec(&Body::from_model(parts, &none).unwrap()).unwrap()
}

/// Refuses what [`write`] would write in other bytes: `postcard` takes over-long integers and leaves bytes
/// behind, which writing the body again shows; every step from the body on is one to one.
pub(crate) fn read(bytes: &[u8]) -> Result<(Model, Canaries), ArtifactError> {
    let body: Body = postcard::from_bytes(bytes).map_err(|_| ArtifactError::Body)?;
    // Not `write` of the model: in the browser package it would weigh three kilobytes.
    if postcard::to_allocvec(&body).map_err(|_| ArtifactError::Body)? != bytes {
        return Err(ArtifactError::NotCanonical);
    }
    body.into_model()
}

impl Body {
    /// `None` when a count does not fit its width.
    fn from_model(parts: &ModelParts, canaries: &Canaries) -> Option<Self> {
        let mut words = Vec::new();
        let mut columns = Vec::new();
        let steps = parts.schema.columns().iter().zip(parts.transform.steps());
        for (position, (column, step)) in steps.enumerate() {
            words.extend_from_slice(&column.missing);
            words.extend(column.kind.words().into_iter().map(String::from));
            let indicator = parts.transform.indicators().contains(&position);
            let tail = parts.transform.tails().iter().find(|tail| tail.column == position);
            columns.push(WireColumn::of(column, step, indicator, tail)?);
        }
        let targets = targets::write(&parts.targets, &mut words)?;
        let usual = targets::write(&parts.usual, &mut words)?;
        let playbook = WirePlaybook::of(&parts.playbook, &mut words)?;
        Some(Self {
            columns,
            as_of: parts.schema.as_of().map(|day| day.to_string()),
            words,
            assigner: WireAssigner::of(&parts.assigner),
            segments: parts.segments.iter().map(WireSegment::of).collect(),
            targets,
            usual,
            means: parts.means.clone(),
            playbook,
            training: WireTraining {
                seed: parts.training.seed,
                wcss: parts.training.wcss.clone(),
                knee_from_one: parts.training.knee_from_one,
                knee_from_two: parts.training.knee_from_two,
                next_segment_id: parts.training.next_segment_id,
            },
            baseline: WireBaseline::of(&parts.baseline, &parts.schema)?,
            canaries: WireCanaries::of(canaries),
        })
    }

    fn into_model(self) -> Result<(Model, Canaries), ArtifactError> {
        let defect = ArtifactError::Defect;
        let mut words = self.words.into_iter();
        let mut columns = Vec::with_capacity(self.columns.len());
        let mut steps = Vec::with_capacity(self.columns.len());
        let (mut indicators, mut tails) = (Vec::new(), Vec::new());
        for (position, column) in self.columns.into_iter().enumerate() {
            indicators.extend(column.has_indicator().then_some(position));
            tails.extend(column.tail(position).ok_or(defect(Defect::Transform))?);
            let (column, step) = column.read(&mut words).ok_or(defect(Defect::Schema))?;
            columns.push(column);
            steps.push(step);
        }
        let as_of = match self.as_of {
            Some(text) => Some(Day::parse(&text).ok_or(defect(Defect::Schema))?),
            None => None,
        };
        let schema = Schema::new(columns, as_of).map_err(|_| defect(Defect::Schema))?;
        let transform =
            Transform::new(&schema, steps, indicators).and_then(|whole| whole.with_tails(tails));
        let transform = transform.ok_or(defect(Defect::Transform))?;
        let n_features = transform.features().len();
        let n_inputs = transform.n_model_inputs();
        let assigner = self.assigner.read(n_features, self.segments.len());
        let assigner = assigner.ok_or(defect(Defect::Assigner))?;
        let segments: Option<_> = self.segments.into_iter().map(WireSegment::read).collect();

        let n_segments = assigner.n_segments();
        let targets = self.targets.read(&mut words, n_inputs, n_segments);
        let targets = targets.ok_or(defect(Defect::Targets))?;
        let usual = self.usual.read(&mut words, n_inputs, n_segments);
        let usual = usual.ok_or(defect(Defect::Targets))?;
        let playbook = self.playbook.read(&mut words).ok_or(defect(Defect::Playbook))?;
        if words.next().is_some() {
            return Err(ArtifactError::NotCanonical);
        }
        let canaries = self.canaries.read(&schema).ok_or(ArtifactError::Canary)?;
        let baseline = self.baseline.read(&schema).ok_or(defect(Defect::Baseline))?;
        let model = Model::new(ModelParts {
            baseline,
            schema,
            transform,
            assigner,
            segments: segments.ok_or(defect(Defect::Segments))?,
            targets,
            usual,
            means: self.means,
            playbook,
            training: Training {
                seed: self.training.seed,
                wcss: self.training.wcss,
                knee_from_one: self.training.knee_from_one,
                knee_from_two: self.training.knee_from_two,
                next_segment_id: self.training.next_segment_id,
            },
        });
        Ok((model.map_err(defect)?, canaries))
    }
}

/// `None` for what is not finite, and for -0, which [`Finite`] would fold: it has one form here.
fn finite(value: f64) -> Option<Finite> {
    Finite::new(value).filter(|number| number.get().to_bits() == value.to_bits())
}

/// Exactly `count` items, or none.
fn take<T>(items: &mut impl Iterator<Item = T>, count: usize) -> Option<Vec<T>> {
    let taken: Vec<T> = items.take(count).collect();
    (taken.len() == count).then_some(taken)
}
