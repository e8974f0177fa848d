//! `trainer embed`: puts a model, and a challenger, into a release of the Worker.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::iter;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use serde::Serialize;
use shared::{Artifact, Column, ColumnKind, Schema, number};

use super::{Sink, output_failed};
use crate::cli::EmbedArgs;
use crate::error::Error;
use crate::files;
use crate::screen::{is_quiet, print_release, warn};

/// What is uploaded beside the models.
const PROGRAM: [&str; 3] = ["entry.js", "index.js", "index_bg.wasm"];

const MODEL: &str = "model.postcard";
const CHALLENGER: &str = "challenger.postcard";
const PREVIOUS: &str = "previous.postcard";
const PREVIOUS_CHALLENGER: &str = "previous-challenger.postcard";

/// What Cloudflare takes, before compression, on every plan; until 2026 it was 3 MB (free) and 10 MB (paid) after
/// gzip (<https://developers.cloudflare.com/workers/platform/limits/#worker-size>).
pub(crate) const LIMIT: u64 = 64 << 20;

/// What is in a release now.
#[derive(Debug, Serialize)]
pub(crate) struct Release {
    schema_version: u32,
    pub(crate) folder: PathBuf,
    /// Whether anything was written.
    pub(crate) changed: bool,
    pub(crate) model: Embedded,
    pub(crate) challenger: Option<Embedded>,
    /// What `--rollback` goes back to.
    pub(crate) previous: Option<String>,
    /// What a caller must send, against the model that was there before.
    pub(crate) columns: ColumnChanges,
    pub(crate) size: Size,
}

/// A model in a release.
#[derive(Debug, Serialize)]
pub(crate) struct Embedded {
    pub(crate) id: String,
    pub(crate) bytes: usize,
    pub(crate) segments: usize,
    pub(crate) columns: usize,
}

/// How the columns of two models differ, by name.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ColumnChanges {
    pub(crate) added: Vec<String>,
    pub(crate) removed: Vec<String>,
    pub(crate) changed: Vec<ColumnChange>,
}

