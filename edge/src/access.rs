//! Who asks, and what they may: keys, scopes, origins.
//!
//! `Origin` is no proof of anything outside a browser: it keeps other sites' pages from using a shop's
//! publishable key in their visitors' browsers, and nobody else from anything.

use shared::secret::{ApiKey, Scope};

use crate::config::{AccessConfig, Config};
use crate::handler::Head;
use crate::problem::{Kind, Problem};
use crate::response::Response;
use crate::route::{Access, Route};

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Caller<'h> {
    /// Nobody in particular: what is asked is public, or the deployment asks for no keys.
    Anyone,
    /// The holder of a key.
    Holder(&'h ApiKey),
}

impl<'h> Caller<'h> {
    /// Whose answers are kept apart from everybody else's.
    pub(crate) fn tenant(self) -> &'h str {
        match self {
            Self::Anyone => "",
            Self::Holder(key) => &key.tenant,
        }
    }

    /// The key's id; not its secret.
    pub(crate) fn key_id(self) -> Option<&'h str> {
        match self {
            Self::Anyone => None,
            Self::Holder(key) => Some(&key.id),
        }
    }

    /// Whether each request must be signed.
    pub(crate) fn is_signed(self) -> bool {
        matches!(self, Self::Holder(key) if key.signed)
    }

    /// Refuses a scope that the key has not.
    pub(crate) fn require(self, scope: Scope) -> Result<(), Problem> {
        match self {
            Self::Holder(key) if !key.scopes.contains(scope) => Err(Problem::new(
                Kind::MissingScope,
                format!("Ask with a key that has the scope `{}`.", scope.name()),
            )),
            _ => Ok(()),
        }
    }
}

/// Who asks, if they may.
///
/// # Errors
/// One problem, equal to the byte, for a key that is missing, malformed, unknown or revoked; others, with the key's
/// holder, for a good key without the scope, or from another origin than its own.
pub(crate) fn admit<'h>(
    config: &'h Config,
    route: Route,
    head: &Head,
) -> Result<Caller<'h>, (Caller<'h>, Problem)> {
    let scope = match route.access() {
        Access::Public => return Ok(Caller::Anyone),
        Access::AnyKey => None,
        Access::Key(scope) => Some(scope),
    };
    let nobody = |problem| (Caller::Anyone, problem);
    let (ring, secret) = match &config.access {
        _ if !config.unreadable.is_empty() => return Err(nobody(not_configured())),
        AccessConfig::NotConfigured => return Err(nobody(not_configured())),
        AccessConfig::Off => return Ok(Caller::Anyone),
        AccessConfig::Keys { ring, secret } => (ring, secret),
    };
    let key = ring.authenticate(secret, head.authorization).ok_or_else(|| {
        nobody(Problem::new(
            Kind::Unauthorized,
            "Send the header `Authorization: Bearer wk_...` with a key that is in force.",
        ))
    })?;
    let caller = Caller::Holder(key);
    // A page of another site that has come by a publishable key; and a publishable key outside of any page.
    if !key.origins.is_empty() && head.origin.and_then(|origin| key.allows_origin(origin)).is_none()
    {
        let detail = "This key is for pages of certain origins: ask from one of them, or with a server's key.";
        return Err((caller, Problem::new(Kind::ForbiddenOrigin, detail)));
    }
    match scope.map_or(Ok(()), |scope| caller.require(scope)) {
        Ok(()) => Ok(caller),
        Err(problem) => Err((caller, problem)),
    }
}

fn not_configured() -> Problem {
    Problem::new(
        Kind::NotConfigured,
        "Whoever runs this service has not finished setting it up; GET /healthz names what is missing.",
    )
}

/// The answer to `OPTIONS`: which methods there are and, for a page of an allowed origin, which headers.
///
/// A preflight carries no key, so it is answered for the origins of all keys.
pub(crate) fn options(route: Route, head: &Head) -> Response {
    let response = Response::empty(204, head.request_id).with("Allow", route.allow());
    if head.requested_method.is_none() {
        return response;
    }
    response
        .with("Access-Control-Allow-Methods", route.allow())
        .with(
            "Access-Control-Allow-Headers",
            "Authorization, Content-Type, If-None-Match, Wedge-Opt-Out, Wedge-Signature, Wedge-Subject",
        )
        .with("Access-Control-Max-Age", "600")
}

/// Lets a page of an allowed origin read a response. The origin that is written is the deployment's own text of it.
pub(crate) fn share(config: &Config, head: &Head, response: Response) -> Response {
    let AccessConfig::Keys { ring, .. } = &config.access else { return response };
    if !ring.has_origins() {
        return response;
    }
    let response = response.with("Vary", "Origin");
    match head.origin.and_then(|origin| ring.allowed_origin(origin)) {
        None => response,
        Some(origin) => response.with("Access-Control-Allow-Origin", origin.to_owned()).with(
            "Access-Control-Expose-Headers",
            "Cache-Status, ETag, Retry-After, Wedge-Ignored, Wedge-Imputed, Wedge-Other, Wedge-Variant, X-Request-Id",
        ),
    }
}
