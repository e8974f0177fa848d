use expect_test::{Expect, expect};
use shared::date::{DateOrder, Day};
use shared::playbook::{Comparison, Order, Rank};
use shared::{Column, ColumnKind, Sensitive};

use super::*;

fn schema() -> Schema {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let columns = vec![
        Column { sensitive: Some(Sensitive::Age), ..Column::new("age", ColumnKind::ANY_NUMBER) },
        Column::new("recency_days", ColumnKind::ANY_NUMBER),
        Column::new("married", ColumnKind::YesNo { no: "No".into(), yes: "Yes".into() }),
        Column::new("size", ColumnKind::Ordinal { levels: words(&["Low", "Average", "High"]) }),
        Column {
            optional: true,
            ..Column::new(
                "plan",
                ColumnKind::Categorical { levels: words(&["1", "basic", "gold"]), other: true },
            )
        },
        Column::new("joined", ColumnKind::Date { order: DateOrder::Ymd }),
    ];
    Schema::new(columns, Day::parse("2024-03-01")).unwrap()
}

fn targets() -> [Target; 2] {
    let classes = ["A", "B", "C"].map(String::from).into();
    [
        Target { name: "future_spend".into(), kind: TargetKind::Number },
        Target { name: "Segmentation".into(), kind: TargetKind::Class { classes } },
    ]
}

fn config(text: &str) -> PlaybookConfig {
    #[derive(serde::Deserialize)]
    struct Read {
        playbook: PlaybookConfig,
    }
    PlaybookConfig { path: "wedge.toml".into(), ..toml::from_str::<Read>(text).unwrap().playbook }
}

fn compiled(text: &str) -> Result<Recipes, Error> {
    let (schema, targets, config) = (schema(), targets(), config(text));
    let predicted = Some(targets.iter().collect());
    let known = Known { schema: &schema, predicted, segments: Some(vec![4, 1, 2]) };
    compile(&config, &known).map_err(|faults| refused(&config, faults))
}

fn recipe(rest: &str) -> String {
    format!("[[playbook.recipes]]\nid = \"a\"\ntitle = \"A\"\ntext = \"Do it.\"\n{rest}\n")
}

/// The condition that a table becomes.
fn when(table: &str) -> Condition {
    let text = recipe(&format!("when = {table}"));
    let recipes = compiled(&text).unwrap_or_else(|error| panic!("{table}: {error}"));
    recipes.recipes.into_iter().next().unwrap().when
}

/// What is said of a table that is no condition.
fn refusal(table: &str) -> String {
    compiled(&recipe(&format!("when = {table}"))).unwrap_err().to_string()
}

fn test(subject: Subject, comparison: Comparison) -> Condition {
    Condition::Test { subject, comparison }
}

fn number(column: u16, order: Order, bound: f64) -> Condition {
    let bound = shared::number::Finite::new(bound).unwrap();
    test(Subject::Field(column), Comparison::Number(order, bound))
}

fn one_of(subject: Subject, these: &[u16]) -> Condition {
    test(subject, Comparison::OneOf(these.into()))
}

#[test]
fn every_kind_of_table_becomes_a_condition() {
    let field = Subject::Field;
    let expected = |target, class| Subject::Prediction { target, class };
    for (table, condition) in [
        ("{ field = \"age\", eq = 3 }", number(0, Order::Equal, 3.0)),
        ("{ field = \"age\", lt = 3.5 }", number(0, Order::Below, 3.5)),
        ("{ field = \"age\", le = -3 }", number(0, Order::AtMost, -3.0)),
        ("{ field = \"recency_days\", gt = 90 }", number(1, Order::Above, 90.0)),
        ("{ field = \"joined\", ge = 90 }", number(5, Order::AtLeast, 90.0)),
        ("{ field = \"plan\", missing = true }", test(field(4), Comparison::Missing(true))),
        ("{ field = \"married\", eq = true }", one_of(field(2), &[1])),
        ("{ field = \"married\", eq = \"No\" }", one_of(field(2), &[0])),
        ("{ field = \"plan\", in = [\"gold\", 1] }", one_of(field(4), &[0, 2])),
        ("{ field = \"plan\", eq = \"(other)\" }", one_of(field(4), &[3])),
        ("{ field = \"size\", ge = \"Average\" }", one_of(field(3), &[1, 2])),
        ("{ field = \"size\", lt = \"Average\" }", one_of(field(3), &[0])),
        ("{ segment = 4 }", one_of(Subject::Segment, &[0])),
        ("{ segment = [2, 1] }", one_of(Subject::Segment, &[1, 2])),
        ("{ prediction = \"Segmentation\", eq = \"C\" }", one_of(expected(1, None), &[2])),
        (
            "{ prediction = \"Segmentation\", in = [\"C\", \"A\"] }",
            one_of(expected(1, None), &[0, 2]),
        ),
        (
            "{ prediction = \"Segmentation\", class = \"B\", ge = 0.4 }",
            test(
                expected(1, Some(1)),
                Comparison::Number(Order::AtLeast, shared::number::Finite::new(0.4).unwrap()),
            ),
        ),
        (
            "{ prediction = \"future_spend\", ge = 10 }",
            test(
                expected(0, None),
                Comparison::Number(Order::AtLeast, shared::number::Finite::new(10.0).unwrap()),
            ),
        ),
        (
            "{ field = \"age\", ge = 18, lt = 30 }",
            Condition::All(vec![number(0, Order::Below, 30.0), number(0, Order::AtLeast, 18.0)]),
        ),
        (
            "{ field = \"age\", in = [18, 30] }",
            Condition::Any(vec![number(0, Order::Equal, 18.0), number(0, Order::Equal, 30.0)]),
        ),
        (
            "{ all = [ { segment = 1 }, { not = { any = [ { segment = 2 } ] } } ] }",
            Condition::All(vec![
                one_of(Subject::Segment, &[1]),
                Condition::Not(Condition::Any(vec![one_of(Subject::Segment, &[2])]).into()),
            ]),
        ),
    ] {
        assert_eq!(when(table), condition, "{table}");
    }
}

