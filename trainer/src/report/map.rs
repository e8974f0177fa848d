//! The map: customers in the plane of the first two principal components.

use plotters::prelude::*;
use shared::math;

use super::draw::{CENTRE, Ink, drawing, label};
use super::html::{Html, grouped, number, percent, percent_text, short_text};
use super::parts::{Chart, Table, short};
use crate::metrics::Metrics;
use crate::pictures::{Ellipse, Map};

/// The points of an ellipse's outline.
const OUTLINE: usize = 48;

/// Single customers, where they are shown: where they lie, and the id of their segment.
pub(super) type Points<'a> = &'a [(f64, f64, u16)];

fn position_of(metrics: &Metrics<'_>, id: u16) -> usize {
    metrics.segments.iter().position(|segment| segment.id == id).unwrap_or(0)
}

fn outline(ellipse: &Ellipse) -> Vec<(f64, f64)> {
    let (sin, cos) = math::sin_cos(ellipse.angle);
    let point = |i: usize| {
        let (v, u) = math::sin_cos(std::f64::consts::TAU * i as f64 / OUTLINE as f64);
        let (along, across) = (u * ellipse.axes[0], v * ellipse.axes[1]);
        let [x, y] = ellipse.centre;
        (x + along * cos - across * sin, y + along * sin + across * cos)
    };
    (0..=OUTLINE).map(point).collect()
}

/// The customers in the plane of the first two principal components.
pub(super) fn map(metrics: &Metrics<'_>, customers: Option<Points<'_>>) -> Option<Chart> {
    let map = metrics.pictures.map.as_ref()?;
    let half = map.cell_side / 2.0;
    let outlines: Vec<_> = map.ellipses.iter().map(outline).collect();
    let corners = map.cells.iter().flat_map(|cell| {
        [(cell.at[0] - half, cell.at[1] - half), (cell.at[0] + half, cell.at[1] + half)]
    });
    let single = customers.unwrap_or_default().iter().map(|&(x, y, _)| (x, y));
    let all: Vec<(f64, f64)> = outlines
        .iter()
        .flatten()
        .copied()
        .chain(corners)
        .chain(single)
        .filter(|(x, y)| x.is_finite() && y.is_finite())
        .collect();
    let first = *all.first()?;
    let (mut low, mut high) = (first, first);
    for (x, y) in all {
        (low.0, low.1) = (low.0.min(x), low.1.min(y));
        (high.0, high.1) = (high.0.max(x), high.1.max(y));
    }
    // Both axes have one scale, so that distances can be compared.
    let room = 0.04 * (high.0 - low.0).max(high.1 - low.1).max(1e-6);
    let (width, height) = (high.0 - low.0 + 2.0 * room, high.1 - low.1 + 2.0 * room);
    let (left, bottom) = (76_u32, 52_u32);
    let plot_width = 620.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred")]
    let plot_height = (plot_width * height / width).clamp(240.0, 620.0) as u32;
    let scale = (plot_width / width).min(f64::from(plot_height) / height);
    let (spare_x, spare_y) =
        ((plot_width / scale - width) / 2.0, (f64::from(plot_height) / scale - height) / 2.0);
    let size = (620 + left + 12, plot_height + bottom + 12);
    let most = map.cells.iter().map(|cell| cell.customers).max().unwrap_or(1) as f64;
    let axis = |i: usize| {
        format!("component {} ({} of the variance)", i + 1, percent_text(map.variance[i]))
    };
    let drawing = drawing(size, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_top(12)
            .margin_right(12)
            .x_label_area_size(bottom)
            .y_label_area_size(left)
            .build_cartesian_2d(
                low.0 - room - spare_x..high.0 + room + spare_x,
                low.1 - room - spare_y..high.1 + room + spare_y,
            )?;
        let as_text = |value: &f64| short_text(*value);
        chart
            .configure_mesh()
            .max_light_lines(0)
            .bold_line_style(Ink::Grid.line(1))
            .axis_style(Ink::Faint.line(1))
            .label_style(label(14, Ink::Faint, CENTRE))
            .axis_desc_style(label(14, Ink::Faint, CENTRE))
            .x_label_formatter(&as_text)
            .y_label_formatter(&as_text)
            .x_labels(8)
            .y_labels(6)
            .x_desc(axis(0))
            .y_desc(axis(1))
            .draw()?;
        chart.draw_series(map.cells.iter().map(|cell| {
            // The area of a square shows how many customers it stands for.
            let reach = half * 0.94 * math::sqrt(cell.customers as f64 / most).max(0.2);
            let ([x, y], ink) = (cell.at, Ink::Segment(position_of(metrics, cell.id)));
            Rectangle::new([(x - reach, y + reach), (x + reach, y - reach)], ink.fill())
        }))?;
        for &(x, y, id) in customers.unwrap_or_default() {
            let ink = Ink::Segment(position_of(metrics, id));
            chart.draw_series([Circle::new((x, y), 2, ink.fill())])?;
        }
        for (ellipse, outline) in map.ellipses.iter().zip(&outlines) {
            let ink = Ink::Segment(position_of(metrics, ellipse.id));
            chart.draw_series([PathElement::new(outline.clone(), ink.line(3))])?;
        }
        for ellipse in &map.ellipses {
            let at = (ellipse.centre[0], ellipse.centre[1]);
            let style = label(18, Ink::Text, CENTRE);
            chart.draw_series([Text::new(ellipse.id.to_string(), at, style)])?;
        }
        Ok(())
    });
    let shown: usize = map.cells.iter().map(|cell| cell.customers).sum();
    let message = format!(
        "Customers who are alike lie close together. The two axes show {} of the variance, so segments \
         that overlap here may still differ in what is not shown. Each ellipse holds the heart of a segment \
         (one standard deviation), with its number; the larger a square, the more customers it stands for, \
         in the colour of the segment most frequent there. {} customers are in squares that are shown; {} \
         are in squares of too few customers, which are not.",
        percent_text(map.variance[0] + map.variance[1]),
        grouped(&shown.to_string()),
        grouped(&map.hidden.to_string()),
    );
    Some(Chart {
        id: "map".into(),
        title: "Principal components".into(),
        message,
        drawing,
        size,
        class: "wide map",
        table: Some(ellipses(metrics, map)),
    })
}

