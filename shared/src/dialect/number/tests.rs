use super::*;
use crate::dialect::CellStyle;
use DecimalMark::{Comma, Point};
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

fn number(text: &str, decimal: DecimalMark) -> Option<f64> {
    CellStyle { decimal, ..CellStyle::default() }.number(text).map(Finite::get)
}

#[test]
fn numbers_are_read_as_people_write_them() {
    for (text, value) in [
        ("5", 5.0),
        ("-5.25", -5.25),
        ("5.", 5.0),
        (".5", 0.5),
        ("0", 0.0),
        ("-0.5", -0.5),
        ("1e3", 1000.0),
        ("1,234", 1234.0),
        ("1,234,567.89", 1_234_567.89),
        ("1'234.5", 1234.5),
        ("1’234", 1234.0),
        ("1 234", 1234.0),
        ("1\u{a0}234\u{a0}567", 1_234_567.0),
        ("1\u{202f}234.5", 1234.5),
        ("12,34,567.5", 1_234_567.5),
        ("$5", 5.0),
        ("-$5", -5.0),
        ("$-5", -5.0),
        ("$.50", 0.5),
        ("5 €", 5.0),
        ("5\u{a0}€", 5.0),
        ("CHF 1'234.50", 1234.5),
        ("R$ 5", 5.0),
        ("Rs.500", 500.0),
        ("45%", 45.0),
        ("-4.5 %", -4.5),
        ("(1,234.50)", -1234.5),
        ("($5)", -5.0),
        ("$(5)", -5.0),
        ("5-", -5.0),
        ("\u{2212}5", -5.0),
        ("+5", 5.0),
        ("999999999999999", 999_999_999_999_999.0),
        ("24.673333333333336", 24.673_333_333_333_336),
    ] {
        assert_eq!(number(text, Point), Some(value), "{text:?}");
    }
    for (text, value) in [
        ("3,5", 3.5),
        ("1.234", 1234.0),
        ("1.234.567,89", 1_234_567.89),
        ("1 234,5", 1234.5),
        ("1'234,5", 1234.5),
        ("0,123", 0.123),
        ("-3,5", -3.5),
        ("3,5 €", 3.5),
        ("kr.500,00", 500.0),
        ("(3,5)", -3.5),
        ("1,5e3", 1500.0),
        (",5", 0.5),
    ] {
        assert_eq!(number(text, Comma), Some(value), "{text:?}");
    }
}

#[test]
fn what_could_be_misread_is_no_number() {
    for text in [
        "",
        "-",
        "$",
        "007",
        "01234",
        "00",
        "00.5",
        "-007",
        "1234567890123456",
        "0,123",
        "12,3456",
        "1,23",
        "1,2345",
        "1,234,56",
        "1234,567",
        ",123",
        "1,,234",
        "1 234,567",
        "1'234,567",
        "5,-",
        "5.-",
        "--5",
        "(-5)",
        "(5",
        "5)",
        "((5))",
        "-5-",
        "$5$",
        "$5%",
        "%5",
        "5%%",
        "5+",
        "5 5",
        "1.2.3",
        "01.02.2012",
        "1-2",
        "Cat_1",
        "RS232",
        "Room 5",
        "5th",
        "12:30",
        "nan",
        "inf",
        "1e",
        "1,234e5",
        "0x10",
        "١",
        "5cm",
        "usd 5",
        "1e309",
    ] {
        assert_eq!(number(text, Point), None, "{text:?}");
    }
    for text in
        ["12.5", "1.5", "0.123", "1.2345", "1234.567", "1.234.56", "1,234,567", "12.34.567", "5,-"]
    {
        assert_eq!(number(text, Comma), None, "{text:?}");
    }
}

#[test]
fn what_stood_around_a_number_is_told() {
    let told = |text| {
        read(text, Point)
            .map(|r| r.decorations)
            .map(|d| (d.thousands, d.currency, d.percent))
            .unwrap()
    };
    assert_eq!(told("5"), (false, false, false));
    assert_eq!(told("$1,234"), (true, true, false));
    assert_eq!(told("5 %"), (false, false, true));
}

/// Every way to cut `text` in three, and every way to write the middle.
fn oracle(text: &str, decimal: DecimalMark) -> Option<f64> {
    let cuts: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
    let mut values = vec![];
    for &from in &cuts {
        for &to in cuts.iter().filter(|to| **to > from) {
            let (before, core, after) = (&text[..from], &text[from..to], &text[to..]);
            let mark = char::from(decimal.byte());
            let is_edge = |c: char| c.is_ascii_digit() || c == mark;
            if !core.starts_with(is_edge)
                || !core.ends_with(is_edge)
                || (core.ends_with(mark) && after.starts_with('-'))
            {
                continue;
            }
            let around = format!("{before}_{after}").replace(' ', "");
            if let (Some(sign), Some(value)) = (oracle_sign(&around), oracle_core(core, mark)) {
                values.push(sign * value + 0.0);
            }
        }
    }
    assert!(values.len() <= 1, "{text:?}: {values:?}");
    values.pop()
}

