//! The one rule by which text becomes a number, for CSV cells and JSON alike.

use alloc::string::String;
use core::fmt;

use crate::math;

#[cfg(any(test, target_family = "wasm"))]
mod decimal;

/// A finite `f64`; negative zero is folded, so equal values have equal bits.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct Finite(f64);

// Without NaN, equality is one of equals.
impl Eq for Finite {}

impl Finite {
    /// Zero.
    pub const ZERO: Self = Self(0.0);

    /// `None` when `value` is infinite or not a number.
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value + 0.0))
    }

    /// The number itself.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Debug for Finite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads `[+-]?(d+(.d*)?|.d+)([eE][+-]?d+)?`, correctly rounded to the nearest `f64`.
///
/// Returns `None` for any other text (`nan`, `inf`, blanks, thousands separators) and for a number whose
/// nearest `f64` is infinite.
///
/// ```
/// use shared::number::parse;
/// assert_eq!(parse("1e3").map(|n| n.get()), Some(1000.0));
/// assert_eq!(parse("1e309"), None);
/// assert_eq!(parse("nan"), None);
/// ```
pub fn parse(text: &str) -> Option<Finite> {
    if !follows_grammar(text.as_bytes()) {
        return None;
    }
    #[cfg(target_family = "wasm")]
    let nearest = decimal::nearest(text);
    #[cfg(not(target_family = "wasm"))]
    let nearest = text.parse().ok()?;
    Finite::new(nearest)
}

/// The shortest text that [`parse`] reads back as `value`, without a fraction where there is none.
///
/// Not `format!`, which brings a second way of printing floats, and its tables, beside the reply's own.
pub fn to_text(value: f64) -> String {
    // Fails only on maps whose keys are not text; there are none.
    let mut text = serde_json::to_string(&value).unwrap_or_default();
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    text
}

/// `value` to three significant digits.
pub fn to_three_digits(value: f64) -> f64 {
    to_digits(value, 3, math::round_ties_even)
}

/// `value` to so many significant digits, at most 15, rounded up or down.
pub fn round_outward(value: f64, digits: u32, up: bool) -> f64 {
    to_digits(value, digits, if up { |x| -math::floor(-x) } else { math::floor })
}

fn to_digits(value: f64, digits: u32, round: fn(f64) -> f64) -> f64 {
    let size = value.abs();
    if !(1e-12..=1e15).contains(&size) {
        return value;
    }
    let mut least = 1.0;
    for _ in 1..digits {
        least *= 10.0;
    }
    // Powers of ten up to 1e22 are exact, so only the last division rounds.
    let (mut up, mut down) = (1.0, 1.0);
    while size * up < least {
        up *= 10.0;
    }
    while size / down >= 10.0 * least {
        down *= 10.0;
    }
    round(value * up / down) * down / up
}

fn follows_grammar(text: &[u8]) -> bool {
    let rest = without_sign(text);
    let (whole, rest) = digits(rest);
    let (fraction, rest) = match rest.split_first() {
        Some((b'.', after)) => digits(after),
        _ => (0, rest),
    };
    if whole + fraction == 0 {
        return false;
    }
    match rest.split_first() {
        None => true,
        Some((b'e' | b'E', exponent)) => {
            let (count, rest) = digits(without_sign(exponent));
            count > 0 && rest.is_empty()
        }
        Some(_) => false,
    }
}

fn without_sign(text: &[u8]) -> &[u8] {
    match text.split_first() {
        Some((b'+' | b'-', rest)) => rest,
        _ => text,
    }
}

fn digits(text: &[u8]) -> (usize, &[u8]) {
    let count = text.iter().take_while(|b| b.is_ascii_digit()).count();
    (count, text.get(count..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_grammar_is_read() {
        for (text, value) in [
            ("0", 0.0),
            ("-0", 0.0),
            ("+7", 7.0),
            ("007", 7.0),
            ("1.", 1.0),
            (".5", 0.5),
            ("-1.25e-2", -0.0125),
            ("9007199254740993", 9_007_199_254_740_992.0),
            ("1E+2", 100.0),
        ] {
            assert_eq!(parse(text).map(|n| n.get().to_bits()), Some(f64::to_bits(value)), "{text}");
        }
    }

    #[test]
    fn a_number_as_text_reads_back_and_is_short() {
        for (value, text) in [
            (0.0, "0"),
            (3.0, "3"),
            (-2.5, "-2.5"),
            (0.1, "0.1"),
            (1e15, "1000000000000000"),
            (100.0, "100"),
            (1e-7, "1e-7"),
        ] {
            assert_eq!(to_text(value), text);
            assert_eq!(parse(text).map(Finite::get), Some(value));
        }
    }

    #[test]
    fn three_digits_are_left() {
        for (value, left) in [
            (0.0, 0.0),
            (1.666_66, 1.67),
            (-36.081, -36.1),
            (209.4, 209.0),
            (123_456.0, 123_000.0),
            (0.001_234_5, 0.001_23),
            (999.9, 1000.0),
            (2.0, 2.0),
        ] {
            assert_eq!(to_three_digits(value), left);
        }
    }

    #[test]
    fn rounding_outward_keeps_so_many_digits() {
        for (value, digits, down, up) in [
            (1234.5, 3, 1230.0, 1240.0),
            (-1234.5, 3, -1240.0, -1230.0),
            (0.012_345, 3, 0.0123, 0.0124),
            (0.012_345, 5, 0.012_345, 0.012_345),
            (7.0, 3, 7.0, 7.0),
            (99.96, 3, 99.9, 100.0),
            (0.0, 3, 0.0, 0.0),
        ] {
            assert_eq!(round_outward(value, digits, false), down, "{value}");
            assert_eq!(round_outward(value, digits, true), up, "{value}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "", " 1", "1 ", "nan", "NaN", "inf", "-inf", "infinity", "1e309", "-1e309", ".", "+",
            "e5", "1e", "1e+", "1,5", "1_000", "0x10", "1.2.3", "--1", "١",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
