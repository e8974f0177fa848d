//! Under which key an answer is kept, so that equal customers share it and nobody can enumerate who was
//! asked about.

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
        let mut message = Vec::from(*b"wedge reply 1\0");
        message.extend_from_slice(model.as_bytes());
        record.write_canonical(&mut message);
        // HMAC takes keys of any length.
        Hmac::<Sha256>::new_from_slice(&self.0).map_or_else(
            |_| String::new(),
            |mac| hex(&mac.chain_update(&message).finalize().into_bytes()),
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
    fn a_secret_that_could_be_guessed_is_refused_and_none_is_shown() {
        assert!(CacheSecret::new(b"short").is_none());
        let secret = CacheSecret::new(b"0123456789abcdef").unwrap();
        assert_eq!(alloc::format!("{secret:?}"), "CacheSecret(..)");
    }
}
