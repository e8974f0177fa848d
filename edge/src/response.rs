//! What is sent back, in no platform's words: status, headers, body.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::problem::{Kind, Problem};

/// A response for an adapter to convert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Names in the spelling of the standards, values in visible ASCII.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// Empty for HEAD.
    pub body: String,
    /// Which problem it tells of.
    pub(crate) slug: Option<&'static str>,
}

impl Response {
    /// A success.
    pub(crate) fn ok(media_type: &'static str, body: String, request_id: &str) -> Self {
        Self::new(200, media_type, body, request_id)
    }

    /// A refusal.
    pub(crate) fn problem(problem: &Problem, request_id: &str) -> Self {
        let body = problem.to_json(request_id);
        let kind = problem.kind();
        let response = Self::new(kind.status(), "application/problem+json", body, request_id);
        let response = Self { slug: Some(kind.slug()), ..response };
        // RFC 9110, 15.5.2: whoever is refused for want of a key is told which kind.
        if kind == Kind::Unauthorized {
            response.with("WWW-Authenticate", "Bearer")
        } else {
            response
        }
    }

    /// An answer that is its headers.
    pub(crate) fn empty(status: u16, request_id: &str) -> Self {
        let headers = Vec::from([("X-Request-Id", Cow::Owned(request_id.to_owned()))]);
        Self { status, headers, body: String::new(), slug: None }
    }

    fn new(status: u16, media_type: &'static str, body: String, request_id: &str) -> Self {
        let headers = Vec::from([
            ("Content-Type", Cow::Borrowed(media_type)),
            ("X-Request-Id", Cow::Owned(request_id.to_owned())),
            // An answer about a person: nobody between us and the asker may keep it.
            ("Cache-Control", Cow::Borrowed("no-store")),
            ("X-Content-Type-Options", Cow::Borrowed("nosniff")),
        ]);
        Self { status, headers, body, slug: None }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with another value of a header that is there.
    pub(crate) fn set(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.with(name, value)
    }

    pub(crate) fn without_body(mut self) -> Self {
        self.body.clear();
        self
    }

    /// Names and values in turn, in lines: none of them has one in it.
    pub fn header_lines(&self) -> String {
        let pairs = self.headers.iter().flat_map(|(name, value)| [*name, value.as_ref()]);
        pairs.collect::<Vec<_>>().join("\n")
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_ref())
    }
}

/// The value of `Wedge-Ignored` and `Wedge-Other`: names separated by commas, percent-encoded where a header or this list
/// could misread them; eight at most, then how many more there are.
pub(crate) fn name_list(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let mut list: Vec<_> = names.iter().take(SHOWN).map(|name| encoded(name)).collect();
    if let Some(more) = names.len().checked_sub(SHOWN).filter(|&more| more > 0) {
        list.push(format!("... {more} more"));
    }
    list.join(", ")
}

fn encoded(name: &str) -> String {
    const LONGEST: usize = 96;
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if text.len() >= LONGEST {
            text.push_str("...");
            break;
        }
        if byte.is_ascii_graphic() && !matches!(byte, b',' | b'"' | b'%') {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_header_are_visible_ascii_and_few() {
        let list = name_list;
        assert_eq!(list(&["id", "first name"]), "id, first%20name");
        assert_eq!(
            list(&["a,b\"%", "ü\r\nSet-Cookie: x"]),
            "a%2Cb%22%25, %C3%BC%0D%0ASet-Cookie:%20x"
        );
        assert_eq!(
            list(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]),
            "1, 2, 3, 4, 5, 6, 7, 8, ... 2 more"
        );
        assert_eq!(list(&["1", "2", "3", "4", "5", "6", "7", "8"]), "1, 2, 3, 4, 5, 6, 7, 8");
        assert!(list(&[&"é".repeat(8000)]).len() < 120);
    }
}
