use alloc::vec;

use super::*;
use crate::centroids::Centroids;
use crate::column::Column;
use crate::example;
use crate::example::random::{self, Random};
use crate::model::{Model, ModelParts};
use crate::raw::RawRecord;

fn changed(record: &Record, column: usize, to: Value) -> Record {
    let mut values = record.values().to_vec();
    values[column] = to;
    Record::new(values)
}

/// The segment and the way in prepared space after one column has this value.
fn after(model: &Model, record: &Record, column: usize, to: Value) -> (u16, f64) {
    let parts = model.parts();
    let before = parts.transform.apply(record);
    let after = parts.transform.apply(&changed(record, column, to));
    let squares = before.as_slice().iter().zip(after.as_slice()).map(|(a, b)| (a - b) * (a - b));
    (parts.assigner.assign(&after).id(), squares.sum::<f64>().sqrt())
}

fn number(value: f64) -> Value {
    Value::Number(Finite::new(value).unwrap())
}

/// Columns that may change in the random models, by name.
const CHANGEABLE: [&str; 7] = ["visits", "spend", "score", "paid", "size", "plan", "town"];

#[test]
fn the_change_changes_the_segment_in_random_models_of_every_rule() {
    let mut random = Random(1);
    let mut found = [[0; 10]; 3];
    for (kind, found) in found.iter_mut().enumerate() {
        for draw in 0..30 {
            let model = random::model(&mut random, kind, 2 + draw % 5);
            for _ in 0..25 {
                let record = random::customer(&mut random);
                let answer = model.explain(&record);
                let Some(change) = answer.why.unwrap().smallest_change else { continue };
                let column = &model.parts().schema.columns()[change.column];
                assert!(CHANGEABLE.contains(&column.name.as_str()), "{}", column.name);
                assert_eq!(change.from, record.values()[change.column]);
                assert_ne!(change.from, Value::Missing);
                assert!(column.holds(&change.to) && change.to != Value::Missing);
                if let (Value::Number(to), true) = (change.to, column.integer) {
                    assert_eq!(to.get().fract(), 0.0);
                }
                if let Value::Level(id) = change.to {
                    assert!(!column.kind.is_other(id));
                }
                assert_ne!(change.segment, answer.segment.id());
                let again = after(&model, &record, change.column, change.to);
                assert_eq!(again, (change.segment, change.cost));
                found[change.column] += 1;
            }
        }
    }
    for by_column in found {
        assert!([1, 2, 3, 6, 7, 8, 9].iter().all(|&column| by_column[column] > 0), "{found:?}");
    }
}

/// Every whole number, and three hundred others on the way from limit to limit; every word.
fn values(column: &Column, name: &str) -> Vec<Value> {
    let even = |low: f64, high: f64| {
        (0..=300).map(move |i| number(low + (high - low) * f64::from(i) / 300.0)).collect()
    };
    match name {
        "visits" => (-3..70).map(|i| number(f64::from(i))).collect(),
        // The columns are prepared on a logarithmic scale.
        "spend" => (0..=300).map(|i| number(math::exp_m1(9.1 * f64::from(i) / 300.0))).collect(),
        "score" => even(-2.5, 40.0),
        _ => (0_u16..).zip(column.kind.words()).map(|(id, _)| Value::Level(id)).collect(),
    }
}

#[test]
fn no_cheaper_change_exists_where_segments_are_convex() {
    let mut random = Random(2);
    let (mut with, mut without) = (0, 0);
    for kind in [0, 2] {
        for draw in 0..12 {
            let model = random::model(&mut random, kind, 2 + draw % 4);
            for _ in 0..12 {
                let record = random::customer(&mut random);
                let answer = model.explain(&record);
                let change = &answer.why.as_ref().unwrap().smallest_change;
                let least = change.as_ref().map_or(f64::INFINITY, |c| c.cost);
                for (position, column) in model.parts().schema.columns().iter().enumerate() {
                    let name = column.name.as_str();
                    if !CHANGEABLE.contains(&name) || record.values()[position] == Value::Missing {
                        continue;
                    }
                    for value in values(column, name).into_iter().filter(|v| column.holds(v)) {
                        let (segment, cost) = after(&model, &record, position, value);
                        if segment != answer.segment.id() {
                            let is_number = matches!(value, Value::Number(_));
                            let slack = if is_number { WORTH_BEING_SHORT } else { 1.0 };
                            assert!(cost * slack >= least, "{name} {value:?}: {cost} < {least}");
                        }
                    }
                }
                if least.is_finite() { with += 1 } else { without += 1 }
            }
        }
    }
    assert!(with > 100 && without > 0, "{with}, {without}");
}

/// Of a mixture, a segment between two parts of another is found when it is wider than a part of the way.
#[test]
fn no_much_cheaper_change_exists_in_a_mixture() {
    let mut random = Random(3);
    for draw in 0..12 {
        let model = random::model(&mut random, 1, 2 + draw % 4);
        for _ in 0..12 {
            let record = random::customer(&mut random);
            let answer = model.explain(&record);
            let change = &answer.why.as_ref().unwrap().smallest_change;
            let least = change.as_ref().map_or(f64::INFINITY, |c| c.cost);
            for (position, name) in [(2, "spend"), (3, "score")] {
                let column = &model.parts().schema.columns()[position];
                if record.values()[position] == Value::Missing {
                    continue;
                }
                let of = |value: &Value| after(&model, &record, position, *value);
                let values: Vec<Value> =
                    values(column, name).into_iter().filter(|v| column.holds(v)).collect();
                for pair in values.windows(37) {
                    // In another segment over an eighth of the way at least.
                    if pair.iter().all(|value| of(value).0 != answer.segment.id()) {
                        let nearest = pair.iter().map(|v| of(v).1).fold(f64::INFINITY, f64::min);
                        assert!(
                            nearest * WORTH_BEING_SHORT + 1e-9 >= least,
                            "{name}: {nearest} < {least}"
                        );
                    }
                }
            }
        }
    }
}

