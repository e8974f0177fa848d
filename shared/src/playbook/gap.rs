//! The typical gap: the columns in which customers like this one do much more than this one does. It describes; it
//! does not say what an offer would change.

use alloc::format;
use alloc::vec::Vec;

use super::{Recommendation, Situation};
use crate::model::ModelParts;
use crate::number::{self, to_three_digits};
use crate::record::Value;
use crate::segment_model::{Link, TargetModels};

/// A gap is at least this part of what lies between the clip bounds.
const SEEN: f64 = 0.02;

/// Recommends what customers like this one do much more of.
#[derive(Debug, Clone, PartialEq)]
pub struct TypicalGap {
    /// A smaller gap is not worth a word; in standard deviations, positive.
    pub threshold: f64,
    /// At most so many recommendations.
    pub at_most: u8,
    /// The models of [`ModelParts::usual`] that count, by position, ascending; each of a prepared column.
    pub usual: Vec<u16>,
}

impl TypicalGap {
    pub(super) fn fits(&self, parts: &ModelParts) -> bool {
        let is_prepared = |models: &TargetModels| matches!(models.link, Link::Prepared(_));
        let exists = |&at: &u16| parts.usual.get(usize::from(at)).is_some_and(is_prepared);
        self.threshold.is_finite()
            && self.threshold > 0.0
            && self.usual.windows(2).all(|pair| matches!(pair, [a, b] if a < b))
            && self.usual.iter().all(exists)
    }

    /// How far a customer is below what is usual for customers like this one, in standard deviations: for each of
    /// `usual`, with the margin. A customer who lacks the value has no gap.
    pub fn gaps(&self, situation: &Situation<'_>) -> Vec<(usize, f64, f64)> {
        let Situation { parts, record, x, segment, .. } = *situation;
        let gap = |&at: &u16| {
            let models = parts.usual.get(usize::from(at))?;
            let Link::Prepared(column) = models.link else { return None };
            let is_known =
                matches!(record.values().get(usize::from(column)), Some(Value::Number(_)));
            let features = parts.transform.features();
            let feature = features.iter().position(|f| f.column == usize::from(column))?;
            let margin = models.margins(x.model_inputs(), segment).first().copied()?;
            is_known.then_some((usize::from(at), margin - x.as_slice().get(feature)?, margin))
        };
        self.usual.iter().filter_map(gap).collect()
    }

    /// The largest gaps first; none that would not be seen in the figures given.
    ///
    /// # Ties: the first column wins.
    pub(super) fn decide(&self, situation: &Situation<'_>) -> Vec<Recommendation> {
        let mut gaps = self.gaps(situation);
        let mut found = Vec::new();
        // One by one: sorting would bring a whole algorithm into the wasm.
        while found.len() < usize::from(self.at_most) {
            let mut largest = None;
            for (position, (_, gap, _)) in gaps.iter().enumerate() {
                if *gap >= self.threshold && largest.is_none_or(|(_, known)| *gap > known) {
                    largest = Some((position, *gap));
                }
            }
            let Some((position, _)) = largest else { break };
            let (at, _, margin) = gaps.remove(position);
            found.extend(recommendation(situation, at, margin));
        }
        found
    }
}

