//! A whole fitted model, and the one composition of its stages.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::mem::replace;

use crate::assign::{Assigner, Segment};
use crate::baseline::Baseline;
use crate::calibration::Calibration;
use crate::change::{self, Change};
use crate::explain::Reasons;
use crate::playbook::{Playbook, Recommendation};
use crate::record::Record;
use crate::schema::{Schema, are_distinct, is_name};
use crate::segment_model::{Prediction, SegmentModel, Target, TargetKind};
use crate::transform::Transform;

/// The longest description of a segment, in bytes.
pub const MAX_DESCRIPTION: usize = 600;

/// What is known of a segment besides its centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentInfo {
    /// The id that people see, which training again keeps: not the position in the rule.
    pub id: u16,
    /// In words.
    pub name: String,
    /// In sentences, at most 600 bytes; may be empty.
    pub description: String,
    /// Its share of the training customers, in whole percent.
    pub share_percent: u8,
    /// Its mean bootstrap Jaccard similarity (Hennig 2007) in whole percent, where it was measured.
    pub stability_percent: Option<u8>,
    /// How far its customers usually are from its centre.
    pub calibration: Calibration,
}

impl SegmentInfo {
    /// A segment without description, stability and calibration.
    pub fn new(id: u16, name: impl Into<String>, share_percent: u8) -> Self {
        Self {
            id,
            name: name.into(),
            description: String::new(),
            share_percent,
            stability_percent: None,
            calibration: Calibration::default(),
        }
    }
}

/// A target with every segment's model of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetModels {
    /// What is predicted.
    pub target: Target,
    /// One a segment, by position.
    pub by_segment: Vec<SegmentModel>,
}

/// How the number of segments was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// The seed of everything random.
    pub seed: u64,
    /// The within-cluster sum of squares for k = 1, 2, ...
    pub wcss: Vec<f64>,
    /// The knee of the curve from k = 1, where it has one.
    pub knee_from_one: Option<u16>,
    /// The knee of the curve from k = 2, where it has one.
    pub knee_from_two: Option<u16>,
    /// Above the id of every segment that this model or one before it had.
    pub next_segment_id: u16,
}

/// The parts of a model, not yet checked against each other.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelParts {
    /// The columns.
    pub schema: Schema,
    /// Their preparation.
    pub transform: Transform,
    /// The rule that gives a segment.
    pub assigner: Assigner,
    /// The segments, by position in the rule.
    pub segments: Vec<SegmentInfo>,
    /// What is predicted, and how.
    pub targets: Vec<TargetModels>,
    /// What is recommended.
    pub playbook: Playbook,
    /// How it came about.
    pub training: Training,
    /// What the customers of training looked like.
    pub baseline: Baseline,
}

/// A model whose parts fit each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    parts: ModelParts,
}

/// Which part of a model does not fit the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// The columns.
    Schema,
    /// The preparation.
    Transform,
    /// The rule that gives a segment.
    Assigner,
    /// The segments' ids, names or figures.
    Segments,
    /// The targets or a segment's model of one.
    Targets,
    /// The recommendations.
    Playbook,
    /// The record of training.
    Training,
    /// What the customers of training looked like.
    Baseline,
}

/// What the model says of one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The customer's segment.
    pub segment: Segment,
    /// How usual it is for the segment's customers to be as far from its centre: see [`Calibration`].
    pub outlier_p: Option<f64>,
    /// Why this segment and not the next one; none where there is one segment.
    pub reasons: Option<Reasons>,
    /// The smallest change of one column that would give another segment, if any does.
    pub smallest_change: Option<Change>,
    /// What to expect, one a target.
    pub predictions: Vec<Prediction>,
    /// What to recommend.
    pub recommendations: Vec<Recommendation>,
}

