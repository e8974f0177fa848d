//! What is worth telling about a table: errors that stop a fit, warnings, and remarks.

mod columns;

use std::fmt;

use serde::Serialize;
use shared::schema::SchemaDefect;

use super::dates::Trouble;
use super::{Known, Role};
use crate::cells::Cell;
use crate::choose::ChooseOptions;
use crate::problems::write_lines;
use crate::table::Table;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A fit would not go on.
    Error,
    /// Something to look at before the results are trusted.
    Warning,
    /// Something that was noticed and needs nothing done.
    Note,
}

/// One thing worth telling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What kind of thing it is, stable across versions.
    pub code: &'static str,
    /// The column it is about, if one.
    pub column: Option<String>,
    /// What was found; never a value.
    pub what: String,
    /// What to do about it; empty when nothing needs doing.
    pub remedy: String,
    /// The first few lines that show it.
    pub lines: Vec<u64>,
    /// How many rows are concerned; 0 when it is not about rows.
    pub rows: usize,
}

impl Finding {
    /// Whether a fit would not go on.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    /// "`age`, lines 4 and 9: what was found".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(column) = &self.column {
            write!(f, "`{column}`")?;
        }
        if !self.lines.is_empty() {
            f.write_str(if self.column.is_some() { ", " } else { "" })?;
            write_lines(f, &self.lines, self.rows)?;
        }
        if self.column.is_some() || !self.lines.is_empty() {
            f.write_str(": ")?;
        }
        f.write_str(&self.what)
    }
}

/// All findings, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Findings {
    all: Vec<Finding>,
}

/// Of so many lines, the first are named.
const SHOWN: usize = 5;

