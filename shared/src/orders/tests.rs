use super::*;
use crate::{JsonError, Value};
use alloc::borrow::Cow;
use alloc::format;

fn numeric(name: &str) -> Column {
    Column::new(name, ColumnKind::Numeric { lower: None, upper: None })
}

fn optional(column: Column) -> Column {
    Column { optional: true, ..column }
}

fn schema(columns: Vec<Column>) -> Schema {
    Schema::new(columns, None).unwrap()
}

fn full() -> Schema {
    let extras = ["mean_quantity".into(), "mean_a/b".into()];
    schema(rfm::FIGURES.map(String::from).into_iter().chain(extras).map(|n| numeric(&n)).collect())
}

fn validate(schema: &Schema, text: &str) -> Result<Vec<f64>, Vec<(String, &'static str)>> {
    let raw = RawRecord::from_json(text).unwrap();
    let checked = Form::of(schema).unwrap().validate(&raw);
    let number = |value: &Value| match value {
        Value::Number(number) => number.get(),
        _ => f64::NAN,
    };
    let told = |v: Violation| (v.pointer, v.code.as_str());
    checked
        .map(|record| record.values().iter().map(number).collect())
        .map_err(|rejected| rejected.violations.into_iter().map(told).collect())
}

fn refused(text: &str) -> Vec<(String, &'static str)> {
    validate(&full(), text).unwrap_err()
}

fn told(expected: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    expected.iter().map(|(pointer, code)| ((*pointer).into(), *code)).collect()
}

const GOOD: &str = r#"{"as_of":"2026-11-22","orders":[
    {"date":"2026-11-20T10:00:00Z","amount":20,"quantity":2,"a/b":1,"shop":"north"},
    {"date":"2026-11-02","amount":10.5,"quantity":1,"a/b":-1},
    {"note":[{}],"date":"2026-11-02 09:00","amount":5,"quantity":4,"a/b":5},
    {"date":"2026-11-23","amount":99,"quantity":9,"a/b":9}]}"#;

#[test]
fn columns_follow_from_orders_up_to_the_day() {
    assert_eq!(validate(&full(), GOOD), Ok([2.0, 2.0, 17.75, 35.5, 20.0, 3.5, 2.5].into()));
}

#[test]
fn a_model_takes_orders_when_they_give_every_column_that_it_asks_for() {
    let takes = |columns: &[Column]| Form::of(&schema(columns.to_vec())).is_some();
    let three = ["recency_days", "frequency", "total_amount"].map(numeric);
    let with = |column: Column| [&three[..], &[column]].concat();
    assert!(takes(&three));
    assert!(takes(&with(numeric("mean_quantity"))));
    assert!(takes(&with(optional(numeric("age")))));
    assert!(!takes(&three[..2]), "too few");
    assert!(!takes(&with(numeric("age"))));
    let words = ColumnKind::Ordinal { levels: ["low".into(), "high".into()].into() };
    assert!(!takes(&with(Column::new("mean_quantity", words))));
    for name in ["orders", "as_of"] {
        assert!(!takes(&with(optional(numeric(name)))), "{name} is taken");
    }
    assert!(!takes(&with(numeric("mean_date"))), "a date is no number");
    assert!(takes(&with(optional(numeric("mean_date")))), "it need not be there");
}

#[test]
fn everything_wrong_is_told_at_once_and_where() {
    let text = r#"{"orders":[{"date":"2026-02-30","amount":"12","quantity":1,"a/b":[]},7,
        {"amount":1e999,"quantity":null,"a/b":true},{}],"as_of":"today","frequency":3,"mean_a/b":null}"#;
    let expected = told(&[
        ("/frequency", "conflict"),
        ("/mean_a~1b", "conflict"),
        ("/as_of", "not-a-date"),
        ("/orders/0/date", "not-a-date"),
        ("/orders/0/amount", "not-a-number"),
        ("/orders/0/a~1b", "nested"),
        ("/orders/1", "not-an-object"),
        ("/orders/2/date", "missing"),
        ("/orders/2/amount", "out-of-bounds"),
        ("/orders/2/quantity", "missing"),
        ("/orders/2/a~1b", "not-a-number"),
        ("/orders/3/date", "missing"),
        ("/orders/3/amount", "missing"),
        ("/orders/3/quantity", "missing"),
        ("/orders/3/a~1b", "missing"),
    ]);
    assert_eq!(refused(text), expected);
}

