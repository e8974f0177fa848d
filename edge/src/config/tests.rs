use super::*;

const SECRET: &str = "0123456789abcdef";

fn read(settings: &[(&str, &str)]) -> Config {
    let bindings = Bindings { cache: true, customers: true, rate_limit: true, counters: true };
    Config::read(bindings, |name| {
        let mut found = settings.iter().filter(|(known, _)| *known == name);
        found.next().map(|(_, text)| (*text).to_owned())
    })
}

#[test]
fn nothing_set_is_nobody_answered_and_nothing_kept() {
    let config = read(&[]);
    assert!(matches!(config.access, AccessConfig::NotConfigured));
    let CacheConfig { secret, memory, kv, ttl } = config.cache;
    assert!(secret.is_none() && !memory && !kv);
    assert_eq!((ttl, config.batch_rows, config.rate_period), (Some(86_400), 1000, Some(60)));
    assert!(config.unreadable.is_empty(), "{:?}", config.unreadable);
}

#[test]
fn keys_without_their_secret_and_a_secret_without_keys_let_nobody_in() {
    for settings in
        [[("API_KEYS", "# none yet"), ("AUTH", "on")], [("KEY_SECRET", SECRET), ("AUTH", "")]]
    {
        assert!(matches!(read(&settings).access, AccessConfig::NotConfigured), "{settings:?}");
    }
    let both = [("API_KEYS", "# none yet"), ("KEY_SECRET", SECRET)];
    assert!(matches!(read(&both).access, AccessConfig::Keys { .. }));
}

#[test]
fn where_answers_are_kept_is_chosen_and_needs_a_secret() {
    let kept = |mode| {
        let config = read(&[("CACHE_SECRET", SECRET), ("CACHE_MODE", mode)]).cache;
        (config.memory, config.kv)
    };
    assert_eq!(kept(""), (true, true));
    assert_eq!(kept("KV"), (true, true));
    assert_eq!(kept("memory"), (true, false));
    assert_eq!(kept("off"), (false, false));
    assert_eq!(read(&[("CACHE_SECRET", SECRET), ("CACHE_TTL", "none")]).cache.ttl, None);
    assert_eq!(read(&[("CACHE_SECRET", SECRET), ("CACHE_TTL", " 60\n")]).cache.ttl, Some(60));
}

#[test]
fn what_cannot_be_read_is_named_with_what_it_should_be_and_never_repeated() {
    for (name, wrong) in [
        ("AUTH", "none"),
        ("KEY_SECRET", "short-secret"),
        ("CACHE_SECRET", "short-secret"),
        ("API_KEYS", "wk_planted"),
        ("CACHE_MODE", "redis"),
        ("CACHE_TTL", "59"),
        ("CACHE_TTL", "1e3"),
        ("UNKNOWN_FIELDS", "keep"),
        ("LOG", "errors"),
        ("BATCH_ROWS", "-7"),
        ("BATCH_ROWS", "10001"),
        ("RATE_LIMIT_PERIOD", "30"),
        ("CHALLENGER", "both"),
        ("CHALLENGER_SHARE", "1.001"),
        ("CHALLENGER_SHARE", "0.0001"),
        ("CHALLENGER_SHARE", "-0.1"),
        ("CHALLENGER_SHARE", "."),
    ] {
        let config = read(&[(name, wrong)]);
        let [said] = config.unreadable.as_slice() else {
            panic!("{name}: {:?}", config.unreadable)
        };
        assert!(said.starts_with(&format!("{name}: ")) && !said.contains(wrong), "{said}");
    }
}

#[test]
fn an_experiment_has_a_share_and_a_secret_to_draw_with() {
    let split = |share| {
        let settings =
            [("CHALLENGER", "split"), ("CHALLENGER_SHARE", share), ("CACHE_SECRET", SECRET)];
        read(&settings).experiment
    };
    for (share, thousandths) in
        [("0", 0), ("1", 1000), ("1.000", 1000), ("0.1", 100), ("0.025", 25)]
    {
        assert_eq!(split(share), Experiment::Split(thousandths), "{share}");
    }
    assert_eq!(read(&[("CHALLENGER", "shadow")]).experiment, Experiment::Shadow);
    let unset = read(&[("CHALLENGER", "split")]).unreadable;
    assert!(unset[0].starts_with("CHALLENGER_SHARE: ") && unset[1].starts_with("CACHE_SECRET: "));
}
