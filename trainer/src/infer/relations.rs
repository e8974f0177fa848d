//! What columns say of each other: repeated columns, sums, and columns that give the target away.

use std::collections::BTreeMap;
use std::hash::Hasher as _;

use rayon::prelude::*;
use siphasher::sip::SipHasher13;

use crate::cells::{Cell, Cells};
use crate::table::Table;

/// Of a hundred customers, so many must fit a sum.
const FITTING_PERCENT: usize = 99;

/// Sums are looked for among this many columns of numbers at most: their number grows with the cube.
const MAX_SUMMED: usize = 120;

/// For each column, the first one before it that says the same of every customer, be it in other words or as
/// numbers for words.
pub fn repeated(columns: &[&Cells]) -> Vec<Option<usize>> {
    let signatures: Vec<u64> = columns.par_iter().map(|cells| signature(cells)).collect();
    let mut seen: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    let mut found = Vec::with_capacity(columns.len());
    for (position, signature) in signatures.into_iter().enumerate() {
        let same = seen.entry(signature).or_default();
        let is_it = |&before: &usize| says_the_same(columns[before], columns[position]);
        found.push(same.iter().copied().find(is_it));
        same.push(position);
    }
    found
}

/// Values count as renamed where each stands for so many customers on average: where all differ, any two columns
/// go together one to one.
const MIN_PER_VALUE: usize = 10;

/// Whether so many distinct values among so many customers can only be the same, not renamed.
fn are_too_many(n_distinct: usize, n_rows: usize) -> bool {
    n_distinct * MIN_PER_VALUE > n_rows
}

/// A hash of which customers share a value, whatever the value.
fn signature(cells: &Cells) -> u64 {
    let mut hasher = SipHasher13::new();
    let mut codes: BTreeMap<u64, u64> = BTreeMap::new();
    for &bits in cells.bits() {
        let next = codes.len() as u64;
        let code = *codes.entry(bits).or_insert(next);
        if are_too_many(codes.len(), cells.len()) {
            let mut hasher = SipHasher13::new();
            cells.bits().iter().for_each(|bits| hasher.write_u64(*bits));
            return hasher.finish();
        }
        hasher.write_u64(code);
    }
    hasher.finish()
}

/// Whether values of two columns go together one to one; missing ones only with missing ones.
pub(super) fn says_the_same(a: &Cells, b: &Cells) -> bool {
    if a.bits() == b.bits() && a.words().iter().eq(b.words().iter()) {
        return true;
    }
    let (mut there, mut back) = (BTreeMap::new(), BTreeMap::new());
    for (row, (&x, &y)) in a.bits().iter().zip(b.bits()).enumerate() {
        if (a.get(row) == Cell::Missing) != (b.get(row) == Cell::Missing)
            || *there.entry(x).or_insert(y) != y
            || *back.entry(y).or_insert(x) != x
        {
            return false;
        }
        if are_too_many(there.len(), a.len()) {
            return false;
        }
    }
    true
}

/// Whether one column of numbers is another times a number, plus a number, for all customers who have both, and
/// both are missing together. Rounded copies are none.
pub fn is_linear(a: &Cells, b: &Cells) -> bool {
    // From end to end: two rows close by would make a line of their rounding.
    let mut lowest: Option<(f64, f64)> = None;
    let mut highest = lowest;
    for row in 0..a.len() {
        let (x, y) = match (a.get(row), b.get(row)) {
            (Cell::Number(x), Cell::Number(y)) => (x, y),
            (Cell::Missing, Cell::Missing) => continue,
            _ => return false,
        };
        // Of equal `x` the smaller `y`, so that the order of rows cannot matter.
        if lowest.is_none_or(|known| (x, y) < known) {
            lowest = Some((x, y));
        }
        if highest.is_none_or(|known| (x, -y) > (known.0, -known.1)) {
            highest = Some((x, y));
        }
    }
    let (Some((x0, y0)), Some((x1, y1))) = (lowest, highest) else { return false };
    if x0 == x1 || y0 == y1 {
        return false;
    }
    let slope = (y1 - y0) / (x1 - x0);
    let size = y0.abs().max(y1.abs());
    a.iter().zip(b.iter()).all(|cells| match cells {
        (Cell::Number(x), Cell::Number(y)) => (y - (y0 + slope * (x - x0))).abs() <= 1e-9 * size,
        _ => true,
    })
}

