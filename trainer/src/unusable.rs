//! Rows that cannot be used: told all at once, or put aside in a file so that the rest can go on.

use std::path::{Path, PathBuf};

use shared::rejected::Code;
use shared::{Column, ColumnKind, Rejected, Schema, Violation};

use crate::cli::RowArgs;
use crate::error::Error;
use crate::infer::findings::{Finding, Findings, Severity};
use crate::problems::{Problems, expected};
use crate::rejects::Rejects;
use crate::screen::{note, warn};

/// Rows that cannot be used, gathered while a file is read and validated.
#[derive(Debug, Default)]
pub struct Unusable {
    problems: Problems,
    rows: Vec<Faulty>,
    n_bytes: usize,
    rejects: Option<PathBuf>,
    show_values: bool,
}

/// A row that cannot be used, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Faulty {
    line: u64,
    reason: String,
    cells: Vec<String>,
}

impl Unusable {
    /// None yet; what becomes of them is in `args`.
    pub fn new(args: &RowArgs) -> Self {
        let rejects = args.rejects.clone();
        Self { rejects, show_values: args.show_values, ..Self::default() }
    }

    /// Adds a row that is wrong in itself.
    pub fn add_row(&mut self, line: u64, reason: &str, cells: impl FnOnce() -> Vec<String>) {
        self.problems.add(line, None, reason);
        self.keep(line, cells, || reason.to_owned());
    }

    /// Adds a row that does not fit the columns of `schema`; `value_of` gives the cell of a column, by its name.
    pub fn add_rejected(
        &mut self,
        line: u64,
        rejected: &Rejected,
        schema: Option<&Schema>,
        value_of: impl Fn(&str) -> Option<String>,
        cells: impl FnOnce() -> Vec<String>,
    ) {
        if schema.is_some_and(|schema| is_second_header(line, rejected, schema)) {
            let what = "looks like a second header";
            // What stands above line 2 is line 1; further down, other rows may lie between.
            let remedy = (line == 2).then(|| "`--skip-lines 1` takes the names from it".to_owned());
            self.problems.add_with_hint(line, None, what, remedy);
            return self.keep(line, cells, || what.to_owned());
        }
        let kind = |field: &str| {
            let columns = schema.map(Schema::columns).unwrap_or_default();
            columns.iter().find(|column| column.name == field).map(|column| &column.kind)
        };
        let said = |violation: &Violation| {
            let field = violation.field();
            let expected = expected(violation, kind(&field));
            (field, expected)
        };
        for violation in &rejected.violations {
            let (column, expected) = said(violation);
            let value = if self.show_values { value_of(&column) } else { None };
            self.problems.add_value(line, Some(&column), &expected, value);
        }
        self.keep(line, cells, || {
            let reasons = rejected.violations.iter().map(said);
            let reasons = reasons.map(|(column, expected)| format!("`{column}`: {expected}"));
            reasons.collect::<Vec<_>>().join("; ")
        });
    }

    fn keep(
        &mut self,
        line: u64,
        cells: impl FnOnce() -> Vec<String>,
        reason: impl FnOnce() -> String,
    ) {
        if self.rejects.is_some() {
            let row = Faulty { line, reason: reason(), cells: cells() };
            self.n_bytes +=
                row.reason.len() + row.cells.iter().map(|c| c.len() + 24).sum::<usize>();
            self.rows.push(row);
        }
    }

    /// How much memory the rows take that are kept to be put aside.
    pub fn n_bytes(&self) -> usize {
        self.n_bytes
    }

    /// How many there are.
    pub fn n_rows(&self) -> usize {
        self.problems.n_rows()
    }

    /// Whether they are put aside, so that the rest goes on.
    pub fn are_put_aside(&self) -> bool {
        self.rejects.is_some()
    }

    /// Tells them as findings: errors, unless they are put aside.
    pub fn tell(&self, findings: &mut Findings) {
        let severity = if self.are_put_aside() { Severity::Warning } else { Severity::Error };
        for problem in self.problems.groups() {
            findings.add(Finding {
                severity,
                code: if problem.column.is_some() { "bad-value" } else { "bad-row" },
                column: problem.column.clone(),
                what: problem.said(),
                remedy: match severity {
                    Severity::Error => {
                        problem.hint.clone().unwrap_or_else(|| remedy(problem.column.as_deref()))
                    }
                    _ => "put aside, as told".into(),
                },
                lines: problem.lines.clone(),
                rows: problem.count,
            });
        }
        if self.problems.further() > 0 {
            findings.add(Finding {
                severity,
                code: "bad-value",
                column: None,
                what: format!("and {} values of further kinds", self.problems.further()),
                remedy: String::new(),
                lines: Vec::new(),
                rows: 0,
            });
        }
    }

    /// Writes the rows into the file for them, where there is one, and says so; else they are an error.
    ///
    /// # Errors
    /// [`Error::BadRows`]; [`Error::CannotWrite`].
    pub fn settle(self, path: &Path, header: &[String]) -> Result<(), Error> {
        self.settle_with(path, header, MEND)
    }

    /// The same for a verb that puts no rows aside, and so has another `hint`.
    ///
    /// # Errors
    /// [`Error::BadRows`] with `hint`; [`Error::CannotWrite`].
    pub fn settle_with(mut self, path: &Path, header: &[String], hint: &str) -> Result<(), Error> {
        let Some(rejects) = self.rejects.take() else {
            return self.problems.into_result(path, hint);
        };
        if self.rows.is_empty() {
            if rejects.exists() {
                let rejects = rejects.display();
                note(&format!("no row was put aside: `{rejects}` is not of this run"));
            }
            return Ok(());
        }
        self.rows.sort_by_key(|row| row.line);
        let mut out = Rejects::create(&rejects, header)?;
        for row in &self.rows {
            out.add(row.line, &row.reason, row.cells.iter().map(String::as_str))?;
        }
        let n = out.finish()?;
        let s = if n == 1 { "" } else { "s" };
        warn(&format!("{n} row{s} put aside in {}", rejects.display()));
        Ok(())
    }
}

/// A second header stands among the first lines.
const FIRST_LINES: u64 = 5;

/// Whether a row among the first ones has words in most columns of numbers.
fn is_second_header(line: u64, rejected: &Rejected, schema: &Schema) -> bool {
    let is_number = |column: &&Column| matches!(column.kind, ColumnKind::Numeric { .. });
    let n_numbers = schema.columns().iter().filter(is_number).count();
    let is_word = |violation: &&Violation| violation.code == Code::NotANumber;
    let n_words = rejected.violations.iter().filter(is_word).count();
    line <= FIRST_LINES && n_words > 1 && 2 * n_words > n_numbers
}

/// What to do about rows that are wrong in themselves.
const MEND: &str = "mend them, or put such rows aside with `--rejects FILE`";

/// What to do about values that a column does not take, or about rows that are wrong in themselves.
fn remedy(column: Option<&str>) -> String {
    match column {
        None => MEND.into(),
        Some(name) => format!(
            "mend them, say `--missing \"{name}=VALUE\"` if one means that, or put such rows aside with \
             `--rejects FILE`"
        ),
    }
}
