//! `trainer key`: keys for those who ask a Worker, and where it keeps customers. Nothing is kept here.

mod check;
mod customer;

pub(crate) use self::check::{CheckedKey, CheckedKeys};

use std::fmt::Write as _;
use std::io::Write as _;

use serde::Serialize;
use shared::secret::SigningKey;

use super::{Sink, WRANGLER, output_failed};
use crate::cli::{KeyArgs, KeyCommand, KeyNewArgs, KeySecretArgs};
use crate::error::Error;
use crate::screen::{is_quiet, show};
use crate::secrets::key_secret;

pub(super) fn run(args: &KeyArgs) -> Result<(), Error> {
    match &args.command {
        KeyCommand::New(args) => new(args),
        KeyCommand::Secret(args) => secret(args),
        KeyCommand::Check(args) => check::run(args),
        KeyCommand::Customer(args) => customer::run(args),
    }
}

/// A new key as scripts read it.
#[derive(Serialize)]
struct NewKey<'k> {
    id: &'k str,
    key: &'k str,
    line: &'k str,
    #[serde(skip_serializing_if = "Option::is_none")]
    signing_key: Option<&'k str>,
}

fn new(args: &KeyNewArgs) -> Result<(), Error> {
    let secret = key_secret()?;
    let KeyNewArgs { scopes, tenant, origin, signed, .. } = args;
    let made = secret.new_key(&random()?, *scopes, tenant.as_deref(), origin.clone(), *signed);
    let (known, key) = made.map_err(|what| Error::Usage {
        what: what.into(),
        hint: "see `trainer key new --help`".into(),
    })?;
    let signing_key = signed.then(|| secret.signing_key(&known.id));
    let signing_key = signing_key.as_ref().map(SigningKey::as_str);
    let line = known.to_string();
    let mut out = Sink::standard();
    if args.json {
        out.write_json(&NewKey { id: &known.id, key: &key, line: &line, signing_key })?;
        return out.finish();
    }
    writeln!(out, "{line}").map_err(output_failed)?;
    // A key whose line nobody has is worth nothing: the line first.
    out.finish()?;
    show(&said(&key, signing_key));
    Ok(())
}

/// The key for people, or in silence only the key.
fn said(key: &str, signing_key: Option<&str>) -> String {
    if is_quiet() {
        return [key].into_iter().chain(signing_key).collect::<Vec<_>>().join("\n");
    }
    let mut said = format!(
        "The key, for whoever is to ask; it is shown this once and kept nowhere:\n\n  {key}\n"
    );
    // Writing to a String cannot fail.
    if let Some(signing_key) = signing_key {
        let _ = write!(
            said,
            "\nThe key that signs, for the shop's own server only:\n\n  {signing_key}\n"
        );
    }
    let _ = write!(
        said,
        "\nThe line on standard output is for the Worker, which then knows the key:\n\n  \
         trainer key new ... >> api-keys.txt\n  \
         {WRANGLER} secret put API_KEYS --env staging < api-keys.txt"
    );
    said
}

#[derive(Serialize)]
struct NewSecret<'s> {
    secret: &'s str,
}

fn secret(args: &KeySecretArgs) -> Result<(), Error> {
    let mut secret = String::new();
    for byte in random::<32>()? {
        let _ = write!(secret, "{byte:02x}");
    }
    let mut out = Sink::standard();
    if args.json {
        out.write_json(&NewSecret { secret: &secret })?;
    } else {
        writeln!(out, "{secret}").map_err(output_failed)?;
    }
    out.finish()
}

/// Bytes that nobody can foresee, from the system.
fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Io {
        path: "randomness".into(),
        reason: std::io::Error::other(error),
    })?;
    Ok(bytes)
}
