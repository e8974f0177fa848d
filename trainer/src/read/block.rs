//! Some rows of a file: the text of all their cells in one buffer.

/// From this many bytes of text on, a block is full.
const FULL_TEXT: usize = 1 << 20;

/// From this many cells on, a block is full: rows of empty cells are bounded too.
const FULL_CELLS: usize = 1 << 18;

/// Some rows of a file, as text. What fills it appends; nothing is allocated per cell or row.
#[derive(Debug, Default)]
pub struct Block {
    text: String,
    /// Where each cell ends in `text`, which is where the next begins.
    ends: Vec<u32>,
    rows: Vec<Place>,
    /// The rows that are faulty by themselves, in their order.
    faults: Vec<(usize, String)>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    line: u64,
    /// Where the row's cells end in `Block::ends`.
    end: u32,
}

impl Block {
    /// A block without rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    /// One row.
    ///
    /// # Panics
    /// When there are not as many rows.
    pub fn row(&self, row: usize) -> Row<'_> {
        let Place { line, end } = self.rows[row];
        let first = if row == 0 { 0 } else { self.rows[row - 1].end as usize };
        let start = if first == 0 { 0 } else { self.ends[first - 1] };
        let fault = self.faults.binary_search_by_key(&row, |(at, _)| *at).ok();
        Row {
            line,
            fault: fault.map(|at| self.faults[at].1.as_str()),
            text: &self.text,
            start,
            ends: &self.ends[first..end as usize],
        }
    }

    /// Where a row's cells begin among all cells of the block.
    ///
    /// # Panics
    /// When there are not as many rows.
    pub fn first_cell(&self, row: usize) -> usize {
        if row == 0 { 0 } else { self.rows[row - 1].end as usize }
    }

    /// A cell by its place among all cells of the block.
    ///
    /// # Panics
    /// When there are not as many cells.
    pub fn cell(&self, place: usize) -> &str {
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.text[start as usize..self.ends[place] as usize]
    }

    /// The rows, top to bottom.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        (0..self.n_rows()).map(|row| self.row(row))
    }

    /// Takes all rows out and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.rows.clear();
        self.faults.clear();
    }

    /// Whether enough rows are in it to be worth handing over.
    pub(crate) fn is_full(&self) -> bool {
        self.text.len() >= FULL_TEXT || self.ends.len() >= FULL_CELLS
    }

    /// Adds a cell to the row that is being written.
    pub(crate) fn push_cell(&mut self, text: &str) {
        self.text.push_str(text);
        self.end_cell();
    }

    /// Where a cell's text may be written before [`end_cell`](Self::end_cell).
    pub(crate) fn text_mut(&mut self) -> &mut String {
        &mut self.text
    }

    /// Ends the cell that was written into the text.
    pub(crate) fn end_cell(&mut self) {
        self.ends.push(as_u32(self.text.len()));
    }

    /// Ends the row that is being written. Blank cells beyond `width` are dropped: delimiters that a program
    /// left at the end of its lines. Returns how many cells and bytes the row has.
    pub(crate) fn end_row(&mut self, line: u64, width: usize) -> (usize, usize) {
        let (text, size) =
            end_row(self.text.as_bytes(), &mut self.ends, &mut self.rows, line, width);
        self.text.truncate(text);
        size
    }

    /// Says of the last row that it is faulty by itself.
    pub(crate) fn fault(&mut self, what: String) {
        if let Some(last) = self.rows.len().checked_sub(1) {
            self.faults.push((last, what));
        }
    }

    /// Adds a copy of a row; see [`end_row`](Self::end_row) for `width`.
    pub(crate) fn push_row(&mut self, row: Row<'_>, width: usize) {
        row.cells().for_each(|cell| self.push_cell(cell));
        self.end_row(row.line, width);
        if let Some(fault) = row.fault {
            self.fault(fault.to_owned());
        }
    }
}

/// Ends a row; returns how long the text is now, and the row's cells and bytes.
fn end_row(
    text: &[u8],
    ends: &mut Vec<u32>,
    rows: &mut Vec<Place>,
    line: u64,
    width: usize,
) -> (usize, (usize, usize)) {
    let first = rows.last().map_or(0, |row| row.end as usize);
    let end_before = |cell: usize| if cell == 0 { 0 } else { ends[cell - 1] as usize };
    let start = end_before(first);
    let mut len = text.len();
    if ends.len() - first > width {
        let kept = end_before(first + width);
        if text[kept..].iter().all(u8::is_ascii_whitespace) {
            ends.truncate(first + width);
            len = kept;
        }
    }
    rows.push(Place { line, end: as_u32(ends.len()) });
    (len, (ends.len() - first, len - start))
}

