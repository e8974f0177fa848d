//! What `fit` says of tables whose groups are known: how many there are, how real they are, what to doubt.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

mod groups;

use std::fs;

use groups::Drawn;
use serde_json::Value;
use tests::{stdout_of, temporary, trainer};

/// The metrics of a fit, and how many customers of each drawn group are in each segment: by group.
fn fit(drawn: &Drawn, flags: &[&str]) -> (Value, Vec<Vec<usize>>) {
    let folder = temporary();
    let (data, out) = (folder.path().join("customers.csv"), folder.path().join("out"));
    fs::write(&data, &drawn.csv).unwrap();
    stdout_of(trainer().arg("fit").arg(&data).args(flags).arg("--out").arg(&out));
    let metrics = fs::read_to_string(out.join("metrics.json")).unwrap();
    let metrics: Value = serde_json::from_str(&metrics).unwrap();

    let ids: Vec<String> = segments(&metrics).iter().map(|s| s["id"].to_string()).collect();
    let n_groups = drawn.groups.iter().max().unwrap() + 1;
    let mut counts = vec![vec![0; ids.len()]; n_groups];
    let predicted = stdout_of(trainer().arg("predict").arg(out.join("model.postcard")).arg(&data));
    let mut lines = predicted.lines().map(|line| line.split(','));
    let at = lines.next().unwrap().position(|name| name == "segment").unwrap();
    for (mut cells, &group) in lines.zip(&drawn.groups) {
        let id = cells.nth(at).unwrap();
        counts[group][ids.iter().position(|known| known == id).unwrap()] += 1;
    }
    (metrics, counts)
}

fn segments(metrics: &Value) -> &[Value] {
    metrics["segments"].as_array().unwrap()
}

fn warnings(metrics: &Value) -> Vec<&str> {
    let warnings = metrics["decision"]["warnings"].as_array().unwrap();
    warnings.iter().map(|warning| warning.as_str().unwrap()).collect()
}

/// As many segments as groups, called natural; `share` of each group's customers in a segment of their own.
fn assert_found(drawn: &Drawn, flags: &[&str], share: f64, what: &str) -> Value {
    let (metrics, counts) = fit(drawn, flags);
    let decision = &metrics["decision"];
    assert_eq!(metrics["k"], counts.len(), "{what}: {decision}");
    assert_eq!(decision["k"], metrics["k"], "{what}");
    assert_eq!(decision["verdict"], "natural", "{what}: {decision}");
    assert_eq!(decision["no_segments_worth_having"], false, "{what}");
    let mut own: Vec<usize> = Vec::new();
    for of_group in &counts {
        let (segment, most) = of_group.iter().enumerate().max_by_key(|(_, n)| **n).unwrap();
        assert!(
            *most as f64 >= share * of_group.iter().sum::<usize>() as f64,
            "{what}: {counts:?}"
        );
        own.push(segment);
    }
    own.sort_unstable();
    own.dedup();
    assert_eq!(own.len(), counts.len(), "{what}: {counts:?}");
    metrics
}

fn assert_all_stable(metrics: &Value, what: &str) {
    for segment in segments(metrics) {
        assert!(segment["jaccard"].as_f64().unwrap() >= 0.75, "{what}: {segment}");
        let standing = segment["standing"].as_str().unwrap();
        assert!(["stable", "highly-stable"].contains(&standing), "{what}: {segment}");
    }
}

#[test]
fn separated_groups_are_found_natural_and_stable() {
    for n_groups in [2, 3, 5] {
        for seed in 0..3 {
            let what = format!("{n_groups} groups, seed {seed}");
            let metrics = assert_found(&groups::separated(n_groups, seed), &[], 0.99, &what);
            assert_all_stable(&metrics, &what);
            assert_eq!(warnings(&metrics), [""; 0], "{what}");
        }
    }
}

#[test]
fn separated_groups_are_found_in_a_range_of_twice_their_number() {
    for n_groups in [2, 3, 5] {
        let range = (2 * n_groups).to_string();
        let flags = ["--max-segments", range.as_str()];
        assert_found(&groups::separated(n_groups, 3), &flags, 0.99, &format!("{n_groups} groups"));
    }
}

