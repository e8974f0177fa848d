//! The table that `trainer predict` writes: the same in every format, in the file's order, safe to open.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

use expect_test::expect;
use serde_json::Value;
use shared::{Artifact, RawRecord};
use tests::{listing, stderr_of, temporary, trainer};
use trainer::read::{Block, ReadOptions, Source};

use crate::{bits, shop};

/// A folder with the model `shop.postcard` and the table `new.csv`.
fn shop(table: &str) -> tempfile::TempDir {
    let folder = temporary();
    fs::write(folder.path().join("shop.postcard"), shop::encoded()).unwrap();
    fs::write(folder.path().join("new.csv"), table).unwrap();
    folder
}

/// Customers of every kind; the first column says which row it is.
fn customers(n: usize) -> String {
    let mut table = "note,age,joined,visits,newsletter,size,plan\n".to_owned();
    for i in 0..n {
        let age = if i % 7 == 0 { String::new() } else { (18 + i % 60).to_string() };
        let (day, year) = (1 + i % 28, 2010 + i % 14);
        let size = ["S", "M", "L"][i % 3];
        let plan = ["1", "2", "gold"][i / 3 % 3];
        let (visits, letter) = (i % 41, i % 2);
        writeln!(table, "n{i},{age},{day}/03/{year},{visits},{letter},{size},{plan}").unwrap();
    }
    table
}

fn predict(folder: &Path, words: &str) -> Output {
    let mut command = trainer();
    command.current_dir(folder).args(["predict", "shop.postcard", "new.csv"]);
    command.args(words.split(' ').filter(|word| !word.is_empty())).output().unwrap()
}

/// The header and the rows that the trainer itself reads from a file.
fn read(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut source = Source::open(path, &ReadOptions::default()).unwrap();
    let (mut rows, mut block) = (Vec::new(), Block::new());
    while source.fill(&mut block).unwrap() {
        rows.extend(block.rows().map(|row| row.cells().map(String::from).collect::<Vec<_>>()));
    }
    (source.header().to_vec(), rows)
}

#[test]
fn csv_json_and_parquet_say_the_same_in_the_order_of_the_file() {
    // More than one row group.
    let n = 8_300;
    let folder = shop(&customers(n));
    for name in ["a.csv", "a.ndjson", "a.parquet"] {
        let output = predict(folder.path(), &format!("--out {name} --quiet"));
        assert_eq!((output.status.code(), stderr_of(&output).as_str()), (Some(0), ""));
    }
    let at = |name: &str| folder.path().join(name);
    let (header, rows) = read(&at("a.csv"));
    assert_eq!(
        header[7..],
        [
            "segment",
            "segment_name",
            "distance",
            "outlier_p",
            "predicted_spend",
            "lower_spend",
            "upper_spend",
            "predicted_churn",
            "probability_churn_no",
            "probability_churn_yes",
            "predicted_days_since_joined",
            "recommendations",
        ]
    );
    assert_eq!(rows.len(), n);
    assert!((0..n).all(|i| rows[i][0] == format!("n{i}")));
    let (columns, packed) = read(&at("a.parquet"));
    assert_eq!((columns.as_slice(), packed.len()), (header.as_slice(), n));
    let lines = fs::read_to_string(at("a.ndjson")).unwrap();
    assert_eq!(lines.lines().count(), n);
    let mut recommended = 0;
    for ((row, packed), line) in rows.iter().zip(&packed).zip(lines.lines()) {
        let object: Value = serde_json::from_str(line).unwrap();
        assert_eq!(object.as_object().unwrap().len(), header.len());
        for ((name, cell), other) in header.iter().zip(row).zip(packed) {
            if name == "recommendations" {
                let titles: Vec<&str> = object[name]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|recommendation| recommendation["title"].as_str().unwrap())
                    .collect();
                assert_eq!(*cell, titles.join("; "));
                recommended += titles.len();
            }
            match (&object[name], cell.parse::<f64>()) {
                (Value::Number(number), _) => {
                    assert_eq!(number.as_f64().unwrap().to_bits(), bits(cell), "{name}");
                    assert_eq!(bits(other), bits(cell), "{name}");
                }
                (Value::Null, _) => assert_eq!((cell.as_str(), other.as_str()), ("", "")),
                (Value::String(text), _) => assert_eq!((text, other), (cell, cell), "{name}"),
                _ => assert_eq!((name.as_str(), other), ("recommendations", cell)),
            }
        }
    }
    assert!(recommended > 100, "{recommended}");
}

