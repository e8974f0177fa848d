//! What each route says of itself: the parts of its operation that neither the table of routes nor that of
//! problems knows.

use crate::route::Route;

/// A route's words, with holes as the document has.
pub(super) struct Words {
    pub(super) route: Route,
    /// The operation's; HEAD and OPTIONS put their names before it.
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    /// Names of components, besides what the path has in braces.
    pub(super) parameters: &'static [&'static str],
    pub(super) successes: &'static [Success],
}

/// A response that is no problem document.
pub(super) struct Success {
    pub(super) status: &'static str,
    pub(super) description: &'static str,
    pub(super) headers: &'static [&'static str],
    /// Media types and what stands in them, as members of an object.
    pub(super) content: &'static str,
}

const fn ok(
    description: &'static str,
    headers: &'static [&'static str],
    content: &'static str,
) -> Success {
    Success { status: "200", description, headers, content }
}

const KEPT: &[&str] = &["X-Request-Id", "ETag", "Link"];
const LINKED: &[&str] = &["X-Request-Id", "Link"];

const NOT_MODIFIED: Success =
    Success { status: "304", description: "What is known still holds", headers: KEPT, content: "" };

const HEALTH: &str = r##""application/json":{"schema":{"$ref":"#/components/schemas/Health"}}"##;
const REPLY: &str =
    r##""application/json":{"schema":{"$ref":"#/components/schemas/Reply"}@reply@}"##;
const CARD: &str = r##""application/json":{"schema":{"$ref":"#/components/schemas/Card"}}"##;
const VERSION: &str = r##""application/json":{"schema":{"$ref":"#/components/schemas/Version"}}"##;
const ROWS: &str = r##""application/json":{"schema":{"type":"array","maxItems":@rows@,"items":{"$ref":"#/components/schemas/Row"}}},"application/x-ndjson":{"schema":{"type":"array","description":"An item a line","maxItems":@rows@,"items":{"$ref":"#/components/schemas/Row"}}}"##;
const THIS: &str = r#""application/vnd.oai.openapi+json;version=3.1":{"schema":{"type":"object","required":["openapi","paths"]}}"#;

/// In the order of [`Route::ALL`].
pub(super) static WORDS: [Words; Route::ALL.len()] = [
    Words {
        route: Route::Segment,
        id: "segment",
        tag: "customers",
        summary: "One customer's segment",
        description: "The customer is given as the model's columns or, where the model was trained on what \
                      follows from orders, as orders. Fields that the model does not know are left out and named \
                      in a header.",
        parameters: &["explain", "subject", "signature", "optOut"],
        successes: &[ok(
            "The customer's answer",
            &[
                "X-Request-Id",
                "Cache-Status",
                "Wedge-Variant",
                "Wedge-Ignored",
                "Wedge-Imputed",
                "Wedge-Other",
            ],
            REPLY,
        )],
    },
    Words {
        route: Route::Segments,
        id: "segments",
        tag: "customers",
        summary: "Many customers' segments",
        description: "Each customer has an answer or a problem, in the order given; @rows@ customers at most. \
                      Nothing of it is kept. A JSON array is answered with one, lines of JSON are answered with \
                      lines.",
        parameters: &["explain", "signature"],
        successes: &[ok("An answer or a problem for each customer", &["X-Request-Id"], ROWS)],
    },
    Words {
        route: Route::Customer,
        id: "customer",
        tag: "customers",
        summary: "Last night's answer by the customer's id",
        description: "What `trainer predict --kv` computed and stored. A customer who is not there is no error of \
                      the shop: ask POST /v1/segment with their data.",
        parameters: &["signature"],
        successes: &[ok("The customer's answer of last night", &["X-Request-Id"], REPLY)],
    },
    Words {
        route: Route::Schema,
        id: "schema",
        tag: "model",
        summary: "A customer's form as JSON Schema",
        description: "The same form as in this description, for tools that read JSON Schema.",
        parameters: &["known"],
        successes: &[
            ok("The form", KEPT, r#""application/schema+json":{"schema":{"type":"object"}}"#),
            NOT_MODIFIED,
        ],
    },
    Words {
        route: Route::Model,
        id: "model",
        tag: "model",
        summary: "The model card",
        description: "What the model reads, says and was trained with.",
        parameters: &["which", "known", "signature"],
        successes: &[ok("The card", KEPT, CARD), NOT_MODIFIED],
    },
    Words {
        route: Route::OpenApi,
        id: "openapi",
        tag: "service",
        summary: "This description",
        description: "It changes with the model, the settings and the version.",
        parameters: &["known"],
        successes: &[ok("This", KEPT, THIS), NOT_MODIFIED],
    },
    Words {
        route: Route::Health,
        id: "health",
        tag: "service",
        summary: "Whether answers can be had",
        description: "Names settings that are missing or cannot be read, never what they are set to.",
        parameters: &[],
        successes: &[
            ok("Answers can be had", LINKED, HEALTH),
            Success { status: "503", ..ok("No answers can be had", LINKED, HEALTH) },
        ],
    },
    Words {
        route: Route::Version,
        id: "version",
        tag: "service",
        summary: "Which software answers",
        description: "And the format of its replies.",
        parameters: &[],
        successes: &[ok("The version", LINKED, VERSION)],
    },
    Words {
        route: Route::Problem,
        id: "problem",
        tag: "service",
        summary: "What a kind of problem means",
        description: "A page for people: where the `type` of a problem document leads.",
        parameters: &[],
        successes: &[ok(
            "The page",
            LINKED,
            r#""text/html;charset=utf-8":{"schema":{"type":"string"}}"#,
        )],
    },
];
