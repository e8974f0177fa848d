//! Numbers as people write them: thousands separators, currencies, percents, accounting parentheses.

use alloc::string::String;
use core::ops::Range;

use super::DecimalMark;
use super::currency;
use crate::number::{self, Finite};

/// Above so many digits an integer is a name: an `f64` would lose some of them.
const MAX_WHOLE_DIGITS: usize = 15;

/// What numbers bear besides their digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decorations {
    /// Separated thousands.
    pub thousands: bool,
    /// A currency.
    pub currency: bool,
    /// A percent sign.
    pub percent: bool,
}

impl Decorations {
    /// What either bears.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            thousands: self.thousands || other.thousands,
            currency: self.currency || other.currency,
            percent: self.percent || other.percent,
        }
    }
}

/// A number, and what it bears.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    pub(super) number: Finite,
    pub(super) decorations: Decorations,
}

/// The grammar: see [`CellStyle::number`](super::CellStyle::number).
pub(super) fn read(text: &str, decimal: DecimalMark) -> Option<Reading> {
    let core = core_of(text, decimal)?;
    let around = Around::read(text.get(..core.start)?, text.get(core.end..)?)?;
    let plain = Plain::read(text.get(core)?, decimal)?;
    let text = if around.negative { ["-", &plain.text].concat() } else { plain.text };
    let decorations = Decorations {
        thousands: plain.thousands,
        currency: around.currency,
        percent: around.percent,
    };
    Some(Reading { number: number::parse(&text)?, decorations })
}

/// The value of `-?d+(.d*)?`, with the table's decimal mark, of at most 15 whole digits and without superfluous
/// zeros: nearly every number of a table. `None` says nothing: [`read`] knows.
///
/// Up to 15 digits and their power of ten are exact, so their quotient is correctly rounded, as
/// [`number::parse`] is, which reads more.
#[inline]
pub(super) fn read_plain(text: &str, decimal: DecimalMark) -> Option<Finite> {
    const POWERS: [f64; 16] =
        [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    if matches!(digits, [b'0', b'0'..=b'9', ..]) {
        return None;
    }
    let mark = decimal.byte();
    let (mut value, mut n_digits, mut mark_at) = (0_u64, 0, None);
    for byte in digits {
        if byte.is_ascii_digit() {
            value = value.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            n_digits += 1;
        } else if *byte == mark && mark_at.is_none() && n_digits > 0 {
            mark_at = Some(n_digits);
        } else {
            return None;
        }
    }
    let n_whole = mark_at.unwrap_or(n_digits);
    if !(1..=MAX_WHOLE_DIGITS).contains(&n_whole) {
        return None;
    }
    if n_digits > MAX_WHOLE_DIGITS {
        return if decimal == DecimalMark::Point { number::parse(text) } else { None };
    }
    let value = value as f64 / POWERS.get(n_digits - n_whole)?;
    Finite::new(if negative { -value } else { value })
}

/// From the first digit to the last, with a decimal mark that touches them. A point after letters ends an
/// abbreviation (`Rs.500`) and is no mark. `None` also for the mark and dash that stand for no cents (`5,-`):
/// a dash behind a number is a sign.
fn core_of(text: &str, decimal: DecimalMark) -> Option<Range<usize>> {
    let first = text.bytes().position(|b| b.is_ascii_digit())?;
    let last = text.bytes().rposition(|b| b.is_ascii_digit())?;
    let mark = char::from(decimal.byte());
    let start = match text.get(..first)?.strip_suffix(mark) {
        Some(rest) if !rest.ends_with(char::is_alphabetic) => rest.len(),
        _ => first,
    };
    match text.get(last + 1..)?.strip_prefix(mark) {
        Some(rest) if rest.starts_with(['-', '\u{2212}']) => None,
        Some(_) => Some(start..last + 2),
        None => Some(start..last + 1),
    }
}

/// What stands around a number. Each may be there once, on either side and in any order.
#[derive(Default)]
struct Around {
    negative: bool,
    currency: bool,
    percent: bool,
}

impl Around {
    fn read(before: &str, after: &str) -> Option<Self> {
        let mut around = Self::default();
        let (mut n_signs, mut n_open, mut n_close) = (0, 0, 0);
        for (side, is_before) in [(before, true), (after, false)] {
            let mut rest = side.trim_start();
            while let Some(first) = rest.chars().next() {
                let mut len = first.len_utf8();
                match first {
                    '-' | '\u{2212}' => {
                        n_signs += 1;
                        around.negative = true;
                    }
                    '+' if is_before => n_signs += 1,
                    '(' if is_before => n_open += 1,
                    ')' if !is_before => n_close += 1,
                    '%' if !is_before && !around.percent => around.percent = true,
                    _ if around.currency => return None,
                    _ => {
                        len = currency::len_at_start(rest)?;
                        around.currency = true;
                    }
                }
                rest = rest.get(len..)?.trim_start();
            }
        }
        around.negative |= n_open == 1;
        let is_sound =
            n_open == n_close && n_signs + n_open <= 1 && !(around.currency && around.percent);
        is_sound.then_some(around)
    }
}

/// A number without separators, and with a point, as [`number::parse`] reads it.
struct Plain {
    text: String,
    thousands: bool,
}

impl Plain {
    fn read(core: &str, decimal: DecimalMark) -> Option<Self> {
        let (mantissa, exponent) = match core.find(['e', 'E']) {
            Some(at) => core.split_at(at),
            None => (core, ""),
        };
        let mark = char::from(decimal.byte());
        let (whole, fraction) = match mantissa.split_once(mark) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let separator = whole.chars().find(|c| !c.is_ascii_digit());
        if let Some(separator) = separator {
            let grouped = is_separator(separator, decimal)
                && exponent.is_empty()
                && (in_thousands(whole, separator) || in_lakhs(whole, separator));
            if !grouped {
                return None;
            }
        }
        let mut text: String = whole.chars().filter(char::is_ascii_digit).collect();
        if text.len() > MAX_WHOLE_DIGITS || (text.len() > 1 && text.starts_with('0')) {
            return None;
        }
        if let Some(fraction) = fraction {
            text.push('.');
            text.push_str(fraction);
        }
        text.push_str(exponent);
        Some(Self { text, thousands: separator.is_some() })
    }
}

/// What may stand between thousands: the mark that is not the decimal one, an apostrophe, or a blank.
fn is_separator(c: char, decimal: DecimalMark) -> bool {
    match decimal {
        DecimalMark::Point if c == ',' => true,
        DecimalMark::Comma if c == '.' => true,
        _ => matches!(c, '\'' | '\u{2019}' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}'),
    }
}

/// `1,234,567`: one to three digits, then threes.
fn in_thousands(whole: &str, separator: char) -> bool {
    let mut groups = whole.split(separator);
    groups.next().is_some_and(|first| is_digits(first, 1..=3))
        && groups.all(|group| is_digits(group, 3..=3))
}

/// `12,34,567`, as in India: one or two digits, at least one two, and a three.
fn in_lakhs(whole: &str, separator: char) -> bool {
    let mut groups = whole.split(separator);
    let (first, last) = (groups.next(), groups.next_back());
    separator == ','
        && first.is_some_and(|first| is_digits(first, 1..=2))
        && last.is_some_and(|last| is_digits(last, 3..=3))
        && groups.all(|group| is_digits(group, 2..=2))
}

fn is_digits(group: &str, len: core::ops::RangeInclusive<usize>) -> bool {
    len.contains(&group.len()) && group.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests;
