use alloc::vec;

use super::*;
use crate::example;

#[test]
fn the_most_probable_class_is_the_lowest_of_equals() {
    assert_eq!(most_probable(&[0.2, 0.4, 0.4]), 1);
}

#[test]
fn a_segments_model_counts_with_its_weight() {
    let parts = example::parts();
    let record = example::record(r#"{"age": 33.3, "married": true, "size": "High"}"#);
    let x = parts.transform.apply(&record);
    let x = x.model_inputs();
    let spend = &parts.targets[0];
    let of = |margin: &Margin| margin.margins(x)[0];
    let own = of(&spend.own[1].margin);
    assert_eq!(spend.margins(x, 1), [0.5 * of(&spend.all) + 0.5 * own]);
    assert_ne!(of(&spend.all), own);
}

#[test]
fn an_interval_is_moved_apart_and_stays_above_the_floor() {
    let parts = example::parts();
    let x = parts.transform.apply(&example::record(r#"{"age": 33.3}"#));
    let interval = |range: &Range, link| {
        let Interval { lower, upper, .. } = range.interval(link, x.model_inputs(), 0);
        (lower, upper)
    };
    let range = parts.targets[0].range.clone().unwrap();
    let free = Link::Identity { floor: None };
    assert_eq!(interval(&range, free), (0.5, 41.5));
    assert_eq!(interval(&range, Link::Identity { floor: Some(1.0) }), (1.0, 41.5));
    let crossed = Range { quantiles: Margin::Constant(vec![4.0, -3.0]), ..range.clone() };
    assert_eq!(interval(&crossed, free), (-4.5, 5.5));
    let logarithms = Range { scale: Some(2.0), ..range };
    let (lower, upper) = interval(&logarithms, Link::Log);
    assert!((lower - 2.0 * math::exp_m1(0.5)).abs() < 1e-12, "{lower}");
    assert_eq!(upper, MAX_NUMBER);
    assert!((Range::scaled(Some(2.0), lower) - 0.5).abs() < 1e-12);
}

#[test]
fn probabilities_are_of_exponentials_however_large_the_margins() {
    let p = softmax(&[1000.0, 1000.0 + math::ln(3.0)]);
    assert!((p[0] - 0.25).abs() < 1e-12 && (p[1] - 0.75).abs() < 1e-12, "{p:?}");
    assert_eq!(softmax(&[-1e100, 1e100]), [0.0, 1.0]);
}

#[test]
fn a_logarithm_gives_a_number_that_is_never_negative() {
    let parts = example::parts();
    for margin in [-1e90, -1.0, 0.0, 1e90] {
        let number = Link::Log.number(&parts.transform, margin);
        assert!(number > 0.0 && number <= MAX_NUMBER, "{number}");
    }
}

#[test]
fn the_prepared_value_of_a_column_is_undone() {
    let parts = example::parts();
    let record = example::record(r#"{"age": 33.3}"#);
    let x = parts.transform.apply(&record);
    let back = Link::Prepared(0).number(&parts.transform, x.as_slice()[0]);
    assert!((back - 33.3).abs() < 1e-3, "{back}");
    assert_eq!(Link::Prepared(0).number(&parts.transform, -16.0), 18.0);
}

#[test]
fn models_that_do_not_fit_are_refused() {
    let parts = example::parts();
    let fits = |at: usize, change: fn(&mut TargetModels)| {
        let mut models = parts.targets[at].clone();
        change(&mut models);
        models.fits(&parts.transform, 2)
    };
    assert!(fits(0, |_| {}) && fits(1, |_| {}) && fits(2, |_| {}));
    assert!(!fits(0, |m| m.link = Link::Softmax));
    assert!(!fits(2, |m| m.link = Link::Log));
    assert!(!fits(0, |m| m.all = Margin::Constant(vec![1.0, 2.0])));
    assert!(!fits(0, |m| m.all = Margin::Constant(vec![f64::NAN])));
    assert!(!fits(0, |m| m.all = Margin::Constant(vec![-0.0])));
    assert!(!fits(0, |m| m.own[0].weight = 1.5));
    assert!(!fits(0, |m| m.all = Margin::Linear { intercepts: vec![0.0], weights: vec![0.0] }));
    assert!(!fits(0, |m| m.range.as_mut().unwrap().widen = vec![0.0]));
    assert!(!fits(0, |m| m.range.as_mut().unwrap().quantiles = Margin::Constant(vec![0.0])));
}
