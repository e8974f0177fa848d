//! The silhouette plot.

use plotters::prelude::*;

use super::draw::{CENTRE, Ink, RIGHT, drawing, label};
use super::html::{self, Html, number, short_text, text};
use super::parts::{Chart, Table, short};
use crate::metrics::Metrics;

/// How tall a segment is in the silhouette plot; a small one is still seen.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 16 to 300")]
fn tall(share: f64) -> u32 {
    (share * 300.0).clamp(16.0, 300.0) as u32
}

/// The silhouette plot: one shape a segment, its customers' silhouettes from the largest down.
pub(super) fn silhouettes(metrics: &Metrics<'_>) -> Option<Chart> {
    let bars = &metrics.pictures.silhouettes;
    let values = || bars.iter().flat_map(|segment| segment.values.iter().copied());
    if values().next().is_none() || values().any(|value| !value.is_finite()) {
        return None;
    }
    let low = values().fold(0.0_f64, f64::min);
    let high = values().fold(0.0_f64, f64::max);
    let room = 0.05 * (high - low).max(0.1);
    let n = bars.len();
    let heights: Vec<u32> = metrics.segments.iter().map(|segment| tall(segment.share)).collect();
    let height = heights.iter().map(|height| height + 6).sum::<u32>() + 6;
    let size = (680, height + 52);
    let overall = metrics.evidence.curve.iter().find(|per_k| per_k.k == metrics.k);
    let overall = overall.and_then(|per_k| per_k.silhouette).filter(|mean| mean.is_finite());
    let drawing = drawing(size, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_top(0)
            .margin_right(16)
            .x_label_area_size(52)
            .y_label_area_size(40)
            .build_cartesian_2d(low - room..high + room, f64::from(height)..0.0)?;
        let as_text = |value: &f64| short_text(*value);
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .max_light_lines(0)
            .bold_line_style(Ink::Grid.line(1))
            .axis_style(Ink::Faint.line(1))
            .label_style(label(14, Ink::Faint, CENTRE))
            .axis_desc_style(label(14, Ink::Faint, CENTRE))
            .y_labels(0)
            .x_labels(8)
            .x_label_formatter(&as_text)
            .x_desc("silhouette")
            .draw()?;
        let mut top = 6.0;
        for (position, (segment, tall)) in bars.iter().zip(&heights).enumerate().take(n) {
            let tall = f64::from(*tall);
            let step = tall / segment.values.len().max(1) as f64;
            let mut outline = vec![(0.0, top)];
            for (i, value) in segment.values.iter().enumerate() {
                outline.push((*value, top + step * i as f64));
                outline.push((*value, top + step * (i + 1) as f64));
            }
            outline.push((0.0, top + tall));
            chart.draw_series([Polygon::new(outline, Ink::Segment(position).fill())])?;
            let at = chart.backend_coord(&(low - room, top + tall / 2.0));
            area.draw(&Text::new(
                segment.id.to_string(),
                (at.0 - 8, at.1),
                label(14, Ink::Text, RIGHT),
            ))?;
            top += tall + 6.0;
        }
        let axis = vec![(0.0, 0.0), (0.0, f64::from(height))];
        chart.draw_series([PathElement::new(axis, Ink::Faint.line(1))])?;
        if let Some(mean) = overall {
            let line = vec![(mean, 0.0), (mean, f64::from(height))];
            chart.draw_series([PathElement::new(line, Ink::Mark.line(2))])?;
        }
        Ok(())
    });
    let mut message =
        "How well customers sit in their segment: near 1 well inside, near 0 between two \
                       segments, below 0 nearer to another one."
            .to_owned();
    if let Some(mean) = overall {
        html::add(&mut message, &format!(" The dashed line is the mean of all, {}.", text(mean)));
    }
    let below = bars.iter().filter(|segment| segment.values.last().is_some_and(|last| *last < 0.0));
    html::add(
        &mut message,
        &match below.count() {
            0 => " In no segment does it fall below 0.".to_owned(),
            1 => " In one segment it falls below 0.".to_owned(),
            some if some == n => format!(" In all {n} segments it falls below 0."),
            some => format!(" In {some} segments it falls below 0."),
        },
    );
    Some(Chart {
        id: "silhouette".into(),
        title: "The silhouette plot".into(),
        message,
        drawing,
        size,
        class: "wide",
        table: Some(silhouette_table(metrics)),
    })
}

fn silhouette_table(metrics: &Metrics<'_>) -> Table {
    let mut table = Table::new(
        "Silhouettes by segment",
        &["Segment", "Mean", "Largest bar", "Middle bar", "Smallest bar"],
    );
    for (position, segment) in metrics.pictures.silhouettes.iter().enumerate() {
        let bar = |i: usize| match segment.values.get(i) {
            Some(value) => number(&format!("pictures.silhouettes[{position}].values[{i}]"), *value),
            None => Html::from(html::NONE),
        };
        let last = segment.values.len().saturating_sub(1);
        table.row([
            Html::from(short(metrics, position)),
            html::maybe(
                &format!("segments[{position}].silhouette"),
                metrics.segments[position].silhouette,
            ),
            bar(0),
            bar(last / 2),
            bar(last),
        ]);
    }
    table
}
