//! Gathers all evidence, stage by stage.

use ndarray::ArrayView2;
use shared::{FeatureVector, Schema, Transform};

use super::gap::Gap;
use super::nulls::{self, NullCurves};
use super::{
    ElbowEvidence, Evidence, NullSets, PerK, Resampling, SampleSize, bend::bend,
    prediction_strength, stability,
};
use crate::criteria::davies_bouldin::davies_bouldin;
use crate::criteria::silhouette::{Silhouette, silhouettes};
use crate::criteria::variance_ratio::calinski_harabasz;
use crate::dataset::Dataset;
use crate::fit::Stage;
use crate::kmeans::KMeansFit;
use crate::prepare::ImputeOptions;

/// What the evidence is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The customers.
    pub dataset: &'a Dataset,
    /// Their columns.
    pub schema: &'a Schema,
    /// Their preparation.
    pub transform: &'a Transform,
    /// How it was estimated, which resampling repeats.
    pub impute: &'a ImputeOptions,
    /// The fewest customers with an indicator of missing values.
    pub min_level: usize,
    /// The same customers, prepared; `(n_customers, n_features)`.
    pub x: ArrayView2<'a, f64>,
    /// Fits for k = 1, 2, ...; a few more than the range, to see whether a knee moves.
    pub fits: &'a [KMeansFit],
    /// The range of k in which knees are searched.
    pub max_segments: usize,
    /// Of everything random.
    pub seed: u64,
}

impl Subject<'_> {
    /// The customers as rules take them, in their order.
    pub fn vectors(&self) -> Vec<FeatureVector> {
        let records = self.dataset.customers.iter().map(|customer| &customer.record);
        records.map(|record| self.transform.apply(record)).collect()
    }
}

/// Evidence on every k up to `last`, and the silhouettes of each.
pub fn gather(
    subject: &Subject<'_>,
    last: usize,
    progress: impl Fn(Stage) + Sync,
) -> (Evidence, Vec<Option<Silhouette>>) {
    let Subject { dataset, x, fits, max_segments, seed, .. } = *subject;
    let last = last.min(fits.len());
    let max_segments = max_segments.min(fits.len());
    let wcss: Vec<f64> = fits.iter().map(|fit| fit.inertia).collect();

    let columns: Vec<usize> = subject.transform.features().iter().map(|f| f.column).collect();
    let nulls = nulls::null_curves(x, &columns, max_segments, seed, |done, of| {
        progress(Stage::Doubting(done, of));
    });
    let gap = Gap::of(&nulls);

    progress(Stage::Judging);
    let labels: Vec<&[u16]> = fits[..last].iter().map(|fit| fit.labels.as_slice()).collect();
    let optional: Vec<Vec<Option<u16>>> =
        labels.iter().map(|labels| labels.iter().copied().map(Some).collect()).collect();
    let optional: Vec<&[Option<u16>]> = optional.iter().map(Vec::as_slice).collect();
    let silhouettes = silhouettes(x, &optional, seed);

    progress(Stage::Resampling);
    let stability = stability::jaccard(
        dataset,
        subject.schema,
        subject.impute,
        subject.min_level,
        &labels,
        seed,
    );
    let strength = prediction_strength::prediction_strength(x, last, seed);

    let bands = nulls::null_bands(&nulls);
    let curve = fits[..last].iter().enumerate().map(|(i, fit)| {
        let gap = gap.by_k.get(i).copied().flatten();
        PerK {
            k: i + 1,
            wcss: fit.inertia,
            smallest_segment: fit.sizes.iter().copied().min().unwrap_or(0),
            null_band: bands.get(i).copied(),
            silhouette: silhouettes[i].as_ref().map(|silhouette| silhouette.mean),
            calinski_harabasz: calinski_harabasz(x, &fit.labels, i + 1),
            davies_bouldin: davies_bouldin(x, &fit.labels, i + 1),
            gap: gap.map(|gap| gap.gap),
            gap_error: gap.map(|gap| gap.error),
            prediction_strength: strength.by_k.get(i).copied(),
            jaccard: stability.by_k.get(i).cloned().unwrap_or_default(),
        }
    });
    let curve = curve.collect();
    let exact = silhouettes.iter().flatten().all(|silhouette| silhouette.exact);
    let rows = silhouettes.iter().flatten().map(|silhouette| silhouette.rows).max();
    let evidence = Evidence {
        curve,
        elbow: elbow(&wcss, max_segments, &nulls),
        silhouette: SampleSize { rows: rows.unwrap_or(0), exact },
        gap: gap.choice,
        stability: Resampling {
            rows: stability.rows,
            resamples: stability.resamples,
            splits: strength.splits,
        },
        zero_pattern: None,
    };
    (evidence, silhouettes)
}

fn elbow(wcss: &[f64], max_segments: usize, nulls: &NullCurves) -> ElbowEvidence {
    ElbowEvidence {
        k: 1,
        from_one: nulls::knee_evidence(wcss, max_segments, 1, nulls),
        from_two: nulls::knee_evidence(wcss, max_segments, 2, nulls),
        bend: bend(nulls),
        nulls: NullSets {
            rows: nulls.rows,
            gaussian: nulls.gaussian.len(),
            uniform: nulls.uniform.len(),
            permuted: nulls.permuted.len(),
        },
    }
}
