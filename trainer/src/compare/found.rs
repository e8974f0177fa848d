//! What each algorithm finds, and finds again.

use ndarray::ArrayView2;
use rayon::prelude::*;
use shared::FeatureVector;
use shared::centroids::Centroids;

use super::CompareInput;
use crate::algorithms::{Algorithm, MixedRows, density, mixture, prototypes, ward};
use crate::clustering::Clustering;
use crate::evidence::stability::Label;
use crate::kmeans::{KMeansFit, quick_sweep};

/// Restarts for each k besides the one from k - 1, on a subset.
const RESTARTS: usize = 2;

/// An algorithm, whether a model can be made with it or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    KMeans,
    Mixture,
    Prototypes,
    Ward,
    Density,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::KMeans => Algorithm::KMeans.name(),
            Self::Mixture => Algorithm::Mixture.name(),
            Self::Prototypes => Algorithm::Prototypes.name(),
            Self::Ward => "ward",
            Self::Density => "density",
        }
    }

    pub(super) fn is_offered(self) -> bool {
        !matches!(self, Self::Ward | Self::Density)
    }
}

/// The segments that an algorithm found, and those of its rule for a new customer.
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) labels: Vec<Label>,
    pub(super) by_rule: Vec<u16>,
}

/// The algorithms that see all customers.
pub(super) fn on_all(input: &CompareInput<'_>) -> Vec<Found> {
    let CompareInput { vectors, sweep, min_segment, seed, .. } = *input;
    let given = |kind: Kind, clustering: &Clustering| Found {
        kind,
        labels: clustering.labels.iter().copied().map(Some).collect(),
        by_rule: vectors.par_iter().map(|v| clustering.assigner.assign(v).id()).collect(),
    };
    let of = |k: usize| &sweep[k.min(sweep.len()) - 1];
    let last = input.max_segments.min(sweep.len());
    let mixture = match input.segments {
        Some(k) => mixture::fit(input.x, &of(k).labels, min_segment, seed),
        None => mixture::choose(input.x, &sweep[..last], min_segment, seed).fit,
    };
    let rows = MixedRows::of(vectors);
    let prototypes = match input.segments {
        Some(k) => prototypes::fit(&rows, k, seed),
        None => prototypes::choose(&rows, input.max_segments, min_segment, seed).map(|c| c.fit),
    };
    let kmeans = given(Kind::KMeans, &Clustering::from(of(input.k)));
    let mixture = given(Kind::Mixture, &mixture.into());
    // Without words there are none.
    let prototypes = prototypes.ok().map(|fit| given(Kind::Prototypes, &fit.into()));
    [Some(kmeans), Some(mixture), prototypes].into_iter().flatten().collect()
}

/// The algorithms that see a sample.
pub(super) fn on_sample(x: ArrayView2<'_, f64>, k: usize, min_segment: usize) -> Vec<Found> {
    let ward = ward::ward(x, k).into_iter().map(Some).collect();
    [(Kind::Ward, ward), (Kind::Density, density::density(x, min_segment))]
        .into_iter()
        .map(|(kind, labels)| {
            let by_rule = by_nearest_mean(x, &labels);
            Found { kind, labels, by_rule }
        })
        .collect()
}

impl Found {
    /// A clustering by its own rule.
    pub(super) fn of(clustering: &Clustering) -> Self {
        Self {
            kind: match Algorithm::from(&clustering.assigner) {
                Algorithm::KMeans => Kind::KMeans,
                Algorithm::Mixture => Kind::Mixture,
                Algorithm::Prototypes => Kind::Prototypes,
            },
            labels: clustering.labels.iter().copied().map(Some).collect(),
            by_rule: clustering.labels.clone(),
        }
    }

    pub(super) fn n_segments(&self) -> usize {
        self.labels.iter().flatten().max().map_or(0, |&label| usize::from(label) + 1)
    }

    /// The labels that the same algorithm gives some of the customers, looking for as many segments.
    pub(super) fn again(
        &self,
        x: ArrayView2<'_, f64>,
        vectors: &[FeatureVector],
        min_segment: usize,
        seed: u64,
    ) -> Vec<Label> {
        let k = self.n_segments();
        let some = |labels: Vec<u16>| labels.into_iter().map(Some).collect();
        let kmeans = || -> KMeansFit {
            let fits = quick_sweep(x, k.max(1), RESTARTS, seed);
            fits.expect("prepared rows").pop().expect("a fit for one segment at least")
        };
        match self.kind {
            // Alone they would be found again whatever the data.
            _ if k < 2 => vec![None; x.nrows()],
            Kind::KMeans => some(kmeans().labels),
            Kind::Mixture => some(mixture::fit(x, &kmeans().labels, 1, seed).labels),
            Kind::Prototypes => {
                let rows = MixedRows::of(vectors);
                let fit = prototypes::fit(&rows, k, seed);
                fit.map_or_else(|_| vec![None; rows.len()], |fit| some(fit.labels))
            }
            Kind::Ward => some(ward::ward(x, k)),
            Kind::Density => {
                // The same share of them.
                let smallest = (min_segment * x.nrows()).div_ceil(self.labels.len());
                density::density(x, smallest)
            }
        }
    }
}

/// The group with the nearest mean, of all rows; the first where there is no group.
fn by_nearest_mean(x: ArrayView2<'_, f64>, labels: &[Label]) -> Vec<u16> {
    let n_groups = labels.iter().flatten().max().map_or(0, |&label| usize::from(label) + 1);
    let (mut sums, mut sizes) = (vec![0.0; n_groups * x.ncols()], vec![0_usize; n_groups]);
    for (row, label) in x.rows().into_iter().zip(labels) {
        let Some(group) = label.map(usize::from) else { continue };
        sizes[group] += 1;
        sums[group * x.ncols()..].iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    for (means, &size) in sums.chunks_exact_mut(x.ncols()).zip(&sizes) {
        for mean in means {
            *mean /= size as f64;
        }
    }
    let Some(means) = Centroids::from_rows(&sums, x.ncols()) else { return vec![0; x.nrows()] };
    let nearest = |row: ndarray::ArrayView1<'_, f64>| {
        let mut distances = vec![0.0; n_groups];
        means.squared_distances(row.as_slice().expect("standard layout"), &mut distances);
        let (group, _) = shared::centroids::smallest(&distances);
        u16::try_from(group).expect("groups have labels")
    };
    x.rows().into_iter().map(nearest).collect()
}
