//! `trainer predict --kv` as a process: what it writes is what a Worker finds and opens.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use shared::playbook::is_held_out;
use shared::secret::CacheSecret;
use shared::{Artifact, RawRecord};
use tempfile::TempDir;
use tests::{listing, root, stderr_of, stdout_of, temporary, trainer};

const SECRET: &str = "a secret of the test";

const HEADER: &str =
    "customer,recency_days,frequency,mean_amount,total_amount,tenure_days,mean_quantity";

/// The cells of a customer who is like no other, after the id.
fn cells(i: usize) -> [f64; 6] {
    [30.0 + i as f64, 3.0, 35.5, 106.5 + i as f64, 200.0, 2.0]
}

/// So many customers with planted ids.
fn table(n: usize) -> String {
    let row = |i: usize| {
        let cells = cells(i).map(|cell| cell.to_string());
        format!("planted-{i},{}\n", cells.join(","))
    };
    format!("{HEADER}\n{}", (0..n).map(row).collect::<String>())
}

fn folder(table: &str) -> TempDir {
    let folder = temporary();
    fs::write(folder.path().join("new.csv"), table).unwrap();
    folder
}

fn predict(folder: &Path, words: &str) -> Command {
    let mut command = trainer();
    command.current_dir(folder).env("CACHE_SECRET", SECRET);
    command.arg("predict").arg(root().join("edge/model.postcard")).arg("new.csv");
    command.args(words.split(' '));
    command
}

fn run(folder: &Path, words: &str) -> Output {
    let output = predict(folder, words).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr_of(&output));
    output
}

fn pairs(folder: &Path, name: &str) -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// The reply that a file of pairs has for a customer.
fn opened(pairs: &[Value], tenant: &str, id: &str) -> Option<String> {
    let secret = CacheSecret::new(SECRET.as_bytes()).unwrap();
    let key = secret.customer_key(tenant, id);
    let pair = pairs.iter().find(|pair| pair["key"] == key)?;
    let kept = STANDARD.decode(pair["value"].as_str()?).unwrap();
    secret.open(&key, &kept)
}

fn artifact() -> Artifact {
    Artifact::decode(&fs::read(root().join("edge/model.postcard")).unwrap()).unwrap()
}

/// What `POST /v1/segment` gives.
fn answered(artifact: &Artifact, i: usize, is_held_out: bool) -> String {
    let [recency, frequency, mean, total, tenure, quantity] = cells(i);
    let json = format!(
        r#"{{"recency_days":{recency},"frequency":{frequency},"mean_amount":{mean},
            "total_amount":{total},"tenure_days":{tenure},"mean_quantity":{quantity}}}"#
    );
    let raw = RawRecord::from_json(&json).unwrap();
    let record = artifact.model().parts().schema.validate(&raw).unwrap();
    let reply = artifact.answer(&record);
    if is_held_out { reply.held_out().to_json() } else { reply.to_json() }
}

#[test]
fn every_customer_s_reply_opens_under_their_key_and_is_the_worker_s() {
    let folder = folder(&table(700));
    let output = run(folder.path(), "--id customer --kv kv.json --tenant shop --kv-ttl 90000");
    assert_eq!(output.stdout, b"", "rows were not asked for");
    let upload =
        "npx wrangler@4.86.0 kv bulk put kv.json --binding CUSTOMERS --env staging --remote";
    assert!(stderr_of(&output).contains(upload), "{}", stderr_of(&output));
    assert_eq!(listing(folder.path()), ["kv.json", "new.csv"]);
    let mode = fs::metadata(folder.path().join("kv.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let pairs = pairs(folder.path(), "kv.json");
    assert_eq!(pairs.len(), 700);
    for pair in &pairs {
        let members: Vec<&String> = pair.as_object().unwrap().keys().collect();
        assert_eq!(members, ["base64", "expiration_ttl", "key", "value"]);
        assert_eq!((&pair["base64"], &pair["expiration_ttl"]), (&true.into(), &90_000.into()));
    }
    let artifact = artifact();
    for i in 0..700 {
        let reply = opened(&pairs, "shop", &format!(" planted-{i} ")).unwrap();
        assert_eq!(reply, answered(&artifact, i, false));
    }
    assert_eq!(opened(&pairs, "another", "planted-0"), None);
    assert_eq!(opened(&pairs, "shop", "planted-700"), None);
}

#[test]
fn the_file_shows_no_id_no_value_and_no_word_of_a_reply_and_is_the_same_every_time() {
    let folder = folder(&table(300));
    run(folder.path(), "--id customer --kv kv.json --tenant shop");
    let bytes = fs::read(folder.path().join("kv.json")).unwrap();
    let mut searched = bytes.clone();
    for pair in pairs(folder.path(), "kv.json") {
        assert_eq!(pair.as_object().unwrap().len(), 3, "without a time it is kept");
        searched.extend(STANDARD.decode(pair["value"].as_str().unwrap()).unwrap());
    }
    let reply: Value = serde_json::from_str(&answered(&artifact(), 0, false)).unwrap();
    let name = reply["segment"]["name"].as_str().unwrap();
    for word in ["planted", "customer", "shop", "segment", "distance", "106.5", SECRET, name] {
        let found = searched.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!found, "{word}");
    }
    run(folder.path(), "--id customer --kv again.json --tenant shop");
    assert_eq!(fs::read(folder.path().join("again.json")).unwrap(), bytes);
}

#[test]
fn who_is_held_out_is_kept_without_recommendations() {
    let folder = folder(&table(200));
    run(folder.path(), "--id customer --holdout 0.5 --kv kv.json --tenant shop");
    let (pairs, artifact) = (pairs(folder.path(), "kv.json"), artifact());
    let (mut n_held_out, mut n_spared) = (0, 0);
    for i in 0..200 {
        let id = format!("planted-{i}");
        let held_out = is_held_out("", &id, 500);
        let expected = answered(&artifact, i, held_out);
        assert_eq!(opened(&pairs, "shop", &id).unwrap(), expected);
        n_held_out += usize::from(held_out);
        n_spared += usize::from(held_out && expected != answered(&artifact, i, false));
    }
    assert!((70..130).contains(&n_held_out) && n_spared > 0, "{n_held_out} {n_spared}");
}

#[test]
fn rows_come_beside_it_where_they_are_asked_for_and_reasons_are_theirs_alone() {
    let folder = folder(&table(30));
    run(folder.path(), "--id customer --kv kv.json --tenant shop");
    run(folder.path(), "--id customer --kv b.json --tenant shop --explain --out scored.csv");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("b.json"), read("kv.json"));
    assert!(read("scored.csv").lines().next().unwrap().contains(",held_out,reason"));
    let piped = run(folder.path(), "--id customer --kv kv.json --tenant shop --json --quiet");
    assert_eq!(stderr_of(&piped), "");
    assert_eq!(String::from_utf8(piped.stdout).unwrap().lines().count(), 30);
}

