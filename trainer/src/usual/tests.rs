//! Small worlds in which what is usual is known.

use std::fs;

use ndarray::Array2;
use shared::number::Finite;
use shared::{Assigner, Margin, RawCell};

use super::*;
use crate::dataset::Customer;
use crate::infer::understand;
use crate::kmeans::KMeansParams;
use crate::prepare::{ImputeOptions, estimate};
use crate::random::{Purpose, Stream};
use crate::read::ReadOptions;
use crate::table::Table;
use crate::told::Told;
use crate::unusable::Unusable;

/// Customers with columns of numbers, prepared.
struct World {
    schema: Schema,
    dataset: Dataset,
    transform: Transform,
    inputs: Array2<f64>,
}

impl World {
    /// Columns `a`, `b`, ... of so many customers; one who has no value lacks it.
    fn new<const N: usize>(
        n: usize,
        customer: impl FnMut(&mut Stream) -> [Option<f64>; N],
    ) -> Self {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let mut stream = Stream::new(11, Purpose::Sample, N);
        let mut customer = customer;
        let rows: Vec<[Option<f64>; N]> = (0..n).map(|_| customer(&mut stream)).collect();
        let columns = (0..N).map(|column| Column {
            optional: rows.iter().any(|row| row[column].is_none()),
            ..Column::new(names[column], ColumnKind::ANY_NUMBER)
        });
        let schema = Schema::new(columns.collect(), None).unwrap();
        let cell = |value: &Option<f64>| {
            value.map_or(RawCell::Missing, |v| RawCell::Number(Finite::new(v).unwrap()))
        };
        let customers = rows.iter().map(|row| {
            let cells: Vec<RawCell> = row.iter().map(cell).collect();
            Customer {
                row: 0,
                record: schema.validate_cells(&cells, None).unwrap(),
                targets: Vec::new(),
                fold_hash: u128::from(stream.bits()),
            }
        });
        let dataset = Dataset { customers: customers.collect() };
        let transform = estimate(&dataset, &schema, &ImputeOptions::default(), 20);
        let inputs = dataset.prepare_for_models(&transform);
        Self { schema, dataset, transform, inputs }
    }

    fn fit(&self, labels: &[u16]) -> Usual {
        let segments = segments(labels);
        fit(&self.schema, &self.dataset, &self.transform, self.inputs.view(), &segments)
    }

    /// Of `k` segments by k-means; columns from `a` on may be recommended.
    fn gaps(&self, k: usize) -> GapQuality {
        let x = self.dataset.prepare(&self.transform);
        let fit = KMeansParams::new(k).restarts(3).seed(1).check().unwrap().fit(x.view()).unwrap();
        let clustering = crate::clustering::Clustering::from(&fit);
        let eligible: Vec<usize> = (0..self.schema.columns().len()).collect();
        let segments = segments(&clustering.labels);
        let assigner: &Assigner = &clustering.assigner;
        let usual = self.fit(&clustering.labels);
        let (schema, dataset, transform) = (&self.schema, &self.dataset, &self.transform);
        usual.gaps(schema, dataset, transform, assigner, &segments, &eligible).unwrap()
    }
}

fn segments(labels: &[u16]) -> Segments<'_> {
    let n_segments = usize::from(labels.iter().copied().max().unwrap_or(0)) + 1;
    Segments { labels, n_segments, min_customers: 20 }
}

fn weights(models: &TargetModels) -> &[f64] {
    let Margin::Linear { weights, .. } = &models.all else { panic!("{models:?}") };
    weights
}

#[test]
fn a_linear_relation_is_recovered() {
    let world = World::new(1000, |stream| {
        let (a, b) = (stream.normal(), stream.normal());
        [a, b, 2.0 * a - b + 0.5 * stream.normal()].map(Some)
    });
    let usual = world.fit(&[0; 1000]);
    // Standardised: 2 and -1 over the deviation of c, the root of 4 + 1 + 0.25.
    let expected = [2.0, -1.0, 0.0].map(|w| w / 5.25_f64.sqrt());
    for (found, expected) in weights(&usual.models[2]).iter().zip(expected) {
        assert!((found - expected).abs() < 0.05, "{found} {expected}");
    }
    let quality = &usual.quality[2];
    assert!((quality.r2_prepared - 5.0 / 5.25).abs() < 0.02, "{quality:?}");
    assert!(quality.mae_usual < 0.3 * quality.mae_all, "{quality:?}");
    assert_eq!((quality.rows, quality.segments_help), (1000, false));
}

#[test]
fn who_lacks_the_value_teaches_nothing_of_it() {
    let world = World::new(2000, |stream| {
        let a = stream.normal();
        let has = stream.unit() < 0.4;
        [Some(a), has.then(|| a + 0.1 * stream.normal() + 0.3 * stream.normal())]
    });
    let usual = world.fit(&[0; 2000]);
    let quality = &usual.quality[1];
    // Counting what stands in for the missing values would bend the line to 0.4 of its slope.
    assert!(quality.r2_prepared > 0.85 && quality.rows < 1000, "{quality:?}");
    // Behind the features come the indicator of the column's own gap and tails, of which its own are not read.
    let inputs = world.transform.input_columns().zip(weights(&usual.models[1]));
    let own: Vec<f64> = inputs.filter(|(column, _)| *column == 1).map(|(_, &w)| w).collect();
    assert!(own.len() > 1 && own.iter().all(|weight| *weight == 0.0), "{own:?}");
}

