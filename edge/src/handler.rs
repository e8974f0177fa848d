//! The one handler behind every face: what to answer, in which order to look, what to keep.
//!
//! It performs no input or output. Where it needs something it says so, and the adapter brings it:
//! ```text
//! head -> open --+-> Respond
//!                +-> AwaitingBody -> read(body) --+-> Respond
//!                                                 +-> Lookup(Pending) -> hit(bytes) | miss() | bypass()
//! ```
//! The order of checks is path, method, media type, size, UTF-8, JSON, schema; only a customer that passed
//! them all is looked up, so that every spelling shares one entry and nothing rejected is kept.

use shared::cache_key::CacheSecret;
use shared::{Artifact, ArtifactError};

use crate::customer::{Customer, UnknownFields, refuse_over_limit};
use crate::problem::{Kind, Problem};
use crate::response::{Response, name_list};

/// What a deployment chooses.
#[derive(Debug, Default)]
pub struct Config {
    /// Digests cache keys; without it nothing is cached.
    pub secret: Option<CacheSecret>,
    /// What becomes of fields that the model does not know.
    pub unknown_fields: UnknownFields,
}

impl Config {
    /// From the text of the deployment's settings, where they are set.
    pub fn from_settings(cache_secret: Option<&str>, unknown_fields: Option<&str>) -> Self {
        let reject = unknown_fields.is_some_and(|word| word.eq_ignore_ascii_case("reject"));
        Self {
            secret: cache_secret.and_then(|secret| CacheSecret::new(secret.as_bytes())),
            unknown_fields: if reject { UnknownFields::Reject } else { UnknownFields::Ignore },
        }
    }
}

/// What is known of a request before its body.
#[derive(Debug, Clone, Copy)]
pub struct Head<'r> {
    /// In capitals, as sent.
    pub method: &'r str,
    /// Without the query.
    pub path: &'r str,
    /// The header, if any.
    pub content_type: Option<&'r str>,
    /// The header, if it is there and a number.
    pub content_length: Option<u64>,
    /// Under which the request can be found again; in visible ASCII.
    pub request_id: &'r str,
}

/// A model and how to answer with it.
#[derive(Debug)]
pub struct Handler {
    artifact: Artifact,
    config: Config,
}

/// What follows from a request's head.
#[derive(Debug)]
pub enum Opened<'h> {
    /// The answer needs no body.
    Respond(Response),
    /// The body is needed.
    AwaitBody(AwaitingBody<'h>),
}

/// A request for a segment whose body has not been read.
#[derive(Debug)]
pub struct AwaitingBody<'h> {
    handler: &'h Handler,
    request_id: &'h str,
}

/// What follows from a request's body.
#[derive(Debug)]
pub enum Step<'h> {
    /// The answer needs no cache.
    Respond(Response),
    /// An answer may have been kept.
    Lookup(Pending<'h>),
}

/// A checked customer whose answer may have been kept.
#[derive(Debug)]
pub struct Pending<'h> {
    handler: &'h Handler,
    request_id: &'h str,
    customer: Customer,
    key: String,
}

/// An answer, and what to keep of it once it is sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// To be sent.
    pub response: Response,
    /// Key and value to be kept, unless they are kept already.
    pub keep: Option<(String, String)>,
}

#[derive(Clone, Copy)]
enum Route {
    Segment,
    Schema,
    Model,
    Health,
}

impl Route {
    fn from_path(path: &str) -> Option<Self> {
        match path {
            "/v1/segment" => Some(Self::Segment),
            "/v1/schema" => Some(Self::Schema),
            "/v1/model" => Some(Self::Model),
            "/healthz" => Some(Self::Health),
            _ => None,
        }
    }

    fn allow(self) -> &'static str {
        match self {
            Self::Segment => "POST",
            Self::Schema | Self::Model | Self::Health => "GET, HEAD",
        }
    }
}

impl Handler {
    /// A handler around an artifact's bytes.
    ///
    /// # Errors
    /// When they are not an artifact that gives here the answers it gave in training.
    pub fn load(bytes: &[u8], config: Config) -> Result<Self, ArtifactError> {
        Ok(Self { artifact: Artifact::decode(bytes)?, config })
    }

    /// The model.
    pub fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    /// What becomes of fields that the model does not know.
    pub fn unknown_fields(&self) -> UnknownFields {
        self.config.unknown_fields
    }

    /// Looks at everything that comes before the body.
    pub fn open<'h>(&'h self, head: &Head<'h>) -> Opened<'h> {
        match self.route(head) {
            Ok(Opened::Respond(response)) | Err(response) => {
                Opened::Respond(for_method(response, head))
            }
            Ok(awaiting) => awaiting,
        }
    }

