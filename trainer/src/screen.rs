//! What a person sees in the terminal: tables, progress, notes and errors.

use std::io::{self, IsTerminal as _, Write};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use indicatif::{ProgressBar, ProgressStyle};
use shared::Artifact;
use shared::model::ModelParts;
use shared::segment_model::{SegmentModel, TargetKind, most_probable};

use crate::choose::Reason;
use crate::cli::FitArgs;
use crate::error::Error;
use crate::fit::{Fitted, Stage};
use crate::quality::Quality;

/// Says what went wrong and what to do, on standard error.
pub(crate) fn print_error(error: &Error) {
    let mut stderr = io::stderr().lock();
    // When even standard error is gone, there is nobody to tell.
    let _ = writeln!(stderr, "error: {error}");
    if !error.hint().is_empty() {
        let _ = writeln!(stderr, "\nhint: {}", error.hint());
    }
}

/// A remark on standard error, so that output can be piped.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A warning on standard error.
pub(crate) fn warn(text: &str) {
    note(&format!("warning: {text}"));
}

/// Progress of a fit on standard error; nothing when that is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn new(max_segments: usize) -> Self {
        let bar = if io::stderr().is_terminal() {
            ProgressBar::new(max_segments as u64)
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
        bar.set_style(style.expect("the template is fixed"));
        Self { bar }
    }

    pub(crate) fn show(&self, stage: Stage) {
        match stage {
            Stage::Understanding => self.bar.set_message("understanding columns"),
            Stage::Preparing => self.bar.set_message("preparing"),
            Stage::Sweeping(done) => {
                self.bar.set_message("finding segments");
                self.bar.set_position(done as u64);
            }
            Stage::Expecting => self.bar.set_message("fitting segment models"),
        }
    }

    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// The narrowest that a table is squeezed to, in characters.
const NARROWEST: u16 = 72;

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    // Below this a table falls apart into letters; it had better be cut by the terminal.
    if table.width().is_some_and(|width| width < NARROWEST) {
        table.set_width(NARROWEST);
    }
    table.set_header(header);
    table
}

