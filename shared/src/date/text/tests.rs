use super::*;
use DateOrder::{Dmy, Mdy, Ymd};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

fn read(text: &str, order: DateOrder) -> Option<String> {
    let day = parse(text, order).map(|day| day.to_string());
    assert!(day.is_none() || is_dateish(text), "{text:?}");
    day
}

#[test]
fn three_numbers_are_read_in_the_order_of_the_column() {
    for separator in ["-", "/", ".", " "] {
        for (text, order) in [("3-1-2020", Dmy), ("03-01-20", Dmy), ("1-3-2020", Mdy)] {
            let text = text.replace('-', separator);
            assert_eq!(read(&text, order).as_deref(), Some("2020-01-03"), "{text}");
            assert_eq!(read(&text, Ymd), None, "{text}");
        }
    }
    assert_eq!(read("31/12/2020", Dmy).as_deref(), Some("2020-12-31"));
    assert_eq!(read("31/12/2020", Mdy), None);
}

#[test]
fn some_dates_have_one_reading_in_any_order() {
    for text in [
        "2020-01-03",
        "2020/1/3",
        "2020.01.03",
        "2020 01 03",
        "20200103",
        "3 Jan 2020",
        "3-JAN-2020",
        "03-Jan-20",
        "03JAN2020",
        "Jan 3, 2020",
        "January 3 2020",
        "Jan. 3, 2020",
        "3. Januar 2020",
        "3 janv. 2020",
        "3/ene/2020",
        "3 gennaio 2020",
        "2020-Jan-03",
        "2020-01-03T10:05",
        "2020-01-03 10:05:30.123456789",
        "2020-01-03T10:05:30Z",
        "2020-01-03T23:59:60+01:00",
        "2020-01-03 10:05 -0500",
        "2020-01-03 10:05:30+01",
        "2020-01-03 9:05 PM",
        "Jan 3, 2020, 12:05:30 a.m.",
        "20200103 10:05",
        "20200103T10:05Z",
        "2020-01-03 10:05:30.000 UTC",
        "3 Jan 2020  0:00",
    ] {
        for order in DateOrder::ALL {
            assert_eq!(read(text, order).as_deref(), Some("2020-01-03"), "{text:?}, {order:?}");
        }
    }
}

#[test]
fn years_of_two_digits_are_read_as_posix_reads_them() {
    for (text, day) in [
        ("1.2.68", "2068-02-01"),
        ("1.2.69", "1969-02-01"),
        ("1.2.00", "2000-02-01"),
        ("1 Feb 99", "1999-02-01"),
    ] {
        assert_eq!(read(text, Dmy).as_deref(), Some(day));
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for text in [
        "",
        "2020",
        "2020-01",
        "Jan 2020",
        "2020-13-01",
        "2020-02-30",
        "0000-01-01",
        "20201301",
        "02020-01-03",
        "2020-001-03",
        "99991231",
        "2020-01/03",
        "2020--01-03",
        "3--Jan-2020",
        "2020-01-03T",
        "2020-01-03 ",
        " 2020-01-03",
        "2020-01-03 10",
        "2020-01-03 24:00",
        "2020-01-03 10:5",
        "2020-01-03 10:60",
        "2020-01-03 10:05:61",
        "2020-01-03 10:05:30.",
        "2020-01-03 13:05 PM",
        "2020-01-03 0:05 AM",
        "2020-01-03 10:05+24:00",
        "2020-01-03x",
        "2020-01-03 10:05 x",
        "2020-01-03 10:05Zx",
        "2020-01-03 100:05",
        "2020-01-03 010:05",
        "2020-01-03,10",
        "3 Foo 2020",
        "3 3 Jan",
        "1.2.3",
        "1.2.345",
        "10.0.0.1",
        "12:30",
        "1-2",
        "300-12-12",
        "12/2020",
        "Jan 320",
        "32 Jan 2020",
        "2020 Jan",
        "٣ Jan 2020",
        "12345678901",
        "+2020-01-03",
        "-2020-01-03",
        "2020-01-03-04",
    ] {
        assert_eq!(readings(text), [None; 3], "{text:?}");
    }
}

#[test]
fn readings_are_what_each_order_gives() {
    let years = ["1999", "2020", "99", "1", "31", "12", "2", "Feb", "x", ""];
    for a in years {
        for b in years {
            for c in years {
                for (one, two) in [("-", "-"), ("/", "/"), (" ", ", "), ("", "")] {
                    let text = format!("{a}{one}{b}{two}{c}");
                    let each: Vec<Option<Day>> =
                        DateOrder::ALL.into_iter().map(|order| parse(&text, order)).collect();
                    assert_eq!(readings(&text).to_vec(), each, "{text:?}");
                    assert!(each.iter().all(Option::is_none) || is_dateish(&text), "{text:?}");
                }
            }
        }
    }
}

#[test]
fn every_day_reads_back_in_every_form() {
    for days in (-354_285..376_200).step_by(97) {
        let day = Day::from_days(days);
        let iso = day.to_string();
        let (year, month, date) = (&iso[..4], &iso[5..7], &iso[8..]);
        assert_eq!(Day::parse(&iso), Some(day));
        assert_eq!(readings(&format!("{year}{month}{date}")), [Some(day); 3]);
        assert_eq!(parse(&format!("{date}.{month}.{year}"), Dmy), Some(day));
        assert_eq!(parse(&format!("{month}/{date}/{year}"), Mdy), Some(day));
    }
}

#[test]
fn numbers_and_words_do_not_look_like_dates() {
    for text in ["", "5", "12.5", "1234567", "24.673333333333336", "Artist", "Cat_6", "a-b-c"] {
        assert!(!is_dateish(text), "{text:?}");
    }
}

#[test]
fn dates_with_signs_for_year_month_and_day_are_read() {
    let day = Day::parse("2024-03-05");
    for text in ["2024年3月5日", "2024年03月05日", "2024年3月5日 10:20"] {
        assert_eq!(readings(text), [day; 3], "{text}");
    }
    for text in ["2024年3月", "24年3月5日", "2024年13月5日", "2024年3月5日火"] {
        assert_eq!(readings(text), [None; 3], "{text}");
    }
}
