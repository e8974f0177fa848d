//! A playbook that a person wrote, from words to checked recipes, and whom its recipes reach.
//!
//! ```text
//!  [playbook] of wedge.toml -> PlaybookConfig -> compile (conditions) -> shared Recipes -> the artifact
//!        (config)                                     |                        +-> reach: `trainer playbook check`
//!                              faults, all at once <--+
//! ```

mod compile;
mod conditions;
mod power;
mod reach;

use shared::model::{ModelParts, SegmentInfo};
use shared::playbook::{Condition, Recipes, Subject};
use shared::segment_model::{Target, TargetKind, TargetModels};
use shared::{Playbook, Schema};

pub use self::compile::{compile, thousandths};
pub use self::power::{Power, smallest_differences};
pub use self::reach::{GroupReach, Holdout, Overlap, Reach, RecipeReach, Tally};
use crate::config::PlaybookConfig;
use crate::error::Error;
use crate::screen::warn;
use crate::told::Told;

/// One thing that is wrong with a playbook.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// The recipe and the key.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

/// What a playbook can speak of; what is not known yet is not checked.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    /// The columns.
    pub schema: &'a Schema,
    /// What is predicted, in order.
    pub predicted: Option<Vec<&'a Target>>,
    /// The segments' ids, by position.
    pub segments: Option<Vec<u16>>,
}

impl<'a> Known<'a> {
    /// Everything that a model has.
    pub fn of(parts: &'a ModelParts) -> Self {
        Self::from(&parts.schema, parts.predicted(), &parts.segments)
    }

    fn from(schema: &'a Schema, predicted: &'a [TargetModels], segments: &[SegmentInfo]) -> Self {
        Self {
            schema,
            predicted: Some(predicted.iter().map(|models| &models.target).collect()),
            segments: Some(segments.iter().map(|info| info.id).collect()),
        }
    }
}

/// Says what is wrong with the told playbook before segments are found, which takes a while. Without a target, what is
/// predicted is not known yet.
///
/// # Errors
/// [`Error::BadPlaybook`] with everything that is wrong.
pub fn check_early<'a>(
    told: &Told,
    schema: &'a Schema,
    targets: impl Iterator<Item = &'a Target>,
) -> Result<(), Error> {
    let Some(config) = &told.playbook else { return Ok(()) };
    let targets: Vec<&Target> = targets.collect();
    let predicted = (!targets.is_empty()).then_some(targets);
    match compile(config, &Known { schema, predicted, segments: None }) {
        Err(faults) if !faults.is_empty() => Err(refused(config, faults)),
        _ => Ok(()),
    }
}

/// The told playbook for a model of these parts; none where none was told. Warns of recipes that look at what is
/// sensitive.
///
/// # Errors
/// [`Error::BadPlaybook`] with everything that is wrong.
pub fn told(
    told: &Told,
    schema: &Schema,
    predicted: &[TargetModels],
    segments: &[SegmentInfo],
) -> Result<Option<Playbook>, Error> {
    let Some(config) = &told.playbook else { return Ok(None) };
    let recipes = compile(config, &Known::from(schema, predicted, segments))
        .map_err(|faults| refused(config, faults))?;
    for what in sensitive_uses(&recipes, schema) {
        warn(&what);
    }
    Ok(Some(Playbook::Recipes(recipes)))
}

/// The error that tells of faults.
pub fn refused(config: &PlaybookConfig, faults: Vec<Fault>) -> Error {
    Error::BadPlaybook { path: config.path.clone(), faults }
}

/// Recipes that look at a protected attribute, each with the question that goes with it.
pub fn sensitive_uses(recipes: &Recipes, schema: &Schema) -> Vec<String> {
    let uses = recipes.recipes.iter().flat_map(|recipe| {
        let mut columns = Vec::new();
        fields(&recipe.when, &mut columns);
        columns.sort_unstable();
        columns.dedup();
        columns.into_iter().filter_map(|column| {
            let column = schema.columns().get(usize::from(column))?;
            let attribute = column.sensitive?.as_str();
            Some(format!(
                "the recipe `{}` looks at `{}` ({attribute}): may you treat people differently by it?",
                recipe.id, column.name
            ))
        })
    });
    uses.collect()
}

fn fields(condition: &Condition, columns: &mut Vec<u16>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                fields(part, columns);
            }
        }
        Condition::Not(part) => fields(part, columns),
        Condition::Test { subject: Subject::Field(column), .. } => columns.push(*column),
        Condition::Test { .. } => {}
    }
}

/// What a target is called, for lists.
fn names<'a>(targets: &'a [&Target]) -> impl Iterator<Item = &'a str> {
    targets.iter().map(|target| target.name.as_str())
}

/// Whether a target is a number.
fn is_number(target: &Target) -> bool {
    target.kind == TargetKind::Number
}

#[cfg(test)]
mod tests;
