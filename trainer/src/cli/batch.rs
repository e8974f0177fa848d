//! The words of what is asked of a model: predictions for a file, an explanation of one customer, and how good
//! predictions are.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::Args;
use shared::date::Day;
use shared::number::Finite;

use super::data::{ReadArgs, RowArgs, day, word};
use crate::config::Worded;
use crate::error::Error;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// Comma, quotes where needed, UTF-8.
    Csv,
    /// One JSON object in each line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
}

impl Worded for RowFormat {
    fn expected() -> String {
        "one of \"csv\", \"ndjson\", \"parquet\"".into()
    }

    fn read(word: &str) -> Option<Self> {
        match word {
            "csv" => Some(Self::Csv),
            "ndjson" => Some(Self::Ndjson),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

impl RowFormat {
    /// What a file's name says; CSV where it says nothing.
    fn of(path: Option<&Path>) -> Self {
        let ending = path.and_then(Path::extension).map(OsStr::to_ascii_lowercase);
        match ending.as_deref().and_then(OsStr::to_str) {
            Some("ndjson" | "jsonl") => Self::Ndjson,
            Some("parquet") => Self::Parquet,
            _ => Self::Csv,
        }
    }
}

/// `trainer predict`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer predict model/model.postcard new.csv --out scored.csv
  trainer predict model/model.postcard new.csv --out scored.parquet
  trainer predict model/model.postcard new.csv --out scored.csv --explain --rejects rejected.csv
  trainer predict model/model.postcard new.csv --json | jq .segment_name
  trainer predict model/model.postcard new.csv --id customer_id --kv kv.json --tenant shop

Adds to each row, in the file's order: segment, segment_name, distance, outlier_p (empty where
it is not known); for each target predicted_<target>, with probability_<target>_<class>, or
lower_<target> and upper_<target> where the model has an interval; and recommendations; with
--id also held_out. With --explain also reason (the three columns that speak most for the
segment) and reason_<target> (those that weigh most in the prediction); as JSON runner_up,
reasons and prediction_reasons, as in a reply of the Worker. The identifier and the target may
be absent; other columns pass through.

--kv reads CACHE_SECRET, the Worker's own, from the environment, and writes what

  npx wrangler@4.86.0 kv bulk put kv.json --binding CUSTOMERS --env staging --remote

reads: of each customer a keyed digest of the id and the encrypted reply, as POST /v1/segment
gives it. It goes on in kv-2.json where 100 MB are full. A row without an id cannot be used; an id
that is there twice is an error. `trainer key customer` says under which digest a customer is
kept, to take one out.

In CSV, text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a
line end, and is no number) gets an apostrophe before it; --raw leaves it.

Whatever the size of the file, it takes the same memory. Nothing is printed, and no file
appears, before every row is predicted: one that cannot be used further down leaves no half a
result.")]
pub struct PredictArgs {
    /// A model.postcard
    pub model: PathBuf,
    /// A file with the columns that the model reads, in any format of `fit`; `-` is standard input
    pub data: PathBuf,
    /// Write here instead of to standard output; only you may read the file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// csv, ndjson or parquet; otherwise as the name of `--out` ends, or csv
    #[arg(long, value_name = "FORMAT", value_parser = word::<RowFormat>, conflicts_with = "json")]
    pub to: Option<RowFormat>,
    /// Give each row as a line of JSON instead of CSV
    #[arg(long)]
    pub json: bool,
    /// Say why: of each row's segment, and of its predictions (with trees, some thousand rows a second)
    #[arg(long)]
    pub explain: bool,
    /// The column that names the customer: whom the playbook, or `--holdout`, holds out gets no recommendation,
    /// and a column `held_out` says so
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// Hold this share of customers out of recommendations, to measure what those are worth, whatever the playbook
    /// says; the same customers every time
    #[arg(long, value_name = "SHARE", requires = "id", value_parser = super::playbook::holdout)]
    pub holdout: Option<u16>,
    /// Write each customer's reply, sealed, for a Worker's `GET /v1/customers/{id}`; rows then only if
    /// `--out`, `--to` or `--json` asks for them; only you may read the file
    #[arg(long, value_name = "FILE", requires = "id")]
    pub kv: Option<PathBuf>,
    /// The tenant of the key that is to ask for these customers: what its line says after `tenant=`, or its id
    #[arg(long, value_name = "NAME", requires = "kv", value_parser = super::key::tenant)]
    pub tenant: Option<String>,
    /// After how many seconds the Worker's store forgets a reply of `--kv` [default: never]
    #[arg(long, value_name = "SECONDS", requires = "kv", value_parser = clap::value_parser!(u32).range(60..))]
    pub kv_ttl: Option<u32>,
    /// Leave text as it is that a spreadsheet would run
    #[arg(long)]
    pub raw: bool,
    /// Dates become days before this one; otherwise before the model's own day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<Day>,
    /// How the file is written
    #[command(flatten)]
    pub read: ReadArgs,
    /// Rows that cannot be used
    #[command(flatten)]
    pub rows: RowArgs,
}

impl PredictArgs {
    /// Whether the rows are written: unless only `--kv` is asked for.
    pub fn writes_rows(&self) -> bool {
        self.kv.is_none() || self.out.is_some() || self.to.is_some() || self.json
    }

