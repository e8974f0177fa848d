//! Which segment a customer is in.

use alloc::vec;
use alloc::vec::Vec;

use crate::centroids::{Centroids, smallest};
use crate::math;
use crate::mixture::Mixture;
use crate::prototypes::Prototypes;
use crate::schema::Schema;
use crate::transform::{FeatureVector, Place, Transform};

/// The rule that gives a customer a segment: the one with the smallest score.
#[derive(Debug, Clone, PartialEq)]
pub enum Assigner {
    /// The nearest centre by squared Euclidean distance (Lloyd 1982).
    KMeans(Centroids),
    /// The most probable component.
    Mixture(Mixture),
    /// The nearest prototype by squared distance and mismatches.
    Prototypes(Prototypes),
}

/// A customer's segment, made only by [`Assigner::assign`].
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    id: u16,
    runner_up: Option<u16>,
    margin: Option<f64>,
    scores: Vec<f64>,
    distances: Vec<f64>,
}

impl Segment {
    /// The segment's position in the rule, below the number of segments; what people see is
    /// [`SegmentInfo::id`](crate::model::SegmentInfo::id).
    pub fn id(&self) -> u16 {
        self.id
    }

    /// How far the customer is from the segment: see [`Segment::distances`].
    pub fn distance(&self) -> f64 {
        self.distances.get(usize::from(self.id)).copied().unwrap_or_default()
    }

    /// How far the customer is from every segment, by position: in prepared space the Euclidean distance to the
    /// centre (k-means) or mean (mixture), for prototypes the square root of the score.
    pub fn distances(&self) -> &[f64] {
        &self.distances
    }

    /// Every segment's score, by position; smaller is nearer. Squared distances for k-means; see [`Mixture`] and
    /// [`Prototypes`].
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// The position of the segment with the second smallest score; none where there is one segment.
    ///
    /// # Ties: the lowest position wins.
    pub fn runner_up(&self) -> Option<u16> {
        self.runner_up
    }

    /// By how much the runner-up is further away: its distance minus the segment's own. For a mixture, where the
    /// mean further away can be the more probable, its score minus the segment's own: twice the logarithm of
    /// how many times more probable the segment is.
    pub fn margin(&self) -> Option<f64> {
        self.margin
    }
}

impl Assigner {
    /// The algorithm: `k-means`, `mixture` or `prototypes`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::KMeans(_) => "k-means",
            Self::Mixture(_) => "mixture",
            Self::Prototypes(_) => "prototypes",
        }
    }

    /// The number of segments.
    pub fn n_segments(&self) -> usize {
        match self {
            Self::KMeans(centroids) => centroids.n_segments(),
            Self::Mixture(mixture) => mixture.means().n_segments(),
            Self::Prototypes(prototypes) => prototypes.n_segments(),
        }
    }

    /// Whether the rule reads what `transform` prepares.
    pub fn fits(&self, schema: &Schema, transform: &Transform) -> bool {
        let n_features = transform.features().len();
        match self {
            Self::KMeans(centroids) => centroids.n_features() == n_features,
            Self::Mixture(mixture) => mixture.means().n_features() == n_features,
            Self::Prototypes(prototypes) => prototypes.fit(schema, transform),
        }
    }

    /// Every segment's score.
    ///
    /// # Shapes: `out` is `(n_segments,)`.
    pub fn scores(&self, x: &FeatureVector, out: &mut [f64]) {
        match self {
            Self::KMeans(centroids) => centroids.squared_distances(x.as_slice(), out),
            Self::Mixture(mixture) => mixture.scores(x.as_slice(), out),
            Self::Prototypes(prototypes) => prototypes.scores(x.numeric(), x.levels(), out),
        }
    }

    /// The customer's segment.
    ///
    /// # Ties: the lowest position wins.
    pub fn assign(&self, x: &FeatureVector) -> Segment {
        let mut scores = vec![0.0; self.n_segments()];
        self.scores(x, &mut scores);
        let (nearest, score) = smallest(&scores);
        let second = second(&scores, nearest);
        let mut distances = scores.clone();
        if let Self::Mixture(mixture) = self {
            mixture.means().squared_distances(x.as_slice(), &mut distances);
        }
        for distance in &mut distances {
            *distance = math::sqrt(*distance);
        }
        let margin = second.map(|(_, beaten)| match self {
            Self::Mixture(_) => beaten - score,
            Self::KMeans(_) | Self::Prototypes(_) => math::sqrt(beaten) - math::sqrt(score),
        });
        let runner_up = second.map(|(position, _)| narrow(position));
        Segment { id: narrow(nearest), runner_up, margin, scores, distances }
    }

    /// One feature's term of one segment's score minus its term of another's, where the feature has this value; 0
    /// for prototypes' words.
    pub(crate) fn feature_difference(
        &self,
        place: &Place,
        feature: usize,
        value: f64,
        [one, other]: [usize; 2],
    ) -> f64 {
        let square = |centre: f64| (value - centre) * (value - centre);
        match self {
            Self::KMeans(centroids) => {
                square(centroids.at(one, feature)) - square(centroids.at(other, feature))
            }
            Self::Mixture(mixture) => {
                mixture.term(value, feature, one) - mixture.term(value, feature, other)
            }
            Self::Prototypes(_) if !place.is_number => 0.0,
            Self::Prototypes(prototypes) => {
                let of = |segment| {
                    let centre = prototypes.centre(segment).get(place.position);
                    square(centre.copied().unwrap_or_default())
                };
                of(one) - of(other)
            }
        }
    }

    /// What a categorical column of this level adds to one segment's score minus what it adds to another's; for
    /// prototypes only, else 0.
    pub(crate) fn level_difference(
        &self,
        place: &Place,
        level: u16,
        [one, other]: [usize; 2],
    ) -> f64 {
        match self {
            Self::Prototypes(prototypes) if !place.is_number => {
                let of = |segment| {
                    let same = prototypes.levels(segment).get(place.position) == Some(&level);
                    if same { 0.0 } else { prototypes.gamma() }
                };
                of(one) - of(other)
            }
            _ => 0.0,
        }
    }

    /// What one segment's score holds whoever the customer is, minus what another's holds; for mixtures only.
    pub(crate) fn constant_difference(&self, [one, other]: [usize; 2]) -> Option<f64> {
        let Self::Mixture(mixture) = self else { return None };
        Some(mixture.constants().get(one)? - mixture.constants().get(other)?)
    }

    /// How far the customer is from the segment's centre in each prepared feature: `x - centre`; for prototypes 0
    /// in features of words.
    ///
    /// # Shapes: `(n_features,)`; empty when `segment` is not one of this rule's.
    pub fn offsets(&self, transform: &Transform, x: &FeatureVector, segment: &Segment) -> Vec<f64> {
        let id = usize::from(segment.id);
        let from = |centre: &Centroids| {
            x.as_slice().iter().zip(centre.row(id)).map(|(value, c)| value - c).collect()
        };
        match self {
            Self::KMeans(centroids) => from(centroids),
            Self::Mixture(mixture) => from(mixture.means()),
            Self::Prototypes(prototypes) => {
                let mut offsets =
                    x.numeric().iter().zip(prototypes.centre(id)).map(|(value, c)| value - c);
                let features = transform.features().iter();
                features
                    .map(|f| if f.level.is_some() { 0.0 } else { offsets.next().unwrap_or(0.0) })
                    .collect()
            }
        }
    }
}

