//! From a table to an artifact: the stages of training, in order.

mod packed;
mod refusal;

use shared::artifact::Artifact;
use shared::model::{ModelParts, SegmentInfo, Training};
use shared::{Calibration, math};

use self::packed::{encoded, sizes_by};
use self::refusal::refusal;
use crate::algorithms::Algorithm;
use crate::calibrate;
use crate::choose::{ChooseError, ChooseOptions};
use crate::clustering::Clustering;
use crate::compare::{CompareInput, Compared, compare};
use crate::dataset::Dataset;
use crate::decision::Decision;
use crate::describe;
use crate::describe::profile::{GroupMix, ProfileInput, SegmentProfile, profiles, unknown_ids};
use crate::drift;
use crate::error::Error;
use crate::evidence::gather::Subject;
use crate::evidence::{Evidence, KneeEvidence};
use crate::expect::setting::Recipe;
use crate::expect::{self, Expected, OutOfFold};
use crate::infer::findings::{Finding, Findings};
use crate::infer::{ColumnReport, Plan, Understanding, understand};
use crate::judge::JudgedTarget;
use crate::lineage::{Continued, Identity, Lineage};
use crate::pictures::{self, Pictures};
use crate::playbook;
use crate::prepare::{self, ImputeOptions};
use crate::segmenting::{self, Found};
use crate::table::Table;
use crate::told::Told;
use crate::unusable::Unusable;
use crate::usual::{GapQuality, Usual, UsualQuality};

/// Pictures and groups never show fewer customers together.
const FEWEST_SHOWN: usize = 20;

/// Everything that a fit is asked for.
#[derive(Debug)]
pub struct FitOptions {
    /// About the columns and the segments.
    pub told: Told,
    /// About the number of segments.
    pub choose: ChooseOptions,
    /// About missing values.
    pub impute: ImputeOptions,
    /// How segments are found.
    pub algorithm: Algorithm,
    /// Whether all algorithms are tried and shown.
    pub compare: bool,
    /// The model that is to be continued.
    pub previous: Option<Artifact>,
    /// The largest artifact, in bytes.
    pub max_bytes: usize,
    /// The columns that may be recommended; none: all that tell what customers do.
    pub recommend: Vec<String>,
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
    /// The number of customers.
    pub n_rows: usize,
    /// What speaks for each number of segments.
    pub evidence: Evidence,
    /// Why this number.
    pub decision: Decision,
    /// The segments.
    pub segments: Vec<SegmentProfile>,
    /// How they divide the groups of sensitive attributes.
    pub groups: Vec<GroupMix>,
    /// Algorithms side by side, where that was asked for.
    pub comparison: Vec<Compared>,
    /// What became of the segments of a previous model.
    pub lineage: Option<Lineage>,
    /// What is drawn.
    pub pictures: Pictures,
    /// Where single customers lie on the map, with their segment's id.
    pub map_points: Vec<(f64, f64, u16)>,
    /// How good the models of each target are.
    pub targets: Vec<JudgedTarget>,
    /// How near customers are to what is usual, column by column.
    pub usual: Vec<UsualQuality>,
    /// How well the typical gap finds what customers do.
    pub gap: Option<GapQuality>,
    /// Answers to customers who were held out, a target each.
    pub out_of_fold: Vec<OutOfFold>,
    /// What was told of segments that are not there.
    pub unknown_ids: Option<String>,
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
    /// Fits of data without groups; so many sets are done, of so many.
    Doubting(usize, usize),
    /// Silhouettes.
    Judging,
    /// Fits of resampled customers.
    Resampling,
    /// Other algorithms.
    Comparing,
    /// What segments are, in words and figures.
    Describing,
    /// Models of the targets are fitted and judged; so many are done, of so many.
    Expecting(usize, usize),
}

