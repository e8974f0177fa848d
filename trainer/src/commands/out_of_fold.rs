//! The answers of nested cross-validation as a table, so that whoever doubts the figures can count again.

use std::collections::BTreeMap;
use std::path::Path;

use super::Sink;
use super::rows::{Cell, RowWriter};
use shared::dialect::CellStyle;

use crate::error::Error;
use crate::expect::OutOfFold;

/// Writes a row for each customer of whom a target is known, in the table's order: `row` (1 is the first below the
/// header), `fold`, `segment`, and for each target what was predicted without the
/// customer's fold; empty where the target is not known.
pub(super) fn write(path: &Path, targets: &[OutOfFold]) -> Result<(), Error> {
    let mut header = vec!["row".to_owned(), "fold".into(), "segment".into()];
    for OutOfFold { target, classes, .. } in targets {
        header.push(format!("predicted_{target}"));
        if classes.is_empty() {
            header.extend([format!("lower_{target}"), format!("upper_{target}")]);
        }
        header.extend(classes.iter().map(|class| format!("probability_{target}_{class}")));
    }
    let mut customers: BTreeMap<u32, (u8, u16, Vec<Option<usize>>)> = BTreeMap::new();
    for (position, target) in targets.iter().enumerate() {
        for (at, &row) in target.table_rows.iter().enumerate() {
            let none = || (target.folds[at], target.segments[at], vec![None; targets.len()]);
            customers.entry(row).or_insert_with(none).2[position] = Some(at);
        }
    }
    let sink = Sink::whole(Some(path))?;
    let header = header.iter().map(String::as_str);
    let mut out = RowWriter::defused(sink, CellStyle::default(), header);
    for (row, (fold, segment, positions)) in customers {
        let first = [i64::from(row) + 1, fold.into(), segment.into()].map(Cell::Count);
        let answers = targets.iter().zip(positions).flat_map(|(target, at)| cells(target, at));
        out.write(first.into_iter().chain(answers))?;
    }
    out.finish()
}

fn cells(target: &OutOfFold, at: Option<usize>) -> Vec<Cell<'_>> {
    let n_classes = target.classes.len();
    let width = if n_classes == 0 { 3 } else { 1 + n_classes };
    let Some(at) = at else { return (0..width).map(|_| Cell::Given("")).collect() };
    let answered = &target.answered;
    if n_classes == 0 {
        let interval = answered.intervals.get(at).copied();
        let end = |end: Option<f64>| end.map_or(Cell::Given(""), Cell::Number);
        return vec![
            Cell::Number(answered.chosen[at]),
            end(interval.map(|(lower, _)| lower)),
            end(interval.map(|(_, upper)| upper)),
        ];
    }
    let probabilities = &answered.chosen[at * n_classes..(at + 1) * n_classes];
    let most = shared::segment_model::most_probable(probabilities);
    let mut cells = vec![Cell::Word(&target.classes[most])];
    cells.extend(probabilities.iter().map(|&p| Cell::Number(p)));
    cells
}
