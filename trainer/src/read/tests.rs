//! Real small files of every format, and hostile ones.

mod excel;
mod ndjson;
mod parquet;

use std::fs;
use std::io::{Read, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use shared::dialect::DecimalMark;

use super::*;

/// What a file came to: header, rows with their lines and faults, and how it was announced.
#[derive(Debug, PartialEq)]
struct Outcome {
    header: Vec<String>,
    rows: Vec<(u64, Vec<String>, Option<String>)>,
    announced: String,
}

impl Outcome {
    fn cells(&self) -> Vec<Vec<&str>> {
        self.rows.iter().map(|(_, cells, _)| cells.iter().map(String::as_str).collect()).collect()
    }

    fn lines(&self) -> Vec<u64> {
        self.rows.iter().map(|(line, ..)| *line).collect()
    }
}

fn drain(mut source: Source) -> Result<Outcome, String> {
    let (mut block, mut rows) = (Block::new(), Vec::new());
    while source.fill(&mut block).map_err(|error| in_words(&error))? {
        assert!(block.n_rows() > 0);
        rows.extend(block.rows().map(|row| {
            (row.line, row.cells().map(str::to_owned).collect(), row.fault.map(str::to_owned))
        }));
    }
    assert!(!source.fill(&mut block).map_err(|error| in_words(&error))?, "the end is the end");
    Ok(Outcome { header: source.header().to_vec(), rows, announced: source.announce() })
}

fn in_words(error: &Error) -> String {
    format!("{error} | {}", error.hint())
}

/// Reads a file of this name and content from a folder.
fn read(name: &str, content: &[u8], options: &ReadOptions) -> Result<Outcome, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    let outcome = Source::open(&path, options).map_err(|error| in_words(&error)).and_then(drain);
    outcome.map_err(|message| message.replace(&folder.path().display().to_string(), ""))
}

/// Reads the same from a pipe.
fn piped(content: impl Read + Send + 'static, options: &ReadOptions) -> Result<Outcome, String> {
    let path = Path::new("standard input");
    let bytes = Bytes::new(Box::new(content), path, None, false).map_err(|e| in_words(&e))?;
    Source::of(bytes, options).map_err(|error| in_words(&error)).and_then(drain)
}

fn plain(name: &str, content: &[u8]) -> Outcome {
    read(name, content, &ReadOptions::default()).unwrap()
}

fn refused(name: &str, content: &[u8]) -> String {
    read(name, content, &ReadOptions::default()).unwrap_err()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

const CSV: &[u8] = b"id;amount;note\r\n1;2,5;\"a;b\"\r\n\r\n2;;x\r\n";

#[test]
fn a_source_may_go_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Source>();
    is_send::<Block>();
}

#[test]
fn a_csv_file_is_read_as_it_is_written() {
    let outcome = plain("f.csv", CSV);
    assert_eq!(outcome.header, ["id", "amount", "note"]);
    assert_eq!(outcome.cells(), [["1", "2,5", "a;b"], ["2", "", "x"]]);
    assert_eq!(outcome.lines(), [2, 4]);
    assert!(outcome.announced.starts_with("semicolon, "), "{}", outcome.announced);
}

#[test]
fn a_packed_file_and_a_pipe_give_the_same_rows() {
    let expected = plain("f.csv", CSV);
    // Two members one after another are one file.
    let (front, back) = CSV.split_at(20);
    let packed = [gzip(front), gzip(back)].concat();
    for content in [packed.clone(), gzip(CSV)] {
        let outcome = plain("f.csv.gz", &content);
        assert_eq!(outcome.rows, expected.rows);
        assert_eq!(outcome.announced, format!("gzip, {}", expected.announced));
    }
    let options = ReadOptions::default();
    assert_eq!(piped(CSV, &options).unwrap(), expected);
    assert_eq!(piped(std::io::Cursor::new(packed), &options).unwrap().rows, expected.rows);
}

#[test]
fn quirks_of_headers_are_met_with_kindness() {
    let trailing = plain("f.csv", b"a,b,\n1,2,\n3,4,\n");
    assert_eq!(trailing.header, ["a", "b", "column_3"]);
    assert_eq!(plain("f.csv", b"a,b\n1,2,\n3,4, ,\n").cells(), [["1", "2"], ["3", "4"]]);
    let only_above = plain("f.csv", b"a,b,,\nx,2\ny,4\n");
    assert_eq!(only_above.header, ["a", "b"]);
    let of_r = plain("f.csv", b"\"x\",\"y\"\n\"1\",5,6\n\"2\",7,8\n");
    assert_eq!(of_r.header, ["column_1", "x", "y"]);
    assert_eq!(of_r.cells(), [["1", "5", "6"], ["2", "7", "8"]]);
    assert_eq!(plain("f.csv", b"sep=;\na;b\n1;2\n").header, ["a", "b"]);
}

