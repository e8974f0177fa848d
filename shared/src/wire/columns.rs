//! Columns with their preparation, as they are written.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{finite, take};
use crate::column::{Column, ColumnKind};
use crate::date::DateOrder;
use crate::number::Finite;
use crate::sensitive::Sensitive;
use crate::transform::{ColumnStep, Tail};

#[derive(Serialize, Deserialize)]
pub(super) struct WireColumn {
    name: String,
    /// The sum of those of [`OPTIONAL`] and so on that hold.
    flags: u8,
    /// 0, or the position in [`Sensitive::ALL`], counted from 1.
    sensitive: u8,
    /// How many words mean "missing"; they stand before the levels.
    n_missing: u16,
    kind: WireKind,
}

/// A customer may lack it.
const OPTIONAL: u8 = 1;
/// Segment models are told where it is missing.
const INDICATOR: u8 = 2;
/// All its values were whole.
const INTEGER: u8 = 4;
/// It can change.
const MUTABLE: u8 = 8;

#[derive(Serialize, Deserialize)]
enum WireKind {
    Numeric { lower: Option<f64>, upper: Option<f64>, step: WireNumber },
    Date { order: u8, step: WireNumber },
    YesNo { impute: u16, mean: f64, scale: f64 },
    Ordinal { n_words: u16, impute: u16, mean: f64, scale: f64 },
    Categorical { n_words: u16, other: bool, impute: u16, height: f64 },
}

#[derive(Serialize, Deserialize)]
struct WireNumber {
    impute: f64,
    lower: Option<f64>,
    upper: Option<f64>,
    lambda: Option<f64>,
    mean: f64,
    scale: f64,
    /// How far beyond the bounds segment models are told of.
    tail_lower: Option<f64>,
    tail_upper: Option<f64>,
}

/// In the order of their numbers.
const ORDERS: [DateOrder; 3] = [DateOrder::Ymd, DateOrder::Dmy, DateOrder::Mdy];

impl WireColumn {
    /// `None` when the step does not belong to the kind or there are too many words.
    pub(super) fn of(
        column: &Column,
        step: &ColumnStep,
        indicator: bool,
        tail: Option<&Tail>,
    ) -> Option<Self> {
        let kind = match (&column.kind, step) {
            (ColumnKind::Numeric { lower, upper }, step) => WireKind::Numeric {
                lower: get(*lower),
                upper: get(*upper),
                step: number(step, tail)?,
            },
            (ColumnKind::Date { order }, step) => {
                let order = ORDERS.iter().position(|known| known == order)?;
                WireKind::Date { order: u8::try_from(order).ok()?, step: number(step, tail)? }
            }
            (ColumnKind::YesNo { .. }, ColumnStep::Rank { impute, mean, scale }) => {
                WireKind::YesNo { impute: *impute, mean: mean.get(), scale: scale.get() }
            }
            (ColumnKind::Ordinal { levels }, ColumnStep::Rank { impute, mean, scale }) => {
                let n_words = u16::try_from(levels.len()).ok()?;
                WireKind::Ordinal { n_words, impute: *impute, mean: mean.get(), scale: scale.get() }
            }
            (ColumnKind::Categorical { levels, other }, ColumnStep::OneHot { impute, height }) => {
                WireKind::Categorical {
                    n_words: u16::try_from(levels.len()).ok()?,
                    other: *other,
                    impute: *impute,
                    height: height.get(),
                }
            }
            _ => return None,
        };
        let told = |known: Sensitive| Sensitive::ALL.iter().position(|&s| s == known);
        let sensitive = column.sensitive.and_then(told).map_or(0, |position| position + 1);
        Some(Self {
            name: column.name.clone(),
            flags: u8::from(column.optional) * OPTIONAL
                + u8::from(indicator) * INDICATOR
                + u8::from(column.integer) * INTEGER
                + u8::from(column.mutable) * MUTABLE,
            sensitive: u8::try_from(sensitive).ok()?,
            n_missing: u16::try_from(column.missing.len()).ok()?,
            kind,
        })
    }

    /// Whether segment models are told where it is missing.
    pub(super) fn has_indicator(&self) -> bool {
        self.flags & INDICATOR != 0
    }

