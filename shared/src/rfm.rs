//! Recency, frequency and monetary value: a customer's orders as columns (Fader, Hardie and Lee 2005 for the
//! convention that days count, not orders).

use alloc::collections::BinaryHeap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::date::Day;

/// The names of a customer's columns, in the order of [`Features::figures`]. Behind them stands a
/// [`mean_of`] each further figure.
pub const FIGURES: [&str; 5] =
    ["recency_days", "frequency", "mean_amount", "total_amount", "tenure_days"];

const MEAN: &str = "mean_";

/// The name of the column of a further figure of the orders.
pub fn mean_of(extra: &str) -> String {
    [MEAN, extra].concat()
}

/// The further figure that a column is the mean of: the inverse of [`mean_of`]. `None` for [`FIGURES`] and for
/// other names.
pub fn extra_of(column: &str) -> Option<&str> {
    column.strip_prefix(MEAN).filter(|extra| !extra.is_empty() && !FIGURES.contains(&column))
}

/// One purchase.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The day.
    pub day: Day,
    /// What was paid.
    pub amount: f64,
    /// Further figures of the purchase, such as a quantity; as many for every order.
    pub extras: Vec<f64>,
}

/// A customer's orders up to a day, as columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// Days from the last purchase to that day.
    pub recency_days: i32,
    /// The number of days with a purchase.
    pub frequency: u32,
    /// Amount per purchase day.
    pub mean_amount: f64,
    /// The sum of all amounts.
    pub total_amount: f64,
    /// Days from the first purchase to that day.
    pub tenure_days: i32,
    /// Each further figure per purchase day.
    pub mean_extras: Vec<f64>,
}

impl Features {
    /// The figures whose names are [`FIGURES`].
    pub fn figures(&self) -> [f64; 5] {
        let (recency, tenure) = (self.recency_days.into(), self.tenure_days.into());
        [recency, self.frequency.into(), self.mean_amount, self.total_amount, tenure]
    }
}

/// A customer's columns from their orders up to and including `until`, in any order.
///
/// `None` when there is no order up to then. Sums are taken in an order of their own, each further figure's
/// without regard to the others, so that neither the order in which the orders are given matters, to the bit,
/// nor which further figures are given.
pub fn features(orders: &[Order], until: Day) -> Option<Features> {
    let amounts = sorted(orders, until, None);
    let (first, last) = (amounts.first()?.0, amounts.last()?.0);
    let mut frequency = 1;
    let mut day = first;
    for purchase in &amounts {
        frequency += u32::from(purchase.0 != day);
        day = purchase.0;
    }
    let days = f64::from(frequency);
    let total_amount = total(&amounts);
    let n_extras = orders.first()?.extras.len();
    let mut mean_extras = Vec::with_capacity(n_extras);
    for extra in 0..n_extras {
        mean_extras.push(total(&sorted(orders, until, Some(extra))) / days);
    }
    Some(Features {
        recency_days: until.since(last),
        frequency,
        mean_amount: total_amount / days,
        total_amount,
        tenure_days: until.since(first),
        mean_extras,
    })
}

/// Day, amount and figure of a purchase, floats as their [`key`].
type Purchase = (Day, i64, i64);

/// The purchases up to `until`, sorted, with a further figure or, where none is asked for, the amount again.
fn sorted(orders: &[Order], until: Day, extra: Option<usize>) -> Vec<Purchase> {
    let mut purchases = Vec::new();
    for order in orders {
        if order.day <= until {
            let figure = extra.map_or(Some(&order.amount), |at| order.extras.get(at));
            let figure = figure.copied().unwrap_or_default();
            purchases.push((order.day, key(order.amount), key(figure)));
        }
    }
    // A heap: a slice's own sorting algorithm would weigh three kilobytes of the browser package.
    BinaryHeap::from(purchases).into_sorted_vec()
}

fn total(purchases: &[Purchase]) -> f64 {
    let mut total = 0.0;
    for (_, _, figure) in purchases {
        total += number(*figure);
    }
    total
}

