//! Columns that give the target away: made from it, or known only after it.

use std::collections::BTreeMap;

use super::relations::number;
use crate::cells::{Cell, Cells};

/// A target as leaks are judged: a class for each customer, or a number.
pub enum Outcome<'t> {
    /// Classes, by cell.
    Class(&'t Cells),
    /// Numbers.
    Number(&'t Cells),
}

/// A column must be known of one in so many customers for what it says of those to count.
const SOME: usize = 10;

/// A group of customers must be this large for its purity to count.
const MIN_GROUP: usize = 20;

/// How much of the target a column gives away by itself, from 0 to 1: the share of the majority's errors (or of
/// the variance) that vanishes when customers are grouped by the column's value, or by fiftieths of it; when a
/// column of numbers is cut in two; or along a straight line, also through logarithms.
///
/// Small groups, which would fit by chance, are thrown together; in a small table they are too coarse to show the
/// target with tax added, which a line does.
pub fn given_away(column: &Cells, outcome: &Outcome) -> f64 {
    let by_group = by_group(column, outcome);
    match outcome {
        Outcome::Class(target) => by_group.max(by_cut(column, target)),
        Outcome::Number(target) => {
            let by_line = by_line(column, target, Some).max(by_line(column, target, logarithm));
            by_group.max(by_line).max(by_rank(column, target)).max(by_zero(column, target))
        }
    }
}

/// The square of Spearman's rank correlation, where enough customers have both: whatever grows with the target.
fn by_rank(column: &Cells, target: &Cells) -> f64 {
    let pairs: Vec<(f64, f64)> = (0..column.len())
        .filter_map(|row| Some((number(column.get(row))?, number(target.get(row))?)))
        .collect();
    if pairs.len() < 2 * MIN_GROUP || pairs.len() * SOME < column.len() {
        return 0.0;
    }
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    let ranks: Vec<(f64, f64)> = ranks(&x).into_iter().zip(ranks(&y)).collect();
    correlation(&ranks)
}

/// Each value's rank; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let mean = before as f64 + (equal.len() + 1) as f64 / 2.0;
        for &at in equal {
            ranks[at] = mean;
        }
        before += equal.len();
    }
    ranks
}

/// The share of errors on whether the target is zero that vanishes when customers are grouped by the column: whoever
/// knows that nothing was spent knows what was.
fn by_zero(column: &Cells, target: &Cells) -> f64 {
    // Of each group those with nothing, and those with something.
    let mut counts: BTreeMap<u32, [usize; 2]> = BTreeMap::new();
    let mut overall = [0, 0];
    for (row, group) in large_groups(groups(column)).into_iter().enumerate() {
        if let Cell::Number(y) = target.get(row) {
            counts.entry(group).or_default()[usize::from(y != 0.0)] += 1;
            overall[usize::from(y != 0.0)] += 1;
        }
    }
    let before = overall[0].min(overall[1]);
    let after: usize = counts.values().map(|counts| counts[0].min(counts[1])).sum();
    if before < MIN_GROUP { 0.0 } else { 1.0 - after as f64 / before as f64 }
}

/// The natural logarithm of what has one.
fn logarithm(value: f64) -> Option<f64> {
    (value > 0.0).then(|| shared::math::ln(value))
}

/// The best single cut of a column of numbers, each side taking its most frequent class.
fn by_cut(column: &Cells, target: &Cells) -> f64 {
    let mut pairs: Vec<(f64, u64)> = (0..column.len())
        .filter(|&row| target.get(row) != Cell::Missing)
        .filter_map(|row| Some((number(column.get(row))?, target.bits()[row])))
        .collect();
    let n_known = (0..target.len()).filter(|&row| target.get(row) != Cell::Missing).count();
    // A cut says nothing of the others.
    if pairs.len() * 20 < n_known * 19 {
        return 0.0;
    }
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut above: BTreeMap<u64, usize> = BTreeMap::new();
    for (_, class) in &pairs {
        *above.entry(*class).or_default() += 1;
    }
    if above.len() > 20 {
        return 0.0;
    }
    let most = |counts: &BTreeMap<u64, usize>| counts.values().max().copied().unwrap_or(0);
    let before = pairs.len() - most(&above);
    let mut below: BTreeMap<u64, usize> = BTreeMap::new();
    let mut best = before;
    for run in pairs.chunk_by(|a, b| a.0 == b.0) {
        for (_, class) in run {
            *below.entry(*class).or_default() += 1;
            *above.entry(*class).or_default() -= 1;
        }
        best = best.min(pairs.len() - most(&below) - most(&above));
    }
    if before < MIN_GROUP { 0.0 } else { 1.0 - best as f64 / before as f64 }
}

