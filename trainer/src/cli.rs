//! The command line's words.

mod batch;
mod data;
mod embed;
mod key;
mod playbook;
mod retrain;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum as _};
use clap_complete::Shell;

pub use self::batch::{EvaluateArgs, ExplainArgs, PredictArgs, RowFormat};
pub use self::data::{
    ColumnArgs, FindingArgs, ModelArgs, ReadArgs, RowArgs, SegmentArgs, TargetArgs,
};
use self::data::{date_order, day};
pub use self::embed::EmbedArgs;
pub use self::key::{
    KeyArgs, KeyCheckArgs, KeyCommand, KeyCustomerArgs, KeyNewArgs, KeySecretArgs,
};
pub use self::playbook::{PlaybookArgs, PlaybookCheckArgs, PlaybookCommand};
pub use self::retrain::{DiffArgs, DriftArgs};
use shared::date::{DateOrder, Day};

/// Customer segmentation, trained here and answered at the edge.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Examples:
  trainer check customers.csv                     what is in the table, and what is wrong with it
  trainer init customers.csv                      every decision about it, to edit: wedge.toml
  trainer fit customers.csv                       find segments, write model/
  trainer fit customers.csv --target churned      and a model of `churned` for each segment
  trainer predict model/model.postcard new.csv    add segment and predictions to each row
  trainer explain model/model.postcard --set age=40   what it says of one customer, and why
  trainer evaluate model/model.postcard known.csv how good its predictions are
  trainer drift model/model.postcard new.csv      whether customers are still like those of training
  trainer diff old.postcard new.postcard all.csv  who changes segment with a new model, and why
  trainer playbook check wedge.toml --model M --data D    whom its recipes would reach
  trainer embed model/model.postcard worker/      put a model into a release of the Worker
  trainer rfm orders.csv | less                   orders to one row for each customer
  trainer key new --tenant shop >> api-keys.txt   a key for who asks a Worker
  trainer help fit                                all about one command

Exit codes: 0 ok, 2 usage, 3 a condition that was asked for does not hold, 65 bad data, 66 no input,
73 cannot write, 74 reading or writing failed, 130 interrupted, 143 terminated.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to talk meanwhile.
    #[command(flatten)]
    pub manner: MannerArgs,
}

/// Options that every verb has.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct MannerArgs {
    /// Print no notes, warnings, progress or tables; errors and results that were asked for still come
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// When to use colour; `auto`: at a terminal, unless `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what a table holds, what is wrong with it, and whether `fit` would go on
    Check(CheckArgs),
    /// Write every decision about a table into a wedge.toml to edit
    Init(InitArgs),
    /// Find segments in a table of customers and write a model
    Fit(FitArgs),
    /// Add segment and predictions to each row of a table
    Predict(PredictArgs),
    /// Say what the model says of one customer, and why
    Explain(ExplainArgs),
    /// Say how good predictions are, on customers whose target is known
    Evaluate(EvaluateArgs),
    /// Show what a model is
    Inspect(InspectArgs),
    /// Say who changes segment between two models, and why
    Diff(DiffArgs),
    /// Say whether a table's customers are like those that a model was trained on
    Drift(DriftArgs),
    /// Put a model into a release of the Worker, or go back to the one before
    Embed(EmbedArgs),
    /// Try a playbook's recipes on customers
    Playbook(PlaybookArgs),
    /// Write the prepared matrix, to check Wedge on the same numbers
    Transform(TransformArgs),
    /// Turn orders into one row for each customer: recency, frequency, monetary value
    Rfm(RfmArgs),
    /// Make and check keys and secrets for a Worker, and say where it keeps a customer
    Key(KeyArgs),
    /// Print what a shell needs to complete this program's words
    Completions(CompletionsArgs),
    /// Print the manual page, or write all of them into a folder
    Man(ManArgs),
}

