//! What is drawn of the segments, as numbers: nothing in a picture comes from elsewhere. No figure of fewer than
//! the smallest number of customers who may be shown together.

mod plane;
mod spread;

use ndarray::{ArrayView2, Axis};
use serde::Serialize;
use shared::Schema;

use self::plane::Plane;
use crate::dataset::Dataset;
use crate::prepare::{mean, mean_and_deviation};

/// The most bars of a segment in the silhouette plot.
const MOST_BARS: usize = 100;

/// What the pictures are made of. Customers are in canonical order throughout.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The prepared customers, `(n_customers, n_features)`.
    pub x: ArrayView2<'a, f64>,
    /// Each customer's segment, as a position in `ids`; `(n_customers,)`.
    pub labels: &'a [u16],
    /// The segments' ids.
    pub ids: &'a [u16],
    /// The names of the prepared features, `(n_features,)`.
    pub features: &'a [String],
    /// Customers with a silhouette, all or a sample: the segment's position, and the silhouette.
    pub silhouettes: &'a [(u16, f64)],
    /// The columns.
    pub schema: &'a Schema,
    /// The customers.
    pub dataset: &'a Dataset,
    /// Nothing of fewer customers is shown.
    pub min_customers: usize,
}

/// Everything that is drawn besides the curves.
#[derive(Debug, Clone, Serialize)]
pub struct Pictures {
    /// The silhouette plot: one entry for each segment, in their order.
    pub silhouettes: Vec<SilhouetteBars>,
    /// The map of the segments, where there are two prepared features or more.
    pub map: Option<Map>,
    /// Each segment's mean of each prepared feature.
    pub heat: Heat,
    /// How the columns' values are spread, in all and in each segment.
    pub distributions: Vec<Distribution>,
}

/// The silhouettes of a segment's customers.
#[derive(Debug, Clone, Serialize)]
pub struct SilhouetteBars {
    /// The segment's id.
    pub id: u16,
    /// At most 100 bars, largest first: each the mean of an equal part of the segment's customers by silhouette,
    /// of at least the smallest number of customers who may be shown together.
    pub values: Vec<f64>,
}

/// The segments in the plane of the first two principal components.
#[derive(Debug, Clone, Serialize)]
pub struct Map {
    /// The share of the variance that each axis shows.
    pub variance: [f64; 2],
    /// For each axis the prepared features that weigh most, with their weights.
    pub loadings: [Vec<(String, f64)>; 2],
    /// One for each segment.
    pub ellipses: Vec<Ellipse>,
    /// Squares of the plane, with how many customers of which segment lie there; those of at least 20.
    pub cells: Vec<MapCell>,
    /// The side of a square.
    pub cell_side: f64,
    /// The customers in squares that are too few to be shown.
    pub hidden: usize,
}

/// Where most of a segment's customers lie: one standard deviation around their mean.
#[derive(Debug, Clone, Serialize)]
pub struct Ellipse {
    /// The segment's id.
    pub id: u16,
    /// Its centre.
    pub centre: [f64; 2],
    /// Half its axes, the longer first.
    pub axes: [f64; 2],
    /// The angle of the longer axis, counter-clockwise, in radians.
    pub angle: f64,
}

/// A square of the map.
#[derive(Debug, Clone, Serialize)]
pub struct MapCell {
    /// Its centre.
    pub at: [f64; 2],
    /// The id of the segment most frequent in it.
    pub id: u16,
    /// The customers in it.
    pub customers: usize,
}

/// Standardised means.
#[derive(Debug, Clone, Serialize)]
pub struct Heat {
    /// The prepared features, by name.
    pub features: Vec<String>,
    /// The segments' ids.
    pub segments: Vec<u16>,
    /// (mean of the segment - mean of all) / deviation of all; a row for each feature, a value for each segment.
    pub values: Vec<Vec<f64>>,
}

/// How a column's values are spread.
#[derive(Debug, Clone, Serialize)]
pub struct Distribution {
    /// The column.
    pub column: String,
    /// The bins, in order: ranges of a number to three significant digits, or words.
    pub bins: Vec<String>,
    /// The share of customers in each bin, of those with a value, to three decimals.
    pub all: Vec<f64>,
    /// The same of each segment, a row for each; 0 where too few customers are meant to be shown.
    pub segments: Vec<Vec<f64>>,
    /// The share of customers without a value.
    pub missing: f64,
}