#[test]
fn a_playbook_has_defaults_and_ranks_and_exclusions() {
    let text =
        recipe("") + &recipe("excludes = [\"a\"]\npriority = -2").replace("\"a\"\nt", "\"b\"\nt");
    let recipes = compiled(&text).unwrap();
    assert_eq!((recipes.at_most, recipes.holdout, recipes.id.as_str()), (3, 0, ""));
    assert_eq!(recipes.recipes[0].when, Condition::All(vec![]));
    assert_eq!(recipes.recipes[0].rank, Rank::Priority(0));
    assert_eq!(recipes.recipes[1].rank, Rank::Priority(-2));
    assert_eq!(recipes.recipes[1].excludes, [0]);
    let text = "[playbook]\nid = \"spring\"\nat_most = 1\nholdout = 0.125\n".to_owned()
        + &recipe("value = { prediction = \"Segmentation\", class = \"B\", times = 20 }");
    let recipes = compiled(&text).unwrap();
    assert_eq!((recipes.at_most, recipes.holdout, recipes.id.as_str()), (1, 125, "spring"));
    let times = shared::number::Finite::new(20.0).unwrap();
    assert_eq!(recipes.recipes[0].rank, Rank::Value { target: 1, class: Some(1), times });
    let value = compiled(&recipe("value = { prediction = \"future_spend\" }")).unwrap();
    let times = shared::number::Finite::new(1.0).unwrap();
    assert_eq!(value.recipes[0].rank, Rank::Value { target: 0, class: None, times });
}

fn said(text: &str, expected: &Expect) {
    expected.assert_eq(&compiled(text).unwrap_err().to_string());
}

