//! What stands in one column: counts and kinds, read off its values.

use std::collections::{BTreeMap, BTreeSet};

use shared::schema::is_name;
use shared::segment_model::TargetKind;
use shared::{ColumnKind, RawCell, number};

use crate::table::Table;

/// Scales whose words have a known order, lower case, lowest first.
const KNOWN_SCALES: [&[&str]; 4] = [
    &["low", "average", "high"],
    &["low", "medium", "high"],
    &["small", "medium", "large"],
    &["never", "rarely", "sometimes", "often", "always"],
];

/// Pairs of words for no and yes, lower case.
const NO_AND_YES: [(&str, &str); 4] = [("no", "yes"), ("false", "true"), ("n", "y"), ("f", "t")];

/// The name under which rare words are folded; a column's own word of this spelling is folded too.
pub const OTHER: &str = "(other)";

/// What stands in a column.
pub struct Profile<'t> {
    /// The number of customers without a value.
    pub n_missing: usize,
    /// The number of customers with one.
    pub n_present: usize,
    /// How often each value occurs, by its text.
    counts: BTreeMap<&'t str, usize>,
    /// The values as numbers, when all of them are.
    numbers: Option<Numbers>,
    /// How many values are numbers.
    pub n_numbers: usize,
    /// The line of the first that is none.
    pub first_word: Option<u64>,
}

/// What is known of a column of numbers.
pub struct Numbers {
    low: f64,
    high: f64,
    all_integers: bool,
    /// How often each number occurs, by its bits: `1` and `1.0` are one.
    counts: BTreeMap<u64, usize>,
}

impl Numbers {
    fn of(counts: &BTreeMap<&str, usize>) -> Option<Self> {
        let mut numbers = Self {
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            all_integers: true,
            counts: BTreeMap::new(),
        };
        for (text, count) in counts {
            let number = number::parse(text)?.get();
            numbers.low = numbers.low.min(number);
            numbers.high = numbers.high.max(number);
            numbers.all_integers &= number % 1.0 == 0.0;
            *numbers.counts.entry(number.to_bits()).or_default() += count;
        }
        (!numbers.counts.is_empty()).then_some(numbers)
    }

    /// Whether all values are one but for differences too small to compute with.
    fn is_constant(&self) -> bool {
        let size = self.low.abs().max(self.high.abs());
        self.high - self.low <= (RELATIVE_NOISE * size).max(SMALLEST_SPREAD)
    }

    /// Whether the values are n whole numbers in a row, as a row number is.
    fn is_a_count(&self) -> bool {
        self.all_integers && self.high - self.low + 1.0 == self.counts.len() as f64
    }
}

/// A spread smaller than this part of the values is what rounding leaves of them.
const RELATIVE_NOISE: f64 = 1e-12;

/// A spread below this is no spread: its square would vanish.
const SMALLEST_SPREAD: f64 = 1e-90;

impl<'t> Profile<'t> {
    /// Reads a column.
    pub fn of(table: &'t Table, position: usize) -> Self {
        let (mut n_present, mut n_numbers, mut first_word) = (0, 0, None);
        let mut counts = BTreeMap::new();
        for (row, cell) in table.column(position).enumerate() {
            let RawCell::Cell { text, .. } = cell else { continue };
            n_present += 1;
            *counts.entry(text).or_default() += 1;
            if number::parse(text).is_some() {
                n_numbers += 1;
            } else if first_word.is_none() {
                first_word = Some(table.line(row));
            }
        }
        let n_missing = table.n_rows() - n_present;
        let numbers = Numbers::of(&counts);
        Self { n_missing, n_present, counts, numbers, n_numbers, first_word }
    }

    /// The number of distinct values; numbers are compared as such.
    pub fn n_distinct(&self) -> usize {
        self.numbers.as_ref().map_or(self.counts.len(), |numbers| numbers.counts.len())
    }

    /// Whether all values are one, or as good as.
    pub fn is_constant(&self) -> bool {
        self.n_distinct() == 1 || self.numbers.as_ref().is_some_and(Numbers::is_constant)
    }

    /// How many customers have another value than the most frequent one.
    pub fn n_unlike_most(&self) -> usize {
        let most = match &self.numbers {
            Some(numbers) => numbers.counts.values().max(),
            None => self.counts.values().max(),
        };
        self.n_present - most.copied().unwrap_or(0)
    }

