//! Where replies are kept, and how: under keys that nobody can enumerate, readable to nobody else.

use alloc::string::String;
use alloc::vec::Vec;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _};

use super::Keyed;
use crate::artifact::{ModelId, hex};
use crate::record::Record;

/// Changes when the bytes of a reply change for the same model, so that none is taken for the other.
pub const REPLY_FORMAT: u8 = 1;

const NONCE_BYTES: usize = 12;

/// The secret of a deployment that replies are kept with. Its `Debug` prints no byte.
#[derive(Debug)]
pub struct CacheSecret(Keyed);

impl CacheSecret {
    /// At least 16 bytes; `None` for a shorter one, which could be guessed.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        Keyed::new(bytes).map(Self)
    }

    /// Under which the reply to a customer is kept: 64 hexadecimal digits, for this model, tenant and `flags`
    /// (what was asked for beside the answer) and [`REPLY_FORMAT`]; every spelling of a record has one.
    pub fn reply_key(&self, model: ModelId, tenant: &str, flags: u8, record: &Record) -> String {
        let mut canonical = Vec::new();
        record.write_canonical(&mut canonical);
        let settings = [REPLY_FORMAT, flags];
        let parts: [&[u8]; 4] = [&settings, model.as_bytes(), tenant.as_bytes(), &canonical];
        hex(&self.0.digest("wedge reply key 1", &parts))
    }

    /// Under which last night's reply to a customer is kept: 64 hexadecimal digits. White space around the id
    /// is no part of it.
    pub fn customer_key(&self, tenant: &str, id: &str) -> String {
        let parts = [tenant.as_bytes(), id.trim().as_bytes()];
        hex(&self.0.digest("wedge customer key 1", &parts))
    }

    /// The value to keep under a key: nonce (12 bytes), the encrypted reply, tag (16 bytes).
    ///
    /// ChaCha20-Poly1305 (RFC 8439), which adds 2.3 kB to the gzipped wasm where AES-256-GCM adds 6.7. Each
    /// `key` encrypts with a key of its own. The nonce is made of key and reply, as a platform without good
    /// randomness allows (RFC 8452 does the like): it repeats where the whole value does, and tells that only.
    pub fn seal(&self, key: &str, reply: &str) -> Vec<u8> {
        let digest = self.0.digest("wedge nonce 1", &[key.as_bytes(), reply.as_bytes()]);
        let Some(nonce) = digest.first_chunk::<NONCE_BYTES>() else { return Vec::new() };
        let payload = Payload { msg: reply.as_bytes(), aad: key.as_bytes() };
        // Fails only beyond 256 GiB.
        let sealed = self.cipher(key).encrypt(nonce.into(), payload).unwrap_or_default();
        [nonce.as_slice(), &sealed].concat()
    }

    /// The reply of a kept value; `None` unless this secret sealed it under this key.
    pub fn open(&self, key: &str, kept: &[u8]) -> Option<String> {
        let (nonce, sealed) = kept.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: key.as_bytes() };
        let reply = self.cipher(key).decrypt(nonce.into(), payload).ok()?;
        String::from_utf8(reply).ok()
    }

    fn cipher(&self, key: &str) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&self.0.digest("wedge sealing key 1", &[key.as_bytes()]).into())
    }

    /// A number that nobody without the secret can foresee, uniform in `u32` and the same for equal arguments:
    /// in which arm of an experiment somebody is, for instance.
    pub fn draw(&self, purpose: &str, subject: &[u8]) -> u32 {
        let [a, b, c, d, ..] = self.0.digest("wedge draw 1", &[purpose.as_bytes(), subject]);
        u32::from_le_bytes([a, b, c, d])
    }
}
