//! `trainer transform`: the prepared matrix as an `.npy` file, rows in the file's order.

use ndarray_npy::WriteNpyExt as _;

use crate::cli::TransformArgs;
use crate::customers::Customers;
use crate::dataset::prepared;
use crate::error::Error;
use crate::files::{self, Pending};

pub(super) fn run(args: &TransformArgs) -> Result<(), Error> {
    let artifact = files::read_artifact(&args.model)?;
    let parts = artifact.model().parts();
    let mut records = Vec::new();
    Customers::open(&args.data, &parts.schema)?.for_each(|record, _| {
        records.push(record.clone());
        Ok(())
    })?;
    let matrix = prepared(&parts.transform, records.iter());
    let mut file = Pending::create(&args.out)?;
    matrix.write_npy(&mut file).map_err(|error| Error::CannotWrite {
        path: args.out.clone(),
        reason: std::io::Error::other(error),
    })?;
    file.finish()
}
