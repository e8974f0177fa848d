//! Customers in groups of nearly equal size by what was predicted for them.

use super::LiftGroup;

/// Customers with similar predictions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Group {
    pub(super) n: usize,
    /// The mean prediction.
    pub(super) predicted: f64,
    /// The mean outcome.
    pub(super) actual: f64,
}

/// The customers' positions from the lowest to the highest prediction; of equal ones in their own order.
pub(super) fn ascending(predicted: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..predicted.len()).collect();
    order.sort_by(|&a, &b| predicted[a].total_cmp(&predicted[b]));
    order
}

/// The customers of `order` in `n_groups` groups one after the other, the first ones larger by one customer where the
/// number does not divide.
///
/// Customers with equal predictions count with the mean of their outcomes, so that the order among them, which means
/// nothing, changes nothing.
pub(super) fn groups(
    order: &[usize],
    predicted: &[f64],
    actual: impl Fn(usize) -> f64,
    n_groups: usize,
) -> Vec<Group> {
    let mut outcomes = Vec::with_capacity(order.len());
    for equal in order.chunk_by(|&a, &b| predicted[a] == predicted[b]) {
        let mean = equal.iter().fold(0.0, |sum, &i| sum + actual(i)) / equal.len() as f64;
        outcomes.extend(std::iter::repeat_n(mean, equal.len()));
    }
    let (size, larger) = (order.len() / n_groups.max(1), order.len() % n_groups.max(1));
    let mut from = 0;
    let group = |position: usize| {
        let to = from + size + usize::from(position < larger);
        let (here, outcomes) = (&order[from..to], &outcomes[from..to]);
        from = to;
        let n = here.len().max(1) as f64;
        Group {
            n: here.len(),
            predicted: here.iter().fold(0.0, |sum, &i| sum + predicted[i]) / n,
            actual: outcomes.iter().fold(0.0, |sum, outcome| sum + outcome) / n,
        }
    };
    (0..n_groups).map(group).filter(|group| group.n > 0).collect()
}

/// The mean distance of prediction and outcome over the groups, each counted by its customers.
pub(super) fn calibration_error(groups: &[Group]) -> f64 {
    let n = groups.iter().map(|group| group.n).sum::<usize>().max(1) as f64;
    let weighted = |group: &Group| group.n as f64 * (group.predicted - group.actual).abs();
    groups.iter().fold(0.0, |sum, group| sum + weighted(group)) / n
}

/// At most so many groups, each of at least `min` customers.
pub(super) fn n_groups(n: usize, most: usize, min: usize) -> usize {
    most.min(n / min)
}

/// The groups from the highest prediction to the lowest.
pub(super) fn lift(predicted: &[f64], actual: &[f64], most: usize, min: usize) -> Vec<LiftGroup> {
    let mut order = ascending(predicted);
    order.reverse();
    let groups = groups(&order, predicted, |i| actual[i], n_groups(actual.len(), most, min));
    let total = actual.iter().fold(0.0, |sum, y| sum + y);
    let has_shares = total > 0.0 && actual.iter().all(|y| *y >= 0.0);
    let mean = total / actual.len() as f64;
    let mut so_far = 0.0;
    let told = groups.into_iter().map(|Group { n, predicted, actual }| {
        so_far += actual * n as f64;
        LiftGroup {
            n,
            predicted,
            actual,
            lift: has_shares.then_some(actual / mean),
            cumulative_share: has_shares.then_some((so_far / total).min(1.0)),
        }
    });
    told.collect()
}
