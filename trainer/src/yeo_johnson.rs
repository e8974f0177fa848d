//! The Yeo-Johnson parameter of a column, and the skewness that calls for it.

use shared::math;
use shared::transform::LAMBDA_BOUNDS;

/// The search ends when lambda is known to about this; the likelihood itself resolves no more.
const TOLERANCE: f64 = 1e-9;

/// More than the search ever takes; golden sections alone need 47.
const MAX_EVALUATIONS: usize = 200;

/// The maximum-likelihood lambda of `shared::math::yeo_johnson`, within [`LAMBDA_BOUNDS`] (Yeo and Johnson
/// 2000, Biometrika 87(4), section 3.1).
///
/// The likelihood is unimodal in lambda, so a maximum beyond a bound makes that bound the answer, exactly.
/// A column of fewer than two distinct values gives 1, the identity.
///
/// # Shapes: `sorted` is `(n,)`, finite and ascending, in the column's unit.
pub fn fit_lambda(sorted: &[f64]) -> f64 {
    if sorted.first() == sorted.last() {
        return 1.0;
    }
    let likelihood = Likelihood::new(sorted);
    let (low, high) = LAMBDA_BOUNDS;
    let inside = maximise(|lambda| likelihood.at(lambda), low, high);
    [low, high].into_iter().fold(inside, |best, bound| {
        let near = (best - bound).abs() < 1e3 * TOLERANCE;
        if near && likelihood.at(bound) >= likelihood.at(best) { bound } else { best }
    })
}

/// The Fisher-Pearson coefficient g1 = m3 / m2^1.5, not corrected for bias; 0 when all values are equal.
///
/// # Shapes: `sorted` is `(n,)`, finite and ascending; the result has no unit.
pub fn skewness(sorted: &[f64]) -> f64 {
    if sorted.first() == sorted.last() {
        return 0.0;
    }
    let n = sorted.len() as f64;
    let mut sum = 0.0;
    for x in sorted {
        sum += x;
    }
    let mean = sum / n;
    let (mut squares, mut cubes) = (0.0, 0.0);
    for x in sorted {
        let deviation = x - mean;
        squares += deviation * deviation;
        cubes += deviation * deviation * deviation;
    }
    let variance = squares / n;
    let skewness = cubes / n / (variance * math::sqrt(variance));
    // Values closer together than arithmetic resolves have no shape.
    if skewness.is_finite() { skewness } else { 0.0 }
}

/// The profile log-likelihood of lambda, over distinct values.
struct Likelihood {
    /// Each distinct value and how often it occurs, ascending.
    values: Vec<(f64, f64)>,
    n: f64,
    /// The sum of sign(x) ln(1 + |x|).
    log_jacobian: f64,
}

impl Likelihood {
    fn new(sorted: &[f64]) -> Self {
        let mut values = Vec::new();
        let mut log_jacobian = 0.0;
        for equal in sorted.chunk_by(|a, b| a.total_cmp(b).is_eq()) {
            let (x, count) = (equal[0], equal.len() as f64);
            values.push((x, count));
            log_jacobian += count * if x < 0.0 { -math::ln_1p(-x) } else { math::ln_1p(x) };
        }
        Self { values, n: sorted.len() as f64, log_jacobian }
    }

    /// -n/2 ln(variance of the transformed values) + (lambda - 1) sum of sign(x) ln(1 + |x|).
    ///
    /// Minus infinity where the transformed values are all equal or overflow.
    fn at(&self, lambda: f64) -> f64 {
        let transformed: Vec<(f64, f64)> =
            self.values.iter().map(|&(x, count)| (math::yeo_johnson(x, lambda), count)).collect();
        let mut sum = 0.0;
        for (y, count) in &transformed {
            sum += y * count;
        }
        let mean = sum / self.n;
        let mut squares = 0.0;
        for (y, count) in &transformed {
            squares += (y - mean) * (y - mean) * count;
        }
        let likelihood =
            -self.n / 2.0 * math::ln(squares / self.n) + (lambda - 1.0) * self.log_jacobian;
        if likelihood.is_finite() { likelihood } else { f64::NEG_INFINITY }
    }
}

