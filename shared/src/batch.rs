//! Many customers in one body: its rows as slices of the text, without a tree.
//!
//! A row is read by [`RawRecord::from_json`](crate::RawRecord::from_json) on its own, so what is wrong with one
//! customer is that row's error, with positions in the row's own text. Only what leaves unclear where rows
//! begin and end refuses the whole batch.

use alloc::vec::Vec;

use crate::json::JsonError;
use crate::json_reader::{Fault, Reader};

/// How a batch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// One JSON array.
    Array,
    /// A JSON text on each line (ndjson.org, jsonlines.org); lines end with `\n` or `\r\n`, blank ones do not
    /// count.
    Ndjson,
}

/// Why a text is not a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchError {
    /// Not JSON.
    Json(JsonError),
    /// JSON, but not an array.
    NotAnArray,
    /// More rows than are taken.
    TooManyRows {
        /// How many are taken.
        limit: usize,
    },
}

impl Batch {
    /// The form that a `Content-Type` names, parameters left out, in small letters or capitals; `None` for any
    /// other.
    pub fn of(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let is = |name: &&str| essence.eq_ignore_ascii_case(name);
        if is(&Self::Array.media_type()) {
            return Some(Self::Array);
        }
        let names = [Self::Ndjson.media_type(), "application/ndjson", "application/jsonl"];
        names.iter().any(is).then_some(Self::Ndjson)
    }

