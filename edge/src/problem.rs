//! Why a request was refused, as problem details (RFC 9457): what is wrong and what to do, never a value.

mod kind;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use shared::{ArtifactError, JsonError, Rejected, Violation};

pub use self::kind::Kind;

/// One refusal. Serialises as a problem document without a request id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<Violation>,
}

impl Problem {
    /// A refusal with what to do about it.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new() }
    }

    pub(crate) fn with(mut self, violation: Violation) -> Self {
        self.errors.push(violation);
        self
    }

    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What to do about it.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The document as JSON text, with the id under which the request can be found.
    pub fn to_json(&self, request_id: &str) -> String {
        // Fails only on maps whose keys are not text; there are none.
        serde_json::to_string(&Document { problem: self, request_id: Some(request_id) })
            .unwrap_or_default()
    }
}

impl From<JsonError> for Problem {
    fn from(error: JsonError) -> Self {
        match error {
            JsonError::NotUtf8 { line, column } => Self::new(
                Kind::NotUtf8,
                format!(
                    "Line {line}, byte {column} is not UTF-8. Send the JSON text in UTF-8, uncompressed."
                ),
            ),
            JsonError::TooDeep { line, column } => Self::new(
                Kind::TooDeep,
                format!("Line {line}, byte {column} is nested more than 16 deep."),
            ),
            JsonError::Malformed { line, column } => Self::new(
                Kind::NotJson,
                format!(
                    "Reading stopped at line {line}, byte {column}. Send one JSON object, such as \
                     {{\"name\": 1}}."
                ),
            ),
            JsonError::NotAnObject => {
                Self::new(Kind::NotAnObject, "Send one customer as one flat JSON object.")
            }
            JsonError::DuplicateField { name, line, column } => Self::new(
                Kind::DuplicateField,
                format!(
                    "Which one counts would be a guess: send {} once. The second is at line {line}, byte \
                     {column}.",
                    shortened(&name)
                ),
            ),
        }
    }
}

impl From<Rejected> for Problem {
    fn from(rejected: Rejected) -> Self {
        Self {
            kind: Kind::InvalidCustomer,
            detail: "Correct the fields listed in `errors`; GET /v1/schema describes them all."
                .into(),
            errors: rejected.violations,
        }
    }
}

impl From<ArtifactError> for Problem {
    fn from(error: ArtifactError) -> Self {
        Self::from(&error)
    }
}

impl From<&ArtifactError> for Problem {
    fn from(error: &ArtifactError) -> Self {
        Self::new(Kind::ModelUnusable, format!("{error}. Fit the model again and build with it."))
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Document { problem: self, request_id: None }.serialize(serializer)
    }
}

struct Document<'p> {
    problem: &'p Problem,
    request_id: Option<&'p str>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Problem { kind, detail, errors } = self.problem;
        let mut document = serializer.serialize_struct("Problem", 6)?;
        document.serialize_field("type", &format_args!("/problems/{}", kind.slug()))?;
        document.serialize_field("title", kind.title())?;
        document.serialize_field("status", &kind.status())?;
        document.serialize_field("detail", detail)?;
        if let Some(id) = self.request_id {
            document.serialize_field("request_id", id)?;
        }
        if !errors.is_empty() {
            document.serialize_field("errors", errors)?;
        }
        document.end()
    }
}

/// A field's name may be as long as the body allows; a sentence need not repeat all of it.
fn shortened(name: &str) -> String {
    const SHOWN: usize = 64;
    match name.char_indices().nth(SHOWN).and_then(|(end, _)| name.get(..end)) {
        None => format!("\"{name}\""),
        Some(start) => format!("\"{start}...\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_slug_of_its_own_and_a_client_or_server_status() {
        let slugs: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
        assert!(Kind::ALL.iter().all(|kind| (400..600).contains(&kind.status())));
    }

    #[test]
    fn a_document_has_its_members_in_order_and_its_request_id() {
        let problem = Problem::from(JsonError::Malformed { line: 2, column: 7 });
        let id = r#"","request_id":"r-1"}"#;
        assert!(problem.to_json("r-1").ends_with(id), "{}", problem.to_json("r-1"));
        assert_eq!(
            serde_json::to_string(&problem).unwrap(),
            r#"{"type":"/problems/not-json","title":"The body is not JSON","status":400,"detail":"Reading stopped at line 2, byte 7. Send one JSON object, such as {\"name\": 1}."}"#
        );
    }

    #[test]
    fn a_very_long_field_name_is_cut() {
        let problem =
            Problem::from(JsonError::DuplicateField {
                name: "ä".repeat(9000), line: 1, column: 9
            });
        assert!(problem.detail().len() < 250);
    }

    #[test]
    fn an_unusable_model_says_why() {
        let problem = Problem::from(&ArtifactError::Canary);
        assert_eq!(problem.kind().status(), 503);
        assert!(problem.detail().contains("than in training"), "{}", problem.detail());
    }
}
