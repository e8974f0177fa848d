//! Charts of how good predictions are: reliability, lift, predicted beside actual, coverage.

use plotters::prelude::*;

use super::draw::{Area, CENTRE, Drawn, Ink, RIGHT, bars_of_shares, drawing, label};
use super::expectations::{At, lift_table};
use super::html::{self, Html, count, cut, fine_percent, fine_percent_text, percent_text};
use super::html::{short_text, text};
use super::parts::{Chart, Table};
use crate::describe::profile::SegmentProfile;
use crate::judge::{Calibration, Coverage, Kind, Lift, LiftGroup, TargetQuality};

const SIZE: (u32, u32) = (340, 240);
const SQUARE: (u32, u32) = (340, 320);

/// Every chart of a target; what cannot be drawn is left out.
pub(super) fn charts(at: At, quality: &TargetQuality, segments: &[SegmentProfile]) -> Vec<Chart> {
    let mut charts = Vec::new();
    charts.extend(quality.calibration.as_ref().and_then(|found| reliability(at, found)));
    for (i, lift) in quality.lift.iter().enumerate() {
        let table = lift_table(at, quality, i);
        if lift.class.is_none() {
            charts.extend(predicted_beside_actual(at, quality, lift, table));
            charts.extend(lift_chart(at, i, lift, quality.kind, None));
        } else {
            charts.extend(lift_chart(at, i, lift, quality.kind, Some(table)));
        }
    }
    let interval = quality.interval.as_ref();
    charts.extend(interval.and_then(|interval| coverage(at, interval, segments)));
    charts
}

/// How often customers were in their most probable class, by its probability.
fn reliability(at: At, calibration: &Calibration) -> Option<Chart> {
    let points: Vec<(f64, f64)> =
        calibration.bins.iter().map(|bin| (bin.mean_probability, bin.observed)).collect();
    let all = || points.iter().flat_map(|(x, y)| [*x, *y]);
    if points.len() < 2 || all().any(|value| !value.is_finite()) {
        return None;
    }
    let low = (10.0 * all().fold(1.0, f64::min)).floor() / 10.0;
    let drawing = drawing(SQUARE, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .margin_right(22)
            .x_label_area_size(42)
            .y_label_area_size(62)
            .build_cartesian_2d(low..1.0, low..1.0)?;
        let as_text = |value: &f64| percent_text(*value);
        chart
            .configure_mesh()
            .max_light_lines(0)
            .bold_line_style(Ink::Grid.line(1))
            .axis_style(Ink::Faint.line(1))
            .label_style(label(12, Ink::Faint, CENTRE))
            .axis_desc_style(label(12, Ink::Faint, CENTRE))
            .x_labels(5)
            .y_labels(5)
            .x_label_formatter(&as_text)
            .y_label_formatter(&as_text)
            .x_desc("probability")
            .y_desc("how often it was right")
            .draw()?;
        let exact = PathElement::new(vec![(low, low), (1.0, 1.0)], Ink::Mark.line(2));
        chart.draw_series([exact])?;
        chart.draw_series([PathElement::new(points.clone(), Ink::Curve.line(2))])?;
        let dot = |point: &(f64, f64)| Circle::new(*point, 3, Ink::Curve.fill());
        chart.draw_series(points.iter().map(dot))?;
        Ok(())
    });
    let mut table = Table::new(
        "The most probable class: its probability, and how often it was right",
        &["Bin", "Customers", "Mean probability", "Right"],
    );
    for (b, bin) in calibration.bins.iter().enumerate() {
        let path = |field: &str| at.path(&format!("calibration.bins[{b}].{field}"));
        table.row([
            Html::from((b + 1).to_string()),
            count(&path("n"), bin.n),
            fine_percent(&path("mean_probability"), bin.mean_probability),
            fine_percent(&path("observed"), bin.observed),
        ]);
    }
    let off = |(x, y): &(f64, f64)| (x - y).abs();
    let furthest = points.iter().copied().reduce(|a, b| if off(&b) > off(&a) { b } else { a })?;
    Some(Chart {
        id: format!("expect-{}-reliability", at.index),
        title: "Reliability".into(),
        message: format!(
            "On the dashed line, a probability is as often right as it says. Furthest from it: where {} was said, \
             {} were right.",
            percent_text(furthest.0),
            percent_text(furthest.1),
        ),
        drawing,
        size: SQUARE,
        class: "",
        table: Some(table),
    })
}

