//! `POST /v1/segments`: many customers at once, each with an answer or its problem, in order. Nothing of it is kept, it
//! counts as one request, and nobody is held out: a batch does not say who its customers are.

use serde::Serialize;
use shared::batch::{Batch, BatchError};
use shared::{Reply, json};

use crate::customer::Customer;
use crate::handler::{Asked, Step};
use crate::models::{Models, Variant};
use crate::problem::{Kind, Problem};
use crate::response::Response;

/// What a batch may be announced as: a JSON array, or an object in each line.
pub(crate) const MEDIA_TYPES: [&str; 4] =
    ["application/json", "application/x-ndjson", "application/ndjson", "application/jsonl"];

/// The longest answer: it stands in memory several times while it is made.
const MOST_BYTES: usize = 16 << 20;

/// What becomes of one customer: `reply` or `problem`, and the names that the headers of a single answer tell.
#[derive(Serialize, Default)]
struct Row<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Reply<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignored: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    imputed: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other: Vec<&'a str>,
}

/// The answer to a batch.
pub(crate) fn answer<'h>(
    asked: Asked<'h>,
    explain: bool,
    body: &[u8],
) -> Result<Step<'h>, Problem> {
    let models = asked.handler.models.as_ref()?;
    let form = asked.head.content_type.and_then(Batch::of).unwrap_or(Batch::Array);
    let rows = form.rows(json::text(body)?, asked.handler.config.batch_rows)?;
    let mut written = String::with_capacity(body.len().saturating_mul(4));
    for (position, customer) in rows.iter().enumerate() {
        if position > 0 {
            written.push(if form == Batch::Array { ',' } else { '\n' });
        }
        let row = row(asked, models, explain, customer.as_bytes());
        let row = row.unwrap_or_else(|problem| Row { problem: Some(problem), ..Row::default() });
        // Fails only on maps whose keys are not text; there are none.
        written.push_str(&serde_json::to_string(&row).unwrap_or_default());
        if written.len() > MOST_BYTES {
            let detail = "The answers would be too long: send half as many customers.";
            return Err(Problem::new(Kind::TooManyRows, detail));
        }
    }
    let body = match form {
        Batch::Array => ["[", &written, "]"].concat(),
        Batch::Ndjson if rows.is_empty() => written,
        Batch::Ndjson => written + "\n",
    };
    let response = Response::ok(form.media_type(), body, asked.head.request_id);
    let mut outcome = asked.outcome(response);
    outcome.add("rows", &rows.len().to_string());
    Ok(Step::Done(outcome))
}

fn row<'h>(
    asked: Asked<'h>,
    models: &'h Models,
    explain: bool,
    body: &[u8],
) -> Result<Row<'h>, Problem> {
    let config = &asked.handler.config;
    let (variant, customer): (_, Customer) = models.customer(config, None, body)?;
    let artifact = models.of(variant);
    let record = &customer.record;
    Ok(Row {
        reply: Some(if explain { artifact.recommend(record) } else { artifact.answer(record) }),
        problem: None,
        variant: config.experiment.is_on().then(|| Variant::as_str(variant)),
        imputed: customer.imputed(artifact),
        other: customer.others(artifact),
        ignored: customer.ignored,
    })
}

impl From<BatchError> for Problem {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::Json(error) => error.into(),
            BatchError::NotAnArray => Self::new(
                Kind::NotAnArray,
                "Send an array of customers, or one a line as `application/x-ndjson`.",
            ),
            BatchError::TooManyRows { limit } => {
                Self::new(Kind::TooManyRows, format!("Send at most {limit} customers at once."))
            }
        }
    }
}
