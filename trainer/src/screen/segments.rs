//! The segments of a fit: why so many, how real they are, what each is, and what became of those before.

use std::io::{self, Write};

use super::tables::{align_right, keep_whole, table};
use crate::decision::Decision;
use crate::describe::profile::{SegmentProfile, advice};
use crate::evidence::{Evidence, KneeEvidence, Standing};
use crate::lineage::{Change, Lineage};

/// A bar of ten blocks at most, which a narrow table has room for; never empty for a share above 0.
fn bar(share: f64) -> String {
    (0..10).take_while(|&blocks| f64::from(blocks) < share * 10.0).map(|_| '█').collect()
}

/// A figure with so many digits after the point; empty where there is none.
fn figure(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.digits$}"))
}

/// The evidence on each number of segments.
pub(super) fn print_curve(
    out: &mut impl Write,
    evidence: &Evidence,
    chosen: usize,
) -> io::Result<()> {
    let mut curve =
        table(&["k", "WCSS", "", "silhouette", "gap", "weakest Jaccard", "smallest", ""]);
    let highest = evidence.curve[0].wcss;
    let at = |knee: &Option<KneeEvidence>, k| knee.as_ref().is_some_and(|knee| knee.k == k);
    for point in &evidence.curve {
        let k = point.k;
        let marks = [
            (k == chosen).then_some("chosen"),
            at(&evidence.elbow.from_one, k).then_some("knee from 1"),
            at(&evidence.elbow.from_two, k).then_some("knee from 2"),
        ];
        let share = if highest > 0.0 { point.wcss / highest } else { 0.0 };
        curve.add_row([
            k.to_string(),
            format!("{:.1}", point.wcss),
            bar(share),
            figure(point.silhouette, 3),
            figure(point.gap, 2),
            figure(point.jaccard.iter().copied().reduce(f64::min), 2),
            point.smallest_segment.to_string(),
            marks.into_iter().flatten().collect::<Vec<_>>().join(", "),
        ]);
    }
    align_right(&mut curve, &[0, 1, 3, 4, 5, 6]);
    keep_whole(&mut curve, &[0, 1, 2, 3, 4, 6]);
    writeln!(out, "{curve}")
}

/// Why so many, and what to believe of them.
pub(super) fn print_decision(out: &mut impl Write, decision: &Decision) -> io::Result<()> {
    writeln!(out, "{}", decision.believe)?;
    writeln!(out, "{}", decision.why.join(" "))?;
    for warning in &decision.warnings {
        writeln!(out, "! {warning}")?;
    }
    writeln!(out)
}

/// What each segment is.
pub(super) fn print_profiles(out: &mut impl Write, profiles: &[SegmentProfile]) -> io::Result<()> {
    let mut segments = table(&["id", "segment", "share", "customers", "Jaccard"]);
    for profile in profiles {
        segments.add_row([
            profile.id.to_string(),
            profile.name.clone(),
            format!("{:.0} %", 100.0 * profile.share),
            profile.size.to_string(),
            figure(profile.jaccard, 2),
        ]);
    }
    align_right(&mut segments, &[0, 2, 3, 4]);
    keep_whole(&mut segments, &[0, 2, 3, 4]);
    writeln!(out, "{segments}\n")?;
    for profile in profiles {
        writeln!(out, "{}: {}", profile.id, profile.description)?;
        if let Some(standing) = profile.standing.filter(|s| *s < Standing::Stable) {
            writeln!(out, "   ! {}", advice(standing))?;
        }
    }
    writeln!(out)
}

/// What became of a previous model's segments.
pub(super) fn print_lineage(out: &mut impl Write, lineage: Option<&Lineage>) -> io::Result<()> {
    let Some(lineage) = lineage else { return Ok(()) };
    let share = 100.0 * lineage.stayed;
    writeln!(out, "{share:.0} % of the customers keep their segment of the previous model")?;
    let list = |ids: &[u16]| ids.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    for change in &lineage.changes {
        match change {
            Change::Kept { id, name, jaccard } => {
                writeln!(out, "  kept     {id}: {name} (Jaccard {jaccard:.2})")?;
            }
            Change::New { id, name } => writeln!(out, "  new      {id}: {name}")?,
            Change::Retired { id, name } => writeln!(out, "  retired  {id}: {name}")?,
            Change::Split { from, into } => {
                writeln!(out, "  split    {from} into {}", list(into))?;
            }
            Change::Merged { from, into } => {
                writeln!(out, "  merged   {} into {into}", list(from))?;
            }
        }
    }
    writeln!(out)
}
