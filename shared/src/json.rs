//! A customer as JSON text: one flat object.
//!
//! The engine's own number reading is never used: a number's text goes through [`number::parse`], as a
//! table's cell does.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserializer as _, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::number;
use crate::raw::{RawCell, RawRecord};

/// Why a text is not a customer. Carries positions and names of fields, never values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonError {
    /// Not JSON; position counted from 1, in lines and bytes.
    Malformed {
        /// The line.
        line: usize,
        /// The byte in the line.
        column: usize,
    },
    /// JSON, but not an object.
    NotAnObject,
    /// A field that stands twice; which one counts would be a guess.
    DuplicateField {
        /// Its name.
        name: String,
    },
}

impl<'a> RawRecord<'a> {
    /// Reads one flat JSON object.
    ///
    /// # Errors
    /// When the text is not JSON, not an object, or names a field twice.
    pub fn from_json(text: &'a str) -> Result<Self, JsonError> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let mut duplicate = None;
        let fields = deserializer
            .deserialize_map(Fields { duplicate: &mut duplicate })
            .and_then(|fields| deserializer.end().map(|()| fields));
        if let Some(name) = duplicate {
            return Err(JsonError::DuplicateField { name });
        }
        fields.map(RawRecord::new).map_err(|error| {
            // A JSON value of another type is a data error; everything else breaks the syntax.
            if error.is_data() {
                JsonError::NotAnObject
            } else {
                JsonError::Malformed { line: error.line(), column: error.column() }
            }
        })
    }
}

struct Fields<'d> {
    duplicate: &'d mut Option<String>,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Vec<(Cow<'de, str>, RawCell<'de>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields: Self::Value = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let cell = cell(map.next_value::<&RawValue>()?).map_err(A::Error::custom)?;
            if fields.iter().any(|(known, _)| *known == name) {
                *self.duplicate = Some(name);
                return Err(A::Error::custom("duplicate field"));
            }
            fields.push((Cow::Owned(name), cell));
        }
        Ok(fields)
    }
}

fn cell(value: &RawValue) -> Result<RawCell<'_>, serde_json::Error> {
    let text = value.get();
    Ok(match text.as_bytes().first() {
        Some(b'n') => RawCell::Missing,
        Some(b't') => RawCell::Boolean(true),
        Some(b'f') => RawCell::Boolean(false),
        Some(b'"') => RawCell::Text(Cow::Owned(serde_json::from_str(text)?)),
        Some(b'[' | b'{') => RawCell::Nested,
        _ => number::parse(text).map_or(RawCell::NotFinite, RawCell::Number),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Finite;

    #[test]
    fn every_kind_of_value_is_told_apart() {
        let text = r#"{"n":1.5e0,"t":"a\u0062","b":true,"z":null,"big":1e999,"deep":[{"x":[]}]}"#;
        let raw = RawRecord::from_json(text).unwrap();
        assert_eq!(raw.get("n"), &RawCell::Number(Finite::new(1.5).unwrap()));
        assert_eq!(raw.get("t"), &RawCell::Text("ab".into()));
        assert_eq!(raw.get("b"), &RawCell::Boolean(true));
        assert_eq!(raw.get("z"), &RawCell::Missing);
        assert_eq!(raw.get("absent"), &RawCell::Missing);
        assert_eq!(raw.get("big"), &RawCell::NotFinite);
        assert_eq!(raw.get("deep"), &RawCell::Nested);
    }

    #[test]
    fn what_is_not_json_has_a_position() {
        for text in
            ["", "{", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{} {}", "{\"a\":01}", "{\"a\":nan}"]
        {
            let error = RawRecord::from_json(text).unwrap_err();
            assert!(matches!(error, JsonError::Malformed { .. }), "{text}: {error:?}");
        }
        assert_eq!(
            RawRecord::from_json("{\n \"a\": x}").unwrap_err(),
            JsonError::Malformed { line: 2, column: 7 }
        );
    }

    #[test]
    fn json_that_is_no_object_is_told_apart_from_malformed_text() {
        for text in ["[]", "1", "\"a\"", "null", "true"] {
            assert_eq!(RawRecord::from_json(text), Err(JsonError::NotAnObject), "{text}");
        }
    }

    #[test]
    fn a_field_named_twice_is_refused_even_when_spelled_differently() {
        let error = RawRecord::from_json(r#"{"ab":1,"a\u0062":1}"#).unwrap_err();
        assert_eq!(error, JsonError::DuplicateField { name: "ab".into() });
    }

    #[test]
    fn a_string_with_a_lone_surrogate_is_malformed() {
        let error = RawRecord::from_json(r#"{"a":"\ud800"}"#).unwrap_err();
        assert!(matches!(error, JsonError::Malformed { .. } | JsonError::NotAnObject), "{error:?}");
    }
}
