//! Excel workbooks (`.xlsx`): one sheet, whose first row that is not empty is the header.

use std::fs::File;
use std::io::{BufReader, Seek as _, SeekFrom};
use std::mem::take;
use std::path::{Path, PathBuf};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};
use shared::csv::{MAX_CELLS, MAX_ROW_BYTES};

use super::block::Block;
use super::bytes::Bytes;
use super::calendar;
use super::guard::guarded;
use super::header::printable;
use super::limits::{Budget, bad, too_long};
use super::zip_bomb::{self, Zip};
use crate::error::Error;

/// The largest workbook, in bytes, and the most text that its sheet may come to.
const MAX_FILE: u64 = 512 << 20;
const MAX_TEXT: usize = 1 << 30;

/// The rows of a sheet. The sheet is in memory, only the cells that it has.
pub(super) struct ExcelRows {
    path: PathBuf,
    sheet: String,
    /// Further sheets with cells, where none was asked for.
    others: Vec<String>,
    text: String,
    /// Column and end in `text` of each cell.
    cells: Vec<(u32, u32)>,
    /// Number, and end in `cells`, of each row.
    rows: Vec<(u64, usize)>,
    /// The leftmost column that is used.
    left: u32,
    next: usize,
    size: u64,
    budget: Budget,
}

/// A sheet's text, cells and rows, as [`ExcelRows`] has them.
type Content = (String, Vec<(u32, u32)>, Vec<(u64, usize)>);

enum Trouble {
    Damaged,
    NoSheet(Vec<String>),
    TooMuch,
}

impl ExcelRows {
    /// Opens a workbook and reads a sheet: the one of that name, else the visible one with the most.
    ///
    /// # Errors
    /// When the file is damaged, unpacks to too much, is no workbook, or has no such sheet.
    pub(super) fn open(
        bytes: Bytes,
        sheet: Option<&str>,
        skip: u64,
        max_rows: u64,
    ) -> Result<Self, Error> {
        let path = bytes.path().to_owned();
        let mut file = bytes.into_file()?;
        let io = |reason| Error::Io { path: path.clone(), reason };
        let size = file.metadata().map_err(io)?.len();
        if size > MAX_FILE {
            return Err(too_much(&path));
        }
        match guarded(|| zip_bomb::look(&file)).unwrap_or(Zip::Damaged) {
            Zip::Workbook => {}
            Zip::Damaged => return Err(damaged(&path)),
            Zip::Bomb => return Err(too_much(&path)),
            Zip::Other => {
                let hint = "unzip it and name a file in it; save other tables as .xlsx or CSV";
                return Err(bad(&path, 1, "a zip file that is no Excel workbook", hint));
            }
        }
        file.seek(SeekFrom::Start(0)).map_err(io)?;
        let mut rows = Self {
            path: path.clone(),
            sheet: String::new(),
            others: Vec::new(),
            text: String::new(),
            cells: Vec::new(),
            rows: Vec::new(),
            left: u32::MAX,
            next: 0,
            size,
            // The header is read with the first rows, and then these again.
            budget: Budget::new(max_rows, 1),
        };
        match guarded(|| rows.read(file, sheet, skip)).unwrap_or(Err(Trouble::Damaged)) {
            Ok(()) => Ok(rows),
            Err(Trouble::Damaged) => Err(damaged(&path)),
            Err(Trouble::TooMuch) => Err(too_much(&path)),
            Err(Trouble::NoSheet(sheets)) => {
                let what = match sheet {
                    Some(sheet) => format!("there is no sheet `{}`", printable(sheet)),
                    None => "there is no sheet with cells".to_owned(),
                };
                let hint = format!("the sheets are: {}", sheets.join(", "));
                Err(Error::Unfit { path, what, hint })
            }
        }
    }

    fn read(&mut self, file: File, sheet: Option<&str>, skip: u64) -> Result<(), Trouble> {
        let mut book = Xlsx::new(BufReader::new(file)).map_err(|_| Trouble::Damaged)?;
        let sheets: Vec<(String, bool)> = book
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
            .collect();
        let chosen = sheets.iter().filter(|(name, visible)| match sheet {
            Some(sheet) => name == sheet,
            None => *visible,
        });
        // A workbook often begins with a sheet that explains the others: the largest is the table.
        let mut largest: Option<(usize, &String, Content, u32)> = None;
        for (name, _) in chosen {
            let read = self.read_sheet(&mut book, name, skip);
            let content = (take(&mut self.text), take(&mut self.cells), take(&mut self.rows));
            let left = std::mem::replace(&mut self.left, u32::MAX);
            let n_cells = content.1.len();
            if n_cells > 0 {
                self.others.push(name.clone());
            }
            match (&largest, read) {
                // A sheet that nobody asked for spoils nothing.
                (Some(_), Err(_)) => {}
                (None, Err(trouble)) => return Err(trouble),
                (Some((most, ..)), Ok(())) if *most >= n_cells => {}
                (_, Ok(())) if sheet.is_none() && n_cells == 0 => {}
                (_, Ok(())) => largest = Some((n_cells, name, content, left)),
            }
        }
        if let Some((_, name, (text, cells, rows), left)) = largest {
            (self.text, self.cells, self.rows, self.left) = (text, cells, rows, left);
            self.sheet.clone_from(name);
            self.others.retain(|other| other != name);
            return Ok(());
        }
        let shown = sheets.iter().take(20).map(|(name, _)| format!("`{}`", printable(name)));
        Err(Trouble::NoSheet(shown.collect()))
    }

