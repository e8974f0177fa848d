//! Input that cannot be fitted: one clear message with file and line, the right exit code, nothing written.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::fs;
use std::path::Path;

use expect_test::{Expect, expect};
use tests::{listing, stderr_of, temporary, trainer};

const HEADER: &str = "id,age,spend\n";

/// Runs `fit` on `bytes` in an empty folder and expects it to refuse.
fn refuses(bytes: &[u8], flags: &[&str], exit: i32, message: &Expect) {
    let folder = temporary();
    fs::write(folder.path().join("data.csv"), bytes).unwrap();
    refuses_in(folder.path(), "data.csv", flags, exit, message);
}

fn refuses_in(folder: &Path, data: &str, flags: &[&str], exit: i32, message: &Expect) {
    let before = listing(folder);
    let output = trainer().current_dir(folder).args(["fit", data]).args(flags).output().unwrap();
    message.assert_eq(&stderr_of(&output));
    assert_eq!(output.status.code(), Some(exit));
    assert!(output.stdout.is_empty());
    assert_eq!(listing(folder), before, "something was written");
}

fn rows(n: usize) -> String {
    let rows: Vec<String> = (0..n).map(|i| format!("c{i},{},{}", 20 + i % 7, i * i % 11)).collect();
    format!("{HEADER}{}\n", rows.join("\n"))
}

