//! What `diff` found.

use std::io::{self, Write};

use super::tables::{align_right, keep_whole, table};
use crate::lineage::{Against, BORDER, Change, DiffReport, Movement, Preparation, Reason};

/// How many stayed, who went where, what became of the segments.
pub(crate) fn print_diff(out: &mut impl Write, report: &DiffReport) -> io::Result<()> {
    let DiffReport { compared, stayed, moved, .. } = report;
    let percent = 100.0 * report.stayed_share;
    writeln!(
        out,
        "{stayed} of {compared} customers keep their segment ({percent:.1} %), {moved} move"
    )?;
    for (count, which) in [(report.only_old, "previous"), (report.only_new, "new")] {
        if count > 0 {
            writeln!(out, "{count} more can be read by the {which} model only")?;
        }
    }
    writeln!(out)?;
    print_movements(out, report)?;
    print_why(out, report)?;
    print_changes(out, report)
}

fn print_movements(out: &mut impl Write, report: &DiffReport) -> io::Result<()> {
    let mut movements = table(&["from", "to", "customers", "at the border", "how they differ"]);
    for movement in &report.movements {
        movements.add_row([
            format!("{} {}", movement.from, movement.from_name),
            format!("{} {}", movement.to, movement.to_name),
            movement.customers.to_string(),
            format!("{:.0} %", 100.0 * movement.border),
            differ(movement),
        ]);
    }
    let further = report.further;
    if further.movements > 0 {
        let customers = further.customers.map_or("a few".to_owned(), |n| n.to_string());
        let others = format!("{} others", further.movements);
        movements.add_row([others, String::new(), customers, String::new(), String::new()]);
    }
    align_right(&mut movements, &[2, 3]);
    keep_whole(&mut movements, &[2]);
    if movements.is_empty() { Ok(()) } else { writeln!(out, "{movements}\n") }
}

fn differ(movement: &Movement) -> String {
    let reasons: Vec<String> = movement.reasons.iter().map(Reason::said).collect();
    match movement.against {
        Against::Nobody => "nearly the whole segment went".into(),
        _ if reasons.is_empty() => "hardly".into(),
        Against::Stayers => reasons.join("; "),
        Against::OthersOfSegment => format!("{} (than the others)", reasons.join("; ")),
    }
}

fn print_why(out: &mut impl Write, report: &DiffReport) -> io::Result<()> {
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    if let Some(border) = report.border {
        let within = percent(BORDER);
        writeln!(
            out,
            "{} of those who move stood at the border of their old segment (the next one within {within})",
            percent(border)
        )?;
    }
    match (report.preparation, report.by_centres) {
        (Preparation::Same, _) => {
            writeln!(out, "columns are prepared as before: the segments moved")?;
        }
        (Preparation::Changed, Some(share)) => writeln!(
            out,
            "{} of them move because the segments moved, the others because columns are prepared otherwise",
            percent(share)
        )?,
        (Preparation::Changed, None) => writeln!(out, "columns are prepared otherwise")?,
        (Preparation::OtherColumns, _) => {
            writeln!(out, "the models read other columns, or other words in them")?;
        }
    }
    writeln!(out)
}

fn print_changes(out: &mut impl Write, report: &DiffReport) -> io::Result<()> {
    let ids = |ids: &[u16]| ids.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    for change in &report.changes {
        match change {
            Change::Kept { id, name, jaccard } => {
                let same = 100.0 * jaccard;
                writeln!(out, "kept     {id} {name} ({same:.0} % the same customers)")?;
            }
            Change::Split { from, into } => writeln!(out, "split    {from} into {}", ids(into))?,
            Change::Merged { from, into } => writeln!(out, "merged   {} into {into}", ids(from))?,
            Change::New { id, name } => writeln!(out, "new      {id} {name}")?,
            Change::Retired { id, name } => writeln!(out, "retired  {id} {name}")?,
        }
    }
    for renamed in &report.renamed {
        writeln!(out, "renamed  {}: {}, before {}", renamed.id, renamed.new, renamed.old)?;
    }
    Ok(())
}
