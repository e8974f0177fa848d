//! Where a number will usually lie: two quantiles by boosted trees, moved apart until they hold on customers whom
//! neither the trees nor their number were fitted to (Romano, Patterson and Candes 2019, "Conformalized quantile
//! regression").

use shared::segment_model::Range;
use shared::{Margin, math};

use super::family::Bench;
use super::objective::Objective;
use super::setting::Sample;
use super::task::Task;

/// What share of customers the interval is to hold, in percent.
pub const LEVEL_PERCENT: u8 = 90;

/// A segment of this many customers who were kept apart has a correction of its own.
const OWN_CORRECTION: usize = 200;

/// Of each tree.
const LEAVES: usize = 12;

/// A leaf of quantiles has so many times as many customers as another one: as many lie beyond the 5 % that it tells of
/// as beyond a clip bound.
const LARGER: usize = 5;

/// With fewer kept apart, the largest of them would be the correction, or more.
const FEWEST: usize = 30;

/// The interval's model; none where there are too few customers.
///
/// The last of the sample's folds is kept apart. The number of trees is chosen on the one before it, and trees are
/// then fitted to all but the last. For spend the correction holds among those who spend, too: else an interval that
/// is right for the many who do not would do.
pub fn range(
    task: &Task<'_>,
    sample: &Sample,
    max_trees: usize,
    min_customers: usize,
) -> Option<Range> {
    let mut folds = sample.folds.clone();
    folds.sort_unstable();
    folds.dedup();
    let [rest @ .., watched, apart] = folds.as_slice() else { return None };
    if rest.is_empty() {
        return None;
    }
    let miss = (1.0 - f64::from(LEVEL_PERCENT) / 100.0) / 2.0;
    let scaled: Vec<f64> =
        sample.y.iter().map(|y| Range::scaled(task.scale, y * task.unit)).collect();
    let sample = &Sample {
        x: sample.x.clone(),
        y: scaled,
        segments: sample.segments.clone(),
        folds: sample.folds.clone(),
        n_segments: sample.n_segments,
    };
    let objective = Objective::Quantiles { levels: [miss, 1.0 - miss] };
    let bench = Bench::new(sample, objective, LARGER * min_customers);
    let first = sample.rows(|row| sample.folds[row] < *watched);
    let held_out = sample.rows(|row| sample.folds[row] == *watched);
    let fitted = sample.rows(|row| sample.folds[row] != *apart);
    let apart = sample.rows(|row| sample.folds[row] == *apart);
    if apart.len() < FEWEST || first.len() < FEWEST || held_out.is_empty() {
        return None;
    }
    let losses = bench.losses(&bench.trees(&first, LEAVES, max_trees), &held_out);
    let smallest = |a: &(usize, &f64), b: &(usize, &f64)| a.1.total_cmp(b.1);
    let n_trees = losses.iter().enumerate().min_by(smallest).map_or(0, |(number, _)| number);
    let trees = bench.trees(&fitted, LEAVES, n_trees);
    let quantiles = Margin::Trees(trees.forest(trees.n_trees()));

    let margins = bench.margins(&quantiles, &apart);
    let scores: Vec<Score> = apart
        .iter()
        .zip(margins.chunks_exact(2))
        .map(|(&row, pair)| {
            let y = sample.y[row as usize];
            let (low, high) =
                if pair[0] <= pair[1] { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
            let beyond = (low - y).max(y - high);
            Score { beyond, segment: sample.segments[row as usize], spends: y > 0.0 }
        })
        .collect();
    let of_those = |is_in: &dyn Fn(&Score) -> bool| {
        correction(scores.iter().filter(|score| is_in(score)).map(|score| score.beyond).collect())
    };
    let spenders = task.is_spend.then(|| of_those(&|score| score.spends)).flatten();
    let of_all = of_those(&|_| true)?.max(spenders.unwrap_or(f64::MIN));
    let widen = (0..sample.n_segments).map(|segment| {
        let is_in = |score: &Score| usize::from(score.segment) == segment;
        let is_large = scores.iter().filter(|score| is_in(score)).count() >= OWN_CORRECTION;
        let own = if is_large { of_those(&is_in) } else { None };
        let own_spenders = of_those(&|score| is_in(score) && score.spends);
        let for_spenders = task.is_spend.then_some(own_spenders.or(spenders)).flatten();
        outwards(own.map_or(of_all, |own| own.max(for_spenders.unwrap_or(f64::MIN))))
    });
    Some(Range {
        level_percent: LEVEL_PERCENT,
        scale: task.scale,
        quantiles,
        widen: widen.collect(),
    })
}

/// The next larger multiple of 2^-10 of the size: one customer's score must not stand in a model.
fn outwards(score: f64) -> f64 {
    let mut step = 1.0;
    while step > score.abs() && step > 1e-9 {
        step /= 2.0;
    }
    while step * 2.0 <= score.abs() {
        step *= 2.0;
    }
    let step = step / 1024.0;
    -math::floor(-score / step) * step + 0.0
}

/// By how much a customer who was kept apart is beyond the quantiles; negative inside.
struct Score {
    beyond: f64,
    segment: u16,
    spends: bool,
}

/// The score that the share of the level does not exceed, of one more customer than there are; none of too few.
fn correction(mut scores: Vec<f64>) -> Option<f64> {
    if scores.len() < FEWEST {
        return None;
    }
    scores.sort_by(f64::total_cmp);
    let n = scores.len() as f64;
    let rank = -math::floor(-(n + 1.0) * f64::from(LEVEL_PERCENT) / 100.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to n + 1")]
    let rank = (rank as usize).min(scores.len());
    Some(scores[rank - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_correction_is_the_score_of_the_right_rank() {
        // ceil(100 x 0.9) = 90 of 99.
        assert_eq!(correction((1..=99).map(f64::from).collect()), Some(90.0));
        // ceil(41 x 0.9) = 37 of 40.
        assert_eq!(correction((1..=40).rev().map(f64::from).collect()), Some(37.0));
        assert_eq!(correction(vec![1.0; 29]), None);
    }

    #[test]
    fn what_is_written_of_a_score_is_a_little_more_than_it() {
        for score in [0.0, 1.0, 0.333, -0.0407, 1234.5678, 1e-7, -812.0] {
            let written = outwards(score);
            assert!(written >= score && written - score <= score.abs() / 512.0 + 1e-12, "{score}");
        }
    }
}