/// The smallest entry but one, `but`.
fn second(scores: &[f64], but: usize) -> Option<(usize, f64)> {
    let mut best: Option<(usize, f64)> = None;
    for (position, &score) in scores.iter().enumerate() {
        if position != but && best.is_none_or(|(_, known)| score < known) {
            best = Some((position, score));
        }
    }
    best
}

fn narrow(position: usize) -> u16 {
    // A model has fewer segments than that.
    u16::try_from(position).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    /// An age and everything else as it is most often.
    fn vector(json: &str) -> FeatureVector {
        example::parts().transform.apply(&example::record(json))
    }

    #[test]
    fn a_tie_goes_to_the_lowest_segment_and_the_next_is_runner_up() {
        let x = vector(r#"{"age": 40}"#);
        let centre = x.as_slice().to_vec();
        let centres = [[9.0; 7].to_vec(), centre.clone(), centre.clone(), centre].concat();
        let segment = Assigner::KMeans(Centroids::from_rows(&centres, 7).unwrap()).assign(&x);
        assert_eq!((segment.id(), segment.runner_up(), segment.margin()), (1, Some(2), Some(0.0)));
        let alone = Assigner::KMeans(Centroids::from_rows(&[0.0; 7], 7).unwrap()).assign(&x);
        assert_eq!((alone.id(), alone.runner_up(), alone.margin()), (0, None, None));
    }

    #[test]
    fn every_rule_tells_distances_runner_up_and_margin() {
        let x = vector(r#"{"age": 70, "job": "Doctor", "joined": "2023-01-01"}"#);
        for assigner in example::rules() {
            let segment = assigner.assign(&x);
            let (own, other) =
                (usize::from(segment.id()), usize::from(segment.runner_up().unwrap()));
            assert_ne!(own, other, "{}", assigner.name());
            let (scores, distances) = (segment.scores(), segment.distances());
            assert!(scores[own] < scores[other]);
            assert_eq!(segment.distance(), distances[own]);
            let margin = match assigner {
                Assigner::Mixture(_) => scores[other] - scores[own],
                _ => distances[other] - distances[own],
            };
            assert_eq!(segment.margin(), Some(margin));
        }
    }

    #[test]
    fn offsets_of_prototypes_leave_words_out() {
        let parts = example::parts();
        let x = vector(r#"{"age": 70, "job": "Doctor"}"#);
        for assigner in example::rules() {
            let segment = assigner.assign(&x);
            let offsets = assigner.offsets(&parts.transform, &x, &segment);
            assert_eq!(offsets.len(), 7);
            if let Assigner::Prototypes(prototypes) = &assigner {
                let centre = prototypes.centre(segment.id().into());
                assert_eq!(offsets[3..6], [0.0; 3]);
                assert_eq!(offsets[6], x.as_slice()[6] - centre[3]);
            }
        }
    }
}
