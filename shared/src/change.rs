//! The smallest change of one column that gives a customer another segment.

use alloc::vec::Vec;

use crate::assign::{Assigner, Segment};
use crate::column::{ColumnKind, MAX_NUMBER};
use crate::grid;
use crate::math;
use crate::number::{Finite, round_outward};
use crate::record::{Record, Value};
use crate::schema::Schema;
use crate::transform::{ColumnStep, FeatureVector, Place, Transform};

/// One column's other value, with which the customer is in another segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The column, by position in the schema.
    pub column: usize,
    /// The customer's value.
    pub from: Value,
    /// The other value, one that the column takes.
    pub to: Value,
    /// The other segment, by position in the rule.
    pub segment: u16,
    /// How far the customer moves in prepared space.
    pub cost: f64,
}

/// Into so many parts the way to a column's limit is cut under a mixture, whose segments need not be convex: one
/// that begins and ends inside a part is not found.
const PARTS: u32 = 64;

/// A number is written with so many significant digits or more.
const FEWEST_DIGITS: u32 = 3;

/// Writing a number short may make the change dearer by this factor.
const WORTH_BEING_SHORT: f64 = 1.1;

/// More digits would not say more than the number itself.
const MOST_DIGITS: u32 = 15;

/// Whole numbers that are tried beyond a border.
const WHOLE_NUMBERS_TRIED: u8 = 4;

/// So many values are tried by preparing and assigning the whole customer, so that the search ends soon whatever
/// the model.
const MOST_ATTEMPTS: u32 = 256;

struct Search<'m> {
    schema: &'m Schema,
    transform: &'m Transform,
    assigner: &'m Assigner,
    record: &'m Record,
    x: &'m FeatureVector,
    own: usize,
    /// By how much each segment's score exceeds the own one's.
    leads: Vec<f64>,
    attempts: u32,
    best: Option<Change>,
}

/// The smallest change, or none.
///
/// Columns that tell of a protected attribute, that cannot change, dates, and values that the customer lacks are
/// left as they are. Of a number, every value between its limits can be had: those declared, those beyond which
/// preparation sees no difference, else 1e15 in size; whole numbers stay whole. Of words, every one that the model
/// knows. What is found is verified by preparing and assigning the changed customer.
///
/// A number is rounded away from the customer's, to three significant digits or to as many more as keep the change
/// within a tenth of the smallest.
///
/// # Ties: the first column wins, then the lower value.
pub(crate) fn smallest_change(
    schema: &Schema,
    transform: &Transform,
    assigner: &Assigner,
    record: &Record,
    x: &FeatureVector,
    segment: &Segment,
) -> Option<Change> {
    segment.runner_up()?;
    let own = usize::from(segment.id());
    let own_score = segment.scores().get(own)?;
    let leads = segment.scores().iter().map(|score| score - own_score).collect();
    let mut search =
        Search { schema, transform, assigner, record, x, own, leads, attempts: 0, best: None };
    for (position, (column, place)) in schema.columns().iter().zip(transform.places()).enumerate() {
        if column.mutable && column.sensitive.is_none() {
            search.column(position, &place);
        }
    }
    search.best
}

