use super::*;
use alloc::string::String;
use alloc::vec;

fn rows(input: &[u8], step: usize) -> Vec<(u64, Vec<String>)> {
    let mut reader = RowReader::new(b',');
    let mut rows = Vec::new();
    let mut rest = input;
    loop {
        let step = if rest.len() == input.len() { step.max(3) } else { step };
        let (consumed, outcome) = reader.read(&rest[..step.min(rest.len())]);
        rest = &rest[consumed..];
        match outcome {
            Step::Row => {
                rows.push((reader.line(), reader.cells().unwrap().map(String::from).collect()));
            }
            Step::NeedsInput => {}
            Step::End => return rows,
            Step::TooLong | Step::OpenQuote => panic!("{outcome:?}"),
        }
    }
}

#[test]
fn the_same_rows_come_out_however_the_bytes_are_cut() {
    let input = b"\xef\xbb\xbfa,b\r\n1,\"x\ny\"\r\n\r\n2,\"say \"\"hi\"\"\"\n3,";
    let whole = rows(input, usize::MAX);
    assert_eq!(whole.len(), 4);
    assert_eq!(whole[0], (1, vec!["a".into(), "b".into()]));
    assert_eq!(whole[1], (2, vec!["1".into(), "x\ny".into()]));
    assert_eq!(whole[2], (5, vec!["2".into(), "say \"hi\"".into()]));
    assert_eq!(whole[3], (6, vec!["3".into(), String::new()]));
    for step in 1..input.len() {
        assert_eq!(rows(input, step), whole, "cut every {step} bytes");
    }
}

#[test]
fn rows_stand_one_after_another_in_a_callers_block() {
    let input = "name;note\r\n\"a;\"\"b\";5\" é\n\n\n;x".as_bytes();
    for step in 1..=input.len() {
        let mut reader = RowReader::new(b';');
        let (mut text, mut ends, mut lines) = (vec![], vec![], vec![]);
        let mut rest = input;
        loop {
            let part = &rest[..step.min(rest.len())];
            let (consumed, outcome) = reader.read_into(part, &mut text, &mut ends);
            rest = &rest[consumed..];
            match outcome {
                Step::Row => lines.push(reader.line()),
                Step::NeedsInput => {}
                Step::End => break,
                Step::TooLong | Step::OpenQuote => panic!("{outcome:?}"),
            }
        }
        assert_eq!(String::from_utf8(text).unwrap(), "namenotea;\"b5\" éx");
        assert_eq!(ends, [4, 8, 12, 17, 17, 18], "cut every {step} bytes");
        assert_eq!((lines, reader.lines_read()), (vec![1, 2, 5], 4));
    }
}

#[test]
fn a_row_may_be_as_long_as_the_limit_and_no_longer() {
    for (len, fits) in [(MAX_ROW_BYTES - 1, true), (MAX_ROW_BYTES + 1, false)] {
        let mut input = vec![b'x'; len];
        input.push(b'\n');
        let (_, step) = RowReader::default().read(&input);
        assert_eq!(step, if fits { Step::Row } else { Step::TooLong });
    }
    for (n, fits) in [(MAX_CELLS - 1, true), (MAX_CELLS + 1, false)] {
        let mut input = vec![b'\t'; n - 1];
        input.push(b'\n');
        let (_, step) = RowReader::new(b'\t').read(&input);
        assert_eq!(step, if fits { Step::Row } else { Step::TooLong });
    }
}

#[test]
fn blank_lines_are_skipped_and_counted() {
    let mut reader = RowReader::default();
    for n in 1..=1000 {
        assert_eq!(reader.read(b"\n\r\n\r"), (4, Step::NeedsInput));
        // The last return and the next line end are one pair.
        assert_eq!(reader.lines_read(), 2 * n + 1);
    }
}

#[test]
fn bytes_that_are_not_text_have_no_cells() {
    for (input, is_text) in
        [(&b"a,\xc3\xa9\n"[..], true), (b"a,\xff\n", false), (b"\xc3,\xa9\n", false)]
    {
        let mut reader = RowReader::default();
        assert_eq!(reader.read(input).1, Step::Row);
        assert_eq!(reader.cells().is_some(), is_text, "{input:?}");
    }
}

#[test]
fn an_endless_row_ends_in_an_error() {
    let mut reader = RowReader::new(b',');
    let chunk = [b'x'; 4096];
    let mut fed = 0;
    loop {
        match reader.read(&chunk) {
            (n, Step::NeedsInput) => fed += n,
            (_, Step::TooLong) => break,
            other => panic!("{other:?}"),
        }
        assert!(fed <= 2 * MAX_ROW_BYTES);
    }
}

#[test]
fn quotes_that_are_never_closed_are_told_with_their_line() {
    let end = |input: &[u8]| {
        let mut reader = RowReader::new(b',');
        let mut rest = input;
        loop {
            let (consumed, step) = reader.read(rest);
            rest = &rest[consumed..];
            if matches!(step, Step::End | Step::OpenQuote) {
                return (step, reader.line());
            }
        }
    };
    assert_eq!(end(b"a,b\n1,\"2\n3,4\n5,6\n"), (Step::OpenQuote, 2));
    assert_eq!(end(b"a,b\n1,\"2\"\"\n").0, Step::OpenQuote);
    for closed in [&b"a\n\"x\""[..], b"a\n\"x\"\"\"", b"a\n5\" pipe", b"a,b\n\"\",\"\"\n"] {
        assert_eq!(end(closed).0, Step::End, "{closed:?}");
    }
}

#[test]
fn lines_are_counted_whatever_ends_them() {
    for line_end in ["\n", "\r\n", "\r"] {
        let input = ["a", "1", "\"2", "2\"", "3"].join(line_end);
        let lines: Vec<u64> =
            rows(input.as_bytes(), usize::MAX).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [1, 2, 3, 5], "{line_end:?}");
    }
}

#[test]
fn an_empty_table_has_no_rows() {
    assert!(rows(b"", 8).is_empty());
    assert!(rows(b"\n\r\n\n", 8).is_empty());
}

#[test]
fn only_the_first_byte_order_mark_is_skipped_however_the_bytes_are_cut() {
    let input = b"\xef\xbb\xbf\xef\xbb\xbfa,b\n1,2\n";
    let whole = rows(input, usize::MAX);
    assert_eq!(whole[0].1, ["\u{feff}a", "b"]);
    for step in 1..input.len() {
        assert_eq!(rows(input, step), whole, "cut every {step} bytes");
    }
}