#[test]
fn rows_of_another_width_are_the_readers_to_judge() {
    let outcome = plain("f.csv", b"a,b\n1\n1,2,3\n1,2\n");
    let widths: Vec<usize> = outcome.cells().iter().map(Vec::len).collect();
    assert_eq!(widths, [1, 3, 2]);
}

#[test]
fn a_file_without_a_header_is_noticed_and_can_be_read() {
    let content = b"Anna,34,17.5\nBen,41,3.25\n";
    let message = refused("f.csv", content);
    assert!(message.contains("line 1: the first row looks like a customer"), "{message}");
    assert!(message.contains("--no-header"), "{message}");
    let options = ReadOptions { header: false, ..ReadOptions::default() };
    let outcome = read("f.csv", content, &options).unwrap();
    assert_eq!(outcome.header, ["column_1", "column_2", "column_3"]);
    assert_eq!((outcome.rows.len(), outcome.lines()), (2, vec![1, 2]));
}

#[test]
fn lines_above_the_header_are_skipped_and_counted() {
    let content = b"Export of 2024\n\"by hand\n\na,b\n1,2\n";
    let options = ReadOptions { skip_lines: 2, ..ReadOptions::default() };
    let outcome = read("f.csv", content, &options).unwrap();
    assert_eq!(outcome.header, ["a", "b"]);
    assert_eq!(outcome.lines(), [5]);
    for line_end in ["\r", "\r\n"] {
        let content = ["sep=;", "a;b", "1;2"].join(line_end);
        assert_eq!(plain("f.csv", content.as_bytes()).lines(), [3], "{line_end:?}");
        let skip = ReadOptions { skip_lines: 1, ..ReadOptions::default() };
        assert_eq!(read("f.csv", content.as_bytes(), &skip).unwrap().lines(), [3]);
    }
    let all = ReadOptions { skip_lines: 9, ..ReadOptions::default() };
    assert!(read("f.csv", content, &all).unwrap_err().contains("fewer lines than the"));
}

#[test]
fn a_title_above_the_header_is_noticed() {
    for title in ["Customers of 2024\n\n", "Customers,,\n\n"] {
        let content = format!("{title}a,b,c\n1,2,3\n4,5,6\n");
        let message = refused("f.csv", content.as_bytes());
        assert!(message.contains("line 1: this line names one column"), "{message}");
        assert!(message.contains("`--skip-lines 2`"), "{message}");
        let options = ReadOptions { skip_lines: 2, ..ReadOptions::default() };
        let outcome = read("f.csv", content.as_bytes(), &options).unwrap();
        assert_eq!((outcome.header.len(), outcome.lines()), (3, vec![4, 5]));
    }
    assert_eq!(plain("f.csv", b"a\n1\n2,3\n4\n").header, ["a"]);
}

#[test]
fn an_empty_file_is_refused_and_a_header_alone_is_not() {
    assert!(refused("f.csv", b"").contains("the file is empty"));
    assert!(refused("f.csv", b"\n\r\n").contains("the file is empty"));
    assert_eq!(plain("f.csv", b"a,b\n").rows, []);
}

#[test]
fn text_that_is_none_is_told_with_its_line_and_a_remedy() {
    let utf8 = "a,b\nü,1\n".as_bytes();
    let message = refused("f.csv", &[utf8, b"x,\xff\n"].concat());
    assert!(message.contains("line 3: the text is not UTF-8"), "{message}");
    assert!(message.contains("--encoding"), "{message}");
    assert!(refused("f.csv", b"a,b\n1,2\n\n3,\0\n").contains("line 4: a NUL byte"));
    let western = plain("f.csv", b"a,b\n\xfc,1\n");
    assert_eq!(western.cells(), [["ü", "1"]]);
    assert!(western.announced.contains("Windows-1252"));
}

#[test]
fn open_quotes_and_endless_rows_are_told_with_their_line() {
    assert!(refused("f.csv", b"a,b\n1,2\n3,\"4\n5,6\n").contains("line 3: a quote opens"));
    let message = refused("f.csv", format!("a,b\n1,\"{}", "x".repeat(1 << 21)).as_bytes());
    assert!(message.contains("line 2: a row of over"), "{message}");
}

