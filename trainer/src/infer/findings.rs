//! What is worth telling about a table: errors that stop a fit, warnings, and remarks.

use std::fmt;

use serde::Serialize;
use shared::dialect::{CellStyle, DecimalMark, is_soft_missing};
use shared::schema::SchemaDefect;

use super::dates::Trouble;
use super::kinds::Kind;
use super::{Known, Role, scales};
use crate::cells::Cell;
use crate::choose::ChooseOptions;
use crate::names;
use crate::problems::write_lines;
use crate::table::Table;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A fit would not go on.
    Error,
    /// Something to look at before the results are trusted.
    Warning,
    /// Something that was noticed and needs nothing done.
    Note,
}

/// One thing worth telling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What kind of thing it is, stable across versions.
    pub code: &'static str,
    /// The column it is about, if one.
    pub column: Option<String>,
    /// What was found; never a value.
    pub what: String,
    /// What to do about it; empty when nothing needs doing.
    pub remedy: String,
    /// The first few lines that show it.
    pub lines: Vec<u64>,
    /// How many rows are concerned; 0 when it is not about rows.
    pub rows: usize,
}

impl Finding {
    /// Whether a fit would not go on.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    /// "`age`, lines 4 and 9: what was found".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(column) = &self.column {
            write!(f, "`{column}`")?;
        }
        if !self.lines.is_empty() {
            f.write_str(if self.column.is_some() { ", " } else { "" })?;
            write_lines(f, &self.lines, self.rows)?;
        }
        if self.column.is_some() || !self.lines.is_empty() {
            f.write_str(": ")?;
        }
        f.write_str(&self.what)
    }
}

/// All findings, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Findings {
    all: Vec<Finding>,
}

/// Of so many lines, the first are named.
const SHOWN: usize = 5;

