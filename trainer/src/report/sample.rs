//! Figures to draw, made up but of a plausible size: how many segments and columns is the test's choice.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "made-up figures are small"
)]

use shared::math;
use shared::segment_model::{Target, TargetKind, softmax};

use crate::compare::Compared;
use crate::decision::{Criterion, Decision, Verdict};
use crate::describe::profile::{Group, GroupMix, SegmentProfile, Trait, TypicalValue};
use crate::evidence::{
    ElbowEvidence, Evidence, GapChoice, KneeEvidence, NullSets, PerK, Resampling, SampleSize,
    Standing, ZeroPattern,
};
use crate::expect::family::Shape;
use crate::expect::selection::Choice;
use crate::infer::findings::{Finding, Severity};
use crate::judge::{Answers, Judged, JudgedTarget, Who, judge};
use crate::lineage::{Change, Lineage};
use crate::metrics::{ColumnFigures, Metrics};
use crate::pictures::{Distribution, Ellipse, Heat, Map, MapCell, Pictures, SilhouetteBars};
use crate::random::{Purpose, Stream};
use crate::usual::{GapAt, GapQuality, UsualQuality};

const COLUMNS: [&str; 17] = [
    "BALANCE",
    "BALANCE_FREQUENCY",
    "PURCHASES",
    "ONEOFF_PURCHASES",
    "INSTALLMENTS_PURCHASES",
    "CASH_ADVANCE",
    "PURCHASES_FREQUENCY",
    "ONEOFF_PURCHASES_FREQUENCY",
    "PURCHASES_INSTALLMENTS_FREQUENCY",
    "CASH_ADVANCE_FREQUENCY",
    "CASH_ADVANCE_TRX",
    "PURCHASES_TRX",
    "CREDIT_LIMIT",
    "PAYMENTS",
    "MINIMUM_PAYMENTS",
    "PRC_FULL_PAYMENT",
    "TENURE",
];

const NAMES: [&str; 5] = [
    "Instalment buyers who pay in full",
    "Cash borrowers with high balances",
    "Quiet accounts, rarely used",
    "Heavy buyers of everything",
    "One-off buyers",
];

/// What [`Metrics`] borrows.
pub(super) struct Sample {
    rows: usize,
    names: Vec<String>,
    evidence: Evidence,
    decision: Decision,
    segments: Vec<SegmentProfile>,
    groups: Vec<GroupMix>,
    comparison: Vec<Compared>,
    lineage: Option<Lineage>,
    pictures: Pictures,
    usual: Vec<UsualQuality>,
    gap: Option<GapQuality>,
    pub(super) targets: Vec<JudgedTarget>,
    findings: Vec<Finding>,
}

impl Sample {
    /// Five segments of seventeen columns, with everything that a report can have.
    pub(super) fn full() -> Self {
        Self::of(5, COLUMNS.map(String::from).to_vec(), &NAMES.map(String::from))
    }

    /// Many segments and columns.
    pub(super) fn of_size(n_segments: usize, n_columns: usize) -> Self {
        let columns = (0..n_columns).map(|i| format!("{}_{i}", COLUMNS[i % 17].to_lowercase()));
        let names = (0..n_segments).map(|i| format!("{} {i}", NAMES[i % 5]));
        Self::of(n_segments, columns.collect(), &names.collect::<Vec<_>>())
    }

    /// Names that are markup, and names that are long.
    pub(super) fn hostile() -> Self {
        let mut columns = COLUMNS.map(String::from).to_vec();
        columns[0] = "<script>alert(1)</script>".into();
        columns[1] = "a & b \"c\" 'd' </title></svg><img src=x onerror=alert(1)>".into();
        columns[2] = "x".repeat(256);
        columns[3] = "\u{202e}\u{5e74}\u{9f62} {{ metrics }} {% if %}".into();
        let mut names = NAMES.map(String::from).to_vec();
        names[0] = "<script>alert(2)</script> & co".into();
        names[1] = format!("long {}", "name ".repeat(50));
        let mut sample = Self::of(5, columns, &names);
        sample.decision.believe = "<script>alert(3)</script>".into();
        sample.decision.warnings[0] = "</style><script>alert(4)</script>".into();
        sample.findings[0].what = "<script>alert(5)</script>".into();
        sample.groups[0].groups[0].name = "</desc><script>alert(6)</script>".into();
        sample.pictures.distributions[0].bins[0] = "<script>alert(7)</script>".into();
        sample.targets[0].verdict = "<script>alert(8)</script>".into();
        sample.targets[0].quality.target = "<script>alert(9)</script>".into();
        sample.targets[1].quality.lift[0].class = Some("</desc><script>alert(10)</script>".into());
        sample
    }

