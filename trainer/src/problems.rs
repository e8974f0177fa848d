//! What is wrong with the rows of a file, all of it in one report: by column and kind, with the first lines.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use shared::date::DateOrder;
use shared::rejected::Code;
use shared::{ColumnKind, Violation};

use crate::error::Error;

/// How many kinds of problem a report shows.
pub const SHOWN: usize = 20;

/// How many lines of each kind a report names.
const LINES: usize = 5;

/// One kind of problem in one column. It says where and what was expected, never a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The column; none when the row as a whole is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is wrong, in words that follow a colon: "expected a number between 0 and 120".
    pub what: String,
    /// The first few lines.
    pub lines: Vec<u64>,
    /// How many times in all.
    pub count: usize,
    /// The first few values, where the person asked to see them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// What to do about this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// "lines 4, 9 and 3 more" for the first of `count` lines.
pub(crate) fn write_lines(f: &mut fmt::Formatter<'_>, lines: &[u64], count: usize) -> fmt::Result {
    let mut places: Vec<String> = lines.iter().map(u64::to_string).collect();
    let rest = count.saturating_sub(lines.len());
    if rest > 0 {
        places.push(format!("{rest} more"));
    }
    f.write_str(if places.len() == 1 { "line " } else { "lines " })?;
    match places.as_slice() {
        [] => Ok(()),
        [only] => f.write_str(only),
        [before @ .., last] => write!(f, "{} and {last}", before.join(", ")),
    }
}

impl Problem {
    /// What is wrong, with the values where they are shown.
    pub fn said(&self) -> String {
        if self.values.is_empty() {
            return self.what.clone();
        }
        let values: Vec<String> = self.values.iter().map(|value| format!("`{value}`")).collect();
        format!("{}, found {}", self.what, values.join(", "))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(column) = &self.column {
            write!(f, "`{column}`, ")?;
        }
        write_lines(f, &self.lines, self.count)?;
        write!(f, ": {}", self.said())?;
        self.hint.iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}

/// The problems of a file's rows, gathered while it is read.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    /// Those of one column stand together, columns in the order in which they first went wrong.
    groups: Vec<Problem>,
    /// Findings beyond [`SHOWN`] groups.
    further: usize,
    /// The lines of bad rows, a row's findings in a row counted once.
    rows: Vec<u64>,
}

impl Problems {
    /// Notes that the row at `line` is wrong, in `column` if it is about one.
    pub fn add(&mut self, line: u64, column: Option<&str>, what: &str) {
        self.add_with_hint(line, column, what, None);
    }

    /// The same with the value that is wrong, where it may be shown.
    pub fn add_value(
        &mut self,
        line: u64,
        column: Option<&str>,
        what: &str,
        value: Option<String>,
    ) {
        self.add_with_hint(line, column, what, None);
        let Some(value) = value.map(|value| printable(&value)) else { return };
        let is_it = |group: &&mut Problem| group.column.as_deref() == column && group.what == what;
        if let Some(group) = self.groups.iter_mut().find(is_it)
            && group.values.len() < LINES
            && !group.values.contains(&value)
        {
            group.values.push(value);
        }
    }

    /// The same with what to do; the first hint of a kind stays.
    pub fn add_with_hint(
        &mut self,
        line: u64,
        column: Option<&str>,
        what: &str,
        hint: Option<String>,
    ) {
        if self.rows.last() != Some(&line) {
            self.rows.push(line);
        }
        let same_column = |group: &Problem| group.column.as_deref() == column;
        let known = self.groups.iter_mut().find(|group| same_column(group) && group.what == what);
        if let Some(group) = known {
            group.count += 1;
            if group.lines.len() < LINES && group.lines.last() != Some(&line) {
                group.lines.push(line);
            }
        } else if self.groups.len() < SHOWN {
            let last_of_column = self.groups.iter().rposition(same_column);
            let group = Problem {
                column: column.map(str::to_owned),
                what: what.to_owned(),
                lines: vec![line],
                count: 1,
                values: Vec::new(),
                hint,
            };
            self.groups.insert(last_of_column.map_or(self.groups.len(), |last| last + 1), group);
        } else {
            self.further += 1;
        }
    }

