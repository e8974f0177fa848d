//! `trainer predict`: a table in, the same table with segment and predictions out, in blocks of rows.

mod answer;
mod counts;
mod output;
mod parquet;

use std::path::Path;

use shared::Record;

use self::answer::Answers;
use self::counts::Counts;
use self::output::{Chunk, Output};
use super::Sink;
use crate::added::{Added, AddedKind, added_columns, reason_columns, reason_members};
use crate::cli::{PredictArgs, RowFormat};
use crate::customers::Customers;
use crate::error::{Error, suggestion};
use crate::files;
use crate::inputs::Inputs;
use crate::read::Row;
use crate::screen::print_counts;
use crate::settings::Settings;
use crate::unusable::Unusable;

pub(super) fn run(args: &PredictArgs) -> Result<(), Error> {
    let format = args.format()?;
    let results: Vec<&Path> = args.out.as_deref().into_iter().collect();
    Inputs::of(&args.data, &args.read).and(&args.model).spare(&results, Some(&args.rows))?;
    let artifact = files::read_artifact(&args.model)?;
    let model = artifact.model();
    let options = Settings::reading(&args.read)?;
    let customers = Customers::open(&args.data, &options, &model.parts().schema, args.as_of)?;
    let nested = format == RowFormat::Ndjson;
    let reasons = match (args.explain, nested) {
        (false, _) => Vec::new(),
        (true, false) => reason_columns(model),
        (true, true) => reason_members(),
    };
    let header = customers.header().to_vec();
    let added = added_columns(model);
    refuse_clash(
        &args.data,
        &header,
        &added,
        "rename or remove it; was this file already predicted?",
    )?;
    refuse_clash(&args.data, &header, &reasons, "rename it, or leave `--explain` out")?;
    let subject = match &args.id {
        None => None,
        Some(name) => Some((position(&args.data, &header, name)?, args.holdout)),
    };
    let held_out = subject.map(|_| Added { name: "held_out".into(), kind: AddedKind::Text });
    refuse_clash(
        &args.data,
        &header,
        held_out.as_slice(),
        "rename it: it would say whom `--id` holds out",
    )?;
    let added: Vec<Added> = added.into_iter().chain(held_out).chain(reasons).collect();

    let sink = Sink::whole(args.out.as_deref())?;
    let style = (!args.raw).then(|| customers.style().clone());
    let mut output = Output::create(format, sink, &header, &added, style)?;
    let layout = output.layout();
    let answers = Answers { artifact: &artifact, explain: args.explain, nested, subject };
    let mut unusable = Unusable::new(&args.rows);
    let mut counts = Counts::new(model.parts().segments.len());
    let work = |rows: &[(Record, Row<'_>)]| -> (Chunk, Counts) {
        let mut chunk = layout.chunk();
        let mut counts = Counts::new(model.parts().segments.len());
        for (record, row) in rows {
            let reply = answers.of(record);
            counts.add(reply.answer());
            chunk.push(&layout, row, answers.cells(&reply, answers.held_out(row)));
        }
        (chunk, counts)
    };
    customers.for_each_chunk(&mut unusable, work, |(chunk, found)| {
        counts.join(&found);
        output.write(chunk)
    })?;
    let put_aside = unusable.n_rows();
    unusable.settle(&args.data, &header)?;
    output.finish()?;
    let segments = &model.parts().segments;
    print_counts(put_aside, &counts.by_segment(segments));
    Ok(())
}

/// Where the column that names the customer stands.
fn position(path: &Path, header: &[String], name: &str) -> Result<usize, Error> {
    header.iter().position(|known| known == name).ok_or_else(|| Error::BadTable {
        path: path.into(),
        line: 1,
        what: format!("there is no column `{name}`, which `--id` names"),
        hint: suggestion(name, header.iter().map(String::as_str)),
    })
}

fn refuse_clash(path: &Path, header: &[String], added: &[Added], hint: &str) -> Result<(), Error> {
    match header.iter().find(|name| added.iter().any(|column| column.name == **name)) {
        None => Ok(()),
        Some(name) => Err(Error::BadTable {
            path: path.into(),
            line: 1,
            what: format!("the column `{name}` is one that `predict` adds"),
            hint: hint.into(),
        }),
    }
}
