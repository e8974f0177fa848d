use super::*;
use DecimalMark::{Comma, Point};
use alloc::format;
use alloc::string::ToString;

fn of(sample: &str) -> Dialect {
    recognise(sample, true, Told::default())
}

fn delimiter(sample: &str) -> char {
    of(sample).delimiter.into()
}

/// The mark of a table with one column of these numbers beside one of words.
fn decimal(delimiter: char, cells: &[&str]) -> DecimalMark {
    let mut sample = format!("name{delimiter}x\n");
    for cell in cells {
        sample.extend(["a", &delimiter.to_string(), "\"", cell, "\"\n"]);
    }
    let found = of(&sample);
    assert_eq!(char::from(found.delimiter), delimiter, "{sample}");
    found.decimal
}

#[test]
fn each_delimiter_is_recognised() {
    for delimiter in DELIMITERS.map(char::from) {
        let sample = "id,name,age\n1,Ann,30\n2,Bob,41\n".replace(',', &delimiter.to_string());
        assert_eq!(char::from(of(&sample).delimiter), delimiter);
        assert_eq!(char::from(of(sample.lines().next().unwrap()).delimiter), delimiter);
    }
}

#[test]
fn other_delimiters_in_the_text_do_not_deceive() {
    assert_eq!(delimiter("name;note\nAnn;a, b, c\nBob;d\nEve;e, f\n"), ';');
    assert_eq!(delimiter("name;note\nDoe, Ann;x, y\nRoe, Bob;z, w\n"), ';');
    assert_eq!(delimiter("name, first;age\nDoe, Ann;30\nRoe, Bob;41\n"), ';');
    assert_eq!(delimiter("id;a;b\n1;3,5;2,5\n2;4,5;1,5\n"), ';');
    assert_eq!(delimiter("id;amount\n1;3,5\n2;4,5\n"), ';');
    assert_eq!(delimiter("id,note,n\n1,\"a;b\",3\n2,\"c;d\",4\n"), ',');
    assert_eq!(delimiter("name,note,n\nAnn,a;b,3\nBob,c;d,4\n"), ',');
    assert_eq!(delimiter("name,note\nAnn,a;b\nBob,c;d\n"), ',');
    assert_eq!(delimiter("name,path,n\nAnn,a|b,3\nBob,c|d,4\n"), ',');
    assert_eq!(delimiter("name\tnote\nAnn\ta, b\nBob\tc, d\n"), '\t');
    assert_eq!(delimiter("a,b\n\"x\ny;z\",1\n\"x\ny;z\",2\n"), ',');
}

#[test]
fn titles_and_ragged_rows_do_not_deceive() {
    let rows = "id;name;amount\n1;a;3,5\n2;b;4,5\n3;c;5,25\n4;d;6,5\n";
    assert_eq!(delimiter(&format!("Sales\n{rows}")), ';');
    assert_eq!(delimiter(&format!("Report of sales, Q4\nby Ann\n\n{rows}")), ';');
    assert_eq!(delimiter(&format!("Report of sales, 2024\nby Ann, Bob\nx\n{rows}")), ';');
    assert_eq!(delimiter(&format!("{rows}5;e\n6;f;1;2\n")), ';');
}

#[test]
fn one_column_has_commas_unless_its_numbers_do() {
    assert_eq!(delimiter("age\n30\n41\n"), ',');
    assert_eq!(delimiter(""), ',');
    assert_eq!(delimiter("\n\n"), ',');
    assert_eq!(delimiter("note\nhello\nhello, world\n"), ',');
    let found = of("amount\n3,5\n4,25\n");
    assert_eq!((found.delimiter, found.decimal), (b';', Comma));
}

#[test]
fn a_row_that_the_sample_cuts_does_not_count() {
    let sample = "a;b;c\n1;2;3\n4;\"5, 6, 7";
    assert_eq!(recognise(sample, false, Told::default()).delimiter, b';');
    assert_eq!(recognise("a;b;c", false, Told::default()).delimiter, b';');
}