#[test]
fn what_is_no_list_of_orders_is_refused_by_its_kind() {
    for (orders, code) in
        [("null", "missing"), ("1", "not-a-list"), ("\"[]\"", "not-a-list"), ("{}", "not-a-list")]
    {
        let text = format!("{{\"orders\":{orders},\"as_of\":\"2026-11-22\"}}");
        assert_eq!(refused(&text), told(&[("/orders", code)]), "{orders}");
        let text = format!("{{\"orders\":{orders}}}");
        let expected = told(&[("/as_of", "missing"), ("/orders", code)]);
        assert_eq!(refused(&text), expected, "{orders}");
    }
    for orders in ["[]", r#"[{"date":"2026-11-23","amount":1,"quantity":1,"a/b":1}]"#] {
        let text = format!("{{\"orders\":{orders},\"as_of\":\"2026-11-22\"}}");
        assert_eq!(refused(&text), told(&[("/orders", "no-past-order")]), "{orders}");
    }
}

#[test]
fn a_computed_column_beyond_its_bounds_is_named() {
    let order = r#"{"date":"2026-11-22","amount":1e15,"quantity":1,"a/b":1}"#;
    let text = format!("{{\"orders\":[{order},{order}],\"as_of\":\"2026-11-22\"}}");
    let expected = told(&[("/mean_amount", "out-of-bounds"), ("/total_amount", "out-of-bounds")]);
    assert_eq!(refused(&text), expected);
}

#[test]
fn a_column_that_orders_do_not_give_may_stand_beside_them() {
    let figures = rfm::FIGURES.map(numeric);
    let schema = schema([&figures[..], &[optional(numeric("age"))]].concat());
    let text = |age: &str, day: &str| {
        let order = r#"{"date":"2026-11-22","amount":3}"#;
        format!("{{\"orders\":[{order}],\"as_of\":\"{day}\"{age}}}")
    };
    let values = validate(&schema, &text(",\"age\":40", "2026-11-23")).unwrap();
    assert_eq!(values, [1.0, 1.0, 3.0, 3.0, 1.0, 40.0]);
    assert!(validate(&schema, &text("", "2026-11-23")).unwrap()[5].is_nan(), "it is missing");
    let wrong = validate(&schema, &text(",\"age\":\"x\"", "2026")).unwrap_err();
    assert_eq!(wrong, told(&[("/as_of", "not-a-date"), ("/age", "not-a-number")]));
    let wrong = validate(&schema, &text(",\"age\":\"x\"", "2026-11-01")).unwrap_err();
    assert_eq!(wrong, told(&[("/orders", "no-past-order"), ("/age", "not-a-number")]));
}

#[test]
fn no_more_than_a_hundred_violations_are_told() {
    let text = format!("{{\"orders\":[{}0]}}", "0,".repeat(5000));
    let violations = refused(&text);
    assert_eq!(violations.len(), 100);
    assert_eq!(violations[99], ("/orders/98".into(), "not-an-object"));
}

#[test]
fn no_prefix_panics_and_none_is_a_customer() {
    let schema = full();
    let form = Form::of(&schema).unwrap();
    let orders = &GOOD[GOOD.find('[').unwrap()..GOOD.len() - 1];
    assert!(orders.ends_with(']'));
    for end in 0..orders.len() {
        let cut = Cow::from(&orders[..end]);
        let day = RawCell::Text("2026-11-22".into());
        let raw =
            RawRecord::new([("orders".into(), RawCell::Nested(cut)), ("as_of".into(), day)].into());
        assert!(form.validate(&raw).is_err(), "{end}");
    }
    for end in 0..GOOD.len() {
        let error = RawRecord::from_json(&GOOD[..end]).unwrap_err();
        assert!(matches!(error, JsonError::Malformed { .. }), "{end}");
    }
}
