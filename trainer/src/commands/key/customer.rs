//! `trainer key customer`: under which keys a Worker's store of last night's answers keeps customers.

use std::io::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::cli::KeyCustomerArgs;
use crate::commands::{Sink, output_failed};
use crate::error::Error;
use crate::files;
use crate::secrets::{cache_secret, tenant};

/// More ids than this are no hand's work.
const MOST_BYTES: u64 = 64 << 20;

#[derive(Serialize)]
struct Keys {
    keys: Vec<String>,
}

pub(super) fn run(args: &KeyCustomerArgs) -> Result<(), Error> {
    let secret = cache_secret()?;
    let tenant = tenant(args.tenant.as_deref());
    let mut keys = Vec::new();
    for id in &args.ids {
        if id != "-" {
            if id.trim().is_empty() {
                return Err(Error::Usage {
                    what: "an empty id names no customer".into(),
                    hint: "is a variable empty?".into(),
                });
            }
            keys.push(secret.customer_key(tenant, id));
            continue;
        }
        let input = Path::new("-");
        let text = files::read_text(input, MOST_BYTES, "give fewer ids at once")?;
        for (line, id) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            if id.trim().is_empty() {
                return Err(Error::BadTable {
                    path: files::named(input),
                    line,
                    what: "an empty line names no customer".into(),
                    hint: "give an id a line, and no line without one".into(),
                });
            }
            keys.push(secret.customer_key(tenant, id));
        }
    }
    let mut out = Sink::standard();
    if args.json {
        out.write_json(&Keys { keys })?;
    } else {
        keys.iter().try_for_each(|key| writeln!(out, "{key}")).map_err(output_failed)?;
    }
    out.finish()
}