    fn route<'h>(&'h self, head: &Head<'h>) -> Result<Opened<'h>, Response> {
        let refuse = |problem: &Problem| Response::problem(problem, head.request_id);
        let Some(route) = Route::from_path(head.path) else {
            let detail = "POST /v1/segment answers; GET /v1/schema says what to send.";
            return Err(refuse(&Problem::new(Kind::NotFound, detail)));
        };
        let allow = route.allow();
        if !allow.split(", ").any(|method| method == head.method) {
            let problem = Problem::new(Kind::MethodNotAllowed, format!("Use {allow}."));
            return Err(refuse(&problem).with("Allow", allow));
        }
        let ok = |media_type, body| Response::ok(media_type, body, head.request_id);
        Ok(Opened::Respond(match route {
            Route::Schema => ok("application/schema+json", self.artifact.json_schema()),
            Route::Model => ok("application/json", self.artifact.card().to_json()),
            Route::Health => {
                let model = self.artifact.id().to_hex();
                ok("application/json", format!(r#"{{"status":"ok","model":"{model}"}}"#))
            }
            Route::Segment => {
                if !head.content_type.is_some_and(is_json) {
                    let detail = "Send the header `Content-Type: application/json`.";
                    let problem = Problem::new(Kind::UnsupportedMediaType, detail);
                    return Err(refuse(&problem).with("Accept-Post", "application/json"));
                }
                if let Some(length) = head.content_length {
                    refuse_over_limit(length).map_err(|problem| refuse(&problem))?;
                }
                let request_id = head.request_id;
                return Ok(Opened::AwaitBody(AwaitingBody { handler: self, request_id }));
            }
        }))
    }

    /// The answer to a body, as `POST /v1/segment` gives it.
    ///
    /// # Errors
    /// As [`Customer::read`].
    pub fn reply(&self, body: &[u8]) -> Result<String, Problem> {
        let customer = Customer::read(&self.artifact, self.config.unknown_fields, body)?;
        Ok(self.artifact.recommend(&customer.record).to_json())
    }
}

impl<'h> AwaitingBody<'h> {
    /// Checks the body; more than [`BODY_LIMIT`](crate::customer::BODY_LIMIT) bytes of it need not be read.
    pub fn read(self, body: &[u8]) -> Step<'h> {
        let Self { handler, request_id } = self;
        let config = &handler.config;
        let customer = match Customer::read(&handler.artifact, config.unknown_fields, body) {
            Ok(customer) => customer,
            Err(problem) => return Step::Respond(Response::problem(&problem, request_id)),
        };
        let model = handler.artifact.id();
        let key = config.secret.as_ref().map(|secret| secret.key(model, &customer.record));
        let is_cached = key.is_some();
        let pending = Pending { handler, request_id, customer, key: key.unwrap_or_default() };
        if is_cached { Step::Lookup(pending) } else { Step::Respond(pending.bypass()) }
    }
}

impl Pending<'_> {
    /// Under which key an answer may have been kept: 64 hexadecimal digits.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// A value was kept. It is used if this deployment kept it under this key, else it is a miss.
    pub fn hit(self, kept: Vec<u8>) -> Answer {
        let secret = self.handler.config.secret.as_ref();
        match secret.and_then(|secret| secret.open(&self.key, kept)) {
            Some(body) => Answer { response: self.respond(body, "kv; hit"), keep: None },
            None => self.miss(),
        }
    }

    /// No value was kept, or it did not come in time.
    pub fn miss(self) -> Answer {
        let body = self.compute();
        let secret = self.handler.config.secret.as_ref();
        let keep = secret.map(|secret| (self.key.clone(), secret.sign(&self.key, &body)));
        Answer { keep, response: self.respond(body, "kv; fwd=miss") }
    }

    /// There is no cache to look into.
    pub fn bypass(self) -> Response {
        let body = self.compute();
        self.respond(body, "kv; fwd=bypass")
    }

    fn compute(&self) -> String {
        self.handler.artifact.recommend(&self.customer.record).to_json()
    }

    fn respond(&self, body: String, cache_status: &'static str) -> Response {
        let response = Response::ok("application/json", body, self.request_id)
            .with("Cache-Status", cache_status);
        // From the record alone, as the answer is: a hit says the same.
        let others = self.customer.others(&self.handler.artifact);
        let ignored: Vec<&str> = self.customer.ignored.iter().map(String::as_str).collect();
        let lists = [("Wedge-Ignored", ignored), ("Wedge-Other", others)];
        lists
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .fold(response, |response, (header, names)| response.with(header, name_list(&names)))
    }
}

/// What a face answers, whatever is asked, when its model cannot be used.
pub fn unusable(error: &ArtifactError, head: &Head) -> Response {
    for_method(Response::problem(&Problem::from(error), head.request_id), head)
}

fn for_method(response: Response, head: &Head) -> Response {
    if head.method == "HEAD" { response.without_body() } else { response }
}

/// `application/json`, whatever its parameters say: JSON has no others than UTF-8 (RFC 8259, 8.1).
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests;
