//! One column in memory: eight bytes a cell, whatever stands in it.
//!
//! A number is its `f64`; a word is a code into the column's dictionary and "missing" a mark, both kept in the
//! bits of NaNs, which no number of ours can have.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};
use shared::RawCell;
use shared::number::{self, Finite};

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    /// Nothing.
    Missing,
    /// A number; `-0` is `0`.
    Number(f64),
    /// Anything else, as a code into [`Cells::words`].
    Word(u32),
}

const MISSING: u64 = 0x7ff8_0000_0000_0000;
const WORD: u64 = 0x7ffc_0000_0000_0000;
const CODE: u64 = 0xffff_ffff;

/// A column, top to bottom.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    bits: Vec<u64>,
    words: Words,
}

impl Cells {
    /// Appends a table's cell.
    #[inline]
    pub fn push(&mut self, cell: &RawCell) {
        let bits = match cell {
            RawCell::Cell { number: Some(number), .. } | RawCell::Number(number) => {
                number.get().to_bits()
            }
            RawCell::Cell { text, number: None } => WORD | u64::from(self.words.code(text)),
            _ => MISSING,
        };
        self.bits.push(bits);
    }

    /// Makes room for so many cells at once.
    pub fn reserve(&mut self, n_cells: usize) {
        self.bits.reserve_exact(n_cells);
    }

    /// The number of cells.
    pub fn len(&self) -> usize {
        self.bits.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }

    /// The cell of a row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn get(&self, row: usize) -> Cell {
        unpack(self.bits[row])
    }

    /// All cells, top to bottom.
    pub fn iter(&self) -> impl Iterator<Item = Cell> {
        self.bits.iter().map(|&bits| unpack(bits))
    }

    /// The cell's bits: equal in one column where the cells are equal.
    pub fn bits(&self) -> &[u64] {
        &self.bits
    }

    /// The words, in the order in which they first occur.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The cell as validation takes it.
    pub fn raw(&self, row: usize) -> RawCell<'_> {
        match self.get(row) {
            Cell::Missing => RawCell::Missing,
            Cell::Number(number) => Finite::new(number).map_or(RawCell::Missing, RawCell::Number),
            Cell::Word(code) => RawCell::Cell { text: self.words.get(code), number: None },
        }
    }

    /// The cell as text; `None` where it is missing.
    pub fn text(&self, row: usize) -> Option<std::borrow::Cow<'_, str>> {
        match self.get(row) {
            Cell::Missing => None,
            Cell::Number(number) => Some(number::to_text(number).into()),
            Cell::Word(code) => Some(self.words.get(code).into()),
        }
    }

    /// Makes every cell missing that is one of `tokens`: a number of that size, or a word of that spelling.
    pub fn forget(&mut self, tokens: &[String]) {
        let numbers: Vec<u64> =
            tokens.iter().filter_map(|t| number::parse(t)).map(|n| n.get().to_bits()).collect();
        let words: Vec<u64> = (0..self.words.len())
            .filter(|&code| tokens.iter().any(|token| token == self.words.get(code)))
            .map(|code| WORD | u64::from(code))
            .collect();
        if numbers.is_empty() && words.is_empty() {
            return;
        }
        for bits in &mut self.bits {
            if numbers.contains(bits) || words.contains(bits) {
                *bits = MISSING;
            }
        }
    }
}

fn unpack(bits: u64) -> Cell {
    if bits & WORD == WORD {
        Cell::Word(u32::try_from(bits & CODE).unwrap_or_default())
    } else if bits == MISSING {
        Cell::Missing
    } else {
        Cell::Number(f64::from_bits(bits))
    }
}

/// The distinct words of a column: their text in one buffer, found by hash.
#[derive(Debug, Clone, Default)]
pub struct Words {
    text: String,
    ends: Vec<usize>,
    /// Each code with its word's hash, so that growing need not look at the words again.
    codes: HashTable<(u32, u32)>,
    hasher: DefaultHashBuilder,
}

impl Words {
    /// The number of distinct words.
    pub fn len(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The bytes of all words together.
    pub fn n_bytes(&self) -> usize {
        self.text.len()
    }

    /// The word of a code.
    ///
    /// # Panics
    /// When there is no such code.
    pub fn get(&self, code: u32) -> &str {
        word(&self.text, &self.ends, code)
    }

    /// All words, by code.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|code| self.get(code))
    }

    fn code(&mut self, text: &str) -> u32 {
        let Self { text: all, ends, codes, hasher } = self;
        #[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
        let hash = hasher.hash_one(text) as u32;
        let is_it = |&(known, code): &(u32, u32)| known == hash && word(all, ends, code) == text;
        if let Some(&(_, code)) = codes.find(spread(hash), is_it) {
            return code;
        }
        // Rows are capped far below 2^32.
        let code = u32::try_from(ends.len()).unwrap_or(u32::MAX);
        all.push_str(text);
        ends.push(all.len());
        codes.insert_unique(spread(hash), (hash, code), |&(hash, _)| spread(hash));
        code
    }
}

/// The table looks at the highest and the lowest bits of 64.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn word<'w>(text: &'w str, ends: &[usize], code: u32) -> &'w str {
    let code = code as usize;
    let start = if code == 0 { 0 } else { ends[code - 1] };
    &text[start..ends[code]]
}

/// Texts as a plain table has them, for tests.
#[cfg(test)]
impl FromIterator<String> for Cells {
    fn from_iter<T: IntoIterator<Item = String>>(texts: T) -> Self {
        let style = shared::dialect::CellStyle::default();
        let mut cells = Self::default();
        texts.into_iter().for_each(|text| cells.push(&style.cell(&text)));
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[&str]) -> Cells {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn numbers_words_and_gaps_come_back_as_they_went_in() {
        let cells = cells(&["1.5", "red", "", "-0", "blue", "red", "-1e15"]);
        let found: Vec<Cell> = cells.iter().collect();
        let expected = [
            Cell::Number(1.5),
            Cell::Word(0),
            Cell::Missing,
            Cell::Number(0.0),
            Cell::Word(1),
            Cell::Word(0),
            Cell::Number(-1e15),
        ];
        assert_eq!(found, expected);
        assert_eq!(cells.words().iter().collect::<Vec<_>>(), ["red", "blue"]);
    }

    #[test]
    fn many_words_keep_their_codes() {
        let mut cells = Cells::default();
        for round in 0..2 {
            for i in 0..5000 {
                let text = format!("word {i}");
                cells.push(&RawCell::Cell { text: &text, number: None });
                assert_eq!(cells.get(round * 5000 + i), Cell::Word(u32::try_from(i).unwrap()));
            }
        }
        assert_eq!(cells.words().len(), 5000);
    }

    #[test]
    fn told_tokens_are_forgotten_as_numbers_and_as_words() {
        let mut cells = cells(&["999", "999.0", "none", "None", "9"]);
        cells.forget(&["999".into(), "none".into()]);
        let missing: Vec<bool> = cells.iter().map(|cell| cell == Cell::Missing).collect();
        assert_eq!(missing, [true, true, true, false, false]);
    }
}
