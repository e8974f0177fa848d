//! How near customers are to what is usual, and how well the typical gap finds a hidden entry.

use std::io::{self, Write};

use super::tables::{align_right, keep_whole, short_name, table, width_of};
use crate::usual::{GapQuality, UsualQuality};

/// What is usual, column by column.
pub(super) fn print_usual(out: &mut impl Write, quality: &[UsualQuality]) -> io::Result<()> {
    if quality.is_empty() {
        return Ok(());
    }
    let head =
        ["mean absolute error of", "median of all", "of the segment", "usual value", "R2", "own"];
    let mut errors = table(&head);
    for column in quality {
        let name = short_name(&column.column, width_of(&errors));
        let error = |error: f64| format!("{error:.4}");
        let own = if column.segments_help { "yes" } else { "no" };
        errors.add_row([
            name,
            error(column.mae_all),
            error(column.mae_segment),
            error(column.mae_usual),
            format!("{:.3}", column.r2_prepared),
            own.to_owned(),
        ]);
    }
    align_right(&mut errors, &[1, 2, 3, 4]);
    keep_whole(&mut errors, &[0]);
    writeln!(out, "what is usual, five folds, out of sample\n{errors}")?;
    writeln!(
        out,
        "R2 is of prepared values; own: segments have models of their own\n\
         the segments themselves were found once, on all customers and all their values\n"
    )
}

/// How well the typical gap finds a hidden entry.
pub(super) fn print_gaps(out: &mut impl Write, gaps: Option<&GapQuality>) -> io::Result<()> {
    let Some(gaps) = gaps else { return Ok(()) };
    let head = ["first", "precision", "recall", "of most popular", "lift"];
    let mut table = table(&head);
    for at in &gaps.at {
        let lift = at.lift.zip(at.lift_error);
        table.add_row([
            at.k.to_string(),
            format!("{:.3}", at.precision),
            format!("{:.3} ± {:.3}", at.recall, at.recall_error),
            format!("{:.3}", at.popular_recall),
            lift.map_or_else(|| "-".to_owned(), |(lift, error)| format!("{lift:.2} ± {error:.2}")),
        ]);
    }
    align_right(&mut table, &[0, 1, 2, 3, 4]);
    writeln!(
        out,
        "typical gap: of {} customers one high entry was hidden, to be found among {:.1} columns\n{table}",
        gaps.customers, gaps.candidates
    )?;
    if gaps.beats_popularity() {
        writeln!(out, "± one standard error; preparation and segments are those of all customers\n")
    } else {
        writeln!(out, "it finds no more than recommending to everybody what is most popular\n")
    }
}
