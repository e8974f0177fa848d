//! How the segments divide the groups of sensitive attributes: whoever acts on segments should know whom that
//! meets.

use std::collections::BTreeMap;

use shared::math::round_ties_even;
use shared::number::{Finite, to_text, to_three_digits};
use shared::{Column, ColumnKind, Record, Schema, Sensitive, Value};

use super::profile::{Group, GroupMix};
use super::readable::word;
use crate::dataset::Dataset;
use crate::discretion::shares;
use crate::infer::OTHER;
use crate::names::says;

/// The lowest ages of the usual brackets.
const AGES: [f64; 6] = [0.0, 18.0, 25.0, 35.0, 45.0, 55.0];

/// The last bracket is open.
const OLDEST: f64 = 65.0;

/// The mean length of a year in days.
const YEAR: f64 = 365.25;

/// For every sensitive column the share of each segment in each group, in schema order; words in the order of
/// their ids, ages and numbers ascending.
///
/// Groups of fewer than `min_customers` stand together as "(other)", behind the rest; where they are too few
/// together, or only one group is left, nothing is told of them. Those without a value are no group.
///
/// # Shapes: `labels` is `(n_customers,)`, each below `n_segments`.
pub fn groups(
    schema: &Schema,
    dataset: &Dataset,
    labels: &[u16],
    n_segments: usize,
    min_customers: usize,
) -> Vec<GroupMix> {
    let records: Vec<&Record> = dataset.customers.iter().map(|c| &c.record).collect();
    groups_of(schema, &records, labels, n_segments, min_customers)
}

/// The same of any customers, and of whatever divides them into so many parts.
pub fn groups_of(
    schema: &Schema,
    records: &[&Record],
    labels: &[u16],
    n_segments: usize,
    min_customers: usize,
) -> Vec<GroupMix> {
    let mixes = schema.columns().iter().enumerate().filter_map(|(position, column)| {
        let attribute = column.sensitive?;
        let ranges = Ranges::of(column, attribute, records, position);
        let mut counts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (record, &label) in records.iter().zip(labels) {
            let group = match record.values()[position] {
                Value::Missing => continue,
                Value::Level(id) => usize::from(id),
                Value::Number(number) => ranges.group(number),
            };
            counts.entry(group).or_insert_with(|| vec![0; n_segments])[usize::from(label)] += 1;
        }
        let name = |group: usize| match column.kind.level(group) {
            Some(level) => word(level),
            None => ranges.name(group),
        };
        let groups = told(counts, min_customers.max(1), name);
        (groups.len() > 1).then(|| GroupMix {
            column: column.name.clone(),
            attribute: attribute.as_str(),
            groups,
        })
    });
    mixes.collect()
}

/// To whole percents, so that no count is told exactly.
fn percent(share: f64) -> f64 {
    round_ties_even(100.0 * share) / 100.0
}

/// The groups that enough customers are in; the others together, where they are enough.
fn told(
    counts: BTreeMap<usize, Vec<usize>>,
    min_customers: usize,
    name: impl Fn(usize) -> String,
) -> Vec<Group> {
    let group = |name: String, counts: &[usize]| {
        let size = counts.iter().sum();
        let shares = shares(counts, min_customers, percent);
        Group { name, size, shares }
    };
    let mut groups = Vec::new();
    let mut rest: Vec<usize> = Vec::new();
    for (id, counts) in counts {
        let name = name(id);
        if counts.iter().sum::<usize>() >= min_customers && name != OTHER {
            groups.push(group(name, &counts));
        } else {
            rest.resize(counts.len(), 0);
            rest.iter_mut().zip(&counts).for_each(|(rest, count)| *rest += count);
        }
    }
    if rest.iter().sum::<usize>() >= min_customers {
        groups.push(group(OTHER.to_owned(), &rest));
    }
    groups
}

/// How numbers are put into groups.
enum Ranges {
    /// Ages, in years.
    Ages {
        /// In days, as the days since a date are.
        in_days: bool,
    },
    /// Years of birth, by decade.
    Decades,
    /// Between ascending bounds; a number at a bound is above it.
    Bounds(Vec<f64>),
}

impl Ranges {
    fn of(column: &Column, attribute: Sensitive, records: &[&Record], position: usize) -> Self {
        let in_days = matches!(column.kind, ColumnKind::Date { .. });
        let mut values: Vec<f64> = records
            .iter()
            .filter_map(|record| match record.values()[position] {
                Value::Number(number) => Some(number.get()),
                _ => None,
            })
            .collect();
        values.sort_by(f64::total_cmp);
        let (first, last) = match values.as_slice() {
            [] => (0.0, 0.0),
            [first, ..] => (*first, values[values.len() - 1]),
        };
        let is_birth = says(&column.name, &["birth*", "geburt*", "naissance", "nacimiento", "yob"]);
        if attribute == Sensitive::Age && is_birth && !in_days && first >= 1800.0 && last <= 2200.0
        {
            return Self::Decades;
        }
        if attribute == Sensitive::Age && (in_days || (first >= 0.0 && last <= 130.0)) {
            return Self::Ages { in_days };
        }
        let quartile = |quarter: usize| {
            let at = values.get(quarter * values.len() / 4);
            at.map(|value| to_two_digits(*value))
        };
        let mut bounds: Vec<f64> = (1..4).filter_map(quartile).collect();
        bounds.dedup();
        Self::Bounds(bounds)
    }

    fn group(&self, number: Finite) -> usize {
        let number = number.get();
        match self {
            Self::Ages { in_days } => {
                let age = if *in_days { number / YEAR } else { number };
                AGES.iter().chain([&OLDEST]).filter(|from| age >= **from).count()
            }
            // Years lie between 1800 and 2200.
            Self::Decades => {
                179 + (180..=220).filter(|decade| number >= f64::from(10 * decade)).count()
            }
            Self::Bounds(bounds) => bounds.iter().filter(|bound| number >= **bound).count(),
        }
    }

    fn name(&self, group: usize) -> String {
        match self {
            Self::Ages { .. } => match (group, AGES.get(group)) {
                (0, _) => "under 0".to_owned(),
                (1, _) => "under 18".to_owned(),
                (_, Some(next)) => {
                    format!("{} to {}", to_text(AGES[group - 1]), to_text(next - 1.0))
                }
                (6, None) => format!("{} to {}", to_text(AGES[5]), to_text(OLDEST - 1.0)),
                _ => format!("{} and over", to_text(OLDEST)),
            },
            Self::Decades => format!("born {group}0 to {group}9"),
            Self::Bounds(bounds) => {
                let below = group.checked_sub(1).and_then(|below| bounds.get(below));
                match (below, bounds.get(group)) {
                    (None, Some(to)) => format!("under {}", to_text(*to)),
                    (Some(from), Some(to)) => {
                        format!("{} to under {}", to_text(*from), to_text(*to))
                    }
                    (Some(from), None) => format!("{} and over", to_text(*from)),
                    (None, None) => "all".to_owned(),
                }
            }
        }
    }
}

/// To two significant digits: a quartile is some customer's value.
fn to_two_digits(value: f64) -> f64 {
    let mut scale = 1.0;
    let size = to_three_digits(value).abs();
    if size == 0.0 || !(1e-12..=1e15).contains(&size) {
        return value;
    }
    while size / scale >= 100.0 {
        scale *= 10.0;
    }
    if scale > 1.0 {
        return shared::math::round_ties_even(value / scale) * scale;
    }
    let mut up = 1.0;
    while size * up < 10.0 {
        up *= 10.0;
    }
    shared::math::round_ties_even(value * up) / up
}