#[test]
fn overlapping_groups_are_found_natural() {
    for seed in 0..3 {
        assert_found(&groups::overlapping(seed), &[], 0.9, &format!("seed {seed}"));
    }
}

#[test]
fn groups_of_very_different_sizes_are_found_natural() {
    for seed in 0..3 {
        let drawn = groups::unbalanced([1000, 150, 60], seed);
        assert_found(&drawn, &[], 0.95, &format!("seed {seed}"));
    }
}

#[test]
fn a_group_of_under_two_percent_is_found_and_warned_of() {
    let drawn = groups::unbalanced([700, 500, 22], 0);
    let (metrics, counts) = fit(&drawn, &["--segments", "3"]);
    assert_eq!(counts[2], [0, 0, 22]);
    assert!(warnings(&metrics).iter().any(|warning| warning.contains("22")), "{metrics:#}");
}

#[test]
fn elongated_groups_are_found_natural() {
    for seed in 0..3 {
        assert_found(&groups::elongated(seed), &[], 0.95, &format!("seed {seed}"));
    }
}

#[test]
fn groups_in_numbers_and_words_are_found_natural() {
    for seed in 0..3 {
        assert_found(&groups::mixed(seed), &[], 0.95, &format!("seed {seed}"));
    }
}

#[test]
fn groups_that_are_patterns_of_zeros_are_found_and_said_to_be_that() {
    for seed in 0..3 {
        let what = format!("seed {seed}");
        let metrics = assert_found(&groups::zero_inflated(seed), &[], 0.95, &what);
        let pattern = &metrics["zero_pattern"];
        let mut columns: Vec<&str> =
            pattern["columns"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
        columns.sort_unstable();
        assert_eq!(columns, ["online_spend", "shop_spend"], "{what}");
        assert_eq!(pattern["patterns"], 3, "{what}");
        assert!(pattern["nmi"].as_f64().unwrap() > 0.9, "{what}: {pattern}");
        assert!(warnings(&metrics).iter().any(|w| w.contains("zero")), "{what}: {metrics:#}");
    }
}

fn noise_is_not_natural(uniform: bool) {
    let verdict = |seed| fit(&groups::noise(uniform, seed), &[]).0["decision"]["verdict"].clone();
    let verdicts: Vec<Value> = (0..20).map(verdict).collect();
    assert!(verdicts.iter().all(Value::is_string));
    let natural = verdicts.iter().filter(|verdict| **verdict == "natural").count();
    assert!(natural <= 2, "{natural} of 20: {verdicts:?}");
}

#[test]
fn normal_noise_is_called_natural_in_two_of_twenty_draws_at_most() {
    noise_is_not_natural(false);
}

#[test]
fn uniform_noise_is_called_natural_in_two_of_twenty_draws_at_most() {
    noise_is_not_natural(true);
}

#[test]
fn segments_that_cut_a_round_group_are_flagged_as_unstable_and_whole_groups_are_not() {
    for seed in 0..3 {
        let (metrics, counts) = fit(&groups::separated(3, seed), &["--segments", "4"]);
        // One group is cut in two: which one, and where, is chance.
        let parts = |of_group: &Vec<usize>| of_group.iter().filter(|n| **n > 10).count();
        assert_eq!(counts.iter().map(parts).sum::<usize>(), 4, "{counts:?}");
        let cut = counts.iter().find(|of_group| parts(of_group) == 2).unwrap();
        let doubtful: Vec<&Value> =
            segments(&metrics).iter().zip(cut).filter(|(_, n)| **n > 10).map(|(s, _)| s).collect();
        assert!(
            doubtful.iter().any(|segment| {
                let unstable =
                    ["dissolves", "pattern"].map(Value::from).contains(&segment["standing"]);
                unstable && segment["jaccard"].as_f64().unwrap() < 0.75
            }),
            "seed {seed}: {doubtful:?}"
        );
    }
}
