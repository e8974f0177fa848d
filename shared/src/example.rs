//! A small model with every kind of column, target and step, for the unit tests.

pub(crate) mod random;

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::assign::Assigner;
use crate::baseline::{Baseline, Bins, PARTS};
use crate::calibration::Calibration;
use crate::centroids::Centroids;
use crate::column::{Column, ColumnKind};
use crate::date::{DateOrder, Day};
use crate::forest::{Forest, Node};
use crate::margin::Margin;
use crate::mixture::Mixture;
use crate::model::{Model, ModelParts, SegmentInfo, Training};
use crate::number::Finite;
use crate::playbook::{
    Comparison, Condition, Order, Playbook, Rank, Recipe, Recipes, Subject, TypicalGap,
};
use crate::prototypes::Prototypes;
use crate::raw::RawRecord;
use crate::record::Record;
use crate::schema::Schema;
use crate::segment_model::{Link, Own, Range, Target, TargetKind, TargetModels};
use crate::sensitive::Sensitive;
use crate::transform::{ColumnStep, MISSING_LEVEL, Tail, Transform};

fn finite(x: f64) -> Finite {
    Finite::new(x).unwrap()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&w| w.into()).collect()
}

const CENTRES: [f64; 14] =
    [-0.75, 1.0, 1.0, 0.5, 0.25, 0.0, 0.75, 1.0, -1.0, 0.0, 0.0, 0.5, 0.25, 0.75];

#[expect(clippy::too_many_lines, reason = "a list of figures")]
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
    let tails = vec![
        Tail { column: 0, lower: Some(finite(10.0)), upper: None },
        Tail { column: 4, lower: None, upper: Some(finite(5000.0)) },
    ];
    let linear = |intercept| Margin::Linear {
        intercepts: vec![intercept],
        weights: vec![10.0, 0.0, -1.0, 0.5, 0.0, 2.0, 1.5, 3.0, -4.0, 0.5, 2.0],
    };
    let own = |weight, intercept| Own { weight, margin: linear(intercept) };
    let target = |name: &str, kind| Target { name: name.into(), kind };
    ModelParts {
        baseline: baseline(&schema),
        transform: Transform::new(&schema, steps, vec![1, 4]).unwrap().with_tails(tails).unwrap(),
        schema,
        assigner: k_means(),
        segments: vec![
            SegmentInfo {
                description: "They are young.".into(),
                stability_percent: Some(91),
                calibration: Calibration::from_distances(
                    (0..120).map(|i| f64::from(i) / 32.0).collect(),
                ),
                ..SegmentInfo::new(4, "Segment 0: low age", 50)
            },
            SegmentInfo::new(2, "Segment 1: high age", 50),
        ],
        targets: vec![
            TargetModels {
                target: target("spend", TargetKind::Number),
                link: Link::Identity { floor: Some(0.0) },
                all: linear(16.0),
                own: vec![own(0.75, 1.0), own(0.5, 30.0)],
                range: Some(Range {
                    level_percent: 90,
                    scale: None,
                    quantiles: Margin::Constant(vec![2.0, 40.0]),
                    widen: vec![1.5, -0.25],
                }),
            },
            TargetModels::constants(
                target("visits", TargetKind::Number),
                Link::Log,
                vec![vec![0.5], vec![0.75]],
            ),
            TargetModels {
                target: target("group", TargetKind::Class { classes: words(&["A", "B"]) }),
                link: Link::Softmax,
                all: Margin::Trees(forest()),
                own: vec![],
                range: None,
            },
        ],
        usual: vec![TargetModels {
            target: target("age", TargetKind::Number),
            link: Link::Prepared(0),
            all: Margin::Constant(vec![0.25]),
            own: vec![],
            range: None,
        }],
        means: vec![0.25, 0.0, -0.5, 0.25, 0.25, 0.25, 0.125, 0.0625, 0.25, -0.25, 0.0],
        playbook: Playbook::TypicalGap(TypicalGap { threshold: 0.5, at_most: 2, usual: vec![0] }),
        training: Training {
            seed: 7,
            wcss: vec![10.0, 4.0],
            knee_from_one: Some(2),
            knee_from_two: None,
            next_segment_id: 5,
        },
    }
}

fn forest() -> Forest {
    let nodes = vec![
        Node::Split { input: 0, threshold: 16, left_share: 90 },
        Node::Leaf,
        Node::Split { input: 8, threshold: 32, left_share: 200 },
        Node::Leaf,
        Node::Leaf,
        Node::Split { input: 1, threshold: -8, left_share: 128 },
        Node::Leaf,
        Node::Leaf,
    ];
    let leaves = vec![3, -3, -1, 1, 2, 0, 1, -5, 0, 4];
    Forest::new(11, vec![0.25, -0.25], 0.125, nodes, leaves).unwrap()
}

