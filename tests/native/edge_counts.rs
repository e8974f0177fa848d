//! Drift from what the Worker counted: one column's bin of each request, as the SQL API gives it.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use expect_test::expect;
use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::{Value, json};
use shared::{Artifact, RawRecord, Record};
use tests::{root, sample, stderr_of, temporary, trainer};

fn model() -> PathBuf {
    root().join("edge/model.postcard")
}

fn artifact() -> Artifact {
    Artifact::decode(&fs::read(model()).unwrap()).unwrap()
}

/// The customers that the model was trained on, with something added to a column.
fn customers(artifact: &Artifact, column: &str, by: f64) -> Vec<Record> {
    let mut table = csv::Reader::from_path(sample("cdnow_customers.csv")).unwrap();
    let header = table.headers().unwrap().clone();
    let schema = &artifact.model().parts().schema;
    let record = |row: csv::StringRecord| {
        let fields = header.iter().zip(&row).filter(|(name, _)| schema.knows(name));
        let fields = fields.map(|(name, cell)| {
            let added = if name == column { by } else { 0.0 };
            format!("{name:?}: {}", cell.parse::<f64>().unwrap() + added)
        });
        let json = format!("{{{}}}", fields.collect::<Vec<_>>().join(", "));
        schema.validate(&RawRecord::from_json(&json).unwrap()).unwrap()
    };
    table.records().map(|row| record(row.unwrap())).collect()
}

/// What the Worker counts of so many requests: each of a customer and of a column, both drawn by chance.
fn counts(artifact: &Artifact, customers: &[Record], n: usize, seed: u64) -> Vec<Value> {
    let parts = artifact.model().parts();
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut counts: BTreeMap<(u16, usize, u16), u32> = BTreeMap::new();
    for _ in 0..n {
        let customer = &customers[random.gen_range(0..customers.len())];
        let column = random.gen_range(0..parts.schema.columns().len());
        let assigned = parts.assigner.assign(&parts.transform.apply(customer));
        let segment = parts.segments[usize::from(assigned.id())].id;
        *counts.entry((segment, column, parts.baseline.bin(customer)[column])).or_default() += 1;
    }
    let row = |((segment, column, bin), n): ((u16, usize, u16), u32)| {
        json!({
            "model": artifact.id().to_hex(),
            "segment": segment.to_string(),
            "column": parts.schema.columns()[column].name,
            "bin": bin.to_string(),
            "n": n.to_string(),
        })
    };
    counts.into_iter().map(row).collect()
}

/// As Cloudflare answers `FORMAT JSON`.
fn answer(rows: &[Value]) -> String {
    let meta = json!([{ "name": "model", "type": "String" }, { "name": "n", "type": "Float64" }]);
    json!({ "meta": meta, "data": rows, "rows": rows.len() }).to_string()
}

fn drift(folder: &Path, text: &str) -> Output {
    let path = folder.join("counts.json");
    fs::write(&path, text).unwrap();
    trainer().arg("drift").arg(model()).arg("--edge").arg(path).arg("--json").output().unwrap()
}

fn report(folder: &Path, rows: &[Value]) -> Value {
    let output = drift(folder, &answer(rows));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let code = if report["drifted"] == true { 3 } else { 0 };
    assert_eq!(output.status.code(), Some(code), "{}", stderr_of(&output));
    report
}

/// The columns that are not called undrifted.
fn drifted(report: &Value) -> Vec<&str> {
    let columns = report["columns"].as_array().unwrap().iter();
    let columns = columns.filter(|column| column["verdict"] != "no-drift");
    columns.map(|column| column["name"].as_str().unwrap()).collect()
}

