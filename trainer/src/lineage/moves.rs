//! Who changes segment between two models, and why.
//!
//! Everything is counted and summed while customers are read, by pair of old and new segment; prepared values lie
//! on the grid, so sums do not depend on the order of rows.

use shared::column::Column;
use shared::{Artifact, Assigner, FeatureVector, Record, Segment, Transform};

use super::diff::{Against, DiffReport, Further, Movement, Preparation, Reason, Renamed};
use super::matching::{pairs, splits_and_mergers};
use super::{Change, Contingency};

/// A figure of fewer customers is not given.
const HIDDEN_BELOW: u64 = 20;

/// A customer stands at the border of a segment where the next one is at most this share further away, as a part
/// of the distance to it.
pub const BORDER: f64 = 0.1;

/// For a mixture: where the segment is at most twice as probable as the next, as twice the logarithm of that.
const BORDER_OF_MIXTURE: f64 = 2.0 * std::f64::consts::LN_2;

/// At most so many columns tell how movers differ.
const REASONS: usize = 3;

/// A smaller difference is not told; in standard deviations, "small" in Cohen's sense (1988).
const WORTH_A_WORD: f64 = 0.2;

/// What is counted of customers while they are read.
pub struct Moves<'a> {
    old: &'a Artifact,
    new: &'a Artifact,
    preparation: Preparation,
    table: Contingency,
    /// By pair of old and new segment.
    pairs: Vec<Pair>,
    only_old: u64,
    only_new: u64,
}

#[derive(Debug, Clone)]
struct Pair {
    border: u64,
    by_centres: u64,
    /// Of the features as prepared for the old model.
    sums: Vec<f64>,
}

/// A customer's segments by both models, as positions; `None` where a model cannot read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Both {
    /// By the previous model.
    pub old: Option<u16>,
    /// By the new model.
    pub new: Option<u16>,
}

