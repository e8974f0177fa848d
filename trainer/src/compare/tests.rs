use super::*;
use crate::algorithms::cases::{Case, customers, moons, numbers};
use crate::kmeans::sweep;

fn compared(case: &Case, k: usize) -> Vec<Compared> {
    let impute = ImputeOptions::default();
    let sweep = sweep(case.x.view(), 6, 0, |_| ()).unwrap();
    compare(&CompareInput {
        dataset: &case.dataset,
        schema: &case.schema,
        impute: &impute,
        min_level: 1,
        vectors: &case.vectors,
        x: case.x.view(),
        sweep: &sweep,
        k,
        segments: None,
        max_segments: 6,
        min_segment: 20,
        seed: 0,
    })
}

#[test]
fn of_moons_the_rule_is_not_faithful_and_it_is_said_that_density_sees_more() {
    let all = compared(&numbers(moons(400)), 2);
    let names: Vec<&str> = all.iter().map(|one| one.algorithm).collect();
    assert_eq!(names, ["k-means", "mixture", "ward", "density"]);
    let [kmeans, mixture, ward, density] = &all[..] else { unreachable!() };
    assert_eq!((kmeans.fidelity, mixture.fidelity), (1.0, 1.0));
    assert!(
        ward.fidelity < 1.0 && density.fidelity < 0.9,
        "{} {}",
        ward.fidelity,
        density.fidelity
    );
    assert_eq!((kmeans.k, ward.k, density.k), (2, 2, 2));
    assert!(density.unassigned > 0.02 && kmeans.unassigned == 0.0);
    assert!(density.dbcv > kmeans.dbcv.map(|dbcv| dbcv + 0.3));
    assert!(kmeans.recommended != mixture.recommended && !ward.recommended && !density.recommended);
    assert!(density.why.contains("follows the shape"), "{}", density.why);
    assert!(all.iter().all(|one| one.rows == 400 && !one.why.is_empty()));
    assert!(all.iter().all(|one| one.stability.is_some_and(|s| (0.0..=1.0).contains(&s))));
}

#[test]
fn prototypes_are_there_where_there_are_words_and_everybody_sees_plain_groups() {
    let rows: Vec<_> = (0..240)
        .map(|i| {
            let at = [0.0, 40.0, 90.0][i % 3];
            (vec![at + (i % 7) as f64, at - (i % 5) as f64], vec![Some(["a", "b", "c"][i % 3])])
        })
        .collect();
    let all = compared(&customers(&rows), 3);
    let names: Vec<&str> = all.iter().map(|one| one.algorithm).collect();
    assert_eq!(names, ["k-means", "mixture", "prototypes", "ward", "density"]);
    for one in all.iter().filter(|one| one.algorithm != "density") {
        assert_eq!((one.k, one.smallest_segment, one.fidelity), (3, 80, 1.0), "{one:?}");
        assert!(one.stability > Some(0.99) && one.silhouette > Some(0.8));
    }
    assert!(all[0].recommended && all.iter().filter(|one| one.recommended).count() == 1);
}

/// An algorithm of 100 customers with these figures.
fn one(algorithm: &'static str, dbcv: f64, stability: f64, smallest_segment: usize) -> Compared {
    Compared {
        algorithm,
        offered: algorithm != "density",
        k: 3,
        rows: 100,
        silhouette: Some(0.5),
        davies_bouldin: Some(1.0),
        dbcv: Some(dbcv),
        stability: Some(stability),
        smallest_segment,
        unassigned: 0.0,
        fidelity: 1.0,
        recommended: false,
        why: String::new(),
    }
}

#[test]
fn k_means_is_recommended_unless_another_is_clearly_better_and_as_stable() {
    let recommended = |other: Compared| {
        let mut all = [one("k-means", 0.2, 0.9, 30), other];
        recommend::recommend(&mut all, 100, 20);
        assert_eq!(all.iter().filter(|one| one.recommended).count(), 1);
        assert!(all.iter().all(|one| !one.why.is_empty()));
        all.iter().find(|one| one.recommended).map(|one| one.algorithm)
    };
    assert_eq!(recommended(one("mixture", 0.35, 0.87, 25)), Some("mixture"));
    assert_eq!(recommended(one("mixture", 0.25, 0.99, 25)), Some("k-means"));
    assert_eq!(recommended(one("mixture", 0.6, 0.84, 25)), Some("k-means"));
    assert_eq!(recommended(one("mixture", 0.6, 0.9, 19)), Some("k-means"));
    assert_eq!(recommended(one("density", 0.9, 1.0, 25)), Some("k-means"));
    assert_eq!(recommended(Compared { k: 1, ..one("mixture", 0.9, 1.0, 100) }), Some("k-means"));
}

#[test]
fn of_several_the_best_is_recommended() {
    let mut all = [
        one("k-means", 0.0, 0.8, 30),
        one("mixture", 0.2, 0.8, 30),
        one("prototypes", 0.3, 0.8, 30),
    ];
    recommend::recommend(&mut all, 100, 20);
    assert_eq!(all.map(|one| one.recommended), [false, false, true]);
}
