//! What a deployment chooses: read from the text of its settings, all at once, and refused as a whole where one
//! cannot be read. A service that guesses what was meant by a setting of access would be open by mistake.

use shared::secret::{CacheSecret, KeyRing, KeySecret};

use crate::customer::UnknownFields;

/// What a deployment chooses.
#[derive(Debug)]
pub struct Config {
    /// Who may ask.
    pub access: AccessConfig,
    /// How answers are kept.
    pub cache: CacheConfig,
    /// What becomes of fields that the model does not know.
    pub unknown_fields: UnknownFields,
    /// The most customers of a batch.
    pub batch_rows: usize,
    /// The seconds over which the platform counts a key's requests; `None` where it does not.
    pub rate_period: Option<u32>,
    /// What the second model is for.
    pub experiment: Experiment,
    /// Whether there is a store of last night's answers by customer.
    pub has_customers: bool,
    /// Whether requests are counted.
    pub counts: bool,
    /// Whether a line is written for each request.
    pub logs: bool,
    /// The settings that cannot be read, with what they should be.
    pub unreadable: Vec<String>,
}

/// Who may ask.
#[derive(Debug)]
pub enum AccessConfig {
    /// Everybody: for a demonstration on one's own machine.
    Off,
    /// Whoever has a key.
    Keys {
        /// The keys.
        ring: KeyRing,
        /// What their digests are keyed with.
        secret: KeySecret,
    },
    /// Nobody: there are no keys.
    NotConfigured,
}

/// How answers are kept.
#[derive(Debug)]
pub struct CacheConfig {
    /// Keys and seals entries; without it nothing is kept.
    pub secret: Option<CacheSecret>,
    /// Whether the isolate keeps answers.
    pub memory: bool,
    /// Whether KV keeps answers.
    pub kv: bool,
    /// For how long, in seconds; `None` for as long as the platform does.
    pub ttl: Option<u32>,
}

/// What the second model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Experiment {
    /// Nothing.
    #[default]
    Off,
    /// It answers a share of customers, in thousandths.
    Split(u16),
    /// It is asked too; its answers are compared and not given.
    Shadow,
}

impl Experiment {
    /// Whether there is one.
    pub(crate) fn is_on(self) -> bool {
        self != Self::Off
    }
}

impl Default for Config {
    /// For a face that has no network: everybody may ask, nothing is kept.
    fn default() -> Self {
        Self {
            access: AccessConfig::Off,
            cache: CacheConfig { secret: None, memory: false, kv: false, ttl: None },
            unknown_fields: UnknownFields::default(),
            batch_rows: 1000,
            rate_period: None,
            experiment: Experiment::Off,
            has_customers: false,
            counts: false,
            logs: false,
            unreadable: Vec::new(),
        }
    }
}

/// Which parts of the platform are there.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not, whatever the others are")]
pub struct Bindings {
    /// A KV namespace for answers.
    pub cache: bool,
    /// A KV namespace of last night's answers.
    pub customers: bool,
    /// A rate limiter.
    pub rate_limit: bool,
    /// A data set that requests are counted in.
    pub counters: bool,
}

