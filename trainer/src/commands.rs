//! The verbs: each opens its files, calls the stages, and writes or prints what came out.

pub(crate) mod check;
mod completions;
mod diff;
mod drift;
pub(crate) mod embed;
pub(crate) mod evaluate;
mod explain;
mod fit;
mod init;
mod inspect;
pub(crate) mod key;
mod man;
mod out_of_fold;
mod playbook;
mod predict;
mod rfm;
mod rfm_columns;
mod rows;
mod transform;

use std::fs;
use std::io::{self, Seek as _, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::Command;
use crate::error::Error;
use crate::files::Pending;

/// Cloudflare's tool in the version that `package.json` pins: newer ones want a newer Node.
pub(crate) const WRANGLER: &str = "npx wrangler@4.86.0";

/// Does what a parsed command line says.
pub(crate) fn run(command: &Command) -> Result<(), Error> {
    match command {
        Command::Check(args) => check::run(args),
        Command::Init(args) => init::run(args),
        Command::Fit(args) => fit::run(args),
        Command::Predict(args) => predict::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Diff(args) => diff::run(args),
        Command::Drift(args) => drift::run(args),
        Command::Embed(args) => embed::run(args),
        Command::Playbook(args) => playbook::run(args),
        Command::Transform(args) => transform::run(args),
        Command::Rfm(args) => rfm::run(args),
        Command::Key(args) => key::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}

/// A file that appears when it is complete, or standard output.
enum Sink {
    File(Pending),
    Standard(io::BufWriter<io::Stdout>),
    Held(io::BufWriter<fs::File>),
}

impl Sink {
    /// For rows of persons, which nobody else may read in a file.
    fn open(path: Option<&Path>) -> Result<Self, Error> {
        Ok(match path {
            Some(path) => Self::File(Pending::create_private(path)?),
            None => Self::standard(),
        })
    }

    /// As [`open`](Self::open), but nothing reaches standard output before all is complete: what is wrong in the
    /// last row must not leave half a result in a pipe.
    fn whole(path: Option<&Path>) -> Result<Self, Error> {
        if path.is_some() {
            return Self::open(path);
        }
        // Without a name from the start: whatever happens, nothing is left.
        tempfile::tempfile().map(|file| Self::Held(io::BufWriter::new(file))).map_err(output_failed)
    }

    fn standard() -> Self {
        crate::screen::output_is_shown();
        Self::Standard(io::BufWriter::new(io::stdout()))
    }

    /// Plain data as indented JSON with a line end.
    fn write_json(&mut self, value: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(value).expect("results are plain data");
        writeln!(self, "{text}").map_err(output_failed)
    }

    fn finish(self) -> Result<(), Error> {
        match self {
            Self::File(pending) => pending.finish(),
            Self::Standard(mut out) => out.flush().map_err(output_failed),
            Self::Held(held) => {
                let mut file =
                    held.into_inner().map_err(|error| output_failed(error.into_error()))?;
                file.rewind().map_err(output_failed)?;
                crate::screen::output_is_shown();
                io::copy(&mut file, &mut io::stdout().lock()).map(drop).map_err(output_failed)
            }
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(pending) => pending.write(bytes),
            Self::Standard(out) => out.write(bytes),
            Self::Held(held) => held.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(pending) => pending.flush(),
            Self::Standard(out) => out.flush(),
            Self::Held(held) => held.flush(),
        }
    }
}

/// An error of writing the results.
fn output_failed(reason: io::Error) -> Error {
    Error::Io { path: PathBuf::from("output"), reason }
}
