//! The artifact: one file that holds everything fitted, and refuses to be anything else.
//!
//! ```text
//! "WEDG" | format u16 LE = 1 | body length u32 LE | digest[32] | postcard body
//! ```
//! The digest is SHA-256 of magic, format, length and body; in hexadecimal it is the model's id.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use sha2::{Digest as _, Sha256};

use crate::canary::{Canaries, MAX_CANARIES};
use crate::model::{Defect, Model};
use crate::record::Record;
use crate::reply::Reply;
use crate::wire;

const MAGIC: [u8; 4] = *b"WEDG";
const FORMAT: u16 = 1;
const HEADER_BYTES: usize = 10;
const DIGEST_BYTES: usize = 32;

/// The largest artifact, in bytes.
pub const MAX_BYTES: usize = 2 << 20;

/// Which model answered: the artifact's digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelId([u8; DIGEST_BYTES]);

impl ModelId {
    /// The digest.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 hexadecimal digits, lower case.
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }
}

impl fmt::Debug for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

/// A model read from an artifact's bytes, and from nowhere else: magic, version, length, digest, every
/// invariant and the canaries were checked.
/// ```compile_fail
/// let forged: shared::Artifact = serde_json::from_str("{}").unwrap();
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Artifact {
    id: ModelId,
    model: Model,
}

/// Why bytes are not an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArtifactError {
    /// Does not begin as an artifact does.
    NotAnArtifact,
    /// Made by another version of this software.
    UnknownFormat(u16),
    /// Shorter or longer than its header says, or than [`MAX_BYTES`].
    Length,
    /// The digest does not match: damaged or changed.
    Digest,
    /// The body is not one that this software writes.
    Body,
    /// The body would be written in other bytes than these.
    NotCanonical,
    /// A part contradicts another.
    Defect(Defect),
    /// A canary's answer differs: this build or this platform computes something else than training did.
    Canary,
}

impl fmt::Display for ArtifactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnArtifact => f.write_str("this is not a Wedge artifact"),
            Self::UnknownFormat(format) => {
                write!(
                    f,
                    "artifact format {format} is not known here (this version reads {FORMAT})"
                )
            }
            Self::Length => f.write_str("the artifact is cut short, too long, or over 2 MiB"),
            Self::Digest => f.write_str("the artifact is damaged: its digest does not match"),
            Self::Body => f.write_str("the artifact's body cannot be read"),
            Self::NotCanonical => f.write_str("the artifact's body is not in canonical form"),
            Self::Defect(defect) => write!(f, "the artifact contradicts itself in its {defect:?}"),
            Self::Canary => {
                f.write_str("a stored example gets another answer here than in training")
            }
        }
    }
}

impl core::error::Error for ArtifactError {}

impl Artifact {
    /// Reads and checks an artifact.
    ///
    /// # Errors
    /// See [`ArtifactError`]; nothing that is not exactly what [`encode`] writes is accepted.
    pub fn decode(bytes: &[u8]) -> Result<Self, ArtifactError> {
        let (header, rest) =
            bytes.split_first_chunk::<HEADER_BYTES>().ok_or(ArtifactError::NotAnArtifact)?;
        let [m0, m1, m2, m3, f0, f1, l0, l1, l2, l3] = *header;
        if [m0, m1, m2, m3] != MAGIC {
            return Err(ArtifactError::NotAnArtifact);
        }
        let format = u16::from_le_bytes([f0, f1]);
        if format != FORMAT {
            return Err(ArtifactError::UnknownFormat(format));
        }
        let (stated, body) =
            rest.split_first_chunk::<DIGEST_BYTES>().ok_or(ArtifactError::Length)?;
        let length = u32::from_le_bytes([l0, l1, l2, l3]);
        if bytes.len() > MAX_BYTES || u32::try_from(body.len()) != Ok(length) {
            return Err(ArtifactError::Length);
        }
        if digest(header, body) != *stated {
            return Err(ArtifactError::Digest);
        }
        let (model, canaries) = wire::read(body)?;
        if !canaries.agree(&model) {
            return Err(ArtifactError::Canary);
        }
        Ok(Self { id: ModelId(*stated), model })
    }

    /// Which model this is.
    pub fn id(&self) -> ModelId {
        self.id
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The whole answer for a customer, as every face of Wedge gives it.
    pub fn recommend(&self, record: &Record) -> Reply<'_> {
        Reply::new(self, self.model.explain(record))
    }

    /// The same answer without saying why: a fraction of the work.
    pub fn answer(&self, record: &Record) -> Reply<'_> {
        Reply::new(self, self.model.answer(record))
    }
}

/// Writes an artifact. The model's answers to `canaries` are stored with it and asked for again by
/// [`Artifact::decode`]; the canaries must not be real customers.
///
/// # Errors
/// [`ArtifactError::Length`] when it would be larger than [`MAX_BYTES`]; [`ArtifactError::Canary`] for more than
/// 256 canaries.
pub fn encode(model: &Model, canaries: Vec<Record>) -> Result<Vec<u8>, ArtifactError> {
    if canaries.len() > MAX_CANARIES {
        return Err(ArtifactError::Canary);
    }
    seal(&wire::write(model, &Canaries::ask(model, canaries))?)
}

/// Puts magic, format, length and digest before a body. Says nothing about the body.
///
/// # Errors
/// [`ArtifactError::Length`] when it would be larger than [`MAX_BYTES`].
pub fn seal(body: &[u8]) -> Result<Vec<u8>, ArtifactError> {
    if body.len() > MAX_BYTES - HEADER_BYTES - DIGEST_BYTES {
        return Err(ArtifactError::Length);
    }
    let length = u32::try_from(body.len()).map_err(|_| ArtifactError::Length)?;
    let mut bytes = Vec::with_capacity(HEADER_BYTES + DIGEST_BYTES + body.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&length.to_le_bytes());
    let digest = digest(&bytes, body);
    bytes.extend_from_slice(&digest);
    bytes.extend_from_slice(body);
    Ok(bytes)
}

fn digest(header: &[u8], body: &[u8]) -> [u8; DIGEST_BYTES] {
    Sha256::new().chain_update(header).chain_update(body).finalize().into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

#[cfg(test)]
mod tests;
