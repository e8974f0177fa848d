//! `wedge.toml`: every decision about a table, written down.

mod playbook;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use shared::date::{DateOrder, Day};
use shared::dialect::DecimalMark;
use shared::encoding::Encoding;
use shared::model::MAX_DESCRIPTION;
use shared::schema::is_name;

pub use self::playbook::{
    ConditionConfig, Operand, PlaybookConfig, RecipeConfig, Segments, ValueConfig,
};
pub use self::words::{Delimiter, Token, Word, Worded};
use crate::algorithms::Algorithm;
use crate::choose::ChooseBy;
use crate::error::{Error, suggestion};
use crate::prepare::Impute;
use crate::read::Format;
use crate::told::{KindTold, RoleTold};

/// What the file says; everything may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How the file of customers is written.
    pub read: ReadConfig,
    /// What holds for the table as a whole.
    pub data: DataConfig,
    /// How segments are found.
    pub fit: FitConfig,
    /// The single columns, by name.
    pub columns: BTreeMap<String, ColumnConfig>,
    /// The single segments, by id.
    pub segments: BTreeMap<String, SegmentConfig>,
    /// What to recommend to whom.
    pub playbook: Option<PlaybookConfig>,
}

/// `[read]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadConfig {
    /// `csv`, `ndjson`, `parquet`, `excel`.
    pub format: Option<Word<Format>>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// One character, or `tab`.
    pub delimiter: Option<Word<Delimiter>>,
    /// `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`.
    pub encoding: Option<Word<Encoding>>,
    /// `.` or `,`.
    pub decimal: Option<Word<DecimalMark>>,
    /// Lines above the header.
    pub skip_lines: Option<u64>,
    /// Whether the first line names the columns.
    pub header: Option<bool>,
    /// More rows than this are an error.
    pub max_rows: Option<u64>,
}

/// `[data]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DataConfig {
    /// The column to predict, or a list of them.
    pub target: OneOrMany,
    /// Values that mean "missing" in every column.
    pub missing: Vec<Token>,
    /// The day that dates are counted back from.
    pub as_of: Option<Word<Day>>,
    /// The order of dates.
    pub date_order: Option<Word<DateOrder>>,
    /// What stands in for missing numbers.
    pub impute: Option<Word<Impute>>,
    /// Words that fewer customers share are folded.
    pub min_level: Option<u32>,
}

/// A name, or a list of names.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(from = "Either")]
pub struct OneOrMany(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Either {
    One(String),
    Many(Vec<String>),
}

impl From<Either> for OneOrMany {
    fn from(either: Either) -> Self {
        match either {
            Either::One(name) => Self(vec![name]),
            Either::Many(names) => Self(names),
        }
    }
}

/// `[fit]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FitConfig {
    /// Exactly this many segments.
    pub segments: Option<u16>,
    /// Up to this many.
    pub max_segments: Option<u16>,
    /// Segments with fewer customers are refused.
    pub min_segment: Option<u32>,
    /// Seed of everything random.
    pub seed: Option<u64>,
    /// What decides on the number: `elbow`, `silhouette`, `gap`, `stability`.
    pub choose: Option<Word<ChooseBy>>,
    /// `k-means`, `mixture`, `prototypes`.
    pub algorithm: Option<Word<Algorithm>>,
}

/// `[columns.NAME]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ColumnConfig {
    /// What it holds.
    pub kind: Option<Word<KindTold>>,
    /// What it is for.
    pub role: Option<Word<RoleTold>>,
    /// Its words.
    pub levels: Vec<Token>,
    /// Values that mean "missing" here.
    pub missing: Vec<Token>,
    /// The smallest number that is right.
    pub lower: Option<f64>,
    /// The largest number that is right.
    pub upper: Option<f64>,
    /// The order of its dates.
    pub date_order: Option<Word<DateOrder>>,
    /// What stands in for its missing numbers.
    pub impute: Option<Word<Impute>>,
    /// Whether a customer's value can change: an age cannot be acted on.
    pub mutable: Option<bool>,
}

