//! Segments in words and figures: what sets each apart, its name, a typical customer, and whom it holds.

mod figures;
pub mod groups;
mod lexicon;
mod phrases;
mod playbook;
pub mod profile;
mod readable;
mod sentences;
mod traits;
mod words;

pub use self::playbook::{eligible, typical_gap};

use shared::model::ModelParts;

/// The names of a model's features, in order: the column, and the word where a column has one for each.
pub fn feature_names(parts: &ModelParts) -> Vec<String> {
    let name = |feature: &shared::transform::Feature| {
        let column = &parts.schema.columns()[feature.column];
        match feature.level.and_then(|level| column.kind.level(level)) {
            Some(word) => format!("{}={word}", column.name),
            None => column.name.clone(),
        }
    };
    parts.transform.features().iter().map(name).collect()
}

#[cfg(test)]
mod tests;