#[test]
fn requests_of_the_customers_of_training_are_no_drift() {
    let folder = temporary();
    let artifact = artifact();
    let customers = customers(&artifact, "", 0.0);
    assert_eq!(artifact.model().parts().baseline.rows() as usize, customers.len());
    let mut called = Vec::new();
    for seed in 0..10 {
        let report = report(folder.path(), &counts(&artifact, &customers, 6000, seed));
        assert_eq!((&report["counted"], &report["rows"]), (&"requests".into(), &6000.into()));
        let columns = report["columns"].as_array().unwrap().iter();
        let told: Vec<u64> = columns.map(|column| column["rows"].as_u64().unwrap()).collect();
        assert_eq!(told.iter().sum::<u64>(), 6000);
        assert!(told.iter().all(|n| (850..1150).contains(n)), "each tells of one column: {told:?}");
        called.extend((report["drifted"] == true).then_some(seed));
    }
    // One in a hundred may be.
    assert!(called.len() <= 1, "{called:?}");
}

#[test]
fn a_shift_is_found_in_its_column_and_no_other() {
    let folder = temporary();
    let artifact = artifact();
    for (column, by) in [("recency_days", 60.0), ("mean_quantity", 2.0)] {
        let moved = customers(&artifact, column, by);
        let rows = counts(&artifact, &moved, 6000, 7);
        let report = report(folder.path(), &rows);
        assert_eq!((&report["drifted"], drifted(&report)), (&true.into(), vec![column]));
        let of = report["columns"].as_array().unwrap().iter().find(|of| of["name"] == column);
        let of = of.unwrap();
        assert!(of["largest"]["of"].as_str().unwrap().starts_with("over "), "{of}");
        assert_eq!(of["above_range"], Value::Null, "bins do not tell");
    }
    let path = folder.path().join("counts.json");
    let output = trainer().arg("drift").arg(model()).arg("--edge").arg(path).output().unwrap();
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(said.starts_with("6000 requests, against 2357 customers of training\n"), "{said}");
    // Behind the header.
    let first = said.lines().filter(|line| line.starts_with("│ ")).nth(1).unwrap();
    assert!(first.contains("mean_quantity") && first.contains(" drift"), "{said}");
    assert!(said.contains("\ndrift in 1 column"), "{said}");
}

#[test]
fn every_form_of_the_answer_says_the_same() {
    let folder = temporary();
    let artifact = artifact();
    let rows = counts(&artifact, &customers(&artifact, "", 0.0), 3000, 1);
    let numbers = rows.iter().map(|row| {
        let number = |name: &str| row[name].as_str().unwrap().parse::<f64>().unwrap();
        let mut row = row.clone();
        // Sums of weights are seldom whole.
        (row["n"], row["further"]) = (json!(number("n") + 0.001), json!([1]));
        row["bin"] = json!(number("bin"));
        row
    });
    let numbers: Vec<Value> = numbers.collect();
    let lines = |rows: &[Value]| rows.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let said = drift(folder.path(), &answer(&rows));
    assert_eq!(said.status.code(), Some(0));
    for text in
        [lines(&rows), Value::from(rows.clone()).to_string(), answer(&numbers), lines(&numbers)]
    {
        let again = drift(folder.path(), &text);
        assert!(again.stdout == said.stdout, "{}", stderr_of(&again));
    }
}

#[test]
fn sampled_requests_count_for_what_they_are_worth() {
    let folder = temporary();
    let artifact = artifact();
    let rows = counts(&artifact, &customers(&artifact, "", 0.0), 1200, 2);
    let sampled: Vec<Value> = rows
        .iter()
        .map(|row| {
            let n: f64 = row["n"].as_str().unwrap().parse().unwrap();
            let mut row = row.clone();
            (row["n"], row["squares"]) = (json!(50.0 * n), json!(2500.0 * n));
            row
        })
        .collect();
    let output = drift(folder.path(), &answer(&sampled));
    assert!(stderr_of(&output).contains("60000 requests were sampled: they count for 1200"));
    assert!(output.stdout == drift(folder.path(), &answer(&rows)).stdout);
    assert_eq!(output.status.code(), Some(0));
    // Taken for requests, the same points would be drift.
    let mut taken = sampled;
    for row in &mut taken {
        row.as_object_mut().unwrap().remove("squares");
    }
    assert_eq!(report(folder.path(), &taken)["drifted"], true);
}

