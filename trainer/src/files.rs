//! Files: opened with errors that name them, written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use shared::Artifact;
use tempfile::NamedTempFile;

use crate::error::Error;
use crate::leftovers::leftovers;

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
    let bytes = read_bytes(path)?;
    Artifact::decode(&bytes).map_err(|reason| Error::BadArtifact { path: path.into(), reason })
}

/// The bytes of an artifact, unchecked.
///
/// # Errors
/// When the file cannot be read.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    // One byte more than an artifact may have, so that a longer file is refused and not read.
    open(path)?
        .take(shared::artifact::MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|reason| Error::Io { path: path.into(), reason })?;
    Ok(bytes)
}

/// Reads a text whole; `-` is standard input.
///
/// # Errors
/// When it cannot be read, is no UTF-8, or has more than `most` bytes, which `smaller` says what to do about.
pub fn read_text(path: &Path, most: u64, smaller: &str) -> Result<String, Error> {
    use std::io::Read as _;
    let named = named(path);
    let unfit = |what: String, hint: &str| Error::Unfit {
        path: named.clone(),
        what,
        hint: hint.to_owned(),
    };
    let input: Box<dyn io::Read> =
        if path.as_os_str() == "-" { Box::new(io::stdin()) } else { Box::new(open(path)?) };
    let mut bytes = Vec::new();
    let failed = |reason| Error::Io { path: named.clone(), reason };
    input.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most {
        return Err(unfit(format!("it is larger than {} MiB", most >> 20), smaller));
    }
    String::from_utf8(bytes).map_err(|_| unfit("it is no UTF-8".into(), "write it as UTF-8"))
}

/// How a file that may be standard input is named in messages.
pub fn named(path: &Path) -> PathBuf {
    if path.as_os_str() == "-" { "standard input".into() } else { path.into() }
}

/// Makes a directory and those above it; if the run fails, those that stayed empty go again.
///
/// # Errors
/// [`Error::CannotWrite`].
pub fn make_directory(path: &Path) -> Result<(), Error> {
    leftovers().folder(path);
    fs::create_dir_all(path).map_err(|reason| Error::CannotWrite { path: path.into(), reason })
}

/// A file that appears under its name only when [`finish`](Pending::finish) is called; an interrupted run
/// leaves nothing of it. A device or a pipe is written to as it is.
pub struct Pending {
    /// Always there until it is finished or dropped.
    file: Option<Place>,
    /// As it was asked for.
    path: PathBuf,
}

enum Place {
    /// Beside the place where it will appear, and that place.
    Beside(NamedTempFile, PathBuf),
    /// In the device or pipe itself.
    Itself(File),
}

impl Pending {
    /// Starts a file that others may read as they may read any.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub fn create(path: &Path) -> Result<Self, Error> {
        Self::with_mode(path, 0o666)
    }

    /// Starts a file that holds rows of persons: nobody else may read it, from the first byte on, even where
    /// it replaces one that others could read.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub fn create_private(path: &Path) -> Result<Self, Error> {
        Self::with_mode(path, 0o600)
    }

    fn with_mode(path: &Path, mode: u32) -> Result<Self, Error> {
        let failed = |reason| Error::CannotWrite { path: path.into(), reason };
        let existing = fs::metadata(path).ok();
        if existing.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        if existing.as_ref().is_some_and(|found| !found.is_file()) {
            // A new file in its place would take `/dev/null` from everyone.
            let file = File::options().write(true).open(path).map_err(failed)?;
            return Ok(Self { file: Some(Place::Itself(file)), path: path.into() });
        }
        // A link stays, and the file that it names is replaced.
        let target = if existing.is_some() { fs::canonicalize(path) } else { Ok(path.into()) };
        let target = target.map_err(failed)?;
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut leftovers = leftovers();
        let file = tempfile::Builder::new()
            .prefix(".trainer-")
            .unix_mode(mode)
            .tempfile_in(parent.unwrap_or(Path::new(".")))
            .map_err(failed)?;
        leftovers.begin(file.path());
        Ok(Self { file: Some(Place::Beside(file, target)), path: path.into() })
    }

    /// Makes the file appear.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub fn finish(self) -> Result<(), Error> {
        Self::finish_all(vec![self])
    }

    /// Makes files appear, the last one last; an interruption comes before all of them or after.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub fn finish_all(mut files: Vec<Self>) -> Result<(), Error> {
        for pending in &mut files {
            pending.settle().map_err(|reason| pending.failed(reason))?;
        }
        let mut leftovers = leftovers();
        let mut appear = |pending: &mut Self| {
            let Some(Place::Beside(file, target)) = pending.file.take() else { return Ok(()) };
            leftovers.end(file.path());
            file.persist(target).map(drop).map_err(|error| pending.failed(error.error))
        };
        let done = files.iter_mut().try_for_each(&mut appear);
        // Those that are left take the lock themselves when they are dropped.
        drop(leftovers);
        done
    }

    /// Brings everything written to the disk.
    fn settle(&mut self) -> io::Result<()> {
        self.flush()?;
        match &self.file {
            Some(Place::Beside(file, _)) => file.as_file().sync_all(),
            _ => Ok(()),
        }
    }

    fn failed(&self, reason: io::Error) -> Error {
        Error::CannotWrite { path: self.path.clone(), reason }
    }

    fn inner(&mut self) -> &mut dyn Write {
        match self.file.as_mut().expect("a file is there until it is finished") {
            Place::Beside(file, _) => file,
            Place::Itself(file) => file,
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(Place::Beside(file, _)) = self.file.take() {
            let mut leftovers = leftovers();
            leftovers.end(file.path());
            drop(file);
        }
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
}

/// Writes files, none of which appears before all of them are complete; `private` is for its owner alone.
///
/// # Errors
/// [`Error::CannotWrite`].
pub fn write_all(files: &[(&Path, &[u8])], private: Option<&Path>) -> Result<(), Error> {
    let mut written = Vec::new();
    for (path, bytes) in files {
        let is_private = Some(*path) == private;
        let pending = if is_private { Pending::create_private } else { Pending::create };
        let mut pending = pending(path)?;
        pending.write_all(bytes).map_err(|reason| pending.failed(reason))?;
        written.push(pending);
    }
    Pending::finish_all(written)
}

/// Who may read and write a temporary file, and the file that it becomes.
trait UnixMode {
    fn unix_mode(&mut self, mode: u32) -> &mut Self;
}

impl UnixMode for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn unix_mode(&mut self, mode: u32) -> &mut Self {
        use std::os::unix::fs::PermissionsExt as _;
        // The process's umask still applies.
        self.permissions(fs::Permissions::from_mode(mode))
    }

    #[cfg(not(unix))]
    fn unix_mode(&mut self, _: u32) -> &mut Self {
        self
    }
}
