//! Reads JSON text (RFC 8259) one value at a time, without a tree.
//!
//! A general parser would bring its own number reading, its error texts and with them the printing of floats:
//! a fifth of the browser package. Here a number is only told from other text; its value comes from
//! [`number::parse`](crate::number::parse). Nothing recurses, so depth costs memory and not the stack.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// A scalar, or the fact that something stands here that is none.
pub(crate) enum Token<'a> {
    Null,
    Boolean(bool),
    /// The number's text, in JSON's grammar.
    Number(&'a str),
    Text(Cow<'a, str>),
    /// An array or an object, read to its end.
    Nested,
}

/// The text is not JSON; where is known to [`Reader::position`].
#[derive(Debug)]
pub(crate) struct Malformed;

pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Line and byte in the line of what comes next, counted from 1.
    pub(crate) fn position(&self) -> (usize, usize) {
        let before = self.text.as_bytes().get(..self.at).unwrap_or_default();
        let mut position = (1, 1);
        for &byte in before {
            position =
                if byte == b'\n' { (position.0 + 1, 1) } else { (position.0, position.1 + 1) };
        }
        position
    }

    /// The next byte that is no blank; it stays.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Takes `byte` if it comes next, after blanks.
    pub(crate) fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    pub(crate) fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.takes(byte) { Ok(()) } else { Err(Malformed) }
    }

    /// A member's name with the colon after it.
    pub(crate) fn name(&mut self) -> Result<Cow<'a, str>, Malformed> {
        if self.peek() != Some(b'"') {
            return Err(Malformed);
        }
        let name = self.string()?;
        self.expect(b':')?;
        Ok(name)
    }

    /// Any value.
    pub(crate) fn value(&mut self) -> Result<Token<'a>, Malformed> {
        match self.peek() {
            Some(b'[' | b'{') => self.skip_nested(),
            _ => self.scalar(),
        }
    }

    fn scalar(&mut self) -> Result<Token<'a>, Malformed> {
        match self.peek() {
            Some(b'"') => self.string().map(Token::Text),
            Some(b'n') => self.word("null", Token::Null),
            Some(b't') => self.word("true", Token::Boolean(true)),
            Some(b'f') => self.word("false", Token::Boolean(false)),
            _ => self.number(),
        }
    }

    /// Reads an array or an object to its end, keeping only what each open one is closed by.
    fn skip_nested(&mut self) -> Result<Token<'a>, Malformed> {
        let mut closers: Vec<u8> = Vec::new();
        loop {
            let opened = match self.peek() {
                Some(b'[') => Some(b']'),
                Some(b'{') => Some(b'}'),
                _ => None,
            };
            if let Some(closer) = opened {
                self.at += 1;
                if !self.takes(closer) {
                    closers.push(closer);
                    if closer == b'}' {
                        self.name()?;
                    }
                    continue;
                }
            } else {
                self.scalar()?;
            }
            // A value has ended: so may what it stands in.
            loop {
                let Some(&closer) = closers.last() else { return Ok(Token::Nested) };
                if self.takes(b',') {
                    if closer == b'}' {
                        self.name()?;
                    }
                    break;
                }
                self.expect(closer)?;
                closers.pop();
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn word(&mut self, word: &str, token: Token<'a>) -> Result<Token<'a>, Malformed> {
        for expected in word.bytes() {
            if self.byte() != Some(expected) {
                return Err(Malformed);
            }
            self.at += 1;
        }
        Ok(token)
    }

    /// `-?(0|[1-9]d*)(.d+)?([eE][+-]?d+)?`
    fn number(&mut self) -> Result<Token<'a>, Malformed> {
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            self.digits()?;
        }
        self.text.get(start..self.at).map(Token::Number).ok_or(Malformed)
    }

    /// At least one.
    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Malformed) }
    }

    /// A string whose first quote comes next; borrowed when nothing in it is escaped.
    fn string(&mut self) -> Result<Cow<'a, str>, Malformed> {
        self.at += 1;
        let mut decoded: Option<String> = None;
        loop {
            let start = self.at;
            while self.byte().is_some_and(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            let plain = self.text.get(start..self.at).ok_or(Malformed)?;
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(match decoded {
                        None => Cow::Borrowed(plain),
                        Some(decoded) => Cow::Owned(decoded + plain),
                    });
                }
                Some(b'\\') => {
                    self.at += 1;
                    let decoded = decoded.get_or_insert_default();
                    decoded.push_str(plain);
                    decoded.push(self.escaped()?);
                }
                _ => return Err(Malformed),
            }
        }
    }

    /// What a backslash and the next characters stand for.
    fn escaped(&mut self) -> Result<char, Malformed> {
        let byte = self.byte().ok_or(Malformed)?;
        let character = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.code_point();
            }
            _ => return Err(Malformed),
        };
        self.at += 1;
        Ok(character)
    }

    /// Four hexadecimal digits, or two surrogates that make a character together.
    fn code_point(&mut self) -> Result<char, Malformed> {
        let unit = self.hex4()?;
        if !(0xd800..0xdc00).contains(&unit) {
            return char::from_u32(unit).ok_or(Malformed);
        }
        for expected in *b"\\u" {
            if self.byte() != Some(expected) {
                return Err(Malformed);
            }
            self.at += 1;
        }
        let low = self.hex4()?;
        if !(0xdc00..0xe000).contains(&low) {
            return Err(Malformed);
        }
        char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)).ok_or(Malformed)
    }

    fn hex4(&mut self) -> Result<u32, Malformed> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            value = value * 16 + digit.ok_or(Malformed)?;
            self.at += 1;
        }
        Ok(value)
    }
}
