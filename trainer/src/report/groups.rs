//! How the segments divide the groups of a sensitive attribute.

use plotters::prelude::*;

use super::draw::{CENTRE, Ink, RIGHT, bars_of_shares, drawing, label};
use super::html::{self, Html, cut, percent, percent_text};
use super::parts::{Chart, Table};
use crate::describe::profile::GroupMix;
use crate::metrics::Metrics;

/// How the segments divide the groups of a sensitive attribute.
pub(super) fn groups(metrics: &Metrics<'_>, index: usize) -> Chart {
    let mix: &GroupMix = &metrics.groups[index];
    let height = 30 * u32::try_from(mix.groups.len().max(1)).unwrap_or(1);
    let size = (680, height + 44);
    let drawing = drawing(size, |area| {
        let mut chart = bars_of_shares(area, height, [150, 20], 14)?;
        for (row, group) in mix.groups.iter().enumerate() {
            let top = 30.0 * row as f64 + 4.0;
            let mut left = 0.0;
            for (position, share) in group.shares.iter().enumerate() {
                let share = if share.is_finite() { *share } else { 0.0 };
                let corners = [(left, top), (left + share, top + 22.0)];
                chart.draw_series([Rectangle::new(corners, Ink::Segment(position).fill())])?;
                left += share;
            }
            let at = chart.backend_coord(&(0.0, top + 11.0));
            let name = cut(&group.name, 20);
            area.draw(&Text::new(name, (at.0 - 8, at.1), label(14, Ink::Text, RIGHT)))?;
            let mut left = 0.0;
            for (position, share) in group.shares.iter().enumerate() {
                let share = if share.is_finite() { *share } else { 0.0 };
                if share >= 0.05 && position < metrics.segments.len() {
                    let at = chart.backend_coord(&(left + share / 2.0, top + 11.0));
                    let id = metrics.segments[position].id.to_string();
                    area.draw(&Text::new(id, at, label(14, Ink::Text, CENTRE)))?;
                }
                left += share;
            }
        }
        Ok(())
    });
    let mut table = Table::new(
        format!("{}: the mix of segments in each group", mix.column),
        &["Group", "Customers"],
    );
    table.head.extend(metrics.segments.iter().map(|segment| format!("Segment {}", segment.id)));
    for (g, group) in mix.groups.iter().enumerate() {
        let shares = group.shares.iter().enumerate();
        let path = |rest: String| format!("groups[{index}].groups[{g}].{rest}");
        let shares = shares.map(|(s, share)| percent(&path(format!("shares[{s}]")), *share));
        let name = Html::from(group.name.as_str());
        table.row([name, html::count(&path("size".into()), group.size)].into_iter().chain(shares));
    }
    Chart {
        id: format!("groups-{index}"),
        title: format!("{} ({})", mix.column, mix.attribute),
        message: groups_message(metrics, mix),
        drawing,
        size,
        class: "wide map",
        table: Some(table),
    }
}

/// Where two groups differ most.
fn groups_message(metrics: &Metrics<'_>, mix: &GroupMix) -> String {
    let mut widest: Option<(f64, usize, usize, usize)> = None;
    for (position, _) in metrics.segments.iter().enumerate() {
        let share = |g: &usize| mix.groups[*g].shares.get(position).copied().unwrap_or(0.0);
        let told = || (0..mix.groups.len()).filter(|g| share(g).is_finite());
        let least = told().reduce(|a, b| if share(&b) < share(&a) { b } else { a });
        let most = told().reduce(|a, b| if share(&b) > share(&a) { b } else { a });
        let (Some(least), Some(most)) = (least, most) else { continue };
        let gap = share(&most) - share(&least);
        if widest.is_none_or(|known| gap > known.0) {
            widest = Some((gap, position, most, least));
        }
    }
    let Some((gap, position, most, least)) = widest.filter(|widest| widest.0 > 0.0) else {
        return "The groups are divided alike.".to_owned();
    };
    let share = |g: usize| percent_text(mix.groups[g].shares[position]);
    format!(
        "The widest gap is in segment {}: {} of \u{201c}{}\u{201d} and {} of \u{201c}{}\u{201d} are in it{}.",
        metrics.segments[position].id,
        share(most),
        cut(&mix.groups[most].name, 40),
        share(least),
        cut(&mix.groups[least].name, 40),
        if gap < 0.05 { ", so the groups are divided much alike" } else { "" },
    )
}
