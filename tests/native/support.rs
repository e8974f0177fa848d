//! Helpers of the cross-crate tests: the trainer as a process, folders, and where the data is.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

/// The project's top folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_owned()
}

/// A file of the sample data.
pub fn sample(name: &str) -> PathBuf {
    root().join("trainer/samples").join(name)
}

/// A file of the reference data, which lies beside the project and not in it (`WEDGE_DATA`, default
/// `../shared/data`); `None`, with a message, where it is absent.
pub fn reference(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("WEDGE_DATA").map(PathBuf::from);
    let path = folder.unwrap_or_else(|| root().join("../shared/data")).join(name);
    if !path.exists() {
        // Past the test harness, which would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: needs {name} of the reference data (set WEDGE_DATA to its folder)"
        );
        return None;
    }
    Some(path)
}

/// The trainer as a process, built if need be.
pub fn trainer() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        escargot::CargoBuild::new()
            .manifest_path(root().join("Cargo.toml"))
            .package("trainer")
            .bin("trainer")
            .current_target()
            .run()
            .expect("the trainer builds")
            .path()
            .to_owned()
    });
    let mut command = Command::new(program);
    command.env("COLUMNS", "120");
    command
}

/// A folder that is removed with the value.
pub fn temporary() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// What a process printed, as text; its standard error is shown when it failed.
pub fn stdout_of(command: &mut Command) -> String {
    let output = command.output().expect("the process starts");
    assert!(
        output.status.success(),
        "{command:?} ended with {:?}:\n{}",
        output.status.code(),
        stderr_of(&output)
    );
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

/// A process's standard error, as text.
pub fn stderr_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The names of what is in a folder, sorted.
pub fn listing(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.expect("its entries can be read").file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}
