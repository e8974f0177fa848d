//! `metrics.json`: every figure of a fit, the same bytes for the same data; times are kept apart.

use serde::Serialize;

use crate::choose::Reason;
use crate::elbow::{Elbow, Knee};
use crate::fit::Fitted;
use crate::infer::{ColumnReport, Role};
use crate::quality::Quality;

/// The figures.
#[derive(Debug, Serialize)]
pub struct Metrics<'f> {
    schema_version: u32,
    model: String,
    rows: usize,
    features: usize,
    prepared_features: usize,
    k: usize,
    seed: u64,
    curve: Vec<Point>,
    elbow: ElbowRecord,
    segments: Vec<Segment<'f>>,
    quality: &'f [Quality],
    columns: Vec<ColumnFigures<'f>>,
}

#[derive(Debug, Serialize)]
struct Point {
    k: usize,
    wcss: f64,
    smallest_segment: usize,
}

#[derive(Debug, Serialize)]
struct ElbowRecord {
    k: usize,
    from_one: Option<KneeRecord>,
    from_two: Option<KneeRecord>,
    chosen_by: &'static str,
}

#[derive(Debug, Serialize)]
struct KneeRecord {
    k: usize,
    strength: f64,
}

#[derive(Debug, Serialize)]
struct Segment<'f> {
    id: usize,
    name: &'f str,
    size: usize,
    share: f64,
}

/// A column without its values: metrics go where the table may not.
#[derive(Debug, Serialize)]
struct ColumnFigures<'f> {
    name: &'f str,
    kind: &'static str,
    role: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    why: &'f str,
    missing: usize,
    distinct: usize,
    folded: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sensitive: Option<&'static str>,
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
        let points = fitted.choice.fits.iter().enumerate();
        let segments = parts.segments.iter().zip(&fitted.sizes).enumerate();
        Self {
            schema_version: 1,
            model: fitted.artifact.id().to_hex(),
            rows: fitted.n_rows,
            features: fitted.columns.iter().filter(|c| c.role == Role::Feature).count(),
            prepared_features: parts.transform.features().len(),
            k: fitted.choice.k,
            seed: parts.training.seed,
            curve: points
                .map(|(i, fit)| Point {
                    k: i + 1,
                    wcss: fit.inertia,
                    smallest_segment: fit.sizes.iter().copied().min().unwrap_or(0),
                })
                .collect(),
            elbow: ElbowRecord::of(&fitted.choice.elbow, fitted.choice.reason),
            segments: segments
                .map(|(id, (info, &size))| Segment {
                    id,
                    name: &info.name,
                    size,
                    share: size as f64 / fitted.n_rows as f64,
                })
                .collect(),
            quality: &fitted.quality,
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

impl ElbowRecord {
    fn of(elbow: &Elbow, reason: Reason) -> Self {
        let knee = |knee: Option<Knee>| knee.map(|k| KneeRecord { k: k.k, strength: k.strength });
        Self {
            k: elbow.k,
            from_one: knee(elbow.from_one),
            from_two: knee(elbow.from_two),
            chosen_by: match reason {
                Reason::Asked => "asked",
                Reason::Elbow => "elbow",
                Reason::BelowElbow(_) => "largest below the elbow without a small segment",
            },
        }
    }
}
