//! The JSON Schema that a model shows agrees with what the model takes.

use std::fs;

use edge::customer::{Customer, UnknownFields};
use serde_json::{Value, json};
use shared::schema::AS_OF;
use shared::{Artifact, Column, ColumnKind, RawRecord};
use tests::root;

/// Values of every type, and every word of the column in question.
fn candidates(column: &Column) -> Vec<Value> {
    let mut values = vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1.5),
        json!(1e15),
        json!(1.000_001e15),
        json!(-1e300),
        json!("1"),
        json!("never heard of"),
        json!("2024-02-29"),
        json!("2023-02-29"),
        json!("29.02.2024"),
        json!([]),
        json!({"a": 1}),
    ];
    let words = column.kind.words().into_iter().chain(column.missing.iter().map(String::as_str));
    for word in words {
        values.push(word.into());
        values.extend(word.parse::<f64>().ok().map(Value::from));
    }
    if let ColumnKind::Numeric { lower: Some(lower), upper: Some(upper) } = column.kind {
        for bound in [lower.get(), upper.get()] {
            values.extend([bound - 0.5, bound, bound + 0.5].map(Value::from));
        }
    }
    values
}

#[test]
fn the_json_schema_takes_what_the_model_takes() {
    let (mut taken, mut refused) = (0, 0);
    let artifacts =
        ["format-1.postcard", "shop.postcard"].map(|name| format!("tests/data/artifacts/{name}"));
    for path in artifacts.into_iter().chain(["edge/model.postcard".into()]) {
        let artifact = Artifact::decode(&fs::read(root().join(path)).unwrap()).unwrap();
        let document: Value = serde_json::from_str(&artifact.json_schema()).unwrap();
        // Whether `format` is looked at is up to the reader of a schema; a date is one only if it is.
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        let checker = options.build(&document).unwrap();
        let example: serde_json::Map<String, Value> = document["properties"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, property)| (name.clone(), property["examples"][0].clone()))
            .collect();
        let mut agree = |customer: &Value| {
            let raw_text = customer.to_string();
            let raw = RawRecord::from_json(&raw_text).unwrap();
            let model_takes = artifact.model().parts().schema.validate(&raw).is_ok();
            assert_eq!(checker.is_valid(customer), model_takes, "{customer}");
            *(if model_takes { &mut taken } else { &mut refused }) += 1;
        };
        agree(&Value::Object(example.clone()));
        for as_of in [json!(null), json!("2024-02-30"), json!("2025-01-31"), json!(2025)] {
            let mut customer = example.clone();
            customer.insert(AS_OF.into(), as_of);
            agree(&Value::Object(customer));
        }
        for column in artifact.model().parts().schema.columns() {
            let mut customer = example.clone();
            customer.remove(&column.name);
            agree(&Value::Object(customer));
            for value in candidates(column) {
                let mut customer = example.clone();
                customer.insert(column.name.clone(), value);
                agree(&Value::Object(customer));
            }
        }
    }
    assert!(taken > 30 && refused > 30, "{taken} taken, {refused} refused");
}

#[test]
fn the_json_schema_takes_the_orders_that_the_model_takes() {
    let artifact = fs::read(root().join("edge/model.postcard")).unwrap();
    let artifact = Artifact::decode(&artifact).unwrap();
    let document: Value = serde_json::from_str(&artifact.json_schema()).unwrap();
    assert!(jsonschema::draft202012::meta::is_valid(&document));
    let checker = jsonschema::draft202012::options().should_validate_formats(true);
    let checker = checker.build(&document).unwrap();
    let order = json!({"date": "2026-11-02", "amount": 12.5, "quantity": 2, "shop": "north"});
    let good = json!({"orders": [order], "as_of": "2026-11-22", "unknown": true});
    let mut customers = vec![(good.clone(), true)];
    let mut with = |pointer: &str, name: &str, value: Option<Value>, takes: bool| {
        let mut customer = good.clone();
        let object = customer.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => object.insert(name.into(), value),
            None => object.remove(name),
        };
        customers.push((customer, takes));
    };
    for value in [json!(null), json!("2026-02-30"), json!(2026), json!([])] {
        with("", "as_of", Some(value.clone()), false);
        with("/orders/0", "date", Some(value), false);
    }
    for value in [json!(null), json!("12"), json!(1.1e15), json!(-1.1e15), json!({})] {
        with("/orders/0", "amount", Some(value.clone()), false);
        with("/orders/0", "quantity", Some(value), false);
    }
    for value in [json!(null), json!([]), json!({}), json!([1]), json!([order, null]), json!(1)] {
        with("", "orders", Some(value), false);
    }
    with("", "orders", Some(json!([order, order])), true);
    with("/orders/0", "shop", Some(json!(["any", {"thing": null}])), true);
    for name in ["orders", "as_of"] {
        with("", name, None, false);
    }
    for name in ["date", "amount", "quantity"] {
        with("/orders/0", name, None, false);
    }
    for column in artifact.model().parts().schema.columns() {
        for value in [json!(null), json!(3)] {
            with("", &column.name, Some(value), false);
        }
    }
    for (customer, takes) in customers {
        assert_eq!(checker.is_valid(&customer), takes, "{customer}");
        let body = customer.to_string();
        let read = Customer::read(&artifact, UnknownFields::Ignore, body.as_bytes());
        assert_eq!(read.is_ok(), takes, "{customer}");
    }
}
