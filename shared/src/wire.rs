//! The artifact's body as it is written: flat arrays, portable widths. Private to the artifact; turned into
//! checked types by [`read`], so that deriving `Deserialize` gets round no check.

mod assigner;
mod baseline;
mod canaries;
mod columns;
mod segments;
mod targets;

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use self::assigner::WireAssigner;
use self::baseline::WireBaseline;
use self::canaries::WireCanaries;
use self::columns::WireColumn;
use self::segments::WireSegment;
use self::targets::{Form, WireTarget, write_coefficients};
use crate::artifact::ArtifactError;
use crate::canary::Canaries;
use crate::date::Day;
use crate::model::{Defect, Model, ModelParts, TargetModels, Training};
use crate::number::Finite;
use crate::playbook::Playbook;
use crate::schema::Schema;
use crate::segment_model::{Target, TargetKind};
use crate::transform::Transform;

#[derive(Serialize, Deserialize)]
struct Body {
    columns: Vec<WireColumn>,
    /// The day that dates are counted back from, as `YYYY-MM-DD`.
    as_of: Option<String>,
    /// The columns' words for "missing" and levels, then the targets' classes; each column and target says how many are its own.
    words: Vec<String>,
    assigner: WireAssigner,
    segments: Vec<WireSegment>,
    targets: Vec<WireTarget>,
    /// What the targets' models are made of, target by target, segment by segment.
    coefficients: Vec<f64>,
    shortfall: WireShortfall,
    training: WireTraining,
    baseline: WireBaseline,
    canaries: WireCanaries,
}

#[derive(Serialize, Deserialize)]
struct WireShortfall {
    threshold: f64,
    columns: Vec<u16>,
    typical: Vec<f64>,
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
    /// `None` when a count does not fit its width, or the models of a target differ in form.
    fn from_model(parts: &ModelParts, canaries: &Canaries) -> Option<Self> {
        let mut words = Vec::new();
        let mut columns = Vec::new();
        let steps = parts.schema.columns().iter().zip(parts.transform.steps());
        for (position, (column, step)) in steps.enumerate() {
            words.extend_from_slice(&column.missing);
            words.extend(column.kind.words().into_iter().map(String::from));
            let indicator = parts.transform.indicators().contains(&position);
            columns.push(WireColumn::of(column, step, indicator)?);
        }
        let mut targets = Vec::new();
        let mut coefficients = Vec::new();
        for TargetModels { target, by_segment } in &parts.targets {
            let classes: &[String] = match &target.kind {
                TargetKind::Number => &[],
                TargetKind::Class { classes } => classes,
            };
            words.extend_from_slice(classes);
            let form = Form::of(by_segment.first()?);
            for model in by_segment {
                if Form::of(model) != form {
                    return None;
                }
                write_coefficients(model, &mut coefficients);
            }
            let n_classes = u16::try_from(classes.len()).ok()?;
            targets.push(WireTarget { name: target.name.clone(), n_classes, form });
        }
        let Playbook::Shortfall { threshold, columns: eligible, typical } = &parts.playbook;
        Some(Self {
            columns,
            as_of: parts.schema.as_of().map(|day| day.to_string()),
            words,
            assigner: WireAssigner::of(&parts.assigner),
            segments: parts.segments.iter().map(WireSegment::of).collect(),
            targets,
            coefficients,
            shortfall: WireShortfall {
                threshold: *threshold,
                columns: eligible.clone(),
                typical: typical.clone(),
            },
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
        let mut indicators = Vec::new();
        for (position, column) in self.columns.into_iter().enumerate() {
            indicators.extend(column.has_indicator().then_some(position));
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
            Transform::new(&schema, steps, indicators).ok_or(defect(Defect::Transform))?;
        let n_features = transform.features().len();
        let n_inputs = transform.n_model_inputs();
        let assigner = self.assigner.read(n_features, self.segments.len());
        let assigner = assigner.ok_or(defect(Defect::Assigner))?;
        let segments: Option<_> = self.segments.into_iter().map(WireSegment::read).collect();

        let mut coefficients = self.coefficients.into_iter();
        let mut targets = Vec::with_capacity(self.targets.len());
        for target in self.targets {
            let classes =
                take(&mut words, target.n_classes.into()).ok_or(defect(Defect::Targets))?;
            let mut by_segment = Vec::with_capacity(assigner.n_segments());
            for _ in 0..assigner.n_segments() {
                let model = target.form.read(&mut coefficients, n_inputs, classes.len());
                by_segment.push(model.ok_or(defect(Defect::Targets))?);
            }
            let kind = match target.n_classes {
                0 => TargetKind::Number,
                _ => TargetKind::Class { classes },
            };
            targets.push(TargetModels { target: Target { name: target.name, kind }, by_segment });
        }
        if words.next().is_some() || coefficients.next().is_some() {
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
            playbook: Playbook::Shortfall {
                threshold: self.shortfall.threshold,
                columns: self.shortfall.columns,
                typical: self.shortfall.typical,
            },
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
