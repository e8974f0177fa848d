//! Why a customer is in a segment and not in the next one.

use alloc::vec::Vec;

use crate::assign::{Assigner, Segment};
use crate::transform::{FeatureVector, Transform};

/// By how much the runner-up's score exceeds the chosen segment's, column by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Reasons {
    /// The difference of the two scores, of squared distances for k-means: the sum from 0 of `constant`, where
    /// there is one, and `contributions`, in this order.
    pub difference: f64,
    /// What does not depend on the customer; for mixtures only.
    pub constant: Option<f64>,
    /// One for each column of the schema, in its order: the sum from 0 over its features of the runner-up's term
    /// minus the chosen segment's. A positive one speaks for the chosen segment.
    pub contributions: Vec<f64>,
}

impl Reasons {
    /// None where there is one segment.
    pub(crate) fn of(
        transform: &Transform,
        assigner: &Assigner,
        x: &FeatureVector,
        segment: &Segment,
    ) -> Option<Self> {
        let pair = [segment.runner_up()?.into(), segment.id().into()];
        let constant = assigner.constant_difference(pair);
        let contributions: Vec<f64> = transform
            .places()
            .map(|place| {
                let level = x.levels().get(place.position).copied().unwrap_or_default();
                let mut sum = assigner.level_difference(&place, level, pair);
                for feature in place.features.clone() {
                    let value = x.as_slice().get(feature).copied().unwrap_or_default();
                    sum += assigner.feature_difference(&place, feature, value, pair);
                }
                sum
            })
            .collect();
        let mut difference = 0.0;
        for part in constant.iter().chain(&contributions) {
            difference += part;
        }
        Some(Self { difference, constant, contributions })
    }
}

#[cfg(test)]
mod tests {
    use crate::example::random::{self, Random};

    #[test]
    fn contributions_summed_in_order_are_the_difference_and_come_near_that_of_the_scores() {
        let mut random = Random(11);
        for draw in 0..120 {
            let model = random::model(&mut random, draw % 3, 2 + draw % 6);
            let record = random::customer(&mut random);
            let answer = model.explain(&record);
            let reasons = answer.why.unwrap().reasons.unwrap();
            assert_eq!(reasons.contributions.len(), model.parts().schema.columns().len());
            assert_eq!(reasons.constant.is_some(), draw % 3 == 1);
            let mut sum = 0.0;
            for part in reasons.constant.iter().chain(&reasons.contributions) {
                sum += part;
            }
            assert_eq!(sum.to_bits(), reasons.difference.to_bits());
            let score = |position: u16| answer.segment.scores()[usize::from(position)];
            let runner_up = answer.segment.runner_up().unwrap();
            let scores = score(runner_up) - score(answer.segment.id());
            // Some forty terms, each below 1e3.
            assert!((sum - scores).abs() < 1e-9, "{sum} is not {scores}");
        }
    }

    #[test]
    fn one_segment_needs_no_reasons() {
        let mut random = Random(12);
        for kind in 0..3 {
            let model = random::model(&mut random, kind, 1);
            let why = model.explain(&random::customer(&mut random)).why.unwrap();
            assert_eq!((why.reasons, why.smallest_change), (None, None));
        }
    }
}