impl Config {
    /// From the text of the settings, where they are set, and the bindings. What cannot be read is listed in
    /// [`unreadable`](Self::unreadable), and then nobody is answered.
    pub fn read(bindings: Bindings, setting: impl Fn(&str) -> Option<String>) -> Self {
        let mut reader = Reader { setting, unreadable: Vec::new() };
        let access = reader.access();
        let cache = reader.cache(bindings.cache);
        let unknown_fields = reader
            .one_of(
                "UNKNOWN_FIELDS",
                &[("ignore", UnknownFields::Ignore), ("reject", UnknownFields::Reject)],
            )
            .unwrap_or_default();
        let batch_rows = reader
            .parsed("BATCH_ROWS", "a whole number from 1 to 10000", |text| {
                text.parse().ok().filter(|rows| (1..=10_000).contains(rows))
            })
            .unwrap_or(1000);
        let period = reader.one_of("RATE_LIMIT_PERIOD", &[("10", 10), ("60", 60)]).unwrap_or(60);
        let share = reader.parsed(
            "CHALLENGER_SHARE",
            "a share from 0 to 1 with at most three decimals",
            thousandths,
        );
        let experiment =
            match reader.one_of("CHALLENGER", &[("off", 0), ("split", 1), ("shadow", 2)]) {
                Some(1) => Experiment::Split(share.unwrap_or_else(|| {
                    reader
                        .unreadable
                        .push("CHALLENGER_SHARE: set it, `CHALLENGER=split` needs it".into());
                    0
                })),
                Some(2) => Experiment::Shadow,
                _ => Experiment::Off,
            };
        if matches!(experiment, Experiment::Split(_)) && cache.secret.is_none() {
            reader.unreadable.push("CACHE_SECRET: set it, `CHALLENGER=split` draws with it".into());
        }
        Self {
            access,
            cache,
            unknown_fields,
            batch_rows,
            rate_period: bindings.rate_limit.then_some(period),
            experiment,
            has_customers: bindings.customers,
            counts: bindings.counters,
            logs: reader.one_of("LOG", &[("on", true), ("off", false)]).unwrap_or(true),
            unreadable: reader.unreadable,
        }
    }
}

struct Reader<F> {
    setting: F,
    unreadable: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    /// The setting's text, unless it is not set or blank.
    fn text(&self, name: &str) -> Option<String> {
        (self.setting)(name).filter(|text| !text.trim().is_empty())
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(text.trim());
        if value.is_none() {
            self.unreadable.push(format!("{name}: set it to {expected}"));
        }
        value
    }

    fn one_of<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.parsed(name, &known.join(" or "), |text| {
            let mut found = words.iter().filter(|(word, _)| word.eq_ignore_ascii_case(text));
            found.next().map(|(_, value)| *value)
        })
    }

    fn access(&mut self) -> AccessConfig {
        let off = self.one_of("AUTH", &[("off", true), ("on", false)]).unwrap_or(false);
        let secret = self.parsed("KEY_SECRET", "16 bytes or more that nobody can guess", |text| {
            KeySecret::new(text.as_bytes())
        });
        let ring = self.text("API_KEYS").and_then(|text| match KeyRing::parse(&text) {
            Ok(ring) => Some(ring),
            Err(error) => {
                self.unreadable.push(format!("API_KEYS: line {}: {}", error.line, error.what));
                None
            }
        });
        match (off, ring, secret) {
            (true, _, _) => AccessConfig::Off,
            (false, Some(ring), Some(secret)) => AccessConfig::Keys { ring, secret },
            (false, ..) => AccessConfig::NotConfigured,
        }
    }

    fn cache(&mut self, has_kv: bool) -> CacheConfig {
        let secret =
            self.parsed("CACHE_SECRET", "16 bytes or more that nobody can guess", |text| {
                CacheSecret::new(text.as_bytes())
            });
        let (memory, kv) = self
            .one_of(
                "CACHE_MODE",
                &[("kv", (true, true)), ("memory", (true, false)), ("off", (false, false))],
            )
            .unwrap_or((true, true));
        let expected = "seconds, 60 or more, or none";
        let ttl = self.parsed("CACHE_TTL", expected, |text| {
            if text.eq_ignore_ascii_case("none") {
                return Some(None);
            }
            text.parse().ok().filter(|&seconds| seconds >= 60).map(Some)
        });
        let is_kept = secret.is_some();
        CacheConfig {
            secret,
            memory: is_kept && memory,
            kv: is_kept && kv && has_kv,
            ttl: ttl.unwrap_or(Some(86_400)),
        }
    }
}

/// A share with at most three decimals, in thousandths.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 1
        || decimals.len() > 3
        || !digits(whole)
        || !digits(decimals)
    {
        return None;
    }
    let padded = format!("{whole}{decimals:0<3}");
    padded.parse().ok().filter(|&share| share <= 1000)
}

#[cfg(test)]
mod tests;
