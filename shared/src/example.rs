//! A small model with every kind of column, target and step, for the unit tests.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::assign::Assigner;
use crate::centroids::Centroids;
use crate::column::{Column, ColumnKind};
use crate::model::{Model, ModelParts, SegmentInfo, TargetModels, Training};
use crate::number::Finite;
use crate::playbook::Playbook;
use crate::raw::RawRecord;
use crate::record::Record;
use crate::schema::Schema;
use crate::segment_model::{SegmentModel, Target, TargetKind};
use crate::transform::{ColumnStep, Transform};

fn finite(x: f64) -> Finite {
    Finite::new(x).unwrap()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&w| w.into()).collect()
}

pub(crate) fn parts() -> ModelParts {
    let column = |name: &str, kind| Column { name: name.into(), kind, optional: name != "age" };
    let schema = Schema::new(vec![
        column("age", ColumnKind::Numeric),
        column("married", ColumnKind::YesNo { no: "No".into(), yes: "Yes".into() }),
        column("size", ColumnKind::Ordinal { levels: words(&["Low", "High"]) }),
        column(
            "job",
            ColumnKind::Categorical { levels: words(&["Artist", "Doctor"]), other: true },
        ),
    ])
    .unwrap();
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
    ];
    let linear = |intercept| SegmentModel::Linear {
        intercept,
        weights: vec![10.0, 0.0, -1.0, 0.5, 0.0, 2.0],
        floor: Some(0.0),
    };
    let target = |name: &str, kind| Target { name: name.into(), kind };
    ModelParts {
        transform: Transform::new(&schema, steps).unwrap(),
        schema,
        assigner: Assigner::KMeans(
            Centroids::from_rows(
                &[-0.75, 1.0, 1.0, 0.5, 0.25, 0.0, 1.0, -1.0, 0.0, 0.0, 0.5, 0.25],
                6,
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
        record(r#"{"age": 70}"#),
    ]
}
