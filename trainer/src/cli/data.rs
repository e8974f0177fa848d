//! The flags that say how to read a table and what its columns are: the same for every verb that reads one.

use std::path::PathBuf;

use clap::Args;
use shared::artifact::MAX_BYTES;
use shared::date::{DateOrder, Day};
use shared::dialect::DecimalMark;
use shared::encoding::Encoding;

use crate::algorithms::Algorithm;
use crate::choose::ChooseBy;
use crate::config::{Delimiter, Worded};
use crate::prepare::Impute;
use crate::read::Format;
use crate::told::KindTold;

/// How a file is written, where the person says so.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading (recognised, unless told)")]
pub struct ReadArgs {
    /// A wedge.toml, as `trainer init` writes it; flags beat it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// csv, ndjson, parquet or excel
    #[arg(long, value_name = "FORMAT", value_parser = word::<Format>)]
    pub format: Option<Format>,
    /// The sheet of a workbook; otherwise the one with the most cells
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// What separates cells: "," ";" "|" or tab
    #[arg(long, value_name = "CHAR", value_parser = word::<Delimiter>)]
    pub delimiter: Option<Delimiter>,
    /// utf-8, utf-16le, utf-16be or windows-1252
    #[arg(long, value_name = "NAME", value_parser = word::<Encoding>)]
    pub encoding: Option<Encoding>,
    /// What stands before a number's fraction: "." or ","
    #[arg(long, value_name = "CHAR", value_parser = word::<DecimalMark>)]
    pub decimal: Option<DecimalMark>,
    /// Lines above the header to skip
    #[arg(long, value_name = "N")]
    pub skip_lines: Option<u64>,
    /// The first line is a customer and names no columns
    #[arg(long)]
    pub no_header: bool,
    /// Refuse a file of more rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_rows: Option<u64>,
}

/// What is to be predicted.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// Predict this column, in every segment; can be given again for more columns. Without it, every number is
    /// expected from the others
    #[arg(long, value_name = "COLUMN")]
    pub target: Vec<String>,
    /// Take the targets as classes, even where they are numbers
    #[arg(long, conflicts_with = "regress")]
    pub classify: bool,
    /// Take the targets as numbers
    #[arg(long)]
    pub regress: bool,
}

/// What models may cost, and what is written of how they were judged.
#[derive(Debug, Args)]
#[command(next_help_heading = "Models of the targets")]
pub struct ModelArgs {
    /// The largest model.postcard: fewer trees are tried for a smaller one; for example 60k or 1M
    #[arg(long, value_name = "BYTES", default_value = "128k", value_parser = bytes)]
    pub max_artifact_size: usize,
    /// Recommend only to do more of this column, not of all that tell what customers do (repeatable)
    #[arg(long, value_name = "COLUMN")]
    pub recommend: Vec<String>,
    /// Write the answers to customers who were held out: row, fold, segment, predictions; only you may read the
    /// file
    #[arg(long, value_name = "FILE")]
    pub out_of_fold: Option<PathBuf>,
}

/// A number of bytes: `60k` is 60 times 1024, `1M` that times 1024 again.
fn bytes(text: &str) -> Result<usize, String> {
    let (digits, factor) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1 << 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 1 << 20),
        _ => (text, 1),
    };
    let n = digits.parse::<usize>().ok().and_then(|n| n.checked_mul(factor));
    n.filter(|n| (1024..=MAX_BYTES).contains(n))
        .ok_or_else(|| "expected a number of bytes from 1k to 2M, such as 60k".to_owned())
}

