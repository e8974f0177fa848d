//! The one handler behind every face: what to answer, in which order to look, what to keep.
//!
//! It performs no input or output. Where it needs something it says so, and the adapter brings it:
//! ```text
//! head -> open -> Step: Done(Outcome)                     send it
//!                       Rate(..)     -> decided(..)       ask the rate limiter for this key
//!                       Body(..)     -> read(bytes)       read the body, at most so much of it
//!                       Look(..)     -> found(..)         look into a KV namespace, and give up after a while
//! ```
//! The order of checks is path, method, key, rate, query, media type, size, signature, UTF-8, JSON, schema; only a
//! customer that passed them all is looked up, so that every spelling shares one entry and nothing rejected is kept.

use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::{Artifact, ArtifactError};

use crate::access::{self, Caller};
use crate::batch;
use crate::cache::{Breaker, Memory};
use crate::config::Config;
use crate::customer::refuse_over;
use crate::documents;
use crate::models::Models;
use crate::outcome::{Outcome, Trace};
use crate::problem::{Kind, Problem};
use crate::response::Response;
use crate::route::{BATCH_LIMIT, BODY_LIMIT, Route};
use crate::segment::{self, Pending};
use crate::stored::Stored;

/// What is known of a request before its body.
#[derive(Debug, Clone, Copy, Default)]
pub struct Head<'r> {
    /// In capitals, as sent.
    pub method: &'r str,
    /// Without the query.
    pub path: &'r str,
    /// What stands behind the first question mark.
    pub query: &'r str,
    /// Under which the request can be found again; in visible ASCII.
    pub request_id: &'r str,
    /// Milliseconds since 1970.
    pub now_ms: u64,
    /// `Authorization`
    pub authorization: Option<&'r str>,
    /// `Origin`
    pub origin: Option<&'r str>,
    /// `Content-Type`
    pub content_type: Option<&'r str>,
    /// `Content-Length`, if it is a number.
    pub content_length: Option<u64>,
    /// `If-None-Match`
    pub if_none_match: Option<&'r str>,
    /// `Access-Control-Request-Method`
    pub requested_method: Option<&'r str>,
    /// `Wedge-Subject`: who the customer is, for experiments; neither kept nor logged.
    pub subject: Option<&'r str>,
    /// `Wedge-Signature`
    pub signature: Option<&'r str>,
    /// `Wedge-Opt-Out`
    pub opt_out: Option<&'r str>,
}

impl Head<'_> {
    /// Whether nothing of the request may be kept or counted.
    pub(crate) fn opts_out(&self) -> bool {
        self.opt_out.is_some_and(|word| word.trim() != "0")
    }
}

/// Models, and how to answer with them.
#[derive(Debug)]
pub struct Handler {
    pub(crate) models: Result<Models, ArtifactError>,
    pub(crate) config: Config,
    state: Mutex<State>,
}

/// What an isolate remembers from one request to the next.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) memory: Memory,
    pub(crate) breaker: Breaker,
}

/// What comes next.
#[derive(Debug)]
pub enum Step<'h> {
    /// Send this.
    Done(Outcome),
    /// Ask the rate limiter.
    Rate(Rated<'h>),
    /// Read the body.
    Body(AwaitingBody<'h>),
    /// Look into a store.
    Look(Lookup<'h>),
}

/// A request that has passed what its head alone can fail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'h> {
    pub(crate) handler: &'h Handler,
    pub(crate) head: Head<'h>,
    pub(crate) route: Route,
    /// What stands in the place of the route's braces.
    pub(crate) argument: &'h str,
    pub(crate) caller: Caller<'h>,
}

impl Handler {
    /// A handler around artifacts' bytes; no bytes of a second one are none. Models that cannot be used are told to
    /// whoever asks.
    pub fn new(champion: &[u8], challenger: &[u8], config: Config) -> Self {
        let models = Models::decode(champion, challenger);
        Self { models, config, state: Mutex::default() }
    }

    /// The model that answers.
    ///
    /// # Errors
    /// When it is not an artifact that gives here the answers it gave in training.
    pub fn artifact(&self) -> Result<&Artifact, ArtifactError> {
        self.models.as_ref().map(|models| &models.champion).map_err(|error| *error)
    }

    /// Looks at everything that comes before the body.
    pub fn open<'h>(&'h self, head: Head<'h>) -> Step<'h> {
        let refused = |trace, problem: &Problem| {
            Outcome::new(self, &head, trace, Response::problem(problem, head.request_id))
        };
        let Some((route, argument)) = Route::find(head.path) else {
            let detail = "POST /v1/segment answers; GET /openapi.json describes everything.";
            let mut outcome = refused(Trace::default(), &Problem::new(Kind::NotFound, detail));
            outcome.response = documents::linked(outcome.response);
            return Step::Done(outcome);
        };
        let trace = Trace { route: Some(route), ..Trace::default() };
        if head.method == "OPTIONS" {
            return Step::Done(Outcome::new(self, &head, trace, access::options(route, &head)));
        }
        let allow = route.allow();
        if !route.takes(head.method) {
            let problem = Problem::new(Kind::MethodNotAllowed, format!("Use {allow}."));
            let response = Response::problem(&problem, head.request_id).with("Allow", allow);
            return Step::Done(Outcome::new(self, &head, trace, response));
        }
        let caller = match access::admit(&self.config, route, &head) {
            Ok(caller) => caller,
            Err((caller, problem)) => {
                let key_id = caller.key_id();
                let trace = Trace { key_id, is_known: key_id.is_some(), ..trace };
                return Step::Done(refused(trace, &problem));
            }
        };
        // A header without a word in it names nobody: else all of them would be one customer.
        let subject = head.subject.map(str::trim).filter(|subject| !subject.is_empty());
        let head = Head { subject, ..head };
        let asked = Asked { handler: self, head, route, argument, caller };
        match (caller, self.config.rate_period) {
            (Caller::Holder(key), Some(period)) => {
                Step::Rate(Rated { asked, key_id: &key.id, period })
            }
            _ => asked.admitted(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in it is needed: what a panic left behind is as good as anything.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'h> Asked<'h> {
    /// What follows once key and rate are settled.
    fn admitted(self) -> Step<'h> {
        let next = match self.route {
            Route::Segment => self.awaiting(BODY_LIMIT, &["application/json"]),
            Route::Segments => self.awaiting(BATCH_LIMIT, &batch::MEDIA_TYPES),
            Route::Customer => segment::verify(self, &[]).and_then(|()| Stored::find(self)),
            _ => Ok(self.done(documents::get(self))),
        };
        next.unwrap_or_else(|problem| self.refuse(&problem))
    }

    /// Waits for a body of at most `limit` bytes.
    fn awaiting(self, limit: usize, media_types: &[&str]) -> Result<Step<'h>, Problem> {
        let explain = segment::explain(self.head.query)?;
        if explain {
            self.caller.require(shared::secret::Scope::Explain)?;
        }
        let essence = self.head.content_type.map(essence);
        let is_known = essence.as_deref().is_some_and(|essence| media_types.contains(&essence));
        if !is_known {
            let detail = format!("Send the header `Content-Type: {}`.", media_types.join("` or `"));
            let problem = Problem::new(Kind::UnsupportedMediaType, detail);
            let response = Response::problem(&problem, self.head.request_id)
                .with("Accept-Post", media_types.join(", "));
            return Ok(self.done(response));
        }
        let stated = self.head.content_length;
        refuse_over(limit, stated.unwrap_or_default())?;
        Ok(Step::Body(AwaitingBody { asked: self, explain, limit }))
    }

    pub(crate) fn refuse(self, problem: &Problem) -> Step<'h> {
        self.done(Response::problem(problem, self.head.request_id))
    }

    pub(crate) fn done(self, response: Response) -> Step<'h> {
        Step::Done(self.outcome(response))
    }

    pub(crate) fn outcome(self, response: Response) -> Outcome {
        let key_id = self.caller.key_id();
        let trace = Trace { route: Some(self.route), key_id, is_known: true };
        Outcome::new(self.handler, &self.head, trace, response)
    }
}

/// A request whose key may have been used too often.
#[derive(Debug)]
pub struct Rated<'h> {
    asked: Asked<'h>,
    key_id: &'h str,
    period: u32,
}

