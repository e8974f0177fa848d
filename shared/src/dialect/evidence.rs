//! Which decimal mark a table writes, by what its numbers show.

use alloc::vec::Vec;

use super::DecimalMark;
use super::number::{self, Decorations};
use super::recognise::Rows;

/// What the numbers of a sample show.
pub(super) struct Found {
    pub(super) decimal: DecimalMark,
    pub(super) decorations: Decorations,
}

/// How many numbers of a column show what.
#[derive(Default, Clone)]
struct Column {
    /// Numbers only with a decimal point.
    point: usize,
    /// Numbers only with a decimal comma.
    comma: usize,
    /// `1,234`
    three_behind_comma: usize,
    /// `1.234`
    three_behind_point: usize,
    /// Without a mark, below 1000.
    small: usize,
    /// Without a mark, from 1000 on.
    large: usize,
}

/// Weighs a sample's numbers; see [`recognise`](super::recognise()).
pub(super) fn weigh(rows: &Rows, told: Option<DecimalMark>) -> Found {
    let mut columns: Vec<Column> = Vec::new();
    let (mut with_point, mut with_comma) = (Decorations::default(), Decorations::default());
    for (position, cell) in rows.cells() {
        if position >= columns.len() {
            columns.resize(position + 1, Column::default());
        }
        let Some(column) = columns.get_mut(position) else { continue };
        let point = number::read(cell, DecimalMark::Point);
        let comma = number::read(cell, DecimalMark::Comma).filter(|_| !is_address(cell));
        with_point = with_point.or(point.map_or_else(Decorations::default, |r| r.decorations));
        with_comma = with_comma.or(comma.map_or_else(Decorations::default, |r| r.decorations));
        let count = match (point, comma) {
            (None, None) => continue,
            (Some(_), None) => &mut column.point,
            (None, Some(_)) => &mut column.comma,
            (Some(point), Some(comma)) if point.number != comma.number => {
                if point.decorations.thousands {
                    &mut column.three_behind_comma
                } else {
                    &mut column.three_behind_point
                }
            }
            (Some(point), _) if point.number.get().abs() < 1000.0 => &mut column.small,
            (Some(_), _) => &mut column.large,
        };
        *count += 1;
    }
    let decimal = told.unwrap_or_else(|| {
        let decisive = vote(&columns, |c| (c.point, c.comma));
        decisive.or_else(|| vote(&columns, |c| c.guess(rows.delimiter))).unwrap_or_default()
    });
    let decorations = match decimal {
        DecimalMark::Point => with_point,
        DecimalMark::Comma => with_comma,
    };
    Found { decimal, decorations }
}

impl Column {
    /// What speaks for a point and for a comma where all could be thousands.
    ///
    /// Programs that separate cells by commas do not write them in numbers unless between thousands, and
    /// those that separate by semicolons do so because their country's decimal mark is a comma. Rounded
    /// fractions all have as many digits, while thousands stand beside numbers that are too small to have a
    /// separator.
    fn guess(&self, delimiter: u8) -> (usize, usize) {
        let beside_small = self.small > 0 && self.large == 0;
        let commas_are_decimal = delimiter == b';';
        let points_are_thousands = delimiter != b',' && beside_small;
        let comma = [
            (commas_are_decimal, self.three_behind_comma),
            (points_are_thousands, self.three_behind_point),
        ];
        let for_comma: usize = comma.iter().filter(|(is_so, _)| *is_so).map(|(_, n)| n).sum();
        (self.three_behind_comma + self.three_behind_point - for_comma, for_comma)
    }
}

/// What most columns are for; `None` when none is for anything.
fn vote(columns: &[Column], counts: impl Fn(&Column) -> (usize, usize)) -> Option<DecimalMark> {
    let (mut n_point, mut n_comma) = (0, 0);
    for (point, comma) in columns.iter().map(counts) {
        n_point += usize::from(point > 0 && point >= comma);
        n_comma += usize::from(comma > point);
    }
    match (n_point, n_comma) {
        (0, 0) => None,
        _ if n_comma > n_point => Some(DecimalMark::Comma),
        _ => Some(DecimalMark::Point),
    }
}

/// `192.168.100.200` is no number with thousands.
fn is_address(cell: &str) -> bool {
    let mut parts = 0;
    cell.split('.').all(|part| {
        parts += 1;
        part.parse::<u8>().is_ok()
    }) && parts == 4
}
