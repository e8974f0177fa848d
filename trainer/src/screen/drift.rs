//! What `drift` found.

use std::io::{self, Write};

use super::tables::{align_right, keep_whole, short_name, table, width_of};
use crate::drift::{ColumnDrift, Counted, Difference, DriftReport, Shift, Verdict};

/// At most this share lies beyond each end of what a model tells apart, in training.
const USUAL_BEYOND: f64 = 0.02;

/// The verdict, then the columns that say most first, then the segments.
pub(crate) fn print_drift(out: &mut impl Write, report: &DriftReport) -> io::Result<()> {
    let (rows, trained) = (report.rows, report.trained_on);
    let by_column = report.counted == Counted::Requests;
    let what = if by_column { "requests" } else { "customers" };
    writeln!(out, "{rows} {what}, against {trained} customers of training\n")?;
    let mut header = vec!["column", "PSI", "by chance", "JSD", "p", "verdict", "most changed"];
    // Of a table, each tells of every column.
    if by_column {
        header.insert(1, "requests");
    }
    let mut columns = table(&header);
    let mut order: Vec<&ColumnDrift> = report.columns.iter().collect();
    order.sort_by(|a, b| {
        let key = |c: &ColumnDrift| (!c.difference.verdict.is_drift(), c.difference.p);
        let ((calm_a, p_a), (calm_b, p_b)) = (key(a), key(b));
        let by_size = b.difference.psi.total_cmp(&a.difference.psi);
        calm_a.cmp(&calm_b).then(p_a.total_cmp(&p_b)).then(by_size)
    });
    for column in order {
        let [psi, usual, jsd, p, verdict] = figures_of(&column.difference);
        let name = short_name(&column.name, width_of(&columns));
        let mut cells = vec![name, psi, usual, jsd, p, verdict, changed(column)];
        if by_column {
            cells.insert(1, column.rows.to_string());
        }
        columns.add_row(cells);
    }
    let figures: &[usize] = if by_column { &[1, 2, 3, 4, 5] } else { &[1, 2, 3, 4] };
    align_right(&mut columns, figures);
    keep_whole(&mut columns, figures);
    keep_whole(&mut columns, &[0]);
    writeln!(out, "{columns}\n")?;

    let mut segments = table(&["segment", "in training", "now"]);
    for segment in &report.segments {
        segments.add_row([
            segment.name.clone(),
            percent(Some(segment.trained)),
            percent(segment.now),
        ]);
    }
    align_right(&mut segments, &[1, 2]);
    keep_whole(&mut segments, &[1, 2]);
    writeln!(out, "{segments}")?;
    let [psi, usual, jsd, p, verdict] = figures_of(&report.mix);
    writeln!(
        out,
        "mix of segments: {verdict} (PSI {psi}, by chance up to {usual}, JSD {jsd}, p {p})\n"
    )?;
    if let Some(outliers) = report.outliers {
        let share = 100.0 * outliers;
        writeln!(
            out,
            "far from their segment's centre: {share:.1} % (of training's held-out customers 5 %)\n"
        )?;
    }
    let n = report.columns.iter().filter(|c| c.difference.verdict.is_drift()).count();
    let mix = report.mix.verdict.is_drift();
    let found = match (n, mix) {
        (0, false) => "no drift".to_owned(),
        (0, true) => "drift in the mix of segments".to_owned(),
        (n, mix) => {
            let s = if n == 1 { "" } else { "s" };
            let mix = if mix { " and in the mix of segments" } else { "" };
            format!("drift in {n} column{s}{mix}")
        }
    };
    let alpha = 100.0 * report.alpha;
    writeln!(out, "{found} (called falsely in at most {alpha} % of such comparisons)")?;
    writeln!(
        out,
        "by chance: the index stays below this in 95 % of cases without drift; p is corrected"
    )
}

fn figures_of(found: &Difference) -> [String; 5] {
    if found.verdict == Verdict::TooFew {
        let [a, b, c, d] = ["-"; 4].map(String::from);
        return [a, b, c, d, found.verdict.said().to_owned()];
    }
    let p = if found.p < 0.001 { "< 0.001".to_owned() } else { format!("{:.3}", found.p) };
    [
        format!("{:.3}", found.psi),
        format!("{:.3}", found.psi_no_change),
        format!("{:.4}", found.jsd),
        p,
        found.verdict.said().to_owned(),
    ]
}

fn changed(column: &ColumnDrift) -> String {
    let shift = column.largest.as_ref().filter(|_| column.difference.verdict.is_drift());
    let beyond = |share: Option<f64>, word: &str| {
        let share = share.filter(|share| *share > USUAL_BEYOND)?;
        Some(format!("{:.0} % {word} the range of training", 100.0 * share))
    };
    let said = [
        shift.map(Shift::said),
        beyond(column.below_range, "below"),
        beyond(column.above_range, "above"),
    ];
    said.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "a few".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}
