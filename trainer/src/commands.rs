//! The verbs: each opens its files, calls the stages, and writes or prints what came out.

mod fit;
mod inspect;
mod predict;
mod rfm;
mod transform;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::Command;
use crate::error::Error;
use crate::files::Pending;

/// Does what a parsed command line says.
pub(crate) fn run(command: &Command) -> Result<(), Error> {
    match command {
        Command::Fit(args) => fit::run(args),
        Command::Predict(args) => predict::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Transform(args) => transform::run(args),
        Command::Rfm(args) => rfm::run(args),
    }
}

/// A file that appears when it is complete, or standard output.
enum Sink {
    File(Pending),
    Standard(io::BufWriter<io::Stdout>),
}

impl Sink {
    fn open(path: Option<&Path>) -> Result<Self, Error> {
        Ok(match path {
            Some(path) => Self::File(Pending::create(path)?),
            None => Self::Standard(io::BufWriter::new(io::stdout())),
        })
    }

    fn finish(self) -> Result<(), Error> {
        match self {
            Self::File(pending) => pending.finish(),
            Self::Standard(mut out) => out.flush().map_err(output_failed),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(pending) => pending.write(bytes),
            Self::Standard(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(pending) => pending.flush(),
            Self::Standard(out) => out.flush(),
        }
    }
}

/// An error of writing the results.
fn output_failed(reason: io::Error) -> Error {
    Error::Io { path: PathBuf::from("output"), reason }
}

/// The same behind the CSV writer, which wraps the system's reason and would hide a closed pipe.
fn row_failed(error: csv::Error) -> Error {
    output_failed(match error.into_kind() {
        csv::ErrorKind::Io(reason) => reason,
        other => io::Error::other(format!("{other:?}")),
    })
}
