//! What each column of a table holds, and what part it plays: read off the values, unless told.

pub mod dates;
pub mod findings;
pub mod kinds;
mod known;
pub mod leaks;
pub mod personal;
pub mod relations;
pub mod report;
pub mod scales;
pub mod sensitive;

use rayon::prelude::*;
use shared::date::{DateOrder, Day};
use shared::segment_model::{Target, TargetKind};
use shared::{Column, ColumnKind, Schema};

use self::findings::Findings;
use self::kinds::Kind;
use self::known::Known;
use self::leaks::Outcome;
use self::personal::Personal;
pub use self::report::ColumnReport;
use crate::cells::Cell;
use crate::error::Error;
use crate::names;
use crate::profile::Profile;
use crate::table::Table;
use crate::told::{RoleTold, Told};

/// The name under which rare words are folded; a column's own word of this spelling is folded too.
pub const OTHER: &str = "(other)";

/// A column that removes this share of the target's errors by itself was likely made from it.
const GIVEN_AWAY: f64 = 0.98;

/// A column that removes this share is worth a look.
const SUSPICIOUS: f64 = 0.8;

/// The same where its name holds the target's.
const SUSPICIOUS_KIN: f64 = 0.3;

/// The part a column plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// It is personal data.
    Personal,
    /// It says what another column says.
    Duplicate,
    /// It gives the target away.
    Leak,
    /// Sentences.
    Text,
}

impl Role {
    /// As JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Feature => "feature",
            Self::Target => "target",
            Self::Identifier => "identifier",
            Self::Ignored => "ignored",
            Self::Constant => "constant",
            Self::Empty => "empty",
            Self::TooRare => "too-rare",
            Self::Personal => "personal",
            Self::Duplicate => "duplicate",
            Self::Leak => "leak",
            Self::Text => "text",
        }
    }
}

/// What was understood of a table.
#[derive(Debug)]
pub struct Understanding {
    /// One a column of the table, in its order.
    pub columns: Vec<ColumnReport>,
    /// Everything worth telling, errors among it.
    pub findings: Findings,
    /// What a fit works on; `None` when there is an error among the findings.
    pub plan: Option<Plan>,
}

/// What a fit works on.
#[derive(Debug)]
pub struct Plan {
    /// The columns that segments are found in.
    pub schema: Schema,
    /// Where each column of the schema stands in the table.
    pub positions: Vec<usize>,
    /// What is predicted, and where it stands in the table.
    pub targets: Vec<(Target, usize)>,
}

/// Reads every column.
///
/// # Errors
/// When a column that was named is not there, or was given two parts.
pub fn understand(table: &Table, told: &Told) -> Result<Understanding, Error> {
    let targets: Vec<usize> =
        told.targets.iter().map(|name| table.position(name)).collect::<Result<_, _>>()?;
    for name in told.columns.keys() {
        table.position(name)?;
    }
    let mut findings = Findings::default();
    let read: Vec<_> = table
        .header()
        .par_iter()
        .enumerate()
        .map(|(position, name)| {
            let profile = Profile::of(table.column(position));
            let said = told.column(name);
            let found = kinds::kind(name, &profile, &said, told.date_order, told.min_level);
            (profile, said, found)
        })
        .collect();
    let among_names = table.header().iter().any(|name| !names::is_nameless(name));
    let mut known = Vec::new();
    for (position, (name, (profile, said, found))) in table.header().iter().zip(read).enumerate() {
        if targets.contains(&position)
            && matches!(said.role, Some(RoleTold::Ignore | RoleTold::Identifier))
        {
            return Err(Error::Usage {
                what: format!("the column `{name}` cannot be target and left out"),
                hint: "name different columns".into(),
            });
        }
        let personal = personal::personal(name, &profile);
        let mut column = Known {
            name,
            among_names,
            sensitive: sensitive::sensitive(name, &profile),
            personal,
            profile,
            told: said,
            kind: found.kind,
            role: Role::Feature,
            why: String::new(),
        };
        (column.role, column.why) = if targets.contains(&position) {
            (Role::Target, "to be predicted".to_owned())
        } else {
            column.role(told.min_level)
        };
        if matches!(column.role, Role::Feature | Role::Target) {
            if let Some(trouble) = &found.trouble {
                findings.date_trouble(table, position, trouble);
            }
            if let Some(misfit) = found.misfit {
                findings.misfit(name, misfit);
            }
        }
        known.push(column);
    }
    leave_out_repeated(table, &mut known);
    for &target in &targets {
        leave_out_leaks(table, &mut known, target, &mut findings);
    }
    findings.columns(table, &known);
    tell_sums(table, &mut known, &targets, &mut findings);
    let plan = plan(table, told, &known, &targets, &mut findings)?;
    let columns = known.iter().map(|column| ColumnReport::of(column, told.min_level)).collect();
    Ok(Understanding { columns, findings, plan })
}

