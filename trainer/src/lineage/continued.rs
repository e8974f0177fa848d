//! A model that is continued, and who the new segments are.

use std::path::Path;

use ndarray::ArrayView2;
use shared::Artifact;
use shared::centroids::Centroids;
use shared::date::Day;

use super::Lineage;
use super::labels::{labels, start};
use super::matching::{Matching, matched};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::table::Table;

/// A previous model, as it sees the customers of the new table.
#[derive(Debug)]
pub struct Continued<'a> {
    previous: &'a Artifact,
    labels: Vec<Option<u16>>,
    /// Where its segments' customers lie now; `None` where one of them has none.
    pub start: Option<Centroids>,
}

impl<'a> Continued<'a> {
    /// Asks the previous model about every customer.
    ///
    /// # Errors
    /// When the table lacks a column that it needs.
    pub fn of(
        previous: &'a Artifact,
        table: &Table,
        dataset: &Dataset,
        x: ArrayView2<'_, f64>,
        as_of: Option<Day>,
    ) -> Result<Self, Error> {
        let labels = labels(previous, table, dataset, as_of)?;
        let start = start(&labels, x, previous.model().parts().assigner.n_segments());
        Ok(Self { previous, labels, start })
    }

    /// The number of segments of the previous model.
    pub fn n_segments(&self) -> usize {
        self.previous.model().parts().segments.len()
    }
}

/// The ids and names that new segments start with.
#[derive(Debug)]
pub struct Identity {
    /// The id of each segment, by position.
    pub ids: Vec<u16>,
    /// Name and description that a segment had, by position; empty without a previous model.
    pub kept: Vec<Option<(String, String)>>,
    /// The first id that no segment has had.
    pub next_id: u16,
    matching: Option<(Matching, String)>,
}

impl Identity {
    /// Those of a previous model where its segments are still there, else new ones.
    ///
    /// # Errors
    /// When there are no ids left.
    pub fn of(
        continued: Option<&Continued<'_>>,
        labels: &[u16],
        n_segments: usize,
        path: &Path,
    ) -> Result<Self, Error> {
        let Some(Continued { previous, labels: old_labels, .. }) = continued else {
            let next_id = u16::try_from(n_segments).expect("segments are fewer than 65,536");
            return Ok(Self {
                ids: (0..next_id).collect(),
                kept: Vec::new(),
                next_id,
                matching: None,
            });
        };
        let parts = previous.model().parts();
        let old: Vec<(u16, String, String)> = parts
            .segments
            .iter()
            .map(|info| (info.id, info.name.clone(), info.description.clone()))
            .collect();
        let next_id = parts.training.next_segment_id;
        let matching = matched(&old, old_labels, labels, n_segments, next_id);
        let matching = matching.ok_or_else(|| Error::Unfit {
            path: path.into(),
            what: "the previous model has given all ids that there are for segments".into(),
            hint: "start anew, without `--previous`".into(),
        })?;
        Ok(Self {
            ids: matching.ids.clone(),
            kept: matching.kept.clone(),
            next_id: matching.next_id,
            matching: Some((matching, previous.id().to_hex())),
        })
    }

    /// What became of the previous model's segments, under the names that the new ones have got, by position.
    pub fn lineage(&self, names: &[String]) -> Option<Lineage> {
        let (matching, previous) = self.matching.as_ref()?;
        Some(matching.lineage(previous.clone(), names))
    }
}
