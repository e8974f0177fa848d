//! `trainer transform`: the prepared matrix as an `.npy` file, rows in the file's order.

use ndarray_npy::WriteNpyExt as _;
use serde::Serialize;

use super::Sink;
use crate::cli::TransformArgs;
use crate::customers::Customers;
use crate::dataset::prepared;
use crate::describe::feature_names;
use crate::error::Error;
use crate::files::{self, Pending};
use crate::inputs::Inputs;
use crate::settings::Settings;
use crate::unusable::Unusable;

/// What was written.
#[derive(Serialize)]
struct Summary {
    file: String,
    rows: usize,
    /// The names of the columns, in order.
    features: Vec<String>,
}

pub(super) fn run(args: &TransformArgs) -> Result<(), Error> {
    Inputs::of(&args.data, &args.read).and(&args.model).spare(&[&args.out], None)?;
    let artifact = files::read_artifact(&args.model)?;
    let parts = artifact.model().parts();
    let mut records = Vec::new();
    let options = Settings::reading(&args.read)?;
    let mut unusable = Unusable::default();
    let customers = Customers::open(&args.data, &options, &parts.schema, args.as_of)?;
    customers.for_each(&mut unusable, |record, _| {
        records.push(record.clone());
        Ok(())
    })?;
    unusable.settle_with(&args.data, &[], "mend these rows in the file")?;
    let matrix = prepared(&parts.transform, records.iter());
    let mut file = Pending::create_private(&args.out)?;
    matrix.write_npy(&mut file).map_err(|error| Error::CannotWrite {
        path: args.out.clone(),
        reason: std::io::Error::other(error),
    })?;
    file.finish()?;
    if !args.json {
        return Ok(());
    }
    let summary = Summary {
        file: args.out.display().to_string(),
        rows: matrix.nrows(),
        features: feature_names(parts),
    };
    let mut out = Sink::standard();
    out.write_json(&summary)?;
    out.finish()
}
