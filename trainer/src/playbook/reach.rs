//! Whom a playbook reaches: each recipe, what its recipes have in common, and the groups of sensitive attributes.

use serde::Serialize;
use shared::playbook::{Recipes, Situation, is_held_out};
use shared::{Model, Record};

use super::{Power, sensitive_uses, smallest_differences};
use crate::describe::groups::groups_of;

/// Fewer customers are not told of.
const FEW: usize = 20;

/// Recipes overlap where so much of the rarer one's customers are the other's too.
const OVERLAP: f64 = 0.5;

/// At most so many overlaps are told.
const OVERLAPS: usize = 20;

/// Whom a playbook reaches.
#[derive(Debug, Clone, Serialize)]
pub struct Reach {
    /// How many customers were asked about.
    pub customers: usize,
    /// The recipes, as the playbook has them.
    pub recipes: Vec<RecipeReach>,
    /// Customers whom no recipe is given; `null` for 1 to 19.
    pub without: Option<usize>,
    /// Recipes that mostly apply together, the largest share first.
    pub overlaps: Vec<Overlap>,
    /// Groups of at least 20 customers by a sensitive column.
    pub groups: Vec<GroupReach>,
    /// What to beware of.
    pub warnings: Vec<String>,
    /// Who would be held out, where some are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdout: Option<Holdout>,
}

/// Whom a recipe reaches. Counts from 1 to 19 are `null`.
#[derive(Debug, Clone, Serialize)]
pub struct RecipeReach {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// To how many it applies.
    pub applies: Option<usize>,
    /// To how many it is given: of those to whom it applies, where no others come before it.
    pub given: Option<usize>,
    /// Whether it applies to nobody.
    pub never: bool,
    /// Whether it applies to everybody.
    pub always: bool,
}

/// Two recipes that mostly apply together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlap {
    /// The rarer one's id.
    pub rarer: String,
    /// The other one's.
    pub other: String,
    /// To how many both apply.
    pub both: usize,
    /// The share of the rarer one's customers to whom the other applies too.
    pub share: f64,
}

/// What a group is given. Shares are in whole percents, `null` where they would tell of fewer than 20 customers.
#[derive(Debug, Clone, Serialize)]
pub struct GroupReach {
    /// The column.
    pub column: String,
    /// The protected attribute.
    pub attribute: &'static str,
    /// The group.
    pub group: String,
    /// Its customers.
    pub customers: usize,
    /// The share that is given anything.
    pub any: f64,
    /// The share that is given each recipe.
    pub recipes: Vec<f64>,
}

/// Who is held out, and what that can show.
#[derive(Debug, Clone, Serialize)]
pub struct Holdout {
    /// The share that was asked for.
    pub share: f64,
    /// Whether customers were counted by their ids; otherwise sizes are what is expected.
    pub counted: bool,
    /// Customers who would be given something, and are not.
    pub held_out: usize,
    /// Customers who are given something.
    pub others: usize,
    /// The smallest difference between the two that is likely to be seen; none where they are too few.
    pub smallest_difference: Option<Power>,
}

/// Counts customers one by one.
pub struct Tally<'a> {
    model: &'a Model,
    recipes: &'a Recipes,
    keeps_records: bool,
    customers: usize,
    applies: Vec<usize>,
    /// To how many two recipes apply: shape `(n_recipes, n_recipes)`, above the diagonal.
    both: Vec<usize>,
    /// What each customer is given.
    given: Vec<Vec<usize>>,
    records: Vec<Record>,
    /// Held out, among those with an id who would be given something; and how many ids there were.
    held_out: usize,
    ids: usize,
}

impl<'a> Tally<'a> {
    /// A count of nobody. The recipes fit the model.
    pub fn new(model: &'a Model, recipes: &'a Recipes) -> Self {
        let n = recipes.recipes.len();
        let columns = model.parts().schema.columns();
        Self {
            model,
            recipes,
            keeps_records: columns.iter().any(|column| column.sensitive.is_some()),
            customers: 0,
            applies: vec![0; n],
            both: vec![0; n * n],
            given: Vec::new(),
            records: Vec::new(),
            held_out: 0,
            ids: 0,
        }
    }

    /// Counts one customer, whose id may be known.
    pub fn add(&mut self, record: &Record, id: Option<&str>) {
        let parts = self.model.parts();
        let answer = self.model.answer(record);
        let situation = Situation {
            parts,
            record,
            x: &parts.transform.apply(record),
            segment: answer.segment.id().into(),
            predictions: &answer.predictions,
        };
        let applying = self.recipes.applying(&situation);
        let given = self.recipes.given(&situation);
        for (nth, &at) in applying.iter().enumerate() {
            self.applies[at] += 1;
            for &other in &applying[nth + 1..] {
                self.both[at * self.applies.len() + other] += 1;
            }
        }
        if let Some(id) = id {
            self.ids += 1;
            let Recipes { id: playbook, holdout, .. } = self.recipes;
            let is_held_out = !given.is_empty() && is_held_out(playbook, id, *holdout);
            self.held_out += usize::from(is_held_out);
        }
        self.customers += 1;
        self.given.push(given);
        if self.keeps_records {
            self.records.push(record.clone());
        }
    }

