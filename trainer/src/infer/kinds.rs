//! What a column holds, from its values and its name.

use shared::date::{self, DateOrder};
use shared::dialect::is_soft_missing;
use shared::number;
use shared::schema::is_name;

use super::{OTHER, dates, scales};
use crate::names;
use crate::profile::Profile;
use crate::told::{ColumnTold, KindTold};

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Nothing at all.
    Empty,
    /// One value for all customers.
    Constant,
    /// Whole numbers.
    Integer,
    /// Numbers with fractions.
    Decimal,
    /// Two words, or 0 and 1.
    YesNo {
        /// For no.
        no: String,
        /// For yes.
        yes: String,
    },
    /// Words with an order, lowest first.
    Ordinal(Vec<String>),
    /// Words without an order.
    Categorical {
        /// Those that enough customers share, sorted; fewer than two where there are no two.
        levels: Vec<String>,
        /// How many others there are.
        folded: usize,
    },
    /// Days.
    Date(DateOrder),
    /// Sentences.
    Text,
}

impl Kind {
    /// In a word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Constant => "constant",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::YesNo { .. } => "yes/no",
            Self::Ordinal(_) => "ordinal",
            Self::Categorical { .. } => "categorical",
            Self::Date(_) => "date",
            Self::Text => "text",
        }
    }

    /// Whether it holds amounts.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Integer | Self::Decimal)
    }
}

/// Pairs of words for no and yes, lower case.
const NO_AND_YES: [(&str, &str); 13] = [
    ("no", "yes"),
    ("false", "true"),
    ("n", "y"),
    ("f", "t"),
    ("off", "on"),
    ("0", "1"),
    ("nein", "ja"),
    ("non", "oui"),
    ("no", "si"),
    ("no", "sí"),
    ("não", "sim"),
    ("nee", "ja"),
    ("nej", "ja"),
];

/// Fewer distinct whole numbers than this may be codes or grades.
const FEW: usize = 20;

/// What is known of one column's kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The kind.
    pub kind: Kind,
    /// Why its dates cannot be settled, and the rows that show it.
    pub trouble: Option<dates::Trouble>,
    /// Why it cannot be what it was told to be, in words that follow the column's name.
    pub misfit: Option<String>,
}

impl Found {
    pub(super) fn settled(kind: Kind) -> Self {
        Self { kind, trouble: None, misfit: None }
    }
}

/// Decides a column's kind.
pub fn kind(
    name: &str,
    profile: &Profile,
    told: &ColumnTold,
    fallback: Option<DateOrder>,
    min_level: usize,
) -> Found {
    let settled = Found::settled;
    if profile.n_present() == 0 {
        return settled(Kind::Empty);
    }
    if let Some(said) = told.kind.or_else(|| implied(told)) {
        return as_told(said, profile, told, fallback, min_level);
    }
    if profile.n_distinct() == 1 || (profile.n_words() == 0 && profile.numbers.is_constant()) {
        return settled(Kind::Constant);
    }
    if let Some(found) = dates::recognise(name, profile, told.date_order.or(fallback)) {
        return found;
    }
    let words: Vec<&str> = profile.words().map(|(word, _)| word).collect();
    let mut levels: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    let few = profile.numbers.n_distinct <= FEW;
    if few {
        levels.extend(profile.numbers.levels.iter().map(|(value, _)| number::to_text(*value)));
    }
    let firm = words.iter().filter(|word| !is_soft_missing(word)).count();
    if profile.numbers.n > 0 && firm == 0 {
        // A word for "missing" is one among numbers only: codes and grades would take it for a word.
        let kind = if words.is_empty() {
            numeric(name, profile, min_level)
        } else {
            plain_number(profile)
        };
        return settled(kind);
    }
    if (profile.numbers.n == 0 || few) && levels.len() <= 100 {
        let levels: Vec<&str> = levels.iter().map(String::as_str).collect();
        if let Some(kind) = yes_no(&levels).or_else(|| scales::order(&levels).map(Kind::Ordinal)) {
            return settled(kind);
        }
    }
    if has_stray_words(profile, &words) {
        return settled(plain_number(profile));
    }
    if is_text(profile) {
        return settled(Kind::Text);
    }
    settled(categorical(profile, min_level))
}

/// Numbers with words among them that are mistakes, or a mark for "missing": nearly all are numbers, or most
/// are many different ones and the words are always the same.
fn has_stray_words(profile: &Profile, words: &[&str]) -> bool {
    let (numbers, present) = (profile.numbers.n, profile.n_present());
    // C536379 among 536365: another series of the same numbers.
    if words.iter().all(|word| is_code(word)) {
        return false;
    }
    numbers * 10 >= present * 9 && profile.numbers.n_distinct > 2
        || numbers * 2 >= present && words.len() <= 3 && profile.numbers.n_distinct > FEW
}

/// Up to three letters, then three digits or more.
fn is_code(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let letters = word.len() - digits.len();
    let digits = digits.trim_start_matches('-');
    (1..=3).contains(&letters) && digits.len() >= 3 && digits.bytes().all(|b| b.is_ascii_digit())
}

fn implied(told: &ColumnTold) -> Option<KindTold> {
    if told.date_order.is_some() {
        Some(KindTold::Date)
    } else if told.lower.is_some() || told.upper.is_some() {
        Some(KindTold::Number)
    } else {
        None
    }
}

