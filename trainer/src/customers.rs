//! A file's customers as a model sees them, one at a time.

use std::path::Path;

use shared::dialect::CellStyle;
use shared::{RawCell, Record, Schema};

use crate::error::Error;
use crate::table::Rows;
use crate::violations::Violations;

/// The rows of a file, validated against a model's schema.
pub struct Customers<'s> {
    rows: Rows,
    schema: &'s Schema,
    positions: Vec<Option<usize>>,
}

impl<'s> Customers<'s> {
    /// Opens a file that has the columns of `schema`, in any order and among others.
    ///
    /// # Errors
    /// As [`Rows::open`], and when a column is missing that every customer had in training.
    pub fn open(path: &Path, schema: &'s Schema) -> Result<Self, Error> {
        let rows = Rows::open(path)?;
        let positions = locate(schema, rows.header(), path)?;
        Ok(Self { rows, schema, positions })
    }

    /// The names of the file's columns.
    pub fn header(&self) -> &[String] {
        self.rows.header()
    }

    /// Hands over every customer who fits the schema, with the row's cells, in the file's order.
    ///
    /// # Errors
    /// The first of `take`; else all values that do not fit the schema, at once, when the file is read.
    pub fn for_each(
        mut self,
        mut take: impl FnMut(&Record, &[&str]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut violations = Violations::default();
        let style = CellStyle::default();
        while let Some(cells) = self.rows.next_row()? {
            let raw: Vec<RawCell> = self
                .positions
                .iter()
                .map(|position| position.map_or(RawCell::Missing, |p| style.cell(cells[p])))
                .collect();
            match self.schema.validate_cells(&raw) {
                Ok(record) => take(&record, &cells)?,
                Err(rejected) => {
                    drop((raw, cells));
                    violations.add(self.rows.line(), &rejected);
                }
            }
        }
        violations.into_result(self.rows.path(), "mend these rows in the file")
    }
}

/// Where each column of a schema stands in a header; a column that is not there must be optional.
///
/// # Errors
/// [`Error::BadTable`] at line 1, naming every required column that is missing.
fn locate(schema: &Schema, header: &[String], path: &Path) -> Result<Vec<Option<usize>>, Error> {
    let positions: Vec<Option<usize>> = schema
        .columns()
        .iter()
        .map(|column| header.iter().position(|name| *name == column.name))
        .collect();
    let lacking: Vec<String> = schema
        .columns()
        .iter()
        .zip(&positions)
        .filter(|(column, position)| position.is_none() && !column.optional)
        .map(|(column, _)| format!("`{}`", column.name))
        .collect();
    if lacking.is_empty() {
        return Ok(positions);
    }
    let s = if lacking.len() == 1 { "" } else { "s" };
    Err(Error::BadTable {
        path: path.into(),
        line: 1,
        what: format!("the model needs the column{s} {}", lacking.join(", ")),
        hint: "see `trainer inspect MODEL` for the columns that a model reads".into(),
    })
}