/// Bars of groups of customers, from the highest prediction to the lowest.
struct Bars<'a> {
    heights: &'a [f64],
    /// A line over the bars, one height a bar.
    outline: &'a [f64],
    /// A dashed line across.
    mark: Option<f64>,
    as_text: fn(f64) -> String,
    y_title: &'a str,
}

impl Bars<'_> {
    fn draw(&self, area: &Area<'_>) -> Drawn {
        let all = || self.heights.iter().chain(self.outline).copied().chain(self.mark);
        let (low, high) = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
        let room = if high > low { 0.05 * (high - low) } else { 1.0 };
        let bottom = if low < 0.0 { low - room } else { 0.0 };
        let n = self.heights.len() as f64;
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .margin_right(14)
            .x_label_area_size(42)
            .y_label_area_size(72)
            .build_cartesian_2d(0.5..n + 0.5, bottom..high + room)?;
        let whole = |group: &f64| {
            if (group - group.round()).abs() < 1e-9 { format!("{group:.0}") } else { String::new() }
        };
        let as_text = |value: &f64| (self.as_text)(*value);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .max_light_lines(0)
            .bold_line_style(Ink::Grid.line(1))
            .axis_style(Ink::Faint.line(1))
            .label_style(label(12, Ink::Faint, CENTRE))
            .axis_desc_style(label(12, Ink::Faint, CENTRE))
            .x_labels(self.heights.len().min(10) + 1)
            .y_labels(5)
            .x_label_formatter(&whole)
            .y_label_formatter(&as_text)
            .x_desc("group, highest predictions first")
            .y_desc(self.y_title)
            .draw()?;
        let at = |bar: usize| bar as f64 + 1.0;
        chart.draw_series(self.heights.iter().enumerate().map(|(bar, height)| {
            let corners = [(at(bar) - 0.4, *height), (at(bar) + 0.4, 0.0)];
            Rectangle::new(corners, Ink::Curve.fill())
        }))?;
        let steps = self.outline.iter().enumerate();
        let steps = steps.flat_map(|(bar, y)| [(at(bar) - 0.5, *y), (at(bar) + 0.5, *y)]);
        chart.draw_series([PathElement::new(steps.collect::<Vec<_>>(), Ink::All.line(2))])?;
        if let Some(mark) = self.mark {
            let line = vec![(0.5, mark), (n + 0.5, mark)];
            chart.draw_series([PathElement::new(line, Ink::Mark.line(2))])?;
        }
        Ok(())
    }
}

/// What customers were predicted to have, and what they had.
fn predicted_beside_actual(
    at: At,
    quality: &TargetQuality,
    lift: &Lift,
    table: Table,
) -> Option<Chart> {
    let of = |value: fn(&LiftGroup) -> f64| lift.groups.iter().map(value).collect::<Vec<f64>>();
    let (actual, predicted) = (of(|group| group.actual), of(|group| group.predicted));
    if actual.len() < 2 || actual.iter().chain(&predicted).any(|value| !value.is_finite()) {
        return None;
    }
    let bars = Bars {
        heights: &actual,
        outline: &predicted,
        mark: None,
        as_text: short_text,
        y_title: "mean",
    };
    let first = &lift.groups[0];
    Some(Chart {
        id: format!("expect-{}-actual", at.index),
        title: format!("Predicted and actual {}", cut(&quality.target, 40)),
        message: format!(
            "Bars are the mean of what was, the line is the mean that was predicted. In the first group {} was \
             predicted, and {} it was; in the last, {} and {}.",
            text(first.predicted),
            text(first.actual),
            text(predicted[predicted.len() - 1]),
            text(actual[actual.len() - 1]),
        ),
        drawing: drawing(SIZE, |area| bars.draw(area)),
        size: SIZE,
        class: "",
        table: Some(table),
    })
}