    /// The tail of the column at this position; `None` when a figure is not finite.
    #[expect(clippy::option_option, reason = "no tail is as good as a finite one")]
    pub(super) fn tail(&self, column: usize) -> Option<Option<Tail>> {
        let (WireKind::Numeric { step, .. } | WireKind::Date { step, .. }) = &self.kind else {
            return Some(None);
        };
        let (lower, upper) = (bound(step.tail_lower)?, bound(step.tail_upper)?);
        Some((lower.is_some() || upper.is_some()).then_some(Tail { column, lower, upper }))
    }

    /// `None` when words run out, a figure is not finite or a number stands for nothing.
    pub(super) fn read(
        self,
        words: &mut impl Iterator<Item = String>,
    ) -> Option<(Column, ColumnStep)> {
        if self.flags > OPTIONAL + INDICATOR + INTEGER + MUTABLE {
            return None;
        }
        let sensitive = match self.sensitive.checked_sub(1) {
            Some(position) => Some(*Sensitive::ALL.get(usize::from(position))?),
            None => None,
        };
        let missing = take(words, self.n_missing.into())?;
        let (kind, step) = self.kind.read(words)?;
        let column = Column {
            name: self.name,
            kind,
            optional: self.flags & OPTIONAL != 0,
            missing,
            sensitive,
            integer: self.flags & INTEGER != 0,
            mutable: self.flags & MUTABLE != 0,
        };
        Some((column, step))
    }
}

impl WireKind {
    fn read(self, words: &mut impl Iterator<Item = String>) -> Option<(ColumnKind, ColumnStep)> {
        Some(match self {
            Self::Numeric { lower, upper, step } => {
                let kind = ColumnKind::Numeric { lower: bound(lower)?, upper: bound(upper)? };
                (kind, step.read()?)
            }
            Self::Date { order, step } => {
                (ColumnKind::Date { order: *ORDERS.get(usize::from(order))? }, step.read()?)
            }
            Self::YesNo { impute, mean, scale } => {
                let (no, yes) = (words.next()?, words.next()?);
                (ColumnKind::YesNo { no, yes }, rank(impute, mean, scale)?)
            }
            Self::Ordinal { n_words, impute, mean, scale } => {
                let levels = take(words, n_words.into())?;
                (ColumnKind::Ordinal { levels }, rank(impute, mean, scale)?)
            }
            Self::Categorical { n_words, other, impute, height } => {
                let levels = take(words, n_words.into())?;
                let step = ColumnStep::OneHot { impute, height: finite(height)? };
                (ColumnKind::Categorical { levels, other }, step)
            }
        })
    }
}

impl WireNumber {
    fn read(&self) -> Option<ColumnStep> {
        Some(ColumnStep::Number {
            impute: finite(self.impute)?,
            lower: bound(self.lower)?,
            upper: bound(self.upper)?,
            lambda: bound(self.lambda)?,
            mean: finite(self.mean)?,
            scale: finite(self.scale)?,
        })
    }
}

fn number(step: &ColumnStep, tail: Option<&Tail>) -> Option<WireNumber> {
    let ColumnStep::Number { impute, lower, upper, lambda, mean, scale } = step else {
        return None;
    };
    Some(WireNumber {
        impute: impute.get(),
        lower: get(*lower),
        upper: get(*upper),
        lambda: get(*lambda),
        mean: mean.get(),
        scale: scale.get(),
        tail_lower: get(tail.and_then(|tail| tail.lower)),
        tail_upper: get(tail.and_then(|tail| tail.upper)),
    })
}

fn get(bound: Option<Finite>) -> Option<f64> {
    bound.map(Finite::get)
}

/// `None` when there is a bound and it is not finite.
#[expect(clippy::option_option, reason = "no bound is as good as a finite one")]
fn bound(bound: Option<f64>) -> Option<Option<Finite>> {
    match bound {
        Some(bound) => finite(bound).map(Some),
        None => Some(None),
    }
}

fn rank(impute: u16, mean: f64, scale: f64) -> Option<ColumnStep> {
    Some(ColumnStep::Rank { impute, mean: finite(mean)?, scale: finite(scale)? })
}
