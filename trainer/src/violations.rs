//! Violations of many rows, the first few kept for the message.

use std::path::Path;

use shared::Rejected;
use shared::rejected::Code;

use crate::error::Error;

/// How many violations an error shows.
const SHOWN: usize = 10;

/// Violations of many rows, the first few kept for the message.
#[derive(Debug, Default)]
pub struct Violations {
    first: Vec<(u64, String, String)>,
    count: usize,
}

impl Violations {
    /// Adds those of one row.
    pub fn add(&mut self, line: u64, rejected: &Rejected) {
        self.count += rejected.violations.len();
        for violation in &rejected.violations {
            if self.first.len() < SHOWN {
                let expected = match violation.code {
                    Code::Missing => "a value, as every customer had in training".to_owned(),
                    _ => violation.expected.clone(),
                };
                self.first.push((line, violation.field(), expected));
            }
        }
    }

    /// An error when there are any.
    ///
    /// # Errors
    /// [`Error::BadRows`].
    pub fn into_result(self, path: &Path, hint: &'static str) -> Result<(), Error> {
        if self.count == 0 {
            return Ok(());
        }
        Err(Error::BadRows { path: path.into(), first: self.first, count: self.count, hint })
    }
}
