//! Small tables, read and understood as a whole.

use std::fs;

use super::*;
use crate::read::ReadOptions;
use crate::unusable::Unusable;

/// What is understood of 60 customers with two columns, of which the second is looked at.
fn of(cell: impl Fn(usize) -> String) -> Understanding {
    beside(|row| (row * row % 41).to_string(), cell)
}

fn beside(first: impl Fn(usize) -> String, cell: impl Fn(usize) -> String) -> Understanding {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("customers.tsv");
    let rows = (0..60).map(|row| format!("{}\t{}\n", first(row), cell(row)));
    fs::write(&path, format!("first\tcolumn\n{}", rows.collect::<String>())).unwrap();
    let table = Table::read(&path, &ReadOptions::default(), &mut Unusable::default()).unwrap();
    understand(&table, &Told { min_level: 20, ..Told::default() }).unwrap()
}

fn codes(of: &Understanding) -> Vec<&str> {
    of.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn words_for_missing_count_as_missing_among_numbers_and_dates() {
    let number = of(|row| if row % 6 == 0 { "unknown".into() } else { (row * 7 % 50).to_string() });
    let date =
        of(|row| if row % 6 == 0 { "-".into() } else { format!("2024-03-{:02}", row % 28 + 1) });
    for (understood, kind, distinct) in [(number, "integer", 43), (date, "date", 28)] {
        let column = &understood.columns[1];
        assert_eq!((column.kind, column.missing), (kind, 10));
        assert_eq!(column.distinct, distinct, "{kind}");
        assert!(understood.plan.unwrap().schema.columns()[1].optional);
    }
    let word = of(|row| ["unknown", "web", "shop"][row % 3].into());
    assert_eq!((word.columns[1].missing, codes(&word)), (0, vec!["maybe-missing"]));
}

#[test]
fn a_column_that_few_customers_have_by_words_for_missing_is_too_rare() {
    let understood = of(|row| if row < 45 { "-".into() } else { row.to_string() });
    let column = &understood.columns[1];
    assert_eq!((column.role, column.missing), (Role::TooRare, 45));
    assert_eq!(column.why, "only 14 customers differ from the rest");
    let half = of(|row| if row % 2 == 0 { "-".into() } else { row.to_string() });
    assert_eq!((half.columns[1].role, half.columns[1].missing), (Role::Feature, 30));
}

#[test]
fn dates_of_two_hands_name_the_orders_that_fit_some() {
    let understood =
        of(
            |row| {
                if row % 2 == 0 { format!("{}/12/2023", 13 + row % 9) } else { "12/25/2023".into() }
            },
        );
    let finding = understood.findings.iter().find(|finding| finding.is_error()).unwrap();
    assert_eq!(finding.code, "contradictory-dates");
    assert!(finding.remedy.contains("column=dmy") && finding.remedy.contains("column=mdy"));
    assert!(!finding.remedy.contains("ymd"), "{}", finding.remedy);
    assert_eq!(finding.lines.len(), 2);
}

#[test]
fn numbers_with_the_other_decimal_mark_are_pointed_out() {
    let point = of(|row| format!("{}.{}", row * 7 % 50, row % 9 + 1));
    assert_eq!((point.columns[1].kind, codes(&point)), ("decimal", vec![]));
    let both = beside(|row| format!("{}.5", row % 41), |row| format!("{},25", row % 41));
    assert_eq!(codes(&both), ["other-decimal"]);
    assert!(both.findings.iter().all(|finding| finding.remedy.contains("`--decimal \",\"`")));
}

#[test]
fn figures_that_are_no_numbers_are_not_reported() {
    let understood = of(|row| if row == 7 { "-3e200".into() } else { (row * 7 % 50).to_string() });
    assert!(understood.columns[1].kind == "integer" && understood.columns[1].numbers.is_none());
}

#[test]
fn amounts_that_all_differ_name_nobody() {
    let role = |cell: fn(usize) -> String| of(cell).columns[1].role;
    assert_eq!(role(|row| (1_000_000 + row * 131_071).to_string()), Role::Identifier);
    assert_eq!(role(|row| (row * row * 2711 + row).to_string()), Role::Feature);
    assert_eq!(role(|row| (18 + row * 7 % 60).to_string()), Role::Feature, "ages in a row");
    assert_eq!(role(|row| (1 + row * 7 % 60).to_string()), Role::Identifier, "row numbers");
}

#[test]
fn a_word_for_missing_among_zeros_and_ones_is_missing() {
    let understood = of(|row| ["0", "1", "unknown"][row % 3].into());
    let column = &understood.columns[1];
    assert_eq!((column.kind, column.role, column.missing), ("integer", Role::Feature, 20));
}

#[test]
fn a_small_table_keeps_no_copy_of_its_target() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("customers.csv");
    let rows = (0..76)
        .map(|i| format!("{},{},{}\n", ["A", "B", "C", "D"][i % 4], 5 + 10 * (i % 4), i * i % 41));
    fs::write(&path, format!("grade,number,x\n{}", rows.collect::<String>())).unwrap();
    let table = Table::read(&path, &ReadOptions::default(), &mut Unusable::default()).unwrap();
    let told = Told { min_level: 5, targets: vec!["grade".into()], ..Told::default() };
    let understood = understand(&table, &told).unwrap();
    assert_eq!(understood.columns[1].role, Role::Leak);
    assert_eq!(understood.columns[2].role, Role::Feature);
}
