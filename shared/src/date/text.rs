//! Dates as people write them.

use core::ops::Range;

use super::{DateOrder, Day, months};

/// The longest text that can be a date with a time.
const MAX_LEN: usize = 64;

/// Reads a date as a table writes it, without surrounding blanks.
///
/// - Three numbers with one and the same `-`, `/`, `.` or blank between them, in the given order. The year has
///   four digits or, behind, two: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068, as POSIX `strptime`
///   reads them. Day and month have one digit or two.
/// - In any order, because they have one reading: four digits of a year first (`2020-01-03`), eight digits
///   from 1000 to 2999 (`20200103`), `2020年1月3日`, and a month's name (`3 Jan 2020`, `Jan 3, 2020`,
///   `03-Jan-20`).
/// - Behind a `T` or blanks, a time: `10:05`, `10:05:30.123`, `10:05 PM`, `10:05Z`, `10:05+01:00`. It must be
///   one, and is dropped: the day is the written one, in whatever time zone.
///
/// `None` for any other text, and for days that do not exist.
pub fn parse(text: &str, order: DateOrder) -> Option<Day> {
    match Written::read(text)? {
        Written::Day(day) => Some(day),
        Written::Numbers(numbers) => in_order(numbers, order),
    }
}

/// A date's reading in each order, as [`parse`] gives it: year, day and month first.
pub fn readings(text: &str) -> [Option<Day>; 3] {
    match Written::read(text) {
        None => [None; 3],
        Some(Written::Day(day)) => [Some(day); 3],
        Some(Written::Numbers(numbers)) => DateOrder::ALL.map(|order| in_order(numbers, order)),
    }
}

/// Whether a text can be a date: a cheap look that refuses numbers and words, but no date.
pub fn is_dateish(text: &str) -> bool {
    if text.len() > MAX_LEN {
        return false;
    }
    let (mut n_digits, mut n_letters, mut n_others) = (0, 0, 0);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => n_digits += 1,
            b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => n_letters += 1,
            _ => n_others += 1,
        }
    }
    let is_compact = || text.bytes().take(8).all(|byte| byte.is_ascii_digit());
    n_digits >= 3 && (n_others >= 2 || n_letters >= 3 || (n_digits >= 8 && is_compact()))
}

/// `2024年3月5日`, as China and Japan write it.
fn in_japanese(rest: &mut &str) -> Option<Day> {
    let (year, after) = rest.split_once('年')?;
    let (month, after) = after.split_once('月')?;
    let (day, after) = after.split_once('日')?;
    let year = Some(year).filter(|year| year.len() == 4)?;
    let digits = |text: &str| {
        let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| text.parse::<i32>().ok()).flatten()
    };
    let day = Day::from_civil(digits(year)?, digits(month)?, digits(day)?)?;
    *rest = after;
    Some(day)
}

/// A number and how many digits it has.
type Number = (i32, usize);

/// What is written, as far as it can be read without knowing the order.
enum Written {
    Day(Day),
    /// The last is the year where one of them is.
    Numbers([Number; 3]),
}

impl Written {
    fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_LEN {
            return None;
        }
        let mut rest = text;
        if let Some(day) = in_japanese(&mut rest) {
            return is_time_or_nothing(rest).then_some(Self::Day(day));
        }
        let date = Self::read_date(&mut rest)?;
        is_time_or_nothing(rest).then_some(date)
    }

    fn read_date(rest: &mut &str) -> Option<Self> {
        let first = Part::take(rest)?;
        if let Part::Number((number, 8)) = first {
            let year = number / 10_000;
            let day = Day::from_civil(year, number / 100 % 100, number % 100);
            return day.filter(|_| (1000..3000).contains(&year)).map(Self::Day);
        }
        let (between, second) = (take_separator(rest)?, Part::take(rest)?);
        let (behind, third) = (take_separator(rest)?, Part::take(rest)?);
        let day = match (first, second, third) {
            (Part::Number(a), Part::Number(b), Part::Number(c)) => {
                let is_one = between == behind && matches!(between, "-" | "/" | "." | " " | ". ");
                if !is_one {
                    return None;
                }
                if a.1 != 4 {
                    return Some(Self::Numbers([a, b, c]));
                }
                from_numbers(a, short(b)?, short(c)?)
            }
            (Part::Number(year @ (_, 4)), Part::Month(month), Part::Number(day))
            | (Part::Number(day), Part::Month(month), Part::Number(year))
            | (Part::Month(month), Part::Number(day), Part::Number(year)) => {
                from_numbers(year, month, short(day)?)
            }
            _ => None,
        };
        day.map(Self::Day)
    }
}

