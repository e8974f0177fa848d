//! The map: customers in the plane of the first two principal components, as ellipses and counts.

use std::collections::BTreeMap;

use ndarray::{ArrayView1, ArrayView2};
use shared::math;
use shared::number::to_three_digits;

use super::{Ellipse, Input, Map, MapCell};
use crate::pca::Pca;

/// How many features are named for each axis.
const NAMED_FEATURES: usize = 5;

/// A square should hold twice the customers that it must, were they spread evenly; within these bounds.
const SQUARES_A_SIDE: (f64, f64) = (3.0, 32.0);

/// The first two principal components.
pub(super) struct Plane(Pca);

impl Plane {
    /// `None` where there are fewer than two features.
    pub(super) fn of(x: ArrayView2<'_, f64>) -> Option<Self> {
        (x.ncols() >= 2 && x.nrows() > 0).then(|| Self(Pca::of(x)))
    }

    /// Where each customer lies.
    pub(super) fn points(&self, x: ArrayView2<'_, f64>) -> Vec<[f64; 2]> {
        let along = |row: ArrayView1<'_, f64>, axis: usize| {
            let features = row.into_iter().zip(&self.0.mean).zip(&self.0.axes[axis]);
            features.fold(0.0, |sum, ((value, mean), weight)| sum + (value - mean) * weight)
        };
        x.rows().into_iter().map(|row| [along(row, 0), along(row, 1)]).collect()
    }

    pub(super) fn map(&self, input: &Input<'_>) -> Map {
        let points = self.points(input.x);
        let total = self.0.total_variance();
        let share = |axis: usize| if total > 0.0 { self.0.variances[axis] / total } else { 0.0 };
        let side = cell_side(&points, input.min_customers);
        let cells = cells(&points, side, input);
        let shown = cells.iter().map(|cell| cell.customers).sum::<usize>();
        Map {
            variance: [share(0), share(1)],
            loadings: [self.loadings(0, input.features), self.loadings(1, input.features)],
            ellipses: ellipses(&points, input),
            cells,
            cell_side: side,
            hidden: points.len() - shown,
        }
    }

    fn loadings(&self, axis: usize, features: &[String]) -> Vec<(String, f64)> {
        let mut weights: Vec<(&String, f64)> =
            features.iter().zip(self.0.axes[axis].iter().copied()).collect();
        weights.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        let named = weights.into_iter().take(NAMED_FEATURES);
        named.map(|(feature, weight)| (feature.clone(), weight)).collect()
    }
}

/// The side of a square, to three significant digits, from where all but the outermost customers lie.
fn cell_side(points: &[[f64; 2]], min_customers: usize) -> f64 {
    let reach = |axis: usize| {
        let mut values: Vec<f64> = points.iter().map(|point| point[axis]).collect();
        values.sort_by(f64::total_cmp);
        let last = values.len() - 1;
        values[last * 99 / 100] - values[last / 100]
    };
    let wanted = math::sqrt(points.len() as f64 / (2 * min_customers.max(1)) as f64);
    let squares = wanted.clamp(SQUARES_A_SIDE.0, SQUARES_A_SIDE.1);
    let side = to_three_digits(reach(0).max(reach(1)) / squares);
    if side > 0.0 { side } else { 1.0 }
}

fn cells(points: &[[f64; 2]], side: f64, input: &Input<'_>) -> Vec<MapCell> {
    #[expect(clippy::cast_possible_truncation, reason = "prepared values are small")]
    let square = |value: f64| math::floor(value / side) as i64;
    let mut counts: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
    for ([x, y], &label) in points.iter().zip(input.labels) {
        let here = counts.entry((square(*x), square(*y)));
        here.or_insert_with(|| vec![0; input.ids.len()])[usize::from(label)] += 1;
    }
    let cell = |((x, y), counts): ((i64, i64), Vec<usize>)| {
        let customers = counts.iter().sum();
        let most = counts.iter().copied().max().unwrap_or(0);
        let position = counts.iter().position(|&count| count == most).unwrap_or(0);
        let at = [x, y].map(|square| (square as f64 + 0.5) * side);
        (customers >= input.min_customers).then(|| MapCell {
            at,
            id: input.ids[position],
            customers,
        })
    };
    counts.into_iter().filter_map(cell).collect()
}

fn ellipses(points: &[[f64; 2]], input: &Input<'_>) -> Vec<Ellipse> {
    let ellipse = |(position, &id): (usize, &u16)| {
        let own: Vec<[f64; 2]> = points
            .iter()
            .zip(input.labels)
            .filter(|(_, label)| usize::from(**label) == position)
            .map(|(point, _)| *point)
            .collect();
        (own.len() >= input.min_customers.max(1)).then(|| around(&own, id))
    };
    input.ids.iter().enumerate().filter_map(ellipse).collect()
}

/// The ellipse of one standard deviation: the eigenvectors of the covariance, as long as the roots of its
/// eigenvalues.
fn around(points: &[[f64; 2]], id: u16) -> Ellipse {
    let n = points.len() as f64;
    let mean = |axis: usize| points.iter().fold(0.0, |sum, point| sum + point[axis]) / n;
    let centre = [mean(0), mean(1)];
    let covariance = |a: usize, b: usize| {
        let product = |point: &[f64; 2]| (point[a] - centre[a]) * (point[b] - centre[b]);
        points.iter().fold(0.0, |sum, point| sum + product(point)) / n
    };
    let (xx, xy, yy) = (covariance(0, 0), covariance(0, 1), covariance(1, 1));
    let half_difference = (xx - yy) / 2.0;
    let spread = math::sqrt(half_difference * half_difference + xy * xy);
    let middle = f64::midpoint(xx, yy);
    let axes = [middle + spread, (middle - spread).max(0.0)].map(math::sqrt);
    Ellipse { id, centre, axes, angle: math::atan2(xy, half_difference) / 2.0 }
}
