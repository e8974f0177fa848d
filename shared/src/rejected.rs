//! What is wrong with a customer's data: by field, all at once, never with the value.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Serialize, Serializer};

/// Why a record was refused: every violation, in column order. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The violations.
    pub violations: Vec<Violation>,
}

/// One thing wrong with one field. It names the field and what was expected, and never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The field as a JSON pointer (RFC 6901); a missing field points to where it should be.
    pub pointer: String,
    /// What kind of thing is wrong.
    pub code: Code,
    /// What would have been right, in words.
    pub expected: String,
}

impl Violation {
    /// A violation of the field `name`.
    pub fn new(name: &str, code: Code, expected: String) -> Self {
        Self { pointer: pointer(name), code, expected }
    }

    /// The field's name, the pointer read back.
    pub fn field(&self) -> String {
        self.pointer.trim_start_matches('/').replace("~1", "/").replace("~0", "~")
    }
}

/// The kinds of violation, stable across versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The field is absent or null, and every customer in training had it.
    Missing,
    /// Not a number.
    NotANumber,
    /// Not a date as `YYYY-MM-DD`, or one that does not exist.
    NotADate,
    /// A number beyond what the column takes.
    OutOfBounds,
    /// Not one of the column's words.
    UnknownLevel,
    /// An array or an object.
    Nested,
    /// A field that the model does not know, where the deployment refuses such.
    UnknownField,
    /// Not a list.
    NotAList,
    /// Not an object.
    NotAnObject,
    /// There is no order up to the day that the customer is looked at.
    NoPastOrder,
    /// A column beside the orders that it is computed from.
    Conflict,
}

impl Code {
    /// All of them, for documents.
    pub const ALL: [Self; 11] = [
        Self::Missing,
        Self::NotANumber,
        Self::NotADate,
        Self::OutOfBounds,
        Self::UnknownLevel,
        Self::Nested,
        Self::UnknownField,
        Self::NotAList,
        Self::NotAnObject,
        Self::NoPastOrder,
        Self::Conflict,
    ];

    /// The code as it is written in replies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NotANumber => "not-a-number",
            Self::NotADate => "not-a-date",
            Self::OutOfBounds => "out-of-bounds",
            Self::UnknownLevel => "unknown-level",
            Self::Nested => "nested",
            Self::UnknownField => "unknown-field",
            Self::NotAList => "not-a-list",
            Self::NotAnObject => "not-an-object",
            Self::NoPastOrder => "no-past-order",
            Self::Conflict => "conflict",
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The JSON pointer (RFC 6901) of a top-level field.
pub fn pointer(name: &str) -> String {
    let mut pointer = String::from("/");
    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_escape_and_read_back() {
        for (name, expected) in [("a", "/a"), ("a/b~c", "/a~1b~0c"), ("~1", "/~01"), ("", "/")] {
            let violation = Violation::new(name, Code::Missing, String::new());
            assert_eq!(violation.pointer, expected);
            assert_eq!(violation.field(), name);
        }
    }
}