fn as_told(
    said: KindTold,
    profile: &Profile,
    told: &ColumnTold,
    fallback: Option<DateOrder>,
    min_level: usize,
) -> Found {
    let settled = Found::settled;
    match said {
        KindTold::Number if profile.numbers.n == 0 => Found {
            misfit: Some("cannot be a number: no value is one".into()),
            ..settled(Kind::Text)
        },
        KindTold::Number => settled(plain_number(profile)),
        KindTold::Text => settled(Kind::Text),
        KindTold::Date => dates::settle(profile, told.date_order.or(fallback)),
        KindTold::YesNo => {
            let mut own = levels_of(profile, told);
            if let Some(kind) = yes_no(&own.iter().map(String::as_str).collect::<Vec<_>>())
                && told.levels.is_empty()
            {
                return settled(kind);
            }
            match (own.len(), own.pop(), own.pop()) {
                (2, Some(yes), Some(no)) => settled(Kind::YesNo { no, yes }),
                (n, ..) => Found {
                    misfit: Some(format!("cannot be yes/no: it has {n} distinct values")),
                    ..settled(categorical(profile, min_level))
                },
            }
        }
        KindTold::Ordinal => {
            let own = levels_of(profile, told);
            if !(2..=1000).contains(&own.len()) {
                let misfit = format!("cannot be ordinal: it has {} distinct values", own.len());
                let kind = categorical(profile, min_level);
                return Found { misfit: Some(misfit), ..settled(kind) };
            }
            let known = told
                .levels
                .is_empty()
                .then(|| scales::order(&own.iter().map(String::as_str).collect::<Vec<_>>()));
            settled(Kind::Ordinal(known.flatten().unwrap_or(own)))
        }
        KindTold::Categorical if told.levels.is_empty() => settled(categorical(profile, min_level)),
        KindTold::Categorical => {
            let mut levels = told.levels.clone();
            levels.sort();
            settled(Kind::Categorical { levels, folded: 0 })
        }
    }
}

/// The levels as told, or all that occur: numbers ascending, then words sorted.
fn levels_of(profile: &Profile, told: &ColumnTold) -> Vec<String> {
    if !told.levels.is_empty() {
        return told.levels.clone();
    }
    let numbers = profile.numbers.levels.iter().map(|(value, _)| number::to_text(*value));
    let mut words: Vec<String> = profile.words().map(|(word, _)| word.to_owned()).collect();
    words.sort();
    numbers.chain(words).collect()
}

fn plain_number(profile: &Profile) -> Kind {
    if profile.numbers.all_integers { Kind::Integer } else { Kind::Decimal }
}

/// Numbers only: yes/no, codes, grades or amounts.
fn numeric(name: &str, profile: &Profile, min_level: usize) -> Kind {
    let numbers = &profile.numbers;
    let values: Vec<f64> = numbers.levels.iter().map(|(value, _)| *value).collect();
    let is_name = names::is_called_id(name) || names::names_a_postal_code(name);
    if is_name && numbers.all_integers {
        return categorical(profile, min_level);
    }
    if !numbers.all_integers || numbers.n_distinct > FEW {
        return plain_number(profile);
    }
    let texts: Vec<String> = values.iter().map(|value| number::to_text(*value)).collect();
    if values == [0.0, 1.0] {
        return Kind::YesNo { no: "0".into(), yes: "1".into() };
    }
    let grades =
        numbers.n_distinct <= 11 && (0.0..=10.0).contains(&numbers.min) && numbers.max <= 10.0;
    if names::names_grades(name) && grades && numbers.n_distinct >= 3 {
        return Kind::Ordinal(texts);
    }
    // Two codes such as 1 and 2 are groups, whatever they are called; more need a name that says so.
    if values == [1.0, 2.0] || (names::names_codes(name) && numbers.min >= 0.0) {
        return categorical(profile, min_level);
    }
    Kind::Integer
}

fn yes_no(levels: &[&str]) -> Option<Kind> {
    let [a, b] = levels else { return None };
    for (no, yes) in NO_AND_YES {
        for (first, second) in [(a, b), (b, a)] {
            if first.to_lowercase() == no && second.to_lowercase() == yes {
                return Some(Kind::YesNo { no: (*first).into(), yes: (*second).into() });
            }
        }
    }
    None
}

fn categorical(profile: &Profile, min_level: usize) -> Kind {
    let numbers =
        profile.numbers.levels.iter().map(|(value, count)| (number::to_text(*value), *count));
    let words = profile.words().map(|(word, count)| (word.to_owned(), count));
    let is_common =
        |(word, count): &(String, usize)| *count >= min_level && is_name(word) && *word != OTHER;
    let mut levels: Vec<String> =
        words.chain(numbers).filter(is_common).map(|(word, _)| word).collect();
    levels.sort();
    let folded = profile.n_distinct() - levels.len();
    Kind::Categorical { levels, folded }
}

/// Whether words are sentences: mostly different ones, of several words each.
fn is_text(profile: &Profile) -> bool {
    let (mut n_distinct, mut n_parts, mut n_letters) = (0, 0, 0);
    for (word, _) in profile.words() {
        n_distinct += 1;
        n_parts += word.split_whitespace().count();
        n_letters += word.len();
    }
    let many = n_distinct * 2 > profile.n_words() && n_distinct > 20;
    many && (n_parts >= 4 * n_distinct || n_letters >= 60 * n_distinct)
}

/// Whether a compact `20120904` is a day.
pub(super) fn compact_day(value: f64) -> Option<date::Day> {
    let in_range = (19_000_101.0..=20_991_231.0).contains(&value) && value % 1.0 == 0.0;
    in_range.then(|| date::parse(&number::to_text(value), DateOrder::Ymd)).flatten()
}
