#![expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]

use super::*;
use crate::config::{Bindings, Config};
use crate::customer::UnknownFields;
use crate::example;
use crate::outcome::Kept;
use shared::secret::{KeySecret, RANDOM_BYTES, Scopes};

const SECRET: &str = "0123456789abcdef";
const GOOD: &[u8] = br#"{"age": 30, "city": "Ulm"}"#;
const ALL: Bindings = Bindings { cache: true, customers: true, rate_limit: true, counters: true };

fn handler_with(bindings: Bindings, settings: &[(&str, &str)]) -> Handler {
    let config = Config::read(bindings, |name| {
        let mut found = settings.iter().filter(|(known, _)| *known == name);
        found.next().map(|(_, text)| (*text).to_owned())
    });
    assert_eq!(config.unreadable, [""; 0]);
    Handler::new(&example::artifact(), &[], config)
}

/// Nobody needs a key.
fn open_to_all(settings: &[(&str, &str)]) -> Handler {
    handler_with(ALL, &[&[("AUTH", "off")], settings].concat())
}

/// A line of `API_KEYS`, and the header of whoever has the key.
fn key(scopes: &str, origins: &[&str], signed: bool) -> (String, String) {
    let secret = KeySecret::new(SECRET.as_bytes()).unwrap();
    let scopes = Scopes::parse(scopes).unwrap();
    let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
    let random: [u8; RANDOM_BYTES] = std::array::from_fn(|i| u8::try_from(i * 7 % 251).unwrap());
    let (key, token) = secret.new_key(&random, scopes, Some("shop"), origins, signed).unwrap();
    (key.to_string(), format!("Bearer {token}"))
}

fn head<'r>(method: &'r str, path: &'r str) -> Head<'r> {
    Head { method, path, request_id: "r-1", ..Head::default() }
}

fn post() -> Head<'static> {
    Head { content_type: Some("application/json"), ..head("POST", "/v1/segment") }
}

