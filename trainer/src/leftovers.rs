//! What a run that is cut short must take away again: files that are not finished, folders made for them.
//!
//! Everything that makes, finishes or drops such a file does so under one lock. Whoever takes the leftovers
//! away keeps the lock until the process ends, so no file can be begun or finished meanwhile, and a result
//! that has its name is never taken.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static LEFTOVERS: Mutex<Leftovers> =
    Mutex::new(Leftovers { files: BTreeSet::new(), folders: Vec::new() });

/// The files and folders that are there for a run that has not succeeded yet.
#[derive(Debug, Default)]
pub(crate) struct Leftovers {
    files: BTreeSet<PathBuf>,
    /// In the order in which they were made.
    folders: Vec<PathBuf>,
}

/// The process's own.
pub(crate) fn leftovers() -> MutexGuard<'static, Leftovers> {
    LEFTOVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Leftovers {
    /// A file was begun.
    pub(crate) fn begin(&mut self, file: &Path) {
        self.files.insert(file.into());
    }

    /// A file has got its name, or is gone.
    pub(crate) fn end(&mut self, file: &Path) {
        self.files.remove(file);
    }

    /// A folder is about to be made: it, and those above it that are not there.
    pub(crate) fn folder(&mut self, path: &Path) {
        let mut new: Vec<PathBuf> = path
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_owned)
            .collect();
        new.reverse();
        self.folders.append(&mut new);
    }

    /// Removes the files that are not finished, and the folders that are still empty. What cannot be removed
    /// stays: there is nothing else to do about it.
    pub(crate) fn take_away(&mut self) {
        for file in std::mem::take(&mut self.files) {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.drain(..).rev() {
            // Refuses a folder that holds anything.
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finished_goes_and_what_is_stays() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let mut leftovers = Leftovers::default();
        for folder in ["a/b/c", "d/e"] {
            leftovers.folder(&at(folder));
            fs::create_dir_all(at(folder)).unwrap();
        }
        for file in ["begun", "d/finished"] {
            fs::write(at(file), "").unwrap();
            leftovers.begin(&at(file));
        }
        leftovers.end(&at("d/finished"));
        leftovers.take_away();
        assert!(!at("begun").exists());
        assert!(!at("a").exists() && !at("d/e").exists());
        assert!(at("d/finished").exists());
    }
}
