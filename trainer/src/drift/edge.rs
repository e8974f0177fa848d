//! What the deployed Worker counted, as Cloudflare's SQL API gives it.
//!
//! Each request is one data point: its segment, and the bin of one column, drawn by chance. Where there are many,
//! Analytics Engine keeps some and weighs each with how many it stands for (`_sample_interval`). Weighted points
//! spread more than as many requests would, so they count for as many as they are worth: the squared sum of the
//! weights over the sum of their squares (Kish 1965, "Survey Sampling"). Else every sampled week would drift.

use serde_json::{Deserializer, Map, Value};
use shared::{Artifact, ModelId, math, number};

use super::{Counted, Counts};
use crate::error::suggestion;

/// More requests than this in one place are no count.
const MOST: f64 = 4e9;

/// The counts of a model, and what was left out.
#[derive(Debug)]
pub struct EdgeCounts<'a> {
    /// Of this model.
    pub counts: Counts<'a>,
    /// The requests that they stand for.
    pub requests: f64,
    /// The requests that other models answered.
    pub elsewhere: f64,
}

/// Why counts cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where a text stops being JSON, counted from 1.
    pub line: Option<u64>,
    /// What is wrong, and in which row.
    pub what: String,
    /// What to do.
    pub hint: String,
}

/// One row.
struct Entry {
    segment: usize,
    column: usize,
    bin: usize,
    weight: f64,
    squares: f64,
}

/// The query for the counts of a model, of the last days.
///
/// Cached answers count too; refused requests, tables and explanations of other routes do not.
pub fn query(model: ModelId, dataset: &str, days: u8) -> String {
    format!(
        "SELECT
  index1 AS model,
  blob5 AS segment,
  blob6 AS column,
  blob7 AS bin,
  SUM(_sample_interval * double1) AS n,
  SUM(_sample_interval * _sample_interval * double1) AS squares
FROM {dataset}
WHERE index1 = '{}'
  AND blob1 = '/v1/segment'
  AND blob2 = '200'
  AND timestamp > NOW() - INTERVAL '{days}' DAY
GROUP BY index1, blob5, blob6, blob7
FORMAT JSON
",
        model.to_hex()
    )
}

/// Reads counts: an object with `data`, an array, or one object after another (`FORMAT JSONEachRow`), of objects
/// with `model`, `segment`, `column`, `bin`, `n` and, where requests were sampled, `squares`.
///
/// # Errors
/// [`Fault`] for what is not such a text, for a row that cannot be of the model, and where none is.
pub fn read<'a>(artifact: &'a Artifact, text: &str) -> Result<EdgeCounts<'a>, Fault> {
    let rows = rows(text)?;
    let baseline = &artifact.model().parts().baseline;
    let mut segments = Weighted::new(baseline.segments().len());
    let bins = baseline.columns().iter().map(|bins| Weighted::new(bins.shares.len()));
    let mut bins: Vec<Weighted> = bins.collect();
    let (mut elsewhere, mut another) = (0.0, None);
    let id = artifact.id().to_hex();
    for (position, row) in rows.iter().enumerate() {
        let at = |what: String| Fault::new(format!("row {}: {what}", position + 1));
        let row = row.as_object().ok_or_else(|| at("expected an object".into()))?;
        let model = word(row, "model").map_err(at)?;
        if model != id {
            elsewhere += weight(row).map_err(at)?;
            another = Some(model);
            continue;
        }
        let entry = entry(artifact, row).map_err(at)?;
        segments.add(entry.segment, &entry);
        bins[entry.column].add(entry.bin, &entry);
    }
    let requests = segments.sum();
    if requests > MOST {
        return Err(Fault::new("there are more requests than can be".into()));
    }
    if requests < 0.5 {
        return Err(Fault::nothing(&id, another));
    }
    let segments = segments.counts();
    let counts = Counts {
        counted: Counted::Requests,
        rows: super::total(&segments),
        segments,
        bins: bins.iter().map(Weighted::counts).collect(),
        ..Counts::new(artifact)
    };
    Ok(EdgeCounts { counts, requests, elsewhere })
}

impl Fault {
    fn new(what: String) -> Self {
        let hint =
            "ask for the counts with the query that `trainer drift MODEL --edge-query` prints";
        Self { line: None, what, hint: hint.into() }
    }

    /// Of an answer without counts: `{"success": false, "errors": [{"code": 10000, "message": "..."}]}`.
    fn refusal(answer: &Map<String, Value>) -> Self {
        let first = answer.get("errors").and_then(|errors| errors.get(0));
        let said = first.and_then(|error| error.get("message")).and_then(Value::as_str);
        let code = first.and_then(|error| error.get("code")).and_then(Value::as_u64);
        let said = said.map_or_else(String::new, |said| format!(": {}", shown(said)));
        let code = code.map_or_else(String::new, |code| format!(" ({code})"));
        let hint = "the token needs the permission Account Analytics: Read, and the account is the one \
                    that the Worker runs in";
        Self {
            line: None,
            what: format!("this is a refusal of Cloudflare's API{said}{code}"),
            hint: hint.into(),
        }
    }

    fn nothing(id: &str, another: Option<&str>) -> Self {
        let what = another.map_or_else(
            || "nothing was counted".into(),
            |other| format!("nothing was counted of model {id}, but of `{}`", shown(other)),
        );
        let hint = "`GET /v1/model` says which model the Worker answers with; it counts where \
                    COUNTERS is bound, and requests without `Wedge-Opt-Out`";
        Self { line: None, what, hint: hint.into() }
    }
}

