use ndarray::{Array2, array};
use serde::Deserialize;

use super::agreement::{adjusted_rand, jaccard_of_each, normalised_mutual_information};
use super::davies_bouldin::davies_bouldin;
use super::dbcv::{MAX_ROWS, dbcv};
use super::silhouette::{EXACT_ROWS, SAMPLED_PER_SEGMENT, silhouettes};
use super::variance_ratio::calinski_harabasz;
use crate::random::{Purpose, Stream};

/// What `tests/sklearn/criteria.py` recorded.
#[derive(Deserialize)]
struct Recorded {
    tables: Vec<Table>,
    labelings: Vec<Pair>,
}

#[derive(Deserialize)]
struct Table {
    name: String,
    x: Vec<Vec<f64>>,
    labels: Vec<Option<u16>>,
    silhouettes: Vec<f64>,
    silhouette: f64,
    calinski_harabasz: f64,
    davies_bouldin: f64,
    noisy: Vec<Option<u16>>,
    dbcv: Option<f64>,
    dbcv_noisy: Option<f64>,
    other: Vec<u16>,
    adjusted_rand: f64,
    normalised_mutual_information: f64,
}

#[derive(Deserialize)]
struct Pair {
    a: Vec<u16>,
    b: Vec<u16>,
    adjusted_rand: f64,
    normalised_mutual_information: f64,
}

impl Table {
    fn x(&self) -> Array2<f64> {
        Array2::from_shape_vec((self.x.len(), self.x[0].len()), self.x.concat()).unwrap()
    }
}

fn recorded() -> Recorded {
    let text = include_str!("../../../tests/data/sklearn/criteria.json");
    let recorded: Recorded = serde_json::from_str(text).unwrap();
    assert!(recorded.tables.len() >= 10 && recorded.labelings.len() >= 8);
    recorded
}

fn assert_close(ours: f64, theirs: f64, what: &str) {
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0), "{what}: {ours} and {theirs}");
}

#[test]
fn the_silhouette_is_scikit_learns() {
    for table in recorded().tables {
        let name = &table.name;
        let all = silhouettes(table.x().view(), &[&table.labels], 0);
        let ours = all[0].as_ref().unwrap();
        let assigned = table.silhouettes.len();
        let share = assigned as f64 / table.labels.len() as f64;
        assert_close(ours.mean, table.silhouette * share, name);
        assert_eq!((ours.rows, ours.exact, ours.values.len()), (assigned, true, assigned));
        for (segment, mean) in ours.by_segment.iter().enumerate() {
            let own = |(label, _): &&(u16, f64)| usize::from(*label) == segment;
            let values: Vec<f64> = ours.values.iter().filter(own).map(|(_, v)| *v).collect();
            assert_close(*mean, values.iter().sum::<f64>() / values.len() as f64, name);
        }
        for ((label, ours), (expected, theirs)) in
            ours.values.iter().zip(table.labels.iter().flatten().zip(&table.silhouettes))
        {
            assert_eq!(label, expected);
            assert_close(*ours, *theirs, name);
        }
    }
}

#[test]
fn labelings_taken_together_have_the_silhouettes_that_each_has_alone() {
    let table = recorded().tables.remove(0);
    let x = table.x();
    let rows = 0..u16::try_from(table.x.len()).unwrap();
    let other: Vec<Option<u16>> = rows.map(|row| (row % 11 > 0).then_some(row % 7)).collect();
    let nobody = vec![None; table.x.len()];
    let one = vec![Some(3); table.x.len()];
    let labelings: [&[Option<u16>]; 5] = [&table.labels, &nobody, &other, &one, &table.noisy];
    let together = silhouettes(x.view(), &labelings, 0);
    for (labels, together) in labelings.iter().zip(&together) {
        let alone = &silhouettes(x.view(), &[labels], 0)[0];
        assert_eq!(alone.is_some(), together.is_some());
        let (Some(alone), Some(together)) = (alone, together) else { continue };
        assert_close(together.mean, alone.mean, "mean");
        for (a, b) in together.values.iter().zip(&alone.values) {
            assert_eq!(a.0, b.0);
            assert_close(a.1, b.1, "value");
        }
    }
    assert_eq!(together.iter().filter(|found| found.is_none()).count(), 2);
}

