//! Figures against the number of segments: the elbow, and the other criteria.

use plotters::prelude::*;

use super::draw::{Area, CENTRE, Drawn, Ink, LEFT, RIGHT, drawing, label};
use super::html::{self, Html, percent_text, text};
use super::parts::{Chart, Table};
use crate::evidence::{Evidence, KneeEvidence, PerK};
use crate::metrics::Metrics;

const ELBOW_SIZE: (u32, u32) = (680, 380);
const SMALL_SIZE: (u32, u32) = (340, 220);

/// A curve over k.
struct Curve<'a> {
    size: (u32, u32),
    text_size: u32,
    /// The points, and how far each may be off.
    points: &'a [(usize, f64, f64)],
    band: &'a [(usize, [f64; 2])],
    /// Vertical lines with words.
    marks: &'a [(usize, String)],
    chosen: usize,
    as_text: fn(f64) -> String,
    y_title: &'a str,
}

impl Curve<'_> {
    fn draw(&self, area: &Area<'_>) -> Drawn {
        let reach = |value: fn(&(usize, f64, f64)) -> f64| self.points.iter().map(value);
        let of_band = self.band.iter().flat_map(|(_, ends)| ends.iter().copied());
        let values: Vec<f64> =
            reach(|p| p.1 - p.2).chain(reach(|p| p.1 + p.2)).chain(of_band).collect();
        let (low, high) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
        let room = if high > low { (high - low) * 0.08 } else { 0.5 };
        let first = self.points.first().map_or(1, |point| point.0) as f64;
        let last = self.points.last().map_or(1, |point| point.0) as f64;
        let top = if self.marks.is_empty() {
            8
        } else {
            8 + 20 * u32::try_from(self.marks.len()).unwrap_or(0)
        };
        let margin = self.text_size;
        // The axis's title stands beside its figures.
        let beside = if self.y_title.is_empty() { 4 } else { 6 };
        let mut chart = ChartBuilder::on(area)
            .margin_top(top)
            .margin_right(margin)
            .margin_bottom(4)
            .x_label_area_size(3 * self.text_size + 6)
            .y_label_area_size(beside * self.text_size)
            .build_cartesian_2d(first - 0.4..last + 0.4, low - room..high + room)?;
        let whole = |k: &f64| {
            if (k - k.round()).abs() < 1e-9 { format!("{k:.0}") } else { String::new() }
        };
        let as_text = |value: &f64| (self.as_text)(*value);
        let n_labels = (self.points.len() + 1).min(12);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .max_light_lines(0)
            .bold_line_style(Ink::Grid.line(1))
            .axis_style(Ink::Faint.line(1))
            .label_style(label(self.text_size, Ink::Faint, CENTRE))
            .axis_desc_style(label(self.text_size, Ink::Faint, CENTRE))
            .x_labels(n_labels)
            .y_labels(5)
            .x_label_formatter(&whole)
            .y_label_formatter(&as_text)
            .x_desc("number of segments, k")
            .y_desc(self.y_title)
            .draw()?;
        if self.band.len() > 1 {
            let at = |&(k, ends): &(usize, [f64; 2]), end: usize| (k as f64, ends[end]);
            let upper = self.band.iter().map(|point| at(point, 1));
            let outline = upper.chain(self.band.iter().rev().map(|point| at(point, 0)));
            let outline: Vec<(f64, f64)> = outline.collect();
            chart.draw_series([Polygon::new(outline, Ink::Band.fill())])?;
        }
        for (row, (k, words)) in self.marks.iter().enumerate() {
            let x = *k as f64;
            let line = vec![(x, low - room), (x, high + room)];
            chart.draw_series([PathElement::new(line, Ink::Mark.line(2))])?;
            // Beyond the middle, the words stand left of their line.
            let (on_left, gap) =
                if x > f64::midpoint(first, last) { (RIGHT, -6) } else { (LEFT, 6) };
            let at = chart.backend_coord(&(x, high + room));
            let y = 14 + 20 * i32::try_from(row).unwrap_or(0);
            let style = label(self.text_size, Ink::Text, on_left);
            area.draw(&PathElement::new(vec![(at.0, y), (at.0, at.1)], Ink::Mark.line(2)))?;
            area.draw(&Text::new(words.clone(), (at.0 + gap, y), style))?;
        }
        for &(k, value, error) in self.points.iter().filter(|point| point.2 > 0.0) {
            let x = k as f64;
            let bar = |from: (f64, f64), to: (f64, f64)| {
                PathElement::new(vec![from, to], Ink::Curve.line(1))
            };
            let (bottom, top) = (value - error, value + error);
            chart.draw_series([
                bar((x, bottom), (x, top)),
                bar((x - 0.12, bottom), (x + 0.12, bottom)),
                bar((x - 0.12, top), (x + 0.12, top)),
            ])?;
        }
        let line = self.points.iter().map(|&(k, value, _)| (k as f64, value));
        chart.draw_series([PathElement::new(line.collect::<Vec<_>>(), Ink::Curve.line(2))])?;
        chart.draw_series(self.points.iter().map(|&(k, value, _)| {
            let (radius, ink) = if k == self.chosen { (6, Ink::Chosen) } else { (3, Ink::Curve) };
            Circle::new((k as f64, value), radius, ink.fill())
        }))?;
        Ok(())
    }
}

