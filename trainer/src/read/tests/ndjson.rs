use super::*;

#[test]
fn the_header_is_every_field_in_the_order_of_its_appearance() {
    let content =
        b"\xef\xbb\xbf{\"a\": 1.50, \"b\": \"x\\u00fc\"}\n\n{\"c\": true, \"a\": null}\r\n{}\n\
                    {\"b\": \"\", \"c\": 12345678901234567890.10}";
    let outcome = plain("f.ndjson", content);
    assert_eq!(outcome.header, ["a", "b", "c"]);
    let expected =
        [["1.50", "xü", ""], ["", "", "true"], ["", "", ""], ["", "", "12345678901234567890.10"]];
    assert_eq!(outcome.cells(), expected);
    assert_eq!(outcome.lines(), [1, 3, 4, 5]);
    assert_eq!(outcome.announced, "NDJSON");
    let from_pipe = piped(&content[..], &ReadOptions::default()).unwrap();
    assert_eq!(from_pipe, outcome);
    assert_eq!(plain("f.gz", &gzip(content)).rows, outcome.rows);
}

#[test]
fn faulty_lines_are_rows_with_their_fault_and_never_quote_a_value() {
    let content = b"{\"a\": 1}\n{\"a\": secret}\n{\"a\": [\"secret\"]}\n{\"a\": 1, \"a\": 2}\n[1]\n\
                    {\"a\": \"\\ud800\"}\n{\"a\": 01}\n{\"a\": \"\xff\"}\n{\"a\": 2} x\n{\"a\": 3}\n";
    let outcome = plain("f.ndjson", content);
    let faults: Vec<&str> =
        outcome.rows.iter().map(|(.., fault)| fault.as_deref().unwrap_or("")).collect();
    let goes_wrong = "not a JSON object: it breaks off or goes wrong at byte";
    let expected = [
        "",
        &format!("{goes_wrong} 7"),
        "",
        "the field `a` is there twice",
        "not a JSON object",
        "the field `a` holds an escape that stands for no character",
        &format!("{goes_wrong} 8"),
        "the text is not UTF-8",
        &format!("{goes_wrong} 10"),
        "",
    ];
    assert_eq!(faults, expected);
    assert_eq!(outcome.rows[1].1, ["{\"a\": secret}"], "the line is kept to be mended");
    assert_eq!(outcome.rows[2].1, [""], "a list is no cell");
}

#[test]
fn a_field_that_comes_too_late_in_a_pipe_is_an_error_with_a_remedy() {
    let mut content = "{\"a\": 1}\n".repeat(20_000);
    content.push_str("{\"a\": 1, \"late\": 2}\n");
    let outcome = plain("f.ndjson", content.as_bytes());
    assert_eq!(outcome.header, ["a", "late"]);
    let message = piped(std::io::Cursor::new(content), &ReadOptions::default()).unwrap_err();
    assert!(message.contains("line 20001: the field `late` comes up here"), "{message}");
    assert!(message.contains("write it to a file first"), "{message}");
}

#[test]
fn what_is_not_one_object_a_line_is_refused() {
    let pretty = "{\n  \"a\": 1\n}\n";
    assert!(refused("f.json", pretty.as_bytes()).contains("no line is a JSON object"));
    assert!(refused("f.json", b"[{\"a\": 1}]").contains("jq -c '.[]'"));
    assert!(refused("f.ndjson", b"{}\n{}\n").contains("no line is a JSON object with fields"));
    assert!(refused("f.ndjson", b"\n").contains("the file is empty"));
    let long = format!("{{\"a\": \"{}\"}}", "x".repeat(1 << 21)).into_bytes();
    assert!(refused("f.ndjson", &long).contains("line 1: a line of over 1048576 bytes"));
}

#[test]
fn objects_in_objects_are_fields_with_a_point_in_their_name() {
    let content = b"{\"a\": {\"b\": {\"c\": 1, \"d\": {\"e\": {\"f\": 2}}}, \"x\": []}, \"y\": {}}\n\
                    {\"a\": null, \"z\": \"v\"}\n{\"a\": {\"b\": 1}}\n{\"a.b\": 1, \"a\": {\"b\": 2}}\n";
    let outcome = plain("f.ndjson", content);
    assert_eq!(outcome.header, ["a.b.c", "a.b.d.e", "a.x", "a", "z", "a.b"]);
    let expected =
        [["1", "", "", "", "", ""], ["", "", "", "", "v", ""], ["", "", "", "", "", "1"]];
    assert_eq!(outcome.cells()[..3], expected);
    assert_eq!(outcome.rows[3].2.as_deref(), Some("the field `a.b` is there twice"));
}

#[test]
fn deep_and_wide_objects_are_bounded() {
    let deep = format!("{{\"a\": 1}}\n{{\"a\": {}", "[".repeat(500_000)).into_bytes();
    assert!(plain("f.ndjson", &deep).rows[1].2.is_some());
    let wide: Vec<String> = (0..20_000).map(|n| format!("{{\"f{n}\": 1}}")).collect();
    let wide = wide.join("\n");
    assert!(refused("f.ndjson", wide.as_bytes()).contains("more than 16384 different fields"));
}