impl Model {
    /// Checks every invariant that crosses two parts.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn new(parts: ModelParts) -> Result<Self, Defect> {
        let n_segments = parts.assigner.n_segments();
        let refuse_unless = |sound: bool, defect| if sound { Ok(()) } else { Err(defect) };
        refuse_unless(
            parts.transform.steps().len() == parts.schema.columns().len(),
            Defect::Transform,
        )?;
        refuse_unless(
            parts.assigner.fits(&parts.schema, &parts.transform)
                && n_segments < usize::from(u16::MAX),
            Defect::Assigner,
        )?;
        let next_id = parts.training.next_segment_id;
        refuse_unless(segments_are_sound(&parts.segments, n_segments, next_id), Defect::Segments)?;
        let n_inputs = parts.transform.n_model_inputs();
        refuse_unless(targets_are_sound(&parts.targets, n_segments, n_inputs), Defect::Targets)?;
        refuse_unless(parts.playbook.fits(&parts.schema, n_segments), Defect::Playbook)?;
        refuse_unless(training_is_sound(&parts.training), Defect::Training)?;
        refuse_unless(parts.baseline.fits(&parts.schema, n_segments), Defect::Baseline)?;
        Ok(Self { parts })
    }

    /// The parts.
    pub fn parts(&self) -> &ModelParts {
        &self.parts
    }

    /// Everything the model says of a customer: the one composition of the stages.
    pub fn answer(&self, record: &Record) -> Answer {
        let parts = &self.parts;
        let x = parts.transform.apply(record);
        let segment = parts.assigner.assign(&x);
        let id = usize::from(segment.id());
        let predictions = parts
            .targets
            .iter()
            .filter_map(|target| target.by_segment.get(id))
            .map(|model| model.predict(&x))
            .collect();
        let info = parts.segments.get(id);
        let name = info.map_or("", |info| info.name.as_str());
        let recommendations = parts.playbook.decide(
            &parts.schema,
            &parts.transform,
            &parts.assigner,
            &x,
            &segment,
            name,
        );
        Answer {
            outlier_p: info.and_then(|info| info.calibration.p(segment.distance())),
            reasons: Reasons::of(&parts.transform, &parts.assigner, &x, &segment),
            smallest_change: change::smallest_change(
                &parts.schema,
                &parts.transform,
                &parts.assigner,
                record,
                &x,
                &segment,
            ),
            segment,
            predictions,
            recommendations,
        }
    }
}

fn segments_are_sound(segments: &[SegmentInfo], n_segments: usize, next_id: u16) -> bool {
    let mut known = vec![false; next_id.into()];
    segments.len() == n_segments
        && segments.iter().all(|info| {
            is_name(&info.name)
                && info.description.len() <= MAX_DESCRIPTION
                && !info.description.chars().any(char::is_control)
                && info.share_percent <= 100
                && info.stability_percent.is_none_or(|percent| percent <= 100)
                && known.get_mut(usize::from(info.id)).is_some_and(|known| !replace(known, true))
        })
}

fn targets_are_sound(targets: &[TargetModels], n_segments: usize, n_inputs: usize) -> bool {
    let names_differ = are_distinct(targets.iter().map(|models| models.target.name.as_str()));
    let each_is_sound = targets.iter().all(|models| {
        let target = &models.target;
        let kind_is_sound = match &target.kind {
            TargetKind::Number => true,
            TargetKind::Class { classes } => {
                !classes.is_empty()
                    && are_distinct(classes.iter().map(String::as_str))
                    && classes.iter().all(|class| is_name(class))
            }
        };
        kind_is_sound
            && is_name(&target.name)
            && models.by_segment.len() == n_segments
            && models.by_segment.iter().all(|model| model.fits(&target.kind, n_inputs))
    });
    names_differ && each_is_sound
}

fn training_is_sound(training: &Training) -> bool {
    let on_curve =
        |knee: Option<u16>| knee.is_none_or(|k| (1..=training.wcss.len()).contains(&k.into()));
    !training.wcss.is_empty()
        && training.wcss.iter().all(|w| w.is_finite() && *w >= 0.0)
        && on_curve(training.knee_from_one)
        && on_curve(training.knee_from_two)
}
