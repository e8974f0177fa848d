//! From decimal text to the nearest `f64`, by long division.
//!
//! The standard library's way is several times as fast, which a table of a million rows needs; it brings thirteen
//! kilobytes of tables and code, which a browser would have to load for one customer. Both round correctly, so
//! both give the same number.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// More than 800 digits: none of the numbers at which rounding turns has more than 767.
const MAX_LIMBS: usize = 84;

/// The `f64` nearest to a number of [`parse`](super::parse)'s grammar; a tie goes to the even one, and what is
/// too large is infinite.
pub(super) fn nearest(text: &str) -> f64 {
    let size = nearest_size(text);
    if text.starts_with('-') { -size } else { size }
}

fn nearest_size(text: &str) -> f64 {
    let (significand, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (mut numerator, mut denominator) = (Big(Vec::new()), Big([1].into()));
    let (mut tens, mut in_fraction, mut is_cut) = (0_i32, false, false);
    for byte in significand.bytes() {
        match byte {
            b'.' => in_fraction = true,
            b'0'..=b'9' if numerator.0.len() < MAX_LIMBS => {
                numerator.multiply(10, u32::from(byte - b'0'));
                tens -= i32::from(in_fraction);
            }
            b'0'..=b'9' => {
                is_cut |= byte != b'0';
                tens += i32::from(!in_fraction);
            }
            _ => (),
        }
    }
    if numerator.0.is_empty() {
        return 0.0;
    }
    // Beyond these the answer is zero or infinite, whatever the digits: a limb is less than ten of them.
    let least = -350 - 10 * numerator.n_bits() / 32;
    let tens = tens.saturating_add(whole(power)).clamp(least, 310);
    let scaled = if tens < 0 { &mut denominator } else { &mut numerator };
    scaled.multiply_often(5, tens.unsigned_abs());

    // From here on, the number is `numerator / denominator * 2^exponent`, and the fraction in 1..2.
    let more_bits = numerator.n_bits() - denominator.n_bits();
    let shorter = if more_bits > 0 { &mut denominator } else { &mut numerator };
    shorter.multiply_often(2, more_bits.unsigned_abs());
    let mut exponent = tens + more_bits;
    if numerator.cmp(&denominator).is_lt() {
        numerator.multiply(2, 0);
        exponent -= 1;
    }

    if exponent > 1023 {
        return f64::INFINITY;
    }
    // Below 2^-1022 an `f64` has fewer bits than 53, and below 2^-1075 none to round to.
    let Ok(n_bits) = u32::try_from((exponent + 1075).min(53)) else { return 0.0 };
    let mut mantissa = 0_u64;
    for _ in 0..n_bits {
        mantissa *= 2;
        if numerator.cmp(&denominator).is_ge() {
            numerator.subtract(&denominator);
            mantissa += 1;
        }
        numerator.multiply(2, 0);
    }
    let is_up = match numerator.cmp(&denominator) {
        Ordering::Less => false,
        Ordering::Equal => is_cut || mantissa % 2 == 1,
        Ordering::Greater => true,
    };
    // The mantissa's highest bit, and what rounding carries, add to the exponent's field.
    let field = u64::from((exponent + 1022).max(0).unsigned_abs());
    f64::from_bits((field << 52) + mantissa + u64::from(is_up))
}

/// A whole number, as far as it matters.
fn whole(text: &str) -> i32 {
    let digits = text.bytes().filter(u8::is_ascii_digit).map(|digit| i32::from(digit - b'0'));
    let size = digits.fold(0_i32, |size, digit| size.saturating_mul(10).saturating_add(digit));
    if text.starts_with('-') { -size } else { size }
}

/// A natural number in limbs of 32 bits, the lowest first and the highest not zero.
struct Big(Vec<u32>);

impl Big {
    fn n_bits(&self) -> i32 {
        let bits =
            self.0.last().map_or(0, |limb| 32 * self.0.len() - limb.leading_zeros() as usize);
        i32::try_from(bits).unwrap_or(i32::MAX)
    }

    /// By a number that is not zero, and adds `carry`.
    #[expect(clippy::cast_possible_truncation, reason = "the lower and the upper half")]
    fn multiply(&mut self, factor: u32, mut carry: u32) {
        for limb in &mut self.0 {
            let product = u64::from(*limb) * u64::from(factor) + u64::from(carry);
            (*limb, carry) = (product as u32, (product >> 32) as u32);
        }
        if carry > 0 {
            self.0.push(carry);
        }
    }

    /// By a power of 2 or 5.
    fn multiply_often(&mut self, factor: u32, mut times: u32) {
        while times > 0 {
            let at_once = times.min(13);
            self.multiply(factor.pow(at_once), 0);
            times -= at_once;
        }
    }

    /// A number that is not greater.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (at, limb) in self.0.iter_mut().enumerate() {
            let (less, under) = limb.overflowing_sub(other.0.get(at).copied().unwrap_or(0));
            let (least, under_again) = less.overflowing_sub(u32::from(borrow));
            (*limb, borrow) = (least, under || under_again);
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::random::Random;
    use alloc::format;
    use alloc::string::String;

    /// The oracle is the standard library.
    fn compare(text: &str) {
        let expected: f64 = text.parse().unwrap();
        assert_eq!(nearest(text).to_bits(), expected.to_bits(), "{text}");
    }

    #[test]
    fn every_form_and_limit_is_read_as_the_standard_library_does() {
        for text in [
            "0",
            "-0",
            "+7",
            "007",
            "1.",
            ".5",
            "-1.25e-2",
            "1E+2",
            "0e999999999999",
            "0.1",
            "1e23",
            "9007199254740993",
            "9007199254740993.0000000000000000000001",
            "123456789012345678901234567890",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "1e309",
            "1e999999999999",
            "-1e999999999999",
            "1e-999999999999",
            "-1e-999999999999",
            "2.2250738585072014e-308",
            "2.2250738585072011e-308",
            "4.9e-324",
            "2.5e-324",
            "2.4e-324",
            "1e-330",
        ] {
            compare(text);
        }
        for power in -400..400 {
            compare(&format!("1e{power}"));
            compare(&format!("18446744073709551617e{power}"));
        }
        let zeros = "0".repeat(2000);
        compare(&format!("0.{zeros}1e2001"));
        compare(&format!("1{zeros}e-2000"));
        compare(&format!("1{zeros}1.{zeros}1e-2000"));
        compare(&format!("{}e-4000", "9".repeat(4000)));
    }

    /// So rare that the numbers below do not show it.
    #[test]
    fn a_borrow_goes_through_a_limb_that_becomes_zero() {
        let mut big = Big([0, 5, 2].into());
        big.subtract(&Big([1, 5, 1].into()));
        assert_eq!(big.0, [u32::MAX, u32::MAX]);
    }

    fn bits(random: &mut Random) -> u64 {
        random.unit();
        let upper = random.0 >> 32;
        random.unit();
        upper << 32 | random.0 >> 32
    }

    /// A positive `f64` of any size, and the next one.
    fn neighbours(random: &mut Random) -> (f64, f64) {
        let bits = bits(random) % (f64::MAX.to_bits() - 1);
        (f64::from_bits(bits), f64::from_bits(bits + 1))
    }

    #[test]
    fn numbers_of_every_size_are_read_as_the_standard_library_does() {
        let mut random = Random(5);
        for _ in 0..20_000 {
            let (value, _) = neighbours(&mut random);
            compare(&format!("{value:e}"));
            compare(&format!("{value:.15e}"));
            compare(&format!("{value:.25e}"));
            let (whole, fraction) = (bits(&mut random) % 1_000_000, bits(&mut random));
            compare(&format!("{whole}.{fraction}"));
        }
    }

    /// The number between two, to its last digit: half their sum is five times it, and a place to the right.
    fn middle(a: f64, b: f64) -> String {
        const PLACES: usize = 1074;
        let (a, b) = (format!("{a:.PLACES$}"), format!("{b:.PLACES$}"));
        let width = a.len().max(b.len());
        let (a, b) = (format!("{a:0>width$}"), format!("{b:0>width$}"));
        let (mut digits, mut carry) = (Vec::new(), 0);
        for (a, b) in a.bytes().zip(b.bytes()).rev().filter(|&(a, _)| a != b'.') {
            carry += 5 * (u32::from(a - b'0') + u32::from(b - b'0'));
            digits.extend(char::from_digit(carry % 10, 10));
            carry /= 10;
        }
        digits.extend(char::from_digit(carry, 10));
        digits.iter().rev().collect()
    }

    #[test]
    fn a_tie_and_its_neighbours_are_read_as_the_standard_library_does() {
        let mut random = Random(6);
        for draw in 0..400 {
            let (a, b) = match draw {
                0 => (0.0, f64::from_bits(1)),
                1..20 => (f64::from_bits(draw), f64::from_bits(draw + 1)),
                20..40 => {
                    (f64::from_bits((1 << 52) + 29 - draw), f64::from_bits((1 << 52) + 30 - draw))
                }
                _ => neighbours(&mut random),
            };
            let middle = middle(a, b);
            compare(&format!("{middle}e-1075"));
            compare(&format!("{middle}000000000000000001e-1093"));
            compare(&format!("{middle}.{}1e-1075", "0".repeat(900)));
            let below = middle.trim_end_matches('0');
            let zeros = i64::try_from(middle.len() - below.len()).unwrap();
            let last = below.chars().next_back().and_then(|digit| digit.to_digit(10)).unwrap();
            let front = &below[..below.len() - 1];
            let below = format!("{front}{}{}", last - 1, "9".repeat(900));
            compare(&format!("{below}e{}", zeros - 1975));
        }
    }
}
