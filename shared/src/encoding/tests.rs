use super::*;
use alloc::string::ToString;
use alloc::vec;

type Decoded = (String, Encoding, Result<(), BadText>);
type Sample = (Vec<u8>, &'static str, Encoding, Result<(), BadText>);

fn decode(told: Option<Encoding>, parts: &[&[u8]]) -> Decoded {
    let mut decoder = Decoder::new(told);
    let mut out = String::new();
    for (position, part) in parts.iter().enumerate() {
        if let Err(bad) = decoder.decode(part, position + 1 == parts.len(), &mut out) {
            return (out, decoder.encoding(), Err(bad));
        }
    }
    (out, decoder.encoding(), Ok(()))
}

fn utf16(text: &str, mark: bool, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mark = mark.then_some(0xfeff);
    mark.into_iter().chain(text.encode_utf16()).flat_map(to_bytes).collect()
}

const TEXT: &str = "naïve;3,5 €\n😀;ß\n";

fn samples() -> Vec<Sample> {
    use Encoding::*;
    let malformed = |encoding| Err(BadText::Malformed(encoding));
    vec![
        (b"plain".to_vec(), "plain", Utf8, Ok(())),
        (vec![], "", Utf8, Ok(())),
        (b"a".to_vec(), "a", Utf8, Ok(())),
        (TEXT.as_bytes().to_vec(), TEXT, Utf8, Ok(())),
        ([b"\xef\xbb\xbf", TEXT.as_bytes()].concat(), TEXT, Utf8, Ok(())),
        (utf16(TEXT, true, u16::to_le_bytes), TEXT, Utf16Le, Ok(())),
        (utf16(TEXT, true, u16::to_be_bytes), TEXT, Utf16Be, Ok(())),
        (b"caf\xe9;\x80\n".to_vec(), "café;€\n", Windows1252, Ok(())),
        // What would be UTF-8 later does not matter once it was decided.
        (b"\xe9\xc3\xa9".to_vec(), "éÃ©", Windows1252, Ok(())),
        (b"caf\xc3".to_vec(), "cafÃ", Windows1252, Ok(())),
        (b"\xe2\x82x".to_vec(), "â‚x", Windows1252, Ok(())),
        (b"\xc3\xa9\ncaf\xe9\n".to_vec(), "é\ncaf", Utf8, malformed(Utf8)),
        (b"\xc3\xa9\xc3".to_vec(), "é", Utf8, malformed(Utf8)),
        (b"\xef\xbb\xbfcaf\xe9".to_vec(), "caf", Utf8, malformed(Utf8)),
        (b"\xff\xfea\0b".to_vec(), "a", Utf16Le, malformed(Utf16Le)),
        (b"\xfe\xff\0a\xd8\x3d\0b".to_vec(), "a", Utf16Be, malformed(Utf16Be)),
        (b"\xff\xfe\x3d\xd8".to_vec(), "", Utf16Le, malformed(Utf16Le)),
        (b"a,b\n1\0,2".to_vec(), "a,b\n1", Utf8, Err(BadText::Nul)),
        (b"a\0;\0".to_vec(), "a", Utf8, Err(BadText::Nul)),
        (b"a\0\xe9".to_vec(), "a", Utf8, Err(BadText::Nul)),
        (b"\xe9a\0".to_vec(), "éa", Windows1252, Err(BadText::Nul)),
        (b"\xc3\xa9\0\xff".to_vec(), "é", Utf8, Err(BadText::Nul)),
    ]
}

#[test]
fn the_first_bytes_beyond_ascii_decide_unless_a_mark_does() {
    for (bytes, text, encoding, end) in samples() {
        assert_eq!(decode(None, &[&bytes]), (text.into(), encoding, end), "{bytes:x?}");
    }
}

#[test]
fn any_cut_gives_the_same_text() {
    for (bytes, ..) in samples() {
        let whole = decode(None, &[&bytes]);
        for cut in 0..=bytes.len() {
            let (a, b) = bytes.split_at(cut);
            assert_eq!(decode(None, &[a, b]), whole, "{bytes:x?} cut at {cut}");
            assert_eq!(decode(None, &[a, b, b""]), whole, "{bytes:x?} cut at {cut}, then nothing");
            for second in 0..=b.len() {
                let (b, c) = b.split_at(second);
                assert_eq!(decode(None, &[a, b, c]), whole, "{bytes:x?} cut at {cut}, {second}");
            }
        }
        let bytewise: Vec<&[u8]> = bytes.chunks(1).chain([&b""[..]]).collect();
        assert_eq!(decode(None, &bytewise), whole, "{bytes:x?} by the byte");
    }
}

#[test]
fn what_is_told_is_used_and_its_mark_is_no_text() {
    let bytes = utf16("aé", false, u16::to_le_bytes);
    assert_eq!(decode(Some(Encoding::Utf16Le), &[&bytes]).0, "aé");
    let bytes = utf16("aé", true, u16::to_be_bytes);
    assert_eq!(decode(Some(Encoding::Utf16Le), &[&bytes]).1, Encoding::Utf16Be);
    assert_eq!(decode(Some(Encoding::Windows1252), &[b"\xef\xbb\xbf\xc3\xa9"]).0, "Ã©");
    assert_eq!(decode(Some(Encoding::Utf8), &[b"\xef\xbb\xbf\xc3\xa9"]).0, "é");
    let malformed = Err(BadText::Malformed(Encoding::Utf8));
    assert_eq!(decode(Some(Encoding::Utf8), &[b"caf\xe9"]).2, malformed);
}

#[test]
fn every_byte_is_a_character_of_windows_1252() {
    let bytes: Vec<u8> = (1..=255).map(|byte| byte ^ 0x80).filter(|byte| *byte > 0).collect();
    let (text, encoding, end) = decode(None, &[&bytes]);
    assert_eq!((text.chars().count(), encoding, end), (254, Encoding::Windows1252, Ok(())));
}

#[test]
fn a_fault_stays_a_fault() {
    let mut decoder = Decoder::new(None);
    let mut out = String::new();
    assert_eq!(decoder.decode(b"a\0b", false, &mut out), Err(BadText::Nul));
    assert_eq!(decoder.decode(b"c", true, &mut out), Err(BadText::Nul));
    assert_eq!(out, "a");
}

#[test]
fn names_are_read_as_people_type_them() {
    for (name, encoding) in [
        ("utf8", Encoding::Utf8),
        ("UTF-8", Encoding::Utf8),
        ("latin1", Encoding::Windows1252),
        ("ISO-8859-1", Encoding::Windows1252),
        ("iso_8859_1", Encoding::Windows1252),
        ("cp1252", Encoding::Windows1252),
        ("utf-16", Encoding::Utf16Le),
        ("UTF-16BE", Encoding::Utf16Be),
    ] {
        assert_eq!(Encoding::from_name(name), Some(encoding), "{name}");
    }
    for encoding in Encoding::ALL {
        assert_eq!(Encoding::from_name(encoding.name()), Some(encoding));
    }
    assert_eq!(Encoding::from_name("ebcdic"), None);
    assert_eq!(BadText::Malformed(Encoding::Utf8).to_string(), "the text is not UTF-8");
}
