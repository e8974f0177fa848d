//! The artifact's body as it is written: flat arrays, portable widths. Private to the artifact; turned into
//! checked types by [`read`], so that deriving `Deserialize` gets round no check.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::artifact::ArtifactError;
use crate::assign::Assigner;
use crate::canary::{Canaries, MAX_CANARIES};
use crate::centroids::Centroids;
use crate::model::{Defect, Model, ModelParts, SegmentInfo, TargetModels, Training};
use crate::number::Finite;
use crate::playbook::Playbook;
use crate::record::{Record, Value};
use crate::schema::{Column, ColumnKind, Schema};
use crate::segment_model::{SegmentModel, Target, TargetKind};
use crate::transform::{ColumnStep, Transform};

#[derive(Serialize, Deserialize)]
struct Body {
    columns: Vec<WireColumn>,
    /// The columns' words, then the targets' classes; each column and target says how many are its own.
    words: Vec<String>,
    /// `(n_segments, n_features)`, flat.
    centroids: Vec<f64>,
    segments: Vec<WireSegment>,
    targets: Vec<WireTarget>,
    /// What the targets' models are made of, target by target, segment by segment.
    coefficients: Vec<f64>,
    shortfall: WireShortfall,
    training: WireTraining,
    canaries: WireCanaries,
}

#[derive(Serialize, Deserialize)]
struct WireColumn {
    name: String,
    optional: bool,
    kind: WireKind,
}

#[derive(Serialize, Deserialize)]
enum WireKind {
    Numeric {
        impute: f64,
        lower: Option<f64>,
        upper: Option<f64>,
        lambda: Option<f64>,
        mean: f64,
        scale: f64,
    },
    YesNo {
        impute: u16,
        mean: f64,
        scale: f64,
    },
    Ordinal {
        n_words: u16,
        impute: u16,
        mean: f64,
        scale: f64,
    },
    Categorical {
        n_words: u16,
        other: bool,
        impute: u16,
        height: f64,
    },
}

#[derive(Serialize, Deserialize)]
struct WireSegment {
    name: String,
    share_percent: u8,
}

#[derive(Serialize, Deserialize)]
struct WireTarget {
    name: String,
    /// 0 for a number.
    n_classes: u16,
    form: Form,
}

/// How the segments' models of a target are written: alike for all segments.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq)]
enum Form {
    Constant,
    /// Intercept, then one weight a feature.
    Linear {
        floor: Option<f64>,
    },
    Frequencies,
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
}

#[derive(Serialize, Deserialize)]
struct WireCanaries {
    /// `(n_canaries, n_columns)`, flat.
    values: Vec<WireValue>,
    segments: Vec<u16>,
    figures: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
enum WireValue {
    Missing,
    Number(f64),
    Level(u16),
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

pub(crate) fn read(bytes: &[u8]) -> Result<(Model, Canaries), ArtifactError> {
    let body: Body = postcard::from_bytes(bytes).map_err(|_| ArtifactError::Body)?;
    body.into_model()
}

impl Body {
    /// `None` when a count does not fit its width, or the models of a target differ in form.
    fn from_model(parts: &ModelParts, canaries: &Canaries) -> Option<Self> {
        let mut words = Vec::new();
        let mut columns = Vec::new();
        for (column, step) in parts.schema.columns().iter().zip(parts.transform.steps()) {
            let own = column.kind.words();
            let n_words = u16::try_from(own.len()).ok()?;
            words.extend(own.into_iter().map(String::from));
            let kind = write_kind(&column.kind, step, n_words)?;
            columns.push(WireColumn { name: column.name.clone(), optional: column.optional, kind });
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
        let Assigner::KMeans(centroids) = &parts.assigner;
        let Playbook::Shortfall { threshold, columns: eligible, typical } = &parts.playbook;
        let segments = parts.segments.iter();
        let values = canaries.records.iter().flat_map(Record::values);
        Some(Self {
            columns,
            words,
            centroids: centroids.to_rows(),
            segments: segments
                .map(|s| WireSegment { name: s.name.clone(), share_percent: s.share_percent })
                .collect(),
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
            },
            canaries: WireCanaries {
                values: values.map(WireValue::from).collect(),
                segments: canaries.segments.clone(),
                figures: canaries.figures.clone(),
            },
        })
    }

