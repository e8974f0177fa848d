//! Models and customers drawn at random, by every rule and with every kind of column.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{all_alike, finite, words};
use crate::assign::Assigner;
use crate::centroids::Centroids;
use crate::column::{Column, ColumnKind};
use crate::date::{DateOrder, Day};
use crate::mixture::Mixture;
use crate::model::{Model, ModelParts, SegmentInfo, Training};
use crate::playbook::{Playbook, TypicalGap};
use crate::prototypes::Prototypes;
use crate::raw::RawRecord;
use crate::record::Record;
use crate::schema::Schema;
use crate::sensitive::Sensitive;
use crate::transform::{ColumnStep, MISSING_LEVEL, Transform};

/// A linear congruential generator (Knuth's MMIX constants).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// In [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / f64::from(1 << 24)
    }

    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is small")]
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }
}

fn schema() -> Schema {
    let optional = |name: &str, kind| Column { optional: true, ..Column::new(name, kind) };
    let bounded = ColumnKind::Numeric { lower: Some(finite(-2.5)), upper: Some(finite(40.0)) };
    let categorical =
        |levels: &[&str], other| ColumnKind::Categorical { levels: words(levels), other };
    let columns = vec![
        Column { sensitive: Some(Sensitive::Age), ..optional("age", ColumnKind::ANY_NUMBER) },
        Column { integer: true, ..optional("visits", ColumnKind::ANY_NUMBER) },
        optional("spend", ColumnKind::ANY_NUMBER),
        Column { missing: words(&["7"]), ..optional("score", bounded) },
        Column { mutable: false, ..optional("fixed", ColumnKind::ANY_NUMBER) },
        optional("joined", ColumnKind::Date { order: DateOrder::Ymd }),
        optional("paid", ColumnKind::YesNo { no: "no".into(), yes: "yes".into() }),
        optional("size", ColumnKind::Ordinal { levels: words(&["S", "M", "L"]) }),
        optional("plan", categorical(&["a", "b", "c"], false)),
        optional("town", categorical(&["x", "y"], true)),
    ];
    Schema::new(columns, Day::parse("2024-03-01")).unwrap()
}

fn steps(random: &mut Random) -> Vec<ColumnStep> {
    let mut number = |lower: Option<f64>, upper: Option<f64>, lambda: Option<f64>, mean, scale| {
        ColumnStep::Number {
            impute: finite(3.0),
            lower: lower.map(finite),
            upper: upper.map(finite),
            lambda: lambda.map(finite),
            mean: finite(mean + random.between(-0.5, 0.5)),
            scale: finite(scale * random.between(0.5, 2.0)),
        }
    };
    vec![
        number(Some(18.0), Some(80.0), None, 45.0, 15.0),
        number(Some(0.0), Some(60.0), Some(0.25), 3.0, 1.5),
        number(Some(0.0), Some(9_000.0), Some(-0.1), 4.0, 1.25),
        number(Some(-1.0), None, None, 10.0, 9.0),
        number(None, None, None, 0.0, 1.0),
        number(None, Some(3_000.0), None, 500.0, 300.0),
        ColumnStep::Rank { impute: 0, mean: finite(0.25), scale: finite(0.5) },
        ColumnStep::Rank { impute: 1, mean: finite(1.0), scale: finite(0.75) },
        ColumnStep::OneHot { impute: 1, height: finite(1.125) },
        ColumnStep::OneHot { impute: 2, height: finite(0.9) },
    ]
}

fn rule(random: &mut Random, kind: usize, n_segments: usize) -> Assigner {
    let mut rows = |n: usize, low, high| -> Vec<f64> {
        (0..n * n_segments).map(|_| random.between(low, high)).collect()
    };
    match kind {
        0 => Assigner::KMeans(Centroids::from_rows(&rows(14, -1.5, 1.5), 14).unwrap()),
        1 => {
            let mut weights = rows(1, 0.5, 1.0);
            let total: f64 = weights.iter().sum();
            for weight in &mut weights {
                *weight /= total;
            }
            let (means, variances) = (rows(14, -1.0, 1.0), rows(14, 0.3, 3.0));
            Assigner::Mixture(Mixture::new(&weights, &means, &variances, 14).unwrap())
        }
        _ => {
            let centres = rows(8, -1.5, 1.5);
            let levels: Vec<u16> =
                (0..2 * n_segments).map(|_| [0, 1, 2, MISSING_LEVEL][random.below(4)]).collect();
            let gamma = random.between(0.5, 4.0);
            Assigner::Prototypes(Prototypes::new(&centres, &levels, gamma, n_segments).unwrap())
        }
    }
}

/// A model of ten columns by k-means (0), mixture (1) or prototypes (2).
pub(crate) fn model(random: &mut Random, kind: usize, n_segments: usize) -> Model {
    let schema = schema();
    let segments = (0..n_segments).map(|position| {
        let id = u16::try_from(2 * (n_segments - position)).unwrap();
        SegmentInfo::new(id, format!("segment at {position}"), 10)
    });
    Model::new(ModelParts {
        baseline: all_alike(&schema, n_segments),
        transform: Transform::new(&schema, steps(random), vec![0]).unwrap(),
        schema,
        assigner: rule(random, kind, n_segments),
        segments: segments.collect(),
        targets: vec![],
        usual: vec![],
        means: vec![0.0; 15],
        playbook: Playbook::TypicalGap(TypicalGap { threshold: 9.0, at_most: 1, usual: vec![] }),
        training: Training {
            seed: 0,
            wcss: vec![1.0],
            knee_from_one: None,
            knee_from_two: None,
            next_segment_id: 1000,
        },
    })
    .unwrap()
}

/// A customer; every field may be missing, words may be new.
pub(crate) fn customer(random: &mut Random) -> Record {
    let mut fields: Vec<String> = Vec::new();
    let mut field = |name: &str, value: String, is_missing: bool| {
        if !is_missing {
            fields.push(format!("\"{name}\":{value}"));
        }
    };
    let mut missing = vec![];
    for _ in 0..10 {
        missing.push(random.below(8) == 0);
    }
    let mut number = |low, high| format!("{}", random.between(low, high));
    field("age", number(10.0, 90.0), missing[0]);
    field("spend", number(-10.0, 12_000.0), missing[2]);
    field("score", number(-2.5, 40.0), missing[3]);
    field("fixed", number(-3.0, 3.0), missing[4]);
    field("visits", format!("{}", random.below(70)), missing[1]);
    let word =
        |words: &[&str], random: &mut Random| format!("\"{}\"", words[random.below(words.len())]);
    field("joined", word(&["2023-12-24", "2019-06-30"], random), missing[5]);
    field("paid", word(&["yes", "no"], random), missing[6]);
    field("size", word(&["S", "M", "L"], random), missing[7]);
    field("plan", word(&["a", "b", "c", "new"], random), missing[8]);
    field("town", word(&["x", "y", "new"], random), missing[9]);
    let text = format!("{{{}}}", fields.join(","));
    schema().validate(&RawRecord::from_json(&text).unwrap()).unwrap()
}