    /// One segment, and nothing measured.
    pub(super) fn bare() -> Self {
        let mut sample = Self::of(1, vec!["a".into()], &["Like all customers".into()]);
        let first = PerK { k: 1, wcss: 0.0, smallest_segment: 40, ..PerK::default() };
        sample.rows = 40;
        sample.evidence = Evidence {
            curve: vec![first],
            elbow: ElbowEvidence {
                k: 5,
                bend: None,
                from_one: None,
                from_two: None,
                nulls: NullSets { rows: 0, gaussian: 0, uniform: 0, permuted: 0 },
            },
            silhouette: SampleSize { rows: 0, exact: true },
            gap: GapChoice { k: None, undecided: true, references: 0, rows: 0 },
            stability: Resampling { rows: 0, resamples: 0, splits: 0 },
            zero_pattern: None,
        };
        sample.decision.criteria.clear();
        sample.decision.warnings.clear();
        sample.decision.why.clear();
        sample.decision.no_segments_worth_having = true;
        let only = &mut sample.segments[0];
        (only.jaccard, only.standing, only.silhouette) = (None, None, None);
        (only.traits, only.typical) = (Vec::new(), Vec::new());
        sample.groups.clear();
        sample.comparison.clear();
        sample.lineage = None;
        sample.usual.clear();
        sample.gap = None;
        sample.targets.clear();
        sample.findings.clear();
        sample.pictures = Pictures {
            silhouettes: Vec::new(),
            map: None,
            heat: Heat { features: Vec::new(), segments: vec![0], values: Vec::new() },
            distributions: Vec::new(),
        };
        sample
    }

    /// As `full`, where figures went wrong.
    pub(super) fn broken() -> Self {
        let mut sample = Self::full();
        sample.evidence.curve[3].silhouette = Some(f64::NAN);
        sample.evidence.curve[4].gap = Some(f64::INFINITY);
        sample.segments[0].traits[0].effect = f64::NAN;
        sample.pictures.heat.values[0][0] = f64::NAN;
        sample.pictures.distributions[0].all[0] = f64::NAN;
        sample.groups[0].groups[0].shares[0] = f64::NAN;
        sample.pictures.silhouettes[0].values[0] = f64::NAN;
        sample.targets[0].quality.lift[0].groups[0].actual = f64::NAN;
        sample.targets[0].quality.lift[0].groups[1].lift = None;
        sample.targets[0].quality.interval = None;
        sample.targets[1].quality.calibration = None;
        sample.targets[1].quality.compared.truncate(1);
        sample.targets[2].quality.lift.clear();
        sample.pictures.distributions[1].bins.clear();
        sample.pictures.distributions[1].all.clear();
        sample.pictures.distributions[1].segments = vec![Vec::new(); 5];
        sample
    }

    fn of(n_segments: usize, names: Vec<String>, of_segments: &[String]) -> Self {
        let mut stream = Stream::new(1, Purpose::Sample, 0);
        let rows = 8950;
        let weights: Vec<f64> = (0..n_segments).map(|_| 0.15 + stream.unit()).collect();
        let total: f64 = weights.iter().sum();
        let sizes: Vec<usize> =
            weights.iter().map(|weight| (weight / total * rows as f64) as usize).collect();
        let effects: Vec<Vec<f64>> = names
            .iter()
            .map(|_| (0..n_segments).map(|_| 0.9 * stream.normal()).collect())
            .collect();
        Self {
            rows,
            evidence: evidence(n_segments),
            decision: decision(n_segments),
            segments: segments(&names, of_segments, &sizes, &effects, &mut stream),
            groups: vec![gender(n_segments, &mut stream)],
            comparison: comparison(n_segments),
            lineage: Some(lineage()),
            pictures: pictures(&names, &sizes, &effects, &mut stream),
            usual: vec![UsualQuality {
                column: names[0].clone(),
                rows: 8950,
                mae_all: 104.2,
                mae_segment: 78.31,
                mae_usual: 71.04,
                r2_prepared: 0.413,
                segments_help: true,
            }],
            gap: Some(GapQuality {
                customers: 8120,
                columns: names.iter().take(2).cloned().collect(),
                candidates: 6.4,
                at: vec![GapAt {
                    k: 1,
                    precision: 0.31,
                    recall: 0.31,
                    recall_error: 0.005,
                    popular_precision: 0.24,
                    popular_recall: 0.24,
                    lift: Some(1.29),
                    lift_error: Some(0.02),
                }],
            }),
            targets: targets(n_segments),
            findings: findings(),
            names,
        }
    }