/// What columns hold and are for, where the person says so.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns (read off the values, unless told)")]
pub struct ColumnArgs {
    /// Leave a column out (repeatable)
    #[arg(long, value_name = "COLUMN")]
    pub ignore: Vec<String>,
    /// The column that names the customer
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// Use a column that would be left out: personal data, one that gives the target away (repeatable)
    #[arg(long, value_name = "COLUMN")]
    pub allow_column: Vec<String>,
    /// What a column holds: number, yes/no, ordinal, categorical, date or text (repeatable)
    #[arg(long, value_name = "COLUMN=KIND", value_parser = pair::<KindTold>)]
    pub kind: Vec<(String, KindTold)>,
    /// Words with an order, lowest first (repeatable)
    #[arg(long, value_name = "COLUMN=A<B<C", value_parser = ordinal)]
    pub ordinal: Vec<(String, Vec<String>)>,
    /// A value that means "missing", everywhere or in one column (repeatable)
    #[arg(long, value_name = "[COLUMN=]VALUE", allow_hyphen_values = true)]
    pub missing: Vec<String>,
    /// The order of dates: ymd, dmy or mdy, everywhere or in one column (repeatable)
    #[arg(long, value_name = "[COLUMN=]ORDER", value_parser = maybe_pair::<DateOrder>)]
    pub date_order: Vec<(Option<String>, DateOrder)>,
    /// Dates become days before this one; otherwise before the newest
    #[arg(long, value_name = "DATE", value_parser = word::<Day>)]
    pub as_of: Option<Day>,
    /// What stands in for missing numbers: median, mean or zero, everywhere or in one column (repeatable)
    #[arg(long, value_name = "[COLUMN=]HOW", value_parser = maybe_pair::<Impute>)]
    pub impute: Vec<(Option<String>, Impute)>,
    /// Fold words that fewer customers share into "(other)": a rare word may show a person [default: 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub min_level: Option<u32>,
}

/// How many segments.
#[derive(Debug, Args)]
pub struct SegmentArgs {
    /// Find exactly this many segments, whatever the evidence says
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub segments: Option<u16>,
    /// Try up to this many segments [default: 10]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub max_segments: Option<u16>,
    /// Refuse segments with fewer customers: a small one may show a person [default: 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub min_segment: Option<u32>,
    /// Seed of everything random; the same seed and data give the same bytes [default: 0]
    #[arg(long)]
    pub seed: Option<u64>,
}

/// How segments are found and shown.
#[derive(Debug, Args)]
pub struct FindingArgs {
    /// What decides on the number of segments: elbow, silhouette, gap or stability [default: elbow]
    #[arg(long, value_name = "CRITERION", value_parser = word::<ChooseBy>)]
    pub choose: Option<ChooseBy>,
    /// k-means, mixture (Gaussian) or prototypes (for words beside numbers) [default: k-means]
    #[arg(long, value_name = "NAME", value_parser = word::<Algorithm>)]
    pub algorithm: Option<Algorithm>,
    /// Try all algorithms on these customers and show them side by side
    #[arg(long)]
    pub compare: bool,
    /// Continue this model: keep its number of segments, their ids and names, where they are still there
    #[arg(long, value_name = "MODEL")]
    pub previous: Option<PathBuf>,
    /// Draw single customers on the report's map; otherwise only counts of 20 or more
    #[arg(long)]
    pub show_customers: bool,
}

/// What becomes of rows that cannot be used.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Rows that cannot be used")]
pub struct RowArgs {
    /// Put them aside in this file, each with its line and the reason, and go on
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Show the values that cannot be used, which may be personal
    #[arg(long)]
    pub show_values: bool,
}

/// A word of ours.
pub(super) fn word<T: Worded>(text: &str) -> Result<T, String> {
    T::read(text).ok_or_else(|| format!("expected {}", T::expected()))
}

/// A column's name may hold `=`: the last one counts.
fn pair<T: Worded>(text: &str) -> Result<(String, T), String> {
    let (column, rest) = text.rsplit_once('=').ok_or("expected COLUMN=...")?;
    Ok((column.to_owned(), word(rest)?))
}

fn maybe_pair<T: Worded>(text: &str) -> Result<(Option<String>, T), String> {
    match text.rsplit_once('=') {
        None => Ok((None, word(text)?)),
        Some((column, rest)) => Ok((Some(column.to_owned()), word(rest)?)),
    }
}

fn ordinal(text: &str) -> Result<(String, Vec<String>), String> {
    let (column, rest) = text.split_once('=').ok_or("expected COLUMN=A<B<C")?;
    let levels: Vec<String> = rest.split('<').map(|level| level.trim().to_owned()).collect();
    if levels.len() < 2 || levels.iter().any(String::is_empty) {
        return Err("expected at least two words, lowest first: COLUMN=A<B<C".into());
    }
    Ok((column.to_owned(), levels))
}

/// A day, for a flag of one verb.
pub(super) fn day(text: &str) -> Result<Day, String> {
    word(text)
}

/// An order of dates, for a flag of one verb.
pub(super) fn date_order(text: &str) -> Result<DateOrder, String> {
    word(text)
}
