//! `trainer predict`: a table in, the same table with segment and predictions out, row by row.

use std::path::Path;

use shared::segment_model::{TargetKind, most_probable};
use shared::{Artifact, Prediction, Reply};

use super::Sink;
use super::rows::{Cell, RowWriter};
use crate::added::added_columns;
use crate::cli::PredictArgs;
use crate::customers::Customers;
use crate::error::Error;
use crate::files;
use crate::inputs::Inputs;
use crate::settings::Settings;
use crate::unusable::Unusable;

pub(super) fn run(args: &PredictArgs) -> Result<(), Error> {
    let results: Vec<&Path> = args.out.as_deref().into_iter().collect();
    Inputs::of(&args.data, &args.read).and(&args.model).spare(&results, Some(&args.rows))?;
    let artifact = files::read_artifact(&args.model)?;
    let schema = &artifact.model().parts().schema;
    let options = Settings::reading(&args.read)?;
    let customers = Customers::open(&args.data, &options, schema, args.as_of)?;
    let added = added_columns(artifact.model());
    refuse_clash(&args.data, customers.header(), &added)?;

    let header = customers.header().iter().chain(&added).map(String::as_str);
    let mut out = RowWriter::create(Sink::whole(args.out.as_deref())?, args.json, header)?;
    let names = customers.header().to_vec();
    let mut unusable = Unusable::new(&args.rows);
    customers.for_each(&mut unusable, |record, row| {
        let reply = artifact.recommend(record);
        out.write(row.cells().map(Cell::Given).chain(answer(&reply, &artifact)))
    })?;
    unusable.settle(
        &args.data,
        &names,
        "mend them, or put such rows aside with `--rejects FILE`",
    )?;
    out.finish()
}

fn answer<'r>(reply: &'r Reply, artifact: &'r Artifact) -> Vec<Cell<'r>> {
    let answer = reply.answer();
    let segment = &answer.segment;
    let mut cells = vec![
        Cell::Count(reply.segment_id().into()),
        Cell::Word(reply.segment_name()),
        Cell::Number(segment.distance()),
    ];
    for (models, prediction) in artifact.model().parts().targets.iter().zip(&answer.predictions) {
        match (prediction, &models.target.kind) {
            (Prediction::Class(probabilities), TargetKind::Class { classes }) => {
                cells.push(Cell::Word(&classes[most_probable(probabilities)]));
                cells.extend(probabilities.iter().map(|&p| Cell::Number(p)));
            }
            (Prediction::Number(value), _) => cells.push(Cell::Number(*value)),
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
