//! How many segments: weighs the evidence, and writes down why.

mod verdict;
mod votes;

use crate::algorithms::prototypes::PrototypesError;
use crate::decision::Decision;
use crate::evidence::nulls::RANGE_CHANGE;
use crate::evidence::{ElbowEvidence, Evidence, KneeEvidence, PerK};
use crate::kmeans::KMeansError;

pub use self::verdict::SLIVER;

/// Which evidence decides on the number of segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChooseBy {
    /// The elbow of the curve of inertia.
    #[default]
    Elbow,
    /// The largest mean silhouette.
    Silhouette,
    /// The gap statistic.
    Gap,
    /// The most segments that are all found again.
    Stability,
}

impl ChooseBy {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Elbow, Self::Silhouette, Self::Gap, Self::Stability];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Elbow => "elbow",
            Self::Silhouette => "silhouette",
            Self::Gap => "gap",
            Self::Stability => "stability",
        }
    }
}

/// A smaller bend that beats its nulls counts by itself: the share of the inertia that one segment more would
/// have removed and does not.
const CLEAR_BEND: f64 = 0.09;

/// A smaller one counts where a knee at the same k stands out too.
const SLIGHT_BEND: f64 = 0.06;

/// By so many standard deviations a knee exceeds those of data without groups if it is to support a bend.
const SUPPORTING_KNEE: f64 = 2.5;

/// And by so many if it is to count by itself. Several curves and kinds of data are tried, and heavy tails beat the
/// 95 % quantiles more often than a twentieth of draws: noise was seen to exceed its nulls by 3.1.
const CLEAR_KNEE: f64 = 4.0;

/// What the person asked for.
#[derive(Debug, Clone, Copy)]
pub struct ChooseOptions {
    /// This many, whatever the evidence says.
    pub segments: Option<usize>,
    /// The curve ends here.
    pub max_segments: usize,
    /// No segment may be smaller.
    pub min_segment: usize,
    /// The seed of everything random.
    pub seed: u64,
    /// Which evidence decides.
    pub by: ChooseBy,
}

impl ChooseOptions {
    /// The last number of segments that is fitted: a few beyond the range, to see whether a knee moves.
    pub fn last_tried(&self) -> usize {
        (self.max_segments + RANGE_CHANGE).max(self.segments.unwrap_or(0))
    }
}

/// Why no number of segments will do.
#[derive(Debug)]
pub enum ChooseError {
    /// So many segments make one that is too small, of so many customers.
    TooSmall(usize, usize),
    /// The algorithm is left with fewer segments than asked for.
    Fewer(usize),
    /// There are fewer different customers than segments asked for; how many there are.
    TooFewDistinct(usize),
    /// The kernel refused.
    KMeans(KMeansError),
    /// Prototypes do not suit these customers.
    Prototypes(PrototypesError),
}

/// The groups that the data have of their own, where the curve beats that of data without groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Structure {
    k: usize,
    by_bend: bool,
}

/// A number of segments, with the reasons.
#[derive(Debug)]
pub struct Number {
    /// The number.
    pub k: usize,
    chosen_by: &'static str,
    /// The elbow's number.
    pub elbow: usize,
    structure: Option<Structure>,
    why: Vec<String>,
}

impl Number {
    /// The number at which the cost of prototypes has its elbow instead.
    #[must_use]
    pub fn by_cost(self, k: usize) -> Self {
        let why = format!(
            "The cost of prototypes has its elbow at {k}; the other criteria were taken on k-means."
        );
        Self { k, chosen_by: "cost", why: vec![why], ..self }
    }

    /// The number that a mixture's own criterion chooses instead (Schwarz 1978).
    #[must_use]
    pub fn by_bic(self, k: usize, bic: f64) -> Self {
        let why = format!(
            "The mixture has its smallest BIC, {bic:.0}, at {}; the other criteria were taken on k-means.",
            segments(k)
        );
        Self { k, chosen_by: "bic", why: vec![why], ..self }
    }
}