impl Command {
    /// Whether JSON was asked for: then errors are JSON too.
    pub fn json(&self) -> bool {
        match self {
            Self::Check(args) => args.json,
            Self::Init(args) => args.json,
            Self::Fit(args) => args.json,
            Self::Predict(args) => args.json,
            Self::Explain(args) => args.json,
            Self::Evaluate(args) => args.json,
            Self::Inspect(args) => args.json,
            Self::Diff(args) => args.json,
            Self::Drift(args) => args.json,
            Self::Embed(args) => args.json,
            Self::Playbook(PlaybookArgs { command: PlaybookCommand::Check(args) }) => args.json,
            Self::Transform(args) => args.json,
            Self::Rfm(args) => args.json,
            Self::Key(KeyArgs { command: KeyCommand::New(args) }) => args.json,
            Self::Key(KeyArgs { command: KeyCommand::Secret(args) }) => args.json,
            Self::Key(KeyArgs { command: KeyCommand::Check(args) }) => args.json,
            Self::Key(KeyArgs { command: KeyCommand::Customer(args) }) => args.json,
            Self::Completions(_) | Self::Man(_) => false,
        }
    }
}

/// What the words ask for on how to talk, for the time when they are not understood yet: help and usage errors
/// are shown as asked too.
pub fn manner_of(words: impl Iterator<Item = OsString>) -> (bool, ColorChoice) {
    let (mut json, mut color) = (false, ColorChoice::Auto);
    let words: Vec<String> = words
        .map(|word| word.to_string_lossy().into_owned())
        .take_while(|word| word != "--")
        .collect();
    for (i, word) in words.iter().enumerate() {
        json |= word == "--json";
        let value = match word.strip_prefix("--color") {
            Some("") => words.get(i + 1).map(String::as_str),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        if let Some(choice) = value.and_then(|value| ColorChoice::from_str(value, false).ok()) {
            color = choice;
        }
    }
    (json, color)
}

/// `trainer check`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer check customers.csv
  trainer check customers.csv --target churned
  trainer check export.csv.gz --missing -1 --date-order dmy
  zcat customers.csv.gz | trainer check - --json | jq .findings

Says of every column what it holds and what it is used for; of the table, what is wrong, repeated,
personal, sensitive, or gives the target away. Exits with 65 where `fit` would not go on.")]
pub struct CheckArgs {
    /// A file with a row for each customer: CSV (also .gz), NDJSON, Parquet, Excel; `-` is standard input
    pub data: PathBuf,
    /// What is to be predicted
    #[command(flatten)]
    pub targets: TargetArgs,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// How many segments are to be found
    #[command(flatten)]
    pub segments: SegmentArgs,
    /// How the file is written
    #[command(flatten)]
    pub read: ReadArgs,
    /// What its columns are
    #[command(flatten)]
    pub columns: ColumnArgs,
    /// Rows that cannot be used
    #[command(flatten)]
    pub rows: RowArgs,
}

/// `trainer init`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer init customers.csv
  trainer init customers.csv --target churned --out churn.toml
  trainer fit customers.csv --config churn.toml")]
pub struct InitArgs {
    /// A file with a row for each customer: CSV (also .gz), NDJSON, Parquet, Excel; `-` is standard input
    pub data: PathBuf,
    /// What is to be predicted
    #[command(flatten)]
    pub targets: TargetArgs,
    /// The file to write; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "wedge.toml")]
    pub out: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    pub force: bool,
    /// Print the decisions as JSON, and write no file
    #[arg(long)]
    pub json: bool,
    /// How the file is written
    #[command(flatten)]
    pub read: ReadArgs,
    /// What its columns are
    #[command(flatten)]
    pub columns: ColumnArgs,
}

/// `trainer fit`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer fit customers.csv
  trainer fit customers.csv --target spend --ignore region --out model/
  trainer fit customers.csv --segments 4 --json | jq .segments
  trainer fit customers.csv --compare             which algorithm suits these customers
  trainer fit new.csv --previous model/model.postcard --out model-2/   keep the segments' ids and names

Writes into the folder of `--out`: model.postcard (the model), report.html (to read and to show),
metrics.json (every figure of it), schema.json (JSON Schema of a customer) and timings.json.")]
pub struct FitArgs {
    /// A file with a row for each customer: CSV (also .gz), NDJSON, Parquet, Excel; `-` is standard input
    pub data: PathBuf,
    /// What is to be predicted
    #[command(flatten)]
    pub targets: TargetArgs,
    /// How many segments
    #[command(flatten)]
    pub segments: SegmentArgs,
    /// How segments are found and shown
    #[command(flatten)]
    pub finding: FindingArgs,
    /// What models may cost
    #[command(flatten)]
    pub models: ModelArgs,
    /// How the file is written
    #[command(flatten)]
    pub read: ReadArgs,
    /// What its columns are
    #[command(flatten)]
    pub columns: ColumnArgs,
    /// Rows that cannot be used
    #[command(flatten)]
    pub rows: RowArgs,
    /// Folder for the results
    #[arg(long, value_name = "FOLDER", default_value = "model")]
    pub out: PathBuf,
    /// Print metrics.json instead of tables
    #[arg(long)]
    pub json: bool,
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
    /// A file with the columns that the model reads, in any format of `fit`; `-` is standard input
    pub data: PathBuf,
    /// The `.npy` file to write: float64, one row for each customer; only you may read it
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Print rows, features and file as JSON
    #[arg(long)]
    pub json: bool,
    /// Dates become days before this one; otherwise before the model's own day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<Day>,
    /// How the file is written
    #[command(flatten)]
    pub read: ReadArgs,
}

/// `trainer rfm`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer rfm orders.csv --customer customer_id --date date --amount amount \\
    --until 1997-09-30 --out customers.csv
  trainer rfm retail.csv --amount UnitPrice --quantity Quantity --rejects nobody.csv

Columns: the customer, recency_days (until minus last), frequency (days with a purchase),
mean_amount (per such day), total_amount, tenure_days (until minus first), mean_<name> for every
further numeric column that is no identifier, and future_spend (what is spent after `--until`) when the file goes on after
it. Customers without a purchase up to `--until` are dropped and counted.")]
pub struct RfmArgs {
    /// A file with a row for each order, in any format of `fit`; `-` is standard input
    pub transactions: PathBuf,
    /// The column that names the customer [default: `customer_id`, or one named like it]
    #[arg(long, value_name = "COLUMN")]
    pub customer: Option<String>,
    /// The column of the day [default: `date`, or one named like it]
    #[arg(long, value_name = "COLUMN")]
    pub date: Option<String>,
    /// The column of the amount [default: `amount`, or one named like it]
    #[arg(long, value_name = "COLUMN")]
    pub amount: Option<String>,
    /// The column of the quantity, where the amount is the price of one: they are multiplied
    #[arg(long, value_name = "COLUMN")]
    pub quantity: Option<String>,
    /// The last day that counts as past, inclusive; otherwise the newest day of the file
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Write here instead of to standard output; only you may read the file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Give each row as a line of JSON instead of CSV
    #[arg(long)]
    pub json: bool,
    /// The order of the days: ymd, dmy or mdy; otherwise it is recognised
    #[arg(long, value_name = "ORDER", value_parser = date_order)]
    pub date_order: Option<DateOrder>,
    /// How the file is written
    #[command(flatten)]
    pub read: ReadArgs,
    /// Rows that cannot be used
    #[command(flatten)]
    pub rows: RowArgs,
}

/// `trainer completions`
#[derive(Debug, Args)]
#[command(after_help = "Install, then start a new shell:
  bash        trainer completions bash > ~/.local/share/bash-completion/completions/trainer
  zsh         trainer completions zsh > ~/.zfunc/_trainer
              with `fpath+=~/.zfunc` before `compinit` in ~/.zshrc
  fish        trainer completions fish > ~/.config/fish/completions/trainer.fish
  powershell  trainer completions powershell >> $PROFILE
  elvish      trainer completions elvish >> ~/.config/elvish/rc.elv

Example, for this shell only:
  source <(trainer completions bash)")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// `trainer man`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer man | man -l -
  trainer man --out ~/.local/share/man/man1       install: then `man trainer`, `man trainer-fit`")]
pub struct ManArgs {
    /// Write trainer.1 and a page for each command here
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}
