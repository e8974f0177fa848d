//! A customer as their orders: for a model whose columns are those that `trainer rfm` makes.
//!
//! ```json
//! {"orders": [{"date": "2026-11-02", "amount": 12.5, "quantity": 2}], "as_of": "2026-11-22"}
//! ```
//!
//! Every order has a `date` (`YYYY-MM-DD`, with or without a time behind it, which does not count), an `amount`
//! (what was paid) and, for each column `mean_x` that the model asks for, a number `x`; its other members do
//! not matter. `as_of` is asked for, since "today" would give the same request another answer tomorrow; orders
//! after it do not count. The columns are computed by [`rfm::features`], as `trainer rfm` does, and then
//! checked as if they had been sent.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::column::{A_DATE, Column, ColumnKind, MAX_NUMBER, read_day};
use crate::date::Day;
use crate::json::cell;
use crate::json_reader::{Fault, Reader};
use crate::number::Finite;
use crate::raw::{RawCell, RawRecord};
use crate::record::Record;
use crate::rejected::{Code, Rejected, Violation, pointer};
use crate::rfm::{self, Order};
use crate::schema::{AS_OF, Schema};

/// The field that holds the orders.
pub const ORDERS: &str = "orders";

/// The member of an order that is its day.
pub const DATE: &str = "date";

/// The member of an order that is what was paid.
pub const AMOUNT: &str = "amount";

/// Of one customer so many violations are told.
const MAX_VIOLATIONS: usize = 100;

/// How a model's columns follow from orders.
#[derive(Debug)]
pub struct Form<'s> {
    schema: &'s Schema,
    /// The numbers of an order: [`AMOUNT`], then the further figures.
    numbers: Vec<&'s str>,
}

impl<'s> Form<'s> {
    /// The form that a model's customers can be sent in; `None` when its columns do not follow from orders.
    ///
    /// They do when every column that a customer may not lack is numeric and one of [`rfm::FIGURES`] or a
    /// [`rfm::mean_of`] something, at least three of [`rfm::FIGURES`] are among the columns, and no column
    /// has a name of this form's own.
    pub fn of(schema: &'s Schema) -> Option<Self> {
        let mut numbers = Vec::new();
        numbers.push(AMOUNT);
        let mut n_figures = 0;
        for column in schema.columns() {
            let name = column.name.as_str();
            let is_numeric = matches!(column.kind, ColumnKind::Numeric { .. });
            if Self::knows(name) {
                return None;
            }
            if rfm::FIGURES.contains(&name) && is_numeric {
                n_figures += 1;
            } else if !column.optional {
                let extra = rfm::extra_of(name).filter(|_| is_numeric)?;
                if extra == DATE || extra == AMOUNT {
                    return None;
                }
                numbers.push(extra);
            } else if rfm::FIGURES.contains(&name) {
                return None;
            }
        }
        (n_figures >= 3).then_some(Self { schema, numbers })
    }

    /// The numbers that every order must have: [`AMOUNT`] and the further figures.
    pub fn numbers(&self) -> &[&'s str] {
        &self.numbers
    }

    /// Whether a column is computed from orders.
    pub fn computes(&self, column: &str) -> bool {
        self.source(column).is_some()
    }

    /// Which of the values a column is: those of [`rfm::FIGURES`], then the means of the further figures.
    fn source(&self, column: &str) -> Option<usize> {
        let figures = rfm::FIGURES.len() - 1;
        match rfm::extra_of(column) {
            Some(extra) => self.numbers.iter().position(|n| *n == extra).map(|at| figures + at),
            None => rfm::FIGURES.iter().position(|figure| *figure == column),
        }
    }

    /// Whether a field is one of this form: the orders or their day.
    pub fn knows(name: &str) -> bool {
        name == ORDERS || name == AS_OF
    }

