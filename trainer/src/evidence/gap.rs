//! The gap statistic (Tibshirani, Walther and Hastie 2001, "Estimating the number of clusters in a data set via
//! the gap statistic"): how much smaller the inertia is than that of uniform data in the same box.

use shared::math;

use super::GapChoice;
use super::nulls::NullCurves;

/// The statistic for each k, and what it chooses.
#[derive(Debug, Clone)]
pub struct Gap {
    /// For k = 1, 2, ...: Gap(k) and its simulation error s(k). `None` where an inertia is 0, whose logarithm does
    /// not exist.
    pub by_k: Vec<Option<GapAt>>,
    /// The choice.
    pub choice: GapChoice,
}

/// One k's gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GapAt {
    /// The mean of log W(k) over the reference data, minus log W(k) of the data.
    pub gap: f64,
    /// The population standard deviation of the references' log W(k), times sqrt(1 + 1/B).
    pub error: f64,
}

impl Gap {
    /// The gap statistic of the sample's curve against the uniform data.
    ///
    /// It chooses the smallest k with Gap(k) >= Gap(k + 1) - s(k + 1), which can be 1. As many segments as there
    /// are distinct rows leave an inertia of 0: an endless gap, which ends the search there.
    pub fn of(nulls: &NullCurves) -> Self {
        let references = nulls.uniform.len();
        let at = |(i, &inertia): (usize, &f64)| {
            let of_nulls = nulls.uniform.iter().map(|curve| curve.get(i).copied());
            let logs: Option<Vec<f64>> = of_nulls.map(|inertia| log(inertia?)).collect();
            let (logs, log) = (logs?, log(inertia)?);
            let mean = logs.iter().fold(0.0, |sum, v| sum + v) / references as f64;
            let squares = logs.iter().fold(0.0, |sum, v| sum + (v - mean) * (v - mean));
            let n = references as f64;
            let error = math::sqrt(squares / n) * math::sqrt(1.0 + 1.0 / n);
            Some(GapAt { gap: mean - log, error })
        };
        let by_k: Vec<Option<GapAt>> = nulls.data.iter().enumerate().map(at).collect();
        let holds = |i: &usize| match (by_k[*i], by_k.get(i + 1)) {
            _ if nulls.data[*i] == 0.0 => true,
            (Some(here), Some(Some(next))) => here.gap >= next.gap - next.error,
            _ => false,
        };
        let k = (0..by_k.len()).find(holds).map(|i| i + 1);
        let choice = GapChoice { k, undecided: k.is_none(), references, rows: nulls.rows };
        Self { by_k, choice }
    }
}

fn log(inertia: f64) -> Option<f64> {
    (inertia > 0.0).then(|| math::ln(inertia))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curves(data: &[f64], uniform: &[&[f64]]) -> NullCurves {
        let uniform = uniform.iter().map(|curve| curve.to_vec()).collect();
        NullCurves {
            rows: 10,
            data: data.to_vec(),
            gaussian: Vec::new(),
            uniform,
            permuted: Vec::new(),
        }
    }

    #[test]
    fn the_gap_of_a_case_worked_by_hand() {
        let e = std::f64::consts::E;
        let gap = Gap::of(&curves(&[e, 1.0], &[&[e * e, e], &[e * e * e * e, e]]));
        let close = |at: Option<GapAt>, gap: f64, error: f64| {
            let at = at.unwrap();
            assert!((at.gap - gap).abs() < 1e-15 && (at.error - error).abs() < 1e-15, "{at:?}");
        };
        // Logarithms 2 and 4 against 1; then 1 and 1 against 0.
        close(gap.by_k[0], 2.0, 1.5_f64.sqrt());
        close(gap.by_k[1], 1.0, 0.0);
        assert_eq!((gap.choice.k, gap.choice.references, gap.choice.rows), (Some(1), 2, 10));
    }

    #[test]
    fn the_first_k_that_the_next_does_not_surpass_by_its_error_is_chosen() {
        let uniform: &[&[f64]] = &[&[100.0, 50.0, 30.0, 22.0], &[110.0, 52.0, 31.0, 23.0]];
        let gap = Gap::of(&curves(&[100.0, 20.0, 5.0, 4.5], uniform));
        assert_eq!((gap.choice.k, gap.choice.undecided), (Some(3), false));
    }

    #[test]
    fn a_gap_that_rises_to_the_end_does_not_decide() {
        let uniform: &[&[f64]] = &[&[100.0, 50.0, 30.0], &[101.0, 51.0, 31.0]];
        let gap = Gap::of(&curves(&[100.0, 20.0, 5.0], uniform));
        assert_eq!((gap.choice.k, gap.choice.undecided), (None, true));
    }

    #[test]
    fn an_inertia_of_zero_ends_the_search_and_has_no_gap() {
        let uniform: &[&[f64]] = &[&[100.0, 50.0, 30.0, 20.0], &[101.0, 51.0, 31.0, 21.0]];
        let gap = Gap::of(&curves(&[100.0, 20.0, 0.0], uniform));
        assert_eq!((gap.choice.k, gap.by_k[2]), (Some(3), None));
        let constant = Gap::of(&curves(&[0.0], &[&[0.0], &[0.0]]));
        assert_eq!((constant.choice.k, constant.by_k[0]), (Some(1), None));
    }
}