fn done(step: Step) -> Outcome {
    match step {
        Step::Done(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

fn get(handler: &Handler, head: Head) -> Response {
    done(handler.open(head)).response
}

fn sent<'h>(handler: &'h Handler, head: Head<'h>, body: &[u8]) -> Step<'h> {
    match handler.open(head) {
        Step::Body(awaiting) => awaiting.read(body),
        other => panic!("{other:?}"),
    }
}

fn looked_up<'h>(handler: &'h Handler, body: &[u8]) -> Lookup<'h> {
    match sent(handler, post(), body) {
        Step::Look(lookup) => lookup,
        other => panic!("{other:?}"),
    }
}

fn slug(response: &Response) -> String {
    let problem: serde_json::Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(problem["status"], response.status);
    problem["type"].as_str().unwrap().trim_start_matches("/problems/").to_owned()
}

/// Every request here is wrong in more than one way; what stands first in the order is said.
#[test]
fn the_first_check_that_fails_is_the_one_that_is_answered() {
    let (line, bearer) = key("predict", &[], true);
    let handler = handler_with(ALL, &[("API_KEYS", &line), ("KEY_SECRET", SECRET)]);
    let long = Some(BODY_LIMIT as u64 + 1);
    let status = |head: Head| get(&handler, head).status;
    assert_eq!(status(Head { content_length: long, ..head("PATCH", "/v2/segment") }), 404);
    assert_eq!(status(Head { content_length: long, ..head("PATCH", "/v1/segment") }), 405);
    let wrong =
        Head { content_length: long, query: "explain=maybe", ..head("POST", "/v1/segment") };
    assert_eq!(status(wrong), 401);
    let wrong = Head { authorization: Some(&bearer), ..wrong };
    let Step::Rate(rated) = handler.open(wrong) else { panic!("it is not rated") };
    assert_eq!(done(rated.decided(false)).response.status, 429);
    let within = |head: Head<'_>| match handler.open(head) {
        Step::Rate(rated) => done(rated.decided(true)).response,
        other => panic!("{other:?}"),
    };
    assert_eq!(slug(&within(wrong)), "bad-query");
    assert_eq!(slug(&within(Head { query: "explain=true", ..wrong })), "missing-scope");
    assert_eq!(within(Head { query: "", ..wrong }).status, 415);
    let json = Some("application/json");
    assert_eq!(within(Head { query: "", content_type: json, ..wrong }).status, 413);
    let body = |head: Head<'_>, body: &[u8]| match handler.open(head) {
        Step::Rate(rated) => match rated.decided(true) {
            Step::Body(awaiting) => slug(&done(awaiting.read(body)).response),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let open = Head { query: "", content_type: json, content_length: None, ..wrong };
    let mut bytes = vec![0xff; BODY_LIMIT + 1];
    assert_eq!(body(open, &bytes), "too-large");
    bytes.pop();
    assert_eq!(body(open, &bytes), "bad-signature");
    let handler = open_to_all(&[]);
    let slug = |body: &[u8]| slug(&done(sent(&handler, post(), body)).response);
    assert_eq!(slug(&bytes), "not-utf8");
    assert_eq!(slug(b"{\"age\": }"), "not-json");
    assert_eq!(slug(b"[1, 2]"), "not-an-object");
    assert_eq!(slug(b"{\"age\": 1, \"age\": \"x\"}"), "duplicate-field");
    assert_eq!(slug(b"{\"age\": \"x\"}"), "invalid-customer");
}

#[test]
fn a_body_of_exactly_the_limit_is_read() {
    let handler = open_to_all(&[]);
    let mut body = GOOD.to_vec();
    body.resize(BODY_LIMIT, b' ');
    let stated = Head { content_length: Some(BODY_LIMIT as u64), ..post() };
    assert_eq!(done(sent(&handler, stated, &body)).response.status, 200);
}

#[test]
fn a_path_names_the_methods_it_takes() {
    let handler = open_to_all(&[]);
    for route in Route::ALL {
        let path = route.template().replace(['{', '}'], "");
        for method in ["PATCH", "post", "GET, HEAD", ""] {
            let response = get(&handler, head(method, &path));
            assert_eq!(
                (response.status, response.header("Allow")),
                (405, Some(route.allow())),
                "{path}"
            );
        }
        let options = get(&handler, head("OPTIONS", &path));
        assert_eq!((options.status, options.header("Allow")), (204, Some(route.allow())));
    }
}

#[test]
fn json_is_recognised_whatever_its_case_and_parameters() {
    let handler = open_to_all(&[]);
    for (content_type, taken) in [
        ("application/json", true),
        ("Application/JSON ; charset=utf-8", true),
        ("application/jsonp", false),
        ("text/json", false),
        ("application/x-ndjson", false),
        ("application/problem+json", false),
        ("application/x-www-form-urlencoded", false),
        ("", false),
    ] {
        match handler.open(Head { content_type: Some(content_type), ..post() }) {
            Step::Body(_) => assert!(taken, "{content_type}"),
            step => {
                let response = done(step).response;
                assert_eq!((taken, response.status), (false, 415), "{content_type}");
                assert_eq!(response.header("Accept-Post"), Some("application/json"));
            }
        }
    }
}

#[test]
fn head_is_get_without_the_body() {
    let handler = open_to_all(&[]);
    for path in
        ["/v1/schema", "/v1/model", "/healthz", "/version", "/problems/not-json", "/nothing"]
    {
        let get_ = get(&handler, head("GET", path));
        let same = get(&handler, head("HEAD", path));
        assert!(!get_.body.is_empty() && same.body.is_empty(), "{path}");
        assert_eq!((get_.status, get_.headers), (same.status, same.headers), "{path}");
    }
}

#[test]
fn documents_name_the_model_and_are_not_sent_twice() {
    let handler = open_to_all(&[]);
    let id = handler.artifact().unwrap().id().to_hex();
    for path in ["/v1/schema", "/v1/model"] {
        let response = get(&handler, head("GET", path));
        assert!(response.body.contains(&id), "{path}");
        let etag = format!("\"{id}\"");
        assert_eq!(response.header("ETag"), Some(etag.as_str()));
        for known in [etag.as_str(), "*", &format!("\"x\", W/{etag}")] {
            let again = get(&handler, Head { if_none_match: Some(known), ..head("GET", path) });
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{known}");
            assert_eq!(again.header("ETag"), Some(etag.as_str()));
        }
        let other = get(&handler, Head { if_none_match: Some("\"x\""), ..head("GET", path) });
        assert_eq!(other.status, 200);
    }
}

#[test]
fn every_answer_says_who_may_keep_it_and_how_to_find_it_again() {
    let handler = open_to_all(&[]);
    for response in [
        done(sent(&handler, post(), GOOD)).response,
        done(sent(&handler, post(), b"{}")).response,
        get(&handler, head("GET", "/healthz")),
        get(&handler, head("GET", "/nothing")),
    ] {
        assert_eq!(response.header("X-Request-Id"), Some("r-1"));
        assert_eq!(response.header("Cache-Control"), Some("no-store"));
        assert_eq!(response.header("X-Content-Type-Options"), Some("nosniff"));
        let refused = response.status >= 400;
        let media_type = response.header("Content-Type");
        assert_eq!(media_type == Some("application/problem+json"), refused);
        assert_eq!(response.body.contains(r#""request_id":"r-1""#), refused);
    }
}

#[test]
fn reasons_come_when_they_are_asked_for() {
    let handler = open_to_all(&[]);
    let asked = |query| done(sent(&handler, Head { query, ..post() }, GOOD)).response.body;
    let [plain, explained] = [false, true].map(|explain| {
        let artifact = handler.artifact().unwrap();
        crate::reply(artifact, UnknownFields::Ignore, explain, GOOD).unwrap()
    });
    assert!(!plain.contains("reasons") && explained.contains("reasons"));
    for query in ["", "explain=false", "x=1&explain=false", "explained=true"] {
        assert_eq!(asked(query), plain, "{query}");
    }
    assert_eq!(asked("a&explain=true"), explained);
    for query in ["explain", "explain=", "explain=TRUE", "explain=true&explain=true"] {
        assert_eq!(slug(&get(&handler, Head { query, ..post() })), "bad-query", "{query}");
    }
}

#[test]
fn without_a_secret_nothing_is_looked_up_and_neither_is_for_those_who_opt_out() {
    let keyless = open_to_all(&[]);
    let keeping = open_to_all(&[("CACHE_SECRET", SECRET)]);
    for (handler, opt_out) in [(&keyless, None), (&keeping, Some("1")), (&keeping, Some(""))] {
        let outcome = done(sent(handler, Head { opt_out, ..post() }, GOOD));
        assert_eq!(outcome.response.header("Cache-Status"), Some("kv; fwd=bypass"));
        assert_eq!((outcome.keep, outcome.point.is_some()), (None, opt_out.is_none()));
    }
    assert!(matches!(sent(&keeping, Head { opt_out: Some("0"), ..post() }, GOOD), Step::Look(_)));
}

/// What another isolate of the same deployment finds.
fn found(handler: &Handler, body: &[u8], found: &Found) -> Outcome {
    done(looked_up(handler, body).found(found))
}

#[test]
fn a_miss_is_kept_and_a_hit_is_not_kept_again() {
    let [one, other] =
        [(); 2].map(|()| open_to_all(&[("CACHE_SECRET", SECRET), ("CACHE_TTL", "60")]));
    let miss = found(&one, GOOD, &Found::Nothing);
    assert_eq!(miss.response.header("Cache-Status"), Some("kv; fwd=miss"));
    let Kept { key, value, seconds } = miss.keep.unwrap();
    assert_eq!(seconds, Some(60));
    let respelled = br#"{"city":"Ulm","age":3e1,"id":7}"#;
    let in_memory = done(sent(&one, post(), respelled));
    assert_eq!(in_memory.response.header("Cache-Status"), Some("memory; hit"));
    assert_eq!(in_memory.response.header("Wedge-Ignored"), Some("id"));
    assert_eq!((in_memory.response.body, in_memory.keep), (miss.response.body.clone(), None));

    let lookup = looked_up(&other, respelled);
    assert_eq!((lookup.key(), lookup.store()), (key.as_str(), Store::Cache));
    let hit = done(lookup.found(&Found::Value(value)));
    assert_eq!(hit.response.header("Cache-Status"), Some("kv; hit"));
    assert_eq!((hit.response.body, hit.keep), (miss.response.body, None));
    let again = done(sent(&other, post(), GOOD));
    assert_eq!(again.response.header("Cache-Status"), Some("memory; hit"));
}

#[test]
fn what_this_deployment_did_not_keep_under_the_key_costs_a_hit_and_is_replaced() {
    let fresh = || open_to_all(&[("CACHE_SECRET", SECRET)]);
    let right = found(&fresh(), GOOD, &Found::Nothing);
    let other =
        found(&fresh(), br#"{"age": 31, "city": "Ulm"}"#, &Found::Nothing).keep.unwrap().value;
    let own = right.keep.clone().unwrap().value;
    let mut garbled = own.clone();
    garbled[20] ^= 1;
    let lies = [vec![], b"{}".to_vec(), right.response.body.clone().into_bytes(), other, garbled];
    for lie in lies {
        assert_eq!(found(&fresh(), GOOD, &Found::Value(lie.clone())), right, "{lie:?}");
    }
    assert_eq!(found(&fresh(), GOOD, &Found::Value(own)).keep, None);
}

#[test]
fn a_store_that_fails_is_not_written_to_and_then_left_alone() {
    let handler = open_to_all(&[("CACHE_SECRET", SECRET)]);
    for age in 0..5 {
        let body = format!(r#"{{"age": {age}}}"#);
        let found_ = if age == 0 { Found::Late } else { Found::Failed };
        let outcome = found(&handler, body.as_bytes(), &found_);
        assert_eq!(outcome.response.status, 200);
        assert_eq!(outcome.keep.is_some(), age == 0, "what is only late may be worth keeping");
    }
    let resting = done(sent(&handler, post(), GOOD));
    assert_eq!(resting.response.header("Cache-Status"), Some("kv; fwd=bypass; detail=resting"));
    let later = Head { now_ms: 10_000, ..post() };
    let another = br#"{"age": 77}"#;
    assert!(matches!(sent(&handler, later, another), Step::Look(_)), "one tries again");
}

#[test]
fn equal_customers_of_two_tenants_or_two_questions_have_two_entries() {
    let mut keys = std::collections::BTreeSet::new();
    let (line, bearer) = key("predict,explain", &[], false);
    for tenant in ["tenant=shop", "tenant=other"] {
        let line = line.replace("tenant=shop", tenant);
        let settings =
            [("API_KEYS", line.as_str()), ("KEY_SECRET", SECRET), ("CACHE_SECRET", SECRET)];
        let handler = handler_with(Bindings { rate_limit: false, ..ALL }, &settings);
        for query in ["", "explain=true"] {
            let head = Head { query, authorization: Some(&bearer), ..post() };
            let Step::Look(lookup) = sent(&handler, head, GOOD) else { panic!("not looked up") };
            keys.insert(lookup.key().to_owned());
        }
    }
    assert_eq!(keys.len(), 4);
}

#[test]
fn a_deployment_may_refuse_unknown_fields() {
    let handler = open_to_all(&[("UNKNOWN_FIELDS", "Reject")]);
    let response = done(sent(&handler, post(), br#"{"city": true, "a/b": "Rome"}"#)).response;
    let problem: serde_json::Value = serde_json::from_str(&response.body).unwrap();
    let found: Vec<_> = problem["errors"].as_array().unwrap().iter().collect();
    let pointers: Vec<_> = found.iter().map(|e| (&e["pointer"], &e["code"])).collect();
    let expected = [("/age", "missing"), ("/city", "unknown-level"), ("/a~1b", "unknown-field")];
    assert_eq!(pointers.len(), expected.len());
    for ((pointer, code), (expected_pointer, expected_code)) in pointers.into_iter().zip(expected) {
        assert_eq!((pointer, code), (&expected_pointer.into(), &expected_code.into()));
    }
    assert!(!response.body.contains("Rome"));
    assert_eq!(done(sent(&handler, post(), GOOD)).response.status, 200);
}

#[test]
fn what_stood_in_for_a_missing_field_is_named() {
    let handler = open_to_all(&[]);
    let response = done(sent(&handler, post(), br#"{"age": 30}"#)).response;
    assert_eq!(response.header("Wedge-Imputed"), Some("city"));
    assert_eq!(done(sent(&handler, post(), GOOD)).response.header("Wedge-Imputed"), None);
}

#[test]
fn a_batch_answers_each_in_order_and_keeps_nothing() {
    let handler = open_to_all(&[("CACHE_SECRET", SECRET), ("BATCH_ROWS", "3")]);
    let head = Head { path: "/v1/segments", ..post() };
    let body = [b"[".as_slice(), GOOD, b", 7, {\"age\": 30, \"x\": 1}]"].concat();
    let outcome = done(sent(&handler, head, &body));
    assert_eq!((outcome.response.status, outcome.keep), (200, None));
    let point = outcome.point.unwrap();
    assert_eq!(point.blobs, ["/v1/segments", "200", "", "", "", "", "", ""]);
    let rows: serde_json::Value = serde_json::from_str(&outcome.response.body).unwrap();
    let alone = done(sent(&open_to_all(&[]), post(), GOOD)).response.body;
    assert!(outcome.response.body.starts_with(&format!(r#"[{{"reply":{alone}}},{{"problem""#)));
    assert_eq!(rows[1]["problem"]["type"], "/problems/not-an-object");
    assert_eq!((&rows[2]["ignored"][0], &rows[2]["imputed"][0]), (&"x".into(), &"city".into()));
    let lines = Head { content_type: Some("application/x-ndjson"), ..head };
    let outcome = done(sent(&handler, lines, &[GOOD, b"\r\n\n{oops\n"].concat()));
    let lines: Vec<_> = outcome.response.body.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, format!(r#"{{"reply":{alone}}}"#).as_str()));
    assert!(lines[1].starts_with(r#"{"problem":{"type":"/problems/not-json""#), "{}", lines[1]);
    assert_eq!(slug(&done(sent(&handler, head, b"[1,2,3,4]")).response), "too-many-rows");
    assert_eq!(slug(&done(sent(&handler, head, b"{}")).response), "not-an-array");
    assert_eq!(done(sent(&handler, head, b" [ ] ")).response.body, "[]");
}

#[test]
fn last_night_s_answer_is_given_to_its_tenant() {
    let handler = open_to_all(&[("CACHE_SECRET", SECRET)]);
    let secret = shared::secret::CacheSecret::new(SECRET.as_bytes()).unwrap();
    let key = secret.customer_key("", "a 7");
    let ask = || match handler.open(head("GET", "/v1/customers/a%207")) {
        Step::Look(lookup) => lookup,
        other => panic!("{other:?}"),
    };
    assert_eq!((ask().key(), ask().store()), (key.as_str(), Store::Customers));
    let sealed = secret.seal(&key, "{}");
    let given = done(ask().found(&Found::Value(sealed.clone()))).response;
    assert_eq!((given.status, given.body.as_str()), (200, "{}"));
    let swapped = secret.seal(&secret.customer_key("", "8"), "{}");
    for nothing in [Found::Nothing, Found::Value(swapped), Found::Value(vec![])] {
        assert_eq!(slug(&done(ask().found(&nothing)).response), "unknown-customer");
    }
    for failed in [Found::Late, Found::Failed] {
        let response = done(ask().found(&failed)).response;
        assert_eq!((response.status, response.header("Retry-After")), (503, Some("1")));
    }
    for nobody in ["/v1/customers/%20", "/v1/customers/%ff", "/v1/customers/%"] {
        assert_eq!(slug(&get(&handler, head("GET", nobody))), "unknown-customer", "{nobody}");
    }
}

#[test]
fn a_model_that_cannot_be_used_is_said_so() {
    let config = || Config { access: crate::AccessConfig::Off, ..Config::default() };
    let handler = Handler::new(b"WEDG", b"", config());
    for path in ["/v1/schema", "/v1/model", "/openapi.json"] {
        assert_eq!(slug(&get(&handler, head("GET", path))), "model-unusable", "{path}");
    }
    assert_eq!(slug(&done(sent(&handler, post(), GOOD)).response), "model-unusable");
    let health = get(&handler, head("GET", "/healthz"));
    assert!(health.status == 503 && health.body.contains("model.postcard: "), "{}", health.body);
    assert_eq!(get(&handler, head("GET", "/version")).status, 200);
    let handler = Handler::new(&example::artifact(), b"WEDG", config());
    let health = get(&handler, head("GET", "/healthz"));
    assert!(health.status == 200 && health.body.contains("degraded"), "{}", health.body);
    assert_eq!(done(sent(&handler, post(), GOOD)).response.status, 200);
}

#[test]
fn a_log_line_is_json_of_our_own_words() {
    let (line, bearer) = key("predict", &[], false);
    let settings = [("API_KEYS", line.as_str()), ("KEY_SECRET", SECRET), ("CACHE_SECRET", SECRET)];
    let handler = handler_with(Bindings { rate_limit: false, ..ALL }, &settings);
    let head = Head { authorization: Some(&bearer), subject: Some("planted"), ..post() };
    let Step::Look(lookup) = sent(&handler, head, GOOD) else { panic!("not looked up") };
    let logged: serde_json::Value =
        serde_json::from_str(&done(lookup.found(&Found::Nothing)).log).unwrap();
    let id = bearer.split('_').nth(1).unwrap();
    let expected = serde_json::json!({
        "request_id": "r-1", "method": "POST", "route": "/v1/segment", "status": 200, "key": id,
        "cache": "kv-miss", "variant": "champion",
    });
    assert_eq!(logged, expected);
    let refused = done(handler.open(Head { method: "PLANTED\"", path: "/planted\"", ..head })).log;
    let logged: serde_json::Value = serde_json::from_str(&refused).unwrap();
    assert_eq!((&logged["method"], &logged["route"]), (&"other".into(), &"none".into()));
    assert!(!refused.to_lowercase().contains("planted"), "{refused}");
}

#[test]
fn a_refused_request_counts_for_its_status_and_a_public_one_not_at_all() {
    let handler = open_to_all(&[]);
    let refused = done(sent(&handler, post(), b"{}"));
    let point = refused.point.unwrap();
    assert_eq!(point.indexes, [handler.artifact().unwrap().id().to_hex()]);
    assert_eq!(point.blobs, ["/v1/segment", "422", "", "", "", "", "", ""]);
    for path in ["/healthz", "/nothing"] {
        assert_eq!(done(handler.open(head("GET", path))).point, None, "{path}");
    }
}

#[test]
fn a_request_counts_for_its_segment_and_one_column() {
    let handler = open_to_all(&[]);
    let mut columns = std::collections::BTreeMap::new();
    for request_id in (0..200).map(|i| format!("{i:036x}")) {
        let outcome = done(sent(&handler, Head { request_id: &request_id, ..post() }, GOOD));
        let blobs = outcome.point.unwrap().blobs;
        assert_eq!([&blobs[0], &blobs[1], &blobs[2]], ["/v1/segment", "200", "bypass"]);
        assert!(outcome.response.body.contains(&format!(r#""segment":{{"id":{},"#, blobs[4])));
        *columns.entry((blobs[5].clone(), blobs[6].clone())).or_insert(0) += 1;
    }
    let found: Vec<_> =
        columns.keys().map(|(column, bin)| (column.as_str(), bin.as_str())).collect();
    assert_eq!(found, [("age", "0"), ("city", "1")]);
    assert!(columns.values().all(|&count| count > 50), "{columns:?}");
}
