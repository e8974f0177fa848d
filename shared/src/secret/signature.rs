//! Signed requests: that a body comes from the shop, whoever sends it.

use alloc::string::String;
use core::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::from_hex;
use crate::artifact::hex;

/// How far ahead a signature may expire, in seconds.
pub const MAX_AHEAD: u64 = 3600;

/// What a shop signs with: the text `ws_<64 hex>`, whose bytes are the HMAC's key. Its `Debug` prints none.
pub struct SigningKey(String);

/// What is signed of a request.
#[derive(Clone, Copy)]
pub struct Signable<'r> {
    /// In capitals, as sent.
    pub method: &'r str,
    /// As sent, with the query if there is one.
    pub path: &'r str,
    /// Of `Wedge-Subject`, without blanks around it; empty where there is none. It decides who is held out, and which
    /// model answers.
    pub subject: &'r str,
    /// As sent.
    pub body: &'r [u8],
}

/// Why a request does not count as signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureError {
    /// There is no header.
    Missing,
    /// The header is not `expires=<unix seconds>, v1=<64 hex>`.
    Malformed,
    /// It expired.
    Expired,
    /// It expires more than [`MAX_AHEAD`] seconds from now.
    TooFarAhead,
    /// It is that of another request or key.
    Wrong,
}

impl SigningKey {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    /// The key, to be given to the shop.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value of `Wedge-Signature` for a request that is good up to and including a moment, in seconds since
    /// 1970: `expires=<it>, v1=<HMAC-SHA256 of "wedge signature 1\n<METHOD> <path>\n<expires>\n<subject>\n" and the body>`.
    pub fn sign(&self, request: Signable, expires: u64) -> String {
        let mac = self.mac(request, expires).map(|mac| mac.finalize().into_bytes());
        alloc::format!("expires={expires}, v1={}", hex(&mac.unwrap_or_default()))
    }

    /// Whether the value of a request's `Wedge-Signature` is this key's and good `now`, in seconds since 1970.
    /// Compared in constant time.
    ///
    /// # Errors
    /// See [`SignatureError`], in that order.
    pub fn verify(
        &self,
        request: Signable,
        header: Option<&str>,
        now: u64,
    ) -> Result<(), SignatureError> {
        let header = header.ok_or(SignatureError::Missing)?;
        let (expires, stated) = read(header).ok_or(SignatureError::Malformed)?;
        if expires < now {
            return Err(SignatureError::Expired);
        }
        if expires > now.saturating_add(MAX_AHEAD) {
            return Err(SignatureError::TooFarAhead);
        }
        let mac = self.mac(request, expires).ok_or(SignatureError::Wrong)?;
        mac.verify_slice(&stated).map_err(|_| SignatureError::Wrong)
    }

    fn mac(&self, request: Signable, expires: u64) -> Option<Hmac<Sha256>> {
        let Signable { method, path, subject, body } = request;
        let head = alloc::format!("wedge signature 1\n{method} {path}\n{expires}\n{subject}\n");
        let mac = Hmac::new_from_slice(self.0.as_bytes()).ok()?;
        Some(mac.chain_update(head).chain_update(body))
    }
}

fn read(header: &str) -> Option<(u64, [u8; 32])> {
    let (expires, v1) = header.strip_prefix("expires=")?.split_once(',')?;
    // Of digits only: `parse` takes a sign too.
    let expires = expires.bytes().all(|byte| byte.is_ascii_digit()).then_some(expires)?;
    Some((expires.parse().ok()?, from_hex(v1.trim_start_matches(' ').strip_prefix("v1=")?)?))
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}
