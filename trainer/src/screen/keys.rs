//! What the keys of a Worker may do.

use std::io::{self, Write};

use super::tables::{keep_whole, table};
use crate::commands::key::{CheckedKey, CheckedKeys};

/// A row for each key, and how much room is left.
pub(crate) fn print_keys(out: &mut impl Write, checked: &CheckedKeys) -> io::Result<()> {
    let CheckedKeys { keys, bytes, limit } = checked;
    if !keys.is_empty() {
        let mut rows = table(&["id", "scopes", "tenant", "signed", "origins"]);
        for CheckedKey { id, scopes, tenant, signed, origins } in keys {
            let signed = if *signed { "yes" } else { "no" };
            let origins = origins.join("\n");
            rows.add_row([id, scopes.join(", ").as_str(), tenant, signed, &origins]);
        }
        keep_whole(&mut rows, &[0, 1, 3]);
        writeln!(out, "{rows}\n")?;
    }
    let s = if keys.len() == 1 { "" } else { "s" };
    writeln!(
        out,
        "{} key{s}, {bytes} of the {limit} bytes that a Worker's secret holds",
        keys.len()
    )
}
