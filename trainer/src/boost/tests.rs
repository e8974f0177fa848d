use ndarray::Array2;
use shared::forest::MAX_DEPTH;
use shared::{Forest, grid};

use super::*;
use crate::random::{Purpose, Stream};

const SOFTMAX: Objective = Objective::Softmax { n_classes: 3 };
const TWEEDIE: Objective = Objective::Tweedie { power: 1.5 };
const QUANTILES: Objective = Objective::Quantiles { levels: [0.05, 0.95] };

fn drawn(n: usize, n_inputs: usize, draw: usize) -> (Array2<f64>, Stream) {
    let mut stream = Stream::new(0, Purpose::Sample, draw);
    let x = Array2::from_shape_fn((n, n_inputs), |(_, input)| match input % 3 {
        0 => grid::snap(stream.normal()),
        1 => stream.below(2) as f64,
        _ => stream.below(5) as f64 - 2.0,
    });
    (x, stream)
}

fn all(n: usize) -> Vec<u32> {
    (0..).take(n).collect()
}

/// A target of each kind that depends on the first two inputs.
fn target(objective: Objective, x: &Array2<f64>, stream: &mut Stream) -> Vec<f64> {
    let of_row = |row: ndarray::ArrayView1<'_, f64>| {
        let sum = row[0] + 2.0 * row[1];
        match objective {
            Objective::Softmax { n_classes } => {
                let noisy = sum + 0.5 * stream.normal();
                f64::from(u8::from(noisy > 0.0) + u8::from(noisy > 1.5)).min(n_classes as f64 - 1.0)
            }
            Objective::Tweedie { .. } => {
                let buys = stream.unit() < 0.4;
                if buys { 50.0 * (sum + 0.5 * stream.normal()).exp() } else { 0.0 }
            }
            _ => 300.0 * sum + 100.0 * stream.normal(),
        }
    };
    x.rows().into_iter().map(of_row).collect()
}

fn margins_by_shared(forest: &Forest, x: &Array2<f64>, rows: &[u32]) -> Vec<u64> {
    let of_row = |&row: &u32| forest.margins(&x.row(row as usize).to_vec());
    rows.iter().flat_map(of_row).map(f64::to_bits).collect()
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| v.to_bits()).collect()
}

#[test]
fn a_step_is_found_exactly() {
    let (x, _) = drawn(500, 3, 1);
    let binned = Binned::new(x.view(), 20);
    let edge = binned.edges(0)[20];
    let step = |x: &f64| if x * 64.0 <= f64::from(edge) { -3.0 } else { 5.0 };
    let y: Vec<f64> = x.column(0).iter().map(step).collect();
    let params = BoostParams { learning_rate: 1.0, l2: 0.0, max_trees: 9, ..Default::default() };
    let boosted = Boosted::fit(&params, &binned, &all(500), &y, Objective::Squared);
    assert!(boosted.n_trees() <= 2, "{}", boosted.n_trees());
    let margins = boosted.margins(&binned, &all(500), 9);
    for (margin, y) in margins.iter().zip(&y) {
        assert!((margin - y).abs() < 1e-3, "{margin} {y}");
    }
}

#[test]
fn margins_are_those_of_shared_to_the_bit() {
    for objective in [Objective::Squared, TWEEDIE, SOFTMAX, QUANTILES] {
        let (x, mut stream) = drawn(600, 5, 2);
        let y = target(objective, &x, &mut stream);
        let binned = Binned::new(x.view(), 20);
        let (fitted, held_out) = (all(400), (400..600).collect::<Vec<u32>>());
        let params = BoostParams { max_trees: 30, ..Default::default() };
        let boosted = Boosted::fit(&params, &binned, &fitted, &y, objective);
        assert!(boosted.n_trees() > 5, "{objective:?}");
        let losses = boosted.losses(&binned, &held_out, &y, objective);
        assert_eq!(losses.len(), boosted.n_trees() + 1);
        for n_trees in [0, 1, 7, boosted.n_trees()] {
            let forest = boosted.forest(n_trees);
            assert_eq!(forest.n_trees(), n_trees);
            let ours = boosted.margins(&binned, &held_out, n_trees);
            assert_eq!(bits(&ours), margins_by_shared(&forest, &x, &held_out));
            let of_rows = held_out.iter().zip(ours.chunks_exact(objective.n_outputs()));
            let loss: f64 = of_rows.map(|(&row, m)| objective.loss(y[row as usize], m)).sum();
            assert!((loss / 200.0 - losses[n_trees]).abs() <= 1e-12 * losses[n_trees].abs());
        }
        assert!(losses[losses.len() - 1] < losses[0], "{objective:?}");
    }
}

