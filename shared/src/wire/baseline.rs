//! What training looked like, as it is written.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{finite, take};
use crate::baseline::{Baseline, Bins};
use crate::schema::Schema;

#[derive(Serialize, Deserialize)]
pub(super) struct WireBaseline {
    rows: u32,
    least: u32,
    /// One for each column of numbers or dates.
    n_cuts: Vec<u16>,
    cuts: Vec<f64>,
    /// Column by column.
    shares: Vec<u16>,
    segments: Vec<u16>,
}

impl WireBaseline {
    /// `None` when a column has too many cuts.
    pub(super) fn of(baseline: &Baseline, schema: &Schema) -> Option<Self> {
        let mut n_cuts = Vec::new();
        for (bins, column) in baseline.columns().iter().zip(schema.columns()) {
            if column.kind.n_ids() == 0 {
                n_cuts.push(u16::try_from(bins.cuts.len()).ok()?);
            }
        }
        let columns = baseline.columns().iter();
        Some(Self {
            rows: baseline.rows(),
            least: baseline.least(),
            n_cuts,
            cuts: columns.clone().flat_map(|bins| &bins.cuts).map(|cut| cut.get()).collect(),
            shares: columns.flat_map(|bins| &bins.shares).copied().collect(),
            segments: baseline.segments().into(),
        })
    }

    /// `None` when a count does not fit, a cut is not finite, or the parts contradict each other.
    pub(super) fn read(self, schema: &Schema) -> Option<Baseline> {
        let (mut n_cuts, mut cuts) = (self.n_cuts.into_iter(), self.cuts.into_iter());
        let mut shares = self.shares.into_iter();
        let mut columns = Vec::with_capacity(schema.columns().len());
        for column in schema.columns() {
            let n_ids = column.kind.n_ids();
            let n_own = if n_ids == 0 { usize::from(n_cuts.next()?) } else { 0 };
            let n_bins = if n_ids == 0 { n_own + 1 } else { n_ids };
            let own: Option<Vec<_>> = take(&mut cuts, n_own)?.into_iter().map(finite).collect();
            columns.push(Bins { cuts: own?, shares: take(&mut shares, n_bins + 1)? });
        }
        let spent = n_cuts.next().is_none() && cuts.next().is_none() && shares.next().is_none();
        let baseline = Baseline::new(schema, self.rows, self.least, columns, self.segments)?;
        spent.then_some(baseline)
    }
}