/// A run of digits or the name of a month.
#[derive(Clone, Copy)]
enum Part {
    Number(Number),
    Month(i32),
}

impl Part {
    fn take(rest: &mut &str) -> Option<Self> {
        let digits = take_while(rest, |c| c.is_ascii_digit());
        if !digits.is_empty() {
            return Some(Self::Number((digits.parse().ok()?, digits.len())));
        }
        months::month(take_while(rest, char::is_alphabetic)).map(Self::Month)
    }
}

/// The number of a day or a month: one digit or two.
fn short((number, n_digits): Number) -> Option<i32> {
    (n_digits <= 2).then_some(number)
}

fn in_order([a, b, c]: [Number; 3], order: DateOrder) -> Option<Day> {
    match order {
        DateOrder::Ymd => None,
        DateOrder::Dmy => from_numbers(c, short(b)?, short(a)?),
        DateOrder::Mdy => from_numbers(c, short(a)?, short(b)?),
    }
}

fn from_numbers(year: Number, month: i32, day: i32) -> Option<Day> {
    let year = match year {
        (year @ 1.., 4) => year,
        (year @ 69.., 2) => 1900 + year,
        (year, 2) => 2000 + year,
        _ => return None,
    };
    Day::from_civil(year, month, day)
}

fn is_time_or_nothing(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    let mut rest = match text.strip_prefix(['T', 't']) {
        Some(rest) => rest,
        None => text.strip_prefix(',').unwrap_or(text).trim_start_matches(' '),
    };
    rest.len() < text.len() && take_time(&mut rest).is_some() && rest.is_empty()
}

/// `H:MM[:SS[.fff]]`, then AM or PM, then Z, UTC or an offset from it.
fn take_time(rest: &mut &str) -> Option<()> {
    let hour = take_while(rest, |c| c.is_ascii_digit());
    let hour: i32 = if hour.len() <= 2 { hour.parse().ok()? } else { return None };
    take(rest, ":")?;
    take_two(rest, 0..60)?;
    if take(rest, ":").is_some() {
        // 60 is a leap second.
        take_two(rest, 0..61)?;
        if take(rest, ".").or_else(|| take(rest, ",")).is_some()
            && take_while(rest, |c| c.is_ascii_digit()).is_empty()
        {
            return None;
        }
    }
    let mut behind = rest.trim_start_matches(' ');
    let half = take_while(&mut behind, |c| c.is_ascii_alphabetic() || c == '.');
    let has_half = ["am", "pm", "a.m.", "p.m."].iter().any(|h| half.eq_ignore_ascii_case(h));
    if has_half {
        *rest = behind;
    }
    let hours = if has_half { 1..13 } else { 0..24 };
    if !hours.contains(&hour) {
        return None;
    }
    *rest = rest.trim_start_matches(' ');
    if ["Z", "z", "UTC"].iter().any(|zone| take(rest, zone).is_some()) {
        return Some(());
    }
    if take(rest, "+").or_else(|| take(rest, "-")).is_some() {
        take_two(rest, 0..24)?;
        if take(rest, ":").is_some() || !rest.is_empty() {
            take_two(rest, 0..60)?;
        }
    }
    Some(())
}

/// Two digits whose number is in `range`.
fn take_two(rest: &mut &str, range: Range<i32>) -> Option<()> {
    let (two, behind) = rest.split_at_checked(2)?;
    *rest = behind;
    let is_number = two.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && range.contains(&two.parse().ok()?)).then_some(())
}

fn take(rest: &mut &str, what: &str) -> Option<()> {
    *rest = rest.strip_prefix(what)?;
    Some(())
}

/// What may stand between a date's parts: at most one mark, and blanks.
fn take_separator<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let taken = take_while(rest, |c| matches!(c, '-' | '/' | '.' | ',' | ' '));
    (taken.bytes().filter(|byte| *byte != b' ').count() <= 1).then_some(taken)
}

fn take_while<'a>(rest: &mut &'a str, holds: impl Fn(char) -> bool) -> &'a str {
    let end = rest.find(|c| !holds(c)).unwrap_or(rest.len());
    let (taken, behind) = rest.split_at(end);
    *rest = behind;
    taken
}

#[cfg(test)]
mod tests;
