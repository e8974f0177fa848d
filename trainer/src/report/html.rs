//! Pieces of the page: text that is escaped, and figures that say where in `metrics.json` they stand.

use std::fmt;

use askama::filters::HtmlSafe;
use serde::Serialize;

/// Markup. Made from text, which is escaped here, and from other markup; from nothing else.
#[derive(Debug, Clone, Default)]
pub(super) struct Html(String);

impl HtmlSafe for Html {}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        let mut markup = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '&' => markup.push_str("&amp;"),
                '<' => markup.push_str("&lt;"),
                '>' => markup.push_str("&gt;"),
                '"' => markup.push_str("&quot;"),
                '\'' => markup.push_str("&#39;"),
                // No name has them, and a page may not.
                _ if character.is_control() => markup.push(' '),
                _ => markup.push(character),
            }
        }
        Self(markup)
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl Html {
    /// A name that may be long: it can be broken after each underscore.
    pub(super) fn name(text: &str) -> Self {
        Self(Self::from(text).0.replace('_', "_<wbr>"))
    }

    /// Markup and text, one after the other.
    pub(super) fn join(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(parts.into_iter().map(|part| part.0).collect())
    }

    /// A segment's colour as a small square, for lists and tables; the words beside it say the same.
    pub(super) fn swatch(class: usize) -> Self {
        let square = format!(r#"<rect class="f{class}" width="12" height="12"/>"#);
        Self(format!(
            r#"<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">{square}</svg>"#
        ))
    }

    fn figure(path: &str, value: &impl Serialize, text: &str) -> Self {
        let (path, text) = (Self::from(path), Self::from(text));
        let value = serde_json::to_string(value).unwrap_or_default();
        let value = Self::from(value.as_str());
        Self(format!(r#"<span data-metric="{path}" data-value="{value}">{text}</span>"#))
    }
}

/// What stands where there is no figure.
pub(super) const NONE: &str = "\u{2013}";

/// A count.
pub(super) fn count(path: &str, value: usize) -> Html {
    Html::figure(path, &value, &grouped(&value.to_string()))
}

/// A number without commas, such as a seed.
pub(super) fn plain(path: &str, value: u64) -> Html {
    Html::figure(path, &value, &value.to_string())
}

/// A count that may be lacking.
pub(super) fn maybe_count(path: &str, value: Option<usize>) -> Html {
    value.map_or_else(|| Html::figure(path, &value, NONE), |value| count(path, value))
}

/// A share as percent, with a decimal under 10 %.
pub(super) fn percent(path: &str, value: f64) -> Html {
    Html::figure(path, &value, &percent_text(value))
}

/// A number to three digits.
pub(super) fn number(path: &str, value: f64) -> Html {
    Html::figure(path, &value, &text(value))
}

/// A number that may be lacking.
pub(super) fn maybe(path: &str, value: Option<f64>) -> Html {
    value.map_or_else(|| Html::figure(path, &value, NONE), |value| number(path, value))
}

/// A number to four digits, where such are compared.
pub(super) fn fine(path: &str, value: Option<f64>) -> Html {
    Html::figure(path, &value, &value.map_or(NONE.to_owned(), fine_text))
}

/// A number without a unit, such as a share, to four digits, but no more than four decimals.
pub(super) fn share(path: &str, value: Option<f64>) -> Html {
    let text = |value: f64| {
        if value.abs() < 0.000_5 { signed(format!("{value:.4}")) } else { fine_text(value) }
    };
    Html::figure(path, &value, &value.map_or(NONE.to_owned(), text))
}

/// A share as percent with a decimal.
pub(super) fn fine_percent(path: &str, value: f64) -> Html {
    Html::figure(path, &value, &fine_percent_text(value))
}

/// A percentage with a decimal as text.
pub(super) fn fine_percent_text(value: f64) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    format!("{}\u{a0}%", signed(format!("{:.1}", value * 100.0)))
}

/// A percentage as text.
pub(super) fn percent_text(value: f64) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    let percent = value * 100.0;
    let digits = usize::from(percent.abs() < 9.95 && percent != 0.0);
    format!("{}\u{a0}%", signed(format!("{percent:.digits$}")))
}

/// A figure on an axis, without needless zeros.
pub(super) fn short_text(value: f64) -> String {
    // Steps of a tenth do not quite add up to 0.
    let value = if value.abs() < 1e-9 { 0.0 } else { value };
    let whole = (value - value.round()).abs() < 1e-9;
    if whole && value.abs() < 1000.0 {
        text(value).replace(".00", "").replace(".0", "")
    } else {
        text(value)
    }
}

/// A number as text: to three digits, thousands grouped.
pub(super) fn text(value: f64) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    let digits = match value.abs() {
        size if size >= 99.95 || size == 0.0 => 0,
        size if size >= 9.995 => 1,
        size if size >= 0.0995 => 2,
        size if size >= 0.000_5 => 3,
        _ => return signed(format!("{value:.1e}")),
    };
    signed(grouped(&format!("{value:.digits$}")))
}

