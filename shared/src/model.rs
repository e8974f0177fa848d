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
use crate::grid;
use crate::margin::{Contributions, Inputs};
use crate::playbook::{Playbook, Recommendation, Situation};
use crate::record::Record;
use crate::schema::{Schema, are_distinct, is_name};
use crate::segment_model::{Prediction, TargetKind, TargetModels};
use crate::transform::{FeatureVector, Transform};

/// The longest description of a segment, in bytes.
pub const MAX_DESCRIPTION: usize = 600;

/// The margins of all targets times the columns: each is a figure of an answer that says why.
pub const MAX_REASONS: usize = 1 << 16;

/// The nodes of all trees: each is visited by an answer that says why.
pub const MAX_NODES: usize = 100_000;

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
    /// What is predicted, and how: the targets that were asked for.
    pub targets: Vec<TargetModels>,
    /// What is usual: columns of the schema, expected from the others. Predicted where no target was asked for; and
    /// what the typical gap is measured against.
    pub usual: Vec<TargetModels>,
    /// The average customer's model inputs, on the grid; contributions of linear models are counted from it.
    pub means: Vec<f64>,
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
    /// What to expect, one for each of [`ModelParts::predicted`].
    pub predictions: Vec<Prediction>,
    /// What to recommend.
    pub recommendations: Vec<Recommendation>,
    /// Why, where that was asked for: it is most of the work.
    pub why: Option<Why>,
}

/// Why an answer is what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// Why this segment and not the next one; none where there is one segment.
    pub reasons: Option<Reasons>,
    /// The smallest change of one column that would give another segment, if any does.
    pub smallest_change: Option<Change>,
    /// For each target that was asked for, what adds up to each of its margins.
    pub predictions: Vec<Vec<Contributions>>,
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
        let models_are_sound = |models: &[TargetModels]| {
            are_distinct(models.iter().map(|models| models.target.name.as_str()))
                && models.iter().all(|models| {
                    classes_are_sound(&models.target.kind)
                        && models.fits(&parts.transform, n_segments)
                })
        };
        let n_columns = parts.schema.columns().len();
        let targets = parts.targets.iter();
        let n_margins: usize = targets.clone().map(|t| t.target.kind.n_outputs()).sum();
        let n_nodes: usize = targets.chain(&parts.usual).map(TargetModels::n_nodes).sum();
        let is_mean = |v: &f64| v.abs() <= grid::LIMIT && grid::snap(*v).to_bits() == v.to_bits();
        refuse_unless(
            models_are_sound(&parts.targets)
                && models_are_sound(&parts.usual)
                && n_margins.saturating_mul(n_columns) <= MAX_REASONS
                && n_nodes <= MAX_NODES
                && parts.means.len() == parts.transform.n_model_inputs()
                && parts.means.iter().all(is_mean),
            Defect::Targets,
        )?;
        refuse_unless(parts.playbook.fits(&parts), Defect::Playbook)?;
        refuse_unless(training_is_sound(&parts.training), Defect::Training)?;
        refuse_unless(parts.baseline.fits(&parts.schema, n_segments), Defect::Baseline)?;
        Ok(Self { parts })
    }

    /// The parts.
    pub fn parts(&self) -> &ModelParts {
        &self.parts
    }

    /// What the model says of a customer: the one composition of the stages.
    pub fn answer(&self, record: &Record) -> Answer {
        self.answer_and_more(record).0
    }

    /// The same answer, and why.
    pub fn explain(&self, record: &Record) -> Answer {
        let parts = &self.parts;
        let (mut answer, x) = self.answer_and_more(record);
        let ModelParts { schema, transform, assigner, .. } = parts;
        let segment = &answer.segment;
        let columns: Vec<usize> = transform.input_columns().collect();
        let n_columns = schema.columns().len();
        let inputs = Inputs { columns: &columns, n_columns, means: &parts.means };
        let position = usize::from(segment.id());
        let targets = parts.targets.iter();
        answer.why = Some(Why {
            reasons: Reasons::of(transform, assigner, &x, segment),
            smallest_change: change::smallest_change(
                schema, transform, assigner, record, &x, segment,
            ),
            predictions: targets
                .map(|t| t.contributions(x.model_inputs(), position, &inputs))
                .collect(),
        });
        answer
    }

    fn answer_and_more(&self, record: &Record) -> (Answer, FeatureVector) {
        let parts = &self.parts;
        let x = parts.transform.apply(record);
        let segment = parts.assigner.assign(&x);
        let position = usize::from(segment.id());
        let predicted = parts.predicted().iter();
        let predictions: Vec<Prediction> = predicted
            .map(|target| target.predict(&parts.transform, x.model_inputs(), position))
            .collect();
        let info = parts.segments.get(position);
        let situation =
            Situation { parts, record, x: &x, segment: position, predictions: &predictions };
        let recommendations = parts.playbook.decide(&situation);
        let outlier_p = info.and_then(|info| info.calibration.p(segment.distance()));
        (Answer { segment, outlier_p, predictions, recommendations, why: None }, x)
    }
}

impl ModelParts {
    /// What is predicted: the targets that were asked for, or else what is usual.
    pub fn predicted(&self) -> &[TargetModels] {
        if self.targets.is_empty() { &self.usual } else { &self.targets }
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

fn classes_are_sound(kind: &TargetKind) -> bool {
    match kind {
        TargetKind::Number => true,
        TargetKind::Class { classes } => {
            !classes.is_empty()
                && are_distinct(classes.iter().map(String::as_str))
                && classes.iter().all(|class| is_name(class))
        }
    }
}

fn training_is_sound(training: &Training) -> bool {
    let on_curve =
        |knee: Option<u16>| knee.is_none_or(|k| (1..=training.wcss.len()).contains(&k.into()));
    !training.wcss.is_empty()
        && training.wcss.iter().all(|w| w.is_finite() && *w >= 0.0)
        && on_curve(training.knee_from_one)
        && on_curve(training.knee_from_two)
}