/// The curve of inertia with both knees and the band of data without groups.
pub(super) fn elbow(metrics: &Metrics<'_>) -> Option<Chart> {
    let evidence = metrics.evidence;
    let whole = evidence.curve.first().map(|first| first.wcss).filter(|wcss| *wcss > 0.0)?;
    let share = |per_k: &PerK| (per_k.k, per_k.wcss / whole, 0.0);
    let points: Vec<_> = evidence.curve.iter().map(share).filter(|p| p.1.is_finite()).collect();
    if points.len() < 2 {
        return None;
    }
    let band: Vec<_> = evidence.curve.iter().filter_map(|p| Some((p.k, p.null_band?))).collect();
    let knees = [&evidence.elbow.from_one, &evidence.elbow.from_two];
    let marks: Vec<(usize, String)> = match knees {
        [Some(one), Some(two)] if one.k == two.k => {
            vec![(one.k, format!("both knees: k = {}", one.k))]
        }
        _ => {
            let words = ["knee from k = 1", "knee from k = 2"];
            let knee = |(knee, words): (&Option<KneeEvidence>, &str)| {
                knee.as_ref().map(|knee| (knee.k, format!("{words}: {}", knee.k)))
            };
            knees.into_iter().zip(words).filter_map(knee).collect()
        }
    };
    let curve = Curve {
        size: ELBOW_SIZE,
        text_size: 14,
        points: &points,
        band: &band,
        marks: &marks,
        chosen: metrics.k,
        as_text: percent_text,
        y_title: "spread left inside segments",
    };
    let drawing = drawing(curve.size, |area| curve.draw(area));
    let mut message = format!(
        "Each further segment leaves less spread inside the segments: with {} segments, {} of what \
         there is without any. A bend (knee) says that more segments add little.",
        metrics.k,
        points.iter().find(|p| p.0 == metrics.k).map_or_else(String::new, |p| percent_text(p.1)),
    );
    for mark in &marks {
        html::add(&mut message, &format!(" {}.", sentence(&mark.1)));
    }
    if !band.is_empty() {
        message += " The grey band is where data of the same shape without groups lie.";
    }
    let mut table = Table::new(
        "Inertia by number of segments",
        &["Segments (k)", "Inertia (WCSS)", "Share of k = 1", "Without groups, 5 %", "95 %"],
    );
    for (i, (per_k, point)) in evidence.curve.iter().zip(&points).enumerate() {
        let end = |end: usize| {
            per_k.null_band.map_or_else(
                || Html::from(html::NONE),
                |band| html::percent(&format!("curve[{i}].null_band[{end}]"), band[end]),
            )
        };
        table.row([
            html::count(&format!("curve[{i}].k"), per_k.k),
            html::number(&format!("curve[{i}].wcss"), per_k.wcss),
            Html::from(percent_text(point.1)),
            end(0),
            end(1),
        ]);
    }
    Some(Chart {
        id: "elbow".into(),
        title: "The elbow".into(),
        message,
        drawing,
        size: curve.size,
        class: "wide",
        table: Some(table),
    })
}

fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().map(|c| c.to_uppercase().collect::<String>());
    first.unwrap_or_default() + characters.as_str()
}

/// What a criterion's small chart needs.
struct Criterion {
    id: &'static str,
    title: &'static str,
    /// What a high or a low value means.
    meaning: &'static str,
    /// Whether the largest value is the best one.
    largest: bool,
    /// A curve that falls or rises by itself has no best value.
    has_best: bool,
    value: fn(&PerK) -> Option<f64>,
    error: fn(&PerK) -> f64,
}

fn weakest(per_k: &PerK) -> Option<f64> {
    per_k.jaccard.iter().copied().reduce(f64::min)
}

const CRITERIA: [Criterion; 6] = [
    Criterion {
        id: "silhouette-by-k",
        title: "Silhouette",
        meaning: "How much nearer customers are to their own segment than to the next; higher is better",
        largest: true,
        has_best: true,
        value: |per_k| per_k.silhouette,
        error: |_| 0.0,
    },
    Criterion {
        id: "calinski-harabasz",
        title: "Calinski-Harabasz",
        meaning: "Spread between segments over spread within; higher is better",
        largest: true,
        has_best: true,
        value: |per_k| per_k.calinski_harabasz,
        error: |_| 0.0,
    },
    Criterion {
        id: "davies-bouldin",
        title: "Davies-Bouldin",
        meaning: "How much neighbouring segments overlap; lower is better",
        largest: false,
        has_best: true,
        value: |per_k| per_k.davies_bouldin,
        error: |_| 0.0,
    },
    Criterion {
        id: "gap",
        title: "Gap statistic",
        meaning: "How much tighter the segments are than in data without groups, with the error of simulation",
        largest: true,
        has_best: false,
        value: |per_k| per_k.gap,
        error: |per_k| per_k.gap_error.unwrap_or(0.0),
    },
    Criterion {
        id: "prediction-strength",
        title: "Prediction strength",
        meaning: "Whether one half of the customers tells how the other half groups; over 0.8 is good",
        largest: true,
        has_best: false,
        value: |per_k| per_k.prediction_strength,
        error: |_| 0.0,
    },
    Criterion {
        id: "jaccard",
        title: "Weakest segment's stability",
        meaning: "Jaccard similarity when customers are resampled; under 0.6 the weakest segment dissolves",
        largest: true,
        has_best: false,
        value: weakest,
        error: |_| 0.0,
    },
];

/// A small chart for each criterion that has figures. Their table is [`table`].
pub(super) fn criteria(metrics: &Metrics<'_>) -> Vec<Chart> {
    let evidence = metrics.evidence;
    CRITERIA.iter().filter_map(|criterion| small(criterion, evidence, metrics.k)).collect()
}