fn rows(text: &str) -> Result<Vec<Value>, Fault> {
    let text = text.trim_start_matches('\u{feff}');
    let values: Result<Vec<Value>, _> = Deserializer::from_str(text).into_iter().collect();
    let mut values = values.map_err(|error| Fault {
        line: Some(error.line() as u64),
        ..Fault::new(format!("this is not JSON: {error}"))
    })?;
    if values.len() == 1 {
        match values.remove(0) {
            Value::Array(rows) => return Ok(rows),
            Value::Object(mut answer) => match answer.remove("data") {
                Some(Value::Array(rows)) => return Ok(rows),
                Some(_) => return Err(Fault::new("`data` is no array".into())),
                None if answer.get("success") == Some(&Value::Bool(false)) => {
                    return Err(Fault::refusal(&answer));
                }
                None => values.push(Value::Object(answer)),
            },
            other => values.push(other),
        }
    }
    Ok(values)
}

fn entry(artifact: &Artifact, row: &Map<String, Value>) -> Result<Entry, String> {
    let parts = artifact.model().parts();
    let segment = whole(row, "segment")?;
    let name = word(row, "column")?;
    let bin = whole(row, "bin")?;
    let position = parts.segments.iter().position(|info| usize::from(info.id) == segment);
    let segment = position.ok_or_else(|| format!("the model has no segment {segment}"))?;
    let columns = parts.schema.columns();
    let position = columns.iter().position(|column| column.name == name);
    let column = position.ok_or_else(|| {
        let near = suggestion(name, columns.iter().map(|column| column.name.as_str()));
        format!("the model has no column `{}`; {near}", shown(name))
    })?;
    let n_bins = parts.baseline.columns()[column].shares.len();
    if bin >= n_bins {
        return Err(format!("`bin` is {bin}, and `{name}` has bins 0 to {}", n_bins - 1));
    }
    let weight = weight(row)?;
    let squares = if row.contains_key("squares") { figure(row, "squares")? } else { weight };
    // A point stands for one request or more, so a sum of squares is no less.
    Ok(Entry { segment, column, bin, weight, squares: squares.max(weight) })
}

/// `n`: not whole where requests were sampled.
fn weight(row: &Map<String, Value>) -> Result<f64, String> {
    let n = figure(row, "n")?;
    let is_count = (0.0..=MOST).contains(&n);
    is_count.then_some(n).ok_or_else(|| format!("`n` is {}, which is no count", number::to_text(n)))
}

fn word<'r>(row: &'r Map<String, Value>, name: &str) -> Result<&'r str, String> {
    match row.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(format!("`{name}` is no text")),
        None => Err(format!("`{name}` is missing")),
    }
}

/// A number, or a text that is one.
fn figure(row: &Map<String, Value>, name: &str) -> Result<f64, String> {
    let read = match row.get(name) {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => number::parse(text).map(number::Finite::get),
        Some(_) => None,
        None => return Err(format!("`{name}` is missing")),
    };
    read.ok_or_else(|| {
        let given = row.get(name).map(Value::to_string).unwrap_or_default();
        format!("`{name}` is {}, which is no number", shown(&given))
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number from 0 to 65,535"
)]
fn whole(row: &Map<String, Value>, name: &str) -> Result<usize, String> {
    let number = figure(row, name)?;
    let is_whole = number.fract() == 0.0 && (0.0..=f64::from(u16::MAX)).contains(&number);
    let wrong = || format!("`{name}` is {}, which is none", number::to_text(number));
    is_whole.then_some(number as usize).ok_or_else(wrong)
}

/// What a file says, so that it cannot do anything to a terminal, and not all of it.
fn shown(text: &str) -> String {
    let escaped: String = text.chars().take(64).flat_map(char::escape_debug).collect();
    escaped.replace("\\\"", "\"")
}

/// Points over bins, with what they stand for.
struct Weighted {
    weights: Vec<f64>,
    squares: f64,
}

impl Weighted {
    fn new(n_bins: usize) -> Self {
        Self { weights: vec![0.0; n_bins], squares: 0.0 }
    }

    fn add(&mut self, bin: usize, entry: &Entry) {
        self.weights[bin] += entry.weight;
        self.squares += entry.squares;
    }

    fn sum(&self) -> f64 {
        self.weights.iter().fold(0.0, |sum, weight| sum + weight)
    }

    /// As many requests as the points are worth, in the bins' proportions.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to what a u32 holds: sums are checked"
    )]
    fn counts(&self) -> Vec<u32> {
        let worth = if self.squares > 0.0 { self.sum() / self.squares } else { 1.0 };
        self.weights.iter().map(|weight| math::round_ties_even(weight * worth) as u32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampled_points_count_for_what_they_are_worth() {
        let entry = |weight, squares| Entry { segment: 0, column: 0, bin: 0, weight, squares };
        // 40 and 60 points that each stand for 10.
        let mut sampled = Weighted::new(2);
        sampled.add(0, &entry(400.0, 4000.0));
        sampled.add(1, &entry(600.0, 6000.0));
        assert_eq!((sampled.counts(), sampled.sum()), (vec![40, 60], 1000.0));
        // 50 that stand for one and 50 that stand for 3: 200 squared over 500.
        let mut mixed = Weighted::new(2);
        mixed.add(0, &entry(50.0, 50.0));
        mixed.add(1, &entry(150.0, 450.0));
        assert_eq!(mixed.counts(), [20, 60]);
        let mut all = Weighted::new(2);
        all.add(1, &entry(7.4, 7.4));
        assert_eq!((all.counts(), Weighted::new(1).counts()), (vec![0, 7], vec![0]));
    }

    #[test]
    fn what_a_file_says_does_nothing_to_a_terminal() {
        assert_eq!(shown("\u{1b}[2J\n\"a\""), "\\u{1b}[2J\\n\"a\"");
        assert_eq!(shown(&"x".repeat(99)).len(), 64);
    }
}