fn ellipses(metrics: &Metrics<'_>, map: &Map) -> Table {
    let head =
        ["Segment", "Centre, axis 1", "Centre, axis 2", "Longer half axis", "Shorter half axis"];
    let mut table = Table::new("The ellipses of the segments", &head);
    for (i, ellipse) in map.ellipses.iter().enumerate() {
        let figure =
            |field: &str, value| number(&format!("pictures.map.ellipses[{i}].{field}"), value);
        table.row([
            Html::from(short(metrics, position_of(metrics, ellipse.id))),
            figure("centre[0]", ellipse.centre[0]),
            figure("centre[1]", ellipse.centre[1]),
            figure("axes[0]", ellipse.axes[0]),
            figure("axes[1]", ellipse.axes[1]),
        ]);
    }
    table
}

/// What the two axes of the map are made of.
pub(super) fn loadings(map: &Map) -> Table {
    let mut table = Table::new(
        "What the map's axes are made of",
        &["Axis", "Share of the variance", "Weighs most"],
    );
    for axis in 0..2 {
        let weights = map.loadings[axis].iter().enumerate().flat_map(|(i, (feature, weight))| {
            let comma = if i == 0 { "" } else { ", " };
            let path = format!("pictures.map.loadings[{axis}][{i}][1]");
            [Html::from(format!("{comma}{feature} ")), number(&path, *weight)]
        });
        table.row([
            Html::from(format!("component {}", axis + 1)),
            percent(&format!("pictures.map.variance[{axis}]"), map.variance[axis]),
            Html::join(weights),
        ]);
    }
    table
}
