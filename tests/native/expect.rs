//! Models of a target, as a person gets them: what is reported can be counted again from the answers to customers
//! who were held out; chance is not taken for knowledge; limits are kept.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use rand::{Rng as _, SeedableRng as _, seq::SliceRandom as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;
use shared::Artifact;
use tests::{sample, stderr_of, stdout_of, temporary, trainer};

fn fit(data: &Path, out: &Path, more: &[&str]) -> Value {
    let mut command = trainer();
    command.arg("fit").arg(data).arg("--out").arg(out).arg("--json").args(more);
    serde_json::from_str(&stdout_of(&mut command)).unwrap()
}

/// What a process that ends with this code says of it.
fn refused(command: &mut Command, code: i32) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", stderr_of(&output));
    stderr_of(&output)
}

/// A table's columns, by name.
fn columns(path: &Path) -> BTreeMap<String, Vec<String>> {
    let mut rows = csv::Reader::from_path(path).unwrap();
    let header: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows.records() {
        for (name, cell) in header.iter().zip(row.unwrap().iter()) {
            found.entry(name.clone()).or_default().push(cell.to_owned());
        }
    }
    found
}

fn numbers(cells: &[String]) -> Vec<f64> {
    cells.iter().map(|cell| cell.parse().unwrap()).collect()
}

#[test]
fn what_is_said_of_spend_can_be_counted_again() {
    let folder = temporary();
    let data = sample("cdnow_customers.csv");
    let answers = folder.path().join("answers.csv");
    let out = answers.to_str().unwrap();
    let metrics = fit(&data, folder.path(), &["--target", "future_spend", "--out-of-fold", out]);
    let spent = numbers(&columns(&data)["future_spend"]);
    let answers = columns(&answers);
    let rows: Vec<usize> = answers["row"].iter().map(|row| row.parse().unwrap()).collect();
    assert_eq!(rows, (1..=spent.len()).collect::<Vec<_>>());
    let [predicted, lower, upper] = ["predicted", "lower", "upper"]
        .map(|what| numbers(&answers[&format!("{what}_future_spend")]));
    let n = spent.len() as f64;
    let (mut squares, mut inside, mut buyers, mut inside_buyers) = (0.0, 0.0, 0.0, 0.0);
    for (at, spent) in spent.iter().enumerate() {
        assert!(0.0 <= lower[at] && lower[at] <= predicted[at] && predicted[at] <= upper[at]);
        squares += (spent - predicted[at]) * (spent - predicted[at]);
        let holds = f64::from(u8::from((lower[at]..=upper[at]).contains(spent)));
        inside += holds;
        if *spent > 0.0 {
            buyers += 1.0;
            inside_buyers += holds;
        }
    }
    let target = &metrics["targets"][0];
    let written = target["compared"].as_array().unwrap().last().unwrap();
    let figure = |name: &str| written["figures"][name]["value"].as_f64().unwrap();
    assert!((figure("rmse") - (squares / n).sqrt()).abs() < 1e-9);
    assert!((target["interval"]["coverage"].as_f64().unwrap() - inside / n).abs() < 1e-9);
    // BG/NBD with Gamma-Gamma, fitted inside folds: 72.4, with a total of .845.
    assert!(figure("rmse") < 73.0, "{}", figure("rmse"));
    let total = predicted.iter().sum::<f64>() / spent.iter().sum::<f64>();
    assert!((figure("total") - total).abs() < 1e-9 && (0.9..1.1).contains(&total), "{total}");
    assert!(inside / n >= 0.88 && inside_buyers / buyers >= 0.85, "{inside} {inside_buyers}");
    assert_eq!(target["lift"][0]["groups"].as_array().unwrap().len(), 10);
    // Equal customers are in one fold, and no fold is empty.
    let folds: std::collections::BTreeSet<&String> = answers["fold"].iter().collect();
    assert_eq!(folds.len(), 5);
}