/// A number whose order is that of [`f64::total_cmp`], from which [`number`] has the float again.
fn key(figure: f64) -> i64 {
    let bits = figure.to_bits().cast_signed();
    bits ^ (bits >> 63 & i64::MAX)
}

fn number(key: i64) -> f64 {
    f64::from_bits((key ^ (key >> 63 & i64::MAX)).cast_unsigned())
}

/// What a customer spends after `until`, summed from the smallest amount to the largest.
pub fn spend_after(orders: &[Order], until: Day) -> f64 {
    let mut amounts: Vec<f64> =
        orders.iter().filter(|order| order.day > until).map(|order| order.amount).collect();
    amounts.sort_by(f64::total_cmp);
    let mut sum = 0.0;
    for amount in amounts {
        sum += amount;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn order(day: &str, amount: f64, quantity: f64) -> Order {
        Order { day: Day::parse(day).unwrap(), amount, extras: vec![quantity] }
    }

    #[test]
    fn purchases_of_one_day_count_once_and_the_last_day_counts() {
        let orders = [
            order("1997-01-31", 20.0, 2.0),
            order("1997-01-01", 10.0, 1.0),
            order("1997-01-01", 5.0, 3.0),
            order("1997-02-01", 99.0, 9.0),
        ];
        let until = Day::parse("1997-01-31").unwrap();
        let features = features(&orders, until).unwrap();
        assert_eq!(
            features,
            Features {
                recency_days: 0,
                frequency: 2,
                mean_amount: 17.5,
                total_amount: 35.0,
                tenure_days: 30,
                mean_extras: vec![3.0],
            }
        );
        assert_eq!(spend_after(&orders, until).to_bits(), 99.0_f64.to_bits());
    }

    #[test]
    fn the_order_of_orders_does_not_matter_to_the_bit() {
        let mut orders =
            [0.1, 0.2, 0.3, 1e9, -1e9, 7.7].map(|amount| order("1997-01-01", amount, amount));
        let until = Day::parse("1997-12-31").unwrap();
        let expected = features(&orders, until);
        for turn in 0..orders.len() {
            orders.rotate_left(1);
            orders.swap(0, turn);
            assert_eq!(features(&orders, until), expected);
        }
    }

    #[test]
    fn which_further_figures_are_given_does_not_matter_to_the_bit() {
        let day = Day::parse("1997-01-01").unwrap();
        let figures = [[3.0, 0.1], [1.0, 0.2], [2.0, 0.3], [0.5, 1e9], [4.0, -1e9], [1.5, 7.7]];
        let order = |extras: &[f64]| Order { day, amount: 1.0, extras: extras.to_vec() };
        let mean = |n: usize| {
            let orders = figures.map(|figures| order(&figures[n..]));
            features(&orders, day).unwrap().mean_extras.pop().unwrap()
        };
        assert_eq!(mean(0).to_bits(), mean(1).to_bits());
    }

    #[test]
    fn keys_have_the_order_of_their_numbers_and_read_back() {
        let sorted = [-f64::MAX, -1.5, -1e-320, -0.0, 0.0, 1e-320, 0.1, 7.0, f64::MAX];
        assert!(sorted.map(key).is_sorted_by(|a, b| a < b));
        for figure in sorted {
            assert_eq!(number(key(figure)).to_bits(), figure.to_bits());
        }
        assert!(sorted.is_sorted_by(|a, b| a.total_cmp(b).is_lt()));
    }

    #[test]
    fn names_of_means_read_back() {
        assert_eq!(extra_of(&mean_of("quantity")), Some("quantity"));
        for name in FIGURES.into_iter().chain(["mean_", "quantity"]) {
            assert_eq!(extra_of(name), None, "{name}");
        }
    }

    #[test]
    fn a_customer_without_a_past_purchase_has_no_columns() {
        let until = Day::parse("1996-12-31").unwrap();
        assert_eq!(features(&[order("1997-01-01", 1.0, 1.0)], until), None);
        assert_eq!(features(&[], until), None);
    }
}
