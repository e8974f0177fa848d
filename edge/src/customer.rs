//! From a request's body to a checked customer: size -> UTF-8 -> JSON -> schema.

use shared::rejected::Code;
use shared::{Artifact, RawRecord, Record, Rejected, Violation};

use crate::problem::{Kind, Problem};

/// The largest body, in bytes: thirty times what a wide model's customer takes.
pub const BODY_LIMIT: usize = 16 << 10;

/// What becomes of fields that the model does not know: identifiers, targets, new columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownFields {
    /// They are left out, and named in a header.
    #[default]
    Ignore,
    /// The customer is refused.
    Reject,
}

/// A customer that fits the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// The customer as the model sees them.
    pub record: Record,
    /// The fields that the model does not know, in the order given.
    pub ignored: Vec<String>,
}

impl Customer {
    /// Reads a body.
    ///
    /// # Errors
    /// The first check that fails; when it is the schema's, with everything that is wrong.
    pub fn read(artifact: &Artifact, unknown: UnknownFields, body: &[u8]) -> Result<Self, Problem> {
        refuse_over_limit(body.len() as u64)?;
        let text = std::str::from_utf8(body)
            .map_err(|_| Problem::new(Kind::NotUtf8, "Send the JSON text in UTF-8."))?;
        Self::check(artifact, unknown, &RawRecord::from_json(text)?)
    }

    /// The columns in which the customer has a word that the model does not know, which counts as "(other)".
    pub fn others<'a>(&self, artifact: &'a Artifact) -> Vec<&'a str> {
        let schema = &artifact.model().parts().schema;
        let columns = schema.others(&self.record).filter_map(|at| schema.columns().get(at));
        columns.map(|column| column.name.as_str()).collect()
    }

    /// Checks fields that were read already.
    ///
    /// # Errors
    /// Everything that does not fit the schema.
    pub fn check(
        artifact: &Artifact,
        unknown: UnknownFields,
        raw: &RawRecord,
    ) -> Result<Self, Problem> {
        let schema = &artifact.model().parts().schema;
        let ignored: Vec<_> =
            raw.names().filter(|name| !schema.knows(name)).map(String::from).collect();
        let checked = schema.validate(raw);
        if unknown == UnknownFields::Ignore || ignored.is_empty() {
            return Ok(Self { record: checked?, ignored });
        }
        let mut violations = checked.err().map_or_else(Vec::new, |rejected| rejected.violations);
        let expected = "no such field: the model does not know it";
        violations.extend(
            ignored.iter().map(|name| Violation::new(name, Code::UnknownField, expected.into())),
        );
        Err(Rejected { violations }.into())
    }
}

/// Refuses a body by its length, stated or counted.
///
/// # Errors
/// [`Kind::TooLarge`] when it is over [`BODY_LIMIT`].
pub(crate) fn refuse_over_limit(length: u64) -> Result<(), Problem> {
    if length <= BODY_LIMIT as u64 {
        return Ok(());
    }
    let detail = format!("Send one customer in at most {BODY_LIMIT} bytes.");
    Err(Problem::new(Kind::TooLarge, detail))
}
