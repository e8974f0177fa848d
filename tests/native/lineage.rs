//! Segments that go on from one model to the next: their ids and names, and who changes between them.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;
use tests::{stderr_of, stdout_of, temporary, trainer};

const HEADER: &str = "visits,spend,age,city";

/// Customers of groups that are well apart; a group's number is in none of the columns.
fn customers(n: usize, groups: &[[f64; 3]], seed: u64) -> Vec<String> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut near = |centre: f64| centre + (0..6).map(|_| random.gen_range(-1.0..1.0)).sum::<f64>();
    let row = |i: usize| {
        let [visits, spend, age] = groups[i % groups.len()].map(&mut near);
        let city = ["Bonn", "Ulm", "Trier"][i / groups.len() % 3];
        format!("{visits:.3},{spend:.3},{age:.3},{city}")
    };
    (0..n).map(row).collect()
}

const GROUPS: [[f64; 3]; 4] =
    [[10.0, 40.0, 30.0], [25.0, 20.0, 45.0], [40.0, 60.0, 60.0], [55.0, 30.0, 25.0]];

fn write(folder: &Path, name: &str, rows: &[String]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("{HEADER}\n{}\n", rows.join("\n"))).unwrap();
    path
}

/// Fits into a folder of that name.
fn fit(folder: &Path, name: &str, data: &Path, words: &[&str]) -> PathBuf {
    let out = folder.join(name);
    let mut command = trainer();
    command.arg("fit").arg(data).args(words).arg("--quiet").arg("--out").arg(&out);
    stdout_of(&mut command);
    out.join("model.postcard")
}

/// Name by id.
fn segments(model: &Path) -> BTreeMap<u64, String> {
    let text = fs::read_to_string(model.with_file_name("metrics.json")).unwrap();
    let metrics: Value = serde_json::from_str(&text).unwrap();
    let segment = |s: &Value| (s["id"].as_u64().unwrap(), s["name"].as_str().unwrap().to_owned());
    metrics["segments"].as_array().unwrap().iter().map(segment).collect()
}

fn lineage(model: &Path) -> Value {
    let text = fs::read_to_string(model.with_file_name("metrics.json")).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["lineage"].clone()
}

fn diff(old: &Path, new: &Path, data: &Path) -> Value {
    let mut command = trainer();
    command.arg("diff").args([old, new, data]).arg("--json");
    serde_json::from_str(&stdout_of(&mut command)).unwrap()
}

fn whats(lineage: &Value) -> Vec<&str> {
    lineage["changes"].as_array().unwrap().iter().map(|c| c["what"].as_str().unwrap()).collect()
}

#[test]
fn nine_tenths_of_the_rows_and_another_seed_keep_ids_and_names() {
    let folder = temporary();
    let mut rows = customers(800, &GROUPS, 1);
    let old = fit(folder.path(), "old", &write(folder.path(), "all.csv", &rows), &[]);
    for seed in ["1", "2", "3"] {
        rows.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(seed.parse().unwrap()));
        let fewer = write(folder.path(), "fewer.csv", &rows[..720]);
        let previous = old.to_str().unwrap();
        let new = fit(folder.path(), "new", &fewer, &["--seed", seed, "--previous", previous]);
        assert_eq!(segments(&new), segments(&old), "seed {seed}");
        let lineage = lineage(&new);
        assert_eq!(whats(&lineage), ["kept"; 4]);
        assert!(lineage["stayed"].as_f64().unwrap() > 0.98);
    }
}