impl Findings {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.all.iter()
    }

    /// Whether one is an error.
    pub fn has_errors(&self) -> bool {
        self.all.iter().any(Finding::is_error)
    }

    /// The errors, taken out.
    pub fn into_errors(mut self) -> Vec<Finding> {
        self.all.retain(Finding::is_error);
        self.all
    }

    /// Adds one.
    pub fn add(&mut self, finding: Finding) {
        self.all.push(finding);
    }

    /// All of them, errors first, then warnings, then notes.
    pub fn into_sorted(mut self) -> Vec<Finding> {
        self.all.sort_by_key(|finding| finding.severity);
        self.all
    }

    fn tell(
        &mut self,
        severity: Severity,
        code: &'static str,
        column: Option<&str>,
        what: String,
        remedy: String,
    ) {
        let column = column.map(String::from);
        self.all.push(Finding { severity, code, column, what, remedy, lines: Vec::new(), rows: 0 });
    }

    /// A column of dates whose order is not settled.
    pub fn date_trouble(&mut self, table: &Table, position: usize, trouble: &Trouble) {
        let name = &table.header()[position];
        let cells = table.column(position);
        let row_of = |wanted: &String| {
            (0..cells.len()).find(|&row| match cells.get(row) {
                Cell::Word(code) => cells.words().get(code) == wanted,
                _ => false,
            })
        };
        let (Trouble::Ambiguous { orders, words } | Trouble::Contradictory { orders, words }) =
            trouble;
        let flags: Vec<String> = orders
            .iter()
            .map(|order| format!("`--date-order \"{name}={}\"`", order.name()))
            .collect();
        let flags = flags.join(" or ");
        let (code, what, remedy) = match trouble {
            Trouble::Ambiguous { .. } => {
                let names: Vec<&str> = orders.iter().map(|order| order.name()).collect();
                let what = format!(
                    "its dates can be read as {}, and that makes a difference",
                    names.join(" or ")
                );
                ("ambiguous-dates", what, format!("say {flags}"))
            }
            Trouble::Contradictory { .. } => (
                "contradictory-dates",
                "some of its dates fit one order only, some only another".to_owned(),
                format!("write them alike; or say {flags}, and the others are rows to mend"),
            ),
        };
        let lines = words.iter().filter_map(row_of).map(|row| table.line(row)).collect();
        self.all.push(Finding {
            severity: Severity::Error,
            code,
            column: Some(name.clone()),
            what,
            remedy,
            lines,
            rows: 0,
        });
    }

    pub(super) fn leak(&mut self, column: &str, target: &str, allowed: bool) {
        let what =
            format!("it alone gives `{target}` away: it was likely made from it, or after it");
        let (remedy, severity) = if allowed {
            (
                "allowed, as told: expect predictions to look better than they are".into(),
                Severity::Warning,
            )
        } else {
            (format!("left out; `--allow-column \"{column}\"` uses it"), Severity::Warning)
        };
        self.tell(severity, "leak", Some(column), what, remedy);
    }

    pub(super) fn misfit(&mut self, column: &str, why: String) {
        let remedy = "say another `--kind`, or nothing: then it is read off the values".into();
        self.tell(Severity::Error, "misfit", Some(column), why, remedy);
    }

    pub(super) fn suspected_leak(&mut self, column: &str, target: &str) {
        let what = format!("alone says much of `{target}`: is it known before `{target}` is?");
        let remedy = format!("`--ignore \"{column}\"`, if it is not");
        self.tell(Severity::Warning, "leak-suspected", Some(column), what, remedy);
    }

    pub(super) fn sum(&mut self, whole: &str, parts: &[&str]) {
        let parts: Vec<String> = parts.iter().map(|part| format!("`{part}`")).collect();
        let what = format!("is {}", parts.join(" plus "));
        let remedy =
            "one of them can be left out with `--ignore`: what they say weighs twice".into();
        self.tell(Severity::Note, "sum", Some(whole), what, remedy);
    }

    pub(super) fn unfit_target(&mut self, column: &str, why: &str) {
        let what = format!("cannot be predicted: it {why}");
        self.tell(
            Severity::Error,
            "target",
            Some(column),
            what,
            "choose another target, or none".into(),
        );
    }

    pub(super) fn no_column_left(&mut self, table: &Table, known: &[Known]) {
        let what = "no column is left to find segments in".to_owned();
        let any = |role: Role| known.iter().any(|column| column.role == role);
        let remedy = if table.header().len() == 1 {
            "is the delimiter right? say it with `--delimiter`"
        } else if any(Role::TooRare) {
            "give columns that say what customers are or do; with few rows, lower `--min-level`"
        } else {
            "give columns that say what customers are or do; `--allow-column` uses one that is left out"
        };
        self.tell(Severity::Error, "no-columns", None, what, remedy.into());
    }

    /// Whether there are too few customers for the segments that would be tried.
    pub fn too_few_rows(&mut self, rows: usize, options: &ChooseOptions) {
        let (min_segment, tried) =
            (options.min_segment, options.segments.unwrap_or(options.max_segments));
        let remedy = "give more rows, or lower `--min-segment` (a small segment may show a person)";
        // Asked for, all of them must be possible; else two must.
        let needed = options.segments.unwrap_or(2).min(tried);
        if rows < needed * min_segment {
            let customers =
                if rows == 1 { "1 customer is" } else { &format!("{rows} customers are") };
            let what = match options.segments {
                Some(k) if k > 2 => {
                    format!("{customers} too few for {k} segments of at least {min_segment}")
                }
                _ => format!("{customers} too few for segments of at least {min_segment}"),
            };
            self.tell(Severity::Error, "too-few-rows", None, what, remedy.into());
        } else if rows < tried * min_segment {
            let what = format!(
                "{rows} customers: at most {} segments of at least {min_segment} are possible",
                rows / min_segment
            );
            self.tell(Severity::Warning, "few-rows", None, what, String::new());
        }
    }

    /// What the single columns give to tell.
    pub(super) fn columns(&mut self, table: &Table, known: &[Known]) {
        for (position, column) in known.iter().enumerate() {
            self.column(table, position, column);
        }
    }

    fn column(&mut self, table: &Table, position: usize, column: &Known) {
        let name = column.name;
        if let (Role::Personal, Some(personal)) = (column.role, column.personal) {
            let what = format!("looks like personal data ({}): left out", personal.name());
            let remedy = format!("`--allow-column \"{name}\"` uses it, if you must");
            self.tell(Severity::Warning, "personal", Some(name), what, remedy);
        }
        if column.role == Role::Identifier {
            self.repeated_identifier(table, position, column);
        }
        if let (Role::Feature, Some(personal)) = (column.role, column.personal) {
            let what =
                format!("looks like personal data ({}) and is used, as told", personal.name());
            let remedy = "its words may stand in the model: see `trainer inspect`".into();
            self.tell(Severity::Warning, "personal", Some(name), what, remedy);
        }
        if column.role == Role::Target && column.n_missing() > 0 {
            let what = format!(
                "is missing for {} customers: they count for the segments only",
                column.n_missing()
            );
            self.tell(Severity::Note, "target-missing", Some(name), what, String::new());
        }
        self.other_decimal(column);
        if !matches!(column.role, Role::Feature | Role::Target) {
            return;
        }
        if let Some(sensitive) = column.sensitive.filter(|_| column.role == Role::Feature) {
            let what = format!(
                "is a sensitive attribute ({}): segments will differ by it",
                sensitive.as_str()
            );
            let remedy =
                format!("leave it out with `--ignore \"{name}\"` unless you may and must use it");
            self.tell(Severity::Warning, "sensitive", Some(name), what, remedy);
        }
        if column.kind.is_number() {
            for (value, rows) in &column.profile.numbers.sentinels {
                self.sentinel(table, position, *value, *rows);
            }
        } else if !matches!(column.kind, Kind::Date(_)) {
            self.soft_missing(table, position, column);
        }
        self.spelt_twice(column);
        let (missing, all) = (column.n_missing(), table.n_rows());
        if missing * 2 > all {
            let what = format!("is missing for {} % of the customers", missing * 100 / all);
            let remedy = format!("`--ignore \"{name}\"`, if so little says nothing");
            self.tell(Severity::Warning, "mostly-missing", Some(name), what, remedy);
        }
    }

    fn sentinel(&mut self, table: &Table, position: usize, value: f64, rows: usize) {
        let name = &table.header()[position];
        let value_text = shared::number::to_text(value);
        let cells = table.column(position);
        let at = (0..cells.len()).filter(|&row| cells.get(row) == Cell::Number(value));
        // Where nobody is near zero, zero may still be what nothing costs.
        let severity = if value == 0.0 { Severity::Note } else { Severity::Warning };
        self.all.push(Finding {
            severity,
            code: "sentinel",
            column: Some(name.clone()),
            what: format!(
                "{value_text} stands apart from all other values: does it mean \"missing\"?"
            ),
            remedy: format!(
                "`--missing \"{name}={value_text}\"` says so; until then it is a number"
            ),
            lines: at.take(SHOWN).map(|row| table.line(row)).collect(),
            rows,
        });
    }

    fn soft_missing(&mut self, table: &Table, position: usize, column: &Known) {
        let name = column.name;
        let firm =
            column.profile.words().map(|(word, _)| word).filter(|word| !is_soft_missing(word));
        let is_scale = matches!(column.kind, Kind::Categorical { .. })
            && column.profile.numbers.n == 0
            && column.profile.n_distinct() <= 20
            && scales::order(&firm.collect::<Vec<_>>()).is_some();
        let ordered = if is_scale { " without it, the words have an order" } else { "" };
        for (word, rows) in column.profile.words().filter(|(word, _)| is_soft_missing(word)) {
            let cells = table.column(position);
            let is_it = |&row: &usize| match cells.get(row) {
                Cell::Word(code) => cells.words().get(code) == word,
                _ => false,
            };
            self.all.push(Finding {
                severity: Severity::Note,
                code: "maybe-missing",
                column: Some(name.to_owned()),
                what: format!(
                    "`{word}` is taken as a word of its own: does it mean \"missing\"?{ordered}"
                ),
                remedy: format!("`--missing \"{name}={word}\"` says so"),
                lines: (0..cells.len())
                    .filter(is_it)
                    .take(SHOWN)
                    .map(|row| table.line(row))
                    .collect(),
                rows,
            });
        }
    }

    /// An identifier that stands in several rows: they may be orders.
    fn repeated_identifier(&mut self, table: &Table, position: usize, column: &Known) {
        let (name, present, distinct) =
            (column.name, column.profile.n_present(), column.profile.n_distinct());
        if present == distinct {
            return;
        }
        let cells = table.column(position);
        let mut seen = std::collections::BTreeSet::new();
        let repeats =
            |row: &usize| cells.get(*row) != Cell::Missing && !seen.insert(cells.bits()[*row]);
        let lines: Vec<u64> =
            (0..cells.len()).filter(repeats).take(SHOWN).map(|row| table.line(row)).collect();
        let rows = present - distinct;
        // Two rows or more for each: the table is about something else than customers.
        let is_orders = present >= 2 * distinct && names::names_the_customer(name);
        let (severity, what, remedy) = if is_orders {
            (
                Severity::Error,
                format!("{distinct} of them stand in {present} rows: are these orders, or visits?"),
                format!(
                    "`trainer rfm {} --customer \"{name}\"` makes a row for each customer; \
                     `--ignore \"{name}\"` takes each row for one",
                    table.path().display()
                ),
            )
        } else if column.repeats_an_identifier() {
            (
                Severity::Warning,
                format!("{distinct} of them stand in {present} rows: are these orders, or visits?"),
                "`fit` takes one row for each customer: see `trainer rfm`".to_owned(),
            )
        } else {
            (
                Severity::Warning,
                "some identifiers stand in several rows: they count as several customers"
                    .to_owned(),
                "keep one row for each".to_owned(),
            )
        };
        self.all.push(Finding {
            severity,
            code: "identifier-repeats",
            column: Some(name.to_owned()),
            what,
            remedy,
            lines,
            rows,
        });
    }

    /// Numbers that are written with the other decimal mark than the table's, and so are words.
    fn other_decimal(&mut self, column: &Known) {
        let read_otherwise = matches!(column.kind, Kind::Integer | Kind::Decimal | Kind::Date(_));
        if read_otherwise || matches!(column.role, Role::Ignored | Role::Personal) {
            return;
        }
        for (mark, name) in [(DecimalMark::Comma, "comma"), (DecimalMark::Point, "point")] {
            let style = CellStyle { decimal: mark, ..CellStyle::default() };
            let words = column.profile.words().filter(|(word, _)| style.number(word).is_some());
            let n: usize = words.map(|(_, count)| count).sum();
            if n == 0 || n * 10 < column.profile.n_words() * 9 {
                continue;
            }
            let what = format!(
                "its {n} numbers have a decimal {name}, unlike the table's: they are taken as words"
            );
            let remedy = format!(
                "write all columns alike; `--decimal \"{}\"` reads these, and not the others",
                char::from(mark.byte())
            );
            self.tell(Severity::Warning, "other-decimal", Some(column.name), what, remedy);
        }
    }

    /// Words that differ in capitals or inner blanks only are likely one.
    fn spelt_twice(&mut self, column: &Known) {
        if !matches!(column.kind, Kind::Categorical { .. } | Kind::Ordinal(_) | Kind::YesNo { .. })
        {
            return;
        }
        let mut spellings = std::collections::BTreeMap::<String, usize>::new();
        for (word, _) in column.profile.words() {
            let plain: String =
                word.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
            *spellings.entry(plain).or_default() += 1;
        }
        let twice = spellings.values().filter(|&&n| n > 1).count();
        if twice > 0 {
            let s = if twice == 1 { "word is" } else { "words are" };
            let what =
                format!("{twice} {s} spelt in several ways (capitals, blanks): they count apart");
            self.tell(
                Severity::Warning,
                "spelt-twice",
                Some(column.name),
                what,
                "spell them alike in the file".into(),
            );
        }
    }
}

/// Why columns make no schema, in words.
pub(super) fn schema_defect(defect: SchemaDefect) -> &'static str {
    match defect {
        SchemaDefect::ColumnCount => "there are none, or too many",
        SchemaDefect::ColumnName => "a name is too long, or holds a control character",
        SchemaDefect::Levels => "a column's words are fewer than two, too many, or repeated",
        SchemaDefect::AsOf => "`as_of` is the name of the day that dates are counted from",
        SchemaDefect::Bounds => "a column's smallest value lies above its largest",
        SchemaDefect::Missing => "a value that means \"missing\" is no name",
    }
}
