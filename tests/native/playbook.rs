//! A playbook from `wedge.toml` into a model, and `trainer playbook check`.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use expect_test::expect;
use serde_json::Value;
use shared::{Artifact, RawRecord};
use tests::{stderr_of, stdout_of, temporary, trainer};

/// Two groups that are well apart: 60 who came lately and 40 who did not.
fn customers() -> String {
    let row = |i: u32| {
        let (late, d) = (i % 5 < 3, i % 7);
        let (recency, visits) = if late { (5 + d, 20 + d) } else { (120 + d, 2 + d / 3) };
        let spend = if late { 60 + i * 37 % 200 } else { i * 53 % 80 };
        let gender = if i.is_multiple_of(2) { "Female" } else { "Male" };
        format!("c{i},{recency},{visits},{spend},{gender}\n")
    };
    "customer_id,recency_days,visits,spend,gender\n".to_owned()
        + &(0..100).map(row).collect::<String>()
}

const PLAYBOOK: &str = r#"
[data]
target = "spend"

[playbook]
at_most = 1

[[playbook.recipes]]
id = "win-back"
title = "Win back"
text = "Send the win-back voucher."
link = "https://shop.example/voucher"
goal = "a purchase within 30 days"
priority = 10
excludes = ["thanks"]
when = { all = [
    { field = "recency_days", gt = 90 },
    { not = { prediction = "spend", ge = 100 } },
] }

[[playbook.recipes]]
id = "thanks"
title = "Say thanks"
text = "Write a card."

[[playbook.recipes]]
id = "away"
title = "Away"
text = "Ask."
priority = 5
when = { field = "recency_days", ge = 90 }

[[playbook.recipes]]
id = "never"
title = "Never"
text = "Nothing."
when = { field = "visits", lt = 0 }
"#;

fn fit(folder: &Path) -> Command {
    fs::write(folder.join("customers.csv"), customers()).unwrap();
    fs::write(folder.join("wedge.toml"), PLAYBOOK).unwrap();
    let mut command = trainer();
    command.current_dir(folder).args(["fit", "customers.csv", "--segments", "2", "--quiet"]);
    command
}

fn check(folder: &Path) -> Command {
    let mut command = trainer();
    command.current_dir(folder).args(["playbook", "check", "wedge.toml"]);
    command.args(["--model", "model/model.postcard", "--data", "customers.csv"]);
    command
}

fn model(folder: &Path) -> PathBuf {
    folder.join("model/model.postcard")
}

