//! The model card: what a model is, for machines and people. Served by `/v1/model`, printed by `inspect`.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde::Serialize;

use crate::artifact::Artifact;
use crate::column::{Column, ColumnKind};
use crate::number::Finite;
use crate::segment_model::TargetKind;
use crate::sensitive::Sensitive;

/// What a model is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card<'m> {
    /// The model's id, 64 hexadecimal digits.
    pub model: String,
    /// The day that dates are counted back from, where there are dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// The protected attributes that its columns tell of, each once, in the order of the columns.
    pub sensitive: Vec<&'static str>,
    /// The columns it reads.
    pub columns: Vec<CardColumn<'m>>,
    /// The number of prepared features.
    pub prepared_features: usize,
    /// Its segments.
    pub segments: Vec<CardSegment<'m>>,
    /// What it predicts.
    pub targets: Vec<CardTarget<'m>>,
    /// The rule that gives a segment: `k-means`, `mixture` or `prototypes`.
    pub algorithm: &'static str,
    /// How the number of segments was chosen.
    pub training: CardTraining<'m>,
}

/// A column the model reads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CardColumn<'m> {
    /// Its name.
    pub name: &'m str,
    /// Its kind, in words.
    pub kind: &'static str,
    /// Whether a customer may lack it.
    pub optional: bool,
    /// The least that is taken, where it was declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// The most that is taken, where it was declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// Words and numbers that mean "missing", besides what means so everywhere.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub missing: &'m [String],
    /// The protected attribute that it tells of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<&'static str>,
}

/// A segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CardSegment<'m> {
    /// Its id.
    pub id: u16,
    /// Its name.
    pub name: &'m str,
    /// What it is, in sentences; may be empty.
    pub description: &'m str,
    /// Its share of the training customers, rounded to 0.01.
    pub share: f64,
    /// Its mean bootstrap Jaccard similarity (Hennig 2007), rounded to 0.01, where it was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stability: Option<f64>,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CardTarget<'m> {
    /// Its name.
    pub name: &'m str,
    /// `number` or `class`.
    pub kind: &'static str,
}

/// How the number of segments was chosen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CardTraining<'m> {
    /// The seed.
    pub seed: u64,
    /// The within-cluster sum of squares for k = 1, 2, ...
    pub wcss: &'m [f64],
    /// The knee of the curve from k = 1.
    pub knee_from_one: Option<u16>,
    /// The knee of the curve from k = 2.
    pub knee_from_two: Option<u16>,
}

impl Artifact {
    /// The model card.
    pub fn card(&self) -> Card<'_> {
        let parts = self.model().parts();
        let columns = parts.schema.columns();
        let segments = parts.segments.iter();
        let share = |percent| f64::from(percent) / 100.0;
        let mut sensitive = Vec::new();
        for attribute in columns.iter().filter_map(|c| c.sensitive.map(Sensitive::as_str)) {
            if !sensitive.contains(&attribute) {
                sensitive.push(attribute);
            }
        }
        Card {
            model: self.id().to_hex(),
            as_of: parts.schema.as_of().map(|day| day.to_string()),
            sensitive,
            columns: columns.iter().map(card_column).collect(),
            prepared_features: parts.transform.features().len(),
            segments: segments
                .map(|s| CardSegment {
                    id: s.id,
                    name: &s.name,
                    description: &s.description,
                    share: share(s.share_percent),
                    stability: s.stability_percent.map(share),
                })
                .collect(),
            targets: parts
                .predicted()
                .iter()
                .map(|t| CardTarget {
                    name: &t.target.name,
                    kind: match t.target.kind {
                        TargetKind::Number => "number",
                        TargetKind::Class { .. } => "class",
                    },
                })
                .collect(),
            algorithm: parts.assigner.name(),
            training: CardTraining {
                seed: parts.training.seed,
                wcss: &parts.training.wcss,
                knee_from_one: parts.training.knee_from_one,
                knee_from_two: parts.training.knee_from_two,
            },
        }
    }
}

fn card_column(column: &Column) -> CardColumn<'_> {
    let (minimum, maximum) = match column.kind {
        ColumnKind::Numeric { lower, upper } => (lower.map(Finite::get), upper.map(Finite::get)),
        _ => (None, None),
    };
    CardColumn {
        name: &column.name,
        kind: column.kind.name(),
        optional: column.optional,
        minimum,
        maximum,
        missing: &column.missing,
        sensitive: column.sensitive.map(Sensitive::as_str),
    }
}

impl Card<'_> {
    /// The card as JSON text.
    pub fn to_json(&self) -> String {
        // Fails only on maps whose keys are not text; there are none.
        serde_json::to_string(self).unwrap_or_default()
    }
}
