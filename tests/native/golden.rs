//! The golden cases, through what every face calls: `tests/data/golden/MODEL/{accept,reject}/` holds
//! `NAME.request.json` and `NAME.reply.json`, and beside an accepted one's reply, which says why, the one
//! that does not, `NAME.answer.json`; a new case needs no Rust.
//!
//! `WEDGE_BLESS=1 cargo test -p tests --test golden` writes the replies anew; read the difference before
//! committing it.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its files fails")]

use std::fs;

use edge::{Problem, UnknownFields, reply};
use serde::Serialize;
use shared::Artifact;
use tests::root;

mod shop;

const MODELS: [(&str, &str); 3] = [
    ("sample", "edge/model.postcard"),
    ("excerpt", "tests/data/artifacts/format-1.postcard"),
    ("shop", shop::PATH),
];

/// What stands in `reject/NAME.reply.json`.
#[derive(Serialize)]
struct Refusal<'p> {
    status: u16,
    problem: &'p Problem,
}

#[test]
fn accepted_customers_get_the_replies_in_their_files_to_the_byte() {
    for (explain, file) in [(true, "reply"), (false, "answer")] {
        let (cases, faults) = run("accept", file, |artifact, request| {
            reply(artifact, UnknownFields::Ignore, explain, request)
                .map_err(|problem| format!("refused: {problem:?}"))
        });
        assert!(cases >= 20, "{cases} cases");
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

#[test]
fn rejected_bodies_get_the_problem_in_their_file_to_the_byte() {
    let (cases, faults) = run("reject", "reply", |artifact, request| {
        match reply(artifact, UnknownFields::Ignore, true, request) {
            Ok(reply) => Err(format!("answered: {reply}")),
            Err(problem) => {
                let refusal = Refusal { status: problem.kind().status(), problem: &problem };
                let text = serde_json::to_string_pretty(&refusal).map_err(|e| e.to_string())?;
                Ok(text + "\n")
            }
        }
    });
    assert!(cases >= 40, "{cases} cases");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_rejection_repeats_a_value() {
    let body = br#"{"recency_days":"a-secret-word","frequency":[987654],"mean_amount":1e99}"#;
    let problem = answer(&artifact("edge/model.postcard"), body).unwrap_err();
    let text = serde_json::to_string(&problem).unwrap();
    for value in ["a-secret-word", "987654", "1e99"] {
        assert!(!text.contains(value), "{text}");
    }
}

/// A panic would end the Worker's instance, and the requests in it.
#[test]
fn no_damaged_body_is_more_than_refused() {
    let artifact = artifact("edge/model.postcard");
    let good = fs::read(root().join("tests/data/golden/sample/accept/unknown-fields.request.json"));
    let good = good.unwrap();
    let reply = answer(&artifact, &good).unwrap();
    let (mut same, mut other, mut refused) = (0, 0, 0);
    let mut ask = |body: &[u8]| match answer(&artifact, body) {
        Ok(answer) if answer == reply => same += 1,
        Ok(_) => other += 1,
        Err(problem) => {
            assert!(matches!(problem.kind().status(), 400 | 422), "{problem:?}");
            refused += 1;
        }
    };
    for length in 0..good.len() {
        ask(&good[..length]);
    }
    let mut body = good.clone();
    for position in 0..body.len() {
        for value in 0..=u8::MAX {
            body[position] = value;
            ask(&body);
        }
        body[position] = good[position];
    }
    assert!(same > 1000 && other > 100 && refused > 10_000, "{same} {other} {refused}");
}

/// What the Worker answers unless it is asked why.
fn answer(artifact: &Artifact, body: &[u8]) -> Result<String, Problem> {
    reply(artifact, UnknownFields::Ignore, false, body)
}

fn artifact(path: &str) -> Artifact {
    let bytes = match path {
        shop::PATH => shop::artifact(),
        path => fs::read(root().join(path)).unwrap(),
    };
    Artifact::decode(&bytes).unwrap()
}

/// Compares every case of a kind, `NAME.FILE.json`, with what `answer` gives, or writes it down. Returns how
/// many there were, and what was wrong.
fn run(
    kind: &str,
    file: &str,
    answer: impl Fn(&Artifact, &[u8]) -> Result<String, String>,
) -> (usize, Vec<String>) {
    let bless = std::env::var_os("WEDGE_BLESS").is_some();
    let (mut cases, mut faults) = (0, Vec::new());
    for (model, path) in MODELS {
        let artifact = artifact(path);
        let folder = root().join("tests/data/golden").join(model).join(kind);
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let Some(case) = name.strip_suffix(".request.json") else { continue };
            cases += 1;
            let expected = folder.join(format!("{case}.{file}.json"));
            match answer(&artifact, &fs::read(&path).unwrap()) {
                Err(fault) => faults.push(format!("{model}/{kind}/{case}: {fault}")),
                Ok(text) if bless => fs::write(expected, text).unwrap(),
                Ok(text) => {
                    let known = fs::read(&expected).unwrap_or_default();
                    if known != text.as_bytes() {
                        let known = String::from_utf8_lossy(&known);
                        faults.push(format!(
                            "{model}/{kind}/{case}.{file}:\n{known}\nbut now\n{text}"
                        ));
                    }
                }
            }
        }
    }
    (cases, faults)
}
