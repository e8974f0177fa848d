//! The values of a Parquet column as text, by its declared type.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{AsBytes as _, DataType};
use parquet::schema::types::ColumnDescriptor;

use super::calendar;

/// How a column's stored values become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// As the stored type says: numbers, yes/no, UTF-8.
    Plain,
    Unsigned,
    Date,
    /// Parts of a second since midnight.
    Time(i64),
    /// Parts of a second since 1970.
    Moment(i64),
    /// Digits after the point.
    Decimal(usize),
    Uuid,
    Half,
}

impl Meaning {
    /// What a column's values mean, or `None` for types that are no cell.
    pub(super) fn of(column: &ColumnDescriptor) -> Option<Self> {
        let unit = |unit: &TimeUnit| match unit {
            TimeUnit::MILLIS => 1_000,
            TimeUnit::MICROS => 1_000_000,
            TimeUnit::NANOS => 1_000_000_000,
        };
        let decimal = |scale: i32| usize::try_from(scale).ok().filter(|&s| s <= 64);
        let meaning = match column.logical_type_ref() {
            Some(LogicalType::Date) => Self::Date,
            Some(LogicalType::Time(time)) => Self::Time(unit(&time.unit)),
            Some(LogicalType::Timestamp(time)) => Self::Moment(unit(&time.unit)),
            Some(LogicalType::Integer(integer)) if !integer.is_signed => Self::Unsigned,
            Some(LogicalType::Decimal(of)) => Self::Decimal(decimal(of.scale)?),
            Some(LogicalType::Uuid) => Self::Uuid,
            Some(LogicalType::Float16) => Self::Half,
            Some(
                LogicalType::String
                | LogicalType::Enum
                | LogicalType::Json
                | LogicalType::Integer(_)
                | LogicalType::Unknown,
            ) => Self::Plain,
            Some(_) => return None,
            None => match column.converted_type() {
                ConvertedType::DATE => Self::Date,
                ConvertedType::TIME_MILLIS => Self::Time(1_000),
                ConvertedType::TIME_MICROS => Self::Time(1_000_000),
                ConvertedType::TIMESTAMP_MILLIS => Self::Moment(1_000),
                ConvertedType::TIMESTAMP_MICROS => Self::Moment(1_000_000),
                ConvertedType::DECIMAL => Self::Decimal(decimal(column.type_scale())?),
                ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64 => Self::Unsigned,
                ConvertedType::INTERVAL | ConvertedType::BSON => return None,
                _ => Self::Plain,
            },
        };
        let stored = column.physical_type();
        let fits = match meaning {
            Self::Plain => true,
            Self::Unsigned | Self::Time(_) => matches!(stored, Physical::INT32 | Physical::INT64),
            Self::Date => stored == Physical::INT32,
            Self::Moment(_) => stored == Physical::INT64,
            Self::Decimal(_) => !matches!(
                stored,
                Physical::BOOLEAN | Physical::INT96 | Physical::FLOAT | Physical::DOUBLE
            ),
            Self::Uuid => column.type_length() == 16,
            Self::Half => column.type_length() == 2,
        };
        fits.then_some(meaning)
    }

    fn integer(self, value: i64, unsigned: u64, text: &mut String) {
        use std::fmt::Write as _;
        match self {
            Self::Unsigned => drop(write!(text, "{unsigned}")),
            Self::Date => drop(calendar::day(value, text)),
            Self::Time(per_second) => calendar::time(value, per_second, text),
            Self::Moment(per_second) => calendar::moment(value, per_second, text),
            Self::Decimal(scale) => calendar::decimal(value.into(), scale, text),
            Self::Plain | Self::Uuid | Self::Half => drop(write!(text, "{value}")),
        }
    }

