use super::*;

/// Numbers from 0 to 1 that any language can make again.
fn numbers(n: usize, start: u64) -> Vec<f64> {
    let next = |x: &u64| Some((x * 1_103_515_245 + 12_345) % (1 << 31));
    let sequence = std::iter::successors(Some(start), next).skip(1);
    sequence.take(n).map(|x| x as f64 / (1_u64 << 31) as f64).collect()
}

fn class_target(classes: &[&str]) -> Target {
    let classes = classes.iter().map(|class| (*class).to_owned()).collect();
    Target { name: "group".into(), kind: TargetKind::Class { classes } }
}

fn number_target() -> Target {
    Target { name: "spend".into(), kind: TargetKind::Number }
}

fn answers(who: Who, values: &[f64]) -> Answers {
    Answers { who, values: values.to_vec() }
}

/// Judged without segments and intervals, in one fold, with figures of as few customers as there are.
fn judged<'a>(target: &'a Target, actual: &'a [f64], answers: &'a [Answers]) -> Judged<'a> {
    Judged {
        target,
        actual,
        segments: &[],
        folds: &[0],
        answers,
        intervals: None,
        is_spend: false,
        seed: 0,
        min_customers: 1,
    }
}

fn probabilities(n: usize) -> Vec<f64> {
    let shifted: Vec<f64> = numbers(3 * n, 1).iter().map(|u| u + 0.05).collect();
    let of_row = |row: &[f64]| {
        let sum = row[0] + row[1] + row[2];
        row.iter().map(|p| p / sum).collect::<Vec<f64>>()
    };
    shifted.chunks_exact(3).flat_map(of_row).collect()
}

fn classes(n: usize) -> Vec<f64> {
    numbers(n, 7).iter().map(|u| (u * 3.0).floor()).collect()
}

fn spend(n: usize) -> Vec<f64> {
    let of = |u: &f64| if *u < 0.5 { 0.0 } else { (u * 100.0).round_ties_even() / 4.0 };
    numbers(n, 11).iter().map(of).collect()
}

fn predicted(n: usize) -> Vec<f64> {
    numbers(n, 13).iter().map(|u| u * 20.0 + 0.5).collect()
}

fn value(quality: &TargetQuality, name: &str) -> f64 {
    quality.figure(name).unwrap()
}

fn assert_near(quality: &TargetQuality, expected: &[(&str, f64)]) {
    for (name, expected) in expected {
        let found = value(quality, name);
        assert!((found - expected).abs() < 1e-12, "{name}: {found}, not {expected}");
    }
}

#[test]
fn class_figures_are_those_of_scikit_learn() {
    let target = class_target(&["a", "b", "c"]);
    let chosen = [answers(Who::Segments, &probabilities(60))];
    let quality = judge(&judged(&target, &classes(60), &chosen));
    // accuracy_score, f1_score(average="macro") and log_loss of 1.9.1; calibration errors by numpy's array_split.
    assert_near(
        &quality,
        &[
            (figures::ACCURACY, 0.45),
            (figures::MACRO_F1, 0.450_549_450_549_450_56),
            (figures::LOG_LOSS, 1.104_116_463_718_256_8),
            (figures::ECE, 0.207_546_649_273_453_37),
            (figures::ECE_CLASSWISE, 0.188_983_504_845_330_08),
        ],
    );
}

#[test]
fn number_figures_are_those_of_scikit_learn() {
    let (target, actual) = (number_target(), spend(60));
    let chosen = [answers(Who::Segments, &predicted(60))];
    let quality = judge(&Judged { is_spend: true, ..judged(&target, &actual, &chosen) });
    // root_mean_squared_error, mean_absolute_error, r2_score and mean_tweedie_deviance(power=1.5) of 1.9.1.
    assert_near(
        &quality,
        &[
            (figures::RMSE, 11.397_749_196_615_278),
            (figures::MAE, 9.694_534_763_259_192),
            (figures::R2, -0.395_778_710_705_486_65),
            (figures::DEVIANCE, 9.885_333_002_332_352),
            (figures::TOP_DECILE_CAPTURE, 0.155_401_502_021_952_63),
            (figures::TOTAL, 1.502_256_449_946_842),
        ],
    );
}