#[test]
fn a_customer_who_is_there_twice_is_told_by_line_and_nothing_appears() {
    let rows = table(600);
    let again = rows.lines().nth(4).unwrap().replace("planted-3", " planted-3 ");
    let folder = folder(&format!("{rows}{again}\n"));
    let words = "--id customer --kv kv.json --tenant shop --out scored.csv";
    let output = predict(folder.path(), words).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    let told = stderr_of(&output);
    assert!(told.contains("`customer`, line 602: the id of line 5 again"), "{told}");
    assert!(!told.contains("planted"), "{told}");
    assert_eq!(listing(folder.path()), ["new.csv"]);
}

#[test]
fn a_row_without_an_id_cannot_be_used_and_can_be_put_aside() {
    let folder = folder(&format!("{}  ,1,2,3,4,5,6\n", table(3)));
    let words = "--id customer --kv kv.json --tenant shop";
    let output = predict(folder.path(), words).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    assert!(stderr_of(&output).contains("line 5: `customer` names no customer"));
    assert_eq!(listing(folder.path()), ["new.csv"]);
    run(folder.path(), &format!("{words} --rejects rejected.csv"));
    assert_eq!(pairs(folder.path(), "kv.json").len(), 3);
    assert!(fs::read_to_string(folder.path().join("rejected.csv")).unwrap().contains("names no"));
    // Whoever wants rows alone need not name everybody.
    run(folder.path(), "--id customer");
}

#[test]
fn without_a_secret_a_tenant_or_a_place_of_its_own_it_says_so() {
    let folder = folder(&table(3));
    let words = "--id customer --kv kv.json --tenant shop";
    for secret in [None, Some("short")] {
        let mut command = predict(folder.path(), words);
        command.env_remove("CACHE_SECRET").envs(secret.map(|secret| ("CACHE_SECRET", secret)));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let told = stderr_of(&output);
        assert!(told.contains("CACHE_SECRET") && told.contains("trainer key secret"), "{told}");
    }
    for words in [
        "--kv kv.json",
        "--id customer --tenant shop",
        "--id customer --kv-ttl 60",
        "--id customer --kv kv.json --kv-ttl 59",
        "--id customer --kv kv.json --tenant a/b",
        "--id customer --kv new.csv --tenant shop",
        "--id customer --kv kv.json --tenant shop --out kv.json",
        "--id customer --kv kv.json --tenant shop --rejects ./kv.json",
        "--id customer --kv - --tenant shop",
        "--id customer --kv kv.json --tenant shop --out -",
        "--id customer --kv kv.json --tenant shop --rejects -",
    ] {
        assert_eq!(
            predict(folder.path(), words).output().unwrap().status.code(),
            Some(2),
            "{words}"
        );
    }
    assert_eq!(listing(folder.path()), ["new.csv"]);
    let output = predict(folder.path(), "--id customer --kv - --tenant shop").output().unwrap();
    let told = stderr_of(&output);
    assert!(told.contains("`--kv -`: `-` is no file") && told.contains("/dev/stdout"), "{told}");
    let piped = run(folder.path(), "--id customer --kv /dev/stdout --tenant shop");
    let pairs_there: Vec<Value> = serde_json::from_slice(&piped.stdout).unwrap();
    assert_eq!(pairs_there.len(), 3);
    let told = stderr_of(&run(folder.path(), "--id customer --kv kv.json"));
    assert!(told.contains("AUTH=off"), "{told}");
    assert!(opened(&pairs(folder.path(), "kv.json"), "", "planted-1").is_some());
}

#[test]
fn a_customer_is_found_by_the_key_that_is_printed_for_an_id() {
    let folder = folder(&table(9));
    run(folder.path(), "--id customer --kv kv.json --tenant shop");
    let mut command = trainer();
    command.env("CACHE_SECRET", SECRET).args(["key", "customer", "planted-7", "--tenant", "shop"]);
    let key = stdout_of(&mut command);
    let pairs = pairs(folder.path(), "kv.json");
    let found: Vec<usize> =
        (0..9).filter(|&i| pairs[i]["key"].as_str() == Some(key.trim_end())).collect();
    assert_eq!(found, [7]);
}
