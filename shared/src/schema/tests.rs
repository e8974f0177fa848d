use super::*;
use crate::date::DateOrder;
use crate::dialect::CellStyle;
use crate::number::Finite;
use crate::rejected::Code;
use alloc::format;
use alloc::string::String;
use alloc::vec;

fn column(name: &str, kind: ColumnKind, optional: bool) -> Column {
    Column { optional, ..Column::new(name, kind) }
}

fn schema() -> Schema {
    let words = |w: &[&str]| w.iter().map(|&w| w.into()).collect::<Vec<String>>();
    let columns = vec![
        column("age", ColumnKind::ANY_NUMBER, false),
        column("married", ColumnKind::YesNo { no: "No".into(), yes: "Yes".into() }, true),
        column("size", ColumnKind::Ordinal { levels: words(&["Low", "High"]) }, false),
        column(
            "job",
            ColumnKind::Categorical { levels: words(&["3", "Artist"]), other: false },
            false,
        ),
        column("city", ColumnKind::Categorical { levels: words(&["Bonn"]), other: true }, false),
    ];
    Schema::new(columns, None).unwrap()
}

fn validate(text: &str) -> Result<Record, Rejected> {
    schema().validate(&RawRecord::from_json(text).unwrap())
}

#[test]
fn every_spelling_of_a_customer_is_the_same_record() {
    let a = validate(r#"{"age":-0.0,"married":true,"size":"Low","job":3,"city":"Ulm"}"#).unwrap();
    let b = validate(r#"{"x":[1],"city":"Kiel","job":"3","size":"Low","married":"Yes","age":0e3}"#)
        .unwrap();
    assert_eq!(a, b);
    let cells = ["0", " Yes", "Low ", "3", "Ulm"].map(|cell| CellStyle::default().cell(cell));
    assert_eq!(schema().validate_cells(&cells, None).unwrap(), a);
    assert_eq!(
        a.values()[4],
        Value::Level(1),
        "an unseen word is `other` where levels were folded"
    );
}

#[test]
fn everything_wrong_is_said_at_once_and_no_value_is_repeated() {
    let rejected = validate(r#"{"age":"secret-41","married":1,"size":"Mid","job":[],"city":null}"#)
        .unwrap_err();
    let found: Vec<_> =
        rejected.violations.iter().map(|v| (v.pointer.as_str(), v.code.as_str())).collect();
    assert_eq!(
        found,
        [
            ("/age", "not-a-number"),
            ("/married", "unknown-level"),
            ("/size", "unknown-level"),
            ("/job", "nested"),
            ("/city", "missing"),
        ]
    );
    assert!(!format!("{rejected:?}").contains("secret-41"));
}

#[test]
fn a_number_in_quotes_is_text_in_json_but_a_number_in_a_table() {
    assert!(validate(r#"{"age":"41","size":"Low","job":"3","city":"Ulm"}"#).is_err());
    let cells = ["41", "", "Low", "3", "Ulm"].map(|cell| CellStyle::default().cell(cell));
    assert!(schema().validate_cells(&cells, None).is_ok());
}

#[test]
fn numbers_beyond_the_limit_are_out_of_bounds() {
    for text in ["1e999", "1.1e15", "-1e16"] {
        let error = validate(&format!(r#"{{"age":{text},"size":"Low","job":"3","city":"Ulm"}}"#))
            .unwrap_err();
        assert_eq!(error.violations[0].code, Code::OutOfBounds, "{text}");
    }
}

#[test]
fn unsound_columns_are_refused() {
    assert_eq!(Schema::new(vec![], None), Err(SchemaDefect::ColumnCount));
    let twice = vec![column("a", ColumnKind::ANY_NUMBER, false); 2];
    assert_eq!(Schema::new(twice, None), Err(SchemaDefect::ColumnName));
    let unsorted = ColumnKind::Categorical { levels: vec!["b".into(), "a".into()], other: false };
    assert_eq!(Schema::new(vec![column("a", unsorted, false)], None), Err(SchemaDefect::Levels));
    let single = ColumnKind::Ordinal { levels: vec!["only".into()] };
    assert_eq!(Schema::new(vec![column("a", single, false)], None), Err(SchemaDefect::Levels));
}

fn finite(x: f64) -> Finite {
    Finite::new(x).unwrap()
}

/// A shop's customers on the first of March 2024.
fn shop() -> Schema {
    let told = |column: Column, words: &[&str]| Column {
        missing: words.iter().map(|&word| word.into()).collect(),
        ..column
    };
    let age = ColumnKind::Numeric { lower: Some(finite(0.0)), upper: Some(finite(120.0)) };
    let flag = ColumnKind::YesNo { no: "0".into(), yes: "1".into() };
    let plan = ColumnKind::Categorical { levels: vec!["1".into(), "2.0".into()], other: false };
    let columns = vec![
        told(column("age", age, true), &["-1", "n/a"]),
        told(column("visits", ColumnKind::ANY_NUMBER, false), &["999.0"]),
        column("flag", flag, true),
        told(column("plan", plan, true), &["9"]),
        told(column("joined", ColumnKind::Date { order: DateOrder::Ymd }, true), &["1900-01-01"]),
    ];
    Schema::new(columns, Day::parse("2024-03-01")).unwrap()
}

fn in_shop(text: &str) -> Result<Vec<Value>, Vec<(String, &'static str)>> {
    let checked = shop().validate(&RawRecord::from_json(text).unwrap());
    checked.map(|record| record.values().to_vec()).map_err(|rejected| {
        let said = |v: &Violation| (v.pointer.clone(), v.code.as_str());
        rejected.violations.iter().map(said).collect()
    })
}

/// The values of a row, which has the columns of [`shop`].
fn row_in_shop(cells: [&str; 5]) -> Result<Vec<Value>, Rejected> {
    let schema = shop();
    let style = CellStyle::default();
    let read = schema.columns().iter().zip(cells).map(|(c, cell)| c.cell(style.cell(cell)));
    let record = schema.validate_cells(&read.collect::<Vec<_>>(), None)?;
    Ok(record.values().to_vec())
}

fn days(joined: &str, as_of: Option<&str>) -> Option<f64> {
    let as_of = as_of.map_or(String::new(), |day| format!(r#","as_of":"{day}""#));
    let values = in_shop(&format!(r#"{{"visits":1,"joined":"{joined}"{as_of}}}"#)).ok()?;
    match values[4] {
        Value::Number(days) => Some(days.get()),
        _ => panic!("{values:?}"),
    }
}

#[test]
fn a_date_becomes_the_days_before_as_of_and_a_time_does_not_count() {
    assert_eq!(days("2024-02-29", None), Some(1.0));
    assert_eq!(days("2024-03-02", None), Some(-1.0));
    assert_eq!(days("2024-02-29T23:59:59Z", None), Some(1.0));
    assert_eq!(days("2024-02-29 00:00", None), Some(1.0));
    assert_eq!(days("2024-02-29", Some("2025-03-01T12:00")), Some(366.0));
    assert_eq!(days("0000-01-01", Some("9999-12-31")), Some(3_652_424.0));
    assert_eq!(days("9999-12-31", Some("0000-01-01")), Some(-3_652_424.0));
    for text in ["2024-02-30", "29.02.2024", "2024-02-29x", "2024-02-29T", "2024", "", "é24-02-29"]
    {
        assert_eq!(days(text, None), None, "{text}");
    }
}

#[test]
fn equal_days_are_equal_records_whenever_they_were_asked_about() {
    let then = in_shop(r#"{"visits":1,"joined":"2024-02-20"}"#);
    let now = in_shop(r#"{"visits":1,"joined":"2025-02-20T08:00","as_of":"2025-03-02"}"#);
    assert_eq!(then, now);
    assert_eq!(in_shop(r#"{"visits":1,"as_of":null}"#), in_shop(r#"{"visits":1}"#));
    assert!(shop().knows(AS_OF) && !schema().knows(AS_OF));
}

#[test]
fn what_is_no_date_is_refused_and_so_is_a_bad_as_of() {
    let said = in_shop(r#"{"visits":"x","joined":19783,"as_of":20240301}"#).unwrap_err();
    let expected =
        [("/visits", "not-a-number"), ("/joined", "not-a-date"), ("/as_of", "not-a-date")];
    assert_eq!(said, expected.map(|(pointer, code)| (pointer.into(), code)));
    let said = in_shop(r#"{"visits":1,"joined":[],"as_of":{}}"#).unwrap_err();
    assert_eq!(said, [("/joined", "nested"), ("/as_of", "nested")].map(|(p, c)| (p.into(), c)));
    // Without dates it is a field like any other that the model does not know.
    assert!(validate(r#"{"age":1,"size":"Low","job":3,"city":"Ulm","as_of":7}"#).is_ok());
}

#[test]
fn declared_bounds_are_kept_and_said() {
    let age = |age: &str| in_shop(&format!(r#"{{"visits":1,"age":{age}}}"#));
    assert!(age("0").is_ok() && age("120").is_ok());
    for outside in ["-0.5", "120.1", "1e999"] {
        assert_eq!(age(outside).unwrap_err(), [("/age".into(), "out-of-bounds")], "{outside}");
    }
    assert_eq!(shop().columns()[0].kind.expected(), "a number between 0 and 120");
    assert_eq!(ColumnKind::ANY_NUMBER.expected(), "a number between -1e15 and 1e15");
}

#[test]
fn what_was_told_to_be_missing_is_missing_wherever_it_comes_from() {
    let missing = [Value::Missing, Value::Number(finite(1.0)), Value::Missing, Value::Missing];
    let expected: Vec<_> = missing.into_iter().chain([Value::Missing]).collect();
    for json in [
        r#"{"visits":1}"#,
        r#"{"visits":1,"age":-1,"plan":9,"joined":"1900-01-01"}"#,
        r#"{"visits":1,"age":-1.0,"plan":"9"}"#,
        r#"{"visits":1,"age":"n/a","plan":9e0}"#,
    ] {
        assert_eq!(in_shop(json).as_ref(), Ok(&expected), "{json}");
    }
    for row in [["-1", "1", "", "9", "1900-01-01"], ["-1.00", "1.0", "", "9.0", ""]] {
        assert_eq!(row_in_shop(row).as_ref(), Ok(&expected), "{row:?}");
    }
    // Every customer had it in training.
    for sentinel in ["999", "\"999.0\""] {
        let said = in_shop(&format!(r#"{{"visits":{sentinel}}}"#)).unwrap_err();
        assert_eq!(said, [("/visits".into(), "missing")]);
    }
    assert_eq!(in_shop(r#"{"visits":"999"}"#).unwrap_err()[0].1, "not-a-number");
}

#[test]
fn a_dash_or_unknown_is_missing_in_a_tables_numbers_and_dates() {
    for word in ["-", "--", "Unknown", "NONE"] {
        let values = row_in_shop([word, "3", "", word, word]).unwrap();
        assert_eq!((values[0], values[4]), (Value::Missing, Value::Missing), "{word}");
        assert_eq!(values[3], Value::Level(2), "a word is a word");
        assert!(row_in_shop(["", word, "", "", ""]).is_err());
        assert!(in_shop(&format!(r#"{{"visits":1,"age":"{word}"}}"#)).is_err());
    }
}

#[test]
fn a_level_that_is_a_number_is_found_however_the_number_is_written() {
    let plan = |json: &str| in_shop(&format!(r#"{{"visits":1,{json}}}"#)).unwrap();
    let level = |json: &str| plan(&format!(r#""plan":{json}"#))[3];
    for (json, id) in [("1", 0), ("1.0", 0), ("10e-1", 0), (r#""1""#, 0), (r#""2.0""#, 1)] {
        assert_eq!(level(json), Value::Level(id), "{json}");
    }
    // In JSON, quotes make it a word, and `2.0` is written so in no number.
    for json in [r#""1.0""#, "2", "2.0"] {
        assert_eq!(level(json), Value::Level(2), "{json}");
    }
    for (json, id) in [("0", 0), ("1.0", 1), (r#""1""#, 1), ("true", 1)] {
        assert_eq!(plan(&format!(r#""flag":{json}"#))[2], Value::Level(id), "{json}");
    }
    let values = row_in_shop(["", "3", "1.00", "1.0", ""]).unwrap();
    assert_eq!((values[2], values[3]), (Value::Level(1), Value::Level(0)));
    assert_eq!(row_in_shop(["", "3", "", "2.0", ""]).unwrap()[3], Value::Level(1));
    assert!(in_shop(r#"{"visits":1,"flag":2}"#).is_err());
}

#[test]
fn words_that_training_never_saw_are_other_and_are_told() {
    let schema = shop();
    let others = |json: &str| {
        let record = schema.validate(&RawRecord::from_json(json).unwrap()).unwrap();
        schema.others(&record).collect::<Vec<_>>()
    };
    assert_eq!(others(r#"{"visits":1,"plan":"3"}"#), [3]);
    assert_eq!(others(r#"{"visits":1,"plan":3.5}"#), [3]);
    assert!(others(r#"{"visits":1,"plan":1}"#).is_empty());
    assert!(others(r#"{"visits":1,"plan":null}"#).is_empty());
    assert_eq!(in_shop(r#"{"visits":1,"plan":true}"#).unwrap_err()[0].1, "unknown-level");
}

#[test]
fn bounds_days_and_words_for_missing_that_make_no_sense_are_refused() {
    let one = |column: Column, as_of: Option<&str>| {
        Schema::new(vec![column], as_of.and_then(Day::parse)).err()
    };
    let numeric = |lower: f64, upper: f64| {
        let kind = ColumnKind::Numeric { lower: Some(finite(lower)), upper: Some(finite(upper)) };
        one(column("a", kind, false), None)
    };
    assert_eq!(numeric(1.0, 1.0), None);
    assert_eq!(numeric(1.0, 0.5), Some(SchemaDefect::Bounds));
    assert_eq!(numeric(0.0, 1.1e15), Some(SchemaDefect::Bounds));
    let date = |name| column(name, ColumnKind::Date { order: DateOrder::Mdy }, false);
    assert_eq!(one(date("a"), None), Some(SchemaDefect::AsOf));
    assert_eq!(one(date("a"), Some("2024-01-01")), None);
    assert_eq!(one(date(AS_OF), Some("2024-01-01")), Some(SchemaDefect::AsOf));
    let number = column(AS_OF, ColumnKind::ANY_NUMBER, false);
    assert_eq!(one(number.clone(), None), None);
    assert_eq!(one(number, Some("2024-01-01")), Some(SchemaDefect::AsOf));
    let told = |words: &[&str]| {
        let kind = ColumnKind::Ordinal { levels: vec!["1".into(), "b".into()] };
        let missing = words.iter().map(|&word| word.into()).collect();
        one(Column { missing, ..column("a", kind, true) }, None)
    };
    assert_eq!(told(&["c", "2"]), None);
    for unsound in [&["c", "c"][..], &[""], &["a\nb"], &["b"], &["1.0"]] {
        assert_eq!(told(unsound), Some(SchemaDefect::Missing), "{unsound:?}");
    }
}