/// Groups on a line, of the sizes given, 4 apart, with standard deviation 1.
fn groups(sizes: &[usize]) -> (Array2<f64>, Vec<Option<u16>>) {
    let mut stream = Stream::new(5, Purpose::Sample, 9);
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for (label, &size) in (0..).zip(sizes) {
        for _ in 0..size {
            values.extend([4.0 * f64::from(label) + stream.normal(), stream.normal()]);
            labels.push(Some(label));
        }
    }
    (Array2::from_shape_vec((labels.len(), 2), values).unwrap(), labels)
}

#[test]
fn a_sampled_silhouette_is_near_the_exact_one_and_weights_segments_by_their_size() {
    let (x, labels) = groups(&[6000, 3800, 120]);
    let exact = silhouettes(x.view(), &[&labels], 0).remove(0).unwrap();
    assert!(exact.exact && exact.rows == 9920);
    // The same customers three times over: the same silhouettes, but for the customer's own two copies.
    let thrice = ndarray::concatenate![ndarray::Axis(0), x, x, x];
    let labels = labels.repeat(3);
    for seed in 0..3 {
        let sampled = silhouettes(thrice.view(), &[&labels], seed).remove(0).unwrap();
        assert!(!sampled.exact);
        assert!((sampled.mean - exact.mean).abs() < 0.01, "{} {}", sampled.mean, exact.mean);
        for (sampled, exact) in sampled.by_segment.iter().zip(&exact.by_segment) {
            assert!((sampled - exact).abs() < 0.03, "{sampled} {exact}");
        }
        let parts = sampled.by_segment.iter().zip([6000.0, 3800.0, 120.0]);
        let weighted: f64 = parts.map(|(mean, size)| mean * size / 9920.0).sum();
        assert!((sampled.mean - weighted).abs() < 1e-12);
        let drawn = |label| sampled.values.iter().filter(|(other, _)| *other == label).count();
        assert_eq!(drawn(2), SAMPLED_PER_SEGMENT);
        assert_eq!(sampled.rows, drawn(0) + drawn(1) + drawn(2));
        assert!((EXACT_ROWS..EXACT_ROWS + SAMPLED_PER_SEGMENT).contains(&sampled.rows));
    }
}

#[test]
fn a_silhouette_has_the_same_bits_on_any_number_of_threads() {
    let (x, labels) = groups(&[300, 200, 33]);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| silhouettes(x.view(), &[&labels], 0))
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn variance_ratio_and_davies_bouldin_are_scikit_learns() {
    for table in recorded().tables {
        let x = table.x();
        let ours = calinski_harabasz(x.view(), &table.labels, 12).unwrap();
        let near = (ours - table.calinski_harabasz).abs() <= 1e-9 * table.calinski_harabasz;
        assert!(near, "{}: {ours} and {}", table.name, table.calinski_harabasz);
        let ours = davies_bouldin(x.view(), &table.labels, 12).unwrap();
        assert_close(ours, table.davies_bouldin, &table.name);
    }
}

#[test]
fn criteria_of_fewer_than_two_segments_or_of_single_customers_are_not_defined() {
    let x = array![[0.0], [1.0], [5.0]];
    for labels in [[0_u16, 0, 0], [0, 1, 2]] {
        assert_eq!(calinski_harabasz(x.view(), &labels, 3), None);
        assert_eq!(davies_bouldin(x.view(), &labels, 3), None);
    }
    assert!(calinski_harabasz(x.view(), &[0_u16, 0, 2], 3).is_some());
    assert!(davies_bouldin(x.view(), &[0_u16, 0, 2], 3).is_some());
    assert_eq!(silhouettes(x.view(), &[&[None, Some(4), Some(4)]], 0), [None]);
    assert_eq!(dbcv(x.view(), &[Some(0), Some(1), Some(1)], 0), None);
}

