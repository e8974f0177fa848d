//! What single columns give to tell.

use shared::dialect::{CellStyle, DecimalMark, is_soft_missing};

use super::{Finding, Findings, SHOWN, Severity};
use crate::cells::Cell;
use crate::infer::kinds::Kind;
use crate::infer::{Known, Role, scales};
use crate::names;
use crate::table::Table;

impl Findings {
    /// What the single columns give to tell.
    pub(in crate::infer) fn columns(&mut self, table: &Table, known: &[Known]) {
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
