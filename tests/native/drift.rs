//! Drift: found where it is, by name, and not called where there is none.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::fs;
use std::path::{Path, PathBuf};

use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;
use tests::{sample, stderr_of, stdout_of, temporary, trainer};

/// The sample's header and rows, without the target and the identifier's meaning.
fn customers() -> (String, Vec<String>) {
    let text = fs::read_to_string(sample("cdnow_customers.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    (header.to_owned(), rows.lines().map(String::from).collect())
}

fn write(folder: &Path, name: &str, header: &str, rows: &[String]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    path
}

fn fit(data: &Path, out: &Path) -> PathBuf {
    let mut command = trainer();
    command.arg("fit").arg(data).args(["--segments", "3", "--max-segments", "3", "--quiet"]);
    stdout_of(command.arg("--out").arg(out));
    out.join("model.postcard")
}

/// The report and the exit code.
fn drift(model: &Path, data: &Path) -> (Value, i32) {
    let output = trainer().arg("drift").arg(model).arg(data).arg("--json").output().unwrap();
    let code = output.status.code().unwrap();
    assert!([0, 3].contains(&code), "{}", stderr_of(&output));
    (serde_json::from_slice(&output.stdout).unwrap(), code)
}

fn drifted(report: &Value) -> Vec<String> {
    let is_drift =
        |verdict: &Value| ["small", "moderate", "large"].iter().any(|known| verdict == known);
    let columns = report["columns"].as_array().unwrap().iter();
    let columns = columns.filter(|column| is_drift(&column["verdict"]));
    columns.map(|column| column["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn halves_of_one_table_are_called_drifted_at_most_five_times_in_fifty() {
    let folder = temporary();
    let (header, mut rows) = customers();
    let mut random = Xoshiro256PlusPlus::seed_from_u64(4);
    let mut called = Vec::new();
    for halving in 0..50 {
        rows.shuffle(&mut random);
        let (one, other) = rows.split_at(rows.len() / 2);
        let trained = write(folder.path(), "trained.csv", &header, one);
        let model = fit(&trained, &folder.path().join("model"));
        let (report, code) = drift(&model, &write(folder.path(), "new.csv", &header, other));
        assert_eq!(report["drifted"], code == 3);
        if code == 3 {
            called.push((halving, drifted(&report)));
        }
    }
    assert!(called.len() <= 5, "{called:?}");
}

/// Adds to a column of numbers.
fn shifted(header: &str, rows: &[String], column: &str, by: f64) -> Vec<String> {
    let position = header.split(',').position(|name| name == column).unwrap();
    let shift = |row: &String| {
        let mut cells: Vec<String> = row.split(',').map(String::from).collect();
        cells[position] = (cells[position].parse::<f64>().unwrap() + by).to_string();
        cells.join(",")
    };
    rows.iter().map(shift).collect()
}

#[test]
fn an_injected_shift_is_found_in_its_column_and_no_other() {
    let folder = temporary();
    let (header, mut rows) = customers();
    rows.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(0));
    let (one, other) = rows.split_at(rows.len() / 2);
    let trained = write(folder.path(), "trained.csv", &header, one);
    let model = fit(&trained, &folder.path().join("model"));
    // A standard deviation of recency is about 100 days, of baskets about 2 things; a fifth of it is found too.
    for (column, by) in [("recency_days", 100.0), ("recency_days", 20.0), ("mean_quantity", 2.0)] {
        let moved = shifted(&header, other, column, by);
        let (report, code) = drift(&model, &write(folder.path(), "new.csv", &header, &moved));
        assert_eq!((code, drifted(&report)), (3, vec![column.to_owned()]), "{column} {by}");
    }
    let new =
        write(folder.path(), "new.csv", &header, &shifted(&header, other, "recency_days", 100.0));
    let output = trainer().arg("drift").arg(&model).arg(&new).output().unwrap();
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(3));
    let first = said.lines().find(|line| line.starts_with("│ ") && line.contains("drift")).unwrap();
    assert!(first.contains("recency_days") && first.contains("large drift"), "{said}");
    assert!(first.contains("over 2"), "it says what changed: {first}");
    assert!(stderr_of(&output).contains("no longer like those that the model was trained on"));
}

#[test]
fn another_mix_of_customers_is_found_in_the_segments() {
    let folder = temporary();
    let (header, rows) = customers();
    let trained = write(folder.path(), "trained.csv", &header, &rows);
    let model = fit(&trained, &folder.path().join("model"));
    // Only who bought more than once.
    let often: Vec<String> =
        rows.iter().filter(|row| row.split(',').nth(2) != Some("1")).cloned().collect();
    let (report, code) = drift(&model, &write(folder.path(), "new.csv", &header, &often));
    assert_eq!(code, 3);
    assert_eq!(report["mix"]["verdict"], "large");
    let shares = report["segments"].as_array().unwrap();
    let sum = |key: &str| shares.iter().filter_map(|s| s[key].as_f64()).sum::<f64>();
    assert!((sum("trained") - 1.0).abs() < 1e-9 && sum("now") <= 1.0 + 1e-9);
    // And the same table is no drift, to the last customer.
    let (report, code) = drift(&model, &trained);
    assert_eq!((code, drifted(&report).len()), (0, 0));
    assert!(
        report["columns"].as_array().unwrap().iter().all(|c| c["psi"].as_f64().unwrap() < 1e-3)
    );
}

#[test]
fn words_missing_values_and_outliers_drift_too() {
    let folder = temporary();
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut row = |ulm: f64, lacking: f64, far: f64| {
        let city = if random.gen_bool(ulm) { "Ulm" } else { "Bonn" };
        let group = random.gen_range(0..3);
        let visits = 10.0 * f64::from(group) + random.gen_range(0.0..4.0);
        let far = if random.gen_bool(far) { 500.0 } else { 0.0 };
        let spend = 40.0 * f64::from(group) + random.gen_range(0.0..30.0) + far;
        let spend = if random.gen_bool(lacking) { String::new() } else { format!("{spend:.2}") };
        format!("{city},{visits:.2},{spend}")
    };
    let mut rows = |n: usize, ulm, lacking, far| -> Vec<String> {
        (0..n).map(|_| row(ulm, lacking, far)).collect()
    };
    let header = "city,visits,spend";
    let trained = write(folder.path(), "trained.csv", header, &rows(900, 0.3, 0.05, 0.0));
    let model = fit(&trained, &folder.path().join("model"));
    for (ulm, lacking, far, name, of) in [
        (0.5, 0.05, 0.0, "city", "Bonn"),
        (0.3, 0.25, 0.0, "spend", "missing"),
        (0.3, 0.05, 0.06, "spend", "over"),
    ] {
        let new = write(folder.path(), "new.csv", header, &rows(700, ulm, lacking, far));
        let (report, code) = drift(&model, &new);
        assert_eq!(code, 3, "{name} {of}");
        assert!(drifted(&report).contains(&name.to_owned()), "{name} {of}");
        let columns = report["columns"].as_array().unwrap();
        let column = columns.iter().find(|column| column["name"] == name).unwrap();
        assert!(column["largest"]["of"].as_str().unwrap().starts_with(of), "{column}");
        if of == "over" {
            assert!(column["above_range"].as_f64().unwrap() > 0.04, "{column}");
        }
    }
    // Two customers more or less in a city that training hardly knew are none.
    let mut new = rows(700, 0.3, 0.05, 0.0);
    new[3] = "Mainz,3,20".into();
    new[4] = "Trier,3,20".into();
    let (report, code) = drift(&model, &write(folder.path(), "new.csv", header, &new));
    assert_eq!((code, drifted(&report)), (0, Vec::new()));
}

#[test]
fn few_customers_are_said_to_show_little_and_none_are_an_error() {
    let folder = temporary();
    let (header, rows) = customers();
    let trained = write(folder.path(), "trained.csv", &header, &rows);
    let model = fit(&trained, &folder.path().join("model"));
    let few = write(folder.path(), "few.csv", &header, &rows[..60]);
    let output = trainer().arg("drift").arg(&model).arg(&few).output().unwrap();
    assert!(stderr_of(&output).contains("fewer than 100 customers show only large changes"));
    let none = write(folder.path(), "none.csv", &header, &[]);
    let output = trainer().arg("drift").arg(&model).arg(&none).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
}

#[test]
fn with_json_the_report_and_the_error_are_each_one_document() {
    let folder = temporary();
    let (header, rows) = customers();
    let trained = write(folder.path(), "trained.csv", &header, &rows);
    let model = fit(&trained, &folder.path().join("model"));
    let new =
        write(folder.path(), "new.csv", &header, &shifted(&header, &rows, "tenure_days", 50.0));
    let output = trainer().arg("drift").arg(&model).arg(&new).arg("--json").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((report["drifted"].as_bool(), report["rows"].as_u64()), (Some(true), Some(2357)));
    let said = stderr_of(&output);
    let last: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["error"]["kind"], &last["error"]["exit_code"]),
        (&"drifted".into(), &3.into())
    );
}