#[test]
fn a_class_that_neither_occurs_nor_is_predicted_has_no_say_in_f1() {
    let target = class_target(&["a", "b", "c"]);
    let sure = |class: usize| (0..3).map(move |c| if c == class { 0.8 } else { 0.1 });
    let values: Vec<f64> = [0, 0, 1, 1].into_iter().flat_map(sure).collect();
    let chosen = [answers(Who::Segments, &values)];
    let quality = judge(&judged(&target, &[0.0, 1.0, 1.0, 1.0], &chosen));
    // a: 1 right of 2 predicted and 1 actual; b: 2 right of 2 and 3.
    assert_near(&quality, &[(figures::MACRO_F1, f64::midpoint(2.0 / 3.0, 4.0 / 5.0))]);
    assert_near(&quality, &[(figures::ACCURACY, 0.75)]);
}

#[test]
fn calibration_by_hand() {
    // 90 customers at .7 of whom 60 are right, 30 at .5 of whom 9 are: .7 - 2/3 and .5 - .3, by 90 and 30.
    let target = class_target(&["a", "b"]);
    let values: Vec<f64> = [[0.7, 0.3]; 90].into_iter().chain([[0.5, 0.5]; 30]).flatten().collect();
    let actual: Vec<f64> =
        (0..120).map(|i| f64::from(u8::from(!(i < 60 || (90..99).contains(&i))))).collect();
    let chosen = [answers(Who::Segments, &values)];
    let quality = judge(&Judged { min_customers: 30, ..judged(&target, &actual, &chosen) });
    let calibration = quality.calibration.as_ref().unwrap();
    let expected = (90.0 * (0.7 - 2.0 / 3.0) + 30.0 * 0.2) / 120.0;
    assert!((calibration.ece - expected).abs() < 1e-12);
    assert_eq!(quality.figure(figures::ECE), Some(calibration.ece));
    // The second class's probability is the first's rest.
    assert!((calibration.classes[1].ece - expected).abs() < 1e-12);
    assert!((calibration.ece_classwise - expected).abs() < 1e-12);
    let shown: Vec<(usize, f64)> = calibration.bins.iter().map(|b| (b.n, b.observed)).collect();
    let near = |(n, observed): &(usize, f64), expected: f64| {
        *n == 30 && (observed - expected).abs() < 1e-12
    };
    assert_eq!(shown.len(), 4);
    assert!(near(&shown[0], 0.3) && shown[1..].iter().all(|bin| near(bin, 2.0 / 3.0)), "{shown:?}");
}

#[test]
fn what_is_perfectly_calibrated_has_the_error_of_chance() {
    let n = 8000;
    let target = class_target(&["a", "b"]);
    let first: Vec<f64> = numbers(n, 3).iter().map(|u| 0.5 + 0.5 * u).collect();
    let values: Vec<f64> = first.iter().flat_map(|p| [*p, 1.0 - p]).collect();
    let drawn = |(u, p): (&f64, &f64)| f64::from(u8::from(u >= p));
    let actual: Vec<f64> = numbers(n, 5).iter().zip(&first).map(drawn).collect();
    let chosen = [answers(Who::Segments, &values)];
    let calibration = judge(&judged(&target, &actual, &chosen)).calibration.unwrap();
    assert!((0.008..0.02).contains(&calibration.ece_if_perfect), "{calibration:?}");
    assert!(calibration.ece < 1.5 * calibration.ece_if_perfect, "{calibration:?}");
}

#[test]
fn lift_by_hand() {
    // Who is predicted more has more: 0, 1, .. 39, in four groups of ten.
    let (target, values) = (number_target(), (0..40).map(f64::from).collect::<Vec<_>>());
    let chosen = [answers(Who::Segments, &values)];
    let quality = judge(&Judged { min_customers: 10, ..judged(&target, &values, &chosen) });
    let [Lift { class: None, groups }] = &quality.lift[..] else { panic!("one lift") };
    let told: Vec<(usize, f64)> = groups.iter().map(|group| (group.n, group.actual)).collect();
    assert_eq!(told, [(10, 34.5), (10, 24.5), (10, 14.5), (10, 4.5)]);
    assert_eq!(groups[0].predicted, 34.5);
    assert!((groups[0].lift.unwrap() - 34.5 / 19.5).abs() < 1e-12);
    assert!((groups[1].cumulative_share.unwrap() - 590.0 / 780.0).abs() < 1e-12);
    assert_eq!(groups[3].cumulative_share, Some(1.0));
}

