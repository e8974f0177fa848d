//! The columns that `predict` adds to a table.

use std::collections::BTreeSet;

use shared::Model;
use shared::segment_model::TargetKind;

/// Their names, in order.
pub fn added_columns(model: &Model) -> Vec<String> {
    let mut names = vec!["segment".to_owned(), "segment_name".into(), "distance".into()];
    for models in &model.parts().targets {
        let name = &models.target.name;
        names.push(format!("predicted_{name}"));
        if let TargetKind::Class { classes } = &models.target.kind {
            names.extend(classes.iter().map(|class| format!("probability_{name}_{class}")));
        }
    }
    names
}

/// A name that the table of a prediction would hold twice: because the model reads a column of that name, or
/// because two predictions would have it.
pub fn clash(model: &Model) -> Option<String> {
    let mut seen: BTreeSet<String> =
        model.parts().schema.columns().iter().map(|column| column.name.clone()).collect();
    added_columns(model).into_iter().find(|name| !seen.insert(name.clone()))
}
