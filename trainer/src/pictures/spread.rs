//! How columns' values are spread: shares of ranges or words, in all customers and in each segment.

use rayon::prelude::*;
use shared::number::{to_text, to_three_digits};
use shared::{Column, ColumnKind, Value, math};

use super::{Distribution, Input};
use crate::discretion::shares;
use crate::infer::OTHER;

/// The most bins of a column.
const MOST_BINS: usize = 12;

/// A column of numbers of which so many parts are 0 has a bin for 0.
const MANY_ZEROS: f64 = 0.2;

/// Where the upper half of the range is this many times as wide as the lower, bins widen by a factor.
const LOPSIDED: f64 = 4.0;

/// One for each column, in the order of the schema.
pub(super) fn distributions(input: &Input<'_>) -> Vec<Distribution> {
    let columns: Vec<(usize, &Column)> = input.schema.columns().iter().enumerate().collect();
    columns
        .into_par_iter()
        .map(|(position, column)| distribution(input, position, column))
        .collect()
}

fn distribution(input: &Input<'_>, position: usize, column: &Column) -> Distribution {
    let values: Vec<Value> =
        input.dataset.customers.iter().map(|c| c.record.values()[position]).collect();
    let (bins, of_customers) = match &column.kind {
        kind @ (ColumnKind::YesNo { .. }
        | ColumnKind::Ordinal { .. }
        | ColumnKind::Categorical { .. }) => words(kind, &values, input.min_customers),
        kind => numbers(&values, input, matches!(kind, ColumnKind::Date { .. })),
    };
    let n_segments = input.ids.len();
    let mut counts = vec![vec![0_usize; bins.len()]; n_segments];
    for (bin, &label) in of_customers.iter().zip(input.labels) {
        if let Some(bin) = bin {
            counts[usize::from(label)][*bin] += 1;
        }
    }
    let sum = |bin: usize| counts.iter().map(|own| own[bin]).sum::<usize>();
    let all: Vec<usize> = (0..bins.len()).map(sum).collect();
    let missing = values.iter().filter(|value| **value == Value::Missing).count();
    Distribution {
        column: column.name.clone(),
        bins,
        all: shares(&all, input.min_customers, rounded),
        segments: counts.iter().map(|own| shares(own, input.min_customers, rounded)).collect(),
        missing: rounded(missing as f64 / values.len().max(1) as f64),
    }
}

fn rounded(share: f64) -> f64 {
    math::round_ties_even(share * 1000.0) / 1000.0
}

/// The words that enough customers have, the others together as the last bin.
fn words(kind: &ColumnKind, values: &[Value], min: usize) -> (Vec<String>, Vec<Option<usize>>) {
    let mut counts = vec![0_usize; kind.n_ids()];
    for value in values {
        if let Value::Level(id) = value {
            counts[usize::from(*id)] += 1;
        }
    }
    let is_other = |id: usize| u16::try_from(id).is_ok_and(|id| kind.is_other(id));
    let mut shown: Vec<usize> =
        (0..counts.len()).filter(|&id| counts[id] >= min && !is_other(id)).collect();
    shown.sort_by_key(|&id| (std::cmp::Reverse(counts[id]), id));
    shown.truncate(MOST_BINS - 1);
    if !matches!(kind, ColumnKind::Categorical { .. }) {
        shown.sort_unstable();
    }
    let mut bins: Vec<String> =
        shown.iter().map(|&id| kind.level(id).unwrap_or(OTHER).to_owned()).collect();
    let n_shown = counts.iter().sum::<usize>() - shown.iter().map(|&id| counts[id]).sum::<usize>();
    if n_shown > 0 {
        bins.push(OTHER.to_owned());
    }
    let bin = |value: &Value| match value {
        Value::Level(id) => {
            let found = shown.iter().position(|&known| known == usize::from(*id));
            Some(found.unwrap_or(shown.len()))
        }
        _ => None,
    };
    (bins, values.iter().map(bin).collect())
}

/// Ranges of a number, of at least the smallest number of customers each.
fn numbers(values: &[Value], input: &Input<'_>, days: bool) -> (Vec<String>, Vec<Option<usize>>) {
    let number = |value: &Value| match value {
        Value::Number(number) => Some(number.get()),
        _ => None,
    };
    let mut sorted: Vec<f64> = values.iter().filter_map(number).collect();
    if sorted.is_empty() {
        return (Vec::new(), vec![None; values.len()]);
    }
    sorted.sort_by(f64::total_cmp);
    let wanted = sorted.len() / (2 * input.min_customers.max(1) * input.ids.len().max(1));
    let edges =
        merged(&edges(&sorted, wanted.clamp(3, MOST_BINS - 2)), &sorted, input.min_customers);
    let unit = if days { " days" } else { "" };
    let bins = named(&edges, &sorted).into_iter().map(|name| name + unit).collect();
    let bin = |value: f64| edges.partition_point(|edge| *edge <= value);
    (bins, values.iter().map(|value| number(value).map(bin)).collect())
}

