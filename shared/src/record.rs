//! A customer whose every field is typed and inside its bounds.

use alloc::vec::Vec;

use crate::number::Finite;

/// One typed value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// Absent, which the column allows.
    Missing,
    /// A number inside the column's bounds.
    Number(Finite),
    /// The id of one of the column's words.
    Level(u16),
}

/// A customer as the model sees them: one typed value for every column of the schema, in its order.
///
/// Made only by [`Schema::validate`](crate::schema::Schema::validate). Equal records have equal bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    values: Vec<Value>,
}

impl Record {
    /// Only the schema and the artifact's reader, which check, may call this.
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self { values }
    }

    /// The values, in column order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Appends the record's canonical bytes: for each value a tag, then the number's bits or the id, little
    /// endian. Equal records append equal bytes, different ones different bytes.
    pub fn write_canonical(&self, out: &mut Vec<u8>) {
        for value in &self.values {
            value.write_canonical(out);
        }
    }
}

impl Value {
    /// Appends the value's canonical bytes, as [`Record::write_canonical`] does for all.
    pub fn write_canonical(&self, out: &mut Vec<u8>) {
        match self {
            Self::Missing => out.push(0),
            Self::Number(number) => {
                out.push(1);
                out.extend_from_slice(&number.get().to_bits().to_le_bytes());
            }
            Self::Level(id) => {
                out.push(2);
                out.extend_from_slice(&id.to_le_bytes());
            }
        }
    }
}
