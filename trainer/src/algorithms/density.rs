//! DBSCAN (Ester, Kriegel, Sander and Xu 1996; crate `linfa-clustering`), for comparison only: groups of any shape
//! where customers are dense, and nobody's where they are not. A new customer has no faithful rule.

use linfa::prelude::{ParamGuard as _, Transformer as _};
use linfa_clustering::Dbscan;
use linfa_nn::CommonNearestNeighbour;
use linfa_nn::distance::L2Dist;
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use shared::math;

use super::ward::numbered;

/// The most neighbours that are asked for: beyond, a thin group could not be dense anywhere.
const MOST_POINTS: usize = 20;

/// The neighbours that make a customer's place dense: twice the features (Sander, Ester, Kriegel and Xu 1998),
/// from 4 to 20.
pub fn min_points(n_features: usize) -> usize {
    (2 * n_features).clamp(4, MOST_POINTS)
}

/// The groups, the largest first (equal ones by their first row); `None` for who is in none, or in one of fewer
/// than `min_segment`.
///
/// The radius is where the ascending curve of distances to the `min_points`-th neighbour bends most: the maximum
/// of its normalised difference curve, as for the elbow.
///
/// # Shapes: `x` is `(n_rows, n_features)`; the labels are `(n_rows,)`.
pub fn density(x: ArrayView2<'_, f64>, min_segment: usize) -> Vec<Option<u16>> {
    let min_points = min_points(x.ncols());
    let Some(radius) = knee(&neighbour_distances(x, min_points)) else {
        return vec![None; x.nrows()];
    };
    let params = Dbscan::params_with(min_points, L2Dist, CommonNearestNeighbour::LinearSearch);
    let found = params.tolerance(radius).check().map(|dbscan| dbscan.transform(&x));
    let Ok(found) = found else { return vec![None; x.nrows()] };
    let n_groups = found.iter().flatten().max().map_or(0, |group| group + 1);
    let mut groups = vec![Vec::new(); n_groups];
    for (row, group) in found.iter().enumerate() {
        if let Some(group) = group {
            groups[*group].push(row);
        }
    }
    groups.retain(|group| group.len() >= min_segment);
    numbered(groups, x.nrows())
}

/// Each row's distance to its neighbour of that rank (itself is the first), ascending.
fn neighbour_distances(x: ArrayView2<'_, f64>, rank: usize) -> Vec<f64> {
    let mut distances: Vec<f64> = (0..x.nrows())
        .into_par_iter()
        .map(|row| {
            let to = |other: ndarray::ArrayView1<'_, f64>| {
                x.row(row).iter().zip(other).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b))
            };
            let mut all: Vec<f64> = x.axis_iter(Axis(0)).map(to).collect();
            let at = (rank - 1).min(all.len() - 1);
            let (_, distance, _) = all.select_nth_unstable_by(at, f64::total_cmp);
            math::sqrt(*distance)
        })
        .collect();
    distances.sort_unstable_by(f64::total_cmp);
    distances
}

/// The value at which an ascending curve bends most; its last one where it does not bend.
///
/// `None` where nothing is above 0.
fn knee(ascending: &[f64]) -> Option<f64> {
    let (&first, &last) = (ascending.first()?, ascending.last()?);
    let steps = ascending.len() as f64 - 1.0;
    let mut best = (0.0, last);
    for (i, &value) in ascending.iter().enumerate() {
        let below = i as f64 / steps - (value - first) / (last - first);
        best = if value > 0.0 && below > best.0 { (below, value) } else { best };
    }
    (last > 0.0).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithms::cases::{moons, numbers};
    use crate::algorithms::label;
    use crate::criteria::agreement::adjusted_rand;
    use ndarray::Array2;

    #[test]
    fn the_radius_is_where_the_curve_bends() {
        assert_eq!(knee(&[1.0, 1.0, 1.5, 2.0, 9.0]), Some(2.0));
        assert_eq!(knee(&[2.0, 2.0]), Some(2.0));
        assert_eq!(knee(&[0.0, 0.0]), None);
        assert_eq!(knee(&[]), None);
    }

    #[test]
    fn twice_the_features_within_bounds() {
        assert_eq!([1, 2, 5, 10, 40].map(min_points), [4, 4, 10, 20, 20]);
    }

    #[test]
    fn two_moons_are_two_groups_and_who_lies_far_from_both_is_in_none() {
        let case = numbers(moons(500));
        let labels = density(case.x.view(), 20);
        let in_a_moon = (0..500).filter(|i| i % 10 != 9);
        let (truth, found): (Vec<u16>, Vec<u16>) =
            in_a_moon.map(|i| (label(i % 2), labels[i].unwrap_or(9))).unzip();
        assert!(adjusted_rand(&truth, &found) > 0.95);
        assert_eq!(labels.iter().flatten().max(), Some(&1));
        assert_eq!(density(case.x.view(), 300), [None; 500]);
        let alone = (9..500).step_by(10).filter(|&i| labels[i].is_none()).count();
        assert!((20..50).contains(&alone), "{alone}");
    }

    #[test]
    fn equal_customers_do_no_harm() {
        assert_eq!(density(Array2::zeros((5, 2)).view(), 1), [None; 5]);
        assert_eq!(density(Array2::zeros((0, 2)).view(), 1), []);
        let some = Array2::from_shape_fn((40, 1), |(i, _)| (i % 2) as f64);
        assert_eq!(density(some.view(), 1).len(), 40);
    }
}
