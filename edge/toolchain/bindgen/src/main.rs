//! The wasm-bindgen command line, as worker-build and the package build call it.
//!
//! wasm-bindgen's own command line is a separate install that must match the library to the digit
//! and takes minutes. This one is a few flags over the library of the locked version, so the two
//! cannot disagree. (rustc rejects `wasm-bindgen` as a crate name, hence `wedge-bindgen`.)

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

const USAGE: &str = "usage: wedge-bindgen INPUT.wasm --out-dir DIR [--out-name NAME]
  [--target bundler|web|nodejs|module] [--typescript | --no-typescript]
  [--debug] [--no-demangle] [--keep-debug] [--remove-name-section] [--remove-producers-section]
  [--omit-default-module-path] [--split-linked-modules]
  [--experimental-reset-state-function] [--force-enable-abort-handler]
  [--version]";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let mut bindgen = Bindgen::new();
    // Defaults of wasm-bindgen's command line that are not those of its library.
    bindgen.typescript(true).omit_default_module_path(false);
    let (mut input, mut out_dir) = (None, None);

    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} wants a value\n{USAGE}"));
        match arg.as_str() {
            "--version" => return print_version(),
            "--out-dir" => out_dir = Some(PathBuf::from(value()?)),
            "--out-name" => _ = bindgen.out_name(&value()?),
            "--target" => set_target(&mut bindgen, &value()?)?,
            flag if flag.starts_with('-') => set_flag(&mut bindgen, flag)?,
            path if input.is_none() => input = Some(PathBuf::from(path)),
            path => return Err(format!("more than one input: {path}\n{USAGE}").into()),
        }
    }

    let input = input.ok_or_else(|| format!("no input\n{USAGE}"))?;
    let out_dir = out_dir.ok_or_else(|| format!("no --out-dir\n{USAGE}"))?;
    bindgen.input_path(input).generate(out_dir)?;
    Ok(())
}

fn set_target(bindgen: &mut Bindgen, target: &str) -> Result<(), Box<dyn Error>> {
    match target {
        "bundler" => bindgen.bundler(true)?,
        "web" => bindgen.web(true)?,
        "nodejs" => bindgen.nodejs(true)?,
        "module" => bindgen.module(true)?,
        other => return Err(format!("unknown target {other}\n{USAGE}").into()),
    };
    Ok(())
}

fn set_flag(bindgen: &mut Bindgen, flag: &str) -> Result<(), Box<dyn Error>> {
    match flag {
        "--typescript" => bindgen.typescript(true),
        "--no-typescript" => bindgen.typescript(false),
        "--debug" => bindgen.debug(true),
        "--no-demangle" => bindgen.demangle(false),
        "--keep-debug" => bindgen.keep_debug(true),
        "--remove-name-section" => bindgen.remove_name_section(true),
        "--remove-producers-section" => bindgen.remove_producers_section(true),
        "--omit-default-module-path" => bindgen.omit_default_module_path(true),
        "--split-linked-modules" => bindgen.split_linked_modules(true),
        "--experimental-reset-state-function" => bindgen.reset_state_function(true),
        "--force-enable-abort-handler" => bindgen.force_enable_abort_handler(true),
        other => return Err(format!("unknown flag {other}\n{USAGE}").into()),
    };
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the version is this command's answer")]
#[expect(clippy::unnecessary_wraps, reason = "an arm of a match whose other arms can fail")]
fn print_version() -> Result<(), Box<dyn Error>> {
    println!("wasm-bindgen {}", wasm_bindgen_shared::version());
    Ok(())
}
