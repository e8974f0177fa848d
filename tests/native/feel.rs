//! How the program behaves in a shell: signals, pipes, colour, quiet, JSON, who may read its files, help.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use expect_test::expect;
use serde_json::Value;
use tests::{listing, root, sample, stderr_of, stdout_of, temporary, trainer};

const VERBS: [&str; 16] = [
    "check",
    "init",
    "fit",
    "predict",
    "explain",
    "evaluate",
    "inspect",
    "diff",
    "drift",
    "embed",
    "playbook",
    "transform",
    "rfm",
    "key",
    "completions",
    "man",
];

fn sample_model() -> PathBuf {
    root().join("edge/model.postcard")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Runs words of a shell, in which `$trainer` is the program.
fn shell(folder: &Path, script: &str) -> Output {
    let program = trainer().get_program().to_owned();
    let mut command = Command::new("sh");
    command.current_dir(folder).arg("-c").arg(script);
    command.env("trainer", program).env("model", sample_model());
    command.env("customers", sample("cdnow_customers.csv"));
    command.env("orders", sample("cdnow_transactions.csv"));
    command.output().unwrap()
}

/// A pipe in `folder` under the name `data.csv`.
fn pipe(folder: &Path) -> PathBuf {
    let path = folder.join("data.csv");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

/// Writes the sample's customers into a pipe and holds its end, so that its reader waits for more.
fn feed(path: &Path) -> File {
    let mut input = OpenOptions::new().write(true).open(path).unwrap();
    let text = fs::read_to_string(sample("cdnow_customers.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    writeln!(input, "{header}").unwrap();
    // The dialect is recognised, and the first block read, before anything is done.
    for _ in 0..(3 << 20) / rows.len() {
        input.write_all(rows.as_bytes()).unwrap();
    }
    input
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited in vain: {what}");
        sleep(Duration::from_millis(10));
    }
}

fn signal(child: &Child, name: &str) {
    let id = child.id();
    assert!(
        Command::new("sh").args(["-c", &format!("kill -{name} {id}")]).status().unwrap().success()
    );
}

#[test]
fn an_interrupted_run_leaves_nothing_behind_and_what_was_there() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let folder = temporary();
        let data = pipe(folder.path());
        fs::write(folder.path().join("scored.csv"), "of yesterday").unwrap();
        let mut command = trainer();
        command.current_dir(folder.path()).arg("predict").arg(sample_model());
        command.args(["data.csv", "--out", "scored.csv"]).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let input = feed(&data);
        wait_until("a file is begun", || {
            listing(folder.path()).iter().any(|name| name.starts_with(".trainer-"))
        });
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        drop(input);
        assert_eq!((output.status.code(), stderr_of(&output).as_str()), (Some(code), ""));
        assert_eq!(listing(folder.path()), ["data.csv", "scored.csv"]);
        assert_eq!(fs::read_to_string(folder.path().join("scored.csv")).unwrap(), "of yesterday");
    }
}

#[test]
fn an_interrupted_fit_makes_no_folder() {
    let folder = temporary();
    let data = pipe(folder.path());
    let mut command = trainer();
    command.current_dir(folder.path()).args(["fit", "data.csv"]);
    let mut child = command.spawn().unwrap();
    let input = feed(&data);
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(input);
    assert_eq!(listing(folder.path()), ["data.csv"]);
}

#[test]
fn whoever_closes_the_pipe_has_seen_enough() {
    let folder = temporary();
    for words in [
        "--help",
        "help fit",
        "--version",
        "completions bash",
        "man",
        "inspect \"$model\"",
        "inspect \"$model\" --json",
        "check \"$customers\"",
        "check \"$customers\" --json",
        "init \"$customers\" --out -",
        "predict \"$model\" \"$customers\"",
        "predict \"$model\" \"$customers\" --json",
        "explain \"$model\" --from \"$customers\" --row 1",
        "rfm \"$orders\" --quiet",
        "transform \"$model\" \"$customers\" --out m.npy --json",
        "fit \"$customers\" --segments 2",
        "fit \"$customers\" --segments 2 --json",
    ] {
        // What is said on standard error meanwhile is no matter here.
        for script in [
            format!("{{ \"$trainer\" {words} 2> said; echo $? >&2; }} | head -c 1 > /dev/null"),
            format!("{{ sleep 0.2; \"$trainer\" {words} 2> said; echo $? >&2; }} | true"),
            format!("\"$trainer\" {words} >&- 2> said; echo $? >&2"),
        ] {
            let output = shell(folder.path(), &script);
            assert_eq!(stderr_of(&output), "0\n", "{script}");
        }
    }
}

#[test]
fn quiet_leaves_results_and_errors() {
    let folder = temporary();
    let output = shell(folder.path(), "\"$trainer\" rfm \"$orders\" --out made.csv -q");
    assert_eq!((output.status.code(), stderr_of(&output).as_str()), (Some(0), ""));
    let output = shell(folder.path(), "\"$trainer\" -q fit made.csv --min-segment 19");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{}", stderr_of(&output));
    let output = shell(folder.path(), "\"$trainer\" fit made.csv --segments 2 --json --quiet");
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["k"], 2);
    let output = shell(folder.path(), "\"$trainer\" fit nowhere.csv --quiet");
    assert_eq!(stderr_of(&output), "error: cannot read `nowhere.csv`: no such file or directory\n");
}

