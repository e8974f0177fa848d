//! The elbow of a curve of inertia against k: Kneedle's normalised difference curve (Satopaa, Albrecht,
//! Irwin and Raghavan 2011, "Finding a Kneedle in a Haystack"), without its smoothing and sensitivity.

/// A difference curve that rises no higher than this is straight but for rounding.
const STRAIGHT: f64 = 1e-9;

/// The number of segments that the curve speaks for, and the evidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elbow {
    /// The number of segments; see [`Elbow::find`].
    pub k: usize,
    /// The knee of the whole curve, which can be 2 but is drawn to the first drop.
    pub from_one: Option<Knee>,
    /// The knee of the curve from k = 2 on, which can never be 2.
    pub from_two: Option<Knee>,
}

/// The point at which a convex decreasing curve bends most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knee {
    /// The number of segments there.
    pub k: usize,
    /// How far the curve lies below its chord, after both axes are scaled to 0..1: from 0, straight, to 1.
    pub strength: f64,
}

impl Elbow {
    /// The elbow of `wcss`, whose entry `i` is the within-cluster sum of squares of `i + 1` segments.
    ///
    /// The knee from k = 2 decides, unless the knee from k = 1 says 2. If only one of them exists, that one
    /// decides. If neither does, `k` is 2 where two segments have a smaller sum of squares than one, else 1.
    ///
    /// # Ties: the smallest k wins.
    pub fn find(wcss: &[f64]) -> Self {
        let from_one = knee(wcss, 1);
        let from_two = knee(wcss.get(1..).unwrap_or_default(), 2);
        let k = match (from_one, from_two) {
            (Some(Knee { k: 2, .. }), _) => 2,
            (_, Some(knee)) | (Some(knee), None) => knee.k,
            (None, None) => match wcss {
                [one, two, ..] if two < one => 2,
                _ => 1,
            },
        };
        Self { k, from_one, from_two }
    }
}

/// The knee of a curve whose first entry is for `first_k` segments: the maximum of its
/// [`difference_curve`] between the ends.
///
/// `None` for fewer than three points (an end point is never a knee), a value that is not finite, and a
/// curve that is flat, straight, rising or concave.
/// # Ties: the smallest k wins.
pub(crate) fn knee(curve: &[f64], first_k: usize) -> Option<Knee> {
    let differences = difference_curve(curve)?;
    let mut best: Option<Knee> = None;
    for (i, &strength) in differences.iter().enumerate().take(curve.len() - 1).skip(1) {
        if strength > best.map_or(STRAIGHT, |knee| knee.strength) {
            best = Some(Knee { k: first_k + i, strength });
        }
    }
    best
}