#[test]
fn agreement_is_scikit_learns() {
    let Recorded { tables, labelings } = recorded();
    let of_tables = tables.into_iter().map(|table| Pair {
        a: table.labels.into_iter().flatten().collect(),
        b: table.other,
        adjusted_rand: table.adjusted_rand,
        normalised_mutual_information: table.normalised_mutual_information,
    });
    for pair in labelings.into_iter().chain(of_tables) {
        let what = format!("{:?} {:?}", pair.a, pair.b);
        assert_close(adjusted_rand(&pair.a, &pair.b), pair.adjusted_rand, &what);
        let ours = normalised_mutual_information(&pair.a, &pair.b);
        assert_close(ours, pair.normalised_mutual_information, &what);
    }
}

#[test]
fn each_segment_has_the_jaccard_similarity_of_the_segment_most_like_it() {
    let (a, b) = ([0, 0, 0, 0, 1, 1, 3], [1, 1, 1, 0, 0, 0, 0]);
    let (a, b) = (a.map(Some), b.map(Some));
    let of_a = [Some(3.0 / 4.0), Some(2.0 / 4.0), None, Some(1.0 / 4.0)];
    assert_eq!(jaccard_of_each(&a, &b, 4), of_a);
    assert_eq!(jaccard_of_each(&b, &a, 2), [Some(2.0 / 4.0), Some(3.0 / 4.0)]);
}

#[test]
fn density_based_validation_is_the_papers() {
    for table in recorded().tables {
        // Core distances that are equal on paper round differently, so another tree is as short.
        if table.name == "lattice" {
            continue;
        }
        for (labels, theirs) in [(&table.labels, table.dbcv), (&table.noisy, table.dbcv_noisy)] {
            let ours = dbcv(table.x().view(), labels, 0);
            assert_eq!(ours.is_some(), theirs.is_some());
            assert_close(ours.unwrap_or(0.0), theirs.unwrap_or(0.0), &table.name);
        }
    }
}

#[test]
fn density_based_validation_of_two_pairs_and_three_on_a_line_is_what_paper_and_pencil_give() {
    // One feature: a core distance is the harmonic mean of the distances within.
    let x = array![[0.0], [1.0], [10.0], [12.0], [13.0], [99.0]];
    let labels = [Some(0), Some(0), Some(1), Some(1), Some(1), None];
    // The pair: core distances 1, both ends count, sparseness 1. The three: core distances 2 / (1/2 + 1/3) = 2.4,
    // 2 / (1/2 + 1) = 4/3 and 2 / (1/3 + 1) = 1.5; edges 12-13 of 1.5 and 10-12 of 2.4, inner node 12 only.
    // Nearest: 1 and 12, 11 apart.
    let expected = (2.0 * (11.0 - 1.0) / 11.0 + 3.0 * (11.0 - 2.4) / 11.0) / 6.0;
    assert_close(dbcv(x.view(), &labels, 0).unwrap(), expected, "by hand");
}

#[test]
fn moons_score_far_above_their_halves_where_the_silhouette_says_the_reverse() {
    let mut stream = Stream::new(1, Purpose::Sample, 9);
    let n = 2 * MAX_ROWS;
    let (mut values, mut moons) = (Vec::new(), Vec::new());
    for row in 0..n {
        let angle = std::f64::consts::PI * stream.unit();
        let upper = row % 2 == 0;
        let (x, y) =
            if upper { (angle.cos(), angle.sin()) } else { (1.0 - angle.cos(), 0.5 - angle.sin()) };
        values.extend([x + 0.05 * stream.normal(), y + 0.05 * stream.normal()]);
        moons.push(Some(u16::from(upper)));
    }
    let x = Array2::from_shape_vec((n, 2), values).unwrap();
    let halves: Vec<Option<u16>> =
        x.rows().into_iter().map(|r| Some(u16::from(r[0] > 0.5))).collect();
    let score = |labels: &[Option<u16>]| dbcv(x.view(), labels, 0).unwrap();
    assert!(score(&moons) > score(&halves) + 0.3, "{} {}", score(&moons), score(&halves));
    let both = silhouettes(x.view(), &[&moons, &halves], 0);
    let silhouette = |at: usize| both[at].as_ref().unwrap().mean;
    assert!(silhouette(1) > silhouette(0) + 0.1);
}
