//! What can go wrong for a person at the command line: what, where, and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use crate::infer::findings::Finding;
use crate::playbook::Fault;
use crate::problems::Problem;

/// Why a command stopped. `Display` says what and where; [`hint`](Error::hint) says what to do.
#[derive(Debug)]
pub enum Error {
    /// The input file cannot be opened.
    NoInput {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// The input is a directory.
    IsDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// Reading or writing failed underway.
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// A file cannot be written.
    CannotWrite {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// The table is wrong in one place.
    BadTable {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What is wrong.
        what: String,
        /// What to do.
        hint: String,
    },
    /// Rows that cannot be used.
    BadRows {
        /// The file.
        path: PathBuf,
        /// How many rows.
        rows: usize,
        /// What is wrong with them, by column and kind; at most [`SHOWN`](crate::problems::SHOWN).
        problems: Vec<Problem>,
        /// How many findings there are of further kinds.
        further: usize,
        /// What to do.
        hint: String,
    },
    /// The data as a whole cannot be segmented.
    Unfit {
        /// The file.
        path: PathBuf,
        /// Why.
        what: String,
        /// What to do.
        hint: String,
    },
    /// A file is not an artifact that this version reads.
    BadArtifact {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: shared::ArtifactError,
    },
    /// Everything that is wrong with a playbook.
    BadPlaybook {
        /// The file that it stands in.
        path: PathBuf,
        /// What is wrong.
        faults: Vec<Fault>,
    },
    /// Everything that keeps a table from being fitted.
    Unready {
        /// The file.
        path: PathBuf,
        /// The errors among what was found.
        findings: Vec<Finding>,
    },
    /// `check` has said what is wrong; the exit code says it again.
    NotReady,
    /// `drift` has said what drifted; the exit code says it again.
    Drifted,
    /// Figures that are not as they were asked to be; the exit code says it again.
    Missed {
        /// Which ones.
        what: String,
    },
    /// Options that contradict each other.
    Usage {
        /// What is wrong.
        what: String,
        /// What to do.
        hint: String,
    },
}

#[derive(Serialize)]
struct Envelope<'e> {
    error: Report<'e>,
}

/// An error as scripts read it; what is not known is absent.
#[derive(Serialize)]
struct Report<'e> {
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    problems: &'e [Problem],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    findings: &'e [Finding],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    faults: &'e [Fault],
    #[serde(skip_serializing_if = "str::is_empty")]
    hint: &'e str,
    exit_code: u8,
}

impl Error {
    /// An error of opening `path` to read.
    pub fn opening(path: &Path, reason: io::Error) -> Self {
        Self::NoInput { path: path.into(), reason }
    }

    /// What the command line's parser says, without its layout.
    pub fn usage(told: &clap::Error) -> Self {
        let text = told.render().to_string();
        let text = text.trim();
        let (what, rest) = text.split_once("\n\n").unwrap_or((text, ""));
        let hint = rest.split("\n\n").next().unwrap_or_default();
        Self::Usage {
            what: what.trim_start_matches("error: ").to_owned(),
            hint: hint.trim().trim_start_matches("tip: ").to_owned(),
        }
    }

