//! Tables: what a fit found, and what a model is.

use std::io::{self, Write};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table};
use shared::Margin;
use shared::model::ModelParts;
use shared::number::{self, Finite};
use shared::segment_model::{TargetKind, most_probable, softmax};
use shared::{Artifact, Column, ColumnKind, Playbook};

use super::quality::print_target_quality;
use super::usual::{print_gaps, print_usual};
use crate::cli::FitArgs;
use crate::describe::feature_names;
use crate::fit::Fitted;
use crate::infer::{ColumnReport, Role};
use crate::judge::JudgedTarget;

use super::compared::print_compared;
use super::segments::{print_curve, print_decision, print_lineage, print_profiles};

/// How wide a table is that no terminal shows.
const PIPED: u16 = 120;

/// The narrowest that a table is squeezed to, in characters.
const NARROWEST: u16 = 72;

pub(super) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    // What the environment says comes before what the terminal says, as elsewhere.
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = columns.filter(|&columns| columns > 0).or_else(|| table.width());
    // Narrower, a table falls apart into letters; it had better be cut by the terminal.
    table.set_width(width.unwrap_or(PIPED).max(NARROWEST));
    table.set_header(header);
    table
}

/// Keeps columns whole: names, figures and words that must not break.
pub(super) fn keep_whole(table: &mut Table, columns: &[usize]) {
    for &column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
}

/// How wide a table may be.
pub(super) fn width_of(table: &Table) -> usize {
    table.width().unwrap_or(PIPED).into()
}

/// A name that leaves room for what is said of it: a long one without its middle.
pub(super) fn short_name(name: &str, width: usize) -> String {
    let most = (width / 5).max(16);
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= most {
        return name.to_owned();
    }
    let (head, tail) = (most / 2, most - most / 2 - 1);
    let (head, tail) = (&letters[..head], &letters[letters.len() - tail..]);
    head.iter().chain(&['…']).chain(tail).collect()
}