#[test]
fn parts_and_copies_of_a_column_have_weight_0() {
    let world = World::new(500, |stream| {
        let (a, b, c) = (stream.normal(), stream.normal(), stream.normal());
        let d = 0.5 * c + stream.normal();
        [a, b, a + b, c, d, c + 0.01 * stream.normal()].map(Some)
    });
    let usual = world.fit(&[0; 500]);
    let unread = |column: usize| -> Vec<usize> {
        let weights = weights(&usual.models[column]);
        (0..6).filter(|&input| weights[input] == 0.0).collect()
    };
    assert_eq!(unread(0), [0, 2]);
    assert_eq!(unread(2), [0, 1, 2]);
    assert_eq!(unread(3), [3, 5]);
    assert_eq!(unread(4), [4]);
}

#[test]
fn segments_have_their_own_models_only_where_they_differ() {
    let world = |slope: f64| {
        World::new(1000, move |stream| {
            let segment = if stream.unit() < 0.5 { 0.0 } else { 1.0 };
            let b = stream.normal();
            let slope = if segment == 0.0 { 1.0 } else { slope };
            [segment, b, slope * b + 0.5 * stream.normal()].map(Some)
        })
    };
    let of = |world: &World| {
        let labels: Vec<u16> = world.inputs.column(0).iter().map(|a| u16::from(*a > 0.0)).collect();
        let usual = world.fit(&labels);
        (usual.models[2].own.len(), usual.quality[2].clone())
    };
    let (n_own, quality) = of(&world(-1.0));
    assert!(n_own == 2 && quality.segments_help && quality.r2_prepared > 0.7, "{quality:?}");
    let (n_own, quality) = of(&world(1.0));
    assert!(n_own == 0 && !quality.segments_help, "{quality:?}");
}

#[test]
fn a_small_segment_has_the_model_for_all() {
    let world = World::new(1000, |stream| {
        let b = stream.normal();
        [Some(b), Some(b + stream.normal())]
    });
    let labels: Vec<u16> = (0..1000).map(|i| if i < 10 { 2 } else { i % 2 }).collect();
    let usual = world.fit(&labels);
    for models in &usual.models {
        if let Some(own) = models.own.get(2) {
            assert_eq!(own.margin, models.all);
        }
    }
}

#[test]
fn hidden_entries_are_found_where_columns_go_together_and_not_by_chance() {
    // Two kinds of customers, of whom each does half of the things.
    let planted = World::new(1500, |stream| {
        let first = stream.unit() < 0.6;
        let mut column = 0;
        [(); 8].map(|()| {
            column += 1;
            let does = (column <= 4) == first && stream.unit() < 0.7;
            Some(if does { 3.0 + stream.unit() } else { stream.unit() })
        })
    });
    let found = planted.gaps(2);
    assert_eq!(found.columns.len(), 8);
    for at in &found.at {
        assert!(at.lift.unwrap() > 1.4, "{found:?}");
        assert!((at.precision - at.recall / at.k as f64).abs() < 1e-12);
    }
    assert!(found.at[0].lift.unwrap() > 1.5 && found.beats_popularity(), "{found:?}");

    let noise = World::new(1500, |stream| [(); 8].map(|()| Some(stream.normal())));
    let found = noise.gaps(1);
    for at in &found.at {
        let (lift, error) = (at.lift.unwrap(), at.lift_error.unwrap());
        assert!((lift - 1.0).abs() < 3.0 * error && error < 0.15, "{found:?}");
        let chance = at.k as f64 / found.candidates;
        assert!((at.recall - chance).abs() < 5.0 * at.recall_error, "{found:?}");
    }
    assert!(!found.beats_popularity());
}

#[test]
fn the_order_of_rows_changes_no_bit() {
    let mut stream = Stream::new(5, Purpose::Sample, 0);
    let line = |_| {
        let (a, b) = (stream.normal(), stream.normal());
        let word = ["shop", "web"][stream.below(2)];
        let c = if stream.unit() < 0.9 { format!("{:.3}", a - b * b) } else { String::new() };
        format!("{a:.3},{b:.3},{c},{word}\n")
    };
    let lines: Vec<String> = (0..400).map(line).collect();
    let fitted = |lines: Vec<String>| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("customers.csv");
        fs::write(&path, format!("a,b,c,channel\n{}", lines.concat())).unwrap();
        let mut unusable = Unusable::default();
        let table = Table::read(&path, &ReadOptions::default(), &mut unusable).unwrap();
        let told = Told { min_level: 20, ..Told::default() };
        let plan = understand(&table, &told).unwrap().plan.unwrap();
        let dataset = Dataset::build(&table, &plan, 7, &mut unusable);
        let transform = estimate(&dataset, &plan.schema, &ImputeOptions::default(), 20);
        let inputs = dataset.prepare_for_models(&transform);
        let labels: Vec<u16> = inputs.column(0).iter().map(|a| u16::from(*a > 0.0)).collect();
        let usual = fit(&plan.schema, &dataset, &transform, inputs.view(), &segments(&labels));
        (usual.models, usual.quality)
    };
    let expected = fitted(lines.clone());
    assert_eq!((expected.0.len(), expected.1.len()), (4, 3));
    assert_eq!(fitted(lines.into_iter().rev().collect()), expected);
}