    /// The exit code of the process.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code())
    }

    /// The exit code as a number: sysexits' numbers, 2 for usage.
    fn code(&self) -> u8 {
        match self {
            Self::Usage { .. } => 2,
            Self::Drifted | Self::Missed { .. } => 3,
            Self::BadTable { .. }
            | Self::BadRows { .. }
            | Self::Unfit { .. }
            | Self::Unready { .. }
            | Self::NotReady
            | Self::BadPlaybook { .. }
            | Self::BadArtifact { .. } => 65,
            Self::NoInput { .. } | Self::IsDirectory { .. } => 66,
            Self::CannotWrite { .. } => 73,
            Self::Io { .. } => 74,
        }
    }

    /// The kind of error as scripts read it, stable across versions.
    fn kind(&self) -> &'static str {
        match self {
            Self::NoInput { .. } => "no-input",
            Self::IsDirectory { .. } => "is-directory",
            Self::Io { .. } => "input-output",
            Self::CannotWrite { .. } => "cannot-write",
            Self::BadTable { .. } => "bad-table",
            Self::BadRows { .. } => "bad-rows",
            Self::Unfit { .. } => "unfit",
            Self::BadArtifact { .. } => "bad-artifact",
            Self::BadPlaybook { .. } => "bad-playbook",
            Self::Unready { .. } | Self::NotReady => "not-ready",
            Self::Drifted => "drifted",
            Self::Missed { .. } => "missed",
            Self::Usage { .. } => "usage",
        }
    }

    /// The file that the error is about.
    fn path(&self) -> Option<&Path> {
        match self {
            Self::NoInput { path, .. }
            | Self::IsDirectory { path }
            | Self::Io { path, .. }
            | Self::CannotWrite { path, .. }
            | Self::BadTable { path, .. }
            | Self::BadRows { path, .. }
            | Self::Unfit { path, .. }
            | Self::Unready { path, .. }
            | Self::BadPlaybook { path, .. }
            | Self::BadArtifact { path, .. } => Some(path),
            Self::Usage { .. } | Self::NotReady | Self::Drifted | Self::Missed { .. } => None,
        }
    }

    /// The error as one line of JSON, for scripts.
    pub fn to_json(&self) -> String {
        let report = Report {
            kind: self.kind(),
            message: self.to_string(),
            path: self.path().map(|path| path.display().to_string()),
            line: if let Self::BadTable { line, .. } = self { Some(*line) } else { None },
            problems: if let Self::BadRows { problems, .. } = self { problems } else { &[] },
            findings: if let Self::Unready { findings, .. } = self { findings } else { &[] },
            faults: if let Self::BadPlaybook { faults, .. } = self { faults } else { &[] },
            hint: self.hint(),
            exit_code: self.code(),
        };
        serde_json::to_string(&Envelope { error: report }).expect("a report is plain data")
    }

    /// What to do about it; empty when the message says it all.
    pub fn hint(&self) -> &str {
        match self {
            Self::BadTable { hint, .. }
            | Self::BadRows { hint, .. }
            | Self::Unfit { hint, .. }
            | Self::Usage { hint, .. } => hint,
            Self::IsDirectory { .. } => "name a file in it",
            Self::BadArtifact { .. } => {
                "make a new one with `trainer fit`, or copy the file again if it may be damaged"
            }
            Self::BadPlaybook { .. } => {
                "`trainer playbook check` tries a playbook on a model without fitting it again"
            }
            // Each finding says its own.
            Self::Unready { .. } => "`trainer check` says all there is to say of the table",
            Self::Drifted => {
                "`trainer fit --previous MODEL` makes a new model that keeps the segments' ids"
            }
            Self::NoInput { .. }
            | Self::Io { .. }
            | Self::CannotWrite { .. }
            | Self::Missed { .. }
            | Self::NotReady => "",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInput { path, reason } => {
                write!(f, "cannot read `{}`: {}", path.display(), plain(reason))
            }
            Self::IsDirectory { path } => write!(f, "`{}` is a directory", path.display()),
            Self::Io { path, reason } => {
                write!(f, "reading or writing `{}` failed: {}", path.display(), plain(reason))
            }
            Self::CannotWrite { path, reason } => {
                write!(f, "cannot write `{}`: {}", path.display(), plain(reason))
            }
            Self::BadTable { path, line, what, .. } => {
                write!(f, "`{}` line {line}: {what}", path.display())
            }
            Self::BadRows { path, rows, problems, further, .. } => {
                let s = if *rows == 1 { "" } else { "s" };
                write!(f, "`{}`: {rows} row{s} cannot be used", path.display())?;
                for problem in problems {
                    write!(f, "\n  {problem}")?;
                }
                if *further > 0 { write!(f, "\n  and {further} of further kinds") } else { Ok(()) }
            }
            Self::Unfit { path, what, .. } => write!(f, "`{}`: {what}", path.display()),
            Self::Unready { path, findings } => {
                write!(f, "`{}` cannot be fitted as it is", path.display())?;
                for finding in findings {
                    write!(f, "\n  {finding}")?;
                    if !finding.remedy.is_empty() {
                        write!(f, "\n    {}", finding.remedy)?;
                    }
                }
                Ok(())
            }
            Self::BadPlaybook { path, faults } => {
                write!(f, "`{}`: the playbook cannot be used as it is", path.display())?;
                for Fault { place, what, hint } in faults {
                    write!(f, "\n  {place}: {what}")?;
                    if !hint.is_empty() {
                        write!(f, "\n    {hint}")?;
                    }
                }
                Ok(())
            }
            Self::NotReady => f.write_str("`fit` would not go on"),
            Self::Drifted => {
                f.write_str("the customers are no longer like those that the model was trained on")
            }
            Self::BadArtifact { path, reason } => write!(f, "`{}`: {reason}", path.display()),
            Self::Usage { what, .. } | Self::Missed { what } => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {}

/// The system's reason without Rust's "(os error 2)".
fn plain(reason: &io::Error) -> String {
    let text = reason.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    let mut words = text[..end].to_owned();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    words
}

/// "did you mean `x`?" for the nearest of `known`, or the list of all when none is near and they are few.
pub fn suggestion<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let distance =
        |name: &&&str| strsim::damerau_levenshtein(&given.to_lowercase(), &name.to_lowercase());
    match known.iter().min_by_key(distance) {
        // Of one letter, every other letter would be near.
        Some(name)
            if distance(&name) <= 1 + given.chars().count() / 3
                && distance(&name) < given.chars().count() =>
        {
            format!("did you mean `{name}`?")
        }
        _ if known.is_empty() || known.len() > 30 => String::new(),
        _ => format!("there are: {}", known.join(", ")),
    }
}