/// Fits a table. Rows that cannot be used are added to `unusable`; unless they are put aside, they are an
/// error.
///
/// # Errors
/// When the table's values cannot be used or no segments can be found; nothing is written here.
/// # Panics
/// When a stage broke its promise to the next: a mistake in this program, not in the data.
#[expect(clippy::too_many_lines, reason = "a few lines for each stage: the contents of training")]
pub fn fit(
    table: &Table,
    options: &FitOptions,
    unusable: &mut Unusable,
    progress: impl Fn(Stage) + Sync,
) -> Result<Fitted, Error> {
    let Ready { columns, findings, plan, dataset } = ready(table, options, unusable, &progress)?;
    let choose = &options.choose;
    let usable = dataset.customers.len();
    let schema = &plan.schema;
    playbook::check_early(&options.told, schema, plan.targets.iter().map(|(target, _)| target))?;
    let min_level = options.told.min_level;
    let transform = prepare::estimate(&dataset, schema, &options.impute, min_level);
    let x = dataset.prepare(&transform);
    let previous = options.previous.as_ref();
    let continued = previous
        .map(|previous| Continued::of(previous, table, &dataset, x.view(), schema.as_of()))
        .transpose()?;

    progress(Stage::Sweeping(0));
    let refused = |error: &ChooseError| refusal(error, table.path(), choose);
    let fits = segmenting::sweep(x.view(), choose, continued.as_ref(), &progress)
        .map_err(|error| refused(&ChooseError::KMeans(error)))?;
    let subject = Subject {
        dataset: &dataset,
        schema,
        transform: &transform,
        impute: &options.impute,
        min_level,
        x: x.view(),
        fits: &fits,
        max_segments: choose.max_segments,
        seed: choose.seed,
    };
    let before = continued.as_ref().map(Continued::n_segments);
    let found = segmenting::find(&subject, choose, options.algorithm, before, &progress);
    let Found { clustering, evidence, decision, silhouette, jaccard } =
        found.map_err(|error| refused(&error))?;
    let comparison = if options.compare {
        progress(Stage::Comparing);
        let vectors = subject.vectors();
        compare(&CompareInput::of(&subject, &vectors, decision.k, choose))
    } else {
        Vec::new()
    };

    progress(Stage::Describing);
    let n_segments = decision.k;
    let Clustering { assigner, labels, sizes } = &clustering;
    let identity = Identity::of(continued.as_ref(), labels, n_segments, table.path())?;
    let silhouettes = silhouette.as_ref();
    let described = profiles(&ProfileInput {
        schema,
        transform: &transform,
        dataset: &dataset,
        x: x.view(),
        labels,
        ids: &identity.ids,
        jaccard: &jaccard,
        silhouette: silhouettes.map_or(&[][..], |silhouette| &silhouette.by_segment),
        min_customers: choose.min_segment,
        told: &options.told.segments,
        kept_names: &identity.kept,
    });
    let infos = infos(&described, calibrate::held_out(&subject, &clustering));

    progress(Stage::Expecting(0, 1));
    let recipe = Recipe {
        dataset: &dataset,
        schema,
        impute: &options.impute,
        min_level,
        algorithm: options.algorithm,
        n_segments,
        min_segment: choose.min_segment,
        seed: choose.seed,
    };
    let input = expect::Input {
        plan: &plan,
        recipe,
        transform: &transform,
        assigner,
        labels,
        ids: &identity.ids,
        max_bytes: options.max_bytes,
        path: table.path(),
    };
    let Expected { targets, usual, means, judged, out_of_fold } =
        expect::models(&input, &progress)?;
    let recommended = describe::eligible(schema, &options.recommend)?;
    let predicted = if targets.is_empty() { &usual.models } else { &targets };
    let told = playbook::told(&options.told, schema, predicted, &infos)?;
    let gaps =
        || usual.gaps(schema, &dataset, &transform, assigner, &input.segments(), &recommended);
    let gap = if told.is_none() { gaps() } else { None };
    let Usual { models: usual, quality: usual_quality, .. } = usual;
    let parts = ModelParts {
        assigner: assigner.clone(),
        segments: infos,
        targets,
        playbook: told.unwrap_or_else(|| describe::typical_gap(&usual, &recommended)),
        usual,
        means,
        training: training(choose.seed, &evidence, identity.next_id),
        baseline: drift::baseline(&dataset, schema, &transform, sizes, min_level),
        schema: schema.clone(),
        transform: transform.clone(),
    };
    let (bytes, artifact) = encoded(parts, options.max_bytes, table.path())?;
    // What is reported is what the artifact says, read back from its own bytes.
    let by_artifact = sizes_by(&artifact, &dataset, n_segments).into_iter();
    let counted =
        |(profile, size)| SegmentProfile { size, share: size as f64 / usable as f64, ..profile };
    let segments: Vec<SegmentProfile> =
        described.into_iter().zip(by_artifact).map(counted).collect();
    // However small a segment may be, no figure is of fewer.
    let shown_together = choose.min_segment.max(FEWEST_SHOWN);
    let pictures = pictures::pictures(&pictures::Input {
        x: x.view(),
        labels,
        ids: &identity.ids,
        features: &describe::feature_names(artifact.model().parts()),
        silhouettes: silhouettes.map_or(&[][..], |silhouette| &silhouette.values),
        schema,
        dataset: &dataset,
        min_customers: shown_together,
    });
    let names: Vec<String> = segments.iter().map(|segment| segment.name.clone()).collect();
    Ok(Fitted {
        groups: describe::groups::groups(schema, &dataset, labels, n_segments, shown_together),
        map_points: pictures::map_points(x.view(), labels, &identity.ids),
        unknown_ids: unknown_ids(&options.told.segments, &identity.ids),
        lineage: identity.lineage(&names),
        n_rows: usable,
        findings: findings.into_sorted(),
        bytes,
        artifact,
        columns,
        evidence,
        decision,
        segments,
        comparison,
        pictures,
        targets: judged,
        usual: usual_quality,
        gap,
        out_of_fold,
    })
}

