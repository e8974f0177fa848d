//! How good the predictions of a target are.

use std::io::{self, Write};

use super::tables::{align_right, keep_whole, table};
use crate::judge::{Compared, TargetQuality};

/// What it comes to, a row for each way of predicting, and how sure the figures are.
///
/// # Errors
/// When `out` fails.
pub(super) fn print_target_quality(
    out: &mut impl Write,
    verdict: &str,
    quality: &TargetQuality,
) -> io::Result<()> {
    let shown: Vec<_> = quality.shown().collect();
    let TargetQuality { target, rows, folds, .. } = quality;
    writeln!(out, "{target}: {verdict}")?;
    writeln!(out, "on customers not seen: {rows} customers in {folds} folds")?;
    let in_lines = |heading: &str| heading.replace(" / ", "/ ").replace(' ', "\n");
    let headings = shown.iter().map(|figure| in_lines(figure.heading));
    let headings: Vec<String> =
        std::iter::once("predicting by".to_owned()).chain(headings).collect();
    let mut figures = table(&headings.iter().map(String::as_str).collect::<Vec<_>>());
    for Compared { who, figures: found, .. } in &quality.compared {
        let value = |name: &str| found.get(name).and_then(|figure| figure.value);
        let values = shown.iter().map(|figure| value(figure.name).map_or("-".to_owned(), in_short));
        figures.add_row(std::iter::once(who.text().to_owned()).chain(values));
    }
    let columns: Vec<usize> = (0..=shown.len()).collect();
    align_right(&mut figures, &columns[1..]);
    keep_whole(&mut figures, &columns);
    writeln!(out, "{figures}")?;
    let chosen = quality.compared.last();
    for figure in &shown {
        let found = chosen.and_then(|chosen| chosen.figures.get(figure.name));
        if let Some((low, high)) = found.and_then(|found| found.low.zip(found.high))
            && quality.kind.main().contains(&figure.name)
        {
            let (low, high) = (in_short(low), in_short(high));
            writeln!(out, "{} of the last: {low} to {high} for 95 of 100 samples", figure.heading)?;
        }
    }
    if let Some(calibration) = &quality.calibration {
        let (ece, chance) = (in_short(calibration.ece), in_short(calibration.ece_if_perfect));
        writeln!(out, "calibration error {ece}; {chance} if every probability were exactly right")?;
    }
    if let Some(interval) = &quality.interval {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let buyers =
            interval.among_buyers.map(|share| format!(", of those above 0 {}", percent(share)));
        let (level, held) = (percent(interval.level), percent(interval.coverage));
        writeln!(out, "intervals of {level} held {held}{}", buyers.unwrap_or_default())?;
    }
    writeln!(out)
}

/// A figure to four digits.
fn in_short(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 999.5 => 0,
        size if size >= 99.95 => 1,
        size if size >= 9.995 => 2,
        size if size >= 0.099_95 || size == 0.0 => 3,
        _ => 4,
    };
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use shared::segment_model::{Target, TargetKind};

    use super::*;
    use crate::judge::{Answers, Judged, Who, judge};

    #[test]
    fn spend_is_shown_in_a_narrow_table() {
        let actual: Vec<f64> = (0..200).map(|i| f64::from(i % 3) * f64::from(i % 50)).collect();
        let told: Vec<f64> = (0..200).map(|i| 12.0 + 0.5 * f64::from(i % 50)).collect();
        let ends: Vec<(f64, f64)> = told.iter().map(|p| (0.0, 2.0 * p)).collect();
        let answers = [
            Answers { who: Who::Mean, values: vec![24.5; 200] },
            Answers { who: Who::Median, values: vec![0.0; 200] },
            Answers { who: Who::GlobalWithSegment, values: told.clone() },
            Answers { who: Who::Segments, values: told },
        ];
        let quality = judge(&Judged {
            target: &Target { name: "spend".into(), kind: TargetKind::Number },
            actual: &actual,
            segments: &[0; 200],
            folds: &[0, 1, 2, 3, 4].repeat(40),
            answers: &answers,
            intervals: Some((&ends, 0.9)),
            is_spend: true,
            seed: 1,
            min_customers: 20,
        });
        let mut out = Vec::new();
        print_target_quality(&mut out, "Segments do not help.", &quality).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        expect![[r#"
            spend: Segments do not help.
            on customers not seen: 200 customers in 5 folds
            ┌─────────────────────────────┬──────────┬───────┬───────┬────────┬───────┬────────────┐
            │ predicting by               ┆ deviance ┆  RMSE ┆   MAE ┆     R2 ┆   top ┆ predicted/ │
            │                             ┆          ┆       ┆       ┆        ┆ tenth ┆     actual │
            │                             ┆          ┆       ┆       ┆        ┆   has ┆            │
            ╞═════════════════════════════╪══════════╪═══════╪═══════╪════════╪═══════╪════════════╡
            │ mean of all                 ┆    9.692 ┆ 27.19 ┆ 22.59 ┆ 0.0000 ┆ 0.100 ┆      1.003 │
            │ median of all               ┆        - ┆ 36.54 ┆ 24.42 ┆ -0.807 ┆ 0.100 ┆      0.000 │
            │ one model, told the segment ┆    8.278 ┆ 24.19 ┆ 19.05 ┆  0.209 ┆ 0.183 ┆      0.993 │
            │ segment models              ┆    8.278 ┆ 24.19 ┆ 19.05 ┆  0.209 ┆ 0.183 ┆      0.993 │
            └─────────────────────────────┴──────────┴───────┴───────┴────────┴───────┴────────────┘
            deviance of the last: 7.083 to 9.437 for 95 of 100 samples
            RMSE of the last: 21.96 to 26.36 for 95 of 100 samples
            intervals of 90.0 % held 83.5 %, of those above 0 74.8 %

        "#]]
        .assert_eq(&text);
    }
}
