//! A table's customers as validated records, in canonical order.

use std::borrow::Cow;
use std::hash::Hasher as _;

use ndarray::Array2;
use shared::column::MAX_NUMBER;
use shared::dialect::is_soft_missing;
use shared::rejected::Code;
use shared::segment_model::{Target, TargetKind};
use shared::{Column, ColumnKind, FeatureVector, RawCell, Record, Rejected, Transform, Violation};
use siphasher::sip128::{Hasher128 as _, SipHasher13};

use crate::cells::{Cell, Cells};
use crate::infer::{OTHER, Plan, day};
use crate::table::Table;
use crate::unusable::Unusable;

/// A customer's value of the target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TargetValue {
    /// Not known: the customer counts for the segments and not for the models.
    Missing,
    /// A number, in the column's unit.
    Number(f64),
    /// The id of a class.
    Class(u16),
}

/// One customer.
#[derive(Debug, Clone)]
pub struct Customer {
    /// The validated columns.
    pub record: Record,
    /// One for each target.
    pub targets: Vec<TargetValue>,
    /// Its row in the table.
    pub row: u32,
    /// A hash of the record alone: equal customers share it, so folds cut by it keep them together.
    pub fold_hash: u128,
}

/// Folds of every cross-validation.
pub const FOLDS: u8 = 5;

/// The fold of a customer whose record has this hash: equal customers share one.
pub fn fold_of(hash: u128) -> u8 {
    u8::try_from(hash % u128::from(FOLDS)).expect("below the number of folds")
}

impl Customer {
    /// The fold in which the customer is held out.
    pub fn fold(&self) -> u8 {
        fold_of(self.fold_hash)
    }
}

/// All customers in canonical order: by a keyed 128-bit hash of record and target, so that the order of the
/// file's rows cannot matter. Rows with equal hashes are equal.
#[derive(Debug)]
pub struct Dataset {
    /// The customers.
    pub customers: Vec<Customer>,
}

impl Dataset {
    /// Validates every row and puts the customers in canonical order; rows that do not fit are added to
    /// `unusable`.
    pub fn build(table: &Table, plan: &Plan, seed: u64, unusable: &mut Unusable) -> Self {
        let mut keyed = Vec::with_capacity(table.n_rows());
        Self::validate(table, plan, unusable, |row, record, targets| {
            let mut bytes = Vec::new();
            record.write_canonical(&mut bytes);
            let fold_hash = hash(seed, &bytes);
            for target in &targets {
                target.write_canonical(&mut bytes);
            }
            keyed.push((hash(seed, &bytes), Customer { record, targets, row, fold_hash }));
        });
        keyed.sort_by_key(|(hash, _)| *hash);
        Self { customers: keyed.into_iter().map(|(_, customer)| customer).collect() }
    }

    /// Hands over every customer who fits the columns, with its row; rows that do not are added to `unusable`.
    pub fn validate(
        table: &Table,
        plan: &Plan,
        unusable: &mut Unusable,
        mut take: impl FnMut(u32, Record, Vec<TargetValue>),
    ) {
        let columns: Vec<_> = plan
            .schema
            .columns()
            .iter()
            .zip(&plan.positions)
            .map(|(column, &position)| (column, table.column(position)))
            .collect();
        let mut cells = Vec::with_capacity(columns.len());
        for row in 0..table.n_rows() {
            cells.clear();
            cells.extend(columns.iter().map(|(column, of)| raw_cell(column, of, row)));
            let (mut targets, mut violations) = (Vec::new(), Vec::new());
            for (target, column) in &plan.targets {
                match target_value(target, table.column(*column), row) {
                    Ok(value) => targets.push(value),
                    Err(rejected) => violations.extend(rejected.violations),
                }
            }
            match plan.schema.validate_cells(&cells, None) {
                Ok(record) if violations.is_empty() => {
                    let row = u32::try_from(row).expect("a table has fewer than 2^32 rows");
                    take(row, record, targets);
                }
                record => {
                    let of_record = record.err().map(|rejected| rejected.violations);
                    let violations = of_record.into_iter().flatten().chain(violations).collect();
                    let value_of = |name: &str| {
                        let position = table.header().iter().position(|column| column == name)?;
                        table.column(position).text(row).map(Cow::into_owned)
                    };
                    let rejected = Rejected { violations };
                    let texts = || table.texts(row);
                    let schema = Some(&plan.schema);
                    unusable.add_rejected(table.line(row), &rejected, schema, value_of, texts);
                }
            }
        }
    }

