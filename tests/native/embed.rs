//! `trainer embed`: a model gets into a release of the Worker whole or not at all, and out again.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use tests::{listing, root, stderr_of, temporary, trainer};

const MODEL: &str = "model.postcard";
const CHALLENGER: &str = "challenger.postcard";
const PREVIOUS: &str = "previous.postcard";
const PREVIOUS_CHALLENGER: &str = "previous-challenger.postcard";

/// A model of orders.
fn one() -> Vec<u8> {
    fs::read(root().join("edge/model.postcard")).unwrap()
}

/// A model of other columns.
fn other() -> Vec<u8> {
    fs::read(root().join("tests/data/artifacts/format-1.postcard")).unwrap()
}

/// A folder with two models and, in `release`, the names that a release has: `embed` reads of the program only
/// that it is there, and its size.
fn room() -> TempDir {
    let folder = temporary();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("release")).unwrap();
    for (name, bytes) in [
        ("one", one()),
        ("other", other()),
        ("release/entry.js", b"import model from './model.postcard';".to_vec()),
        ("release/index.js", b"export {};".to_vec()),
        ("release/index_bg.wasm", vec![0; 300_000]),
        ("release/model.postcard", one()),
        ("release/challenger.postcard", Vec::new()),
    ] {
        fs::write(at(name), bytes).unwrap();
    }
    folder
}

fn embed(folder: &Path, words: &str) -> Output {
    let mut command = trainer();
    command.current_dir(folder).arg("embed").args(words.split_whitespace());
    command.output().unwrap()
}