impl Findings {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.all.iter()
    }

    /// Whether one is an error.
    pub fn has_errors(&self) -> bool {
        self.all.iter().any(Finding::is_error)
    }

    /// The errors, taken out.
    pub fn into_errors(mut self) -> Vec<Finding> {
        self.all.retain(Finding::is_error);
        self.all
    }

    /// Adds one.
    pub fn add(&mut self, finding: Finding) {
        self.all.push(finding);
    }

    /// All of them, errors first, then warnings, then notes.
    pub fn into_sorted(mut self) -> Vec<Finding> {
        self.all.sort_by_key(|finding| finding.severity);
        self.all
    }

    fn tell(
        &mut self,
        severity: Severity,
        code: &'static str,
        column: Option<&str>,
        what: String,
        remedy: String,
    ) {
        let column = column.map(String::from);
        self.all.push(Finding { severity, code, column, what, remedy, lines: Vec::new(), rows: 0 });
    }

    /// A column of dates whose order is not settled.
    pub fn date_trouble(&mut self, table: &Table, position: usize, trouble: &Trouble) {
        let name = &table.header()[position];
        let cells = table.column(position);
        let row_of = |wanted: &String| {
            (0..cells.len()).find(|&row| match cells.get(row) {
                Cell::Word(code) => cells.words().get(code) == wanted,
                _ => false,
            })
        };
        let (Trouble::Ambiguous { orders, words } | Trouble::Contradictory { orders, words }) =
            trouble;
        let flags: Vec<String> = orders
            .iter()
            .map(|order| format!("`--date-order \"{name}={}\"`", order.name()))
            .collect();
        let flags = flags.join(" or ");
        let (code, what, remedy) = match trouble {
            Trouble::Ambiguous { .. } => {
                let names: Vec<&str> = orders.iter().map(|order| order.name()).collect();
                let what = format!(
                    "its dates can be read as {}, and that makes a difference",
                    names.join(" or ")
                );
                ("ambiguous-dates", what, format!("say {flags}"))
            }
            Trouble::Contradictory { .. } => (
                "contradictory-dates",
                "some of its dates fit one order only, some only another".to_owned(),
                format!("write them alike; or say {flags}, and the others are rows to mend"),
            ),
        };
        let lines = words.iter().filter_map(row_of).map(|row| table.line(row)).collect();
        self.all.push(Finding {
            severity: Severity::Error,
            code,
            column: Some(name.clone()),
            what,
            remedy,
            lines,
            rows: 0,
        });
    }

    pub(super) fn leak(&mut self, column: &str, target: &str, allowed: bool) {
        let what =
            format!("it alone gives `{target}` away: it was likely made from it, or after it");
        let (remedy, severity) = if allowed {
            (
                "allowed, as told: expect predictions to look better than they are".into(),
                Severity::Warning,
            )
        } else {
            (format!("left out; `--allow-column \"{column}\"` uses it"), Severity::Warning)
        };
        self.tell(severity, "leak", Some(column), what, remedy);
    }

    pub(super) fn misfit(&mut self, column: &str, why: String) {
        let remedy = "say another `--kind`, or nothing: then it is read off the values".into();
        self.tell(Severity::Error, "misfit", Some(column), why, remedy);
    }

    pub(super) fn suspected_leak(&mut self, column: &str, target: &str) {
        let what = format!("alone says much of `{target}`: is it known before `{target}` is?");
        let remedy = format!("`--ignore \"{column}\"`, if it is not");
        self.tell(Severity::Warning, "leak-suspected", Some(column), what, remedy);
    }

    pub(super) fn sum(&mut self, whole: &str, parts: &[&str]) {
        let parts: Vec<String> = parts.iter().map(|part| format!("`{part}`")).collect();
        let what = format!("is {}", parts.join(" plus "));
        let remedy =
            "one of them can be left out with `--ignore`: what they say weighs twice".into();
        self.tell(Severity::Note, "sum", Some(whole), what, remedy);
    }

    pub(super) fn unfit_target(&mut self, column: &str, why: &str) {
        let what = format!("cannot be predicted: it {why}");
        self.tell(
            Severity::Error,
            "target",
            Some(column),
            what,
            "choose another target, or none".into(),
        );
    }

    pub(super) fn no_column_left(&mut self, table: &Table, known: &[Known]) {
        let what = "no column is left to find segments in".to_owned();
        let any = |role: Role| known.iter().any(|column| column.role == role);
        let remedy = if table.header().len() == 1 {
            "is the delimiter right? say it with `--delimiter`"
        } else if any(Role::TooRare) {
            "give columns that say what customers are or do; with few rows, lower `--min-level`"
        } else {
            "give columns that say what customers are or do; `--allow-column` uses one that is left out"
        };
        self.tell(Severity::Error, "no-columns", None, what, remedy.into());
    }

    /// Whether there are too few customers for the segments that would be tried.
    pub fn too_few_rows(&mut self, rows: usize, options: &ChooseOptions) {
        let (min_segment, tried) =
            (options.min_segment, options.segments.unwrap_or(options.max_segments));
        let remedy = "give more rows, or lower `--min-segment` (a small segment may show a person)";
        // Asked for, all of them must be possible; else two must.
        let needed = options.segments.unwrap_or(2).min(tried);
        if rows < needed * min_segment {
            let customers =
                if rows == 1 { "1 customer is" } else { &format!("{rows} customers are") };
            let what = match options.segments {
                Some(k) if k > 2 => {
                    format!("{customers} too few for {k} segments of at least {min_segment}")
                }
                _ => format!("{customers} too few for segments of at least {min_segment}"),
            };
            self.tell(Severity::Error, "too-few-rows", None, what, remedy.into());
        } else if rows < tried * min_segment {
            let what = format!(
                "{rows} customers: at most {} segments of at least {min_segment} are possible",
                rows / min_segment
            );
            self.tell(Severity::Warning, "few-rows", None, what, String::new());
        }
    }
}

/// Why columns make no schema, in words.
pub(super) fn schema_defect(defect: SchemaDefect) -> &'static str {
    match defect {
        SchemaDefect::ColumnCount => "there are none, or too many",
        SchemaDefect::ColumnName => "a name is too long, or holds a control character",
        SchemaDefect::Levels => "a column's words are fewer than two, too many, or repeated",
        SchemaDefect::AsOf => "`as_of` is the name of the day that dates are counted from",
        SchemaDefect::Bounds => "a column's smallest value lies above its largest",
        SchemaDefect::Missing => "a value that means \"missing\" is no name",
    }
}
