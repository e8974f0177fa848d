//! `trainer check`: what a table holds, what is wrong with it, and whether `fit` would go on.

use serde::Serialize;

use super::{Sink, output_failed};
use crate::cli::CheckArgs;
use crate::dataset::Dataset;
use crate::error::Error;
use crate::infer::findings::{Finding, Severity};
use crate::infer::relations::duplicates;
use crate::infer::{ColumnReport, Role, understand};
use crate::inputs::Inputs;
use crate::settings::Settings;
use crate::table::Table;
use crate::unusable::Unusable;

/// The report, as JSON has it.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    schema_version: u32,
    file: FileReport,
    /// Whether `fit` would go on.
    pub(crate) ready: bool,
    /// One a column, in the file's order.
    pub(crate) columns: Vec<ColumnReport>,
    /// Errors first, then warnings, then notes.
    pub(crate) findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
struct FileReport {
    name: String,
    read_as: String,
    rows: usize,
    columns: usize,
    /// Rows that repeat an earlier one in every column.
    duplicate_rows: usize,
    /// Rows that repeat an earlier one in every column but those that name the customer.
    duplicate_customers: usize,
}

pub(super) fn run(args: &CheckArgs) -> Result<(), Error> {
    Inputs::of(&args.data, &args.read).spare(&[], Some(&args.rows))?;
    let settings = Settings::of(&args.read, &args.columns, &args.targets)?;
    let choose = settings.choose(&args.segments);
    let mut unusable = Unusable::new(&args.rows);
    let mut table = Table::read(&args.data, &settings.read, &mut unusable)?;
    let n_faulty = unusable.n_rows();
    table.forget(&settings.told)?;
    let mut understood = understand(&table, &settings.told)?;
    if let Some(plan) = &understood.plan {
        Dataset::validate(&table, plan, &mut unusable, |_, _, _| {});
    }
    unusable.tell(&mut understood.findings);
    let n_rows = table.n_rows() + n_faulty;
    understood.findings.too_few_rows(n_rows - unusable.n_rows(), &choose);

    let all: Vec<usize> = (0..table.header().len()).collect();
    let but_identifiers: Vec<usize> =
        all.iter().copied().filter(|&c| understood.columns[c].role != Role::Identifier).collect();
    let report = Report {
        schema_version: 1,
        file: FileReport {
            name: file_name(table.path()),
            read_as: table.read_as().to_owned(),
            rows: n_rows,
            columns: table.header().len(),
            duplicate_rows: duplicates(&table, &all),
            duplicate_customers: duplicates(&table, &but_identifiers),
        },
        ready: !understood.findings.has_errors(),
        columns: understood.columns,
        findings: understood.findings.into_sorted(),
    };
    if unusable.are_put_aside() {
        unusable.settle(table.path(), table.header())?;
    }

    let mut out = Sink::standard();
    if args.json {
        out.write_json(&report)?;
    } else if !crate::screen::is_quiet() {
        crate::screen::print_check(&mut out, &report).map_err(output_failed)?;
    }
    out.finish()?;
    if report.ready { Ok(()) } else { Err(Error::NotReady) }
}

/// A report says which file it is about, not where somebody keeps it.
pub(super) fn file_name(path: &std::path::Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

impl Report {
    /// "customers.csv: 8950 customers, 18 columns; read as: comma, UTF-8".
    pub(crate) fn headline(&self) -> String {
        let FileReport { name, read_as, rows, columns, .. } = &self.file;
        format!("{name}: {rows} customers, {columns} columns\nread as: {read_as}")
    }

    /// What there is to say of repeated rows; nothing, where there are none.
    pub(crate) fn repeated(&self) -> Option<String> {
        let FileReport { duplicate_rows: rows, duplicate_customers: customers, .. } = self.file;
        match (rows, customers) {
            (0, 0) => None,
            (rows, customers) if rows == customers => {
                Some(format!("{rows} rows repeat an earlier one"))
            }
            (rows, customers) => Some(format!(
                "{rows} rows repeat an earlier one; {customers}, if identifiers are not looked at"
            )),
        }
    }

    /// The findings of a severity.
    pub(crate) fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.severity == severity)
    }
}