fn leave_out_repeated(table: &Table, known: &mut [Known]) {
    let cells: Vec<_> = (0..known.len()).map(|position| table.column(position)).collect();
    // Only among features: what is left out anyway stands for nobody.
    let free: Vec<usize> =
        (0..known.len()).filter(|&position| known[position].role == Role::Feature).collect();
    let of_free = relations::repeated(&free.iter().map(|&p| cells[p]).collect::<Vec<_>>());
    let mut repeated = vec![None; known.len()];
    for (&position, before) in free.iter().zip(of_free) {
        repeated[position] = before.map(|before| free[before]);
    }
    for position in 0..known.len() {
        let is_free = |p: usize| known[p].role == Role::Feature;
        if !is_free(position) || known[position].told.role == Some(RoleTold::Feature) {
            continue;
        }
        if let Some(before) = repeated[position].filter(|&before| is_free(before)) {
            known[position].role = Role::Duplicate;
            known[position].why = format!("says the same as `{}`", known[before].name);
            continue;
        }
        let numbers = |p: usize| is_free(p) && known[p].kind.is_number();
        let linear = |&before: &usize| {
            numbers(before) && relations::is_linear(cells[before], cells[position])
        };
        if let Some(before) = (0..position).filter(|_| numbers(position)).find(linear) {
            known[position].role = Role::Duplicate;
            known[position].why =
                format!("is `{}` times a number, plus a number", known[before].name);
        }
    }
}

fn leave_out_leaks(table: &Table, known: &mut [Known], target: usize, findings: &mut Findings) {
    let cells = table.column(target);
    let outcome = match known[target].target_kind() {
        Ok(TargetKind::Number) => Outcome::Number(cells),
        Ok(TargetKind::Class { .. }) => Outcome::Class(cells),
        Err(_) => return,
    };
    let shares: Vec<f64> = known
        .par_iter()
        .enumerate()
        .map(|(position, column)| match column.role {
            Role::Feature => {
                let column = table.column(position);
                let is_it = relations::says_the_same(cells, column)
                    || (column_is_number(column) && relations::is_linear(cells, column));
                if is_it { 1.0 } else { leaks::given_away(column, &outcome) }
            }
            _ => 0.0,
        })
        .collect();
    for (position, share) in shares.into_iter().enumerate() {
        let (name, target) = (known[position].name, known[target].name);
        if share < GIVEN_AWAY {
            let kin = names::is_kin(name, target);
            if share >= SUSPICIOUS || (kin && share >= SUSPICIOUS_KIN) {
                findings.suspected_leak(name, target);
            }
            continue;
        }
        let allowed = known[position].told.role == Some(RoleTold::Feature);
        findings.leak(name, target, allowed);
        if !allowed {
            known[position].role = Role::Leak;
            known[position].why = format!("gives `{target}` away");
        }
    }
}

/// Whether a column holds a number at all.
fn column_is_number(cells: &crate::cells::Cells) -> bool {
    cells.iter().any(|cell| matches!(cell, Cell::Number(_)))
}