#[test]
fn what_is_told_is_not_asked() {
    let told = Told { delimiter: Some(b';'), decimal: Some(Comma) };
    let found = recognise("a,b\n1.5,2.5\n", true, told);
    assert_eq!((found.delimiter, found.decimal), (b';', Comma));
}

#[test]
fn the_line_that_excel_writes_is_honoured() {
    for line in ["sep=;\r\n", "SEP=;\n", "\"sep=;\"\r"] {
        let found = of(&format!("{line}a,b;c\n1,2;3\n"));
        assert_eq!((found.delimiter, found.sep_line), (b';', true), "{line:?}");
    }
    let found = of("sep=:\na,b\n1,2\n");
    assert_eq!((found.delimiter, found.sep_line), (b',', true));
    assert!(!of("sep,a\n1,2\n").sep_line);
    let told = Told { delimiter: Some(b'|'), ..Told::default() };
    let found = recognise("sep=;\na|b\n", true, told);
    assert_eq!((found.delimiter, found.sep_line), (b'|', true));
}

#[test]
fn numbers_with_one_reading_decide_the_mark() {
    for cell in ["3,5", "1.234,56", "0,123", "12,3456", "1.234.567", "-3,5", "3,5 €", "12,5 %"] {
        for delimiter in DELIMITERS.map(char::from) {
            assert_eq!(decimal(delimiter, &[cell, "7", "1,234"]), Comma, "{cell:?}");
        }
    }
    for cell in ["3.5", "1,234.56", "0.123", "12.3456", "1,234,567", "(3.5)", "$3.5"] {
        for delimiter in DELIMITERS.map(char::from) {
            assert_eq!(decimal(delimiter, &[cell, "7", "1.234"]), Point, "{cell:?}");
        }
    }
}

#[test]
fn dates_versions_and_addresses_say_nothing_of_the_mark() {
    for cell in ["01.02.2012", "1.2.3", "10.0.0.1", "192.168.100.200", "12:30", "1,2,3", "a.b"] {
        assert_eq!(decimal(';', &[cell]), Point, "{cell:?}");
        assert_eq!(decimal(';', &[cell, cell, "3,5"]), Comma, "{cell:?}");
    }
}

#[test]
fn where_all_could_be_thousands_the_delimiter_decides() {
    // Thousands with a comma, or three decimals where a comma cannot be the delimiter.
    for (delimiter, mark) in [(',', Point), (';', Comma), ('\t', Point), ('|', Point)] {
        assert_eq!(decimal(delimiter, &["1,234", "2,500"]), mark);
        assert_eq!(decimal(delimiter, &["1,234", "999"]), mark);
    }
    // Thousands with a point stand beside smaller numbers; three decimals are everywhere.
    for (delimiter, mark) in [(',', Point), (';', Comma), ('\t', Comma), ('|', Comma)] {
        assert_eq!(decimal(delimiter, &["1.234", "2.500"]), Point);
        assert_eq!(decimal(delimiter, &["1.234", "999"]), mark);
        assert_eq!(decimal(delimiter, &["1.234", "999", "5000"]), Point);
    }
}

#[test]
fn where_marks_differ_columns_vote_and_the_point_wins_ties() {
    assert_eq!(of("a;b;c\n1,5;2,5;3.5\n1,5;2,5;3.5\n").decimal, Comma);
    assert_eq!(of("a;b\n1,5;3.5\n").decimal, Point);
    assert_eq!(of("a;b\n1,5;7\n1,5;8\n2.5;9\n").decimal, Comma);
}

#[test]
fn what_is_announced_is_what_was_found() {
    assert_eq!(of("a,b\n1.5,x\n").describe("UTF-8"), "comma, UTF-8");
    assert_eq!(
        of("a;b\n1,5;x\n").describe("Windows-1252"),
        "semicolon, Windows-1252, decimal comma"
    );
    let found = of("a\tb\tc\n$1,234\t5%\t1.5\n");
    assert_eq!(
        found.describe("UTF-8"),
        "tab, UTF-8, thousands separators, currencies, percent signs"
    );
    // What is thousands with one mark is none with the other.
    assert!(!of("a;b\n1,234;0,5\n").decorations.thousands);
}
