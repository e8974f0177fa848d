//! Recipes as they were written become recipes by positions, or a list of everything that is wrong.

use shared::model::MAX_DESCRIPTION;
use shared::number::Finite;
use shared::playbook::{
    Condition, MAX_CONDITIONS, MAX_DEPTH, MAX_LINK, MAX_RECIPES, Rank, Recipe, Recipes, is_id,
    is_link, is_text,
};
use shared::schema::is_name;
use shared::segment_model::Target;

use super::{Fault, Known, is_number, names};
use crate::config::{PlaybookConfig, RecipeConfig, ValueConfig};
use crate::error::suggestion;

/// A customer is given at most so many, unless told: more is advice that nobody reads.
const AT_MOST: i64 = 3;

/// Makes recipes of words.
///
/// # Errors
/// Everything that is wrong. Where something is not [`Known`] yet, the list may be empty: nothing is wrong so far.
pub fn compile(config: &PlaybookConfig, known: &Known<'_>) -> Result<Recipes, Vec<Fault>> {
    let mut compiler = Compiler { known, faults: Vec::new() };
    let recipes = compiler.playbook(config);
    match recipes {
        Some(recipes) if compiler.faults.is_empty() => Ok(recipes),
        _ => Err(compiler.faults),
    }
}

/// What is known, and what was found wrong so far.
pub(super) struct Compiler<'a> {
    pub(super) known: &'a Known<'a>,
    pub(super) faults: Vec<Fault>,
}

impl<'k> Compiler<'k> {
    /// Notes what is wrong.
    pub(super) fn fault(&mut self, place: &str, what: impl Into<String>, hint: impl Into<String>) {
        self.faults.push(Fault { place: place.into(), what: what.into(), hint: hint.into() });
    }

    /// Notes what is wrong, unless it is right.
    fn demand(&mut self, right: bool, place: &str, what: &str, hint: &str) {
        if !right {
            self.fault(place, what, hint);
        }
    }

    fn playbook(&mut self, config: &PlaybookConfig) -> Option<Recipes> {
        let id = config.id.clone().unwrap_or_default();
        let is_sound = config.id.as_deref().is_none_or(is_id);
        self.demand(is_sound, "`id`", "it is no id", AN_ID);
        let at_most = u8::try_from(config.at_most.unwrap_or(AT_MOST)).ok().filter(|n| *n > 0);
        let said = "no number from 1 to 255";
        self.demand(at_most.is_some(), "`at_most`", said, "without it, 3 are given at most");
        let holdout = thousandths(config.holdout.unwrap_or_default());
        let said = "no share from 0 to 0.999 in thousandths";
        self.demand(holdout.is_some(), "`holdout`", said, "for one customer in ten, write 0.1");
        let n = config.recipes.len();
        let said = format!("{n} recipes, and not 1 to {MAX_RECIPES}");
        self.demand((1..=MAX_RECIPES).contains(&n), "`recipes`", &said, "");
        let n_values = config.recipes.iter().filter(|recipe| recipe.value.is_some()).count();
        let said = "some have a `value` and others have none: they have no order";
        let hint = "give every recipe a `value`, or every one a `priority`";
        self.demand(n_values == 0 || n_values == n, "`recipes`", said, hint);
        let recipes = config.recipes.iter().enumerate();
        let recipes: Vec<Option<Recipe>> =
            recipes.map(|(at, recipe)| self.recipe(recipe, at, &config.recipes)).collect();
        let recipes: Option<Vec<Recipe>> = recipes.into_iter().collect();
        Some(Recipes { id, at_most: at_most?, holdout: holdout?, recipes: recipes? })
    }

    fn recipe(
        &mut self,
        config: &RecipeConfig,
        position: usize,
        all: &[RecipeConfig],
    ) -> Option<Recipe> {
        let RecipeConfig { id, title, text, link, goal, .. } = config;
        let of = if id.is_empty() { format!("recipe {}", 1 + position) } else { format!("`{id}`") };
        let at = |key: &str| format!("{of}, `{key}`");
        self.demand(is_id(id), &at("id"), "it is missing, or no id", AN_ID);
        let is_first = all.iter().position(|other| other.id == *id) == Some(position);
        self.demand(is_first || id.is_empty(), &at("id"), "another recipe has it too", "");
        let line = "give one line of at most 256 bytes";
        self.demand(is_name(title), &at("title"), "it is missing, or no title", line);
        let is_sound = goal.as_deref().is_none_or(is_name);
        self.demand(is_sound, &at("goal"), "it is empty, or no line", line);
        let lines = format!("give one line of at most {MAX_DESCRIPTION} bytes");
        self.demand(is_text(text), &at("text"), "it is missing, or no text", &lines);
        let url = format!("give a URL of https or http, at most {MAX_LINK} bytes");
        let is_sound = link.as_deref().is_none_or(is_link);
        self.demand(is_sound, &at("link"), "it is no link that a page may show", &url);

        let excludes = self.excludes(config, &at("excludes"), all);
        let rank = self.rank(config, &at);
        let when = match &config.when {
            Some(when) => self.condition(when, &format!("{of}, `when"))?,
            None => Condition::All(Vec::new()),
        };
        let said = format!("more than {MAX_CONDITIONS} conditions");
        self.demand(count(&when) <= MAX_CONDITIONS, &at("when"), &said, "divide the recipe");
        let said = format!("conditions stand in each other more than {MAX_DEPTH} deep");
        self.demand(depth(&when) <= MAX_DEPTH, &at("when"), &said, "say it in fewer steps");
        let (id, title, text) = (id.clone(), title.clone(), text.clone());
        let (link, goal) = (link.clone(), goal.clone());
        Some(Recipe { id, title, text, link, goal, when, rank: rank?, excludes })
    }