impl<'h> Rated<'h> {
    /// What is counted by.
    pub fn key_id(&self) -> &'h str {
        self.key_id
    }

    /// Goes on, or not. A limiter that fails refuses nobody.
    pub fn decided(self, is_within: bool) -> Step<'h> {
        if is_within {
            return self.asked.admitted();
        }
        let Self { asked, period, .. } = self;
        let detail = format!("Ask again in {period} seconds, and less often.");
        let problem = Problem::new(Kind::TooManyRequests, detail);
        let response = Response::problem(&problem, asked.head.request_id);
        asked.done(response.with("Retry-After", period.to_string()))
    }
}

/// A request whose body has not been read.
#[derive(Debug)]
pub struct AwaitingBody<'h> {
    asked: Asked<'h>,
    explain: bool,
    limit: usize,
}

impl<'h> AwaitingBody<'h> {
    /// More bytes than this need not be read: one more shows that the body is too long.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Checks the body.
    pub fn read(self, body: &[u8]) -> Step<'h> {
        let Self { asked, explain, limit } = self;
        let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
        let next =
            refuse_over(limit, length).and_then(|()| segment::verify(asked, body)).and_then(|()| {
                match asked.route {
                    Route::Segments => batch::answer(asked, explain, body),
                    _ => Pending::read(asked, explain, body),
                }
            });
        next.unwrap_or_else(|problem| asked.refuse(&problem))
    }
}

/// Which store is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// Answers already given.
    Cache,
    /// Last night's answers by customer.
    Customers,
}

/// What a store has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This.
    Value(Vec<u8>),
    /// Nothing under the key.
    Nothing,
    /// It did not answer in time.
    Late,
    /// It failed.
    Failed,
}

/// A request that waits for what a store has.
#[derive(Debug)]
pub enum Lookup<'h> {
    /// A checked customer whose answer may have been kept.
    Reply(Pending<'h>),
    /// A customer's answer of last night.
    Stored(Stored<'h>),
}

impl<'h> Lookup<'h> {
    /// Where to look.
    pub fn store(&self) -> Store {
        match self {
            Self::Reply(_) => Store::Cache,
            Self::Stored(_) => Store::Customers,
        }
    }

    /// Under which key: 64 hexadecimal digits.
    pub fn key(&self) -> &str {
        match self {
            Self::Reply(pending) => pending.key(),
            Self::Stored(stored) => stored.key(),
        }
    }

    /// How long to wait, in milliseconds. The cache is a help: later than this it is a miss. Last night's answers are
    /// what was asked for.
    pub fn patience_ms(&self) -> u32 {
        match self {
            Self::Reply(_) => 25,
            Self::Stored(_) => 2000,
        }
    }

    /// Goes on with what was found.
    pub fn found(self, found: &Found) -> Step<'h> {
        match self {
            Self::Reply(pending) => pending.found(found),
            Self::Stored(stored) => stored.found(found),
        }
    }
}

/// The media type without its parameters, in lower case: JSON has no others than UTF-8 (RFC 8259, 8.1).
pub(crate) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