impl Search<'_> {
    fn column(&mut self, column: usize, place: &Place) -> Option<()> {
        let steps = self.transform.steps();
        let kind = &self.schema.columns().get(column)?.kind;
        match (*self.record.values().get(column)?, kind, steps.get(column)?) {
            (
                Value::Number(from),
                ColumnKind::Numeric { lower, upper },
                step @ ColumnStep::Number { lower: clip_below, upper: clip_above, .. },
            ) => {
                let mut limits = [-MAX_NUMBER, MAX_NUMBER];
                let [low, high] = &mut limits;
                for bound in [lower, clip_below].into_iter().flatten() {
                    *low = low.max(bound.get());
                }
                for bound in [upper, clip_above].into_iter().flatten() {
                    *high = high.min(bound.get());
                }
                for limit in limits {
                    let change = self.number(column, place, step, from.get(), limit);
                    self.consider(change);
                }
            }
            (Value::Level(from), kind, step) => {
                let ids = 0..u16::try_from(kind.n_ids()).ok()?;
                for to in ids.filter(|id| *id != from && !kind.is_other(*id)) {
                    let change = self.level(column, place, step, from, to);
                    self.consider(change);
                }
            }
            _ => {}
        }
        Some(())
    }

    fn consider(&mut self, change: Option<Change>) {
        self.best = change.filter(|change| !self.is_dear(change.cost)).or(self.best.take());
    }

    /// Whether as good a change is known.
    fn is_dear(&self, cost: f64) -> bool {
        self.best.as_ref().is_some_and(|best| cost >= best.cost)
    }

    /// The smallest change of a number in the direction of `limit`.
    fn number(
        &mut self,
        column: usize,
        place: &Place,
        step: &ColumnStep,
        from: f64,
        limit: f64,
    ) -> Option<Change> {
        let feature = place.features.start;
        let before = *self.x.as_slice().get(feature)?;
        let prepared = |value: f64| Some(step.prepared(&Value::Number(Finite::new(value)?)));
        let way = prepared(limit)? - before;
        // Preparation sees no difference, or the value lies beyond the limit already.
        if way == 0.0 || (way > 0.0) != (limit > from) {
            return None;
        }
        let sign = if way > 0.0 { 1.0 } else { -1.0 };
        // Prepared values lie on a grid: the search is one among at most 2^25 whole numbers.
        let cost_of = |units: u32| f64::from(units) / grid::PER_UNIT;
        let at = |value, segment| {
            self.assigner.feature_difference(place, feature, value, [segment, self.own])
        };
        let others = self.leads.iter().enumerate();
        let others: Vec<f64> = others.map(|(segment, lead)| lead - at(before, segment)).collect();
        let winner_at = |units: u32| {
            let value = before + sign * cost_of(units);
            winner(&others, |segment| at(value, segment))
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole")]
        let units = (way.abs() * grid::PER_UNIT) as u32;
        let parts = if matches!(self.assigner, Assigner::Mixture(_)) { PARTS } else { 1 };
        // The first parts are one unit longer where it does not come out even.
        let part = |i: u32| units / parts * i + i.min(units % parts);
        let mut near = (1..=parts).take_while(|&i| !self.is_dear(cost_of(part(i - 1))));
        let changed = near.find(|&i| winner_at(part(i)) != self.own)?;
        let (mut stays, mut changes) = (part(changed - 1), part(changed));
        while changes - stays > 1 && !self.is_dear(cost_of(stays)) {
            let middle = stays + (changes - stays) / 2;
            if winner_at(middle) == self.own {
                stays = middle;
            } else {
                changes = middle;
            }
        }
        if self.is_dear(cost_of(changes)) {
            return None;
        }
        let expected = Some(winner_at(changes));
        let aim = before + sign * cost_of(changes);
        let (mut inner, mut value) = (from, limit);
        while prepared(value)? != aim {
            let middle = inner / 2.0 + value / 2.0;
            if middle == inner || middle == value {
                break;
            }
            if (prepared(middle)? - aim) * sign < 0.0 {
                inner = middle;
            } else {
                value = middle;
            }
        }
        let is_integer = self.schema.columns().get(column)?.integer;
        if is_integer {
            value = math::floor(value * sign) * sign + if whole(value) { 0.0 } else { sign };
        }
        // A whole number may lie beyond a narrow segment, in yet another, or mean "missing": then the next may do.
        let steps = if is_integer { WHOLE_NUMBERS_TRIED } else { 1 };
        let allowed = expected.filter(|_| !is_integer);
        let exact = (0..steps).find_map(|step| {
            let value = value + sign * f64::from(step);
            self.attempt(column, Value::Number(Finite::new(value)?), allowed)
        });
        let expected = exact.as_ref().map(|exact| usize::from(exact.segment)).or(expected);
        let worth = WORTH_BEING_SHORT * exact.as_ref().map_or(cost_of(changes), |exact| exact.cost);
        for digits in FEWEST_DIGITS..=MOST_DIGITS {
            let value = round_outward(value, digits, sign > 0.0);
            if is_integer && !whole(value) {
                continue;
            }
            let short = self.attempt(column, Value::Number(Finite::new(value)?), expected);
            if let Some(short) = short.filter(|short| short.cost <= worth) {
                return Some(short);
            }
        }
        exact
    }

    /// The change to another word.
    fn level(
        &mut self,
        column: usize,
        place: &Place,
        step: &ColumnStep,
        from: u16,
        to: u16,
    ) -> Option<Change> {
        let of = |id: u16| step.prepared(&Value::Level(id));
        let first = place.features.start;
        let is_one_hot = matches!(step, ColumnStep::OneHot { .. });
        // The features that the change moves, each with its value before and after.
        let moves = if is_one_hot {
            [(from, of(from), 0.0), (to, 0.0, of(to))]
        } else {
            [(0, of(from), of(to)), (0, 0.0, 0.0)]
        }
        .map(|(offset, before, after)| (first + usize::from(offset), before, after));
        let moves = || moves.iter().filter(|(feature, ..)| place.features.contains(feature));
        let mut squares = 0.0;
        for (_, before, after) in moves() {
            squares += (after - before) * (after - before);
        }
        if self.is_dear(math::sqrt(squares)) {
            return None;
        }
        let winner = winner(&self.leads, |segment| {
            let pair = [segment, self.own];
            let mut moved = self.assigner.level_difference(place, to, pair)
                - self.assigner.level_difference(place, from, pair);
            for &(feature, before, after) in moves() {
                moved += self.assigner.feature_difference(place, feature, after, pair)
                    - self.assigner.feature_difference(place, feature, before, pair);
            }
            moved
        });
        if winner == self.own { None } else { self.attempt(column, Value::Level(to), None) }
    }

    /// The change to this value, if the column takes it and the changed customer, prepared and assigned as any
    /// other, is in another segment: in the expected one, if one is expected.
    fn attempt(&mut self, column: usize, to: Value, expected: Option<usize>) -> Option<Change> {
        if !self.schema.columns().get(column)?.holds(&to) || self.attempts == MOST_ATTEMPTS {
            return None;
        }
        self.attempts += 1;
        let mut values = self.record.values().to_vec();
        let from = core::mem::replace(values.get_mut(column)?, to);
        let moved = self.transform.apply(&Record::new(values));
        let segment = self.assigner.assign(&moved).id();
        let found = usize::from(segment);
        if found == self.own || expected.is_some_and(|expected| expected != found) {
            return None;
        }
        let mut squares = 0.0;
        for (after, before) in moved.as_slice().iter().zip(self.x.as_slice()) {
            squares += (after - before) * (after - before);
        }
        Some(Change { column, from, to, segment, cost: math::sqrt(squares) })
    }
}

/// The segment with the smallest lead when this is added to each.
///
/// # Ties: the lowest position wins.
fn winner(leads: &[f64], added: impl Fn(usize) -> f64) -> usize {
    let (mut winner, mut least) = (0, f64::INFINITY);
    for (segment, lead) in leads.iter().enumerate() {
        let lead = lead + added(segment);
        if lead < least {
            (winner, least) = (segment, lead);
        }
    }
    winner
}

fn whole(value: f64) -> bool {
    math::floor(value) == value
}

#[cfg(test)]
mod tests;
