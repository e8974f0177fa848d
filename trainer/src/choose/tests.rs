use super::*;
use crate::decision::Verdict;
use crate::evidence::{BendEvidence, GapChoice, NullSets, Resampling, SampleSize, ZeroPattern};

/// A curve of ten points whose segments all have 100 customers, and nothing else known.
fn evidence() -> Evidence {
    let curve = (1..=10).map(|k| PerK {
        k,
        wcss: 1000.0 / k as f64,
        smallest_segment: 1000 / k,
        jaccard: if k == 1 { vec![] } else { vec![0.8; k] },
        ..PerK::default()
    });
    Evidence {
        curve: curve.collect(),
        elbow: ElbowEvidence {
            k: 1,
            from_one: None,
            from_two: None,
            bend: None,
            nulls: NullSets { rows: 1000, gaussian: 39, uniform: 50, permuted: 0 },
        },
        silhouette: SampleSize { rows: 1000, exact: true },
        gap: GapChoice { k: None, undecided: true, references: 50, rows: 1000 },
        stability: Resampling { rows: 500, resamples: 50, splits: 10 },
        zero_pattern: None,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as it stands in the evidence")]
fn knee(k: usize, excess: f64) -> Option<KneeEvidence> {
    Some(KneeEvidence {
        k,
        strength: 0.3,
        sample_strength: 0.3,
        gaussian_95: 0.3,
        uniform_95: 0.3,
        permuted_95: None,
        excess,
        beats_nulls: excess > 0.0,
        k_shorter: Some(k),
        k_longer: Some(k + 1),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "as it stands in the evidence")]
fn bend(k: usize) -> Option<BendEvidence> {
    Some(BendEvidence { k, size: 0.5, nulls_95: 0.1, beats_nulls: true })
}

const PLAIN: ChooseOptions = ChooseOptions {
    segments: None,
    max_segments: 10,
    min_segment: 20,
    seed: 0,
    by: ChooseBy::Elbow,
};

fn decide(
    evidence: &Evidence,
    options: &ChooseOptions,
    previous: Option<usize>,
) -> Result<Decision, ChooseError> {
    let number = number(evidence, options, previous)?;
    let point = &evidence.curve[number.k - 1];
    let own =
        Own { sizes: &[point.smallest_segment], jaccard: &point.jaccard, as_by_k_means: true };
    Ok(super::decide(evidence, options, number, own))
}

fn decided(evidence: &Evidence) -> Decision {
    decide(evidence, &PLAIN, None).unwrap()
}

#[test]
fn the_knee_that_stands_out_more_from_its_nulls_decides_and_the_segments_are_natural() {
    let mut evidence = evidence();
    (evidence.elbow.from_one, evidence.elbow.from_two) = (knee(2, 9.0), knee(6, 5.0));
    let decision = decided(&evidence);
    assert_eq!((decision.k, decision.verdict), (2, Verdict::Natural));
    evidence.elbow.from_two = knee(6, 10.0);
    assert_eq!(decided(&evidence).k, 6);
}

#[test]
fn where_no_knee_beats_its_nulls_the_one_from_two_decides_and_nothing_is_natural() {
    let mut evidence = evidence();
    (evidence.elbow.from_one, evidence.elbow.from_two) = (knee(3, -1.0), knee(5, -2.0));
    let decision = decided(&evidence);
    assert_eq!((decision.k, decision.verdict), (5, Verdict::Reproducible));
    assert!(decision.why[0].contains("no stronger"), "{:?}", decision.why);
    evidence.curve[4].jaccard = vec![0.8, 0.8, 0.8, 0.8, 0.5];
    let decision = decided(&evidence);
    assert_eq!((decision.k, decision.verdict), (5, Verdict::Constructive));
    assert!(!decision.no_segments_worth_having);
    assert!(
        decision.warnings[0].contains("1 of the 5 segments dissolves"),
        "{:?}",
        decision.warnings
    );
    evidence.curve[4].jaccard = vec![0.4; 5];
    assert!(decided(&evidence).no_segments_worth_having);
}

#[test]
fn a_bend_on_the_scale_of_ratios_finds_many_groups_that_the_first_drops_hide() {
    let mut evidence = evidence();
    evidence.elbow.from_one = knee(4, 5.0);
    evidence.elbow.bend = bend(8);
    let decision = decided(&evidence);
    assert_eq!((decision.k, decision.verdict), (8, Verdict::Natural));
}

#[test]
fn a_number_that_was_asked_for_is_taken_and_natural_only_where_the_groups_are() {
    let mut evidence = evidence();
    evidence.elbow.bend = bend(3);
    let asked = |k| decide(&evidence, &ChooseOptions { segments: Some(k), ..PLAIN }, None);
    assert_eq!(asked(3).unwrap().verdict, Verdict::Natural);
    let other = asked(4).unwrap();
    assert_eq!((other.k, other.chosen_by, other.verdict), (4, "asked", Verdict::Reproducible));
    assert!(other.why.iter().any(|why| why.contains("3 groups")), "{:?}", other.why);
    assert!(matches!(asked(11), Err(ChooseError::TooFewDistinct(10))));
    evidence.curve[3].smallest_segment = 19;
    let asked = decide(&evidence, &ChooseOptions { segments: Some(4), ..PLAIN }, None);
    assert!(matches!(asked, Err(ChooseError::TooSmall(4, 19))));
}

#[test]
fn a_number_with_too_small_a_segment_is_closed() {
    let mut evidence = evidence();
    evidence.elbow.from_two = knee(5, -1.0);
    evidence.curve[4].smallest_segment = 3;
    let decision = decided(&evidence);
    assert_eq!(decision.k, 4);
    assert!(decision.why.iter().any(|why| why.contains("fewer than 20")), "{:?}", decision.why);
}

#[test]
fn other_criteria_choose_where_they_are_told_to() {
    let mut evidence = evidence();
    evidence.elbow.from_two = knee(5, -1.0);
    evidence.curve[1].silhouette = Some(0.5);
    evidence.curve[2].silhouette = Some(0.6);
    evidence.gap.k = Some(7);
    evidence.curve[5].jaccard[0] = 0.7;
    for point in &mut evidence.curve[6..] {
        point.jaccard[0] = 0.7;
    }
    let by = |by| decide(&evidence, &ChooseOptions { by, ..PLAIN }, None).unwrap();
    assert_eq!(by(ChooseBy::Silhouette).k, 3);
    assert_eq!(by(ChooseBy::Gap).k, 7);
    assert_eq!(by(ChooseBy::Stability).k, 5);
    evidence.gap.k = None;
    let undecided = decide(&evidence, &ChooseOptions { by: ChooseBy::Gap, ..PLAIN }, None).unwrap();
    assert_eq!((undecided.k, undecided.chosen_by), (5, "elbow"));
}

#[test]
fn a_previous_number_is_kept_until_the_evidence_against_it_is_clear() {
    let mut evidence = evidence();
    evidence.elbow.from_two = knee(5, -1.0);
    let k = |evidence: &Evidence| decide(evidence, &PLAIN, Some(4)).unwrap();
    assert_eq!((k(&evidence).k, k(&evidence).chosen_by), (4, "previous"));
    let mut small = evidence.clone();
    small.curve[3].smallest_segment = 19;
    assert_eq!(k(&small).k, 5);
    let mut unstable = evidence.clone();
    unstable.curve[3].jaccard[2] = 0.5;
    assert_eq!(k(&unstable).k, 5);
    evidence.elbow.bend = bend(5);
    assert_eq!(k(&evidence).k, 5);
}

#[test]
fn slivers_scores_made_by_outliers_and_patterns_of_zeros_are_pointed_out() {
    let mut evidence = evidence();
    evidence.elbow.from_two = knee(5, -1.0);
    evidence.curve[1].smallest_segment = 15;
    evidence.curve[1].silhouette = Some(0.9);
    evidence.curve[4].smallest_segment = 19;
    let options = ChooseOptions { min_segment: 1, ..PLAIN };
    let zeros = ZeroPattern {
        columns: vec!["cash".into(), "cheques".into()],
        nmi: 0.6,
        adjusted_rand: 0.5,
        patterns: 4,
    };
    evidence.zero_pattern = Some(zeros);
    let decision = decide(&evidence, &options, None).unwrap();
    let warned = decision.warnings.join(" ");
    assert!(warned.contains("sliver: 19 of 1000"), "{warned}");
    assert!(warned.contains("at 2 segments, is made by outliers"), "{warned}");
    assert!(warned.contains("cash, cheques are zero is 0.60"), "{warned}");
    evidence.zero_pattern.as_mut().unwrap().nmi = 0.1;
    let decision = decide(&evidence, &options, None).unwrap();
    assert!(decision.why.iter().any(|why| why.contains("is 0.10")), "{:?}", decision.why);
}

#[test]
fn a_curve_without_a_knee_has_one_segment_or_two() {
    let mut evidence = evidence();
    assert_eq!(decided(&evidence).k, 2);
    evidence.curve.truncate(1);
    let decision = decided(&evidence);
    assert_eq!((decision.k, decision.no_segments_worth_having), (1, true));
}
