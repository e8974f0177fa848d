//! What can go wrong for a person at the command line: what, where, and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
    /// Rows that the model cannot take.
    BadRows {
        /// The file.
        path: PathBuf,
        /// The first few: line, column, what was expected. Never a value.
        first: Vec<(u64, String, String)>,
        /// How many violations there are in all.
        count: usize,
        /// What to do.
        hint: &'static str,
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
    /// Options that contradict each other.
    Usage {
        /// What is wrong.
        what: String,
        /// What to do.
        hint: String,
    },
}

impl Error {
    /// An error of opening `path` to read.
    pub fn opening(path: &Path, reason: io::Error) -> Self {
        Self::NoInput { path: path.into(), reason }
    }

    /// The exit code: sysexits' numbers, 2 for usage.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage { .. } => 2,
            Self::BadTable { .. }
            | Self::BadRows { .. }
            | Self::Unfit { .. }
            | Self::BadArtifact { .. } => 65,
            Self::NoInput { .. } | Self::IsDirectory { .. } => 66,
            Self::CannotWrite { .. } => 73,
            Self::Io { .. } => 74,
        })
    }

    /// What to do about it; empty when the message says it all.
    pub fn hint(&self) -> &str {
        match self {
            Self::BadTable { hint, .. } | Self::Unfit { hint, .. } | Self::Usage { hint, .. } => {
                hint
            }
            Self::IsDirectory { .. } => "name a file in it",
            Self::BadRows { hint, .. } => hint,
            Self::BadArtifact { .. } => {
                "make a new one with `trainer fit`, or copy the file again if it may be damaged"
            }
            Self::NoInput { .. } | Self::Io { .. } | Self::CannotWrite { .. } => "",
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
            Self::BadRows { path, first, count, .. } => {
                let s = if *count == 1 { "" } else { "s" };
                write!(f, "`{}`: {count} value{s} cannot be used", path.display())?;
                for (line, column, expected) in first {
                    write!(f, "\n  line {line}, column `{column}`: expected {expected}")?;
                }
                let rest = count - first.len();
                if rest > 0 { write!(f, "\n  and {rest} more") } else { Ok(()) }
            }
            Self::Unfit { path, what, .. } => write!(f, "`{}`: {what}", path.display()),
            Self::BadArtifact { path, reason } => write!(f, "`{}`: {reason}", path.display()),
            Self::Usage { what, .. } => f.write_str(what),
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
        Some(name) if distance(&name) <= 1 + given.chars().count() / 3 => {
            format!("did you mean `{name}`?")
        }
        _ => format!("the columns are: {}", known.join(", ")),
    }
}