#[test]
fn the_order_of_the_rows_changes_no_bit() {
    for objective in [Objective::Squared, TWEEDIE, SOFTMAX, QUANTILES] {
        let (x, mut stream) = drawn(500, 4, 3);
        let y = target(objective, &x, &mut stream);
        let params = BoostParams { max_trees: 20, ..Default::default() };
        let fit = |x: &Array2<f64>, y: &[f64], rows: &[u32]| {
            Boosted::fit(&params, &Binned::new(x.view(), 20), rows, y, objective).forest(20)
        };
        let forest = fit(&x, &y, &all(500));
        let mut shuffled = all(500);
        for at in (1..500).rev() {
            shuffled.swap(at, stream.below(at + 1));
        }
        assert_eq!(fit(&x, &y, &shuffled), forest);
        let order: Vec<usize> = shuffled.iter().map(|&row| row as usize).collect();
        let moved = x.select(ndarray::Axis(0), &order);
        let moved_y: Vec<f64> = order.iter().map(|&row| y[row]).collect();
        assert_eq!(fit(&moved, &moved_y, &all(500)), forest, "{objective:?}");
    }
}

#[test]
fn many_rows_on_threads_give_the_same_bits_as_on_one() {
    let (x, mut stream) = drawn(40_000, 6, 4);
    let y = target(SOFTMAX, &x, &mut stream);
    let params = BoostParams { max_trees: 4, max_leaves: 31, max_depth: 8, ..Default::default() };
    let binned = Binned::new(x.view(), 20);
    let forest = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Boosted::fit(&params, &binned, &all(40_000), &y, SOFTMAX).forest(4))
    };
    assert_eq!(forest(1), forest(3));
}

#[test]
fn leaves_hold_no_fewer_customers_and_trees_stay_within_their_bounds() {
    for draw in 0..12 {
        let mut stream = Stream::new(1, Purpose::Sample, draw);
        let (n, n_inputs) = (60 + stream.below(400), 1 + stream.below(6));
        let params = BoostParams {
            max_trees: 8,
            max_leaves: 2 + stream.below(20),
            max_depth: 1 + stream.below(MAX_DEPTH + 2),
            min_leaf: 1 + stream.below(40),
            l2: stream.unit(),
            learning_rate: 0.3,
        };
        let objective = [Objective::Squared, TWEEDIE, SOFTMAX, QUANTILES][draw % 4];
        let (x, mut stream) = drawn(n, n_inputs.max(2), draw);
        let y = target(objective, &x, &mut stream);
        let binned = Binned::new(x.view(), 20);
        let rows: Vec<u32> = all(n).into_iter().filter(|row| row % 5 != 0).collect();
        let boosted = Boosted::fit(&params, &binned, &rows, &y, objective);
        let forest = boosted.forest(params.max_trees);
        assert_eq!(
            bits(&boosted.margins(&binned, &all(n), params.max_trees)),
            margins_by_shared(&forest, &x, &all(n))
        );
        for tree in &boosted.trees {
            let n_leaves = tree.leaves.len() / objective.n_outputs();
            assert!((2..=params.max_leaves).contains(&n_leaves));
            let mut counts = vec![0; n_leaves];
            for &row in &rows {
                counts[tree.leaf(|input| binned.bin(input, row))] += 1;
            }
            assert!(counts.iter().all(|count| *count >= params.min_leaf), "{counts:?} {params:?}");
        }
    }
}

#[test]
fn shares_are_those_of_the_fitted_customers() {
    let (x, _) = drawn(400, 2, 5);
    let y: Vec<f64> = x.column(1).iter().map(|x| 10.0 * x).collect();
    let binned = Binned::new(x.view(), 20);
    let params = BoostParams { max_trees: 1, max_leaves: 2, ..Default::default() };
    let forest = Boosted::fit(&params, &binned, &all(400), &y, Objective::Squared).forest(1);
    let left = x.column(1).iter().filter(|x| **x == 0.0).count() as f64 / 400.0;
    let shared::forest::Node::Split { input, threshold, left_share } = forest.nodes()[0] else {
        panic!("{forest:?}")
    };
    assert_eq!((input, threshold), (1, 32));
    assert_eq!(f64::from(left_share), math::round_ties_even(left * 255.0));
}