/// The square of Pearson's correlation of two columns, both seen through `scale`; also without the hundredth of
/// the customers with the smallest target and the hundredth with the largest, for one of them can make a line.
fn by_line(column: &Cells, target: &Cells, scale: impl Fn(f64) -> Option<f64>) -> f64 {
    let mut pairs: Vec<(f64, f64)> = (0..column.len())
        .filter_map(|row| {
            let (x, y) = (number(column.get(row))?, number(target.get(row))?);
            Some((scale(x)?, scale(y)?))
        })
        .collect();
    if pairs.len() < 2 * MIN_GROUP || pairs.len() * SOME < column.len() {
        return 0.0;
    }
    pairs.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0)));
    let beyond = pairs.len().div_ceil(100);
    correlation(&pairs).min(correlation(&pairs[beyond..pairs.len() - beyond]))
}

/// The square of Pearson's correlation; 0 where one of the two is constant.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (mut x_sum, mut y_sum) = (0.0, 0.0);
    for (x, y) in pairs {
        x_sum += x;
        y_sum += y;
    }
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (x, y) = (x - x_sum / n, y - y_sum / n);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    if xx > 0.0 && yy > 0.0 { xy * xy / (xx * yy) } else { 0.0 }
}

fn by_group(column: &Cells, outcome: &Outcome) -> f64 {
    let groups = large_groups(groups(column));
    match outcome {
        Outcome::Class(target) => {
            let mut counts: BTreeMap<u32, BTreeMap<u64, usize>> = BTreeMap::new();
            let mut overall: BTreeMap<u64, usize> = BTreeMap::new();
            for (row, group) in groups.iter().enumerate() {
                if target.get(row) == Cell::Missing {
                    continue;
                }
                let class = target.bits()[row];
                *counts.entry(*group).or_default().entry(class).or_default() += 1;
                *overall.entry(class).or_default() += 1;
            }
            let wrong = |counts: &BTreeMap<u64, usize>| {
                counts.values().sum::<usize>() - counts.values().max().copied().unwrap_or(0)
            };
            let before = wrong(&overall);
            let after: usize = counts.values().map(wrong).sum();
            if before < MIN_GROUP { 0.0 } else { 1.0 - after as f64 / before as f64 }
        }
        Outcome::Number(target) => {
            let mut sums: BTreeMap<u32, (f64, f64, f64)> = BTreeMap::new();
            for (row, group) in groups.iter().enumerate() {
                if let Cell::Number(y) = target.get(row) {
                    let (n, sum, squares) = sums.entry(*group).or_default();
                    *n += 1.0;
                    *sum += y;
                    *squares += y * y;
                }
            }
            let spread = |(n, sum, squares): (f64, f64, f64)| (squares - sum * sum / n).max(0.0);
            let (mut overall, mut after) = ((0.0, 0.0, 0.0), 0.0);
            for &(n, sum, squares) in sums.values() {
                overall = (overall.0 + n, overall.1 + sum, overall.2 + squares);
                after += spread((n, sum, squares));
            }
            let before = spread(overall);
            if before > 0.0 { 1.0 - after / before } else { 0.0 }
        }
    }
}

/// Groups too small to be more than chance join the largest.
fn large_groups(mut groups: Vec<u32>) -> Vec<u32> {
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    for &group in &groups {
        *sizes.entry(group).or_default() += 1;
    }
    let largest = sizes.iter().max_by_key(|(_, size)| **size).map_or(0, |(group, _)| *group);
    for group in &mut groups {
        if sizes[group] < MIN_GROUP {
            *group = largest;
        }
    }
    groups
}

