//! The names of figures, and what they mean.

use super::{Kind, TargetQuality, Who};

/// The share of customers whose most probable class is right.
pub const ACCURACY: &str = "accuracy";
/// See [`FIGURES`].
pub const MACRO_F1: &str = "macro-f1";
/// See [`FIGURES`].
pub const LOG_LOSS: &str = "log-loss";
/// See [`FIGURES`].
pub const ECE: &str = "ece";
/// See [`FIGURES`].
pub const ECE_CLASSWISE: &str = "ece-classwise";
/// See [`FIGURES`].
pub const RMSE: &str = "rmse";
/// See [`FIGURES`].
pub const MAE: &str = "mae";
/// See [`FIGURES`].
pub const R2: &str = "r2";
/// See [`FIGURES`].
pub const DEVIANCE: &str = "deviance";
/// See [`FIGURES`].
pub const TOP_DECILE_CAPTURE: &str = "top-decile-capture";
/// See [`FIGURES`].
pub const TOTAL: &str = "total";
/// See [`FIGURES`].
pub const COVERAGE: &str = "coverage";

/// Which values of a figure are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Large ones.
    Larger,
    /// Small ones.
    Smaller,
    /// Those near 1.
    NearOne,
}

/// A figure's name and meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// As in `metrics.json` and for `--min`.
    pub name: &'static str,
    /// Above a column of a table.
    pub heading: &'static str,
    /// In one line.
    pub meaning: &'static str,
    /// Which values are good.
    pub better: Better,
}

/// Every figure, in the order in which they are shown.
pub const FIGURES: [Meaning; 12] = {
    use Better::{Larger, NearOne, Smaller};
    const fn of(
        name: &'static str,
        heading: &'static str,
        better: Better,
        meaning: &'static str,
    ) -> Meaning {
        Meaning { name, heading, meaning, better }
    }
    [
        of(ACCURACY, "accuracy", Larger, "share of customers whose most probable class is right"),
        of(
            MACRO_F1,
            "macro-F1",
            Larger,
            "mean of the classes' F1, in which every class counts alike",
        ),
        of(LOG_LOSS, "log-loss", Smaller, "mean of -ln of the probability of what came true"),
        of(
            ECE,
            "calibration error",
            Smaller,
            "how far top probabilities are from how often they hold",
        ),
        of(
            ECE_CLASSWISE,
            "class-wise",
            Smaller,
            "the calibration error of each class's probability, mean",
        ),
        of(
            DEVIANCE,
            "deviance",
            Smaller,
            "mean Tweedie deviance (power 1.5), for what is often zero",
        ),
        of(RMSE, "RMSE", Smaller, "root of the mean squared error, in the target's unit"),
        of(MAE, "MAE", Smaller, "mean absolute error, in the target's unit"),
        of(R2, "R2", Larger, "share of the variance that is predicted"),
        of(
            TOP_DECILE_CAPTURE,
            "top tenth has",
            Larger,
            "share of the total that the tenth with the highest predictions has",
        ),
        of(
            TOTAL,
            "predicted / actual",
            NearOne,
            "sum of the predictions over the sum of what came true",
        ),
        of(COVERAGE, "coverage", Larger, "share of customers whose number lies in its interval"),
    ]
};

impl Meaning {
    /// Whether it changes with the target's unit.
    pub fn has_unit(&self) -> bool {
        [DEVIANCE, RMSE, MAE].contains(&self.name)
    }
}

impl TargetQuality {
    /// The figures that its answers are compared by, in the order in which they are shown.
    pub fn shown(&self) -> impl Iterator<Item = &'static Meaning> {
        let has = |figure: &&Meaning| {
            self.compared.first().is_some_and(|first| first.figures.contains_key(figure.name))
        };
        FIGURES.iter().filter(has)
    }

    /// A figure of the model that is written, by its name in [`FIGURES`]; `None` where this target has none.
    pub fn figure(&self, name: &str) -> Option<f64> {
        if name == COVERAGE {
            return self.interval.as_ref().map(|interval| interval.coverage);
        }
        self.compared.last()?.figures.get(name)?.value
    }
}

impl Kind {
    /// The figures by which answers are compared.
    pub fn main(self) -> &'static [&'static str] {
        match self {
            Self::Class => &[ACCURACY, LOG_LOSS],
            Self::Number => &[RMSE],
            Self::Spend => &[DEVIANCE, RMSE],
        }
    }
}

impl Who {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Majority => "most frequent class",
            Self::Mean => "mean of all",
            Self::Median => "median of all",
            Self::Global => "one model for all",
            Self::GlobalWithSegment => "one model, told the segment",
            Self::Segments => "segment models",
        }
    }
}
