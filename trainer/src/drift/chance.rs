//! How far apart two samples of the same customers are by chance.

use shared::math;

use super::{Side, differences};
use crate::random::{Purpose, Stream};

/// So many draws in any case.
const DRAWS: usize = 999;

/// More than these are drawn only where a correction needs them: below twice what it needs, nothing could be
/// called drift.
const ENOUGH_DRAWS: f64 = 19_999.0;

/// With more draws as extreme as what was found, further ones would not make it significant.
const CLEARLY_CHANCE: usize = 10;

/// What was found beside what chance gives; index first, then divergence.
#[derive(Debug)]
pub(super) struct Chance {
    pub(super) found: [f64; 2],
    /// The 95 % quantiles without drift.
    pub(super) usual: [f64; 2],
    /// `(1 + draws at least as large) / (1 + draws)`.
    pub(super) p: [f64; 2],
}

impl Chance {
    /// Draws pairs of samples of the baseline's distribution, one of the size of training and one of the size of
    /// `counts`, and compares their differences with the one found. There are [`DRAWS`]; where these leave it
    /// open, as many as a correction for `n_comparisons` at `alpha` needs.
    pub(super) fn simulate(
        side: &Side,
        counts: &[u32],
        n_comparisons: usize,
        alpha: f64,
        (seed, position): (u64, usize),
    ) -> Self {
        let rows: u32 = counts.iter().sum();
        let found = differences(&side.trained(), &side.allowed(counts));
        let mut stream = Stream::new(seed, Purpose::NoDrift, position);
        let mut drawn: Vec<[f64; 2]> = Vec::with_capacity(DRAWS);
        let draw = |stream: &mut Stream| {
            let trained = multinomial(stream, side.rows, &side.shares);
            let trained: Vec<f64> = trained.into_iter().map(f64::from).collect();
            differences(&trained, &side.allowed(&again(stream, side, rows)))
        };
        drawn.extend((0..DRAWS).map(|_| draw(&mut stream)));
        let mut n_draws = DRAWS;
        let mut larger = [0, 1].map(|i| drawn.iter().filter(|d| d[i] >= found[i]).count());
        if larger.iter().any(|&n| n <= CLEARLY_CHANCE) {
            let least = f64::from(u32::try_from(n_comparisons).unwrap_or(u32::MAX)) / alpha;
            let wanted = (10.0 * least).min(ENOUGH_DRAWS.max(2.0 * least));
            let mut further = DRAWS;
            while (further as f64) < wanted {
                let one = draw(&mut stream);
                (0..2).for_each(|i| larger[i] += usize::from(one[i] >= found[i]));
                further += 1;
            }
            n_draws = further;
        }
        let usual = [0, 1].map(|i| {
            let mut sorted: Vec<f64> = drawn.iter().map(|d| d[i]).collect();
            sorted.sort_by(f64::total_cmp);
            sorted[(DRAWS + 1) * 95 / 100 - 1]
        });
        let p = larger.map(|larger| (1 + larger) as f64 / (1 + n_draws) as f64);
        Self { found, usual, p }
    }
}

/// New customers from the baseline's distribution; bins of share 0 have as many as they may.
fn again(stream: &mut Stream, side: &Side, rows: u32) -> Vec<u32> {
    let mut left = rows;
    let rare: Vec<u32> = side
        .shares
        .iter()
        .map(|&share| {
            let drawn =
                if share == 0.0 { binomial(stream, rows, side.allowance).min(left) } else { 0 };
            left -= drawn;
            drawn
        })
        .collect();
    let common = multinomial(stream, left, &side.shares);
    rare.into_iter().zip(common).map(|(rare, common)| rare + common).collect()
}