/// Columns that are the sum of two or three others, by position: the whole and its parts.
///
/// A sum holds for at least 99 % of the customers who have all its columns, not all of them 0, to a relative 1e-6,
/// and each part differs from 0 for at least 5 % of them. Of a whole, only the shortest sums are given.
pub fn sums(columns: &[(usize, &Cells)]) -> Vec<(usize, Vec<usize>)> {
    let mut found = Vec::new();
    let n = columns.len();
    if !(3..=MAX_SUMMED).contains(&n) {
        return found;
    }
    let sums = Sums::new(columns);
    for whole in 0..n {
        let others: Vec<usize> = (0..n).filter(|&other| other != whole).collect();
        let before = found.len();
        for (i, &a) in others.iter().enumerate() {
            found.extend(others[i + 1..].iter().filter_map(|&b| sums.check(whole, &[a, b])));
        }
        if found.len() > before || n > MAX_SUMMED_BY_THREE {
            continue;
        }
        for (i, &a) in others.iter().enumerate() {
            for (j, &b) in others.iter().enumerate().skip(i + 1) {
                found.extend(others[j + 1..].iter().filter_map(|&c| sums.check(whole, &[a, b, c])));
            }
        }
    }
    found
}

/// Sums of three are looked for among this many columns at most.
const MAX_SUMMED_BY_THREE: usize = 30;

/// Columns among which sums are looked for.
struct Sums<'c> {
    columns: &'c [(usize, &'c Cells)],
    n_rows: usize,
    /// The values of a few rows, which refuse nearly every candidate.
    probes: Vec<Vec<Option<f64>>>,
}

impl<'c> Sums<'c> {
    fn new(columns: &'c [(usize, &'c Cells)]) -> Self {
        let n_rows = columns.first().map_or(0, |(_, cells)| cells.len());
        // Chosen by what is in them, so that the order of rows cannot matter.
        let mut hashes: Vec<([u64; 2], usize)> = (0..n_rows).map(|row| ([0; 2], row)).collect();
        for (_, cells) in columns {
            for ((hash, _), bits) in hashes.iter_mut().zip(cells.bits()) {
                // The codes of words depend on the order: here words are as good as missing.
                let bits = if f64::from_bits(*bits).is_nan() { 0 } else { *bits };
                *hash = mixed(*hash, bits);
            }
        }
        let n_probes = n_rows.min(64);
        if n_probes < n_rows {
            hashes.select_nth_unstable(n_probes);
        }
        let probe = |(_, row): &([u64; 2], usize)| {
            columns.iter().map(|(_, cells)| number(cells.get(*row))).collect()
        };
        Self { columns, n_rows, probes: hashes[..n_probes].iter().map(probe).collect() }
    }

    fn check(&self, whole: usize, parts: &[usize]) -> Option<(usize, Vec<usize>)> {
        let (mut n, mut n_fit) = (0, 0);
        for values in &self.probes {
            match fits(|column| values[column], whole, parts) {
                Some(fit) => (n, n_fit) = (n + 1, n_fit + usize::from(fit)),
                None => continue,
            }
            // Most candidates end here, after a few rows.
            if (n - n_fit) * 10 > self.probes.len() {
                return None;
            }
        }
        if n == 0 || n_fit * 10 < n * 9 {
            return None;
        }
        let (mut n, mut n_fit, mut n_used) = (0, 0, vec![0; parts.len()]);
        for row in 0..self.n_rows {
            let value = |column: usize| number(self.columns[column].1.get(row));
            let Some(fit) = fits(value, whole, parts) else { continue };
            n += 1;
            n_fit += usize::from(fit);
            for (used, &part) in n_used.iter_mut().zip(parts) {
                *used += usize::from(value(part) != Some(0.0));
            }
        }
        let all_used = n_used.iter().all(|used| used * 20 >= n);
        let position = |column: &usize| self.columns[*column].0;
        (n >= 20 && n_fit * 100 >= n * FITTING_PERCENT && all_used)
            .then(|| (position(&whole), parts.iter().map(position).collect()))
    }
}

/// Whether a customer's whole is the sum of the parts; `None` where one is missing, or all are 0: that fits
/// everything, and says nothing.
fn fits(value: impl Fn(usize) -> Option<f64>, whole: usize, parts: &[usize]) -> Option<bool> {
    let (whole, mut sum, mut size) = (value(whole)?, 0.0, 0.0_f64);
    for &part in parts {
        let part = value(part)?;
        sum += part;
        size = size.max(part.abs());
    }
    if whole == 0.0 && size == 0.0 {
        return None;
    }
    Some((whole - sum).abs() <= 1e-6 * whole.abs().max(size).max(1e-6))
}

