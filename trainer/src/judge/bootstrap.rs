//! Figures of the customers, and of resamples of them.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{Answers, Compared, Difference, Figure, RESAMPLES};
use crate::random::{Purpose, Stream};

/// How far from either end of the sorted resamples the interval begins.
const TAIL: f64 = 0.025;

/// Every answer's figures.
///
/// `of` gives the figures of a resample in which each customer stands so many times: those of the first answer, in the
/// order of `names`, then those of the next; what is not defined is not finite. Of no customers, no figure is defined.
///
/// # Shapes: the argument of `of` is `(n_customers,)`, its result `(n_answers, n_names)`.
pub(super) fn compare(
    answers: &[Answers],
    names: &[&'static str],
    main: &[&'static str],
    n: usize,
    seed: u64,
    of: impl Fn(&[u32]) -> Vec<f64> + Sync,
) -> Vec<Compared> {
    let resampled = |draw: usize| {
        let mut stream = Stream::new(seed, Purpose::Bootstrap, draw);
        let mut times = vec![0_u32; n];
        for _ in 0..n {
            times[stream.below(n)] += 1;
        }
        of(&times)
    };
    let (values, draws): (_, Vec<Vec<f64>>) = if n == 0 {
        (vec![f64::NAN; names.len() * answers.len()], Vec::new())
    } else {
        (of(&vec![1; n]), (0..RESAMPLES).into_par_iter().map(resampled).collect())
    };
    let at = |answer: usize, name: usize| answer * names.len() + name;
    let figure = |position: usize| {
        let ends = |value: &f64| interval(*value, draws.iter().map(|draw| draw[position]));
        let value = Some(values[position]).filter(|value| value.is_finite());
        let (low, high) = value.as_ref().and_then(ends).unzip();
        Figure { value, low, high }
    };
    let difference = |answer: usize, name: usize| {
        let (a, b) = (at(answer, name), at(answers.len() - 1, name));
        let value = values[a] - values[b];
        let (low, high) = interval(value, draws.iter().map(|draw| draw[a] - draw[b])).unzip();
        let difference = Some(value).filter(|value| value.is_finite());
        Difference { figure: names[name], difference, low, high }
    };
    let compared = answers.iter().enumerate().map(|(answer, Answers { who, .. })| {
        let is_chosen = answer + 1 == answers.len();
        let figures: BTreeMap<_, _> =
            names.iter().enumerate().map(|(name, &key)| (key, figure(at(answer, name)))).collect();
        let others = main.iter().filter(|_| !is_chosen);
        let positions = others.filter_map(|main| names.iter().position(|name| name == main));
        let versus_chosen = positions.map(|name| difference(answer, name)).collect();
        Compared { who: *who, figures, versus_chosen }
    });
    compared.collect()
}

/// The middle 95 % of the resamples in which the figure is defined; `None` where it is not itself defined, or not in
/// most resamples.
fn interval(value: f64, resampled: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let mut sorted: Vec<f64> = resampled.filter(|value| value.is_finite()).collect();
    if !value.is_finite() || sorted.len() <= RESAMPLES / 2 {
        return None;
    }
    sorted.sort_by(f64::total_cmp);
    Some((quantile(&sorted, TAIL), quantile(&sorted, 1.0 - TAIL)))
}

/// A quantile of sorted values, between two of them in proportion (Hyndman and Fan 1996, definition 7).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below their number")]
pub(super) fn quantile(sorted: &[f64], level: f64) -> f64 {
    let rank = level * (sorted.len() - 1) as f64;
    let below = (rank as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (rank - below as f64) * (sorted[above] - sorted[below])
}
