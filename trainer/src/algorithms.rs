//! The algorithms that find segments besides k-means, and what they share.
//!
//! Those in [`Algorithm`] have a rule for a new customer that `shared` computes; [`ward`] and [`density`] have
//! none that is faithful and are only shown beside them.

#[cfg(test)]
pub(crate) mod cases;
pub mod density;
pub mod mixture;
pub mod prototypes;
mod refine;
mod rows;
pub mod ward;

use shared::Assigner;
use shared::centroids::smallest;

use crate::config::Worded;
use crate::random::{Purpose, Stream};

pub use refine::refine;
pub use rows::MixedRows;

/// Of more customers than this, a sample is searched for starts and for the number of segments; only the fit
/// that is chosen sees all.
const SEARCH_ROWS: usize = 10_000;

/// The draws of [`Purpose::Sample`] that belong to this module.
const SEARCH_DRAW: usize = 10;

/// An algorithm that a model can be made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// Lloyd 1982.
    #[default]
    KMeans,
    /// A Gaussian mixture with diagonal covariances.
    Mixture,
    /// Huang's k-prototypes.
    Prototypes,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::KMeans, Self::Mixture, Self::Prototypes];

    /// As it is written in flags, in `wedge.toml` and in `metrics.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::KMeans => "k-means",
            Self::Mixture => "mixture",
            Self::Prototypes => "prototypes",
        }
    }
}

impl From<&Assigner> for Algorithm {
    fn from(assigner: &Assigner) -> Self {
        match assigner {
            Assigner::KMeans(_) => Self::KMeans,
            Assigner::Mixture(_) => Self::Mixture,
            Assigner::Prototypes(_) => Self::Prototypes,
        }
    }
}

impl Worded for Algorithm {
    fn expected() -> String {
        let names = Self::ALL.map(|algorithm| format!("\"{}\"", algorithm.name()));
        format!("one of {}", names.join(", "))
    }
    fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(word))
    }
}

/// The rows that stand for all in a search; `None` where all are few enough.
fn search_rows(n_rows: usize, seed: u64) -> Option<Vec<usize>> {
    let sample = || Stream::new(seed, Purpose::Sample, SEARCH_DRAW).choose(n_rows, SEARCH_ROWS);
    (n_rows > SEARCH_ROWS).then(sample)
}

/// Each row's segment by its scores, and the rows of each.
///
/// # Ties: the lowest position wins.
fn assign(
    n_rows: usize,
    n_segments: usize,
    scores: impl Fn(usize, &mut [f64]),
) -> (Vec<u16>, Vec<usize>) {
    let mut out = vec![0.0; n_segments];
    let mut sizes = vec![0; n_segments];
    let labels = (0..n_rows).map(|row| {
        scores(row, &mut out);
        let (segment, _) = smallest(&out);
        sizes[segment] += 1;
        label(segment)
    });
    (labels.collect(), sizes)
}

/// A segment's position as a label.
fn label(segment: usize) -> u16 {
    u16::try_from(segment).expect("segments are at most 65,535")
}

/// The segments' positions, largest first, then by their centres lexicographically.
fn canonical_order(sizes: &[usize], centre: impl Fn(usize) -> Vec<f64>) -> Vec<usize> {
    let lexicographic = |a: &usize, b: &usize| {
        let (a, b) = (centre(*a), centre(*b));
        a.iter().zip(&b).map(|(p, q)| p.total_cmp(q)).find(|o| o.is_ne())
    };
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|a, b| {
        let by_size = sizes[*b].cmp(&sizes[*a]);
        by_size.then_with(|| lexicographic(a, b).unwrap_or(core::cmp::Ordering::Equal))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_are_read_by_the_names_they_are_written_with() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::read(algorithm.name()), Some(algorithm));
        }
        assert_eq!(Algorithm::read("K-Means"), Some(Algorithm::KMeans));
        assert_eq!(Algorithm::read("ward"), None);
        assert_eq!(Algorithm::expected(), "one of \"k-means\", \"mixture\", \"prototypes\"");
    }
}