/// `[segments.ID]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SegmentConfig {
    /// What it is called.
    pub name: Option<String>,
    /// What it is, in sentences.
    pub description: Option<String>,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is no TOML, or says something that is not understood: with the line, and a
    /// suggestion where a key is unknown.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|reason| Error::opening(path, reason))?;
        let mut config: Self = toml::from_str(&text).map_err(|error| {
            let before = error.span().map_or(0, |span| span.start.min(text.len()));
            let (what, hint) = explain(error.message());
            Error::BadTable {
                path: path.into(),
                line: 1 + text[..before].matches('\n').count() as u64,
                what,
                hint,
            }
        })?;
        if let Some(playbook) = &mut config.playbook {
            playbook.path = path.into();
        }
        match config.beyond_its_range() {
            None => Ok(config),
            Some((what, hint)) => Err(Error::BadTable { path: path.into(), line: 1, what, hint }),
        }
    }

    /// A value that its flag would refuse: what, and what would be right.
    fn beyond_its_range(&self) -> Option<(String, String)> {
        let many = |key: &str, n: Option<u16>| {
            n.filter(|n| !(1..=1000).contains(n))
                .map(|n| (format!("`{key} = {n}`"), "give a number from 1 to 1000".to_owned()))
        };
        let some = |key: &str, n: Option<u32>| {
            n.filter(|n| *n == 0)
                .map(|n| (format!("`{key} = {n}`"), "give a number from 1 on".to_owned()))
        };
        let bounds = self.columns.iter().find_map(|(name, column)| {
            let (lower, upper) = (column.lower.unwrap_or(-1e15), column.upper.unwrap_or(1e15));
            let is_sound = lower.is_finite() && upper.is_finite() && lower < upper;
            (!is_sound).then(|| {
                let what = format!("`lower` and `upper` of `{name}` are no bounds");
                (what, "give two numbers, the smaller one as `lower`".to_owned())
            })
        });
        let unfit = self.segments.iter().find_map(|(id, segment)| segment.misfit(id));
        many("segments", self.fit.segments)
            .or_else(|| many("max_segments", self.fit.max_segments))
            .or_else(|| some("min_segment", self.fit.min_segment))
            .or_else(|| some("min_level", self.data.min_level))
            .or(bounds)
            .or(unfit)
    }
}

/// A segment's id as a key writes it: `2`, and not `02`, which would be the same one twice.
pub fn segment_id(key: &str) -> Option<u16> {
    key.parse().ok().filter(|id: &u16| id.to_string() == key)
}

impl SegmentConfig {
    /// What of it no model could hold, and what would be right.
    fn misfit(&self, id: &str) -> Option<(String, String)> {
        let is_text = |text: &str| {
            !text.trim().is_empty()
                && text.len() <= MAX_DESCRIPTION
                && !text.chars().any(char::is_control)
        };
        if segment_id(id).is_none() {
            let hint = "write the id as `inspect` shows it: `[segments.2]`".to_owned();
            return Some((format!("`[segments.{id}]` is no segment"), hint));
        }
        if self.name.as_ref().is_some_and(|name| !is_name(name) || name.trim().is_empty()) {
            let hint = "give one line of at most 256 bytes".to_owned();
            return Some((format!("`name` of `[segments.{id}]` is no name"), hint));
        }
        if self.description.as_ref().is_some_and(|text| !is_text(text)) {
            let hint = format!("give one line of at most {MAX_DESCRIPTION} bytes");
            return Some((
                format!("`description` of `[segments.{id}]` is too long, or no text"),
                hint,
            ));
        }
        None
    }
}

/// serde names an unknown key first and then the known ones, each in backticks.
fn explain(message: &str) -> (String, String) {
    if let Some(list) = message.strip_prefix("unknown field ") {
        let names: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
        if let [given, known @ ..] = names.as_slice() {
            return (format!("`{given}` is no key here"), suggestion(given, known.iter().copied()));
        }
    }
    let what = message.lines().next().unwrap_or_default().to_owned();
    (what, "see `trainer init` for a file with every key explained".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wedge.toml");
        fs::write(&path, text).unwrap();
        Config::read(&path)
    }

    #[test]
    fn segments_are_named_by_their_ids() {
        let config = read("[segments.2]\nname = \"Regulars\"\n[columns.Age]\nmutable = false\n");
        let config = config.unwrap();
        assert_eq!(config.segments["2"].name.as_deref(), Some("Regulars"));
        assert_eq!(config.columns["Age"].mutable, Some(false));
    }

    #[test]
    fn what_no_model_could_hold_is_refused() {
        let long = "x".repeat(601);
        for (id, line) in [
            ("02", "name = \"a\"".to_owned()),
            ("first", "name = \"a\"".to_owned()),
            ("70000", "name = \"a\"".to_owned()),
            ("2", "name = \" \"".to_owned()),
            ("2", "name = \"a\\nb\"".to_owned()),
            ("2", format!("name = \"{}\"", &long[..257])),
            ("2", format!("description = \"{long}\"")),
            ("2", "description = \"\"".to_owned()),
        ] {
            assert!(read(&format!("[segments.{id}]\n{line}\n")).is_err(), "{id} {line}");
        }
    }
}
