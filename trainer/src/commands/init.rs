//! `trainer init`: every decision about a table, as a `wedge.toml` to edit.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use super::{Sink, output_failed};
use crate::cli::InitArgs;
use crate::config::PlaybookConfig;
use crate::error::Error;
use crate::infer::{ColumnReport, Role, Understanding, understand};
use crate::inputs::Inputs;
use crate::read::{DEFAULT_MAX_ROWS, ReadOptions};
use crate::screen::note;
use crate::settings::Settings;
use crate::table::Table;
use crate::told::{ColumnTold, SegmentTold};
use crate::unusable::Unusable;

pub(super) fn run(args: &InitArgs) -> Result<(), Error> {
    let to_stdout = args.out.as_os_str() == "-";
    if !args.json && !to_stdout {
        Inputs::of(&args.data, &args.read).spare(&[&args.out], None)?;
    }
    if args.out.exists() && !args.force && !args.json {
        return Err(Error::Usage {
            what: format!("`{}` is there already", args.out.display()),
            hint: "name another with `--out`, or replace it with `--force`".into(),
        });
    }
    let settings = Settings::of(&args.read, &args.columns, &args.targets)?;
    // What is wrong with single rows is `check`'s to say.
    let mut table = Table::read(&args.data, &settings.read, &mut Unusable::default())?;
    table.forget(&settings.told)?;
    let understood = understand(&table, &settings.told)?;
    let text = document(&table, &settings, &understood);
    if args.json {
        let document: toml::Table = text.parse().expect("what was just written is TOML");
        let mut out = Sink::standard();
        out.write_json(&document)?;
        return out.finish();
    }
    let mut out = Sink::open((!to_stdout).then_some(args.out.as_path()))?;
    out.write_all(text.as_bytes()).map_err(output_failed)?;
    out.finish()?;
    if !to_stdout {
        let (out, data) = (args.out.display(), args.data.display());
        note(&format!("wrote {out}: edit it, then `trainer fit {data} --config {out}`"));
    }
    Ok(())
}

/// A string as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn quoted_list<'a>(words: impl IntoIterator<Item = &'a String>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| quoted(word)).collect();
    format!("[{}]", words.join(", "))
}

/// The lines of `[read]`: what was told, and as remarks what can be.
fn reading(read: &ReadOptions) -> String {
    let byte =
        |byte: u8| if byte == b'\t' { "tab".to_owned() } else { char::from(byte).to_string() };
    let word = |word: Option<String>| word.map(|word| quoted(&word));
    let lines = [
        (
            "format",
            word(read.format.map(|f| f.name().to_lowercase())),
            "\"csv\"",
            "csv, ndjson, parquet, excel; else recognised",
        ),
        (
            "delimiter",
            word(read.delimiter.map(byte)),
            "\";\"",
            "\",\" \";\" \"|\" \"tab\"; else recognised",
        ),
        (
            "encoding",
            word(read.encoding.map(|e| e.name().to_lowercase())),
            "\"utf-8\"",
            "utf-8, utf-16le, utf-16be, windows-1252; else recognised",
        ),
        (
            "decimal",
            word(read.decimal.map(|d| byte(d.byte()))),
            "\",\"",
            "\".\" or \",\"; else recognised",
        ),
        (
            "sheet",
            word(read.sheet.clone()),
            "\"Sheet1\"",
            "of a workbook; else the one with the most cells",
        ),
        (
            "skip_lines",
            (read.skip_lines > 0).then(|| read.skip_lines.to_string()),
            "0",
            "lines above the header",
        ),
        (
            "header",
            (!read.header).then(|| "false".to_owned()),
            "true",
            "whether the first line names the columns",
        ),
        (
            "max_rows",
            (read.max_rows != DEFAULT_MAX_ROWS).then(|| read.max_rows.to_string()),
            "10000000",
            "more are an error",
        ),
    ];
    let line = |(key, told, example, about): (&str, Option<String>, &str, &str)| {
        let said =
            told.map_or_else(|| format!("# {key} = {example}"), |told| format!("{key} = {told}"));
        format!("{said:24}  # {about}\n")
    };
    lines.into_iter().map(line).collect::<String>() + "\n"
}

