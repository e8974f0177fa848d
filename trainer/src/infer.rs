//! What each column of a table holds, and what part it plays: read off the values.

use std::collections::BTreeSet;

use serde::Serialize;
use shared::segment_model::Target;
use shared::{Column, Schema};

use crate::error::Error;
use crate::profile::Profile;
use crate::table::Table;

/// What the person said about the columns.
#[derive(Debug, Clone, Default)]
pub struct ColumnOptions {
    /// The column to predict.
    pub target: Option<String>,
    /// Columns to leave out.
    pub ignore: Vec<String>,
    /// The column that names the customer.
    pub id: Option<String>,
    /// A word must be shared by this many customers to stand in a model.
    pub min_level: usize,
}

/// The part a column plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Segments are found in it.
    Feature,
    /// It is predicted.
    Target,
    /// It names the customer.
    Identifier,
    /// Left out by request.
    Ignored,
    /// Every customer has the same value.
    Constant,
    /// No customer has a value.
    Empty,
    /// Too few customers share a word of it, or differ from all others.
    TooRare,
}

impl Role {
    /// The role as a table shows it.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Feature => "feature",
            Self::Target => "target",
            Self::Identifier => "left out: names the customer",
            Self::Ignored => "left out: as told",
            Self::Constant => "left out: one value",
            Self::Empty => "left out: empty",
            Self::TooRare => "left out: too few share a value",
        }
    }
}

/// What was understood of one column.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnReport {
    /// Its name.
    pub name: String,
    /// Its kind in words.
    pub kind: &'static str,
    /// Its part.
    pub role: Role,
    /// The number of customers without a value.
    pub missing: usize,
    /// The number of distinct values.
    pub distinct: usize,
    /// The number of words folded into "other".
    pub folded: usize,
    /// Whether it is named as an identifier and yet repeats: the rows may be orders, not customers.
    #[serde(skip)]
    pub repeats: bool,
}

/// What was understood of a table.
#[derive(Debug)]
pub struct Understanding {
    /// One a column of the table, in its order.
    pub columns: Vec<ColumnReport>,
    /// The columns that segments are found in.
    pub schema: Schema,
    /// Where each column of the schema stands in the table.
    pub positions: Vec<usize>,
    /// What is predicted, and where it stands in the table.
    pub target: Option<(Target, usize)>,
}

/// Reads every column.
///
/// # Errors
/// When a named column is not there, or no column is left to find segments in.
pub fn understand(table: &Table, options: &ColumnOptions) -> Result<Understanding, Error> {
    let position = |name: &String| table.position(name);
    let target = options.target.as_ref().map(position).transpose()?;
    let id = options.id.as_ref().map(position).transpose()?;
    let ignored = options.ignore.iter().map(position).collect::<Result<BTreeSet<_>, _>>()?;
    if let Some(twice) = target.filter(|t| ignored.contains(t) || id == Some(*t)) {
        return Err(Error::Usage {
            what: format!("the column `{}` cannot be target and left out", table.header()[twice]),
            hint: "name different columns".into(),
        });
    }

    let mut reports = Vec::new();
    let (mut columns, mut positions, mut found_target) = (Vec::new(), Vec::new(), None);
    for (position, name) in table.header().iter().enumerate() {
        let profile = Profile::of(table, position);
        let (kind, folded) = profile.kind(options.min_level);
        let kind_name = profile.kind_name(kind.as_ref());
        let role = if ignored.contains(&position) {
            Role::Ignored
        } else if id == Some(position) {
            Role::Identifier
        } else if target == Some(position) {
            let kind = profile.target_kind(options.min_level).map_err(|why| Error::Unfit {
                path: table.path().into(),
                what: format!("the target `{name}` {why}"),
                hint: "choose another target, or none".into(),
            })?;
            found_target = Some((Target { name: name.clone(), kind }, position));
            Role::Target
        } else if profile.n_present == 0 {
            Role::Empty
        } else if profile.is_constant() {
            Role::Constant
        } else if profile.is_identifier(name) {
            Role::Identifier
        } else if profile.n_unlike_most() < options.min_level {
            // One customer's figure among a thousand zeros could be worked out from mean and deviation.
            Role::TooRare
        } else if let Some(kind) = kind {
            columns.push(Column { name: name.clone(), kind, optional: profile.n_missing > 0 });
            positions.push(position);
            Role::Feature
        } else {
            refuse_stray_words(table, name, &profile)?;
            Role::TooRare
        };
        reports.push(ColumnReport {
            name: name.clone(),
            kind: kind_name,
            role,
            missing: profile.n_missing,
            distinct: profile.n_distinct(),
            folded: if role == Role::Feature { folded } else { 0 },
            repeats: role == Role::Identifier && profile.repeats_an_identifier(name),
        });
    }
    let schema = Schema::new(columns).map_err(|_| no_column_left(table))?;
    Ok(Understanding { columns: reports, schema, positions, target: found_target })
}

fn no_column_left(table: &Table) -> Error {
    let separator = [';', '\t', '|'].into_iter().find(|&s| table.header()[0].contains(s));
    let hint = match separator.filter(|_| table.header().len() == 1) {
        Some(separator) => format!(
            "the header looks separated by `{}`: save the file with commas",
            separator.escape_default()
        ),
        None => {
            "give columns that say what customers are or do; with few rows, lower `--min-level`"
                .into()
        }
    };
    Error::Unfit {
        path: table.path().into(),
        what: "no column is left to find segments in".into(),
        hint,
    }
}

/// A column of numbers with a few stray words is a column of numbers, and must not be left out silently.
fn refuse_stray_words(table: &Table, name: &str, profile: &Profile) -> Result<(), Error> {
    match profile.first_word {
        Some(line) if profile.n_numbers * 10 >= profile.n_present * 9 => Err(Error::BadTable {
            path: table.path().into(),
            line,
            what: format!(
                "`{name}` is no number here, but in {} of {} rows",
                profile.n_numbers, profile.n_present
            ),
            hint: "mend it, leave it empty, or leave the column out with `--ignore`".into(),
        }),
        _ => Ok(()),
    }
}