/// A column that takes something else now.
#[derive(Debug, Serialize)]
pub(crate) struct ColumnChange {
    pub(crate) name: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

/// What is uploaded, in bytes.
#[derive(Debug, Serialize)]
pub(crate) struct Size {
    pub(crate) bytes: u64,
    pub(crate) gzipped: usize,
    limit: u64,
}

/// A file of a release that holds a model.
struct Held {
    bytes: Vec<u8>,
    artifact: Artifact,
}

pub(super) fn run(args: &EmbedArgs) -> Result<(), Error> {
    let folder = &args.folder;
    let program = read_program(folder)?;
    let at = |name: &str| folder.join(name);
    // A present model that cannot be read is not worth going back to.
    let present = readable(&at(MODEL))?;
    let present_challenger = readable(&at(CHALLENGER))?;
    let model = match (&args.model, args.rollback) {
        (_, true) => present_in(&at(PREVIOUS))?.ok_or_else(|| Error::Unfit {
            path: folder.clone(),
            what: "there is no previous.postcard to go back to".into(),
            hint: "name the model: `trainer embed MODEL FOLDER`".into(),
        })?,
        (Some(path), false) => read(path)?,
        (None, false) => present_in(&at(MODEL))?.ok_or_else(|| Error::Unfit {
            path: folder.clone(),
            what: "there is no model beside which a challenger could be".into(),
            hint: "name the model too: `trainer embed MODEL FOLDER --challenger MODEL`".into(),
        })?,
    };
    let challenger = match &args.challenger {
        Some(path) => Some(read(path)?),
        None if args.no_challenger => None,
        None => present_in(&at(CHALLENGER))?,
    };

    // In this order, so that whatever is cut short has a model to go back to, and a challenger to import.
    let (model_path, challenger_path) = (at(MODEL), at(CHALLENGER));
    let (previous_path, previous_challenger_path) = (at(PREVIOUS), at(PREVIOUS_CHALLENGER));
    let mut writes: Vec<(&Path, &[u8])> = Vec::new();
    let id = |held: &Option<Held>| held.as_ref().map(|held| held.artifact.id());
    if id(&present_challenger) != id(&challenger) || !challenger_path.exists() {
        if let Some(present) = &present_challenger {
            writes.push((&previous_challenger_path, &present.bytes));
        }
        writes.push((&challenger_path, challenger.as_ref().map_or(&[], |held| &held.bytes)));
    }
    if id(&present) != Some(model.artifact.id()) {
        if let Some(present) = &present {
            writes.push((&previous_path, &present.bytes));
        }
        writes.push((&model_path, &model.bytes));
    }
    files::write_all(&writes, None)?;

    if id(&challenger) == Some(model.artifact.id()) {
        warn("the challenger is the model itself: `--no-challenger` takes it out");
    }
    let columns = present.as_ref().map(|before| {
        let [before, after] = [before, &model].map(|held| &held.artifact.model().parts().schema);
        ColumnChanges::between(before, after)
    });
    let previous = present_in(&previous_path).unwrap_or_default();
    let release = Release {
        schema_version: 1,
        folder: folder.clone(),
        changed: !writes.is_empty(),
        columns: columns.unwrap_or_default(),
        previous: previous.map(|held| held.artifact.id().to_hex()),
        size: size(&program, iter::once(&model).chain(&challenger)),
        model: Embedded::of(&model),
        challenger: challenger.as_ref().map(Embedded::of),
    };
    if release.size.bytes > LIMIT {
        warn("the release is larger than Cloudflare takes");
    }
    release.columns.warn();
    let mut out = Sink::standard();
    if args.json {
        out.write_json(&release)?;
    } else if !is_quiet() {
        print_release(&mut out, &release).map_err(output_failed)?;
    }
    out.finish()
}

/// What is uploaded beside the models, or why the folder is no release.
fn read_program(folder: &Path) -> Result<Vec<Vec<u8>>, Error> {
    let read = |name: &str| match fs::read(folder.join(name)) {
        Ok(bytes) => Ok(bytes),
        Err(reason) if reason.kind() == io::ErrorKind::NotFound => Err(Error::Unfit {
            path: folder.into(),
            what: format!("this is no release of the Worker: there is no {name}"),
            hint: "name the folder of a release, or make one with `make release`".into(),
        }),
        Err(reason) => Err(Error::opening(&folder.join(name), reason)),
    };
    PROGRAM.iter().map(|name| read(name)).collect()
}

/// The model in a file.
fn read(path: &Path) -> Result<Held, Error> {
    let bytes = files::read_bytes(path)?;
    let artifact = Artifact::decode(&bytes)
        .map_err(|reason| Error::BadArtifact { path: path.into(), reason })?;
    Ok(Held { bytes, artifact })
}

/// The model in a file of the release; `None` where it is empty or not there.
fn present_in(path: &Path) -> Result<Option<Held>, Error> {
    match fs::metadata(path) {
        Ok(found) if found.len() > 0 => read(path).map(Some),
        _ => Ok(None),
    }
}

/// As [`present_in`], for what may be replaced: what is no artifact is warned of, and is `None`.
fn readable(path: &Path) -> Result<Option<Held>, Error> {
    match present_in(path) {
        Err(Error::BadArtifact { path, reason }) => {
            warn(&format!("`{}`: {reason}", path.display()));
            Ok(None)
        }
        held => held,
    }
}

impl Embedded {
    fn of(held: &Held) -> Self {
        let parts = held.artifact.model().parts();
        Self {
            id: held.artifact.id().to_hex(),
            bytes: held.bytes.len(),
            segments: parts.segments.len(),
            columns: parts.schema.columns().len(),
        }
    }
}

impl ColumnChanges {
    /// Of what callers of `before` must change to call `after`.
    fn between(before: &Schema, after: &Schema) -> Self {
        let (before, after) = (before.columns(), after.columns());
        let find = |columns: &[Column], name: &str| {
            columns.iter().find(|column| column.name == name).map(takes)
        };
        let only_in = |these: &[Column], those: &[Column]| {
            let absent = these.iter().filter(|column| find(those, &column.name).is_none());
            absent.map(|column| column.name.clone()).collect()
        };
        let changed = after.iter().filter_map(|column| {
            let (from, to) = (find(before, &column.name)?, takes(column));
            (from != to).then(|| ColumnChange { name: column.name.clone(), from, to })
        });
        Self {
            added: only_in(after, before),
            removed: only_in(before, after),
            changed: changed.collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// In words, for whoever calls the Worker.
    fn warn(&self) {
        if self.is_empty() {
            return;
        }
        // Writing to a String cannot fail.
        let mut said = "a customer is sent with other columns than before".to_owned();
        for (what, names) in [("new", &self.added), ("no longer read", &self.removed)] {
            if !names.is_empty() {
                let _ = write!(said, "\n  {what}: {}", names.join(", "));
            }
        }
        for ColumnChange { name, from, to } in &self.changed {
            let _ = write!(said, "\n  {name}: {to} (before: {from})");
        }
        warn(&said);
    }
}

/// What a column takes, as far as a caller must know.
fn takes(column: &Column) -> String {
    let mut said = column.kind.name().to_owned();
    match &column.kind {
        // These words and no others are taken.
        ColumnKind::YesNo { .. } | ColumnKind::Ordinal { .. } => {
            let _ = write!(said, " ({})", column.kind.words().join(", "));
        }
        ColumnKind::Numeric { lower, upper } => {
            for (word, bound) in [("from", lower), ("to", upper)] {
                if let Some(bound) = bound {
                    let _ = write!(said, " {word} {}", number::to_text(bound.get()));
                }
            }
        }
        ColumnKind::Date { .. } | ColumnKind::Categorical { .. } => {}
    }
    if column.optional { said + ", may be missing" } else { said }
}

/// What is uploaded, and how small the platform's own compression makes it: gzip of all together, as wrangler
/// measures it.
fn size<'h>(program: &[Vec<u8>], models: impl IntoIterator<Item = &'h Held>) -> Size {
    let models = models.into_iter().map(|held| &held.bytes);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let mut bytes = 0;
    for part in program.iter().chain(models) {
        bytes += part.len() as u64;
        encoder.write_all(part).expect("memory can be written to");
    }
    let gzipped = encoder.finish().expect("memory can be written to").len();
    Size { bytes, gzipped, limit: LIMIT }
}
