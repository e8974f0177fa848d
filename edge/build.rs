//! Puts the artifact where `src/embedded.rs` includes it, once it has proved to be one.
//!
//! `WEDGE_MODEL` names it; a relative path is seen from `edge/`. Default: `edge/model.postcard`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    // Only the Worker carries a model; the package is given one.
    if env::var_os("CARGO_FEATURE_WORKER").is_none() {
        println!("cargo::rerun-if-changed=build.rs");
        return ExitCode::SUCCESS;
    }
    println!("cargo::rerun-if-env-changed=WEDGE_MODEL");
    let named = env::var_os("WEDGE_MODEL").filter(|path| !path.is_empty());
    let path = named.map_or_else(|| "model.postcard".into(), PathBuf::from);
    println!("cargo::rerun-if-changed={}", path.display());
    match stage(&path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!(
                "cargo::error={}: {reason}; make a model with `trainer fit`, and name its \
                 model.postcard in WEDGE_MODEL",
                path.display()
            );
            ExitCode::FAILURE
        }
    }
}

fn stage(path: &PathBuf) -> Result<(), String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    shared::Artifact::decode(&bytes).map_err(|error| error.to_string())?;
    let out = env::var_os("OUT_DIR").ok_or("cargo gives no OUT_DIR")?;
    let staged = PathBuf::from(out).join("model.postcard");
    fs::write(staged, bytes).map_err(|error| error.to_string())
}
