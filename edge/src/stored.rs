//! `GET /v1/customers/{id}`: what was computed for a customer last night and put into KV by `trainer predict --kv`.

use crate::handler::{Asked, Found, Lookup, Step};
use crate::problem::{Kind, Problem};
use crate::response::Response;

/// The longest id, in bytes.
const LONGEST_ID: usize = 256;

/// A customer whose answer may have been computed.
#[derive(Debug)]
pub struct Stored<'h> {
    asked: Asked<'h>,
    key: String,
}

impl<'h> Stored<'h> {
    /// Where the answer would be.
    pub(crate) fn find(asked: Asked<'h>) -> Result<Step<'h>, Problem> {
        let config = &asked.handler.config;
        let id =
            decoded(asked.argument).filter(|id| id.len() <= LONGEST_ID && !id.trim().is_empty());
        let secret = config.cache.secret.as_ref().filter(|_| config.has_customers);
        // Without a store, or with an id that nobody can have, there is nothing of the customer.
        let (Some(id), Some(secret)) = (id, secret) else { return Err(unknown()) };
        let key = secret.customer_key(asked.caller.tenant(), &id);
        Ok(Step::Look(Lookup::Stored(Self { asked, key })))
    }

    /// Under which key: 64 hexadecimal digits.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The answer, if it is there and this deployment's.
    pub(crate) fn found(self, found: &Found) -> Step<'h> {
        let Asked { handler, head, .. } = self.asked;
        let secret = handler.config.cache.secret.as_ref();
        match found {
            Found::Late | Found::Failed => {
                let detail = "Ask again in a second, or POST the customer's data to /v1/segment.";
                let problem = Problem::new(Kind::StoreUnavailable, detail);
                let response =
                    Response::problem(&problem, head.request_id).with("Retry-After", "1");
                self.asked.done(response)
            }
            Found::Nothing => self.unknown("absent"),
            Found::Value(kept) => match secret.and_then(|secret| secret.open(&self.key, kept)) {
                None => self.unknown("unreadable"),
                Some(reply) => {
                    self.asked.done(Response::ok("application/json", reply, head.request_id))
                }
            },
        }
    }
}

/// What nobody but whoever runs the service may tell apart: the log does.
impl<'h> Stored<'h> {
    fn unknown(&self, why: &str) -> Step<'h> {
        let response = Response::problem(&unknown(), self.asked.head.request_id);
        let mut outcome = self.asked.outcome(response);
        outcome.add("stored", why);
        Step::Done(outcome)
    }
}

fn unknown() -> Problem {
    Problem::new(
        Kind::UnknownCustomer,
        "POST the customer's data to /v1/segment, which answers for anybody.",
    )
}

/// Percent-decoded text (RFC 3986, 2.1); `None` where it is not UTF-8, or a percent sign stands alone.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_decoded_or_nobody_s() {
        assert_eq!(decoded("a%20b%C3%A9+%25").as_deref(), Some("a bé+%"));
        for broken in ["%", "%2", "%zz", "%ff", "a%+1"] {
            assert_eq!(decoded(broken), None, "{broken}");
        }
    }
}