#[test]
fn skewed_amounts_with_many_zeros_are_told_better_than_by_their_mean() {
    let (x, mut stream) = drawn(3000, 4, 6);
    let y = target(TWEEDIE, &x, &mut stream);
    let binned = Binned::new(x.view(), 20);
    let (fitted, held_out) = (all(2000), (2000..3000).collect::<Vec<u32>>());
    let boosted = Boosted::fit(&BoostParams::default(), &binned, &fitted, &y, TWEEDIE);
    let losses = boosted.losses(&binned, &held_out, &y, TWEEDIE);
    let best = losses.iter().fold(f64::MAX, |best, loss| best.min(*loss));
    assert!(best < 0.9 * losses[0], "{best} {}", losses[0]);
    let margins = boosted.margins(&binned, &fitted, 60);
    let total: f64 = margins.iter().map(|m| m.exp()).sum();
    let actual: f64 = fitted.iter().map(|&row| y[row as usize]).sum();
    assert!((0.9..1.1).contains(&(total / actual)), "{}", total / actual);
}

#[test]
fn quantiles_hold_their_share_of_the_fitted_customers() {
    let (x, mut stream) = drawn(4000, 3, 7);
    // Noise grows with the second input.
    let of_row =
        |row: ndarray::ArrayView1<'_, f64>| 100.0 * row[0] + (1.0 + 9.0 * row[1]) * stream.normal();
    let y: Vec<f64> = x.rows().into_iter().map(of_row).collect();
    let binned = Binned::new(x.view(), 20);
    let params = BoostParams { max_trees: 150, ..Default::default() };
    let boosted = Boosted::fit(&params, &binned, &all(4000), &y, QUANTILES);
    let margins = boosted.margins(&binned, &all(4000), boosted.n_trees());
    for noisy in [0.0, 1.0] {
        let rows = || (0..4000).filter(|&row| x[[row, 1]] == noisy);
        let inside =
            rows().filter(|&row| (margins[2 * row]..=margins[2 * row + 1]).contains(&y[row]));
        let share = inside.count() as f64 / rows().count() as f64;
        assert!((0.86..0.94).contains(&share), "{noisy} {share}");
    }
    let loss = |forest: &Boosted| forest.losses(&binned, &all(4000), &y, QUANTILES);
    assert!(loss(&boosted)[boosted.n_trees()] < 0.25 * loss(&boosted)[0]);
}

#[test]
fn a_constant_target_needs_no_tree() {
    let (x, _) = drawn(300, 3, 8);
    let binned = Binned::new(x.view(), 20);
    let constants = [
        (Objective::Squared, 0.1),
        (Objective::Squared, 1e30),
        (TWEEDIE, 0.0),
        (TWEEDIE, 17.3),
        (SOFTMAX, 2.0),
        (QUANTILES, -4.0),
    ];
    for (objective, y) in constants {
        let y = [y; 300];
        let boosted = Boosted::fit(&BoostParams::default(), &binned, &all(300), &y, objective);
        assert_eq!(boosted.n_trees(), 0, "{objective:?} {}", y[0]);
        assert_eq!(boosted.forest(5).n_trees(), 0);
        assert_eq!(boosted.losses(&binned, &[], &y, objective), [0.0]);
    }
}

#[test]
fn inputs_that_cannot_be_cut_need_no_tree() {
    let x = Array2::from_elem((100, 2), 0.5);
    let binned = Binned::new(x.view(), 20);
    let y: Vec<f64> = (0..100).map(f64::from).collect();
    let params = BoostParams::default();
    let boosted = Boosted::fit(&params, &binned, &all(100), &y, Objective::Squared);
    assert_eq!(boosted.n_trees(), 0);
    assert_eq!(boosted.margins(&binned, &[3], 9), [49.5]);
    let none = Binned::new(Array2::zeros((100, 0)).view(), 20);
    assert_eq!(Boosted::fit(&params, &none, &[1, 2], &y, Objective::Squared).n_trees(), 0);
}

#[test]
fn the_target_scale_does_not_matter() {
    let (x, mut stream) = drawn(400, 3, 9);
    let binned = Binned::new(x.view(), 20);
    let params = BoostParams { max_trees: 10, ..Default::default() };
    for objective in [Objective::Squared, QUANTILES] {
        let y = target(objective, &x, &mut stream);
        let fit = |factor: f64| {
            let y: Vec<f64> = y.iter().map(|y| y * factor).collect();
            Boosted::fit(&params, &binned, &all(400), &y, objective).forest(10)
        };
        // A power of two is exact.
        let (one, large) = (fit(1.0), fit(f64::from(1 << 20)));
        assert_eq!(one.nodes(), large.nodes());
        assert_eq!(one.leaves(), large.leaves());
        assert_eq!(one.unit() * f64::from(1 << 20), large.unit());
    }
}
