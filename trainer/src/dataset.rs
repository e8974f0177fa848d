//! A table's customers as validated records, in canonical order.

use std::hash::Hasher as _;

use ndarray::Array2;
use shared::column::MAX_NUMBER;
use shared::number::Finite;
use shared::rejected::Code;
use shared::segment_model::{Target, TargetKind};
use shared::{RawCell, Record, Rejected, Transform, Violation};
use siphasher::sip128::{Hasher128 as _, SipHasher13};

use crate::error::Error;
use crate::infer::Understanding;
use crate::table::Table;
use crate::violations::Violations;

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
    /// The target's value, when there is a target.
    pub target: TargetValue,
    /// A hash of the record alone: equal customers share it, so folds cut by it keep them together.
    pub fold_hash: u128,
}

/// All customers in canonical order: by a keyed 128-bit hash of record and target, so that the order of the
/// file's rows cannot matter. Rows with equal hashes are equal.
#[derive(Debug)]
pub struct Dataset {
    /// The customers.
    pub customers: Vec<Customer>,
}

impl Dataset {
    /// Validates every row and puts the customers in canonical order.
    ///
    /// # Errors
    /// All values that cannot be used, at once.
    pub fn build(table: &Table, understood: &Understanding, seed: u64) -> Result<Self, Error> {
        let mut keyed = Vec::with_capacity(table.n_rows());
        let mut violations = Violations::default();
        let mut cells = Vec::with_capacity(understood.positions.len());
        for row in 0..table.n_rows() {
            cells.clear();
            cells.extend(understood.positions.iter().map(|&column| table.cell(row, column)));
            let target = match &understood.target {
                Some((target, column)) => target_value(target, &table.cell(row, *column)),
                None => Ok(TargetValue::Missing),
            };
            match (understood.schema.validate_cells(&cells), target) {
                (Ok(record), Ok(target)) => {
                    let mut bytes = Vec::new();
                    record.write_canonical(&mut bytes);
                    let fold_hash = hash(seed, &bytes);
                    target.write_canonical(&mut bytes);
                    keyed.push((hash(seed, &bytes), Customer { record, target, fold_hash }));
                }
                (record, target) => {
                    for rejected in [record.err(), target.err()].into_iter().flatten() {
                        violations.add(table.line(row), &rejected);
                    }
                }
            }
        }
        violations.into_result(
            table.path(),
            "mend these rows, or leave the columns out with `--ignore`",
        )?;
        keyed.sort_by_key(|(hash, _)| *hash);
        Ok(Self { customers: keyed.into_iter().map(|(_, customer)| customer).collect() })
    }

    /// The prepared matrix, rows in canonical order.
    ///
    /// # Shapes: `(n_customers, n_features)`.
    pub fn prepare(&self, transform: &Transform) -> Array2<f64> {
        prepared(transform, self.customers.iter().map(|customer| &customer.record))
    }
}

/// Records as a matrix in prepared space, in the order given.
pub fn prepared<'r>(
    transform: &Transform,
    records: impl Iterator<Item = &'r Record>,
) -> Array2<f64> {
    let n_features = transform.features().len();
    let mut values = Vec::new();
    for record in records {
        values.extend_from_slice(transform.apply(record).as_slice());
    }
    Array2::from_shape_vec((values.len() / n_features, n_features), values)
        .expect("every vector has n_features values")
}

fn target_value(target: &Target, cell: &RawCell) -> Result<TargetValue, Rejected> {
    let RawCell::Cell { text, number } = cell else { return Ok(TargetValue::Missing) };
    match &target.kind {
        TargetKind::Number => match number.map(Finite::get) {
            Some(number) if number.abs() <= MAX_NUMBER => Ok(TargetValue::Number(number)),
            _ => {
                let expected = "a number between -1e15 and 1e15".to_owned();
                let violation = Violation::new(&target.name, Code::OutOfBounds, expected);
                Err(Rejected { violations: vec![violation] })
            }
        },
        TargetKind::Class { classes } => {
            let known = classes.iter().position(|class| class == text);
            // Words too rare to be a class of their own are the last one, `(other)`.
            let id = known.unwrap_or(classes.len() - 1);
            Ok(TargetValue::Class(u16::try_from(id).unwrap_or(u16::MAX)))
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
