//! Canaries, as they are written.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::finite;
use crate::canary::{Canaries, MAX_CANARIES};
use crate::column::Column;
use crate::record::{Record, Value};
use crate::schema::Schema;

#[derive(Serialize, Deserialize)]
pub(super) struct WireCanaries {
    /// `(n_canaries, n_columns)`, flat.
    pub(super) values: Vec<WireValue>,
    pub(super) segments: Vec<u16>,
    pub(super) figures: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
pub(super) enum WireValue {
    Missing,
    Number(f64),
    Level(u16),
}

impl WireCanaries {
    pub(super) fn of(canaries: &Canaries) -> Self {
        let values = canaries.records.iter().flat_map(Record::values);
        Self {
            values: values.map(WireValue::from).collect(),
            segments: canaries.segments.clone(),
            figures: canaries.figures.clone(),
        }
    }

    /// `None` when a value does not fit its column or the shapes do not fit.
    pub(super) fn read(self, schema: &Schema) -> Option<Canaries> {
        let columns = schema.columns();
        let n_canaries = self.segments.len();
        if n_canaries > MAX_CANARIES || self.values.len() != n_canaries * columns.len() {
            return None;
        }
        let mut records = Vec::with_capacity(self.segments.len());
        for row in self.values.chunks_exact(columns.len()) {
            let values: Option<Vec<Value>> =
                row.iter().zip(columns).map(|(value, column)| value.read(column)).collect();
            records.push(Record::new(values?));
        }
        Some(Canaries { records, segments: self.segments, figures: self.figures })
    }
}

impl WireValue {
    fn read(&self, column: &Column) -> Option<Value> {
        let value = match self {
            Self::Missing => Value::Missing,
            Self::Number(number) => Value::Number(finite(*number)?),
            Self::Level(id) => Value::Level(*id),
        };
        column.holds(&value).then_some(value)
    }
}

impl From<&Value> for WireValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Missing => Self::Missing,
            Value::Number(number) => Self::Number(number.get()),
            Value::Level(id) => Self::Level(*id),
        }
    }
}
