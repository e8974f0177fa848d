//! The previous model's segment of every customer of a new table.

use ndarray::ArrayView2;
use rayon::prelude::*;
use shared::centroids::Centroids;
use shared::date::Day;
use shared::{Artifact, Column, RawCell};

use crate::dataset::{Dataset, raw_cell};
use crate::error::Error;
use crate::table::Table;

/// The position of the previous model's segment of every customer, read off the table by the previous model's own
/// columns; `None` for a customer who does not fit them. Dates are counted back from `as_of`, so that both models
/// look at a customer on the same day; without one, from the previous model's own.
///
/// # Shapes: `(n_customers,)`, in the order of `dataset`, which was built of `table`.
/// # Errors
/// [`Error::BadTable`] when the table lacks a column that every customer of the previous model had.
pub fn labels(
    previous: &Artifact,
    table: &Table,
    dataset: &Dataset,
    as_of: Option<Day>,
) -> Result<Vec<Option<u16>>, Error> {
    let parts = previous.model().parts();
    let schema = &parts.schema;
    let position = |name: &str| table.header().iter().position(|known| known == name);
    let positions: Vec<Option<usize>> =
        schema.columns().iter().map(|column| position(&column.name)).collect();
    let absent = schema.columns().iter().zip(&positions).filter(|(_, found)| found.is_none());
    let lacking: Vec<String> =
        absent.filter(|(c, _)| !c.optional).map(|(c, _)| format!("`{}`", c.name)).collect();
    if !lacking.is_empty() {
        let s = if lacking.len() == 1 { "" } else { "s" };
        return Err(Error::BadTable {
            path: table.path().into(),
            line: 1,
            what: format!("the previous model reads the column{s} {}", lacking.join(", ")),
            hint:
                "add what is missing, rename columns as they were, or leave `--previous` out: then \
                   segments get new ids"
                    .into(),
        });
    }
    let as_of = schema.as_of().and(as_of);
    let columns: Vec<_> = schema.columns().iter().zip(positions).collect();
    let label = |row: usize| {
        let cell = |(column, position): &(&Column, Option<usize>)| match position {
            Some(position) => raw_cell(column, table.column(*position), row),
            None => RawCell::Missing,
        };
        let cells: Vec<RawCell> = columns.iter().map(cell).collect();
        let record = schema.validate_cells(&cells, as_of).ok()?;
        Some(parts.assigner.assign(&parts.transform.apply(&record)).id())
    };
    Ok(dataset.customers.par_iter().map(|customer| label(customer.row as usize)).collect())
}

/// Where a search for as many segments as before can start: the mean of each old segment's customers in the new
/// prepared space. `None` where an old segment has no customer here.
///
/// # Shapes: `old` is `(n_customers,)`, `x` is `(n_customers, n_features)` and on the grid, so that sums are
/// exact.
pub fn start(old: &[Option<u16>], x: ArrayView2<'_, f64>, n_old: usize) -> Option<Centroids> {
    let n_features = x.ncols();
    let mut sums = vec![0.0; n_old * n_features];
    let mut sizes = vec![0_u32; n_old];
    for (label, row) in old.iter().zip(x.rows()) {
        let Some(label) = label.map(usize::from) else { continue };
        sizes[label] += 1;
        let sums = &mut sums[label * n_features..(label + 1) * n_features];
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
    if sizes.contains(&0) {
        return None;
    }
    for (sums, &size) in sums.chunks_exact_mut(n_features).zip(&sizes) {
        for sum in sums {
            *sum /= f64::from(size);
        }
    }
    Centroids::from_rows(&sums, n_features)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_start_is_the_mean_of_each_old_segments_customers() {
        let x = array![[0.0, 1.0], [2.0, 3.0], [9.0, 9.0], [-1.0, 0.5]];
        let old = [Some(1), Some(1), None, Some(0)];
        let start_at = start(&old, x.view(), 2).unwrap();
        assert_eq!(start_at.to_rows(), [-1.0, 0.5, 1.0, 2.0]);
        assert!(start(&old, x.view(), 3).is_none());
    }
}
