//! Which columns of a file of orders are the customer, the day and the amount.

use crate::cells::{Cell, Cells};
use crate::cli::RfmArgs;
use crate::error::Error;
use crate::names;
use crate::screen::{note, warn};
use crate::table::Table;

/// Names that say what a column is for, as words; the first is taken before all others.
struct Known {
    option: &'static str,
    what: &'static str,
    names: &'static [&'static str],
}

const CUSTOMER: Known = Known {
    option: "--customer",
    what: "the customer",
    names: &[
        "customer_id",
        "customer id",
        "customerid",
        "cust id",
        "custid",
        "client id",
        "clientid",
        "user id",
        "userid",
        "member id",
        "customer no",
        "customer number",
        "customer",
        "client",
    ],
};

const DATE: Known = Known {
    option: "--date",
    what: "the day",
    names: &[
        "date",
        "invoice date",
        "order date",
        "purchase date",
        "transaction date",
        "sale date",
        "sales date",
        "order purchase timestamp",
        "timestamp",
        "day",
        "datum",
    ],
};

const AMOUNT: Known = Known {
    option: "--amount",
    what: "the amount",
    names: &[
        "amount",
        "total amount",
        "order amount",
        "order total",
        "total price",
        "total",
        "revenue",
        "sales",
        "order value",
        "payment value",
        "unit price",
        "price",
    ],
};

const PRICES: [&str; 2] = ["unit price", "price"];
const QUANTITIES: [&str; 2] = ["quantity", "qty"];

/// Where the columns stand.
pub(super) struct Columns {
    pub(super) customer: usize,
    pub(super) date: usize,
    pub(super) amount: usize,
    /// Times the amount.
    pub(super) quantity: Option<usize>,
    /// Further figures.
    pub(super) extras: Vec<usize>,
}

impl Columns {
    /// Finds them: those that were told, else those of the usual names, and says which.
    ///
    /// # Errors
    /// When one is not there, or several may be it.
    pub(super) fn find(table: &Table, args: &RfmArgs) -> Result<Self, Error> {
        let customer = position(table, args.customer.as_deref(), &CUSTOMER)?;
        let date = position(table, args.date.as_deref(), &DATE)?;
        let amount = position(table, args.amount.as_deref(), &AMOUNT)?;
        let quantity = args.quantity.as_deref().map(|name| table.position(name)).transpose()?;
        let header = table.header();
        let about = header.iter().find(|name| names::is(name, &QUANTITIES));
        if let (None, Some(about)) = (quantity, about)
            && names::is(&header[amount], &PRICES)
        {
            warn(&format!(
                "`{}` may be the price of one: `--quantity \"{about}\"` multiplies",
                header[amount]
            ));
        }
        let is_extra = |column: &usize| {
            let cells = table.column(*column);
            let is_other = ![customer, date, amount].contains(column);
            is_other && cells.iter().all(|cell| matches!(cell, Cell::Number(_)))
        };
        let is_figure = |column: &usize| {
            Some(*column) == quantity
                || !(is_identifier(&header[*column]) || counts_rows(table.column(*column)))
        };
        let (extras, left): (Vec<usize>, Vec<usize>) =
            (0..header.len()).filter(is_extra).partition(is_figure);
        if !left.is_empty() {
            let left: Vec<String> = left.iter().map(|&c| format!("`{}`", header[c])).collect();
            note(&format!("left out as identifiers: {}", left.join(", ")));
        }
        Ok(Self { customer, date, amount, quantity, extras })
    }
}

fn position(table: &Table, told: Option<&str>, known: &Known) -> Result<usize, Error> {
    let header = table.header();
    let usual = known.names[0];
    if told.is_some() || header.iter().any(|name| name == usual) {
        return table.position(told.unwrap_or(usual));
    }
    let like: Vec<usize> =
        (0..header.len()).filter(|&column| names::is(&header[column], known.names)).collect();
    let Known { option, what, .. } = known;
    match like.as_slice() {
        [] => table.position(usual).map_err(|error| match error {
            Error::BadTable { path, line, what, hint } => {
                let hint = format!("say which with `{option}`; {hint}");
                Error::BadTable { path, line, what, hint }
            }
            other => other,
        }),
        [only] => {
            note(&format!("{what}: `{}`", header[*only]));
            Ok(*only)
        }
        several => {
            let names: Vec<String> =
                several.iter().map(|&column| format!("`{}`", header[column])).collect();
            Err(Error::BadTable {
                path: table.path().into(),
                line: 1,
                what: format!("{what} may be {}", names.join(" or ")),
                hint: format!("say which with `{option}`"),
            })
        }
    }
}

/// Whether a name is that of an identifier; a number of things is none.
fn is_identifier(name: &str) -> bool {
    names::sounds_like_an_identifier(name) && !names::says(name, &["number of", "no of", "num of"])
}

/// Whether a column counts the rows.
fn counts_rows(cells: &Cells) -> bool {
    let numbers = || cells.iter().map(|cell| if let Cell::Number(n) = cell { n } else { f64::NAN });
    let pairs = || numbers().zip(numbers().skip(1));
    pairs().nth(1).is_some() && pairs().all(|(one, next)| next - one == 1.0)
}