    /// How the rows are to be written.
    ///
    /// # Errors
    /// [`Error::Usage`] for Parquet on standard output, and for a file that is named as something else.
    pub fn format(&self) -> Result<RowFormat, Error> {
        let asked = if self.json { Some(RowFormat::Ndjson) } else { self.to };
        let ending = self.out.as_deref().and_then(Path::extension).and_then(OsStr::to_str);
        if let (None, Some(ending @ ("xlsx" | "xls" | "gz" | "zip" | "json"))) = (asked, ending) {
            return Err(Error::Usage {
                what: format!("rows are not written as .{ending}"),
                hint:
                    "name a file that ends in .csv, .ndjson or .parquet, or say which with `--to`"
                        .into(),
            });
        }
        match asked.unwrap_or_else(|| RowFormat::of(self.out.as_deref())) {
            RowFormat::Parquet if self.out.is_none() => Err(Error::Usage {
                what: "Parquet is not for standard output".into(),
                hint: "name a file: `--out scored.parquet`".into(),
            }),
            format => Ok(format),
        }
    }
}

/// `trainer explain`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer explain model/model.postcard --set age=40 --set plan=gold
  trainer explain model/model.postcard --from customers.csv --row 17
  trainer explain model/model.postcard --from customers.csv --row 17 --set visits=9
  trainer explain model/model.postcard --set age=40 --json | jq .smallest_change

Values are read as the cells of a CSV file are. What a customer may lack can be left out, and
is filled in as in training. `--set` beside `--row` says what would be if that customer were
different.")]
pub struct ExplainArgs {
    /// A model.postcard
    pub model: PathBuf,
    /// A value of the customer (repeatable)
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = setting, allow_hyphen_values = true)]
    pub set: Vec<String>,
    /// Take the customer from this file, in any format of `fit`
    #[arg(long, value_name = "FILE", requires = "row")]
    pub from: Option<PathBuf>,
    /// Which customer of the file; the first is 1
    #[arg(long, value_name = "N", requires = "from", value_parser = clap::value_parser!(u64).range(1..))]
    pub row: Option<u64>,
    /// Dates become days before this one; otherwise before the model's own day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<Day>,
    /// Print the answer as JSON, as the Worker gives it
    #[arg(long)]
    pub json: bool,
    /// How the file is written
    #[command(flatten)]
    pub read: ReadArgs,
}

/// `trainer evaluate`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer evaluate model/model.postcard labelled.csv
  trainer evaluate model/model.postcard labelled.csv --min accuracy=0.5 --max log-loss=1.2
  trainer evaluate model/model.postcard march.csv --as-of 2026-03-01 --min r2=0.2 --max rmse=100
  trainer evaluate model/model.postcard labelled.csv --json | jq '.targets[0].figures'

Predicts every row and compares with the target's column. Figures of a class: accuracy,
macro-f1, log-loss, ece, ece-classwise; of a number: rmse, mae, r2, coverage (of the interval,
where the model has one); of one that is often zero also deviance, top-decile-capture, total
(predicted / actual). With several targets, `--min TARGET.accuracy=0.5` asks it of one. Rows
whose target is missing, or is none of the classes, are counted and left out. Exits with 3
where a figure is not as asked.")]
pub struct EvaluateArgs {
    /// A model.postcard that predicts a target
    pub model: PathBuf,
    /// A file with the columns that the model reads and its targets, in any format of `fit`; `-` is standard input
    pub data: PathBuf,
    /// Exit with 3 where a figure is smaller (repeatable)
    #[arg(long, value_name = "FIGURE=VALUE", value_parser = limit)]
    pub min: Vec<(String, f64)>,
    /// Exit with 3 where a figure is larger (repeatable)
    #[arg(long, value_name = "FIGURE=VALUE", value_parser = limit)]
    pub max: Vec<(String, f64)>,
    /// Print the figures as JSON
    #[arg(long)]
    pub json: bool,
    /// Dates become days before this one; otherwise before the model's own day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<Day>,
    /// How the file is written
    #[command(flatten)]
    pub read: ReadArgs,
    /// Rows that cannot be used
    #[command(flatten)]
    pub rows: RowArgs,
}

fn setting(text: &str) -> Result<String, String> {
    if text.contains('=') { Ok(text.to_owned()) } else { Err("expected COLUMN=VALUE".into()) }
}

fn limit(text: &str) -> Result<(String, f64), String> {
    let expected = "expected FIGURE=VALUE, as in accuracy=0.5";
    let (figure, value) = text.rsplit_once('=').ok_or(expected)?;
    let value = shared::number::parse(value.trim()).map(Finite::get).ok_or(expected)?;
    Ok((figure.trim().to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_how_rows_are_written() {
        for (name, format) in [
            ("a.csv", RowFormat::Csv),
            ("a.ndjson", RowFormat::Ndjson),
            ("b/a.JSONL", RowFormat::Ndjson),
            ("a.parquet", RowFormat::Parquet),
            ("parquet", RowFormat::Csv),
        ] {
            assert_eq!(RowFormat::of(Some(Path::new(name))), format, "{name}");
        }
        assert_eq!(RowFormat::of(None), RowFormat::Csv);
    }

    #[test]
    fn a_limit_is_a_figure_and_a_number() {
        assert_eq!(limit("a=b.r2= 0.5"), Ok(("a=b.r2".into(), 0.5)));
        for text in ["r2", "r2=", "r2=nan", "r2=x"] {
            assert!(limit(text).is_err(), "{text}");
        }
    }
}