/// How far each point of a curve lies below the falling chord of its bounding box, after both axes are scaled
/// to 0..1 (Satopaa et al.: the normalised difference curve). Both end points of a falling curve have 0.
///
/// `None` for no points, a value that is not finite, and a curve that does not fall from first to last.
pub(crate) fn difference_curve(curve: &[f64]) -> Option<Vec<f64>> {
    let (&first, &last) = (curve.first()?, curve.last()?);
    if last >= first || curve.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let lowest = curve.iter().copied().fold(first, f64::min);
    let highest = curve.iter().copied().fold(first, f64::max);
    let range = highest - lowest;
    let steps = (curve.len() - 1) as f64;
    // A convex decreasing curve is turned upside down, so that its elbow becomes a knee.
    let difference = |(i, value): (usize, &f64)| (highest - value) / range - i as f64 / steps;
    Some(curve.iter().enumerate().map(difference).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The credit-card data, mean imputed and standardised, k = 2..10, by scikit-learn 1.9.1.
    const CREDIT_CARD: [f64; 9] = [
        127_784.84, 111_986.70, 99_073.94, 91_502.26, 84_852.52, 79_528.89, 74_492.28, 69_954.91,
        66_461.16,
    ];

    fn rounded(knee: Option<Knee>) -> (usize, f64) {
        let knee = knee.unwrap();
        (knee.k, (knee.strength * 1000.0).round() / 1000.0)
    }

    #[test]
    fn the_published_credit_card_curve_bends_at_four() {
        let mut wcss = vec![8950.0 * 17.0];
        wcss.extend(CREDIT_CARD);
        let elbow = Elbow::find(&wcss);
        assert_eq!(elbow.k, 4);
        assert_eq!(rounded(elbow.from_two).0, 4);
    }

    #[test]
    fn the_strength_is_the_height_of_the_difference_curve() {
        let elbow = Elbow::find(&[100.0, 20.0, 10.0, 5.0, 0.0]);
        assert_eq!(rounded(elbow.from_one), (2, 0.55));
        assert_eq!(rounded(elbow.from_two), (3, 0.167));
        assert_eq!(elbow.k, 2);
    }

    #[test]
    fn the_difference_curve_is_measured_from_the_chord_and_ends_at_zero() {
        let curve = difference_curve(&[100.0, 20.0, 10.0, 5.0, 0.0]).unwrap();
        let rounded: Vec<f64> = curve.iter().map(|v| (v * 1000.0).round() / 1000.0).collect();
        assert_eq!(rounded, [0.0, 0.55, 0.4, 0.2, 0.0]);
        for curve in [&[][..], &[1.0], &[1.0, 1.0], &[1.0, 2.0], &[f64::NAN, 1.0, 0.0]] {
            assert_eq!(difference_curve(curve), None);
        }
    }

    #[test]
    fn the_curve_from_two_decides_when_the_first_does_not_say_two() {
        let elbow = Elbow::find(&[100.0, 70.0, 41.0, 20.0, 12.0, 11.0, 10.0]);
        assert_eq!(elbow.from_one.unwrap().k, 4);
        assert_eq!(elbow.k, elbow.from_two.unwrap().k);
    }

    #[test]
    fn a_tie_goes_to_the_fewest_segments() {
        let elbow = Elbow::find(&[8.0, 4.0, 2.0, 0.0, 0.0]);
        assert_eq!(rounded(elbow.from_one), (2, 0.25));
    }

    #[test]
    fn an_end_point_is_never_a_knee() {
        for wcss in [&[9.0, 8.0, 1.0][..], &[9.0, 9.0, 8.0, 4.0, 0.0], &[5.0, 5.0, 5.0, 1.0]] {
            let elbow = Elbow::find(wcss);
            assert_eq!((elbow.from_one, elbow.from_two), (None, None));
        }
    }

    #[test]
    fn short_curves_fall_back_to_two_segments_if_they_help_and_to_one_if_not() {
        assert_eq!(Elbow::find(&[]).k, 1);
        assert_eq!(Elbow::find(&[3.0]).k, 1);
        assert_eq!(Elbow::find(&[3.0, 1.0]).k, 2);
        assert_eq!(Elbow::find(&[3.0, 3.0]).k, 1);
        assert_eq!(Elbow::find(&[9.0, 5.0, 4.0]).k, 2);
    }

    #[test]
    fn a_flat_a_straight_a_rising_and_an_unfinished_curve_have_no_knee() {
        let straight = [0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1];
        assert_eq!(Elbow::find(&straight), Elbow { k: 2, from_one: None, from_two: None });
        assert_eq!(Elbow::find(&[0.0; 6]), Elbow { k: 1, from_one: None, from_two: None });
        assert_eq!(Elbow::find(&[1.0, 2.0, 3.0, 5.0]).k, 1);
        assert_eq!(Elbow::find(&[f64::NAN, 2.0, 1.0, 0.5]).from_one, None);
        assert_eq!(Elbow::find(&[f64::NAN; 4]).k, 1);
        assert_eq!(Elbow::find(&[9.0, f64::INFINITY, 1.0, 0.5, 0.2]).k, 1);
    }
}