/// Where `f` is largest in `low..high`, never the ends themselves: Brent's `localmin` (Brent 1973,
/// "Algorithms for Minimization without Derivatives", chapter 5), for the negative of `f`.
#[expect(clippy::float_cmp, reason = "asks whether two names hold the same point")]
fn maximise(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    /// The smaller part of a golden section, (3 - sqrt 5) / 2.
    const GOLDEN: f64 = 0.381_966_011_250_105_1;
    let cost = |x| -f(x);
    let mut best = low + GOLDEN * (high - low);
    let mut best_cost = cost(best);
    let (mut second, mut second_cost) = (best, best_cost);
    let (mut third, mut third_cost) = (best, best_cost);
    let (mut step, mut step_before) = (0.0_f64, 0.0_f64);
    for _ in 0..MAX_EVALUATIONS {
        let middle = f64::midpoint(low, high);
        let tolerance = f64::EPSILON * best.abs() + TOLERANCE / 3.0;
        if (best - middle).abs() <= 2.0 * tolerance - (high - low) / 2.0 {
            break;
        }
        // The vertex of the parabola through the three best points is best + p / q.
        let r = (best - second) * (best_cost - third_cost);
        let q = (best - third) * (best_cost - second_cost);
        let p = (best - third) * q - (best - second) * r;
        let q = 2.0 * (q - r);
        let (p, q) = if q > 0.0 { (-p, q) } else { (p, -q) };
        let parabolic = step_before.abs() > tolerance
            && p.abs() < (q * step_before / 2.0).abs()
            && p > q * (low - best)
            && p < q * (high - best);
        if parabolic {
            step_before = step;
            step = p / q;
            let next = best + step;
            if next - low < 2.0 * tolerance || high - next < 2.0 * tolerance {
                step = if best < middle { tolerance } else { -tolerance };
            }
        } else {
            step_before = if best < middle { high - best } else { low - best };
            step = GOLDEN * step_before;
        }
        let next = best + if step.abs() < tolerance { tolerance.copysign(step) } else { step };
        let next_cost = cost(next);
        if next_cost <= best_cost {
            if next < best {
                high = best;
            } else {
                low = best;
            }
            (third, third_cost) = (second, second_cost);
            (second, second_cost) = (best, best_cost);
            (best, best_cost) = (next, next_cost);
        } else {
            if next < best {
                low = next;
            } else {
                high = next;
            }
            if next_cost <= second_cost || second == best {
                (third, third_cost) = (second, second_cost);
                (second, second_cost) = (next, next_cost);
            } else if next_cost <= third_cost || third == best || third == second {
                (third, third_cost) = (next, next_cost);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSITIVE: [f64; 10] = [0.1, 0.4, 0.5, 0.9, 1.3, 2.0, 3.5, 4.1, 8.0, 20.0];
    const BOTH_SIGNS: [f64; 10] = [-7.0, -3.5, -1.0, -0.5, 0.0, 0.25, 0.5, 1.5, 2.0, 2.5];
    const ZEROS: [f64; 10] = [0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 3.0, 5.0, 8.0, 40.0];
    const NEGATIVE: [f64; 7] = [-900.0, -40.0, -7.0, -3.0, -2.0, -2.0, -1.0];

    #[test]
    fn lambda_is_scikit_learns_where_that_lies_within_the_bounds() {
        // scikit-learn 1.9.1, PowerTransformer().lambdas_.
        for (sorted, lambda) in [
            (&POSITIVE[..], -0.477_403_919_8),
            (&BOTH_SIGNS, 1.519_204_978_3),
            (&ZEROS, -0.419_193_664_9),
            (&NEGATIVE, 2.469_251_535_1),
        ] {
            let fitted = fit_lambda(sorted);
            assert!((fitted - lambda).abs() < 1e-6, "{fitted} for {lambda}");
        }
    }

    #[test]
    fn lambda_beyond_a_bound_is_that_bound() {
        let mut spike = vec![12.0; 500];
        spike.extend([6.0, 8.0, 10.0]);
        spike.sort_by(f64::total_cmp);
        assert_eq!(fit_lambda(&spike).to_bits(), 4.0_f64.to_bits());
        let mirrored: Vec<f64> = spike.iter().rev().map(|x| -x).collect();
        assert_eq!(fit_lambda(&mirrored).to_bits(), (-2.0_f64).to_bits());
    }

    #[test]
    fn no_shift_of_lambda_is_more_likely() {
        let likelihood = Likelihood::new(&ZEROS);
        let lambda = fit_lambda(&ZEROS);
        for shift in [-1.0, -0.1, -1e-3, 1e-3, 0.1, 1.0] {
            assert!(likelihood.at(lambda) > likelihood.at(lambda + shift));
        }
    }

    #[test]
    fn columns_without_a_spread_keep_the_identity() {
        for sorted in [&[][..], &[3.0], &[0.1; 5], &[0.0; 4]] {
            assert_eq!(fit_lambda(sorted).to_bits(), 1.0_f64.to_bits());
            assert_eq!(skewness(sorted).to_bits(), 0.0_f64.to_bits());
        }
    }

    #[test]
    fn the_extremes_of_a_record_stay_within_the_bounds() {
        for sorted in [
            &[-1e15, 1e15][..],
            &[0.0, 1e-300, 1e15],
            &[1e15, 1e15 + 1.0],
            &[-1e15, -1e15, 0.0, 1e-9],
            &[1.0, 1.0 + f64::EPSILON],
        ] {
            assert!((-2.0..=4.0).contains(&fit_lambda(sorted)));
            assert!(skewness(sorted).is_finite());
        }
    }

    #[test]
    fn skewness_is_scipys() {
        // scipy 1.17.1, stats.skew.
        for (sorted, expected) in [
            (&POSITIVE[..], 2.011_077_888_086_898),
            (&BOTH_SIGNS, -1.249_165_630_606_475),
            (&ZEROS, 2.459_513_798_839_072),
            (&NEGATIVE, -2.034_060_692_573_996),
        ] {
            assert!((skewness(sorted) - expected).abs() < 1e-13);
        }
    }
}
