//! The other pictures: the map, the silhouettes, how columns are spread, and how groups are divided.

use plotters::prelude::*;
use shared::math;

use super::draw::{CENTRE, Ink, LEFT, RIGHT, drawing, label};
use super::html::{self, Html, cut, grouped, number, percent, percent_text, text};
use super::parts::{Chart, Table};
use crate::describe::profile::GroupMix;
use crate::metrics::Metrics;
use crate::pictures::{Distribution, Ellipse, Map};

/// The points of an ellipse's outline.
const OUTLINE: usize = 48;

/// Single customers, where they are shown: where they lie, and the id of their segment.
pub(super) type Points<'a> = &'a [(f64, f64, u16)];

/// A segment's name where there is little room.
pub(super) fn short(metrics: &Metrics<'_>, position: usize) -> String {
    let segment = &metrics.segments[position];
    format!("{} {}", segment.id, cut(&segment.name, 32))
}

/// A figure on an axis, without needless zeros.
fn short_text(value: f64) -> String {
    // Steps of a tenth do not quite add up to 0.
    let value = if value.abs() < 1e-9 { 0.0 } else { value };
    let whole = (value - value.round()).abs() < 1e-9;
    if whole && value.abs() < 1000.0 {
        text(value).replace(".00", "").replace(".0", "")
    } else {
        text(value)
    }
}

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

/// How the segments divide the groups of a sensitive attribute.
pub(super) fn groups(metrics: &Metrics<'_>, index: usize) -> Chart {
    let mix: &GroupMix = &metrics.groups[index];
    let height = 30 * u32::try_from(mix.groups.len().max(1)).unwrap_or(1);
    let size = (680, height + 44);
    let drawing = drawing(size, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(20)
            .x_label_area_size(40)
            .y_label_area_size(150)
            .build_cartesian_2d(0.0..1.0, f64::from(height)..0.0)?;
        let as_text = |value: &f64| percent_text(*value);
        chart
            .configure_mesh()
            .disable_mesh()
            .disable_y_axis()
            .axis_style(Ink::Faint.line(1))
            .label_style(label(14, Ink::Faint, CENTRE))
            .y_labels(0)
            .x_labels(5)
            .x_label_formatter(&as_text)
            .draw()?;
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
