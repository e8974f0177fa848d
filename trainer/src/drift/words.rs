//! Differences in words.

use serde::Serialize;
use shared::ColumnKind;
use shared::baseline::Bins;
use shared::number;

use super::{part, shown_share};

/// A part of a column's customers that is larger or smaller than in training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shift {
    /// Which: "over 300", "missing", a word.
    pub of: String,
    /// Its share in training.
    pub trained: f64,
    /// Its share now; `null` for 1 to 19 customers.
    pub now: Option<f64>,
}

impl Shift {
    /// "over 300: 40 %, not 21 %".
    pub fn said(&self) -> String {
        let percent = |share: f64| format!("{:.0} %", 100.0 * share);
        let now = self.now.map_or_else(|| "a few".to_owned(), percent);
        format!("{}: {now}, not {}", self.of, percent(self.trained))
    }
}

/// Where shares differ most: numbers beyond one of the cuts (of those with a value), a word, or those without a
/// value. `None` without
/// any difference.
///
/// # Ties: those without a value go first, then the lower bin.
pub(super) fn largest_shift(
    kind: &ColumnKind,
    bins: &Bins,
    counts: &[u32],
    rows: usize,
) -> Option<Shift> {
    let missing = bins.shares.len() - 1;
    let n_missing = counts[missing];
    let sum = |from: usize| {
        let trained: f64 = bins.shares[from..missing].iter().map(|&share| part(share)).sum();
        (trained, counts[from..missing].iter().sum::<u32>())
    };
    let shift = |of: String, trained: f64, count: u32, rows: usize| {
        let difference = (f64::from(count) / rows as f64 - trained).abs();
        (difference, Shift { of, trained, now: shown_share(count, rows) })
    };
    let mut shifts = vec![shift("missing".into(), part(bins.shares[missing]), n_missing, rows)];
    if kind.n_ids() == 0 {
        let over =
            if matches!(kind, ColumnKind::Date { .. }) { "days ago, over " } else { "over " };
        let (present, n_present) = (sum(0).0, rows - n_missing as usize);
        if present > 0.0 && n_present > 0 {
            shifts.extend(bins.cuts.iter().enumerate().map(|(bin, cut)| {
                let (trained, count) = sum(bin + 1);
                let of = format!("{over}{}", number::to_text(cut.get()));
                shift(of, trained / present, count, n_present)
            }));
        }
    } else {
        shifts.extend((0..missing).map(|id| {
            let word = kind.level(id).unwrap_or_default().to_owned();
            shift(word, part(bins.shares[id]), counts[id], rows)
        }));
    }
    let mut largest: Option<(f64, Shift)> = None;
    for shift in shifts {
        if shift.0 > largest.as_ref().map_or(0.0, |(most, _)| *most) {
            largest = Some(shift);
        }
    }
    largest.map(|(_, shift)| shift)
}