fn recommendation(situation: &Situation<'_>, at: usize, margin: f64) -> Option<Recommendation> {
    let parts = situation.parts;
    let models = parts.usual.get(at)?;
    let Link::Prepared(column) = models.link else { return None };
    let name = &models.target.name;
    let Some(Value::Number(value)) = situation.record.values().get(usize::from(column)) else {
        return None;
    };
    let value = to_three_digits(value.get());
    let usual = to_three_digits(models.link.number(&parts.transform, margin));
    // A gap may be wide on the scale of logarithms and be a trifle all the same; and beyond a clip bound, a customer
    // has more than a usual value can say.
    let step = parts.transform.steps().get(usize::from(column))?;
    if usual <= value || usual - value < SEEN * step.reach().unwrap_or(0.0) {
        return None;
    }
    let (value, usual) = (number::to_text(value), number::to_text(usual));
    Some(Recommendation {
        id: None,
        title: format!("Room for more: {name}"),
        text: format!(
            "This customer has {value}; customers like this one usually have about {usual}."
        ),
        why: format!(
            "In \"{}\", who is alike in the other columns usually has clearly more {name}. This says what is usual, \
             not what an offer would change.",
            situation.segment_name()
        ),
        link: None,
        goal: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crate::margin::Margin;
    use crate::number::Finite;
    use crate::playbook::Playbook;
    use crate::schema::Schema;
    use crate::transform::{ColumnStep, Transform};

    /// What the example's playbook finds for a customer, as a pair of gap and margin, and what it says.
    fn of(parts: &ModelParts, json: &str) -> (Vec<(f64, f64)>, Vec<Recommendation>) {
        let Playbook::TypicalGap(gap) = &parts.playbook else { panic!("it is by gaps") };
        let record = example::record(json);
        let x = parts.transform.apply(&record);
        let situation = Situation { parts, record: &record, x: &x, segment: 0, predictions: &[] };
        let gaps = gap.gaps(&situation).into_iter().map(|(_, gap, margin)| (gap, margin));
        (gaps.collect(), gap.decide(&situation))
    }

    #[test]
    fn a_gap_is_what_is_usual_less_what_is() {
        // At 20 years, (2 (sqrt 21 - 1) - 11) / 3 = -1.278...; 0.25 is usual: (0.5 (0.75 + 11) + 1)^2 - 1 = 46.27.
        let (gaps, said) = of(&example::parts(), r#"{"age": 20}"#);
        let [(gap, margin)] = gaps[..] else { panic!("{gaps:?}") };
        let prepared = (2.0 * (21.0_f64.sqrt() - 1.0) - 11.0) / 3.0;
        assert!((gap - (0.25 - prepared)).abs() < 1e-6, "{gap}");
        assert_eq!(margin, 0.25);
        let [said] = &said[..] else { panic!("{said:?}") };
        assert_eq!(said.title, "Room for more: age");
        assert_eq!(
            said.text,
            "This customer has 20; customers like this one usually have about 46.3."
        );
        assert_eq!(
            said.why,
            "In \"Segment 0: low age\", who is alike in the other columns usually has clearly more age. This says \
             what is usual, not what an offer would change."
        );
    }

    #[test]
    fn a_small_gap_is_not_worth_a_word() {
        // At 37 years the gap is 0.49, at 36 it is 0.52.
        for (json, n) in [(r#"{"age": 37}"#, 0), (r#"{"age": 36}"#, 1)] {
            let (gaps, said) = of(&example::parts(), json);
            assert_eq!((gaps.len(), said.len()), (1, n), "{json} {gaps:?}");
        }
    }

    #[test]
    fn who_lacks_the_value_has_no_gap() {
        let mut parts = example::parts();
        let mut columns = parts.schema.columns().to_vec();
        columns[0].optional = true;
        parts.schema = Schema::new(columns, parts.schema.as_of()).unwrap();
        let record = parts.schema.validate_cells(&[], None).unwrap();
        let x = parts.transform.apply(&record);
        let situation =
            Situation { parts: &parts, record: &record, x: &x, segment: 0, predictions: &[] };
        let Playbook::TypicalGap(gap) = &parts.playbook else { panic!("it is by gaps") };
        assert!(gap.gaps(&situation).is_empty());
    }

    #[test]
    fn beyond_a_bound_nobody_has_too_little() {
        let mut parts = example::parts();
        let mut steps = parts.transform.steps().to_vec();
        if let ColumnStep::Number { upper, .. } = &mut steps[0] {
            *upper = Finite::new(30.0);
        }
        parts.transform =
            Transform::new(&parts.schema, steps, parts.transform.indicators().to_vec()).unwrap();
        let (gaps, said) = of(&parts, r#"{"age": 35}"#);
        assert!(gaps[0].0 > 0.5 && said.is_empty(), "{gaps:?} {said:?}");
    }

    #[test]
    fn the_largest_gaps_come_first_and_no_more_than_asked() {
        let mut parts = example::parts();
        let mut dated = parts.usual[0].clone();
        dated.target.name = "joined".into();
        dated.link = Link::Prepared(4);
        dated.all = Margin::Constant(alloc::vec![9.0]);
        parts.usual.push(dated);
        let titles = |at_most| {
            let mut parts = parts.clone();
            parts.playbook = Playbook::TypicalGap(TypicalGap {
                threshold: 0.5,
                at_most,
                usual: alloc::vec![0, 1],
            });
            let (_, said) = of(&parts, r#"{"age": 20, "joined": "2023-12-24"}"#);
            said.into_iter().map(|said| said.title).collect::<Vec<_>>()
        };
        assert_eq!(titles(2), ["Room for more: joined", "Room for more: age"]);
        assert_eq!(titles(1), ["Room for more: joined"]);
    }
}
