//! For every row, the sums of its distances to the rows of each group of several groupings, in one pass over
//! the pairs.

use std::cmp::Ordering;
use std::ops::Range;

use ndarray::ArrayView2;
use rayon::prelude::*;

/// Rows whose distances are computed side by side.
const LANES: usize = 8;
/// Rows of a tile, which stays in the nearest cache while a chunk of rows is compared with it.
const TILE: usize = 256;
/// Rows that are compared with a tile before the next is taken.
const CHUNK: usize = 64;

/// Each row's sums of distances.
pub(super) struct PairSums {
    values: Vec<f64>,
    width: usize,
    place: Vec<Option<usize>>,
}

impl PairSums {
    /// The sums of distances from row `row` to the rows of each group, groupings one after the other; of a row
    /// that is in no grouping, none.
    pub(super) fn of(&self, row: usize) -> &[f64] {
        self.place[row].map_or(&[], |place| &self.values[place * self.width..][..self.width])
    }
}

/// The rows that share their group in every grouping stand together, so that the distances to them are added
/// up once and not once for each grouping.
struct Cell {
    rows: Range<usize>,
    groups: Vec<usize>,
}

/// A few rows, feature-major in blocks of [`LANES`].
struct Tile {
    blocks: Vec<f64>,
    cells: Vec<Cell>,
}

/// Each row's sums of distances to the rows of each group; a row without a group in a grouping is in no sum of
/// it. Sums are taken in an order that the groupings determine, whatever the threads.
///
/// # Shapes: each of `groupings` is `(n_rows,)`, with groups below its number in `n_groups`.
pub(super) fn pair_sums(
    x: ArrayView2<'_, f64>,
    groupings: &[Vec<Option<u16>>],
    n_groups: &[usize],
) -> PairSums {
    let key = |row: usize| groupings.iter().map(move |grouping| grouping[row]);
    let mut order: Vec<usize> =
        (0..x.nrows()).filter(|&row| key(row).any(|group| group.is_some())).collect();
    order.sort_by(|&a, &b| key(a).cmp(key(b)).then(a.cmp(&b)));

    let first_of = |grouping: usize| n_groups[..grouping].iter().sum::<usize>();
    let groups_of = |row: usize| {
        let groups = key(row).enumerate();
        groups.filter_map(|(g, group)| Some(first_of(g) + usize::from(group?))).collect()
    };
    let tiles: Vec<Tile> = order
        .chunks(TILE)
        .map(|rows| {
            let mut cells: Vec<Cell> = Vec::new();
            for (at, &row) in rows.iter().enumerate() {
                match cells.last_mut() {
                    Some(cell) if key(rows[cell.rows.start]).cmp(key(row)) == Ordering::Equal => {
                        cell.rows.end = at + 1;
                    }
                    _ => cells.push(Cell { rows: at..at + 1, groups: groups_of(row) }),
                }
            }
            Tile { blocks: blocks(x, rows), cells }
        })
        .collect();

    let width = n_groups.iter().sum();
    let chunks: Vec<Vec<f64>> =
        order.par_chunks(CHUNK).map(|rows| chunk(x, rows, &tiles, width)).collect();
    let mut place = vec![None; x.nrows()];
    order.iter().enumerate().for_each(|(at, &row)| place[row] = Some(at));
    PairSums { values: chunks.concat(), width, place }
}

fn blocks(x: ArrayView2<'_, f64>, rows: &[usize]) -> Vec<f64> {
    let mut blocks = Vec::with_capacity(rows.len().next_multiple_of(LANES) * x.ncols());
    for block in rows.chunks(LANES) {
        for feature in 0..x.ncols() {
            let value = |lane: usize| block.get(lane).map_or(0.0, |&row| x[[row, feature]]);
            blocks.extend((0..LANES).map(value));
        }
    }
    blocks
}

fn chunk(x: ArrayView2<'_, f64>, rows: &[usize], tiles: &[Tile], width: usize) -> Vec<f64> {
    let rows: Vec<Vec<f64>> = rows.iter().map(|&row| x.row(row).to_vec()).collect();
    let mut sums = vec![0.0; rows.len() * width];
    let mut to_tile = [0.0; TILE];
    for tile in tiles {
        for (row, sums) in rows.iter().zip(sums.chunks_exact_mut(width)) {
            distances(row, &tile.blocks, &mut to_tile);
            for cell in &tile.cells {
                let sum = sum(&to_tile[cell.rows.clone()]);
                cell.groups.iter().for_each(|&group| sums[group] += sum);
            }
        }
    }
    sums
}

/// From `row` to every row of the blocks; each summed in feature order.
fn distances(row: &[f64], blocks: &[f64], out: &mut [f64]) {
    let blocks = blocks.chunks_exact(row.len() * LANES);
    for (block, out) in blocks.zip(out.chunks_exact_mut(LANES)) {
        let mut squares = [0.0; LANES];
        for (theirs, own) in block.chunks_exact(LANES).zip(row) {
            for (square, their) in squares.iter_mut().zip(theirs) {
                *square += (their - own) * (their - own);
            }
        }
        out.iter_mut().zip(squares).for_each(|(out, square)| *out = square.sqrt());
    }
}

/// In [`LANES`] partial sums, which the processor adds side by side.
fn sum(values: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (whole, rest) = values.as_chunks::<LANES>();
    for values in whole {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    sums.iter().chain(rest).fold(0.0, |sum, value| sum + value)
}
