//! One line of an NDJSON file: its fields in order, values as they are written.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Objects in objects are read so deep; what is deeper is no cell.
const MAX_DEPTH: usize = 4;

/// The fields of one object; a name that repeats is here twice.
pub(super) struct Fields<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

/// A JSON string, borrowed where nothing in it is escaped.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some((Text(name), value)) = map.next_entry::<Text, &RawValue>()? {
                    fields.push((name, value));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl<'a> Fields<'a> {
    /// The fields of objects in place of the objects: `user.id`.
    fn flat(self) -> Self {
        let is_object = |(_, value): &(_, &RawValue)| value.get().starts_with('{');
        if !self.0.iter().any(is_object) {
            return self;
        }
        let mut flat = Vec::new();
        self.flatten("", 1, &mut flat);
        Self(flat)
    }

    fn flatten(self, above: &str, depth: usize, flat: &mut Vec<(Cow<'a, str>, &'a RawValue)>) {
        for (name, value) in self.0 {
            let name = if above.is_empty() { name } else { Cow::Owned(format!("{above}.{name}")) };
            let is_object = value.get().starts_with('{') && depth < MAX_DEPTH;
            match is_object.then(|| serde_json::from_str::<Fields>(value.get())) {
                Some(Ok(fields)) => fields.flatten(&name, depth + 1, flat),
                _ => flat.push((name, value)),
            }
        }
    }
}

/// Reads a line; objects in it are flat. what is wrong with it never quotes it.
pub(super) fn parse(line: &[u8]) -> Result<Fields<'_>, String> {
    let Ok(text) = std::str::from_utf8(line) else {
        return Err("the text is not UTF-8".into());
    };
    let fields: Result<Fields, _> = serde_json::from_str(text);
    fields.map(Fields::flat).map_err(|error| {
        if error.is_data() {
            "not a JSON object".into()
        } else {
            format!("not a JSON object: it breaks off or goes wrong at byte {}", error.column())
        }
    })
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// A cell.
    Cell,
    /// An array, or an object too deep: no cell.
    Nested,
    /// A string with an escape that stands for no character.
    NoText,
}

/// Appends a value's text: strings without their escapes, numbers as written, nothing for `null`.
pub(super) fn write(value: &RawValue, text: &mut String) -> Value {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'"') => match serde_json::from_str::<Text>(raw) {
            Ok(Text(string)) => text.push_str(&string),
            Err(_) => return Value::NoText,
        },
        Some(b'{' | b'[') => return Value::Nested,
        _ if raw == "null" => {}
        _ => text.push_str(raw),
    }
    Value::Cell
}