/// Everything that is drawn besides the curves.
pub fn pictures(input: &Input<'_>) -> Pictures {
    Pictures {
        silhouettes: silhouettes(input),
        map: Plane::of(input.x).map(|plane| plane.map(input)),
        heat: heat(input),
        distributions: spread::distributions(input),
    }
}

/// Where each customer lies on the map, and the id of their segment: one point a customer, so only for those
/// who ask. Empty where there are fewer than two prepared features.
///
/// # Shapes: `x` is `(n_customers, n_features)`, `labels` are positions in `ids`.
pub fn map_points(x: ArrayView2<'_, f64>, labels: &[u16], ids: &[u16]) -> Vec<(f64, f64, u16)> {
    let Some(plane) = Plane::of(x) else { return Vec::new() };
    let points = plane.points(x).into_iter().zip(labels);
    points.map(|([x, y], &label)| (x, y, ids[usize::from(label)])).collect()
}

fn silhouettes(input: &Input<'_>) -> Vec<SilhouetteBars> {
    let mut by_segment = vec![Vec::new(); input.ids.len()];
    for &(position, value) in input.silhouettes {
        by_segment[usize::from(position)].push(value);
    }
    let bars = |mut values: Vec<f64>| -> Vec<f64> {
        values.sort_by(|a, b| b.total_cmp(a));
        let n = values.len();
        let n_bars = (n / input.min_customers.max(1)).min(MOST_BARS);
        (0..n_bars).map(|bar| mean(&values[bar * n / n_bars..(bar + 1) * n / n_bars])).collect()
    };
    let values = by_segment.into_iter().map(bars);
    input.ids.iter().zip(values).map(|(&id, values)| SilhouetteBars { id, values }).collect()
}

