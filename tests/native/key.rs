//! `trainer key` as a process: what it makes is what a Worker knows.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use expect_test::expect;
use serde_json::{Value, json};
use shared::secret::{ApiKey, CacheSecret, KeyRing, KeySecret, Scope, Signable};
use tests::{stderr_of, stdout_of, temporary, trainer};

const SECRET: &str = "a secret of the test";

fn key(words: &str) -> Command {
    let mut command = trainer();
    command.env("KEY_SECRET", SECRET).arg("key").args(words.split(' '));
    command
}

/// A run that is given `input`.
fn fed(command: &mut Command, input: &[u8]) -> Output {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // One that refuses its words reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// `trainer key customer` with the secret of the test.
fn customer(words: &str, input: &str) -> Output {
    fed(key(&format!("customer {words}")).env("CACHE_SECRET", SECRET), input.as_bytes())
}

/// A line of `trainer key new`.
fn line(words: &str) -> String {
    stdout_of(&mut key(&format!("new {words}")))
}

fn secret() -> KeySecret {
    KeySecret::new(SECRET.as_bytes()).unwrap()
}

/// What a Worker whose `API_KEYS` is `line` knows of who brings `token`.
fn known(line: &str, token: &str) -> Option<ApiKey> {
    let ring = KeyRing::parse(line).unwrap();
    ring.authenticate(&secret(), Some(&format!("Bearer {token}"))).cloned()
}

/// The words of a text that begin like a key.
fn keys<'t>(text: &'t str, prefix: &str) -> Vec<&'t str> {
    text.split_whitespace().filter(|word| word.starts_with(prefix)).collect()
}

#[test]
fn the_line_goes_down_the_pipe_and_the_key_beside_it() {
    for quiet in ["", " --quiet"] {
        let words = format!("new --scopes predict,batch --tenant shop{quiet}");
        let output = key(&words).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let (line, said) = (String::from_utf8(output.stdout.clone()).unwrap(), stderr_of(&output));
        assert_eq!(line.lines().count(), 1);
        let [token] = keys(&said, "wk_")[..] else { panic!("{said}") };
        let known = known(&line, token).unwrap();
        assert!(token.starts_with(&format!("wk_{}_", known.id)) && line.starts_with(&known.id));
        assert_eq!((known.tenant.as_str(), known.signed), ("shop", false));
        assert_eq!(known.scopes.to_string(), "predict,batch");
        let part = token.rsplit('_').next().unwrap();
        assert!(!line.contains(part), "nobody reads the key from the line");
        if !quiet.is_empty() {
            assert_eq!(said, format!("{token}\n"));
        }
    }
}