    /// The prepared matrix, in which segments are found; rows in canonical order.
    ///
    /// # Shapes: `(n_customers, n_features)`.
    pub fn prepare(&self, transform: &Transform) -> Array2<f64> {
        prepared(transform, self.customers.iter().map(|customer| &customer.record))
    }

    /// The same with the indicators of missing values behind the features, which segment models read.
    ///
    /// # Shapes: `(n_customers, n_model_inputs)`.
    pub fn prepare_for_models(&self, transform: &Transform) -> Array2<f64> {
        let records = self.customers.iter().map(|customer| &customer.record);
        matrix(transform, records, transform.n_model_inputs(), FeatureVector::model_inputs)
    }
}

/// Records as a matrix in prepared space, in the order given.
pub fn prepared<'r>(
    transform: &Transform,
    records: impl Iterator<Item = &'r Record>,
) -> Array2<f64> {
    matrix(transform, records, transform.features().len(), FeatureVector::as_slice)
}

fn matrix<'r>(
    transform: &Transform,
    records: impl Iterator<Item = &'r Record>,
    width: usize,
    row: impl Fn(&FeatureVector) -> &[f64],
) -> Array2<f64> {
    let mut values = Vec::new();
    for record in records {
        values.extend_from_slice(row(&transform.apply(record)));
    }
    Array2::from_shape_vec((values.len() / width, width), values).expect("every row is as wide")
}

/// A cell as its column takes it. A table has typed `20120904` as a number before it was known to be a day.
pub(crate) fn raw_cell<'t>(column: &Column, cells: &'t Cells, row: usize) -> RawCell<'t> {
    let typed = cells.get(row);
    match (&column.kind, typed) {
        (ColumnKind::Date { order }, Cell::Number(_)) => {
            let day = day(typed, cells, *order);
            day.map_or_else(|| column.cell(cells.raw(row)), RawCell::Day)
        }
        _ => column.cell(cells.raw(row)),
    }
}

fn target_value(target: &Target, cells: &Cells, row: usize) -> Result<TargetValue, Rejected> {
    let cell = cells.get(row);
    let is_soft = |code| is_soft_missing(cells.words().get(code));
    match (&target.kind, cell) {
        (_, Cell::Missing) => Ok(TargetValue::Missing),
        (TargetKind::Number, Cell::Word(code)) if is_soft(code) => Ok(TargetValue::Missing),
        (TargetKind::Number, Cell::Number(number)) if number.abs() <= MAX_NUMBER => {
            Ok(TargetValue::Number(number))
        }
        (TargetKind::Number, cell) => {
            let (code, expected) = match cell {
                Cell::Number(_) => (Code::OutOfBounds, "a number between -1e15 and 1e15"),
                _ => (Code::NotANumber, "a number"),
            };
            let violation = Violation::new(&target.name, code, expected.to_owned());
            Err(Rejected { violations: vec![violation] })
        }
        (TargetKind::Class { classes }, _) => {
            let text = cells.text(row).unwrap_or_default();
            // Words too rare to be a class of their own are the last one, `(other)`.
            let folded = classes.len() - 1;
            let known = classes.iter().position(|class| *class == text);
            if let Some(id) = known.or((classes[folded] == OTHER).then_some(folded)) {
                return Ok(TargetValue::Class(u16::try_from(id).unwrap_or(u16::MAX)));
            }
            let expected = format!("one of {}", classes.join(", "));
            let violation = Violation::new(&target.name, Code::UnknownLevel, expected);
            Err(Rejected { violations: vec![violation] })
        }
    }
}

impl TargetValue {
    fn write_canonical(self, out: &mut Vec<u8>) {
        match self {
            Self::Missing => out.push(0),
            Self::Number(number) => {
                out.push(1);
                out.extend_from_slice(&number.to_bits().to_le_bytes());
            }
            Self::Class(id) => {
                out.push(2);
                out.extend_from_slice(&id.to_le_bytes());
            }
        }
    }
}

fn hash(seed: u64, bytes: &[u8]) -> u128 {
    let mut hasher = SipHasher13::new_with_keys(seed, 0x5765_6467_6520_726f);
    hasher.write(bytes);
    hasher.finish128().as_u128()
}