fn small(criterion: &Criterion, evidence: &Evidence, chosen: usize) -> Option<Chart> {
    let finite = |per_k: &PerK| (criterion.value)(per_k).filter(|value| value.is_finite());
    let points: Vec<(usize, f64, f64)> = evidence
        .curve
        .iter()
        .filter_map(|per_k| Some((per_k.k, finite(per_k)?, (criterion.error)(per_k))))
        .collect();
    if points.len() < 2 {
        return None;
    }
    let better = |a: f64, b: f64| if criterion.largest { a > b } else { a < b };
    let best = points.iter().copied().reduce(|a, b| if better(b.1, a.1) { b } else { a })?;
    let mut message = format!("{}.", criterion.meaning);
    if criterion.has_best {
        html::add(&mut message, &format!(" Best at k = {} ({}).", best.0, text(best.1)));
    }
    if criterion.id == "gap" {
        html::add(
            &mut message,
            &match evidence.gap.k {
                Some(k) => format!(" It chooses k = {k}."),
                None => " It is still rising at the end, so it does not decide.".to_owned(),
            },
        );
    }
    if let Some(point) = points.iter().find(|point| point.0 == chosen)
        && !(criterion.has_best && best.0 == chosen)
    {
        html::add(&mut message, &format!(" At the chosen k = {chosen}: {}.", text(point.1)));
    }
    let curve = Curve {
        size: SMALL_SIZE,
        text_size: 12,
        points: &points,
        band: &[],
        marks: &[],
        chosen,
        as_text: text,
        y_title: "",
    };
    Some(Chart {
        id: criterion.id.into(),
        title: criterion.title.into(),
        message,
        drawing: drawing(curve.size, |area| curve.draw(area)),
        size: curve.size,
        class: "",
        table: None,
    })
}

/// Every figure of every number of segments.
pub(super) fn table(evidence: &Evidence) -> Table {
    let mut table = Table::new(
        "The criteria by number of segments",
        &[
            "Segments (k)",
            "Smallest segment",
            "Silhouette",
            "Calinski-Harabasz",
            "Davies-Bouldin",
            "Gap",
            "Gap's error",
            "Prediction strength",
            "Weakest Jaccard",
        ],
    );
    for (i, per_k) in evidence.curve.iter().enumerate() {
        let maybe = |name: &str, value| html::maybe(&format!("curve[{i}].{name}"), value);
        let lowest = weakest(per_k);
        let position = per_k.jaccard.iter().position(|value| Some(*value) == lowest);
        let jaccard = position.map_or_else(
            || Html::from(html::NONE),
            |p| html::number(&format!("curve[{i}].jaccard[{p}]"), per_k.jaccard[p]),
        );
        table.row([
            html::count(&format!("curve[{i}].k"), per_k.k),
            html::count(&format!("curve[{i}].smallest_segment"), per_k.smallest_segment),
            maybe("silhouette", per_k.silhouette),
            maybe("calinski_harabasz", per_k.calinski_harabasz),
            maybe("davies_bouldin", per_k.davies_bouldin),
            maybe("gap", per_k.gap),
            maybe("gap_error", per_k.gap_error),
            maybe("prediction_strength", per_k.prediction_strength),
            jaccard,
        ]);
    }
    table
}

/// Both knees beside what data without groups show.
pub(super) fn knees(evidence: &Evidence) -> Table {
    let mut table = Table::new(
        "The knees, and how strong knees are in data without groups",
        &[
            "Curve",
            "Knee (k)",
            "Strength",
            "Of the sample",
            "95 % of Gaussian data",
            "95 % of uniform data",
            "Excess (deviations)",
            "Beats both",
            "Range 3 shorter",
            "Range 3 longer",
        ],
    );
    let knees = [
        ("from_one", "from k = 1", &evidence.elbow.from_one),
        ("from_two", "from k = 2", &evidence.elbow.from_two),
    ];
    for (name, words, knee) in knees {
        let Some(knee) = knee else { continue };
        let path = |field: &str| format!("elbow.{name}.{field}");
        table.row([
            Html::from(words),
            html::count(&path("k"), knee.k),
            html::number(&path("strength"), knee.strength),
            html::number(&path("sample_strength"), knee.sample_strength),
            html::number(&path("gaussian_95"), knee.gaussian_95),
            html::number(&path("uniform_95"), knee.uniform_95),
            html::number(&path("excess"), knee.excess),
            Html::from(if knee.beats_nulls { "yes" } else { "no" }),
            html::maybe_count(&path("k_shorter"), knee.k_shorter),
            html::maybe_count(&path("k_longer"), knee.k_longer),
        ]);
    }
    table
}
