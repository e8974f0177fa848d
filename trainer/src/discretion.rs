//! Shares from which no small group of customers can be read off.

/// The share of each count; not a number, which JSON writes as `null`, where it would tell of somebody, but of fewer
/// than `min_customers`. Where that hides a single count, the rest would give it away, so the smallest of the
/// others is hidden too.
///
/// # Ties: of equal counts the first is hidden.
pub fn shares(counts: &[usize], min_customers: usize, rounded: impl Fn(f64) -> f64) -> Vec<f64> {
    let total = counts.iter().sum::<usize>().max(1) as f64;
    let is_small = |&&count: &&usize| count > 0 && count < min_customers;
    let mut hidden: Vec<bool> = counts.iter().map(|count| is_small(&count)).collect();
    if hidden.iter().filter(|hidden| **hidden).count() == 1 {
        let others = (0..counts.len()).filter(|&i| !hidden[i] && counts[i] > 0);
        if let Some(smallest) = others.min_by_key(|&i| counts[i]) {
            hidden[smallest] = true;
        }
    }
    let share = |(&count, hidden): (&usize, bool)| {
        if hidden { f64::NAN } else { rounded(count as f64 / total) }
    };
    counts.iter().zip(hidden).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_count_is_hidden_and_cannot_be_subtracted() {
        let of = |counts: &[usize]| shares(counts, 20, |share| share);
        assert_eq!(of(&[50, 0, 50]), [0.5, 0.0, 0.5]);
        let hidden: Vec<bool> = of(&[60, 30, 10]).iter().map(|share| share.is_nan()).collect();
        assert_eq!(hidden, [false, true, true]);
        let hidden: Vec<bool> = of(&[88, 6, 6]).iter().map(|share| share.is_nan()).collect();
        assert_eq!(hidden, [false, true, true]);
        assert!(of(&[19])[0].is_nan());
        assert_eq!(serde_json::to_string(&of(&[19])).unwrap(), "[null]");
    }
}
