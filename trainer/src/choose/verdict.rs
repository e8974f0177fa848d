//! How real the segments are, and the record of the decision.

use super::votes::{self, STABLE};
use super::{ChooseOptions, Number, Own, Structure, segments};
use crate::decision::{Criterion, Decision, Verdict};
use crate::evidence::{Evidence, KneeEvidence, PerK, ZeroPattern};

/// A segment with a smaller share of the customers is a sliver.
pub const SLIVER: f64 = 0.02;

/// Below this mean Jaccard similarity a segment dissolves (Hennig 2007).
const DISSOLVES: f64 = 0.6;

/// From this normalised mutual information on, a segmentation is largely a pattern of zeros.
const MOSTLY_ZEROS: f64 = 0.4;

pub(super) fn decision(
    evidence: &Evidence,
    options: &ChooseOptions,
    number: Number,
    own: Own<'_>,
) -> Decision {
    let Number { k, chosen_by, elbow, structure, mut why } = number;
    let point = &PerK {
        k,
        smallest_segment: own.sizes.iter().copied().min().unwrap_or(0),
        jaccard: own.jaccard.to_vec(),
        ..PerK::default()
    };
    let stability = Stability::of(point);
    let at_structure = own.as_by_k_means && structure.is_some_and(|found| found.k == k);
    let verdict = verdict(k, at_structure, stability.as_ref());
    let no_segments_worth_having = k == 1
        || (verdict == Verdict::Constructive && stability.as_ref().is_some_and(Stability::is_poor));
    let criteria = criteria(evidence, elbow, structure);
    let agreeing = criteria.iter().filter(|criterion| criterion.k == Some(k)).count();
    let deciding = criteria.iter().filter(|criterion| criterion.k.is_some()).count();
    let others: Vec<String> = criteria
        .iter()
        .filter_map(|criterion| Some((criterion.name, criterion.k.filter(|&other| other != k)?)))
        .map(|(name, other)| format!("{name} {other}"))
        .collect();
    let others =
        if others.is_empty() { String::new() } else { format!(" (others: {})", others.join(", ")) };
    why.push(format!("{agreeing} of {deciding} criteria that decide choose {k}{others}."));
    if let Some(found) = structure.filter(|found| found.k != k) {
        why.push(format!(
            "The customers fall into {} by themselves; this is another number.",
            groups(found.k)
        ));
    }
    if let Some(zeros) = evidence.zero_pattern.as_ref().filter(|zeros| zeros.nmi < MOSTLY_ZEROS) {
        why.push(format!("{}.", zeros_in_words(zeros)));
    }
    Decision {
        k,
        chosen_by,
        verdict,
        believe: believe(k, verdict, no_segments_worth_having, structure, stability.as_ref()),
        no_segments_worth_having,
        criteria,
        agreeing,
        why,
        warnings: warnings(evidence, options, point, stability.as_ref()),
    }
}

/// How well the segments of one k are found again.
struct Stability {
    /// The mean over customers.
    mean: f64,
    weakest: f64,
    dissolving: usize,
    n_segments: usize,
}

impl Stability {
    fn of(point: &PerK) -> Option<Self> {
        let jaccard = &point.jaccard;
        let weakest = votes::weakest(point)?;
        let mut sum = 0.0;
        for value in jaccard {
            sum += value;
        }
        Some(Self {
            mean: sum / jaccard.len() as f64,
            weakest,
            dissolving: jaccard.iter().filter(|value| **value < DISSOLVES).count(),
            n_segments: jaccard.len(),
        })
    }

    fn is_reproducible(&self) -> bool {
        self.mean >= STABLE && self.dissolving == 0
    }

    /// Most of the segments are not found again.
    fn is_poor(&self) -> bool {
        self.mean < DISSOLVES || 2 * self.dissolving > self.n_segments
    }
}

