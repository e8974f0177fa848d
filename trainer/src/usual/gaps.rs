//! Whether the typical gap finds what customers do: one thing that a customer does is hidden, and looked for.

use rayon::prelude::*;
use serde::Serialize;
use shared::segment_model::TargetModels;
use shared::{Assigner, FeatureVector, Record, Schema, Transform, Value, math};

use super::{FOLDS, Segments, Usual};
use crate::dataset::{Customer, Dataset};

/// From here on a prepared value is high, in standard deviations.
const HIGH: f64 = 0.5;

/// So many customers are asked at most: the first in canonical order, which is one of chance.
const MOST_ASKED: usize = 20_000;

/// So many recommendations are looked at.
const LONGEST: usize = 3;

/// How well the typical gap finds a hidden entry.
///
/// An entry is a column in which a customer is high: more than 0.5 standard deviations above the mean in prepared
/// space, and above 0. Of every customer one entry, chosen by the hash of the record, is taken as missing before the
/// customer is prepared and given a segment. The columns in which the customer is not high, and the hidden one, are
/// ranked by what is usual for such customers, by models that did not see the customer's fold; and beside that by
/// how many other customers are high there. Preparation and segments are the final ones, found on all customers.
///
/// Columns that say nearly the same (an amount, and how often) give each other away: much of the lift is theirs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GapQuality {
    /// The customers of whom an entry was hidden.
    pub customers: usize,
    /// The columns that may be recommended.
    pub columns: Vec<String>,
    /// How many columns were ranked on average.
    pub candidates: f64,
    /// By how many recommendations are looked at: 1, 2 and 3.
    pub at: Vec<GapAt>,
}

/// The first `k` of the ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GapAt {
    /// How many are looked at.
    pub k: usize,
    /// The share of them that is the hidden entry.
    pub precision: f64,
    /// The share of customers whose hidden entry is among them.
    pub recall: f64,
    /// Its standard error.
    pub recall_error: f64,
    /// The same shares for what is most popular.
    pub popular_precision: f64,
    /// And of customers.
    pub popular_recall: f64,
    /// `recall` over `popular_recall`; none where the latter is 0.
    pub lift: Option<f64>,
    /// Its standard error, over the same customers (delta method).
    pub lift_error: Option<f64>,
}

impl GapQuality {
    /// Whether, at every length, it finds more than what is most popular does, by more than two standard errors.
    pub fn beats_popularity(&self) -> bool {
        self.at.iter().all(|at| {
            at.lift.zip(at.lift_error).is_none_or(|(lift, error)| lift > 1.0 + 2.0 * error)
        })
    }
}

/// Where a hidden entry came in the two rankings, from 0 on, and of how many.
#[derive(Debug, Clone, Copy)]
struct Ranks {
    usual: usize,
    popular: usize,
    candidates: usize,
}

impl Usual {
    /// Hides entries of `eligible` columns, ascending by position, and looks for them; none where too few
    /// customers have one.
    ///
    /// # Ties: the first column comes first in both rankings.
    pub fn gaps(
        &self,
        schema: &Schema,
        dataset: &Dataset,
        transform: &Transform,
        assigner: &Assigner,
        segments: &Segments<'_>,
        eligible: &[usize],
    ) -> Option<GapQuality> {
        let search = Search::new(self, dataset, transform, assigner, eligible);
        let asked = &dataset.customers[..dataset.customers.len().min(MOST_ASKED)];
        let ranks: Vec<Option<Ranks>> = asked.par_iter().map(|c| search.ranks(c)).collect();
        let ranks: Vec<Ranks> = ranks.into_iter().flatten().collect();
        if ranks.len() < segments.min_customers {
            return None;
        }
        let candidates: usize = ranks.iter().map(|ranks| ranks.candidates).sum();
        Some(GapQuality {
            customers: ranks.len(),
            columns: search.columns.iter().map(|c| schema.columns()[c.at].name.clone()).collect(),
            candidates: candidates as f64 / ranks.len() as f64,
            at: (1..=LONGEST).map(|k| at(k, &ranks)).collect(),
        })
    }
}

/// A column that may be recommended.
struct Eligible<'u> {
    /// Its position in the schema.
    at: usize,
    feature: usize,
    /// Its models without each fold.
    by_fold: &'u [TargetModels],
    /// The share of customers outside each fold who are high in it.
    popularity: [f64; FOLDS],
}