    fn into_model(self) -> Result<(Model, Canaries), ArtifactError> {
        let defect = ArtifactError::Defect;
        let mut words = self.words.into_iter();
        let mut columns = Vec::with_capacity(self.columns.len());
        let mut steps = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            let (kind, step) = read_kind(&column.kind, &mut words).ok_or(defect(Defect::Schema))?;
            columns.push(Column { name: column.name, kind, optional: column.optional });
            steps.push(step);
        }
        let schema = Schema::new(columns).map_err(|_| defect(Defect::Schema))?;
        let transform = Transform::new(&schema, steps).ok_or(defect(Defect::Transform))?;
        let n_features = transform.features().len();
        let centroids = Centroids::from_rows(&self.centroids, n_features);
        let assigner = Assigner::KMeans(centroids.ok_or(defect(Defect::Assigner))?);

        let mut coefficients = self.coefficients.into_iter();
        let mut targets = Vec::with_capacity(self.targets.len());
        for target in self.targets {
            let classes =
                take(&mut words, target.n_classes.into()).ok_or(defect(Defect::Targets))?;
            let mut by_segment = Vec::with_capacity(assigner.n_segments());
            for _ in 0..assigner.n_segments() {
                let model = target.form.read(&mut coefficients, n_features, classes.len());
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
        let model = Model::new(ModelParts {
            schema,
            transform,
            assigner,
            segments: self
                .segments
                .into_iter()
                .map(|s| SegmentInfo { name: s.name, share_percent: s.share_percent })
                .collect(),
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
            },
        });
        Ok((model.map_err(defect)?, canaries))
    }
}

fn write_kind(kind: &ColumnKind, step: &ColumnStep, n_words: u16) -> Option<WireKind> {
    let get = |bound: &Option<Finite>| bound.map(Finite::get);
    Some(match (kind, step) {
        (ColumnKind::Numeric, ColumnStep::Number { impute, lower, upper, lambda, mean, scale }) => {
            WireKind::Numeric {
                impute: impute.get(),
                lower: get(lower),
                upper: get(upper),
                lambda: get(lambda),
                mean: mean.get(),
                scale: scale.get(),
            }
        }
        (ColumnKind::YesNo { .. }, ColumnStep::Rank { impute, mean, scale }) => {
            WireKind::YesNo { impute: *impute, mean: mean.get(), scale: scale.get() }
        }
        (ColumnKind::Ordinal { .. }, ColumnStep::Rank { impute, mean, scale }) => {
            WireKind::Ordinal { n_words, impute: *impute, mean: mean.get(), scale: scale.get() }
        }
        (ColumnKind::Categorical { other, .. }, ColumnStep::OneHot { impute, height }) => {
            WireKind::Categorical { n_words, other: *other, impute: *impute, height: height.get() }
        }
        _ => return None,
    })
}

fn read_kind(
    kind: &WireKind,
    words: &mut impl Iterator<Item = String>,
) -> Option<(ColumnKind, ColumnStep)> {
    let bound = |bound: &Option<f64>| match bound {
        Some(bound) => Finite::new(*bound).map(Some),
        None => Some(None),
    };
    Some(match kind {
        WireKind::Numeric { impute, lower, upper, lambda, mean, scale } => {
            let step = ColumnStep::Number {
                impute: Finite::new(*impute)?,
                lower: bound(lower)?,
                upper: bound(upper)?,
                lambda: bound(lambda)?,
                mean: Finite::new(*mean)?,
                scale: Finite::new(*scale)?,
            };
            (ColumnKind::Numeric, step)
        }
        WireKind::YesNo { impute, mean, scale } => {
            let (no, yes) = (words.next()?, words.next()?);
            (ColumnKind::YesNo { no, yes }, rank(*impute, *mean, *scale)?)
        }
        WireKind::Ordinal { n_words, impute, mean, scale } => {
            let levels = take(words, (*n_words).into())?;
            (ColumnKind::Ordinal { levels }, rank(*impute, *mean, *scale)?)
        }
        WireKind::Categorical { n_words, other, impute, height } => {
            let levels = take(words, (*n_words).into())?;
            let step = ColumnStep::OneHot { impute: *impute, height: Finite::new(*height)? };
            (ColumnKind::Categorical { levels, other: *other }, step)
        }
    })
}

fn rank(impute: u16, mean: f64, scale: f64) -> Option<ColumnStep> {
    Some(ColumnStep::Rank { impute, mean: Finite::new(mean)?, scale: Finite::new(scale)? })
}

/// Exactly `count` items, or none.
fn take<T>(items: &mut impl Iterator<Item = T>, count: usize) -> Option<Vec<T>> {
    let taken: Vec<T> = items.take(count).collect();
    (taken.len() == count).then_some(taken)
}

impl Form {
    fn of(model: &SegmentModel) -> Self {
        match model {
            SegmentModel::Constant(_) => Self::Constant,
            SegmentModel::Linear { floor, .. } => Self::Linear { floor: *floor },
            SegmentModel::Frequencies(_) => Self::Frequencies,
        }
    }

