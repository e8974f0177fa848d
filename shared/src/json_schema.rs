//! The customer's form as JSON Schema (draft 2020-12): what `validate` takes, for tools that read schemas.

use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use crate::artifact::Artifact;
use crate::schema::{Column, ColumnKind, MAX_NUMBER};
use crate::transform::ColumnStep;

impl Artifact {
    /// The JSON Schema of a customer, as JSON text; properties in column order, each with an example.
    pub fn json_schema(&self) -> String {
        let parts = self.model().parts();
        let columns = parts.schema.columns();
        let schema = Document {
            id: alloc::format!("urn:wedge:model:{}", self.id().to_hex()),
            properties: Properties(
                columns.iter().zip(parts.transform.steps()).map(property).collect(),
            ),
            required: columns.iter().filter(|c| !c.optional).map(|c| c.name.as_str()).collect(),
        };
        // Fails only on maps whose keys are not text; there are none.
        serde_json::to_string(&schema).unwrap_or_default()
    }
}

struct Document<'a> {
    id: String,
    properties: Properties<'a>,
    required: Vec<&'a str>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("$schema", "https://json-schema.org/draft/2020-12/schema")?;
        map.serialize_entry("$id", &self.id)?;
        map.serialize_entry("title", "Customer")?;
        map.serialize_entry("type", "object")?;
        map.serialize_entry("properties", &self.properties)?;
        map.serialize_entry("required", &self.required)?;
        map.end()
    }
}

/// A JSON object in the order of the columns, which a form keeps.
struct Properties<'a>(Vec<(&'a str, Json)>);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, property)| (name, property)))
    }
}

fn property<'a>((column, step): (&'a Column, &ColumnStep)) -> (&'a str, Json) {
    let example = example(column, step);
    let words = |more: &[Json]| {
        let words = column.kind.words().into_iter();
        let nothing = column.optional.then_some(Json::Null);
        more.iter().cloned().chain(words.flat_map(spellings)).chain(nothing).collect::<Vec<_>>()
    };
    let property = match &column.kind {
        ColumnKind::Numeric => json!({
            "type": or_null("number", column.optional),
            "minimum": -MAX_NUMBER,
            "maximum": MAX_NUMBER,
            "examples": [example],
        }),
        ColumnKind::YesNo { .. } => {
            json!({ "enum": words(&[Json::Bool(true), Json::Bool(false)]), "examples": [example] })
        }
        ColumnKind::Ordinal { .. } | ColumnKind::Categorical { other: false, .. } => {
            json!({ "enum": words(&[]), "examples": [example] })
        }
        ColumnKind::Categorical { levels, .. } => {
            let first = [example.clone()].into_iter();
            let rest = levels.iter().map(|l| Json::from(l.as_str())).filter(|l| *l != example);
            let types: &[&str] =
                if column.optional { &["string", "number", "null"] } else { &["string", "number"] };
            json!({ "type": types, "examples": first.chain(rest).collect::<Vec<_>>() })
        }
    };
    (&column.name, property)
}

fn or_null(kind: &str, optional: bool) -> Json {
    if optional { json!([kind, "null"]) } else { json!(kind) }
}

/// A word, and the number it may be given as when it is the text of one.
fn spellings(word: &str) -> impl Iterator<Item = Json> + use<> {
    let number = crate::number::parse(word).map(crate::number::Finite::get);
    let number = number.filter(|n| alloc::format!("{n}") == word).map(Json::from);
    [Json::from(word)].into_iter().chain(number)
}

/// What stands in for a missing value is a value that the column takes.
fn example(column: &Column, step: &ColumnStep) -> Json {
    match step {
        // Three significant digits: an example need not be the median exactly.
        ColumnStep::Number { impute, .. } => {
            alloc::format!("{:.2e}", impute.get()).parse::<f64>().map_or(Json::Null, Json::from)
        }
        ColumnStep::Rank { impute, .. } | ColumnStep::OneHot { impute, .. } => {
            column.kind.level(usize::from(*impute)).map_or(Json::Null, Json::from)
        }
    }
}