#[test]
fn everything_wrong_is_said_at_once_with_place_and_remedy() {
    let text = r#"
[playbook]
id = "a b"
at_most = 0
holdout = 1.5
[[playbook.recipes]]
id = "win-back"
title = "Win back"
text = "Send it."
link = "javascript:alert(1)"
excludes = ["news", "win-back"]
when = { all = [ { field = "recency_day", gt = 90 }, { prediction = "future_spent", ge = 10 }, { segment = [1, 3] } ] }
[[playbook.recipes]]
id = "win-back"
text = ""
value = { prediction = "Segmentation" }
priority = 3
when = { any = [ { field = "plan", in = ["goldd"] }, { field = "married", lt = true }, { prediction = "Segmentation", class = "D", ge = 0.4 } ] }
"#;
    said(
        text,
        &expect![[r#"
        `wedge.toml`: the playbook cannot be used as it is
          `id`: it is no id
            give 1 to 64 letters, digits, `-`, `_` and `.`
          `at_most`: no number from 1 to 255
            without it, 3 are given at most
          `holdout`: no share from 0 to 0.999 in thousandths
            for one customer in ten, write 0.1
          `recipes`: some have a `value` and others have none: they have no order
            give every recipe a `value`, or every one a `priority`
          `win-back`, `link`: it is no link that a page may show
            give a URL of https or http, at most 1000 bytes
          `win-back`, `excludes`: there is no recipe `news`
          `win-back`, `excludes`: a recipe cannot exclude itself
            leave it out
          `win-back`, `when.all[0].field`: the model reads no column `recency_day`
            did you mean `recency_days`?
          `win-back`, `when.all[1].prediction`: `future_spent` is not predicted
            did you mean `future_spend`?
          `win-back`, `when.all[2].segment`: there is no segment 3
            there are: 4, 1, 2
          `win-back`, `id`: another recipe has it too
          `win-back`, `title`: it is missing, or no title
            give one line of at most 256 bytes
          `win-back`, `text`: it is missing, or no text
            give one line of at most 600 bytes
          `win-back`, `value`: it stands beside a `priority`
            give one of them
          `win-back`, `value`: `Segmentation` is a class and has no value
            say whose probability counts: `class = "..."`
          `win-back`, `when.any[0].in`: `plan` has no word `goldd` that the model knows
            did you mean `gold`?
          `win-back`, `when.any[1].lt`: the words of `married` have no order
            compare with `eq` or `in`
          `win-back`, `when.any[2].class`: `Segmentation` has no class `D`
            there are: A, B, C"#]],
    );
}

#[test]
fn a_table_that_is_no_condition_is_told_why() {
    let all: Vec<String> = [
        "{}",
        "{ all = [] }",
        "{ field = \"age\" }",
        "{ field = \"plan\" }",
        "{ field = \"age\", segment = 1 }",
        "{ all = [ { segment = 1 } ], gt = 3 }",
        "{ segment = 1, eq = 1 }",
        "{ segment = [] }",
        "{ field = \"age\", class = \"A\", eq = 1 }",
        "{ prediction = \"future_spend\", missing = true }",
        "{ prediction = \"future_spend\", class = \"A\", ge = 1 }",
        "{ prediction = \"Segmentation\", ge = \"B\" }",
        "{ prediction = \"age\", ge = 1 }",
        "{ field = \"future_spend\", ge = 1 }",
        "{ field = \"age\", eq = \"old\" }",
        "{ field = \"age\", in = [] }",
        "{ field = \"joined\", lt = \"2024-01-01\" }",
        "{ field = \"plan\", gt = \"basic\" }",
        "{ field = \"size\", gt = \"High\" }",
        "{ not = { not = { not = { not = { not = { not = { not = { not = { segment = 1 } } } } } } } } }",
    ]
    .iter()
    .map(|table| {
        let said = refusal(table);
        let lines = said.lines().skip(1).map(|line| line.strip_prefix("  ").unwrap());
        lines.collect::<Vec<_>>().join("\n")
    })
    .collect();
    expect![[r#"
          `a`, `when`: it says nothing that is known of a customer
            a table has one of `all`, `any`, `not`, `field`, `prediction`, `segment`
          `a`, `when`: `all` is of nothing
            name what it is of
          `a`, `when`: `age` is compared with nothing
            compare it with `eq`, `in`, `lt`, `le`, `gt` or `ge`
          `a`, `when`: `plan` is compared with nothing
            compare it with `eq` or `in`
          `a`, `when`: `field`, `segment` stand in one table
            a table has one of `all`, `any`, `not`, `field`, `prediction`, `segment`
          `a`, `when`: `gt` cannot stand beside `all`
            put it into a table of its own
          `a`, `when`: `eq` cannot stand beside `segment`
            write the ids themselves: `segment = 2` or `segment = [1, 2]`
          `a`, `when.segment`: no segment is named
            give at least one id
          `a`, `when`: `class` cannot stand beside `field`
            put it into a table of its own
          `a`, `when`: `missing` cannot stand beside `prediction`
            a prediction is never missing
          `a`, `when.class`: `future_spend` is a number and has no classes
            leave `class` away
          `a`, `when.ge`: the words of `Segmentation` have no order
            compare with `eq` or `in`
          `a`, `when.prediction`: `age` is not predicted
            it is a column: write `field = "age"`
          `a`, `when.field`: the model reads no column `future_spend`
            it is predicted: write `prediction = "future_spend"`
          `a`, `when.eq`: `age` cannot be compared with `old`
            give a number
          `a`, `when.in`: it lists nothing
            give at least one
          `a`, `when.lt`: `joined` cannot be compared with `2024-01-01`
            it holds dates: compare the days since, as in `gt = 90`
          `a`, `when.gt`: the words of `plan` have no order
            compare with `eq` or `in`
          `a`, `when.gt`: no word of `size` is so
            see the order of its words
          `a`, `when`: conditions stand in each other more than 8 deep
            say it in fewer steps"#]]
    .assert_eq(&all.join("\n"));
}

#[test]
fn before_segments_and_predictions_are_known_the_rest_is_checked() {
    let schema = schema();
    let known = Known { schema: &schema, predicted: None, segments: None };
    let text = recipe(
        "when = { all = [ { segment = 9 }, { prediction = \"x\", gt = 1 }, { field = \"ages\", gt = 1 } ] }",
    );
    let faults = compile(&config(&text), &known).unwrap_err();
    let whats: Vec<&str> = faults.iter().map(|fault| fault.what.as_str()).collect();
    assert_eq!(whats, ["the model reads no column `ages`"]);
    let told = |text: &str| Told { playbook: Some(config(text)), ..Told::default() };
    assert!(check_early(&told(&text), &schema, [].iter()).is_err());
    assert!(check_early(&told(&text.replace("ages", "age")), &schema, [].iter()).is_ok());
    assert!(check_early(&told(&text.replace("ages", "age")), &schema, targets().iter()).is_err());
    assert!(check_early(&Told::default(), &schema, [].iter()).is_ok());
}

#[test]
fn recipes_that_look_at_what_is_sensitive_are_named() {
    let text =
        recipe("when = { not = { any = [ { field = \"age\", gt = 60 }, { segment = 1 } ] } }")
            + &recipe("when = { field = \"size\", eq = \"Low\" }").replace("\"a\"\nt", "\"b\"\nt");
    let uses = sensitive_uses(&compiled(&text).unwrap(), &schema());
    assert_eq!(
        uses,
        ["the recipe `a` looks at `age` (age): may you treat people differently by it?"]
    );
}