    fn excludes(&mut self, config: &RecipeConfig, at: &str, all: &[RecipeConfig]) -> Vec<u16> {
        let mut excludes = Vec::new();
        for excluded in &config.excludes {
            let ids = || all.iter().map(|recipe| recipe.id.as_str());
            match ids().position(|id| id == excluded) {
                _ if *excluded == config.id => {
                    self.fault(at, "a recipe cannot exclude itself", "leave it out");
                }
                Some(position) => excludes.extend(u16::try_from(position)),
                None => {
                    let hint = suggestion(excluded, ids().filter(|id| *id != config.id));
                    self.fault(at, format!("there is no recipe `{excluded}`"), hint);
                }
            }
        }
        excludes.sort_unstable();
        excludes.dedup();
        excludes
    }

    fn rank(&mut self, config: &RecipeConfig, at: &impl Fn(&str) -> String) -> Option<Rank> {
        if config.value.is_some() && config.priority.is_some() {
            self.fault(&at("value"), "it stands beside a `priority`", "give one of them");
        }
        let Some(ValueConfig { prediction, class, times }) = &config.value else {
            let priority = i32::try_from(config.priority.unwrap_or_default()).ok();
            self.demand(priority.is_some(), &at("priority"), "it is too large", "");
            return priority.map(Rank::Priority);
        };
        let factor = Finite::new(*times).filter(|times| times.get().abs() <= 1e15);
        let factor = factor.filter(|times| *times != Finite::ZERO);
        self.demand(factor.is_some(), &at("value.times"), "it is no number that tells", "");
        let (target, found) = self.target(prediction, &at("value.prediction"))?;
        let class = match class {
            Some(class) => Some(self.class(found, &class.text(), &at("value.class"))?),
            None if is_number(found) => None,
            None => {
                let what = format!("`{prediction}` is a class and has no value");
                let hint = "say whose probability counts: `class = \"...\"`";
                self.fault(&at("value"), what, hint);
                return None;
            }
        };
        Some(Rank::Value { target, class, times: factor? })
    }

    /// What is predicted, by its name.
    pub(super) fn target(&mut self, name: &str, at: &str) -> Option<(u16, &'k Target)> {
        let known = self.known;
        let targets = known.predicted.as_ref()?;
        let position = targets.iter().position(|target| target.name == name);
        let Some(position) = position else {
            let is_field = known.schema.columns().iter().any(|column| column.name == name);
            let hint = if is_field {
                format!("it is a column: write `field = \"{name}\"`")
            } else {
                suggestion(name, names(targets))
            };
            self.fault(at, format!("`{name}` is not predicted"), hint);
            return None;
        };
        Some((u16::try_from(position).ok()?, targets[position]))
    }

    /// A target's class, by its word.
    pub(super) fn class(&mut self, target: &Target, word: &str, at: &str) -> Option<u16> {
        let classes = target.kind.classes();
        if classes.is_empty() {
            let what = format!("`{}` is a number and has no classes", target.name);
            self.fault(at, what, "leave `class` away");
            return None;
        }
        let found = classes.iter().position(|class| class == word);
        if found.is_none() {
            let hint = suggestion(word, classes.iter().map(String::as_str));
            self.fault(at, format!("`{}` has no class `{word}`", target.name), hint);
        }
        found.and_then(|class| u16::try_from(class).ok())
    }
}

const AN_ID: &str = "give 1 to 64 letters, digits, `-`, `_` and `.`";

/// A share in thousandths, where it is one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 999")]
pub fn thousandths(share: f64) -> Option<u16> {
    let thousandths = shared::math::round_ties_even(1000.0 * share);
    let is_whole = (thousandths - 1000.0 * share).abs() < 1e-9;
    (is_whole && (0.0..1000.0).contains(&thousandths)).then_some(thousandths as u16)
}

fn count(condition: &Condition) -> usize {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => 1 + parts.iter().map(count).sum::<usize>(),
        Condition::Not(part) => 1 + count(part),
        Condition::Test { .. } => 1,
    }
}

fn depth(condition: &Condition) -> usize {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            1 + parts.iter().map(depth).max().unwrap_or_default()
        }
        Condition::Not(part) => 1 + depth(part),
        Condition::Test { .. } => 1,
    }
}