/// How many times the mean each group has.
fn lift_chart(
    at: At,
    index: usize,
    lift: &Lift,
    kind: Kind,
    table: Option<Table>,
) -> Option<Chart> {
    let lifts: Vec<f64> = lift.groups.iter().filter_map(|group| group.lift).collect();
    let is_whole = lifts.len() == lift.groups.len() && lifts.iter().all(|lift| lift.is_finite());
    if lifts.len() < 2 || !is_whole {
        return None;
    }
    let bars = Bars {
        heights: &lifts,
        outline: &[],
        mark: Some(1.0),
        as_text: short_text,
        y_title: "times the mean",
    };
    let (what, of) = match &lift.class {
        Some(class) => (format!("Lift of {}", cut(class, 40)), "its customers"),
        None if kind == Kind::Spend => ("Lift".to_owned(), "the total"),
        None => ("Lift".to_owned(), "the sum"),
    };
    let share = lift.groups[0].cumulative_share.map(percent_text).unwrap_or_default();
    let message = format!(
        "The first of {} groups, with the highest predictions, has {} times the mean: {share} of {of}. The dashed \
         line is the mean of all.",
        lifts.len(),
        text(lifts[0]),
    );
    Some(Chart {
        id: format!("expect-{}-lift-{index}", at.index),
        title: what,
        message,
        drawing: drawing(SIZE, |area| bars.draw(area)),
        size: SIZE,
        class: "",
        table,
    })
}

/// How often intervals held in each segment.
fn coverage(at: At, interval: &Coverage, segments: &[SegmentProfile]) -> Option<Chart> {
    let held = &interval.by_segment;
    let (first, is_finite) = (held.first()?, held.iter().all(|one| one.coverage.is_finite()));
    if !is_finite || !interval.level.is_finite() {
        return None;
    }
    let height = 26 * u32::try_from(held.len()).unwrap_or(1);
    let size = (340, height + 44);
    let position = |id: u16| segments.iter().position(|segment| segment.id == id);
    let drawing = drawing(size, |area| {
        let mut chart = bars_of_shares(area, height, [44, 22], 12)?;
        for (row, one) in held.iter().enumerate() {
            let top = 26.0 * row as f64 + 4.0;
            let ink = position(one.id).map_or(Ink::Curve, Ink::Segment);
            let corners = [(0.0, top), (one.coverage, top + 18.0)];
            chart.draw_series([Rectangle::new(corners, ink.fill())])?;
            let beside = chart.backend_coord(&(0.0, top + 9.0));
            let style = label(12, Ink::Text, RIGHT);
            area.draw(&Text::new(one.id.to_string(), (beside.0 - 8, beside.1), style))?;
        }
        let line = vec![(interval.level, 0.0), (interval.level, f64::from(height))];
        chart.draw_series([PathElement::new(line, Ink::Mark.line(2))])?;
        Ok(())
    });
    let mut table = Table::new(
        "Customers whose number lay in its interval",
        &["Segment", "Customers", "In their interval"],
    );
    for (s, one) in held.iter().enumerate() {
        let path = |field: &str| at.path(&format!("interval.by_segment[{s}].{field}"));
        let name = position(one.id).map_or("", |position| segments[position].name.as_str());
        table.row([
            Html::from(format!("{} {}", one.id, cut(name, 32)).trim_end()),
            count(&path("n"), one.n),
            fine_percent(&path("coverage"), one.coverage),
        ]);
    }
    let least = held.iter().fold(first, |a, b| if b.coverage < a.coverage { b } else { a });
    let mut message = format!(
        "How many customers of each segment lie in their interval; {} was promised (the dashed line).",
        percent_text(interval.level)
    );
    let lowest =
        format!(" The least is {} in segment {}.", fine_percent_text(least.coverage), least.id);
    html::add(&mut message, &lowest);
    Some(Chart {
        id: format!("expect-{}-coverage", at.index),
        title: "Intervals by segment".into(),
        message,
        drawing,
        size,
        class: "",
        table: Some(table),
    })
}
