//! What `check` found, for people.

use std::io::{self, Write};

use comfy_table::Table;

use super::tables::{align_right, keep_whole, short_name, table, used_as, width_of};
use crate::commands::check::Report;
use crate::infer::findings::Severity;
use crate::infer::{ColumnReport, Role};

/// A table's columns, what was found, and whether `fit` would go on.
pub(crate) fn print_check(out: &mut impl Write, report: &Report) -> io::Result<()> {
    writeln!(out, "{}\n", report.headline())?;
    let columns = columns(&report.columns);
    writeln!(out, "{columns}\n")?;
    if let Some(repeated) = report.repeated() {
        writeln!(out, "{repeated}\n")?;
    }
    for (severity, title) in [
        (Severity::Error, "must be settled"),
        (Severity::Warning, "to look at"),
        (Severity::Note, "noticed"),
    ] {
        let mut findings = report.of(severity).peekable();
        if findings.peek().is_none() {
            continue;
        }
        writeln!(out, "{title}")?;
        for finding in findings {
            writeln!(out, "  {finding}")?;
            if !finding.remedy.is_empty() {
                writeln!(out, "    {}", finding.remedy)?;
            }
        }
        writeln!(out)?;
    }
    if report.ready {
        let n = report.columns.iter().filter(|column| column.role == Role::Feature).count();
        writeln!(out, "`fit` would go on, with {n} columns")
    } else {
        Ok(())
    }
}

/// A way to say something of a column.
type Say = fn(&ColumnReport) -> String;

/// What stands in every table: between these stand the others, where there is room.
const ALWAYS: [(&str, Say); 5] = [
    ("column", |_| String::new()),
    ("kind", |column| column.kind.to_owned()),
    ("missing", |column| blank_if_zero(column.missing)),
    ("values", values),
    ("used as", used_as),
];

/// What wider tables say too, the most telling first.
const WIDER: [(&str, Say); 4] = [
    ("distinct", |column| column.distinct.to_string()),
    ("zeros", |column| {
        let zeros = column.numbers.as_ref().map_or(0.0, |numbers| numbers.zeros);
        if zeros > 0.0 { format!("{:.0} %", 100.0 * zeros) } else { String::new() }
    }),
    ("skew", |column| {
        column.numbers.as_ref().map_or(String::new(), |numbers| format!("{:.1}", numbers.skewness))
    }),
    ("far out", |column| {
        column.numbers.as_ref().map_or(String::new(), |numbers| blank_if_zero(numbers.far_out))
    }),
];

/// The room that the two columns want which may be broken between words.
const VALUES: usize = 16;
const USED_AS: usize = 24;

/// What each column holds, in as many columns as the width allows.
fn columns(reports: &[ColumnReport]) -> Table {
    let width = width_of(&table(&[]));
    let name = |report: &ColumnReport| short_name(&report.name, width);
    // With the blanks and the line beside it.
    let widest = |title: &str, say: &dyn Fn(&ColumnReport) -> String| {
        let cells = reports.iter().map(|report| say(report).chars().count());
        cells.chain([title.len()]).max().unwrap_or(0) + 3
    };
    let [first, kind, missing, last @ ..] = ALWAYS;
    let mut room = width.saturating_sub(
        1 + widest(first.0, &name)
            + widest(kind.0, &kind.1)
            + widest(missing.0, &missing.1)
            + widest(last[0].0, &last[0].1).min(VALUES + 3)
            + widest(last[1].0, &last[1].1).min(USED_AS + 3),
    );
    let fits = |(title, say): &(&str, Say)| {
        let needed = widest(title, say);
        let fits = needed <= room;
        room = if fits { room - needed } else { 0 };
        fits
    };
    let wider: Vec<(&str, Say)> = WIDER.into_iter().filter(fits).collect();
    let shown: Vec<(&str, Say)> = [kind, missing].into_iter().chain(wider).chain(last).collect();
    let titles: Vec<&str> = [first.0].into_iter().chain(shown.iter().map(|(t, _)| *t)).collect();
    let mut columns = table(&titles);
    for report in reports {
        let cells = shown.iter().map(|(_, say)| say(report));
        columns.add_row([name(report)].into_iter().chain(cells));
    }
    let figures: Vec<usize> = (2..titles.len() - 2).collect();
    align_right(&mut columns, &figures);
    keep_whole(&mut columns, &[0, 1]);
    keep_whole(&mut columns, &figures);
    columns
}

fn blank_if_zero(count: usize) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}

/// The range of numbers, or the words that most customers share.
fn values(column: &ColumnReport) -> String {
    if let Some(numbers) = &column.numbers {
        return format!("{} to {}", plain(numbers.min), plain(numbers.max));
    }
    let shown = column.shown_levels().iter().map(|(word, count)| format!("{word} ({count})"));
    let shown: Vec<String> = shown.collect();
    let more = if shown.is_empty() || shown.len() >= column.distinct { "" } else { ", …" };
    let joint = if column.kind == "ordinal" { " < " } else { ", " };
    format!("{}{more}", shown.join(joint))
}

/// A number as people read it: at most four digits behind the point.
fn plain(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}
