//! `trainer man`: manual pages, made from the same words as `--help`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::{Sink, output_failed};
use crate::cli::{Cli, ManArgs};
use crate::error::Error;
use crate::files;

pub(super) fn run(args: &ManArgs) -> Result<(), Error> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    if let Some(folder) = &args.out {
        return write_all(folder, &program);
    }
    let (_, page) = page(&program);
    let mut out = Sink::standard();
    out.write_all(&page).map_err(output_failed)?;
    out.finish()
}

fn write_all(folder: &Path, program: &Command) -> Result<(), Error> {
    let verbs = program.get_subcommands();
    // The help of a verb's own verbs is no page.
    let verbs = verbs.flat_map(|verb| {
        [verb].into_iter().chain(verb.get_subcommands().filter(|inner| inner.get_name() != "help"))
    });
    let pages: Vec<(PathBuf, Vec<u8>)> = [program]
        .into_iter()
        .chain(verbs)
        .map(page)
        .map(|(name, page)| (folder.join(name), page))
        .collect();
    files::make_directory(folder)?;
    let pages: Vec<(&Path, &[u8])> =
        pages.iter().map(|(path, page)| (path.as_path(), page.as_slice())).collect();
    files::write_all(&pages, None)
}

/// A page and the name of its file.
fn page(command: &Command) -> (String, Vec<u8>) {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render(&mut page).expect("memory takes every byte");
    (man.get_filename(), page)
}
