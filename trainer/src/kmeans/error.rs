//! What k-means refuses.

use core::fmt;

/// Why there is no fit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KMeansError {
    /// The number of segments is zero or above 65,535.
    Segments {
        /// What was asked for.
        asked: usize,
    },
    /// The number of restarts is zero.
    NoRestarts,
    /// The number of iterations is zero.
    NoIterations,
    /// There are no rows, no features, or more than 2^29 rows, or the array is not in standard layout.
    Shape,
    /// A value is not on the grid of prepared values.
    OffGrid {
        /// Position of its row, from 0.
        row: usize,
        /// Position of its feature, from 0.
        feature: usize,
    },
    /// Fewer rows differ than there would be segments.
    TooFewDistinctRows {
        /// How many rows differ.
        distinct: usize,
        /// How many segments were asked for.
        n_segments: usize,
    },
    /// The starting centres have another shape than the fit, or lie outside the grid's limit.
    WarmStart,
    /// Every run ended with an empty segment (not seen; `max_iter` far too low could do it).
    EmptySegment,
}

impl fmt::Display for KMeansError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Segments { asked } => {
                write!(f, "{asked} segments: the number must be from 1 to {}", u16::MAX)
            }
            Self::NoRestarts => f.write_str("k-means needs at least one restart"),
            Self::NoIterations => f.write_str("k-means needs at least one iteration"),
            Self::Shape => {
                f.write_str("k-means needs from 1 to 2^29 rows and a feature, in standard layout")
            }
            Self::OffGrid { row, feature } => {
                write!(f, "the value at row {row}, feature {feature} is not on the grid")
            }
            Self::TooFewDistinctRows { distinct, n_segments } => {
                write!(f, "{n_segments} segments of rows of which only {distinct} differ")
            }
            Self::WarmStart => f.write_str("the starting centres do not fit the rows"),
            Self::EmptySegment => f.write_str("every k-means run ended with an empty segment"),
        }
    }
}

impl std::error::Error for KMeansError {}
