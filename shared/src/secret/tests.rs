//! The expected digests, ciphertexts and signatures were computed by Node's `crypto`, another implementation.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::*;
use crate::artifact::{Artifact, encode, hex};
use crate::example;

const SECRET: &[u8] = b"0123456789abcdef";
const ROTATED: &[u8] = b"fedcba9876543210";

fn cache(secret: &[u8]) -> CacheSecret {
    CacheSecret::new(secret).unwrap()
}

fn keys() -> KeySecret {
    KeySecret::new(SECRET).unwrap()
}

#[test]
fn a_secret_that_could_be_guessed_is_refused_and_none_is_shown() {
    assert!(CacheSecret::new(&SECRET[1..]).is_none());
    assert!(KeySecret::new(&SECRET[1..]).is_none());
    assert_eq!(format!("{:?}", cache(SECRET)), "CacheSecret(..)");
    assert_eq!(format!("{:?}", keys()), "KeySecret(..)");
    assert_eq!(format!("{:?}", keys().signing_key("a")), "SigningKey(..)");
}

#[test]
fn a_reply_key_depends_on_each_of_its_parts_and_on_nothing_else() {
    let artifact =
        Artifact::decode(&encode(&example::model(), example::canaries()).unwrap()).unwrap();
    let other = Artifact::decode(&encode(&example::model(), Vec::new()).unwrap()).unwrap();
    let record = example::record(r#"{"age": 20, "married": true}"#);
    let same = example::record(r#"{"married": "Yes", "age": 2e1, "size": null}"#);
    let older = example::record(r#"{"age": 21, "married": true}"#);
    let key = cache(SECRET).reply_key(artifact.id(), "shop", 0, &record);
    assert_eq!(key.len(), 64);
    assert_eq!(cache(SECRET).reply_key(artifact.id(), "shop", 0, &same), key);
    let others = [
        cache(SECRET).reply_key(artifact.id(), "shop", 0, &older),
        cache(SECRET).reply_key(other.id(), "shop", 0, &record),
        cache(SECRET).reply_key(artifact.id(), "shoq", 0, &record),
        cache(SECRET).reply_key(artifact.id(), "", 0, &record),
        cache(SECRET).reply_key(artifact.id(), "shop", 1, &record),
        cache(ROTATED).reply_key(artifact.id(), "shop", 0, &record),
        key,
    ];
    assert_eq!(others.iter().collect::<BTreeSet<_>>().len(), others.len());
}

#[test]
fn a_customer_key_depends_on_tenant_and_id_and_not_on_where_one_ends() {
    let secret = cache(SECRET);
    let key = secret.customer_key("shop", "C-17");
    assert_eq!(key, "be410b913b3479d5bc35fda3e2d7d933506d1ef70c1ddc01b1389ccfc0d1d35a");
    assert_eq!(secret.customer_key("shop", " C-17\t"), key);
    assert_ne!(secret.customer_key("shop", "c-17"), key);
    assert_ne!(secret.customer_key("shopC", "-17"), key);
    assert_ne!(cache(ROTATED).customer_key("shop", "C-17"), key);
}

#[test]
fn a_sealed_reply_is_what_another_implementation_makes_of_it() {
    let secret = cache(SECRET);
    let key = secret.customer_key("shop", "C-17");
    let sealed = secret.seal(&key, r#"{"segment":1}"#);
    assert_eq!(
        hex(&sealed),
        "04386b8cbf965572211965f7f1516fc63c59a4f6e458cdc96e1cedb1508c166f033e639cbd37620fb8"
    );
    assert_eq!(secret.open(&key, &sealed).as_deref(), Some(r#"{"segment":1}"#));
}

#[test]
fn a_sealed_reply_opens_under_its_own_key_and_secret_only() {
    let (secret, key) = (cache(SECRET), "a".repeat(64));
    for reply in ["", "{}", "Zo\u{eb} \u{2713}"] {
        let sealed = secret.seal(&key, reply);
        assert_eq!(secret.open(&key, &sealed).as_deref(), Some(reply));
        assert_eq!(sealed, secret.seal(&key, reply));
        assert_eq!(secret.open(&"b".repeat(64), &sealed), None);
        assert_eq!(cache(ROTATED).open(&key, &sealed), None);
        for position in 0..sealed.len() {
            assert_eq!(secret.open(&key, &sealed[..position]), None, "{position}");
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[position] ^= 1 << bit;
                assert_eq!(secret.open(&key, &changed), None, "{position}");
            }
        }
        assert_eq!(secret.open(&key, &[sealed, [0].into()].concat()), None);
    }
    assert_eq!(secret.open(&key, &[0xff; 80]), None);
}

#[test]
fn a_draw_is_uniform_and_another_for_every_purpose_and_secret() {
    let secret = cache(SECRET);
    assert_eq!(secret.draw("arm", b"C-17"), 657_672_652);
    assert_ne!(secret.draw("holdout", b"C-17"), 657_672_652);
    assert_ne!(cache(ROTATED).draw("arm", b"C-17"), 657_672_652);
    let draws = (0..16_000_u32).map(|subject| secret.draw("arm", &subject.to_le_bytes()));
    let mut counts = [0_i32; 16];
    draws.for_each(|draw| counts[draw as usize >> 28] += 1);
    // Five standard deviations of a count of 16,000 / 16.
    assert!(counts.iter().all(|count| (count - 1000).abs() < 154), "{counts:?}");
}

/// A key that may do everything, its line and its header.
fn known() -> (ApiKey, String, String) {
    let random = core::array::from_fn(|at| if at < 10 { 32 } else { 255 - 30 });
    let scopes = Scopes::parse("predict,explain,batch").unwrap();
    let (key, token) = keys().new_key(&random, scopes, None, Vec::new(), false).unwrap();
    let line = key.to_string();
    (key, line, format!("Bearer {token}"))
}

#[test]
fn a_new_key_is_known_by_its_line() {
    let (key, line, header) = known();
    assert_eq!(header, format!("Bearer wk_aaaaaaaaaa_{}", "b".repeat(52)));
    assert_eq!(
        line,
        "aaaaaaaaaa e9f74d69e08a48023122cd3941d3e297a98b19997ba91b46d076140dcc9428e5 \
         scopes=predict,explain,batch"
    );
    let ring = KeyRing::parse(&format!("# all\r\n\n  {line}  # ours\n")).unwrap();
    assert_eq!(ring.authenticate(&keys(), Some(&header)), Some(&key));
    assert_eq!(key.tenant, "aaaaaaaaaa");
    assert!(Scope::ALL.into_iter().all(|scope| key.scopes.contains(scope)));
    assert!(!format!("{ring:?}").contains("e9f7"));
}

#[test]
fn every_setting_of_a_line_is_read_as_it_was_written() {
    let origins = ["https://a.example", "https://b.example:8443"].map(String::from).to_vec();
    let random = core::array::from_fn(|at| u8::try_from(at).unwrap());
    let new = keys().new_key(&random, Scopes::PREDICT, Some("shop"), origins, true);
    let (key, token) = new.unwrap();
    let ring = KeyRing::parse(&key.to_string()).unwrap();
    let read = ring.authenticate(&keys(), Some(&format!("bearer  {token}"))).unwrap();
    assert_eq!(read, &key);
    assert_eq!((read.tenant.as_str(), read.signed, read.origins.len()), ("shop", true, 2));
    assert_eq!(ring.allowed_origin("https://b.example:8443"), Some("https://b.example:8443"));
    assert_eq!(read.allows_origin("https://a.example"), Some("https://a.example"));
    for other in ["https://a.example:8443", "https://A.example", "https://a.example/", "null", ""] {
        assert_eq!(ring.allowed_origin(other), None, "{other}");
    }
}

#[test]
fn whatever_is_not_exactly_a_known_key_is_nobodys() {
    let (_, line, header) = known();
    let ring = KeyRing::parse(&line).unwrap();
    let spoiled = (0..header.len()).map(|at| {
        let mut bytes = header.clone().into_bytes();
        bytes[at] = b'!' + u8::from(bytes[at] == b'!');
        String::from_utf8(bytes).unwrap()
    });
    let cut = (0..header.len()).map(|at| header[..at].to_owned());
    let token = header.trim_start_matches("Bearer ");
    let others = [
        format!("{header} "),
        format!("{header}b"),
        format!("Basic {token}"),
        token.to_owned(),
        header.to_uppercase(),
        header.replace("aaaaaaaaaa", "aaaaaaaaab"),
        header.replace("_bbb", "_cbb"),
        format!("Bearer wk_.........._{}", ".".repeat(52)),
    ];
    for wrong in spoiled.chain(cut).chain(others) {
        assert_eq!(ring.authenticate(&keys(), Some(&wrong)), None, "{wrong}");
    }
    assert_eq!(ring.authenticate(&keys(), None), None);
    assert_eq!(KeyRing::default().authenticate(&keys(), Some(&header)), None);
    let rotated = KeySecret::new(ROTATED).unwrap();
    assert_eq!(ring.authenticate(&rotated, Some(&header)), None);
    // A digest that nothing has gives nobody's key away either.
    let nothing = format!("aaaaaaaaaa {} scopes=predict", "0".repeat(64));
    assert_eq!(KeyRing::parse(&nothing).unwrap().authenticate(&keys(), Some(&header)), None);
}

#[test]
fn a_line_that_says_anything_else_is_refused_by_number_and_not_repeated() {
    let digest = "0123456789abcdef".repeat(4);
    let good = format!("aaaaaaaaaa {digest} scopes=predict");
    assert!(KeyRing::parse(&good).is_ok());
    let settings = [
        "",
        "scopes=",
        "scopes=Predict",
        "scopes=predict,predict",
        "scopes=predict, explain",
        "scopes=predict scopes=predict",
        "scopes=predict signed signed",
        "scopes=predict signed=yes",
        "scopes=predict planted",
        "scopes=predict tenant=",
        "scopes=predict tenant=planted/",
        "scopes=predict origins=",
        "scopes=predict origins=https://a.example,https://a.example",
        "scopes=predict,batch origins=https://a.example",
        "scopes=explain origins=https://a.example",
    ];
    let long = format!("scopes=predict tenant={}", "t".repeat(65));
    let lines = settings.into_iter().chain([long.as_str()]);
    let lines = lines.map(|settings| format!("bbbbbbbbbb {digest} {settings}"));
    let ids = ["bbbbbbbbb", "bbbbbbbbbbb", "bbbbbbbbb1", "Bbbbbbbbbb", "planted", "aaaaaaaaaa"];
    let ids = ids.into_iter().map(|id| format!("{id} {digest} scopes=predict"));
    let digests = [&digest[1..], &digest.to_uppercase(), &digest.replace('0', "g"), ""];
    let digests = digests.map(|digest| format!("bbbbbbbbbb {digest} scopes=predict"));
    for line in lines.chain(ids).chain(digests) {
        let error = KeyRing::parse(&format!("{good}\n\n{line}")).unwrap_err();
        assert_eq!(error.line, 3, "{line}");
        let said = format!("{error} {error:?}");
        assert!(!said.contains("planted") && !said.contains("bbbb"), "{said}");
    }
}

#[test]
fn an_origin_is_what_a_browser_would_send() {
    let is_allowed = |origin: &str| {
        let digest = "0".repeat(64);
        KeyRing::parse(&format!("aaaaaaaaaa {digest} scopes=predict origins={origin}")).is_ok()
    };
    for good in [
        "https://shop.example",
        "https://xn--bcher-kva.example",
        "https://shop.example:8443",
        "http://localhost",
        "http://localhost:8787",
        "http://127.0.0.1:3000",
        "https://localhost",
    ] {
        assert!(is_allowed(good), "{good}");
    }
    for bad in [
        "http://shop.example",
        "http://localhost.shop.example",
        "https://",
        "https://Shop.example",
        "https://shop.example/",
        "https://shop.example/a",
        "https://shop.example:443",
        "http://localhost:80",
        "https://shop.example:",
        "https://shop.example:0",
        "https://shop.example:+80",
        "https://shop.example:65536",
        "https://shop..example",
        "https://-shop.example",
        "https://*.example",
        "https://a@shop.example",
        "shop.example",
        "null",
        "*",
    ] {
        assert!(!is_allowed(bad), "{bad}");
    }
}

const REQUEST: Signable =
    Signable { method: "POST", path: "/v1/segment", subject: "c 7", body: b"{}" };

#[test]
fn a_signature_is_what_another_implementation_makes_of_it() {
    let key = keys().signing_key("aaaaaaaaaa");
    assert_eq!(key.as_str(), "ws_7b6a9c8ee29a66f7db41d8ac63b9b50cb775893400e280f56c8d4aa449a67af0");
    let header = key.sign(REQUEST, 1000);
    assert_eq!(
        header,
        "expires=1000, v1=27140cf23bcbe4bb6ee7cda5361a49cd18ddcbc4752fb8c34597c8b4ebebed3c"
    );
    assert_eq!(key.verify(REQUEST, Some(&header), 1000), Ok(()));
    assert_eq!(key.verify(REQUEST, Some(&header.replace(", ", ",")), 0), Ok(()));
}

#[test]
fn a_signature_is_good_for_its_request_its_key_and_its_time_only() {
    use SignatureError::{Expired, Malformed, Missing, TooFarAhead, Wrong};
    let key = keys().signing_key("aaaaaaaaaa");
    let header = key.sign(REQUEST, 10_000);
    let verify = |header: &str, now| key.verify(REQUEST, Some(header), now);
    assert_eq!(key.verify(REQUEST, None, 9000), Err(Missing));
    assert_eq!(verify(&header, 10_001), Err(Expired));
    assert_eq!(verify(&header, 6400), Ok(()));
    assert_eq!(verify(&header, 6399), Err(TooFarAhead));
    assert_eq!(verify(&key.sign(REQUEST, u64::MAX), u64::MAX), Ok(()));
    let others = [
        Signable { method: "GET", ..REQUEST },
        Signable { path: "/v1/segments", ..REQUEST },
        Signable { subject: "c 8", ..REQUEST },
        Signable { subject: "", ..REQUEST },
        Signable { body: b"{ }", ..REQUEST },
        Signable { body: b"", ..REQUEST },
    ];
    for other in others {
        assert_eq!(key.verify(other, Some(&header), 9000), Err(Wrong));
    }
    let foreign = keys().signing_key("aaaaaaaaab");
    assert_eq!(foreign.verify(REQUEST, Some(&header), 9000), Err(Wrong));
    assert_eq!(verify(&header.replace("10000", "10001"), 9000), Err(Wrong));
    for malformed in [
        "",
        &header[1..],
        &header[..header.len() - 1],
        &header.replace("10000", "+10000"),
        &header.replace("10000", ""),
        &header.replace("10000", "99999999999999999999"),
        &header.replace(", v1", "; v1"),
        &header.replace("v1", "v2"),
        &header.to_uppercase(),
        &format!("{header}0"),
        &format!("{header}, v1=0"),
    ] {
        assert_eq!(verify(malformed, 9000), Err(Malformed), "{malformed}");
    }
}