/// Two columns as they come, one segment at 0 and one at (4, 4): the border is where they sum to 4.
fn two_columns(change: fn(&mut Column), centres: &[f64]) -> Model {
    let mut column = Column { optional: true, ..Column::new("a", ColumnKind::ANY_NUMBER) };
    change(&mut column);
    let columns =
        vec![column, Column { optional: true, ..Column::new("b", ColumnKind::ANY_NUMBER) }];
    let schema = Schema::new(columns, None).unwrap();
    let finite = |x| Finite::new(x).unwrap();
    let step = ColumnStep::Number {
        impute: finite(0.0),
        lower: None,
        upper: None,
        lambda: None,
        mean: finite(0.0),
        scale: finite(1.0),
    };
    Model::new(ModelParts {
        baseline: example::all_alike(&schema, centres.len() / 2),
        transform: Transform::new(&schema, vec![step.clone(), step], vec![]).unwrap(),
        assigner: Assigner::KMeans(Centroids::from_rows(centres, 2).unwrap()),
        segments: (0..centres.len() / 2)
            .map(|id| crate::model::SegmentInfo::new(u16::try_from(id).unwrap(), "name", 1))
            .collect(),
        targets: vec![],
        usual: vec![],
        means: vec![0.0; 2],
        playbook: crate::Playbook::TypicalGap(crate::playbook::TypicalGap {
            threshold: 9.0,
            at_most: 1,
            usual: vec![],
        }),
        schema,
        ..example::parts()
    })
    .unwrap()
}

fn change_of(model: &Model, json: &str) -> Option<(usize, f64)> {
    let raw = RawRecord::from_json(json).unwrap();
    let record = model.parts().schema.validate(&raw).unwrap();
    model.explain(&record).why.unwrap().smallest_change.map(|change| {
        let Value::Number(to) = change.to else { panic!("{change:?}") };
        (change.column, to.get())
    })
}

const CORNERS: [f64; 4] = [0.0, 0.0, 4.0, 4.0];

#[test]
fn a_tie_goes_to_the_first_column_and_the_lower_value() {
    let model = two_columns(|_| {}, &CORNERS);
    assert_eq!(change_of(&model, r#"{"a":1,"b":1}"#), Some((0, 3.01)));
    let around = two_columns(|_| {}, &[0.0, 0.0, -4.0, 0.0, 4.0, 0.0]);
    assert_eq!(change_of(&around, r#"{"a":0,"b":0}"#), Some((0, -2.01)));
}

#[test]
fn what_may_not_change_stays_as_it_is() {
    for change in [(|c: &mut Column| c.mutable = false) as fn(&mut Column), |c| {
        c.sensitive = Some(crate::Sensitive::Health);
    }] {
        let model = two_columns(change, &CORNERS);
        assert_eq!(change_of(&model, r#"{"a":1,"b":1}"#), Some((1, 3.01)));
        assert_eq!(change_of(&model, r#"{"a":1}"#), None);
    }
    let model = two_columns(|_| {}, &CORNERS);
    assert_eq!(change_of(&model, r#"{"b":1}"#), Some((1, 4.01)));
    assert_eq!(change_of(&model, "{}"), None);
}

#[test]
fn bounds_whole_numbers_and_words_for_missing_are_respected() {
    let up_to_two = |c: &mut Column| {
        c.kind = ColumnKind::Numeric { lower: None, upper: Finite::new(2.0) };
    };
    assert_eq!(change_of(&two_columns(up_to_two, &CORNERS), r#"{"a":1,"b":1}"#), Some((1, 3.01)));
    assert_eq!(change_of(&two_columns(up_to_two, &CORNERS), r#"{"a":1}"#), None);
    let whole = two_columns(|c| c.integer = true, &CORNERS);
    assert_eq!(change_of(&whole, r#"{"a":1}"#), Some((0, 5.0)));
    assert_eq!(change_of(&whole, r#"{"a":1,"b":0.5}"#), Some((1, 3.01)));
    let never_five = two_columns(
        |c| {
            c.integer = true;
            c.missing = vec!["5".into()];
        },
        &CORNERS,
    );
    assert_eq!(change_of(&never_five, r#"{"a":1}"#), Some((0, 6.0)));
}

#[test]
fn a_number_is_as_short_as_a_tenth_of_its_way_allows() {
    let model = two_columns(|_| {}, &CORNERS);
    assert_eq!(change_of(&model, r#"{"a":3.9}"#), Some((0, 4.01)));
    assert_eq!(change_of(&model, r#"{"a":3.999}"#), Some((0, 4.0001)));
}

#[test]
fn one_segment_has_no_other_to_change_to() {
    assert_eq!(change_of(&two_columns(|_| {}, &[0.0, 0.0]), r#"{"a":1,"b":1}"#), None);
}
