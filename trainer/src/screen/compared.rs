//! The table of algorithms side by side.

use std::io::{self, Write};

use super::tables::{align_right, keep_whole, table};
use crate::compare::Compared;

/// One row an algorithm, the recommended one marked; below, what speaks for and against each.
///
/// # Errors
/// When `out` fails.
pub(super) fn print_compared(out: &mut impl Write, compared: &[Compared]) -> io::Result<()> {
    if compared.is_empty() {
        return Ok(());
    }
    let mut algorithms = table(&[
        "",
        "algorithm",
        "k",
        "silhouette",
        "Davies-\nBouldin",
        "DBCV",
        "stability",
        "smallest",
        "in none",
        "rule",
    ]);
    let figure = |figure: Option<f64>| figure.map_or("-".to_owned(), |value| format!("{value:.2}"));
    for one in compared {
        algorithms.add_row([
            if one.recommended { "✔".to_owned() } else { String::new() },
            one.algorithm.to_owned(),
            one.k.to_string(),
            figure(one.silhouette),
            figure(one.davies_bouldin),
            figure(one.dbcv),
            figure(one.stability),
            one.smallest_segment.to_string(),
            format!("{:.0} %", 100.0 * one.unassigned),
            figure(Some(one.fidelity)),
        ]);
    }
    align_right(&mut algorithms, &[2, 3, 4, 5, 6, 7, 8, 9]);
    keep_whole(&mut algorithms, &[0, 1, 2, 3, 5, 6, 7, 8, 9]);
    writeln!(out, "{algorithms}")?;
    writeln!(
        out,
        "rule: how far its rule for a new customer gives the segments it found (adjusted Rand)"
    )?;
    for one in compared {
        let mark = if one.recommended { "recommended: " } else { "" };
        writeln!(out, "{mark}{}: {}", one.algorithm, one.why)?;
    }
    let fewer = compared.iter().filter(|one| one.rows < compared[0].rows);
    if let Some(sampled) = fewer.map(|one| one.rows).min() {
        writeln!(out, "those without a rule saw {sampled} customers, drawn by the seed")?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(algorithm: &'static str, recommended: bool) -> Compared {
        Compared {
            algorithm,
            offered: true,
            k: 10,
            rows: if recommended { 200_000 } else { 2_000 },
            silhouette: Some(-0.125),
            davies_bouldin: Some(12.5),
            dbcv: None,
            stability: Some(1.0),
            smallest_segment: 100_000,
            unassigned: 1.0,
            fidelity: -0.25,
            recommended,
            why: "because".into(),
        }
    }

    #[test]
    fn the_table_is_narrow_and_marks_the_recommended_one() {
        let mut out = Vec::new();
        print_compared(&mut out, &[one("prototypes", true), one("density", false)]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        assert_eq!(text.matches('✔').count(), 1);
        let row = text.lines().find(|line| line.contains("prototypes")).unwrap();
        assert!(row.contains('✔') && row.contains(" - ") && row.contains("100 %"), "{text}");
        assert!(text.contains("recommended: prototypes: because\ndensity: because\n"));
        assert!(text.contains("saw 2000 customers"));
        let mut nothing = Vec::new();
        print_compared(&mut nothing, &[]).unwrap();
        assert!(nothing.is_empty());
    }
}
