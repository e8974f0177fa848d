//! Under which key an answer is kept, so that equal customers share it and nobody can enumerate who was
//! asked about; and how a kept answer is known to be ours.

use alloc::string::String;
use alloc::vec::Vec;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::artifact::{ModelId, hex};
use crate::record::Record;

/// The secret of a deployment that cache keys are digested with. Never shown: its `Debug` prints no byte.
pub struct CacheSecret(Vec<u8>);

impl CacheSecret {
    /// At least 16 bytes; `None` for a shorter one, which could be guessed.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (bytes.len() >= 16).then(|| Self(bytes.to_vec()))
    }

    /// HMAC-SHA256 (RFC 2104) of the model's id and the record's canonical bytes, in hexadecimal.
    pub fn key(&self, model: ModelId, record: &Record) -> String {
        let mut message = Vec::new();
        message.extend_from_slice(model.as_bytes());
        record.write_canonical(&mut message);
        self.digest(b"wedge key 1\0", &message)
    }

    /// The value to keep under a key: 64 hexadecimal digits that only this secret can make of key and reply,
    /// then the reply.
    pub fn sign(&self, key: &str, reply: &str) -> String {
        self.signature(key, reply) + reply
    }

    /// The reply of a kept value; `None` unless it was signed with this secret under this key.
    pub fn open(&self, key: &str, kept: Vec<u8>) -> Option<String> {
        let kept = String::from_utf8(kept).ok()?;
        let (signature, reply) = kept.split_at_checked(64)?;
        // Whoever can write values cannot time this comparison: it ends in a miss, beside a KV round trip.
        (signature == self.signature(key, reply)).then(|| reply.into())
    }

    fn signature(&self, key: &str, reply: &str) -> String {
        self.digest(b"wedge value 1\0", [key, reply].concat().as_bytes())
    }

    /// HMAC-SHA256 of a purpose and a message, in hexadecimal.
    fn digest(&self, purpose: &[u8], message: &[u8]) -> String {
        // HMAC takes keys of any length.
        Hmac::<Sha256>::new_from_slice(&self.0).map_or_else(
            |_| String::new(),
            |mac| hex(&mac.chain_update(purpose).chain_update(message).finalize().into_bytes()),
        )
    }
}

impl core::fmt::Debug for CacheSecret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("CacheSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Artifact, encode};
    use crate::example;

    #[test]
    fn a_key_depends_on_secret_model_and_record_and_on_nothing_else() {
        let artifact =
            Artifact::decode(&encode(&example::model(), example::canaries()).unwrap()).unwrap();
        let other = Artifact::decode(&encode(&example::model(), Vec::new()).unwrap()).unwrap();
        let secret = CacheSecret::new(b"0123456789abcdef").unwrap();
        let record = example::record(r#"{"age": 20, "married": true}"#);
        let key = secret.key(artifact.id(), &record);
        assert_eq!(key.len(), 64);
        let same = example::record(r#"{"married": "Yes", "age": 2e1, "size": null}"#);
        assert_eq!(secret.key(artifact.id(), &same), key);
        let older = example::record(r#"{"age": 21, "married": true}"#);
        assert_ne!(secret.key(artifact.id(), &older), key);
        assert_ne!(secret.key(other.id(), &record), key);
        let rotated = CacheSecret::new(b"fedcba9876543210").unwrap();
        assert_ne!(rotated.key(artifact.id(), &record), key);
    }

    #[test]
    fn a_kept_value_opens_under_its_own_key_and_secret_only() {
        let secret = CacheSecret::new(b"0123456789abcdef").unwrap();
        let other = CacheSecret::new(b"fedcba9876543210").unwrap();
        let (key, another) = ("a".repeat(64), "b".repeat(64));
        let kept = secret.sign(&key, "{}");
        assert_eq!(secret.open(&key, kept.clone().into_bytes()).as_deref(), Some("{}"));
        assert_eq!(secret.open(&another, kept.clone().into_bytes()), None);
        assert_eq!(other.open(&key, kept.clone().into_bytes()), None);
        for position in 0..kept.len() {
            let mut changed = kept.clone().into_bytes();
            changed[position] ^= 1;
            assert_eq!(secret.open(&key, changed), None, "{position}");
        }
        assert_eq!(secret.open(&key, Vec::new()), None);
        assert_eq!(secret.open(&key, [0xff; 80].into()), None);
    }

    #[test]
    fn a_secret_that_could_be_guessed_is_refused_and_none_is_shown() {
        assert!(CacheSecret::new(b"short").is_none());
        let secret = CacheSecret::new(b"0123456789abcdef").unwrap();
        assert_eq!(alloc::format!("{secret:?}"), "CacheSecret(..)");
    }
}
