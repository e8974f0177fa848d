//! How much of a segmentation is only which figures of a customer are 0.

use shared::record::Value;
use shared::{ColumnKind, Schema};

use super::ZeroPattern;
use crate::criteria::agreement::{adjusted_rand, normalised_mutual_information};
use crate::dataset::Dataset;

/// Shares of zeros between which a column can make a pattern.
const SHARES: (f64, f64) = (0.2, 0.8);
/// With so many columns there are 256 patterns, more than anyone has segments.
const MAX_COLUMNS: usize = 8;
/// A column joins the pattern when it adds as much to the normalised mutual information.
const LEAST_GAIN: f64 = 0.01;

/// The pattern of zeros that tells most of the segments.
///
/// Columns of numbers of which 20 % to 80 % are exactly 0 (a missing value is not) join one after the other, each
/// time the one that adds most to the normalised mutual information of pattern and segment, while that adds
/// 0.01 or more; so a frequency that is 0 where its amount is adds nothing and stays out, and so does a column
/// whose zeros have nothing to do with the segments. At most eight. Ties: the first in the schema.
///
/// `None` where no column has that many zeros. `labels` are `(n_customers,)`.
pub fn zero_pattern(dataset: &Dataset, schema: &Schema, labels: &[u16]) -> Option<ZeroPattern> {
    let mut candidates = zeros(dataset, schema);
    if candidates.is_empty() {
        return None;
    }
    let mut columns = Vec::new();
    let mut pattern = vec![0; labels.len()];
    let mut nmi = 0.0;
    while columns.len() < MAX_COLUMNS {
        let with = |(_, is_zero): &(String, Vec<bool>)| -> Vec<u16> {
            let longer = pattern.iter().zip(is_zero);
            longer.map(|(pattern, &is_zero)| 2 * pattern + u16::from(is_zero)).collect()
        };
        let mut best: Option<(f64, usize)> = None;
        for (position, candidate) in candidates.iter().enumerate() {
            let nmi = normalised_mutual_information(labels, &with(candidate));
            if best.is_none_or(|(most, _)| nmi > most) {
                best = Some((nmi, position));
            }
        }
        let Some((most, position)) = best else { break };
        if !columns.is_empty() && most < nmi + LEAST_GAIN {
            break;
        }
        (pattern, nmi) = (with(&candidates[position]), most);
        columns.push(candidates.remove(position).0);
    }
    let adjusted_rand = adjusted_rand(labels, &pattern);
    pattern.sort_unstable();
    pattern.dedup();
    Some(ZeroPattern { columns, nmi, adjusted_rand, patterns: pattern.len() })
}

/// The columns with many zeros, and who has one.
fn zeros(dataset: &Dataset, schema: &Schema) -> Vec<(String, Vec<bool>)> {
    let columns = schema.columns().iter().enumerate();
    columns
        .filter(|(_, column)| matches!(column.kind, ColumnKind::Numeric { .. }))
        .map(|(position, column)| {
            let is_zero = |value: &Value| matches!(value, Value::Number(n) if n.get() == 0.0);
            let customers = dataset.customers.iter();
            let zeros = customers.map(|customer| is_zero(&customer.record.values()[position]));
            (column.name.clone(), zeros.collect::<Vec<bool>>())
        })
        .filter(|(_, zeros)| {
            let share = zeros.iter().filter(|zero| **zero).count() as f64 / zeros.len() as f64;
            (SHARES.0..=SHARES.1).contains(&share)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use shared::number::Finite;
    use shared::{Column, RawCell};

    use super::*;
    use crate::dataset::Customer;
    use crate::random::{Purpose, Stream};

    fn dataset(columns: &[(&str, Vec<Option<f64>>)]) -> (Dataset, Schema) {
        let kind = ColumnKind::ANY_NUMBER;
        let column = |name: &str| Column { optional: true, ..Column::new(name, kind.clone()) };
        let schema = columns.iter().map(|(name, _)| column(name)).collect();
        let schema = Schema::new(schema, None).unwrap();
        let cell = |value: Option<f64>| {
            value.and_then(Finite::new).map_or(RawCell::Missing, RawCell::Number)
        };
        let customer = |row: usize| {
            let cells: Vec<RawCell> = columns.iter().map(|(_, values)| cell(values[row])).collect();
            let record = schema.validate_cells(&cells, None).unwrap();
            Customer { record, targets: Vec::new(), row: 0, fold_hash: 0 }
        };
        let customers = (0..columns[0].1.len()).map(customer).collect();
        (Dataset { customers }, schema)
    }

    fn where_zero(is_zero: impl Fn(usize) -> bool) -> Vec<Option<f64>> {
        (0..400_u16)
            .map(|row| Some(if is_zero(row.into()) { 0.0 } else { f64::from(row + 1) }))
            .collect()
    }

    #[test]
    fn segments_that_are_the_zeros_of_two_columns_are_found_to_be_that() {
        let mut stream = Stream::new(0, Purpose::Sample, 9);
        let chance: Vec<bool> = (0..400).map(|_| stream.unit() < 0.5).collect();
        let (dataset, schema) = dataset(&[
            ("chance", where_zero(|row| chance[row])),
            ("rare zeros", where_zero(|row| row % 2 == 0 && row < 150)),
            ("spend", where_zero(|row| row % 2 == 0)),
            ("times", where_zero(|row| row % 2 == 0)),
            ("returns", where_zero(|row| row % 4 < 2)),
            ("hardly any", where_zero(|row| row < 60)),
        ]);
        let labels: Vec<u16> = (0..400).map(|row| row % 4).collect();
        let found = zero_pattern(&dataset, &schema, &labels).unwrap();
        assert_eq!(found.columns, ["spend", "returns"]);
        assert_eq!((found.nmi, found.adjusted_rand, found.patterns), (1.0, 1.0, 4));
    }

    #[test]
    fn segments_that_have_nothing_to_do_with_zeros_share_nothing_with_them() {
        let (dataset, schema) = dataset(&[
            ("spend", where_zero(|row| row % 2 == 0)),
            ("returns", where_zero(|row| row % 4 < 2)),
        ]);
        let labels: Vec<u16> = (0..400).map(|row| u16::from(row >= 200)).collect();
        let found = zero_pattern(&dataset, &schema, &labels).unwrap();
        assert!(found.nmi < 1e-12 && found.adjusted_rand < 0.01, "{found:?}");
        assert_eq!((found.columns.len(), found.patterns), (1, 2));
    }

    #[test]
    fn a_missing_value_is_no_zero_and_few_zeros_make_no_pattern() {
        let mut values = where_zero(|row| row % 4 == 0);
        values.iter_mut().step_by(8).for_each(|value| *value = None);
        let (dataset, schema) = dataset(&[("spend", values), ("all", where_zero(|_| true))]);
        assert!(zero_pattern(&dataset, &schema, &[0; 400]).is_none());
    }
}