fn document(table: &Table, settings: &Settings, understood: &Understanding) -> String {
    let mut text = String::new();
    let told = &settings.told;
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "# What `trainer` makes of the table ({} rows, read as: {}).\n\
         # Edit a line, and pass this file as `--config`. Flags beat this file; this file beats what is read off\n\
         # the values. A line or a section that is left out is decided from the values again.\n\n\
         [read]\n\
         {}\
         [data]\n",
        table.n_rows(),
        table.read_as(),
        reading(&settings.read)
    );
    let _ = match &told.targets[..] {
        [target] => writeln!(text, "target = {}", quoted(target)),
        [] => {
            writeln!(text, "# target = \"churned\"      # a column to predict in every segment")
        }
        targets => {
            let targets: Vec<String> = targets.iter().map(|target| quoted(target)).collect();
            writeln!(text, "target = [{}]", targets.join(", "))
        }
    };
    let _ = writeln!(
        text,
        "missing = {}            # besides: empty, NA, N/A, #N/A, NaN, null, \\N, ?",
        quoted_list(&told.missing)
    );
    let as_of = understood.plan.as_ref().and_then(|plan| plan.schema.as_of());
    let _ = match as_of {
        Some(day) => writeln!(text, "as_of = {day}      # dates become days before this one"),
        None => writeln!(
            text,
            "# as_of = 2024-12-31      # dates become days before this one; else the newest"
        ),
    };
    let line = |key: &str, told: Option<String>, example: &str, about: &str| {
        let said =
            told.map_or_else(|| format!("# {key} = {example}"), |told| format!("{key} = {told}"));
        format!("{said:24}  # {about}\n")
    };
    let number = |told: Option<u64>| told.map(|told| told.to_string());
    let fit = &settings.fit;
    for line in [
        line(
            "date_order",
            told.date_order.map(|o| quoted(o.name())),
            "\"dmy\"",
            "ymd, dmy, mdy: for every column of dates",
        ),
        line(
            "impute",
            told.impute.map(|i| quoted(i.name())),
            "\"median\"",
            "median, mean, zero: stands in for missing numbers",
        ),
        line(
            "min_level",
            Some(told.min_level.to_string()),
            "",
            "words that fewer customers share are folded: a rare word may show a person",
        ),
        "\n[fit]\n".to_owned(),
        line(
            "segments",
            number(fit.segments.map(u64::from)),
            "5",
            "exactly so many, instead of the elbow",
        ),
        line(
            "max_segments",
            number(fit.max_segments.map(u64::from)),
            "10",
            "up to so many are tried",
        ),
        line(
            "min_segment",
            number(fit.min_segment.map(u64::from)),
            "20",
            "a smaller segment may show a person",
        ),
        line("seed", number(fit.seed), "0", "of everything random"),
        "\n# Your own words for a segment, by its id, which training again keeps:\n".to_owned(),
    ] {
        text.push_str(&line);
    }
    write_segments(&mut text, &told.segments);
    text.push_str(&playbook(told.playbook.as_ref()));
    for (position, column) in understood.columns.iter().enumerate() {
        let said = told.column(&column.name);
        let _ = writeln!(text, "\n[columns.{}]", quoted(&column.name));
        write_column(&mut text, column, &said, table.column(position).len());
    }
    text
}

/// What was told of segments, or how it is told.
fn write_segments(text: &mut String, segments: &BTreeMap<u16, SegmentTold>) {
    if segments.is_empty() {
        text.push_str(
            "# [segments.0]\n# name = \"Regulars\"\n# description = \"They come every week.\"\n",
        );
    }
    for (id, SegmentTold { name, description }) in segments {
        let _ = writeln!(text, "[segments.{id}]");
        for (key, said) in [("name", name), ("description", description)] {
            if let Some(said) = said {
                let _ = writeln!(text, "{key} = {}", quoted(said));
            }
        }
    }
}

/// What was told to recommend, or how it is told.
fn playbook(told: Option<&PlaybookConfig>) -> String {
    #[derive(serde::Serialize)]
    struct Written<'a> {
        playbook: &'a PlaybookConfig,
    }
    match told {
        Some(playbook) => {
            let written = toml::to_string(&Written { playbook });
            format!("\n{}", written.expect("what was read from TOML is TOML"))
        }
        None => PLAYBOOK.to_owned(),
    }
}

