//! Wedge's command line: reads a table of customers, finds segments, fits a model for each, writes one
//! artifact.
//!
//! ```text
//!  table -> infer -> dataset -> prepare -> choose (kmeans, elbow) -> expect (ridge), describe -> artifact
//!  text     kinds,   records,   trans-     k and centres             models, names, playbook    (shared)
//!           roles    canonical  form
//! ```
//! The stages are composed in [`fit`]; [`commands`] give each verb its files and its output. Whatever a
//! prediction repeats is computed by `shared`, here as at the edge.

pub mod added;
pub mod canaries;
pub mod choose;
pub mod cli;
pub mod commands;
pub mod customers;
pub mod dataset;
pub mod describe;
pub mod elbow;
pub mod error;
pub mod expect;
pub mod files;
pub mod fit;
pub mod infer;
pub mod kmeans;
pub mod metrics;
pub mod prepare;
pub mod profile;
pub mod quality;
pub mod ridge;
pub mod screen;
pub mod table;
pub mod violations;
pub mod yeo_johnson;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::error::Error;

/// Parses the command line, does what it says, and gives the exit code.
pub fn run() -> ExitCode {
    match commands::run(&Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has seen enough.
        Err(Error::Io { reason, .. }) if reason.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            screen::print_error(&error);
            error.exit_code()
        }
    }
}
