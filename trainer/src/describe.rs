//! Segments in words: what sets each apart, from its centre.

use ndarray::{ArrayView2, Axis};
use shared::model::SegmentInfo;
use shared::{ColumnKind, Playbook, Schema, Transform};

use crate::dataset::Dataset;
use crate::expect::typical::Segments;
use crate::kmeans::KMeansFit;
use crate::prepare::mean_and_deviation;

/// A smaller difference from all customers is not worth a word; in standard deviations, "small" in Cohen's
/// sense (1988, "Statistical Power Analysis").
const WORTH_A_WORD: f64 = 0.2;

/// How many features a name holds.
const NAMED_FEATURES: usize = 2;

/// A smaller shortfall is not worth a recommendation; in standard deviations, "medium" in Cohen's sense.
const SHORTFALL_THRESHOLD: f64 = 0.5;

/// The name and share of every segment.
///
/// # Shapes: `x` is `(n_customers, n_features)`, `fit` is of its rows.
pub fn segments(
    schema: &Schema,
    transform: &Transform,
    x: ArrayView2<'_, f64>,
    fit: &KMeansFit,
) -> Vec<SegmentInfo> {
    let spread: Vec<(f64, f64)> =
        x.axis_iter(Axis(1)).map(|column| mean_and_deviation(&column.to_vec())).collect();
    let n_customers = x.nrows();
    fit.sizes
        .iter()
        .enumerate()
        .map(|(id, &size)| SegmentInfo {
            name: name(id, schema, transform, &spread, &fit.centroids.row(id).collect::<Vec<_>>()),
            share_percent: u8::try_from((200 * size + n_customers) / (2 * n_customers))
                .unwrap_or(100),
        })
        .collect()
}

fn name(
    id: usize,
    schema: &Schema,
    transform: &Transform,
    spread: &[(f64, f64)],
    centre: &[f64],
) -> String {
    let mut effects: Vec<(f64, usize)> = spread
        .iter()
        .zip(centre)
        .enumerate()
        .filter(|(_, ((_, deviation), _))| *deviation > 0.0)
        .map(|(position, ((mean, deviation), centre))| ((centre - mean) / deviation, position))
        .collect();
    effects.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1)));
    let mut words: Vec<String> = Vec::new();
    let mut named_columns = Vec::new();
    for (effect, position) in effects {
        let feature = transform.features()[position];
        let worth = effect.abs() >= WORTH_A_WORD && !named_columns.contains(&feature.column);
        if !worth || words.len() == NAMED_FEATURES {
            continue;
        }
        let column = &schema.columns()[feature.column];
        let text = match (&column.kind, feature.level) {
            (ColumnKind::YesNo { no, yes }, _) => {
                format!("{}: {}", column.name, if effect > 0.0 { yes } else { no })
            }
            // That a word is rarer than elsewhere says little; the word that is more frequent says it.
            (_, Some(_)) if effect < 0.0 => continue,
            (kind, Some(level)) => {
                format!("{}: {}", column.name, kind.level(level).unwrap_or_default())
            }
            (_, None) => {
                format!("{} {}", if effect > 0.0 { "high" } else { "low" }, column.name)
            }
        };
        named_columns.push(feature.column);
        words.push(text);
    }
    let words = if words.is_empty() { "like all customers".to_owned() } else { words.join(", ") };
    let mut name = format!("Segment {id}: {words}");
    // A name has 256 bytes; long column names are cut at a character.
    while name.len() > 256 {
        name.pop();
    }
    name
}

/// The recommendation of this version: where a customer falls short of the segment's typical one.
pub fn playbook(schema: &Schema, dataset: &Dataset, segments: &Segments) -> Playbook {
    let columns = schema.columns().iter().enumerate();
    let numeric: Vec<usize> = columns
        .filter(|(_, c)| c.kind == ColumnKind::Numeric)
        .map(|(position, _)| position)
        .collect();
    let medians: Vec<Vec<f64>> =
        numeric.iter().map(|&position| segments.medians(dataset, position)).collect();
    Playbook::Shortfall {
        threshold: SHORTFALL_THRESHOLD,
        columns: numeric
            .iter()
            .map(|&p| u16::try_from(p).expect("a schema has few columns"))
            .collect(),
        typical: (0..segments.n_segments)
            .flat_map(|segment| medians.iter().map(move |medians| medians[segment]))
            .collect(),
    }
}
