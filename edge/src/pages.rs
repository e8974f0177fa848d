//! What each kind of problem means and what to do about it, as a page: where a problem's `type` leads.

use shared::Violation;
use shared::rejected::Code;

use crate::problem::{Kind, Problem};

/// What a page may load: nothing. Its style stands in it.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}
pre{overflow:auto;padding:1rem;border:1px solid}</style>
<title>"#;

/// The page, as HTML: one text a kind, so nothing in it is anybody's input.
pub(crate) fn page(kind: Kind) -> String {
    let (meaning, remedy) = kind.text();
    let (title, status) = (kind.title(), kind.status().to_string());
    let mut others = String::new();
    for other in Kind::ALL.iter().filter(|other| **other != kind) {
        others.push_str(&["<li><a href=\"", other.slug(), "\">", other.title(), "</a>\n"].concat());
    }
    let example = example(kind).to_json("6b1f9f3e-0c55-4a3d-9d5e-3f1c8a52e7d4");
    // Members apart, to be read; nothing else in it looks like their borders.
    let example = example.replace(",\"", ",\n \"");
    [
        HEAD,
        title,
        "</title>\n<h1>",
        title,
        "</h1>\n<p>Status ",
        &status,
        ", <code>/problems/",
        kind.slug(),
        "</code></p>\n<h2>What it means</h2>\n<p>",
        &marked(meaning),
        "</p>\n<h2>What to do</h2>\n<p>",
        &marked(remedy),
        "</p>\n<h2>An example</h2>\n<pre>",
        &example,
        "</pre>\n<h2>The other problems</h2>\n<ul>\n",
        &others,
        "</ul>\n<p><a href=\"/openapi.json\">The description of the service</a></p>\n</html>\n",
    ]
    .concat()
}

/// A text whose words of code stand between backticks, as HTML.
fn marked(text: &str) -> String {
    let mut html = String::new();
    for (at, piece) in text.split('`').enumerate() {
        // Before each piece but the first a word of code begins or ends.
        html.push_str(if at == 0 {
            ""
        } else if at % 2 == 1 {
            "<code>"
        } else {
            "</code>"
        });
        html.push_str(piece);
    }
    html
}

/// A problem of this kind as it may be met.
fn example(kind: Kind) -> Problem {
    let problem = Problem::new(kind, kind.text().1);
    match kind {
        Kind::InvalidCustomer => {
            let expected = "a number between -1e15 and 1e15".into();
            problem.with(Violation::new("recency_days", Code::NotANumber, expected))
        }
        _ => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_its_kind_means_and_leads_to_all_others() {
        for kind in Kind::ALL {
            let page = page(kind);
            for text in [kind.title().into(), marked(kind.text().0), marked(kind.text().1)] {
                assert!(page.contains(&text), "{kind:?}: {text}");
            }
            assert_eq!(page.matches("<li>").count(), Kind::ALL.len() - 1);
            assert!(!page.contains("<script") && !page.contains("//"), "{kind:?}");
        }
    }
}
