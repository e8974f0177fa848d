//! Portable arithmetic: the same bits natively and in WebAssembly.
//!
//! `+ - * /` and `sqrt` are exact by IEEE 754 everywhere; `exp`, `ln` and the like are not, so the whole
//! project takes them from here (the `libm` crate, compiled from the same source on every target).

/// `e` to the power `x`.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// `exp(x) - 1`, accurate near zero.
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// `ln(1 + x)`, accurate near zero.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// The natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The arc sine of a number from -1 to 1.
pub fn asin(x: f64) -> f64 {
    libm::asin(x)
}

/// The angle of the point (`x`, `y`), in radians from -pi to pi.
pub fn atan2(y: f64, x: f64) -> f64 {
    libm::atan2(y, x)
}

/// Sine and cosine of an angle in radians.
pub fn sin_cos(angle: f64) -> (f64, f64) {
    libm::sincos(angle)
}

/// The square root, correctly rounded.
pub fn sqrt(x: f64) -> f64 {
    libm::sqrt(x)
}

/// The nearest integer, ties to even.
pub fn round_ties_even(x: f64) -> f64 {
    libm::rint(x)
}

/// The largest integer not above `x`.
pub fn floor(x: f64) -> f64 {
    libm::floor(x)
}

/// The Yeo-Johnson power transform of `x` (Yeo and Johnson 2000, Biometrika 87(4), equation 2.1).
///
/// Monotone in `x` for every `lambda`; the identity at `lambda = 1`.
pub fn yeo_johnson(x: f64, lambda: f64) -> f64 {
    // ((1 + x)^lambda - 1) / lambda is written with ln_1p and exp_m1, which stay accurate near 0.
    if x >= 0.0 {
        if lambda == 0.0 { ln_1p(x) } else { exp_m1(lambda * ln_1p(x)) / lambda }
    } else {
        let mirrored = 2.0 - lambda;
        if mirrored == 0.0 { -ln_1p(-x) } else { -exp_m1(mirrored * ln_1p(-x)) / mirrored }
    }
}

/// The number whose [`yeo_johnson`] is `y`; infinite where there is none, on the side of `y`.
pub fn yeo_johnson_undone(y: f64, lambda: f64) -> f64 {
    let undone = |y: f64, lambda: f64| {
        if lambda == 0.0 {
            exp_m1(y)
        } else if lambda * y <= -1.0 {
            f64::INFINITY
        } else {
            exp_m1(ln_1p(lambda * y) / lambda)
        }
    };
    if y >= 0.0 { undone(y, lambda) } else { -undone(-y, 2.0 - lambda) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yeo_johnson_can_be_undone() {
        for lambda in [-2.0, -0.5, 0.0, 0.25, 1.0, 2.0, 4.0] {
            for x in [-30.0, -1.0, -0.01, 0.0, 0.5, 12.0, 400.0] {
                let back = yeo_johnson_undone(yeo_johnson(x, lambda), lambda);
                // A strong power leaves little of a large number's digits.
                assert!((back - x).abs() <= 1e-6 * (1.0 + x.abs()), "{x} {lambda} {back}");
            }
        }
        assert_eq!(yeo_johnson_undone(1.0, -2.0), f64::INFINITY);
        assert_eq!(yeo_johnson_undone(-1.0, 4.0), f64::NEG_INFINITY);
    }

    #[test]
    fn yeo_johnson_is_the_identity_at_lambda_one() {
        for x in [-3.5, -1.0, 0.0, 0.25, 100.0] {
            assert!((yeo_johnson(x, 1.0) - x).abs() <= 1e-12 * (1.0 + x.abs()));
        }
    }

    #[test]
    fn yeo_johnson_takes_logarithms_at_its_two_limits() {
        assert_eq!(yeo_johnson(9.0, 0.0).to_bits(), ln_1p(9.0).to_bits());
        assert_eq!(yeo_johnson(-9.0, 2.0).to_bits(), (-ln_1p(9.0)).to_bits());
    }
}
