//! Which columns would give a column away: its arithmetic parts, what it is a part of, and near copies.

use std::collections::BTreeSet;

use shared::{ColumnKind, RawCell, Schema, Value};

use crate::cells::Cells;
use crate::dataset::Dataset;
use crate::infer::relations;

/// For each column, the columns that it is a sum of, by however many steps, and those that are such sums of it.
/// Looked for among columns of numbers.
pub(super) fn relatives(schema: &Schema, dataset: &Dataset) -> Vec<BTreeSet<usize>> {
    let n_columns = schema.columns().len();
    let is_numeric = |&at: &usize| matches!(schema.columns()[at].kind, ColumnKind::Numeric { .. });
    let cells: Vec<(usize, Cells)> = (0..n_columns)
        .filter(is_numeric)
        .map(|column| {
            let mut cells = Cells::default();
            for customer in &dataset.customers {
                cells.push(&match customer.record.values()[column] {
                    Value::Number(number) => RawCell::Number(number),
                    _ => RawCell::Missing,
                });
            }
            (column, cells)
        })
        .collect();
    let cells: Vec<(usize, &Cells)> =
        cells.iter().map(|(column, cells)| (*column, cells)).collect();
    closed(n_columns, &relations::sums(&cells))
}

/// Parts of parts are parts.
fn closed(n_columns: usize, sums: &[(usize, Vec<usize>)]) -> Vec<BTreeSet<usize>> {
    let mut parts = vec![BTreeSet::new(); n_columns];
    for (whole, of) in sums {
        parts[*whole].extend(of);
    }
    loop {
        let before: usize = parts.iter().map(BTreeSet::len).sum();
        for whole in 0..n_columns {
            let further: Vec<usize> =
                parts[whole].iter().flat_map(|&part: &usize| parts[part].iter().copied()).collect();
            parts[whole].extend(further);
        }
        if parts.iter().map(BTreeSet::len).sum::<usize>() == before {
            break;
        }
    }
    let mut relatives = parts.clone();
    for (whole, parts) in parts.iter().enumerate() {
        for &part in parts {
            relatives[part].insert(whole);
        }
    }
    relatives
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_parts_are_relatives_and_fellow_parts_are_none() {
        let found = closed(6, &[(0, vec![1, 2]), (2, vec![3, 4])]);
        let sets = |lists: [&[usize]; 6]| lists.map(|list| list.iter().copied().collect());
        let expected: [BTreeSet<usize>; 6] =
            sets([&[1, 2, 3, 4], &[0], &[0, 3, 4], &[0, 2], &[0, 2], &[]]);
        assert_eq!(found, expected);
    }
}
