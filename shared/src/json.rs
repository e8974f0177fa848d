//! A customer as JSON text: one flat object.
//!
//! The engine's own number reading is never used: a number's text goes through [`number::parse`], as a
//! table's cell does. Of several things wrong the first in the text is told; that the text is no object, only
//! when nothing else is wrong.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::json_reader::{Fault, Reader, Token, position};
use crate::number;
use crate::raw::{RawCell, RawRecord};

/// Why a text is not a customer. Carries positions and names of fields, never values.
///
/// Positions are counted from 1, in lines and bytes of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonError {
    /// Bytes that are no text; the first that is not UTF-8.
    NotUtf8 {
        /// The line.
        line: usize,
        /// The byte in the line.
        column: usize,
    },
    /// Not JSON; the byte at which reading stopped.
    Malformed {
        /// The line.
        line: usize,
        /// The byte in the line.
        column: usize,
    },
    /// Arrays and objects stand more than 16 deep in each other; the bracket that is too deep.
    TooDeep {
        /// The line.
        line: usize,
        /// The byte in the line.
        column: usize,
    },
    /// JSON, but not an object.
    NotAnObject,
    /// A field that stands twice in one object, at any depth; which one counts would be a guess. Where the
    /// second stands.
    DuplicateField {
        /// Its name.
        name: String,
        /// The line.
        line: usize,
        /// The byte in the line.
        column: usize,
    },
}

impl JsonError {
    pub(crate) fn new(fault: Fault, (line, column): (usize, usize)) -> Self {
        match fault {
            Fault::Malformed => Self::Malformed { line, column },
            Fault::TooDeep => Self::TooDeep { line, column },
            Fault::Duplicate(name) => Self::DuplicateField { name, line, column },
        }
    }
}

/// A body as text.
///
/// # Errors
/// [`JsonError::NotUtf8`].
pub fn text(body: &[u8]) -> Result<&str, JsonError> {
    core::str::from_utf8(body).map_err(|error| {
        let (line, column) = position(body, error.valid_up_to());
        JsonError::NotUtf8 { line, column }
    })
}

impl<'a> RawRecord<'a> {
    /// Reads one flat JSON object.
    ///
    /// # Errors
    /// When the text is not JSON, not an object, too deep, or names a field twice in one object.
    pub fn from_json(text: &'a str) -> Result<Self, JsonError> {
        let mut reader = Reader::strict(text);
        match read(&mut reader) {
            Ok(Some(fields)) => Ok(RawRecord::new(fields)),
            Ok(None) => Err(JsonError::NotAnObject),
            Err(fault) => Err(JsonError::new(fault, reader.position())),
        }
    }
}

type Fields<'a> = Vec<(Cow<'a, str>, RawCell<'a>)>;

/// The whole text; `None` when it is JSON but no object.
fn read<'a>(reader: &mut Reader<'a>) -> Result<Option<Fields<'a>>, Fault> {
    let mut fields = Vec::new();
    let is_object = reader.members(&mut |name, value| fields.push((name, cell(value))))?;
    if !is_object {
        reader.value(0)?;
    }
    reader.end()?;
    Ok(is_object.then_some(fields))
}

pub(crate) fn cell(value: Token<'_>) -> RawCell<'_> {
    match value {
        Token::Null => RawCell::Missing,
        Token::Boolean(yes) => RawCell::Boolean(yes),
        Token::Number(text) => number::parse(text).map_or(RawCell::NotFinite, RawCell::Number),
        Token::Text(text) => RawCell::Text(text),
        Token::Nested(text) => RawCell::Nested(text.into()),
    }
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
        assert_eq!(raw.get("deep"), &RawCell::Nested(r#"[{"x":[]}]"#.into()));
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
        let name = "ab".into();
        assert_eq!(
            RawRecord::from_json("{\"ab\":1,\n \"a\\u0062\":1}"),
            Err(JsonError::DuplicateField { name, line: 2, column: 2 })
        );
    }

    #[test]
    fn a_name_may_stand_once_in_each_object_however_deep() {
        for text in [r#"{"a":{"a":{"a":1},"b":[{"a":1},{"a":1}]}}"#, r#"{"a":[{"":1},{"":1}]}"#] {
            assert!(RawRecord::from_json(text).is_ok(), "{text}");
        }
        for (text, name, column) in [
            (r#"{"a":{"b":1,"c":{"b":1},"b":2}}"#, "b", 25),
            (r#"{"a":[{"b":1},{"c":[],"c":{}}]}"#, "c", 23),
        ] {
            let name = name.into();
            let error = JsonError::DuplicateField { name, line: 1, column };
            assert_eq!(RawRecord::from_json(text), Err(error), "{text}");
        }
    }

    #[test]
    fn of_two_faults_the_first_in_the_text_is_told() {
        let deep = "[".repeat(16);
        let text = ["{\"a\":1,\"b\":", &deep, "x"].concat();
        assert_eq!(
            RawRecord::from_json(&text),
            Err(JsonError::TooDeep { line: 1, column: 11 + 16 })
        );
        let text = ["{\"a\":1,\"a\":", &deep, "x"].concat();
        let twice = JsonError::DuplicateField { name: "a".into(), line: 1, column: 8 };
        assert_eq!(RawRecord::from_json(&text), Err(twice));
        let text = "{\"a\":x,\"a\":1}";
        assert_eq!(RawRecord::from_json(text), Err(JsonError::Malformed { line: 1, column: 6 }));
    }

    #[test]
    fn bytes_that_are_no_text_have_a_position() {
        assert_eq!(text("{\"ä\":1}".as_bytes()), Ok("{\"ä\":1}"));
        assert_eq!(text(b"{\n\"\xc3\x28"), Err(JsonError::NotUtf8 { line: 2, column: 2 }));
        assert_eq!(text(b"\xff"), Err(JsonError::NotUtf8 { line: 1, column: 1 }));
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
    fn sixteen_levels_are_read_and_no_more() {
        let nested = |depth: usize| {
            let (open, close) = ("[{\"b\":".repeat(depth / 2), "}]".repeat(depth / 2));
            let (first, last) = if depth % 2 == 1 { ("[", "]") } else { ("", "0") };
            ["{\"a\":", &open, first, last, &close, "}"].concat()
        };
        for depth in 1..16 {
            assert!(RawRecord::from_json(&nested(depth)).is_ok(), "{depth}");
        }
        let at = |column| Err(JsonError::TooDeep { line: 1, column });
        assert_eq!(RawRecord::from_json(&nested(16)), at(5 + 7 * 6 + 2));
        assert_eq!(RawRecord::from_json(&"[".repeat(1_000_000)), at(17));
        assert_eq!(RawRecord::from_json(&["[".repeat(16), "]".repeat(16)].concat()), {
            Err(JsonError::NotAnObject)
        });
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
                        (RawCell::Nested(ours), RawCell::Nested(_)) => {
                            let ours: serde_json::Value = serde_json::from_str(ours).unwrap();
                            assert_eq!(&ours, value, "{text}");
                        }
                        (ours, theirs) => assert_eq!(ours, theirs, "{text}"),
                    }
                }
            }
            (Err(JsonError::DuplicateField { name, .. }), Ok(_)) => {
                assert!(text.matches(&alloc::format!("\"{name}\"")).count() > 1, "{text}");
            }
            (Err(JsonError::DuplicateField { line, column, .. }), Err(error)) => {
                assert!((error.line(), error.column()) > (line, column), "{text}: {error}");
            }
            (Err(JsonError::Malformed { .. }), Err(_)) => {}
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
            serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
                RawCell::Nested("".into())
            }
        }
    }
}
