//! What there is to ask: one table of paths, their methods, and the scope that a key needs.

use shared::secret::Scope;

use crate::problem::Kind;

/// The largest body of one customer, in bytes: thirty times what a wide model's customer takes.
pub const BODY_LIMIT: usize = 16 << 10;

/// The largest body of a batch, in bytes.
pub const BATCH_LIMIT: usize = 1 << 20;

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// One customer's segment.
    Segment,
    /// Many customers' segments.
    Segments,
    /// What was computed for a customer last night, by the customer's id.
    Customer,
    /// A customer's form.
    Schema,
    /// The model card.
    Model,
    /// The description of all this.
    OpenApi,
    /// Whether answers can be had.
    Health,
    /// Which software answers.
    Version,
    /// What a kind of problem means.
    Problem,
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Whoever has a key.
    AnyKey,
    /// Whoever has a key with this scope.
    Key(Scope),
}

impl Route {
    /// All of them, in the order of documents.
    pub const ALL: [Self; 9] = [
        Self::Segment,
        Self::Segments,
        Self::Customer,
        Self::Schema,
        Self::Model,
        Self::OpenApi,
        Self::Health,
        Self::Version,
        Self::Problem,
    ];

    const fn row(self) -> (&'static str, &'static str, Access) {
        const GET: &str = "GET, HEAD, OPTIONS";
        const POST: &str = "POST, OPTIONS";
        match self {
            Self::Segment => ("/v1/segment", POST, Access::Key(Scope::Predict)),
            Self::Segments => ("/v1/segments", POST, Access::Key(Scope::Batch)),
            Self::Customer => ("/v1/customers/{id}", GET, Access::Key(Scope::Batch)),
            Self::Schema => ("/v1/schema", GET, Access::Public),
            Self::Model => ("/v1/model", GET, Access::AnyKey),
            Self::OpenApi => ("/openapi.json", GET, Access::Public),
            Self::Health => ("/healthz", GET, Access::Public),
            Self::Version => ("/version", GET, Access::Public),
            Self::Problem => ("/problems/{slug}", GET, Access::Public),
        }
    }

    /// The path, with what varies in braces.
    pub const fn template(self) -> &'static str {
        self.row().0
    }

    /// The methods it takes, as the header `Allow` lists them.
    pub const fn allow(self) -> &'static str {
        self.row().1
    }

    /// Who may ask.
    pub const fn access(self) -> Access {
        self.row().2
    }

    /// The ways in which it can refuse, by status; for a method that it takes.
    pub const fn problems(self) -> &'static [Kind] {
        use Kind::{
            BadQuery, BadSignature, DuplicateField, ForbiddenOrigin, Internal, InvalidCustomer,
            MissingScope, ModelUnusable, NoChallenger, NotAnArray, NotAnObject, NotConfigured,
            NotFound, NotJson, NotUtf8, StoreUnavailable, TooDeep, TooLarge, TooManyRequests,
            TooManyRows, Unauthorized, UnknownCustomer, UnsupportedMediaType,
        };
        match self {
            Self::Segment => &[
                BadQuery,
                NotUtf8,
                NotJson,
                TooDeep,
                NotAnObject,
                DuplicateField,
                Unauthorized,
                MissingScope,
                ForbiddenOrigin,
                BadSignature,
                TooLarge,
                UnsupportedMediaType,
                InvalidCustomer,
                TooManyRequests,
                Internal,
                ModelUnusable,
                NotConfigured,
            ],
            Self::Segments => &[
                BadQuery,
                NotUtf8,
                NotJson,
                NotAnArray,
                Unauthorized,
                MissingScope,
                ForbiddenOrigin,
                BadSignature,
                TooLarge,
                TooManyRows,
                UnsupportedMediaType,
                TooManyRequests,
                Internal,
                ModelUnusable,
                NotConfigured,
            ],
            Self::Customer => &[
                Unauthorized,
                MissingScope,
                ForbiddenOrigin,
                BadSignature,
                UnknownCustomer,
                TooManyRequests,
                Internal,
                NotConfigured,
                StoreUnavailable,
            ],
            Self::Model => &[
                BadQuery,
                Unauthorized,
                ForbiddenOrigin,
                BadSignature,
                NoChallenger,
                TooManyRequests,
                Internal,
                ModelUnusable,
                NotConfigured,
            ],
            Self::Schema | Self::OpenApi => &[Internal, ModelUnusable],
            Self::Health | Self::Version => &[Internal],
            Self::Problem => &[NotFound, Internal],
        }
    }

    /// Whether it takes a method, in capitals.
    pub fn takes(self, method: &str) -> bool {
        self.allow().split(", ").any(|known| known == method)
    }

    /// The route of a path, and what stands in the place of its braces, still percent-encoded.
    pub fn find(path: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|route| {
            let template = route.template();
            let Some((before, _)) = template.split_once('{') else {
                return (path == template).then_some((route, ""));
            };
            let rest = path.strip_prefix(before)?;
            (!rest.is_empty() && !rest.contains('/')).then_some((route, rest))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_stand_by_status_and_once() {
        for route in Route::ALL {
            let problems = route.problems();
            assert!(
                problems.windows(2).all(|pair| pair[0].status() <= pair[1].status()),
                "{route:?}"
            );
            assert!(
                problems.iter().all(|kind| problems.iter().filter(|k| *k == kind).count() == 1)
            );
        }
        // Not an operation's: of a path that is none, of a method that a path does not take.
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::MethodNotAllowed) {
            assert!(Route::ALL.iter().any(|route| route.problems().contains(&kind)), "{kind:?}");
        }
    }

    #[test]
    fn a_path_has_one_route_or_none() {
        for route in Route::ALL {
            let path = route.template().replace(['{', '}'], "");
            assert_eq!(Route::find(&path).map(|(found, _)| found), Some(route), "{path}");
            assert!(Route::find(&format!("{path}/")).is_none(), "{path}");
        }
        assert_eq!(Route::find("/v1/customers/a%20b"), Some((Route::Customer, "a%20b")));
        for path in
            ["", "/", "/v1", "/v1/customers", "/v1/customers/", "/v1/customers/a/b", "/V1/segment"]
        {
            assert!(Route::find(path).is_none(), "{path}");
        }
    }
}
