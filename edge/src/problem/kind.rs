//! The kinds of refusal: one table gives each its status, slug, title and what to know of it.

/// The kinds of refusal; one table gives each its status, slug and title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No such path.
    NotFound,
    /// The path takes other methods.
    MethodNotAllowed,
    /// The body is announced as something else than JSON.
    UnsupportedMediaType,
    /// The body is larger than a customer can be.
    TooLarge,
    /// A batch has more customers than one may have.
    TooManyRows,
    /// The query says what cannot be read.
    BadQuery,
    /// The body is not text.
    NotUtf8,
    /// The body is not JSON.
    NotJson,
    /// The body is JSON, but not an object.
    NotAnObject,
    /// Arrays or objects stand in each other more deeply than anybody needs.
    TooDeep,
    /// The body is JSON, but not an array.
    NotAnArray,
    /// A field stands twice.
    DuplicateField,
    /// The customer does not fit the model's schema.
    InvalidCustomer,
    /// No key, or none that is in force.
    Unauthorized,
    /// The key has not the scope.
    MissingScope,
    /// The key is for pages of other origins.
    ForbiddenOrigin,
    /// The key demands a signature, and there is no good one.
    BadSignature,
    /// Nothing is kept of this customer.
    UnknownCustomer,
    /// There is no second model.
    NoChallenger,
    /// The key has asked too often.
    TooManyRequests,
    /// The service failed.
    Internal,
    /// The model that was deployed cannot be used.
    ModelUnusable,
    /// The deployment is not set up.
    NotConfigured,
    /// The store of last night's answers does not answer.
    StoreUnavailable,
}

impl Kind {
    /// Every kind, for documents and tests.
    pub const ALL: [Self; 24] = [
        Self::NotFound,
        Self::UnknownCustomer,
        Self::NoChallenger,
        Self::MethodNotAllowed,
        Self::Unauthorized,
        Self::MissingScope,
        Self::ForbiddenOrigin,
        Self::BadSignature,
        Self::TooManyRequests,
        Self::BadQuery,
        Self::UnsupportedMediaType,
        Self::TooLarge,
        Self::TooManyRows,
        Self::NotUtf8,
        Self::NotJson,
        Self::TooDeep,
        Self::NotAnObject,
        Self::NotAnArray,
        Self::DuplicateField,
        Self::InvalidCustomer,
        Self::Internal,
        Self::ModelUnusable,
        Self::NotConfigured,
        Self::StoreUnavailable,
    ];

