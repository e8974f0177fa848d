//! The decision on the number of segments, as a record that a person can follow.

use serde::Serialize;

/// How real the segments are, in the words of Dolnicar, Gruen and Leisch ("Market Segmentation Analysis", 2018).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The curve bends more than that of data without groups.
    Natural,
    /// There are no natural groups, but the same segments come back on other samples.
    Reproducible,
    /// A convenient division of a continuum.
    Constructive,
}

/// What one criterion says.
#[derive(Debug, Clone, Serialize)]
pub struct Criterion {
    /// Its name.
    pub name: &'static str,
    /// The number of segments it speaks for; none where it does not decide.
    pub k: Option<usize>,
    /// Its figures in a few words.
    pub note: String,
}

/// The record.
#[derive(Debug, Clone, Serialize)]
pub struct Decision {
    /// The number of segments.
    pub k: usize,
    /// `asked`, `elbow`, `silhouette`, `gap`, `stability`, `previous`, `bic`.
    pub chosen_by: &'static str,
    /// How real the segments are.
    pub verdict: Verdict,
    /// The verdict in a sentence for people who act on it.
    pub believe: String,
    /// Whether it would be as well to have no segments.
    pub no_segments_worth_having: bool,
    /// What each criterion says.
    pub criteria: Vec<Criterion>,
    /// How many of those that decide say the chosen k.
    pub agreeing: usize,
    /// Why this k, in sentences.
    pub why: Vec<String>,
    /// What to be careful about: slivers, scores made by outliers, segments that dissolve, patterns of zeros.
    pub warnings: Vec<String>,
}