fn baseline(schema: &Schema) -> Baseline {
    let bins = |cuts: &[f64], shares: &[u16]| Bins {
        cuts: cuts.iter().map(|&cut| finite(cut)).collect(),
        shares: shares.into(),
    };
    let columns = vec![
        bins(&[30.0, 50.0], &[2500, 5000, 2500, 0]),
        bins(&[], &[6000, 3000, 1000]),
        bins(&[], &[7000, 3000, 0]),
        bins(&[], &[4000, 3000, 2000, 1000]),
        bins(&[400.0], &[5000, 4500, 500]),
    ];
    Baseline::new(schema, 1000, 20, columns, vec![5000, 5000]).unwrap()
}

/// Everybody in the first bin and the first segment, for models whose baseline nothing reads.
pub(crate) fn all_alike(schema: &Schema, n_segments: usize) -> Baseline {
    let first_of = |n: usize| [vec![PARTS], vec![0; n - 1]].concat();
    let n_bins = |column: &Column| column.kind.n_ids().max(1) + 1;
    let columns = schema.columns().iter();
    let columns = columns.map(|c| Bins { cuts: vec![], shares: first_of(n_bins(c)) }).collect();
    Baseline::new(schema, 100, 1, columns, first_of(n_segments)).unwrap()
}

fn k_means() -> Assigner {
    Assigner::KMeans(Centroids::from_rows(&CENTRES, 7).unwrap())
}

/// A rule of every kind.
pub(crate) fn rules() -> [Assigner; 3] {
    let variances = [1.0, 0.5, 2.0, 0.25, 0.5, 0.125, 1.5, 0.75, 1.0, 0.5, 0.25, 1.0, 0.125, 3.0];
    let mixture = Mixture::new(&[0.375, 0.625], &CENTRES, &variances, 7);
    let numeric = [-0.75, 1.0, 1.0, 0.75, 1.0, -1.0, 0.0, 0.75];
    let prototypes = Prototypes::new(&numeric, &[1, MISSING_LEVEL], 0.625, 2);
    [k_means(), Assigner::Mixture(mixture.unwrap()), Assigner::Prototypes(prototypes.unwrap())]
}

/// The same model by every rule, the last with recipes.
pub(crate) fn models() -> [Model; 3] {
    let playbooks = [parts().playbook, parts().playbook, Playbook::Recipes(recipes())];
    let mut playbooks = playbooks.into_iter();
    rules().map(|assigner| {
        let playbook = playbooks.next().unwrap();
        Model::new(ModelParts { assigner, playbook, ..parts() }).unwrap()
    })
}

/// A playbook with every kind of condition and comparison.
pub(crate) fn recipes() -> Recipes {
    let test = |subject, comparison| Condition::Test { subject, comparison };
    let number = |order, bound| Comparison::Number(order, finite(bound));
    let spend = Subject::Prediction { target: 0, class: None };
    let group_b = Subject::Prediction { target: 2, class: Some(1) };
    let recipe = |id: &str, when, times| Recipe {
        id: id.into(),
        title: "T".into(),
        text: "Do.".into(),
        link: None,
        goal: None,
        when,
        rank: Rank::Value { target: 0, class: None, times: finite(times) },
        excludes: vec![],
    };
    let young = Condition::All(vec![
        test(Subject::Field(0), number(Order::Below, 30.0)),
        Condition::Not(test(Subject::Segment, Comparison::OneOf(vec![1])).into()),
        Condition::Any(vec![
            test(Subject::Field(3), Comparison::OneOf(vec![0, 2])),
            test(Subject::Field(4), Comparison::Missing(true)),
        ]),
    ]);
    let mut for_all = recipe("all", Condition::All(vec![]), 0.5);
    for_all.link = Some("http://a".into());
    for_all.goal = Some("G".into());
    for_all.excludes = vec![0];
    Recipes {
        id: "p".into(),
        at_most: 2,
        holdout: 100,
        recipes: vec![
            recipe("young", young, 2.0),
            recipe("rich", test(spend, number(Order::AtLeast, 10.0)), -1.0),
            Recipe {
                rank: Rank::Value { target: 2, class: Some(0), times: finite(9.0) },
                ..recipe("b", test(group_b, number(Order::AtMost, 0.5)), 1.0)
            },
            for_all,
        ],
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
