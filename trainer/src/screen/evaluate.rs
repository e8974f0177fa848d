//! How good predictions are.

use std::io::{self, Write};

use super::tables::{align_right, keep_whole, table};
use crate::commands::evaluate::{Evaluation, Judged, said};

/// Every figure of every target, then what was asked of them.
pub(crate) fn print_evaluation(out: &mut impl Write, evaluation: &Evaluation) -> io::Result<()> {
    for Judged { target, rows, missing, unknown, figures, .. } in &evaluation.targets {
        write!(out, "{target}: {rows} customers")?;
        for (count, why) in [(missing, "lack it"), (unknown, "have a value that it does not take")]
        {
            if *count > 0 {
                write!(out, ", {count} more {why}")?;
            }
        }
        writeln!(out)?;
        let mut found = table(&["figure", "value"]);
        for (name, value) in figures {
            found.add_row([(*name).to_owned(), said(*value)]);
        }
        align_right(&mut found, &[1]);
        keep_whole(&mut found, &[0, 1]);
        writeln!(out, "{found}\n")?;
    }
    for gate in &evaluation.gates {
        let verdict = if gate.holds { "holds" } else { "does not hold" };
        writeln!(out, "{}: {verdict}", gate.said())?;
    }
    Ok(())
}
