//! What a command reads is never written over, and what is nearly a table is told for what it is.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::fs;
use std::path::Path;

use tests::{root, sample, stderr_of, temporary, trainer};

/// Runs words in a folder; the exit code and what was said.
fn run(folder: &Path, words: &str) -> (Option<i32>, String) {
    let mut command = trainer();
    let output = command.current_dir(folder).args(words.split(' ')).output().unwrap();
    (output.status.code(), stderr_of(&output))
}

#[test]
fn no_result_takes_the_place_of_a_file_that_is_read() {
    let folder = temporary();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("m")).unwrap();
    fs::copy(root().join("edge/model.postcard"), at("m/model.postcard")).unwrap();
    fs::copy(sample("cdnow_customers.csv"), at("c.csv")).unwrap();
    fs::copy(sample("cdnow_customers.csv"), at("m/metrics.json")).unwrap();
    fs::write(at("w.toml"), "").unwrap();
    let files = ["m/model.postcard", "c.csv", "m/metrics.json", "w.toml"];
    let before = files.map(|name| fs::read(at(name)).unwrap());
    for words in [
        "init c.csv --out c.csv --force",
        "init c.csv --config w.toml --out w.toml --force",
        "predict m/model.postcard c.csv --out c.csv",
        "predict m/model.postcard c.csv --out m/../c.csv",
        "predict m/model.postcard c.csv --out m/model.postcard",
        "predict m/model.postcard c.csv --out a --rejects a",
        "predict m/model.postcard c.csv --rejects m/model.postcard",
        "rfm c.csv --out c.csv",
        "transform m/model.postcard c.csv --out c.csv",
        "fit m/metrics.json --out m",
        "fit c.csv --rejects c.csv",
        "fit c.csv --rejects model/schema.json --out model",
        "check c.csv --config w.toml --rejects w.toml",
    ] {
        let (code, said) = run(folder.path(), words);
        if words.contains("model/schema.json") {
            // A folder that is not there yet has no files that could be the same.
            assert_ne!(code, Some(0), "{words}");
            continue;
        }
        assert_eq!(code, Some(2), "{words}: {said}");
        assert!(said.contains("would overwrite `"), "{words}: {said}");
        assert!(said.ends_with("\nhint: name another file\n"), "{words}: {said}");
    }
    assert!(before == files.map(|name| fs::read(at(name)).unwrap()));
}

#[test]
fn no_file_is_made_for_rows_that_are_not_there() {
    let folder = temporary();
    fs::copy(sample("cdnow_customers.csv"), folder.path().join("c.csv")).unwrap();
    let (code, said) = run(folder.path(), "check c.csv --rejects r.csv");
    assert_eq!(code, Some(0), "{said}");
    assert!(!folder.path().join("r.csv").exists());
}

#[test]
fn a_second_header_and_columns_between_blanks_are_told_for_what_they_are() {
    let folder = temporary();
    let rows: Vec<String> =
        (0..60).map(|i| format!("{i},{},{}\n", i * 7 % 31, i * 3 % 11)).collect();
    let rows = rows.concat();
    fs::write(folder.path().join("a.csv"), format!("X1,X2,X3\nage,visits,spend\n{rows}")).unwrap();
    let (code, said) = run(folder.path(), "fit a.csv");
    assert_eq!(code, Some(65));
    assert!(said.contains("line 2: looks like a second header\n"), "{said}");
    assert!(said.contains("`--skip-lines 1` takes the names from it"), "{said}");
    assert!(!said.contains("expected a number"), "{said}");
    fs::write(folder.path().join("b.data"), rows.replace(',', "  ")).unwrap();
    let (code, said) = run(folder.path(), "fit b.data");
    assert_eq!(code, Some(65));
    assert!(said.contains("line 1: 3 columns stand between blanks, which is not read"), "{said}");
    assert!(said.contains("tr -s ' ' ','"), "{said}");
}

#[test]
fn a_header_that_may_be_a_person_is_not_quoted() {
    let folder = temporary();
    let text = "Ann Smith,ann@example.org,ann@example.org\nBo,b@example.org,c@example.org\n";
    fs::write(folder.path().join("a.csv"), text).unwrap();
    let (code, said) = run(folder.path(), "check a.csv");
    assert_eq!(code, Some(65));
    assert!(said.contains("names the column twice: columns 2 and 3"), "{said}");
    assert!(!said.contains("example.org"), "{said}");
}