    const fn row(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::NotFound => (404, "not-found", "There is nothing at this path"),
            Self::MethodNotAllowed => {
                (405, "method-not-allowed", "This path does not take this method")
            }
            Self::TooLarge => (413, "too-large", "The body is too large"),
            Self::UnsupportedMediaType => {
                (415, "unsupported-media-type", "The body must be announced as JSON")
            }
            Self::TooManyRows => (413, "too-many-rows", "The batch has too many customers"),
            Self::BadQuery => (400, "bad-query", "The query cannot be read"),
            Self::TooDeep => (400, "too-deep", "The JSON is nested too deeply"),
            Self::Unauthorized => (401, "unauthorized", "A key is needed"),
            Self::MissingScope => (403, "missing-scope", "The key may not ask this"),
            Self::ForbiddenOrigin => (403, "forbidden-origin", "The key may not be used from here"),
            Self::BadSignature => {
                (403, "bad-signature", "The request is not signed as the key demands")
            }
            Self::UnknownCustomer => (404, "unknown-customer", "Nothing is kept of this customer"),
            Self::NoChallenger => (404, "no-challenger", "There is no second model"),
            Self::TooManyRequests => (429, "too-many-requests", "The key has asked too often"),
            Self::Internal => (500, "internal", "The service failed"),
            Self::NotConfigured => (503, "not-configured", "The service is not set up"),
            Self::StoreUnavailable => {
                (503, "store-unavailable", "The store of answers does not answer")
            }
            Self::NotUtf8 => (400, "not-utf8", "The body is not UTF-8 text"),
            Self::NotJson => (400, "not-json", "The body is not JSON"),
            Self::NotAnObject => (400, "not-an-object", "The body is not a JSON object"),
            Self::NotAnArray => (400, "not-an-array", "The body is not a JSON array"),
            Self::DuplicateField => (400, "duplicate-field", "A field stands twice"),
            Self::InvalidCustomer => {
                (422, "invalid-customer", "The customer does not fit the model")
            }
            Self::ModelUnusable => (503, "model-unusable", "The model cannot be used"),
        }
    }

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        self.row().0
    }

    /// The last part of the problem's `type`; stable across versions.
    pub const fn slug(self) -> &'static str {
        self.row().1
    }

    /// The problem's title: the same for every request refused for this reason.
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// What it means, and what to do about it: for its page, and for the description of the service.
    #[expect(clippy::too_many_lines, reason = "a table")]
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => (
                "No path of this service is spelled like the one that was asked for. Paths have no slash at their \
                 end, and small and capital letters differ.",
                "GET /openapi.json lists every path.",
            ),
            Self::UnknownCustomer => (
                "Last night's batch has no answer for this id, or it is not this key's. An answer of a batch that \
                 was sealed with another secret counts as none.",
                "POST the customer's data to /v1/segment, which answers for anybody, at once.",
            ),
            Self::NoChallenger => (
                "The card of a second model was asked for, and this deployment has one model only, or its second \
                 one cannot be used.",
                "Ask without `which`; GET /healthz says which models there are.",
            ),
            Self::MethodNotAllowed => (
                "The path is right, but it takes other methods.",
                "Use one of the methods that the header `Allow` of this response lists.",
            ),
            Self::Unauthorized => (
                "The request has no API key, or none that is in force. A key that is missing, misspelt, unknown or \
                 revoked is answered alike, so that nobody learns which keys exist.",
                "Send the header `Authorization: Bearer wk_...` with a key from whoever runs this service.",
            ),
            Self::MissingScope => (
                "The key is good, but it may not ask this: `predict` is for single customers, `explain` for \
                 reasons, `batch` for many customers and for last night's answers.",
                "Ask with a key that has the scope which `detail` names.",
            ),
            Self::ForbiddenOrigin => (
                "The key is for pages of certain origins, and the header `Origin` of this request names none of them.",
                "Ask from a page of an allowed origin, or from a server with a key of its own.",
            ),
            Self::BadSignature => (
                "The key demands that each request be signed by the shop's server, and the header `Wedge-Signature` is \
                 missing, of another request, too old, or good for more than an hour.",
                "Sign method, path with query, expiry, `Wedge-Subject` and body anew, and send them unchanged.",
            ),
            Self::TooManyRequests => (
                "The key has asked more often than it may. Requests are counted by key and place, so the limit is \
                 approximate.",
                "Wait for as many seconds as the header `Retry-After` says, and ask less often.",
            ),
            Self::BadQuery => (
                "A parameter of the query has a value that it does not take, or stands twice.",
                "Write `explain=true` or `explain=false`, `which=champion` or `which=challenger`, each once.",
            ),
            Self::UnsupportedMediaType => (
                "The body is announced as something that this path does not read, or as nothing.",
                "Send it with a `Content-Type` that the header `Accept-Post` of this response lists.",
            ),
            Self::TooLarge => (
                "The body, or a customer of a batch, is longer than is taken.",
                "Send the fields of GET /v1/schema only: 16384 bytes a customer, 1048576 bytes a batch.",
            ),
            Self::TooManyRows => (
                "The batch has more customers than this deployment takes at once. None of them was answered.",
                "Send it in parts of at most as many customers as `detail` says.",
            ),
            Self::NotUtf8 => (
                "The body has bytes that are no UTF-8 text; `detail` says where the first of them stands.",
                "Send the JSON text in UTF-8.",
            ),
            Self::NotJson => (
                "The body is not JSON (RFC 8259); `detail` says at which byte reading stopped. Comments, commas \
                 behind the last item and NaN are no JSON.",
                "Write the body with a JSON library.",
            ),
            Self::TooDeep => (
                "Arrays and objects stand more than 16 deep in each other; `detail` says where.",
                "Send the customer as one flat object.",
            ),
            Self::NotAnObject => (
                "The body is JSON, but no object at its top.",
                "Send one customer as one JSON object; many go to /v1/segments.",
            ),
            Self::NotAnArray => (
                "The body is announced as JSON, but is no array at its top.",
                "Send an array of customers, or one a line as `application/x-ndjson`.",
            ),
            Self::DuplicateField => (
                "A field stands twice in one object. Which one counts would be a guess, so none does.",
                "Send the field that `detail` names once.",
            ),
            Self::InvalidCustomer => (
                "The customer is JSON, but does not fit the model. `errors` lists everything that is wrong at once: \
                 where, as a JSON pointer; what, as a code; and what was expected. Values are never repeated.",
                "Correct the fields listed in `errors`; GET /v1/schema describes them all.",
            ),
            Self::Internal => (
                "The service failed. That is its fault and not the request's.",
                "Ask again; if it fails again, tell whoever runs this service the request id.",
            ),
            Self::ModelUnusable => (
                "The model that was deployed is damaged, or gives other answers here than it gave in training. \
                 Rather than give wrong answers, the service gives none.",
                "Show what you show customers of no segment. Whoever runs this service deploys a good model.",
            ),
            Self::NotConfigured => (
                "Whoever runs this service has not finished setting it up.",
                "GET /healthz names the settings that are missing or cannot be read.",
            ),
            Self::StoreUnavailable => (
                "The store of last night's answers failed, or did not answer in time.",
                "Ask again in a second, or POST the customer's data to /v1/segment.",
            ),
        }
    }
}
