//! Recency, frequency and monetary value: a customer's orders as columns (Fader, Hardie and Lee 2005 for the
//! convention that days count, not orders).

use alloc::vec;
use alloc::vec::Vec;

use crate::date::Day;

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

/// A customer's columns from their orders up to and including `until`, in any order.
///
/// `None` when there is no order up to then. Sums are taken in an order of their own, so that the order in
/// which the orders are given does not matter, to the bit.
pub fn features(orders: &[Order], until: Day) -> Option<Features> {
    let mut past: Vec<&Order> = orders.iter().filter(|order| order.day <= until).collect();
    past.sort_by(|a, b| {
        let extras = || a.extras.iter().zip(&b.extras).map(|(x, y)| x.total_cmp(y));
        let by_extras = || extras().find(|o| o.is_ne()).unwrap_or(core::cmp::Ordering::Equal);
        a.day.cmp(&b.day).then(a.amount.total_cmp(&b.amount)).then_with(by_extras)
    });
    let (first, last) = (past.first()?, past.last()?);
    let mut frequency = 1;
    let mut total_amount = 0.0;
    let mut total_extras = vec![0.0; first.extras.len()];
    let mut day = first.day;
    for order in &past {
        frequency += u32::from(order.day != day);
        day = order.day;
        total_amount += order.amount;
        for (total, extra) in total_extras.iter_mut().zip(&order.extras) {
            *total += extra;
        }
    }
    let days = f64::from(frequency);
    Some(Features {
        recency_days: until.since(last.day),
        frequency,
        mean_amount: total_amount / days,
        total_amount,
        tenure_days: until.since(first.day),
        mean_extras: total_extras.into_iter().map(|total| total / days).collect(),
    })
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
    fn a_customer_without_a_past_purchase_has_no_columns() {
        let until = Day::parse("1996-12-31").unwrap();
        assert_eq!(features(&[order("1997-01-01", 1.0, 1.0)], until), None);
        assert_eq!(features(&[], until), None);
    }
}