#[test]
fn a_format_that_is_named_beats_the_files_name_and_gives_the_same_bytes() {
    let folder = shop(&customers(40));
    for words in ["--to parquet --out a", "--out b.parquet", "--to csv --out c.parquet"] {
        assert_eq!(predict(folder.path(), words).status.code(), Some(0), "{words}");
    }
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(bytes("a").starts_with(b"PAR1") && bytes("a") == bytes("b.parquet"));
    assert!(bytes("c.parquet").starts_with(b"note,age,"));
}

#[test]
fn parquet_is_for_files_and_appears_whole_or_not_at_all() {
    let folder = shop(&(customers(9_000) + "last,,,none,,M,1\n"));
    let output = predict(folder.path(), "--to parquet");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(stderr_of(&output).contains("Parquet is not for standard output"));
    assert_eq!(predict(folder.path(), "--out a.parquet").status.code(), Some(65));
    assert_eq!(listing(folder.path()), ["new.csv", "shop.postcard"]);
    let output = predict(folder.path(), "--json --to csv");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn rows_that_are_put_aside_leave_the_others_in_their_order() {
    let mut lines: Vec<String> = customers(600).lines().map(str::to_owned).collect();
    lines[10] = "bad,40,1/3/2020,many,1,S,1".into();
    lines[300] = "short,40".into();
    lines[301] = "bad,40,1/3/2020,5,1,XXL,1".into();
    let folder = shop(&(lines.join("\n") + "\n"));
    let output = predict(folder.path(), "--out a.csv");
    assert_eq!(output.status.code(), Some(65));
    let output = predict(folder.path(), "--out a.csv --rejects aside.csv");
    assert_eq!(output.status.code(), Some(0));
    expect![[r#"
        read as: comma, UTF-8
        warning: 3 rows put aside in aside.csv
        600 rows read: 597 predicted, 3 put aside; 0 unusually far from their segment (p < 0.01)
        ┌────┬────────────────────────────────────────────────┬──────┬────────┬──────────┐
        │ id ┆ segment                                        ┆ rows ┆  share ┆ p < 0.01 │
        ╞════╪════════════════════════════════════════════════╪══════╪════════╪══════════╡
        │  0 ┆ Segment 0: low age, few days since joined      ┆   23 ┆  3.9 % ┆        0 │
        │  1 ┆ Segment 1: high visits, many days since joined ┆  574 ┆ 96.1 % ┆        0 │
        └────┴────────────────────────────────────────────────┴──────┴────────┴──────────┘
    "#]]
    .assert_eq(&stderr_of(&output));
    let (_, rows) = read(&folder.path().join("a.csv"));
    let expected = (0..600).filter(|i| ![9, 299, 300].contains(i)).map(|i| format!("n{i}"));
    assert!(rows.iter().map(|row| row[0].clone()).eq(expected));
    let aside = fs::read_to_string(folder.path().join("aside.csv")).unwrap();
    let starts: Vec<&str> = aside.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(starts, ["line", "11", "301", "302"]);
    let output = predict(folder.path(), "--json --rejects aside.csv");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 597);
    let said = stderr_of(&output);
    let last: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    let note = last["note"]["message"].as_str().unwrap();
    assert!(note.starts_with("600 rows read: 597 predicted, 3 put aside; "), "{note}");
}

#[test]
fn text_that_a_spreadsheet_would_run_is_defused_in_csv_alone() {
    let table = "@note,-1,age,visits,size,plan\n\
                 =1+1,-3,20,1,S,1\n\
                 \"-2+3,x\",+5,20,1,S,1\n\
                 plain,-x,20,1,S,1\n";
    let folder = shop(table);
    let first = |words: &str| -> Vec<String> {
        let output = predict(folder.path(), words);
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| line.split(",20,").next().unwrap().to_owned()).collect()
    };
    let defused = first("--quiet");
    assert!(defused[0].starts_with("'@note,-1,age,"), "{defused:?}");
    assert_eq!(defused[1..], ["'=1+1,-3", "\"'-2+3,x\",+5", "plain,'-x"]);
    let raw = first("--quiet --raw");
    assert!(raw[0].starts_with("@note,-1,age,"), "{raw:?}");
    assert_eq!(raw[1..], ["=1+1,-3", "\"-2+3,x\",+5", "plain,-x"]);
    let object: Value = serde_json::from_slice(
        predict(folder.path(), "--json").stdout.split(|b| *b == b'\n').next().unwrap(),
    )
    .unwrap();
    assert_eq!(object["@note"], "=1+1");
}

#[test]
fn reasons_are_those_of_the_reply() {
    let folder = shop(&customers(60));
    let artifact = Artifact::decode(&shop::encoded()).unwrap();
    let explained = String::from_utf8(predict(folder.path(), "--json --explain").stdout).unwrap();
    let written = String::from_utf8(predict(folder.path(), "--explain").stdout).unwrap();
    let mut written = csv::Reader::from_reader(written.as_bytes());
    let header = written.headers().unwrap().clone();
    let n = header.len();
    let added: Vec<&str> = header.iter().skip(n - 4).collect();
    assert_eq!(added, ["reason", "reason_spend", "reason_churn", "reason_days_since_joined"]);
    for (line, row) in explained.lines().zip(written.records()) {
        let (object, row) = (serde_json::from_str::<Value>(line).unwrap(), row.unwrap());
        let mut fields = object.as_object().unwrap().clone();
        fields
            .retain(|name, value| artifact.model().parts().schema.knows(name) && !value.is_null());
        // A table's dates are written in its order, those of JSON in one.
        if let Some(Value::String(joined)) = fields.get_mut("joined") {
            let parts: Vec<u16> = joined.split('/').map(|part| part.parse().unwrap()).collect();
            *joined = format!("{}-{:02}-{:02}", parts[2], parts[1], parts[0]);
        }
        let json = Value::Object(fields).to_string();
        let raw = RawRecord::from_json(&json).unwrap();
        let record = artifact.model().parts().schema.validate(&raw).unwrap();
        let reply: Value = serde_json::from_str(&artifact.recommend(&record).to_json()).unwrap();
        assert_eq!(object["runner_up"], reply["runner_up"]);
        assert_eq!(object["reasons"], reply["reasons"]);
        for prediction in reply["predictions"].as_array().unwrap() {
            let target = prediction["target"].as_str().unwrap();
            assert_eq!(object["prediction_reasons"][target], prediction["reasons"]);
        }
        let contributions = reply["reasons"]["contributions"].as_array().unwrap();
        let strongest = contributions
            .iter()
            .max_by(|a, b| a["value"].as_f64().unwrap().total_cmp(&b["value"].as_f64().unwrap()))
            .unwrap();
        let reason = row.get(n - 4).unwrap();
        let begins = format!("{} +", strongest["field"].as_str().unwrap());
        assert!(reason.starts_with(&begins) && !reason.contains(" -"), "{reason}");
        assert!(reason.split("; ").count() <= 3, "{reason}");
    }
}

#[test]
fn who_is_held_out_gets_no_recommendation_and_stays_held_out() {
    let folder = shop(&customers(200));
    let rows = |words: &str| {
        let output = predict(folder.path(), &format!("--id note {words} --out scored.csv"));
        assert_eq!(output.status.code(), Some(0), "{}", stderr_of(&output));
        let (header, rows) = read(&folder.path().join("scored.csv"));
        let at = |name: &str| header.iter().position(|known| known == name).unwrap();
        let (note, held, given) = (at("note"), at("held_out"), at("recommendations"));
        let pick = |row: Vec<String>| (row[note].clone(), row[held] == "yes", row[given].clone());
        rows.into_iter().map(pick).collect::<Vec<_>>()
    };
    // The typical gap holds nobody out.
    assert!(rows("").iter().all(|(_, held, _)| !held));
    let (few, many) = (rows("--holdout 0.2"), rows("--holdout 0.5"));
    let n = |rows: &[(String, bool, String)]| rows.iter().filter(|(_, held, _)| *held).count();
    assert!(
        (20..60).contains(&n(&few)) && (75..125).contains(&n(&many)),
        "{} {}",
        n(&few),
        n(&many)
    );
    for ((name, few, _), (_, many, given)) in few.iter().zip(&many) {
        // A larger share adds customers and takes none away.
        assert!(!few || *many, "{name}");
        assert!(!many || given.is_empty(), "{name} {given}");
        let hash = shared::playbook::is_held_out("", name, 500);
        assert_eq!(*many, hash, "{name}");
    }
    assert!(many.iter().any(|(_, held, given)| !held && !given.is_empty()));
    let output = predict(folder.path(), "--id nobody --holdout 0.2");
    assert_eq!(output.status.code(), Some(65));
    assert!(stderr_of(&output).contains("no column `nobody`"));
    assert_eq!(predict(folder.path(), "--holdout 0.2").status.code(), Some(2));
}

#[test]
fn a_file_that_is_named_as_something_else_is_refused() {
    let folder = shop(&customers(20));
    for name in ["a.xlsx", "a.csv.gz", "a.json"] {
        let output = predict(folder.path(), &format!("--out {name}"));
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(stderr_of(&output).contains("--to"), "{name}");
    }
    assert_eq!(predict(folder.path(), "--to csv --out a.json").status.code(), Some(0));
}
