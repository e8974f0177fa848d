use super::*;
use crate::customer::BODY_LIMIT;
use crate::example;

const SECRET: &str = "0123456789abcdef";
const GOOD: &[u8] = br#"{"age": 30, "city": "Ulm"}"#;

fn handler(secret: Option<&str>, unknown_fields: Option<&str>) -> Handler {
    Handler::load(&example::artifact(), Config::from_settings(secret, unknown_fields)).unwrap()
}

fn head<'r>(method: &'r str, path: &'r str) -> Head<'r> {
    Head { method, path, content_type: None, content_length: None, request_id: "r-1" }
}

fn post() -> Head<'static> {
    Head { content_type: Some("application/json"), ..head("POST", "/v1/segment") }
}

/// The answer to a request that ends without a body.
fn answered(handler: &Handler, head: &Head) -> Response {
    match handler.open(head) {
        Opened::Respond(response) => response,
        Opened::AwaitBody(_) => panic!("{head:?} waits for a body"),
    }
}

fn step<'h>(handler: &'h Handler, body: &[u8]) -> Step<'h> {
    match handler.open(&post()) {
        Opened::AwaitBody(awaiting) => awaiting.read(body),
        Opened::Respond(response) => panic!("{response:?}"),
    }
}

fn pending<'h>(handler: &'h Handler, body: &[u8]) -> Pending<'h> {
    match step(handler, body) {
        Step::Lookup(pending) => pending,
        Step::Respond(response) => panic!("{response:?}"),
    }
}

fn responded(handler: &Handler, body: &[u8]) -> Response {
    match step(handler, body) {
        Step::Respond(response) => response,
        Step::Lookup(_) => panic!("looks into the cache"),
    }
}

/// Every request here is wrong in more than one way; what stands first in the order is said.
#[test]
fn the_first_check_that_fails_is_the_one_that_is_answered() {
    let handler = handler(None, None);
    let long = Some(BODY_LIMIT as u64 + 1);
    let status = |head: Head| answered(&handler, &head).status;
    assert_eq!(status(Head { content_length: long, ..head("PATCH", "/v2/segment") }), 404);
    assert_eq!(status(Head { content_length: long, ..head("PATCH", "/v1/segment") }), 405);
    assert_eq!(status(Head { content_length: long, ..head("POST", "/v1/segment") }), 415);
    assert_eq!(status(Head { content_length: long, ..post() }), 413);
    let slug = |body: &[u8]| {
        let response = responded(&handler, body);
        let problem: serde_json::Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!(problem["status"], response.status);
        problem["type"].as_str().unwrap().trim_start_matches("/problems/").to_owned()
    };
    let mut too_long = vec![0xff; BODY_LIMIT + 1];
    assert_eq!(slug(&too_long), "too-large");
    too_long.pop();
    assert_eq!(slug(&too_long), "not-utf8");
    assert_eq!(slug(b"{\"age\": }"), "not-json");
    assert_eq!(slug(b"[1, 2]"), "not-an-object");
    assert_eq!(slug(b"{\"age\": 1, \"age\": \"x\"}"), "duplicate-field");
    assert_eq!(slug(b"{\"age\": \"x\"}"), "invalid-customer");
}

#[test]
fn a_body_of_exactly_the_limit_is_read() {
    let handler = handler(None, None);
    let mut body = GOOD.to_vec();
    body.resize(BODY_LIMIT, b' ');
    assert_eq!(responded(&handler, &body).status, 200);
    let stated = Head { content_length: Some(BODY_LIMIT as u64), ..post() };
    assert!(matches!(handler.open(&stated), Opened::AwaitBody(_)));
}

#[test]
fn a_path_names_the_methods_it_takes() {
    let handler = handler(None, None);
    for (method, path, allow) in [
        ("GET", "/v1/segment", "POST"),
        ("HEAD", "/v1/segment", "POST"),
        ("post", "/v1/segment", "POST"),
        ("POST", "/v1/schema", "GET, HEAD"),
        ("DELETE", "/v1/model", "GET, HEAD"),
        ("GET, HEAD", "/healthz", "GET, HEAD"),
    ] {
        let response = answered(&handler, &head(method, path));
        assert_eq!((response.status, response.header("Allow")), (405, Some(allow)), "{method}");
    }
}

#[test]
fn json_is_recognised_whatever_its_case_and_parameters() {
    let handler = handler(None, None);
    for (content_type, taken) in [
        ("application/json", true),
        ("Application/JSON ; charset=utf-8", true),
        ("application/jsonp", false),
        ("text/json", false),
        ("application/problem+json", false),
        ("application/x-www-form-urlencoded", false),
        ("", false),
    ] {
        let head = Head { content_type: Some(content_type), ..post() };
        match handler.open(&head) {
            Opened::AwaitBody(_) => assert!(taken, "{content_type}"),
            Opened::Respond(response) => {
                assert_eq!((taken, response.status), (false, 415), "{content_type}");
                assert_eq!(response.header("Accept-Post"), Some("application/json"));
            }
        }
    }
}

