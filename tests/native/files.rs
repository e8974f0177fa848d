//! Files as they come in real life, one quirk each, and what `check` makes of them: `tests/data/files/*/`.
//!
//! A case is a folder; a new one needs nothing here.
//!
//! ```text
//! data.EXT or stdin.EXT   the file, given by name or as standard input; or `path`, which holds a name
//! args, verb              optional: further arguments, one in a line; another verb than `check`
//! anything else           stands beside the file, as a wedge.toml does
//! expect.json             the report (`--json`); the exit code is 0, or 65 where it is not "ready"
//! expect.txt              in its stead, where there is no report: `exit N`, and the message
//! expect.NAME             a file NAME that is written; no other may be
//! ```
//! `WEDGE_BLESS=1` writes what is expected anew: read the difference before it is committed.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use tests::{root, stderr_of, temporary, trainer};

/// So many cases there are at least: a folder that moved away must not pass for one without faults.
const AT_LEAST: usize = 120;

/// What begins the names of expectations.
const EXPECTED: &str = "expect.";

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = cases()
        .into_iter()
        .map(|case| {
            let name = name_of(&case);
            Trial::test(name, move || judge(&case))
        })
        .collect();
    let n_cases = trials.len();
    trials.push(Trial::test("there_are_enough_cases", move || {
        let enough = n_cases >= AT_LEAST;
        if enough { Ok(()) } else { Err(format!("{n_cases} cases, fewer than {AT_LEAST}").into()) }
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/data/files")).unwrap();
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_else(|| OsStr::new("")).to_string_lossy().into_owned()
}

/// The files of a folder, by name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap();
    let read = |path: PathBuf| (name_of(&path), fs::read(path).unwrap());
    entries.map(|entry| read(entry.unwrap().path())).collect()
}

fn judge(case: &Path) -> Result<(), Failed> {
    let (expected, given): (BTreeMap<_, _>, BTreeMap<_, _>) =
        files(case).into_iter().partition(|(name, _)| name.starts_with(EXPECTED));
    let found = run(&given)?;
    if std::env::var_os("WEDGE_BLESS").is_some() {
        for name in expected.keys() {
            fs::remove_file(case.join(name))?;
        }
        for (name, content) in found {
            fs::write(case.join(name), content)?;
        }
        return Ok(());
    }
    let names = expected.keys().chain(found.keys().filter(|name| !expected.contains_key(*name)));
    let mut faults = String::new();
    for name in names {
        match (expected.get(name), found.get(name)) {
            (Some(expected), Some(found)) if expected == found => {}
            (expected, found) => {
                faults.extend([name, ":\n", &difference(&text(expected), &text(found))]);
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// What there is to expect of a case's files, by the name of the expectation.
fn run(given: &BTreeMap<String, Vec<u8>>) -> Result<BTreeMap<String, Vec<u8>>, Failed> {
    let (output, mut written) = process(given, true)?;
    let report = String::from_utf8(output.stdout)?;
    if report.is_empty() {
        let as_json = output.status;
        let (output, written) = process(given, false)?;
        if !output.stdout.is_empty() || output.status != as_json {
            return Err("people are told something else than programs".into());
        }
        let exit = output.status.code().ok_or("ended by a signal")?;
        let told = format!("exit {exit}\n{}", stderr_of(&output));
        return Ok(expectations(written, "txt", told));
    }
    let ready = report.contains("\n  \"ready\": true,\n");
    let exit = if ready { 0 } else { 65 };
    if output.status.code() != Some(exit) {
        return Err(format!("ready: {ready}, but it ended with {:?}", output.status.code()).into());
    }
    // What is said beside the report is the same for all that are not ready.
    let told: String = String::from_utf8(output.stderr)?
        .lines()
        .filter(|line| ready || !line.contains(r#""kind":"not-ready""#))
        .flat_map(|line| [line, "\n"])
        .collect();
    if !told.is_empty() {
        written.insert("stderr".into(), told.into());
    }
    Ok(expectations(written, "json", report))
}

fn expectations(
    written: BTreeMap<String, Vec<u8>>,
    kind: &str,
    told: String,
) -> BTreeMap<String, Vec<u8>> {
    let told = [(kind.to_owned(), told.into_bytes())];
    written
        .into_iter()
        .chain(told)
        .map(|(name, text)| (EXPECTED.to_owned() + &name, text))
        .collect()
}

/// Runs the trainer beside a copy of the files; what it printed, and the files that it wrote.
fn process(
    given: &BTreeMap<String, Vec<u8>>,
    json: bool,
) -> Result<(Output, BTreeMap<String, Vec<u8>>), Failed> {
    let folder = temporary();
    for (name, content) in given {
        fs::write(folder.path().join(name), content)?;
    }
    let lines = |name: &str| -> Vec<String> {
        let text = given.get(name).map(|text| String::from_utf8_lossy(text).into_owned());
        text.unwrap_or_default().lines().map(String::from).collect()
    };
    let data = given.keys().find(|name| name.starts_with("data."));
    let standard = given.keys().find(|name| name.starts_with("stdin."));
    let path = match (data, standard) {
        (Some(data), None) => data.clone(),
        (None, Some(_)) => "-".to_owned(),
        (None, None) => lines("path").pop().ok_or("neither data, nor stdin, nor path")?,
        (Some(_), Some(_)) => return Err("data and stdin".into()),
    };
    let mut command = trainer();
    command.current_dir(folder.path());
    command.arg(lines("verb").pop().unwrap_or_else(|| "check".to_owned())).arg(path);
    command.args(lines("args")).args(json.then_some("--json"));
    command.stdin(match standard {
        Some(name) => File::open(folder.path().join(name))?.into(),
        None => Stdio::null(),
    });
    let output = command.output()?;
    let mut after = files(folder.path());
    for (name, content) in given {
        if after.remove(name).as_ref() != Some(content) {
            return Err(format!("{name} is not what it was").into());
        }
    }
    Ok((output, after))
}

fn text(content: Option<&Vec<u8>>) -> String {
    content.map_or_else(String::new, |content| String::from_utf8_lossy(content).into_owned())
}

/// The lines between the first and the last that differ.
fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<&str>, Vec<&str>) =
        (expected.lines().collect(), found.lines().collect());
    let same =
        |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(a, b)| a == b).count();
    let start = same(&mut expected.iter().zip(&found));
    let end = same(&mut expected[start..].iter().rev().zip(found[start..].iter().rev()));
    let lines = |sign: &str, of: &[&str]| -> String {
        of[start..of.len() - end].iter().flat_map(|line| [sign, line, "\n"]).collect()
    };
    lines("- ", &expected) + &lines("+ ", &found)
}
