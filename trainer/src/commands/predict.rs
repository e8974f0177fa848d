//! `trainer predict`: a table in, the same table with segment and predictions out, row by row.

use shared::segment_model::{TargetKind, most_probable};
use shared::{Artifact, Prediction, RawCell, Reply};

use super::{Sink, output_failed, row_failed};
use crate::added::added_columns;
use crate::cli::PredictArgs;
use crate::dataset::{Violations, locate};
use crate::error::Error;
use crate::files;
use crate::table::Rows;

pub(super) fn run(args: &PredictArgs) -> Result<(), Error> {
    let artifact = files::read_artifact(&args.model)?;
    let schema = &artifact.model().parts().schema;
    let mut rows = Rows::open(&args.data)?;
    let positions = locate(schema, rows.header(), rows.path())?;
    let added = added_columns(artifact.model());
    refuse_clash(&rows, &added)?;

    let mut out = csv::Writer::from_writer(Sink::open(args.out.as_deref())?);
    let header = rows.header().iter().chain(&added);
    out.write_record(header).map_err(row_failed)?;
    let mut violations = Violations::default();
    while let Some(cells) = rows.next_row()? {
        let raw: Vec<RawCell> = positions
            .iter()
            .map(|position| position.map_or(RawCell::Missing, |p| RawCell::from_cell(cells[p])))
            .collect();
        match schema.validate_cells(&raw) {
            Ok(record) => {
                let answered = answer(&artifact.recommend(&record), &artifact);
                let row = cells.iter().copied().chain(answered.iter().map(String::as_str));
                out.write_record(row).map_err(row_failed)?;
            }
            Err(rejected) => {
                drop(raw);
                violations.add(rows.line(), &rejected);
            }
        }
    }
    violations.into_result(rows.path(), "mend these rows in the file")?;
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

fn refuse_clash(rows: &Rows, added: &[String]) -> Result<(), Error> {
    match rows.header().iter().find(|name| added.contains(name)) {
        None => Ok(()),
        Some(name) => Err(Error::BadTable {
            path: rows.path().into(),
            line: 1,
            what: format!("the column `{name}` is one that `predict` adds"),
            hint: "rename or remove it; was this file already predicted?".into(),
        }),
    }
}
