//! How a table is written: what separates its cells, and how its numbers and gaps look.

mod currency;
mod evidence;
mod number;
mod recognise;

use alloc::string::String;
use alloc::vec::Vec;

use crate::number::Finite;
use crate::raw::{MISSING_TOKENS, RawCell};

pub use number::Decorations;
pub use recognise::{DELIMITERS, Dialect, Told, recognise};

/// What stands before the fraction of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalMark {
    /// `1.5`
    #[default]
    Point,
    /// `1,5`
    Comma,
}

impl DecimalMark {
    /// The mark itself.
    pub fn byte(self) -> u8 {
        match self {
            Self::Point => b'.',
            Self::Comma => b',',
        }
    }

    /// Reads `point` or `comma`, or the mark itself.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "." => Some(Self::Point),
            "," => Some(Self::Comma),
            _ if name.eq_ignore_ascii_case("point") => Some(Self::Point),
            _ if name.eq_ignore_ascii_case("comma") => Some(Self::Comma),
            _ => None,
        }
    }
}

/// Cells that mean "missing" in a column which otherwise holds numbers or dates, and are words elsewhere;
/// see [`is_soft_missing`].
pub const SOFT_MISSING: [&str; 17] = [
    "-",
    "--",
    "unknown",
    "none",
    "n.a.",
    "not available",
    "not specified",
    "unspecified",
    "undefined",
    "prefer not to say",
    "k.a.",
    "k. a.",
    "keine angabe",
    "unbekannt",
    "inconnu",
    "desconocido",
    "不明",
];

/// Whether a cell, without surrounding blanks, is one of [`SOFT_MISSING`], in small letters or capitals.
pub fn is_soft_missing(text: &str) -> bool {
    SOFT_MISSING.iter().any(|token| token.eq_ignore_ascii_case(text))
}

/// Whether a cell, without surrounding blanks, is one of [`MISSING_TOKENS`]. Capitals do not count, but in
/// `NA`: `na` is a word in many languages.
fn is_missing(text: &str) -> bool {
    match text.as_bytes() {
        [] => true,
        // Most cells of most tables.
        [b'0'..=b'9', ..] => false,
        _ => {
            text.len() <= 4
                && text != "na"
                && text != "Na"
                && text != "nA"
                && MISSING_TOKENS.iter().any(|token| token.eq_ignore_ascii_case(text))
        }
    }
}

/// How a table writes its cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CellStyle {
    /// What stands before the fraction of a number.
    pub decimal: DecimalMark,
    /// Cells that mean "missing" besides [`MISSING_TOKENS`], to the letter.
    pub missing: Vec<String>,
}

impl CellStyle {
    /// A table's cell: surrounding blanks do not count, and missing tokens are missing.
    #[inline]
    pub fn cell<'a>(&self, text: &'a str) -> RawCell<'a> {
        // Most cells of most tables are plain numbers without blanks: they need no further look.
        if self.missing.is_empty()
            && let Some(number) = number::read_plain(text, self.decimal)
        {
            return RawCell::Cell { text, number: Some(number) };
        }
        let bytes = text.as_bytes();
        let is_tight = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
        let text =
            if is_tight(bytes.first()) && is_tight(bytes.last()) { text } else { text.trim() };
        if is_missing(text) || self.missing.iter().any(|token| token == text) {
            return RawCell::Missing;
        }
        RawCell::Cell { text, number: self.number(text) }
    }

    /// Reads a number as people write it, correctly rounded.
    ///
    /// Digits with the table's decimal mark and an exponent, as [`number::parse`](crate::number::parse)
    /// reads them; between whole thousands one and the same separator: the other mark, an apostrophe or a
    /// blank (`1,234,567.89`, `1'234`, with a decimal comma `1.234,5`), and with a decimal point also
    /// `12,34,567` as in India. Around them, each at most once and on either side: a currency (`$5`,
    /// `5,00 €`, `CHF 5`), or a percent sign behind (`45%` is 45); a sign, also behind (`5-`), or
    /// parentheses, which mean minus.
    ///
    /// No numbers, because they are names or would be misread: a whole part that begins with a superfluous
    /// zero (`007`) or has more than 15 digits; groups of another size, such as `12.5` with a decimal comma;
    /// `5,-`.
    pub fn number(&self, text: &str) -> Option<Finite> {
        number::read_plain(text, self.decimal)
            .or_else(|| number::read(text, self.decimal).map(|reading| reading.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_missing_tokens_of_a_table_are_missing() {
        let style = CellStyle { missing: Vec::from(["999".into()]), ..CellStyle::default() };
        for cell in [
            "", "  ", " NA ", "N/A", "n/a", "#N/A", "?", "\\N", "null", "NULL", "NaN", "nan", "999",
        ] {
            assert_eq!(style.cell(cell), RawCell::Missing, "{cell:?}");
        }
        for cell in ["Nancy", "na", "Na", "-", "none", "unknown", "nul", "0"] {
            assert!(matches!(style.cell(cell), RawCell::Cell { .. }), "{cell:?}");
        }
        assert_eq!(style.cell(" Nancy "), RawCell::Cell { text: "Nancy", number: None });
    }

    #[test]
    fn some_words_are_missing_only_among_numbers() {
        assert!(["-", "--", "Unknown", "NONE"].into_iter().all(is_soft_missing));
        assert!(!["", "---", "no", "NA"].into_iter().any(is_soft_missing));
    }

    #[test]
    fn decimal_marks_are_read_by_name() {
        assert_eq!(DecimalMark::from_name("comma"), Some(DecimalMark::Comma));
        assert_eq!(DecimalMark::from_name("."), Some(DecimalMark::Point));
        assert_eq!(DecimalMark::from_name(";"), None);
    }
}
