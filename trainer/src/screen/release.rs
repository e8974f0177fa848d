//! What is in a release of the Worker.

use std::io::{self, Write};

use crate::commands::WRANGLER;
use crate::commands::embed::{Embedded, LIMIT, Release};

/// The models, what is uploaded, and what to do next.
pub(crate) fn print_release(out: &mut impl Write, release: &Release) -> io::Result<()> {
    let folder = release.folder.display();
    if !release.changed {
        writeln!(out, "{folder} has this already: nothing is changed\n")?;
    }
    writeln!(out, "model       {}", said(&release.model))?;
    match &release.challenger {
        Some(challenger) => writeln!(out, "challenger  {}", said(challenger))?,
        None => writeln!(out, "challenger  none")?,
    }
    if let Some(previous) = &release.previous {
        writeln!(out, "previous    {previous}: not uploaded, `--rollback` goes back to it")?;
    }
    let size = &release.size;
    writeln!(
        out,
        "size        {} kB, {} kB gzipped (Cloudflare takes {} MiB before compression; an older account may be held to 3 MB gzipped)",
        size.bytes.div_ceil(1000),
        size.gzipped.div_ceil(1000),
        LIMIT >> 20
    )?;
    if release.changed {
        writeln!(out, "\nnext, inside {folder}: `{WRANGLER} deploy --env staging`")?;
    }
    Ok(())
}

fn said(model: &Embedded) -> String {
    let Embedded { id, bytes, segments, columns } = model;
    format!("{id}\n            {bytes} bytes, {segments} segments, {columns} columns")
}
