//! From prepared customers to their segments: fits for every number of them, the decision, and the fit by the
//! algorithm that was asked for.

use ndarray::ArrayView2;

use crate::algorithms::prototypes;
use crate::algorithms::{Algorithm, MixedRows, mixture};
use crate::choose::{self, ChooseError, ChooseOptions, Own};
use crate::clustering::Clustering;
use crate::compare::{CompareInput, jaccard};
use crate::criteria::agreement::adjusted_rand;
use crate::criteria::silhouette::{Silhouette, silhouettes};
use crate::decision::Decision;
use crate::evidence::Evidence;
use crate::evidence::gather::{Subject, gather};
use crate::evidence::zeros::zero_pattern;
use crate::fit::Stage;
use crate::kmeans::{self, KMeansError, KMeansFit, KMeansParams};
use crate::lineage::Continued;

/// From this adjusted Rand index on, segments of another algorithm are those of k-means for what its curve says.
const NEARLY_THE_SAME: f64 = 0.8;

/// The segments of the training customers, and all that speaks for and against them.
#[derive(Debug)]
pub struct Found {
    /// Who is in which segment, and by which rule.
    pub clustering: Clustering,
    /// On every number of segments, by k-means.
    pub evidence: Evidence,
    /// The number, and why.
    pub decision: Decision,
    /// The silhouette of the segments, where there are two or more.
    pub silhouette: Option<Silhouette>,
    /// Each segment's mean bootstrap Jaccard similarity; empty where there is one segment.
    pub jaccard: Vec<f64>,
}

/// Fits every number of segments by k-means: a few more than the range, to see whether a knee moves. Where a model
/// is continued, one restart begins where its segments lie now.
///
/// # Shapes: `x` is `(n_customers, n_features)`; fit `i` has `i + 1` segments.
/// # Errors
/// Those of the kernel.
pub fn sweep(
    x: ArrayView2<'_, f64>,
    options: &ChooseOptions,
    continued: Option<&Continued<'_>>,
    progress: impl Fn(Stage) + Sync,
) -> Result<Vec<KMeansFit>, KMeansError> {
    let before = continued.map_or(0, Continued::n_segments);
    let last = options.last_tried().max(before);
    let mut fits = kmeans::sweep(x, last, options.seed, |k| progress(Stage::Sweeping(k)))?;
    let start = continued.and_then(|continued| continued.start.as_ref());
    if let Some((start, best)) = start.zip(before.checked_sub(1).and_then(|i| fits.get_mut(i))) {
        let params = KMeansParams::new(before).restarts(1).seed(options.seed).check()?;
        // A start that ends with an empty segment is no reason to stop.
        if let Ok(continued) = params.fit_with_start(x, start)
            && continued.inertia <= best.inertia
        {
            *best = continued;
        }
    }
    Ok(fits)
}

/// Finds the segments. Their number is decided on the evidence of k-means, whatever the algorithm; but a mixture's
/// by its own criterion, BIC, unless it was asked for.
///
/// # Errors
/// When no number of segments will do.
pub fn find(
    subject: &Subject<'_>,
    options: &ChooseOptions,
    algorithm: Algorithm,
    before: Option<usize>,
    progress: impl Fn(Stage) + Sync,
) -> Result<Found, ChooseError> {
    let asked = options.segments.unwrap_or(0);
    let last = options.max_segments.max(asked).max(before.unwrap_or(0));
    let (mut evidence, mut silhouettes_by_k) = gather(subject, last, &progress);
    let mut number = choose::number(&evidence, options, before)?;
    let k_means = &subject.fits[number.k - 1];
    let clustering = match algorithm {
        Algorithm::KMeans => k_means.into(),
        // Asked for, or kept of the model that is continued.
        Algorithm::Mixture if options.segments.is_some() || before == Some(number.k) => {
            let fit = mixture::fit(subject.x, &k_means.labels, options.min_segment, subject.seed);
            if options.segments.is_none() && fit.sizes.len() < number.k {
                number = number.by_bic(fit.sizes.len(), fit.bic);
            }
            fit.into()
        }
        Algorithm::Mixture => {
            let starts = &subject.fits[..options.max_segments.min(subject.fits.len())];
            let choice = mixture::choose(subject.x, starts, options.min_segment, subject.seed);
            number = number.by_bic(choice.fit.sizes.len(), choice.fit.bic);
            choice.fit.into()
        }
        Algorithm::Prototypes => {
            let rows = MixedRows::of(&subject.vectors());
            let fit = if options.segments.is_some() || before.is_some() {
                prototypes::fit(&rows, number.k, subject.seed)
            } else {
                let ChooseOptions { max_segments, min_segment, .. } = *options;
                prototypes::choose(&rows, max_segments, min_segment, subject.seed).map(|c| c.fit)
            };
            let fit = fit.map_err(ChooseError::Prototypes)?;
            if fit.sizes.len() != number.k {
                number = number.by_cost(fit.sizes.len());
            }
            fit.into()
        }
    };
    let Clustering { labels, sizes, .. } = &clustering;
    let smallest = sizes.iter().copied().min().unwrap_or(0);
    if options.segments.is_some_and(|k| sizes.len() < k) {
        return Err(ChooseError::Fewer(sizes.len()));
    }
    if sizes.len() > 1 && smallest < options.min_segment {
        return Err(ChooseError::TooSmall(sizes.len(), smallest));
    }
    evidence.elbow.k = number.elbow;
    if number.k > 1 {
        evidence.zero_pattern = zero_pattern(subject.dataset, subject.schema, labels);
    }
    let (silhouette, jaccard) = if algorithm == Algorithm::KMeans {
        let jaccard = evidence.curve[number.k - 1].jaccard.clone();
        (silhouettes_by_k.swap_remove(number.k - 1), jaccard)
    } else {
        let labels: Vec<Option<u16>> = labels.iter().copied().map(Some).collect();
        let silhouette = silhouettes(subject.x, &[&labels], subject.seed).swap_remove(0);
        let vectors = subject.vectors();
        let input = CompareInput::of(subject, &vectors, number.k, options);
        (silhouette, jaccard(&input, &clustering))
    };
    let by_k_means = &subject.fits[number.k - 1].labels;
    let own = Own {
        sizes,
        jaccard: &jaccard,
        as_by_k_means: adjusted_rand(labels, by_k_means) >= NEARLY_THE_SAME,
    };
    let decision = choose::decide(&evidence, options, number, own);
    Ok(Found { clustering, evidence, decision, silhouette, jaccard })
}
