//! Looks into a zip file before a decoder does: small files unpack to more than any memory holds.

use std::fs::File;
use std::io::{self, Read as _};

use zip::ZipArchive;

/// How much a workbook may unpack to: in all, and any part that is held in memory as a whole.
const MAX_UNPACKED: u64 = 1 << 30;
const MAX_PART: u64 = 256 << 20;

/// How many parts a workbook may have.
const MAX_PARTS: usize = 10_000;

/// What a zip file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zip {
    /// An Excel workbook of bearable size.
    Workbook,
    /// Something else in a zip file.
    Other,
    /// It unpacks to too much.
    Bomb,
    Damaged,
}

/// Unpacks everything once, to nowhere.
pub(super) fn look(file: &File) -> Zip {
    let Ok(mut archive) = ZipArchive::new(file) else { return Zip::Damaged };
    if archive.len() > MAX_PARTS {
        return Zip::Bomb;
    }
    // Found whatever the case is, as Excel and decoders do.
    if !archive
        .file_names()
        .any(|name| name.is_ok_and(|name| name.eq_ignore_ascii_case("xl/workbook.xml")))
    {
        return Zip::Other;
    }
    let mut unpacked = 0;
    for at in 0..archive.len() {
        let Ok(part) = archive.by_index(at) else { return Zip::Damaged };
        // The rows are read one by one.
        let streamed =
            part.name().is_ok_and(|name| name.to_ascii_lowercase().contains("worksheets/"));
        let room = MAX_UNPACKED - unpacked;
        let room = if streamed { room } else { room.min(MAX_PART) };
        // What a part's entry says of its size may be a lie.
        let Ok(size) = io::copy(&mut part.take(room + 1), &mut io::sink()) else {
            return Zip::Damaged;
        };
        if size > room {
            return Zip::Bomb;
        }
        unpacked += size;
    }
    Zip::Workbook
}
