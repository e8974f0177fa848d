//! `POST /v1/segment`: one customer's answer, computed or kept.

use std::borrow::Cow;

use shared::secret::{Signable, SignatureError};
use shared::{Artifact, Record, Reply};

use crate::cache::Memory;
use crate::config::{AccessConfig, Experiment};
use crate::counters::{Answered, CacheState};
use crate::customer::{Customer, UnknownFields};
use crate::handler::{Asked, Found, Head, Lookup, Step};
use crate::models::{Models, Variant};
use crate::outcome::{Kept, Outcome};
use crate::problem::{Kind, Problem};
use crate::response::{Response, name_list};

/// The asker wants reasons.
const EXPLAIN: u8 = 1;
/// The customer is held out of recommendations.
const HELD_OUT: u8 = 2;

/// For how long an isolate keeps what it found in KV: it does not know when that was put there.
const REMEMBERED_SECONDS: u32 = 600;

/// Whether the query asks for reasons.
///
/// # Errors
/// When it says so in other words, or twice. Parameters of other names are nobody's business.
pub(crate) fn explain(query: &str) -> Result<bool, Problem> {
    match values(query, "explain").as_slice() {
        [] | ["false"] => Ok(false),
        ["true"] => Ok(true),
        _ => Err(Problem::new(Kind::BadQuery, "Write `explain=true` or `explain=false`, once.")),
    }
}

/// The values of a parameter.
pub(crate) fn values<'q>(query: &'q str, name: &str) -> Vec<&'q str> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(|(known, _)| *known == name).map(|(_, value)| value).collect()
}

/// Refuses a request that is not signed although its key demands it; one without a body is signed as one with an
/// empty body.
pub(crate) fn verify(asked: Asked, body: &[u8]) -> Result<(), Problem> {
    let (AccessConfig::Keys { secret, .. }, Some(key_id), true) =
        (&asked.handler.config.access, asked.caller.key_id(), asked.caller.is_signed())
    else {
        return Ok(());
    };
    let Head { method, path, query, subject, signature, now_ms, .. } = asked.head;
    let path =
        if query.is_empty() { Cow::Borrowed(path) } else { [path, "?", query].concat().into() };
    let subject = subject.unwrap_or_default();
    let signable = Signable { method, path: &path, subject, body };
    secret.signing_key(key_id).verify(signable, signature, now_ms / 1000).map_err(|error| {
        let why = match error {
            SignatureError::Missing => "There is none.",
            SignatureError::Malformed => "It cannot be read.",
            SignatureError::Expired => "It has expired: sign again, and compare clocks.",
            SignatureError::TooFarAhead => "It would be good for too long: an hour at most.",
            SignatureError::Wrong => "It is of another request or another key.",
        };
        let form = "Send `Wedge-Signature: expires=<unix seconds>, v1=<64 hexadecimal digits>`.";
        Problem::new(Kind::BadSignature, format!("{why} {form}"))
    })
}

/// A checked customer whose answer may have been kept.
#[derive(Debug)]
pub struct Pending<'h> {
    asked: Asked<'h>,
    models: &'h Models,
    variant: Variant,
    customer: Customer,
    /// The same customer as the second model sees them, where it is asked in the shadow.
    shadow: Option<Record>,
    flags: u8,
    key: String,
}

impl<'h> Pending<'h> {
    /// Checks a body, and looks into the isolate's memory.
    pub(crate) fn read(asked: Asked<'h>, explain: bool, body: &[u8]) -> Result<Step<'h>, Problem> {
        let handler = asked.handler;
        let models = handler.models.as_ref()?;
        let unknown = handler.config.unknown_fields;
        let (variant, customer) = models.customer(&handler.config, asked.head.subject, body)?;
        let is_shadowed = handler.config.experiment == Experiment::Shadow && !asked.head.opts_out();
        let shadow = models.usable_challenger().filter(|_| is_shadowed);
        let shadow = shadow.and_then(|model| Customer::read(model, unknown, body).ok());
        let playbook = &models.of(variant).model().parts().playbook;
        let is_held_out = asked.head.subject.is_some_and(|subject| playbook.holds_out(subject));
        let flags = if explain { EXPLAIN } else { 0 } | if is_held_out { HELD_OUT } else { 0 };
        let shadow = shadow.map(|customer| customer.record);
        let pending = Self { asked, models, variant, customer, shadow, flags, key: String::new() };
        Ok(pending.look())
    }

    /// What is known already, or where to look.
    fn look(mut self) -> Step<'h> {
        let config = &self.asked.handler.config.cache;
        let Some(secret) =
            config.secret.as_ref().filter(|_| config.memory && !self.asked.head.opts_out())
        else {
            return self.bypass();
        };
        let model = self.models.of(self.variant).id();
        self.key =
            secret.reply_key(model, self.asked.caller.tenant(), self.flags, &self.customer.record);
        let now_ms = self.asked.head.now_ms;
        let mut state = self.asked.handler.state();
        if let Some(reply) = state.memory.get(&self.key, now_ms) {
            drop(state);
            return Step::Done(self.respond(reply, CacheState::MemoryHit, None));
        }
        let is_resting = config.kv && !state.breaker.lets_ask(now_ms);
        drop(state);
        if config.kv && !is_resting {
            return Step::Look(Lookup::Reply(self));
        }
        let reply = self.compute();
        self.remember(&reply.text, None);
        let state = if is_resting { CacheState::KvRests } else { CacheState::MemoryMiss };
        Step::Done(self.respond(reply.text, state, reply.agrees))
    }