impl<'a> Moves<'a> {
    /// Nobody yet.
    pub fn new(old: &'a Artifact, new: &'a Artifact) -> Self {
        let (before, after) = (old.model().parts(), new.model().parts());
        let columns = |artifact: &'a Artifact| {
            let columns = artifact.model().parts().schema.columns();
            columns.iter().map(|column| (&column.name, &column.kind)).collect::<Vec<_>>()
        };
        let preparation = if columns(old) != columns(new) {
            Preparation::OtherColumns
        } else if before.transform == after.transform {
            Preparation::Same
        } else {
            Preparation::Changed
        };
        let (n_old, n_new) = (before.segments.len(), after.segments.len());
        let sums = vec![0.0; before.transform.features().len()];
        Self {
            old,
            new,
            preparation,
            table: Contingency::new(n_old, n_new),
            pairs: vec![Pair { border: 0, by_centres: 0, sums }; n_old * n_new],
            only_old: 0,
            only_new: 0,
        }
    }

    /// Counts a customer, as each model reads them.
    pub fn add(&mut self, old: Option<&Record>, new: Option<&Record>) -> Both {
        let (before, after) = (self.old.model().parts(), self.new.model().parts());
        let assign = |transform: &Transform, assigner: &Assigner, record: &Record| {
            let x = transform.apply(record);
            let segment = assigner.assign(&x);
            (x, segment)
        };
        let was = old.map(|record| assign(&before.transform, &before.assigner, record));
        let is = new.map(|record| assign(&after.transform, &after.assigner, record));
        match (&was, &is) {
            (Some((x, was)), Some((_, is))) => self.count(x, was, is),
            (Some(_), None) => self.only_old += 1,
            (None, Some(_)) => self.only_new += 1,
            (None, None) => {}
        }
        Both { old: was.map(|(_, segment)| segment.id()), new: is.map(|(_, segment)| segment.id()) }
    }

    fn count(&mut self, x: &FeatureVector, was: &Segment, is: &Segment) {
        let (before, after) = (self.old.model().parts(), self.new.model().parts());
        let (from, to) = (usize::from(was.id()), usize::from(is.id()));
        self.table.add(from, to);
        let stays = before.segments[from].id == after.segments[to].id;
        let pair = &mut self.pairs[from * self.table.n_new() + to];
        for (sum, value) in pair.sums.iter_mut().zip(x.as_slice()) {
            *sum += value;
        }
        if stays {
            return;
        }
        pair.border += u64::from(is_at_border(&before.assigner, was));
        if self.preparation != Preparation::OtherColumns {
            let moved = after.assigner.assign(x);
            pair.by_centres += u64::from(moved.id() == is.id());
        }
    }

    /// How many customers there were whom both models can read.
    pub fn compared(&self) -> u64 {
        self.table.total()
    }

    /// What was found.
    pub fn report(&self) -> DiffReport {
        let (old, new) = (&self.old.model().parts().segments, &self.new.model().parts().segments);
        let n_new = new.len();
        let mut ways: Vec<(u64, usize, usize)> = Vec::new();
        let mut stayed = 0;
        for (from, was) in old.iter().enumerate() {
            for (to, is) in new.iter().enumerate() {
                let customers = self.table.count(from, to);
                if was.id == is.id {
                    stayed += customers;
                } else if customers > 0 {
                    ways.push((customers, from, to));
                }
            }
        }
        ways.sort_by_key(|&(customers, from, to)| (std::cmp::Reverse(customers), from, to));
        let (compared, n_further) =
            (self.table.total(), ways.iter().filter(|w| w.0 < HIDDEN_BELOW));
        let (further, hidden) = n_further.fold((0, 0), |(n, sum), way| (n + 1, sum + way.0));
        let moved = compared - stayed;
        let of_movers = |count: &dyn Fn(&Pair) -> u64| {
            let counted = ways.iter().map(|&(_, from, to)| count(&self.pairs[from * n_new + to]));
            (moved >= HIDDEN_BELOW).then(|| counted.sum::<u64>() as f64 / moved as f64)
        };
        let same_columns = self.preparation != Preparation::OtherColumns;
        DiffReport {
            schema_version: 1,
            old_model: self.old.id().to_hex(),
            new_model: self.new.id().to_hex(),
            compared,
            only_old: self.only_old,
            only_new: self.only_new,
            stayed,
            moved,
            stayed_share: stayed as f64 / compared.max(1) as f64,
            border: of_movers(&|pair| pair.border),
            by_centres: of_movers(&|pair| pair.by_centres).filter(|_| same_columns),
            preparation: self.preparation,
            ids_look_unrelated: {
                let renumbered = pairs(&self.table).into_iter();
                let renumbered = renumbered.filter(|&(from, to)| old[from].id != new[to].id);
                renumbered.map(|(from, to)| self.table.count(from, to)).sum::<u64>() > stayed
            },
            movements: ways
                .iter()
                .filter(|way| way.0 >= HIDDEN_BELOW)
                .map(|&(_, from, to)| self.movement(from, to))
                .collect(),
            further: Further {
                movements: further,
                customers: (hidden == 0 || hidden >= HIDDEN_BELOW).then_some(hidden),
            },
            changes: self.changes(),
            renamed: old
                .iter()
                .filter_map(|was| {
                    let is = new.iter().find(|is| is.id == was.id && is.name != was.name)?;
                    Some(Renamed { id: was.id, old: was.name.clone(), new: is.name.clone() })
                })
                .collect(),
        }
    }

    /// Kept, split, merged, new and retired, by the ids that the models have.
    fn changes(&self) -> Vec<Change> {
        let (old, new) = (&self.old.model().parts().segments, &self.new.model().parts().segments);
        let mut changes = Vec::new();
        for (to, is) in new.iter().enumerate() {
            if let Some(from) = old.iter().position(|was| was.id == is.id) {
                let jaccard = self.table.jaccard(from, to);
                changes.push(Change::Kept { id: is.id, name: is.name.clone(), jaccard });
            }
        }
        let old_ids: Vec<u16> = old.iter().map(|was| was.id).collect();
        let new_ids: Vec<u16> = new.iter().map(|is| is.id).collect();
        changes.extend(splits_and_mergers(&self.table, &old_ids, &new_ids));
        let is_new = new.iter().filter(|is| !old_ids.contains(&is.id));
        changes.extend(is_new.map(|is| Change::New { id: is.id, name: is.name.clone() }));
        let is_gone = old.iter().filter(|was| !new_ids.contains(&was.id));
        changes.extend(is_gone.map(|was| Change::Retired { id: was.id, name: was.name.clone() }));
        changes
    }

    fn movement(&self, from: usize, to: usize) -> Movement {
        let (was, is) =
            (&self.old.model().parts().segments[from], &self.new.model().parts().segments[to]);
        let customers = self.table.count(from, to);
        let pair = &self.pairs[from * self.table.n_new() + to];
        let of_customers = |count: u64| count as f64 / customers as f64;
        let (against, reasons) = self.reasons(from, to);
        Movement {
            from: was.id,
            from_name: was.name.clone(),
            to: is.id,
            to_name: is.name.clone(),
            customers,
            share: customers as f64 / self.table.of_old(from) as f64,
            border: of_customers(pair.border),
            by_centres: (self.preparation != Preparation::OtherColumns)
                .then(|| of_customers(pair.by_centres)),
            against,
            reasons,
        }
    }

    /// In which columns those who went one way differ most from those who did not.
    fn reasons(&self, from: usize, to: usize) -> (Against, Vec<Reason>) {
        let (before, n_new) = (self.old.model().parts(), self.table.n_new());
        let new = &self.new.model().parts().segments;
        let home = new.iter().position(|is| is.id == before.segments[from].id);
        let stayers: Vec<usize> = home.into_iter().collect();
        let others: Vec<usize> = (0..n_new).filter(|&other| other != to).collect();
        let size = |of: &[usize]| of.iter().map(|&to| self.table.count(from, to)).sum::<u64>();
        let (against, reference) = if size(&stayers) >= HIDDEN_BELOW {
            (Against::Stayers, stayers)
        } else if size(&others) >= HIDDEN_BELOW {
            (Against::OthersOfSegment, others)
        } else {
            return (Against::Nobody, Vec::new());
        };
        let mean = |of: &[usize], feature: usize| {
            let sums = of.iter().map(|&to| self.pairs[from * n_new + to].sums[feature]);
            sums.fold(0.0, |sum, value| sum + value) / size(of) as f64
        };
        let mut reasons: Vec<Reason> = Vec::new();
        for (position, feature) in before.transform.features().iter().enumerate() {
            let column: &Column = &before.schema.columns()[feature.column];
            let (movers, rest) = (mean(&[to], position), mean(&reference, position));
            let height = one_hot_height(&before.transform, feature.column);
            let share = |mean: f64| feature.level.map(|_| mean / height);
            let word = feature.level.and_then(|level| column.kind.level(level)).map(String::from);
            let reason = Reason {
                column: column.name.clone(),
                word,
                difference: movers - rest,
                share: share(movers),
                share_of_others: share(rest),
            };
            // Of a column's words only the one that differs most.
            match reasons.last_mut().filter(|last| last.column == reason.column) {
                Some(last) if last.difference.abs() >= reason.difference.abs() => {}
                Some(last) => *last = reason,
                None => reasons.push(reason),
            }
        }
        reasons.retain(|reason| reason.difference.abs() >= WORTH_A_WORD);
        reasons.sort_by(|a, b| b.difference.abs().total_cmp(&a.difference.abs()));
        reasons.truncate(REASONS);
        (against, reasons)
    }
}

/// The value that marks a word of a column.
fn one_hot_height(transform: &Transform, column: usize) -> f64 {
    match &transform.steps()[column] {
        shared::transform::ColumnStep::OneHot { height, .. } => height.get(),
        _ => 1.0,
    }
}

/// Whether the next segment is nearly as near.
fn is_at_border(assigner: &Assigner, segment: &Segment) -> bool {
    let Some(margin) = segment.margin() else { return false };
    match assigner {
        Assigner::Mixture(_) => margin <= BORDER_OF_MIXTURE,
        Assigner::KMeans(_) | Assigner::Prototypes(_) => {
            margin <= BORDER * (segment.distance() + margin)
        }
    }
}
