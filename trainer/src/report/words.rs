//! The plain words for what the figures are called.

use crate::decision::Verdict;
use crate::evidence::Standing;

/// The verdict as a heading.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Natural => "Natural segments",
        Verdict::Reproducible => "Reproducible segments",
        Verdict::Constructive => "A convenient division",
    }
}

/// The verdict as the field has it.
pub(super) fn verdict_term(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Natural => "natural",
        Verdict::Reproducible => "reproducible",
        Verdict::Constructive => "constructive",
    }
}

/// A segment's standing in a few words.
pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::HighlyStable => "very stable",
        Standing::Stable => "stable",
        Standing::Pattern => "a pattern, its members doubtful",
        Standing::Dissolves => "dissolves",
    }
}

/// What the standing means for whoever acts on the segment.
pub(super) fn standing_meaning(standing: Standing) -> &'static str {
    match standing {
        Standing::HighlyStable => {
            "Found again in nearly the same form whenever customers are resampled."
        }
        Standing::Stable => {
            "Found again when customers are resampled; a few customers at its edge change."
        }
        Standing::Pattern => {
            "Something is found again when customers are resampled, but who belongs to it changes. Do not \
             build on single members."
        }
        Standing::Dissolves => {
            "It is not found again when customers are resampled. Do not act on this segment."
        }
    }
}

/// The algorithm by its usual name.
pub(super) fn algorithm(name: &'static str) -> &'static str {
    match name {
        "mixture" => "Gaussian mixture",
        "prototypes" => "k-prototypes",
        "ward" => "Ward",
        "density" => "density (DBSCAN)",
        other => other,
    }
}

/// How the number of segments was chosen.
pub(super) fn chosen_by(name: &str) -> &str {
    match name {
        "asked" => "it was asked for",
        "elbow" => "the elbow of the curve",
        "silhouette" => "the silhouette",
        "gap" => "the gap statistic",
        "stability" => "the stability of the segments",
        "previous" => "the previous model, which has as many",
        "bic" => "the Bayesian information criterion",
        other => other,
    }
}
