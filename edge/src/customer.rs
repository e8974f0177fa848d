//! From a request's body to a checked customer: size -> UTF-8 -> JSON -> orders -> schema.

use shared::orders::{Form, ORDERS};
use shared::rejected::Code;
use shared::{Artifact, RawRecord, Record, Rejected, Value, Violation, json};

use crate::problem::{Kind, Problem};
use crate::route::BODY_LIMIT;

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
        refuse_over(BODY_LIMIT, body.len() as u64)?;
        Self::check(artifact, unknown, &RawRecord::from_json(json::text(body)?)?)
    }

    /// The columns in which the customer has a word that the model does not know, which counts as "(other)".
    pub fn others<'a>(&self, artifact: &'a Artifact) -> Vec<&'a str> {
        let schema = &artifact.model().parts().schema;
        let columns = schema.others(&self.record).filter_map(|at| schema.columns().get(at));
        columns.map(|column| column.name.as_str()).collect()
    }

    /// The columns that the customer lacks, as some did in training: they count as what stood in for them there.
    pub fn imputed<'a>(&self, artifact: &'a Artifact) -> Vec<&'a str> {
        let columns = artifact.model().parts().schema.columns().iter().zip(self.record.values());
        let lacking = columns.filter(|(_, value)| **value == Value::Missing);
        lacking.map(|(column, _)| column.name.as_str()).collect()
    }

    /// Checks fields that were read already: the model's columns, or the orders that they follow from.
    ///
    /// # Errors
    /// Everything that does not fit the schema.
    pub fn check(
        artifact: &Artifact,
        unknown: UnknownFields,
        raw: &RawRecord,
    ) -> Result<Self, Problem> {
        let schema = &artifact.model().parts().schema;
        let form = Form::of(schema).filter(|_| raw.has(ORDERS));
        let knows = |name: &str| schema.knows(name) || form.is_some() && Form::knows(name);
        let ignored: Vec<_> = raw.names().filter(|name| !knows(name)).map(String::from).collect();
        let checked = form.as_ref().map_or_else(|| schema.validate(raw), |form| form.validate(raw));
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
/// [`Kind::TooLarge`] when it is over `limit` bytes.
pub(crate) fn refuse_over(limit: usize, length: u64) -> Result<(), Problem> {
    if u64::try_from(limit).is_ok_and(|limit| length <= limit) {
        return Ok(());
    }
    Err(Problem::new(Kind::TooLarge, format!("Send at most {limit} bytes.")))
}