#[test]
fn a_new_group_gets_a_new_id_and_one_that_is_gone_leaves_its_own() {
    let folder = temporary();
    let old_data = write(folder.path(), "old.csv", &customers(600, &GROUPS[..3], 2));
    let old = fit(folder.path(), "old", &old_data, &["--segments", "3"]);
    let more = write(folder.path(), "more.csv", &customers(800, &GROUPS, 3));
    let previous = ["--previous", old.to_str().unwrap(), "--segments", "4"];
    let new = fit(folder.path(), "new", &more, &previous);
    let (before, after) = (segments(&old), segments(&new));
    assert!(before.keys().all(|id| after.contains_key(id)), "{before:?} {after:?}");
    assert_eq!(after.keys().copied().max(), Some(3));
    let lineage_of_new = lineage(&new);
    let count = |what| whats(&lineage_of_new).into_iter().filter(|said| *said == what).count();
    assert_eq!((count("kept"), count("new"), count("retired")), (3, 1, 0));
    // Without the first group again: its id is retired, and no later segment gets it.
    let fewer = write(folder.path(), "fewer.csv", &customers(600, &GROUPS[1..], 4));
    let previous = ["--previous", new.to_str().unwrap(), "--segments", "3"];
    let third = fit(folder.path(), "third", &fewer, &previous);
    assert_eq!(segments(&third).len(), 3);
    assert!(segments(&third).keys().all(|id| after.contains_key(id)));
    assert!(whats(&lineage(&third)).contains(&"retired"));
    let again = write(folder.path(), "again.csv", &customers(800, &GROUPS, 5));
    let previous = ["--previous", third.to_str().unwrap(), "--segments", "4"];
    let fourth = fit(folder.path(), "fourth", &again, &previous);
    assert_eq!(segments(&fourth).keys().copied().max(), Some(4));
}

