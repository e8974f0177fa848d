//! What stands in one column: counts and figures, read off its values.

use shared::math;

use crate::cells::{Cell, Cells};

/// The most distinct numbers whose counts are kept.
pub const MAX_LEVELS: usize = 1000;

/// What stands in a column.
#[derive(Debug)]
pub struct Profile<'t> {
    /// The column itself.
    pub cells: &'t Cells,
    /// The number of cells without a value.
    pub n_missing: usize,
    /// How often each word occurs, by its code.
    pub word_counts: Vec<usize>,
    /// The figures of the cells that are numbers.
    pub numbers: Numbers,
}

/// Figures of a column's numbers; all 0 where there is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Numbers {
    /// How many there are.
    pub n: usize,
    /// How many distinct ones.
    pub n_distinct: usize,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Whether none has a fraction.
    pub all_integers: bool,
    /// How many are 0.
    pub n_zero: usize,
    /// How often the most frequent one occurs.
    pub n_most: usize,
    /// The arithmetic mean.
    pub mean: f64,
    /// The population standard deviation.
    pub deviation: f64,
    /// The population skewness, g1; 0 without a spread.
    pub skewness: f64,
    /// The lower quartile, the median and the upper quartile (lower ranks where two would do).
    pub quartiles: [f64; 3],
    /// How many lie beyond three interquartile ranges from the quartiles: Tukey's "far out" (1977,
    /// "Exploratory Data Analysis").
    pub n_far_out: usize,
    /// Values that look like a code for "missing": numbers of a known list that stand apart.
    pub sentinels: Vec<(f64, usize)>,
    /// Each number with its count, ascending; empty where there are more than [`MAX_LEVELS`].
    pub levels: Vec<(f64, usize)>,
}

/// A spread smaller than this part of the values is what rounding leaves of them.
const RELATIVE_NOISE: f64 = 1e-12;

/// A spread below this is no spread: its square would vanish.
const SMALLEST_SPREAD: f64 = 1e-90;

impl Numbers {
    /// The figures of `values`, which are finite.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        // As integers in the numbers' own order: they sort several times faster.
        let mut keys: Vec<u64> = values.map(to_key).collect();
        keys.sort_unstable();
        let sorted: Vec<f64> = keys.into_iter().map(from_key).collect();
        let (Some(&min), Some(&max)) = (sorted.first(), sorted.last()) else {
            return Self::default();
        };
        let n = sorted.len();
        let (mut n_distinct, mut n_zero, mut n_most, mut levels) = (0, 0, 0, Vec::new());
        for run in sorted.chunk_by(|a, b| a == b) {
            n_distinct += 1;
            n_most = n_most.max(run.len());
            if run[0] == 0.0 {
                n_zero = run.len();
            }
            if levels.len() <= MAX_LEVELS {
                levels.push((run[0], run.len()));
            }
        }
        let sentinels = sentinels(&levels, &sorted);
        if levels.len() > MAX_LEVELS {
            levels = Vec::new();
        }
        let (mean, deviation, skewness) = moments(&sorted);
        let quartiles = [1, 2, 3].map(|quarter| sorted[(n - 1) * quarter / 4]);
        let reach = 3.0 * (quartiles[2] - quartiles[0]);
        let below = sorted.partition_point(|v| *v < quartiles[0] - reach);
        let above = n - sorted.partition_point(|v| *v <= quartiles[2] + reach);
        Self {
            n,
            n_distinct,
            min,
            max,
            all_integers: sorted.iter().all(|v| v % 1.0 == 0.0),
            n_zero,
            n_most,
            mean,
            deviation,
            skewness,
            quartiles,
            n_far_out: below + above,
            sentinels,
            levels,
        }
    }

    /// Whether all values are one but for differences too small to compute with.
    pub fn is_constant(&self) -> bool {
        let size = self.min.abs().max(self.max.abs());
        self.max - self.min <= (RELATIVE_NOISE * size).max(SMALLEST_SPREAD)
    }

    /// Whether the values are n whole numbers in a row, as a row number is.
    pub fn is_a_count(&self) -> bool {
        self.all_integers && self.max - self.min + 1.0 == self.n_distinct as f64
    }
}