    fn read_sheet(
        &mut self,
        book: &mut Xlsx<BufReader<File>>,
        name: &str,
        skip: u64,
    ) -> Result<(), Trouble> {
        let mut reader = book.worksheet_cells_reader(name).map_err(|_| Trouble::Damaged)?;
        let mut last = None;
        while let Some(cell) = reader.next_cell().map_err(|_| Trouble::Damaged)? {
            let (row, column) = cell.get_position();
            if u64::from(row) < skip || !write(cell.get_value(), &mut self.text) {
                continue;
            }
            if column as usize >= MAX_CELLS || last.is_some_and(|last| last >= (row, column)) {
                return Err(Trouble::Damaged);
            }
            if last.is_none_or(|(last, _)| last != row) {
                self.rows.push((u64::from(row) + 1, 0));
            }
            last = Some((row, column));
            if self.text.len() > MAX_TEXT {
                return Err(Trouble::TooMuch);
            }
            let end = u32::try_from(self.text.len()).map_err(|_| Trouble::TooMuch)?;
            self.cells.push((column, end));
            self.left = self.left.min(column);
            if let Some((_, of_row)) = self.rows.last_mut() {
                *of_row = self.cells.len();
            }
        }
        Ok(())
    }

    /// The sheet, and the others that could be read.
    pub(super) fn describe(&self) -> String {
        let quoted = |name: &String| format!("`{}`", printable(name));
        let sheet = quoted(&self.sheet);
        let others: Vec<String> = self.others.iter().take(5).map(quoted).collect();
        let more = if self.others.len() > others.len() { ", ..." } else { "" };
        if others.is_empty() {
            return format!("Excel, sheet {sheet}");
        }
        format!("Excel, sheet {sheet} (also: {}{more})", others.join(", "))
    }

    /// Whether there are others that could be read.
    pub(super) fn has_more_sheets(&self) -> bool {
        !self.others.is_empty()
    }

    /// How many columns are used.
    pub(super) fn width(&self) -> usize {
        let widest = |&(column, _): &(u32, u32)| (column - self.left) as usize + 1;
        self.cells.iter().map(widest).max().unwrap_or(0)
    }

    /// Goes back to a row, counted from 0 among those that are not empty.
    pub(super) fn go_to(&mut self, row: usize, max_rows: u64) {
        self.next = row;
        self.budget = Budget::new(max_rows, 0);
    }

    /// How much of the file is read, by rows.
    pub(super) fn progress(&self) -> (u64, Option<u64>) {
        let rows = self.rows.len().max(1) as u64;
        (self.size * self.next as u64 / rows, Some(self.size))
    }

    /// Appends rows until the block is full; false at the end. Every row has at least `width` cells: a sheet
    /// does not say how many empty ones it ends in.
    ///
    /// # Errors
    /// When a bound is passed.
    pub(super) fn fill(&mut self, block: &mut Block, width: usize) -> Result<bool, Error> {
        while !block.is_full() {
            let Some(&(line, end)) = self.rows.get(self.next) else { return Ok(false) };
            let first = if self.next == 0 { 0 } else { self.rows[self.next - 1].1 };
            let mut start = if first == 0 { 0 } else { self.cells[first - 1].1 as usize };
            let bytes = self.cells[end - 1].1 as usize - start;
            if bytes > MAX_ROW_BYTES {
                return Err(too_long(&self.path, line));
            }
            let mut pushed = 0;
            for &(column, end) in &self.cells[first..end] {
                let place = (column - self.left) as usize;
                (pushed..place).for_each(|_| block.end_cell());
                block.push_cell(&self.text[start..end as usize]);
                pushed = place + 1;
                start = end as usize;
            }
            (pushed..width).for_each(|_| block.end_cell());
            self.next += 1;
            self.budget.row(block.end_row(line, width.max(1)), &self.path, line)?;
        }
        Ok(true)
    }
}

/// Appends a cell's text; false when it is empty. An error such as `#N/A` is a missing value.
fn write(value: &DataRef, text: &mut String) -> bool {
    use std::fmt::Write as _;
    let before = text.len();
    match value {
        DataRef::Int(value) => drop(write!(text, "{value}")),
        DataRef::Float(value) => calendar::float(*value, text),
        DataRef::SharedString(value) => text.push_str(value),
        DataRef::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        DataRef::DateTime(value) if value.is_duration() => calendar::float(value.as_f64(), text),
        DataRef::DateTime(value) if value.as_f64() < 1.0 => {
            // A time of day has no day.
            let (.., hours, minutes, seconds, milli) = value.to_ymd_hms_milli();
            let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds);
            calendar::time(seconds * 1000 + i64::from(milli), 1000, text);
        }
        DataRef::DateTime(value) => {
            let (year, month, day, hours, minutes, seconds, milli) = value.to_ymd_hms_milli();
            let _ = write!(text, "{year:04}-{month:02}-{day:02}");
            let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds);
            let ticks = seconds * 1000 + i64::from(milli);
            if ticks != 0 {
                text.push('T');
                calendar::time(ticks, 1000, text);
            }
        }
        DataRef::String(value) | DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => {
            text.push_str(value);
        }
        DataRef::Error(_) | DataRef::Empty => {}
    }
    text.len() > before
}

fn too_much(path: &Path) -> Error {
    let what = "the workbook is too large".into();
    let hint = "save the sheet as CSV, which is read piece by piece".into();
    Error::Unfit { path: path.into(), what, hint }
}

fn damaged(path: &Path) -> Error {
    let what = "the Excel workbook is damaged, cut short or protected by a password".into();
    let hint = "open it in Excel and save it again, or save the sheet as CSV".into();
    Error::Unfit { path: path.into(), what, hint }
}
