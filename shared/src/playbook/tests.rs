use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::artifact::{Artifact, encode, seal};
use crate::example;
use crate::model::{Defect, Model};
use crate::number::Finite;
use crate::wire;

const YOUNG: &str = r#"{"age": 20, "married": false, "size": "High", "job": "Smith"}"#;
const OLD: &str =
    r#"{"age": 70, "married": true, "size": "Low", "job": "Doctor", "joined": "2024-01-01"}"#;

fn test(subject: Subject, comparison: Comparison) -> Condition {
    Condition::Test { subject, comparison }
}

fn field(column: u16, order: Order, bound: f64) -> Condition {
    test(Subject::Field(column), Comparison::Number(order, Finite::new(bound).unwrap()))
}

fn one_of(subject: Subject, these: &[u16]) -> Condition {
    test(subject, Comparison::OneOf(these.into()))
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn expected(target: u16, class: Option<u16>) -> Subject {
    Subject::Prediction { target, class }
}

fn recipe(id: &str, when: Condition, priority: i32) -> Recipe {
    Recipe {
        id: id.into(),
        title: id.into(),
        text: "Do.".into(),
        link: None,
        goal: None,
        when,
        rank: Rank::Priority(priority),
        excludes: vec![],
    }
}

fn recipes(recipes: Vec<Recipe>) -> Recipes {
    Recipes { id: String::new(), at_most: 2, holdout: 0, recipes }
}

fn model(playbook: Recipes) -> Result<Model, Defect> {
    let playbook = Playbook::Recipes(playbook);
    Model::new(ModelParts { playbook, ..example::parts() })
}

fn given(playbook: Recipes, customer: &str) -> Vec<(String, String)> {
    let answer = model(playbook).unwrap().answer(&example::record(customer));
    answer.recommendations.into_iter().map(|given| (given.title, given.why)).collect()
}

/// Why one recipe is given; nothing where it is not.
fn why(when: Condition, customer: &str) -> Option<String> {
    given(recipes(vec![recipe("a", when, 0)]), customer).pop().map(|(_, why)| why)
}

#[test]
fn every_comparison_holds_where_it_should_and_says_so() {
    use Order::{Above, AtLeast, AtMost, Below, Equal};
    let spend = |order, bound| {
        test(expected(1, None), Comparison::Number(order, Finite::new(bound).unwrap()))
    };
    let missing = |column, missing| test(Subject::Field(column), Comparison::Missing(missing));
    let probability = |bound| {
        test(expected(2, Some(0)), Comparison::Number(AtLeast, Finite::new(bound).unwrap()))
    };
    let said = |condition: Condition, text| {
        assert_eq!(why(condition.clone(), YOUNG).as_deref(), Some(text));
        assert_eq!(why(not(condition), YOUNG), None);
    };
    said(field(0, Equal, 20.0), "age is 20 (exactly 20).");
    said(field(0, Below, 20.5), "age is 20 (under 20.5).");
    said(field(0, AtMost, 20.0), "age is 20 (at most 20).");
    said(field(0, Above, 19.0), "age is 20 (over 19).");
    said(field(0, AtLeast, 20.0), "age is 20 (at least 20).");
    said(not(field(0, Equal, 21.0)), "age is 20 (not exactly 21).");
    said(not(field(0, Below, 20.0)), "age is 20 (not under 20).");
    said(not(field(0, Above, 20.0)), "age is 20 (not over 20).");
    said(not(field(0, AtMost, 19.0)), "age is 20 (not at most 19).");
    said(not(field(0, AtLeast, 21.0)), "age is 20 (not at least 21).");
    said(one_of(Subject::Field(1), &[0]), "married is No.");
    said(one_of(Subject::Field(2), &[0, 1]), "size is High.");
    said(one_of(Subject::Field(3), &[2]), "job is (other).");
    said(not(one_of(Subject::Field(3), &[0, 1])), "job is (other) (not Artist, Doctor).");
    said(missing(4, true), "joined is missing.");
    said(missing(0, false), "age is 20.");
    said(not(missing(0, true)), "age is 20.");
    // What is missing is in no order with anything.
    said(not(field(4, AtLeast, 0.0)), "joined is missing (not at least 0).");
    said(not(field(4, Below, 0.0)), "joined is missing (not under 0).");
    said(spend(Above, 1.5), "The expected visits is 1.65 (over 1.5).");
    said(not(spend(AtMost, 1.5)), "The expected visits is 1.65 (not at most 1.5).");
    said(one_of(expected(2, None), &[0]), "The expected group is A.");
    said(not(one_of(expected(2, None), &[1])), "The expected group is A (not B).");
    said(probability(0.5), "The probability of group being A is 0.881 (at least 0.5).");
    said(one_of(Subject::Segment, &[0]), "The segment is Segment 0: low age.");
    let text = "The segment is Segment 0: low age (not Segment 1: high age).";
    said(not(one_of(Subject::Segment, &[1])), text);
    let text = why(field(4, Above, 30.0), OLD).unwrap();
    assert_eq!(text, "joined is 60 days ago (over 30).");
}

#[test]
fn joined_conditions_say_only_what_they_rest_on() {
    let young = field(0, Order::Below, 30.0);
    let old = field(0, Order::Above, 60.0);
    let single = one_of(Subject::Field(1), &[0]);
    let all = |parts: &[&Condition]| Condition::All(parts.iter().copied().cloned().collect());
    let any = |parts: &[&Condition]| Condition::Any(parts.iter().copied().cloned().collect());
    let said = |condition, text: Option<&str>| assert_eq!(why(condition, YOUNG).as_deref(), text);
    said(all(&[&young, &single]), Some("age is 20 (under 30) and married is No."));
    said(all(&[&young, &old]), None);
    said(any(&[&old, &single]), Some("married is No."));
    said(any(&[&old, &old]), None);
    said(not(all(&[&young, &old])), Some("age is 20 (not over 60)."));
    said(not(any(&[&old, &single])), None);
    let both = "age is 20 (not over 60) and age is 20 (not over 60).";
    said(not(any(&[&old, &old])), Some(both));
    let three = all(&[&young, &single, &not(old.clone())]);
    said(three, Some("age is 20 (under 30), married is No and age is 20 (not over 60)."));
    said(Condition::All(vec![]), Some("It is for every customer."));
}

#[test]
fn a_long_reason_is_cut_between_reasons() {
    let same = vec![field(0, Order::Below, 30.0); 50];
    let text = why(Condition::All(same), YOUNG).unwrap();
    assert!(text.ends_with(", age is 20 (under 30) and 36 more."), "{text}");
    assert_eq!(text.matches("age").count(), 14);
}

#[test]
fn the_highest_rank_comes_first_and_a_tie_goes_to_the_earlier_recipe() {
    let always = || Condition::All(vec![]);
    let names = |playbook| {
        let given = given(playbook, YOUNG).into_iter();
        given.map(|(title, _)| title).collect::<Vec<_>>().join(" ")
    };
    let four = || {
        vec![
            recipe("low", always(), -1),
            recipe("first", always(), 5),
            recipe("never", field(0, Order::Above, 30.0), 9),
            recipe("second", always(), 5),
        ]
    };
    assert_eq!(names(recipes(four())), "first second");
    assert_eq!(names(Recipes { at_most: 9, ..recipes(four()) }), "first second low");
    // One of two need say that they are not given together, and what is not given excludes nothing.
    for (says, excluded) in [(1, 3), (3, 1)] {
        let mut excluding = four();
        excluding[says].excludes = vec![excluded];
        excluding[2].excludes = vec![0, 1];
        assert_eq!(names(recipes(excluding)), "first low");
    }
    // Expected visits are 1.65, A's probability 0.88, so its worth is 1.76 and 0.88.
    let value = |id, target, class, times| {
        let times = Finite::new(times).unwrap();
        Recipe { rank: Rank::Value { target, class, times }, ..recipe(id, always(), 0) }
    };
    let values = |a_times| vec![value("visits", 1, None, 1.0), value("a", 2, Some(0), a_times)];
    assert_eq!(names(recipes(values(2.0))), "a visits");
    assert_eq!(names(recipes(values(1.0))), "visits a");
}

#[test]
fn the_example_gives_what_its_recipes_say() {
    let why = |customer| given(example::recipes(), customer).into_iter().map(|(_, why)| why);
    let reasons: Vec<String> = why(YOUNG).collect();
    let young = "age is 20 (under 30), the segment is Segment 0: low age (not Segment 1: high age), \
                 job is (other) and joined is missing.";
    // Expected spend is 0, so B's recipe, worth 9 times A's probability, is first.
    assert_eq!(reasons, ["The probability of group being B is 0.119 (at most 0.5).", young]);
    assert_eq!(why(OLD).len(), 2);
}

#[test]
fn recipes_that_do_not_fit_the_model_are_refused() {
    let refused = |what: &str, change: &dyn Fn(&mut Recipes)| {
        let mut playbook = example::recipes();
        change(&mut playbook);
        assert_eq!(model(playbook.clone()), Err(Defect::Playbook), "{what}");
        // An artifact that says so is refused too.
        let parts = ModelParts { playbook: Playbook::Recipes(playbook), ..example::parts() };
        let bytes = seal(&wire::write_unchecked(&parts)).unwrap();
        assert!(Artifact::decode(&bytes).is_err(), "{what}");
    };
    let unless = |what: &str, when: Condition| {
        refused(what, &|playbook: &mut Recipes| playbook.recipes[0].when = when.clone());
    };
    assert!(model(example::recipes()).is_ok());
    unless("no such column", field(5, Order::Equal, 0.0));
    unless("words in an order", field(2, Order::Equal, 0.0));
    unless("a number among words", one_of(Subject::Field(0), &[0]));
    unless("no such word", one_of(Subject::Field(1), &[2]));
    unless("no word", one_of(Subject::Field(1), &[]));
    unless("words out of order", one_of(Subject::Field(1), &[1, 0]));
    unless("a word twice", one_of(Subject::Field(1), &[1, 1]));
    unless("no such target", one_of(expected(3, None), &[0]));
    unless("a number among classes", one_of(expected(0, None), &[0]));
    unless("no such class", one_of(expected(2, None), &[2]));
    let probability = Comparison::Number(Order::Below, Finite::ZERO);
    unless("no such class's probability", test(expected(2, Some(2)), probability.clone()));
    unless("a class of a number", test(expected(0, Some(0)), probability.clone()));
    unless("a class in an order", test(expected(2, None), probability));
    unless("no such segment", one_of(Subject::Segment, &[2]));
    unless("a missing segment", test(Subject::Segment, Comparison::Missing(true)));
    unless("a missing prediction", test(expected(0, None), Comparison::Missing(true)));
    unless("any of none", Condition::Any(vec![]));
    unless("all of none, inside", not(Condition::All(vec![])));
    let deep = |depth| (1..depth).fold(field(0, Order::Equal, 0.0), |inner, _| not(inner));
    assert_eq!(why(deep(MAX_DEPTH), YOUNG), Some("age is 20 (not exactly 0).".into()));
    unless("too deep", deep(MAX_DEPTH + 1));
    let many = |n| Condition::Any(vec![field(0, Order::Equal, 0.0); n]);
    assert!(model(recipes(vec![recipe("a", many(MAX_CONDITIONS - 1), 0)])).is_ok());
    unless("too many", many(MAX_CONDITIONS));

    refused("a blank id", &|p| p.recipes[0].id = "a b".into());
    refused("an id twice", &|p| p.recipes[1].id = "young".into());
    refused("no title", &|p| p.recipes[0].title = String::new());
    refused("no text", &|p| p.recipes[0].text = String::new());
    refused("two lines", &|p| p.recipes[0].text = "a\nb".into());
    for link in ["javascript:alert(1)", "https://", "https:///a", "http://a b", "http://a\"b"] {
        refused(link, &|p| p.recipes[0].link = Some(link.into()));
    }
    refused("itself excluded", &|p| p.recipes[0].excludes = vec![0]);
    refused("no such recipe excluded", &|p| p.recipes[0].excludes = vec![4]);
    refused("excluded twice", &|p| p.recipes[0].excludes = vec![1, 1]);
    refused("values and priorities", &|p| p.recipes[0].rank = Rank::Priority(1));
    let rank = |target, class, times| {
        move |p: &mut Recipes| {
            p.recipes[0].rank = Rank::Value { target, class, times: Finite::new(times).unwrap() };
        }
    };
    refused("no such target's value", &rank(3, None, 1.0));
    refused("a class's value", &rank(2, None, 1.0));
    refused("a number's class", &rank(0, Some(0), 1.0));
    refused("nothing times a value", &rank(0, None, 0.0));
    refused("none at most", &|p| p.at_most = 0);
    refused("everybody held out", &|p| p.holdout = 1000);
    refused("a blank in the playbook's id", &|p| p.id = " ".into());
    refused("no recipe", &|p| p.recipes.clear());
    refused("too many recipes", &|p| {
        let one = p.recipes[1].clone();
        let numbered = |n| Recipe { id: alloc::format!("{n}"), ..one.clone() };
        p.recipes = (0..=MAX_RECIPES).map(numbered).collect();
    });
}

#[test]
fn recipes_are_read_as_they_were_written() {
    let model = model(example::recipes()).unwrap();
    let artifact = Artifact::decode(&encode(&model, example::canaries()).unwrap()).unwrap();
    assert_eq!(artifact.model(), &model);
}

#[test]
fn a_stable_share_of_customers_is_held_out() {
    let held = |id: &str, share| -> Vec<u32> {
        let is_held = |n: &u32| is_held_out(id, &alloc::format!("customer-{n}"), share);
        (0..20_000).filter(is_held).collect()
    };
    let tenth = held("", 100);
    // 2,000 are expected, and 42 is a standard deviation.
    assert!((1870..=2130).contains(&tenth.len()), "{}", tenth.len());
    assert!(held("", 0).is_empty());
    let fifth = held("", 200);
    assert!(tenth.iter().all(|n| fifth.contains(n)));
    let other = held("spring", 100);
    let both = tenth.iter().filter(|n| other.contains(n)).count();
    assert!((150..=250).contains(&both), "{both}");
    // These must not change with a version: somebody is measuring.
    let first = (0..).filter(|n| is_held_out("", &alloc::format!("{n}"), 100)).take(5);
    assert_eq!(first.collect::<Vec<u32>>(), [6, 9, 19, 22, 42]);
    assert!(is_held_out("", " 19 ", 100));
    let playbook = Playbook::Recipes(example::recipes());
    assert_eq!(
        (0..2000).filter(|n| playbook.holds_out(&alloc::format!("{n}"))).collect::<Vec<u32>>(),
        (0..2000).filter(|n| is_held_out("p", &alloc::format!("{n}"), 100)).collect::<Vec<u32>>(),
    );
}