/// The report of a run that succeeds.
fn report(folder: &Path, words: &str) -> Value {
    let output = embed(folder, &format!("{words} --json"));
    assert_eq!(output.status.code(), Some(0), "{words}: {}", stderr_of(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join("release").join(name)).unwrap()
}

fn id(bytes: &[u8]) -> String {
    shared::Artifact::decode(bytes).unwrap().id().to_hex()
}

#[test]
fn a_model_gets_in_and_the_one_before_stays_beside_it() {
    let room = room();
    let folder = room.path();
    let said = report(folder, "other release");
    assert_eq!(said["model"]["id"], id(&other()));
    assert_eq!(said["previous"], id(&one()));
    assert_eq!(said["challenger"], Value::Null);
    assert_eq!((&said["changed"], &said["size"]["limit"]), (&true.into(), &(64 << 20).into()));
    let n_bytes = 300_000 + 37 + 10 + other().len();
    assert_eq!(said["size"]["bytes"], n_bytes);
    // The zeros come to nothing, a model hardly gets smaller.
    let gzipped = said["size"]["gzipped"].as_u64().unwrap();
    assert!((1000..20_000).contains(&gzipped), "{gzipped}");
    assert!(read(folder, MODEL) == other() && read(folder, PREVIOUS) == one());
    assert!(read(folder, CHALLENGER).is_empty());
    assert_eq!(
        listing(&folder.join("release")),
        [CHALLENGER, "entry.js", "index.js", "index_bg.wasm", MODEL, PREVIOUS]
    );
}

#[test]
fn other_columns_are_warned_of_by_name() {
    let room = room();
    let output = embed(room.path(), "other release");
    let said = stderr_of(&output);
    assert!(
        said.contains("warning: a customer is sent with other columns than before\n"),
        "{said}"
    );
    assert!(
        said.contains("  new: ") && said.contains("  no longer read: recency_days, "),
        "{said}"
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    for part in [
        id(&other()),
        id(&one()),
        "next, inside release: `npx wrangler@4.86.0 deploy --env staging`".into(),
        "64 MiB".into(),
    ] {
        assert!(printed.contains(&part), "{part}: {printed}");
    }
    let back = report(room.path(), "--rollback release");
    let added = back["columns"]["added"].as_array().unwrap();
    assert!(added.contains(&"recency_days".into()), "{back}");
}

#[test]
fn a_column_that_takes_something_else_is_warned_of_with_both() {
    let room = room();
    let folder = room.path();
    let fit = |rows: &str, out: &str| {
        let words: Vec<&str> = rows.split('|').collect();
        let lines = (0..90).map(|i| format!("{},{}", words[i % 3], 10 * (i % 3) + i % 7));
        let text = lines.collect::<Vec<_>>().join("\n");
        fs::write(folder.join("c.csv"), format!("plan,visits\n{text}")).unwrap();
        let mut command = trainer();
        command.current_dir(folder).args(["fit", "c.csv", "--segments", "3", "--out", out]);
        let output = command.args(["--max-segments", "3", "--quiet"]).output().unwrap();
        assert!(output.status.success(), "{}", stderr_of(&output));
    };
    fit("yes|no|no", "a");
    fit("low|medium|high", "b");
    report(folder, "a/model.postcard release");
    let said = report(folder, "b/model.postcard release");
    let changed = said["columns"]["changed"].as_array().unwrap();
    assert_eq!(changed.len(), 1, "{said}");
    assert_eq!(changed[0]["name"], "plan");
    assert_eq!(changed[0]["from"], "yes/no (no, yes)");
    assert_eq!(changed[0]["to"], "ordinal (low, medium, high)");
}

#[test]
fn the_same_model_changes_nothing() {
    let room = room();
    let before = fs::metadata(room.path().join("release/model.postcard")).unwrap();
    let output = embed(room.path(), "one release");
    let printed = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(printed.contains("has this already: nothing is changed"), "{printed}");
    assert!(!printed.contains("wrangler"), "{printed}");
    assert_eq!((output.status.code(), stderr_of(&output).as_str()), (Some(0), ""));
    let after = fs::metadata(room.path().join("release/model.postcard")).unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    assert!(!room.path().join("release/previous.postcard").exists());
}

#[test]
fn a_rollback_goes_back_and_a_second_one_undoes_it() {
    let room = room();
    let folder = room.path();
    let none = embed(folder, "--rollback release");
    assert_eq!(none.status.code(), Some(65));
    assert!(stderr_of(&none).contains("there is no previous.postcard to go back to"));
    report(folder, "other release");
    for (model, previous) in [(one(), other()), (other(), one())] {
        let said = report(folder, "release --rollback");
        assert_eq!((&said["model"]["id"], &said["changed"]), (&id(&model).into(), &true.into()));
        assert!(read(folder, MODEL) == model && read(folder, PREVIOUS) == previous);
    }
}

#[test]
fn a_challenger_comes_becomes_the_model_and_goes() {
    let room = room();
    let folder = room.path();
    let said = report(folder, "release --challenger other");
    assert_eq!(said["challenger"]["id"], id(&other()));
    assert_eq!((&said["model"]["id"], &said["previous"]), (&id(&one()).into(), &Value::Null));
    assert!(read(folder, MODEL) == one() && read(folder, CHALLENGER) == other());
    let said = report(folder, "release/challenger.postcard release --no-challenger");
    assert_eq!(said["model"]["id"], id(&other()));
    assert!(read(folder, CHALLENGER).is_empty() && read(folder, MODEL) == other());
    assert!(read(folder, PREVIOUS) == one() && read(folder, PREVIOUS_CHALLENGER) == other());
    // The way back, though the program has overwritten it with nothing.
    let said = report(folder, "release --challenger release/previous-challenger.postcard");
    assert_eq!(said["challenger"]["id"], id(&other()));
    assert!(read(folder, CHALLENGER) == other() && read(folder, MODEL) == other());
    // Both at once; and a challenger that is the model is pointless.
    let output = embed(folder, "one release --challenger one");
    assert!(stderr_of(&output).contains("the challenger is the model itself"));
    assert!(read(folder, MODEL) == one() && read(folder, CHALLENGER) == one());
}

#[test]
fn what_is_no_release_and_what_is_no_model_is_refused_and_nothing_is_changed() {
    let room = room();
    let folder = room.path();
    let mut damaged = other();
    damaged[100] ^= 1;
    fs::write(folder.join("damaged"), damaged).unwrap();
    fs::create_dir(folder.join("elsewhere")).unwrap();
    for (words, code, what) in [
        (
            "one elsewhere",
            65,
            "`elsewhere`: this is no release of the Worker: there is no entry.js",
        ),
        ("one nowhere", 65, "`nowhere`: this is no release of the Worker"),
        ("damaged release", 65, "`damaged`: the artifact is damaged"),
        ("one release --challenger damaged", 65, "`damaged`: the artifact is damaged"),
        ("other release --challenger absent", 66, "cannot read `absent`"),
        ("absent release", 66, "cannot read `absent`"),
        ("release", 2, "required"),
        ("one release --rollback", 2, "cannot be used with"),
        ("release --challenger one --no-challenger", 2, "cannot be used with"),
    ] {
        let output = embed(folder, words);
        let said = stderr_of(&output);
        assert_eq!(output.status.code(), Some(code), "{words}: {said}");
        assert!(said.contains(what), "{words}: {said}");
    }
    assert!(read(folder, MODEL) == one() && read(folder, CHALLENGER).is_empty());
    assert_eq!(listing(&folder.join("release")).len(), 5);
    fs::remove_file(folder.join("release/index_bg.wasm")).unwrap();
    let said = stderr_of(&embed(folder, "one release"));
    assert!(
        said.contains("there is no index_bg.wasm") && said.contains("`make release`"),
        "{said}"
    );
}

#[test]
fn a_damaged_present_model_is_replaced_and_not_gone_back_to() {
    let room = room();
    let folder = room.path();
    fs::write(folder.join("release/model.postcard"), "WEDG").unwrap();
    let output = embed(folder, "other release");
    assert_eq!(output.status.code(), Some(0), "{}", stderr_of(&output));
    assert!(stderr_of(&output).contains("warning: `release/model.postcard`: "));
    assert!(read(folder, MODEL) == other() && !folder.join("release/previous.postcard").exists());
}
