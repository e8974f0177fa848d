//! The silhouette (Rousseeuw 1987, J. Comput. Appl. Math. 20, pages 53-65), of several labelings at once.

use ndarray::ArrayView2;

use super::pair_sums::pair_sums;
use crate::random::{Purpose, Stream};

/// Up to this many customers the silhouette is exact; of more, about as many are drawn.
pub const EXACT_ROWS: usize = 10_000;

/// At least so many customers of each segment are drawn, or all it has.
pub const SAMPLED_PER_SEGMENT: usize = 200;

/// The silhouette of one labeling.
#[derive(Debug, Clone, PartialEq)]
pub struct Silhouette {
    /// Over all customers; those without a segment count 0.
    pub mean: f64,
    /// Over the customers of each segment; 0 for a label that nobody has.
    pub by_segment: Vec<f64>,
    /// Over how many customers it was taken: those of `values`.
    pub rows: usize,
    /// Whether these are all that have a segment.
    pub exact: bool,
    /// Label and value of each of them, in row order.
    pub values: Vec<(u16, f64)>,
}

/// The silhouettes of several labelings of the same customers, in one pass over the pairs of customers.
///
/// A customer's value is (b - a) / max(a, b): a, the mean distance to the others of their segment; b, the least
/// of the mean distances to the other segments. The only customer of a segment has 0, and so has one with
/// a = b = 0. Customers without a segment are nobody's neighbours.
///
/// Of more than [`EXACT_ROWS`] customers, so many are drawn, the same for all labelings, and from segments that
/// this leaves with fewer than [`SAMPLED_PER_SEGMENT`], customers are drawn until there are. A mean distance to
/// a segment is then that to its drawn customers, and the overall mean weights each segment's by its true size,
/// so it does not matter that small segments are drawn from more densely.
///
/// `None` for a labeling that uses fewer than two labels.
///
/// # Shapes: each labeling is `(n_rows,)`.
pub fn silhouettes(
    x: ArrayView2<'_, f64>,
    labelings: &[&[Option<u16>]],
    seed: u64,
) -> Vec<Option<Silhouette>> {
    let sizes: Vec<Vec<usize>> = labelings.iter().map(|labels| sizes(labels)).collect();
    let draw = (x.nrows() > EXACT_ROWS).then(|| random_order(x.nrows(), seed));
    let used = |sizes: &[usize]| sizes.iter().filter(|size| **size > 0).count() >= 2;
    let sampled: Vec<Vec<Option<u16>>> = labelings
        .iter()
        .zip(&sizes)
        .map(|(labels, sizes)| match &draw {
            _ if !used(sizes) => vec![None; labels.len()],
            None => labels.to_vec(),
            Some(order) => sampled(labels, order, sizes.len()),
        })
        .collect();
    let n_segments: Vec<usize> = sizes.iter().map(Vec::len).collect();
    let sums = pair_sums(x, &sampled, &n_segments);

    let mut first = 0;
    let mut silhouettes = Vec::with_capacity(labelings.len());
    for (sampled, sizes) in sampled.iter().zip(&sizes) {
        let of_row = |row: usize| &sums.of(row)[first..first + sizes.len()];
        silhouettes.push(used(sizes).then(|| silhouette(sampled, sizes, of_row)));
        first += sizes.len();
    }
    silhouettes
}

/// `sums` gives a row's sums of distances to the sampled customers of each segment.
fn silhouette<'s>(
    sampled: &[Option<u16>],
    true_sizes: &[usize],
    sums: impl Fn(usize) -> &'s [f64],
) -> Silhouette {
    let drawn = sizes(sampled);
    let mut values = Vec::with_capacity(drawn.iter().sum());
    let mut totals = vec![0.0; true_sizes.len()];
    for (row, label) in sampled.iter().enumerate() {
        let Some(label) = *label else { continue };
        let value = value(usize::from(label), sums(row), &drawn);
        totals[usize::from(label)] += value;
        values.push((label, value));
    }
    let mean_of = |(total, &drawn): (&f64, &usize)| total / drawn.max(1) as f64;
    let by_segment: Vec<f64> = totals.iter().zip(&drawn).map(mean_of).collect();
    let weighted = by_segment.iter().zip(true_sizes).map(|(mean, &size)| mean * size as f64);
    let mean = weighted.fold(0.0, |sum, part| sum + part) / sampled.len() as f64;
    let exact = values.len() == true_sizes.iter().sum::<usize>();
    Silhouette { mean, by_segment, rows: values.len(), exact, values }
}

fn value(own: usize, sums: &[f64], sizes: &[usize]) -> f64 {
    if sizes[own] == 1 {
        return 0.0;
    }
    let a = sums[own] / (sizes[own] - 1) as f64;
    let others = sums.iter().zip(sizes).enumerate();
    let b = others
        .filter(|&(segment, (_, &size))| segment != own && size > 0)
        .map(|(_, (sum, &size))| sum / size as f64)
        .fold(f64::INFINITY, f64::min);
    let larger = a.max(b);
    if larger > 0.0 { (b - a) / larger } else { 0.0 }
}

/// The customers of each label up to the highest.
fn sizes(labels: &[Option<u16>]) -> Vec<usize> {
    let n = labels.iter().flatten().max().map_or(0, |label| usize::from(*label) + 1);
    let mut sizes = vec![0; n];
    labels.iter().flatten().for_each(|label| sizes[usize::from(*label)] += 1);
    sizes
}

fn random_order(n_rows: usize, seed: u64) -> Vec<usize> {
    let mut stream = Stream::new(seed, Purpose::Sample, 0);
    let mut keyed: Vec<(u64, usize)> = (0..n_rows).map(|row| (stream.bits(), row)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// The labels of the customers that are drawn, no label for the others.
fn sampled(labels: &[Option<u16>], order: &[usize], n_segments: usize) -> Vec<Option<u16>> {
    let mut sampled = vec![None; labels.len()];
    let mut drawn = vec![0; n_segments];
    for (rank, &row) in order.iter().enumerate() {
        let Some(label) = labels[row] else { continue };
        let drawn = &mut drawn[usize::from(label)];
        if rank < EXACT_ROWS || *drawn < SAMPLED_PER_SEGMENT {
            *drawn += 1;
            sampled[row] = Some(label);
        }
    }
    sampled
}
