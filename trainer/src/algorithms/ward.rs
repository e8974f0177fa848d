//! Ward's hierarchical clustering (Ward 1963; by nearest-neighbour chains as Müllner 2011, crate `kodama`), for
//! comparison only: which group a new customer would have joined cannot be told without all the others.

use kodama::{Method, linkage};
use ndarray::{ArrayView2, Axis};
use shared::math;

use super::label;

/// The groups that are left when the tree is cut at so many, the largest first; equal ones by their first row.
///
/// # Shapes: `x` is `(n_rows, n_features)`; the labels are `(n_rows,)`. The distances of all pairs are held at
/// once.
pub fn ward(x: ArrayView2<'_, f64>, n_segments: usize) -> Vec<u16> {
    let n_rows = x.nrows();
    let mut distances = pairs(x);
    let tree = linkage(&mut distances, n_rows, Method::Ward);
    // Group n_rows + i is made by step i.
    let mut members: Vec<Vec<usize>> = (0..n_rows).map(|row| vec![row]).collect();
    for step in tree.steps().iter().take(n_rows.saturating_sub(n_segments)) {
        let mut joined = std::mem::take(&mut members[step.cluster1]);
        joined.append(&mut members[step.cluster2]);
        members.push(joined);
    }
    let groups = members.into_iter().filter(|group| !group.is_empty());
    numbered(groups.collect(), n_rows).into_iter().flatten().collect()
}

/// Labels by size, largest first; equal ones by their first row.
pub(super) fn numbered(mut groups: Vec<Vec<usize>>, n_rows: usize) -> Vec<Option<u16>> {
    groups.sort_by_key(|group| (std::cmp::Reverse(group.len()), group.iter().min().copied()));
    let mut labels = vec![None; n_rows];
    for (segment, group) in groups.iter().enumerate() {
        for &row in group {
            labels[row] = Some(label(segment));
        }
    }
    labels
}

/// The Euclidean distances of all pairs, those of the first row first.
fn pairs(x: ArrayView2<'_, f64>) -> Vec<f64> {
    let mut distances = Vec::with_capacity(x.nrows() * x.nrows().saturating_sub(1) / 2);
    for i in 0..x.nrows() {
        for other in x.axis_iter(Axis(0)).skip(i + 1) {
            let mut sum = 0.0;
            for (a, b) in x.row(i).iter().zip(other) {
                sum += (a - b) * (a - b);
            }
            distances.push(math::sqrt(sum));
        }
    }
    distances
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::criteria::agreement::adjusted_rand;
    use ndarray::{Array2, array};
    use serde_json::Value;

    #[test]
    fn near_rows_are_joined_first_and_the_largest_group_comes_first() {
        let x = array![[9.0], [0.0], [0.5], [9.25], [0.25], [4.0]];
        assert_eq!(ward(x.view(), 3), [1, 0, 0, 1, 0, 2]);
        assert_eq!(ward(x.view(), 1), [0; 6]);
        assert_eq!(ward(x.view(), 6).len(), 6);
    }

    #[test]
    fn the_groups_are_scikit_learns() {
        let recorded = include_str!("../../../tests/data/sklearn/mixture.json");
        let recorded: Value = serde_json::from_str(recorded).unwrap();
        let cases = recorded["ward"].as_array().unwrap();
        assert_eq!(cases.len(), 3);
        for (case, rows) in cases.iter().zip(recorded["mixtures"].as_array().unwrap()) {
            let rows = rows["prepared"].as_array().unwrap();
            let values = |row: &Value| -> Vec<f64> {
                row.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
            };
            let flat: Vec<f64> = rows.iter().flat_map(values).collect();
            let x = Array2::from_shape_vec((rows.len(), flat.len() / rows.len()), flat).unwrap();
            let whole = |v: &Value| usize::try_from(v.as_u64().unwrap()).unwrap();
            let theirs = case["labels"].as_array().unwrap().iter();
            let theirs: Vec<u16> = theirs.map(|v| label(whole(v))).collect();
            let ours = ward(x.view(), whole(&case["k"]));
            assert_eq!(adjusted_rand(&ours, &theirs), 1.0, "{}", case["name"]);
        }
    }
}