/// A block's memory while a tokeniser of bytes writes into it.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) text: Vec<u8>,
    pub(super) ends: Vec<u32>,
    rows: Vec<Place>,
}

impl Draft {
    /// Goes on where a block ends.
    pub(super) fn of(block: &mut Block) -> Self {
        let Block { text, ends, rows, .. } = std::mem::take(block);
        Self { text: text.into_bytes(), ends, rows }
    }

    /// As [`Block::end_row`].
    pub(super) fn end_row(&mut self, line: u64, width: usize) -> (usize, usize) {
        let (text, size) = end_row(&self.text, &mut self.ends, &mut self.rows, line, width);
        self.text.truncate(text);
        size
    }

    /// As [`Block::is_full`].
    pub(super) fn is_full(&self) -> bool {
        self.text.len() >= FULL_TEXT || self.ends.len() >= FULL_CELLS
    }

    /// The block. A row that has not ended is left out.
    ///
    /// # Panics
    /// When the text is not UTF-8 cell by cell, which cells of UTF-8 are.
    pub(super) fn finish(mut self) -> Block {
        self.ends.truncate(self.rows.last().map_or(0, |row| row.end as usize));
        self.text.truncate(self.ends.last().map_or(0, |end| *end as usize));
        let text = String::from_utf8(self.text).expect("cells of UTF-8 are UTF-8");
        Block { text, ends: self.ends, rows: self.rows, faults: Vec::new() }
    }
}

/// A block is full at 1 MiB and a row has at most as much, so that no offset is as large.
fn as_u32(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A row of a file.
#[derive(Debug, Clone, Copy)]
pub struct Row<'b> {
    /// Where it stands: the line that it starts on, or its number in a sheet or a Parquet file; from 1.
    pub line: u64,
    /// Why it cannot be used whatever the columns are; never a value.
    pub fault: Option<&'b str>,
    text: &'b str,
    start: u32,
    ends: &'b [u32],
}

impl<'b> Row<'b> {
    /// The number of cells.
    pub fn n_cells(&self) -> usize {
        self.ends.len()
    }

    /// One cell.
    ///
    /// # Panics
    /// When there are not as many cells.
    pub fn cell(&self, column: usize) -> &'b str {
        let start = if column == 0 { self.start } else { self.ends[column - 1] };
        &self.text[start as usize..self.ends[column] as usize]
    }

    /// The cells, left to right.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = &'b str> + Clone {
        let (text, mut start) = (self.text, self.start as usize);
        self.ends.iter().map(move |&end| {
            let cell = &text[start..end as usize];
            start = end as usize;
            cell
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(rows: &[&[&str]], width: usize) -> Block {
        let mut block = Block::new();
        for (row, line) in rows.iter().zip(2..) {
            row.iter().for_each(|cell| block.push_cell(cell));
            block.end_row(line, width);
        }
        block
    }

    #[test]
    fn cells_come_back_as_they_were_put_in() {
        let rows: [&[&str]; 4] = [&["a", "", "c"], &[], &["ü"], &["", "x", ""]];
        let block = block(&rows, 3);
        assert_eq!(block.n_rows(), 4);
        for (at, (row, cells)) in block.rows().zip(rows).enumerate() {
            assert_eq!(row.line, at as u64 + 2);
            assert_eq!(row.cells().collect::<Vec<_>>(), cells);
            assert_eq!((0..row.n_cells()).map(|i| row.cell(i)).collect::<Vec<_>>(), cells);
        }
    }

    #[test]
    fn blank_cells_beyond_the_header_are_dropped_and_others_are_kept() {
        let rows: [&[&str]; 4] = [&["a", "b", "", " "], &["a", "b", "", "c"], &["a"], &["d", "e"]];
        let block = block(&rows, 2);
        let cells: Vec<Vec<&str>> = block.rows().map(|row| row.cells().collect()).collect();
        assert_eq!(cells, [vec!["a", "b"], vec!["a", "b", "", "c"], vec!["a"], vec!["d", "e"]]);
    }

    #[test]
    fn a_fault_stays_with_its_row() {
        let mut block = block(&[&["a"], &["b"]], 1);
        block.fault("broken".into());
        block.push_cell("c");
        block.end_row(4, 1);
        let faults: Vec<Option<&str>> = block.rows().map(|row| row.fault).collect();
        assert_eq!(faults, [None, Some("broken"), None]);
        let mut copy = Block::new();
        block.rows().for_each(|row| copy.push_row(row, 1));
        assert_eq!(copy.row(1).fault, Some("broken"));
        copy.clear();
        assert_eq!(copy.n_rows(), 0);
    }
}