/// Natural: the curve beats data without groups, at this k. Reproducible: it does not, but each segment has a
/// mean Jaccard similarity of at least 0.6 and all together 0.75.
fn verdict(k: usize, at_structure: bool, stability: Option<&Stability>) -> Verdict {
    if k > 1 && at_structure {
        return Verdict::Natural;
    }
    match stability {
        Some(stability) if stability.is_reproducible() => Verdict::Reproducible,
        _ => Verdict::Constructive,
    }
}

fn groups(k: usize) -> String {
    if k == 1 { "one group".into() } else { format!("{k} groups") }
}

fn believe(
    k: usize,
    verdict: Verdict,
    no_segments: bool,
    structure: Option<Structure>,
    stability: Option<&Stability>,
) -> String {
    if k == 1 {
        return "There are no segments here: all customers are treated alike.".into();
    }
    let elsewhere = structure.filter(|found| found.k != k);
    match verdict {
        Verdict::Natural if stability.is_some_and(Stability::is_poor) => format!(
            "The {k} segments are natural, but not these borders: customers gather in groups, more clearly than in \
             data made without any, yet other samples of them draw the borders elsewhere."
        ),
        Verdict::Natural => format!(
            "The {k} segments are natural: customers gather in groups, more clearly than in data made without any."
        ),
        Verdict::Reproducible if let Some(found) = elsewhere => format!(
            "The {k} segments are reproducible, not natural: customers gather in {}, and these cut or join \
             them, but the same segments come back when the customers are sampled again.",
            groups(found.k)
        ),
        Verdict::Constructive if let Some(found) = elsewhere => format!(
            "The {k} segments are constructive: customers gather in {}, and these cut or join them as is \
             convenient. Some of the borders would lie elsewhere in another sample.",
            groups(found.k)
        ),
        Verdict::Reproducible => format!(
            "The {k} segments are reproducible, not natural: there are no gaps between them, but the same \
             segments come back when the customers are sampled again. Use them as a stable way to divide a \
             continuum."
        ),
        Verdict::Constructive if no_segments => "There are no segments worth having: customers form one \
             continuum, and other samples of them divide it elsewhere. If you need a division, use this one as a \
             convenience and do not read meaning into its borders."
            .into(),
        Verdict::Constructive => format!(
            "The {k} segments are constructive: a convenient division of a continuum. Usable, but some of the \
             borders would lie elsewhere in another sample of the same customers."
        ),
    }
}

fn criteria(evidence: &Evidence, elbow: usize, structure: Option<Structure>) -> Vec<Criterion> {
    let curve = &evidence.curve;
    let at = |k: usize| &curve[k - 1];
    let figure = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.2}"));
    let silhouette = votes::silhouette(curve);
    let stability = votes::stability(curve);
    let strength = votes::prediction_strength(curve);
    let variance_ratio = votes::calinski_harabasz(curve);
    let davies_bouldin = votes::davies_bouldin(curve);
    let mut criteria = vec![
        Criterion {
            name: "elbow",
            k: Some(elbow),
            note: if structure.is_some() {
                "stronger than in data without groups"
            } else {
                "no stronger than in data without groups"
            }
            .into(),
        },
        knee("knee from k = 1", evidence.elbow.from_one.as_ref()),
        knee("knee from k = 2", evidence.elbow.from_two.as_ref()),
    ];
    if let Some(bend) = evidence.elbow.bend {
        criteria.push(Criterion {
            name: "bend on the scale of ratios",
            k: structure.filter(|found| found.by_bend).map(|_| bend.k),
            note: format!(
                "{:.2} at {}, against {:.2} in data without groups",
                bend.size, bend.k, bend.nulls_95
            ),
        });
    }
    let plain = |name, k: Option<usize>, note| Criterion { name, k, note };
    criteria.extend([
        plain("silhouette", silhouette, figure(silhouette.and_then(|k| at(k).silhouette))),
        plain(
            "gap",
            evidence.gap.k,
            if evidence.gap.undecided {
                "still rising at the end".into()
            } else {
                format!("{} reference data sets", evidence.gap.references)
            },
        ),
        plain(
            "Calinski-Harabasz",
            variance_ratio,
            figure(variance_ratio.and_then(|k| at(k).calinski_harabasz)),
        ),
        plain(
            "Davies-Bouldin",
            davies_bouldin,
            figure(davies_bouldin.and_then(|k| at(k).davies_bouldin)),
        ),
        plain(
            "stability",
            stability,
            match stability.map(|k| votes::weakest(at(k)).unwrap_or_default()) {
                Some(weakest) if weakest >= STABLE => {
                    format!("the most whose weakest segment is stable: {weakest:.2}")
                }
                Some(weakest) => format!("the best weakest segment: {weakest:.2}; none is stable"),
                None => String::new(),
            },
        ),
        plain(
            "prediction strength",
            strength,
            match strength {
                Some(1) => format!("none reaches {}", votes::STRONG),
                Some(k) => figure(at(k).prediction_strength),
                None => String::new(),
            },
        ),
    ]);
    criteria
}