/// A group for every customer: of the same value where enough share it, of the same fiftieth where values are
/// numbers; what is left is one group.
fn groups(column: &Cells) -> Vec<u32> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for &bits in column.bits() {
        *counts.entry(bits).or_default() += 1;
        if counts.len() > 1000 {
            break;
        }
    }
    if counts.len() <= 1000 {
        let common: Vec<u64> =
            counts.iter().filter(|(_, n)| **n >= MIN_GROUP).map(|(bits, _)| *bits).collect();
        let shared: usize = common.iter().map(|bits| counts[bits]).sum();
        if shared * 2 >= column.len() {
            let id = |bits: &u64| common.binary_search(bits).map_or(0, |id| id + 1);
            return column.bits().iter().map(|b| u32::try_from(id(b)).unwrap_or(0)).collect();
        }
    }
    let mut sorted: Vec<f64> = column.iter().filter_map(number).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let n_bins = (sorted.len() / MIN_GROUP).min(50);
    if n_bins == 0 {
        return vec![0; column.len()];
    }
    let mut cuts: Vec<f64> = (1..n_bins).map(|bin| sorted[bin * sorted.len() / n_bins]).collect();
    cuts.dedup();
    let bin = |cell| match cell {
        Cell::Number(value) => {
            u32::try_from(cuts.partition_point(|cut| *cut <= value) + 2).unwrap_or(0)
        }
        Cell::Missing => 1,
        Cell::Word(_) => 0,
    };
    column.iter().map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: impl IntoIterator<Item = String>) -> Cells {
        texts.into_iter().collect()
    }

    #[test]
    fn a_cut_or_a_line_that_gives_the_target_away_is_found() {
        let n = 3000;
        let target =
            cells((0..n).map(|i| if i * 7919 % n < 450 { "yes" } else { "no" }.to_owned()));
        let score = cells((0..n).map(|i| format!("{}", i * 7919 % n)));
        assert!(given_away(&score, &Outcome::Class(&target)) > 0.99);
        let spend = cells((0..n).map(|i| format!("{}", (f64::from(i * 7919 % n) / 300.0).exp())));
        let twice = cells(
            (0..n).map(|i| format!("{}", (f64::from(i * 7919 % n) / 300.0).exp() * 2.0 + 5.0)),
        );
        assert!(given_away(&twice, &Outcome::Number(&spend)) > 0.999);
    }

    #[test]
    fn what_gives_the_target_away_is_told_from_what_helps() {
        let n = 2000;
        let target = cells((0..n).map(|i| if i % 3 == 0 { "yes" } else { "no" }.to_owned()));
        let reason = cells((0..n).map(|i| if i % 3 == 0 { "price" } else { "" }.to_owned()));
        let helps =
            cells((0..n).map(|i| ((i * 7919) % 1000 / if i % 3 == 0 { 2 } else { 1 }).to_string()));
        let unique = cells((0..n).map(|i| format!("customer {i}")));
        let outcome = Outcome::Class(&target);
        assert!(given_away(&reason, &outcome) > 0.99);
        assert!(given_away(&helps, &outcome) < 0.7);
        assert!(given_away(&unique, &outcome) < 0.1);
        let spend = cells((0..n).map(|i| (i * 7919 % 5000).to_string()));
        let with_tax = cells((0..n).map(|i| format!("{:.2}", f64::from(i * 7919 % 5000) * 1.19)));
        assert!(given_away(&with_tax, &Outcome::Number(&spend)) > 0.99);
        assert!(given_away(&helps, &Outcome::Number(&spend)) < 0.3);
    }

    #[test]
    fn whether_anything_was_spent_gives_spend_away() {
        let spend = |i: i32| if i % 3 == 0 { i * 7919 % 500 } else { 0 };
        let target = cells((0..900).map(|i| spend(i).to_string()));
        let bought = cells((0..900).map(|i| if spend(i) > 0 { "yes" } else { "no" }.to_owned()));
        let other = cells((0..900).map(|i| ["yes", "no"][usize::from(i % 2 == 0)].to_owned()));
        assert!(given_away(&bought, &Outcome::Number(&target)) > 0.99);
        assert!(given_away(&other, &Outcome::Number(&target)) < 0.1);
        let logarithm = cells((0..900).map(|i| f64::from(spend(i)).ln_1p().to_string()));
        assert!(given_away(&logarithm, &Outcome::Number(&target)) > 0.98);
        let for_some = |i: i32| if i % 2 == 0 { spend(i).to_string() } else { String::new() };
        assert!(given_away(&cells((0..900).map(for_some)), &Outcome::Number(&target)) > 0.98);
    }

    #[test]
    fn one_customer_makes_no_leak() {
        let noise = |i: i32| f64::from(i * 7919 % 300);
        let spend = cells((0..299).map(|i| noise(i).to_string()).chain(["1000000".to_owned()]));
        let orders = cells((0..299).map(|i| (i * i % 41).to_string()).chain(["9000".to_owned()]));
        let region = cells(
            (0..299)
                .map(|i| ["north", "south"][usize::from(i % 2 == 1)].to_owned())
                .chain(["east".to_owned()]),
        );
        let outcome = Outcome::Number(&spend);
        assert!(given_away(&orders, &outcome) < 0.5 && given_away(&region, &outcome) < 0.5);
        let churned = cells((0..100).map(|i| if i < 2 { "yes" } else { "no" }.to_owned()));
        let plan = cells((0..100).map(|i| if i < 2 { "z" } else { "a" }.to_owned()));
        assert_eq!(given_away(&plan, &Outcome::Class(&churned)), 0.0);
    }

    #[test]
    fn a_number_that_is_the_target_with_tax_gives_it_away_in_a_small_table_too() {
        let spend = cells((0..60).map(|i| (i * 7919 % 5000).to_string()));
        let taxed = cells((0..60).map(|i| format!("{:.2}", f64::from(i * 7919 % 5000) * 1.19)));
        let other = cells((0..60).map(|i| (i * i % 83).to_string()));
        let words = cells((0..60).map(|i| format!("w{}", i % 2)));
        assert!(given_away(&taxed, &Outcome::Number(&spend)) > 0.99);
        assert!(given_away(&other, &Outcome::Number(&spend)) < 0.5);
        assert!(given_away(&words, &Outcome::Number(&spend)) < 0.5);
    }
}
