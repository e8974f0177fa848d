//! The command line's words.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Customer segmentation, trained here and answered at the edge.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Examples:
  trainer fit customers.csv                       find segments, write model/
  trainer fit customers.csv --target churned      and a model of `churned` for each segment
  trainer predict model/model.postcard new.csv    add segment and predictions to each row
  trainer rfm orders.csv | less                   orders to one row for each customer

Exit codes: 0 ok, 2 usage, 65 bad data, 66 no input, 73 cannot write, 74 reading or writing failed.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find segments in a table of customers and write a model
    Fit(FitArgs),
    /// Add segment and predictions to each row of a table
    Predict(PredictArgs),
    /// Show what a model is
    Inspect(InspectArgs),
    /// Write the prepared matrix, to check Wedge on the same numbers
    Transform(TransformArgs),
    /// Turn orders into one row for each customer: recency, frequency, monetary value
    Rfm(RfmArgs),
}

/// `trainer fit`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer fit customers.csv
  trainer fit customers.csv --target spend --ignore region --out model/
  trainer fit customers.csv --segments 4 --json | jq .segments

Writes into the folder of `--out`: model.postcard (the model), metrics.json (every figure),
schema.json (JSON Schema of a customer) and timings.json.")]
pub struct FitArgs {
    /// A CSV file with a header and one row for each customer
    pub data: PathBuf,
    /// Predict this column in every segment; without it, each segment's typical values are kept
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,
    /// Leave a column out (repeatable)
    #[arg(long, value_name = "COLUMN")]
    pub ignore: Vec<String>,
    /// The column that names the customer; otherwise it is recognised
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// Find exactly this many segments instead of taking the elbow
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub segments: Option<u16>,
    /// Try up to this many segments
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub max_segments: u16,
    /// Refuse segments with fewer customers: a small one may show a person
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub min_segment: u32,
    /// Fold words that fewer customers share into "(other)": a rare word may show a person
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub min_level: u32,
    /// Seed of everything random; the same seed and data give the same bytes
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Folder for the results
    #[arg(long, value_name = "FOLDER", default_value = "model")]
    pub out: PathBuf,
    /// Print metrics.json instead of tables
    #[arg(long)]
    pub json: bool,
}

/// `trainer predict`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer predict model/model.postcard new.csv --out scored.csv
  trainer predict model/model.postcard new.csv | head

Adds the columns segment, segment_name, distance, predicted_<target> and
probability_<target>_<class>. The identifier and the target may be absent; other columns pass through.")]
pub struct PredictArgs {
    /// A model.postcard
    pub model: PathBuf,
    /// A CSV file with the columns that the model reads
    pub data: PathBuf,
    /// Write here instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `trainer inspect`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer inspect model/model.postcard
  trainer inspect model/model.postcard --json | jq .segments")]
pub struct InspectArgs {
    /// A model.postcard
    pub model: PathBuf,
    /// Print JSON instead of tables
    #[arg(long)]
    pub json: bool,
}

/// `trainer transform`
#[derive(Debug, Args)]
#[command(after_help = "Example:
  trainer transform model/model.postcard customers.csv --out matrix.npy
  python3 -c \"import numpy; print(numpy.load('matrix.npy').shape)\"

Rows are in the file's order, columns in the order that `trainer inspect` shows.")]
pub struct TransformArgs {
    /// A model.postcard
    pub model: PathBuf,
    /// A CSV file with the columns that the model reads
    pub data: PathBuf,
    /// The `.npy` file to write: float64, one row for each customer
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `trainer rfm`
#[derive(Debug, Args)]
#[command(after_help = "Example:
  trainer rfm orders.csv --customer customer_id --date date --amount amount \\
    --until 1997-09-30 --out customers.csv

Columns: the customer, recency_days (until minus last), frequency (days with a purchase),
mean_amount (per such day), total_amount, tenure_days (until minus first), mean_<name> for every
further numeric column, and future_spend (what is spent after `--until`) when the file goes on after
it. Customers without a purchase up to `--until` are dropped and counted.")]
pub struct RfmArgs {
    /// A CSV file with a header and one row for each order
    pub transactions: PathBuf,
    /// The column that names the customer
    #[arg(long, value_name = "COLUMN", default_value = "customer_id")]
    pub customer: String,
    /// The column of the day, as YYYY-MM-DD
    #[arg(long, value_name = "COLUMN", default_value = "date")]
    pub date: String,
    /// The column of the amount
    #[arg(long, value_name = "COLUMN", default_value = "amount")]
    pub amount: String,
    /// The last day that counts as past, inclusive; otherwise the newest day of the file
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Write here instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