/// `n` customers over bins of these shares, which sum to 1.
fn multinomial(stream: &mut Stream, n: u32, shares: &[f64]) -> Vec<u32> {
    let last = shares.iter().rposition(|&share| share > 0.0).unwrap_or_default();
    let (mut left, mut rest) = (n, 1.0);
    let drawn = shares.iter().enumerate().map(|(bin, &share)| {
        let count = match bin {
            _ if share == 0.0 => 0,
            _ if bin == last => left,
            _ => binomial(stream, left, (share / rest).min(1.0)),
        };
        left -= count;
        rest -= share;
        count
    });
    drawn.collect()
}

/// Up to this mean it is drawn exactly.
const EXACT_MEAN: f64 = 60.0;

/// The number of successes in `n` trials: by inversion (Devroye 1986, "Non-Uniform Random Variate Generation",
/// X.4) where few are expected, else a normal number rounded.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=n, a u32"
)]
fn binomial(stream: &mut Stream, n: u32, p: f64) -> u32 {
    if p > 0.5 {
        return n - binomial(stream, n, 1.0 - p);
    }
    let mean = f64::from(n) * p;
    if mean > EXACT_MEAN {
        let drawn = mean + math::sqrt(mean * (1.0 - p)) * stream.normal();
        return math::round_ties_even(drawn.clamp(0.0, f64::from(n))) as u32;
    }
    if mean <= 0.0 {
        return 0;
    }
    let odds = p / (1.0 - p);
    // Not 0: the mean is small.
    let mut chance = math::exp(f64::from(n) * math::ln_1p(-p));
    let (mut u, mut count) = (stream.unit(), 0);
    while u >= chance && count < n {
        u -= chance;
        count += 1;
        chance *= odds * f64::from(n - count + 1) / f64::from(count);
    }
    count
}

/// p-values corrected so that the chance that any true hypothesis is rejected is at most the level, however
/// they depend on each other (Holm 1979, "A simple sequentially rejective multiple test procedure").
pub(super) fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]).then(a.cmp(&b)));
    let (mut corrected, mut least) = (vec![1.0; p.len()], 0.0_f64);
    for (rank, &position) in order.iter().enumerate() {
        least = least.max((p.len() - rank) as f64 * p[position]).min(1.0);
        corrected[position] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holms_correction_is_what_a_hand_computes() {
        assert_eq!(holm(&[0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]);
        assert_eq!(holm(&[0.6, 0.5]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn binomial_numbers_have_their_mean_and_variance_on_both_sides_of_the_limit() {
        let mut stream = Stream::new(1, Purpose::NoDrift, 0);
        for (n, p) in [(10, 0.3), (1000, 0.02), (1000, 0.97), (5000, 0.4), (1_000_000, 1e-5)] {
            let drawn: Vec<f64> =
                (0..20_000).map(|_| f64::from(binomial(&mut stream, n, p))).collect();
            let mean = drawn.iter().sum::<f64>() / 20_000.0;
            let variance = drawn.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 20_000.0;
            let (expected, spread) = (f64::from(n) * p, f64::from(n) * p * (1.0 - p));
            assert!((mean - expected).abs() < 4.0 * (spread / 20_000.0).sqrt(), "{n} {p}: {mean}");
            assert!((variance / spread - 1.0).abs() < 0.06, "{n} {p}: {variance} for {spread}");
        }
        assert_eq!(binomial(&mut stream, 7, 1.0), 7);
        assert_eq!(binomial(&mut stream, 7, 0.0), 0);
        assert_eq!(binomial(&mut stream, 0, 0.5), 0);
    }

    #[test]
    fn a_multinomial_sample_keeps_its_size_and_leaves_empty_bins_empty() {
        let mut stream = Stream::new(2, Purpose::NoDrift, 0);
        for _ in 0..200 {
            let drawn = multinomial(&mut stream, 500, &[0.25, 0.0, 0.7, 0.05, 0.0]);
            assert_eq!(drawn.iter().sum::<u32>(), 500);
            assert_eq!((drawn[1], drawn[4]), (0, 0));
            assert!((280..420).contains(&drawn[2]), "{drawn:?}");
        }
    }
}
