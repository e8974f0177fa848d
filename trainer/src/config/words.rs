//! What is written as a word or a value, in flags as in the file.

use serde::Deserialize;
use shared::date::{DateOrder, Day};
use shared::dialect::DecimalMark;
use shared::encoding::Encoding;
use shared::number;

use crate::choose::ChooseBy;
use crate::prepare::Impute;
use crate::read::Format;
use crate::told::{KindTold, RoleTold};

/// A value as a cell may hold it: text, or a number.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Token {
    /// A word.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Number(f64),
}

impl Token {
    /// As a cell would write it.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Integer(integer) => integer.to_string(),
            Self::Number(number) => number::to_text(*number),
        }
    }
}

/// A byte that separates cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiter(pub u8);

/// Something that is written as a word, in flags as in the file.
pub trait Worded: Sized + 'static {
    /// The words that are understood, for messages.
    fn expected() -> String;
    /// Reads one.
    fn read(word: &str) -> Option<Self>;
}

/// A word of the file, read.
#[derive(Debug, Clone, Copy)]
pub struct Word<T>(pub T);

impl<'de, T: Worded> Deserialize<'de> for Word<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Day(toml::value::Datetime),
        }
        let word = match Written::deserialize(deserializer) {
            Ok(Written::Text(text)) => text,
            Ok(Written::Day(day)) => day.to_string(),
            Err(_) => return Err(serde::de::Error::custom(format!("expected {}", T::expected()))),
        };
        let expected = || serde::de::Error::custom(format!("expected {}", T::expected()));
        T::read(&word).map(Self).ok_or_else(expected)
    }
}

/// Reads one of `all` by its name.
fn by_name<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str, word: &str) -> Option<T> {
    all.iter().copied().find(|&one| name(one).eq_ignore_ascii_case(word))
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    format!("one of {}", quoted.join(", "))
}

impl Worded for KindTold {
    fn expected() -> String {
        list(&Self::ALL.map(Self::name))
    }
    fn read(word: &str) -> Option<Self> {
        // As `check` calls them.
        let number = ["integer", "decimal"].contains(&word);
        if number { Some(Self::Number) } else { by_name(&Self::ALL, Self::name, word) }
    }
}

impl Worded for RoleTold {
    fn expected() -> String {
        list(&Self::ALL.map(Self::name))
    }
    fn read(word: &str) -> Option<Self> {
        by_name(&Self::ALL, Self::name, word)
    }
}

impl Worded for DateOrder {
    fn expected() -> String {
        list(&["ymd", "dmy", "mdy"])
    }
    fn read(word: &str) -> Option<Self> {
        by_name(&[Self::Ymd, Self::Dmy, Self::Mdy], Self::name, word)
    }
}

impl Worded for Day {
    fn expected() -> String {
        "a day as YYYY-MM-DD".into()
    }
    fn read(word: &str) -> Option<Self> {
        Self::parse(word)
    }
}

impl Worded for ChooseBy {
    fn expected() -> String {
        list(&Self::ALL.map(Self::name))
    }
    fn read(word: &str) -> Option<Self> {
        by_name(&Self::ALL, Self::name, word)
    }
}

impl Worded for Impute {
    fn expected() -> String {
        list(&["median", "mean", "zero"])
    }
    fn read(word: &str) -> Option<Self> {
        match word {
            "median" => Some(Self::Median),
            "mean" => Some(Self::Mean),
            "zero" => Some(Self::Zero),
            _ => None,
        }
    }
}

impl Worded for DecimalMark {
    fn expected() -> String {
        "\".\" or \",\"".into()
    }
    fn read(word: &str) -> Option<Self> {
        Self::from_name(word)
    }
}

impl Worded for Delimiter {
    fn expected() -> String {
        "one of \",\", \";\", \"|\", \"tab\"".into()
    }
    fn read(word: &str) -> Option<Self> {
        match word {
            "," | "comma" => Some(Self(b',')),
            ";" | "semicolon" => Some(Self(b';')),
            "|" | "pipe" => Some(Self(b'|')),
            "\t" | "tab" | "\\t" => Some(Self(b'\t')),
            _ => None,
        }
    }
}

impl Worded for Encoding {
    fn expected() -> String {
        list(&["utf-8", "utf-16le", "utf-16be", "windows-1252"])
    }
    fn read(word: &str) -> Option<Self> {
        Self::from_name(word)
    }
}

impl Worded for Format {
    fn expected() -> String {
        list(&["csv", "ndjson", "parquet", "excel"])
    }
    fn read(word: &str) -> Option<Self> {
        match word {
            "csv" => Some(Self::Csv),
            "ndjson" => Some(Self::Ndjson),
            "parquet" => Some(Self::Parquet),
            "excel" | "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }
}
