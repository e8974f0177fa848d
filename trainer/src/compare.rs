//! Algorithms side by side on the same prepared customers.

mod found;
mod recommend;

use std::collections::BTreeSet;

use ndarray::{Array2, ArrayView2, Axis};
use serde::Serialize;
use shared::{FeatureVector, Schema};

use crate::choose::ChooseOptions;
use crate::clustering::Clustering;
use crate::criteria::agreement::adjusted_rand;
use crate::criteria::davies_bouldin::davies_bouldin;
use crate::criteria::dbcv::dbcv;
use crate::criteria::silhouette::silhouettes;
use crate::dataset::Dataset;
use crate::evidence::gather::Subject;
use crate::evidence::stability::{Label, Resample, jaccard_with};
use crate::kmeans::KMeansFit;
use crate::prepare::{self, ImputeOptions};
use crate::random::{Purpose, Stream};
use found::{Found, Kind};

/// Algorithms that need all pairs of customers see a sample of so many.
const SAMPLE_ROWS: usize = 2_000;

/// The draw of [`Purpose::Sample`] that belongs to this module.
const SAMPLE_DRAW: usize = 11;

/// One algorithm's figures.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    /// `k-means`, `mixture`, `prototypes`, `ward`, `density`.
    pub algorithm: &'static str,
    /// Whether its rule can be put into an artifact.
    pub offered: bool,
    /// The number of segments it found.
    pub k: usize,
    /// The customers it was fitted on: all, or a sample.
    pub rows: usize,
    /// Mean silhouette; unassigned customers count 0.
    pub silhouette: Option<f64>,
    /// Davies and Bouldin 1979, of the assigned.
    pub davies_bouldin: Option<f64>,
    /// Density-based clustering validation (Moulavi et al. 2014), from -1 to 1.
    pub dbcv: Option<f64>,
    /// The mean over segments of the mean bootstrap Jaccard similarity.
    pub stability: Option<f64>,
    /// Customers of the smallest segment.
    pub smallest_segment: usize,
    /// The share of customers that it gives no segment.
    pub unassigned: f64,
    /// Adjusted Rand index between its labels and those of its rule for a new customer: 1 where they are the same.
    pub fidelity: f64,
    /// Whether it is the recommended one.
    pub recommended: bool,
    /// Why, or why not, in a few words.
    pub why: String,
}

/// What is compared.
#[derive(Clone, Copy)]
pub struct CompareInput<'a> {
    /// The customers, in canonical order.
    pub dataset: &'a Dataset,
    /// Their columns.
    pub schema: &'a Schema,
    /// How missing values were replaced; resamples do so anew.
    pub impute: &'a ImputeOptions,
    /// The fewest customers of a level.
    pub min_level: usize,
    /// The prepared customers.
    pub vectors: &'a [FeatureVector],
    /// The same as a matrix, `(n_customers, n_features)`.
    pub x: ArrayView2<'a, f64>,
    /// Fits by k-means for k = 1, 2, ...
    pub sweep: &'a [KMeansFit],
    /// The number of segments chosen for k-means; also where Ward's tree is cut.
    pub k: usize,
    /// The number of segments that was asked for, of every algorithm that lets one ask.
    pub segments: Option<usize>,
    /// The last number of segments that is tried.
    pub max_segments: usize,
    /// No segment of an offered algorithm may be smaller.
    pub min_segment: usize,
    /// The seed of everything drawn.
    pub seed: u64,
}

impl<'a> CompareInput<'a> {
    /// The customers that segments were found of.
    pub fn of<'s: 'a>(
        subject: &Subject<'s>,
        vectors: &'a [FeatureVector],
        k: usize,
        options: &ChooseOptions,
    ) -> Self {
        let Subject { dataset, schema, impute, min_level, x, fits, max_segments, seed, .. } =
            *subject;
        let ChooseOptions { segments, min_segment, .. } = *options;
        Self {
            dataset,
            schema,
            impute,
            min_level,
            vectors,
            x: x.reborrow(),
            sweep: fits,
            k,
            segments,
            max_segments,
            min_segment,
            seed,
        }
    }
}

