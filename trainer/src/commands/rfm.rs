//! `trainer rfm`: orders in, one row for each customer out. The arithmetic is `shared::rfm`'s.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use shared::date::{DateOrder, Day};
use shared::rejected::Code;
use shared::rfm::{FIGURES, Order, features, mean_of, spend_after};
use shared::{Rejected, Violation};

use super::Sink;
use super::rfm_columns::Columns;
use super::rows::{Cell, RowWriter};
use crate::cells::{Cell as Typed, Cells};
use crate::cli::RfmArgs;
use crate::error::Error;
use crate::infer::findings::Findings;
use crate::infer::kinds::Kind;
use crate::infer::{dates, day};
use crate::inputs::Inputs;
use crate::profile::Profile;
use crate::screen::note;
use crate::settings::Settings;
use crate::table::Table;
use crate::unusable::Unusable;

pub(super) fn run(args: &RfmArgs) -> Result<(), Error> {
    let results: Vec<&Path> = args.out.as_deref().into_iter().collect();
    Inputs::of(&args.transactions, &args.read).spare(&results, Some(&args.rows))?;
    let until = args.until.as_deref().map(parse_until).transpose()?;
    let mut unusable = Unusable::new(&args.rows);
    let table = Table::read(&args.transactions, &Settings::reading(&args.read)?, &mut unusable)?;
    note(&format!("read as: {}", table.read_as()));
    let orders = Orders::read(&table, args, &mut unusable)?;
    unusable.settle(table.path(), table.header())?;
    let newest = orders.by_customer.values().flatten().map(|order| order.day).max();
    let Some(newest) = newest else { return Ok(()) };
    let until = until.unwrap_or(newest);
    let with_future = newest > until;

    let header: Vec<String> = [orders.customer.clone()]
        .into_iter()
        .chain(FIGURES.map(String::from))
        .chain(orders.extras.iter().map(|name| mean_of(name)))
        .chain(with_future.then(|| "future_spend".to_owned()))
        .collect();
    let sink = Sink::open(args.out.as_deref())?;
    let mut out = RowWriter::create(sink, args.json, header.iter().map(String::as_str));
    let mut dropped = 0;
    for (customer, orders) in &orders.by_customer {
        let Some(found) = features(orders, until) else {
            dropped += 1;
            continue;
        };
        let row = [Cell::Given(customer)]
            .into_iter()
            .chain(found.figures().map(Cell::Number))
            .chain(found.mean_extras.iter().map(|&mean| Cell::Number(mean)))
            .chain(with_future.then(|| Cell::Number(spend_after(orders, until))));
        out.write(row)?;
    }
    out.finish()?;
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

struct Orders {
    /// The name of the column that names the customer.
    customer: String,
    /// Names of the further numeric columns.
    extras: Vec<String>,
    by_customer: BTreeMap<String, Vec<Order>>,
}

impl Orders {
    fn read(table: &Table, args: &RfmArgs, unusable: &mut Unusable) -> Result<Self, Error> {
        let columns = Columns::find(table, args)?;
        let positions = [columns.customer, columns.date, columns.amount];
        let [customer, date, amount] = positions.map(|position| table.column(position));
        let quantity = columns.quantity.map(|position| table.column(position));
        let order = date_order(table, date, columns.date, args)?;
        let extras = &columns.extras;
        let name = |position: usize| table.header()[position].as_str();
        let figure = |cells: &Cells, row: usize| match cells.get(row) {
            Typed::Number(number) => Some(number),
            _ => None,
        };
        let mut by_customer: BTreeMap<String, Vec<Order>> = BTreeMap::new();
        for row in 0..table.n_rows() {
            let (who, day, paid) =
                (customer.text(row), day(date.get(row), date, order), figure(amount, row));
            let times = quantity.map_or(Some(1.0), |quantity| figure(quantity, row));
            if let (Some(who), Some(day), Some(price), Some(times)) = (&who, day, paid, times) {
                let amount = price * times;
                let extras = extras.iter().filter_map(|&e| figure(table.column(e), row)).collect();
                by_customer.entry(who.clone().into_owned()).or_default().push(Order {
                    day,
                    amount,
                    extras,
                });
                continue;
            }
            let lacking = [
                (columns.customer, who.is_none(), "a customer"),
                (columns.date, day.is_none(), "a day"),
                (columns.amount, paid.is_none(), "a number"),
                (columns.quantity.unwrap_or_default(), times.is_none(), "a number"),
            ];
            let violations = lacking
                .into_iter()
                .filter(|(_, lacks, _)| *lacks)
                .map(|(at, _, expected)| {
                    Violation::new(name(at), Code::NotANumber, expected.into())
                })
                .collect();
            let value_of = |name: &str| {
                let position = table.header().iter().position(|column| column == name)?;
                table.column(position).text(row).map(Cow::into_owned)
            };
            let rejected = Rejected { violations };
            unusable.add_rejected(table.line(row), &rejected, None, value_of, || table.texts(row));
        }
        let extras = extras.iter().map(|&e| name(e).to_owned()).collect();
        Ok(Self { customer: name(columns.customer).to_owned(), extras, by_customer })
    }
}

/// The order in which the days are written: as told, or as they can be read.
fn date_order(
    table: &Table,
    date: &Cells,
    position: usize,
    args: &RfmArgs,
) -> Result<DateOrder, Error> {
    let found = dates::settle(&Profile::of(date), args.date_order);
    let mut findings = Findings::default();
    if let Some(trouble) = &found.trouble {
        findings.date_trouble(table, position, trouble);
        return Err(Error::Unready { path: table.path().into(), findings: findings.into_errors() });
    }
    Ok(if let Kind::Date(order) = found.kind { order } else { DateOrder::Ymd })
}
