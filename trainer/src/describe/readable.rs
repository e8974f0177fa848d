//! Column names and figures as people read them.

use shared::number::{to_text, to_three_digits};

use crate::names;

/// What abbreviations in column names stand for.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("acct", "account"),
    ("amt", "amount"),
    ("avg", "average"),
    ("bal", "balance"),
    ("cat", "category"),
    ("chng", "change"),
    ("cmp", "campaign"),
    ("cnt", "count"),
    ("cr", "credit"),
    ("ct", "count"),
    ("cust", "customer"),
    ("dt", "date"),
    ("freq", "frequency"),
    ("installments", "instalment"),
    ("max", "largest"),
    ("mean", "average"),
    ("min", "smallest"),
    ("mnt", "amount of"),
    ("nr", "number of"),
    ("num", "number of"),
    ("oneoff", "one-off"),
    ("pct", "percent"),
    ("prc", "percent"),
    ("prev", "previous"),
    ("prod", "product"),
    ("qty", "quantity"),
    ("rev", "revenue"),
    ("trans", "transaction"),
    ("trx", "transactions"),
    ("txn", "transactions"),
];

/// Words at the beginning of a yes/no column's name that say only that it is one.
const ASKING: &[&str] = &["is", "has", "have", "had", "ever", "flag", "can", "was", "does"];

/// A longer name is cut behind a word; in characters.
const LONGEST: usize = 40;

/// A column's name in plain words: `CASH_ADVANCE_TRX` is "cash advance transactions".
///
/// What stands in brackets is a unit and left out. A name of no letters stays as it is.
pub(super) fn readable(name: &str) -> String {
    let bare = name.split(['(', '[']).next().unwrap_or(name);
    let mut plain: Vec<String> = Vec::new();
    for word in names::words(bare) {
        // `Q4` was cut into a letter and a digit.
        let is_number = word.chars().all(|c| c.is_ascii_digit());
        match plain.last_mut() {
            Some(last) if is_number && last.chars().count() == 1 => last.push_str(&word),
            _ => {
                let full = ABBREVIATIONS.iter().find(|(short, _)| *short == word);
                plain.push(full.map_or(word, |(_, full)| (*full).to_owned()));
            }
        }
    }
    let mut short = plain.join(" ");
    while short.chars().count() > LONGEST {
        let at = short.rfind(' ').unwrap_or_default();
        if at == 0 {
            return short.chars().take(LONGEST).collect();
        }
        short.truncate(at);
    }
    if short.is_empty() { word(name) } else { short }
}

/// Whether a name is too long to be said.
pub(super) fn is_long(name: &str) -> bool {
    name.chars().count() > 2 * LONGEST
}

/// A yes/no column's name as a thing that one has: `Ever_Married` is "married".
pub(super) fn thing(name: &str) -> String {
    let readable = readable(name);
    let words: Vec<&str> = readable.split(' ').collect();
    let kept: Vec<&str> = words.iter().copied().filter(|word| !ASKING.contains(word)).collect();
    if kept.is_empty() { readable } else { kept.join(" ") }
}

/// Whether a name tells nothing of what the column holds: `x1`, `Var_3`, `feature 12`.
pub(super) fn is_opaque(name: &str) -> bool {
    const BLANK: &[&str] =
        &["var", "v", "x", "feature", "f", "col", "column", "field", "attr", "z"];
    let words = names::words(name);
    words.iter().all(|word| {
        BLANK.contains(&word.as_str())
            || word.chars().count() == 1
            || word.chars().all(|c| c.is_ascii_digit())
    })
}

/// A number to three significant digits, in groups of thousands from 10,000 on.
pub(super) fn number(value: f64) -> String {
    let text = to_text(to_three_digits(value));
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    if digits.len() < 5 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return text;
    }
    let mut grouped = sign.to_owned();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A share in whole percent.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", to_text(shared::math::round_ties_even(100.0 * share)))
}

/// A value of a column as a name can hold it: no control character, at most 40 letters.
pub(super) fn word(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    clean.trim().to_owned()
}

/// With "a" or "an" before it, unless it is many things.
pub(super) fn with_article(thing: &str) -> String {
    let last = thing.split(' ').next_back().unwrap_or_default();
    if thing.starts_with("number of ") || thing.starts_with("amount of ") {
        return format!("{} {thing}", if thing.starts_with('a') { "an" } else { "a" });
    }
    let is_plural = last.ends_with('s') && !last.ends_with("ss") && !last.ends_with("us");
    if is_plural {
        return thing.to_owned();
    }
    let vowel = thing.starts_with(['a', 'e', 'i', 'o']) || thing.starts_with("un");
    format!("{} {thing}", if vowel && !thing.starts_with("one") { "an" } else { "a" })
}

/// "a", "a and b", "a, b and c".
pub(super) fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// With a capital first letter.
pub(super) fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_plain_words() {
        for (name, plain) in [
            ("CASH_ADVANCE_TRX", "cash advance transactions"),
            ("Annual Income (k$)", "annual income"),
            ("NumWebPurchases", "number of web purchases"),
            ("Total_Amt_Chng_Q4_Q1", "total amount change q4 q1"),
            ("年齢", "年齢"),
            ("%", "%"),
        ] {
            assert_eq!(readable(name), plain);
        }
        assert_eq!(thing("Ever_Married"), "married");
        assert_eq!(thing("HasCrCard"), "credit card");
        assert!(is_opaque("Var_1") && is_opaque("x12") && !is_opaque("Milk"));
    }

    #[test]
    fn figures_have_three_digits_and_groups_of_thousands() {
        for (value, text) in [
            (1234.0, "1230"),
            (123_456.0, "123,000"),
            (-98_765.0, "-98,800"),
            (1_234_567.0, "1,230,000"),
            (0.012_345, "0.0123"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(percent(0.994), "99 %");
    }
}
