//! The words of what is done with a model once customers have changed.

use std::path::PathBuf;

use clap::Args;
use shared::date::Day;
use shared::number::Finite;

use super::data::{ReadArgs, RowArgs, day};

/// `trainer diff`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer fit customers.csv --previous old.postcard --out new/
  trainer diff old.postcard new/model.postcard customers.csv
  trainer diff old.postcard new/model.postcard customers.csv --out moved.csv
  trainer diff old.postcard new/model.postcard customers.csv --json | jq .movements

Segments are the same where they have the same id, which `fit --previous` keeps. `--out` adds the
columns old_segment, old_segment_name, new_segment, new_segment_name and moved to each row.")]
pub struct DiffArgs {
    /// The previous model.postcard
    pub old: PathBuf,
    /// The new model.postcard
    pub new: PathBuf,
    /// A file with the columns that both models read, in any format of `fit`; `-` is standard input
    pub data: PathBuf,
    /// Write each row with both segments here; only you may read the file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Dates become days before this one; otherwise before the new model's own day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<Day>,
    /// How the file is written
    #[command(flatten)]
    pub read: ReadArgs,
    /// Rows that cannot be used
    #[command(flatten)]
    pub rows: RowArgs,
}

/// `trainer drift`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer drift model/model.postcard this-week.csv
  trainer drift model/model.postcard this-week.csv --as-of 2026-03-01
  trainer drift model/model.postcard this-week.csv --quiet; [ $? -eq 3 ] && \\
    trainer fit this-week.csv --previous model/model.postcard
  trainer drift model/model.postcard this-week.csv --json | jq '.columns[] | select(.p < 0.01).name'
  trainer drift model/model.postcard --edge-query --days 7 > query.sql
  curl --fail-with-body \\
    \"https://api.cloudflare.com/client/v4/accounts/$ACCOUNT_ID/analytics_engine/sql\" \\
    --header \"Authorization: Bearer $API_TOKEN\" --data-binary @query.sql > counts.json
  trainer drift model/model.postcard --edge counts.json

Compares every column and the mix of segments with training: the population stability index and the
Jensen-Shannon divergence, each beside what chance alone gives at this number of customers.
Exits with 3 where customers have drifted.

With `--edge` the requests that the deployed Worker answered are compared, as its counters hold them.
Each tells of its segment and of one column, drawn by chance, so no person's profile is stored; a
column is judged by the requests that tell of it, and not before there are 20. A customer who asks
often counts often. The token needs the permission Account Analytics: Read.")]
pub struct DriftArgs {
    /// A model.postcard
    pub model: PathBuf,
    /// A file with the columns that the model reads, in any format of `fit`; `-` is standard input
    #[arg(required_unless_present_any = ["edge", "edge_query"])]
    pub data: Option<PathBuf>,
    /// Compare what the deployed Worker counted: the answer of Cloudflare's SQL API, as JSON; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "as_of", "ReadArgs", "RowArgs"])]
    pub edge: Option<PathBuf>,
    /// Print the query that gives these counts
    #[arg(long, conflicts_with_all = ["data", "edge", "as_of", "ReadArgs", "RowArgs"])]
    pub edge_query: bool,
    /// Ask for so many days back; Cloudflare keeps 90
    #[arg(long, value_name = "N", default_value_t = 7, conflicts_with_all = ["data", "edge"], value_parser = clap::value_parser!(u8).range(1..=90))]
    pub days: u8,
    /// Ask for the counters of this dataset
    #[arg(long, value_name = "NAME", default_value = "wedge", conflicts_with_all = ["data", "edge"], value_parser = dataset)]
    pub dataset: String,
    /// How often drift may be called where there is none, over all columns together
    #[arg(long, value_name = "SHARE", default_value = "0.01", value_parser = alpha)]
    pub alpha: f64,
    /// Print the report as JSON
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

fn alpha(text: &str) -> Result<f64, String> {
    let share = shared::number::parse(text).map(Finite::get);
    share.filter(|s| (0.001..=0.5).contains(s)).ok_or("expected a share from 0.001 to 0.5".into())
}

/// A name that needs no quotes in SQL.
fn dataset(text: &str) -> Result<String, String> {
    let mut letters = text.chars();
    let begins = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_');
    let goes_on = letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    (begins && goes_on)
        .then(|| text.to_owned())
        .ok_or("expected letters, digits and _, as in wrangler.toml".into())
}