pub(super) fn align_right(table: &mut Table, columns: &[usize]) {
    for &column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// What a fit understood, chose and made.
pub(crate) fn print_fit(out: &mut impl Write, args: &FitArgs, fitted: &Fitted) -> io::Result<()> {
    writeln!(out, "{}: {} customers\n", args.data.display(), fitted.n_rows)?;
    print_columns(out, &fitted.columns)?;
    print_curve(out, &fitted.evidence, fitted.decision.k)?;
    print_decision(out, &fitted.decision)?;
    print_profiles(out, &fitted.segments)?;
    print_lineage(out, fitted.lineage.as_ref())?;
    print_compared(out, &fitted.comparison)?;
    print_expected(out, fitted.artifact.model().parts())?;
    for JudgedTarget { verdict, quality, .. } in &fitted.targets {
        print_target_quality(out, verdict, quality)?;
    }
    if fitted.targets.is_empty() {
        print_usual(out, &fitted.usual)?;
    }
    print_gaps(out, fitted.gap.as_ref())?;
    if let Playbook::Recipes(playbook) = &fitted.artifact.model().parts().playbook {
        let n = playbook.recipes.len();
        let s = if n == 1 { "" } else { "s" };
        writeln!(
            out,
            "recommends by {n} recipe{s}; `trainer playbook check` says whom they reach\n"
        )?;
    }
    writeln!(out, "model {}", fitted.artifact.id().to_hex())?;
    let folder = args.out.display();
    writeln!(
        out,
        "wrote {folder}/model.postcard, report.html, metrics.json, schema.json, timings.json"
    )
}

/// What each column is, in as few columns as say it.
fn print_columns(out: &mut impl Write, reports: &[ColumnReport]) -> io::Result<()> {
    let mut columns = table(&["column", "kind", "used as", "missing", "distinct"]);
    for column in reports {
        let (missing, distinct) = (column.missing.to_string(), column.distinct.to_string());
        let name = short_name(&column.name, width_of(&columns));
        columns.add_row([name.as_str(), column.kind, &used_as(column), &missing, &distinct]);
    }
    align_right(&mut columns, &[3, 4]);
    keep_whole(&mut columns, &[0, 1, 3, 4]);
    writeln!(out, "{columns}\n")
}

/// The part a column plays, and why.
pub(super) fn used_as(column: &ColumnReport) -> String {
    let part = match column.role {
        Role::Feature => "feature".to_owned(),
        Role::Target => "target".to_owned(),
        _ => format!("left out: {}", column.why),
    };
    let sensitive = column.sensitive.filter(|_| column.role == Role::Feature);
    let sensitive = sensitive.map(|attribute| format!("sensitive ({attribute})"));
    let folded = (column.folded > 0).then(|| format!("{} rare words folded", column.folded));
    [Some(part), sensitive, folded].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn print_segments(out: &mut impl Write, parts: &ModelParts) -> io::Result<()> {
    let mut segments = table(&["id", "segment", "share", "stability"]);
    for info in &parts.segments {
        segments.add_row([
            info.id.to_string(),
            info.name.clone(),
            format!("{} %", info.share_percent),
            info.stability_percent.map_or_else(String::new, |percent| format!("{percent} %")),
        ]);
    }
    align_right(&mut segments, &[0, 2, 3]);
    keep_whole(&mut segments, &[0, 2, 3]);
    writeln!(out, "{segments}\n")?;
    for info in parts.segments.iter().filter(|info| !info.description.is_empty()) {
        writeln!(out, "{}: {}\n", info.name, info.description)?;
    }
    print_expected(out, parts)
}

/// What is expected of each segment as a whole: typical values and most probable classes.
fn print_expected(out: &mut impl Write, parts: &ModelParts) -> io::Result<()> {
    let ids = parts.segments.iter().map(|info| info.id.to_string());
    let header: Vec<String> = ["typical of segment".to_owned()].into_iter().chain(ids).collect();
    let mut expected = table(&header.iter().map(String::as_str).collect::<Vec<_>>());
    for models in parts.predicted() {
        let cells = models.own.iter().filter_map(|own| match (&own.margin, &models.target.kind) {
            (Margin::Constant(margins), TargetKind::Class { classes }) => {
                let p = softmax(margins);
                let most = most_probable(&p);
                Some(format!("{} ({:.0} %)", classes[most], 100.0 * p[most]))
            }
            (Margin::Constant(margins), TargetKind::Number) => {
                Some(models.link.number(&parts.transform, margins[0]).to_string())
            }
            // Another kind of model expects something else of each customer.
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

/// What a column takes: its words or bounds, what means "missing", and what to beware of.
fn takes(column: &Column) -> String {
    let kind = &column.kind;
    let words: Vec<&str> = (0..kind.n_levels()).filter_map(|id| kind.level(id)).collect();
    let bounds = match kind {
        ColumnKind::Numeric { lower, upper } => {
            let bound = |word: &str, bound: &Option<Finite>| {
                bound.map(|bound| format!("{word} {}", number::to_text(bound.get())))
            };
            [bound("at least", lower), bound("at most", upper)].into_iter().flatten().collect()
        }
        _ => Vec::new(),
    };
    let missing = (!column.missing.is_empty())
        .then(|| format!("missing also as {}", column.missing.join(", ")));
    let sensitive = column.sensitive.map(|attribute| format!("sensitive ({})", attribute.as_str()));
    let words = (!words.is_empty()).then(|| words.join(", "));
    words.into_iter().chain(bounds).chain(missing).chain(sensitive).collect::<Vec<_>>().join("; ")
}

/// What a model is.
pub(crate) fn print_card(out: &mut impl Write, artifact: &Artifact) -> io::Result<()> {
    let parts = artifact.model().parts();
    writeln!(out, "model {}\n", artifact.id().to_hex())?;
    let mut columns = table(&["column", "kind", "may be missing", "takes"]);
    for column in parts.schema.columns() {
        let missing = if column.optional { "yes" } else { "no" };
        columns.add_row([&column.name, column.kind.name(), missing, &takes(column)]);
    }
    writeln!(out, "{columns}\n")?;
    if let Some(as_of) = parts.schema.as_of() {
        writeln!(out, "dates are counted back from {as_of}, unless a customer says another day\n")?;
    }
    print_segments(out, parts)?;
    let features = feature_names(parts);
    writeln!(out, "{} prepared features: {}", features.len(), features.join(", "))
}