#[test]
fn columns_of_few_requests_are_named_and_not_judged() {
    let folder = temporary();
    let artifact = artifact();
    let mut rows = counts(&artifact, &customers(&artifact, "", 0.0), 6000, 3);
    // All of one column in one bin, but too few to tell; another not at all; another of some.
    rows.retain(|row| {
        !["frequency", "tenure_days", "mean_amount"].iter().any(|n| row["column"] == *n)
    });
    for (column, n) in [("frequency", 19), ("mean_amount", 20)] {
        let mut row = rows[0].clone();
        (row["column"], row["bin"], row["n"]) = (json!(column), json!(0), json!(n));
        rows.push(row);
    }
    let output = drift(folder.path(), &answer(&rows));
    let said = stderr_of(&output);
    assert!(
        said.contains(
            "fewer than 20 requests tell of `frequency` (19), `tenure_days` (0): not judged yet"
        ),
        "{said}"
    );
    assert!(said.contains("fewer than 100 requests tell of `mean_amount` (20)"), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |name: &str| {
        let columns = report["columns"].as_array().unwrap();
        columns.iter().find(|column| column["name"] == name).unwrap()
    };
    for name in ["frequency", "tenure_days"] {
        let column = of(name);
        assert_eq!((&column["verdict"], &column["p"]), (&"too-few".into(), &1.0.into()));
        assert_eq!(column["largest"], Value::Null);
    }
    // Twenty in the lowest bin are not by chance.
    assert!(of("mean_amount")["p"].as_f64().unwrap() < 0.01, "{}", of("mean_amount"));
}

#[test]
fn counts_of_another_model_are_left_out_and_nothing_else_is_an_error() {
    let folder = temporary();
    let artifact = artifact();
    let rows = counts(&artifact, &customers(&artifact, "", 0.0), 3000, 4);
    let mut with = rows.clone();
    // Of a model with other columns.
    with.push(json!({ "model": "ab".repeat(32), "segment": "9", "column": "other", "bin": "70", "n": "12" }));
    let output = drift(folder.path(), &answer(&with));
    assert!(stderr_of(&output).contains("12 requests that another model answered are left out"));
    assert!(output.stdout == drift(folder.path(), &answer(&rows)).stdout);
    for (rows, what) in [(&with[with.len() - 1..], "but of `abab"), (&[], "nothing was counted")] {
        let output = drift(folder.path(), &answer(rows));
        let said = stderr_of(&output);
        assert_eq!(output.status.code(), Some(65));
        assert!(said.contains(what) && said.contains("GET /v1/model"), "{said}");
    }
}

#[test]
fn what_cannot_be_counts_is_refused_with_its_place() {
    let folder = temporary();
    let artifact = artifact();
    let rows = counts(&artifact, &customers(&artifact, "", 0.0), 300, 5);
    let n_bins = artifact.model().parts().baseline.columns()[0].shares.len();
    let first = artifact.model().parts().schema.columns()[0].name.as_str();
    for (name, value, what) in [
        ("n", json!(-4), "row 2: `n` is -4, which is no count"),
        ("n", json!("NaN"), "row 2: `n` is \"NaN\", which is no number"),
        ("n", json!(1e12), "row 2: `n` is 1000000000000, which is no count"),
        ("n", Value::Null, "row 2: `n` is null, which is no number"),
        ("squares", json!("-inf"), "row 2: `squares` is \"-inf\", which is no number"),
        ("bin", json!(n_bins), &format!("row 2: `bin` is {n_bins}, and `{first}` has bins 0 to")),
        ("bin", json!(1.5), "row 2: `bin` is 1.5, which is none"),
        ("bin", json!(-1), "row 2: `bin` is -1, which is none"),
        ("segment", json!("777"), "row 2: the model has no segment 777"),
        ("column", json!("recency_day"), "did you mean `recency_days`?"),
        ("column", json!("\u{1b}[2J"), "no column `\\u{1b}[2J`"),
        ("column", json!(3), "row 2: `column` is no text"),
        ("model", json!(3), "row 2: `model` is no text"),
    ] {
        let mut wrong = rows.clone();
        (wrong[1]["column"], wrong[1]["bin"]) = (json!(first), json!("0"));
        wrong[1][name] = value;
        let path = folder.path().join("counts.json");
        fs::write(&path, answer(&wrong)).unwrap();
        let output = trainer().arg("drift").arg(model()).arg("--edge").arg(path).output().unwrap();
        let said = stderr_of(&output);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(65), 0), "{name}: {said}");
        assert!(said.contains(what) && said.contains("--edge-query"), "{name}: {said}");
        assert!(!said.contains('\u{1b}'), "{said}");
    }
    let absent = r#"{"data": [{"segment": "1"}]}"#;
    for (text, what) in [
        ("Input code: 400, no such table", "line 1: this is not JSON"),
        ("{\"data\": [\n{\"n\": 1e999}]}", "line 2: this is not JSON"),
        ("{\"data\": 3}", "`data` is no array"),
        ("[1]", "row 1: expected an object"),
        (r#"{"success": true}"#, "row 1: `model` is missing"),
        (r#"{"success": false, "errors": []}"#, "this is a refusal of Cloudflare's API\""),
        (r#"{"success": false, "errors": [{"message": 1}]}"#, "of Cloudflare's API\""),
        (
            r#"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}"#,
            "this is a refusal of Cloudflare's API: Authentication error (10000)\"",
        ),
        (
            r#"{"success":false,"errors":[{"code":1,"message":"\u001b[2J"}],"result":null}"#,
            r#"API: \\u{1b}[2J (1)""#,
        ),
        (absent, "row 1: `model` is missing"),
        ("", "nothing was counted"),
    ] {
        let output = drift(folder.path(), text);
        let said = stderr_of(&output);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(65), 0), "{text}: {said}");
        assert!(said.contains(what), "{text}: {said}");
    }
}

