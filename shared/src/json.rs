//! A customer as JSON text: one flat object.
//!
//! The engine's own number reading is never used: a number's text goes through [`number::parse`], as a
//! table's cell does.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use crate::json_reader::{Malformed, Reader, Token};
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
        let mut reader = Reader::new(text);
        match read(&mut reader) {
            Ok(Some(fields)) => match duplicate(&fields) {
                Some(name) => Err(JsonError::DuplicateField { name }),
                None => Ok(RawRecord::new(fields)),
            },
            Ok(None) => Err(JsonError::NotAnObject),
            Err(Malformed) => {
                let (line, column) = reader.position();
                Err(JsonError::Malformed { line, column })
            }
        }
    }
}

type Fields<'a> = Vec<(Cow<'a, str>, RawCell<'a>)>;

/// The whole text; `None` when it is JSON but no object.
fn read<'a>(reader: &mut Reader<'a>) -> Result<Option<Fields<'a>>, Malformed> {
    let mut fields = None;
    if reader.takes(b'{') {
        let fields = fields.insert(Vec::new());
        if !reader.takes(b'}') {
            loop {
                let name = reader.name()?;
                fields.push((name, cell(reader.value()?)));
                if !reader.takes(b',') {
                    break;
                }
            }
            reader.expect(b'}')?;
        }
    } else {
        reader.value()?;
    }
    if reader.peek().is_some() { Err(Malformed) } else { Ok(fields) }
}

fn cell(value: Token<'_>) -> RawCell<'_> {
    match value {
        Token::Null => RawCell::Missing,
        Token::Boolean(yes) => RawCell::Boolean(yes),
        Token::Number(text) => number::parse(text).map_or(RawCell::NotFinite, RawCell::Number),
        Token::Text(text) => RawCell::Text(text),
        Token::Nested => RawCell::Nested,
    }
}

/// The first name that stands a second time.
fn duplicate(fields: &Fields) -> Option<String> {
    let mut known = BTreeSet::new();
    let second = fields.iter().find(|(name, _)| !known.insert(name.as_ref()));
    second.map(|(name, _)| name.as_ref().into())
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
    fn a_string_with_half_a_character_is_malformed() {
        for text in [r"\ud800", r"\udc00", r"\ud800\n", r"\ud800\u0041", r"\u12", r"\uD83D\uDE0"] {
            let error = RawRecord::from_json(&alloc::format!("{{\"a\":\"{text}\"}}")).unwrap_err();
            assert!(matches!(error, JsonError::Malformed { .. }), "{text}: {error:?}");
        }
        let raw = RawRecord::from_json(r#"{"a":"\uD83D\ude00\/\t"}"#).unwrap();
        assert_eq!(raw.get("a"), &RawCell::Text("😀/\t".into()));
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = ["{\"a\":", &"[".repeat(1_000_000), &"]".repeat(1_000_000), "}"].concat();
        assert_eq!(RawRecord::from_json(&deep).unwrap().get("a"), &RawCell::Nested);
        assert!(RawRecord::from_json(&deep[..1_500_000]).is_err());
    }

    /// The oracle is `serde_json`, which reads JSON to the letter: every text that is one piece away from a
    /// good one, by cutting, leaving out or putting in.
    #[test]
    fn what_is_json_is_decided_as_serde_json_does() {
        let good = [
            r#" {"a" : [1,{"b":"x\n\u00e4\\"},[]], "c":-0.5e-3,"d":{},"e":[{"f":null}]} "#,
            r#"{"a":true,"b":false,"c":null,"d":10,"e":0,"f":1E+2,"g":"ä","h":[[],{}]}"#,
            r#"[1,"a",{"b":[2]}]"#,
            "{}",
            "-12.25e1",
        ];
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"a\":", ",\"z\":1", "\\", "\\u", "0",
            "1", "-", "+", ".", ".5", "e", "E1", "null", "t", " ", "\n", "ä", "\u{1}",
        ];
        let mut compared = 0;
        for text in good {
            let places = (0..=text.len()).filter(|&at| text.is_char_boundary(at));
            for (before, after) in places.map(|at| text.split_at(at)) {
                compare(before);
                let mut rest = after.chars();
                rest.next();
                compare(&[before, rest.as_str()].concat());
                for piece in pieces {
                    compare(&[before, piece, after].concat());
                    compare(&[before, piece, rest.as_str()].concat());
                    compared += 2;
                }
            }
        }
        assert!(compared > 9_000, "{compared}");
    }

    fn compare(text: &str) {
        let known: Result<serde_json::Value, _> = serde_json::from_str(text);
        match (RawRecord::from_json(text), known) {
            (Ok(raw), Ok(serde_json::Value::Object(known))) => {
                assert_eq!(raw.names().count(), known.len(), "{text}");
                for (name, value) in &known {
                    match (raw.get(name), &cell_of(value)) {
                        // The oracle's own number reading is off by a bit now and then.
                        (RawCell::Number(ours), RawCell::Number(theirs)) => {
                            let (ours, theirs) = (ours.get(), theirs.get());
                            assert!((ours - theirs).abs() <= 1e-15 * ours.abs(), "{text}");
                        }
                        (ours, theirs) => assert_eq!(ours, theirs, "{text}"),
                    }
                }
            }
            (Err(JsonError::DuplicateField { .. }), Ok(serde_json::Value::Object(_)))
            | (Err(JsonError::Malformed { .. }), Err(_)) => {}
            (Err(JsonError::NotAnObject), Ok(known)) => assert!(!known.is_object(), "{text}"),
            (ours, theirs) => panic!("{text:?}: {ours:?}, but {theirs:?}"),
        }
    }

    fn cell_of(value: &serde_json::Value) -> RawCell<'_> {
        match value {
            serde_json::Value::Null => RawCell::Missing,
            serde_json::Value::Bool(yes) => RawCell::Boolean(*yes),
            serde_json::Value::Number(n) => {
                RawCell::Number(Finite::new(n.as_f64().unwrap()).unwrap())
            }
            serde_json::Value::String(text) => RawCell::Text(text.as_str().into()),
            serde_json::Value::Array(_) | serde_json::Value::Object(_) => RawCell::Nested,
        }
    }
}
