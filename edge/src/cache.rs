//! Where an answer may have been kept: the isolate's memory, then KV, which a breaker leaves alone while it fails.
//!
//! Both are helps and never needs. What is kept is keyed by a digest and, outside of this isolate, sealed; see
//! [`shared::secret`].

use std::num::NonZeroUsize;

use lru::LruCache;

/// How many answers an isolate keeps at most.
const MOST: NonZeroUsize = NonZeroUsize::new(2048).expect("it is not zero");

/// How many bytes of answers an isolate keeps at most: a sixteenth of what the platform gives it.
const MOST_BYTES: usize = 8 << 20;

/// After so many failures of KV in a row it is left alone,
const FAILURES: u32 = 5;

/// for so many milliseconds. Then one request tries it again.
const REST_MS: u64 = 10_000;

/// Answers that this isolate has given, least recently used last.
#[derive(Debug)]
pub(crate) struct Memory {
    entries: LruCache<String, Entry>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    reply: String,
    until_ms: u64,
}

impl Default for Memory {
    fn default() -> Self {
        // `new` would reserve the whole table at once.
        let mut entries = LruCache::unbounded();
        entries.resize(MOST);
        Self { entries, bytes: 0 }
    }
}

impl Memory {
    /// What is kept under a key, unless its time is over.
    pub(crate) fn get(&mut self, key: &str, now_ms: u64) -> Option<String> {
        let entry = self.entries.get(key)?;
        if entry.until_ms > now_ms {
            return Some(entry.reply.clone());
        }
        let gone = self.entries.pop(key);
        self.forget(gone);
        None
    }

    /// Keeps an answer for `seconds`, or for as long as there is room.
    pub(crate) fn put(&mut self, key: &str, reply: &str, now_ms: u64, seconds: Option<u32>) {
        let until_ms =
            seconds.map_or(u64::MAX, |s| now_ms.saturating_add(u64::from(s).saturating_mul(1000)));
        self.bytes = self.bytes.saturating_add(reply.len());
        let entry = Entry { reply: reply.to_owned(), until_ms };
        // Gives back what was under the key, or the least recently used where all places are taken.
        let replaced = self.entries.push(key.to_owned(), entry).map(|(_, entry)| entry);
        self.forget(replaced);
        while self.bytes > MOST_BYTES {
            let Some((_, entry)) = self.entries.pop_lru() else { break };
            self.forget(Some(entry));
        }
    }

    fn forget(&mut self, entry: Option<Entry>) {
        self.bytes = self.bytes.saturating_sub(entry.map_or(0, |entry| entry.reply.len()));
    }
}

/// Whether KV is asked.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    rests_until_ms: u64,
}

impl Breaker {
    /// Whether to ask now. While it rests nobody asks; after that one does, and the others wait for what that one
    /// finds.
    pub(crate) fn lets_ask(&mut self, now_ms: u64) -> bool {
        if self.failures < FAILURES {
            return true;
        }
        let is_over = now_ms >= self.rests_until_ms;
        if is_over {
            self.rests_until_ms = now_ms.saturating_add(REST_MS);
        }
        is_over
    }

    /// KV has answered, whatever it had.
    pub(crate) fn answered(&mut self) {
        *self = Self::default();
    }

    /// KV has failed, or was late.
    pub(crate) fn failed(&mut self, now_ms: u64) {
        self.failures = self.failures.saturating_add(1);
        if self.failures == FAILURES {
            self.rests_until_ms = now_ms.saturating_add(REST_MS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_least_recently_makes_room() {
        let mut memory = Memory::default();
        for i in 0..=MOST.get() {
            memory.put(&i.to_string(), "x", 0, None);
            assert_eq!(memory.get("1", 0).is_some(), i >= 1, "1 is used all the time");
        }
        assert_eq!(memory.get("0", 0), None);
        assert_eq!((memory.entries.len(), memory.bytes), (MOST.get(), MOST.get()));
    }

    #[test]
    fn bytes_are_bounded_and_counted_back() {
        let mut memory = Memory::default();
        let half = "x".repeat(MOST_BYTES / 2);
        for key in ["a", "b", "c"] {
            memory.put(key, &half, 0, None);
        }
        assert_eq!((memory.get("a", 0), memory.bytes), (None, MOST_BYTES));
        memory.put("b", "", 0, None);
        assert_eq!((memory.get("b", 0).as_deref(), memory.bytes), (Some(""), MOST_BYTES / 2));
        memory.put("d", &half.repeat(3), 0, None);
        assert_eq!((memory.entries.len(), memory.bytes), (0, 0), "too large to keep");
    }

    #[test]
    fn an_answer_is_kept_for_its_time() {
        let mut memory = Memory::default();
        memory.put("a", "x", 1000, Some(60));
        assert_eq!(memory.get("a", 60_999).as_deref(), Some("x"));
        assert_eq!((memory.get("a", 61_000), memory.bytes), (None, 0));
        memory.put("b", "x", 1000, None);
        assert_eq!(memory.get("b", u64::MAX - 1).as_deref(), Some("x"));
    }

    #[test]
    fn kv_is_left_alone_after_failures_in_a_row_and_then_tried_once() {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES - 1 {
            breaker.failed(0);
        }
        breaker.answered();
        for _ in 0..FAILURES {
            assert!(breaker.lets_ask(5));
            breaker.failed(5);
        }
        assert!(!breaker.lets_ask(5 + REST_MS - 1));
        assert!(breaker.lets_ask(5 + REST_MS), "one tries");
        assert!(!breaker.lets_ask(5 + REST_MS), "the others wait");
        breaker.failed(6 + REST_MS);
        assert!(!breaker.lets_ask(7 + REST_MS));
        assert!(breaker.lets_ask(5 + 2 * REST_MS));
        breaker.answered();
        assert!(breaker.lets_ask(5 + 2 * REST_MS));
    }
}