#[test]
fn head_is_get_without_the_body() {
    let handler = handler(None, None);
    for path in ["/v1/schema", "/v1/model", "/healthz", "/nothing"] {
        let get = answered(&handler, &head("GET", path));
        let same = answered(&handler, &head("HEAD", path));
        assert!(!get.body.is_empty() && same.body.is_empty(), "{path}");
        assert_eq!((get.status, get.headers), (same.status, same.headers), "{path}");
    }
}

#[test]
fn documents_name_the_model_that_answers() {
    let handler = handler(None, None);
    let id = handler.artifact().id().to_hex();
    for (path, media_type) in [
        ("/v1/schema", "application/schema+json"),
        ("/v1/model", "application/json"),
        ("/healthz", "application/json"),
    ] {
        let response = answered(&handler, &head("GET", path));
        assert_eq!((response.status, response.header("Content-Type")), (200, Some(media_type)));
        assert!(response.body.contains(&id), "{path}");
    }
}

#[test]
fn every_answer_says_who_may_keep_it_and_how_to_find_it_again() {
    let handler = handler(None, None);
    for response in [
        responded(&handler, GOOD),
        responded(&handler, b"{}"),
        answered(&handler, &head("GET", "/v1/model")),
        unusable(&ArtifactError::Canary, &head("GET", "/healthz")),
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
fn without_a_secret_or_with_one_that_could_be_guessed_nothing_is_looked_up() {
    for secret in [None, Some(""), Some("short")] {
        let handler = handler(secret, None);
        let response = responded(&handler, GOOD);
        assert_eq!(response.header("Cache-Status"), Some("kv; fwd=bypass"));
    }
}

#[test]
fn a_miss_is_kept_and_a_hit_is_not_kept_again() {
    let handler = handler(Some(SECRET), None);
    let miss = pending(&handler, GOOD).miss();
    assert_eq!(miss.response.header("Cache-Status"), Some("kv; fwd=miss"));
    let (key, value) = miss.keep.unwrap();
    assert!(value.ends_with(&miss.response.body), "{value}");
    let again = pending(&handler, br#"{"city":"Ulm","age":3e1,"id":7}"#);
    assert_eq!(again.key(), key);
    let hit = again.hit(value.clone().into_bytes());
    assert_eq!(hit.response.header("Cache-Status"), Some("kv; hit"));
    assert_eq!(hit.response.header("Wedge-Ignored"), Some("id"));
    assert_eq!((hit.response.body, hit.keep), (miss.response.body, None));
    assert_eq!(pending(&handler, GOOD).bypass().header("Cache-Status"), Some("kv; fwd=bypass"));
}

#[test]
fn what_this_deployment_did_not_keep_under_the_key_costs_a_hit_and_is_replaced() {
    let handler = handler(Some(SECRET), None);
    let right = pending(&handler, GOOD).miss();
    let other = pending(&handler, br#"{"age": 31, "city": "Ulm"}"#).miss();
    let (_, of_another_customer) = other.keep.unwrap();
    let body = right.response.body.as_bytes();
    let id = handler.artifact().id().to_hex();
    let of_another = String::from_utf8_lossy(body).replace(&id, &"0".repeat(64)).into_bytes();
    let broken = [&body[..body.len() - 1], b"\xff}"].concat();
    let twice = body.repeat(2);
    let unsigned = [b"".as_slice(), b"{}", b"garbage", &body[1..], &broken, &of_another, &twice];
    for lie in unsigned.into_iter().chain([body, of_another_customer.as_bytes()]) {
        assert_eq!(pending(&handler, GOOD).hit(lie.to_vec()), right, "{lie:?}");
    }
}

#[test]
fn a_deployment_may_refuse_unknown_fields() {
    let handler = handler(Some(SECRET), Some("Reject"));
    let response = responded(&handler, br#"{"city": true, "a/b": "Rome"}"#);
    let problem: serde_json::Value = serde_json::from_str(&response.body).unwrap();
    let found: Vec<_> = problem["errors"].as_array().unwrap().iter().collect();
    let pointers: Vec<_> = found.iter().map(|e| (&e["pointer"], &e["code"])).collect();
    let expected = [("/age", "missing"), ("/city", "unknown-level"), ("/a~1b", "unknown-field")];
    assert_eq!(pointers.len(), expected.len());
    for ((pointer, code), (expected_pointer, expected_code)) in pointers.into_iter().zip(expected) {
        assert_eq!((pointer, code), (&expected_pointer.into(), &expected_code.into()));
    }
    assert!(!response.body.contains("Rome"));
    assert!(matches!(step(&handler, GOOD), Step::Lookup(_)));
}

#[test]
fn a_model_that_cannot_be_used_is_said_so_whatever_is_asked() {
    assert!(Handler::load(b"WEDG", Config::default()).is_err());
    let response = unusable(&ArtifactError::Digest, &head("GET", "/healthz"));
    assert_eq!(response.status, 503);
    assert!(response.body.contains("digest does not match"), "{}", response.body);
    assert!(unusable(&ArtifactError::Digest, &head("HEAD", "/healthz")).body.is_empty());
}