fn knee(name: &'static str, evidence: Option<&KneeEvidence>) -> Criterion {
    let Some(knee) = evidence else { return Criterion { name, k: None, note: "no knee".into() } };
    let mut note = format!(
        "strength {:.2}, against {:.2} in data without groups",
        knee.sample_strength,
        knee.gaussian_95.max(knee.uniform_95).max(knee.permuted_95.unwrap_or(0.0))
    );
    let moved = |other: Option<usize>| other.is_some_and(|other| other != knee.k);
    if moved(knee.k_shorter) || moved(knee.k_longer) {
        let others: Vec<String> =
            [knee.k_shorter, knee.k_longer].iter().flatten().map(usize::to_string).collect();
        note = format!("{note}; {} when the range changes by 3", others.join(" and "));
    }
    Criterion { name, k: Some(knee.k), note }
}

fn warnings(
    evidence: &Evidence,
    options: &ChooseOptions,
    point: &PerK,
    stability: Option<&Stability>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    let n = evidence.curve[0].smallest_segment;
    let is_sliver = |point: &PerK| {
        point.k > 1
            && ((point.smallest_segment as f64) < SLIVER * n as f64
                || point.smallest_segment < options.min_segment)
    };
    if is_sliver(point) {
        warnings.push(format!(
            "The smallest segment is a sliver: {} of {n} customers.",
            point.smallest_segment
        ));
    }
    if let Some(best) = votes::silhouette(&evidence.curve).map(|k| &evidence.curve[k - 1])
        && is_sliver(best)
    {
        warnings.push(format!(
            "The best silhouette, at {}, is made by outliers: it splits off {} of {n} customers.",
            segments(best.k),
            best.smallest_segment
        ));
    }
    if let Some(stability) = stability.filter(|stability| stability.dissolving > 0) {
        warnings.push(format!(
            "{} of the {} segments {} when the customers are sampled again (Jaccard similarity down to {:.2}): do \
             not act on {} by itself.",
            stability.dissolving,
            stability.n_segments,
            if stability.dissolving == 1 { "dissolves" } else { "dissolve" },
            stability.weakest,
            if stability.dissolving == 1 { "it" } else { "any of them" }
        ));
    }
    if let Some(zeros) = evidence.zero_pattern.as_ref().filter(|zeros| zeros.nmi >= MOSTLY_ZEROS) {
        warnings.push(format!(
            "Much of the segmentation is merely a pattern of zeros. {}.",
            zeros_in_words(zeros)
        ));
    }
    warnings
}

fn zeros_in_words(zeros: &ZeroPattern) -> String {
    format!(
        "Its normalised mutual information with which of {} are zero is {:.2}, of 1",
        zeros.columns.join(", "),
        zeros.nmi
    )
}
