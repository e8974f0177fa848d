use super::*;
use crate::column::Column;
use crate::example;
use crate::raw::RawRecord;
use alloc::string::String;
use alloc::vec;

fn finite(x: f64) -> Finite {
    Finite::new(x).unwrap()
}

fn number(lambda: Option<f64>) -> ColumnStep {
    ColumnStep::Number {
        impute: finite(3.0),
        lower: Some(finite(0.0)),
        upper: Some(finite(8.0)),
        lambda: lambda.map(finite),
        mean: finite(1.0),
        scale: finite(2.0),
    }
}

fn schema() -> Schema {
    let levels: Vec<String> = vec!["a".into(), "b".into(), "c".into()];
    let columns = [
        ("x", ColumnKind::ANY_NUMBER),
        ("c", ColumnKind::Categorical { levels, other: false }),
        ("o", ColumnKind::Ordinal { levels: vec!["low".into(), "high".into()] }),
    ]
    .map(|(name, kind)| Column { optional: true, ..Column::new(name, kind) });
    Schema::new(columns.into(), None).unwrap()
}

fn steps(lambda: Option<f64>) -> Vec<ColumnStep> {
    vec![
        number(lambda),
        ColumnStep::OneHot { impute: 2, height: finite(0.5) },
        ColumnStep::Rank { impute: 1, mean: finite(0.5), scale: finite(0.5) },
    ]
}

fn prepared(json: &str, lambda: Option<f64>) -> Vec<f64> {
    let schema = schema();
    let record = schema.validate(&RawRecord::from_json(json).unwrap()).unwrap();
    let transform = Transform::new(&schema, steps(lambda), vec![0, 2]).unwrap();
    transform.apply(&record).as_slice().to_vec()
}

