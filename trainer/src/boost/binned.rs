//! Inputs cut into bins at thresholds that a tree may use.

use ndarray::{ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;
use shared::forest::THRESHOLD_STEPS;
use shared::{grid, math};

/// An input has at most so many bins.
const MAX_BINS: usize = 64;

/// The largest threshold there is, in 64ths.
const LIMIT: i16 = 1024;
const _: () = assert!(grid::LIMIT * THRESHOLD_STEPS == 1024.0);

/// The number of cells that end at a threshold, from `-LIMIT` to `LIMIT`.
const N_CELLS: usize = 2049;

/// Inputs cut into bins once; reused by several fits on subsets of the rows.
#[derive(Debug, Clone)]
pub struct Binned {
    n_rows: usize,
    /// For each input its thresholds in 64ths, ascending; bin `b` ends at edge `b`, inclusive.
    edges: Vec<Vec<i16>>,
    /// For each input the bin of every row.
    bins: Vec<Vec<u8>>,
}

impl Binned {
    /// Cuts every input at up to 63 multiples of 1/64, so that bins hold like numbers of customers as far as equal
    /// values allow; where a step has few occupied places, halfway between them. At least `min_customers` are on
    /// either side of every edge. Counts only: the order of the rows does not matter.
    ///
    /// # Shapes: `x` is `(n_rows, n_inputs)`, prepared values: finite, of size 16 at most.
    pub fn new(x: ArrayView2<'_, f64>, min_customers: usize) -> Self {
        let cut: Vec<(Vec<i16>, Vec<u8>)> = (0..x.ncols())
            .into_par_iter()
            .map(|input| cut(x.index_axis(Axis(1), input), min_customers))
            .collect();
        let (edges, bins) = cut.into_iter().unzip();
        Self { n_rows: x.nrows(), edges, bins }
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The number of inputs.
    pub fn n_inputs(&self) -> usize {
        self.edges.len()
    }

    /// An input's thresholds in 64ths, ascending.
    pub fn edges(&self, input: usize) -> &[i16] {
        &self.edges[input]
    }

    /// A row's bin of an input.
    pub(super) fn bin(&self, input: usize, row: u32) -> u8 {
        self.bins[input][row as usize]
    }

    /// For each input the bins of these rows.
    pub(super) fn of_rows(&self, rows: &[u32]) -> Vec<Vec<u8>> {
        self.bins.iter().map(|bins| rows.iter().map(|&row| bins[row as usize]).collect()).collect()
    }
}

/// The cell whose upper end is the lowest threshold that `x` does not exceed.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the cells")]
fn cell(x: f64) -> usize {
    let limit = f64::from(LIMIT);
    (limit - math::floor(-x * THRESHOLD_STEPS)).clamp(0.0, 2.0 * limit) as usize
}

fn cut(column: ArrayView1<'_, f64>, min_customers: usize) -> (Vec<i16>, Vec<u8>) {
    let cells: Vec<usize> = column.iter().map(|&x| cell(x)).collect();
    let mut counts = vec![0_usize; N_CELLS];
    for &cell in &cells {
        counts[cell] += 1;
    }
    let edges = edges(&counts, cells.len(), min_customers);
    let mut bin_of_cell = vec![0_u8; N_CELLS];
    let mut bin = 0_u8;
    for (cell, place) in bin_of_cell.iter_mut().enumerate() {
        *place = bin;
        if edges.get(usize::from(bin)) == Some(&cell) {
            bin += 1;
        }
    }
    let bins = cells.into_iter().map(|cell| bin_of_cell[cell]).collect();
    let threshold = |cell: usize| i16::try_from(cell).expect("there are 2049 cells") - LIMIT;
    (edges.into_iter().map(threshold).collect(), bins)
}

/// The cells at whose upper ends bins end.
fn edges(counts: &[usize], n: usize, min_customers: usize) -> Vec<usize> {
    let occupied: Vec<usize> = (0..counts.len()).filter(|&cell| counts[cell] > 0).collect();
    // Values that fill a bin by themselves get one; the others share what is left of the bins (as LightGBM's).
    let fills = |cell: usize| counts[cell] * MAX_BINS >= n;
    let heavy = occupied.iter().filter(|&&cell| fills(cell)).count();
    let shared_by_light: usize =
        occupied.iter().filter(|&&cell| !fills(cell)).map(|&c| counts[c]).sum();
    let enough = shared_by_light.div_ceil((MAX_BINS - heavy).max(1));
    let few = occupied.len() <= MAX_BINS;
    let (mut below, mut in_bin) = (0, 0);
    let mut edges = Vec::new();
    for pair in occupied.windows(2) {
        let (here, next) = (pair[0], pair[1]);
        below += counts[here];
        in_bin += counts[here];
        let full = few || fills(here) || fills(next) || in_bin >= enough;
        let sides = below >= min_customers && n - below >= min_customers;
        if full && sides && edges.len() < MAX_BINS - 1 {
            edges.push((here + (next - here) / 2).min(next - 1));
            in_bin = 0;
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    fn column(values: impl IntoIterator<Item = f64>) -> Array2<f64> {
        let values: Vec<f64> = values.into_iter().collect();
        Array2::from_shape_vec((values.len(), 1), values).unwrap()
    }

    #[test]
    fn two_values_are_parted_in_the_middle() {
        let x = column((0..100).map(|i| f64::from(i % 2)));
        let binned = Binned::new(x.view(), 20);
        assert_eq!(binned.edges(0), [32]);
        assert_eq!((binned.bin(0, 0), binned.bin(0, 1)), (0, 1));
    }

    #[test]
    fn bins_are_as_thresholds_divide() {
        let x = column((0..3000).map(|i| grid::snap(f64::from(i * i % 2999) / 250.0 - 6.0)));
        let binned = Binned::new(x.view(), 20);
        assert!((55..=63).contains(&binned.edges(0).len()));
        for (row, x) in (0..3000).zip(&x) {
            for (bin, &edge) in (0..).zip(binned.edges(0)) {
                let left = x * THRESHOLD_STEPS <= f64::from(edge);
                assert_eq!(binned.bin(0, row) <= bin, left, "{x} {edge}");
            }
        }
    }

    #[test]
    fn no_edge_has_too_few_customers_on_a_side() {
        let x = column((0..200).map(|i| f64::from(i) / 20.0));
        let binned = Binned::new(x.view(), 20);
        for edge in binned.edges(0) {
            let left = x.iter().filter(|x| *x * 64.0 <= f64::from(*edge)).count();
            assert!((20..=180).contains(&left), "{edge}");
        }
        assert!(Binned::new(x.view(), 101).edges(0).is_empty());
    }

    #[test]
    fn values_beside_a_frequent_one_share_the_other_bins() {
        let x = column((0..10_000).map(|i| if i % 10 < 8 { -1.0 } else { f64::from(i) / 1000.0 }));
        let edges = Binned::new(x.view(), 20).edges(0).to_vec();
        assert!(edges.len() >= 60, "{edges:?}");
        assert!(edges.is_sorted());
    }

    #[test]
    fn a_constant_and_no_rows_have_no_edges() {
        assert!(Binned::new(column([0.25; 50]).view(), 0).edges(0).is_empty());
        assert!(Binned::new(column([]).view(), 0).edges(0).is_empty());
        assert!(Binned::new(column([-16.0, 16.0]).view(), 0).edges(0) == [0]);
    }
}
