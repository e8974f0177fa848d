//! From a table's bytes to text. Pure; whoever has the bytes feeds them.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use encoding_rs::DecoderResult;
use memchr::memchr;

/// How a table's characters are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, and so ASCII.
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// Windows-1252, and so ISO-8859-1.
    Windows1252,
}

impl Encoding {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1252];

    /// As it is announced.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "Windows-1252",
        }
    }

    /// Reads a name as people type it: case, blanks, `-` and `_` do not count. ISO-8859-1 is read as
    /// Windows-1252, which the WHATWG Encoding Standard does too; plain UTF-16 as [`Encoding::Utf16Le`],
    /// whose byte order a mark overrules.
    pub fn from_name(name: &str) -> Option<Self> {
        let is_letter = |c: &char| !matches!(c, '-' | '_' | ' ');
        let plain: String =
            name.chars().filter(is_letter).map(|c| c.to_ascii_lowercase()).collect();
        match plain.as_str() {
            "utf8" | "utf8sig" | "ascii" | "usascii" => Some(Self::Utf8),
            "utf16" | "utf16le" | "unicode" => Some(Self::Utf16Le),
            "utf16be" => Some(Self::Utf16Be),
            "windows1252" | "win1252" | "cp1252" | "1252" | "latin1" | "iso88591" | "ansi" => {
                Some(Self::Windows1252)
            }
            _ => None,
        }
    }

    /// What a byte order mark at the begin says, and the mark's length.
    fn of_mark(bytes: &[u8]) -> Option<(Self, usize)> {
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => Some((Self::Utf8, 3)),
            [0xff, 0xfe, ..] => Some((Self::Utf16Le, 2)),
            [0xfe, 0xff, ..] => Some((Self::Utf16Be, 2)),
            _ => None,
        }
    }

    fn decoder(self) -> encoding_rs::Decoder {
        let encoding = match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
        };
        encoding.new_decoder_without_bom_handling()
    }
}

/// Why bytes are no text. What stands before the fault was decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadText {
    /// They are not what the encoding allows.
    Malformed(Encoding),
    /// A NUL byte, which no table holds.
    Nul,
}

impl fmt::Display for BadText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(encoding) => write!(f, "the text is not {}", encoding.name()),
            Self::Nul => {
                f.write_str("a NUL byte: the file is binary, or UTF-16 without a byte order mark")
            }
        }
    }
}

impl core::error::Error for BadText {}

/// Decodes bytes as they come; how they are cut does not matter.
///
/// An encoding that is told is used; only the byte order of UTF-16 is for the mark to say. Otherwise a byte
/// order mark decides. Without one the bytes are ASCII until the first that are not: where these are valid
/// UTF-8, all must be; where not, all is Windows-1252. A byte order mark is no part of the text.
pub struct Decoder {
    state: State,
    /// The begin of the bytes, or of a character, that is too short to decide by.
    held: Vec<u8>,
}

enum State {
    /// Before a byte order mark.
    Start(Option<Encoding>),
    /// Nothing but ASCII so far, and nothing told.
    Ascii,
    Decided(Encoding, encoding_rs::Decoder),
    Failed(Encoding, BadText),
}

impl Decoder {
    /// A decoder at the begin of a table, whose encoding may have been told.
    pub fn new(told: Option<Encoding>) -> Self {
        Self { state: State::Start(told), held: Vec::new() }
    }

    /// What the text is decoded from: UTF-8 as long as there was nothing but ASCII.
    pub fn encoding(&self) -> Encoding {
        match self.state {
            State::Start(told) => told.unwrap_or(Encoding::Utf8),
            State::Ascii => Encoding::Utf8,
            State::Decided(encoding, _) | State::Failed(encoding, _) => encoding,
        }
    }

