//! Assigning and updating in turn until no customer changes the segment.

use shared::prototypes::Prototypes;
use shared::transform::{MISSING_LEVEL, UNSEEN_LEVEL};

use super::super::{MixedRows, assign, canonical_order, label};
use super::PrototypesFit;

/// Updates at most.
const MAX_ITER: usize = 300;

/// Changes of the segments' order at most; see [`run`].
const MAX_ORDERINGS: usize = 8;

/// One run from `start` to its end, in canonical order; `None` when a segment stays empty.
///
/// Renumbering moves the rows that are equally near to two prototypes: so the run goes on from there.
pub(super) fn run(rows: &MixedRows, start: Prototypes) -> Option<PrototypesFit> {
    let (mut prototypes, mut n_iter) = (start, 0);
    for _ in 0..MAX_ORDERINGS {
        let (labels, sizes) = iterate(rows, &mut prototypes, &mut n_iter);
        if sizes.contains(&0) {
            return None;
        }
        let order = canonical_order(&sizes, |segment| {
            let levels = prototypes.levels(segment).iter().map(|&level| f64::from(level));
            prototypes.centre(segment).iter().copied().chain(levels).collect()
        });
        if order.is_sorted() {
            let cost = cost(rows, &prototypes, &labels);
            return Some(PrototypesFit { prototypes, labels, sizes, cost, n_iter });
        }
        prototypes = reordered(&prototypes, &order);
    }
    let (labels, sizes) = by_rule(rows, &prototypes);
    let cost = cost(rows, &prototypes, &labels);
    (!sizes.contains(&0)).then_some(PrototypesFit { prototypes, labels, sizes, cost, n_iter })
}

/// Labels and sizes by the rule, at the end.
fn iterate(
    rows: &MixedRows,
    prototypes: &mut Prototypes,
    n_iter: &mut usize,
) -> (Vec<u16>, Vec<usize>) {
    let (mut labels, mut sizes) = by_rule(rows, prototypes);
    for _ in 0..MAX_ITER {
        let had_empty = sizes.contains(&0);
        if had_empty {
            fill_empty_segments(rows, prototypes, &mut labels, &mut sizes);
        }
        let updated = update(rows, prototypes, &labels, &sizes);
        let (next, next_sizes) = by_rule(rows, &updated);
        let is_done = next == labels && !had_empty;
        (*prototypes, labels, sizes) = (updated, next, next_sizes);
        *n_iter += 1;
        if is_done {
            break;
        }
    }
    (labels, sizes)
}

/// Each row's segment by the rule, and the rows of each.
pub(super) fn by_rule(rows: &MixedRows, prototypes: &Prototypes) -> (Vec<u16>, Vec<usize>) {
    assign(rows.len(), prototypes.n_segments(), |row, out| rows.scores(prototypes, row, out))
}

pub(super) fn cost(rows: &MixedRows, prototypes: &Prototypes, labels: &[u16]) -> f64 {
    let mut scores = vec![0.0; prototypes.n_segments()];
    let mut cost = 0.0;
    for (row, &label) in labels.iter().enumerate() {
        rows.scores(prototypes, row, &mut scores);
        cost += scores[usize::from(label)];
    }
    cost
}

/// Means and most frequent levels; a segment without rows keeps its prototype.
///
/// Sums of grid values are exact, so the order of rows does not matter.
pub(super) fn update(
    rows: &MixedRows,
    prototypes: &Prototypes,
    labels: &[u16],
    sizes: &[usize],
) -> Prototypes {
    let (n_numeric, n_categorical) = (rows.n_numeric(), rows.n_categorical());
    let mut sums = vec![0.0; sizes.len() * n_numeric];
    // One place a level, and the last one for those who have none.
    let known = |level: &&u16| **level < MISSING_LEVEL;
    let all = (0..rows.len()).flat_map(|row| rows.levels(row));
    let places = all.filter(known).max().map_or(1, |&highest| usize::from(highest) + 2);
    let mut counts = vec![0_u32; sizes.len() * n_categorical * places];
    for (row, &label) in labels.iter().enumerate() {
        let segment = usize::from(label);
        for (sum, value) in sums[segment * n_numeric..].iter_mut().zip(rows.numeric(row)) {
            *sum += value;
        }
        let own = counts[segment * n_categorical * places..].chunks_exact_mut(places);
        for (counts, &level) in own.zip(rows.levels(row)) {
            match level {
                UNSEEN_LEVEL => {}
                MISSING_LEVEL => counts[places - 1] += 1,
                level => counts[usize::from(level)] += 1,
            }
        }
    }
    let (mut centres, mut levels) = (Vec::new(), Vec::new());
    for (segment, &size) in sizes.iter().enumerate() {
        if size == 0 {
            centres.extend_from_slice(prototypes.centre(segment));
            levels.extend_from_slice(prototypes.levels(segment));
            continue;
        }
        centres.extend(sums[segment * n_numeric..][..n_numeric].iter().map(|s| s / size as f64));
        let own = &counts[segment * n_categorical * places..][..n_categorical * places];
        levels.extend(own.chunks_exact(places).map(most_frequent));
    }
    Prototypes::new(&centres, &levels, prototypes.gamma(), sizes.len()).expect("shapes are kept")
}

/// # Ties: the lowest level wins, and missing loses.
fn most_frequent(counts: &[u32]) -> u16 {
    let mut best = 0;
    for (place, &count) in counts.iter().enumerate() {
        best = if count > counts[best] { place } else { best };
    }
    let is_missing = best + 1 == counts.len() && counts[best] > 0;
    if is_missing { MISSING_LEVEL } else { label(best) }
}

/// Gives each empty segment the row that costs most, out of segments that keep another (ties: the lowest row).
fn fill_empty_segments(
    rows: &MixedRows,
    prototypes: &Prototypes,
    labels: &mut [u16],
    sizes: &mut [usize],
) {
    let mut scores = vec![0.0; sizes.len()];
    for empty in 0..sizes.len() {
        if sizes[empty] > 0 {
            continue;
        }
        let mut costliest: Option<(usize, f64)> = None;
        for (row, &label) in labels.iter().enumerate() {
            let own = usize::from(label);
            rows.scores(prototypes, row, &mut scores);
            if sizes[own] > 1 && costliest.is_none_or(|(_, most)| scores[own] > most) {
                costliest = Some((row, scores[own]));
            }
        }
        if let Some((row, _)) = costliest {
            sizes[usize::from(labels[row])] -= 1;
            labels[row] = label(empty);
            sizes[empty] = 1;
        }
    }
}

fn reordered(prototypes: &Prototypes, order: &[usize]) -> Prototypes {
    let centres: Vec<f64> = order.iter().flat_map(|&s| prototypes.centre(s)).copied().collect();
    let levels: Vec<u16> = order.iter().flat_map(|&s| prototypes.levels(s)).copied().collect();
    Prototypes::new(&centres, &levels, prototypes.gamma(), order.len()).expect("the same ones")
}

/// One iteration on other rows; a segment without rows there keeps its prototype.
pub(in crate::algorithms) fn step(prototypes: &Prototypes, rows: &MixedRows) -> Prototypes {
    let (labels, sizes) = by_rule(rows, prototypes);
    update(rows, prototypes, &labels, &sizes)
}