fn oracle_sign(around: &str) -> Option<f64> {
    let plain = ["_", "+_"];
    let minus = ["-_", "_-", "(_)"];
    for (signs, sign) in [(&plain[..], 1.0), (&minus[..], -1.0)] {
        for written in signs {
            let mut forms = vec![(*written).to_string()];
            for at in 0..=written.len() {
                forms.push(format!("{}${}", &written[..at], &written[at..]));
                if at > written.find('_').unwrap() {
                    forms.push(format!("{}%{}", &written[..at], &written[at..]));
                }
            }
            if forms.iter().any(|form| form == around) {
                return Some(sign);
            }
        }
    }
    None
}

fn oracle_core(core: &str, mark: char) -> Option<f64> {
    let exponent_at = core.find('e').unwrap_or(core.len());
    let (mantissa, exponent) = core.split_at(exponent_at);
    let parts: Vec<&str> = mantissa.split(mark).collect();
    let (whole, fraction) = match parts[..] {
        [whole] => (whole, ""),
        [whole, fraction] => (whole, fraction),
        _ => return None,
    };
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    let mut written = vec![digits.clone()];
    if exponent.is_empty() && !digits.is_empty() {
        let other = if mark == '.' { "," } else { "." };
        written.extend([other, "'", " "].map(|separator| grouped(&digits, separator, 3)));
        if mark == '.' {
            written.push(grouped(&digits, ",", 2));
        }
    }
    let superfluous_zero = digits.len() > 1 && digits.starts_with('0');
    if !written.iter().any(|w| w == whole) || superfluous_zero || digits.len() > 15 {
        return None;
    }
    number::parse(&format!("{digits}.{fraction}{exponent}")).map(Finite::get)
}

/// The last three digits, and those before in groups from the right.
fn grouped(digits: &str, separator: &str, size: usize) -> String {
    let mut rest = digits;
    let mut groups = vec![];
    let mut next = 3;
    while rest.len() > next {
        let (before, group) = rest.split_at(rest.len() - next);
        groups.insert(0, group);
        rest = before;
        next = size;
    }
    groups.insert(0, rest);
    groups.join(separator)
}

fn check(text: &str) {
    for decimal in [Point, Comma] {
        let (ours, expected) = (number(text.trim(), decimal), oracle(text.trim(), decimal));
        assert_eq!(ours.map(f64::to_bits), expected.map(f64::to_bits), "{text:?}, {decimal:?}");
    }
}

#[test]
fn exactly_what_a_slow_oracle_accepts_is_a_number() {
    let alphabet = b"01 ,.-()%$e'+";
    for len in 0..=4 {
        for mut code in 0..alphabet.len().pow(len) {
            let mut text = String::new();
            for _ in 0..len {
                text.push(alphabet[code % alphabet.len()].into());
                code /= alphabet.len();
            }
            check(&text);
        }
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }
}

#[test]
fn nearly_valid_numbers_are_judged_as_by_the_oracle() {
    let pieces = [
        "1",
        "12",
        "234",
        "000",
        "0",
        "567890",
        ",",
        ".",
        "'",
        " ",
        "-",
        "+",
        "(",
        ")",
        "%",
        "$",
        "e",
        "e5",
        ",234",
        ".234",
        ",12",
        "12345678901234567",
    ];
    let mut random = Random(42);
    for _ in 0..10_000 {
        let text: String =
            (0..=random.below(6)).map(|_| pieces[random.below(pieces.len())]).collect();
        check(&text);
    }
}

#[test]
fn the_fast_path_is_rounded_as_the_slow_one_is() {
    let mut random = Random(7);
    let mut n_fast = 0;
    for _ in 0..200_000 {
        let mut text = String::new();
        if random.below(3) == 0 {
            text.push('-');
        }
        for _ in 0..random.below(9) {
            text.push(char::from(b'0' + u8::try_from(random.below(10)).unwrap()));
        }
        if random.below(4) > 0 {
            text.push('.');
        }
        for _ in 0..random.below(14) {
            text.push(char::from(b'0' + u8::try_from(random.below(10)).unwrap()));
        }
        if let Some(fast) = read_plain(&text, Point) {
            n_fast += 1;
            let slow = text.parse::<f64>().unwrap() + 0.0;
            assert_eq!(fast.get().to_bits(), slow.to_bits(), "{text:?}");
            assert_eq!(read(&text, Point).map(|r| r.number), Some(fast), "{text:?}");
        }
    }
    assert!(n_fast > 100_000);
}
