//! A model of two columns, for the unit tests.

use shared::artifact::encode;
use shared::baseline::{Baseline, Bins};
use shared::centroids::Centroids;
use shared::model::{SegmentInfo, Training};
use shared::number::Finite;
use shared::playbook::TypicalGap;
use shared::transform::ColumnStep;
use shared::{Assigner, Column, ColumnKind, Model, ModelParts, Playbook, Schema, Transform};

/// `age`, a number; `city`, which may be missing: Bonn or Ulm.
pub(crate) fn artifact() -> Vec<u8> {
    let finite = |x| Finite::new(x).unwrap();
    let levels = ["Bonn", "Ulm"].map(String::from).to_vec();
    let city = ColumnKind::Categorical { levels, other: false };
    let columns = vec![
        Column::new("age", ColumnKind::ANY_NUMBER),
        Column { optional: true, ..Column::new("city", city) },
    ];
    let schema = Schema::new(columns, None).unwrap();
    let number = ColumnStep::Number {
        impute: finite(40.0),
        lower: None,
        upper: None,
        lambda: None,
        mean: finite(40.0),
        scale: finite(10.0),
    };
    let steps = vec![number, ColumnStep::OneHot { impute: 0, height: finite(0.5) }];
    let centres = Centroids::from_rows(&[-1.0, 0.25, 0.25, 1.0, 0.25, 0.25], 3).unwrap();

    let columns = vec![
        Bins { cuts: vec![finite(40.0)], shares: vec![5000, 5000, 0] },
        Bins { cuts: vec![], shares: vec![4000, 4000, 0, 2000] },
    ];
    let model = Model::new(ModelParts {
        baseline: Baseline::new(&schema, 200, 20, columns, vec![5000, 5000]).unwrap(),
        transform: Transform::new(&schema, steps, vec![]).unwrap(),
        schema,
        assigner: Assigner::KMeans(centres),
        segments: vec![SegmentInfo::new(0, "young", 50), SegmentInfo::new(1, "old", 50)],
        targets: vec![],
        usual: vec![],
        means: vec![0.0; 3],
        playbook: Playbook::TypicalGap(TypicalGap { threshold: 9.0, at_most: 1, usual: vec![] }),
        training: Training {
            seed: 0,
            wcss: vec![1.0],
            knee_from_one: None,
            knee_from_two: None,
            next_segment_id: 2,
        },
    });
    encode(&model.unwrap(), vec![]).unwrap()
}