#[test]
fn too_many_rows_are_an_error_that_names_the_option() {
    let options = ReadOptions { max_rows: 2, ..ReadOptions::default() };
    assert_eq!(read("f.csv", b"a\nx\ny\n", &options).unwrap().rows.len(), 2);
    let message = read("f.csv", b"a\nx\ny\nz\n", &options).unwrap_err();
    assert!(message.contains("line 4: more than 2 rows | pass `--max-rows`"), "{message}");
    assert!(read("f.csv", b"a\nx\n\n\ny\n", &options).unwrap_err().contains("more than 2 rows"));
}

#[test]
fn endless_input_ends() {
    let options = ReadOptions { max_rows: 1000, ..ReadOptions::default() };
    let endless = |line: &'static [u8]| std::iter::repeat(line).flatten().copied();
    for line in [&b"\n"[..], b"1,2\n", b",\n", b"{\"a\": 1}\n", b"x"] {
        let message = piped(Endless(Box::new(endless(line))), &options).unwrap_err();
        assert!(message.contains("more than 1000 rows") || message.contains("row of over"));
    }
    let nothing = piped(Endless(Box::new(endless(b"\0"))), &options).unwrap_err();
    assert!(nothing.contains("NUL"), "{nothing}");
}

/// A stream that never ends.
struct Endless(Box<dyn Iterator<Item = u8> + Send>);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        buffer.iter_mut().zip(&mut self.0).for_each(|(to, byte)| *to = byte);
        Ok(buffer.len())
    }
}

#[test]
fn a_gzip_bomb_is_bounded_like_any_file() {
    let bomb = gzip(&vec![b'\n'; 20 << 20]);
    assert!(bomb.len() < 1 << 20);
    let options = ReadOptions { max_rows: 1000, ..ReadOptions::default() };
    assert!(read("f.csv.gz", &bomb, &options).unwrap_err().contains("more than 1000 rows"));
}

#[test]
fn every_cut_of_a_gzip_file_is_an_error() {
    let packed = gzip(&CSV.repeat(50));
    for len in 2..packed.len() {
        let message = refused("f.csv.gz", &packed[..len]);
        assert!(message.contains("the gzip file is damaged or cut short"), "{len}: {message}");
    }
}

#[test]
fn an_option_that_a_format_has_no_use_for_is_refused() {
    let options = ReadOptions { delimiter: Some(b';'), ..ReadOptions::default() };
    let message = read("f.ndjson", b"{\"a\": 1}", &options).unwrap_err();
    assert!(message.starts_with("`--delimiter` is of no use here: this file is NDJSON"));
    let options = ReadOptions { sheet: Some("x".into()), ..ReadOptions::default() };
    assert!(read("f.csv", CSV, &options).unwrap_err().contains("`--sheet`"));
}

#[test]
fn what_the_person_said_is_what_is_read() {
    let options = ReadOptions {
        delimiter: Some(b'|'),
        decimal: Some(DecimalMark::Comma),
        missing: vec!["-9".into()],
        ..ReadOptions::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.txt");
    fs::write(&path, "a|b,c\n1|2\n").unwrap();
    let source = Source::open(&path, &options).unwrap();
    assert_eq!(source.style().decimal, DecimalMark::Comma);
    assert_eq!(source.style().missing, ["-9"]);
    assert_eq!(source.header(), ["a", "b,c"]);
    assert_eq!(source.path(), path);
    assert_eq!(source.progress(), (10, Some(10)));
}

#[test]
fn a_file_larger_than_a_block_comes_in_several_whole_and_in_order() {
    let rows: Vec<String> = (0..200_000).map(|n| format!("{n},\"{n}\"")).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.csv");
    fs::write(&path, format!("a,b\n{}", rows.join("\n"))).unwrap();
    let mut source = Source::open(&path, &ReadOptions::default()).unwrap();
    let (mut block, mut next, mut blocks) = (Block::new(), 0, 0);
    while source.fill(&mut block).unwrap() {
        blocks += 1;
        for row in block.rows() {
            assert_eq!(row.line, next + 2);
            assert_eq!(row.cell(0), next.to_string());
            assert_eq!(row.cell(1), row.cell(0));
            next += 1;
        }
    }
    assert_eq!((next, blocks), (200_000, 3));
}