    pub(super) fn metrics(&self) -> Metrics<'_> {
        let column = |(i, name): (usize, &'_ String)| ColumnFigures {
            name: Box::leak(name.clone().into_boxed_str()),
            kind: "decimal",
            role: "feature",
            why: "",
            missing: if i == 14 { 313 } else { 0 },
            distinct: 200 + 31 * i,
            folded: 0,
            sensitive: (i == 12).then_some("age"),
        };
        Metrics {
            schema_version: 2,
            model: "3f".repeat(32),
            version: "0.1.0",
            rows: self.rows,
            features: self.names.len(),
            prepared_features: self.names.len(),
            k: self.segments.len(),
            algorithm: "k-means",
            seed: 7,
            evidence: &self.evidence,
            decision: &self.decision,
            segments: &self.segments,
            groups: &self.groups,
            comparison: &self.comparison,
            lineage: self.lineage.as_ref(),
            pictures: &self.pictures,
            targets: &self.targets,
            usual: &self.usual,
            typical_gap: self.gap.as_ref(),
            findings: &self.findings,
            columns: self.names.iter().enumerate().map(column).collect(),
        }
    }

    /// Points of single customers around the segments' ellipses.
    pub(super) fn customers(&self) -> Vec<(f64, f64, u16)> {
        let mut stream = Stream::new(2, Purpose::Sample, 0);
        let map = self.pictures.map.as_ref().expect("the sample has a map");
        let of_segment = map.ellipses.iter().flat_map(|ellipse| (0..60).map(move |_| ellipse));
        of_segment
            .map(|ellipse| {
                let [x, y] = ellipse.centre;
                (x + stream.normal(), y + 0.5 * stream.normal(), ellipse.id)
            })
            .collect()
    }
}

fn evidence(chosen: usize) -> Evidence {
    let last = (chosen + 3).max(10);
    let whole = 8950.0 * 17.0;
    let curve = (1..=last).map(|k| {
        let share = 0.12 + 0.88 / math::sqrt(k as f64);
        let more_than_one = |value: f64| (k > 1).then_some(value);
        PerK {
            k,
            wcss: whole * share,
            smallest_segment: 8950 / (k * k).max(1) + 20,
            null_band: Some([share * 0.985, share * 1.03]),
            silhouette: more_than_one(0.28 - 0.012 * k as f64 + if k == 3 { 0.04 } else { 0.0 }),
            calinski_harabasz: more_than_one(3000.0 / math::sqrt(k as f64)),
            davies_bouldin: more_than_one(
                1.9 - 0.05 * k as f64 + if k > 5 { 0.04 * (k - 5) as f64 } else { 0.0 },
            ),
            gap: Some(0.6 + 0.28 * math::ln(k as f64)),
            gap_error: Some(0.012),
            prediction_strength: Some(if k == 1 { 1.0 } else { 0.95 - 0.06 * k as f64 }.max(0.05)),
            jaccard: if k == 1 {
                vec![]
            } else {
                (0..k)
                    .map(|i| 0.93 - 0.025 * k as f64 - 0.03 * i as f64)
                    .map(|v| v.max(0.1))
                    .collect()
            },
        }
    });
    let knee = |k, strength: f64| KneeEvidence {
        k,
        strength,
        sample_strength: strength - 0.004,
        gaussian_95: 0.438,
        uniform_95: 0.328,
        permuted_95: None,
        excess: -0.41,
        beats_nulls: false,
        k_shorter: Some(4),
        k_longer: None,
    };
    Evidence {
        curve: curve.collect(),
        elbow: ElbowEvidence {
            k: 5,
            bend: None,
            from_one: Some(knee(4, 0.419_123_456_7)),
            from_two: Some(knee(5, 0.321)),
            nulls: NullSets { rows: 2000, gaussian: 39, uniform: 39, permuted: 0 },
        },
        silhouette: SampleSize { rows: 8950, exact: true },
        gap: GapChoice { k: None, undecided: true, references: 50, rows: 2000 },
        stability: Resampling { rows: 1000, resamples: 50, splits: 10 },
        zero_pattern: Some(ZeroPattern {
            columns: ["ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES", "CASH_ADVANCE"]
                .map(String::from)
                .to_vec(),
            nmi: 0.6123,
            adjusted_rand: 0.68,
            patterns: 8,
        }),
    }
}

