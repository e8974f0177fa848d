//! The description of the service, as `OpenAPI` 3.1: from the routes, the problems, the settings and the model.
//!
//! Its words are JSON text with holes, `@name@`, that are filled here: a tree of values and the ways to write it would
//! weigh more than the text.

mod operations;
mod templates;

use shared::Artifact;
use shared::orders::{AMOUNT, DATE, Form};
use shared::rejected::Code;

use self::operations::{Success, WORDS, Words};
use self::templates::{
    AGAIN, ARGUMENT, CARD, CUSTOMER, CUSTOMERS, KEYS, LIST, OPERATION, OPTIONS, PATH, PROBLEM,
    RESPONSE,
};
use crate::config::{AccessConfig, Config};
use crate::customer::{Customer, UnknownFields};
use crate::documents::VERSION;
use crate::problem::Kind;
use crate::route::{Access, Route};

const DOCUMENT: &str = include_str!("openapi/document.json");

/// The document, as JSON text.
pub(crate) fn document(artifact: &Artifact, config: &Config) -> String {
    let unknown = config.unknown_fields;
    let rows = config.batch_rows.to_string();
    let example = artifact.example_customer();
    let reply = Customer::read(artifact, unknown, example.as_bytes()).map_or_else(
        |_| String::new(),
        |customer| {
            let reply = artifact.answer(&customer.record).to_json();
            fill(",\"example\":@reply@", &[("reply", &reply)])
        },
    );
    let orders = Form::of(&artifact.model().parts().schema).map(|form| orders(&form));
    let orders = orders.map_or_else(String::new, |orders| {
        fill(",\"orders\":{\"value\":@orders@}", &[("orders", &orders)])
    });
    let writer = Writer { config, example, orders, reply, rows };
    let paths = joined(WORDS.iter().map(|words| writer.path(words)), ",\n");
    let types = Kind::ALL.iter().map(|kind| typed(*kind));
    let codes = Code::ALL.iter().map(|code| quoted(code.as_str()));
    let meanings = Kind::ALL.iter().map(|kind| {
        let meaning = quoted(kind.text().0);
        fill("`@slug@`: @text@", &[("slug", kind.slug()), ("text", meaning.trim_matches('"'))])
    });
    fill(
        DOCUMENT,
        &[
            ("version", VERSION),
            ("model", &artifact.id().to_hex()),
            ("paths", &paths),
            ("access", if writer.has_keys() { KEYS } else { "" }),
            ("customer", &artifact.embedded_schema(unknown == UnknownFields::Ignore)),
            ("slugs", &joined(Kind::ALL.iter().map(|kind| quoted(kind.slug())), ",")),
            ("types", &joined(types, ",")),
            ("codes", &joined(codes, ",")),
            ("meanings", &joined(meanings, "\\n")),
        ],
    )
}

/// What of the settings the document depends on, in visible ASCII: part of its `ETag`.
pub(crate) fn settings(config: &Config) -> String {
    let has_keys = !matches!(config.access, AccessConfig::Off);
    let rejects = config.unknown_fields == UnknownFields::Reject;
    let flag = |is_set| if is_set { "1" } else { "0" };
    let flags = [flag(has_keys), flag(config.rate_period.is_some()), flag(rejects)];
    [&config.batch_rows.to_string(), "-", &flags.concat()].concat()
}

/// The text with its holes filled. What fills them is not looked at again.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len().saturating_mul(2));
    for (at, piece) in template.split('@').enumerate() {
        let value = values.iter().find(|(name, _)| at % 2 == 1 && *name == piece);
        filled.push_str(value.map_or(piece, |(_, value)| value));
    }
    filled
}

/// A customer with two orders.
fn orders(form: &Form) -> String {
    let extras =
        form.numbers().iter().skip(1).map(|extra| fill(",@name@:1", &[("name", &quoted(extra))]));
    fill(
        r#"{"orders":[{"@date@":"2026-10-05","@amount@":40@extras@},{"@date@":"2026-11-02","@amount@":12.5@extras@}],"as_of":"2026-11-22"}"#,
        &[("date", DATE), ("amount", AMOUNT), ("extras", &joined(extras, ""))],
    )
}

/// What the operations are written from.
struct Writer<'a> {
    config: &'a Config,
    example: String,
    /// A second example, as a member; empty where customers do not come as orders.
    orders: String,
    /// The example's answer, as a member.
    reply: String,
    rows: String,
}