/// The figures of k-means, the mixture, prototypes (where there is a categorical column), Ward's tree and
/// density, in this order.
///
/// The last two see a sample of at most 2,000 customers, and their silhouette and Davies-Bouldin index are over
/// it; density-based validation is over this sample for all. Stability is by the subsets of
/// [`jaccard_with`], of the customers or of the sample. The rule for a new customer that Ward's tree and density
/// are held to is the nearest mean of their groups.
///
/// Distances inside `linfa-nn` may differ in the last bits between processors, so density may, where a customer
/// lies exactly at the radius: it is only shown, and nothing of it enters a model.
pub fn compare(input: &CompareInput<'_>) -> Vec<Compared> {
    let n_rows = input.vectors.len();
    let sample = Stream::new(input.seed, Purpose::Sample, SAMPLE_DRAW).choose(n_rows, SAMPLE_ROWS);
    let sampled = input.x.select(Axis(0), &sample);
    let customers = sample.iter().map(|&row| input.dataset.customers[row].clone()).collect();
    let few = Dataset { customers };

    let whole = found::on_all(input);
    let part = found::on_sample(sampled.view(), input.k, input.min_segment);
    let mut compared = figures(input, input.dataset, input.x, &whole);
    compared.extend(figures(input, &few, sampled.view(), &part));
    // The same customers for all, so that the figures can be compared.
    let on_sample = |found: &Found| sample.iter().map(|&row| found.labels[row]).collect();
    let labelings = whole.iter().map(on_sample).chain(part.iter().map(|f| f.labels.clone()));
    for (compared, labels) in compared.iter_mut().zip(labelings) {
        let labels: Vec<Label> = labels;
        compared.dbcv = dbcv(sampled.view(), &labels, input.seed);
    }
    recommend::recommend(&mut compared, n_rows, input.min_segment);
    compared
}

/// Everything of some algorithms but what is recommended and density-based validation.
fn figures(
    input: &CompareInput<'_>,
    dataset: &Dataset,
    x: ArrayView2<'_, f64>,
    found: &[Found],
) -> Vec<Compared> {
    let labels: Vec<&[Label]> = found.iter().map(|found| &found.labels[..]).collect();
    let silhouettes = silhouettes(x, &labels, input.seed);
    let stabilities = found_again(input, dataset, found);
    let parts = found.iter().zip(silhouettes).zip(stabilities);
    parts
        .map(|((found, silhouette), stability)| {
            let n_segments = found.n_segments();
            let mut sizes = vec![0; n_segments];
            found.labels.iter().flatten().for_each(|&label| sizes[usize::from(label)] += 1);
            let unassigned = found.labels.iter().filter(|label| label.is_none()).count();
            // Whoever has no segment is a group of their own.
            let nobody = u16::try_from(n_segments).unwrap_or(u16::MAX);
            let own: Vec<u16> = found.labels.iter().map(|label| label.unwrap_or(nobody)).collect();
            Compared {
                algorithm: found.kind.name(),
                offered: found.kind.is_offered(),
                k: n_segments,
                rows: x.nrows(),
                silhouette: silhouette.map(|silhouette| silhouette.mean),
                davies_bouldin: davies_bouldin(x, &found.labels, n_segments),
                dbcv: None,
                stability: mean(&stability),
                smallest_segment: sizes.iter().copied().min().unwrap_or(0),
                unassigned: unassigned as f64 / found.labels.len().max(1) as f64,
                fidelity: adjusted_rand(&own, &found.by_rule),
                recommended: false,
                why: String::new(),
            }
        })
        .collect()
}

/// How well each segment of a clustering is found again by its own algorithm; empty for one segment.
pub fn jaccard(input: &CompareInput<'_>, clustering: &Clustering) -> Vec<f64> {
    let found = Found::of(clustering);
    found_again(input, input.dataset, &[found]).swap_remove(0)
}

/// How well each segment of each algorithm is found again by it; empty for one segment.
fn found_again(input: &CompareInput<'_>, dataset: &Dataset, found: &[Found]) -> Vec<Vec<f64>> {
    let prepared = |sample: &Dataset| -> Array2<f64> {
        sample.prepare(&prepare::estimate(sample, input.schema, input.impute, input.min_level))
    };
    let again = |sample: Resample<'_>| -> Vec<Vec<Label>> {
        let kinds: BTreeSet<Kind> = found.iter().map(|found| found.kind).collect();
        let vectors = kinds.contains(&Kind::Prototypes).then(|| {
            let dataset = sample.dataset;
            let transform = prepare::estimate(dataset, input.schema, input.impute, input.min_level);
            dataset.customers.iter().map(|c| transform.apply(&c.record)).collect::<Vec<_>>()
        });
        let vectors = vectors.unwrap_or_default();
        found
            .iter()
            .map(|found| found.again(sample.x, &vectors, input.min_segment, input.seed))
            .collect()
    };
    let labels: Vec<Vec<Label>> = found.iter().map(|found| found.labels.clone()).collect();
    jaccard_with(dataset, prepared, &labels, input.seed, again).by_k
}

fn mean(similarities: &[f64]) -> Option<f64> {
    let total = similarities.iter().fold(0.0, |sum, similarity| sum + similarity);
    (!similarities.is_empty()).then(|| total / similarities.len() as f64)
}

#[cfg(test)]
mod tests;
