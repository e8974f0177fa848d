//! How a column's values are spread, in all customers and in each segment.

use plotters::prelude::*;

use super::draw::{Ink, LEFT, RIGHT, drawing, label};
use super::html::{self, Html, cut, percent, percent_text};
use super::parts::{Chart, Table};
use crate::metrics::Metrics;
use crate::pictures::Distribution;

fn pixels(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(1)
}

/// How much a segment's shares differ from those of all, from 0 to 1 (total variation).
pub(super) fn difference(distribution: &Distribution, position: usize) -> f64 {
    let pairs = distribution.segments[position].iter().zip(&distribution.all);
    let gaps = pairs.map(|(own, all)| (own - all).abs()).filter(|gap| gap.is_finite());
    gaps.fold(0.0, |sum, gap| sum + gap) / 2.0
}

/// A column's spread: a panel for each segment, beside all customers.
pub(super) fn distribution(metrics: &Metrics<'_>, index: usize, with_table: bool) -> Chart {
    const PANEL: (u32, u32) = (156, 124);
    let distribution = &metrics.pictures.distributions[index];
    let n = distribution.segments.len();
    let n_bins = distribution.bins.len();
    let columns = n.clamp(1, 3);
    let rows = n.div_ceil(columns).max(1);
    let size = (PANEL.0 * pixels(columns), PANEL.1 * pixels(rows));
    let finite = |value: &f64| if value.is_finite() { *value } else { 0.0 };
    let most = distribution.segments.iter().chain([&distribution.all]).flatten().map(finite);
    let most = most.fold(0.05, f64::max);
    let drawing = drawing(size, |area| {
        for (position, panel) in area.split_evenly((rows, columns)).iter().enumerate().take(n) {
            let title = format!("segment {}", metrics.segments[position].id);
            panel.draw(&Text::new(title, (8, 12), label(13, Ink::Text, LEFT)))?;
            let mut chart = ChartBuilder::on(panel)
                .margin_top(24)
                .margin_left(8)
                .margin_right(8)
                .margin_bottom(22)
                .build_cartesian_2d(0.0..n_bins as f64, 0.0..most * 1.02)?;
            let (from, to) =
                (chart.backend_coord(&(0.0, 0.0)), chart.backend_coord(&(n_bins as f64, 0.0)));
            area.draw(&PathElement::new(vec![from, to], Ink::Faint.line(1)))?;
            if let [first, .., last] = &distribution.bins[..] {
                let below = from.1 + 11;
                let style = |at| label(10, Ink::Faint, at);
                area.draw(&Text::new(cut(first, 13), (from.0, below), style(LEFT)))?;
                area.draw(&Text::new(cut(last, 13), (to.0, below), style(RIGHT)))?;
            }
            let bars = distribution.segments[position].iter().map(finite).enumerate();
            let ink = Ink::Segment(position).fill();
            chart.draw_series(bars.filter(|(_, share)| *share > 0.0).map(|(bin, share)| {
                let left = bin as f64;
                Rectangle::new([(left + 0.08, share), (left + 0.92, 0.0)], ink)
            }))?;
            let mut line = vec![(0.0, 0.0)];
            for (bin, share) in distribution.all.iter().map(finite).enumerate() {
                line.push((bin as f64, share));
                line.push((bin as f64 + 1.0, share));
            }
            line.push((n_bins as f64, 0.0));
            chart.draw_series([PathElement::new(line, Ink::All.line(2))])?;
        }
        Ok(())
    });
    Chart {
        id: format!("spread-{index}"),
        title: distribution.column.clone(),
        message: spread_message(metrics, distribution),
        drawing,
        size,
        class: "",
        table: with_table.then(|| spread_table(metrics, index, distribution)),
    }
}

fn spread_message(metrics: &Metrics<'_>, distribution: &Distribution) -> String {
    let (Some(first), Some(last)) = (distribution.bins.first(), distribution.bins.last()) else {
        return "No customer has a value.".to_owned();
    };
    let mut message = if distribution.bins.len() > 1 {
        format!(
            "{} bars from \u{201c}{first}\u{201d} to \u{201c}{last}\u{201d}.",
            distribution.bins.len()
        )
    } else {
        format!("One bar: \u{201c}{first}\u{201d}.")
    };
    let differing = (0..distribution.segments.len())
        .map(|position| (difference(distribution, position), position))
        .fold((0.0, 0), |most, one| if one.0 > most.0 { one } else { most });
    if differing.0 >= 0.1 {
        let position = differing.1;
        let gap = |bin: &usize| {
            let gap = distribution.segments[position][*bin] - distribution.all[*bin];
            if gap.is_finite() { gap } else { f64::NEG_INFINITY }
        };
        let most =
            (0..distribution.bins.len()).reduce(|a, b| if gap(&b) > gap(&a) { b } else { a });
        let bin = most.unwrap_or(0);
        html::add(
            &mut message,
            &format!(
                " Segment {} differs most: {} are \u{201c}{}\u{201d}, of all customers {}.",
                metrics.segments[position].id,
                percent_text(distribution.segments[position][bin]),
                distribution.bins[bin],
                percent_text(distribution.all[bin]),
            ),
        );
    } else {
        message += " The segments hardly differ.";
    }
    let tallest = distribution.segments.iter().chain([&distribution.all]).flatten().copied();
    html::add(
        &mut message,
        &format!(" The tallest bar is {}.", percent_text(tallest.fold(0.0, f64::max))),
    );
    if distribution.missing > 0.0 {
        html::add(&mut message, &format!(" {} have no value.", percent_text(distribution.missing)));
    }
    message
}

fn spread_table(metrics: &Metrics<'_>, index: usize, distribution: &Distribution) -> Table {
    let mut table =
        Table::new(format!("{}: shares of customers", distribution.column), &["Value", "All"]);
    let ids = metrics.segments.iter().map(|segment| format!("Segment {}", segment.id));
    table.head.extend(ids.take(distribution.segments.len()));
    let path = |rest: String| format!("pictures.distributions[{index}].{rest}");
    for (bin, name) in distribution.bins.iter().enumerate() {
        let own = distribution.segments.iter().enumerate().map(|(position, shares)| {
            percent(&path(format!("segments[{position}][{bin}]")), shares[bin])
        });
        let all = percent(&path(format!("all[{bin}]")), distribution.all[bin]);
        table.row([Html::from(name.as_str()), all].into_iter().chain(own));
    }
    table
}
