//! The secrets of a deployment. They come from the environment, never from the command line, which every process
//! of a machine can read.

use shared::secret::{CacheSecret, KeySecret};

use crate::error::Error;
use crate::screen::warn;

/// The Worker's `CACHE_SECRET`.
///
/// # Errors
/// [`Error::Usage`] when it is not there or too short.
pub fn cache_secret() -> Result<CacheSecret, Error> {
    read("CACHE_SECRET", CacheSecret::new)
}

/// The Worker's `KEY_SECRET`.
///
/// # Errors
/// [`Error::Usage`] when it is not there or too short.
pub fn key_secret() -> Result<KeySecret, Error> {
    read("KEY_SECRET", KeySecret::new)
}

/// Whose customers are meant; without a name those of a Worker that asks for no keys, which is warned of.
pub fn tenant(asked: Option<&str>) -> &str {
    asked.unwrap_or_else(|| {
        warn(
            "without `--tenant` only a Worker that asks for no keys (AUTH=off) finds these customers: \
             name the tenant of the key that is to ask for them",
        );
        ""
    })
}

fn read<S>(name: &str, new: impl FnOnce(&[u8]) -> Option<S>) -> Result<S, Error> {
    let text = std::env::var(name).unwrap_or_default();
    // As the Worker does.
    let text = text.trim();
    new(text.as_bytes()).ok_or_else(|| Error::Usage {
        what: if text.is_empty() {
            format!("the environment has no {name}")
        } else {
            format!("{name} is shorter than 16 bytes: it could be guessed")
        },
        hint: format!(
            "set it to the Worker's own; for a new one: `export {name}=$(trainer key secret)`, and keep it"
        ),
    })
}
