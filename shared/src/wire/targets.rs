//! Targets and what their models are made of, as they are written.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::take;
use crate::segment_model::SegmentModel;

#[derive(Serialize, Deserialize)]
pub(super) struct WireTarget {
    pub(super) name: String,
    /// 0 for a number.
    pub(super) n_classes: u16,
    pub(super) form: Form,
}

/// How the segments' models of a target are written: alike for all segments.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq)]
pub(super) enum Form {
    Constant,
    /// Intercept, then one weight a feature or indicator.
    Linear {
        floor: Option<f64>,
    },
    Frequencies,
}

impl Form {
    pub(super) fn of(model: &SegmentModel) -> Self {
        match model {
            SegmentModel::Constant(_) => Self::Constant,
            SegmentModel::Linear { floor, .. } => Self::Linear { floor: *floor },
            SegmentModel::Frequencies(_) => Self::Frequencies,
        }
    }

    /// `None` when coefficients run out.
    pub(super) fn read(
        self,
        coefficients: &mut impl Iterator<Item = f64>,
        n_inputs: usize,
        n_classes: usize,
    ) -> Option<SegmentModel> {
        Some(match self {
            Self::Constant => SegmentModel::Constant(coefficients.next()?),
            Self::Linear { floor } => SegmentModel::Linear {
                intercept: coefficients.next()?,
                weights: take(coefficients, n_inputs)?,
                floor,
            },
            // Without classes it would cost no byte, and any number of segments could have it.
            Self::Frequencies if n_classes == 0 => return None,
            Self::Frequencies => SegmentModel::Frequencies(take(coefficients, n_classes)?),
        })
    }
}

/// Appends what [`Form::read`] takes.
pub(super) fn write_coefficients(model: &SegmentModel, out: &mut Vec<f64>) {
    match model {
        SegmentModel::Constant(value) => out.push(*value),
        SegmentModel::Linear { intercept, weights, .. } => {
            out.push(*intercept);
            out.extend_from_slice(weights);
        }
        SegmentModel::Frequencies(probabilities) => out.extend_from_slice(probabilities),
    }
}
