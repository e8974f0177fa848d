//! How good predicted numbers are.

use shared::math;

use super::bins;
use super::bootstrap;
use super::figures::{DEVIANCE, MAE, R2, RMSE, TOP_DECILE_CAPTURE, TOTAL};
use super::{Answers, Compared, Judged, Kind};

/// The columns of the table of terms that all answers share: the actual value less the median, and its square.
const SHARED: usize = 2;

/// Those of each answer: squared and absolute error, deviance, prediction.
const OWN: usize = 4;

/// Every answer's figures.
///
/// # Shapes: `actual` is `(n_customers,)`, or empty for no figures.
pub(super) fn compare(judged: &Judged<'_>, actual: &[f64]) -> Vec<Compared> {
    let (answers, n) = (judged.answers, actual.len());
    let (names, main): (&[_], _) = if judged.is_spend {
        (&[RMSE, MAE, R2, DEVIANCE, TOP_DECILE_CAPTURE, TOTAL], Kind::Spend.main())
    } else {
        (&[RMSE, MAE, R2], Kind::Number.main())
    };
    // Deviations are taken from one of the values, so that a constant target has none at all.
    let mut sorted = actual.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(n / 2).copied().unwrap_or_default();
    let terms = terms(answers, actual, median);
    let ranked: Vec<Ranked> = if judged.is_spend && n > 0 {
        answers.iter().map(|answers| Ranked::of(&answers.values, actual)).collect()
    } else {
        Vec::new()
    };
    let width = SHARED + OWN * answers.len();
    let figures = |times: &[u32]| {
        let mut sums = vec![0.0; width];
        for (row, &times) in terms.chunks_exact(width).zip(times) {
            let times = f64::from(times);
            for (sum, term) in sums.iter_mut().zip(row) {
                *sum += times * term;
            }
        }
        let total = sums[0] + n as f64 * median;
        let of_answer = |(position, own): (usize, &[f64])| {
            let [rmse, mae, r2, deviance, predicted] = basic(&sums[..SHARED], own, n as f64);
            let mut told = vec![rmse, mae, r2];
            if let Some(ranked) = ranked.get(position) {
                let is_something = total > 0.0;
                let or_none = |figure: f64| if is_something { figure } else { f64::NAN };
                let capture = ranked.first_tenth(times) / total;
                told.extend([deviance, or_none(capture), or_none(predicted / total)]);
            }
            told
        };
        sums[SHARED..].chunks_exact(OWN).enumerate().flat_map(of_answer).collect()
    };
    bootstrap::compare(answers, names, main, n, judged.seed, figures)
}

/// What the figures are sums of, customer by customer.
///
/// # Shapes: `(n_customers, SHARED + OWN * n_answers)`, row by row.
fn terms(answers: &[Answers], actual: &[f64], median: f64) -> Vec<f64> {
    let mut terms = Vec::with_capacity(actual.len() * (SHARED + OWN * answers.len()));
    for (i, &y) in actual.iter().enumerate() {
        let deviation = y - median;
        terms.extend([deviation, deviation * deviation]);
        for answers in answers {
            let p = answers.values[i];
            terms.extend([(y - p) * (y - p), (y - p).abs(), deviance(y, p), p]);
        }
    }
    terms
}

/// The unit deviance of Tweedie's distribution with power 1.5 (Jorgensen 1987); infinite where nothing was predicted
/// and something was.
pub(super) fn deviance(actual: f64, predicted: f64) -> f64 {
    if actual <= 0.0 && predicted <= 0.0 {
        return 0.0;
    }
    let (y, p) = (math::sqrt(actual.max(0.0)), math::sqrt(predicted.max(0.0)));
    4.0 * (y - p) * (y - p) / p
}

/// RMSE, MAE, R2, mean deviance and total prediction, from sums of terms.
fn basic(shared: &[f64], own: &[f64], n: f64) -> [f64; 5] {
    let (deviation, squares) = (shared[0], shared[1]);
    let around_mean = squares - deviation * deviation / n;
    // Where all are equal, rounding may leave a little.
    let varies = around_mean > 1e-12 * squares;
    let r2 = if varies { 1.0 - own[0] / around_mean } else { f64::NAN };
    [math::sqrt(own[0] / n), own[1] / n, r2, own[2] / n, own[3]]
}

/// Customers from the highest prediction to the lowest.
struct Ranked {
    /// Position and actual value.
    rows: Vec<(usize, f64)>,
    /// How many stand one after the other with the same prediction.
    equal: Vec<usize>,
}

impl Ranked {
    fn of(predicted: &[f64], actual: &[f64]) -> Self {
        let mut order = bins::ascending(predicted);
        order.reverse();
        let equal = order.chunk_by(|&a, &b| predicted[a] == predicted[b]).map(<[usize]>::len);
        Self { equal: equal.collect(), rows: order.iter().map(|&i| (i, actual[i])).collect() }
    }

    /// What the tenth of a resample with the highest predictions has in total; those with equal predictions have
    /// equal parts of what they have together.
    fn first_tenth(&self, times: &[u32]) -> f64 {
        let (mut left, mut total) = ((self.rows.len() as u64).div_ceil(10), 0.0);
        let mut rest = &self.rows[..];
        for &equal in &self.equal {
            let (tied, behind) = rest.split_at(equal);
            let (mut n, mut sum) = (0, 0.0);
            for &(i, actual) in tied {
                n += u64::from(times[i]);
                sum += f64::from(times[i]) * actual;
            }
            if n >= left {
                return total + sum * (left as f64 / n.max(1) as f64);
            }
            left -= n;
            total += sum;
            rest = behind;
        }
        total
    }
}
