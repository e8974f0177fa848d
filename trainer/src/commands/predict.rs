//! `trainer predict`: a table in, the same table with segment and predictions out, row by row.

use std::path::Path;

use shared::segment_model::{TargetKind, most_probable};
use shared::{Artifact, Prediction, Reply};

use super::{Sink, output_failed, row_failed};
use crate::added::added_columns;
use crate::cli::PredictArgs;
use crate::customers::Customers;
use crate::error::Error;
use crate::files;

pub(super) fn run(args: &PredictArgs) -> Result<(), Error> {
    let artifact = files::read_artifact(&args.model)?;
    let schema = &artifact.model().parts().schema;
    let customers = Customers::open(&args.data, schema)?;
    let added = added_columns(artifact.model());
    refuse_clash(&args.data, customers.header(), &added)?;

    let mut out = csv::Writer::from_writer(Sink::open(args.out.as_deref())?);
    out.write_record(customers.header().iter().chain(&added)).map_err(row_failed)?;
    customers.for_each(|record, cells| {
        let answered = answer(&artifact.recommend(record), &artifact);
        let row = cells.iter().copied().chain(answered.iter().map(String::as_str));
        out.write_record(row).map_err(row_failed)
    })?;
    out.into_inner().map_err(|error| output_failed(error.into_error()))?.finish()
}

fn answer(reply: &Reply, artifact: &Artifact) -> Vec<String> {
    let answer = reply.answer();
    let segment = &answer.segment;
    let mut cells = vec![
        segment.id().to_string(),
        reply.segment_name().to_owned(),
        segment.distance().to_string(),
    ];
    for (models, prediction) in artifact.model().parts().targets.iter().zip(&answer.predictions) {
        match (prediction, &models.target.kind) {
            (Prediction::Class(probabilities), TargetKind::Class { classes }) => {
                cells.push(classes[most_probable(probabilities)].clone());
                cells.extend(probabilities.iter().map(f64::to_string));
            }
            (Prediction::Number(value), _) => cells.push(value.to_string()),
            (Prediction::Class(_), TargetKind::Number) => {
                unreachable!("a checked model predicts no class for a number")
            }
        }
    }
    cells
}

fn refuse_clash(path: &Path, header: &[String], added: &[String]) -> Result<(), Error> {
    match header.iter().find(|name| added.contains(name)) {
        None => Ok(()),
        Some(name) => Err(Error::BadTable {
            path: path.into(),
            line: 1,
            what: format!("the column `{name}` is one that `predict` adds"),
            hint: "rename or remove it; was this file already predicted?".into(),
        }),
    }
}
