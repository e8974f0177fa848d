//! `trainer drift`: whether customers, or what the Worker was asked, are like those that a model was trained on.

use std::io::Write as _;
use std::path::Path;

use shared::Artifact;

use super::{Sink, output_failed};
use crate::cli::DriftArgs;
use crate::customers::Customers;
use crate::drift::{Counted, Counts, DriftReport, FEW, HIDDEN_BELOW, edge};
use crate::error::Error;
use crate::files;
use crate::inputs::Inputs;
use crate::screen::{is_quiet, note, print_drift, warn};
use crate::settings::Settings;
use crate::unusable::Unusable;

/// No answer of the SQL API is larger.
const MOST_BYTES: u64 = 64 << 20;

pub(super) fn run(args: &DriftArgs) -> Result<(), Error> {
    let artifact = files::read_artifact(&args.model)?;
    if args.edge_query {
        return print_query(args, &artifact);
    }
    let counts = match (&args.edge, &args.data) {
        (Some(path), _) => of_edge(path, &artifact)?,
        (None, Some(data)) => of_table(args, data, &artifact)?,
        (None, None) => unreachable!("the command line asks for one of them"),
    };
    let report = counts.report(args.alpha);
    warn_of_few(&report);
    let mut out = Sink::standard();
    if args.json {
        out.write_json(&report)?;
    } else if !is_quiet() {
        print_drift(&mut out, &report).map_err(output_failed)?;
    }
    out.finish()?;
    if report.drifted { Err(Error::Drifted) } else { Ok(()) }
}

fn print_query(args: &DriftArgs, artifact: &Artifact) -> Result<(), Error> {
    let query = edge::query(artifact.id(), &args.dataset, args.days);
    let mut out = Sink::standard();
    if args.json {
        out.write_json(&serde_json::json!({ "query": query }))?;
    } else {
        write!(out, "{query}").map_err(output_failed)?;
    }
    out.finish()
}

fn of_table<'a>(
    args: &DriftArgs,
    data: &Path,
    artifact: &'a Artifact,
) -> Result<Counts<'a>, Error> {
    Inputs::of(data, &args.read).and(&args.model).spare(&[], Some(&args.rows))?;
    let schema = &artifact.model().parts().schema;
    let options = Settings::reading(&args.read)?;
    let customers = Customers::open(data, &options, schema, args.as_of)?;
    let names = customers.header().to_vec();
    let mut unusable = Unusable::new(&args.rows);
    let mut counts = Counts::new(artifact);
    customers.for_each(&mut unusable, |record, _| {
        counts.add(record);
        Ok(())
    })?;
    unusable.settle(data, &names)?;
    if counts.rows() == 0 {
        return Err(Error::Unfit {
            path: data.into(),
            what: "there is no customer to compare".into(),
            hint: "give one row for each customer".into(),
        });
    }
    if let (Some(day), None) = (schema.as_of(), args.as_of) {
        note(&format!(
            "days are counted back from {day}, as in training: `--as-of` says on which day the table is looked at"
        ));
    }
    Ok(counts)
}

fn of_edge<'a>(path: &Path, artifact: &'a Artifact) -> Result<Counts<'a>, Error> {
    let fewer = "ask for fewer days: `trainer drift MODEL --edge-query --days 1`";
    let text = files::read_text(path, MOST_BYTES, fewer)?;
    let named = files::named(path);
    let found = edge::read(artifact, &text).map_err(|fault| match fault.line {
        Some(line) => Error::BadTable { path: named, line, what: fault.what, hint: fault.hint },
        None => Error::Unfit { path: named, what: fault.what, hint: fault.hint },
    })?;
    if found.elsewhere > 0.0 {
        let n = found.elsewhere;
        note(&format!("{n:.0} requests that another model answered are left out"));
    }
    let (worth, requests) = (found.counts.rows(), found.requests);
    if (worth as f64) < 0.999 * requests {
        note(&format!(
            "{requests:.0} requests were sampled: they count for {worth}, which is what is known of them"
        ));
    }
    Ok(found.counts)
}

/// Says where there are so few that little would be seen.
fn warn_of_few(report: &DriftReport) {
    if report.counted == Counted::Customers {
        if report.few_rows {
            warn(&format!("fewer than {FEW} customers show only large changes"));
        }
        return;
    }
    let names = |from: usize, to: usize| {
        let few = report.columns.iter().filter(|column| (from..to).contains(&column.rows));
        few.map(|column| format!("`{}` ({})", column.name, column.rows)).collect::<Vec<_>>()
    };
    let least = HIDDEN_BELOW as usize;
    let (unknown, few) = (names(0, least), names(least, FEW));
    if !unknown.is_empty() {
        warn(&format!(
            "fewer than {least} requests tell of {}: not judged yet",
            unknown.join(", ")
        ));
    }
    if !few.is_empty() {
        warn(&format!(
            "fewer than {FEW} requests tell of {}: only large changes show",
            few.join(", ")
        ));
    }
}