/// Says which columns are sums of others; the parts of a target, or a sum with it, give it away.
fn tell_sums(table: &Table, known: &mut [Known], targets: &[usize], findings: &mut Findings) {
    let numbers: Vec<_> = known
        .iter()
        .enumerate()
        .filter(|(_, c)| matches!(c.role, Role::Feature | Role::Target) && c.kind.is_number())
        .map(|(position, _)| (position, table.column(position)))
        .collect();
    for (whole, parts) in relations::sums(&numbers) {
        let names: Vec<&str> = parts.iter().map(|&part| known[part].name).collect();
        findings.sum(known[whole].name, &names);
        let is_in = |target: &&usize| **target == whole || parts.contains(target);
        let Some(&target) = targets.iter().find(is_in) else { continue };
        for position in parts.into_iter().chain([whole]) {
            if known[position].role != Role::Feature {
                continue;
            }
            let allowed = known[position].told.role == Some(RoleTold::Feature);
            findings.leak(known[position].name, known[target].name, allowed);
            if !allowed {
                known[position].role = Role::Leak;
                known[position].why = format!("a part of `{}`, or its sum", known[target].name);
            }
        }
    }
}

/// What a fit works on, or why there is nothing to work on.
fn plan(
    table: &Table,
    told: &Told,
    known: &[Known],
    targets: &[usize],
    findings: &mut Findings,
) -> Result<Option<Plan>, Error> {
    let mut fit_targets = Vec::new();
    for &position in targets {
        let name = known[position].name;
        match known[position].target_kind() {
            Ok(kind) => fit_targets.push((Target { name: name.to_owned(), kind }, position)),
            Err(why) => findings.unfit_target(name, why),
        }
    }
    let (mut columns, mut positions) = (Vec::new(), Vec::new());
    for (position, column) in known.iter().enumerate().filter(|(_, c)| c.role == Role::Feature) {
        let Some(kind) = column.column_kind() else { continue };
        columns.push(Column {
            name: column.name.to_owned(),
            kind,
            optional: column.n_missing() > 0,
            missing: table.told_missing(told, column.name),
            sensitive: column.sensitive,
            integer: column.kind == Kind::Integer,
            // Nobody is advised to be younger or of another origin.
            mutable: column.sensitive.is_none() && column.told.mutable.unwrap_or(true),
        });
        positions.push(position);
    }
    if columns.is_empty() {
        findings.no_column_left(table, known);
        return Ok(None);
    }
    let has_dates = columns.iter().any(|column| matches!(column.kind, ColumnKind::Date { .. }));
    let as_of = if has_dates { told.as_of.or_else(|| newest_day(known)) } else { None };
    if has_dates && as_of.is_none() {
        // Told dates of which none can be read: the findings have it.
        return Ok(None);
    }
    let schema = Schema::new(columns, as_of).map_err(|defect| Error::BadTable {
        path: table.path().into(),
        line: 1,
        what: format!("the columns make no schema: {}", findings::schema_defect(defect)),
        hint: "rename the column, or leave it out with `--ignore`".into(),
    })?;
    Ok(Some(Plan { schema, positions, targets: fit_targets }))
}

/// The newest day of all date columns.
fn newest_day(known: &[Known]) -> Option<Day> {
    let dated = known.iter().filter(|column| column.role == Role::Feature);
    dated
        .filter_map(|column| match column.kind {
            Kind::Date(order) => Some((&column.profile, order)),
            _ => None,
        })
        .flat_map(|(profile, order)| {
            let words =
                profile.words().filter_map(move |(word, _)| shared::date::parse(word, order));
            words.chain(
                (profile.numbers.n > 0).then(|| kinds::compact_day(profile.numbers.max)).flatten(),
            )
        })
        .max()
}

/// A cell as a day, in the order that its column is written in.
pub fn day(cell: Cell, cells: &crate::cells::Cells, order: DateOrder) -> Option<Day> {
    match cell {
        Cell::Missing => None,
        Cell::Number(number) => kinds::compact_day(number),
        Cell::Word(code) => shared::date::parse(cells.words().get(code), order),
    }
}

#[cfg(test)]
mod tests;
