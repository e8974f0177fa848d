//! Why no segments can be found, and what to do about it.

use std::path::Path;

use crate::choose::{ChooseError, ChooseOptions};
use crate::error::Error;

/// The error of a number of segments that cannot be had.
pub(super) fn refusal(error: &ChooseError, path: &Path, options: &ChooseOptions) -> Error {
    let asked = options.segments.unwrap_or(options.max_segments);
    let (what, hint) = match error {
        ChooseError::TooSmall(k, smallest) => (
            format!(
                "of {k} segments the smallest would have {smallest} customers, fewer than {}",
                options.min_segment
            ),
            "ask for fewer segments, or lower `--min-segment` (a small segment may show a person)"
                .into(),
        ),
        ChooseError::Fewer(left) => (
            format!(
                "of {asked} segments by this algorithm only {left} would have {} customers or more",
                options.min_segment
            ),
            format!("ask for at most {left}, or use another `--algorithm`"),
        ),
        ChooseError::TooFewDistinct(distinct) => (
            format!("{asked} segments of customers of whom only {distinct} differ"),
            format!("ask for at most {distinct}"),
        ),
        ChooseError::KMeans(error) => (error.to_string(), "ask for fewer segments".into()),
        ChooseError::Prototypes(error) => (error.to_string(), "use another `--algorithm`".into()),
    };
    Error::Unfit { path: path.into(), what, hint }
}
