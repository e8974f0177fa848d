//! The columns that `predict` adds to a table.

use std::collections::BTreeSet;

use shared::Model;
use shared::segment_model::TargetKind;

/// A column that is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: AddedKind,
}

/// What an added column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedKind {
    /// Ids.
    Id,
    /// Numbers; some rows may have none.
    Number,
    /// Words.
    Text,
}

fn added(kind: AddedKind, name: impl Into<String>) -> Added {
    Added { name: name.into(), kind }
}

/// Those of every prediction, in order.
pub fn added_columns(model: &Model) -> Vec<Added> {
    use AddedKind::{Id, Number, Text};
    let mut columns = vec![
        added(Id, "segment"),
        added(Text, "segment_name"),
        added(Number, "distance"),
        added(Number, "outlier_p"),
    ];
    for models in model.parts().predicted() {
        let name = &models.target.name;
        let predicted = format!("predicted_{name}");
        match &models.target.kind {
            TargetKind::Number => {
                columns.push(added(Number, predicted));
                if models.range.is_some() {
                    columns.extend(
                        ["lower", "upper"].map(|end| added(Number, format!("{end}_{name}"))),
                    );
                }
            }
            TargetKind::Class { classes } => {
                columns.push(added(Text, predicted));
                let probability = |class| added(Number, format!("probability_{name}_{class}"));
                columns.extend(classes.iter().map(probability));
            }
        }
    }
    columns.push(added(Text, "recommendations"));
    columns
}

/// Those that say why, in words: of the segment, and of each target that was asked for.
pub fn reason_columns(model: &Model) -> Vec<Added> {
    let targets = model.parts().targets.iter();
    let of_targets = targets.map(|models| format!("reason_{}", models.target.name));
    std::iter::once("reason".to_owned())
        .chain(of_targets)
        .map(|name| added(AddedKind::Text, name))
        .collect()
}

/// Those that say why as a reply does: values of JSON.
pub fn reason_members() -> Vec<Added> {
    ["runner_up", "reasons", "prediction_reasons"]
        .map(|name| added(AddedKind::Text, name))
        .into_iter()
        .collect()
}

/// A name that the table of a prediction would hold twice: because the model reads a column of that name, or
/// because two predictions would have it.
pub fn clash(model: &Model) -> Option<String> {
    let mut seen: BTreeSet<String> =
        model.parts().schema.columns().iter().map(|column| column.name.clone()).collect();
    let names = added_columns(model).into_iter().map(|column| column.name);
    names.into_iter().find(|name| !seen.insert(name.clone()))
}
