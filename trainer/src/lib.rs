//! Wedge's command line: reads a table of customers, finds segments, fits a model for each, writes one
//! artifact.
//!
//! ```text
//!  read -> table -> infer -> dataset -> prepare -> segmenting -> describe, expect -> artifact -> metrics -> report
//!  rows    typed    kinds,   records,   trans-     segments      names, models       (shared)    every      to read
//!  of text cells    roles    canonical  form       |             playbook                        figure
//!                   ^ told                         +- kmeans, algorithms: fits for every k
//!     flags and wedge.toml                         +- evidence (criteria, nulls, stability) -> choose -> decision
//!     (cli, config -> settings)                    +- lineage: ids that a previous model gave
//! ```
//! The stages are composed in [`fit`]; [`commands`] give each verb its files and its output. Whatever a
//! prediction repeats is computed by `shared`, here as at the edge.

pub mod added;
pub mod algorithms;
pub mod boost;
pub mod calibrate;
pub mod canaries;
pub mod cells;
pub mod choose;
pub mod cli;
pub mod clustering;
pub mod commands;
pub mod compare;
pub mod config;
pub mod criteria;
pub mod customers;
pub mod dataset;
pub mod decision;
pub mod describe;
pub mod discretion;
pub mod drift;
pub mod elbow;
pub mod error;
pub mod evidence;
pub mod expect;
pub mod files;
pub mod fit;
pub mod glm;
pub mod infer;
pub mod inputs;
mod interrupt;
pub mod judge;
pub mod kmeans;
mod leftovers;
pub mod lineage;
pub mod metrics;
pub mod names;
pub mod pca;
pub mod pictures;
pub mod playbook;
pub mod prepare;
pub mod problems;
pub mod profile;
pub mod random;
pub mod read;
pub mod rejects;
pub mod report;
pub mod ridge;
pub mod screen;
pub mod secrets;
pub mod segmenting;
pub mod settings;
pub mod table;
pub mod told;
pub mod unusable;
pub mod usual;
pub mod yeo_johnson;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::cli::Cli;
use crate::error::Error;
use crate::screen::Manner;

/// Parses the command line, does what it says, and gives the exit code.
pub fn run() -> ExitCode {
    interrupt::watch();
    let (json, color) = cli::manner_of(std::env::args_os());
    let parsed = Cli::command()
        .color(color)
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(told) if json && told.use_stderr() => {
            screen::set_up(Manner { quiet: false, json }, color);
            return fail(&Error::usage(&told));
        }
        // Help and version come this way too. When nobody is there to read them, that is no error.
        Err(told) => told.exit(),
    };
    let manner = Manner { quiet: cli.manner.quiet, json: cli.command.json() };
    screen::set_up(manner, cli.manner.color);
    match commands::run(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has seen enough.
        Err(Error::Io { reason, .. } | Error::CannotWrite { reason, .. })
            if reason.kind() == std::io::ErrorKind::BrokenPipe =>
        {
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

fn fail(error: &Error) -> ExitCode {
    leftovers::leftovers().take_away();
    screen::print_error(error);
    error.exit_code()
}
