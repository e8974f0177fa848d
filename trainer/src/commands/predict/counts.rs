//! What became of a file's rows.

use shared::Answer;
use shared::model::SegmentInfo;

use crate::screen::SegmentCounts;

/// A customer as unlikely as this is far from their segment.
const FAR: f64 = 0.01;

/// How many customers were predicted: for each segment all, and those far from it.
pub(super) struct Counts(Vec<(u64, u64)>);

impl Counts {
    /// None yet.
    pub(super) fn new(n_segments: usize) -> Self {
        Self(vec![(0, 0); n_segments])
    }

    /// Counts one customer.
    pub(super) fn add(&mut self, answer: &Answer) {
        let (all, far) = &mut self.0[usize::from(answer.segment.id())];
        *all += 1;
        *far += u64::from(answer.outlier_p.is_some_and(|p| p < FAR));
    }

    /// Adds those that were counted elsewhere.
    pub(super) fn join(&mut self, other: &Self) {
        for ((all, far), (more, more_far)) in self.0.iter_mut().zip(&other.0) {
            *all += more;
            *far += more_far;
        }
    }

    /// With the segments' names.
    pub(super) fn by_segment<'s>(&self, segments: &'s [SegmentInfo]) -> Vec<SegmentCounts<'s>> {
        let pairs = segments.iter().zip(&self.0);
        pairs
            .map(|(info, &(rows, far))| SegmentCounts { id: info.id, name: &info.name, rows, far })
            .collect()
    }
}