fn align_right(table: &mut Table, columns: &[usize]) {
    for &column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// A bar of thirty blocks at most; never empty for a share above 0.
fn bar(share: f64) -> String {
    (0..30).take_while(|&blocks| f64::from(blocks) < share * 30.0).map(|_| '█').collect()
}

/// What a fit understood, chose and made.
pub(crate) fn print_fit(out: &mut impl Write, args: &FitArgs, fitted: &Fitted) -> io::Result<()> {
    writeln!(out, "{}: {} customers\n", args.data.display(), fitted.n_rows)?;
    let mut columns = table(&["column", "kind", "used as", "missing", "distinct"]);
    for column in &fitted.columns {
        let role = match column.folded {
            0 => column.role.describe().to_owned(),
            n => format!("{}, {n} rare words folded", column.role.describe()),
        };
        let (missing, distinct) = (column.missing.to_string(), column.distinct.to_string());
        columns.add_row([column.name.as_str(), column.kind, &role, &missing, &distinct]);
    }
    align_right(&mut columns, &[3, 4]);
    writeln!(out, "{columns}\n")?;
    print_curve(out, fitted)?;
    print_segments(out, fitted.artifact.model().parts(), Some(&fitted.sizes))?;
    print_quality(out, &fitted.quality)?;
    writeln!(out, "model {}", fitted.artifact.id().to_hex())?;
    let folder = args.out.display();
    writeln!(out, "wrote {folder}/model.postcard, metrics.json, schema.json, timings.json")
}

fn print_curve(out: &mut impl Write, fitted: &Fitted) -> io::Result<()> {
    let choice = &fitted.choice;
    let mut curve = table(&["k", "WCSS", "", "smallest segment", ""]);
    let highest = choice.fits[0].inertia;
    for (i, fit) in choice.fits.iter().enumerate() {
        let k = i + 1;
        let mut marks = Vec::new();
        if k == choice.k {
            marks.push("chosen");
        }
        if choice.elbow.from_one.is_some_and(|knee| knee.k == k) {
            marks.push("knee from k = 1");
        }
        if choice.elbow.from_two.is_some_and(|knee| knee.k == k) {
            marks.push("knee from k = 2");
        }
        let share = if highest > 0.0 { fit.inertia / highest } else { 0.0 };
        curve.add_row([
            k.to_string(),
            format!("{:.1}", fit.inertia),
            bar(share),
            fit.sizes.iter().copied().min().unwrap_or(0).to_string(),
            marks.join(", "),
        ]);
    }
    align_right(&mut curve, &[0, 1, 3]);
    writeln!(out, "{curve}")?;
    let k = choice.k;
    match choice.reason {
        Reason::Asked => {
            writeln!(out, "as asked: {k} segments (the elbow is at {})\n", choice.elbow.k)
        }
        Reason::Elbow => writeln!(out, "{k} segments: the elbow of the curve\n"),
        Reason::BelowElbow(elbow) => writeln!(
            out,
            "{k} segments: the elbow is at {elbow}, but a segment there would have too few customers\n"
        ),
    }
}

fn print_segments(
    out: &mut impl Write,
    parts: &ModelParts,
    sizes: Option<&[usize]>,
) -> io::Result<()> {
    let header: &[&str] =
        if sizes.is_some() { &["segment", "share", "customers"] } else { &["segment", "share"] };
    let mut segments = table(header);
    for (id, info) in parts.segments.iter().enumerate() {
        let size = sizes.map(|sizes| sizes[id].to_string());
        let share = format!("{} %", info.share_percent);
        segments.add_row([info.name.clone(), share].into_iter().chain(size));
    }
    align_right(&mut segments, &[1, 2]);
    writeln!(out, "{segments}\n")?;
    print_expected(out, parts)
}

/// What is expected of each segment as a whole: typical values and most probable classes.
fn print_expected(out: &mut impl Write, parts: &ModelParts) -> io::Result<()> {
    let ids = (0..parts.segments.len()).map(|id| id.to_string());
    let header: Vec<String> = ["typical of segment".to_owned()].into_iter().chain(ids).collect();
    let mut expected = table(&header.iter().map(String::as_str).collect::<Vec<_>>());
    for models in &parts.targets {
        let cells =
            models.by_segment.iter().filter_map(|model| match (model, &models.target.kind) {
                (SegmentModel::Constant(value), _) => Some(value.to_string()),
                (SegmentModel::Frequencies(p), TargetKind::Class { classes }) => {
                    let most = most_probable(p);
                    Some(format!("{} ({:.0} %)", classes[most], 100.0 * p[most]))
                }
                // A regression expects something else of each customer.
                _ => None,
            });
        let cells: Vec<String> = cells.collect();
        if !cells.is_empty() {
            expected.add_row([models.target.name.clone()].into_iter().chain(cells));
        }
    }
    align_right(&mut expected, &(1..=parts.segments.len()).collect::<Vec<_>>());
    if expected.is_empty() { Ok(()) } else { writeln!(out, "{expected}\n") }
}

fn print_quality(out: &mut impl Write, quality: &[Quality]) -> io::Result<()> {
    for quality in quality {
        match quality {
            Quality::Number(q) => {
                let mut errors =
                    table(&["predicting by", "RMSE", "MAE", "total predicted / actual"]);
                for (name, e) in [
                    ("the mean", q.baseline),
                    ("one global model", q.global),
                    ("segment models", q.segments),
                ] {
                    let total = e.total.map_or("-".to_owned(), |total| format!("{total:.3}"));
                    errors.add_row([
                        name.into(),
                        format!("{:.4}", e.rmse),
                        format!("{:.4}", e.mae),
                        total,
                    ]);
                }
                align_right(&mut errors, &[1, 2, 3]);
                print_errors(out, &q.target, q.rows, &errors, q.segments_help)?;
            }
            Quality::Class(q) => {
                let mut errors = table(&["predicting by", "accuracy", "log-loss"]);
                for (name, e) in
                    [("all customers' frequencies", q.global), ("the segment's", q.segments)]
                {
                    errors.add_row([
                        name.into(),
                        format!("{:.4}", e.accuracy),
                        format!("{:.4}", e.log_loss),
                    ]);
                }
                align_right(&mut errors, &[1, 2]);
                print_errors(out, &q.target, q.rows, &errors, q.segments_help)?;
            }
            Quality::Typical { .. } => {}
        }
    }
    print_typical(out, quality)
}

fn print_errors(
    out: &mut impl Write,
    target: &str,
    rows: usize,
    errors: &Table,
    segments_help: bool,
) -> io::Result<()> {
    writeln!(out, "{target}, five folds, out of sample, {rows} customers\n{errors}")?;
    if segments_help {
        writeln!(out, "the segments themselves were found once, on all customers\n")
    } else {
        writeln!(out, "segments do not help here: every segment has the global model\n")
    }
}

fn print_typical(out: &mut impl Write, quality: &[Quality]) -> io::Result<()> {
    let mut errors = table(&["mean error of the typical value", "of all", "of the segment"]);
    for quality in quality {
        if let Quality::Typical { column, mae_all, mae_segments } = quality {
            errors.add_row([column.clone(), format!("{mae_all:.4}"), format!("{mae_segments:.4}")]);
        }
    }
    if errors.is_empty() {
        return Ok(());
    }
    align_right(&mut errors, &[1, 2]);
    writeln!(out, "{errors}\n")
}

/// What a model is.
pub(crate) fn print_card(out: &mut impl Write, artifact: &Artifact) -> io::Result<()> {
    let parts = artifact.model().parts();
    writeln!(out, "model {}\n", artifact.id().to_hex())?;
    let mut columns = table(&["column", "kind", "may be missing", "words"]);
    for column in parts.schema.columns() {
        let kind = &column.kind;
        let words: Vec<&str> = (0..kind.n_levels()).filter_map(|id| kind.level(id)).collect();
        let missing = if column.optional { "yes" } else { "no" };
        columns.add_row([&column.name, kind.name(), missing, &words.join(", ")]);
    }
    writeln!(out, "{columns}\n")?;
    print_segments(out, parts, None)?;
    let features: Vec<String> = parts
        .transform
        .features()
        .iter()
        .map(|feature| {
            let column = &parts.schema.columns()[feature.column];
            match feature.level.and_then(|level| column.kind.level(level)) {
                Some(word) => format!("{}={word}", column.name),
                None => column.name.clone(),
            }
        })
        .collect();
    writeln!(out, "{} prepared features: {}", features.len(), features.join(", "))
}
