//! What a command reads: no result of it takes the place of such a file, whatever it is told.

use std::path::Path;

use crate::cli::{ReadArgs, RowArgs};
use crate::error::Error;

/// The files that a command reads.
#[derive(Debug)]
pub struct Inputs<'a>(pub(crate) Vec<&'a Path>);

impl<'a> Inputs<'a> {
    /// A table, and the configuration that goes with it.
    pub fn of(data: &'a Path, read: &'a ReadArgs) -> Self {
        Self([data].into_iter().chain(read.config.as_deref()).collect())
    }

    /// One more file.
    #[must_use]
    pub fn and(mut self, path: &'a Path) -> Self {
        self.0.push(path);
        self
    }

    /// Refuses results in the place of a file that is read, and rejected rows in the place of either.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn spare(&self, results: &[&Path], rows: Option<&RowArgs>) -> Result<(), Error> {
        results.iter().try_for_each(|out| self.spare_one("--out", out))?;
        let Some(rejects) = rows.and_then(|rows| rows.rejects.as_deref()) else { return Ok(()) };
        self.spare_one("--rejects", rejects)?;
        match results.iter().find(|out| is_same(rejects, out)) {
            None => Ok(()),
            Some(out) => Err(refused("--rejects", out, "the result")),
        }
    }

    /// Refuses one more result, that of `option`, in the place of a file that is read or of another result.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn spare_too(&self, option: &str, out: &Path, results: &[&Path]) -> Result<(), Error> {
        self.spare_one(option, out)?;
        match results.iter().find(|result| is_same(out, result)) {
            None => Ok(()),
            Some(result) => Err(refused(option, result, "another result")),
        }
    }

    fn spare_one(&self, option: &str, out: &Path) -> Result<(), Error> {
        if out.as_os_str() == "-" {
            return Err(Error::Usage {
                what: format!("`{option} -`: `-` is no file here"),
                hint: "standard output is `/dev/stdout`, a file of this name `./-`".into(),
            });
        }
        let read = self.0.iter().filter(|input| input.as_os_str() != "-");
        match read.into_iter().find(|input| is_same(out, input)) {
            None => Ok(()),
            Some(input) => Err(refused(option, input, "which is read")),
        }
    }
}

fn refused(option: &str, file: &Path, what: &str) -> Error {
    Error::Usage {
        what: format!("`{option}` would overwrite `{}`, {what}", file.display()),
        hint: "name another file".into(),
    }
}

/// Whether two names are of one file, which may not exist yet. A terminal, a device or a pipe is written to and
/// not replaced, so it is never the same.
fn is_same(one: &Path, other: &Path) -> bool {
    if one.metadata().is_ok_and(|found| !found.is_file()) {
        return false;
    }
    let whole = |path: &Path| {
        path.canonicalize().ok().or_else(|| {
            let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
            let parent = parent.unwrap_or(Path::new(".")).canonicalize().ok()?;
            Some(parent.join(path.file_name()?))
        })
    };
    one == other || whole(one).is_some_and(|one| Some(one) == whole(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_is_the_same_by_every_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("input.csv"), "a\n1\n").unwrap();
        assert!(is_same(&at("input.csv"), &at("./input.csv")));
        assert!(is_same(&at("new.csv"), &at("./new.csv")));
        assert!(!is_same(&at("new.csv"), &at("input.csv")));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("input.csv"), at("link")).unwrap();
            assert!(is_same(&at("link"), &at("input.csv")));
            assert!(!is_same(Path::new("/dev/null"), Path::new("/dev/null")));
        }
    }
}