fn heat(input: &Input<'_>) -> Heat {
    let n_segments = input.ids.len();
    let values = input.x.axis_iter(Axis(1)).map(|column| {
        let column = column.to_vec();
        let (centre, deviation) = mean_and_deviation(&column);
        let (mut sums, mut counts) = (vec![0.0; n_segments], vec![0_usize; n_segments]);
        for (value, &label) in column.iter().zip(input.labels) {
            sums[usize::from(label)] += value;
            counts[usize::from(label)] += 1;
        }
        let standardised = |(sum, count): (f64, usize)| {
            let is_a_figure = count > 0 && deviation > 0.0;
            if is_a_figure { (sum / count as f64 - centre) / deviation } else { 0.0 }
        };
        sums.into_iter().zip(counts).map(standardised).collect()
    });
    Heat {
        values: values.collect(),
        features: input.features.to_vec(),
        segments: input.ids.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use shared::{Column, ColumnKind, RawCell};

    use super::*;
    use crate::dataset::Customer;

    /// Three groups of 60 customers far apart on a slope, with a word and, for most, a number.
    fn customers() -> (Array2<f64>, Vec<u16>, Schema, Dataset) {
        let words = ["blue", "red", "rare"].map(String::from).to_vec();
        let levels = {
            let mut levels = words.clone();
            levels.sort();
            levels
        };
        let mut amount = Column::new("amount", ColumnKind::ANY_NUMBER);
        amount.optional = true;
        let word = Column::new("word", ColumnKind::Categorical { levels, other: false });
        let schema = Schema::new(vec![amount, word], None).unwrap();
        let (mut x, mut labels, mut customers) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0_u16..180 {
            let (label, within) = (row % 3, f64::from(row / 3) / 60.0 - 0.5);
            let away = 6.0 * (f64::from(label) - 1.0);
            x.extend([away + within, away - within, 0.0]);
            labels.push(label);
            let number = shared::number::Finite::new(f64::from(label)).unwrap();
            let amount = if row < 30 { RawCell::Missing } else { RawCell::Number(number) };
            let word = &words[match row {
                0..5 => 2,
                _ if label == 0 => 1,
                _ => 0,
            }];
            let word = RawCell::Text(word.as_str().into());
            let record = schema.validate_cells(&[amount, word], None).unwrap();
            customers.push(Customer { record, targets: Vec::new(), row: 0, fold_hash: 0 });
        }
        let x = Array2::from_shape_vec((180, 3), x).unwrap();
        (x, labels, schema, Dataset { customers })
    }

    fn drawn(min_customers: usize) -> Pictures {
        let (x, labels, schema, dataset) = customers();
        let silhouettes: Vec<(u16, f64)> =
            labels.iter().enumerate().map(|(i, l)| (*l, i as f64)).collect();
        let features = ["one", "two", "flat"].map(String::from);
        pictures(&Input {
            x: x.view(),
            labels: &labels,
            ids: &[4, 5, 9],
            features: &features,
            silhouettes: &silhouettes,
            schema: &schema,
            dataset: &dataset,
            min_customers,
        })
    }

    #[test]
    fn the_map_shows_the_groups_where_they_are_and_counts_those_it_hides() {
        let map = drawn(20).map.unwrap();
        assert!(map.variance[0] > 0.98 && map.variance[0] + map.variance[1] > 0.999);
        assert_eq!(map.ellipses.iter().map(|ellipse| ellipse.id).collect::<Vec<_>>(), [4, 5, 9]);
        for (ellipse, along) in map.ellipses.iter().zip([-1.0, 0.0, 1.0]) {
            let expected = 6.0 * 2.0_f64.sqrt() * along;
            assert!((ellipse.centre[0] - expected).abs() < 0.1, "{ellipse:?}");
            // Within a group customers differ across the slope only.
            assert!(
                ellipse.axes[1] < 1e-6 && (ellipse.axes[0] - 0.408).abs() < 0.01,
                "{ellipse:?}"
            );
            assert!((ellipse.angle.abs() - std::f64::consts::FRAC_PI_2).abs() < 1e-6);
        }
        assert!(map.cells.iter().all(|cell| cell.customers >= 20));
        let shown: usize = map.cells.iter().map(|cell| cell.customers).sum();
        assert_eq!(shown + map.hidden, 180);
        assert!(shown > 0);
        assert_eq!(map.loadings[1].len(), 3);
    }

    #[test]
    fn the_heat_map_holds_standardised_means_and_nothing_for_what_does_not_vary() {
        let heat = drawn(20).heat;
        let deviation = (24.0_f64 + (1.0 - 1.0 / 3600.0) / 12.0).sqrt();
        assert!((heat.values[0][2] - heat.values[0][0] - 12.0 / deviation).abs() < 1e-9);
        assert_eq!(heat.values[2], [0.0; 3]);
        assert_eq!(heat.segments, [4, 5, 9]);
    }

    #[test]
    fn a_bar_of_the_silhouette_plot_stands_for_enough_customers() {
        let bars = drawn(20).silhouettes;
        assert!(bars.iter().all(|segment| segment.values.len() == 3));
        // The twenty largest of 0, 3, ..., 177.
        assert_eq!(bars[0].values[0], (120..180).step_by(3).sum::<usize>() as f64 / 20.0);
        assert!(drawn(61).silhouettes.iter().all(|segment| segment.values.is_empty()));
    }

    #[test]
    fn distributions_count_those_with_a_value_and_hide_what_few_share() {
        let [amount, word]: [Distribution; 2] = drawn(20).distributions.try_into().unwrap();
        assert_eq!(amount.bins, ["0", "1", "2"]);
        assert_eq!(amount.segments, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        assert_eq!((amount.missing, &amount.all[..]), (0.167, &[0.333; 3][..]));
        assert_eq!(word.bins, ["blue", "red", "(other)"]);
        // Two of sixty have another word; so that they cannot be counted, the next smallest is hidden with them.
        assert!(word.all[2].is_nan());
        assert!(word.segments[0][1].is_nan() && word.segments[1][0].is_nan());
        assert_eq!(word.all.iter().filter(|share| share.is_nan()).count(), 2);
    }

    #[test]
    fn points_have_the_ids_of_their_segments() {
        let (x, labels, _, _) = customers();
        let points = map_points(x.view(), &labels, &[4, 5, 9]);
        assert_eq!(points.len(), 180);
        assert!(points.iter().all(|(x, _, id)| (*id == 4) == (*x < -5.0)));
        assert!(map_points(x.select(Axis(1), &[0]).view(), &labels, &[4, 5, 9]).is_empty());
    }
}
