//! What became of the segments of a previous model: whose customers are where now, which ids and names go on.
//!
//! ```text
//!  labels: the previous model's segment of every customer -> start: a start for k-means
//!                                                         -> matched: ids and names that are kept
//! ```

mod contingency;
mod continued;
mod diff;
mod labels;
mod matching;
mod moves;

use serde::Serialize;

pub use self::contingency::Contingency;
pub use self::continued::{Continued, Identity};
pub use self::diff::{Against, DiffReport, Movement, Preparation, Reason};
pub use self::labels::{labels, start};
pub use self::matching::{Matching, matched};
pub use self::moves::{BORDER, Moves};

/// The segments of two models, matched on the customers of the new table.
#[derive(Debug, Clone, Serialize)]
pub struct Lineage {
    /// The previous model's id.
    pub previous: String,
    /// The share of customers whose segment keeps its id.
    pub stayed: f64,
    /// What became of each old segment, and which are new.
    pub changes: Vec<Change>,
}

/// What became of a segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Change {
    /// It is still there, under its id.
    Kept {
        /// Its id.
        id: u16,
        /// Its name.
        name: String,
        /// Customers in both, as a share of those in either.
        jaccard: f64,
    },
    /// Its customers are in several segments now: at least a quarter of them in each, of which they are at least
    /// half. It is kept or retired besides.
    Split {
        /// The old id.
        from: u16,
        /// The new ids.
        into: Vec<u16>,
    },
    /// Several old ones are one now: at least half of each is there, and at least a quarter of it is theirs. It
    /// is kept or new besides.
    Merged {
        /// The old ids.
        from: Vec<u16>,
        /// The new id.
        into: u16,
    },
    /// It was not there before.
    New {
        /// Its id.
        id: u16,
        /// Its name.
        name: String,
    },
    /// It is not there any more; its id is not given again.
    Retired {
        /// Its id.
        id: u16,
        /// Its name.
        name: String,
    },
}