    /// The kind in words.
    pub fn kind_name(&self, kind: Option<&ColumnKind>) -> &'static str {
        match kind {
            _ if self.n_present == 0 => "empty",
            Some(kind) => kind.name(),
            None => "categorical",
        }
    }

    /// The kind, or `None` when too few customers share a word; and how many words are folded.
    pub fn kind(&self, min_level: usize) -> (Option<ColumnKind>, usize) {
        if self.numbers.is_some() {
            return (Some(ColumnKind::Numeric), 0);
        }
        // The words of these are known beforehand: that one is rare shows nobody.
        if let Some(kind) = self.yes_no().or_else(|| self.ordinal()) {
            return (Some(kind), 0);
        }
        let is_common = |&(word, &count): &(&&str, &usize)| {
            count >= min_level && is_name(word) && **word != *OTHER
        };
        let common: Vec<&str> =
            self.counts.iter().filter(is_common).map(|(word, _)| *word).collect();
        let folded = self.counts.len() - common.len();
        let other = folded > 0;
        let n_levels = common.len() + usize::from(other);
        if common.is_empty() || !(2..=1000).contains(&n_levels) {
            return (None, folded);
        }
        let levels = common.into_iter().map(String::from).collect();
        (Some(ColumnKind::Categorical { levels, other }), folded)
    }

    fn yes_no(&self) -> Option<ColumnKind> {
        let words: Vec<&str> = self.counts.keys().copied().collect();
        let [a, b] = words[..] else { return None };
        for (no, yes) in NO_AND_YES {
            for (first, second) in [(a, b), (b, a)] {
                if first.eq_ignore_ascii_case(no) && second.eq_ignore_ascii_case(yes) {
                    return Some(ColumnKind::YesNo { no: first.into(), yes: second.into() });
                }
            }
        }
        None
    }

    fn ordinal(&self) -> Option<ColumnKind> {
        let scale = KNOWN_SCALES.iter().find(|scale| {
            self.counts.keys().all(|word| scale.contains(&word.to_lowercase().as_str()))
        })?;
        let mut levels: Vec<String> = self.counts.keys().map(|&word| word.to_owned()).collect();
        let rank = |word: &String| scale.iter().position(|known| *known == word.to_lowercase());
        levels.sort_by_key(rank);
        // Two spellings of one word have no order between them.
        let distinct: BTreeSet<_> = levels.iter().map(rank).collect();
        (levels.len() >= 2 && distinct.len() == levels.len())
            .then_some(ColumnKind::Ordinal { levels })
    }

    /// The kind as a target.
    ///
    /// # Errors
    /// Why it is none, in words that follow the column's name.
    pub fn target_kind(&self, min_level: usize) -> Result<TargetKind, &'static str> {
        if self.n_present == 0 {
            return Err("has no value");
        }
        if self.is_constant() {
            return Err("has one value for all customers");
        }
        let classes = match self.kind(min_level).0 {
            None => return Err("has no two classes that enough customers share"),
            Some(ColumnKind::Numeric) => return Ok(TargetKind::Number),
            Some(ColumnKind::YesNo { no, yes }) => vec![no, yes],
            Some(ColumnKind::Ordinal { levels }) => levels,
            Some(ColumnKind::Categorical { mut levels, other }) => {
                levels.extend(other.then(|| OTHER.to_owned()));
                levels
            }
        };
        Ok(TargetKind::Class { classes })
    }

    /// Whether the column names the customer: (nearly) every value once, and its name or its values say so.
    pub fn is_identifier(&self, name: &str) -> bool {
        let unique =
            self.n_missing == 0 && self.n_distinct() == self.n_present && self.n_present > 1;
        // A customer who stands in the file twice does not make an identifier a measurement.
        let nearly_unique = self.n_distinct() * 20 >= self.n_present * 19 && self.n_present >= 20;
        let named = sounds_like_an_identifier(name);
        if self.repeats_an_identifier(name) {
            return true;
        }
        match &self.numbers {
            None => unique || (nearly_unique && named),
            Some(numbers) if !numbers.all_integers => false,
            Some(numbers) => {
                let many_digits = numbers.low.abs().min(numbers.high.abs()) >= SEVEN_DIGITS;
                ((unique || nearly_unique) && named)
                    || (unique && (numbers.is_a_count() || many_digits))
            }
        }
    }

    /// Whether the column is named as an identifier and has many values, but some of them again and again:
    /// then the rows are likely orders, or visits, and not customers.
    pub fn repeats_an_identifier(&self, name: &str) -> bool {
        let many = self.n_distinct() >= 50 && self.n_distinct() * 10 >= self.n_present;
        let often = self.n_distinct() * 20 < self.n_present * 19;
        let whole = self.numbers.as_ref().is_none_or(|numbers| numbers.all_integers);
        many && often && whole && is_called_id(name)
    }
}

/// Whole numbers of so many digits that all differ are numbers of accounts, phones or devices.
const SEVEN_DIGITS: f64 = 1e6;

/// Words that name an identifier where they stand alone in a column's name.
const IDENTIFIER_WORDS: [&str; 16] = [
    "id", "ids", "key", "uuid", "guid", "number", "no", "nr", "code", "phone", "mobile", "imei",
    "ssn", "iban", "account", "email",
];

/// Words that name an identifier with "id" behind them.
const BEFORE_ID: [&str; 14] = [
    "user", "cust", "customer", "client", "account", "member", "order", "person", "contact",
    "visitor", "session", "device", "record", "row",
];

/// Whether a name says "id", and not merely something that may be one.
fn is_called_id(name: &str) -> bool {
    let lower = name.to_lowercase();
    let alone = lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|part| ["id", "uuid", "guid"].contains(&part));
    alone || BEFORE_ID.iter().any(|word| lower == format!("{word}id"))
}

fn sounds_like_an_identifier(name: &str) -> bool {
    let lower = name.to_lowercase();
    let alone =
        lower.split(|c: char| !c.is_alphanumeric()).any(|part| IDENTIFIER_WORDS.contains(&part));
    let joined =
        lower.strip_suffix("id").is_some_and(|stem| BEFORE_ID.iter().any(|w| stem.ends_with(w)));
    alone || joined || lower.starts_with("column_") || name.ends_with("Id") || name.ends_with("ID")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_sound_like_identifiers() {
        for name in [
            "ID",
            "id",
            "customer_id",
            "CUST_ID",
            "CustomerId",
            "CustomerID",
            "Invoice No",
            "userid",
            "Phone",
        ] {
            assert!(sounds_like_an_identifier(name), "{name}");
        }
        for name in ["income", "paid", "ideas", "Age", "nodes", "bid", "solid"] {
            assert!(!sounds_like_an_identifier(name), "{name}");
        }
    }
}
