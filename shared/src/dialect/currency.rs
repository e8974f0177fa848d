//! The signs and codes of currencies that stand beside an amount.

/// Sorted. Signs of a hundredth part, such as the cent, are not here: they would change the value. Nor are
/// small letters for codes: `RS232` and `Ft5` are enough like words.
const CURRENCIES: [&str; 86] = [
    "$", "A$", "AED", "ARS", "AU$", "AUD", "BGN", "BRL", "C$", "CA$", "CAD", "CHF", "CLP", "CNY",
    "COP", "CZK", "DKK", "EGP", "EUR", "Fr.", "Ft", "GBP", "HK$", "HKD", "HUF", "IDR", "ILS",
    "INR", "ISK", "JPY", "KES", "KRW", "Kr", "Kr.", "Kč", "MXN", "MYR", "NGN", "NOK", "NZ$", "NZD",
    "PEN", "PHP", "PLN", "R$", "RMB", "RON", "RUB", "Rs", "Rs.", "S$", "SAR", "SEK", "SGD", "THB",
    "TRY", "TWD", "UAH", "US$", "USD", "VND", "ZAR", "kr", "kr.", "lei", "zł", "£", "¥", "лв",
    "лв.", "руб", "руб.", "฿", "₡", "₦", "₩", "₪", "₫", "€", "₱", "₴", "₵", "₸", "₹", "₺", "₽",
];

/// The bytes of the longest.
const LONGEST: usize = 7;

/// The length of the currency that a text begins with, up to a blank, a sign, a parenthesis or its end.
pub(super) fn len_at_start(text: &str) -> Option<usize> {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2212}' | '+' | '(' | ')');
    let word = text.split(is_end).next()?;
    // `C` before the digits of an identifier: no currency is one letter, or longer than `руб.`.
    if word.len() > LONGEST || matches!(word.as_bytes(), [b'A'..=b'Z' | b'a'..=b'z']) {
        return None;
    }
    CURRENCIES.binary_search(&word).ok().map(|_| word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_found_as_whole_words() {
        assert!(CURRENCIES.is_sorted());
        assert_eq!(CURRENCIES.iter().map(|currency| currency.len()).max(), Some(LONGEST));
        assert!(!CURRENCIES.iter().any(|c| c.len() == 1 && c.as_bytes()[0].is_ascii_alphabetic()));
        for (text, len) in
            [("$", Some(1)), ("US$-", Some(3)), ("kr. (", Some(3)), ("€\u{a0}", Some(3))]
        {
            assert_eq!(len_at_start(text), len, "{text:?}");
        }
        for text in ["", "Cat_", "usd", "RS", "EURO", "-"] {
            assert_eq!(len_at_start(text), None, "{text:?}");
        }
    }
}
