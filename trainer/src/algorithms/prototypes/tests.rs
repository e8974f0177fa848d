use shared::transform::MISSING_LEVEL;

use super::*;
use crate::algorithms::cases::customers;
use crate::criteria::agreement::adjusted_rand;
use crate::kmeans::KMeansParams;

fn rows(parts: &[(Vec<f64>, Vec<u16>)]) -> MixedRows {
    MixedRows::from_parts(parts.iter().map(|(numbers, levels)| (&numbers[..], &levels[..])))
}

/// Numbers without groups, and words with a seeded chance of being the group's own.
fn mixed(n_rows: usize, n_groups: u16, own: f64, seed: u64) -> (MixedRows, Vec<u16>) {
    let mut stream = Stream::new(seed, Purpose::Sample, 97);
    let mut truth = Vec::new();
    let parts: Vec<(Vec<f64>, Vec<u16>)> = (0..n_rows)
        .map(|i| {
            let group = u16::try_from(i).unwrap() % n_groups;
            truth.push(group);
            let numbers = (0..2).map(|_| shared::grid::snap(stream.normal())).collect();
            let word = |column: u16, stream: &mut Stream| {
                let level = if stream.unit() < own {
                    group
                } else {
                    u16::try_from(stream.below(4)).unwrap()
                };
                (level + column) % 4
            };
            (numbers, (0..5).map(|column| word(column, &mut stream)).collect())
        })
        .collect();
    (rows(&parts), truth)
}

#[test]
fn groups_of_words_are_found_among_numbers_that_tell_nothing() {
    let (rows, truth) = mixed(600, 3, 0.9, 1);
    let choice = choose(&rows, 8, 20, 0).unwrap();
    assert_eq!(choice.elbow.k, 3, "{:?}", choice.costs);
    assert!(adjusted_rand(&choice.fit.labels, &truth) > 0.9);
}

#[test]
fn groups_by_what_is_missing_are_found_which_k_means_cannot_see() {
    let mut stream = Stream::new(2, Purpose::Sample, 97);
    let parts: Vec<_> = (0..300)
        .map(|i| {
            let words = (0..4).map(|_| {
                let own = if i % 2 == 0 { None } else { Some("a") };
                if stream.unit() < 0.9 { own } else { Some(["b", "c"][stream.below(2)]) }
            });
            let words = words.collect();
            (vec![stream.normal()], words)
        })
        .collect();
    let case = customers(&parts);
    let truth: Vec<u16> = (0..300).map(|i| i % 2).collect();
    let prototypes = fit(&MixedRows::of(&case.vectors), 2, 0).unwrap();
    // Missing words are replaced by the most frequent one, `a`, before k-means reads them.
    let kmeans = KMeansParams::new(2).check().unwrap().fit(case.x.view()).unwrap();
    assert!(adjusted_rand(&prototypes.labels, &truth) > 0.9);
    assert!(adjusted_rand(&kmeans.labels, &truth) < 0.1);
    assert!(prototypes.prototypes.level_rows().contains(&MISSING_LEVEL));
    let rule = Assigner::Prototypes(prototypes.prototypes.clone());
    assert!(rule.fits(&case.schema, &case.transform));
    let assigned: Vec<u16> = case.vectors.iter().map(|v| rule.assign(v).id()).collect();
    assert_eq!(assigned, prototypes.labels);
}

#[test]
fn the_cost_never_rises_from_one_iteration_or_number_of_segments_to_the_next() {
    let (rows, _) = mixed(300, 4, 0.5, 3);
    let gamma = gamma(&rows);
    let mut stream = Stream::new(0, Purpose::Prototypes, 0);
    let mut prototypes = plus_plus(&rows, 6, gamma, &mut stream).unwrap();
    let (mut before, mut moved) = (f64::INFINITY, 0);
    for _ in 0..30 {
        let (labels, sizes) = lloyd::by_rule(&rows, &prototypes);
        assert!(!sizes.contains(&0));
        let cost = lloyd::cost(&rows, &prototypes, &labels);
        assert!(cost <= before * (1.0 + 1e-12), "{before} to {cost}");
        moved += usize::from(cost < before);
        before = cost;
        prototypes = lloyd::update(&rows, &prototypes, &labels, &sizes);
    }
    assert!(moved > 3);
    let choice = choose(&rows, 10, 1, 0).unwrap();
    assert_eq!(choice.costs.len(), 10);
    assert!(choice.costs.windows(2).all(|pair| pair[1] <= pair[0]), "{:?}", choice.costs);
}