#[test]
fn an_empty_file() {
    refuses(
        b"",
        &[],
        65,
        &expect![[r#"
            error: `data.csv` line 1: the file is empty

            hint: give a file with a header line and one row for each customer
        "#]],
    );
}

#[test]
fn a_header_only() {
    refuses(
        HEADER.as_bytes(),
        &[],
        65,
        &expect![[r#"
            error: `data.csv` line 1: there is a header and no row

            hint: give one row for each customer
        "#]],
    );
}

#[test]
fn one_row() {
    refuses(
        rows(1).as_bytes(),
        &[],
        65,
        &expect![[r#"
            read as: comma, UTF-8
            error: `data.csv` cannot be fitted as it is
              no column is left to find segments in
                give columns that say what customers are or do; `--allow-column` uses one that is left out
              1 customer is too few for segments of at least 20
                give more rows, or lower `--min-segment` (a small segment may show a person)

            hint: `trainer check` says all there is to say of the table
        "#]],
    );
}

#[test]
fn a_missing_target() {
    refuses(
        rows(50).as_bytes(),
        &["--target", "spent"],
        65,
        &expect![[r#"
            read as: comma, UTF-8
            error: `data.csv` line 1: there is no column `spent`

            hint: did you mean `spend`?
        "#]],
    );
}

#[test]
fn a_target_that_is_ignored() {
    refuses(
        rows(50).as_bytes(),
        &["--target", "age", "--ignore", "age"],
        2,
        &expect![[r#"
            read as: comma, UTF-8
            error: the column `age` cannot be target and left out

            hint: name different columns
        "#]],
    );
}

#[test]
fn duplicate_headers() {
    refuses(
        b"a,b,a\n1,2,3\n",
        &[],
        65,
        &expect![[r#"
            error: `data.csv` line 1: the header names the column `a` twice: columns 1 and 3

            hint: rename one of them, or leave it out of the file
        "#]],
    );
}

#[test]
fn random_bytes() {
    let mut state = 1_u32;
    let bytes: Vec<u8> = (0..4096)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    refuses(
        &bytes,
        &[],
        65,
        &expect![[r#"
            error: `data.csv` line 1: the file is a web page or XML

            hint: give a CSV, NDJSON, Parquet or Excel file
        "#]],
    );
}

#[test]
fn a_ragged_line_7() {
    let mut lines: Vec<String> = rows(40).lines().map(String::from).collect();
    lines[6] = "c5,41".into();
    refuses(
        lines.join("\n").as_bytes(),
        &[],
        65,
        &expect![[r#"
            read as: comma, UTF-8
            error: `data.csv` cannot be fitted as it is
              line 7: 2 cells, but the header has 3
                mend them, or put such rows aside with `--rejects FILE`
              39 customers are too few for segments of at least 20
                give more rows, or lower `--min-segment` (a small segment may show a person)

            hint: `trainer check` says all there is to say of the table
        "#]],
    );
}

#[test]
fn a_line_that_is_not_utf_8() {
    let mut bytes = rows(4).into_bytes();
    bytes.extend_from_slice(b"c9,4\xff,2\n");
    refuses(
        &bytes,
        &[],
        65,
        &expect![[r#"
            read as: comma, Windows-1252
            error: `data.csv` cannot be fitted as it is
              no column is left to find segments in
                give columns that say what customers are or do; with few rows, lower `--min-level`
              5 customers are too few for segments of at least 20
                give more rows, or lower `--min-segment` (a small segment may show a person)

            hint: `trainer check` says all there is to say of the table
        "#]],
    );
}

#[test]
fn a_quote_that_is_never_closed() {
    let text = format!("{HEADER}c1,\"41,2\n{}", "x".repeat(2 << 20));
    refuses(
        text.as_bytes(),
        &[],
        65,
        &expect![[r#"
        error: `data.csv` line 2: a row of over 1048576 bytes or 16384 cells

        hint: look for quotes that are not closed
    "#]],
    );
}

#[test]
fn a_quote_in_the_last_column_that_is_never_closed() {
    let mut lines: Vec<String> = rows(60).lines().map(String::from).collect();
    lines[30] = "c29,41,\"2".into();
    refuses(
        lines.join("\n").as_bytes(),
        &[],
        65,
        &expect![[r#"
        error: `data.csv` line 31: a quote opens in this row and is never closed

        hint: close it, or double it inside quotes
    "#]],
    );
}

#[test]
fn a_stray_word_among_numbers() {
    let text = rows(60).replace("c40,25,5", "c40,twenty,5");
    refuses(
        text.as_bytes(),
        &[],
        65,
        &expect![[r#"
            read as: comma, UTF-8
            error: `data.csv` cannot be fitted as it is
              `age`, line 42: expected a number
                mend them, say `--missing "age=VALUE"` if one means that, or put such rows aside with `--rejects FILE`

            hint: `trainer check` says all there is to say of the table
        "#]],
    );
}

#[test]
fn a_column_that_predict_would_add() {
    let text = rows(60).replace("age", "distance");
    refuses(
        text.as_bytes(),
        &[],
        65,
        &expect![[r#"
            read as: comma, UTF-8
            error: `data.csv` line 1: `predict` would add a column `distance`, which the model reads or adds already

            hint: rename the column, or leave it out with `--ignore`
        "#]],
    );
}

#[test]
fn a_target_too_large_for_a_figure() {
    let text = rows(60).replace("c40,25,5", "c40,25,5e200");
    refuses(
        text.as_bytes(),
        &["--target", "spend"],
        65,
        &expect![[r#"
            read as: comma, UTF-8
            error: `data.csv` cannot be fitted as it is
              `spend`, line 42: expected a number between -1e15 and 1e15
                mend them, say `--missing "spend=VALUE"` if one means that, or put such rows aside with `--rejects FILE`

            hint: `trainer check` says all there is to say of the table
        "#]],
    );
}

#[test]
fn numbers_too_large_for_a_customer() {
    let mut text = rows(60);
    text.push_str("c98,1e16,2\nc99,41,2e300\n");
    refuses(
        text.as_bytes(),
        &[],
        65,
        &expect![[r#"
            read as: comma, UTF-8
            error: `data.csv` cannot be fitted as it is
              `age`, line 62: expected a number between -1e15 and 1e15
                mend them, say `--missing "age=VALUE"` if one means that, or put such rows aside with `--rejects FILE`
              `spend`, line 63: expected a number between -1e15 and 1e15
                mend them, say `--missing "spend=VALUE"` if one means that, or put such rows aside with `--rejects FILE`

            hint: `trainer check` says all there is to say of the table
        "#]],
    );
}

#[test]
fn nothing_to_find_segments_in() {
    let rows: Vec<String> = (0..50).map(|i| format!("c{i},7")).collect();
    refuses(
        format!("id,age\n{}\n", rows.join("\n")).as_bytes(),
        &[],
        65,
        &expect![[r#"
            read as: comma, UTF-8
            error: `data.csv` cannot be fitted as it is
              no column is left to find segments in
                give columns that say what customers are or do; `--allow-column` uses one that is left out

            hint: `trainer check` says all there is to say of the table
        "#]],
    );
}

#[test]
fn more_segments_than_customers_differ() {
    let text = "0\n1\n".repeat(50);
    refuses(
        format!("flag\n{text}").as_bytes(),
        &["--segments", "3"],
        65,
        &expect![[r#"
            read as: comma, UTF-8
            error: `data.csv`: 3 segments of customers of whom only 2 differ

            hint: ask for at most 2
        "#]],
    );
}

#[test]
fn a_segment_too_small_to_keep_a_person_private() {
    let mut text = rows(60);
    text.push_str("far1,900,900\nfar2,900,900\nfar3,900,900\n");
    refuses(
        text.as_bytes(),
        &["--segments", "3"],
        65,
        &expect![[r#"
            read as: comma, UTF-8
            error: `data.csv`: of 3 segments the smallest would have 3 customers, fewer than 20

            hint: ask for fewer segments, or lower `--min-segment` (a small segment may show a person)
        "#]],
    );
}

#[test]
fn more_segments_than_there_are_customers_for() {
    refuses(
        rows(60).as_bytes(),
        &["--segments", "5"],
        65,
        &expect![[r#"
        read as: comma, UTF-8
        error: `data.csv` cannot be fitted as it is
          60 customers are too few for 5 segments of at least 20
            give more rows, or lower `--min-segment` (a small segment may show a person)

        hint: `trainer check` says all there is to say of the table
    "#]],
    );
}

#[test]
fn a_file_that_is_not_there() {
    let folder = temporary();
    refuses_in(
        folder.path(),
        "nowhere.csv",
        &[],
        66,
        &expect![[r#"
        error: cannot read `nowhere.csv`: no such file or directory
    "#]],
    );
}

#[test]
fn a_directory() {
    let folder = temporary();
    fs::create_dir(folder.path().join("data")).unwrap();
    refuses_in(
        folder.path(),
        "data",
        &[],
        66,
        &expect![[r#"
        error: `data` is a directory

        hint: name a file in it
    "#]],
    );
}

#[test]
fn a_place_that_cannot_be_written() {
    let folder = temporary();
    fs::write(folder.path().join("data.csv"), rows(60)).unwrap();
    fs::write(folder.path().join("taken"), "a file").unwrap();
    refuses_in(
        folder.path(),
        "data.csv",
        &["--out", "taken"],
        73,
        &expect![[r#"
            read as: comma, UTF-8
            warning: `age`: is a sensitive attribute (age): segments will differ by it
            warning: 60 customers: at most 3 segments of at least 20 are possible
            error: cannot write `taken`: file exists
        "#]],
    );
}

#[test]
fn words_that_the_command_line_does_not_know() {
    let folder = temporary();
    let output =
        trainer().current_dir(folder.path()).args(["fit", "--targt", "x"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr_of(&output).contains("--target"), "{}", stderr_of(&output));
}
