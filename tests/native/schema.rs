//! The JSON Schema that a model shows agrees with what the model takes.

use std::fs;

use serde_json::{Value, json};
use shared::{Artifact, ColumnKind, RawRecord};
use tests::root;

/// Values of every type, and every word of the column in question.
fn candidates(kind: &ColumnKind) -> Vec<Value> {
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
        json!([]),
        json!({"a": 1}),
    ];
    values.extend(kind.words().into_iter().map(Value::from));
    values
}

#[test]
fn the_json_schema_takes_what_the_model_takes() {
    let (mut taken, mut refused) = (0, 0);
    for path in ["edge/model.postcard", "tests/data/artifacts/format-1.postcard"] {
        let artifact = Artifact::decode(&fs::read(root().join(path)).unwrap()).unwrap();
        let document: Value = serde_json::from_str(&artifact.json_schema()).unwrap();
        let checker = jsonschema::draft202012::new(&document).unwrap();
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
        for column in artifact.model().parts().schema.columns() {
            let mut customer = example.clone();
            customer.remove(&column.name);
            agree(&Value::Object(customer));
            for value in candidates(&column.kind) {
                let mut customer = example.clone();
                customer.insert(column.name.clone(), value);
                agree(&Value::Object(customer));
            }
        }
    }
    assert!(taken > 30 && refused > 30, "{taken} taken, {refused} refused");
}
