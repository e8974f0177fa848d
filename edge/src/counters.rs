//! What is counted of a request, so that a shop sees how its customers drift without keeping any of them.
//!
//! A request tells its segment and the bin of *one* of its columns, another one each time: the counts of many requests
//! say how every column is spread, and no point is anybody's profile. `trainer drift --edge` reads them.

use serde::Serialize;
use shared::{Artifact, Record};

use crate::handler::{Handler, Head};
use crate::models::Variant;
use crate::route::{Access, Route};

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CacheState {
    MemoryHit,
    MemoryMiss,
    KvHit,
    KvMiss,
    /// KV has failed lately and is left alone.
    KvRests,
    Bypass,
}

impl CacheState {
    /// The value of `Cache-Status` (RFC 9211).
    pub(crate) const fn header(self) -> &'static str {
        match self {
            Self::MemoryHit => "memory; hit",
            Self::MemoryMiss => "memory; fwd=miss",
            Self::KvHit => "kv; hit",
            Self::KvMiss => "kv; fwd=miss",
            Self::KvRests => "kv; fwd=bypass; detail=resting",
            Self::Bypass => "kv; fwd=bypass",
        }
    }

    /// The same in a word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::MemoryHit => "memory-hit",
            Self::MemoryMiss => "memory-miss",
            Self::KvHit => "kv-hit",
            Self::KvMiss => "kv-miss",
            Self::KvRests => "kv-rests",
            Self::Bypass => "bypass",
        }
    }
}

/// One data point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Point {
    /// The model's id.
    pub indexes: [String; 1],
    /// Route, status, and of a customer who was answered cache state, variant, segment id, column, bin, whether the
    /// second model agrees.
    pub blobs: [String; 8],
    /// How many requests it stands for: one.
    pub doubles: [u8; 1],
}

impl Point {
    /// As the platform takes it.
    pub fn to_json(&self) -> String {
        // Fails only on maps whose keys are not text; there are none.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The point of a request, whatever it came to: `None` for what is public, and where nothing may be counted.
    pub(crate) fn new(
        handler: &Handler,
        head: &Head,
        route: Option<Route>,
        status: u16,
    ) -> Option<Self> {
        let route = route.filter(|route| route.access() != Access::Public)?;
        let is_counted = handler.config.counts && !head.opts_out() && head.method != "OPTIONS";
        is_counted.then(|| Self {
            indexes: [handler
                .artifact()
                .map_or_else(|_| String::new(), |model| model.id().to_hex())],
            doubles: [1],
            blobs: blobs(route, status),
        })
    }

    /// The same, of a customer who was answered.
    pub(crate) fn of_customer(mut self, answered: Answered, request_id: &str) -> Self {
        let Answered { artifact, record, reply, cache, variant, agrees } = answered;
        let parts = artifact.model().parts();
        let columns = parts.schema.columns();
        let bins = parts.baseline.bin(record);
        let drawn = drawn(request_id).checked_rem(columns.len()).unwrap_or_default();
        let column = columns.get(drawn).map(|column| column.name.clone()).unwrap_or_default();
        let bin = bins.get(drawn).map(u16::to_string).unwrap_or_default();
        let agrees = agrees.map_or("", |agrees| if agrees { "agree" } else { "disagree" });
        let [route, status, ..] = self.blobs;
        let words = [cache.word(), variant.as_str(), segment_id(reply)].map(str::to_owned);
        let [cache, variant, segment] = words;
        self.indexes = [artifact.id().to_hex()];
        self.blobs = [route, status, cache, variant, segment, column, bin, agrees.to_owned()];
        self
    }
}

fn blobs(route: Route, status: u16) -> [String; 8] {
    let [cache, variant, segment, column, bin, agrees] = [const { String::new() }; 6];
    [route.template().into(), status.to_string(), cache, variant, segment, column, bin, agrees]
}

/// What is known of a customer who was answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered<'a> {
    pub(crate) artifact: &'a Artifact,
    pub(crate) record: &'a Record,
    pub(crate) reply: &'a str,
    pub(crate) cache: CacheState,
    pub(crate) variant: Variant,
    pub(crate) agrees: Option<bool>,
}

/// The segment's id, from the text of a reply: what was kept says nothing else of it.
fn segment_id(reply: &str) -> &str {
    let (_, rest) = reply.split_once(r#""segment":{"id":"#).unwrap_or_default();
    rest.split(',').next().unwrap_or_default()
}

/// A number from a request's id, which is random (FNV-1a).
fn drawn(request_id: &str) -> usize {
    let hash = request_id
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    usize::try_from(hash).unwrap_or_default()
}
