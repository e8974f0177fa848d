//! What a person sees in the terminal, and what a script reads on standard error instead.

mod compared;
mod diff;
mod drift;
mod evaluate;
mod explain;
mod keys;
mod playbook;
mod predicted;
mod progress;
mod quality;
mod release;
mod report;
mod segments;
mod tables;
mod usual;

use std::fmt::Display;
use std::io::Write as _;
use std::sync::OnceLock;

use anstyle::{AnsiColor, Style};
use clap::ColorChoice;

use crate::error::Error;

pub(crate) use diff::print_diff;
pub(crate) use drift::print_drift;
pub(crate) use evaluate::print_evaluation;
pub(crate) use explain::print_explanation;
pub(crate) use keys::print_keys;
pub(crate) use playbook::print_reach;
pub(crate) use predicted::{SegmentCounts, print_counts};
pub use progress::{Progress, Reading};
pub(crate) use progress::{clear_progress, output_is_shown};
pub(crate) use release::print_release;
pub(crate) use report::print_check;
pub(crate) use tables::{print_card, print_fit};

/// How the program talks, as its command line says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Manner {
    /// Says nothing but errors and results.
    pub(crate) quiet: bool,
    /// Says everything on standard error as one JSON object in a line.
    pub(crate) json: bool,
}

static MANNER: OnceLock<Manner> = OnceLock::new();

/// Sets how the program talks; the first call counts.
pub(crate) fn set_up(manner: Manner, color: ColorChoice) {
    MANNER.get_or_init(|| manner);
    // Automatic means: at a terminal, and as NO_COLOR and CLICOLOR_FORCE say.
    let choice = match color {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
}

fn manner() -> Manner {
    MANNER.get().copied().unwrap_or_default()
}

/// Whether tables and notes are unwanted.
pub(crate) fn is_quiet() -> bool {
    manner().quiet
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default();
const HINT: Style = AnsiColor::Cyan.on_default();

/// Says what went wrong and what to do, on standard error.
pub(crate) fn print_error(error: &Error) {
    if manner().json {
        return say(error.to_json());
    }
    match error.hint() {
        "" => say(format!("{ERROR}error:{ERROR:#} {error}")),
        hint => {
            say(format!("{ERROR}error:{ERROR:#} {error}\n\n{HINT}hint:{HINT:#} {hint}"));
        }
    }
}

/// A result that is for people and not for a pipe, on standard error; it comes in silence too.
pub(crate) fn show(text: &str) {
    say(text);
}

/// A remark on standard error, so that output can be piped.
pub(crate) fn note(text: &str) {
    if manner().quiet {
    } else if manner().json {
        say(serde_json::json!({ "note": { "message": text } }));
    } else {
        say(text);
    }
}

/// A warning on standard error.
pub(crate) fn warn(text: &str) {
    if manner().quiet {
    } else if manner().json {
        say(serde_json::json!({ "warning": { "message": text } }));
    } else {
        say(format!("{WARNING}warning:{WARNING:#} {text}"));
    }
}

/// A line on standard error, above the progress if there is any.
fn say(text: impl Display) {
    progress::above(|| {
        // When even standard error is gone, there is nobody to tell.
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    });
}
