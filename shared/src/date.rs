//! Calendar days, and the orders in which people write them.

mod months;
mod text;

use core::fmt;

pub use text::{is_dateish, parse, readings};

/// A calendar day: days since 1970-01-01, proleptic Gregorian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// Reads `YYYY-MM-DD`; `None` for any other text and for days that do not exist.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let number = |part: &str, width: usize| {
            let digits = part.len() == width && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<i32>().ok()).flatten()
        };
        let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
        Self::from_civil(year, month, day)
    }

    /// The day so many days after 1970-01-01.
    pub fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// The days since 1970-01-01, negative before.
    pub fn days(self) -> i32 {
        self.0
    }

    /// `None` for days that do not exist.
    fn from_civil(year: i32, month: i32, day: i32) -> Option<Self> {
        let exists = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
        exists.then(|| Self(days_from_civil(year, month, day)))
    }

    /// Days from `earlier` to this day; negative when it is later. Days too far apart for the number are as
    /// far as it goes.
    pub fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// The day so many days earlier; `None` outside the years 0 to 9999, which [`Day::parse`] reads.
    pub fn before(self, days: i32) -> Option<Self> {
        let number = self.0.checked_sub(days)?;
        let (first, end) = (days_from_civil(0, 1, 1), days_from_civil(10_000, 1, 1));
        (first..end).contains(&number).then_some(Self(number))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The inverse of `days_from_civil` (Hinnant, "chrono-compatible low-level date algorithms").
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i32, month: i32) -> i32 {
    match month {
        2 => 28 + i32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Hinnant, "chrono-compatible low-level date algorithms".
fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The order in which a column writes its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Year, month, day.
    Ymd,
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

impl DateOrder {
    /// All there are, in the order of [`readings`].
    pub const ALL: [Self; 3] = [Self::Ymd, Self::Dmy, Self::Mdy];

    /// `ymd`, `dmy` or `mdy`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ymd => "ymd",
            Self::Dmy => "dmy",
            Self::Mdy => "mdy",
        }
    }

    /// Reads a name, in small letters or capitals.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name().eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn days_read_back_as_they_were_written() {
        for text in
            ["1970-01-01", "1997-09-30", "2000-02-29", "1900-03-01", "0001-01-01", "9999-12-31"]
        {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Day::parse("1970-01-02"), Some(Day(1)));
        assert_eq!(Day::parse("1969-12-31").map(Day::days), Some(-1));
        assert_eq!(Day::from_days(-1).to_string(), "1969-12-31");
    }

    #[test]
    fn orders_read_back_from_their_names() {
        for order in DateOrder::ALL {
            assert_eq!(DateOrder::from_name(&order.name().to_uppercase()), Some(order));
        }
        assert_eq!(DateOrder::from_name("dym"), None);
    }

    #[test]
    fn counting_back_ends_where_no_text_names_the_day() {
        let day = Day::parse("2000-03-01").unwrap();
        assert_eq!(day.before(1), Day::parse("2000-02-29"));
        assert_eq!(day.before(-31), Day::parse("2000-04-01"));
        let (first, last) = (Day::parse("0000-01-01").unwrap(), Day::parse("9999-12-31").unwrap());
        assert_eq!(last.before(last.since(first)), Some(first));
        for (from, days) in [(first, 1), (last, -1), (day, i32::MIN), (day, i32::MAX)] {
            assert_eq!(from.before(days), None, "{from} {days}");
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "1997-02-29",
            "1900-02-29",
            "1997-13-01",
            "1997-00-10",
            "1997-1-01",
            "97-01-01",
            "1997-01-01T00:00",
            "01/02/1997",
            "",
            "1997-04-31",
            "+997-01-01",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