#[test]
fn colour_comes_only_where_it_is_wanted() {
    let folder = temporary();
    let colour = |env: &[(&str, &str)], flags: &[&str]| {
        let mut command = trainer();
        command.current_dir(folder.path()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command.envs(env.iter().copied()).args(["fit", "."]).args(flags);
        stderr_of(&command.output().unwrap())
    };
    let plain = "error: `.` is a directory\n\nhint: name a file in it\n";
    assert_eq!(colour(&[], &[]), plain);
    assert_eq!(colour(&[("NO_COLOR", "1")], &[]), plain);
    assert_eq!(colour(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], &[]), plain);
    assert_eq!(colour(&[("CLICOLOR_FORCE", "1")], &["--color", "never"]), plain);
    let coloured = colour(&[("NO_COLOR", "1")], &["--color=always"]);
    assert_eq!(coloured, colour(&[("CLICOLOR_FORCE", "1")], &[]));
    expect![[r#"
        \e[1m\e[31merror:\e[0m `.` is a directory

        \e[36mhint:\e[0m name a file in it
    "#]]
    .assert_eq(&coloured.replace('\u{1b}', "\\e"));
    let usage = colour(&[], &["--color", "always", "--targt"]);
    assert!(usage.starts_with("\u{1b}["), "{usage:?}");
    let help = stdout_of(trainer().args(["--help", "--color", "always"]));
    assert!(help.contains("\u{1b}["), "{help}");
}

#[test]
fn with_json_errors_and_notes_are_objects_in_a_line() {
    let folder = temporary();
    let text = "customer_id,date,amount\na,2024-02-29,1\nb,soon,much\n";
    fs::write(folder.path().join("orders.csv"), text).unwrap();
    let output = shell(folder.path(), "\"$trainer\" rfm orders.csv --json");
    assert_eq!(output.status.code(), Some(65));
    let said = stderr_of(&output);
    let error: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    expect![[r#"
        {
          "error": {
            "exit_code": 65,
            "hint": "mend them, or put such rows aside with `--rejects FILE`",
            "kind": "bad-rows",
            "message": "`orders.csv`: 1 row cannot be used\n  `date`, line 3: expected a day\n  `amount`, line 3: expected a number",
            "path": "orders.csv",
            "problems": [
              {
                "column": "date",
                "count": 1,
                "lines": [
                  3
                ],
                "what": "expected a day"
              },
              {
                "column": "amount",
                "count": 1,
                "lines": [
                  3
                ],
                "what": "expected a number"
              }
            ]
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&error).unwrap());
    let output = shell(folder.path(), "\"$trainer\" fit orders.csv --targt x --json");
    assert_eq!(output.status.code(), Some(2));
    expect![[r#"
        {"error":{"kind":"usage","message":"unexpected argument '--targt' found","hint":"a similar argument exists: '--target'","exit_code":2}}
    "#]]
    .assert_eq(&stderr_of(&output));
    let output = shell(folder.path(), "\"$trainer\" rfm \"$orders\" --json > made.json");
    assert_eq!(
        stderr_of(&output),
        "{\"note\":{\"message\":\"read as: comma, UTF-8\"}}\n\
         {\"note\":{\"message\":\"2357 customers up to 1998-06-30\"}}\n"
    );
}

#[test]
fn rows_as_json_say_what_rows_as_csv_say() {
    let folder = temporary();
    let excerpt = root().join("tests/data/artifacts/format-1.postcard");
    let mut command = trainer();
    command.arg("predict").arg(&excerpt).arg(sample("design_excerpt.csv"));
    let csv = stdout_of(&mut command);
    let out = folder.path().join("scored.ndjson");
    assert_eq!(stdout_of(command.arg("--json").arg("--out").arg(&out)), "");
    let json = fs::read_to_string(&out).unwrap();
    assert_eq!(csv.lines().count(), json.lines().count() + 1);
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let header = rows.headers().unwrap().clone();
    for (row, object) in rows.records().zip(json.lines()) {
        let (row, object) = (row.unwrap(), serde_json::from_str::<Value>(object).unwrap());
        assert_eq!(object.as_object().unwrap().len(), header.len());
        for (column, cell) in header.iter().zip(&row) {
            match &object[column] {
                Value::Array(_) => assert_eq!(column, "recommendations"),
                Value::Null => assert_eq!(cell, ""),
                Value::String(text) => assert_eq!(cell, text),
                Value::Number(number) => {
                    assert_eq!(cell.parse::<f64>().unwrap(), number.as_f64().unwrap());
                }
                other => panic!("{column} is {other}"),
            }
        }
    }
    let first: Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert!(first["Age"].is_number() && first["segment"].is_number());
    assert!(first["Gender"].is_string() && first["predicted_Segmentation"].is_string());
}

#[test]
fn transform_sums_up_what_it_wrote() {
    let folder = temporary();
    let script = "\"$trainer\" transform \"$model\" \"$customers\" --out matrix.npy --json";
    let output = shell(folder.path(), script);
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["file"], &summary["rows"]), (&"matrix.npy".into(), &2357.into()));
    assert_eq!(summary["features"][0], "recency_days");
    assert_eq!(summary["features"].as_array().unwrap().len(), 6);
}

#[test]
fn files_with_rows_of_persons_are_for_their_owner() {
    let folder = temporary();
    let at = |name: &str| folder.path().join(name);
    for name in ["scored.csv", "matrix.npy", "made.csv"] {
        fs::write(at(name), "open to all").unwrap();
        fs::set_permissions(at(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let output = shell(
        folder.path(),
        "umask 022 && \"$trainer\" predict \"$model\" \"$customers\" --out scored.csv --quiet &&
         \"$trainer\" transform \"$model\" \"$customers\" --out matrix.npy --quiet &&
         \"$trainer\" rfm \"$orders\" --out made.csv --quiet &&
         \"$trainer\" fit made.csv --segments 2 --quiet",
    );
    assert_eq!((output.status.code(), stderr_of(&output).as_str()), (Some(0), ""));
    for name in ["scored.csv", "matrix.npy", "made.csv"] {
        assert_eq!(mode(&at(name)), 0o600, "{name}");
    }
    for name in ["model.postcard", "metrics.json", "schema.json", "timings.json"] {
        assert_eq!(mode(&at("model").join(name)), 0o644, "{name}");
    }
}

#[test]
fn a_result_goes_through_a_pipe_or_a_link_and_not_into_its_place() {
    let folder = temporary();
    let pipe = pipe(folder.path());
    let script = "cat data.csv > copy.csv & \"$trainer\" predict \"$model\" \"$customers\" \
                  --out data.csv --quiet && wait && ln -s copy.csv link.csv && \
                  \"$trainer\" rfm \"$orders\" --out link.csv --quiet";
    let output = shell(folder.path(), script);
    assert_eq!((output.status.code(), stderr_of(&output).as_str()), (Some(0), ""));
    assert!(fs::metadata(pipe).unwrap().file_type().is_fifo());
    assert!(fs::symlink_metadata(folder.path().join("link.csv")).unwrap().is_symlink());
    let copy = fs::read_to_string(folder.path().join("copy.csv")).unwrap();
    assert_eq!(copy.lines().next().unwrap().split(',').nth(1), Some("recency_days"));
    assert_eq!(listing(folder.path()), ["copy.csv", "data.csv", "link.csv"]);
}

#[test]
fn completions_are_scripts_that_the_shell_reads() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = stdout_of(trainer().args(["completions", shell]));
        for verb in VERBS {
            assert!(script.contains(verb), "{shell} does not know {verb}");
        }
    }
    let folder = temporary();
    fs::write(folder.path().join("trainer"), stdout_of(trainer().args(["completions", "bash"])))
        .unwrap();
    let check = Command::new("bash").arg("-n").arg(folder.path().join("trainer")).output();
    assert!(check.unwrap().status.success());
    let words = "COMP_WORDS=(trainer pre); COMP_CWORD=1; . ./trainer; \
                 _trainer trainer pre trainer; echo \"${COMPREPLY[@]}\"";
    let mut bash = Command::new("bash");
    assert_eq!(stdout_of(bash.current_dir(folder.path()).args(["-c", words])), "predict\n");
}

#[test]
fn every_command_has_a_manual_page() {
    let page = stdout_of(trainer().arg("man"));
    for verb in VERBS {
        assert!(page.contains(&format!("trainer\\-{verb}(1)")), "{verb}");
    }
    let folder = temporary();
    let pages = folder.path().join("share/man1");
    assert_eq!(stdout_of(trainer().arg("man").arg("--out").arg(&pages)), "");
    let mut expected: Vec<String> = VERBS
        .iter()
        .map(|verb| format!("trainer-{verb}.1"))
        .chain(
            ["", "-key-check", "-key-customer", "-key-new", "-key-secret", "-playbook-check"]
                .map(|of| format!("trainer{of}.1")),
        )
        .collect();
    expected.sort();
    assert_eq!(listing(&pages), expected);
    let fit = fs::read_to_string(pages.join("trainer-fit.1")).unwrap();
    assert!(fit.contains("trainer fit customers.csv") && fit.contains("\\-\\-target"), "{fit}");
}

#[test]
fn help_shows_an_example_of_every_command_and_the_exit_codes() {
    for verb in VERBS {
        let help = stdout_of(trainer().args(["help", verb]));
        assert!(help.contains("Example") && help.contains(&format!("  trainer {verb} ")), "{help}");
        assert_eq!(help, stdout_of(trainer().args([verb, "--help"])));
    }
    let help = stdout_of(trainer().arg("--help"));
    assert!(help.contains("130 interrupted") && help.contains("3 a condition"), "{help}");
}

#[test]
fn every_command_for_cloudflare_names_the_version_and_the_environment() {
    let package = fs::read_to_string(root().join("package.json")).unwrap();
    let package: Value = serde_json::from_str(&package).unwrap();
    let pinned = package["devDependencies"]["wrangler"].as_str().unwrap();
    let folder = temporary();
    stdout_of(trainer().arg("man").arg("--out").arg(folder.path()));
    let mut n_named = 0;
    for name in listing(folder.path()) {
        let page = fs::read_to_string(folder.path().join(&name)).unwrap().replace("\\-", "-");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        for command in page.split("npx wrangler").skip(1) {
            assert!(command.starts_with(&format!("@{pinned} ")), "{name}: {command:.80}");
            assert!(
                command.chars().take(120).collect::<String>().contains("--env staging"),
                "{name}"
            );
            n_named += 1;
        }
    }
    assert!(n_named >= 5, "{n_named}");
}

#[test]
fn tables_fit_the_terminal() {
    let model = root().join("tests/data/artifacts/format-1.postcard");
    // Below 72 a table would fall apart into letters.
    for (columns, widest) in [("60", 72), ("80", 80), ("200", 200)] {
        let printed = stdout_of(trainer().env("COLUMNS", columns).arg("inspect").arg(&model));
        let tables = printed.lines().filter(|line| line.starts_with(['┌', '│', '└', '╞']));
        let width = tables.map(|line| line.chars().count()).max().unwrap();
        assert!(width <= widest, "{width} of {columns} columns\n{printed}");
    }
}
