//! What each segment is: its card, and the heat map of all of them.

use askama::Template;
use askama::filters::HtmlSafe;

use super::draw::Ink;
use super::html::{self, Html, count, number, percent};
use super::parts::{Cell, Table};
use super::words;
use crate::describe::profile::{SegmentProfile, Trait};
use crate::evidence::Standing;
use crate::metrics::Metrics;

/// What sets a segment apart: so much is drawn of it.
const TRAITS: usize = 6;

/// The typical values that stand on the card itself, and all that are given.
const TYPICAL: (usize, usize) = (6, 40);

/// An effect of this size fills its bar.
const FULL_EFFECT: f64 = 2.0;

/// The features that the heat map shows at once.
const HEAT_ROWS: usize = 30;

/// The cells that the table of the other features may have.
const HEAT_CELLS: usize = 3000;

/// A segment's card.
#[derive(Template)]
#[template(path = "report/card.html")]
pub(super) struct Card {
    pub(super) id: u16,
    pub(super) swatch: Html,
    pub(super) name: String,
    size: Html,
    pub(super) share: Html,
    description: String,
    pub(super) dissolves: bool,
    standing: Option<(&'static str, &'static str)>,
    jaccard: Html,
    silhouette: Html,
    bars: Vec<Bar>,
    typical: Vec<(Html, String)>,
    more: Vec<(Html, String)>,
    n_omitted: usize,
}

impl HtmlSafe for Card {}

/// One thing that sets a segment apart, as a bar from the middle.
struct Bar {
    text: Html,
    effect: Html,
    figures: Html,
    /// Where it begins and how wide it is, in percent.
    start: u32,
    width: u32,
    side: &'static str,
}

pub(super) fn cards(metrics: &Metrics<'_>) -> Vec<Card> {
    metrics.segments.iter().enumerate().map(|(position, segment)| card(position, segment)).collect()
}

fn card(position: usize, segment: &SegmentProfile) -> Card {
    let path = |field: &str| format!("segments[{position}].{field}");
    // What sets the segment apart says most about its typical customer.
    let is_trait = |column: &str| segment.traits.iter().any(|known| known.column == column);
    let (first, rest): (Vec<_>, Vec<_>) =
        segment.typical.iter().partition(|typical| is_trait(&typical.column));
    let mut typical: Vec<(Html, String)> = first
        .into_iter()
        .chain(rest)
        .map(|typical| (Html::name(&typical.column), typical.value.clone()))
        .collect();
    let n_omitted = typical.len().saturating_sub(TYPICAL.1);
    typical.truncate(TYPICAL.1);
    let more = typical.split_off(TYPICAL.0.min(typical.len()));
    Card {
        id: segment.id,
        swatch: Html::swatch(Ink::Segment(position).class()),
        name: segment.name.clone(),
        size: count(&path("size"), segment.size),
        share: percent(&path("share"), segment.share),
        description: segment.description.clone(),
        dissolves: segment.standing == Some(Standing::Dissolves),
        standing: segment.standing.map(|s| (words::standing(s), words::standing_meaning(s))),
        jaccard: html::maybe(&path("jaccard"), segment.jaccard),
        silhouette: html::maybe(&path("silhouette"), segment.silhouette),
        bars: segment
            .traits
            .iter()
            .take(TRAITS)
            .enumerate()
            .map(|(i, what)| bar(&path(&format!("traits[{i}]")), what))
            .collect(),
        typical,
        more,
        n_omitted,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 50")]
fn bar(path: &str, what: &Trait) -> Bar {
    let size = if what.effect.is_finite() { what.effect.abs() } else { 0.0 };
    let width = (50.0 * (size / FULL_EFFECT).min(1.0)).round().max(1.0) as u32;
    let is_share = what.figure != "median";
    let figure = |field: &str, value| {
        let path = format!("{path}.{field}");
        if is_share { percent(&path, value) } else { number(&path, value) }
    };
    let words = match what.figure {
        "median" => ["median ", ", "],
        "share" => ["", " of the segment, "],
        _ => ["not 0 in ", " of the segment, "],
    };
    Bar {
        text: Html::name(&what.text),
        effect: number(&format!("{path}.effect"), what.effect),
        figures: Html::join([
            Html::from(words[0]),
            figure("segment", what.segment),
            Html::from(words[1]),
            figure("overall", what.overall),
            Html::from(" of all customers"),
        ]),
        start: if what.effect < 0.0 { 50 - width } else { 50 },
        width,
        side: if what.effect < 0.0 { "less" } else { "more" },
    }
}

/// The heat map: the most telling features, and the others, as many as a page can bear.
pub(super) struct Heat {
    pub(super) shown: Table,
    pub(super) rest: Option<Table>,
    pub(super) n_omitted: usize,
}

pub(super) fn heat(metrics: &Metrics<'_>) -> Option<Heat> {
    let heat = &metrics.pictures.heat;
    if heat.features.is_empty() || heat.segments.is_empty() {
        return None;
    }
    let telling = |row: usize| {
        let sizes = heat.values[row].iter().map(|value| value.abs());
        sizes.filter(|size| size.is_finite()).fold(0.0, f64::max)
    };
    let mut rows: Vec<usize> = (0..heat.features.len()).collect();
    rows.sort_by(|&a, &b| telling(b).total_cmp(&telling(a)).then(a.cmp(&b)));
    let mut rest = rows.split_off(HEAT_ROWS.min(rows.len()));
    let room = HEAT_CELLS / (heat.segments.len() + 1);
    let n_omitted = rest.len().saturating_sub(room);
    rest.truncate(room);
    let table = |caption: &str, rows: &[usize]| {
        let mut table = Table::new(caption, &["Feature"]);
        table.head.extend(heat.segments.iter().map(|id| format!("Segment {id}")));
        for &row in rows {
            let figures = heat.values[row].iter().enumerate().map(|(position, &value)| Cell {
                html: number(&format!("pictures.heat.values[{row}][{position}]"), value),
                class: heat_class(value),
            });
            let name = Cell::from(Html::name(&heat.features[row]));
            table.rows.push(std::iter::once(name).chain(figures).collect());
        }
        table
    };
    let shown = if rest.is_empty() && n_omitted == 0 {
        "How far each segment's mean lies from that of all customers, in standard deviations"
            .to_owned()
    } else {
        format!(
            "The {} most telling features: how far each segment's mean lies from that of all customers, in \
             standard deviations",
            rows.len()
        )
    };
    let rest = (!rest.is_empty()).then(|| table("The other features", &rest));
    Some(Heat { shown: table(&shown, &rows), rest, n_omitted })
}

fn heat_class(value: f64) -> &'static str {
    let steps = [0.2, 0.5, 1.0, 1.5].iter().filter(|bound| value.abs() >= **bound).count();
    let below = ["heat", "heat l1", "heat l2", "heat l3", "heat l4"];
    let above = ["heat", "heat m1", "heat m2", "heat m3", "heat m4"];
    if value < 0.0 { below[steps] } else { above[steps] }
}
