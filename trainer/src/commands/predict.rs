//! `trainer predict`: a table in, the same table with segment and predictions out, in blocks of rows.

mod answer;
mod counts;
mod kv;
mod output;
mod parquet;

use std::path::{Path, PathBuf};

use shared::{Model, Record};

use self::answer::Answers;
use self::counts::Counts;
use self::kv::{KvFiles, Sealer};
use self::output::{Layout, Output};
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
    let inputs = Inputs::of(&args.data, &args.read).and(&args.model);
    inputs.spare(&args.out.as_deref().into_iter().collect::<Vec<_>>(), Some(&args.rows))?;
    let artifact = files::read_artifact(&args.model)?;
    let model = artifact.model();
    let options = Settings::reading(&args.read)?;
    let mut customers = Customers::open(&args.data, &options, &model.parts().schema, args.as_of)?;
    let header = customers.header().to_vec();
    let id = match &args.id {
        None => None,
        Some(name) => Some((name.as_str(), position(&args.data, &header, name)?)),
    };
    let nested = format == RowFormat::Ndjson;
    let subject = id.map(|(_, position)| (position, args.holdout));
    let explain = args.explain && args.writes_rows();
    let answers = Answers { artifact: &artifact, explain, nested, subject };
    let (mut output, mut layout) = (None, None);
    if args.writes_rows() {
        let added = added(args, model, &header, nested)?;
        let sink = Sink::whole(args.out.as_deref())?;
        let style = (!args.raw).then(|| customers.style().clone());
        layout =
            Some(output.insert(Output::create(format, sink, &header, &added, style)?).layout());
    }
    let (mut sealer, mut kv) = (None, None);
    if let (Some(path), Some((name, position))) = (&args.kv, id) {
        sealer = Some(Sealer::new(args, position)?);
        let results = [&args.out, &args.rows.rejects].into_iter().flatten().map(PathBuf::as_path);
        kv = Some(KvFiles::create(path, name, &inputs, results.collect())?);
        customers = customers.named_by(position);
    }

    let mut unusable = Unusable::new(&args.rows);
    let mut counts = Counts::new(model.parts().segments.len());
    let work = |rows: &[(Record, Row<'_>)]| {
        let mut chunk = layout.as_ref().map(Layout::chunk);
        let mut pairs = Vec::new();
        let mut counts = Counts::new(model.parts().segments.len());
        for (record, row) in rows {
            let reply = answers.of(record);
            let held_out = answers.held_out(row);
            counts.add(reply.answer());
            if let Some(sealer) = &sealer {
                pairs.push(sealer.seal(row, &answers.kept(record, &reply, held_out)));
            }
            if let (Some(chunk), Some(layout)) = (&mut chunk, &layout) {
                chunk.push(layout, row, answers.cells(&reply, held_out));
            }
        }
        (chunk, pairs, counts)
    };
    customers.for_each_chunk(&mut unusable, work, |(chunk, pairs, found)| {
        counts.join(&found);
        if let Some(kv) = &mut kv {
            kv.write(&pairs)?;
        }
        match (&mut output, chunk) {
            (Some(output), Some(chunk)) => output.write(chunk),
            _ => Ok(()),
        }
    })?;
    let put_aside = unusable.n_rows();
    unusable.settle(&args.data, &header)?;
    kv.map_or(Ok(()), |kv| kv.finish(&args.data))?;
    output.map_or(Ok(()), Output::finish)?;
    let segments = &model.parts().segments;
    print_counts(put_aside, &counts.by_segment(segments));
    Ok(())
}

/// The columns that are added to the rows.
///
/// # Errors
/// When the file has one of them already.
fn added(
    args: &PredictArgs,
    model: &Model,
    header: &[String],
    nested: bool,
) -> Result<Vec<Added>, Error> {
    let reasons = match (args.explain, nested) {
        (false, _) => Vec::new(),
        (true, false) => reason_columns(model),
        (true, true) => reason_members(),
    };
    let added = added_columns(model);
    let refuse = |added: &[Added], hint| refuse_clash(&args.data, header, added, hint);
    refuse(&added, "rename or remove it; was this file already predicted?")?;
    refuse(&reasons, "rename it, or leave `--explain` out")?;
    let held_out =
        args.id.as_ref().map(|_| Added { name: "held_out".into(), kind: AddedKind::Text });
    refuse(held_out.as_slice(), "rename it: it would say whom `--id` holds out")?;
    Ok(added.into_iter().chain(held_out).chain(reasons).collect())
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
