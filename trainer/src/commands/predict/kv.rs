//! Replies for a Worker's store of customers: sealed, under keyed digests of ids, as `wrangler kv bulk put` reads.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use shared::Reply;
use shared::secret::CacheSecret;

use crate::cli::PredictArgs;
use crate::commands::WRANGLER;
use crate::error::Error;
use crate::files::Pending;
use crate::inputs::Inputs;
use crate::problems::Problems;
use crate::read::Row;
use crate::screen::{note, warn};
use crate::secrets::{cache_secret, tenant};

/// No file is longer: Cloudflare's interface takes as much at once, and wrangler reads a file as one text.
const FILE_BYTES: usize = 100_000_000;

/// So much text is worth being handed to the system.
const FULL: usize = 1 << 16;

const BEGIN: &str = "[";
const END: &str = "\n]\n";

/// Seals replies.
pub(super) struct Sealer<'a> {
    secret: CacheSecret,
    tenant: &'a str,
    ttl: Option<u32>,
    /// Where the customer's id stands in a row.
    position: usize,
}

/// A customer's reply, sealed.
pub(super) struct Pair {
    line: u64,
    /// The beginning of the key, enough to tell customers apart.
    customer: u128,
    json: String,
}

#[derive(Serialize)]
struct Written<'p> {
    key: &'p str,
    value: &'p str,
    base64: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_ttl: Option<u32>,
}

impl<'a> Sealer<'a> {
    /// For customers whose id stands at `position`.
    ///
    /// # Errors
    /// When the environment has no secret.
    pub(super) fn new(args: &'a PredictArgs, position: usize) -> Result<Self, Error> {
        let secret = cache_secret()?;
        let tenant = tenant(args.tenant.as_deref());
        Ok(Self { secret, tenant, ttl: args.kv_ttl, position })
    }

    /// The reply to the customer of a row, as `GET /v1/customers/{id}` is to give it.
    pub(super) fn seal(&self, row: &Row, reply: &Reply) -> Pair {
        let key = self.secret.customer_key(self.tenant, row.cell(self.position));
        let value = STANDARD.encode(self.secret.seal(&key, &reply.to_json()));
        let written = Written { key: &key, value: &value, base64: true, expiration_ttl: self.ttl };
        let json = serde_json::to_string(&written).expect("a pair is plain data");
        let customer = key.get(..32).and_then(|digits| u128::from_str_radix(digits, 16).ok());
        Pair { line: row.line, customer: customer.expect("a key is 64 hexadecimal digits"), json }
    }
}

/// The file of pairs, and those that go on where it is full.
pub(super) struct KvFiles<'a> {
    path: &'a Path,
    /// The column that names the customer.
    id: &'a str,
    inputs: &'a Inputs<'a>,
    /// What else the command writes.
    results: Vec<&'a Path>,
    files: Vec<(PathBuf, Pending)>,
    /// What the last file is still to get, and how much it will have with that.
    waiting: String,
    n_bytes: usize,
    /// How much a file may have.
    limit: usize,
    /// The first line of each customer, and those where one is there again.
    lines: HashMap<u128, u64>,
    again: Problems,
}

impl<'a> KvFiles<'a> {
    /// Starts the first file.
    ///
    /// # Errors
    /// When it cannot be written, or is one of `inputs` or `results`.
    pub(super) fn create(
        path: &'a Path,
        id: &'a str,
        inputs: &'a Inputs<'a>,
        results: Vec<&'a Path>,
    ) -> Result<Self, Error> {
        let mut files = Self {
            path,
            id,
            inputs,
            results,
            files: Vec::new(),
            waiting: String::new(),
            n_bytes: 0,
            limit: FILE_BYTES,
            lines: HashMap::new(),
            again: Problems::default(),
        };
        files.begin()?;
        Ok(files)
    }

    /// Writes pairs, and notes whose customer was there before.
    pub(super) fn write(&mut self, pairs: &[Pair]) -> Result<(), Error> {
        for Pair { line, customer, json } in pairs {
            let first = *self.lines.entry(*customer).or_insert(*line);
            if first != *line {
                self.again.add(*line, Some(self.id), &format!("the id of line {first} again"));
                continue;
            }
            if self.n_bytes > BEGIN.len() && self.n_bytes + 2 + json.len() + END.len() > self.limit
            {
                self.end()?;
                self.begin()?;
            }
            self.put(if self.n_bytes == BEGIN.len() { "\n" } else { ",\n" });
            self.put(json);
            if self.waiting.len() >= FULL {
                self.hand_over()?;
            }
        }
        Ok(())
    }

