//! What to expect of customers, and how far to trust that: for each target a sentence, a table and charts.

use askama::Template;
use askama::filters::HtmlSafe;

use super::expected_charts as charts;
use super::html::{Html, count, fine, fine_percent, maybe, number, percent, share};
use super::parts::{Cell, Chart, Table};
use crate::describe::profile::SegmentProfile;
use crate::judge::{Compared, Difference, Figure, JudgedTarget, Kind, Meaning, TargetQuality};

/// A target's part of the section.
#[derive(Template)]
#[template(path = "report/expectation.html")]
pub(super) struct Expectation {
    title: String,
    verdict: String,
    customers: Html,
    comparison: Table,
    differences: Option<Table>,
    meanings: Vec<(&'static str, &'static str)>,
    /// On calibration and intervals.
    said: Vec<Html>,
    classes: Option<Table>,
    charts: Vec<Chart>,
}

impl HtmlSafe for Expectation {}

/// A part for each target; in `metrics.json` these are the `targets`.
pub(super) fn expectations(
    segments: &[SegmentProfile],
    targets: &[JudgedTarget],
) -> Vec<Expectation> {
    let of_target = |(index, target): (usize, &JudgedTarget)| {
        let quality = &target.quality;
        let at = At { index };
        let meanings = quality.shown().map(|figure| (figure.heading, figure.meaning));
        Expectation {
            title: quality.target.clone(),
            verdict: target.verdict.clone(),
            customers: Html::join([
                Html::from("Judged on "),
                count(&at.path("rows"), quality.rows),
                Html::from(" customers; predicted in "),
                count(&at.path("folds"), quality.folds),
                Html::from(" folds."),
            ]),
            comparison: comparison(at, quality),
            differences: differences(at, quality),
            meanings: meanings.collect(),
            said: [calibration(at, quality), coverage(at, quality)].into_iter().flatten().collect(),
            classes: classes(at, quality),
            charts: charts::charts(at, quality, segments),
        }
    };
    targets.iter().enumerate().map(of_target).collect()
}

/// Where a target's figures stand in `metrics.json`.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) index: usize,
}

impl At {
    pub(super) fn path(self, rest: &str) -> String {
        format!("targets[{}].{rest}", self.index)
    }
}

/// Every answer's figures; the model that is written stands out.
fn comparison(at: At, quality: &TargetQuality) -> Table {
    let mut table =
        Table::new(format!("{}: predictions compared", quality.target), &["Prediction"]);
    table.head.extend(quality.shown().map(|figure| figure.heading.to_owned()));
    for (i, compared) in quality.compared.iter().enumerate() {
        let path = |rest: String| at.path(&format!("compared[{i}].{rest}"));
        let is_chosen = i + 1 == quality.compared.len();
        let (class, mark) = if is_chosen { ("best", " (written)") } else { ("", "") };
        let figures = quality.shown().map(|shown| {
            let figure = compared.figures.get(shown.name).copied().unwrap_or_default();
            with_range(&figure, shown, |end| path(format!("figures.{}.{end}", shown.name)))
        });
        let name = Html::from(format!("{}{mark}", compared.who.text()));
        let cells = std::iter::once(name).chain(figures);
        table.rows.push(cells.map(|html| Cell { html, class }).collect());
    }
    table
}

/// By how much the other answers' main figures are larger.
fn differences(at: At, quality: &TargetQuality) -> Option<Table> {
    let chosen = quality.compared.last()?.who.text();
    let caption =
        format!("{}: figures less those of {chosen}, for the same customers", quality.target);
    let mut table = Table::new(caption, &["Prediction"]);
    let main = quality.kind.main();
    let shown: Vec<_> = quality.shown().filter(|figure| main.contains(&figure.name)).collect();
    table.head.extend(shown.iter().map(|figure| figure.heading.to_owned()));
    for (i, Compared { who, versus_chosen, .. }) in quality.compared.iter().enumerate() {
        let cell = |shown: &Meaning| {
            let mut named = versus_chosen.iter();
            let position = named.position(|versus| versus.figure == shown.name)?;
            let Difference { difference, low, high, .. } = versus_chosen[position];
            let path =
                |end: &str| at.path(&format!("compared[{i}].versus_chosen[{position}].{end}"));
            let figure = Figure { value: difference, low, high };
            Some(with_range(&figure, shown, |end| {
                path(if end == "value" { "difference" } else { end })
            }))
        };
        let cells: Vec<Html> = shown.iter().filter_map(|figure| cell(figure)).collect();
        if !cells.is_empty() {
            table.row(std::iter::once(Html::from(who.text())).chain(cells));
        }
    }
    (!table.rows.is_empty()).then_some(table)
}

