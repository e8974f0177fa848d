//! The customer's form as JSON Schema (draft 2020-12): what `validate` takes, for tools that read schemas.
//!
//! Written as text at once: a tree of values and the ways to write it weigh a kilobyte in the browser.

use alloc::string::{String, ToString as _};

use crate::artifact::Artifact;
use crate::column::{Column, ColumnKind, MAX_NUMBER};
use crate::date::Day;
use crate::number::{self, Finite};
use crate::orders::Form;
use crate::schema::{AS_OF, Schema};
use crate::transform::ColumnStep;

impl Artifact {
    /// The JSON Schema of a customer, as JSON text: properties in column order, each with an example.
    pub fn json_schema(&self) -> String {
        let mut document = Group::object();
        document.member("$schema", r#""https://json-schema.org/draft/2020-12/schema""#);
        document.member("$id", &quoted(&["urn:wedge:model:", &self.id().to_hex()].concat()));
        self.describe(document)
    }

    /// The same for a place inside another document, without `$schema` and `$id`: an id would change what the
    /// references around it mean. `unknown` says whether fields that the model does not know are taken.
    pub fn embedded_schema(&self, unknown: bool) -> String {
        let mut document = Group::object();
        document.member("unevaluatedProperties", if unknown { "true" } else { "false" });
        self.describe(document)
    }

    /// A customer that the model takes, as JSON text: what stands in for missing values.
    pub fn example_customer(&self) -> String {
        let parts = self.model().parts();
        let as_of = parts.schema.as_of();
        let mut customer = Group::object();
        for (column, step) in parts.schema.columns().iter().zip(parts.transform.steps()) {
            customer.member(&column.name, &example(column, step, as_of));
        }
        customer.end()
    }

    fn describe(&self, mut document: Group) -> String {
        let parts = self.model().parts();
        let as_of = parts.schema.as_of();
        let (mut properties, mut required) = (Group::object(), Group::list());
        for (column, step) in parts.schema.columns().iter().zip(parts.transform.steps()) {
            properties.member(&column.name, &property(column, step, as_of));
            if !column.optional {
                required.item(&quoted(&column.name));
            }
        }
        if let Some(day) = as_of {
            let mut property = Group::object();
            property.member("description", r#""The day that dates are counted back from""#);
            property.member("type", r#"["string","null"]"#);
            property.member("format", r#""date""#);
            property.member("examples", &Group::list().with(&quoted(&day.to_string())).end());
            properties.member(AS_OF, &property.end());
        }
        document.member("title", r#""Customer""#);
        document.member("type", r#""object""#);
        document.member("properties", &properties.end());
        let required = required.end();
        match Form::of(&parts.schema) {
            None => document.member("required", &required),
            Some(form) => document.member("anyOf", &either(&parts.schema, &form, &required)),
        }
        document.end()
    }
}

/// A customer as columns or as orders: never an order beside a column that is computed from it.
fn either(schema: &Schema, form: &Form, required: &str) -> String {
    let (mut numbers, mut names, mut computed) = (String::new(), String::new(), String::new());
    for name in form.numbers() {
        let name = quoted(name);
        names = [&names, ",", &name].concat();
        let number = r#":{"type":"number","minimum":-1e15,"maximum":1e15}"#;
        numbers = [&numbers, ",", &name, number].concat();
    }
    for column in schema.columns() {
        if form.computes(&column.name) {
            computed = [&computed, ",", &quoted(&column.name), ":false"].concat();
        }
    }
    [
        r#"[{"required":"#,
        required,
        r#","properties":{"orders":false}},{"properties":{"as_of":{"type":"string","format":"date"},"orders":{"type":"array","minItems":1,"items":{"type":"object","properties":{"date":{"type":"string","format":"date"}"#,
        &numbers,
        r#"},"required":["date""#,
        &names,
        "]}}",
        &computed,
        r#"},"required":["orders","as_of"]}]"#,
    ]
    .concat()
}

fn property(column: &Column, step: &ColumnStep, as_of: Option<Day>) -> String {
    let example = example(column, step, as_of);
    let mut examples = Group::list().with(&example);
    let mut property = Group::object();
    let types = |optional, required| if column.optional { optional } else { required };
    match &column.kind {
        ColumnKind::Numeric { lower, upper } => {
            property.member("type", types(r#"["number","null"]"#, r#""number""#));
            let bound = |bound: &Option<Finite>, reach| bound.map_or(reach, Finite::get);
            property.member("minimum", &number::to_text(bound(lower, -MAX_NUMBER)));
            property.member("maximum", &number::to_text(bound(upper, MAX_NUMBER)));
        }
        ColumnKind::Date { .. } => {
            property.member("type", types(r#"["string","null"]"#, r#""string""#));
            property.member("format", r#""date""#);
        }
        ColumnKind::YesNo { .. } | ColumnKind::Ordinal { .. } => {
            let mut words = Group::list();
            if matches!(column.kind, ColumnKind::YesNo { .. }) {
                words.item("true");
                words.item("false");
            }
            for word in column.kind.words() {
                words.item(&quoted(word));
                // A number finds the word that is its text.
                let number = number::parse(word).map(|number| number::to_text(number.get()));
                if number.as_deref() == Some(word) {
                    words.item(word);
                }
            }
            if column.optional {
                words.item("null");
            }
            property.member("enum", &words.end());
        }
        ColumnKind::Categorical { levels, .. } => {
            let types = types(r#"["string","number","null"]"#, r#"["string","number"]"#);
            property.member("type", types);
            // JSON has longer numbers than an `f64` can be.
            property.member("minimum", &number::to_text(f64::MIN));
            property.member("maximum", &number::to_text(f64::MAX));
            for level in levels.iter().map(|level| quoted(level)).filter(|l| *l != example) {
                examples.item(&level);
            }
        }
    }
    if !column.missing.is_empty() {
        let mut words = Group::list();
        for word in &column.missing {
            words.item(&quoted(word));
            if let Some(number) = number::parse(word) {
                words.item(&number::to_text(number.get()));
            }
        }
        let mut told = Group::object();
        told.member("enum", &words.end());
        if column.optional {
            let either = Group::list().with(&property.end()).with(&told.end());
            property = Group::object();
            property.member("anyOf", &either.end());
        } else {
            property.member("not", &told.end());
        }
    }
    property.member("examples", &examples.end());
    property.end()
}

/// What stands in for a missing value, as JSON text: a value that the column takes.
fn example(column: &Column, step: &ColumnStep, as_of: Option<Day>) -> String {
    match (step, &column.kind) {
        (ColumnStep::Number { impute, .. }, kind) => {
            // Three significant digits: an example need not be the median exactly.
            let rounded = number::to_three_digits(impute.get());
            match (kind, as_of) {
                (ColumnKind::Date { .. }, Some(as_of)) => {
                    // Beyond what an `i32` holds, the cast saturates, and there is no such day.
                    #[expect(clippy::cast_possible_truncation, reason = "half days do not matter")]
                    let day = as_of.before(rounded as i32).unwrap_or(as_of);
                    quoted(&day.to_string())
                }
                (ColumnKind::Numeric { lower, upper }, _) => {
                    let at_least = lower.map_or(rounded, |bound| rounded.max(bound.get()));
                    number::to_text(upper.map_or(at_least, |bound| at_least.min(bound.get())))
                }
                // A transform that fits its schema has no such step.
                _ => "null".into(),
            }
        }
        (ColumnStep::Rank { impute, .. } | ColumnStep::OneHot { impute, .. }, kind) => {
            quoted(kind.level(usize::from(*impute)).unwrap_or_default())
        }
    }
}

/// An object or a list that is being written.
struct Group {
    text: String,
    end: char,
}

impl Group {
    fn object() -> Self {
        Self { text: "{".into(), end: '}' }
    }

    fn list() -> Self {
        Self { text: "[".into(), end: ']' }
    }

    fn item(&mut self, json: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        self.text.push_str(json);
    }

    fn with(mut self, json: &str) -> Self {
        self.item(json);
        self
    }

    fn member(&mut self, name: &str, json: &str) {
        self.item(&quoted(name));
        self.text.push(':');
        self.text.push_str(json);
    }

    fn end(mut self) -> String {
        self.text.push(self.end);
        self.text
    }
}

fn quoted(text: &str) -> String {
    // Fails only on maps whose keys are not text; there are none.
    serde_json::to_string(text).unwrap_or_default()
}
