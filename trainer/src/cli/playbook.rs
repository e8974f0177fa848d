//! The words of what is done with a playbook before it is used.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use shared::date::Day;
use shared::number::Finite;

use super::data::{ReadArgs, RowArgs, day};
use crate::playbook::thousandths;

/// `trainer playbook`
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Example:
  trainer playbook check wedge.toml --model model/model.postcard --data customers.csv"
)]
pub struct PlaybookArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: PlaybookCommand,
}

/// What can be done with a playbook.
#[derive(Debug, Subcommand)]
pub enum PlaybookCommand {
    /// Say whom each recipe reaches, which never fire, which overlap, and what is wrong
    Check(PlaybookCheckArgs),
}

/// `trainer playbook check`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer playbook check wedge.toml --model model/model.postcard --data customers.csv
  trainer playbook check wedge.toml --model model/model.postcard --data customers.csv --holdout 0.1
  trainer playbook check wedge.toml --model model/model.postcard --data customers.csv --json | jq .recipes

The model need not have been fitted with this playbook: its recipes are tried on the model's columns,
predictions and segments. `trainer fit --config wedge.toml` puts them into a model.
Counts of fewer than 20 customers are not told.")]
pub struct PlaybookCheckArgs {
    /// A wedge.toml with a `[playbook]`
    pub playbook: PathBuf,
    /// A model.postcard
    #[arg(long, value_name = "MODEL")]
    pub model: PathBuf,
    /// A file with the columns that the model reads, in any format of `fit`; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// The share of customers who are given none, instead of the file's
    #[arg(long, value_name = "SHARE", value_parser = holdout)]
    pub holdout: Option<u16>,
    /// The column that names the customer: those held out are then counted
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
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

/// A share that is held out, in thousandths.
pub(super) fn holdout(text: &str) -> Result<u16, String> {
    let share = shared::number::parse(text).map(Finite::get);
    share.and_then(thousandths).ok_or("expected a share from 0 to 0.999, as 0.1".into())
}
