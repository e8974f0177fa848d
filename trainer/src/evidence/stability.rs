//! Whether the same segments come back on other customers: the bootstrap Jaccard similarity of each segment
//! (Hennig 2007, "Cluster-wise assessment of cluster stability"), in its scheme of subsets drawn without
//! replacement, so that no customer counts twice.
//!
//! The subsets are small. The more of the data a subset holds, the more it repeats their accidents, and everything
//! looks stable: half of 2,000 customers without groups give a segment back at .85, an eighth at .76, and
//! three groups that overlap (2.5 deviations apart) at .97 and .92.

use std::collections::HashSet;

use ndarray::ArrayView2;
use rayon::prelude::*;
use shared::Schema;

use crate::criteria::agreement::jaccard_of_each;
use crate::dataset::Dataset;
use crate::kmeans::quick_sweep;
use crate::prepare::{self, ImputeOptions};
use crate::random::{Purpose, Stream};

/// Subsets drawn, B.
pub const RESAMPLES: usize = 50;

/// Customers in each subset at most, m.
const MAX_ROWS: usize = 500;

/// Customers in each subset at least, where these are not more than half.
const MIN_ROWS: usize = 50;

/// Restarts for each k besides the one from k - 1.
const RESTARTS: usize = 2;

/// A customer's segment, as a position from 0; `None` where an algorithm gives it none.
pub type Label = Option<u16>;

/// How well each segment was found again.
#[derive(Debug, Clone, PartialEq)]
pub struct Stability {
    /// Distinct customers in each subset: a quarter of them, from 50 (or half of all) to 500.
    pub rows: usize,
    /// The number of subsets.
    pub resamples: usize,
    /// For each labelling, each segment's mean Jaccard similarity to the most similar segment of a subset, by
    /// position; subsets without any member of it are left out, and it is 0 where all are. Empty for a labelling
    /// of one segment, which is found again whatever the data.
    pub by_k: Vec<Vec<f64>>,
}

/// One subset of the customers, prepared as if they were all there are.
#[derive(Debug, Clone, Copy)]
pub struct Resample<'a> {
    /// The customers, in canonical order.
    pub dataset: &'a Dataset,
    /// Their vectors, `(n_customers, n_features)`.
    pub x: ArrayView2<'a, f64>,
    /// Which subset it is, for seeds.
    pub draw: usize,
}

/// The stability of segmentations by k-means.
///
/// # Shapes: each entry of `labels_by_k` is `(n_customers,)`, in canonical order.
pub fn jaccard(
    dataset: &Dataset,
    schema: &Schema,
    impute: &ImputeOptions,
    min_level: usize,
    labels_by_k: &[&[u16]],
    seed: u64,
) -> Stability {
    let n_segments = |labels: &&[u16]| labels.iter().max().map_or(1, |&id| usize::from(id) + 1);
    let ks: Vec<usize> = labels_by_k.iter().map(n_segments).collect();
    let labels: Vec<Vec<Label>> =
        labels_by_k.iter().map(|labels| labels.iter().copied().map(Some).collect()).collect();
    let last = ks.iter().copied().max().unwrap_or(1);
    let prepare = |sample: &Dataset| {
        let transform = prepare::estimate(sample, schema, impute, min_level);
        sample.prepare(&transform)
    };
    jaccard_with(dataset, prepare, &labels, seed, |sample| {
        let fits = quick_sweep(sample.x, last, RESTARTS, seed).expect("prepared rows");
        // Where fewer customers differ than there are segments, each is a segment.
        let of_k = |&k: &usize| &fits[k.min(fits.len()) - 1];
        ks.iter().map(|k| of_k(k).labels.iter().copied().map(Some).collect()).collect()
    })
}