    /// How many customers were counted.
    pub fn customers(&self) -> usize {
        self.customers
    }

    /// What was counted.
    pub fn report(&self) -> Reach {
        let mut given = vec![0; self.applies.len()];
        self.given.iter().flatten().for_each(|&at| given[at] += 1);
        let recipes = self.recipes.recipes.iter().zip(&self.applies).zip(given);
        let recipes = recipes.map(|((recipe, &applies), given)| RecipeReach {
            id: recipe.id.clone(),
            title: recipe.title.clone(),
            applies: told(applies),
            given: told(given),
            never: applies == 0,
            always: applies == self.customers,
        });
        let without = self.given.iter().filter(|given| given.is_empty()).count();
        Reach {
            customers: self.customers,
            recipes: recipes.collect(),
            without: told(without),
            overlaps: self.overlaps(),
            groups: self.groups(),
            warnings: sensitive_uses(self.recipes, &self.model.parts().schema),
            holdout: (self.recipes.holdout > 0).then(|| self.holdout(self.customers - without)),
        }
    }

    fn overlaps(&self) -> Vec<Overlap> {
        let n = self.applies.len();
        let pairs = (0..n).flat_map(|at| (at + 1..n).map(move |other| (at, other)));
        let overlap = |(at, other): (usize, usize)| {
            let both = self.both[at * n + other];
            let is_rarer = self.applies[at] <= self.applies[other];
            let (rarer, other) = if is_rarer { (at, other) } else { (other, at) };
            let share = both as f64 / self.applies[rarer].max(1) as f64;
            let id = |at: usize| self.recipes.recipes[at].id.clone();
            // What applies to everybody overlaps with everything.
            let tells = both >= FEW && share >= OVERLAP && self.applies[other] < self.customers;
            tells.then(|| Overlap { rarer: id(rarer), other: id(other), both, share })
        };
        let mut overlaps: Vec<Overlap> = pairs.filter_map(overlap).collect();
        overlaps.sort_by(|a, b| b.share.total_cmp(&a.share).then(b.both.cmp(&a.both)));
        overlaps.truncate(OVERLAPS);
        overlaps
    }

    fn groups(&self) -> Vec<GroupReach> {
        let schema = &self.model.parts().schema;
        let records: Vec<&Record> = self.records.iter().collect();
        // Given or not, in every group; the groups are the same whatever is given.
        let shares = |is_given: &dyn Fn(&Vec<usize>) -> bool| {
            let labels: Vec<u16> = self.given.iter().map(|given| is_given(given).into()).collect();
            let mixes = groups_of(schema, &records, &labels, 2, FEW).into_iter();
            mixes.flat_map(|mix| mix.groups.into_iter().map(|group| group.shares[1])).collect()
        };
        let any: Vec<f64> = shares(&|given| !given.is_empty());
        let each: Vec<Vec<f64>> =
            (0..self.applies.len()).map(|at| shares(&|given| given.contains(&at))).collect();
        let mixes = groups_of(schema, &records, &vec![0; records.len()], 2, FEW).into_iter();
        let groups = mixes.flat_map(|mix| {
            let (column, attribute) = (mix.column, mix.attribute);
            mix.groups.into_iter().map(move |group| (column.clone(), attribute, group))
        });
        let reach = |(at, (column, attribute, group)): (usize, (String, _, _))| {
            let crate::describe::profile::Group { name, size, .. } = group;
            let recipes = each.iter().map(|shares| shares[at]).collect();
            GroupReach { column, attribute, group: name, customers: size, any: any[at], recipes }
        };
        groups.enumerate().map(reach).collect()
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    fn holdout(&self, reached: usize) -> Holdout {
        let share = f64::from(self.recipes.holdout) / 1000.0;
        let counted = self.ids == self.customers;
        let expected = shared::math::round_ties_even(share * reached as f64) as usize;
        let held_out = if counted { self.held_out } else { expected };
        let others = reached - held_out;
        let smallest_difference = smallest_differences(held_out as f64, others as f64);
        Holdout { share, counted, held_out, others, smallest_difference }
    }
}

/// A count that may be told.
fn told(count: usize) -> Option<usize> {
    (count == 0 || count >= FEW).then_some(count)
}
