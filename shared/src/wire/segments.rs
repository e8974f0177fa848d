//! Segments, as they are written.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::calibration::Calibration;
use crate::model::SegmentInfo;

#[derive(Serialize, Deserialize)]
pub(super) struct WireSegment {
    id: u16,
    name: String,
    description: String,
    share_percent: u8,
    stability_percent: Option<u8>,
    /// Distances in units of 2^-10, ascending: the first, then each minus the one before.
    calibration: Vec<u32>,
}

impl WireSegment {
    pub(super) fn of(info: &SegmentInfo) -> Self {
        let mut before = 0;
        let steps = info.calibration.units().iter().map(|&unit| {
            let step = unit - before;
            before = unit;
            step
        });
        Self {
            id: info.id,
            name: info.name.clone(),
            description: info.description.clone(),
            share_percent: info.share_percent,
            stability_percent: info.stability_percent,
            calibration: steps.collect(),
        }
    }

    /// `None` when the distances are too large, too few or too many.
    pub(super) fn read(self) -> Option<SegmentInfo> {
        let mut units = self.calibration;
        let mut before = 0_u32;
        for unit in &mut units {
            before = before.checked_add(*unit)?;
            *unit = before;
        }
        Some(SegmentInfo {
            id: self.id,
            name: self.name,
            description: self.description,
            share_percent: self.share_percent,
            stability_percent: self.stability_percent,
            calibration: Calibration::from_units(units)?,
        })
    }
}
