//! `trainer key check`: the lines of `API_KEYS`, read as the Worker reads them.

use serde::Serialize;
use shared::secret::{ApiKey, KeyRing, KeyRingError, Scope};

use crate::cli::KeyCheckArgs;
use crate::commands::{Sink, output_failed};
use crate::error::Error;
use crate::files;
use crate::screen::{is_quiet, print_keys, warn};

/// So much a secret of a Worker holds (<https://developers.cloudflare.com/workers/platform/limits/>: 5 kB).
const LIMIT: usize = 5000;

/// More is no list of keys, whatever it is.
const MOST_BYTES: u64 = 1 << 20;

/// What a deployment knows with these lines.
#[derive(Serialize)]
pub(crate) struct CheckedKeys<'k> {
    pub(crate) keys: Vec<CheckedKey<'k>>,
    /// The length of the text, and of the longest that a Worker takes.
    pub(crate) bytes: usize,
    pub(crate) limit: usize,
}

/// What a line allows.
#[derive(Serialize)]
pub(crate) struct CheckedKey<'k> {
    pub(crate) id: &'k str,
    pub(crate) scopes: Vec<&'static str>,
    pub(crate) tenant: &'k str,
    pub(crate) signed: bool,
    pub(crate) origins: &'k [String],
}

pub(super) fn run(args: &KeyCheckArgs) -> Result<(), Error> {
    let hint = "name the file with the lines that `trainer key new` printed";
    let text = files::read_text(&args.lines, MOST_BYTES, hint)?;
    let path = || files::named(&args.lines);
    let ring = KeyRing::parse(&text).map_err(|KeyRingError { line, what }| Error::BadTable {
        path: path(),
        line: line as u64,
        what: what.into(),
        hint: "mend the line or take it out: a Worker that cannot read one lets nobody in".into(),
    })?;
    if text.len() > LIMIT {
        return Err(Error::Unfit {
            path: path(),
            what: format!("{} bytes, and a Worker's secret holds {LIMIT}", text.len()),
            hint: "take out comments, and the lines of keys that nobody uses any more".into(),
        });
    }
    let keys: Vec<CheckedKey> = ring.keys().iter().map(CheckedKey::of).collect();
    if keys.is_empty() {
        warn("there is no key: nobody may ask");
    }
    let report = CheckedKeys { keys, bytes: text.len(), limit: LIMIT };
    let mut out = Sink::standard();
    if args.json {
        out.write_json(&report)?;
    } else if !is_quiet() {
        print_keys(&mut out, &report).map_err(output_failed)?;
    }
    out.finish()
}

impl<'k> CheckedKey<'k> {
    fn of(key: &'k ApiKey) -> Self {
        let scopes = Scope::ALL.into_iter().filter(|scope| key.scopes.contains(*scope));
        Self {
            id: &key.id,
            scopes: scopes.map(Scope::name).collect(),
            tenant: &key.tenant,
            signed: key.signed,
            origins: &key.origins,
        }
    }
}