struct Search<'u> {
    transform: &'u Transform,
    assigner: &'u Assigner,
    columns: Vec<Eligible<'u>>,
}

impl<'u> Search<'u> {
    fn new(
        usual: &'u Usual,
        dataset: &Dataset,
        transform: &'u Transform,
        assigner: &'u Assigner,
        eligible: &[usize],
    ) -> Self {
        let columns = eligible.iter().filter_map(|&at| {
            let feature = transform.features().iter().position(|f| f.column == at)?;
            let by_fold = usual.by_fold.get(at)?.as_deref()?;
            Some(Eligible { at, feature, by_fold, popularity: [0.0; FOLDS] })
        });
        let mut search = Self { transform, assigner, columns: columns.collect() };
        let mut totals = [0.0; FOLDS];
        for customer in &dataset.customers {
            let x = transform.apply(&customer.record);
            let own = usize::from(customer.fold());
            let others = |shares: &mut [f64; FOLDS]| {
                shares
                    .iter_mut()
                    .enumerate()
                    .filter(|(f, _)| *f != own)
                    .for_each(|(_, s)| *s += 1.0);
            };
            others(&mut totals);
            for column in &mut search.columns {
                if column.is_high(&customer.record, &x) {
                    others(&mut column.popularity);
                }
            }
        }
        for column in &mut search.columns {
            for (share, total) in column.popularity.iter_mut().zip(totals) {
                *share /= f64::max(total, 1.0);
            }
        }
        search
    }

    /// None for a customer who is high in nothing, or in everything.
    fn ranks(&self, customer: &Customer) -> Option<Ranks> {
        let x = self.transform.apply(&customer.record);
        let is_high: Vec<bool> =
            self.columns.iter().map(|column| column.is_high(&customer.record, &x)).collect();
        let high: Vec<usize> = (0..is_high.len()).filter(|&i| is_high[i]).collect();
        if high.is_empty() || high.len() == is_high.len() {
            return None;
        }
        // The fold is the rest of the same hash: what is left of it is independent of it.
        let draw = customer.fold_hash / FOLDS as u128 % high.len() as u128;
        let hidden = high[usize::try_from(draw).expect("below the number of entries")];
        let x = self.transform.apply_without(&customer.record, self.columns[hidden].at);
        let segment = usize::from(self.assigner.assign(&x).id());
        let own = usize::from(customer.fold());
        let candidates: Vec<usize> =
            (0..is_high.len()).filter(|&i| !is_high[i] || i == hidden).collect();
        let rank = |score: &dyn Fn(usize) -> f64| {
            let threshold = score(hidden);
            let is_before = |&&i: &&usize| {
                let score = score(i);
                score > threshold || (score == threshold && i < hidden)
            };
            candidates.iter().filter(is_before).count()
        };
        Some(Ranks {
            usual: rank(&|i| self.columns[i].by_fold[own].margins(x.model_inputs(), segment)[0]),
            popular: rank(&|i| self.columns[i].popularity[own]),
            candidates: candidates.len(),
        })
    }
}

impl Eligible<'_> {
    fn is_high(&self, record: &Record, x: &FeatureVector) -> bool {
        let is_some = matches!(record.values()[self.at], Value::Number(v) if v.get() > 0.0);
        is_some && x.as_slice()[self.feature] > HIGH
    }
}

fn at(k: usize, ranks: &[Ranks]) -> GapAt {
    let n = ranks.len() as f64;
    let hit = |rank: usize| f64::from(u8::from(rank < k));
    let (mut found, mut popular) = (0.0, 0.0);
    for ranks in ranks {
        found += hit(ranks.usual);
        popular += hit(ranks.popular);
    }
    let lift = (popular > 0.0).then(|| found / popular);
    let lift_error = lift.map(|lift| {
        let rest = |ranks: &Ranks| hit(ranks.usual) - lift * hit(ranks.popular);
        let squares = ranks.iter().fold(0.0, |sum, ranks| sum + rest(ranks) * rest(ranks));
        math::sqrt(squares) / popular
    });
    let (recall, popular_recall) = (found / n, popular / n);
    GapAt {
        k,
        precision: recall / k as f64,
        recall,
        recall_error: math::sqrt(recall * (1.0 - recall) / n),
        popular_precision: popular_recall / k as f64,
        popular_recall,
        lift,
        lift_error,
    }
}