    /// The kinds of problem, as a report shows them.
    pub fn groups(&self) -> &[Problem] {
        &self.groups
    }

    /// How many findings there are of kinds that a report does not show.
    pub fn further(&self) -> usize {
        self.further
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How many rows are wrong.
    pub fn n_rows(&self) -> usize {
        // Found column by column, a row comes more than once.
        let mut rows = self.rows.clone();
        rows.sort_unstable();
        rows.dedup();
        rows.len()
    }

    /// An error when anything is wrong.
    ///
    /// # Errors
    /// [`Error::BadRows`].
    pub fn into_result(self, path: &Path, hint: impl Into<String>) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        Err(Error::BadRows {
            path: path.into(),
            rows: self.n_rows(),
            problems: self.groups,
            further: self.further,
            hint: hint.into(),
        })
    }
}

/// What a table's value should have been, in words; a table writes dates in an order of its own.
pub fn expected(violation: &Violation, kind: Option<&ColumnKind>) -> String {
    let expected = match (violation.code, kind) {
        (Code::Missing, _) => "a value, as every customer had in training",
        (Code::NotANumber, Some(ColumnKind::Numeric { lower: None, upper: None })) => "a number",
        (Code::NotADate, Some(ColumnKind::Date { order: DateOrder::Dmy })) => {
            "a date as day/month/year (or YYYY-MM-DD)"
        }
        (Code::NotADate, Some(ColumnKind::Date { order: DateOrder::Mdy })) => {
            "a date as month/day/year (or YYYY-MM-DD)"
        }
        _ => &violation.expected,
    };
    format!("expected {expected}")
}

/// At most 40 characters, none of which could act on a terminal.
fn printable(text: &str) -> String {
    let mut shown: String =
        text.chars().take(40).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().count() > 40 {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(problems: Problems) -> String {
        problems.into_result(Path::new("data.csv"), "mend them").unwrap_err().to_string()
    }

    #[test]
    fn problems_are_grouped_by_column_and_kind_with_their_first_lines() {
        let mut problems = Problems::default();
        for line in 4..12 {
            problems.add(line, Some("age"), "expected a number");
        }
        problems.add(11, Some("town"), "expected a value");
        problems.add_with_hint(13, Some("age"), "is negative", Some("see line 1".into()));
        problems.add(14, None, "2 cells, but the header has 3");
        problems.add(20, None, "2 cells, but the header has 3");
        let expected = "`data.csv`: 11 rows cannot be used\n  \
             `age`, lines 4, 5, 6, 7, 8 and 3 more: expected a number\n  \
             `age`, line 13: is negative; see line 1\n  \
             `town`, line 11: expected a value\n  \
             lines 14 and 20: 2 cells, but the header has 3";
        assert_eq!(report(problems), expected);
    }

    #[test]
    fn one_problem_is_said_in_the_singular() {
        let mut problems = Problems::default();
        problems.add(2, Some("age"), "expected a number");
        let expected = "`data.csv`: 1 row cannot be used\n  `age`, line 2: expected a number";
        assert_eq!(report(problems), expected);
    }

    #[test]
    fn a_flood_of_kinds_is_cut_and_counted() {
        let mut problems = Problems::default();
        for line in 2..50 {
            problems.add(line, Some(&format!("column {line}")), "expected a number");
        }
        let report = report(problems);
        assert_eq!(report.lines().count(), 1 + SHOWN + 1);
        assert!(report.ends_with("\n  and 28 of further kinds"), "{report}");
    }

    #[test]
    fn nothing_wrong_is_no_error() {
        assert!(Problems::default().into_result(Path::new("data.csv"), "").is_ok());
    }
}
