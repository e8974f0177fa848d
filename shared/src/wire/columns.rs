//! Columns with their preparation, as they are written.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::take;
use crate::column::ColumnKind;
use crate::number::Finite;
use crate::transform::ColumnStep;

#[derive(Serialize, Deserialize)]
pub(super) struct WireColumn {
    pub(super) name: String,
    pub(super) optional: bool,
    pub(super) kind: WireKind,
}

#[derive(Serialize, Deserialize)]
pub(super) enum WireKind {
    Numeric {
        impute: f64,
        lower: Option<f64>,
        upper: Option<f64>,
        lambda: Option<f64>,
        mean: f64,
        scale: f64,
    },
    YesNo {
        impute: u16,
        mean: f64,
        scale: f64,
    },
    Ordinal {
        n_words: u16,
        impute: u16,
        mean: f64,
        scale: f64,
    },
    Categorical {
        n_words: u16,
        other: bool,
        impute: u16,
        height: f64,
    },
}

/// `None` when the step does not belong to the kind.
pub(super) fn write_kind(kind: &ColumnKind, step: &ColumnStep, n_words: u16) -> Option<WireKind> {
    let get = |bound: &Option<Finite>| bound.map(Finite::get);
    Some(match (kind, step) {
        (ColumnKind::Numeric, ColumnStep::Number { impute, lower, upper, lambda, mean, scale }) => {
            WireKind::Numeric {
                impute: impute.get(),
                lower: get(lower),
                upper: get(upper),
                lambda: get(lambda),
                mean: mean.get(),
                scale: scale.get(),
            }
        }
        (ColumnKind::YesNo { .. }, ColumnStep::Rank { impute, mean, scale }) => {
            WireKind::YesNo { impute: *impute, mean: mean.get(), scale: scale.get() }
        }
        (ColumnKind::Ordinal { .. }, ColumnStep::Rank { impute, mean, scale }) => {
            WireKind::Ordinal { n_words, impute: *impute, mean: mean.get(), scale: scale.get() }
        }
        (ColumnKind::Categorical { other, .. }, ColumnStep::OneHot { impute, height }) => {
            WireKind::Categorical { n_words, other: *other, impute: *impute, height: height.get() }
        }
        _ => return None,
    })
}

/// `None` when words run out or a figure is not finite.
pub(super) fn read_kind(
    kind: &WireKind,
    words: &mut impl Iterator<Item = String>,
) -> Option<(ColumnKind, ColumnStep)> {
    let bound = |bound: &Option<f64>| match bound {
        Some(bound) => Finite::new(*bound).map(Some),
        None => Some(None),
    };
    Some(match kind {
        WireKind::Numeric { impute, lower, upper, lambda, mean, scale } => {
            let step = ColumnStep::Number {
                impute: Finite::new(*impute)?,
                lower: bound(lower)?,
                upper: bound(upper)?,
                lambda: bound(lambda)?,
                mean: Finite::new(*mean)?,
                scale: Finite::new(*scale)?,
            };
            (ColumnKind::Numeric, step)
        }
        WireKind::YesNo { impute, mean, scale } => {
            let (no, yes) = (words.next()?, words.next()?);
            (ColumnKind::YesNo { no, yes }, rank(*impute, *mean, *scale)?)
        }
        WireKind::Ordinal { n_words, impute, mean, scale } => {
            let levels = take(words, (*n_words).into())?;
            (ColumnKind::Ordinal { levels }, rank(*impute, *mean, *scale)?)
        }
        WireKind::Categorical { n_words, other, impute, height } => {
            let levels = take(words, (*n_words).into())?;
            let step = ColumnStep::OneHot { impute: *impute, height: Finite::new(*height)? };
            (ColumnKind::Categorical { levels, other: *other }, step)
        }
    })
}

fn rank(impute: u16, mean: f64, scale: f64) -> Option<ColumnStep> {
    Some(ColumnStep::Rank { impute, mean: Finite::new(mean)?, scale: Finite::new(scale)? })
}
