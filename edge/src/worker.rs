//! The Cloudflare Worker: converts what the platform gives and takes, and decides nothing.
//!
//! Every call across the boundary to JavaScript costs more than the model does, so there is one in and one out:
//! `entry.js` brings head and body, [`respond`] takes everything back. What belongs to the isolate is fetched once.

use std::panic;
use std::sync::OnceLock;

use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use worker::web_sys::{Request, Response as Sent};
use worker::worker_sys::Context as JsContext;
use worker::{Env, RateLimiter, console_error};

use crate::at_once::at_once;
use crate::config::{Bindings, Config};
use crate::handler::{Found, Handler, Head, Lookup, Step, Store};
use crate::outcome::{Kept, Outcome};
use crate::route::BODY_LIMIT;

/// How much of a refused body is read away: who is still sending when the connection closes may never see why.
const READ_AWAY: usize = 4096 * BODY_LIMIT;

/// How long that is done for: who stalls is not waited for.
const READ_AWAY_MS: u32 = 2000;

// Each is caught: what JavaScript throws through WebAssembly would count as a panic, and end the instance.
#[wasm_bindgen(module = "/src/platform.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn model(name: &str) -> Result<Uint8Array, JsValue>;
    #[wasm_bindgen(catch)]
    fn setting(env: &Env, name: &str) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(catch)]
    async fn body(request: &Request, limit: usize) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn drain(request: &Request, most: usize, ms: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn look(env: &Env, store: &str, key: &str, ms: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    fn keep(
        env: &Env,
        context: &JsContext,
        key: &str,
        value: &[u8],
        seconds: Option<u32>,
        late: &JsValue,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    fn respond(
        env: &Env,
        status: u16,
        headers: &str,
        text: &str,
        log: &str,
        point: &str,
    ) -> Result<Sent, JsValue>;
}

/// What an isolate needs to make once.
struct Service {
    handler: Handler,
    limiter: Option<RateLimiter>,
    logs: bool,
}

static SERVICE: OnceLock<Service> = OnceLock::new();

/// The answer to a request: a `Response` where nothing is waited for, else a promise of one. `head` is what [`read_head`]
/// reads; `body` is there where it was short enough to be read beforehand.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "only what is public is exported to JavaScript")]
pub fn answer(
    request: Request,
    head: String,
    body: Option<Vec<u8>>,
    env: Env,
    context: JsContext,
) -> JsValue {
    at_once(async move {
        let service = SERVICE.get_or_init(|| Service::load(&env));
        let head = read_head(&head);
        #[cfg(feature = "panic-route")]
        assert!(head.path != "/panic", "as the test asked");
        let (outcome, late) = service.answer(&request, &env, head, body).await;
        let Outcome { response, keep: kept, log, point } = outcome;
        if let Some(Kept { key, value, seconds }) = kept {
            // A failure costs a hit, not an answer.
            let _ = keep(&env, &context, &key, &value, seconds, &late);
        }
        let log = if service.logs { log.as_str() } else { "" };
        let point = point.map_or_else(String::new, |point| point.to_json());
        let headers = response.header_lines();
        let sent = respond(&env, response.status, &headers, &response.body, log, &point);
        // entry.js answers for what is no response.
        sent.map_or(JsValue::UNDEFINED, JsValue::from)
    })
}

impl Service {
    fn load(env: &Env) -> Self {
        // Where, and not what: a message may hold what was sent.
        panic::set_hook(Box::new(|info| {
            let (file, line) =
                info.location().map_or(("", 0), |place| (place.file(), place.line()));
            console_error!(r#"{{"panic":"{file}:{line}"}}"#);
        }));
        let limiter = env.rate_limiter("RATE_LIMIT").ok();
        let bindings = Bindings {
            cache: env.kv("CACHE").is_ok(),
            customers: env.kv("CUSTOMERS").is_ok(),
            rate_limit: limiter.is_some(),
            counters: env.analytics_engine("COUNTERS").is_ok(),
        };
        // What cannot be made text cannot be read, and closes the service.
        let config =
            Config::read(bindings, |name| setting(env, name).unwrap_or_else(|_| Some("?".into())));
        let logs = config.logs;
        let bytes = |name| model(name).map(|bytes| bytes.to_vec()).unwrap_or_default();
        let handler = Handler::new(&bytes("model"), &bytes("challenger"), config);
        Self { handler, limiter, logs }
    }

    async fn answer<'h>(
        &'h self,
        request: &Request,
        env: &Env,
        head: Head<'h>,
        mut bytes: Option<Vec<u8>>,
    ) -> (Outcome, JsValue) {
        let mut late = JsValue::UNDEFINED;
        let mut is_read = bytes.is_some() || matches!(head.method, "GET" | "HEAD");
        let mut step = self.handler.open(head);
        loop {
            step = match step {
                Step::Done(outcome) => {
                    if !is_read {
                        // Whoever has gone needs no answer.
                        let _ = drain(request, READ_AWAY, READ_AWAY_MS).await;
                    }
                    return (outcome, late);
                }
                Step::Rate(rated) => {
                    let limit = match &self.limiter {
                        Some(limiter) => limiter.limit(rated.key_id().to_owned()).await.ok(),
                        None => None,
                    };
                    rated.decided(limit.is_none_or(|limit| limit.success))
                }
                Step::Body(awaiting) => {
                    is_read = true;
                    let bytes = match bytes.take() {
                        Some(bytes) => bytes,
                        None => read(request, awaiting.limit()).await,
                    };
                    awaiting.read(&bytes)
                }
                Step::Look(lookup) => {
                    let found;
                    (found, late) = Self::look(env, &lookup).await;
                    lookup.found(&found)
                }
            };
        }
    }

    /// What a store has, and if it is late, the promise of it.
    async fn look(env: &Env, lookup: &Lookup<'_>) -> (Found, JsValue) {
        let store = match lookup.store() {
            Store::Cache => "CACHE",
            Store::Customers => "CUSTOMERS",
        };
        let found = look(env, store, lookup.key(), lookup.patience_ms()).await;
        match found.unwrap_or(JsValue::FALSE).dyn_into::<Uint8Array>() {
            Ok(value) => (Found::Value(value.to_vec()), JsValue::UNDEFINED),
            Err(other) if other.is_null() => (Found::Nothing, JsValue::UNDEFINED),
            Err(other) if other.is_object() => (Found::Late, other),
            Err(_) => (Found::Failed, JsValue::UNDEFINED),
        }
    }
}

async fn read(request: &Request, limit: usize) -> Vec<u8> {
    let bytes = body(request, limit).await.unwrap_or_default();
    Uint8Array::new(&bytes).to_vec()
}

/// The head as `entry.js` writes it.
fn read_head(text: &str) -> Head<'_> {
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (method, address, request_id, now_ms) = (line(), line(), line(), line());
    let mut header = || line().strip_prefix('+');
    let after_host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let target = after_host.find('/').and_then(|at| after_host.get(at..)).unwrap_or("/");
    let target = target.split('#').next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Head {
        method,
        path,
        query,
        request_id,
        now_ms: now_ms.parse().unwrap_or_default(),
        authorization: header(),
        origin: header(),
        content_type: header(),
        content_length: header().and_then(|digits| digits.parse().ok()),
        if_none_match: header(),
        requested_method: header(),
        subject: header(),
        signature: header(),
        opt_out: header(),
    }
}
