//! `trainer inspect`: what a model is.

use std::io::Write as _;

use super::{Sink, output_failed};
use crate::cli::InspectArgs;
use crate::error::Error;
use crate::files;
use crate::screen::{is_quiet, print_card};

pub(super) fn run(args: &InspectArgs) -> Result<(), Error> {
    let artifact = files::read_artifact(&args.model)?;
    let mut out = Sink::standard();
    if args.json {
        writeln!(out, "{}", artifact.card().to_json()).map_err(output_failed)?;
    } else if !is_quiet() {
        print_card(&mut out, &artifact).map_err(output_failed)?;
    }
    out.finish()
}
