//! What a deployment's secrets are for: kept replies that only it can find, read or make, draws that nobody
//! foresees, and the keys that callers bring.
//!
//! ```text
//! CacheSecret: reply_key, customer_key -> where a reply is kept; seal, open -> what is kept; draw -> an arm
//! KeySecret:   new_key -> a token and its line; KeyRing::authenticate; signing_key -> SigningKey::verify
//! ```
//! Everything is derived with HMAC-SHA256 (RFC 2104) under a purpose of its own, so that no value made for
//! one is good for another. Rotating a secret makes all that it made worthless.

mod cache;
mod key;
mod origin;
mod ring;
mod scope;
mod signature;

use core::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

pub use self::cache::{CacheSecret, REPLY_FORMAT};
pub use self::key::{ApiKey, KeySecret, RANDOM_BYTES, is_tenant};
pub use self::ring::{KeyRing, KeyRingError};
pub use self::scope::{Scope, Scopes};
pub use self::signature::{MAX_AHEAD, Signable, SignatureError, SigningKey};

/// A shorter secret could be guessed.
const MIN_BYTES: usize = 16;

/// HMAC-SHA256 under one secret, keyed once. Its `Debug` prints no byte.
struct Keyed(Hmac<Sha256>);

impl Keyed {
    /// `None` for less than [`MIN_BYTES`].
    fn new(secret: &[u8]) -> Option<Self> {
        if secret.len() < MIN_BYTES {
            return None;
        }
        Hmac::new_from_slice(secret).ok().map(Self)
    }

    /// Over a purpose and parts, each after its length, so that no two lists of parts give one message.
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        let parts = core::iter::once(purpose.as_bytes()).chain(parts.iter().copied());
        parts.fold(self.0.clone(), |mac, part| {
            mac.chain_update((part.len() as u64).to_le_bytes()).chain_update(part)
        })
    }

    fn digest(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(purpose, parts).finalize().into_bytes().into()
    }
}

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// The bytes that 64 hexadecimal digits, lower case, stand for.
fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut bytes = [0; 32];
    if !rest.is_empty() || pairs.len() != bytes.len() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
