//! `trainer rfm`: orders in, one row for each customer out. The arithmetic is `shared::rfm`'s.

use std::collections::BTreeMap;

use shared::RawCell;
use shared::date::Day;
use shared::number;
use shared::rfm::{Order, features, spend_after};

use super::{Sink, output_failed, row_failed};
use crate::cli::RfmArgs;
use crate::error::Error;
use crate::screen::note;
use crate::table::Table;

pub(super) fn run(args: &RfmArgs) -> Result<(), Error> {
    let until = args.until.as_deref().map(parse_until).transpose()?;
    let table = Table::read(&args.transactions)?;
    let orders = Orders::read(&table, args)?;
    let newest = orders.by_customer.values().flatten().map(|order| order.day).max();
    let Some(newest) = newest else { return Ok(()) };
    let until = until.unwrap_or(newest);
    let with_future = newest > until;

    let mut out = csv::Writer::from_writer(Sink::open(args.out.as_deref())?);
    let figures = ["recency_days", "frequency", "mean_amount", "total_amount", "tenure_days"];
    let header = [args.customer.clone()]
        .into_iter()
        .chain(figures.map(String::from))
        .chain(orders.extras.iter().map(|name| format!("mean_{name}")))
        .chain(with_future.then(|| "future_spend".to_owned()));
    out.write_record(header).map_err(row_failed)?;
    let mut dropped = 0;
    for (customer, orders) in &orders.by_customer {
        let Some(found) = features(orders, until) else {
            dropped += 1;
            continue;
        };
        let row = [
            (*customer).to_owned(),
            found.recency_days.to_string(),
            found.frequency.to_string(),
            found.mean_amount.to_string(),
            found.total_amount.to_string(),
            found.tenure_days.to_string(),
        ]
        .into_iter()
        .chain(found.mean_extras.iter().map(f64::to_string))
        .chain(with_future.then(|| spend_after(orders, until).to_string()));
        out.write_record(row).map_err(row_failed)?;
    }
    out.into_inner().map_err(|error| output_failed(error.into_error()))?.finish()?;
    let n_customers = orders.by_customer.len();
    note(&format!("{} customers up to {until}", n_customers - dropped));
    if dropped > 0 {
        note(&format!("{dropped} of {n_customers} customers dropped: no purchase up to {until}"));
    }
    Ok(())
}

fn parse_until(text: &str) -> Result<Day, Error> {
    Day::parse(text).ok_or_else(|| Error::Usage {
        what: format!("`--until {text}` is not a day"),
        hint: "write it as YYYY-MM-DD".into(),
    })
}

struct Orders<'t> {
    /// Names of the further numeric columns.
    extras: Vec<String>,
    by_customer: BTreeMap<&'t str, Vec<Order>>,
}

impl<'t> Orders<'t> {
    fn read(table: &'t Table, args: &RfmArgs) -> Result<Self, Error> {
        let customer = table.position(&args.customer)?;
        let date = table.position(&args.date)?;
        let amount = table.position(&args.amount)?;
        let is_number = |cell| matches!(cell, RawCell::Cell { number: Some(_), .. });
        let extras: Vec<usize> = (0..table.header().len())
            .filter(|column| ![customer, date, amount].contains(column))
            .filter(|&column| table.column(column).all(is_number))
            .collect();
        let mut by_customer: BTreeMap<&str, Vec<Order>> = BTreeMap::new();
        for row in 0..table.n_rows() {
            let bad = |column: usize, expected: &str| Error::BadRows {
                path: table.path().into(),
                first: vec![(table.line(row), table.header()[column].clone(), expected.into())],
                count: 1,
                hint: "mend this row in the file",
            };
            let RawCell::Cell { text: who, .. } = table.cell(row, customer) else {
                return Err(bad(customer, "a customer"));
            };
            let RawCell::Cell { text: day, .. } = table.cell(row, date) else {
                return Err(bad(date, "a day as YYYY-MM-DD"));
            };
            let day = Day::parse(day).ok_or_else(|| bad(date, "a day as YYYY-MM-DD"))?;
            let figure = |column: usize| match table.cell(row, column) {
                RawCell::Cell { number, .. } => number.map(number::Finite::get),
                _ => None,
            };
            let amount = figure(amount).ok_or_else(|| bad(amount, "a number"))?;
            let extras = extras.iter().map(|&e| figure(e).unwrap_or_default()).collect();
            by_customer.entry(who).or_default().push(Order { day, amount, extras });
        }
        let extras = extras.into_iter().map(|e| table.header()[e].clone()).collect();
        Ok(Self { extras, by_customer })
    }
}
