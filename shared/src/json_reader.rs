//! Reads JSON text (RFC 8259) one value at a time, without a tree.
//!
//! A general parser would bring its own number reading, its error texts and with them the printing of floats:
//! a fifth of the browser package. Here a number is only told from other text; its value comes from
//! [`number::parse`](crate::number::parse). Nothing recurses, so depth costs memory and not the stack.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use self::Fault::Malformed;

/// A scalar, or the fact that something stands here that is none.
pub(crate) enum Token<'a> {
    Null,
    Boolean(bool),
    /// The number's text, in JSON's grammar.
    Number(&'a str),
    Text(Cow<'a, str>),
    /// An array's or an object's text, read to its end.
    Nested(&'a str),
}

/// Why reading stopped; where is known to [`Reader::position`].
#[derive(Debug)]
pub(crate) enum Fault {
    /// The text is not JSON.
    Malformed,
    /// An array or an object inside more than [`MAX_DEPTH`] - 1 others begins here.
    TooDeep,
    /// A member's name begins here that stood in its object before.
    Duplicate(String),
}

/// How deep arrays and objects may stand in each other, the outermost counted as 1 (RFC 8259, section 9, lets
/// a reader set a limit).
const MAX_DEPTH: usize = 16;

/// The members of one object that were met.
pub(crate) type Names<'a> = BTreeSet<Cow<'a, str>>;

pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Whether depth and repeated names are looked at.
    strict: bool,
}

impl<'a> Reader<'a> {
    /// A reader that stops at what is too deep, and at a name that stands twice in one object.
    pub(crate) fn strict(text: &'a str) -> Self {
        Self { text, at: 0, strict: true }
    }

    /// A reader that stops only at what is not JSON.
    pub(crate) fn lenient(text: &'a str) -> Self {
        Self { text, at: 0, strict: false }
    }

    /// Line and byte in the line of what comes next, counted from 1.
    pub(crate) fn position(&self) -> (usize, usize) {
        position(self.text.as_bytes(), self.at)
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

    pub(crate) fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        if self.takes(byte) { Ok(()) } else { Err(Malformed) }
    }

    /// The members of an object that comes next, one by one; `false`, and nothing is read, when none does.
    pub(crate) fn members(
        &mut self,
        each: &mut dyn FnMut(Cow<'a, str>, Token<'a>),
    ) -> Result<bool, Fault> {
        if !self.takes(b'{') {
            return Ok(false);
        }
        if self.takes(b'}') {
            return Ok(true);
        }
        let mut names = Names::new();
        loop {
            let name = self.name(&mut names)?;
            each(name, self.value(1)?);
            if !self.takes(b',') {
                break;
            }
        }
        self.expect(b'}')?;
        Ok(true)
    }

    /// The items of an array that comes next: `each` reads one, or says with `false` to stop before it. `false`,
    /// and nothing is read, when no array comes next.
    pub(crate) fn items(
        &mut self,
        mut each: impl FnMut(&mut Self) -> Result<bool, Fault>,
    ) -> Result<bool, Fault> {
        if !self.takes(b'[') {
            return Ok(false);
        }
        if self.takes(b']') {
            return Ok(true);
        }
        while each(self)? {
            if !self.takes(b',') {
                self.expect(b']')?;
                break;
            }
        }
        Ok(true)
    }

    /// A value's text, without the blanks around it.
    pub(crate) fn slice(&mut self) -> Result<&'a str, Fault> {
        self.peek();
        let start = self.at;
        self.value(0)?;
        self.text.get(start..self.at).ok_or(Malformed)
    }

    /// The end of the text.
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        if self.peek().is_none() { Ok(()) } else { Err(Malformed) }
    }

    /// A member's name with the colon after it.
    fn name(&mut self, names: &mut Names<'a>) -> Result<Cow<'a, str>, Fault> {
        if self.peek() != Some(b'"') {
            return Err(Malformed);
        }
        let start = self.at;
        let name = self.string()?;
        if self.strict && !names.insert(name.clone()) {
            self.at = start;
            return Err(Fault::Duplicate(name.into_owned()));
        }
        self.expect(b':')?;
        Ok(name)
    }

    /// Any value, inside so many arrays and objects.
    pub(crate) fn value(&mut self, depth: usize) -> Result<Token<'a>, Fault> {
        match self.peek() {
            Some(b'[' | b'{') => self.skip_nested(depth),
            _ => self.scalar(),
        }
    }

    fn scalar(&mut self) -> Result<Token<'a>, Fault> {
        match self.peek() {
            Some(b'"') => self.string().map(Token::Text),
            Some(b'n') => self.word("null", Token::Null),
            Some(b't') => self.word("true", Token::Boolean(true)),
            Some(b'f') => self.word("false", Token::Boolean(false)),
            _ => self.number(),
        }
    }

    /// Reads an array or an object to its end, keeping of each open one what closes it and its names.
    fn skip_nested(&mut self, depth: usize) -> Result<Token<'a>, Fault> {
        let start = self.at;
        let mut open: Vec<(u8, Names<'a>)> = Vec::new();
        loop {
            let opened = match self.peek() {
                Some(b'[') => Some(b']'),
                Some(b'{') => Some(b'}'),
                _ => None,
            };
            if let Some(closer) = opened {
                if self.strict && depth + open.len() >= MAX_DEPTH {
                    return Err(Fault::TooDeep);
                }
                self.at += 1;
                if !self.takes(closer) {
                    let mut names = Names::new();
                    if closer == b'}' {
                        self.name(&mut names)?;
                    }
                    open.push((closer, names));
                    continue;
                }
            } else {
                self.scalar()?;
            }
            // A value has ended: so may what it stands in.
            loop {
                let Some((closer, names)) = open.last_mut() else {
                    return self.text.get(start..self.at).map(Token::Nested).ok_or(Malformed);
                };
                if self.takes(b',') {
                    if *closer == b'}' {
                        self.name(names)?;
                    }
                    break;
                }
                self.expect(*closer)?;
                open.pop();
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn word(&mut self, word: &str, token: Token<'a>) -> Result<Token<'a>, Fault> {
        for expected in word.bytes() {
            if self.byte() != Some(expected) {
                return Err(Malformed);
            }
            self.at += 1;
        }
        Ok(token)
    }

    /// `-?(0|[1-9]d*)(.d+)?([eE][+-]?d+)?`
    fn number(&mut self) -> Result<Token<'a>, Fault> {
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
    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Malformed) }
    }

    /// A string whose first quote comes next; borrowed when nothing in it is escaped.
    fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
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
    fn escaped(&mut self) -> Result<char, Fault> {
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
    fn code_point(&mut self) -> Result<char, Fault> {
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

    fn hex4(&mut self) -> Result<u32, Fault> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            value = value * 16 + digit.ok_or(Malformed)?;
            self.at += 1;
        }
        Ok(value)
    }
}

/// Line and byte in the line of the byte at `at`, counted from 1.
pub(crate) fn position(text: &[u8], at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let mut position = (1, 1);
    for &byte in before {
        position = if byte == b'\n' { (position.0 + 1, 1) } else { (position.0, position.1 + 1) };
    }
    position
}
