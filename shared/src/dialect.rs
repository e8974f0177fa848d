//! How a table is written: what separates its cells, and how its numbers and gaps look.

use alloc::string::String;
use alloc::vec::Vec;

use crate::number::{self, Finite};
use crate::raw::{MISSING_TOKENS, RawCell};

/// What stands before the fraction of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalMark {
    /// `1.5`
    #[default]
    Point,
    /// `1,5`
    Comma,
}

/// How a table writes its cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CellStyle {
    /// What stands before the fraction of a number.
    pub decimal: DecimalMark,
    /// Cells that mean "missing" besides [`MISSING_TOKENS`].
    pub missing: Vec<String>,
}

impl CellStyle {
    /// A table's cell: surrounding blanks do not count, and missing tokens are missing.
    pub fn cell<'a>(&self, text: &'a str) -> RawCell<'a> {
        let text = text.trim();
        if MISSING_TOKENS.contains(&text) || self.missing.iter().any(|token| token == text) {
            return RawCell::Missing;
        }
        RawCell::Cell { text, number: self.number(text) }
    }

    /// Reads a number as the table writes it.
    pub fn number(&self, text: &str) -> Option<Finite> {
        number::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_missing_tokens_of_a_table_are_missing() {
        let style = CellStyle::default();
        for cell in ["", "  ", " NA ", "N/A", "?", "\\N", "null"] {
            assert_eq!(style.cell(cell), RawCell::Missing, "{cell:?}");
        }
        assert_eq!(style.cell(" Nancy "), RawCell::Cell { text: "Nancy", number: None });
    }
}