fn decision(k: usize) -> Decision {
    let criterion = |name, k, note: &str| Criterion { name, k, note: note.to_owned() };
    Decision {
        k,
        chosen_by: "elbow",
        verdict: Verdict::Reproducible,
        believe: "These segments are a division that comes back on other samples, not groups that stand apart.".into(),
        no_segments_worth_having: false,
        criteria: vec![
            criterion("elbow", Some(k), "knees at 4 and 5; strength 0.32, in noise 0.33"),
            criterion("silhouette", Some(3), "0.28 at 3, 0.22 at 5"),
            criterion("Calinski-Harabasz", Some(2), "falls from the start"),
            criterion("Davies-Bouldin", Some(k), "1.65 at 5"),
            criterion("gap", None, "still rising at the end of the range"),
            criterion("stability", Some(2), "the largest k of which no segment dissolves is 4"),
        ],
        agreeing: 2,
        why: vec![
            "The knee from k = 2 stands out more from its nulls than the knee from k = 1, so it decides.".into(),
            "Neither knee is stronger than in data of the same shape without groups.".into(),
        ],
        warnings: vec![
            "61 % of the segmentation is only which columns are zero.".into(),
            "The silhouette is highest at k = 3.".into(),
        ],
    }
}

fn segments(
    columns: &[String],
    names: &[String],
    sizes: &[usize],
    effects: &[Vec<f64>],
    stream: &mut Stream,
) -> Vec<SegmentProfile> {
    let total: usize = sizes.iter().sum();
    let profile = |(position, name): (usize, &String)| {
        let mut traits: Vec<Trait> = columns
            .iter()
            .zip(effects)
            .map(|(column, effects)| {
                let effect = effects[position];
                let how = if effect > 0.0 { "far higher" } else { "lower" };
                Trait {
                    figure: "median",
                    column: column.clone(),
                    level: None,
                    effect,
                    measure: "standardised difference",
                    segment: 870.0 * (1.0 + 0.4 * effect),
                    overall: 870.0,
                    text: format!("{column} is {how} than usual"),
                }
            })
            .filter(|what| what.effect.abs() > 0.2)
            .collect();
        traits.sort_by(|a, b| b.effect.abs().total_cmp(&a.effect.abs()));
        if let Some(last) = traits.last_mut() {
            (last.measure, last.figure) = ("share", "share");
            (last.segment, last.overall) = (0.61, 0.3);
            last.level = Some("Artist".into());
        }
        let jaccard = 0.95 - 0.1 * position as f64;
        SegmentProfile {
            id: u16::try_from(position).unwrap(),
            name: name.clone(),
            description: "They buy often and in instalments, and pay their balance in full. They hardly ever take \
                          out cash."
                .into(),
            size: sizes[position],
            share: sizes[position] as f64 / total as f64,
            jaccard: Some(jaccard.max(0.2)),
            standing: Some(Standing::of(jaccard)),
            silhouette: Some(0.3 - 0.04 * position as f64),
            traits,
            typical: columns
                .iter()
                .map(|column| TypicalValue { column: column.clone(), value: format!("{:.0}", 1e4 * stream.unit()) })
                .collect(),
        }
    };
    names.iter().enumerate().map(profile).collect()
}

fn gender(n_segments: usize, stream: &mut Stream) -> GroupMix {
    let mut group = |name: &str, size| {
        let weights: Vec<f64> = (0..n_segments).map(|_| 0.2 + stream.unit()).collect();
        let total: f64 = weights.iter().sum();
        let shares = weights.iter().map(|weight| weight / total).collect();
        Group { name: name.into(), size, shares }
    };
    let groups = vec![group("Female", 4321), group("Male", 4500), group("(other)", 129)];
    GroupMix { column: "Gender".into(), attribute: "gender", groups }
}

fn comparison(k: usize) -> Vec<Compared> {
    let compared = |algorithm, offered, fidelity, why: &str| Compared {
        algorithm,
        offered,
        k,
        rows: if offered { 8950 } else { 2000 },
        silhouette: Some(0.201),
        davies_bouldin: Some(1.66),
        dbcv: (!offered).then_some(-0.31),
        stability: offered.then_some(0.81),
        smallest_segment: 408,
        unassigned: if algorithm == "density" { 0.182 } else { 0.0 },
        fidelity,
        recommended: algorithm == "k-means",
        why: why.into(),
    };
    vec![
        compared("k-means", true, 1.0, "as stable as any, and simple to explain"),
        compared("mixture", true, 1.0, "less stable"),
        compared("prototypes", true, 1.0, "there are no words to gain from"),
        compared("ward", false, 0.71, "no rule for a new customer"),
        compared("density", false, 0.35, "leaves customers without a segment"),
    ]
}