/// The stability of segmentations by any algorithm.
///
/// `prepare` makes a subset's vectors, estimating anew whatever is estimated; `cluster` gives its customers' labels,
/// one labelling for each entry of `labels_by_k`, with ids of its own.
///
/// # Shapes: each entry of `labels_by_k` is `(n_customers,)`, in canonical order.
pub fn jaccard_with(
    dataset: &Dataset,
    prepare: impl Fn(&Dataset) -> ndarray::Array2<f64> + Sync,
    labels_by_k: &[Vec<Label>],
    seed: u64,
    cluster: impl Fn(Resample<'_>) -> Vec<Vec<Label>> + Sync,
) -> Stability {
    let distinct = distinct(dataset);
    if distinct.len() < MIN_ROWS {
        let by_k = vec![Vec::new(); labels_by_k.len()];
        return Stability { rows: 0, resamples: 0, by_k };
    }
    let rows = subset_size(distinct.len());
    let similarities = |draw: usize| -> Vec<Vec<Option<f64>>> {
        let chosen = Stream::new(seed, Purpose::Resample, draw).choose(distinct.len(), rows);
        let chosen: Vec<usize> = chosen.into_iter().map(|i| distinct[i]).collect();
        let customers = chosen.iter().map(|&i| dataset.customers[i].clone()).collect();
        let sample = Dataset { customers };
        let x = prepare(&sample);
        let found = cluster(Resample { dataset: &sample, x: x.view(), draw });
        let pairs = labels_by_k.iter().zip(&found);
        pairs
            .map(|(labels, found)| {
                let labels_here: Vec<Label> = chosen.iter().map(|&i| labels[i]).collect();
                jaccard_of_each(&labels_here, found, n_labels(labels))
            })
            .collect()
    };
    let draws: Vec<_> = (0..RESAMPLES).into_par_iter().map(similarities).collect();
    let mean_of = |k: usize, segment: usize| {
        let found: Vec<f64> = draws.iter().filter_map(|draw| draw[k][segment]).collect();
        found.iter().fold(0.0, |sum, v| sum + v) / found.len().max(1) as f64
    };
    let of_k = |(k, labels): (usize, &Vec<Label>)| match n_labels(labels) {
        0 | 1 => Vec::new(),
        n_segments => (0..n_segments).map(|segment| mean_of(k, segment)).collect(),
    };
    let by_k = labels_by_k.iter().enumerate().map(of_k).collect();
    Stability { rows, resamples: RESAMPLES, by_k }
}

fn subset_size(n_distinct: usize) -> usize {
    (n_distinct / 4).max(MIN_ROWS.min(n_distinct / 2)).clamp(1, MAX_ROWS)
}

/// The positions of the customers, of equal records the first only.
fn distinct(dataset: &Dataset) -> Vec<usize> {
    let mut seen = HashSet::new();
    let customers = dataset.customers.iter().enumerate();
    customers.filter(|(_, customer)| seen.insert(customer.fold_hash)).map(|(i, _)| i).collect()
}

fn n_labels(labels: &[Label]) -> usize {
    labels.iter().flatten().max().map_or(0, |&id| usize::from(id) + 1)
}

#[cfg(test)]
mod tests {
    use shared::number::Finite;
    use shared::{Column, ColumnKind, RawCell};

    use super::*;
    use crate::dataset::Customer;

    fn some(labels: &[u16]) -> Vec<Label> {
        labels.iter().copied().map(Some).collect()
    }

    #[test]
    fn the_similarity_is_that_of_the_best_match() {
        let original = some(&[0, 0, 0, 0, 1, 1]);
        let found = some(&[5, 5, 5, 1, 1, 1]);
        // {0, 1, 2} of {0, 1, 2, 3}; {4, 5} of {3, 4, 5}.
        let expected = [Some(0.75), Some(2.0 / 3.0), None];
        assert_eq!(jaccard_of_each(&original, &found, 3), expected);
    }

    #[test]
    fn who_has_no_segment_belongs_to_none() {
        let original = [Some(0), Some(0), None, Some(1)];
        let found = [Some(0), None, Some(0), None];
        assert_eq!(jaccard_of_each(&original, &found, 2), [Some(1.0 / 3.0), Some(0.0)]);
        assert_eq!(jaccard_of_each(&original, &[None; 4], 2), [Some(0.0), Some(0.0)]);
    }

    fn schema(d: usize) -> Schema {
        let names = (0..d).map(|j| Column::new(format!("x{j}"), ColumnKind::ANY_NUMBER));
        Schema::new(names.collect(), None).unwrap()
    }

    /// Customers round up to three corners of a triangle, `apart` deviations from each other; each customer twice
    /// where `twice`.
    fn customers(n: usize, groups: usize, apart: f64, twice: bool) -> (Schema, Dataset) {
        let corners = [[0.0, 0.0], [1.0, 0.0], [0.5, 0.87]];
        let schema = schema(2);
        let mut stream = Stream::new(3, Purpose::Sample, groups);
        let mut customers = Vec::new();
        for i in 0..n {
            let at = corners[i % groups].map(|corner| apart * corner + stream.normal());
            let cells = at.map(|v| RawCell::Number(Finite::new(v).unwrap()));
            let record = schema.validate_cells(&cells, None).unwrap();
            let customer = Customer { record, targets: Vec::new(), row: 0, fold_hash: i as u128 };
            customers.extend(std::iter::repeat_n(customer, if twice { 2 } else { 1 }));
        }
        (schema, Dataset { customers })
    }

    fn stability(schema: &Schema, dataset: &Dataset, ks: &[usize]) -> Stability {
        let impute = ImputeOptions::default();
        let transform = prepare::estimate(dataset, schema, &impute, 20);
        let last = ks.iter().copied().max().unwrap();
        let fits = quick_sweep(dataset.prepare(&transform).view(), last, 4, 0).unwrap();
        let labels: Vec<&[u16]> = ks.iter().map(|k| &fits[k - 1].labels[..]).collect();
        jaccard(dataset, schema, &impute, 20, &labels, 0)
    }

    #[test]
    fn groups_come_back_and_pieces_of_one_cloud_do_not() {
        let (schema, groups) = customers(300, 3, 12.0, false);
        let found = stability(&schema, &groups, &[1, 3, 5]);
        assert_eq!((found.rows, found.resamples, found.by_k.len()), (75, 50, 3));
        assert!(found.by_k[0].is_empty());
        assert!(found.by_k[1].iter().all(|&jaccard| jaccard > 0.95), "{found:?}");
        assert!(found.by_k[2].iter().any(|&jaccard| jaccard < 0.6), "{found:?}");
        let (schema, cloud) = customers(300, 1, 0.0, false);
        let found = stability(&schema, &cloud, &[4]);
        assert!(found.by_k[0].iter().all(|&jaccard| jaccard < 0.75), "{found:?}");
    }

    #[test]
    fn a_subset_is_a_quarter_within_bounds() {
        let sizes = [1, 2, 30, 100, 150, 1000, 100_000].map(subset_size);
        assert_eq!(sizes, [1, 1, 15, 50, 50, 250, 500]);
    }

    #[test]
    fn equal_records_count_once() {
        let (schema, once) = customers(200, 2, 6.0, false);
        let (_, twice) = customers(200, 2, 6.0, true);
        let labels = |dataset: &Dataset| -> Vec<u16> {
            let id = |c: &Customer| u16::from(c.fold_hash % 2 == 1);
            dataset.customers.iter().map(id).collect()
        };
        let impute = ImputeOptions::default();
        let [one, two] = [&once, &twice]
            .map(|dataset| jaccard(dataset, &schema, &impute, 20, &[&labels(dataset)], 1));
        assert_eq!(one, two);
        assert_eq!(one.rows, 50);
    }

    #[test]
    fn a_column_that_is_constant_in_a_subset_does_no_harm() {
        let schema = schema(2);
        let customer = |i: usize| {
            let rare = if i == 7 { 1.0 } else { 0.0 };
            let cells = [i as f64, rare].map(|v| RawCell::Number(Finite::new(v).unwrap()));
            let record = schema.validate_cells(&cells, None).unwrap();
            Customer { record, targets: Vec::new(), row: 0, fold_hash: i as u128 }
        };
        let dataset = Dataset { customers: (0..60).map(customer).collect() };
        let labels: Vec<u16> = (0..60).map(|i| u16::from(i >= 30)).collect();
        let found = jaccard(&dataset, &schema, &ImputeOptions::default(), 20, &[&labels], 0);
        assert!(found.by_k[0].iter().all(|&jaccard| jaccard > 0.7 && jaccard <= 1.0), "{found:?}");
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let (schema, dataset) = customers(120, 2, 3.0, false);
        let [one, two] = [1, 2].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| stability(&schema, &dataset, &[2, 3]))
        });
        assert_eq!(one, two);
    }
}
