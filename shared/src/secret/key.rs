//! API keys: what a caller brings, and what a deployment knows of it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::origin::is_origin;
use super::signature::SigningKey;
use super::{Keyed, Scopes};
use crate::artifact::hex;

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
pub(super) const ID_LENGTH: usize = 10;
pub(super) const TOKEN_LENGTH: usize = 52;

/// How much randomness [`KeySecret::new_key`] takes: five bits of each byte make a character.
pub const RANDOM_BYTES: usize = ID_LENGTH + TOKEN_LENGTH;

/// The secret that API keys are digested with, and that signing keys are made of: who reads a key's line can
/// neither guess the key nor sign for it. Its `Debug` prints no byte.
#[derive(Debug)]
pub struct KeySecret(pub(super) Keyed);

/// What a deployment knows of a key; `Display` writes its line of `API_KEYS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Ten characters of a-z and 2-7, which name the key and are no secret.
    pub id: String,
    /// What it may ask for.
    pub scopes: Scopes,
    /// Whose replies it shares; the id where its line names none.
    pub tenant: String,
    /// From which pages it may be used; one or more make it a key for browsers, which everybody can read.
    pub origins: Vec<String>,
    /// Whether each request must be signed.
    pub signed: bool,
    pub(super) digest: Digest,
}

/// HMAC of a key's id and its secret part.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Digest(pub(super) [u8; 32]);

impl KeySecret {
    /// At least 16 bytes; `None` for a shorter one, which could be guessed.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        Keyed::new(bytes).map(Self)
    }

    /// A key of `random` bytes, which must be unpredictable: what its line is to say, and `wk_<id>_<52
    /// characters>`, which the caller gets and nobody keeps.
    ///
    /// # Errors
    /// What no line may say, in words that repeat none of it.
    pub fn new_key(
        &self,
        random: &[u8; RANDOM_BYTES],
        scopes: Scopes,
        tenant: Option<&str>,
        origins: Vec<String>,
        signed: bool,
    ) -> Result<(ApiKey, String), &'static str> {
        let letter = |byte: &u8| ALPHABET.get(usize::from(byte & 31)).copied().map(char::from);
        let (id, token) = random.split_at(ID_LENGTH);
        let id: String = id.iter().filter_map(letter).collect();
        let token: String = token.iter().filter_map(letter).collect();
        let digest = Digest(self.0.digest(KEY_PURPOSE, &[id.as_bytes(), token.as_bytes()]));
        let tenant = String::from(tenant.unwrap_or(&id));
        let text = alloc::format!("wk_{id}_{token}");
        Ok((ApiKey { id, scopes, tenant, origins, signed, digest }.checked()?, text))
    }

    /// The key that requests with an API key are signed with, for keys whose line says `signed`.
    pub fn signing_key(&self, key_id: &str) -> SigningKey {
        let digest = self.0.digest("wedge signing key 1", &[key_id.as_bytes()]);
        SigningKey::new(alloc::format!("ws_{}", hex(&digest)))
    }
}

pub(super) const KEY_PURPOSE: &str = "wedge api key 1";

impl ApiKey {
    /// As it was configured, an origin that this key may be used from.
    pub fn allows_origin(&self, origin: &str) -> Option<&str> {
        self.origins.iter().map(String::as_str).find(|allowed| *allowed == origin)
    }

    pub(super) fn checked(self) -> Result<Self, &'static str> {
        if !is_base32(&self.id, ID_LENGTH) {
            return Err("the id is not ten characters of a-z and 2-7");
        }
        if !is_tenant(&self.tenant) {
            return Err("a tenant is up to 64 letters, digits, `-`, `_` and `.`");
        }
        if !self.origins.iter().all(|origin| is_origin(origin)) {
            return Err(
                "an origin is `https://host` or `https://host:port` in lower case, without a path",
            );
        }
        let repeats =
            |at: usize| self.origins.iter().take(at).any(|o| Some(o) == self.origins.get(at));
        if (0..self.origins.len()).any(repeats) {
            return Err("an origin is there twice");
        }
        if !self.origins.is_empty() && self.scopes != Scopes::PREDICT {
            return Err("a key with origins can be read by everybody: its only scope is `predict`");
        }
        Ok(self)
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, scopes, tenant, origins, signed, digest } = self;
        write!(f, "{id} {} scopes={scopes}", hex(&digest.0))?;
        if tenant != id {
            write!(f, " tenant={tenant}")?;
        }
        if !origins.is_empty() {
            write!(f, " origins={}", origins.join(","))?;
        }
        if *signed { f.write_str(" signed") } else { Ok(()) }
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// Whether a text can name a tenant: 1 to 64 letters, digits, `-`, `_` and `.`, all of ASCII.
pub fn is_tenant(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(good)
}

pub(super) fn is_base32(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| ALPHABET.contains(&byte))
}
