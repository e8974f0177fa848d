//! A file's bytes: from disk or standard input, unpacked, with a look ahead.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::limits::bad;
use crate::error::Error;
use crate::files;

/// What stands for standard input on the command line, and what it is called in messages.
const STANDARD_INPUT: (&str, &str) = ("-", "standard input");

/// The most that is copied to disk of a file that must be read back and forth.
const MAX_SPOOLED: u64 = 4 << 30;

/// The bytes of a file, unpacked where it is gzip.
pub(super) struct Bytes {
    path: PathBuf,
    /// What [`peek`](Self::peek) has read, and how much of it is consumed.
    head: Vec<u8>,
    at: usize,
    rest: Box<dyn Read + Send>,
    consumed: Arc<AtomicU64>,
    total: Option<u64>,
    gzip: bool,
    /// A file that can be opened again.
    regular: bool,
}

/// Counts what is read of a file, before it is unpacked.
struct Counted<R> {
    inner: R,
    consumed: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.consumed.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// How a path is named in messages.
pub(super) fn shown(path: &Path) -> PathBuf {
    if path == Path::new(STANDARD_INPUT.0) { STANDARD_INPUT.1.into() } else { path.into() }
}

impl Bytes {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        if path == Path::new(STANDARD_INPUT.0) {
            return Self::new(Box::new(io::stdin()), &shown(path), None, false);
        }
        let file = files::open(path)?;
        let metadata = file.metadata().map_err(|reason| Error::opening(path, reason))?;
        let total = metadata.is_file().then_some(metadata.len());
        Self::new(Box::new(file), path, total, metadata.is_file())
    }

    /// Bytes of any source, under a name for messages.
    pub(super) fn new(
        source: Box<dyn Read + Send>,
        path: &Path,
        total: Option<u64>,
        regular: bool,
    ) -> Result<Self, Error> {
        let consumed = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: source, consumed: Arc::clone(&consumed) };
        let mut bytes = Self {
            path: path.into(),
            head: Vec::new(),
            at: 0,
            rest: Box::new(counted),
            consumed,
            total,
            gzip: false,
            regular,
        };
        if bytes.peek(2)?.starts_with(b"\x1f\x8b") {
            let head = io::Cursor::new(std::mem::take(&mut bytes.head));
            let packed = std::mem::replace(&mut bytes.rest, Box::new(io::empty()));
            bytes.rest = Box::new(MultiGzDecoder::new(head.chain(packed)));
            bytes.gzip = true;
        }
        Ok(bytes)
    }

    /// The name for messages.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file is packed.
    pub(super) fn is_gzip(&self) -> bool {
        self.gzip
    }

    /// Whether the file can be opened again.
    pub(super) fn is_regular(&self) -> bool {
        self.regular
    }

    /// How much of the file is read, and how long it is, where that is known.
    pub(super) fn progress(&self) -> (u64, Option<u64>) {
        (self.consumed.load(Ordering::Relaxed), self.total)
    }

    /// The first `n` bytes without consuming them; fewer when there are fewer.
    ///
    /// # Errors
    /// When reading fails.
    pub(super) fn peek(&mut self, n: usize) -> Result<&[u8], Error> {
        let lacking = n.saturating_sub(self.head.len());
        if lacking > 0 {
            let read = (&mut self.rest).take(lacking as u64).read_to_end(&mut self.head);
            read.map_err(|reason| read_error(&self.path, self.named(reason)))?;
        }
        Ok(&self.head[..n.min(self.head.len())])
    }

    /// Makes what an unpacker says of damaged data one kind of error.
    fn named(&self, reason: io::Error) -> io::Error {
        let damaged = matches!(reason.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidInput);
        if self.gzip && damaged { ErrorKind::InvalidData.into() } else { reason }
    }

    /// The file itself, for formats that are read back and forth: a pipe or a packed file is copied to a
    /// temporary file, which nobody else sees and which ends with the program.
    ///
    /// # Errors
    /// When reading or copying fails, or there is too much to copy.
    pub(super) fn into_file(mut self) -> Result<File, Error> {
        if self.regular && !self.gzip {
            return files::open(&self.path);
        }
        let spooling = |reason| Error::CannotWrite { path: std::env::temp_dir(), reason };
        let mut file = tempfile::tempfile().map_err(spooling)?;
        let mut chunk = vec![0; 1 << 16];
        let mut copied = 0;
        loop {
            let read = match self.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => read,
                Err(reason) if reason.kind() == ErrorKind::Interrupted => continue,
                Err(reason) => return Err(read_error(&self.path, reason)),
            };
            copied += read as u64;
            if copied > MAX_SPOOLED {
                let what = format!("more than {} GiB to copy to disk", MAX_SPOOLED >> 30);
                return Err(bad(&self.path, 1, what, "unpack it into a file and name that"));
            }
            io::Write::write_all(&mut file, &chunk[..read]).map_err(spooling)?;
        }
        file.seek(SeekFrom::Start(0)).map_err(spooling)?;
        Ok(file)
    }
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at < self.head.len() {
            let n = buffer.len().min(self.head.len() - self.at);
            buffer[..n].copy_from_slice(&self.head[self.at..self.at + n]);
            self.at += n;
            return Ok(n);
        }
        self.rest.read(buffer).map_err(|reason| self.named(reason))
    }
}

/// The error of a failed read of [`Bytes`].
pub(super) fn read_error(path: &Path, reason: io::Error) -> Error {
    if reason.kind() == ErrorKind::InvalidData {
        let what = "the gzip file is damaged or cut short".into();
        return Error::Unfit { path: path.into(), what, hint: "copy or download it again".into() };
    }
    Error::Io { path: path.into(), reason }
}