    /// The media type under which it is announced.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Array => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    /// The text of each row, in order.
    ///
    /// # Errors
    /// The first of these in the text: it is no JSON array, it is not JSON (of lines, each row's own matter), it
    /// has more than `max_rows` rows. What stands behind the last row that is taken is not read.
    pub fn rows(self, text: &str, max_rows: usize) -> Result<Vec<&str>, BatchError> {
        let mut rows = Vec::new();
        let mut is_full = false;
        let mut take = |row| {
            is_full = rows.len() >= max_rows;
            if !is_full {
                rows.push(row);
            }
            !is_full
        };
        match self {
            Self::Array => {
                let mut reader = Reader::lenient(text);
                let read = reader.items(|reader| Ok(take(reader.slice()?)));
                let read = match read {
                    Ok(true) if is_full => Ok(true),
                    Ok(true) => reader.end().map(|()| true),
                    // Only to tell what is malformed from what is no array.
                    Ok(false) => reader.value(0).and_then(|_| reader.end()).map(|()| false),
                    Err(fault) => Err(fault),
                };
                let is_array = read.map_err(|fault: Fault| {
                    BatchError::Json(JsonError::new(fault, reader.position()))
                })?;
                if !is_array {
                    return Err(BatchError::NotAnArray);
                }
            }
            Self::Ndjson => {
                let is_blank = |row: &&str| row.bytes().all(|byte| b" \t\r".contains(&byte));
                text.split('\n').filter(|row| !is_blank(row)).all(take);
            }
        }
        if is_full { Err(BatchError::TooManyRows { limit: max_rows }) } else { Ok(rows) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawRecord;
    use alloc::string::ToString as _;

    #[test]
    fn media_types_are_told_apart() {
        for name in ["application/json", "Application/JSON ; charset=utf-8"] {
            assert_eq!(Batch::of(name), Some(Batch::Array), "{name}");
        }
        for name in ["application/x-ndjson", "application/ndjson", "APPLICATION/JSONL;a=b"] {
            assert_eq!(Batch::of(name), Some(Batch::Ndjson), "{name}");
        }
        for name in ["", "text/plain", "application/jsonx", "application/json+x"] {
            assert_eq!(Batch::of(name), None, "{name}");
        }
    }

    #[test]
    fn an_array_gives_each_items_own_text() {
        let text = " [ {\"a\" : [1, \"]\"]} ,2,\"x\\\"\", null,[] ,{}]\n";
        let rows = Batch::Array.rows(text, 6).unwrap();
        assert_eq!(rows, ["{\"a\" : [1, \"]\"]}", "2", "\"x\\\"\"", "null", "[]", "{}"]);
        assert_eq!(Batch::Array.rows(" []", 0), Ok(Vec::new()));
    }

    #[test]
    fn lines_are_rows_however_they_end_and_blank_ones_do_not_count() {
        let text = "{\"a\":1}\r\n\r\n \t\n  {}\n{oops\n7";
        let rows = Batch::Ndjson.rows(text, 4).unwrap();
        assert_eq!(rows, ["{\"a\":1}\r", "  {}", "{oops", "7"]);
        let read = |row: &&str| RawRecord::from_json(row).map(|raw| raw.names().count());
        let read: Vec<_> = rows.iter().map(read).collect();
        let malformed = JsonError::Malformed { line: 1, column: 2 };
        assert_eq!(read, [Ok(1), Ok(0), Err(malformed), Err(JsonError::NotAnObject)]);
        assert_eq!(Batch::Ndjson.rows("\n\r\n", 0), Ok(Vec::new()));
    }

    #[test]
    fn an_array_that_is_not_json_says_where() {
        for (text, line, column) in [
            ("", 1, 1),
            ("[{},\n{]", 2, 2),
            ("[1,]", 1, 4),
            ("[1}", 1, 3),
            ("[1] 2", 1, 5),
            ("{\"a\":[}", 1, 7),
            ("[1 2]", 1, 4),
        ] {
            let error = BatchError::Json(JsonError::Malformed { line, column });
            assert_eq!(Batch::Array.rows(text, 9), Err(error), "{text:?}");
        }
        for text in ["{}", "1", "null", " \"a\" "] {
            assert_eq!(Batch::Array.rows(text, 9), Err(BatchError::NotAnArray), "{text}");
        }
    }

    #[test]
    fn what_only_one_customer_has_is_that_rows_matter() {
        let deep = ["[".repeat(17), "]".repeat(17)].concat();
        let text = ["[{\"a\":1,\"a\":2},", &deep, "]"].concat();
        let rows = Batch::Array.rows(&text, 2).unwrap();
        let read: Vec<_> = rows.iter().map(|row| RawRecord::from_json(row).unwrap_err()).collect();
        let name = "a".into();
        assert_eq!(read[0], JsonError::DuplicateField { name, line: 1, column: 8 });
        assert_eq!(read[1], JsonError::TooDeep { line: 1, column: 17 });
    }

    #[test]
    fn the_row_over_the_limit_ends_reading() {
        let full = Err(BatchError::TooManyRows { limit: 2 });
        assert_eq!(Batch::Array.rows("[1,2,3 what follows is not read", 2), full);
        assert_eq!(Batch::Ndjson.rows("1\n2\n\n3\n4", 2), full);
        assert_eq!(Batch::Array.rows("[1,2]", 2).map(|rows| rows.len()), Ok(2));
        assert_eq!(Batch::Ndjson.rows("1\n2\n\n", 2).map(|rows| rows.len()), Ok(2));
        let malformed = BatchError::Json(JsonError::Malformed { line: 1, column: 4 });
        assert_eq!(Batch::Array.rows("[1 2,3,4", 2), Err(malformed));
    }

    /// The oracle is `serde_json`.
    #[test]
    fn every_prefix_of_a_batch_is_an_error_and_rows_are_what_a_tree_would_hold() {
        let text = r#"[{"a":[1,{"b":"ü\u00e4"}],"c":-1.5e3},{"d":{"e":null}},true]"#;
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let prefix = &text[..end];
            assert!(matches!(Batch::Array.rows(prefix, 9), Err(BatchError::Json(_))), "{prefix}");
            assert_eq!(Batch::Ndjson.rows(prefix, 9).unwrap().concat(), prefix);
        }
        let rows = Batch::Array.rows(text, 9).unwrap();
        let tree: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
        assert_eq!(rows.len(), tree.len());
        for (row, item) in rows.iter().zip(&tree) {
            let row: serde_json::Value = serde_json::from_str(row).unwrap();
            assert_eq!(row.to_string(), item.to_string());
        }
    }
}