/// How many rows repeat an earlier one in all of `columns`.
pub fn duplicates(table: &Table, columns: &[usize]) -> usize {
    if columns.is_empty() {
        return 0;
    }
    // 128 bits: that two rows of millions collide is out of the question.
    let mut hashes = vec![[0_u64; 2]; table.n_rows()];
    for &column in columns {
        for (hash, bits) in hashes.iter_mut().zip(table.column(column).bits()) {
            *hash = mixed(*hash, *bits);
        }
    }
    hashes.sort_unstable();
    hashes.windows(2).filter(|pair| pair[0] == pair[1]).count()
}

/// Two rounds of a multiply and rotate hash (after Appleby's `MurmurHash3`), one for each half.
fn mixed([a, b]: [u64; 2], bits: u64) -> [u64; 2] {
    let a = (a ^ bits.wrapping_mul(0x87c3_7b91_1142_53d5)).rotate_left(27);
    let b = (b ^ bits.wrapping_mul(0x4cf5_ad43_2745_937f)).rotate_left(31);
    [
        a.wrapping_add(b).wrapping_mul(0x9fb2_1c65_1e98_df25),
        b.wrapping_add(a.rotate_left(17)).wrapping_mul(0xff51_afd7_ed55_8ccd),
    ]
}

/// A cell's number, if it is one.
pub(super) fn number(cell: Cell) -> Option<f64> {
    if let Cell::Number(number) = cell { Some(number) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: impl IntoIterator<Item = String>) -> Cells {
        texts.into_iter().collect()
    }

    #[test]
    fn a_column_in_other_words_is_repeated() {
        let column = |words: [&str; 4]| cells((0..40).map(|row| words[row % 4].to_owned()));
        let short = column(["m", "f", "f", "m"]);
        let long = column(["male", "female", "female", "male"]);
        let other = column(["male", "female", "male", "male"]);
        let number = column(["1", "2", "2", "1"]);
        assert_eq!(
            repeated(&[&short, &long, &other, &number, &number]),
            [None, Some(0), None, Some(0), Some(0)]
        );
    }

    #[test]
    fn columns_in_which_all_differ_do_not_repeat_each_other_but_when_they_are_the_same() {
        let up = cells((0..60).map(|row| row.to_string()));
        let down = cells((0..60).map(|row| (100 - row).to_string()));
        assert_eq!(repeated(&[&up, &down, &up]), [None, None, Some(0)]);
    }

    #[test]
    fn a_sum_of_two_columns_is_found_and_a_sum_with_nothing_is_not() {
        let a = cells((0..100).map(|i| (i % 7).to_string()));
        let b = cells((0..100).map(|i| (i * i % 11).to_string()));
        let sum = cells((0..100).map(|i| (i % 7 + i * i % 11).to_string()));
        let zero = cells((0..100).map(|_| "0".to_owned()));
        assert_eq!(sums(&[(4, &a), (5, &sum), (6, &b), (7, &zero)]), [(5, vec![4, 6])]);
    }

    #[test]
    fn a_sum_of_three_is_found_where_there_is_none_of_two() {
        let parts = [7, 11, 13].map(|m| cells((0..200).map(|i| (i * i % m).to_string())));
        let sum = cells((0..200).map(|i| (i * i % 7 + i * i % 11 + i * i % 13).to_string()));
        let columns: Vec<(usize, &Cells)> = parts.iter().chain([&sum]).enumerate().collect();
        assert_eq!(sums(&columns), [(3, vec![0, 1, 2])]);
    }

    #[test]
    fn whether_a_column_is_linear_does_not_hang_on_the_first_two_rows() {
        let amount = |i: i32| 1e6 + f64::from(i * 7919 % 1000) * 1000.0;
        let values: Vec<f64> = [1e6, 1e6 + 0.01].into_iter().chain((0..200).map(amount)).collect();
        let column = |scale: f64, reversed: bool| {
            let mut texts: Vec<String> =
                values.iter().map(|v| format!("{:.3}", v * scale)).collect();
            if reversed {
                texts.reverse();
            }
            cells(texts)
        };
        for reversed in [false, true] {
            assert!(is_linear(&column(1.0, reversed), &column(0.3, reversed)));
        }
    }

    #[test]
    fn a_column_times_a_number_is_told_from_one_that_only_goes_with_it() {
        let price = cells((0..100).map(|i| format!("{}", i * 7919 % 1000)));
        let taxed = cells((0..100).map(|i| format!("{}", f64::from(i * 7919 % 1000) * 1.5 + 2.0)));
        let noisy = cells(
            (0..100).map(|i| format!("{}", f64::from(i * 7919 % 1000) * 1.5 + f64::from(i % 2))),
        );
        assert!(is_linear(&price, &taxed) && is_linear(&taxed, &price));
        assert!(!is_linear(&price, &noisy));
    }
}