/// A figure, and from where to where it may lie.
fn with_range(figure: &Figure, meaning: &Meaning, path: impl Fn(&str) -> String) -> Html {
    let fine = if meaning.has_unit() { fine } else { share };
    let value = fine(&path("value"), figure.value);
    if figure.low.is_none() && figure.high.is_none() {
        return value;
    }
    Html::join([
        value,
        Html::from(" ("),
        fine(&path("low"), figure.low),
        Html::from(" to "),
        fine(&path("high"), figure.high),
        Html::from(")"),
    ])
}

/// Whether probabilities can be taken at their word.
fn calibration(at: At, quality: &TargetQuality) -> Option<Html> {
    let calibration = quality.calibration.as_ref()?;
    Some(Html::join([
        Html::from("Probabilities are off by "),
        share(&at.path("calibration.ece"), Some(calibration.ece)),
        Html::from(" on average (expected calibration error); by chance alone it would be "),
        share(&at.path("calibration.ece_if_perfect"), Some(calibration.ece_if_perfect)),
        Html::from(" if every probability were exactly right."),
    ]))
}

/// Whether intervals hold what they promise.
fn coverage(at: At, quality: &TargetQuality) -> Option<Html> {
    let interval = quality.interval.as_ref()?;
    let path = |field: &str| at.path(&format!("interval.{field}"));
    let mut parts = vec![
        Html::from("Intervals that promise to hold "),
        percent(&path("level"), interval.level),
        Html::from(" of customers held "),
        fine_percent(&path("coverage"), interval.coverage),
        Html::from(" of them"),
    ];
    if let Some(among_buyers) = interval.among_buyers {
        parts.push(Html::from(", and of those whose number is above 0, "));
        parts.push(fine_percent(&path("among_buyers"), among_buyers));
    }
    parts.extend([
        Html::from(". They are "),
        maybe(&path("median_width"), interval.median_width),
        Html::from(" wide in the middle case, "),
        maybe(&path("mean_width"), interval.mean_width),
        Html::from(" on average."),
    ]);
    Some(Html::join(parts))
}

fn classes(at: At, quality: &TargetQuality) -> Option<Table> {
    let calibration = quality.calibration.as_ref()?;
    let caption = format!("{}: expected calibration error of each class", quality.target);
    let mut table = Table::new(caption, &["Class", "calibration error"]);
    for (c, class) in calibration.classes.iter().enumerate() {
        let path = at.path(&format!("calibration.classes[{c}].ece"));
        table.row([Html::from(class.class.as_str()), share(&path, Some(class.ece))]);
    }
    Some(table)
}

/// The groups of one lift.
pub(super) fn lift_table(at: At, quality: &TargetQuality, index: usize) -> Table {
    let lift = &quality.lift[index];
    let what = match &lift.class {
        Some(class) => format!("{} = {class}", quality.target),
        None => quality.target.clone(),
    };
    let mut table = Table::new(
        format!("{what}: customers in groups from the highest prediction to the lowest"),
        &["Group", "Customers", "Predicted", "Actual", "Lift", "Share of the total so far"],
    );
    for (g, group) in lift.groups.iter().enumerate() {
        let path = |field: &str| at.path(&format!("lift[{index}].groups[{g}].{field}"));
        let mean = |field: &str, value: f64| match quality.kind {
            Kind::Class => percent(&path(field), value),
            Kind::Number | Kind::Spend => number(&path(field), value),
        };
        table.row([
            Html::from((g + 1).to_string()),
            count(&path("n"), group.n),
            mean("predicted", group.predicted),
            mean("actual", group.actual),
            maybe(&path("lift"), group.lift),
            share(&path("cumulative_share"), group.cumulative_share),
        ]);
    }
    table
}
