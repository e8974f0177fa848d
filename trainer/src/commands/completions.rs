//! `trainer completions`: what a shell needs to complete this program's words.

use std::io::Write as _;

use clap::CommandFactory as _;

use super::{Sink, output_failed};
use crate::cli::{Cli, CompletionsArgs};
use crate::error::Error;

pub(super) fn run(args: &CompletionsArgs) -> Result<(), Error> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    // Into memory first: the generator panics where writing fails, as it does when a pipe is closed.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    let mut out = Sink::standard();
    out.write_all(&script).map_err(output_failed)?;
    out.finish()
}