/// Decides on the number of segments.
///
/// `previous` is the number of segments of the model that is to be continued: it is kept unless the evidence
/// against it is clear (there are natural groups, and not so many; a segment of it would be too small; or it
/// dissolves where the number that the evidence speaks for does not).
///
/// # Errors
/// When the person asked for a number that cannot be.
pub fn number(
    evidence: &Evidence,
    options: &ChooseOptions,
    previous: Option<usize>,
) -> Result<Number, ChooseError> {
    let curve = &evidence.curve;
    let structure = structure(&evidence.elbow);
    let elbow = elbow(evidence, structure);
    let mut why = Vec::new();
    if let Some(k) = options.segments {
        let point = curve.get(k - 1).ok_or(ChooseError::TooFewDistinct(curve.len()))?;
        // One segment tells nobody apart, so it is never too small.
        if k > 1 && point.smallest_segment < options.min_segment {
            return Err(ChooseError::TooSmall(k, point.smallest_segment));
        }
        why.push(format!("You asked for {}.", segments(k)));
        return Ok(Number { k, chosen_by: "asked", elbow, structure, why });
    }
    let (wanted, by) = wanted(evidence, options.by, elbow, structure, &mut why);
    let open = largest_open(curve, wanted, options.min_segment);
    if open < wanted {
        why.push(format!(
            "Of {} the smallest would have fewer than {} customers, so the largest number below without such a \
             segment is taken.",
            segments(wanted),
            options.min_segment
        ));
    }
    let kept = previous.filter(|&old| is_kept(old, open, evidence, options, structure));
    let (k, chosen_by) = match kept.filter(|&old| old != open) {
        Some(old) => {
            why.push(format!(
                "The previous model has {}, and nothing speaks clearly against keeping them.",
                segments(old)
            ));
            (old, "previous")
        }
        None => (open, by),
    };
    Ok(Number { k, chosen_by, elbow, structure, why })
}

/// The segments that were found with a number, by whichever algorithm.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// The customers of each.
    pub sizes: &'a [usize],
    /// How well each is found again by the same algorithm; empty where that was not measured.
    pub jaccard: &'a [f64],
    /// Whether they are those of k-means, or nearly: what its curve says is then true of them.
    pub as_by_k_means: bool,
}

/// The record of a decision. The evidence may have grown since the number was chosen: by what is known of its
/// segments only.
pub fn decide(
    evidence: &Evidence,
    options: &ChooseOptions,
    number: Number,
    own: Own<'_>,
) -> Decision {
    verdict::decision(evidence, options, number, own)
}

/// "1 segment", "5 segments".
fn segments(k: usize) -> String {
    if k == 1 { "1 segment".into() } else { format!("{k} segments") }
}

/// The number that the deciding criterion wants, with the reason in words.
fn wanted(
    evidence: &Evidence,
    by: ChooseBy,
    elbow: usize,
    structure: Option<Structure>,
    why: &mut Vec<String>,
) -> (usize, &'static str) {
    let voted = match by {
        ChooseBy::Elbow => None,
        ChooseBy::Silhouette => votes::silhouette(&evidence.curve),
        ChooseBy::Gap => evidence.gap.k,
        ChooseBy::Stability => votes::stability(&evidence.curve),
    };
    if let Some(k) = voted {
        why.push(format!("The {} chooses {}, as you asked it to.", by.name(), segments(k)));
        return (k, by.name());
    }
    if by != ChooseBy::Elbow {
        why.push(format!("The {} does not decide, so the elbow does.", by.name()));
    }
    why.push(elbow_in_words(&evidence.elbow, elbow, structure));
    (elbow, ChooseBy::Elbow.name())
}

