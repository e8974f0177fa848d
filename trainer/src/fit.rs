//! From a table to an artifact: the stages of training, in order.

use std::path::Path;

use shared::artifact::{self, Artifact};
use shared::model::{ModelParts, Training};
use shared::{Assigner, Model};

use crate::added;
use crate::canaries;
use crate::choose::{Choice, ChooseError, ChooseOptions};
use crate::dataset::Dataset;
use crate::describe;
use crate::error::Error;
use crate::expect;
use crate::expect::typical::Segments;
use crate::infer::findings::Finding;
use crate::infer::{ColumnReport, Understanding, understand};
use crate::prepare::{self, ImputeOptions};
use crate::quality::Quality;
use crate::table::Table;
use crate::told::Told;
use crate::unusable::Unusable;

/// Everything that a fit is asked for.
#[derive(Debug, Clone)]
pub struct FitOptions {
    /// About the columns.
    pub told: Told,
    /// About the number of segments.
    pub choose: ChooseOptions,
    /// About missing values.
    pub impute: ImputeOptions,
}

/// Everything that a fit found.
pub struct Fitted {
    /// The artifact's bytes.
    pub bytes: Vec<u8>,
    /// The artifact, decoded from these bytes.
    pub artifact: Artifact,
    /// What was understood of each column.
    pub columns: Vec<ColumnReport>,
    /// What is worth telling of the table.
    pub findings: Vec<Finding>,
    /// The curve and the choice.
    pub choice: Choice,
    /// The number of customers.
    pub n_rows: usize,
    /// The number of customers in each segment, as the decoded artifact assigns them.
    pub sizes: Vec<usize>,
    /// How good predictions are.
    pub quality: Vec<Quality>,
}

/// Which stage is at work, for whoever shows progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Kinds and roles are read off the columns.
    Understanding,
    /// Customers are validated, ordered and prepared.
    Preparing,
    /// Fits for every k; so many are done.
    Sweeping(usize),
    /// Models of the target are fitted.
    Expecting,
}

/// Fits a table. Rows that cannot be used are added to `unusable`; unless they are put aside, they are an
/// error.
///
/// # Errors
/// When the table's values cannot be used or no segments can be found; nothing is written here.
/// # Panics
/// When a stage broke its promise to the next: a mistake in this program, not in the data.
pub fn fit(
    table: &Table,
    options: &FitOptions,
    unusable: &mut Unusable,
    progress: impl Fn(Stage) + Sync,
) -> Result<Fitted, Error> {
    progress(Stage::Understanding);
    let Understanding { columns, mut findings, plan } = understand(table, &options.told)?;

    progress(Stage::Preparing);
    let dataset =
        plan.as_ref().map(|plan| Dataset::build(table, plan, options.choose.seed, unusable));
    unusable.tell(&mut findings);
    let usable = dataset.as_ref().map_or(table.n_rows(), |dataset| dataset.customers.len());
    findings.too_few_rows(usable, &options.choose);
    let (Some(plan), Some(dataset), false) = (plan, dataset, findings.has_errors()) else {
        let path = table.path().into();
        return Err(Error::Unready { path, findings: findings.into_errors() });
    };
    let schema = &plan.schema;
    if let Some(column) = options.impute.misfit(schema) {
        return Err(Error::Usage {
            what: format!("`{}` cannot be imputed so: it holds no numbers", column.name),
            hint: "mean and zero are for numbers; missing words count as the most frequent one"
                .into(),
        });
    }
    let transform = prepare::estimate(&dataset, schema, &options.impute, options.told.min_level);
    let x = dataset.prepare(&transform);

    progress(Stage::Sweeping(0));
    let choice = Choice::make(x.view(), options.choose, |k| progress(Stage::Sweeping(k)))
        .map_err(|error| refusal(&error, table.path(), &options.choose))?;
    let chosen = choice.fit();
    let n_segments = choice.k;

    progress(Stage::Expecting);
    let segments =
        Segments { labels: &chosen.labels, n_segments, min_customers: options.choose.min_segment };
    let (targets, quality) = if let Some((target, _)) = &plan.target {
        let inputs = dataset.prepare_for_models(&transform);
        let found = expect::target(target, &dataset, inputs.view(), &chosen.labels, n_segments);
        let found = found.ok_or_else(|| Error::Unfit {
            path: table.path().into(),
            what: format!("no customer has a value of the target `{}`", target.name),
            hint: "choose another target, or none".into(),
        })?;
        (vec![found.models], vec![found.quality])
    } else {
        let models = expect::typical::models(schema, &dataset, &segments);
        let quality = expect::typical::quality(&models, &dataset, &chosen.labels);
        (models, quality)
    };
    let knee = |knee: Option<crate::elbow::Knee>| knee.and_then(|knee| u16::try_from(knee.k).ok());
    let parts = ModelParts {
        assigner: Assigner::KMeans(chosen.centroids.clone()),
        segments: describe::segments(schema, &transform, x.view(), chosen),
        targets,
        playbook: describe::playbook(schema, &dataset, &segments),
        training: Training {
            seed: options.choose.seed,
            wcss: choice.fits.iter().map(|fit| fit.inertia).collect(),
            knee_from_one: knee(choice.elbow.from_one),
            knee_from_two: knee(choice.elbow.from_two),
        },
        schema: plan.schema,
        transform,
    };
    let canaries = canaries::draw(&parts);
    let too_large = |_| Error::Unfit {
        path: table.path().into(),
        what: "the model would not fit into an artifact of 2 MiB".into(),
        hint:
            "leave columns out with `--ignore`, or raise `--min-level` so that fewer words are kept"
                .into(),
    };
    let model = Model::new(parts).expect("the parts were made for each other");
    if let Some(name) = added::clash(&model) {
        return Err(Error::BadTable {
            path: table.path().into(),
            line: 1,
            what: format!(
                "`predict` would add a column `{name}`, which the model reads or adds already"
            ),
            hint: "rename the column, or leave it out with `--ignore`".into(),
        });
    }
    let bytes = artifact::encode(&model, canaries).map_err(too_large)?;
    let artifact = Artifact::decode(&bytes).expect("what was just written is read");
    let sizes = sizes(&artifact, &dataset, n_segments);
    Ok(Fitted {
        bytes,
        artifact,
        columns,
        findings: findings.into_sorted(),
        n_rows: dataset.customers.len(),
        sizes,
        quality,
        choice,
    })
}

fn sizes(artifact: &Artifact, dataset: &Dataset, n_segments: usize) -> Vec<usize> {
    let parts = artifact.model().parts();
    let mut sizes = vec![0; n_segments];
    for customer in &dataset.customers {
        let segment = parts.assigner.assign(&parts.transform.apply(&customer.record));
        sizes[usize::from(segment.id())] += 1;
    }
    sizes
}

fn refusal(error: &ChooseError, path: &Path, options: &ChooseOptions) -> Error {
    let asked = options.segments.unwrap_or(options.max_segments);
    let (what, hint) = match error {
        ChooseError::TooSmall(smallest) => (
            format!(
                "of {asked} segments the smallest would have {smallest} customers, fewer than {}",
                options.min_segment
            ),
            "ask for fewer segments, or lower `--min-segment` (a small segment may show a person)"
                .into(),
        ),
        ChooseError::TooFewDistinct(distinct) => (
            format!("{asked} segments of customers of whom only {distinct} differ"),
            format!("ask for at most {distinct}"),
        ),
        ChooseError::KMeans(error) => (error.to_string(), "ask for fewer segments".into()),
    };
    Error::Unfit { path: path.into(), what, hint }
}
