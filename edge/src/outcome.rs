//! How a request ends: what is sent, what is kept, what is logged, what is counted.

use std::fmt::Write as _;

use crate::access;
use crate::counters::{CacheState, Point};
use crate::handler::{Handler, Head};
use crate::models::Variant;
use crate::response::Response;
use crate::route::Route;

/// How a request ends.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// To be sent.
    pub response: Response,
    /// To be kept once it is sent.
    pub keep: Option<Kept>,
    /// One line of JSON for the log: no value, no header, no path as it was sent.
    pub log: String,
    /// To be counted.
    pub point: Option<Point>,
}

/// What to keep in KV, under which key and for how many seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// 64 hexadecimal digits.
    pub key: String,
    /// Sealed.
    pub value: Vec<u8>,
    /// `None`: until it is deleted.
    pub seconds: Option<u32>,
}

/// What a log line says of a request besides its response.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Trace<'h> {
    pub(crate) route: Option<Route>,
    pub(crate) key_id: Option<&'h str>,
    /// Whether who asks may ask something: what strangers do is not counted, for counting costs money.
    pub(crate) is_known: bool,
}

impl Outcome {
    /// Ends a request: leaves the body out for HEAD, and lets pages read the response that may.
    pub(crate) fn new(handler: &Handler, head: &Head, trace: Trace, response: Response) -> Self {
        let log = line(head, trace, &response);
        let response = access::share(&handler.config, head, response);
        let response = if head.method == "HEAD" { response.without_body() } else { response };
        let route = trace.route.filter(|_| trace.is_known);
        let point = Point::new(handler, head, route, response.status);
        Self { response, keep: None, log, point }
    }

    /// Adds to the log where the answer came from and which model gave it.
    pub(crate) fn trace(&mut self, cache: CacheState, variant: Variant) {
        self.add("cache", cache.word());
        self.add("variant", variant.as_str());
    }

    /// Adds a member to the log. Only for words of our own.
    pub(crate) fn add(&mut self, name: &str, word: &str) {
        self.log.truncate(self.log.len().saturating_sub(1));
        // Writing to a String cannot fail.
        let _ = write!(self.log, ",\"{name}\":\"{word}\"}}");
    }
}

/// One line. Every word of it is ours: a method that no route takes is not repeated, and a path is its route's template.
fn line(head: &Head, trace: Trace, response: &Response) -> String {
    const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "OPTIONS"];
    let method = METHODS.into_iter().find(|known| *known == head.method).unwrap_or("other");
    let route = trace.route.map_or("none", Route::template);
    let key = trace.key_id.unwrap_or("none");
    let problem = response.slug.map_or(String::new(), |slug| format!(",\"problem\":\"{slug}\""));
    let (id, status) = (head.request_id, response.status);
    format!(
        r#"{{"request_id":"{id}","method":"{method}","route":"{route}","status":{status},"key":"{key}"{problem}}}"#
    )
}