    fn read(
        self,
        coefficients: &mut impl Iterator<Item = f64>,
        n_features: usize,
        n_classes: usize,
    ) -> Option<SegmentModel> {
        Some(match self {
            Self::Constant => SegmentModel::Constant(coefficients.next()?),
            Self::Linear { floor } => SegmentModel::Linear {
                intercept: coefficients.next()?,
                weights: take(coefficients, n_features)?,
                floor,
            },
            // Without classes it would cost no byte, and any number of segments could have it.
            Self::Frequencies if n_classes == 0 => return None,
            Self::Frequencies => SegmentModel::Frequencies(take(coefficients, n_classes)?),
        })
    }
}

fn write_coefficients(model: &SegmentModel, out: &mut Vec<f64>) {
    match model {
        SegmentModel::Constant(value) => out.push(*value),
        SegmentModel::Linear { intercept, weights, .. } => {
            out.push(*intercept);
            out.extend_from_slice(weights);
        }
        SegmentModel::Frequencies(probabilities) => out.extend_from_slice(probabilities),
    }
}

impl From<&Value> for WireValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Missing => Self::Missing,
            Value::Number(number) => Self::Number(number.get()),
            Value::Level(id) => Self::Level(*id),
        }
    }
}

impl WireCanaries {
    /// `None` when a value does not fit its column or the shapes do not fit.
    fn read(self, schema: &Schema) -> Option<Canaries> {
        let columns = schema.columns();
        let n_canaries = self.segments.len();
        if n_canaries > MAX_CANARIES || self.values.len() != n_canaries * columns.len() {
            return None;
        }
        let mut records = Vec::with_capacity(self.segments.len());
        for row in self.values.chunks_exact(columns.len()) {
            let values: Option<Vec<Value>> =
                row.iter().zip(columns).map(|(value, column)| value.read(column)).collect();
            records.push(Record::new(values?));
        }
        Some(Canaries { records, segments: self.segments, figures: self.figures })
    }
}

impl WireValue {
    fn read(&self, column: &Column) -> Option<Value> {
        let n_levels = column.kind.n_levels();
        match self {
            Self::Missing => column.optional.then_some(Value::Missing),
            Self::Number(number) => {
                let inside = n_levels == 0 && number.abs() <= crate::schema::MAX_NUMBER;
                Finite::new(*number).filter(|_| inside).map(Value::Number)
            }
            Self::Level(id) => (usize::from(*id) < n_levels).then_some(Value::Level(*id)),
        }
    }
}
