//! From the parts of a model to the artifact's bytes, and back: what is reported is what they say.

use std::path::Path;

use shared::Model;
use shared::artifact::{self, Artifact};
use shared::model::ModelParts;
use shared::segment_model::{TargetKind, TargetModels};

use crate::added;
use crate::canaries;
use crate::dataset::Dataset;
use crate::error::Error;

/// The artifact's bytes, and what is read back from them.
pub(super) fn encoded(
    parts: ModelParts,
    max_bytes: usize,
    path: &Path,
) -> Result<(Vec<u8>, Artifact), Error> {
    let canaries = canaries::draw(&parts);
    let model = Model::new(parts).expect("the parts were made for each other");
    if let Some(name) = added::clash(&model) {
        return Err(Error::BadTable {
            path: path.into(),
            line: 1,
            what: format!(
                "`predict` would add a column `{name}`, which the model reads or adds already"
            ),
            hint: "rename the column, or leave it out with `--ignore`".into(),
        });
    }
    let small = |bytes: &Vec<u8>| bytes.len() <= max_bytes;
    let mut bytes = artifact::encode(&model, canaries.clone()).ok();
    // What is usual of every column, in every segment, is the first that can be spared.
    if !bytes.as_ref().is_some_and(small) {
        let mut parts = model.parts().clone();
        let is_number = |models: &&mut TargetModels| models.target.kind == TargetKind::Number;
        parts.usual.iter_mut().filter(is_number).for_each(|models| models.own.clear());
        let model = Model::new(parts).expect("own models may be absent");
        bytes = artifact::encode(&model, canaries).ok();
    }
    let size = bytes.as_ref().map_or(artifact::MAX_BYTES, Vec::len);
    let bytes = bytes.filter(small).ok_or_else(|| Error::Unfit {
        path: path.into(),
        what: format!(
            "the model would have {} KiB or more, and it may have {}",
            size.div_ceil(1024),
            max_bytes / 1024
        ),
        hint: "raise `--max-artifact-size` (to 2M at most), leave columns out with `--ignore`, or raise \
               `--min-level` so that fewer words are kept"
            .into(),
    })?;
    let artifact = Artifact::decode(&bytes).expect("what was just written is read");
    Ok((bytes, artifact))
}

/// The number of customers in each segment, as the decoded artifact assigns them.
pub(super) fn sizes_by(artifact: &Artifact, dataset: &Dataset, n_segments: usize) -> Vec<usize> {
    let parts = artifact.model().parts();
    let mut sizes = vec![0; n_segments];
    for customer in &dataset.customers {
        let segment = parts.assigner.assign(&parts.transform.apply(&customer.record));
        sizes[usize::from(segment.id())] += 1;
    }
    sizes
}
