//! Files: opened with errors that name them, written whole or not at all.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use shared::Artifact;
use tempfile::NamedTempFile;

use crate::error::Error;

/// Opens a file to read; a directory is an error of its own.
///
/// # Errors
/// [`Error::NoInput`] and [`Error::IsDirectory`].
pub fn open(path: &Path) -> Result<File, Error> {
    let file = File::open(path).map_err(|reason| Error::opening(path, reason))?;
    let metadata = file.metadata().map_err(|reason| Error::opening(path, reason))?;
    if metadata.is_dir() {
        return Err(Error::IsDirectory { path: path.into() });
    }
    Ok(file)
}

/// Reads and checks an artifact.
///
/// # Errors
/// When the file cannot be read or is not an artifact.
pub fn read_artifact(path: &Path) -> Result<Artifact, Error> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    // One byte more than an artifact may have, so that a longer file is refused and not read.
    open(path)?
        .take(shared::artifact::MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|reason| Error::Io { path: path.into(), reason })?;
    Artifact::decode(&bytes).map_err(|reason| Error::BadArtifact { path: path.into(), reason })
}

/// Makes a directory and those above it.
///
/// # Errors
/// [`Error::CannotWrite`].
pub fn make_directory(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|reason| Error::CannotWrite { path: path.into(), reason })
}

/// A file that appears under its name only when [`finish`](Pending::finish) is called.
pub struct Pending {
    file: NamedTempFile,
    path: std::path::PathBuf,
}

impl Pending {
    /// Starts a file beside the place where it will appear.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub fn create(path: &Path) -> Result<Self, Error> {
        if path.is_dir() {
            let reason = std::io::ErrorKind::IsADirectory.into();
            return Err(Error::CannotWrite { path: path.into(), reason });
        }
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        let file = tempfile::Builder::new()
            .prefix(".trainer-")
            .permissions_like_other_files()
            .tempfile_in(parent.unwrap_or(Path::new(".")))
            .map_err(|reason| Error::CannotWrite { path: path.into(), reason })?;
        Ok(Self { file, path: path.into() })
    }

    /// Makes the file appear.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub fn finish(mut self) -> Result<(), Error> {
        let flushed = self.file.flush().and_then(|()| self.file.as_file().sync_all());
        flushed.map_err(|reason| Error::CannotWrite { path: self.path.clone(), reason })?;
        self.file
            .persist(&self.path)
            .map(drop)
            .map_err(|error| Error::CannotWrite { path: self.path, reason: error.error })
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Writes files, none of which appears before all of them are complete.
///
/// # Errors
/// [`Error::CannotWrite`].
pub fn write_all(files: &[(&Path, &[u8])]) -> Result<(), Error> {
    let mut written = Vec::new();
    for (path, bytes) in files {
        let mut pending = Pending::create(path)?;
        pending
            .write_all(bytes)
            .map_err(|reason| Error::CannotWrite { path: (*path).into(), reason })?;
        written.push(pending);
    }
    written.into_iter().try_for_each(Pending::finish)
}

/// Temporary files are private by default; results are files like any other.
trait LikeOtherFiles {
    fn permissions_like_other_files(&mut self) -> &mut Self;
}

impl LikeOtherFiles for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn permissions_like_other_files(&mut self) -> &mut Self {
        use std::os::unix::fs::PermissionsExt as _;
        // The process's umask still applies.
        self.permissions(fs::Permissions::from_mode(0o666))
    }

    #[cfg(not(unix))]
    fn permissions_like_other_files(&mut self) -> &mut Self {
        self
    }
}
