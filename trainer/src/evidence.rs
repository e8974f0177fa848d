//! What speaks for each number of segments, and how far to trust it: figures only; [`crate::choose`] decides.

pub mod bend;
pub mod gap;
pub mod gather;
pub mod nulls;
pub mod prediction_strength;
pub mod stability;
pub mod zeros;

use serde::Serialize;

pub use self::bend::BendEvidence;

/// Everything that was found out about the numbers of segments.
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    /// One entry for each k = 1, 2, ...
    pub curve: Vec<PerK>,
    /// The knees of the curve of inertia, and those of data without groups.
    pub elbow: ElbowEvidence,
    /// Over how many customers the silhouette was taken.
    pub silhouette: SampleSize,
    /// The gap statistic's own choice.
    pub gap: GapChoice,
    /// How stability was measured.
    pub stability: Resampling,
    /// How much of the segmentation is only which columns are zero, where columns have many zeros.
    pub zero_pattern: Option<ZeroPattern>,
}

/// The figures of one number of segments; `null` where one is not defined or was not computed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PerK {
    /// The number of segments.
    pub k: usize,
    /// The within-cluster sum of squares (inertia).
    pub wcss: f64,
    /// The customers of the smallest segment.
    pub smallest_segment: usize,
    /// The 5 % and 95 % quantiles of the inertia of data without groups, as a share of its own at k = 1.
    pub null_band: Option<[f64; 2]>,
    /// Mean silhouette (Rousseeuw 1987); for k >= 2.
    pub silhouette: Option<f64>,
    /// Variance ratio (Calinski and Harabasz 1974); for k >= 2.
    pub calinski_harabasz: Option<f64>,
    /// Davies and Bouldin 1979; for k >= 2; smaller is better.
    pub davies_bouldin: Option<f64>,
    /// Gap statistic (Tibshirani, Walther and Hastie 2001).
    pub gap: Option<f64>,
    /// Its simulation error, `sd sqrt(1 + 1/B)`.
    pub gap_error: Option<f64>,
    /// Prediction strength (Tibshirani and Walther 2005): the weakest segment's, mean of the splits.
    pub prediction_strength: Option<f64>,
    /// Each segment's mean bootstrap Jaccard similarity (Hennig 2007), by position; empty for k = 1.
    pub jaccard: Vec<f64>,
}

/// Both knees, each beside what data without groups show.
#[derive(Debug, Clone, Serialize)]
pub struct ElbowEvidence {
    /// The number of segments that the curve speaks for.
    pub k: usize,
    /// Of the curve from k = 1.
    pub from_one: Option<KneeEvidence>,
    /// Of the curve from k = 2.
    pub from_two: Option<KneeEvidence>,
    /// Where the curve bends on the scale of ratios, beyond data without groups.
    pub bend: Option<BendEvidence>,
    /// The data sets without groups.
    pub nulls: NullSets,
}

/// A knee, its strength, and how strong knees are where there is nothing to find.
#[derive(Debug, Clone, Serialize)]
pub struct KneeEvidence {
    /// The number of segments at the knee.
    pub k: usize,
    /// The maximum of the normalised difference curve.
    pub strength: f64,
    /// The same, of the curve of the sample that the null data sets are compared with.
    pub sample_strength: f64,
    /// The 95 % quantile of the strengths of Gaussian data with the same covariance.
    pub gaussian_95: f64,
    /// The 95 % quantile of the strengths of uniform data in the box of the principal components.
    pub uniform_95: f64,
    /// The 95 % quantile of the strengths of Gaussian data in which columns of few values are permuted; none where
    /// there is no such column.
    pub permuted_95: Option<f64>,
    /// By how many of their standard deviations the sample's strength exceeds the nulls' mean, of the kinds of
    /// null the least flattering.
    pub excess: f64,
    /// Whether it beats all of these quantiles, and the sample has its knee at the same k.
    pub beats_nulls: bool,
    /// The knee when the range of k ends 3 earlier, where that leaves a curve.
    pub k_shorter: Option<usize>,
    /// The knee when the range of k ends 3 later.
    pub k_longer: Option<usize>,
}

/// How many null data sets, of how many rows.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct NullSets {
    /// Rows of each: those of the data, or of a sample.
    pub rows: usize,
    /// Gaussian ones.
    pub gaussian: usize,
    /// Uniform ones.
    pub uniform: usize,
    /// Those with permuted columns.
    pub permuted: usize,
}

/// How many customers a figure was taken over.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct SampleSize {
    /// The customers.
    pub rows: usize,
    /// Whether these are all.
    pub exact: bool,
}

/// What the gap statistic says.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct GapChoice {
    /// The smallest k with Gap(k) >= Gap(k + 1) - s(k + 1), where there is one below the last.
    pub k: Option<usize>,
    /// It is still rising at the end of the range: the statistic does not decide.
    pub undecided: bool,
    /// Reference data sets, B.
    pub references: usize,
    /// Rows of each.
    pub rows: usize,
}

/// How stability was measured.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Resampling {
    /// Distinct customers in each resample, m.
    pub rows: usize,
    /// Resamples.
    pub resamples: usize,
    /// Splits in halves for prediction strength.
    pub splits: usize,
}

/// How much a segmentation shares with the pattern of zeros.
#[derive(Debug, Clone, Serialize)]
pub struct ZeroPattern {
    /// The columns of whose zeros the pattern is made: of those with 20 % to 80 % zeros, the ones that tell of the
    /// segments.
    pub columns: Vec<String>,
    /// Normalised mutual information of segment and pattern, from 0 to 1 (arithmetic mean of the entropies).
    pub nmi: f64,
    /// Adjusted Rand index of the two (Hubert and Arabie 1985).
    pub adjusted_rand: f64,
    /// Patterns that occur.
    pub patterns: usize,
}

/// How far a segment can be relied on, by its mean bootstrap Jaccard similarity (Hennig 2007's cuts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Under 0.6: it is not found again. Do not act on it.
    Dissolves,
    /// From 0.6: a pattern, whose members are doubtful.
    Pattern,
    /// From 0.75: stable.
    Stable,
    /// From 0.85: highly stable.
    HighlyStable,
}

impl Standing {
    /// By Hennig's cuts.
    pub fn of(jaccard: f64) -> Self {
        match jaccard {
            _ if jaccard >= 0.85 => Self::HighlyStable,
            _ if jaccard >= 0.75 => Self::Stable,
            _ if jaccard >= 0.6 => Self::Pattern,
            _ => Self::Dissolves,
        }
    }
}
