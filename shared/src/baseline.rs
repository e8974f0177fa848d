//! What the customers of training looked like, so that later ones can be compared with them.

use alloc::vec::Vec;

use crate::number::Finite;
use crate::record::{Record, Value};
use crate::schema::Schema;

/// Shares are counted in this many parts.
pub const PARTS: u16 = 10_000;

/// How the customers of training were spread over the bins of each column, and over the segments.
///
/// Shares are in ten thousandths and sum to [`PARTS`]. A bin of fewer customers than `least` has share 0, and its
/// customers count for the largest bin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    rows: u32,
    least: u32,
    columns: Vec<Bins>,
    segments: Vec<u16>,
}

/// The bins of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bins {
    /// Between which numbers, or days before `as_of`, lie in different bins, strictly ascending: a bin ends with
    /// its cut. None for words, each of which has a bin by its id.
    pub cuts: Vec<Finite>,
    /// The share of each bin; behind them that of the customers who lack the column.
    pub shares: Vec<u16>,
}

impl Baseline {
    /// Bins for each column of `schema`, of so many customers; and the share of each segment.
    ///
    /// Returns `None` unless there are customers, `least` is positive, cuts ascend, every column has as many
    /// shares as bins, shares sum to [`PARTS`], and none is of customers who lack what nobody may lack.
    pub fn new(
        schema: &Schema,
        rows: u32,
        least: u32,
        columns: Vec<Bins>,
        segments: Vec<u16>,
    ) -> Option<Self> {
        let baseline = Self { rows, least, columns, segments };
        baseline.fits(schema, baseline.segments.len()).then_some(baseline)
    }

    /// Whether it is of such columns and so many segments.
    pub(crate) fn fits(&self, schema: &Schema, n_segments: usize) -> bool {
        let columns = schema.columns();
        let bins_fit = columns.iter().zip(&self.columns).all(|(column, bins)| {
            let n_ids = column.kind.n_ids();
            let ascend = bins.cuts.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
            let n_bins = if n_ids == 0 { bins.cuts.len() + 1 } else { n_ids };
            let missing = bins.shares.last().copied().unwrap_or_default();
            ascend
                && (n_ids == 0 || bins.cuts.is_empty())
                && bins.shares.len() == n_bins + 1
                && is_whole(&bins.shares)
                && (column.optional || missing == 0)
        });
        self.rows > 0
            && self.least > 0
            && self.columns.len() == columns.len()
            && bins_fit
            && self.segments.len() == n_segments
            && is_whole(&self.segments)
    }

    /// The number of customers.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Bins of fewer customers have share 0.
    pub fn least(&self) -> u32 {
        self.least
    }

    /// The bins, in column order.
    pub fn columns(&self) -> &[Bins] {
        &self.columns
    }

    /// The share of each segment, by position.
    pub fn segments(&self) -> &[u16] {
        &self.segments
    }

    /// The bin of a customer in every column, in column order: a number's is the first whose cut is not below
    /// it, a word's its id; one who lacks the column is in the last.
    pub fn bin(&self, record: &Record) -> Vec<u16> {
        let values = self.columns.iter().zip(record.values());
        values.map(|(bins, value)| bins.bin(value)).collect()
    }
}

impl Bins {
    /// The bin of a value; see [`Baseline::bin`].
    pub fn bin(&self, value: &Value) -> u16 {
        let bin = match value {
            Value::Number(x) => self.cuts.iter().take_while(|cut| *cut < x).count(),
            Value::Level(id) => return *id,
            Value::Missing => self.shares.len().saturating_sub(1),
        };
        u16::try_from(bin).unwrap_or(u16::MAX)
    }
}

fn is_whole(shares: &[u16]) -> bool {
    shares.iter().map(|&share| u64::from(share)).sum::<u64>() == u64::from(PARTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use alloc::vec;

    #[test]
    fn a_bin_ends_with_its_cut_and_what_is_missing_comes_last() {
        let baseline = example::parts().baseline;
        let bins = |json| baseline.bin(&example::record(json));
        assert_eq!(
            bins(r#"{"age": 30, "married": true, "size": "High", "job": "Doctor"}"#),
            [0, 1, 1, 1, 2]
        );
        assert_eq!(
            bins(r#"{"age": 30.5, "married": false, "job": "Smith", "joined": "2024-03-01"}"#),
            [1, 0, 2, 2, 0]
        );
        assert_eq!(bins(r#"{"age": 99, "joined": "2020-03-01"}"#), [2, 2, 2, 3, 1]);
    }

    #[test]
    fn what_contradicts_itself_or_the_columns_is_refused() {
        let parts = example::parts();
        let sound = &parts.baseline;
        let refused = |change: fn(&mut Baseline)| {
            let mut changed = sound.clone();
            change(&mut changed);
            let Baseline { rows, least, columns, segments } = changed.clone();
            assert_eq!(Baseline::new(&parts.schema, rows, least, columns, segments), None);
        };
        refused(|b| b.rows = 0);
        refused(|b| b.least = 0);
        refused(|b| b.segments[0] += 1);
        refused(|b| drop(b.columns.pop()));
        refused(|b| b.columns[0].cuts.reverse());
        refused(|b| b.columns[0].shares[0] -= 1);
        refused(|b| b.columns[0].shares.push(0));
        refused(|b| b.columns[3].cuts.push(Finite::ZERO));
        // Nobody may lack an age.
        refused(|b| b.columns[0].shares = vec![5000, 3000, 1000, 1000]);
        assert!(!sound.fits(&parts.schema, 3));
        assert!(sound.fits(&parts.schema, 2));
    }
}
