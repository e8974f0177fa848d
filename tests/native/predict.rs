//! `trainer predict`, `inspect` and `transform` as processes, on the committed models.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::Stdio;

use expect_test::expect;
use ndarray::Array2;
use ndarray_npy::read_npy;
use serde_json::Value;
use shared::{Artifact, RawRecord};
use tests::{root, sample, stderr_of, stdout_of, temporary, trainer};

mod scored;
#[expect(dead_code, reason = "another test holds the model against the committed one")]
mod shop;

fn excerpt_model() -> PathBuf {
    root().join("tests/data/artifacts/format-1.postcard")
}

fn sample_model() -> PathBuf {
    root().join("edge/model.postcard")
}

#[test]
fn a_customer_as_csv_row_and_as_json_gets_the_same_answer() {
    let artifact = Artifact::decode(&fs::read(excerpt_model()).unwrap()).unwrap();
    let mut command = trainer();
    command.arg("predict").arg(excerpt_model()).arg(sample("design_excerpt.csv"));
    let predicted = stdout_of(&mut command);
    let mut rows = csv::Reader::from_reader(predicted.as_bytes());
    let header: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(
        header[11..],
        [
            "segment",
            "segment_name",
            "distance",
            "outlier_p",
            "predicted_Segmentation",
            "probability_Segmentation_A",
            "probability_Segmentation_B",
            "probability_Segmentation_C",
            "probability_Segmentation_D",
            "recommendations",
        ]
    );
    let mut n_rows = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let cells: Vec<&str> = row.iter().collect();
        let (name, after) = (cells[12], &cells[13..]);
        let fields: Vec<String> = header
            .iter()
            .zip(&cells)
            .take(11)
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(column, cell)| match cell.parse::<f64>() {
                Ok(number) => format!("\"{column}\": {number}"),
                Err(_) => format!("\"{column}\": \"{cell}\""),
            })
            .collect();
        let json = format!("{{{}}}", fields.join(","));
        let raw = RawRecord::from_json(&json).unwrap();
        let record = artifact.model().parts().schema.validate(&raw).unwrap();
        let reply: Value = serde_json::from_str(&artifact.recommend(&record).to_json()).unwrap();
        assert_eq!(reply["segment"]["id"].to_string(), cells[11]);
        assert_eq!(reply["segment"]["name"], name);
        assert_eq!(reply["distance"].as_f64().unwrap().to_bits(), bits(after[0]));
        let prediction = &reply["predictions"][0];
        assert_eq!(prediction["value"], after[2]);
        for (class, cell) in ["A", "B", "C", "D"].iter().zip(&after[3..]) {
            let probability = prediction["probabilities"][class].as_f64().unwrap();
            assert_eq!(probability.to_bits(), bits(cell));
        }
        n_rows += 1;
    }
    assert_eq!(n_rows, 35);
}

fn bits(cell: &str) -> u64 {
    cell.parse::<f64>().expect("the cell holds a number").to_bits()
}

#[test]
fn identifier_and_target_may_be_absent_and_other_columns_pass_through() {
    let folder = temporary();
    let data = folder.path().join("new.csv");
    let text = "note,mean_quantity,tenure_days,total_amount,mean_amount,frequency,recency_days\n\
                \"a, b\",2,200,106.5,35.5,3,30\n";
    fs::write(&data, text).unwrap();
    let out = folder.path().join("scored.csv");
    let mut command = trainer();
    command.arg("predict").arg(sample_model()).arg(&data).arg("--out").arg(&out);
    assert_eq!(stdout_of(&mut command), "");
    let scored = fs::read_to_string(&out).unwrap();
    assert!(scored.starts_with("note,mean_quantity,"), "{scored}");
    assert!(scored.lines().nth(1).unwrap().starts_with("\"a, b\",2,200,106.5,35.5,3,30,"));
}