#[test]
fn columns_that_the_previous_model_needs_are_named() {
    let folder = temporary();
    let rows = customers(400, &GROUPS, 6);
    let old = fit(folder.path(), "old", &write(folder.path(), "all.csv", &rows), &[]);
    let path = folder.path().join("renamed.csv");
    fs::write(&path, format!("visits,spent,years,city\n{}\n", rows.join("\n"))).unwrap();
    let mut command = trainer();
    command.arg("fit").arg(&path).arg("--previous").arg(&old).current_dir(folder.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    let said = stderr_of(&output);
    assert!(said.contains("the previous model reads the columns `spend`, `age`"), "{said}");
    assert!(said.contains("hint: "), "{said}");
}

#[test]
fn a_difference_counts_every_customer_once_and_names_what_changed() {
    let folder = temporary();
    let all = write(folder.path(), "all.csv", &customers(800, &GROUPS, 7));
    let old = fit(folder.path(), "old", &all, &["--segments", "4", "--max-segments", "4"]);
    let new = fit(folder.path(), "new", &all, &["--segments", "2", "--max-segments", "2"]);
    let report = diff(&old, &new, &all);
    let number = |key: &str| report[key].as_u64().unwrap();
    assert_eq!((number("compared"), number("stayed") + number("moved")), (800, 800));
    assert!(number("moved") >= 200);
    let movements = report["movements"].as_array().unwrap();
    let told: u64 = movements.iter().map(|m| m["customers"].as_u64().unwrap()).sum();
    let further = report["further"]["customers"].as_u64();
    let rest = number("moved") - told;
    match further {
        Some(further) => assert_eq!(further, rest),
        None => assert!((1..20).contains(&rest), "{report}"),
    }
    assert!(movements.iter().all(|m| m["customers"].as_u64().unwrap() >= 20));
    let changes = report["changes"].as_array().unwrap();
    let count = |what: &str| changes.iter().filter(|c| c["what"] == what).count();
    assert_eq!((count("kept"), count("retired"), count("new")), (2, 2, 0));
    assert!(count("merged") >= 1, "{changes:?}");
}

#[test]
fn a_mixture_is_continued_as_a_mixture_of_as_many() {
    let folder = temporary();
    // One cloud: nothing speaks clearly for any number.
    let rows = customers(600, &GROUPS[..1], 1);
    let data = write(folder.path(), "all.csv", &rows);
    let mixture = ["--algorithm", "mixture", "--segments", "2"];
    let old = fit(folder.path(), "old", &data, &mixture);
    let later = write(folder.path(), "later.csv", &rows[..540]);
    let free = fit(folder.path(), "free", &later, &mixture[..2]);
    let new = fit(folder.path(), "new", &later, &["--previous", old.to_str().unwrap()]);
    let of = |model: &Path, key: &str| {
        let text = fs::read_to_string(model.with_file_name("metrics.json")).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()[key].clone()
    };
    assert_ne!(of(&free, "k"), 2, "by itself it would choose another number");
    assert_eq!((of(&new, "k"), of(&new, "algorithm")), (2.into(), "mixture".into()));
}

#[test]
fn movers_are_told_apart_by_the_column_that_moved_them() {
    let folder = temporary();
    // Two groups that differ in visits alone.
    let rows = customers(800, &[[10.0, 40.0, 30.0], [18.0, 40.0, 30.0]], 8);
    let old_data = write(folder.path(), "old.csv", &rows);
    let words = ["--segments", "2", "--max-segments", "2"];
    let ignored = ["spend", "age", "city"].into_iter().flat_map(|name| ["--ignore", name]);
    let words: Vec<&str> = words.into_iter().chain(ignored).collect();
    let old = fit(folder.path(), "old", &old_data, &words);
    // More in the middle, so that the border moves.
    let mut later = rows.clone();
    later.extend(customers(400, &[[15.5, 40.0, 30.0]], 9));
    later.extend(customers(400, &[[24.0, 40.0, 30.0]], 10));
    let new_data = write(folder.path(), "new.csv", &later);
    let words: Vec<&str> = words.into_iter().chain(["--previous", old.to_str().unwrap()]).collect();
    let new = fit(folder.path(), "new", &new_data, &words);
    let report = diff(&old, &new, &new_data);
    let movement = &report["movements"][0];
    assert!(report["moved"].as_u64().unwrap() >= 20, "{report}");
    assert_eq!(movement["reasons"][0]["column"], "visits", "{report}");
    // From the segment of many visits to that of few, or the reverse.
    let many = movement["from_name"].as_str().unwrap().contains("Frequent");
    let difference = movement["reasons"][0]["difference"].as_f64().unwrap();
    assert_eq!(many, difference < 0.0, "{report}");
    assert_eq!(report["ids_look_unrelated"], false);
}

#[test]
fn rows_with_both_segments_are_written_for_their_owner_alone() {
    let folder = temporary();
    let all = write(folder.path(), "all.csv", &customers(400, &GROUPS, 11));
    let old = fit(folder.path(), "old", &all, &["--segments", "4", "--max-segments", "4"]);
    let new = fit(folder.path(), "new", &all, &["--segments", "3", "--max-segments", "3"]);
    let out = folder.path().join("moved.csv");
    let mut command = trainer();
    command.arg("diff").args([&old, &new, &all]).arg("--out").arg(&out).arg("--json");
    let report: Value = serde_json::from_str(&stdout_of(&mut command)).unwrap();
    let mut rows = csv::Reader::from_path(&out).unwrap();
    let expected =
        "visits,spend,age,city,old_segment,old_segment_name,new_segment,new_segment_name,moved";
    assert_eq!(rows.headers().unwrap().iter().collect::<Vec<_>>().join(","), expected);
    let moved: Vec<bool> = rows
        .records()
        .map(|row| {
            let row = row.unwrap();
            assert_eq!(row[4] != row[6], &row[8] == "yes");
            &row[8] == "yes"
        })
        .collect();
    assert_eq!(moved.len(), 400);
    let n_moved = moved.iter().filter(|moved| **moved).count();
    assert_eq!(report["moved"].as_u64(), u64::try_from(n_moved).ok());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_model_compared_with_itself_moves_nobody() {
    let folder = temporary();
    let all = write(folder.path(), "all.csv", &customers(400, &GROUPS, 12));
    let model = fit(folder.path(), "model", &all, &["--segments", "4", "--max-segments", "4"]);
    let mut command = trainer();
    let said = stdout_of(command.arg("diff").args([&model, &model, &all]));
    assert!(
        said.starts_with("400 of 400 customers keep their segment (100.0 %), 0 move"),
        "{said}"
    );
    assert!(said.contains("columns are prepared as before"), "{said}");
}
