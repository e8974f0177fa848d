//! How many segments: the curve over k, the elbow, and which k are open at all.

use ndarray::ArrayView2;

use crate::elbow::Elbow;
use crate::kmeans::{KMeansError, KMeansFit, sweep};

/// What the person asked for.
#[derive(Debug, Clone, Copy)]
pub struct ChooseOptions {
    /// This many, whatever the curve says.
    pub segments: Option<usize>,
    /// The curve ends here.
    pub max_segments: usize,
    /// No segment may be smaller.
    pub min_segment: usize,
    /// The seed of the restarts.
    pub seed: u64,
}

/// Why this many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The person asked for it.
    Asked,
    /// The elbow is there.
    Elbow,
    /// The elbow is at this larger k, but a segment of it would be too small.
    BelowElbow(usize),
}

/// The number of segments, with the whole curve.
#[derive(Debug)]
pub struct Choice {
    /// The fits for k = 1, 2, ...
    pub fits: Vec<KMeansFit>,
    /// Both knees.
    pub elbow: Elbow,
    /// The number of segments.
    pub k: usize,
    /// Why.
    pub reason: Reason,
}

/// Why no number of segments will do.
#[derive(Debug)]
pub enum ChooseError {
    /// The number asked for makes a segment that is too small; its smallest size.
    TooSmall(usize),
    /// There are fewer different customers than segments asked for; how many there are.
    TooFewDistinct(usize),
    /// The kernel refused.
    KMeans(KMeansError),
}

impl Choice {
    /// Fits every k and chooses one.
    ///
    /// # Shapes: `x` is `(n_customers, n_features)`, on the grid, in canonical order.
    /// # Errors
    /// See [`ChooseError`].
    pub fn make(
        x: ArrayView2<'_, f64>,
        options: ChooseOptions,
        on_done: impl Fn(usize) + Sync,
    ) -> Result<Self, ChooseError> {
        let last = options.max_segments.max(options.segments.unwrap_or(0));
        let fits = sweep(x, last, options.seed, on_done).map_err(ChooseError::KMeans)?;
        let wcss: Vec<f64> = fits.iter().map(|fit| fit.inertia).collect();
        // Asking for more segments than the range has does not move the elbow.
        let elbow = Elbow::find(&wcss[..wcss.len().min(options.max_segments)]);
        let smallest = |k: usize| fits[k - 1].sizes.iter().copied().min().unwrap_or(0);
        let (k, reason) = match options.segments {
            Some(k) if k > fits.len() => return Err(ChooseError::TooFewDistinct(fits.len())),
            // One segment tells nobody apart, so it is never too small.
            Some(k) if k > 1 && smallest(k) < options.min_segment => {
                return Err(ChooseError::TooSmall(smallest(k)));
            }
            Some(k) => (k, Reason::Asked),
            None => {
                let open = (2..=elbow.k).rev().find(|&k| smallest(k) >= options.min_segment);
                match open {
                    Some(k) if k == elbow.k => (k, Reason::Elbow),
                    None if elbow.k == 1 => (1, Reason::Elbow),
                    _ => (open.unwrap_or(1), Reason::BelowElbow(elbow.k)),
                }
            }
        };
        Ok(Self { fits, elbow, k, reason })
    }

    /// The fit that was chosen.
    pub fn fit(&self) -> &KMeansFit {
        &self.fits[self.k - 1]
    }
}