#[test]
fn everything_wrong_is_reported_at_once_and_nothing_is_written() {
    let folder = temporary();
    let data = folder.path().join("new.csv");
    let text = "recency_days,frequency,mean_amount,total_amount,tenure_days,mean_quantity\n\
                1,2,3,4,5,6\n\
                1,two,3,,5,6\n\
                1,2,3,4,5,6e99\n";
    fs::write(&data, text).unwrap();
    let out = folder.path().join("scored.csv");
    let output = trainer()
        .current_dir(folder.path())
        .arg("predict")
        .arg(sample_model())
        .args(["new.csv", "--out", "scored.csv"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(65));
    assert!(!out.exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    expect![[r#"
        read as: comma, UTF-8
        error: `new.csv`: 2 rows cannot be used
          `frequency`, line 3: expected a number
          `total_amount`, line 3: expected a value, as every customer had in training
          `mean_quantity`, line 4: expected a number between -1e15 and 1e15

        hint: mend them, or put such rows aside with `--rejects FILE`
    "#]]
    .assert_eq(&stderr_of(&output));
}

#[test]
fn a_column_that_predict_adds_must_not_be_there_already() {
    let folder = temporary();
    let once = folder.path().join("once.csv");
    let mut command = trainer();
    command.arg("predict").arg(sample_model()).arg(sample("cdnow_customers.csv"));
    command.arg("--out").arg(&once);
    stdout_of(&mut command);
    let output = trainer().arg("predict").arg(sample_model()).arg(&once).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    assert!(stderr_of(&output).contains("line 1: the column `segment` is one that `predict` adds"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child = trainer()
        .arg("predict")
        .arg(sample_model())
        .arg(sample("cdnow_customers.csv"))
        .arg("--quiet")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr_of(&output).as_str()), (Some(0), ""));
}

#[test]
fn the_prepared_matrix_is_what_the_model_sees() {
    let folder = temporary();
    let out = folder.path().join("matrix.npy");
    let mut command = trainer();
    command.arg("transform").arg(excerpt_model()).arg(sample("design_excerpt.csv"));
    stdout_of(command.arg("--out").arg(&out));
    let matrix: Array2<f64> = read_npy(&out).unwrap();
    let artifact = Artifact::decode(&fs::read(excerpt_model()).unwrap()).unwrap();
    let n_features = artifact.model().parts().transform.features().len();
    assert_eq!(matrix.dim(), (35, n_features));
    // Standardised columns have mean 0; one-hot columns are 0 or their height.
    let ages = matrix.column(2);
    assert!(ages.mean().unwrap().abs() < 1e-6, "{ages}");
    assert!((ages.std(0.0) - 1.0).abs() < 1e-6);
}

#[test]
fn inspect_shows_what_a_model_is() {
    let printed = stdout_of(trainer().arg("inspect").arg(excerpt_model()));
    let (_, tables) = printed.split_once('\n').unwrap();
    expect![[r#"

        ┌─────────────────┬─────────────┬────────────────┬───────────────────────────────────────────────────────────────┐
        │ column          ┆ kind        ┆ may be missing ┆ takes                                                         │
        ╞═════════════════╪═════════════╪════════════════╪═══════════════════════════════════════════════════════════════╡
        │ Gender          ┆ categorical ┆ no             ┆ Female, Male; sensitive (gender)                              │
        │ Ever_Married    ┆ yes/no      ┆ no             ┆ No, Yes; sensitive (marital status)                           │
        │ Age             ┆ numeric     ┆ no             ┆ sensitive (age)                                               │
        │ Graduated       ┆ yes/no      ┆ no             ┆ No, Yes                                                       │
        │ Profession      ┆ categorical ┆ no             ┆ Artist, Doctor, Entertainment, Executive, Healthcare, Lawyer, │
        │                 ┆             ┆                ┆ (other)                                                       │
        │ Work_Experience ┆ numeric     ┆ no             ┆                                                               │
        │ Spending_Score  ┆ ordinal     ┆ no             ┆ Low, Average, High                                            │
        │ Family_Size     ┆ numeric     ┆ yes            ┆                                                               │
        │ Var_1           ┆ categorical ┆ yes            ┆ Cat_2, Cat_3, Cat_4, Cat_6, (other)                           │
        └─────────────────┴─────────────┴────────────────┴───────────────────────────────────────────────────────────────┘

        ┌────┬───────────────────────────────────────────────────────────┬───────┬───────────┐
        │ id ┆ segment                                                   ┆ share ┆ stability │
        ╞════╪═══════════════════════════════════════════════════════════╪═══════╪═══════════╡
        │  0 ┆ Customers with high spending scores                       ┆  40 % ┆           │
        │  1 ┆ Artists with small families, graduated                    ┆  37 % ┆           │
        │  2 ┆ Non-graduates with large families and low spending scores ┆  23 % ┆           │
        └────┴───────────────────────────────────────────────────────────┴───────┴───────────┘

        Customers with high spending scores: They are 58 years old (all customers: 43) and have 1.5 years of work experience (all: 1). 100 % are married (all customers: 54 %), 36 % have spending score High (all: 14 %) and 71 % are male (all: 49 %); the segment holds 40 % of all customers.

        Artists with small families, graduated: They live in families of 1 (all customers: 2). 100 % are female (all customers: 51 %), 77 % are artists (all: 43 %) and 100 % are graduated (all: 74 %); the segment holds 37 % of all customers.

        Non-graduates with large families and low spending scores: They live in families of 4 (all customers: 2) and are 29 years old (all: 43). 100 % are not married (all customers: 46 %), 88 % are male (all: 49 %) and 62 % are not graduated (all: 26 %); the segment holds 23 % of all customers.

        20 prepared features: Gender=Female, Gender=Male, Ever_Married, Age, Graduated, Profession=Artist, Profession=Doctor, Profession=Entertainment, Profession=Executive, Profession=Healthcare, Profession=Lawyer, Profession=(other), Work_Experience, Spending_Score, Family_Size, Var_1=Cat_2, Var_1=Cat_3, Var_1=Cat_4, Var_1=Cat_6, Var_1=(other)
    "#]].assert_eq(tables);
    let json = stdout_of(trainer().arg("inspect").arg(sample_model()).arg("--json"));
    let card: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(card["targets"][0]["name"], "future_spend");
    assert_eq!(card["model"].as_str().unwrap().len(), 64);
}

#[test]
fn a_file_that_is_no_model_is_refused() {
    let output = trainer().arg("inspect").arg(sample("design_excerpt.csv")).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    assert!(stderr_of(&output).contains("design_excerpt.csv`: this is not a Wedge artifact"));
}
