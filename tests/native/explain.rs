//! `trainer explain` and `trainer evaluate` as processes.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

use expect_test::expect;
use serde_json::Value;
use shared::artifact::encode;
use shared::{Artifact, Model, ModelParts, RawRecord};
use tempfile::TempDir;
use tests::{stderr_of, stdout_of, temporary, trainer};

#[expect(dead_code, reason = "another test holds the model against the committed one")]
mod shop;

/// A folder with the model `shop.postcard`.
fn shop() -> TempDir {
    let folder = temporary();
    fs::write(folder.path().join("shop.postcard"), shop::encoded()).unwrap();
    folder
}

fn run(folder: &Path, verb: &str, words: &str) -> Output {
    let mut command = trainer();
    command.current_dir(folder).args([verb, "shop.postcard"]).args(words.split(' '));
    command.output().unwrap()
}

/// What was printed, and what was said.
fn explain(words: &str) -> (String, String) {
    let folder = shop();
    let output = run(folder.path(), "explain", words);
    assert_eq!(output.status.code(), Some(0), "{}", stderr_of(&output));
    (String::from_utf8(output.stdout.clone()).unwrap(), stderr_of(&output))
}

#[test]
fn a_customer_by_hand_is_explained() {
    let (printed, said) =
        explain("--set age=33 --set joined=24.12.2023 --set visits=2 --set size=M --set plan=gold");
    expect![[r#"
        segment 0: Segment 0: low age, few days since joined

        ┌────┬────────────────────────────────────────────────┬──────────┐
        │ id ┆ segment                                        ┆ distance │
        ╞════╪════════════════════════════════════════════════╪══════════╡
        │  0 ┆ Segment 0: low age, few days since joined      ┆     1.89 │
        │  1 ┆ Segment 1: high visits, many days since joined ┆     2.74 │
        └────┴────────────────────────────────────────────────┴──────────┘

        why "Segment 0: low age, few days since joined" and not "Segment 1: high visits, many days since joined"
        ┌────────────┬───────────────┬──────────────────┐
        │ column     ┆ this customer ┆ speaks for it by │
        ╞════════════╪═══════════════╪══════════════════╡
        │ joined     ┆    2023-12-24 ┆            +3.35 │
        │ visits     ┆             2 ┆            +1.44 │
        │ plan       ┆          gold ┆             -1.2 │
        │ age        ┆            33 ┆            +1.15 │
        │ newsletter ┆     not given ┆            -1.04 │
        │ size       ┆             M ┆            +0.25 │
        │ sum        ┆               ┆            +3.94 │
        └────────────┴───────────────┴──────────────────┘
        smallest change: with visits 8.79 instead of 2, the segment would be "Segment 1: high visits, many days since joined"

        spend: 29.3, and in 90 of 100 cases between 1.61 and 128.1
        ┌───────────────────────────┬───────────────┬────────────────────┐
        │ column                    ┆ this customer ┆ adds to the number │
        ╞═══════════════════════════╪═══════════════╪════════════════════╡
        │ (of the average customer) ┆               ┆              +28.6 │
        │ plan                      ┆          gold ┆              +5.54 │
        │ visits                    ┆             2 ┆              -4.09 │
        │ joined                    ┆    2023-12-24 ┆              +1.11 │
        │ age                       ┆            33 ┆              -0.99 │
        │ newsletter                ┆     not given ┆             -0.821 │
        │ sum                       ┆               ┆              +29.3 │
        └───────────────────────────┴───────────────┴────────────────────┘

        churn: no (56.8 %), yes (43.2 %)
        ┌───────────────────────────┬───────────────┬──────────────────────────┐
        │ column                    ┆ this customer ┆ adds to the margin of no │
        ╞═══════════════════════════╪═══════════════╪══════════════════════════╡
        │ (of the average customer) ┆               ┆                   -0.631 │
        │ age                       ┆            33 ┆                   +0.513 │
        │ visits                    ┆             2 ┆                    +0.13 │
        │ sum                       ┆               ┆                  +0.0117 │
        └───────────────────────────┴───────────────┴──────────────────────────┘

        days_since_joined: 203.0
        ┌───────────────────────────┬───────────────┬────────────────────┐
        │ column                    ┆ this customer ┆ adds to the number │
        ╞═══════════════════════════╪═══════════════╪════════════════════╡
        │ (of the average customer) ┆               ┆             +203.0 │
        │ sum                       ┆               ┆             +203.0 │
        └───────────────────────────┴───────────────┴────────────────────┘

    "#]].assert_eq(&printed);
    expect![[r#"
        not given, and filled in as in training: `newsletter`
    "#]]
    .assert_eq(&said);
}

#[test]
fn the_printed_contributions_are_the_strongest_first() {
    let (printed, _) = explain("--set visits=9 --set size=L --set plan=1 --set newsletter=1");
    let tables: Vec<&str> = printed.split("│ column").skip(1).collect();
    assert_eq!(tables.len(), 4, "{printed}");
    for table in tables {
        let rows =
            table.lines().filter(|line| line.starts_with('│') && !line.contains("(of the average"));
        let cells = rows.map(|line| line.split('┆').next_back().unwrap().trim_matches([' ', '│']));
        let sizes: Vec<f64> = cells.map(|cell| cell.parse::<f64>().unwrap().abs()).collect();
        let (_, parts) = sizes.split_last().unwrap();
        assert!(parts.is_sorted_by(|a, b| a >= b), "{table}");
    }
}

#[test]
fn json_is_the_reply() {
    let artifact = Artifact::decode(&shop::encoded()).unwrap();
    let customer =
        r#"{"age":33.5,"joined":"2023-12-24","visits":4,"newsletter":1,"size":"L","plan":"gold"}"#;
    let record = RawRecord::from_json(customer).unwrap();
    let record = artifact.model().parts().schema.validate(&record).unwrap();
    let words = "--set age=33.5 --set joined=24/12/2023 --set visits=4 --set newsletter=1 \
                 --set size=L --set plan=gold --json";
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let (printed, said) = explain(&words);
    assert_eq!(printed, artifact.recommend(&record).to_json() + "\n");
    assert_eq!(said, "");
}

#[test]
fn a_customer_of_a_file_can_be_changed_by_hand() {
    let folder = shop();
    let table = "plan,size,visits,name\n1,S,3,a\n2,M,\"4,5\",b\n";
    fs::write(folder.path().join("c.csv"), table).unwrap();
    let asked = |words: &str| {
        let output = run(folder.path(), "explain", words);
        (
            output.status.code(),
            String::from_utf8(output.stdout.clone()).unwrap(),
            stderr_of(&output),
        )
    };
    let by_hand = asked("--set plan=2 --set size=M --set visits=4.5 --json").1;
    let of_file = "--from c.csv --row 2 --decimal , --json";
    assert_eq!(asked(of_file).1, by_hand);
    let changed = asked(&format!("{of_file} --set visits=9")).1;
    assert_eq!(changed, asked("--set plan=2 --set size=M --set visits=9 --json").1);
    assert_ne!(changed, by_hand);
    let (code, _, said) = asked("--from c.csv --row 2 --set visits=many");
    assert_eq!(code, Some(65));
    assert!(said.contains("`c.csv` line 3: this is no customer"), "{said}");
    let (code, _, said) = asked("--from c.csv --row 3");
    assert_eq!(code, Some(2));
    assert!(said.contains("`--row 3`: `c.csv` has 2 rows"), "{said}");
    assert_eq!(asked("--from c.csv").0, Some(2));
}

#[test]
fn what_is_set_wrongly_is_told_with_what_to_do() {
    let folder = shop();
    let asked = |words: &str| {
        let output = run(folder.path(), "explain", words);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{words}");
        stderr_of(&output)
    };
    expect![[r#"
        error: `--set aeg=...`: the model reads no column of this name

        hint: did you mean `age`?
    "#]]
    .assert_eq(&asked("--set aeg=40"));
    expect![[r#"
        error: this is no customer of the model
          `age`: expected a number between 0 and 120
          `size`: expected one of "S", "M", "L"
          `plan`: expected a value, as every customer had in training

        hint: `size`: did you mean `L`?
    "#]]
    .assert_eq(&asked("--set age=old --set visits=1 --set size=XXL"));
    assert!(asked("--set age").contains("expected COLUMN=VALUE"));
    assert!(asked("--set age=1 --set age=2").contains("`age` is set twice"));
}

/// `known.csv`: what the model says of 200 customers, with `churn` turned round for `wrong` of them, lacking for one
/// and a strange word for another; and `spend` 2 off.
fn labelled(folder: &Path, wrong: usize) {
    let mut table = "age,visits,size,plan\n".to_owned();
    for i in 0..200 {
        writeln!(table, "{},{},{},gold", 20 + i % 50, i % 30, ["S", "M", "L"][i % 3]).unwrap();
    }
    fs::write(folder.join("plain.csv"), &table).unwrap();
    let mut command = trainer();
    command.current_dir(folder).args(["predict", "shop.postcard", "plain.csv", "-q"]);
    let predicted = stdout_of(&mut command);
    let mut rows = csv::Reader::from_reader(predicted.as_bytes());
    let header = rows.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let (churn, spend) = (at("predicted_churn"), at("predicted_spend"));
    let mut out = table.lines().next().unwrap().to_owned() + ",churn,spend\n";
    for ((i, row), line) in rows.records().enumerate().zip(table.lines().skip(1)) {
        let row = row.unwrap();
        let said = if (i < wrong) == (&row[churn] == "yes") { "no" } else { "yes" };
        let said = if i == 198 { "" } else { said };
        let said = if i == 199 { "perhaps" } else { said };
        // Two more than predicted, or less by turns.
        let spent = row[spend].parse::<f64>().unwrap() + if i % 2 == 0 { 2.0 } else { -2.0 };
        writeln!(out, "{line},{said},{spent}").unwrap();
    }
    fs::write(folder.join("known.csv"), out).unwrap();
}

#[test]
fn predictions_are_held_against_what_turned_out_to_be_so() {
    let folder = shop();
    labelled(folder.path(), 50);
    let output = run(folder.path(), "evaluate", "known.csv --json");
    assert_eq!(output.status.code(), Some(0), "{}", stderr_of(&output));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (spend, churn) = (&found["targets"][0], &found["targets"][1]);
    assert_eq!((&spend["target"], &spend["rows"]), (&"spend".into(), &200.into()));
    let figure = |of: &Value, name: &str| of["figures"][name].as_f64().unwrap();
    assert!(
        (figure(spend, "rmse") - 2.0).abs() < 1e-9 && (figure(spend, "mae") - 2.0).abs() < 1e-9
    );
    assert!((figure(spend, "total") - 1.0).abs() < 1e-9);
    assert!((0.0..=1.0).contains(&figure(spend, "coverage")) && figure(spend, "r2") < 1.0);
    assert_eq!(
        (&churn["rows"], &churn["missing"], &churn["unknown"]),
        (&198.into(), &1.into(), &1.into())
    );
    assert_eq!(figure(churn, "accuracy"), 148.0 / 198.0);
    let said = stderr_of(&output);
    assert!(
        said.contains("`churn`: left out 1 row whose value is none of the model's classes"),
        "{said}"
    );
    assert!(said.contains("no column `days_since_joined`: it is not evaluated"), "{said}");
}

#[test]
fn a_figure_that_is_not_as_asked_ends_in_3() {
    let folder = shop();
    labelled(folder.path(), 50);
    let code = |words: &str| {
        run(folder.path(), "evaluate", &format!("known.csv -q {words}")).status.code()
    };
    assert_eq!(code("--min accuracy=0.7 --max rmse=2.5 --min churn.accuracy=0.7"), Some(0));
    assert_eq!(code("--min accuracy=0.75"), Some(3));
    assert_eq!(code("--max spend.rmse=1.5"), Some(3));
    assert_eq!(code("--min total=0.9 --max total=1.1"), Some(0));
    for words in [
        "--min rmse=1",
        "--max accuracy=1",
        "--min acuracy=0.5",
        "--min accuracy=high",
        "--min accuracy",
        "--max days_since_joined.rmse=1",
    ] {
        assert_eq!(code(words), Some(2), "{words}");
    }
    let output = run(folder.path(), "evaluate", "known.csv --min accuracy=0.75 --max rmse=3");
    expect![[r#"
        spend: 200 customers
        ┌────────────────────┬────────┐
        │ figure             ┆  value │
        ╞════════════════════╪════════╡
        │ coverage           ┆ 1.0000 │
        │ deviance           ┆ 0.0094 │
        │ mae                ┆ 2.0000 │
        │ r2                 ┆ 0.9890 │
        │ rmse               ┆ 2.0000 │
        │ top-decile-capture ┆ 0.1272 │
        │ total              ┆ 1.0000 │
        └────────────────────┴────────┘

        churn: 198 customers, 1 more lack it, 1 more have a value that it does not take
        ┌───────────────┬────────┐
        │ figure        ┆  value │
        ╞═══════════════╪════════╡
        │ accuracy      ┆ 0.7475 │
        │ ece           ┆ 0.1763 │
        │ ece-classwise ┆ 0.1760 │
        │ log-loss      ┆ 0.7191 │
        │ macro-f1      ┆ 0.7367 │
        └───────────────┴────────┘

        rmse of `spend` is 2.0000, to be at most 3: holds
        accuracy of `churn` is 0.7475, to be at least 0.75: does not hold
    "#]]
    .assert_eq(&String::from_utf8_lossy(&output.stdout));
    expect![[r#"
        warning: the file has no column `joined`: it counts as missing
        warning: the file has no column `newsletter`: it counts as missing
        warning: the file has no column `days_since_joined`: it is not evaluated
        read as: comma, UTF-8
        warning: `churn`: left out 1 row whose value is none of the model's classes
        error: accuracy of `churn` is 0.7475, to be at least 0.75
    "#]]
    .assert_eq(&stderr_of(&output));
}

#[test]
fn a_file_without_the_target_cannot_be_evaluated() {
    let folder = shop();
    fs::write(folder.path().join("c.csv"), "plan,size,visits,Churn\n1,S,3,yes\n").unwrap();
    let output = run(folder.path(), "evaluate", "c.csv");
    assert_eq!(output.status.code(), Some(65));
    let said = stderr_of(&output);
    assert!(
        said.contains("there is no column `spend` or `churn` or `days_since_joined`"),
        "{said}"
    );
    fs::write(folder.path().join("c.csv"), "plan,size,visits,churn\n1,S,3,\n").unwrap();
    let output = run(folder.path(), "evaluate", "c.csv");
    assert_eq!(output.status.code(), Some(65));
    assert!(stderr_of(&output).contains("no row says what `churn` turned out to be"));
}

#[test]
fn a_model_without_a_target_says_what_is_usual_and_cannot_be_evaluated() {
    let folder = temporary();
    let model = Model::new(ModelParts { targets: vec![], ..shop::parts() }).unwrap();
    fs::write(folder.path().join("shop.postcard"), encode(&model, vec![]).unwrap()).unwrap();
    let output = run(folder.path(), "explain", "--set visits=9 --set size=L --set plan=1");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("│ column ┆ usual for customers like this one │"), "{printed}");
    fs::write(folder.path().join("c.csv"), "plan,size,visits,churn\n1,S,3,yes\n").unwrap();
    let output = run(folder.path(), "evaluate", "c.csv");
    assert_eq!(output.status.code(), Some(65));
    assert!(stderr_of(&output).contains("`shop.postcard`: this model predicts no target"));
}
