//! What each column of a table holds, and what part it plays: read off the values.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shared::number;
use shared::segment_model::{Target, TargetKind};
use shared::{Column, ColumnKind, RawCell, Schema};

use crate::error::Error;
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
    /// Too few customers share a word of it.
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
            Self::TooRare => "left out: words too rare",
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

/// Scales whose words have a known order, lower case, lowest first.
const KNOWN_SCALES: [&[&str]; 4] = [
    &["low", "average", "high"],
    &["low", "medium", "high"],
    &["small", "medium", "large"],
    &["never", "rarely", "sometimes", "often", "always"],
];

/// Pairs of words for no and yes, lower case.
const NO_AND_YES: [(&str, &str); 4] = [("no", "yes"), ("false", "true"), ("n", "y"), ("f", "t")];

/// The name under which rare words are folded; a column's own word of this spelling is folded too.
pub const OTHER: &str = "(other)";

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
            let kind = profile.target_kind(options.min_level).ok_or_else(|| Error::Unfit {
                path: table.path().into(),
                what: format!("the target `{name}` has too few different values to predict"),
                hint: "choose another target, or none".into(),
            })?;
            found_target = Some((Target { name: name.clone(), kind }, position));
            Role::Target
        } else if profile.n_present == 0 {
            Role::Empty
        } else if profile.n_distinct() == 1 {
            Role::Constant
        } else if profile.is_identifier(name, table.n_rows()) {
            Role::Identifier
        } else if let Some(kind) = kind {
            columns.push(Column { name: name.clone(), kind, optional: profile.n_missing > 0 });
            positions.push(position);
            Role::Feature
        } else {
            Role::TooRare
        };
        reports.push(ColumnReport {
            name: name.clone(),
            kind: kind_name,
            role,
            missing: profile.n_missing,
            distinct: profile.n_distinct(),
            folded: if role == Role::Feature { folded } else { 0 },
        });
    }
    let schema = Schema::new(columns).map_err(|_| Error::Unfit {
        path: table.path().into(),
        what: "no column is left to find segments in".into(),
        hint: "give columns that say what customers are or do; with few rows, lower `--min-level`"
            .into(),
    })?;
    Ok(Understanding { columns: reports, schema, positions, target: found_target })
}

/// What stands in a column.
struct Profile<'t> {
    n_missing: usize,
    n_present: usize,
    all_numbers: bool,
    all_integers: bool,
    /// How often each value occurs, by its text.
    counts: BTreeMap<&'t str, usize>,
}

impl<'t> Profile<'t> {
    fn of(table: &'t Table, position: usize) -> Self {
        let mut profile = Self {
            n_missing: 0,
            n_present: 0,
            all_numbers: true,
            all_integers: true,
            counts: BTreeMap::new(),
        };
        for cell in table.column(position) {
            let RawCell::Cell(text) = cell else {
                profile.n_missing += 1;
                continue;
            };
            profile.n_present += 1;
            let number = number::parse(text);
            profile.all_numbers &= number.is_some();
            profile.all_integers &= number.is_some_and(|n| n.get() % 1.0 == 0.0);
            *profile.counts.entry(text).or_default() += 1;
        }
        profile
    }

    fn n_distinct(&self) -> usize {
        self.counts.len()
    }

    fn kind_name(&self, kind: Option<&ColumnKind>) -> &'static str {
        match kind {
            _ if self.n_present == 0 => "empty",
            Some(kind) => kind.name(),
            None => "categorical",
        }
    }

    /// The kind, or `None` when too few customers share a word; and how many words are folded.
    fn kind(&self, min_level: usize) -> (Option<ColumnKind>, usize) {
        if self.all_numbers {
            return (Some(ColumnKind::Numeric), 0);
        }
        let is_common = |&(word, &count): &(&&str, &usize)| count >= min_level && **word != *OTHER;
        let common: Vec<&str> =
            self.counts.iter().filter(is_common).map(|(word, _)| *word).collect();
        let folded = self.counts.len() - common.len();
        if folded == 0
            && let Some(kind) = self.yes_no().or_else(|| self.ordinal())
        {
            return (Some(kind), 0);
        }
        let other = folded > 0;
        let n_levels = common.len() + usize::from(other);
        if common.is_empty() || !(2..=1000).contains(&n_levels) {
            return (None, folded);
        }
        let levels = common.into_iter().map(String::from).collect();
        (Some(ColumnKind::Categorical { levels, other }), folded)
    }

    fn yes_no(&self) -> Option<ColumnKind> {
        let words: Vec<&str> = self.counts.keys().copied().collect();
        let [a, b] = words[..] else { return None };
        for (no, yes) in NO_AND_YES {
            for (first, second) in [(a, b), (b, a)] {
                if first.eq_ignore_ascii_case(no) && second.eq_ignore_ascii_case(yes) {
                    return Some(ColumnKind::YesNo { no: first.into(), yes: second.into() });
                }
            }
        }
        None
    }

    fn ordinal(&self) -> Option<ColumnKind> {
        let scale = KNOWN_SCALES.iter().find(|scale| {
            self.counts.keys().all(|word| scale.contains(&word.to_lowercase().as_str()))
        })?;
        let mut levels: Vec<String> = self.counts.keys().map(|&word| word.to_owned()).collect();
        let rank = |word: &String| scale.iter().position(|known| *known == word.to_lowercase());
        levels.sort_by_key(rank);
        // Two spellings of one word have no order between them.
        let distinct: BTreeSet<_> = levels.iter().map(rank).collect();
        (levels.len() >= 2 && distinct.len() == levels.len())
            .then_some(ColumnKind::Ordinal { levels })
    }

    fn target_kind(&self, min_level: usize) -> Option<TargetKind> {
        if self.n_distinct() < 2 {
            return None;
        }
        let classes = match self.kind(min_level).0? {
            ColumnKind::Numeric => return Some(TargetKind::Number),
            ColumnKind::YesNo { no, yes } => vec![no, yes],
            ColumnKind::Ordinal { levels } => levels,
            ColumnKind::Categorical { mut levels, other } => {
                levels.extend(other.then(|| OTHER.to_owned()));
                levels
            }
        };
        Some(TargetKind::Class { classes })
    }

    /// Whether the column names the customer: every value once, and its name or its values say so.
    fn is_identifier(&self, name: &str, n_rows: usize) -> bool {
        let unique = self.n_missing == 0 && self.n_distinct() == n_rows && n_rows > 1;
        if !unique {
            return false;
        }
        if !self.all_numbers {
            return true;
        }
        self.all_integers && (sounds_like_an_identifier(name) || self.is_a_count())
    }

    /// Whether the values are n whole numbers in a row, as a row number is.
    fn is_a_count(&self) -> bool {
        let values =
            || self.counts.keys().filter_map(|text| number::parse(text)).map(number::Finite::get);
        let low = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        high - low + 1.0 == self.n_distinct() as f64
    }
}

fn sounds_like_an_identifier(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_word = |word: &str| lower.split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
    lower.starts_with("column_")
        || ["id", "ids", "key", "uuid", "guid", "number", "no", "nr", "code"]
            .iter()
            .any(|w| is_word(w))
        || name.ends_with("Id")
        || name.ends_with("ID")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_sound_like_identifiers() {
        for name in ["ID", "id", "customer_id", "CUST_ID", "CustomerId", "CustomerID", "Invoice No"]
        {
            assert!(sounds_like_an_identifier(name), "{name}");
        }
        for name in ["income", "paid", "ideas", "Age", "nodes"] {
            assert!(!sounds_like_an_identifier(name), "{name}");
        }
    }
}
