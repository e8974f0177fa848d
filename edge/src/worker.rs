//! The Cloudflare Worker: converts what the platform gives and takes, and decides nothing.
//!
//! Every call across the boundary to JavaScript costs more than the model does: the body comes over once,
//! the reply goes back once, and what belongs to the isolate is fetched once.

use std::pin::pin;
use std::sync::OnceLock;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use shared::ArtifactError;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::kv::KvStore;
use worker::{Context, Delay, Env, Request, ResponseBuilder, event};

use crate::customer::BODY_LIMIT;
use crate::embedded::MODEL;
use crate::handler::{Config, Handler, Head, Opened, Pending, Step, unusable};
use crate::response::Response;

/// How long the cache is waited for. It is a help, never a need: later than this it is a miss.
const PATIENCE: Duration = Duration::from_millis(25);

/// How much of a refused body is read away: who is still sending when the connection closes may never see why.
const READ_AWAY: usize = 4096 * BODY_LIMIT;

/// How long that is done for: who stalls is not waited for.
const READ_AWAY_TIME: Duration = Duration::from_secs(2);

/// How long an answer is kept.
const KEPT_SECONDS: u64 = 86_400;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    fn random_uuid() -> String;
}

/// What an isolate needs to make once.
struct Service {
    handler: Result<Handler, ArtifactError>,
    cache: Option<KvStore>,
}

static SERVICE: OnceLock<Service> = OnceLock::new();

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<worker::Response> {
    let service = SERVICE.get_or_init(|| Service::load(&env));
    let response = service.answer(request, &context).await;
    let mut builder = ResponseBuilder::new().with_status(response.status);
    for (name, value) in &response.headers {
        builder = builder.with_header(name, value)?;
    }
    if response.body.is_empty() {
        return Ok(builder.empty());
    }
    Ok(builder.fixed(response.body.into_bytes()))
}

impl Service {
    fn load(env: &Env) -> Self {
        let secret = env.secret("CACHE_SECRET").ok().map(|secret| secret.to_string());
        let unknown = env.var("UNKNOWN_FIELDS").ok().map(|word| word.to_string());
        let config = Config::from_settings(secret.as_deref(), unknown.as_deref());
        Self { handler: Handler::load(MODEL, config), cache: env.kv("CACHE").ok() }
    }

    async fn answer(&self, mut request: Request, context: &Context) -> Response {
        // `Request::method` knows nine methods, and takes any other for GET.
        let method = request.inner().method();
        let path = request.path();
        let header = |name| request.headers().get(name).ok().flatten();
        let is_post = method == "POST";
        let content_type = is_post.then(|| header("Content-Type")).flatten();
        let length = is_post.then(|| header("Content-Length")).flatten();
        let head = Head {
            method: &method,
            path: &path,
            content_type: content_type.as_deref(),
            content_length: length.and_then(|digits| digits.parse().ok()),
            request_id: &random_uuid(),
        };
        let handler = match &self.handler {
            Ok(handler) => handler,
            Err(error) => return unusable(error, &head),
        };
        let awaiting = match handler.open(&head) {
            Opened::Respond(response) => {
                if method != "GET" && method != "HEAD" {
                    read_away(&mut request).await;
                }
                return response;
            }
            Opened::AwaitBody(awaiting) => awaiting,
        };
        match awaiting.read(&body(&mut request, head.content_length.is_some()).await) {
            Step::Respond(response) => response,
            Step::Lookup(pending) => self.look_up(pending, context).await,
        }
    }

    async fn look_up(&self, pending: Pending<'_>, context: &Context) -> Response {
        let Some(cache) = &self.cache else { return pending.bypass() };
        let answer = match kept(cache, pending.key()).await {
            Some(value) => pending.hit(value),
            None => pending.miss(),
        };
        if let Some((key, value)) = answer.keep {
            let cache = cache.clone();
            // After the response; a failure costs a hit, not an answer.
            context.wait_until(async move {
                if let Ok(put) = cache.put(&key, value) {
                    let _ = put.expiration_ttl(KEPT_SECONDS).execute().await;
                }
            });
        }
        answer.response
    }
}

/// The body, or as much of it as shows that it is too long.
async fn body(request: &mut Request, length_was_checked: bool) -> Vec<u8> {
    if length_was_checked {
        return request.bytes().await.unwrap_or_default();
    }
    stream(request).await
}

/// Takes what is still being sent, for a while.
async fn read_away(request: &mut Request) {
    let late = pin!(Delay::from(READ_AWAY_TIME));
    select(pin!(stream(request)), late).await;
}

/// The same, counted while it comes.
async fn stream(request: &mut Request) -> Vec<u8> {
    let (mut bytes, mut read) = (Vec::new(), 0);
    // No stream means no body; a broken one belongs to somebody who has gone.
    if let Ok(mut stream) = request.stream() {
        while let Some(Ok(chunk)) = stream.next().await {
            read += chunk.len();
            if bytes.len() <= BODY_LIMIT {
                bytes.extend_from_slice(&chunk);
            }
            if read > READ_AWAY {
                break;
            }
        }
    }
    bytes
}

/// What is kept under a key, if it comes in time.
async fn kept(cache: &KvStore, key: &str) -> Option<Vec<u8>> {
    let value = pin!(cache.get(key).bytes());
    let late = pin!(Delay::from(PATIENCE));
    match select(value, late).await {
        Either::Left((value, _)) => value.ok().flatten(),
        Either::Right(_) => None,
    }
}
