//! `trainer fit`: a table in, a folder with model, metrics and schema out.

use std::io::Write as _;
use std::time::Instant;

use serde::Serialize;

use super::{Sink, output_failed};
use crate::choose::ChooseOptions;
use crate::cli::FitArgs;
use crate::error::Error;
use crate::files;
use crate::fit::{FitOptions, fit};
use crate::infer::ColumnOptions;
use crate::metrics::Metrics;
use crate::screen::{Progress, print_fit};
use crate::table::Table;

/// Seconds, kept apart from the metrics so that those are the same in every run.
#[derive(Serialize)]
struct Timings {
    read: f64,
    fit: f64,
    total: f64,
}

pub(super) fn run(args: &FitArgs) -> Result<(), Error> {
    let start = Instant::now();
    if args.min_level < 20 || args.min_segment < 20 {
        crate::screen::warn(
            "words or segments of fewer than 20 customers may show a person to whoever gets the model",
        );
    }
    let table = Table::read(&args.data)?;
    let read = start.elapsed().as_secs_f64();
    let progress = Progress::new(usize::from(args.segments.unwrap_or(0).max(args.max_segments)));
    let fitted = fit(&table, &options(args), |stage| progress.show(stage));
    progress.clear();
    let fitted = fitted?;
    for column in fitted.columns.iter().filter(|column| column.repeats) {
        crate::screen::warn(&format!(
            "`{}` repeats: are these orders? `fit` takes one row for each customer; see `trainer rfm`",
            column.name
        ));
    }
    let metrics = Metrics::of(&fitted).to_json();
    let fit_seconds = start.elapsed().as_secs_f64() - read;

    files::make_directory(&args.out)?;
    let total = start.elapsed().as_secs_f64();
    let timings = Timings { read, fit: fit_seconds, total };
    let timings = serde_json::to_string_pretty(&timings).expect("times are plain data") + "\n";
    let schema = fitted.artifact.json_schema() + "\n";
    let file = |name: &str| args.out.join(name);
    // The model last: whoever sees it finds its metrics and schema beside it.
    files::write_all(&[
        (&file("timings.json"), timings.as_bytes()),
        (&file("metrics.json"), metrics.as_bytes()),
        (&file("schema.json"), schema.as_bytes()),
        (&file("model.postcard"), &fitted.bytes),
    ])?;

    let mut out = Sink::open(None)?;
    if args.json {
        out.write_all(metrics.as_bytes()).map_err(output_failed)?;
    } else {
        print_fit(&mut out, args, &fitted).map_err(output_failed)?;
    }
    out.finish()
}

fn options(args: &FitArgs) -> FitOptions {
    FitOptions {
        columns: ColumnOptions {
            target: args.target.clone(),
            ignore: args.ignore.clone(),
            id: args.id.clone(),
            min_level: args.min_level as usize,
        },
        choose: ChooseOptions {
            segments: args.segments.map(usize::from),
            max_segments: usize::from(args.max_segments),
            min_segment: args.min_segment as usize,
            seed: args.seed,
        },
    }
}