fn lineage() -> Lineage {
    let changes = vec![
        Change::Kept { id: 0, name: NAMES[0].into(), jaccard: 0.94 },
        Change::Split { from: 1, into: vec![1, 5] },
        Change::Merged { from: vec![2, 3], into: 2 },
        Change::New { id: 6, name: "Newcomers".into() },
        Change::Retired { id: 4, name: NAMES[4].into() },
    ];
    Lineage { previous: "a7".repeat(32), stayed: 0.913, changes }
}

fn pictures(
    columns: &[String],
    sizes: &[usize],
    effects: &[Vec<f64>],
    stream: &mut Stream,
) -> Pictures {
    let ids: Vec<u16> = (0..sizes.len()).map(|id| u16::try_from(id).unwrap()).collect();
    let ellipse = |(position, &id): (usize, &u16)| {
        let angle = 1.3 * position as f64;
        let (sin, cos) = math::sin_cos(2.4 * position as f64);
        Ellipse { id, centre: [2.6 * cos, 1.8 * sin], axes: [1.1, 0.5], angle }
    };
    let ellipses: Vec<Ellipse> = ids.iter().enumerate().map(ellipse).collect();
    let mut cells = Vec::new();
    for x in -12..12 {
        for y in -9..9 {
            let at = [0.4 * f64::from(x) + 0.2, 0.4 * f64::from(y) + 0.2];
            let distance = |e: &Ellipse| {
                (at[0] - e.centre[0]) * (at[0] - e.centre[0])
                    + (at[1] - e.centre[1]) * (at[1] - e.centre[1])
            };
            let nearest =
                ellipses.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap();
            let customers = (120.0 * math::exp(-distance(nearest) / 1.5)) as usize;
            if customers >= 20 {
                cells.push(MapCell { at, id: nearest.id, customers });
            }
        }
    }
    let silhouettes = ids.iter().map(|&id| SilhouetteBars {
        id,
        values: (0..100).map(|i| 0.55 - 0.05 * f64::from(id % 5) - 0.0075 * f64::from(i)).collect(),
    });
    let distributions = columns.iter().zip(effects).enumerate().map(|(i, (column, effects))| {
        let bell = |shift: f64| -> Vec<f64> {
            let weights: Vec<f64> = (0..10)
                .map(|bin| {
                    let z = (f64::from(bin) - 4.0 - 2.0 * shift) / 2.2;
                    math::exp(-z * z / 2.0)
                })
                .collect();
            let total: f64 = weights.iter().sum();
            let round = |weight: &f64| math::round_ties_even(1000.0 * weight / total) / 1000.0;
            weights.iter().map(round).collect()
        };
        let ranges = (1..9).map(|bin| format!("{} to {}", 100 * bin, 100 * (bin + 1)));
        let bins =
            std::iter::once("below 100".to_owned()).chain(ranges).chain(["900 or more".to_owned()]);
        Distribution {
            column: column.clone(),
            bins: bins.collect(),
            all: bell(0.0),
            segments: effects.iter().map(|effect| bell(*effect)).collect(),
            missing: if i == 14 { 0.035 } else { 0.0 },
        }
    });
    let mut loading = || -> Vec<(String, f64)> {
        columns.iter().take(5).map(|column| (column.clone(), stream.unit() - 0.3)).collect()
    };
    Pictures {
        silhouettes: silhouettes.collect(),
        map: Some(Map {
            variance: [0.312, 0.221],
            loadings: [loading(), loading()],
            ellipses,
            cells,
            cell_side: 0.4,
            hidden: 812,
        }),
        heat: Heat { features: columns.to_vec(), segments: ids, values: effects.to_vec() },
        distributions: distributions.collect(),
    }
}

