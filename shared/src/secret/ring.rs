//! All keys of a deployment, and who a request comes from.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use hmac::Mac as _;

use super::key::{ApiKey, Digest, ID_LENGTH, KEY_PURPOSE, KeySecret, TOKEN_LENGTH, is_base32};
use super::{Scopes, from_hex};

/// The keys of a deployment, from the text of `API_KEYS`.
#[derive(Debug, Default)]
pub struct KeyRing {
    keys: Vec<ApiKey>,
}

/// What is wrong with the text of `API_KEYS`; it repeats none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRingError {
    /// From 1.
    pub line: usize,
    /// In words.
    pub what: &'static str,
}

impl KeyRing {
    /// Reads one key a line, `<id> <digest: 64 hex> scopes=predict,explain,batch [tenant=shop]
    /// [origins=https://a.example,https://b.example] [signed]`; the settings in any order. Blank lines, and what
    /// follows a `#` at a word's beginning, say nothing.
    ///
    /// # Errors
    /// The first line that says something else, or an id again.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let mut keys: Vec<ApiKey> = Vec::new();
        for (line, words) in (1..).zip(text.lines()) {
            let mut words = words.split_whitespace().take_while(|word| !word.starts_with('#'));
            let Some(id) = words.next() else { continue };
            let at = |what| KeyRingError { line, what };
            let key = key(id, words).map_err(at)?;
            if keys.iter().any(|known| known.id == key.id) {
                return Err(at("the id is there twice"));
            }
            keys.push(key);
        }
        Ok(Self { keys })
    }

    /// Whose key the value of an `Authorization` header holds (`Bearer wk_<id>_<secret>`, RFC 6750). `None`,
    /// after the same work of one digest and one comparison in constant time, whether there is no header, no
    /// such key any more, or anything else is wrong.
    pub fn authenticate(&self, secret: &KeySecret, authorization: Option<&str>) -> Option<&ApiKey> {
        let presented = authorization.and_then(presented);
        let (id, token) = presented.unwrap_or(NOTHING);
        let known = self.keys.iter().find(|key| key.id == id);
        let Digest(stored) = known.map_or(&NOBODY, |key| &key.digest);
        let mac = secret.0.mac(KEY_PURPOSE, &[id.as_bytes(), token.as_bytes()]);
        let is_genuine = mac.verify_slice(stored).is_ok();
        known.filter(|_| is_genuine && presented.is_some())
    }

    /// In the order of their lines.
    pub fn keys(&self) -> &[ApiKey] {
        &self.keys
    }

    /// Whether any key is for pages of certain origins.
    pub fn has_origins(&self) -> bool {
        self.keys.iter().any(|key| !key.origins.is_empty())
    }

    /// As it was configured, an origin that some key may be used from.
    pub fn allowed_origin(&self, origin: &str) -> Option<&str> {
        self.keys.iter().find_map(|key| key.allows_origin(origin))
    }
}

/// As long as what is presented, so that its digest takes as long.
const NOTHING: (&str, &str) =
    ("..........", "....................................................");

const NOBODY: Digest = Digest([0; 32]);

/// Id and secret part of a header that holds a key.
fn presented(authorization: &str) -> Option<(&str, &str)> {
    let (scheme, credentials) = authorization.split_once(' ')?;
    let (id, token) = credentials.trim_start_matches(' ').strip_prefix("wk_")?.split_once('_')?;
    let is_key = is_base32(id, ID_LENGTH) && is_base32(token, TOKEN_LENGTH);
    (is_key && scheme.eq_ignore_ascii_case("Bearer")).then_some((id, token))
}

fn key<'l>(id: &str, mut words: impl Iterator<Item = &'l str>) -> Result<ApiKey, &'static str> {
    let digest =
        words.next().and_then(from_hex).ok_or("a digest of 64 hex digits belongs after the id")?;
    let (mut scopes, mut tenant, mut origins, mut signed) = (None, None, None, None);
    for word in words {
        let is_again = match word.split_once('=') {
            Some(("scopes", names)) => {
                let read = Scopes::parse(names)
                    .ok_or("scopes are predict, explain and batch, each once")?;
                scopes.replace(read).is_some()
            }
            Some(("tenant", name)) => tenant.replace(name).is_some(),
            Some(("origins", list)) => origins.replace(list).is_some(),
            None if word == "signed" => signed.replace(()).is_some(),
            _ => return Err("a setting is none of scopes=, tenant=, origins= and signed"),
        };
        if is_again {
            return Err("a setting is there twice");
        }
    }
    let origins =
        origins.map_or_else(Vec::new, |list: &str| list.split(',').map(String::from).collect());
    let key = ApiKey {
        id: id.into(),
        scopes: scopes.ok_or("`scopes=` is missing")?,
        tenant: tenant.unwrap_or(id).into(),
        origins,
        signed: signed.is_some(),
        digest: Digest(digest),
    };
    key.checked()
}

impl fmt::Display for KeyRingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "API_KEYS line {}: {}", self.line, self.what)
    }
}

impl core::error::Error for KeyRingError {}