#[test]
fn recipes_go_into_the_model_and_say_why_they_apply() {
    let folder = temporary();
    stdout_of(fit(folder.path()).args(["--config", "wedge.toml"]));
    let artifact = Artifact::decode(&fs::read(model(folder.path())).unwrap()).unwrap();
    let recommended = |customer: &str| -> Value {
        let raw = RawRecord::from_json(customer).unwrap();
        let record = artifact.model().parts().schema.validate(&raw).unwrap();
        let reply: Value = serde_json::from_str(&artifact.recommend(&record).to_json()).unwrap();
        reply["recommendations"].clone()
    };
    let away = recommended(r#"{"recency_days": 123, "visits": 2, "gender": "Male"}"#);
    assert_eq!(away.as_array().unwrap().len(), 1, "{away}");
    let away = &away[0];
    assert_eq!(away["title"], "Win back");
    assert_eq!(away["text"], "Send the win-back voucher.");
    assert_eq!(away["link"], "https://shop.example/voucher");
    assert_eq!(away["goal"], "a purchase within 30 days");
    let why = away["why"].as_str().unwrap();
    assert!(why.starts_with("recency_days is 123 (over 90) and the expected spend is "), "{why}");
    assert!(why.ends_with(" (not at least 100)."), "{why}");
    let here = recommended(r#"{"recency_days": 6, "visits": 22, "gender": "Male"}"#);
    assert_eq!(here[0]["title"], "Say thanks");
    assert_eq!(here[0]["why"], "It is for every customer.");
    assert!(here[0].get("link").is_none());

    // `init` keeps it, word for word in what it says.
    let text = stdout_of(trainer().current_dir(folder.path()).args([
        "init",
        "customers.csv",
        "--config",
        "wedge.toml",
        "--json",
    ]));
    let written: Value = serde_json::from_str(&text).unwrap();
    let told: toml::Table = PLAYBOOK.parse().unwrap();
    assert_eq!(
        written["playbook"]["recipes"][0]["when"],
        serde_json::to_value(&told["playbook"]["recipes"][0]["when"]).unwrap()
    );
}

#[test]
fn check_tells_whom_recipes_reach_in_a_model_without_them() {
    let folder = temporary();
    stdout_of(fit(folder.path()).args(["--target", "spend"]));
    let output = check(folder.path()).args(["--holdout", "0.5", "--quiet"]).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{}", stderr_of(&output));
    let table = stdout_of(check(folder.path()).args(["--holdout", "0.5"]));
    expect![[r#"
        100 customers

        ┌──────────┬────────────┬────────────┬─────────┬──────────┬────────┬────────────────┐
        │ recipe   ┆ title      ┆ applies to ┆   share ┆ given to ┆  share ┆                │
        ╞══════════╪════════════╪════════════╪═════════╪══════════╪════════╪════════════════╡
        │ win-back ┆ Win back   ┆         40 ┆  40.0 % ┆       40 ┆ 40.0 % ┆                │
        │ thanks   ┆ Say thanks ┆        100 ┆ 100.0 % ┆       60 ┆ 60.0 % ┆ always applies │
        │ away     ┆ Away       ┆         40 ┆  40.0 % ┆        0 ┆  0.0 % ┆ never given    │
        │ never    ┆ Never      ┆          0 ┆   0.0 % ┆        0 ┆  0.0 % ┆ never applies  │
        └──────────┴────────────┴────────────┴─────────┴──────────┴────────┴────────────────┘

        given nothing: 0 (0.0 %)
        overlap: where `win-back` applies, `away` does in 100 %

        ┌────────┬────────┬───────────┬───────────┬──────────┬────────┬──────┬───────┐
        │ column ┆ group  ┆ customers ┆ given any ┆ win-back ┆ thanks ┆ away ┆ never │
        ╞════════╪════════╪═══════════╪═══════════╪══════════╪════════╪══════╪═══════╡
        │ gender ┆ Female ┆        50 ┆     100 % ┆     40 % ┆   60 % ┆  0 % ┆   0 % │
        │ gender ┆ Male   ┆        50 ┆     100 % ┆     40 % ┆   60 % ┆  0 % ┆   0 % │
        └────────┴────────┴───────────┴───────────┴──────────┴────────┴──────┴───────┘

        holdout of 50.0 %: of those who would be given something about 50 are given nothing, 50 are
        a difference of 0.56 standard deviations, or of 28.0 points in a share near 50 %, is seen four times in five
    "#]].assert_eq(&table);

    let report =
        stdout_of(check(folder.path()).args(["--holdout", "0.5", "--id", "customer_id", "--json"]));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["recipes"][0]["applies"], 40);
    assert_eq!(report["recipes"][1]["given"], 60);
    assert_eq!(report["recipes"][3]["never"], true);
    assert_eq!(report["without"], 0);
    let is_held_out = |i: &u32| shared::playbook::is_held_out("", &format!("c{i}"), 500);
    assert_eq!(report["holdout"]["held_out"], (0..100).filter(is_held_out).count());
}

#[test]
fn what_is_wrong_with_a_playbook_is_said_before_anything_is_written() {
    let folder = temporary();
    let mut command = fit(folder.path());
    let wrong =
        PLAYBOOK.replace("recency_days", "recency_day").replace("\"thanks\"]", "\"thank\"]");
    fs::write(folder.path().join("wedge.toml"), &wrong).unwrap();
    let output = command.args(["--config", "wedge.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    expect![[r#"
        error: `wedge.toml`: the playbook cannot be used as it is
          `win-back`, `excludes`: there is no recipe `thank`
            did you mean `thanks`?
          `win-back`, `when.all[0].field`: the model reads no column `recency_day`
            did you mean `recency_days`?
          `away`, `when.field`: the model reads no column `recency_day`
            did you mean `recency_days`?

        hint: `trainer playbook check` tries a playbook on a model without fitting it again
    "#]]
    .assert_eq(&stderr_of(&output));
    assert!(!folder.path().join("model").exists());

    stdout_of(fit(folder.path()).args(["--target", "spend"]));
    fs::write(folder.path().join("wedge.toml"), PLAYBOOK.replace("lt = 0", "lt = \"0\"")).unwrap();
    let output = check(folder.path()).arg("--json").output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    let error: Value = serde_json::from_str(stderr_of(&output).lines().last().unwrap()).unwrap();
    assert_eq!(error["error"]["kind"], "bad-playbook");
    assert_eq!(error["error"]["faults"][0]["place"], "`never`, `when.lt`");
    fs::write(folder.path().join("wedge.toml"), PLAYBOOK.replace("lt = 0", "less = 0")).unwrap();
    let output = check(folder.path()).output().unwrap();
    expect![[r#"
        error: `wedge.toml` line 37: `less` is no key here

        hint: did you mean `class`?
    "#]]
    .assert_eq(&stderr_of(&output));
    fs::write(folder.path().join("wedge.toml"), "[data]\n").unwrap();
    let output = check(folder.path()).output().unwrap();
    expect![[r#"
        error: `wedge.toml`: there is no [playbook] in it

        hint: `trainer init` writes a file with an example of one
    "#]]
    .assert_eq(&stderr_of(&output));
}