#[test]
fn what_is_said_names_what_goes_where() {
    let output = key("new --signed").output().unwrap();
    let mut said = stderr_of(&output);
    for prefix in ["wk_", "ws_"] {
        let found = keys(&said, prefix)[0].to_owned();
        said = said.replace(&found, &format!("{prefix}..."));
    }
    expect![[r#"
        The key, for whoever is to ask; it is shown this once and kept nowhere:

          wk_...

        The key that signs, for the shop's own server only:

          ws_...

        The line on standard output is for the Worker, which then knows the key:

          trainer key new ... >> api-keys.txt
          npx wrangler@4.86.0 secret put API_KEYS --env staging < api-keys.txt
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_key_for_browsers_that_signs_is_whole_in_json() {
    let words = "new --origin https://a.example --origin http://localhost:8080 --signed --json";
    let output = key(words).output().unwrap();
    assert_eq!(stderr_of(&output), "");
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    let members: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "key", "line", "signing_key"]);
    let text = |name: &str| made[name].as_str().unwrap();
    let known = known(text("line"), text("key")).unwrap();
    assert_eq!(known.id, text("id"));
    assert_eq!(known.tenant, known.id);
    assert!(known.signed && known.scopes.contains(Scope::Predict));
    assert!(!known.scopes.contains(Scope::Explain) && !known.scopes.contains(Scope::Batch));
    assert_eq!(known.allows_origin("http://localhost:8080"), Some("http://localhost:8080"));
    let signing = secret().signing_key(&known.id);
    assert_eq!(signing.as_str(), text("signing_key"));
    let request = Signable { method: "POST", path: "/v1/segment", subject: "", body: b"{}" };
    assert_eq!(signing.verify(request, Some(&signing.sign(request, 60)), 0), Ok(()));
}

#[test]
fn no_two_keys_are_alike_and_none_is_another_secrets() {
    let made: Vec<(String, String)> = (0..4)
        .map(|_| {
            let made: Value = serde_json::from_str(&stdout_of(&mut key("new --json"))).unwrap();
            let text = |name: &str| made[name].as_str().unwrap().to_owned();
            (text("key"), text("line"))
        })
        .collect();
    let all: Vec<&str> = made.iter().map(|(_, line)| line.as_str()).collect();
    for (token, line) in &made {
        assert!(known(line, token).is_some());
        assert_eq!(known(&all.join("\n"), token), known(line, token));
        let ring = KeyRing::parse(line).unwrap();
        let other = KeySecret::new(b"another secret of the test").unwrap();
        assert_eq!(ring.authenticate(&other, Some(&format!("Bearer {token}"))), None);
        assert_eq!(made.iter().filter(|(_, other)| known(other, token).is_some()).count(), 1);
    }
}

#[test]
fn without_a_good_secret_there_is_no_key_and_a_way_out() {
    for (secret, said) in [(None, "no KEY_SECRET"), (Some("short\n"), "shorter than 16 bytes")] {
        let mut command = trainer();
        command.env_remove("KEY_SECRET").args(["key", "new"]);
        command.envs(secret.map(|secret| ("KEY_SECRET", secret)));
        let output = command.output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        let told = stderr_of(&output);
        assert!(told.contains(said) && told.contains("trainer key secret"), "{told}");
        assert!(!told.contains("short\n"), "{told}");
    }
    let made = stdout_of(&mut key("secret"));
    assert_eq!(made.len(), 65);
    assert!(made.trim_end().bytes().all(|byte| b"0123456789abcdef".contains(&byte)), "{made}");
    assert!(CacheSecret::new(made.trim_end().as_bytes()).is_some());
    assert_ne!(made, stdout_of(&mut key("secret")));
    let json: Value = serde_json::from_str(&stdout_of(&mut key("secret --json"))).unwrap();
    assert_eq!(json["secret"].as_str().unwrap().len(), 64);
}

#[test]
fn what_no_line_may_say_is_refused() {
    for words in [
        "new --scopes all",
        "new --scopes predict,predict",
        "new --tenant a/b",
        "new --origin http://shop.example",
        "new --origin https://shop.example/",
        "new --origin https://shop.example --scopes predict,batch",
    ] {
        let output = key(words).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{words}");
    }
}

#[test]
fn checked_lines_say_what_each_key_may_and_how_much_room_is_left() {
    let folder = temporary();
    let path = folder.path().join("api-keys.txt");
    let server = line("--scopes predict,explain,batch --tenant shop --signed");
    let browser = line("--origin https://a.example --origin http://localhost:8080");
    let text = format!("# the shop's\r\n{}  # until May\r\n\r\n{browser}", server.trim_end());
    fs::write(&path, &text).unwrap();
    let output = key("check").arg(&path).arg("--json").env_remove("KEY_SECRET").output().unwrap();
    assert_eq!((output.status.code(), stderr_of(&output).as_str()), (Some(0), ""));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let id = |line: &str| line.split(' ').next().unwrap().to_owned();
    let expected = json!({
        "keys": [
            {
                "id": id(&server),
                "scopes": ["predict", "explain", "batch"],
                "tenant": "shop",
                "signed": true,
                "origins": [],
            },
            {
                "id": id(&browser),
                "scopes": ["predict"],
                "tenant": id(&browser),
                "signed": false,
                "origins": ["https://a.example", "http://localhost:8080"],
            },
        ],
        "bytes": text.len(),
        "limit": 5000,
    });
    assert_eq!(said, expected);
    assert!(fed(&mut key("check - --json"), text.as_bytes()).stdout == output.stdout);

    let shown = stdout_of(key("check").arg(&path));
    for word in
        [&id(&server), &id(&browser), "predict, explain, batch", "shop", "https://a.example"]
    {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let room = format!("2 keys, {} of the 5000 bytes that a Worker's secret holds\n", text.len());
    assert!(shown.ends_with(&room), "{shown}");
    for line in [&server, &browser] {
        let digest = line.split(' ').nth(1).unwrap();
        assert_eq!(digest.len(), 64);
        assert!(!shown.contains(digest) && !said.to_string().contains(digest));
    }
    assert_eq!(stdout_of(key("check --quiet").arg(&path)), "");
}

#[test]
fn a_line_that_no_worker_reads_is_named_and_not_shown() {
    let good = line("--tenant shop");
    let id = good.split(' ').next().unwrap();
    let with = |from: &str, to: &str| good.replacen(from, to, 1);
    for (bad, what) in [
        ("wk_planted_secret\n".to_owned(), "a digest of 64 hex digits belongs after the id"),
        (with("tenant=shop", "planted=1"), "a setting is none of"),
        (with("scopes=predict", "scopes=planted"), "scopes are predict"),
        (with("tenant=shop", "tenant=planted/"), "a tenant is up to 64"),
        (with("tenant=shop", "origins=https://planted.example/"), "an origin is"),
        (with(id, "planted"), "the id is not ten characters"),
        (good.clone(), "the id is there twice"),
    ] {
        let text = format!("{good}# a remark\n\n{bad}{}", line("--tenant shop"));
        for words in ["check -", "check - --json"] {
            let output = fed(&mut key(words), text.as_bytes());
            let said = stderr_of(&output);
            assert_eq!((output.status.code(), output.stdout.len()), (Some(65), 0), "{said}");
            assert!(said.contains("`standard input` line 4: ") && said.contains(what), "{said}");
            assert!(!said.contains("planted") && !said.contains(id), "{said}");
            if words.ends_with("--json") {
                let told: Value = serde_json::from_str(&said).unwrap();
                assert_eq!(
                    (&told["error"]["line"], &told["error"]["exit_code"]),
                    (&4.into(), &65.into())
                );
            }
        }
    }
}

#[test]
fn what_does_not_fit_into_a_secret_is_refused_and_some_forty_keys_do() {
    let one = line("--scopes predict,explain,batch --tenant shop");
    let n_fit = 5000 / one.len();
    assert!((39..=45).contains(&n_fit), "{n_fit}");
    let filled = |n_bytes: usize| format!("{one}#{}", "x".repeat(n_bytes - one.len() - 1));
    let output = fed(&mut key("check - --json"), filled(5000).as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", stderr_of(&output));
    let output = fed(&mut key("check -"), filled(5001).as_bytes());
    let said = stderr_of(&output);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(65), 0), "{said}");
    assert!(said.contains("5001 bytes, and a Worker's secret holds 5000"), "{said}");
    let output = fed(&mut key("check -"), &[b'#', 0xff]);
    assert_eq!(output.status.code(), Some(65));
    assert!(stderr_of(&output).contains("it is no UTF-8"));
    assert_eq!(key("check absent.txt").output().unwrap().status.code(), Some(66));
    let output = fed(&mut key("check -"), b"# none yet\n");
    assert_eq!(output.status.code(), Some(0));
    assert!(stderr_of(&output).contains("there is no key: nobody may ask"));
}

#[test]
fn a_customer_s_key_is_that_under_which_the_worker_looks() {
    let secret = CacheSecret::new(SECRET.as_bytes()).unwrap();
    let expected = |ids: &[&str]| -> String {
        ids.iter().map(|id| secret.customer_key("shop", id) + "\n").collect()
    };
    let printed = |words: &str, input: &str| {
        let output = customer(words, input);
        assert_eq!((output.status.code(), stderr_of(&output).as_str()), (Some(0), ""));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(printed("4711 --tenant shop", ""), expected(&["4711"]));
    assert_eq!(printed("4711 a/b --tenant shop", ""), expected(&["4711", "a/b"]));
    let lines = " Zoë \r\n4711\r\n";
    assert_eq!(printed("- --tenant shop", lines), expected(&["Zoë", "4711"]));
    assert_eq!(printed("x - --tenant shop", "y\nx"), expected(&["x", "y", "x"]));
    let json: Value = serde_json::from_str(&printed("4711 --tenant shop --json", "")).unwrap();
    assert_eq!(json, json!({ "keys": [secret.customer_key("shop", "4711")] }));
    // Another tenant's customer of this id is another; and without a tenant it says so.
    assert_ne!(printed("4711 --tenant other", ""), expected(&["4711"]));
    let output = customer("4711", "");
    assert_eq!(output.stdout, (secret.customer_key("", "4711") + "\n").into_bytes());
    assert!(stderr_of(&output).contains("AUTH=off"), "{}", stderr_of(&output));
}

#[test]
fn without_an_id_or_a_good_secret_no_customer_s_key_is_printed() {
    for (words, input, code, what) in [
        ("--tenant shop", "", 2, "required"),
        ("4711 --tenant a/b", "", 2, "--tenant"),
        ("- --tenant shop", "planted\n \nplanted", 65, "line 2: an empty line names no customer"),
    ] {
        let output = customer(words, input);
        let said = stderr_of(&output);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(code), 0), "{said}");
        assert!(said.contains(what) && !said.contains("planted"), "{said}");
    }
    let empty = key("customer --tenant shop").arg("").env("CACHE_SECRET", SECRET).output().unwrap();
    assert_eq!((empty.status.code(), empty.stdout.len()), (Some(2), 0));
    for secret in [None, Some("short")] {
        let mut command = key("customer 4711 --tenant shop");
        command.env_remove("CACHE_SECRET").envs(secret.map(|secret| ("CACHE_SECRET", secret)));
        let output = command.output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(stderr_of(&output).contains("CACHE_SECRET"), "{}", stderr_of(&output));
    }
}