#[test]
fn gamma_makes_a_column_of_words_weigh_as_much_as_one_of_numbers() {
    // Variance 4; levels differ with probability 1 - 2 (1/2)^2.
    let some = [(vec![1.0], vec![0]), (vec![5.0], vec![1])];
    assert_eq!(gamma(&rows(&some)), 8.0);
    assert_eq!(gamma(&rows(&[(vec![], vec![0]), (vec![], vec![1])])), 1.0);
    assert_eq!(gamma(&rows(&[(vec![1.0], vec![0]), (vec![5.0], vec![0])])), 1.0);
}

#[test]
fn words_alone_are_k_modes_and_numbers_alone_are_refused() {
    let words: Vec<_> = (0..40).map(|i| (vec![], vec![i % 2, i % 2, i % 3])).collect();
    let fit = fit(&rows(&words), 2, 0).unwrap();
    assert_eq!(fit.sizes, [20, 20]);
    assert!((0..40).all(|i| fit.labels[i] == fit.labels[i % 2]));
    let numbers = rows(&[(vec![1.0], vec![]), (vec![2.0], vec![])]);
    assert_eq!(self::fit(&numbers, 2, 0), Err(PrototypesError::NoWords));
    assert_eq!(choose(&numbers, 2, 1, 0), Err(PrototypesError::NoWords));
    assert_eq!(self::fit(&rows(&words), 41, 0), Err(PrototypesError::TooFewDistinctRows));
    assert_eq!(choose(&rows(&words), 40, 1, 0).unwrap().costs.len(), 6);
}

#[test]
fn ties_go_to_the_lowest_level_and_missing_loses_them() {
    let some = rows(&[
        (vec![], vec![1, MISSING_LEVEL]),
        (vec![], vec![0, MISSING_LEVEL]),
        (vec![], vec![1, 2]),
        (vec![], vec![0, MISSING_LEVEL]),
    ]);
    let start = Prototypes::new(&[], &[3, 3], 1.0, 1).unwrap();
    let updated = lloyd::update(&some, &start, &[0; 4], &[4]);
    assert_eq!(updated.level_rows(), [0, MISSING_LEVEL]);
    let even = rows(&[(vec![], vec![MISSING_LEVEL]), (vec![], vec![2])]);
    let start = Prototypes::new(&[], &[0], 1.0, 1).unwrap();
    assert_eq!(lloyd::update(&even, &start, &[0; 2], &[2]).level_rows(), [2]);
}

#[test]
fn a_start_that_leaves_segments_empty_finds_rows_for_them() {
    let (rows, _) = mixed(60, 3, 0.8, 5);
    let start = prototypes_of(&rows, &[4, 4, 4, 4], gamma(&rows)).unwrap();
    let fit = run(&rows, start).unwrap();
    assert_eq!(fit.sizes.iter().sum::<usize>(), 60);
    assert!(!fit.sizes.contains(&0) && fit.sizes.is_sorted_by(|a, b| a >= b));
    assert_eq!(lloyd::by_rule(&rows, &fit.prototypes), (fit.labels, fit.sizes));
}

#[test]
fn a_number_of_segments_with_one_that_is_too_small_is_passed_over() {
    let (all, _) = mixed(600, 3, 0.9, 1);
    let choice = choose(&all, 8, 201, 0).unwrap();
    assert_eq!(choice.elbow.k, 3);
    assert!(choice.fit.sizes.len() < 3);
    assert!(choice.fit.sizes.iter().all(|&size| size >= 201));
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    let (rows, _) = mixed(400, 4, 0.6, 6);
    let [one, two] = [1, 2].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| choose(&rows, 6, 1, 0).unwrap())
    });
    assert_eq!(one, two);
}