    /// Decodes the next bytes, the last of them if `last`, to the end of `out`.
    ///
    /// # Errors
    /// When the bytes are not text, now and ever after. All that stands before the fault is in `out`.
    pub fn decode(&mut self, input: &[u8], last: bool, out: &mut String) -> Result<(), BadText> {
        let start = out.len();
        let decoded = self.decode_unchecked(input, last, out);
        let fault = match memchr(0, out.as_bytes().get(start..).unwrap_or_default()) {
            Some(at) if !matches!(self.encoding(), Encoding::Utf16Le | Encoding::Utf16Be) => {
                out.truncate(start + at);
                Err(BadText::Nul)
            }
            _ => decoded,
        };
        if let Err(fault) = fault {
            self.state = State::Failed(self.encoding(), fault);
        }
        fault
    }

    fn decode_unchecked(
        &mut self,
        input: &[u8],
        last: bool,
        out: &mut String,
    ) -> Result<(), BadText> {
        if self.held.is_empty() {
            return self.step(input, last, out);
        }
        // At most twice in a table: at its begin, and where its first character beyond ASCII is cut.
        let mut joined = core::mem::take(&mut self.held);
        joined.extend_from_slice(input);
        self.step(&joined, last, out)
    }

    fn step(&mut self, input: &[u8], last: bool, out: &mut String) -> Result<(), BadText> {
        match &mut self.state {
            State::Start(_) if input.len() < 3 && !last => {
                self.held = input.into();
                Ok(())
            }
            State::Start(told) => {
                let (encoding, len) = resolve(*told, input);
                self.state = encoding.map_or(State::Ascii, |e| State::Decided(e, e.decoder()));
                self.step(input.get(len..).unwrap_or_default(), last, out)
            }
            State::Ascii => {
                let (ascii, rest) = input.split_at(encoding_rs::Encoding::ascii_valid_up_to(input));
                out.push_str(core::str::from_utf8(ascii).unwrap_or_default());
                // Before what follows decides, so that it is the same however the bytes are cut.
                if memchr(0, ascii).is_some() {
                    return Err(BadText::Nul);
                }
                let encoding = match core::str::from_utf8(rest.get(..4).unwrap_or(rest)) {
                    Ok("") => return Ok(()),
                    Ok(_) => Encoding::Utf8,
                    Err(error) if error.valid_up_to() > 0 => Encoding::Utf8,
                    Err(error) if error.error_len().is_none() && !last => {
                        self.held = rest.into();
                        return Ok(());
                    }
                    Err(_) => Encoding::Windows1252,
                };
                self.state = State::Decided(encoding, encoding.decoder());
                self.step(rest, last, out)
            }
            State::Decided(encoding, decoder) => {
                let (encoding, mut rest) = (*encoding, input);
                loop {
                    // Enough for ASCII; for the rest there are more rounds. The decoder wants room for one
                    // character at least.
                    out.reserve(rest.len() + 16);
                    let (result, n_in) =
                        decoder.decode_to_string_without_replacement(rest, out, last);
                    rest = rest.get(n_in..).unwrap_or_default();
                    match result {
                        DecoderResult::InputEmpty => return Ok(()),
                        DecoderResult::OutputFull => {}
                        DecoderResult::Malformed(..) => return Err(BadText::Malformed(encoding)),
                    }
                }
            }
            State::Failed(_, fault) => Err(*fault),
        }
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("encoding", &self.encoding()).finish_non_exhaustive()
    }
}

/// The encoding of bytes that begin so, if that is known, and the length of their byte order mark.
fn resolve(told: Option<Encoding>, input: &[u8]) -> (Option<Encoding>, usize) {
    use Encoding::{Utf8, Utf16Be, Utf16Le};
    match (told, Encoding::of_mark(input)) {
        (told, None) => (told, 0),
        (None, Some((marked, len)))
        | (Some(Utf16Le | Utf16Be), Some((marked @ (Utf16Le | Utf16Be), len))) => {
            (Some(marked), len)
        }
        // Programs that take UTF-8 for Windows-1252 leave its mark behind.
        (Some(told), Some((Utf8, len))) => (Some(told), len),
        (Some(told), Some(_)) => (Some(told), 0),
    }
}

#[cfg(test)]
mod tests;