    /// Whether the bytes could be written as text.
    fn bytes(self, bytes: &[u8], text: &mut String) -> bool {
        use std::fmt::Write as _;
        match self {
            Self::Decimal(scale) => {
                let (Some(&first), 1..=16) = (bytes.first(), bytes.len()) else {
                    return bytes.is_empty();
                };
                // Two's complement, most significant byte first.
                let sign = if first >= 0x80 { 0xff } else { 0 };
                let mut wide = [sign; 16];
                wide[16 - bytes.len()..].copy_from_slice(bytes);
                calendar::decimal(i128::from_be_bytes(wide), scale, text);
            }
            Self::Uuid => {
                for (at, byte) in bytes.iter().enumerate() {
                    let hyphen = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
                    let _ = write!(text, "{hyphen}{byte:02x}");
                }
            }
            Self::Half => {
                let Ok(bits) = <[u8; 2]>::try_from(bytes) else { return false };
                calendar::float(half(u16::from_le_bytes(bits)), text);
            }
            _ => match std::str::from_utf8(bytes) {
                Ok(plain) => text.push_str(plain),
                Err(_) => return false,
            },
        }
        true
    }
}

/// An IEEE 754 half as a float.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1024.0 + fraction) * 2_f32.powi(exponent - 25),
    }
}

/// Why a column's values cannot be had.
pub(super) enum Trouble {
    Damaged,
    /// The row of the batch, counted from 0.
    NoText(usize),
    TooLong,
}

/// The text of some values of a column, one after another.
#[derive(Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    /// One value; empty where there is none.
    pub(super) fn get(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.text[start..self.ends[at] as usize]
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Replaces the values by the next `n` of a column, using at most `room` bytes, which shrinks.
    pub(super) fn read(
        &mut self,
        reader: &mut ColumnReader,
        meaning: Meaning,
        n: usize,
        room: &mut usize,
    ) -> Result<(), Trouble> {
        use ColumnReader as R;
        self.clear();
        #[expect(clippy::cast_sign_loss, reason = "unsigned values are stored in signed types")]
        let outcome = match reader {
            R::BoolColumnReader(r) => self.take(r, n, |value, text| {
                text.push_str(if *value { "true" } else { "false" });
                true
            }),
            R::Int32ColumnReader(r) => self.take(r, n, |&value, text| {
                meaning.integer(value.into(), (value as u32).into(), text);
                true
            }),
            R::Int64ColumnReader(r) => self.take(r, n, |&value, text| {
                meaning.integer(value, value as u64, text);
                true
            }),
            R::Int96ColumnReader(r) => self.take(r, n, |value, text| {
                calendar::moment(value.to_micros(), 1_000_000, text);
                true
            }),
            R::FloatColumnReader(r) => self.take(r, n, |value, text| {
                calendar::float(*value, text);
                true
            }),
            R::DoubleColumnReader(r) => self.take(r, n, |value, text| {
                calendar::float(*value, text);
                true
            }),
            R::ByteArrayColumnReader(r) => {
                self.take(r, n, |value, text| meaning.bytes(value.data(), text))
            }
            R::FixedLenByteArrayColumnReader(r) => {
                self.take(r, n, |value, text| meaning.bytes(value.as_bytes(), text))
            }
        };
        *room = room.checked_sub(self.text.len()).ok_or(Trouble::TooLong)?;
        outcome
    }

    fn take<T: DataType>(
        &mut self,
        reader: &mut ColumnReaderImpl<T>,
        n: usize,
        write: impl Fn(&T::T, &mut String) -> bool,
    ) -> Result<(), Trouble> {
        /// One column of a batch has at most this much text.
        const MOST: usize = 256 << 20;
        let (mut values, mut present) = (Vec::new(), Vec::new());
        let mut done = 0;
        while done < n {
            values.clear();
            present.clear();
            let (rows, _, _) = reader
                .read_records(n - done, Some(&mut present), None, &mut values)
                .map_err(|_| Trouble::Damaged)?;
            if rows == 0 {
                return Err(Trouble::Damaged);
            }
            let mut values = values.iter();
            for row in 0..rows {
                // A column that must have a value gives no levels.
                if present.get(row).is_none_or(|&level| level > 0) {
                    let value = values.next().ok_or(Trouble::Damaged)?;
                    if !write(value, &mut self.text) {
                        return Err(Trouble::NoText(done + row));
                    }
                }
                if self.text.len() > MOST {
                    return Err(Trouble::TooLong);
                }
                self.ends.push(u32::try_from(self.text.len()).map_err(|_| Trouble::TooLong)?);
            }
            done += rows;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_exact() {
        for (bits, value) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x3555, 0.333_251_95), (1, 5.960_464_5e-8)]
        {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7e00).is_nan() && half(0x7c00).is_infinite());
    }
}