    /// Under which key an answer may have been kept: 64 hexadecimal digits.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// What was kept is used if this deployment kept it under this key, else it is a miss.
    pub(crate) fn found(self, found: &Found) -> Step<'h> {
        let handler = self.asked.handler;
        match found {
            Found::Failed | Found::Late => handler.state().breaker.failed(self.asked.head.now_ms),
            _ => handler.state().breaker.answered(),
        }
        let secret = handler.config.cache.secret.as_ref();
        let opened = match (found, secret) {
            (Found::Value(kept), Some(secret)) => secret.open(&self.key, kept),
            _ => None,
        };
        if let Some(reply) = opened {
            self.remember(&reply, Some(REMEMBERED_SECONDS));
            return Step::Done(self.respond(reply, CacheState::KvHit, None));
        }
        let reply = self.compute();
        self.remember(&reply.text, None);
        let keep = secret.filter(|_| *found != Found::Failed).map(|secret| Kept {
            key: self.key.clone(),
            value: secret.seal(&self.key, &reply.text),
            seconds: handler.config.cache.ttl,
        });
        let mut outcome = self.respond(reply.text, CacheState::KvMiss, reply.agrees);
        outcome.keep = keep;
        Step::Done(outcome)
    }

    fn bypass(self) -> Step<'h> {
        let reply = self.compute();
        Step::Done(self.respond(reply.text, CacheState::Bypass, reply.agrees))
    }

    /// Keeps an answer in memory, for as long as answers are kept but at most for `most` seconds.
    fn remember(&self, reply: &str, most: Option<u32>) {
        let Asked { handler, head, .. } = self.asked;
        let seconds = [handler.config.cache.ttl, most].into_iter().flatten().min();
        let memory: &mut Memory = &mut handler.state().memory;
        memory.put(&self.key, reply, head.now_ms, seconds);
    }

    fn compute(&self) -> Computed {
        let reply = self.reply(self.models.of(self.variant), &self.customer.record);
        let shadow = self.models.usable_challenger().zip(self.shadow.as_ref());
        let agrees = shadow.map(|(model, record)| agree(&reply, &self.reply(model, record)));
        Computed { text: reply.to_json(), agrees }
    }

    fn reply<'m>(&self, artifact: &'m Artifact, record: &Record) -> Reply<'m> {
        let explains = self.flags & EXPLAIN != 0;
        let reply = if explains { artifact.recommend(record) } else { artifact.answer(record) };
        if self.flags & HELD_OUT == 0 { reply } else { reply.held_out() }
    }

    fn respond(&self, body: String, cache: CacheState, agrees: Option<bool>) -> Outcome {
        let artifact = self.models.of(self.variant);
        let Asked { handler, head, .. } = self.asked;
        let mut response = Response::ok("application/json", body, head.request_id)
            .with("Cache-Status", cache.header());
        if handler.config.experiment.is_on() {
            response = response.with("Wedge-Variant", self.variant.as_str());
        }
        // From the record alone, as the answer is: a hit says the same.
        for (header, names) in [
            ("Wedge-Ignored", self.customer.ignored.iter().map(String::as_str).collect()),
            ("Wedge-Imputed", self.customer.imputed(artifact)),
            ("Wedge-Other", self.customer.others(artifact)),
        ] {
            let names: Vec<&str> = names;
            if !names.is_empty() {
                response = response.with(header, name_list(&names));
            }
        }
        let mut outcome = self.asked.outcome(response);
        outcome.trace(cache, self.variant);
        let Outcome { point, response, .. } = &mut outcome;
        *point = point.take().map(|point| {
            let (record, variant) = (&self.customer.record, self.variant);
            let reply = &response.body;
            let answered = Answered { artifact, record, reply, cache, variant, agrees };
            point.of_customer(answered, head.request_id)
        });
        outcome
    }
}

/// An answer, and whether the second model gives the same.
struct Computed {
    text: String,
    agrees: Option<bool>,
}

/// Whether two models say the same segment, by its id, and the same recommendations, by their titles.
fn agree(one: &Reply<'_>, other: &Reply<'_>) -> bool {
    fn titles<'r>(reply: &'r Reply<'_>) -> impl Iterator<Item = &'r str> {
        reply.answer().recommendations.iter().map(|given| given.title.as_str())
    }
    one.segment_id() == other.segment_id() && titles(one).eq(titles(other))
}

/// A customer's answer as JSON text, equal to the byte to the Worker's, from a model that nobody else is asked beside.
///
/// # Errors
/// As [`Customer::read`].
pub fn reply(
    artifact: &Artifact,
    unknown: UnknownFields,
    explain: bool,
    body: &[u8],
) -> Result<String, Problem> {
    let Customer { record, .. } = Customer::read(artifact, unknown, body)?;
    let reply = if explain { artifact.recommend(&record) } else { artifact.answer(&record) };
    Ok(reply.to_json())
}