fn elbow_in_words(evidence: &ElbowEvidence, k: usize, structure: Option<Structure>) -> String {
    let from_two = evidence.from_two.as_ref().filter(|two| two.k == k);
    let knee = from_two.or(evidence.from_one.as_ref());
    match (structure, knee) {
        (Some(Structure { k, by_bend: true }), _) => format!(
            "The curve of inertia bends at {k}: one segment more removes a far smaller share of it than the last one \
             did, more so than in data without groups."
        ),
        (Some(Structure { k, .. }), _) => format!(
            "The curve of inertia has its elbow at {k}, and it is clearly stronger than in data without groups."
        ),
        (None, Some(knee)) => format!(
            "The curve of inertia{} has its elbow at {k}; it is {} in data of the same shape without groups.",
            if from_two.is_some() { " from two segments on" } else { "" },
            if knee.beats_nulls { "not clearly stronger than" } else { "no stronger than" }
        ),
        (None, None) => {
            format!(
                "The curve of inertia has no elbow; {} is the least that it allows.",
                segments(k)
            )
        }
    }
}

/// Where the curve beats data without groups. The bend on the scale of ratios comes first, for it does not
/// depend on how large the first drops are; then the knee that stands out more.
fn structure(elbow: &ElbowEvidence) -> Option<Structure> {
    let beating = |knee: &Option<KneeEvidence>, excess| {
        knee.clone().filter(|knee| knee.beats_nulls && knee.excess >= excess)
    };
    let knees = [&elbow.from_one, &elbow.from_two];
    if let Some(bend) = elbow.bend.filter(|bend| bend.beats_nulls) {
        let supports = |knee: &&Option<KneeEvidence>| {
            beating(knee, SUPPORTING_KNEE).is_some_and(|knee| knee.k == bend.k)
        };
        let is_supported = knees.iter().any(supports);
        if bend.size >= CLEAR_BEND || bend.size >= SLIGHT_BEND && is_supported {
            return Some(Structure { k: bend.k, by_bend: true });
        }
    }
    let stronger = match knees.map(|knee| beating(knee, CLEAR_KNEE)) {
        [Some(one), Some(two)] => Some(if two.excess > one.excess { two } else { one }),
        [one, two] => one.or(two),
    };
    stronger.map(|knee| Structure { k: knee.k, by_bend: false })
}

/// The elbow: where the curve beats data without groups; else the knee from k = 2, which the first drop does
/// not dwarf; else the knee from k = 1; else 2 if that is less than one segment's inertia, or 1.
fn elbow(evidence: &Evidence, structure: Option<Structure>) -> usize {
    let ElbowEvidence { from_one, from_two, .. } = &evidence.elbow;
    let knee = from_two.as_ref().or(from_one.as_ref()).map(|knee| knee.k);
    let without = match evidence.curve.as_slice() {
        [one, two, ..] if two.wcss < one.wcss => 2,
        _ => 1,
    };
    structure.map(|found| found.k).or(knee).unwrap_or(without)
}

/// The largest number up to `k` without a segment that is too small; 1 has none.
fn largest_open(curve: &[PerK], k: usize, min_segment: usize) -> usize {
    let is_open = |&k: &usize| curve.get(k - 1).is_some_and(|p| p.smallest_segment >= min_segment);
    (2..=k).rev().find(is_open).unwrap_or(1)
}

fn is_kept(
    old: usize,
    new: usize,
    evidence: &Evidence,
    options: &ChooseOptions,
    structure: Option<Structure>,
) -> bool {
    let Some(point) = old.checked_sub(1).and_then(|i| evidence.curve.get(i)) else { return false };
    let weakest = |k: usize| votes::weakest(&evidence.curve[k - 1]);
    let dissolves =
        matches!((weakest(old), weakest(new)), (Some(o), Some(n)) if o < 0.6 && n >= 0.75);
    let elsewhere = structure.is_some_and(|found| found.k != old);
    (old == 1 || point.smallest_segment >= options.min_segment) && !dissolves && !elsewhere
}

#[cfg(test)]
mod tests;
