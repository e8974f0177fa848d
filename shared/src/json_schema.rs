//! The customer's form as JSON Schema (draft 2020-12): what `validate` takes, for tools that read schemas.

use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::artifact::Artifact;
use crate::column::{Column, ColumnKind, MAX_NUMBER};
use crate::number;
use crate::transform::ColumnStep;

impl Artifact {
    /// The JSON Schema of a customer, as JSON text.
    pub fn json_schema(&self) -> String {
        // Fails only on maps whose keys are not text; there are none.
        serde_json::to_string(&self.schema_document()).unwrap_or_default()
    }

    /// The JSON Schema of a customer, to be serialised: properties in column order, each with an example.
    pub fn schema_document(&self) -> impl Serialize {
        let parts = self.model().parts();
        let columns = parts.schema.columns();
        Document {
            id: alloc::format!("urn:wedge:model:{}", self.id().to_hex()),
            properties: Properties(
                columns.iter().zip(parts.transform.steps()).map(property).collect(),
            ),
            required: columns.iter().filter(|c| !c.optional).map(|c| c.name.as_str()).collect(),
        }
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
struct Properties<'a>(Vec<(&'a str, Property<'a>)>);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, property)| (name, property)))
    }
}

#[derive(Serialize)]
struct Property<'a> {
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    words: Vec<Json<'a>>,
    examples: Vec<Json<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<f64>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    types: Option<Json<'a>>,
}

/// The few JSON values that a property needs; those of `serde_json` weigh more than the model's arithmetic.
#[derive(Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Json<'a> {
    Null,
    Boolean(bool),
    Number(f64),
    Text(&'a str),
    List(Vec<Json<'a>>),
}

fn property<'a>((column, step): (&'a Column, &ColumnStep)) -> (&'a str, Property<'a>) {
    let example = example(column, step);
    let words = |mut words: Vec<Json<'a>>| {
        for word in column.kind.words() {
            push_spellings(word, &mut words);
        }
        words.extend(column.optional.then_some(Json::Null));
        words
    };
    let types = |names: &[&'a str]| {
        let nothing = column.optional.then_some("null");
        match (names, nothing) {
            ([one], None) => Json::Text(one),
            _ => Json::List(names.iter().copied().chain(nothing).map(Json::Text).collect()),
        }
    };
    let plain = Property {
        words: Vec::new(),
        examples: Vec::from([example.clone()]),
        maximum: None,
        minimum: None,
        types: None,
    };
    let property = match &column.kind {
        ColumnKind::Numeric => Property {
            maximum: Some(MAX_NUMBER),
            minimum: Some(-MAX_NUMBER),
            types: Some(types(&["number"])),
            ..plain
        },
        ColumnKind::YesNo { .. } => {
            let booleans = [Json::Boolean(true), Json::Boolean(false)];
            Property { words: words(Vec::from(booleans)), ..plain }
        }
        ColumnKind::Ordinal { .. } | ColumnKind::Categorical { other: false, .. } => {
            Property { words: words(Vec::new()), ..plain }
        }
        ColumnKind::Categorical { levels, .. } => {
            let rest = levels.iter().map(|level| Json::Text(level)).filter(|l| *l != example);
            let examples = plain.examples.into_iter().chain(rest).collect();
            Property { examples, types: Some(types(&["string", "number"])), ..plain }
        }
    };
    (&column.name, property)
}

/// A word, and the number it may be given as when it is the text of one.
fn push_spellings<'a>(word: &'a str, words: &mut Vec<Json<'a>>) {
    words.push(Json::Text(word));
    let number = number::parse(word).map(number::Finite::get);
    words.extend(number.filter(|&n| number::to_text(n) == word).map(Json::Number));
}

/// What stands in for a missing value is a value that the column takes.
fn example<'a>(column: &'a Column, step: &ColumnStep) -> Json<'a> {
    match step {
        // Three significant digits: an example need not be the median exactly.
        ColumnStep::Number { impute, .. } => Json::Number(number::to_three_digits(impute.get())),
        ColumnStep::Rank { impute, .. } | ColumnStep::OneHot { impute, .. } => {
            column.kind.level(usize::from(*impute)).map_or(Json::Null, Json::Text)
        }
    }
}