/// A table of customers with a target that has nothing to do with them.
fn by_chance(seed: u64, n: usize) -> String {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut text = "visits,amount,age,outcome\n".to_owned();
    for _ in 0..n {
        let (visits, amount): (f64, f64) = (random.r#gen(), random.r#gen());
        let age = random.gen_range(18..80);
        let outcome = ["a", "b", "b"][random.gen_range(0..3)];
        let _ = writeln!(text, "{:.0},{:.2},{age},{outcome}", visits * 9.0, amount * 300.0);
    }
    text
}

#[test]
fn chance_is_not_taken_for_knowledge() {
    let folder = temporary();
    let data = folder.path().join("customers.csv");
    let (mut surely, mut more_than_constant) = (0, 0);
    for seed in 0..20 {
        fs::write(&data, by_chance(seed, 300)).unwrap();
        let flags = ["--target", "outcome", "--segments", "2", "--max-artifact-size", "48k"];
        let metrics = fit(&data, &folder.path().join("out"), &flags);
        let target = &metrics["targets"][0];
        let majority = &target["compared"][0]["versus_chosen"];
        let loss = majority.as_array().unwrap().iter().find(|d| d["figure"] == "log-loss").unwrap();
        surely += i32::from(loss["low"].as_f64().unwrap() > 0.0);
        more_than_constant += i32::from(target["chosen"]["all"]["family"] != "constant");
    }
    // A 95 % interval lies wholly on the good side in one of forty; six of twenty have odds of one in 1e5.
    assert!(surely <= 2, "{surely} of 20");
    assert!(more_than_constant <= 8, "{more_than_constant} of 20");
}

/// Customers whose class follows from where they are, differently in two groups that lie apart.
fn groups(seed: u64, n: usize) -> String {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut rows: Vec<String> = (0..n)
        .map(|i| {
            let group = i % 2;
            let x: f64 = random.r#gen::<f64>() * 2.0 - 1.0;
            let noise: f64 = random.r#gen::<f64>() * 4.0 - 2.0;
            let slope = if group == 0 { 20.0 } else { -20.0 };
            let base = if group == 0 { 10.0 } else { 90.0 };
            let (other, spend) = (base + 4.0 * random.r#gen::<f64>(), 60.0 + slope * x + noise);
            format!("{:.3},{other:.2},{:.2},{spend:.2}\n", x * 10.0, base + 3.0 * noise)
        })
        .collect();
    rows.shuffle(&mut random);
    "x,level,height,spend\n".to_owned() + &rows.concat()
}

#[test]
fn segments_that_differ_have_models_of_their_own_and_the_first_line_says_so() {
    let folder = temporary();
    let data = folder.path().join("customers.csv");
    fs::write(&data, groups(1, 1200)).unwrap();
    let out = folder.path().join("out");
    // A straight line can follow each group, and no line both.
    let flags = ["--target", "spend", "--segments", "2", "--max-artifact-size", "33k"];
    let metrics = fit(&data, &out, &flags);
    let target = &metrics["targets"][0];
    let verdict = target["verdict"].as_str().unwrap();
    assert!(verdict.starts_with("Segments help to predict `spend`"), "{verdict}");
    let model = Artifact::decode(&fs::read(out.join("model.postcard")).unwrap()).unwrap();
    let models = &model.model().parts().targets[0];
    assert_eq!(models.own.len(), 2);
    assert!(models.own.iter().all(|own| own.weight > 0.5), "{:?}", models.own);
    let report = fs::read_to_string(out.join("report.html")).unwrap();
    let first = report.find("Segments help to predict").unwrap();
    assert!(first < report.find("id=\"segments\"").unwrap(), "the summary says it");
}

#[test]
fn the_largest_artifact_is_kept_to_or_refused() {
    let folder = temporary();
    let data = sample("cdnow_customers.csv");
    let fitted = |size: &str| {
        let mut command = trainer();
        command.arg("fit").arg(&data).arg("--out").arg(folder.path().join("out"));
        command.args(["--target", "future_spend", "--segments", "3", "--max-artifact-size", size]);
        command
    };
    let said = refused(&mut fitted("4k"), 65);
    assert!(said.contains("KiB") && said.contains("--max-artifact-size"), "{said}");
    assert!(!folder.path().join("out/model.postcard").exists());
    stdout_of(&mut fitted("16k"));
    assert!(fs::metadata(folder.path().join("out/model.postcard")).unwrap().len() <= 16 << 10);
}

#[test]
fn answers_do_not_take_the_place_of_what_is_read() {
    let folder = temporary();
    let data = folder.path().join("customers.csv");
    fs::write(&data, by_chance(1, 100)).unwrap();
    let before = fs::read(&data).unwrap();
    let mut command = trainer();
    command.arg("fit").arg(&data).arg("--out").arg(folder.path().join("out"));
    command.args(["--target", "outcome", "--out-of-fold"]).arg(&data);
    assert!(refused(&mut command, 2).contains("--out-of-fold"));
    assert_eq!(fs::read(&data).unwrap(), before);
}

#[test]
fn nobodys_figure_stands_in_a_model() {
    let folder = temporary();
    let data = folder.path().join("customers.csv");
    let mut random = Xoshiro256PlusPlus::seed_from_u64(3);
    let mut text = "visits,amount,spend\n".to_owned();
    let mut spent = Vec::new();
    for i in 0..600 {
        let visits = random.gen_range(0..20);
        let amount: f64 = random.r#gen::<f64>() * 300.0;
        let drawn = f64::from(visits) * 10.0 + random.r#gen::<f64>() * 100.0;
        let spend = if i == 77 { 1_234_567.89 } else { (drawn * 1e4).round() / 1e4 };
        spent.push(spend);
        let _ = writeln!(text, "{visits},{amount:.3},{spend}");
    }
    fs::write(&data, text).unwrap();
    let out = folder.path().join("out");
    fit(&data, &out, &["--target", "spend", "--segments", "2"]);
    let bytes = fs::read(out.join("model.postcard")).unwrap();
    let floats: Vec<f64> =
        bytes.windows(8).map(|w| f64::from_le_bytes(w.try_into().unwrap())).collect();
    for spend in &spent {
        assert!(!floats.contains(spend) && !floats.contains(&spend.ln()), "{spend}");
    }
    // Nor do trees remember the largest: it is expected to spend no more than twenty customers do.
    let mut command = trainer();
    command.arg("predict").arg(out.join("model.postcard")).arg(&data);
    let predicted = stdout_of(&mut command);
    let mut rows = csv::Reader::from_reader(predicted.as_bytes());
    let at = rows.headers().unwrap().iter().position(|name| name == "predicted_spend").unwrap();
    let largest = rows.records().map(|row| row.unwrap()[at].parse().unwrap()).fold(0.0, f64::max);
    assert!(largest < 400.0, "{largest}");
}