const PLAYBOOK: &str = "
# What to recommend to whom; without it, where customers do less than others like them. `trainer playbook check`
# says whom it reaches.
# [playbook]
# at_most = 2               # recommendations for one customer
# holdout = 0.1             # this share of customers is given none, so that the effect can be measured
# [[playbook.recipes]]
# id = \"win-back\"
# title = \"Win back\"
# text = \"Send the win-back voucher.\"
# link = \"https://shop.example/voucher\"
# goal = \"a purchase within 30 days\"
# priority = 10             # the highest first; or by worth: value = { prediction = \"spend\", times = 0.1 }
# excludes = []             # ids of recipes that are not given together with this one
# # eq, in, lt, le, gt, ge, missing compare a field or a prediction; all, any, not join such tables.
# when = { all = [ { field = \"recency_days\", gt = 90 }, { prediction = \"spend\", ge = 10 }, { segment = [0, 2] } ] }
";

fn write_column(text: &mut String, column: &ColumnReport, said: &ColumnTold, n_rows: usize) {
    let kind = match column.kind {
        "integer" | "decimal" => "number",
        "identifier" | "constant" | "empty" => "",
        kind => kind,
    };
    let figures = format!(
        "{}, {} distinct, {}",
        column.kind,
        column.distinct,
        match column.missing {
            0 => "none missing".to_owned(),
            missing => format!("{missing} of {n_rows} missing"),
        }
    );
    let _ = if kind.is_empty() {
        writeln!(text, "# {figures}")
    } else {
        writeln!(text, "kind = {}  # {figures}", quoted(kind))
    };
    let (role, why) = match column.role {
        Role::Feature => (
            "feature",
            column
                .sensitive
                .map_or(String::new(), |s| format!("  # sensitive ({s}): may you use it?")),
        ),
        Role::Target => ("", "# the target".to_owned()),
        Role::Identifier => ("identifier", format!("  # {}", column.why)),
        _ => ("ignore", format!("  # {}", column.why)),
    };
    let _ = if role.is_empty() {
        writeln!(text, "{why}")
    } else {
        writeln!(text, "role = {}{why}", quoted(role))
    };
    let words: Vec<&String> = column.levels.iter().map(|(word, _)| word).collect();
    match kind {
        "ordinal" => {
            let _ = writeln!(text, "levels = {}  # lowest first", quoted_list(words));
        }
        "yes/no" if words.len() == 2 => {
            let _ = writeln!(
                text,
                "levels = {}  # no first",
                quoted_list(column.yes_no.iter().flatten())
            );
        }
        "categorical" if !words.is_empty() => {
            let _ = writeln!(
                text,
                "# levels = {}  # only these; else all that enough customers share",
                quoted_list(words)
            );
        }
        "number" => {
            let bound = |name: &str, bound: Option<f64>| match bound {
                Some(bound) => format!("{name} = {bound}"),
                None => format!("# {name} = 0"),
            };
            let _ =
                writeln!(text, "{}  # a smaller number is a mistake", bound("lower", said.lower));
            let _ =
                writeln!(text, "{}  # a larger number is a mistake", bound("upper", said.upper));
            let _ = match said.impute {
                Some(how) => writeln!(text, "impute = {}", quoted(how.name())),
                None => writeln!(text, "# impute = \"median\"  # median, mean, zero"),
            };
        }
        "date" => {
            let order = column.date_order.unwrap_or("ymd");
            let _ = writeln!(text, "date_order = {}", quoted(order));
        }
        _ => {}
    }
    if role == "feature" {
        let _ = match said.mutable {
            Some(mutable) => writeln!(text, "mutable = {mutable}"),
            None => writeln!(text, "# mutable = false  # nothing that a customer could change"),
        };
    }
    if role == "feature" || role.is_empty() {
        let _ = writeln!(
            text,
            "missing = {}  # further values that mean \"missing\" here",
            quoted_list(&said.missing)
        );
    }
}
