//! `trainer transform`: the prepared matrix as an `.npy` file, rows in the file's order.

use ndarray_npy::WriteNpyExt as _;
use shared::RawCell;

use crate::cli::TransformArgs;
use crate::dataset::{Violations, locate, prepared};
use crate::error::Error;
use crate::files::{self, Pending};
use crate::table::Rows;

pub(super) fn run(args: &TransformArgs) -> Result<(), Error> {
    let artifact = files::read_artifact(&args.model)?;
    let parts = artifact.model().parts();
    let mut rows = Rows::open(&args.data)?;
    let positions = locate(&parts.schema, rows.header(), rows.path())?;
    let mut records = Vec::new();
    let mut violations = Violations::default();
    while let Some(cells) = rows.next_row()? {
        let raw: Vec<RawCell> = positions
            .iter()
            .map(|position| position.map_or(RawCell::Missing, |p| RawCell::from_cell(cells[p])))
            .collect();
        let validated = parts.schema.validate_cells(&raw);
        drop(raw);
        match validated {
            Ok(record) => records.push(record),
            Err(rejected) => violations.add(rows.line(), &rejected),
        }
    }
    violations.into_result(rows.path(), "mend these rows in the file")?;
    let matrix = prepared(&parts.transform, records.iter());
    let mut file = Pending::create(&args.out)?;
    matrix.write_npy(&mut file).map_err(|error| Error::CannotWrite {
        path: args.out.clone(),
        reason: std::io::Error::other(error),
    })?;
    file.finish()
}