#[test]
fn the_query_asks_for_what_the_worker_counts() {
    let ask = |words: &str| {
        let mut command = trainer();
        command.arg("drift").arg(model()).args(words.split_whitespace()).output().unwrap()
    };
    let query = String::from_utf8(ask("--edge-query --days 30 --dataset shop_1").stdout).unwrap();
    expect![[r#"
        SELECT
          index1 AS model,
          blob5 AS segment,
          blob6 AS column,
          blob7 AS bin,
          SUM(_sample_interval * double1) AS n,
          SUM(_sample_interval * _sample_interval * double1) AS squares
        FROM shop_1
        WHERE index1 = '<model>'
          AND blob1 = '/v1/segment'
          AND blob2 = '200'
          AND timestamp > NOW() - INTERVAL '30' DAY
        GROUP BY index1, blob5, blob6, blob7
        FORMAT JSON
    "#]]
    .assert_eq(&query.replace(&artifact().id().to_hex(), "<model>"));
    let usual: Value = serde_json::from_slice(&ask("--edge-query --json").stdout).unwrap();
    let usual = usual["query"].as_str().unwrap();
    assert!(usual.contains("FROM wedge\n") && usual.contains("INTERVAL '7' DAY"), "{usual}");
    for words in [
        "",
        "--edge-query --days 0",
        "--edge-query --days 91",
        "--edge-query --dataset a;b",
        "--days 3 new.csv",
        "--edge counts.json new.csv",
        "--edge counts.json --edge-query",
        "--edge counts.json --rejects r.csv",
        "--edge counts.json --sheet a",
    ] {
        assert_eq!(ask(words).status.code(), Some(2), "{words}");
    }
}