    /// Makes the files appear, all of them or none, and says what to do with them.
    ///
    /// # Errors
    /// Those of writing, and the lines of `data` whose customer was there before.
    pub(super) fn finish(mut self, data: &Path) -> Result<(), Error> {
        self.end()?;
        self.again.into_result(data, "leave one row of each customer")?;
        let (paths, files): (Vec<_>, Vec<_>) = self.files.into_iter().unzip();
        Pending::finish_all(files)?;
        let n = self.lines.len();
        let s = if n == 1 { "" } else { "s" };
        let uploads = paths.iter().map(|path| {
            let path = path.display();
            format!("\n  {WRANGLER} kv bulk put {path} --binding CUSTOMERS --env staging --remote")
        });
        let uploads: String = uploads.collect();
        note(&format!(
            "replies to {n} customer{s} sealed; to put them where the Worker looks:{uploads}"
        ));
        let next = numbered(self.path, paths.len() + 1);
        if next.exists() {
            warn(&format!("`{}` is not of this run", next.display()));
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), Error> {
        let path = numbered(self.path, self.files.len() + 1);
        self.inputs.spare_too("--kv", &path, &self.results)?;
        let file = Pending::create_private(&path)?;
        self.files.push((path, file));
        self.n_bytes = 0;
        self.put(BEGIN);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        self.put(END);
        self.hand_over()
    }

    fn put(&mut self, text: &str) {
        self.n_bytes += text.len();
        self.waiting += text;
    }

    fn hand_over(&mut self) -> Result<(), Error> {
        let (path, file) = self.files.last_mut().expect("a file was begun");
        let failed = |reason| Error::CannotWrite { path: path.clone(), reason };
        file.write_all(self.waiting.as_bytes()).map_err(failed)?;
        self.waiting.clear();
        Ok(())
    }
}

/// The name of the `n`th file: `out.json`, `out-2.json`, `out-3.json`.
fn numbered(path: &Path, n: usize) -> PathBuf {
    if n == 1 {
        return path.into();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{n}"));
    if let Some(ending) = path.extension() {
        name.push(".");
        name.push(ending);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn pair(customer: u128) -> Pair {
        let json = format!("{{\"key\":\"{customer:064}\"}}");
        Pair { line: 2 + u64::try_from(customer).unwrap(), customer, json }
    }

    #[test]
    fn a_full_file_goes_on_in_the_next_and_each_is_an_array() {
        let folder = tempfile::tempdir().unwrap();
        let (path, input) = (folder.path().join("kv.json"), folder.path().join("new.csv"));
        let inputs = Inputs(vec![&input]);
        let mut files = KvFiles::create(&path, "id", &inputs, Vec::new()).unwrap();
        let each = pair(0).json.len();
        files.limit = 3 * each + BEGIN.len() + 1 + 2 * 2 + END.len();
        let pairs: Vec<Pair> = (0..7).map(pair).collect();
        files.write(&pairs).unwrap();
        assert!(!path.exists());
        files.finish(&input).unwrap();
        let mut keys = Vec::new();
        for (name, n) in [("kv.json", 3), ("kv-2.json", 3), ("kv-3.json", 1)] {
            let text = fs::read_to_string(folder.path().join(name)).unwrap();
            assert_eq!(text.lines().count(), n + 2, "{name}");
            let read: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
            keys.extend(read.into_iter().map(|pair| pair.to_string()));
        }
        assert_eq!(keys, pairs.into_iter().map(|pair| pair.json).collect::<Vec<_>>());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn the_next_file_takes_the_place_of_none_that_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let (path, input) = (folder.path().join("kv.json"), folder.path().join("kv-2.json"));
        fs::write(&input, "").unwrap();
        let inputs = Inputs(vec![&input]);
        let mut files = KvFiles::create(&path, "id", &inputs, Vec::new()).unwrap();
        files.limit = 1;
        assert!(matches!(files.write(&[pair(0), pair(1)]), Err(Error::Usage { .. })));
        drop(files);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
