//! How far apart two distributions over the same bins are.

use shared::math;

/// The population stability index: the sum over bins of `(q - p) ln(q / p)`, which is the Kullback-Leibler
/// divergence taken both ways (Jeffreys 1946; its cuts of 0.1 and 0.25 are credit scoring's: Siddiqi 2006).
/// Half a customer is added to every bin, so that an empty one does not make it infinite.
///
/// # Shapes: `p` and `q` are counts, `(n_bins,)`.
pub(super) fn stability_index(p: &[f64], q: &[f64]) -> f64 {
    let half = p.len() as f64 / 2.0;
    let (n_p, n_q) = (p.iter().sum::<f64>() + half, q.iter().sum::<f64>() + half);
    let terms = p.iter().zip(q).map(|(p, q)| {
        let (p, q) = ((p + 0.5) / n_p, (q + 0.5) / n_q);
        (q - p) * math::ln(q / p)
    });
    terms.fold(0.0, |sum, term| sum + term)
}

/// The Jensen-Shannon divergence in bits, from 0 to 1 (Lin 1991).
///
/// # Shapes: `p` and `q` are counts, `(n_bins,)`, neither all 0.
pub(super) fn jensen_shannon(p: &[f64], q: &[f64]) -> f64 {
    let (n_p, n_q) = (p.iter().sum::<f64>(), q.iter().sum::<f64>());
    let term = |share: f64, middle: f64| {
        if share > 0.0 { share * math::ln(share / middle) } else { 0.0 }
    };
    let terms = p.iter().zip(q).map(|(p, q)| {
        let (p, q) = (p / n_p, q / n_q);
        let middle = f64::midpoint(p, q);
        term(p, middle) + term(q, middle)
    });
    let sum = terms.fold(0.0, |sum, term| sum + term);
    (sum / (2.0 * std::f64::consts::LN_2)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_what_a_hand_computes() {
        // 49.5 and 0.5 more of 101; 19.5, 79.5: shares .5 and .5 against .2 and .8 of counts that make them.
        let found = stability_index(&[49.5, 49.5], &[19.5, 79.5]);
        let by_hand = (0.2 - 0.5) * (0.2_f64 / 0.5).ln() + (0.8 - 0.5) * (0.8_f64 / 0.5).ln();
        assert!((found - by_hand).abs() < 1e-12 && (found - 0.415_888_308).abs() < 1e-8, "{found}");
        assert_eq!(stability_index(&[3.0, 4.0], &[3.0, 4.0]), 0.0);
        assert!(stability_index(&[100.0, 0.0], &[0.0, 100.0]).is_finite());
    }

    #[test]
    fn the_divergence_is_what_a_hand_computes() {
        assert_eq!(jensen_shannon(&[5.0, 0.0], &[0.0, 9.0]), 1.0);
        assert_eq!(jensen_shannon(&[5.0, 5.0], &[9.0, 9.0]), 0.0);
        // P = (1/2, 1/2), Q = (1, 0): M = (3/4, 1/4): (log2(2/3) + log2 2)/4 + log2(4/3)/2.
        let by_hand = ((2.0_f64 / 3.0).log2() + 1.0) / 4.0 + (4.0_f64 / 3.0).log2() / 2.0;
        let found = jensen_shannon(&[7.0, 7.0], &[3.0, 0.0]);
        assert!((found - by_hand).abs() < 1e-12 && (found - 0.311_278_124).abs() < 1e-8, "{found}");
    }
}