impl Writer<'_> {
    fn has_keys(&self) -> bool {
        !matches!(self.config.access, AccessConfig::Off)
    }

    /// A route's words with their holes filled.
    fn told(&self, words: &str) -> String {
        fill(words, &[("rows", &self.rows), ("reply", &self.reply)])
    }

    /// A path with its operations, as a member.
    fn path(&self, words: &Words) -> String {
        let path = words.route.template();
        // What a path has in braces belongs to all its methods.
        let argument = path.split_once('{').map(|(_, rest)| rest.trim_end_matches('}'));
        let parameters = argument.map_or_else(String::new, |name| {
            fill("\"parameters\":[@list@],", &[("list", &reference("parameters", name))])
        });
        let argument = argument.map_or_else(String::new, |name| fill(ARGUMENT, &[("name", name)]));
        let methods = words.route.allow().split(", ").map(|method| match method {
            "OPTIONS" => {
                fill(OPTIONS, &[("id", words.id), ("tag", words.tag), ("argument", &argument)])
            }
            "HEAD" => self.operation(words, "head", "head-", ", without the body"),
            "GET" => self.operation(words, "get", "", ""),
            _ => self.operation(words, "post", "", ""),
        });
        let methods = joined(methods, ",\n");
        fill(PATH, &[("path", path), ("parameters", &parameters), ("methods", &methods)])
    }

    fn operation(&self, words: &Words, method: &str, before: &str, note: &str) -> String {
        let parameters = words.parameters.iter().map(|name| reference("parameters", name));
        let scope = match words.route.access() {
            Access::Public => None,
            Access::AnyKey => Some(""),
            Access::Key(scope) => Some(scope.name()),
        };
        let security = scope.filter(|_| self.has_keys()).map_or_else(String::new, |scope| {
            let scope = if scope.is_empty() { String::new() } else { quoted(scope) };
            fill(",\"security\":[{\"key\":[@scope@]}]", &[("scope", &scope)])
        });
        fill(
            OPERATION,
            &[
                ("method", method),
                ("before", before),
                ("id", words.id),
                ("tag", words.tag),
                ("summary", words.summary),
                ("note", note),
                ("description", &self.told(words.description)),
                ("parameters", &joined(parameters, ",")),
                ("security", &security),
                ("body", &self.body(words.route)),
                ("responses", &joined(self.responses(words, method == "head"), ",\n")),
            ],
        )
    }

    /// The member of an operation that describes its request's body; nothing where it has none.
    fn body(&self, route: Route) -> String {
        let Self { example, orders, rows, .. } = self;
        match route {
            Route::Segment => fill(CUSTOMER, &[("example", example), ("orders", orders)]),
            Route::Segments => {
                let list = fill(LIST, &[("rows", rows), ("example", example)]);
                fill(CUSTOMERS, &[("list", &list)])
            }
            _ => String::new(),
        }
    }

    /// The responses, as members.
    fn responses(&self, words: &Words, is_head: bool) -> impl Iterator<Item = String> {
        let mut responses = Vec::new();
        let content = |content: String| if is_head { String::new() } else { content };
        for Success { status, description, headers, content: body } in words.successes {
            let links = match (words.route, *status) {
                (Route::Segment, _) => CARD.into(),
                (_, "200") if words.parameters.contains(&"known") => {
                    fill(AGAIN, &[("id", words.id)])
                }
                _ => String::new(),
            };
            responses.push(response(
                status,
                description,
                headers,
                &content(self.told(body)),
                &links,
            ));
        }
        let occurs = |kind: &&Kind| can_occur(**kind, self.config);
        let mut problems = words.route.problems().iter().filter(occurs).peekable();
        while let Some(first) = problems.next() {
            let status = first.status();
            let mut description = first.title().to_owned();
            let mut types = typed(*first);
            while let Some(kind) = problems.next_if(|kind| kind.status() == status) {
                description.push_str(". ");
                description.push_str(kind.title());
                types.push(',');
                types.push_str(&typed(*kind));
            }
            let headers: &[&str] = match first {
                Kind::Unauthorized => &["X-Request-Id", "WWW-Authenticate"],
                Kind::UnsupportedMediaType => &["X-Request-Id", "Accept-Post"],
                Kind::TooManyRequests => &["X-Request-Id", "Retry-After"],
                // With the settings' 503, which has no such header.
                Kind::NotConfigured if words.route == Route::Customer => {
                    &["X-Request-Id", "Retry-After"]
                }
                _ => &["X-Request-Id"],
            };
            let content = content(fill(PROBLEM, &[("types", &types)]));
            responses.push(response(&status.to_string(), &description, headers, &content, ""));
        }
        responses.into_iter()
    }
}

/// Whether the settings let a problem occur.
fn can_occur(kind: Kind, config: &Config) -> bool {
    match kind {
        Kind::Unauthorized | Kind::MissingScope | Kind::ForbiddenOrigin | Kind::BadSignature => {
            !matches!(config.access, AccessConfig::Off)
        }
        Kind::TooManyRequests => config.rate_period.is_some(),
        _ => true,
    }
}

/// A response, as a member; `links` is one already.
fn response(
    status: &str,
    description: &str,
    headers: &[&str],
    content: &str,
    links: &str,
) -> String {
    let headers = headers.iter().map(|name| {
        let header = reference("headers", name);
        fill("\"@name@\":@header@", &[("name", name), ("header", &header)])
    });
    let content = if content.is_empty() {
        String::new()
    } else {
        fill(",\"content\":{@content@}", &[("content", content)])
    };
    fill(
        RESPONSE,
        &[
            ("status", status),
            ("description", description),
            ("headers", &joined(headers, ",")),
            ("content", &content),
            ("links", links),
        ],
    )
}

fn reference(group: &str, name: &str) -> String {
    fill(r##"{"$ref":"#/components/@group@/@name@"}"##, &[("group", group), ("name", name)])
}

/// A problem's `type`, as JSON.
fn typed(kind: Kind) -> String {
    fill("\"/problems/@slug@\"", &[("slug", kind.slug())])
}

fn joined(items: impl Iterator<Item = String>, between: &str) -> String {
    items.collect::<Vec<_>>().join(between)
}

fn quoted(text: &str) -> String {
    // Fails only on maps whose keys are not text; there are none.
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_once() {
        assert_eq!(fill("a@b@c@d@", &[("b", "@d@"), ("d", "4")]), "a@d@c4");
    }

    #[test]
    fn every_route_has_its_words() {
        assert_eq!(WORDS.each_ref().map(|words| words.route), Route::ALL);
    }
}