#[test]
fn features_follow_the_columns() {
    assert_eq!(prepared(r#"{"x":5,"c":"b","o":"low"}"#, None), [2.0, 0.0, 0.5, 0.0, -1.0]);
}

#[test]
fn a_word_that_training_never_saw_marks_no_level() {
    assert_eq!(prepared(r#"{"x":5,"c":"d","o":"low"}"#, None), [2.0, 0.0, 0.0, 0.0, -1.0]);
}

#[test]
fn words_have_a_level_and_numbers_stand_apart() {
    let schema = schema();
    let transform = Transform::new(&schema, steps(None), vec![]).unwrap();
    for (json, level) in [
        (r#"{"x":5,"c":"b","o":"low"}"#, 1),
        (r#"{"x":5,"c":"d","o":"low"}"#, UNSEEN_LEVEL),
        (r#"{"x":5,"o":"low"}"#, MISSING_LEVEL),
    ] {
        let vector =
            transform.apply(&schema.validate(&RawRecord::from_json(json).unwrap()).unwrap());
        assert_eq!(vector.levels(), [level], "{json}");
        assert_eq!(vector.numeric(), [2.0, -1.0]);
    }
}

#[test]
fn indicators_stand_behind_the_features_and_are_no_features() {
    let schema = schema();
    let transform = Transform::new(&schema, steps(None), vec![0, 2]).unwrap();
    let vector = |json: &str| {
        transform.apply(&schema.validate(&RawRecord::from_json(json).unwrap()).unwrap())
    };
    for (json, indicators) in [
        (r#"{"x":5,"o":"low"}"#, [0.0, 0.0]),
        (r#"{"c":"a","o":"low"}"#, [1.0, 0.0]),
        ("{}", [1.0, 1.0]),
    ] {
        let vector = vector(json);
        assert_eq!(vector.as_slice().len(), transform.features().len());
        assert_eq!(vector.model_inputs()[..5], *vector.as_slice());
        assert_eq!(vector.model_inputs()[5..], indicators, "{json}");
        assert_eq!(vector.model_inputs().len(), transform.n_model_inputs());
    }
    for unsound in [vec![2, 0], vec![0, 0], vec![3]] {
        assert!(Transform::new(&schema, steps(None), unsound).is_none());
    }
    let mut columns = schema.columns().to_vec();
    columns[0].optional = false;
    let required = Schema::new(columns, None).unwrap();
    assert!(Transform::new(&required, steps(None), vec![0]).is_none());
    assert!(Transform::new(&required, steps(None), vec![2]).is_some());
}

#[test]
fn missing_values_are_imputed() {
    assert_eq!(prepared("{}", None), [1.0, 0.0, 0.0, 0.5, 1.0]);
}

#[test]
fn values_beyond_the_bounds_are_clipped_before_the_power() {
    assert_eq!(prepared(r#"{"x":1e9}"#, Some(0.0)), prepared(r#"{"x":8}"#, Some(0.0)));
    assert_eq!(prepared(r#"{"x":-7}"#, None)[0], -0.5);
}

#[test]
fn every_value_is_on_the_grid() {
    for x in ["0.1", "1e-7", "7.77"] {
        let json = alloc::format!(r#"{{"x":{x}}}"#);
        assert!(prepared(&json, Some(0.3)).into_iter().all(grid::holds), "{x}");
    }
}

#[test]
fn steps_that_do_not_fit_their_column_are_refused() {
    let refused = |position: usize, step: ColumnStep| {
        let mut steps = steps(None);
        steps[position] = step;
        assert!(Transform::new(&schema(), steps, vec![]).is_none());
    };
    refused(0, ColumnStep::OneHot { impute: 0, height: finite(1.0) });
    refused(0, number(Some(4.5)));
    refused(1, ColumnStep::OneHot { impute: 3, height: finite(1.0) });
    refused(1, ColumnStep::OneHot { impute: 0, height: finite(0.0) });
    refused(2, ColumnStep::Rank { impute: 0, mean: finite(0.0), scale: finite(-1.0) });
    assert!(Transform::new(&schema(), steps(None)[..2].to_vec(), vec![]).is_none());
}

#[test]
fn what_is_beyond_the_bounds_is_told_to_models_as_far_as_the_tail_goes() {
    let schema = schema();
    let tail = |lower: Option<f64>, upper: Option<f64>| Tail {
        column: 0,
        lower: lower.map(finite),
        upper: upper.map(finite),
    };
    let with = |tail| Transform::new(&schema, steps(None), vec![0])?.with_tails(vec![tail]);
    let transform = with(tail(Some(-10.0), Some(20.0))).unwrap();
    let inputs = |x: f64| {
        let json = alloc::format!(r#"{{"x":{x}}}"#);
        let record = schema.validate(&RawRecord::from_json(&json).unwrap()).unwrap();
        transform.apply(&record).model_inputs().to_vec()
    };
    for (x, beyond) in
        [(5.0, 0.0), (8.0, 0.0), (20.0, 6.0), (90.0, 6.0), (-2.0, -1.0), (-50.0, -5.0)]
    {
        assert_eq!(inputs(x)[6], beyond, "{x}");
        assert_eq!(inputs(x).len(), transform.n_model_inputs());
    }
    assert_eq!(transform.input_columns().collect::<Vec<_>>(), [0, 1, 1, 1, 2, 0, 0]);
    for unsound in [tail(None, None), tail(Some(1.0), None), tail(None, Some(7.0))] {
        assert!(with(unsound).is_none(), "{unsound:?}");
    }
    assert!(with(Tail { column: 1, ..tail(None, Some(9.0)) }).is_none());
}

#[test]
fn a_hidden_value_is_prepared_as_one_that_is_missing() {
    let transform = example::parts().transform;
    let whole = example::record(r#"{"age": 50, "size": "High", "job": "Doctor"}"#);
    let lacking = example::record(r#"{"age": 50, "size": "High"}"#);
    assert_eq!(transform.apply_without(&whole, 3), transform.apply(&lacking));
    assert_ne!(transform.apply(&whole), transform.apply(&lacking));
    // Even where nobody may lack it, what stands in for it does.
    let hidden = transform.apply_without(&whole, 0);
    let stand_in = example::record(r#"{"age": 40, "size": "High", "job": "Doctor"}"#);
    assert_eq!(hidden, transform.apply(&stand_in));
}
