//! `trainer diff`: who changes segment between two models, and why.

use std::path::Path;

use shared::model::SegmentInfo;
use shared::{Artifact, Rejected};

use super::rows::{Cell, RowWriter};
use super::{Sink, output_failed};
use crate::cli::DiffArgs;
use crate::customers::{locate, validate};
use crate::error::Error;
use crate::files;
use crate::inputs::Inputs;
use crate::lineage::Moves;
use crate::read::{Block, Row, Source};
use crate::screen::{Reading, is_quiet, note, print_diff, warn};
use crate::settings::Settings;
use crate::table::fault;
use crate::unusable::Unusable;

/// What `--out` adds to each row.
const ADDED: [&str; 5] =
    ["old_segment", "old_segment_name", "new_segment", "new_segment_name", "moved"];

pub(super) fn run(args: &DiffArgs) -> Result<(), Error> {
    let results: Vec<&Path> = args.out.as_deref().into_iter().collect();
    let inputs = Inputs::of(&args.data, &args.read).and(&args.old).and(&args.new);
    inputs.spare(&results, Some(&args.rows))?;
    let (old, new) = (files::read_artifact(&args.old)?, files::read_artifact(&args.new)?);
    let source = Source::open(&args.data, &Settings::reading(&args.read)?)?;
    let mut unusable = Unusable::new(&args.rows);
    let header = source.header().to_vec();
    let moves = read(args, source, &old, &new, &mut unusable)?;
    unusable.settle(&args.data, &header)?;
    let (moves, out) = moves;
    if moves.compared() == 0 {
        return Err(Error::Unfit {
            path: args.data.clone(),
            what: "there is no customer whom both models can read".into(),
            hint: "see `trainer inspect MODEL` for the columns that a model reads".into(),
        });
    }
    if let Some(out) = out {
        out.finish()?;
    }
    let report = moves.report();
    if report.ids_look_unrelated {
        warn(
            "segments that share their customers have other ids in the two models: `fit --previous` keeps them",
        );
    }
    let mut out = Sink::standard();
    if args.json {
        out.write_json(&report)?;
    } else if !is_quiet() {
        print_diff(&mut out, &report).map_err(output_failed)?;
    }
    out.finish()
}

/// Reads every row as both models do.
fn read<'a>(
    args: &DiffArgs,
    mut source: Source,
    old: &'a Artifact,
    new: &'a Artifact,
    unusable: &mut Unusable,
) -> Result<(Moves<'a>, Option<RowWriter>), Error> {
    let (before, after) = (old.model().parts(), new.model().parts());
    let header = source.header().to_vec();
    let positions = [locate(&before.schema, &source)?, locate(&after.schema, &source)?];
    // Both look at a customer on the same day.
    let as_of = args.as_of.or(after.schema.as_of());
    let mut out = match &args.out {
        None => None,
        Some(path) => {
            refuse_clash(&args.data, &header)?;
            let names = header.iter().map(String::as_str).chain(ADDED);
            Some(RowWriter::create(Sink::open(Some(path))?, false, names))
        }
    };
    let mut moves = Moves::new(old, new);
    let bar = Reading::new(source.progress().1);
    let mut block = Block::new();
    while source.fill(&mut block)? {
        for row in block.rows() {
            if let Some(reason) = fault(&row, header.len()) {
                unusable.add_row(row.line, &reason, || row.cells().map(String::from).collect());
                continue;
            }
            let style = source.style();
            let by_old = validate(
                &before.schema,
                &positions[0],
                style,
                &row,
                before.schema.as_of().and(as_of),
            );
            let by_new = validate(
                &after.schema,
                &positions[1],
                style,
                &row,
                after.schema.as_of().and(as_of),
            );
            if let (Err(_), Err(rejected)) = (&by_old, &by_new) {
                add_rejected(unusable, &row, rejected, &header, new);
                continue;
            }
            let both = moves.add(by_old.as_ref().ok(), by_new.as_ref().ok());
            if let Some(out) = &mut out {
                let was = both.old.map(|position| &before.segments[usize::from(position)]);
                let is = both.new.map(|position| &after.segments[usize::from(position)]);
                out.write(row.cells().map(Cell::Given).chain(segments(was, is)))?;
            }
        }
        bar.set(source.progress().0);
    }
    bar.clear();
    note(&format!("read as: {}", source.announce()));
    source.unread().for_each(|what| warn(&what));
    Ok((moves, out))
}

fn add_rejected(
    unusable: &mut Unusable,
    row: &Row,
    rejected: &Rejected,
    header: &[String],
    model: &Artifact,
) {
    let value =
        |name: &str| header.iter().position(|known| known == name).map(|p| row.cell(p).to_owned());
    let schema = Some(&model.model().parts().schema);
    let cells = || row.cells().map(String::from).collect();
    unusable.add_rejected(row.line, rejected, schema, value, cells);
}

/// The cells that [`ADDED`] names; empty where a model cannot read the customer.
fn segments<'s>(
    was: Option<&'s SegmentInfo>,
    is: Option<&'s SegmentInfo>,
) -> impl Iterator<Item = Cell<'s>> {
    let pair = |segment: Option<&'s SegmentInfo>| match segment {
        Some(info) => [Cell::Count(info.id.into()), Cell::Word(&info.name)],
        None => [Cell::Word(""), Cell::Word("")],
    };
    let moved = match (was, is) {
        (Some(was), Some(is)) if was.id == is.id => "no",
        (Some(_), Some(_)) => "yes",
        _ => "",
    };
    pair(was).into_iter().chain(pair(is)).chain([Cell::Word(moved)])
}

fn refuse_clash(path: &Path, header: &[String]) -> Result<(), Error> {
    match header.iter().find(|name| ADDED.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::BadTable {
            path: path.into(),
            line: 1,
            what: format!("the column `{name}` is one that `diff` adds"),
            hint: "rename or remove it".into(),
        }),
    }
}
