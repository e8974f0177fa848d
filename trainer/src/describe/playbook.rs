//! What is recommended to a customer.

use shared::{ColumnKind, Playbook, Schema};

use crate::dataset::Dataset;
use crate::expect::typical::Segments;

/// A smaller shortfall is not worth a recommendation; in standard deviations, "medium" in Cohen's sense.
const SHORTFALL_THRESHOLD: f64 = 0.5;

/// The recommendation of this version: where a customer falls short of the segment's typical one. Days since
/// a date do not count: fewer of them are no shortfall.
pub fn playbook(schema: &Schema, dataset: &Dataset, segments: &Segments) -> Playbook {
    let columns = schema.columns().iter().enumerate();
    let numeric: Vec<usize> = columns
        .filter(|(_, c)| matches!(c.kind, ColumnKind::Numeric { .. }))
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
