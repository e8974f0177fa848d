//! Moments and decimals of typed formats, as the text that a CSV file would have.

use std::fmt::Write as _;

const SECONDS_A_DAY: i64 = 86_400;

/// Writes a moment, counted since 1970 in parts of a second, as a day; with the time where it is not midnight.
/// Nothing is written for a moment outside the years 1 to 9999.
pub(super) fn moment(ticks: i64, per_second: i64, text: &mut String) {
    let per_day = SECONDS_A_DAY * per_second;
    let (days, rest) = (ticks.div_euclid(per_day), ticks.rem_euclid(per_day));
    if !day(days, text) || rest == 0 {
        return;
    }
    text.push('T');
    time(rest, per_second, text);
}

/// Writes a day, counted since 1970; false outside the years 1 to 9999.
pub(super) fn day(days: i64, text: &mut String) -> bool {
    // 0001-01-01 to 9999-12-31.
    if !(-719_162..=2_932_896).contains(&days) {
        return false;
    }
    // Hinnant, "chrono-compatible low-level date algorithms".
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let _ = write!(text, "{year:04}-{month:02}-{day:02}");
    true
}

/// Writes a time of day, with as much of the fraction as there is.
pub(super) fn time(ticks: i64, per_second: i64, text: &mut String) {
    let (seconds, fraction) = (ticks.div_euclid(per_second), ticks.rem_euclid(per_second));
    let (minutes, hours) = (seconds / 60 % 60, seconds / 3600);
    let _ = write!(text, "{hours:02}:{minutes:02}:{:02}", seconds % 60);
    if fraction != 0 {
        let width = per_second.ilog10() as usize;
        let digits = format!("{fraction:0width$}");
        let _ = write!(text, ".{}", digits.trim_end_matches('0'));
    }
}

/// Writes `unscaled / 10^scale` in plain digits.
pub(super) fn decimal(unscaled: i128, scale: usize, text: &mut String) {
    if unscaled < 0 {
        text.push('-');
    }
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    text.push_str(whole);
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
}

/// Writes the shortest text that reads as the same number; nothing for NaN.
pub(super) fn float<F: Into<f64> + Copy + std::fmt::Display + std::fmt::LowerExp>(
    value: F,
    text: &mut String,
) {
    let wide: f64 = value.into();
    if wide.is_nan() {
        return;
    }
    // Digits alone would be hundreds at the ends of the range.
    let plain = wide == 0.0 || wide.is_infinite() || (1e-7..1e17).contains(&wide.abs());
    let _ = if plain { write!(text, "{value}") } else { write!(text, "{value:e}") };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl Fn(&mut String)) -> String {
        let mut text = String::new();
        write(&mut text);
        text
    }

    #[test]
    fn moments_are_days_and_times_only_where_there_is_one() {
        assert_eq!(text(|t| moment(0, 1000, t)), "1970-01-01");
        assert_eq!(text(|t| moment(-1, 1000, t)), "1969-12-31T23:59:59.999");
        let noon = 951_782_400 + 12 * 3600 + 1;
        assert_eq!(text(|t| moment(noon * 1_000_000, 1_000_000, t)), "2000-02-29T12:00:01");
        assert_eq!(text(|t| moment(i64::MAX, 1000, t)), "");
        assert_eq!(text(|t| moment(i64::MIN, 1_000_000_000, t)), "1677-09-21T00:12:43.145224192");
        assert!(day(2_932_896, &mut String::new()) && !day(2_932_897, &mut String::new()));
        assert_eq!(text(|t| assert!(day(-719_162, t))), "0001-01-01");
    }

    #[test]
    fn decimals_keep_their_places() {
        assert_eq!(text(|t| decimal(-5, 2, t)), "-0.05");
        assert_eq!(text(|t| decimal(1234, 2, t)), "12.34");
        assert_eq!(text(|t| decimal(7, 0, t)), "7");
        assert_eq!(text(|t| decimal(i128::MIN, 38, t)).len(), 41);
    }

    #[test]
    fn floats_are_short_and_read_back() {
        let cases: [(f64, &str); 6] = [
            (3.0, "3"),
            (0.1, "0.1"),
            (-0.0, "-0"),
            (1e300, "1e300"),
            (1e-9, "1e-9"),
            (f64::NAN, ""),
        ];
        for (value, expected) in cases {
            assert_eq!(text(|t| float(value, t)), expected);
        }
        assert_eq!(text(|t| float(0.1_f32, t)), "0.1");
    }
}