/// A table that can be fitted.
struct Ready {
    columns: Vec<ColumnReport>,
    findings: Findings,
    plan: Plan,
    dataset: Dataset,
}

/// What the columns are, and the customers as records.
fn ready(
    table: &Table,
    options: &FitOptions,
    unusable: &mut Unusable,
    progress: impl Fn(Stage),
) -> Result<Ready, Error> {
    progress(Stage::Understanding);
    let Understanding { columns, mut findings, plan } = understand(table, &options.told)?;

    progress(Stage::Preparing);
    let choose = &options.choose;
    let dataset = plan.as_ref().map(|plan| Dataset::build(table, plan, choose.seed, unusable));
    unusable.tell(&mut findings);
    let usable = dataset.as_ref().map_or(table.n_rows(), |dataset| dataset.customers.len());
    findings.too_few_rows(usable, choose);
    let (Some(plan), Some(dataset), false) = (plan, dataset, findings.has_errors()) else {
        let path = table.path().into();
        return Err(Error::Unready { path, findings: findings.into_errors() });
    };
    if let Some(column) = options.impute.misfit(&plan.schema) {
        return Err(Error::Usage {
            what: format!("`{}` cannot be imputed so: it holds no numbers", column.name),
            hint: "mean and zero are for numbers; missing words count as the most frequent one"
                .into(),
        });
    }
    Ok(Ready { columns, findings, plan, dataset })
}

/// How the number of segments was chosen, as the artifact keeps it.
fn training(seed: u64, evidence: &Evidence, next_segment_id: u16) -> Training {
    let knee =
        |knee: &Option<KneeEvidence>| knee.as_ref().and_then(|knee| u16::try_from(knee.k).ok());
    Training {
        seed,
        wcss: evidence.curve.iter().map(|point| point.wcss).collect(),
        knee_from_one: knee(&evidence.elbow.from_one),
        knee_from_two: knee(&evidence.elbow.from_two),
        next_segment_id,
    }
}

/// What the artifact holds of each segment.
fn infos(described: &[SegmentProfile], distances: Vec<Vec<f64>>) -> Vec<SegmentInfo> {
    let info = |(profile, distances): (&SegmentProfile, Vec<f64>)| SegmentInfo {
        description: profile.description.clone(),
        stability_percent: profile.jaccard.map(percent),
        calibration: Calibration::from_distances(distances),
        ..SegmentInfo::new(profile.id, &profile.name, percent(profile.share))
    };
    described.iter().zip(distances).map(info).collect()
}

/// A share in whole percents.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
fn percent(share: f64) -> u8 {
    math::floor(100.0 * share + 0.5) as u8
}