    /// Computes the columns from the orders, and checks them with the others as [`Schema::validate`] does.
    ///
    /// # Errors
    /// At most 100 violations, at once: columns beside the orders that they follow from, the day, the orders as
    /// they stand, and the columns that do not follow from orders. What is wrong with a computed column is told
    /// when all else is right.
    pub fn validate(&self, raw: &RawRecord) -> Result<Record, Rejected> {
        let mut violations = Violations(Vec::new());
        for Column { name, .. } in self.schema.columns() {
            if self.computes(name) && raw.has(name) {
                violations.add(pointer(name), Code::Conflict, "either this field or `orders`");
            }
        }
        let until = day(raw.get(AS_OF));
        if let Err(code) = until {
            violations.add(pointer(AS_OF), code, A_DATE);
        }
        let orders = self.read(raw.get(ORDERS), &mut violations);
        let mut values = Vec::new();
        if let (Ok(until), true) = (until, violations.0.is_empty()) {
            if let Some(features) = rfm::features(&orders, until) {
                for value in features.figures().iter().chain(&features.mean_extras) {
                    let number = Finite::new(*value);
                    values.push(number.map_or(RawCell::NotFinite, RawCell::Number));
                }
            } else {
                violations.add(pointer(ORDERS), Code::NoPastOrder, "an order up to `as_of`");
            }
        }
        let cell = |_, column: &Column| match self.source(&column.name) {
            Some(source) => values.get(source).unwrap_or(&RawCell::Missing),
            None => raw.get(&column.name),
        };
        let checked = self.schema.validate_with(&cell, until.ok());
        let mut violations = violations.0;
        if violations.is_empty() {
            return checked;
        }
        if let Err(rejected) = checked {
            for violation in rejected.violations {
                // A column that may not be missing is one that the orders would have given.
                if violation.code != Code::Missing {
                    violations.push(violation);
                }
            }
        }
        violations.truncate(MAX_VIOLATIONS);
        Err(Rejected { violations })
    }

    /// The orders; what is wrong with them goes to `violations`, and then they are not to be used.
    fn read(&self, orders: &RawCell, violations: &mut Violations) -> Vec<Order> {
        let mut read = Vec::new();
        let mut at: usize = 0;
        let mut reader =
            Reader::lenient(if let RawCell::Nested(text) = orders { text } else { "" });
        let is_list = reader.items(|reader| {
            if let Some(order) = self.order(at, reader, violations)? {
                read.push(order);
            }
            at += 1;
            Ok(violations.0.len() < MAX_VIOLATIONS)
        });
        // A nested cell whose text is not JSON was not read from JSON: that it is no list says enough.
        if !is_list.unwrap_or(false) {
            let is_missing = *orders == RawCell::Missing;
            let code = if is_missing { Code::Missing } else { Code::NotAList };
            violations.add(pointer(ORDERS), code, "a list of orders");
        }
        read
    }

    fn order(
        &self,
        at: usize,
        reader: &mut Reader,
        violations: &mut Violations,
    ) -> Result<Option<Order>, Fault> {
        let mut date = Err(Code::Missing);
        let mut numbers = Vec::with_capacity(self.numbers.len());
        for _ in &self.numbers {
            numbers.push(Err(Code::Missing));
        }
        let is_object = reader.members(&mut |name, value| {
            let cell = cell(value);
            if name == DATE {
                date = day(&cell);
            }
            for (known, slot) in self.numbers.iter().zip(&mut numbers) {
                if name == *known {
                    *slot = number(&cell);
                }
            }
        })?;
        if !is_object {
            reader.value(0)?;
            violations.add_at(at, None, Code::NotAnObject, "an order");
            return Ok(None);
        }
        if let Err(code) = date {
            violations.add_at(at, Some(DATE), code, A_DATE);
        }
        let mut amount = None;
        let mut extras = Vec::with_capacity(numbers.len());
        for (name, number) in self.numbers.iter().zip(numbers) {
            match number {
                Ok(number) if amount.is_none() => amount = Some(number),
                Ok(number) => extras.push(number),
                Err(code) => violations.add_at(at, Some(name), code, A_NUMBER),
            }
        }
        Ok(date.ok().zip(amount).map(|(day, amount)| Order { day, amount, extras }))
    }
}

struct Violations(Vec<Violation>);

impl Violations {
    // One copy: it would weigh more in each of its callers than the call.
    #[inline(never)]
    fn add(&mut self, pointer: String, code: Code, expected: &str) {
        self.0.push(Violation { pointer, code, expected: expected.into() });
    }

    /// Of an order, or one of its members.
    #[inline(never)]
    fn add_at(&mut self, at: usize, member: Option<&str>, code: Code, expected: &str) {
        let member = member.map(pointer).unwrap_or_default();
        self.add([&pointer(ORDERS), "/", &at.to_string(), &member].concat(), code, expected);
    }
}

/// Within [`MAX_NUMBER`], as of a column without bounds of its own.
const A_NUMBER: &str = "a number between -1e15 and 1e15";

fn number(cell: &RawCell) -> Result<f64, Code> {
    match cell {
        RawCell::Missing => Err(Code::Missing),
        RawCell::Number(number) if number.get().abs() <= MAX_NUMBER => Ok(number.get()),
        RawCell::Number(_) | RawCell::NotFinite => Err(Code::OutOfBounds),
        RawCell::Nested(_) => Err(Code::Nested),
        _ => Err(Code::NotANumber),
    }
}

fn day(cell: &RawCell) -> Result<Day, Code> {
    if *cell == RawCell::Missing { Err(Code::Missing) } else { read_day(cell) }
}

#[cfg(test)]
mod tests;
