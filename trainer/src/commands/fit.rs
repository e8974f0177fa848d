//! `trainer fit`: a table in, a folder with model, metrics and schema out.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use super::check::file_name;
use super::{Sink, out_of_fold, output_failed};
use crate::algorithms::Algorithm;
use crate::choose::ChooseOptions;
use crate::cli::{FindingArgs, FitArgs};
use crate::error::Error;
use crate::files;
use crate::fit::{FitOptions, fit};
use crate::infer::findings::Severity;
use crate::inputs::Inputs;
use crate::metrics::Metrics;
use crate::report;
use crate::screen::{Progress, note, print_fit, warn};
use crate::settings::Settings;
use crate::table::Table;
use crate::unusable::Unusable;

/// What is written. The model last: whoever sees it finds its metrics and schema beside it.
const RESULTS: [&str; 5] =
    ["timings.json", "report.html", "metrics.json", "schema.json", "model.postcard"];

/// Seconds, kept apart from the metrics so that those are the same in every run.
#[derive(Serialize)]
struct Timings {
    read: f64,
    fit: f64,
    total: f64,
}

pub(super) fn run(args: &FitArgs) -> Result<(), Error> {
    let start = Instant::now();
    let results = RESULTS.map(|name| args.out.join(name));
    let results = results.each_ref().map(PathBuf::as_path);
    let inputs = Inputs::of(&args.data, &args.read);
    let FindingArgs { choose, algorithm, compare, previous, show_customers } = &args.finding;
    let inputs = previous.iter().fold(inputs, |inputs, previous| inputs.and(previous));
    inputs.spare(&results, Some(&args.rows))?;
    if let Some(out) = &args.models.out_of_fold {
        let rejects = args.rows.rejects.as_deref();
        let others: Vec<&Path> = results.iter().copied().chain(rejects).collect();
        inputs.spare_too("--out-of-fold", out, &others)?;
    }
    let settings = Settings::of(&args.read, &args.columns, &args.targets)?;
    let by_settings = settings.choose(&args.segments);
    let previous_model = previous.as_deref().map(files::read_artifact).transpose()?;
    // A model is continued by the algorithm that it was made with.
    let before = previous_model.as_ref().map(|old| Algorithm::from(&old.model().parts().assigner));
    let options = FitOptions {
        choose: ChooseOptions { by: choose.unwrap_or(by_settings.by), ..by_settings },
        algorithm: algorithm.or(settings.fit.algorithm).or(before).unwrap_or_default(),
        compare: *compare,
        previous: previous_model,
        max_bytes: args.models.max_artifact_size,
        recommend: args.models.recommend.clone(),
        impute: settings.impute(),
        told: settings.told,
    };
    if *show_customers {
        warn("the report will show single customers on its map: keep it where the table may be");
    }
    if options.told.min_level < 20 || options.choose.min_segment < 20 {
        warn(
            "words or segments of fewer than 20 customers may show a person to whoever gets the model",
        );
    }
    let mut unusable = Unusable::new(&args.rows);
    let mut table = Table::read(&args.data, &settings.read, &mut unusable)?;
    note(&format!("read as: {}", table.read_as()));
    table.forget(&options.told)?;
    let read = start.elapsed().as_secs_f64();
    let progress = Progress::new(options.choose.last_tried());
    let fitted = fit(&table, &options, &mut unusable, |stage| progress.show(stage));
    progress.clear();
    let fitted = fitted?;
    for finding in fitted.findings.iter().filter(|f| f.severity == Severity::Warning) {
        warn(&finding.to_string());
    }
    if let Some(unknown) = &fitted.unknown_ids {
        warn(unknown);
    }
    if unusable.are_put_aside() {
        unusable.settle(table.path(), table.header())?;
    }
    let metrics = Metrics::of(&fitted);
    let points = show_customers.then_some(fitted.map_points.as_slice());
    let report = report::render(&metrics, points, &file_name(table.path()));
    let metrics = metrics.to_json();
    let fit_seconds = start.elapsed().as_secs_f64() - read;

    files::make_directory(&args.out)?;
    if let Some(path) = &args.models.out_of_fold {
        out_of_fold::write(path, &fitted.out_of_fold)?;
    }
    let total = start.elapsed().as_secs_f64();
    let timings = Timings { read, fit: fit_seconds, total };
    let timings = serde_json::to_string_pretty(&timings).expect("times are plain data") + "\n";
    let schema = fitted.artifact.json_schema() + "\n";
    let contents = [
        timings.as_bytes(),
        report.as_bytes(),
        metrics.as_bytes(),
        schema.as_bytes(),
        &fitted.bytes,
    ];
    let written: Vec<(&Path, &[u8])> = results.into_iter().zip(contents).collect();
    // With a point for each customer, the report is as private as the table.
    let private = show_customers.then_some(results[1]);
    files::write_all(&written, private)?;

    let mut out = Sink::standard();
    if args.json {
        out.write_all(metrics.as_bytes()).map_err(output_failed)?;
    } else if !crate::screen::is_quiet() {
        print_fit(&mut out, args, &fitted).map_err(output_failed)?;
    }
    out.finish()
}
