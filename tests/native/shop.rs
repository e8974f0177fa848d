//! An artifact that no fit made: every kind of column, dates, bounds, words for missing, and models that are
//! told of missing values. `WEDGE_BLESS=1` writes it to `tests/data/artifacts/shop.postcard`.

use std::fs;

use shared::artifact::encode;
use shared::baseline::{Baseline, Bins};
use shared::centroids::Centroids;
use shared::date::{DateOrder, Day};
use shared::forest::{Forest, Node};
use shared::model::{SegmentInfo, Training};
use shared::number::Finite;
use shared::playbook::TypicalGap;
use shared::segment_model::{Link, Own, Range, Target, TargetKind, TargetModels};
use shared::transform::{ColumnStep, Tail};
use shared::{
    Assigner, Column, ColumnKind, Margin, Model, ModelParts, Playbook, RawRecord, Schema,
    Sensitive, Transform,
};
use tests::root;

/// Where it is committed.
pub(crate) const PATH: &str = "tests/data/artifacts/shop.postcard";

fn finite(x: f64) -> Finite {
    Finite::new(x).unwrap()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn schema() -> Schema {
    let optional = |name: &str, kind| Column { optional: true, ..Column::new(name, kind) };
    let bounded = ColumnKind::Numeric { lower: Some(finite(0.0)), upper: Some(finite(120.0)) };
    let flag = ColumnKind::YesNo { no: "0".into(), yes: "1".into() };
    let plan = ColumnKind::Categorical { levels: words(&["1", "2", "gold"]), other: false };
    let columns = vec![
        Column {
            missing: words(&["-1", "999"]),
            sensitive: Some(Sensitive::Age),
            ..optional("age", bounded)
        },
        Column {
            missing: words(&["1900-01-01"]),
            ..optional("joined", ColumnKind::Date { order: DateOrder::Dmy })
        },
        Column { missing: words(&["-9"]), ..Column::new("visits", ColumnKind::ANY_NUMBER) },
        optional("newsletter", flag),
        Column::new("size", ColumnKind::Ordinal { levels: words(&["S", "M", "L"]) }),
        Column::new("plan", plan),
    ];
    Schema::new(columns, Day::parse("2024-03-01")).unwrap()
}

fn steps() -> Vec<ColumnStep> {
    let number = |impute, upper: f64, lambda: Option<f64>, mean, scale| ColumnStep::Number {
        impute: finite(impute),
        lower: None,
        upper: Some(finite(upper)),
        lambda: lambda.map(finite),
        mean: finite(mean),
        scale: finite(scale),
    };
    vec![
        number(41.5, 80.0, None, 40.0, 12.0),
        number(412.0, 3000.0, Some(0.25), 13.0, 4.5),
        number(3.0, 40.0, Some(0.0), 1.25, 0.75),
        ColumnStep::Rank { impute: 0, mean: finite(0.25), scale: finite(0.4375) },
        ColumnStep::Rank { impute: 1, mean: finite(1.0), scale: finite(0.75) },
        ColumnStep::OneHot { impute: 2, height: finite(1.25) },
    ]
}

#[expect(clippy::too_many_lines, reason = "a list of figures")]
pub(crate) fn parts() -> ModelParts {
    let schema = schema();
    let centres = [
        [-0.75, -0.5, -0.25, 0.5, 0.0, 0.75, 0.25, 0.125],
        [0.5, 0.75, 1.0, -0.25, 0.5, 0.25, 0.25, 0.5],
    ];
    let spend = |intercept| Margin::Linear {
        intercepts: vec![intercept],
        // The features, whether `age` and `joined` are missing, and how far beyond 80 `age` is.
        weights: vec![2.5, -4.0, 12.5, 1.0, 3.0, 0.1, 0.2, 5.0, -7.5, 11.0, 6.5],
    };
    let own = |weight, intercept| Own { weight, margin: spend(intercept) };
    let target = |name: &str, kind| Target { name: name.into(), kind };
    let split = |input, threshold, left_share| Node::Split { input, threshold, left_share };
    let nodes = vec![
        split(0, -16, 90),
        Node::Leaf,
        split(2, 40, 180),
        Node::Leaf,
        Node::Leaf,
        split(8, 32, 240),
        Node::Leaf,
        Node::Leaf,
    ];
    let leaves = vec![200, -200, 40, -25, -310, 120, -5, 5, 90, -60];
    let churn = Forest::new(11, vec![-0.75, 0.5], 1.0 / 256.0, nodes, leaves).unwrap();
    let usual = |column, name: &str, intercept, weights: [f64; 11]| TargetModels {
        target: target(name, TargetKind::Number),
        link: Link::Prepared(column),
        all: Margin::Linear { intercepts: vec![intercept], weights: weights.into() },
        own: vec![],
        range: None,
    };
    let bins = |cuts: &[f64], shares: &[u16]| Bins {
        cuts: cuts.iter().map(|&cut| finite(cut)).collect(),
        shares: shares.into(),
    };
    let columns = vec![
        bins(&[30.0, 50.0], &[2500, 4500, 2000, 1000]),
        bins(&[90.0, 400.0, 1500.0], &[1500, 4000, 3000, 1000, 500]),
        bins(&[0.0, 4.0], &[3000, 4500, 2500, 0]),
        bins(&[], &[7500, 2500, 0]),
        bins(&[], &[2500, 5000, 2500, 0]),
        bins(&[], &[3000, 2500, 4500, 0, 0]),
    ];
    ModelParts {
        baseline: Baseline::new(&schema, 400, 20, columns, vec![6000, 4000]).unwrap(),
        transform: Transform::new(&schema, steps(), vec![0, 1])
            .unwrap()
            .with_tails(vec![Tail { column: 0, lower: None, upper: Some(finite(110.0)) }])
            .unwrap(),
        schema,
        assigner: Assigner::KMeans(Centroids::from_rows(&centres.concat(), 8).unwrap()),
        segments: vec![
            SegmentInfo::new(0, "Segment 0: low age, few days since joined", 60),
            SegmentInfo::new(1, "Segment 1: high visits, many days since joined", 40),
        ],
        targets: vec![
            TargetModels {
                target: target("spend", TargetKind::Number),
                link: Link::Identity { floor: Some(0.0) },
                all: spend(31.0),
                own: vec![own(0.75, 20.0), own(0.625, 45.5)],
                range: Some(Range {
                    level_percent: 90,
                    scale: Some(25.0),
                    quantiles: Margin::Constant(vec![0.125, 1.75]),
                    widen: vec![0.0625, -0.03125],
                }),
            },
            TargetModels {
                target: target(
                    "churn",
                    TargetKind::Class { classes: vec!["no".into(), "yes".into()] },
                ),
                link: Link::Softmax,
                all: Margin::Trees(churn),
                own: vec![],
                range: None,
            },
            TargetModels::constants(
                target("days_since_joined", TargetKind::Number),
                Link::Identity { floor: None },
                vec![vec![203.0], vec![1140.0]],
            ),
        ],
        usual: vec![
            usual(0, "age", 0.125, [0.0, 0.25, -0.125, 0.5, 0.0, 0.0, 0.0, 0.25, 0.0, 0.0, 0.0]),
            usual(2, "visits", 0.375, [0.25, 0.125, 0.0, 0.5, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        ],
        means: vec![0.0, -0.25, 0.125, 0.25, 0.0, 0.375, 0.25, 0.125, 0.0625, 0.25, 0.0],
        playbook: Playbook::TypicalGap(TypicalGap {
            threshold: 0.5,
            at_most: 2,
            usual: vec![0, 1],
        }),
        training: Training {
            seed: 0,
            wcss: vec![9.0, 4.0],
            knee_from_one: None,
            knee_from_two: None,
            next_segment_id: 2,
        },
    }
}

/// The artifact's bytes, whatever is committed.
pub(crate) fn encoded() -> Vec<u8> {
    let model = Model::new(parts()).unwrap();
    let canaries = [
        r#"{"age":33.3,"joined":"2023-12-24","visits":4,"newsletter":true,"size":"L","plan":"gold"}"#,
        r#"{"joined":"2019-06-30","visits":17.5,"size":"S","plan":2}"#,
        r#"{"age":71,"visits":0,"newsletter":0,"size":"M","plan":"(other)"}"#,
        r#"{"visits":2,"size":"M","plan":"1"}"#,
    ];
    let record = |text: &&str| {
        let raw = RawRecord::from_json(text).unwrap();
        model.parts().schema.validate(&raw).unwrap()
    };
    encode(&model, canaries.iter().map(record).collect()).unwrap()
}

/// The artifact's bytes, which are the committed ones.
pub(crate) fn artifact() -> Vec<u8> {
    let bytes = encoded();
    let committed = root().join(PATH);
    if std::env::var_os("WEDGE_BLESS").is_some() {
        fs::write(&committed, &bytes).unwrap();
    }
    assert!(fs::read(&committed).unwrap_or_default() == bytes, "{PATH} is out of date");
    bytes
}
