//! Seeded randomness: every use has a stream of its own, so that adding one never changes another, and the
//! numbers are the same on every machine.

use rand::{RngCore as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use shared::math;

/// What a stream is for. The numbers are part of what the same seed gives: never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Rows that stand for all where all would take too long.
    Sample = 1,
    /// Gaussian data sets without groups.
    GaussianNull = 2,
    /// Uniform data sets without groups.
    UniformNull = 3,
    /// Resampled customers.
    Resample = 4,
    /// Halves of the customers.
    Halves = 5,
    /// Starts of a mixture.
    Mixture = 6,
    /// Starts of prototypes.
    Prototypes = 7,
    /// Data without drift.
    NoDrift = 8,
    /// Data sets without groups whose columns of few values are permuted.
    PermutedNull = 9,
    /// Resampled customers whose predictions are judged.
    Bootstrap = 14,
    /// Outcomes of perfectly calibrated probabilities.
    Calibrated = 15,
}

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// The stream of one use, and of one draw of it.
    pub fn new(seed: u64, purpose: Purpose, draw: usize) -> Self {
        Self::mixed(&[seed, !(purpose as u64), draw as u64])
    }

    /// The stream of a list of numbers: each in turn is exclusive-or'ed in and finalised as `SplitMix64` does
    /// (Steele, Lea and Flood 2014); then `seed_from_u64`.
    pub fn mixed(numbers: &[u64]) -> Self {
        let mixed = numbers.iter().fold(0, |state, number| finalise(state ^ number));
        Self(Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform on the multiples of 2^-53 from 0 up to, not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform below `n`, to within n / 2^53; 0 where `n` is 0.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative and below n, a usize"
    )]
    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// Standard normal (Marsaglia's polar method; of each pair the first).
    pub fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * math::sqrt(-2.0 * math::ln(s) / s);
            }
        }
    }

    /// `m` different positions below `n`, ascending; all of them where `m >= n` (Vitter 1985's selection
    /// sampling, as Knuth's algorithm S).
    pub fn choose(&mut self, n: usize, m: usize) -> Vec<usize> {
        let mut chosen = Vec::with_capacity(m.min(n));
        for position in 0..n {
            let (left, wanted) = (n - position, m.min(n) - chosen.len());
            if self.below(left) < wanted {
                chosen.push(position);
            }
        }
        chosen
    }
}

fn finalise(state: u64) -> u64 {
    let z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_other_numbers_differ() {
        let first = |numbers: &[u64]| Stream::mixed(numbers).bits();
        assert_eq!(first(&[1, 2, 3]), first(&[1, 2, 3]));
        let others = [first(&[1, 2, 3]), first(&[2, 1, 3]), first(&[1, 3, 2]), first(&[3, 2, 1])];
        assert!((0..4).all(|i| (0..i).all(|j| others[i] != others[j])));
        let of = |purpose| Stream::new(0, purpose, 0).bits();
        assert_ne!(of(Purpose::Sample), of(Purpose::GaussianNull));
    }

    #[test]
    fn normal_numbers_have_the_moments_of_a_standard_normal() {
        let mut stream = Stream::new(0, Purpose::GaussianNull, 0);
        let drawn: Vec<f64> = (0..20_000).map(|_| stream.normal()).collect();
        let moment = |p: i32| drawn.iter().map(|v| v.powi(p)).sum::<f64>() / 20_000.0;
        assert!(moment(1).abs() < 0.03 && (moment(2) - 1.0).abs() < 0.04);
        assert!(moment(3).abs() < 0.1 && (moment(4) - 3.0).abs() < 0.2);
    }

    #[test]
    fn chosen_positions_are_different_and_ascending_and_equally_likely() {
        let mut counts = [0; 10];
        for draw in 0..3000 {
            let chosen = Stream::new(7, Purpose::Sample, draw).choose(10, 3);
            assert_eq!(chosen.len(), 3);
            assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
            for position in chosen {
                counts[position] += 1;
            }
        }
        assert!(counts.iter().all(|count| (800..1000).contains(count)), "{counts:?}");
        assert_eq!(Stream::new(7, Purpose::Sample, 0).choose(3, 9), [0, 1, 2]);
    }
}