/// What is spent, a class of four, and a number that may be negative.
fn targets(n_segments: usize) -> Vec<JudgedTarget> {
    const N: usize = 1500;
    let mut stream = Stream::new(3, Purpose::Sample, 0);
    let mut normal = || (0..N).map(|_| stream.normal()).collect::<Vec<f64>>();
    let (known, unknown) = (normal(), normal());
    let taste: Vec<Vec<f64>> = (0..4).map(|_| normal()).collect();
    let noise: Vec<Vec<f64>> = (0..4).map(|_| normal()).collect();
    let segments: Vec<u16> = (0..N).map(|i| (i * i % n_segments) as u16).collect();
    let folds: Vec<u8> = (0..N).map(|i| (i % 5) as u8).collect();
    let judged = |name: &str, classes: &[&str], actual: &[f64], answers: &[Answers], ends: bool| {
        let classes: Vec<String> = classes.iter().map(|class| (*class).to_owned()).collect();
        let is_class = !classes.is_empty();
        let kind = if is_class { TargetKind::Class { classes } } else { TargetKind::Number };
        let around = |p: &f64| ((p / 6.0 - 20.0).max(0.0), p * 4.0);
        let intervals: Vec<(f64, f64)> =
            answers[answers.len() - 1].values.iter().map(around).collect();
        let quality = judge(&Judged {
            target: &Target { name: name.to_owned(), kind },
            actual,
            segments: &segments,
            folds: &folds,
            answers,
            intervals: ends.then_some((&intervals[..], 0.9)),
            is_spend: ends,
            seed: 7,
            min_customers: 20,
        });
        let verdict =
            "Segment models predict it better than one model for all; the difference is sure.";
        let chosen = Choice { all: Shape::linear(10.0), own: None, loss: 1.0 };
        JudgedTarget { verdict: verdict.to_owned(), chosen, by_fold: vec![chosen; 5], quality }
    };
    let spend = |known: f64, unknown: f64| {
        if known + unknown < 0.0 { 0.0 } else { 80.0 * math::exp(0.8 * (known + unknown)) }
    };
    let actual: Vec<f64> = known.iter().zip(&unknown).map(|(k, u)| spend(*k, *u)).collect();
    let expected = |weight: f64| known.iter().map(|k| 110.0 * math::exp(weight * k)).collect();
    let answers = |who, values| Answers { who, values };
    let spend = judged(
        "future_spend",
        &[],
        &actual,
        &[
            answers(Who::Mean, vec![151.0; N]),
            answers(Who::Median, vec![0.0; N]),
            answers(Who::Global, expected(0.6)),
            answers(Who::GlobalWithSegment, expected(0.7)),
            answers(Who::Segments, expected(0.9)),
        ],
        true,
    );
    let margins = |i: usize, weight: f64| taste.iter().map(|t| weight * t[i]).collect::<Vec<f64>>();
    let class = |i: usize| {
        let score = |c: &usize| taste[*c][i] + noise[*c][i];
        (0..4).reduce(|a, b| if score(&b) > score(&a) { b } else { a }).unwrap() as f64
    };
    let actual: Vec<f64> = (0..N).map(class).collect();
    let probable = |weight: f64| (0..N).flat_map(|i| softmax(&margins(i, weight))).collect();
    let class = judged(
        "Segmentation",
        &["A", "B", "C", "D"],
        &actual,
        &[
            answers(Who::Majority, [0.26, 0.25, 0.25, 0.24].repeat(N)),
            answers(Who::Global, probable(0.7)),
            answers(Who::Segments, probable(1.6)),
        ],
        false,
    );
    let change: Vec<f64> = known.iter().zip(&unknown).map(|(k, u)| k + 0.5 * u).collect();
    let half: Vec<f64> = known.iter().map(|k| 0.5 * k).collect();
    let number = judged(
        "change of balance",
        &[],
        &change,
        &[
            answers(Who::Mean, vec![0.0; N]),
            answers(Who::Global, half),
            answers(Who::Segments, known.clone()),
        ],
        false,
    );
    vec![spend, class, number]
}

fn findings() -> Vec<Finding> {
    vec![
        Finding {
            severity: Severity::Warning,
            code: "far-out",
            column: Some("MINIMUM_PAYMENTS".into()),
            what: "841 values lie far from the others".into(),
            remedy: "they are clipped; look whether they are mistakes".into(),
            lines: vec![4, 17, 112],
            rows: 841,
        },
        Finding {
            severity: Severity::Note,
            code: "sum",
            column: Some("PURCHASES".into()),
            what: "is `ONEOFF_PURCHASES` plus `INSTALLMENTS_PURCHASES`".into(),
            remedy: "one of them can be left out with `--ignore`: what they say weighs twice"
                .into(),
            lines: Vec::new(),
            rows: 0,
        },
    ]
}