#[test]
fn a_constant_prediction_lifts_nobody_and_captures_a_tenth() {
    let (target, actual) = (number_target(), spend(50));
    let chosen = [answers(Who::Mean, &[3.0; 50])];
    let quality = judge(&Judged { is_spend: true, ..judged(&target, &actual, &chosen) });
    let lifts = quality.lift[0].groups.iter().map(|group| group.lift.unwrap());
    assert!(lifts.into_iter().all(|lift| (lift - 1.0).abs() < 1e-12));
    assert_near(&quality, &[(figures::TOP_DECILE_CAPTURE, 0.1)]);
}

#[test]
fn of_many_classes_the_most_frequent_four_have_a_lift() {
    let target = class_target(&["a", "b", "c", "d", "e"]);
    let actual: Vec<f64> = [(0, 3), (1, 9), (2, 5), (3, 6), (4, 7)]
        .iter()
        .flat_map(|&(c, n)| vec![f64::from(c); n])
        .collect();
    let chosen = [answers(Who::Segments, &[0.2; 150])];
    let lift = judge(&judged(&target, &actual, &chosen)).lift;
    let shown: Vec<&str> = lift.iter().filter_map(|lift| lift.class.as_deref()).collect();
    assert_eq!(shown, ["b", "c", "d", "e"]);
}

#[test]
fn coverage_by_hand() {
    let (target, actual) = (number_target(), [0.0, 0.0, 2.0, 4.0, 6.0, 8.0]);
    let chosen = [answers(Who::Segments, &[1.0; 6])];
    let ends = [(0.0, 1.0), (0.5, 2.0), (2.0, 3.0), (0.0, 3.0), (0.0, 6.0), (8.0, 9.0)];
    let coverage = judge(&Judged {
        segments: &[4, 4, 4, 9, 9, NO_SEGMENT],
        intervals: Some((&ends, 0.9)),
        is_spend: true,
        min_customers: 3,
        ..judged(&target, &actual, &chosen)
    });
    let coverage = coverage.interval.unwrap();
    assert_eq!((coverage.level, coverage.coverage), (0.9, 4.0 / 6.0));
    assert_eq!(coverage.among_buyers, Some(0.75));
    assert_eq!(coverage.mean_width, Some(13.5 / 6.0));
    assert_eq!(coverage.median_width, Some(1.25));
    assert_eq!(coverage.by_segment, [SegmentCoverage { id: 4, n: 3, coverage: 2.0 / 3.0 }]);
}

#[test]
fn intervals_are_about_as_wide_as_theory_says() {
    let n = 2000;
    let target = class_target(&["a", "b"]);
    let values = vec![[0.6, 0.4]; n].concat();
    let actual: Vec<f64> = numbers(n, 17).iter().map(|u| f64::from(u8::from(*u > 0.7))).collect();
    let chosen = [answers(Who::Segments, &values)];
    let quality = judge(&judged(&target, &actual, &chosen));
    let Figure { value: Some(p), low: Some(low), high: Some(high) } =
        quality.compared[0].figures[figures::ACCURACY]
    else {
        panic!("there is an interval")
    };
    let expected = 1.96 * (p * (1.0 - p) / n as f64).sqrt();
    assert!(((high - low) / 2.0 / expected - 1.0).abs() < 0.1, "{low} {p} {high} {expected}");
    assert!((f64::midpoint(low, high) - p).abs() < 0.1 * expected);
}

#[test]
fn a_paired_difference_is_surer_than_either_figure() {
    // The same large errors in both, and a small one more in the first.
    let actual = spend(400);
    let chosen: Vec<f64> = actual.iter().zip(predicted(400)).map(|(y, p)| y + p).collect();
    let worse: Vec<f64> = chosen.iter().map(|p| p + 0.5).collect();
    let target = number_target();
    let both = [answers(Who::Global, &worse), answers(Who::Segments, &chosen)];
    let quality = judge(&judged(&target, &actual, &both));
    let [worse, chosen] = &quality.compared[..] else { panic!("two answers") };
    assert!(chosen.versus_chosen.is_empty());
    let [difference] = &worse.versus_chosen[..] else { panic!("one main figure") };
    assert_eq!(difference.figure, figures::RMSE);
    assert!(difference.low.unwrap() > 0.0, "{difference:?}");
    assert!(difference.high.unwrap() < 0.6, "{difference:?}");
    let rmse = chosen.figures[figures::RMSE];
    let width = rmse.high.unwrap() - rmse.low.unwrap();
    assert!(difference.high.unwrap() - difference.low.unwrap() < width / 5.0);
    assert_eq!(
        difference.difference,
        Some(worse.figures[figures::RMSE].value.unwrap() - rmse.value.unwrap())
    );
}