/// A number as text: to four digits.
pub(super) fn fine_text(value: f64) -> String {
    let digits = match value.abs() {
        size if !size.is_finite() || size >= 999.5 || size == 0.0 => return text(value),
        size if size >= 99.95 => 1,
        size if size >= 9.995 => 2,
        size if size >= 0.099_95 => 3,
        size if size >= 0.000_5 => 4,
        _ => return text(value),
    };
    signed(format!("{value:.digits$}"))
}

fn signed(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        Some(rest) => format!("\u{2212}{rest}"),
        None => text,
    }
}

/// With a comma between thousands.
pub(super) fn grouped(text: &str) -> String {
    let (sign, rest) = text.split_at(usize::from(text.starts_with('-')));
    let (whole, fraction) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
    let mut out = sign.to_owned();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}

/// Another sentence of a message.
pub(super) fn add(message: &mut String, sentence: &str) {
    message.push_str(sentence);
}

/// At most so many characters, the last one three dots where some are cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).collect::<String>().trim_end().to_owned() + "\u{2026}"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        let texts = [0.0, -0.0, 12345.6, 152_150.0, 99.96, 12.345, 1.2345, 0.123_45, -0.5, 0.0123]
            .map(text);
        let wanted =
            ["0", "0", "12,346", "152,150", "100", "12.3", "1.23", "0.12", "\u{2212}0.50", "0.012"];
        assert_eq!(texts, wanted);
        assert_eq!(
            [0.0, 0.031, 0.5, 1.0, -0.0001].map(percent_text).join(" "),
            "0\u{a0}% 3.1\u{a0}% 50\u{a0}% 100\u{a0}% 0.0\u{a0}%"
        );
        assert_eq!([f64::NAN, f64::INFINITY].map(text), [NONE, NONE]);
        assert_eq!(cut("a long name", 7), "a long\u{2026}");
    }

    #[test]
    fn numbers_that_are_compared_have_a_digit_more() {
        let texts = [0.0, 1234.5, 999.51, 233.71, 12.3456, -1.23456, 0.53449, 0.012_34, 0.000_01];
        let wanted =
            ["0", "1,234", "1,000", "233.7", "12.35", "\u{2212}1.235", "0.534", "0.0123", "1.0e-5"];
        assert_eq!(texts.map(fine_text), wanted);
        let small = share("a", Some(-0.000_01)).to_string();
        assert!(small.ends_with(">0.0000</span>"), "{small}");
        assert_eq!(
            [0.0, 0.8953, 1.0].map(fine_percent_text).join(" "),
            "0.0\u{a0}% 89.5\u{a0}% 100.0\u{a0}%"
        );
    }

    #[test]
    fn a_figure_says_where_it_stands_and_its_every_digit() {
        let figure = number("curve[1].wcss", 1_234.567_891_234_5).to_string();
        assert_eq!(
            figure,
            r#"<span data-metric="curve[1].wcss" data-value="1234.5678912345">1,235</span>"#
        );
        assert_eq!(
            maybe("a", None).to_string(),
            "<span data-metric=\"a\" data-value=\"null\">\u{2013}</span>"
        );
        assert_eq!(Html::from("<b>&\"'\u{7}").to_string(), "&lt;b&gt;&amp;&quot;&#39; ");
    }
}