/// Where bins begin, but for the first, which has no beginning: ascending, to three significant digits.
fn edges(sorted: &[f64], wanted: usize) -> Vec<f64> {
    let quantile = |of: &[f64], percent: usize| of[(of.len() - 1) * percent / 100];
    let mut distinct = sorted.to_vec();
    distinct.dedup();
    // Few values are bins of their own, whatever their customers; too small ones are merged.
    if distinct.len() <= MOST_BINS && distinct.iter().all(|v| to_three_digits(*v) == *v) {
        return distinct.split_off(1);
    }
    let zeros = sorted.iter().filter(|value| **value == 0.0).count();
    let positive = &sorted[sorted.partition_point(|value| *value <= 0.0)..];
    let apart = sorted[0] == 0.0 && zeros as f64 >= MANY_ZEROS * sorted.len() as f64;
    let part = if apart { positive } else { sorted };
    let [low, middle, high] = [1, 50, 99].map(|percent| quantile(part, percent));
    let steps = wanted as f64;
    let grows = low > 0.0 && high - middle > LOPSIDED * (middle - low) && high > 4.0 * low;
    let factor = if grows { math::ln(high / low) / steps } else { 0.0 };
    let edge = |step: usize| {
        let step = step as f64;
        to_three_digits(if grows {
            low * math::exp(factor * step)
        } else {
            low + (high - low) * step / steps
        })
    };
    // Whoever is above 0 is in the first bin after it.
    let first = usize::from(apart);
    let zero_end = apart.then_some(f64::MIN_POSITIVE).into_iter();
    let mut edges: Vec<f64> = zero_end.chain((first..=wanted).map(edge)).collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    edges
}

/// Without the edges that would leave a bin of too few customers.
fn merged(edges: &[f64], sorted: &[f64], min_customers: usize) -> Vec<f64> {
    let before = |edge: f64| sorted.partition_point(|value| *value < edge);
    let mut kept = Vec::new();
    let mut done = 0;
    for &edge in edges {
        if before(edge) - done >= min_customers && sorted.len() - before(edge) >= min_customers {
            kept.push(edge);
            done = before(edge);
        }
    }
    kept
}

/// The bins between the edges, by the one value that all in a bin have, or by their range.
fn named(edges: &[f64], sorted: &[f64]) -> Vec<String> {
    let bounds: Vec<usize> = std::iter::once(0)
        .chain(edges.iter().map(|edge| sorted.partition_point(|value| value < edge)))
        .chain([sorted.len()])
        .collect();
    let name = |(bin, bound): (usize, &[usize])| {
        let (first, last) = (sorted[bound[0]], sorted[bound[1] - 1]);
        if first == last && to_three_digits(first) == first {
            return to_text(first);
        }
        let from = bin.checked_sub(1).map(|before| match edges[before] {
            f64::MIN_POSITIVE => "above 0".to_owned(),
            edge => to_text(edge),
        });
        match (from, edges.get(bin)) {
            (None, None) => "all values".to_owned(),
            (None, Some(to)) => format!("below {}", to_text(*to)),
            (Some(from), None) => format!("{from} or more"),
            (Some(from), Some(to)) => format!("{from} to {}", to_text(*to)),
        }
    };
    bounds.windows(2).enumerate().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(values: &[f64], wanted: usize) -> Vec<String> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        named(&merged(&edges(&sorted, wanted), &sorted, 20), &sorted)
    }

    fn spread(from: f64, step: f64, n: usize) -> Vec<f64> {
        (0..n).map(|i| from + step * i as f64).collect()
    }

    #[test]
    fn few_values_are_bins_of_their_own_and_rare_ones_are_merged() {
        let values = [vec![0.0; 30], vec![1.0; 25], vec![2.0; 3], vec![3.0; 4], vec![9.0; 30]];
        assert_eq!(bins(&values.concat(), 5), ["0", "1", "2 or more"]);
    }

    #[test]
    fn many_values_are_cut_evenly_between_the_quantiles_with_open_ends() {
        let found = bins(&spread(1000.0, 1.0, 1001), 4);
        assert_eq!(found, ["below 1260", "1260 to 1500", "1500 to 1740", "1740 or more"]);
    }

    #[test]
    fn many_zeros_are_a_bin_of_their_own() {
        let found = bins(&[vec![0.0; 300], spread(0.5, 0.25, 700)].concat(), 4);
        assert_eq!(found[0], "0");
        assert!(found[1].starts_with("above 0 to "), "{found:?}");
    }

    #[test]
    fn no_bin_holds_fewer_customers_than_may_be_shown() {
        let values = [spread(0.0, 0.01, 500), vec![1e6; 3]].concat();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let edges = merged(&edges(&sorted, 10), &sorted, 20);
        let mut counts = vec![0; edges.len() + 1];
        for value in &values {
            counts[edges.partition_point(|edge| edge <= value)] += 1;
        }
        assert!(edges.len() > 3 && counts.iter().all(|count| *count >= 20), "{counts:?}");
    }
}
