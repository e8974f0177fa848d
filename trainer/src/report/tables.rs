//! The sections that are tables: the decision, the comparison, the lineage, the models and the data.

use super::html::{self, Html, count, maybe, number, percent};
use super::parts::{Cell, Table};
use super::words;
use crate::infer::findings::Severity;
use crate::lineage::Change;
use crate::metrics::Metrics;

/// What each criterion says.
pub(super) fn criteria(metrics: &Metrics<'_>) -> Table {
    let mut table =
        Table::new("What each criterion says", &["Criterion", "Segments", "What it found"]);
    for (i, criterion) in metrics.decision.criteria.iter().enumerate() {
        table.row([
            Html::from(criterion.name),
            criterion.k.map_or_else(
                || Html::from("undecided"),
                |k| count(&format!("decision.criteria[{i}].k"), k),
            ),
            Html::from(criterion.note.as_str()),
        ]);
    }
    table
}

/// Algorithms side by side.
pub(super) fn comparison(metrics: &Metrics<'_>) -> Option<Table> {
    let mut table = Table::new(
        "Algorithms on the same prepared customers",
        &[
            "Algorithm",
            "Why, or why not",
            "Segments",
            "Silhouette",
            "Davies-Bouldin",
            "DBCV",
            "Stability",
            "Smallest segment",
            "Without a segment",
            "Fidelity of its rule",
            "Customers",
        ],
    );
    for (i, compared) in metrics.comparison.iter().enumerate() {
        let path = |field: &str| format!("comparison[{i}].{field}");
        let mark = if compared.recommended { " (recommended)" } else { "" };
        let only = if compared.offered { "" } else { " (shown only)" };
        let name = format!("{}{mark}{only}", words::algorithm(compared.algorithm));
        let cells = [
            Html::from(name),
            Html::from(compared.why.as_str()),
            count(&path("k"), compared.k),
            maybe(&path("silhouette"), compared.silhouette),
            maybe(&path("davies_bouldin"), compared.davies_bouldin),
            maybe(&path("dbcv"), compared.dbcv),
            maybe(&path("stability"), compared.stability),
            count(&path("smallest_segment"), compared.smallest_segment),
            percent(&path("unassigned"), compared.unassigned),
            number(&path("fidelity"), compared.fidelity),
            count(&path("rows"), compared.rows),
        ];
        let class = if compared.recommended { "best" } else { "" };
        table.rows.push(cells.into_iter().map(|html| Cell { html, class }).collect());
    }
    (!table.rows.is_empty()).then_some(table)
}

/// What became of the segments of a previous model.
pub(super) fn lineage(metrics: &Metrics<'_>) -> Option<(Html, String, Table)> {
    let lineage = metrics.lineage?;
    let mut table =
        Table::new("What became of the segments", &["What", "Segments", "Customers in common"]);
    let list = |ids: &[u16]| ids.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    for (i, change) in lineage.changes.iter().enumerate() {
        let none = || Html::from(html::NONE);
        table.row(match change {
            Change::Kept { id, name, jaccard } => [
                Html::from("kept"),
                Html::from(format!("{id} {name}")),
                percent(&format!("lineage.changes[{i}].jaccard"), *jaccard),
            ],
            Change::Split { from, into } => {
                [Html::from("split"), Html::from(format!("{from} into {}", list(into))), none()]
            }
            Change::Merged { from, into } => {
                [Html::from("merged"), Html::from(format!("{} into {into}", list(from))), none()]
            }
            Change::New { id, name } => {
                [Html::from("new"), Html::from(format!("{id} {name}")), none()]
            }
            Change::Retired { id, name } => {
                [Html::from("retired"), Html::from(format!("{id} {name}")), none()]
            }
        });
    }
    Some((percent("lineage.stayed", lineage.stayed), lineage.previous.clone(), table))
}

/// What was understood of each column.
pub(super) fn columns(metrics: &Metrics<'_>) -> Table {
    let head =
        ["Column", "Kind", "Part", "Without a value", "Distinct values", "Rare words", "Remarks"];
    let mut table = Table::new("The columns of the table", &head);
    for (i, column) in metrics.columns.iter().enumerate() {
        let path = |field: &str| format!("columns[{i}].{field}");
        let sensitive = column.sensitive.map(|attribute| format!("sensitive: {attribute}"));
        let why = Some(column.why.to_owned()).filter(|why| !why.is_empty());
        let remarks: Vec<String> = why.into_iter().chain(sensitive).collect();
        table.row([
            Html::name(column.name),
            Html::from(column.kind),
            Html::from(column.role),
            count(&path("missing"), column.missing),
            count(&path("distinct"), column.distinct),
            count(&path("folded"), column.folded),
            Html::from(remarks.join("; ")),
        ]);
    }
    table
}

/// What was noticed about the table.
pub(super) fn findings(metrics: &Metrics<'_>) -> Option<Table> {
    let mut table =
        Table::new("What was noticed about the table", &["Weight", "What", "What to do"]);
    for finding in metrics.findings {
        let weight = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        table.row([
            Html::from(weight),
            Html::name(&finding.to_string()),
            Html::name(&finding.remedy),
        ]);
    }
    (!table.rows.is_empty()).then_some(table)
}