#[test]
fn spend_is_compared_by_deviance_and_by_rmse() {
    let (target, actual) = (number_target(), spend(60));
    let both = [answers(Who::Median, &[0.0; 60]), answers(Who::Segments, &predicted(60))];
    let quality = judge(&Judged { is_spend: true, ..judged(&target, &actual, &both) });
    let versus = &quality.compared[0].versus_chosen;
    let names: Vec<&str> = versus.iter().map(|difference| difference.figure).collect();
    assert_eq!(names, [figures::DEVIANCE, figures::RMSE]);
    // Who says that nobody buys is infinitely wrong.
    let none = Figure::default();
    assert_eq!(quality.compared[0].figures[figures::DEVIANCE], none);
    assert_eq!((versus[0].difference, versus[0].low), (None, None));
    assert!(versus[1].low.is_some());
}

#[test]
fn the_same_customers_give_the_same_figures_on_any_number_of_threads() {
    let (target, actual) = (number_target(), spend(200));
    let chosen = [answers(Who::Segments, &predicted(200))];
    let judged = Judged { is_spend: true, ..judged(&target, &actual, &chosen) };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| judge(&judged))
    };
    assert_eq!(on(1), on(3));
    let otherwise = judge(&Judged { seed: 1, ..judged });
    assert_ne!(on(1), otherwise);
    assert_eq!(value(&on(1), figures::RMSE), value(&otherwise, figures::RMSE));
}

#[test]
fn there_is_no_figure_of_a_few_customers() {
    let (target, actual) = (number_target(), spend(19));
    let chosen = [answers(Who::Segments, &predicted(19))];
    let ends = vec![(0.0, 1.0); 19];
    let intervals = Some((&ends[..], 0.9));
    let few = Judged { min_customers: 20, intervals, ..judged(&target, &actual, &chosen) };
    let quality = judge(&few);
    assert_eq!(quality.rows, 19);
    assert!(quality.lift.is_empty() && quality.interval.is_none());
    assert!(quality.compared[0].figures.values().all(|figure| *figure == Figure::default()));
    assert!(quality.compared[0].figures.contains_key(figures::RMSE));
}

#[test]
fn nothing_that_a_table_may_hold_is_too_odd() {
    let finite = |quality: &TargetQuality| {
        let text = serde_json::to_string(quality).unwrap();
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    };
    let number = number_target();
    for actual in [vec![], vec![4.0], vec![0.0; 30], vec![0.1; 30], vec![-2.0; 30]] {
        for prediction in [0.0, 0.1, -1.0] {
            let values = vec![prediction; actual.len()];
            let chosen = [answers(Who::Mean, &values), answers(Who::Segments, &values)];
            for is_spend in [false, true] {
                let ends = vec![(0.0, f64::INFINITY); actual.len()];
                let judged = Judged {
                    is_spend,
                    segments: &vec![0; actual.len()],
                    intervals: Some((&ends, 0.9)),
                    ..judged(&number, &actual, &chosen)
                };
                let quality = judge(&judged);
                finite(&quality);
                assert_eq!(quality.figure(figures::R2), None);
            }
        }
    }
    for classes in [&[][..], &["a"], &["a", "b"], &["a", "b", "c"]] {
        let target = class_target(classes);
        for n in [0, 1, 40] {
            let values = vec![0.0; n * classes.len().max(1)];
            let chosen = [answers(Who::Segments, &values)];
            let quality = judge(&judged(&target, &vec![0.0; n], &chosen));
            finite(&quality);
            assert_eq!(quality.figure(figures::LOG_LOSS).is_some(), n > 0 && !classes.is_empty());
        }
    }
}

#[test]
fn every_figure_that_there_is_has_a_meaning() {
    let (number, class) = (number_target(), class_target(&["a", "b", "c"]));
    let (actual, chosen) = (spend(60), [answers(Who::Segments, &predicted(60))]);
    let spend = judge(&Judged { is_spend: true, ..judged(&number, &actual, &chosen) });
    let (actual, chosen) = (classes(60), [answers(Who::Segments, &probabilities(60))]);
    let class = judge(&judged(&class, &actual, &chosen));
    let mut names: Vec<&str> = [spend, class]
        .iter()
        .flat_map(|quality| quality.compared[0].figures.clone().into_keys())
        .collect();
    names.push(figures::COVERAGE);
    let mut known: Vec<&str> = FIGURES.iter().map(|figure| figure.name).collect();
    names.sort_unstable();
    known.sort_unstable();
    assert_eq!(names, known);
}
