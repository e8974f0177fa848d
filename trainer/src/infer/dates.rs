//! Which columns are days, and in which order they are written.

use shared::date::{self, DateOrder, Day};
use shared::dialect::is_soft_missing;

use super::kinds::{Found, Kind, compact_day};
use crate::names;
use crate::profile::Profile;

/// Why a column's order of day, month and year cannot be settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Every value can be read in several orders, and they differ.
    Ambiguous {
        /// The orders.
        orders: Vec<DateOrder>,
        /// Two words that read differently.
        words: Vec<String>,
    },
    /// Some values can only be read in one order, some only in another.
    Contradictory {
        /// The orders that fit some.
        orders: Vec<DateOrder>,
        /// A word of each.
        words: Vec<String>,
    },
}

/// The orders, in the order in which [`date::readings`] gives them.
const ORDERS: [DateOrder; 3] = [DateOrder::Ymd, DateOrder::Dmy, DateOrder::Mdy];

/// Of ten values, so many must be days for a column to be one of days.
const MOST: usize = 9;

/// The kind of a column whose values are days; `None` where they are not.
pub fn recognise(name: &str, profile: &Profile, told: Option<DateOrder>) -> Option<Found> {
    if profile.numbers.n > 0 {
        // 20120904: a date by its name, or because no other numbers fall so.
        let numbers = &profile.numbers;
        let all = numbers.all_integers
            && compact_day(numbers.min).is_some()
            && compact_day(numbers.max).is_some()
            && (names::names_a_date(name) || numbers.n_distinct >= 10)
            && profile.words().all(|(word, _)| is_soft_missing(word))
            && days(profile).all(|(_, day)| day.is_some());
        return all.then(|| Found::settled(Kind::Date(DateOrder::Ymd)));
    }
    let (mut days, mut firm) = (0, 0);
    for (word, count) in profile.words().filter(|(word, _)| !is_soft_missing(word)) {
        firm += count;
        if date::readings(word).iter().any(Option::is_some) {
            days += count;
        }
    }
    (firm > 0 && days * 10 >= firm * MOST).then(|| settle(profile, told))
}

fn days<'p>(profile: &'p Profile) -> impl Iterator<Item = (f64, Option<Day>)> + 'p {
    profile.cells.iter().filter_map(|cell| match cell {
        crate::cells::Cell::Number(value) => Some((value, compact_day(value))),
        _ => None,
    })
}

/// Whether any value is a day in this order.
fn can_be_read(profile: &Profile, order: DateOrder) -> bool {
    profile.words().any(|(word, _)| date::parse(word, order).is_some())
        || compact_day(profile.numbers.max).is_some()
}

/// The order in which a column of days is written.
pub fn settle(profile: &Profile, told: Option<DateOrder>) -> Found {
    let found = |order, trouble| Found { trouble, ..Found::settled(Kind::Date(order)) };
    if let Some(order) = told {
        return if can_be_read(profile, order) {
            found(order, None)
        } else {
            let misfit = format!("cannot be dates written {}: no value is one", order.name());
            Found { misfit: Some(misfit), ..found(order, None) }
        };
    }
    let readings: Vec<(&str, usize, [Option<Day>; 3])> = profile
        .words()
        .map(|(word, count)| (word, count, date::readings(word)))
        .filter(|(_, _, days)| days.iter().any(Option::is_some))
        .collect();
    let readable = |order: usize| -> usize {
        readings.iter().filter(|(.., days)| days[order].is_some()).map(|(_, count, _)| count).sum()
    };
    let all: usize = readings.iter().map(|(_, count, _)| count).sum();
    if all == 0 && profile.numbers.n > 0 && compact_day(profile.numbers.max).is_some() {
        return found(DateOrder::Ymd, None);
    }
    if all == 0 {
        let misfit = Some("cannot be dates: no value is one".to_owned());
        return Found { misfit, ..found(DateOrder::Ymd, None) };
    }
    let open: Vec<usize> = (0..3).filter(|&order| readable(order) == all).collect();
    let Some(&first) = open.first() else {
        let best = (0..3).max_by_key(|&order| (readable(order), 3 - order)).unwrap_or(0);
        // A few wrong days among many are mistakes; else two hands wrote the column.
        if readable(best) * 50 >= all * 49 {
            return found(ORDERS[best], None);
        }
        let against = readings.iter().find(|(.., days)| days[best].is_none());
        let only = readings.iter().find(|(.., days)| {
            days[best].is_some() && (0..3).all(|o| o == best || days[o].is_none())
        });
        let words = only.into_iter().chain(against).map(|(word, ..)| (*word).to_owned()).collect();
        let orders = (0..3).filter(|&o| readable(o) > 0).map(|o| ORDERS[o]).collect();
        return found(ORDERS[best], Some(Trouble::Contradictory { orders, words }));
    };
    let differing: Vec<String> = readings
        .iter()
        .filter(|(.., days)| open.iter().any(|&order| days[order] != days[first]))
        .map(|(word, ..)| (*word).to_owned())
        .take(2)
        .collect();
    if differing.is_empty() {
        return found(ORDERS[first], None);
    }
    let orders = open.into_iter().map(|order| ORDERS[order]).collect();
    found(ORDERS[first], Some(Trouble::Ambiguous { orders, words: differing }))
}
