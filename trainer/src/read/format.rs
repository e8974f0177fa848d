//! What kind of file it is: by what it begins with, then by its name.

use std::path::Path;

use super::bytes::Bytes;
use super::limits::bad;
use crate::error::Error;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Delimited text, whatever the delimiter.
    Csv,
    /// One JSON object in each line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
    /// An Excel workbook.
    Xlsx,
}

impl Format {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Ndjson => "NDJSON",
            Self::Parquet => "Parquet",
            Self::Xlsx => "Excel",
        }
    }
}

/// How much of a file is looked at.
const LOOKED_AT: usize = 512;

/// Beginnings of files that are no table that is read here: what they are and what to do.
const STRANGERS: [(&[u8], &str, &str); 9] = [
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel workbook (.xls) or one with a password",
        "save it as .xlsx without a password, or as CSV",
    ),
    (b"\x28\xb5\x2f\xfd", "packed by zstd", "unpack it: `zstd -dc FILE | trainer fit -`"),
    (b"BZh", "packed by bzip2", "unpack it: `bzip2 -dc FILE | trainer fit -`"),
    (b"\xfd7zXZ\0", "packed by xz", "unpack it: `xz -dc FILE | trainer fit -`"),
    (b"SQLite format 3\0", "an SQLite database", "export the table as CSV"),
    (b"%PDF-", "a PDF document", "give a CSV, NDJSON, Parquet or Excel file"),
    (b"ORC", "an ORC file", "write it as Parquet or CSV"),
    (b"Obj\x01", "an Avro file", "write it as Parquet or CSV"),
    (b"ARROW1", "an Arrow file", "write it as Parquet or CSV"),
];

/// Recognises a file by its beginning.
///
/// # Errors
/// When it is something known that is not read here, or reading fails.
pub(super) fn recognise(bytes: &mut Bytes) -> Result<Format, Error> {
    let path = bytes.path().to_owned();
    let ending = ending(&path);
    let head = bytes.peek(LOOKED_AT)?;
    if head.starts_with(b"PK\x03\x04") {
        return Ok(Format::Xlsx);
    }
    if head.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    // `ORC` and `BZh` may begin a header too.
    let stranger = |magic: &[u8]| {
        head.starts_with(magic) && (magic.len() > 3 || head.iter().take(64).any(|b| *b < 9))
    };
    if let Some((_, what, hint)) = STRANGERS.iter().find(|(magic, ..)| stranger(magic)) {
        return Err(bad(&path, 1, format!("the file is {what}"), hint));
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if text.starts_with(b"<") {
        let hint = "give a CSV, NDJSON, Parquet or Excel file";
        return Err(bad(&path, 1, "the file is a web page or XML", hint));
    }
    let after = |open: &[u8]| text.strip_prefix(open).map(<[u8]>::trim_ascii_start);
    if after(b"[").is_some_and(|rest| rest.starts_with(b"{") || rest.starts_with(b"]")) {
        return Err(bad(
            &path,
            1,
            "the file is one JSON array",
            "`jq -c '.[]'` writes one object in each line",
        ));
    }
    let object = after(b"{").is_some_and(|rest| rest.starts_with(b"\"") || rest.starts_with(b"}"));
    if object || (matches!(ending.as_str(), "ndjson" | "jsonl") && !text.is_empty()) {
        return Ok(Format::Ndjson);
    }
    if ending == "parquet" {
        return Ok(Format::Parquet);
    }
    Ok(Format::Csv)
}

/// The end of a file's name in small letters, without `.gz`.
fn ending(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, content: &'static [u8]) -> Result<Format, String> {
        let source = Box::new(content);
        let mut bytes = Bytes::new(source, Path::new(name), None, false).unwrap();
        recognise(&mut bytes).map_err(|error| error.to_string())
    }

    #[test]
    fn content_decides_and_then_the_name() {
        assert_eq!(of("a.csv", b"{\"a\": 1}"), Ok(Format::Ndjson));
        assert_eq!(of("a.csv", b"PAR1..."), Ok(Format::Parquet));
        assert_eq!(of("a.txt", b"PK\x03\x04"), Ok(Format::Xlsx));
        assert_eq!(of("a.xlsx", b"a;b\n1;2\n"), Ok(Format::Csv));
        assert_eq!(of("a.jsonl.gz", b"x"), Ok(Format::Ndjson));
        assert_eq!(of("a.parquet", b"x"), Ok(Format::Parquet));
        assert_eq!(of("a", b"{id},{name}\n1,2\n"), Ok(Format::Csv));
        assert_eq!(of("a", b"[id],[name]\n1,2\n"), Ok(Format::Csv));
        assert_eq!(of("a", b"ORC_ID,b\n1,2\n"), Ok(Format::Csv));
        assert_eq!(of("a", b""), Ok(Format::Csv));
    }

    #[test]
    fn known_strangers_are_named() {
        assert!(of("a", b" [ {\"a\": 1}]").unwrap_err().contains("JSON array"));
        assert!(of("a.csv", b"\x28\xb5\x2f\xfd...").unwrap_err().contains("zstd"));
        assert!(of("a", b"<!DOCTYPE html>").unwrap_err().contains("web page"));
        assert!(of("a.xls", b"\xd0\xcf\x11\xe0").unwrap_err().contains("old Excel"));
    }
}