/// Maps a number to an integer so that integers sort as the numbers do.
fn to_key(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

fn from_key(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// Mean, population deviation and skewness; counted from the median, so that an offset costs no digits.
fn moments(sorted: &[f64]) -> (f64, f64, f64) {
    let n = sorted.len() as f64;
    let offset = sorted[sorted.len() / 2];
    let mut sum = 0.0;
    for value in sorted {
        sum += value - offset;
    }
    let mean = sum / n;
    let (mut squares, mut cubes) = (0.0, 0.0);
    for value in sorted {
        let difference = (value - offset) - mean;
        squares += difference * difference;
        cubes += difference * difference * difference;
    }
    let variance = squares / n;
    let skewness = cubes / n / (variance * math::sqrt(variance));
    (offset + mean, math::sqrt(variance), if skewness.is_finite() { skewness } else { 0.0 })
}

/// Numbers that people write for "missing".
const CODES: [f64; 13] = [
    -1.0,
    -9.0,
    -99.0,
    -999.0,
    -9999.0,
    -99999.0,
    99.0,
    999.0,
    9999.0,
    99999.0,
    999_999.0,
    9_999_999.0,
    99_999_999.0,
];

/// Zero stands apart where no other value is below this, nor below a quarter of their median.
const LEAST_APART: f64 = 10.0;

/// The smallest or largest values of a column, where they are one of [`CODES`] and stand apart: negative where
/// all others are not, zero where nobody else is near it (a blood pressure), or as far above all others as those spread (and twice as large).
fn sentinels(levels: &[(f64, usize)], sorted: &[f64]) -> Vec<(f64, usize)> {
    let mut found = Vec::new();
    let (Some(&lowest), Some(&highest)) = (sorted.first(), sorted.last()) else { return found };
    let count = |value: f64| {
        sorted.partition_point(|v| *v <= value) - sorted.partition_point(|v| *v < value)
    };
    let n_low = count(lowest);
    if CODES.contains(&lowest) && lowest < 0.0 && n_low < sorted.len() && sorted[n_low] >= 0.0 {
        found.push((lowest, n_low));
    }
    let n_zero = n_low;
    let rest = &sorted[n_zero..];
    if lowest == 0.0
        && n_zero * 2 < sorted.len()
        && let Some(&next) = rest.first()
        && next >= LEAST_APART
        && next * 4.0 >= rest[rest.len() / 2]
    {
        found.push((0.0, n_zero));
    }
    let n_high = count(highest);
    let rest = &sorted[..sorted.len() - n_high];
    let rest = if found.is_empty() { rest } else { rest.get(n_low..).unwrap_or_default() };
    if let (Some(first), Some(last)) = (rest.first(), rest.last())
        && CODES.contains(&highest)
        && highest > 0.0
        && highest >= 2.0 * last
        && highest - last >= last - first
        && levels.len() > 3
    {
        found.push((highest, n_high));
    }
    found
}

impl<'t> Profile<'t> {
    /// Reads a column.
    pub fn of(cells: &'t Cells) -> Self {
        let mut word_counts = vec![0; cells.words().len() as usize];
        let mut n_missing = 0;
        for cell in cells.iter() {
            match cell {
                Cell::Missing => n_missing += 1,
                Cell::Word(code) => word_counts[code as usize] += 1,
                Cell::Number(_) => {}
            }
        }
        let numbers = Numbers::of(cells.iter().filter_map(|cell| match cell {
            Cell::Number(number) => Some(number),
            _ => None,
        }));
        Self { cells, n_missing, word_counts, numbers }
    }

    /// The number of customers with a value.
    pub fn n_present(&self) -> usize {
        self.cells.len() - self.n_missing
    }

    /// The number of cells that are words.
    pub fn n_words(&self) -> usize {
        self.n_present() - self.numbers.n
    }

    /// The number of distinct values; numbers are compared as such.
    pub fn n_distinct(&self) -> usize {
        self.numbers.n_distinct + self.word_counts.iter().filter(|&&count| count > 0).count()
    }

    /// The words that occur, with their counts.
    pub fn words(&self) -> impl Iterator<Item = (&'t str, usize)> {
        let words = self.cells.words().iter().zip(&self.word_counts);
        words.filter(|(_, count)| **count > 0).map(|(word, &count)| (word, count))
    }

    /// How often the most frequent value occurs.
    pub fn n_most(&self) -> usize {
        self.word_counts.iter().copied().max().unwrap_or(0).max(self.numbers.n_most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[f64]) -> Numbers {
        Numbers::of(values.iter().copied())
    }

    #[test]
    fn numbers_sort_as_their_keys_do() {
        let values = [-1e15, -2.5, -1e-300, 0.0, 1e-300, 1.0, 7.25, 1e15];
        let keys: Vec<u64> = values.into_iter().map(to_key).collect();
        assert!(keys.is_sorted());
        assert!(keys.into_iter().map(from_key).eq(values));
    }

    #[test]
    fn figures_are_those_of_the_textbook() {
        let found = numbers(&[4.0, 1.0, 2.0, 100.0, 3.0, 0.0, 2.0]);
        assert_eq!((found.n, found.n_distinct, found.n_zero, found.n_most), (7, 6, 1, 2));
        assert_eq!((found.min, found.max, found.quartiles), (0.0, 100.0, [1.0, 2.0, 3.0]));
        assert_eq!(found.n_far_out, 1);
        // numpy: mean, std, and the third central moment over the cube of std.
        assert!((found.mean - 16.0).abs() < 1e-12);
        assert!((found.deviation - 34.313_679_071_597_26).abs() < 1e-9);
        assert!((found.skewness - 2.036_042_550_464_47).abs() < 1e-9);
    }

    #[test]
    fn codes_for_missing_stand_apart_from_all_other_values() {
        let found = |values: &[f64]| -> Vec<f64> {
            numbers(values).sentinels.into_iter().map(|(value, _)| value).collect()
        };
        assert_eq!(found(&[-1.0, -1.0, 0.0, 3.0, 9.0]), [-1.0]);
        assert_eq!(found(&[0.0, 3.0, 5.0, 27.0, 999.0]), [999.0]);
        assert_eq!(found(&[-9.0, 18.0, 40.0, 70.0, 999.0]), [-9.0, 999.0]);
        assert!(found(&[-3.0, -1.0, 0.0, 2.0]).is_empty());
        assert!(found(&[90.0, 95.0, 97.0, 98.0, 99.0]).is_empty());
        assert!(found(&[10.0, 300.0, 700.0, 950.0, 999.0]).is_empty());
        assert!(found(&[-1.0, 1.0]).contains(&-1.0));
        assert_eq!(found(&[0.0, 80.0, 120.0, 130.0, 140.0]), [0.0]);
        assert!(found(&[0.0, 20.0, 120.0, 130.0, 140.0]).is_empty());
        assert!(found(&[0.0, 1.0, 2.0, 3.0]).is_empty());
    }
}
