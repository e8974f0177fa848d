//! A small model with every kind of column, target and step, for the unit tests.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::assign::Assigner;
use crate::centroids::Centroids;
use crate::column::{Column, ColumnKind};
use crate::date::{DateOrder, Day};
use crate::model::{Model, ModelParts, SegmentInfo, TargetModels, Training};
use crate::number::Finite;
use crate::playbook::Playbook;
use crate::raw::RawRecord;
use crate::record::Record;
use crate::schema::Schema;
use crate::segment_model::{SegmentModel, Target, TargetKind};
use crate::sensitive::Sensitive;
use crate::transform::{ColumnStep, Transform};

fn finite(x: f64) -> Finite {
    Finite::new(x).unwrap()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&w| w.into()).collect()
}

pub(crate) fn parts() -> ModelParts {
    let column = |name: &str, kind| Column { optional: name != "age", ..Column::new(name, kind) };
    let columns = vec![
        Column {
            sensitive: Some(Sensitive::Age),
            ..column(
                "age",
                ColumnKind::Numeric { lower: Some(finite(0.0)), upper: Some(finite(120.0)) },
            )
        },
        Column {
            sensitive: Some(Sensitive::MaritalStatus),
            ..column("married", ColumnKind::YesNo { no: "No".into(), yes: "Yes".into() })
        },
        column("size", ColumnKind::Ordinal { levels: words(&["Low", "High"]) }),
        Column {
            missing: words(&["99", "refused"]),
            ..column(
                "job",
                ColumnKind::Categorical { levels: words(&["Artist", "Doctor"]), other: true },
            )
        },
        Column {
            missing: words(&["0000-00-00"]),
            ..column("joined", ColumnKind::Date { order: DateOrder::Dmy })
        },
    ];
    let schema = Schema::new(columns, Day::parse("2024-03-01")).unwrap();
    let steps = vec![
        ColumnStep::Number {
            impute: finite(40.0),
            lower: Some(finite(18.0)),
            upper: None,
            lambda: Some(finite(0.5)),
            mean: finite(11.0),
            scale: finite(3.0),
        },
        ColumnStep::Rank { impute: 1, mean: finite(0.5), scale: finite(0.5) },
        ColumnStep::Rank { impute: 0, mean: finite(0.25), scale: finite(0.75) },
        ColumnStep::OneHot { impute: 0, height: finite(0.75) },
        ColumnStep::Number {
            impute: finite(400.0),
            lower: None,
            upper: Some(finite(3000.0)),
            lambda: None,
            mean: finite(500.0),
            scale: finite(300.0),
        },
    ];
    let linear = |intercept| SegmentModel::Linear {
        intercept,
        weights: vec![10.0, 0.0, -1.0, 0.5, 0.0, 2.0, 1.5, 3.0, -4.0],
        floor: Some(0.0),
    };
    let target = |name: &str, kind| Target { name: name.into(), kind };
    ModelParts {
        transform: Transform::new(&schema, steps, vec![1, 4]).unwrap(),
        schema,
        assigner: Assigner::KMeans(
            Centroids::from_rows(
                &[-0.75, 1.0, 1.0, 0.5, 0.25, 0.0, 0.75, 1.0, -1.0, 0.0, 0.0, 0.5, 0.25, 0.75],
                7,
            )
            .unwrap(),
        ),
        segments: ["Segment 0: low age", "Segment 1: high age"]
            .map(|name| SegmentInfo { name: name.into(), share_percent: 50 })
            .into(),
        targets: vec![
            TargetModels {
                target: target("spend", TargetKind::Number),
                by_segment: vec![linear(1.0), linear(30.0)],
            },
            TargetModels {
                target: target("visits", TargetKind::Number),
                by_segment: vec![SegmentModel::Constant(1.5), SegmentModel::Constant(2.0)],
            },
            TargetModels {
                target: target("group", TargetKind::Class { classes: words(&["A", "B"]) }),
                by_segment: vec![
                    SegmentModel::Frequencies(vec![0.25, 0.75]),
                    SegmentModel::Frequencies(vec![0.5, 0.5]),
                ],
            },
        ],
        playbook: Playbook::Shortfall {
            threshold: 0.5,
            columns: vec![0],
            typical: vec![25.0, 61.0],
        },
        training: Training {
            seed: 7,
            wcss: vec![10.0, 4.0],
            knee_from_one: Some(2),
            knee_from_two: None,
        },
    }
}

pub(crate) fn model() -> Model {
    Model::new(parts()).unwrap()
}

pub(crate) fn record(json: &str) -> Record {
    parts().schema.validate(&RawRecord::from_json(json).unwrap()).unwrap()
}

pub(crate) fn canaries() -> Vec<Record> {
    vec![
        record(r#"{"age": 33.3, "married": true, "size": "High", "job": "Doctor"}"#),
        record(r#"{"age": 50, "married": null, "job": "Smith", "joined": "2023-12-24"}"#),
        record(r#"{"age": 70}"#),
    ]
}
