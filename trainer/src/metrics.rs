//! `metrics.json`: every figure of a fit, the same bytes for the same data; times are kept apart.

use serde::Serialize;

use crate::compare::Compared;
use crate::decision::Decision;
use crate::describe::profile::{GroupMix, SegmentProfile};
use crate::evidence::Evidence;
use crate::fit::Fitted;
use crate::infer::findings::Finding;
use crate::infer::{ColumnReport, Role};
use crate::judge::JudgedTarget;
use crate::lineage::Lineage;
use crate::pictures::Pictures;
use crate::usual::{GapQuality, UsualQuality};

/// The figures.
#[derive(Debug, Serialize)]
pub struct Metrics<'f> {
    /// Of this file's form.
    pub schema_version: u32,
    /// The model's id.
    pub model: String,
    /// The version of the program.
    pub version: &'static str,
    /// The customers.
    pub rows: usize,
    /// The columns that segments are found in.
    pub features: usize,
    /// What these become.
    pub prepared_features: usize,
    /// The number of segments.
    pub k: usize,
    /// The algorithm: `k-means`, `mixture`, `prototypes`.
    pub algorithm: &'static str,
    /// Of everything random.
    pub seed: u64,
    /// What speaks for each number of segments.
    #[serde(flatten)]
    pub evidence: &'f Evidence,
    /// Why this number, and how far to trust it.
    pub decision: &'f Decision,
    /// The segments, in the order of the model.
    pub segments: &'f [SegmentProfile],
    /// How the segments divide the groups of sensitive attributes.
    pub groups: &'f [GroupMix],
    /// Algorithms side by side, where that was asked for.
    #[serde(skip_serializing_if = "<[Compared]>::is_empty")]
    pub comparison: &'f [Compared],
    /// What became of the segments of a previous model, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lineage: Option<&'f Lineage>,
    /// What is drawn.
    pub pictures: &'f Pictures,
    /// How good the models of each target are.
    #[serde(skip_serializing_if = "<[JudgedTarget]>::is_empty")]
    pub targets: &'f [JudgedTarget],
    /// How near customers are to what is usual, column by column.
    pub usual: &'f [UsualQuality],
    /// How well the typical gap finds what customers do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub typical_gap: Option<&'f GapQuality>,
    /// What was noticed about the table.
    pub findings: &'f [Finding],
    /// What was understood of its columns.
    pub columns: Vec<ColumnFigures<'f>>,
}

/// A column without its values: metrics go where the table may not.
#[derive(Debug, Serialize)]
pub struct ColumnFigures<'f> {
    /// Its name.
    pub name: &'f str,
    /// Its kind in a word.
    pub kind: &'static str,
    /// Its part.
    pub role: &'static str,
    /// Why it has this part.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub why: &'f str,
    /// The customers without a value.
    pub missing: usize,
    /// Its distinct values.
    pub distinct: usize,
    /// The words folded into "(other)".
    pub folded: usize,
    /// The sensitive attribute that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<&'static str>,
}

impl<'f> ColumnFigures<'f> {
    fn of(report: &'f ColumnReport) -> Self {
        Self {
            name: &report.name,
            kind: report.kind,
            role: report.role.name(),
            why: &report.why,
            missing: report.missing,
            distinct: report.distinct,
            folded: report.folded,
            sensitive: report.sensitive,
        }
    }
}

impl<'f> Metrics<'f> {
    /// Collects the figures of a fit.
    pub fn of(fitted: &'f Fitted) -> Self {
        let parts = fitted.artifact.model().parts();
        Self {
            schema_version: 3,
            model: fitted.artifact.id().to_hex(),
            version: env!("CARGO_PKG_VERSION"),
            rows: fitted.n_rows,
            features: fitted.columns.iter().filter(|c| c.role == Role::Feature).count(),
            prepared_features: parts.transform.features().len(),
            k: fitted.decision.k,
            algorithm: parts.assigner.name(),
            seed: parts.training.seed,
            evidence: &fitted.evidence,
            decision: &fitted.decision,
            segments: &fitted.segments,
            groups: &fitted.groups,
            comparison: &fitted.comparison,
            lineage: fitted.lineage.as_ref(),
            pictures: &fitted.pictures,
            targets: &fitted.targets,
            usual: &fitted.usual,
            typical_gap: fitted.gap.as_ref(),
            findings: &fitted.findings,
            columns: fitted.columns.iter().map(ColumnFigures::of).collect(),
        }
    }

    /// The figures as indented JSON text with a line end.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("figures are plain data");
        text.push('\n');
        text
    }
}
