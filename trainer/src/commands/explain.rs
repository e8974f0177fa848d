//! `trainer explain`: one customer by hand, and why the model says what it says.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use shared::dialect::CellStyle;
use shared::rejected::Code;
use shared::{Column, RawCell, Record, Rejected, Schema, Value};

use super::{Sink, output_failed};
use crate::cli::ExplainArgs;
use crate::customers::locate;
use crate::error::{Error, suggestion};
use crate::files;
use crate::problems::expected;
use crate::read::{Block, ReadOptions, Source};
use crate::screen::{is_quiet, note, print_explanation, warn};
use crate::settings::Settings;
use crate::table::fault;

pub(super) fn run(args: &ExplainArgs) -> Result<(), Error> {
    let artifact = files::read_artifact(&args.model)?;
    let schema = &artifact.model().parts().schema;
    let options = Settings::reading(&args.read)?;
    let given = match (&args.from, args.row) {
        (Some(path), Some(row)) => Some(row_of(path, row, &options, schema)?),
        _ => None,
    };
    let record = customer(args, schema, given.as_ref())?;
    for position in schema.others(&record) {
        let name = &schema.columns()[position].name;
        warn(&format!("`{name}`: a word that the model does not know: taken as \"(other)\""));
    }
    let reply = artifact.recommend(&record);
    let mut out = Sink::standard();
    if args.json {
        writeln!(out, "{}", reply.to_json()).map_err(output_failed)?;
    } else if !is_quiet() {
        let as_of = args.as_of.or(schema.as_of());
        print_explanation(&mut out, &artifact, &record, &reply, as_of).map_err(output_failed)?;
    }
    out.finish()?;
    let values = schema.columns().iter().zip(record.values());
    let lacking = values.filter(|(_, value)| **value == Value::Missing);
    let lacking: Vec<String> = lacking.map(|(column, _)| format!("`{}`", column.name)).collect();
    if !lacking.is_empty() {
        note(&format!("not given, and filled in as in training: {}", lacking.join(", ")));
    }
    Ok(())
}

/// A row of a file: its line, and its cells by column of the schema.
struct Given {
    line: u64,
    style: CellStyle,
    cells: Vec<Option<String>>,
}

fn row_of(path: &Path, row: u64, options: &ReadOptions, schema: &Schema) -> Result<Given, Error> {
    let mut source = Source::open(path, options)?;
    let positions = locate(schema, &source)?;
    let n_columns = source.header().len();
    let mut block = Block::new();
    let mut before = 0;
    while source.fill(&mut block)? {
        let at = usize::try_from(row - 1 - before).unwrap_or(usize::MAX);
        if at >= block.n_rows() {
            before += block.n_rows() as u64;
            continue;
        }
        let row = block.row(at);
        let bad = |what| Error::BadTable {
            path: source.path().into(),
            line: row.line,
            what,
            hint: "mend the row, or name another".into(),
        };
        if let Some(reason) = fault(&row, n_columns) {
            return Err(bad(reason));
        }
        let cell = |position: &Option<usize>| position.map(|p| row.cell(p).to_owned());
        let cells = positions.iter().map(cell).collect();
        return Ok(Given { line: row.line, style: source.style().clone(), cells });
    }
    Err(Error::Usage {
        what: format!("`--row {row}`: `{}` has {before} rows", path.display()),
        hint: "the first customer is row 1".into(),
    })
}

/// The row of the file, if any, with what was set.
fn customer(args: &ExplainArgs, schema: &Schema, given: Option<&Given>) -> Result<Record, Error> {
    let columns = schema.columns();
    let mut set: Vec<Option<&str>> = vec![None; columns.len()];
    for setting in &args.set {
        let (position, value) = read_setting(columns, setting)?;
        if set[position].replace(value).is_some() {
            return Err(Error::Usage {
                what: format!("`{}` is set twice", columns[position].name),
                hint: "a customer has one value of it".into(),
            });
        }
    }
    let plain = CellStyle::default();
    let cells: Vec<RawCell> = columns
        .iter()
        .enumerate()
        .map(|(position, column)| match (set[position], given) {
            (Some(text), _) => column.cell(plain.cell(text)),
            (None, Some(Given { style, cells, .. })) => {
                let text = cells[position].as_deref();
                text.map_or(RawCell::Missing, |text| column.cell(style.cell(text)))
            }
            (None, None) => RawCell::Missing,
        })
        .collect();
    schema.validate_cells(&cells, args.as_of).map_err(|rejected| {
        let (what, hint) = refused(&rejected, schema, &set);
        match (&args.from, given) {
            (Some(path), Some(given)) => {
                Error::BadTable { path: path.clone(), line: given.line, what, hint }
            }
            _ => Error::Usage { what, hint },
        }
    })
}

/// `COLUMN=VALUE`, where both may hold `=`: of the columns that fit, the one with the longest name.
fn read_setting<'s>(columns: &[Column], setting: &'s str) -> Result<(usize, &'s str), Error> {
    let value = |column: &Column| setting.strip_prefix(column.name.as_str())?.strip_prefix('=');
    let fitting = columns.iter().enumerate().filter_map(|(at, column)| Some((at, value(column)?)));
    // The longest name leaves the shortest value.
    fitting.min_by_key(|(_, value)| value.len()).ok_or_else(|| {
        let name = setting.split_once('=').map_or(setting, |(name, _)| name);
        Error::Usage {
            what: format!("`--set {name}=...`: the model reads no column of this name"),
            hint: suggestion(name, columns.iter().map(|column| column.name.as_str())),
        }
    })
}

/// What is wrong with a customer, and what to do.
fn refused(rejected: &Rejected, schema: &Schema, set: &[Option<&str>]) -> (String, String) {
    let mut what = "this is no customer of the model".to_owned();
    let mut hint = "`trainer inspect MODEL` shows what each column takes".to_owned();
    for violation in rejected.violations.iter().rev() {
        let field = violation.field();
        let found = schema.columns().iter().zip(set).find(|(column, _)| column.name == field);
        if let (Code::UnknownLevel, Some((column, Some(word)))) = (violation.code, found) {
            hint = format!("`{field}`: {}", suggestion(word, column.kind.words().into_iter()));
        }
    }
    for violation in &rejected.violations {
        let field = violation.field();
        let column = schema.columns().iter().find(|column| column.name == field);
        let expected = expected(violation, column.map(|column| &column.kind));
        // Writing into memory cannot fail.
        let _ = write!(what, "\n  `{field}`: {expected}");
    }
    (what, hint)
}
