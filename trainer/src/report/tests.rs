//! What every report must hold, whatever its figures.

use serde_json::Value;

use super::expectations::expectations;
use super::render;
use super::sample::Sample;

fn samples() -> [(&'static str, Sample); 5] {
    [
        ("full", Sample::full()),
        ("bare", Sample::bare()),
        ("large", Sample::of_size(30, 200)),
        ("hostile", Sample::hostile()),
        ("broken", Sample::broken()),
    ]
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Vec<&'t str> {
    let parts = text.split(from).skip(1);
    parts.filter_map(|part| part.split_once(to).map(|(inside, _)| inside)).collect()
}

/// The value at a path such as `curve[2].wcss`.
fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut steps = path.split(['.', '[']).filter(|step| !step.is_empty());
    steps.try_fold(value, |value, step| match step.strip_suffix(']') {
        Some(index) => value.get(index.parse::<usize>().ok()?),
        None => value.get(step),
    })
}

#[test]
fn every_figure_is_the_one_in_the_metrics() {
    for (name, sample) in samples() {
        let metrics = sample.metrics();
        let report = render(&metrics, None, "customers.csv");
        let json: Value = serde_json::from_str(&metrics.to_json()).unwrap();
        let figures = between(&report, "data-metric=\"", ">");
        assert!(figures.len() >= 10, "{name}");
        for figure in figures {
            let (path, rest) = figure.split_once("\" data-value=\"").unwrap();
            let shown: Value = serde_json::from_str(rest.trim_end_matches('"')).unwrap();
            assert_eq!(at(&json, path), Some(&shown), "{name}: {path}");
        }
    }
}

#[test]
fn every_chart_says_in_words_what_it_shows() {
    for (name, sample) in samples() {
        let report = render(&sample.metrics(), None, "customers.csv");
        let charts = between(&report, "role=\"img\"", "</desc>");
        assert_eq!(charts.is_empty(), name == "bare", "{name}");
        for chart in charts {
            let ids = between(chart, "aria-labelledby=\"", "\"")[0];
            let (title, desc) = ids.split_once(' ').unwrap();
            assert!(between(chart, &format!("<title id=\"{title}\">"), "</title>")[0].len() > 1);
            assert!(
                chart.split_once(&format!("<desc id=\"{desc}\">")).unwrap().1.len() > 20,
                "{name}: {desc}"
            );
            for id in [title, desc] {
                assert_eq!(report.matches(&format!(" id=\"{id}\"")).count(), 1, "{name}: {id}");
            }
        }
    }
}

#[test]
fn names_are_text_and_never_markup() {
    let sample = Sample::hostile();
    let report = render(&sample.metrics(), None, "<script>alert(0)</script>.csv");
    assert!(
        !report.contains("<script")
            && !report.contains("<img")
            && !report.contains("onerror=alert(1)>")
    );
    for number in 0..=7 {
        let escaped = report.contains(&format!("alert({number})"));
        assert!(escaped, "{number} is shown nowhere");
    }
    assert_eq!(report.matches("</style>").count(), 1);
}

#[test]
fn nothing_comes_from_a_network_and_nothing_is_not_a_number() {
    for (name, sample) in samples() {
        let customers = (name != "bare").then(|| sample.customers());
        let report = render(&sample.metrics(), customers.as_deref(), "customers.csv");
        for banned in ["http:", "https:", "//", "<script", "javascript:", "@import", " src="] {
            // Comments of style sheets, and names that are markup, are no addresses.
            let found = report.matches(banned).count();
            assert!(found == 0 || (name == "hostile" && banned == " src="), "{name}: {banned}");
        }
        for banned in ["NaN", "inf", "Infinity"] {
            let is_word =
                |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| word == banned);
            assert!(!is_word(&report), "{name}: {banned}");
        }
    }
}

#[test]
fn a_report_stays_small_however_many_segments_and_columns() {
    let size = |sample: &Sample| render(&sample.metrics(), None, "customers.csv").len();
    let (full, large) = (size(&Sample::full()), size(&Sample::of_size(30, 200)));
    assert!(full < 500_000, "{full}");
    assert!(large < 2_500_000, "{large}");
}

#[test]
fn single_customers_are_shown_only_when_they_are_given_and_that_is_said() {
    let sample = Sample::full();
    let metrics = sample.metrics();
    let without = render(&metrics, None, "customers.csv");
    let with = render(&metrics, Some(&sample.customers()), "customers.csv");
    assert!(!without.contains("shows single customers") && with.contains("shows single customers"));
    assert_eq!(with.matches("<circle").count() - without.matches("<circle").count(), 300);
}

#[test]
fn the_same_figures_give_the_same_bytes() {
    let report = || render(&Sample::full().metrics(), None, "customers.csv");
    assert_eq!(report(), report());
}

/// What a sample's section on what to expect says.
fn expected(sample: &Sample) -> String {
    let metrics = sample.metrics();
    let parts = expectations(metrics.segments, &sample.targets);
    parts.iter().map(ToString::to_string).collect()
}

#[test]
fn every_figure_of_what_to_expect_is_the_one_at_its_path() {
    for (name, sample) in samples() {
        let shown = expected(&sample);
        // Through text, as the figures on the page are.
        let targets = serde_json::to_string(&sample.targets).unwrap();
        let json: Value = serde_json::from_str(&format!("{{\"targets\":{targets}}}")).unwrap();
        let figures = between(&shown, "data-metric=\"", ">");
        assert_eq!(figures.len() < 100, name == "bare", "{name}");
        for figure in figures {
            let (path, rest) = figure.split_once("\" data-value=\"").unwrap();
            let shown: Value = serde_json::from_str(rest.trim_end_matches('"')).unwrap();
            assert_eq!(at(&json, path), Some(&shown), "{name}: {path}");
        }
    }
}

#[test]
fn what_to_expect_is_drawn_for_each_kind_of_target() {
    let shown = expected(&Sample::full());
    assert_eq!(shown.matches("<svg ").count(), 9);
    for chart in
        ["0-actual", "0-lift-0", "0-coverage", "1-reliability", "1-lift-0", "1-lift-3", "2-actual"]
    {
        assert_eq!(shown.matches(&format!(" id=\"expect-{chart}-desc\"")).count(), 1, "{chart}");
    }
    // What may be negative has no shares, so it has no lift.
    assert!(!shown.contains("expect-2-lift"));
    for word in ["NaN", "inf"] {
        let is_word = |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|w| w == word);
        assert!(!is_word(&expected(&Sample::broken())), "{word}");
    }
    let hostile = expected(&Sample::hostile());
    assert!(
        !hostile.contains("<script") && (8..=10).all(|n| hostile.contains(&format!("alert({n})")))
    );
}
