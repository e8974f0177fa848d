//! `report.html`: one file that a marketer can read and a data scientist can check. It asks nothing of a network,
//! runs no script, and every figure in it says where it stands in `metrics.json`.
//!
//! Charts are drawn by plotters; colours are in the style sheet, for light, dark and paper.

mod cards;
mod curves;
mod draw;
mod expectations;
mod expected_charts;
mod groups;
mod html;
mod map;
mod parts;
mod silhouettes;
mod spread;
mod tables;
mod usual;
mod words;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use askama::Template;

use self::cards::{Card, Heat};
use self::expectations::Expectation;
use self::html::{Html, count, number, percent};
use self::parts::{Chart, Table};
use crate::evidence::Standing;
use crate::metrics::Metrics;

/// The columns whose spread is drawn at most, those that tell the segments apart most.
const SPREADS: usize = 40;

/// The panels that are drawn of them at most, and the cells of their tables.
const PANELS: usize = 600;
const SPREAD_CELLS: usize = 4000;

/// So many are open at once; more are folded away.
const OPEN_SPREADS: usize = 6;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    style: String,
    patterns: String,
    source: &'a str,
    metrics: &'a Metrics<'a>,
    rows: Html,
    k: Html,
    algorithm: &'static str,
    verdict: &'static str,
    verdict_term: &'static str,
    chosen_by: &'a str,
    dissolving: Vec<(u16, &'a str)>,
    cards: Vec<Card>,
    map: Option<Chart>,
    loadings: Option<Table>,
    shows_customers: bool,
    heat: Option<Heat>,
    elbow: Option<Chart>,
    criteria: Option<Table>,
    agreement: Html,
    knees: Option<Table>,
    small: Vec<Chart>,
    by_k: Table,
    silhouette: Option<Chart>,
    how: Vec<Html>,
    comparison: Option<Table>,
    lineage: Option<(Html, String, Table)>,
    spreads: Vec<Chart>,
    more_spreads: Vec<Chart>,
    spreads_omitted: usize,
    groups: Vec<Chart>,
    expectations: Vec<Expectation>,
    usual: Option<(String, Table)>,
    gap: Option<(String, Table)>,
    columns: Table,
    findings: Option<Table>,
    features: Html,
    prepared: Html,
    seed: Html,
    sensitive: Vec<String>,
}

/// The report as one HTML file.
///
/// `customers` are shown one by one on the map where they are given: their place, and the id of their segment
/// (see [`map_points`](crate::pictures::map_points)). `source_name` is the table's file name, without its folder.
pub fn render(
    metrics: &Metrics<'_>,
    customers: Option<&[(f64, f64, u16)]>,
    source_name: &str,
) -> String {
    let page = page(metrics, customers, source_name);
    page.render().expect("writing into a text cannot fail")
}

fn page<'a>(
    metrics: &'a Metrics<'a>,
    customers: Option<&[(f64, f64, u16)]>,
    source: &'a str,
) -> Page<'a> {
    let decision = metrics.decision;
    let dissolving = metrics.segments.iter().filter(|s| s.standing == Some(Standing::Dissolves));
    let deciding = decision.criteria.iter().filter(|criterion| criterion.k.is_some()).count();
    let agreement = Html::join([
        count("decision.agreeing", decision.agreeing),
        Html::from(format!(" of the {deciding} criteria that decide say ")),
        count("decision.k", decision.k),
        Html::from("."),
    ]);
    let mut spreads = spreads(metrics);
    let spreads_omitted = metrics.pictures.distributions.len() - spreads.len();
    let more_spreads = spreads.split_off(OPEN_SPREADS.min(spreads.len()));
    let criteria = tables::criteria(metrics);
    let knees = curves::knees(metrics.evidence);
    Page {
        style: include_str!("../templates/report/style.css").to_owned()
            + &draw::segment_style(metrics.segments.len()),
        patterns: draw::patterns(metrics.segments.len()),
        source,
        metrics,
        rows: count("rows", metrics.rows),
        k: count("k", metrics.k),
        algorithm: words::algorithm(metrics.algorithm),
        verdict: words::verdict(decision.verdict),
        verdict_term: words::verdict_term(decision.verdict),
        chosen_by: words::chosen_by(decision.chosen_by),
        dissolving: dissolving.map(|segment| (segment.id, segment.name.as_str())).collect(),
        cards: cards::cards(metrics),
        map: map::map(metrics, customers),
        loadings: metrics.pictures.map.as_ref().map(map::loadings),
        shows_customers: customers.is_some(),
        heat: cards::heat(metrics),
        elbow: curves::elbow(metrics),
        criteria: (!criteria.rows.is_empty()).then_some(criteria),
        agreement,
        knees: (!knees.rows.is_empty()).then_some(knees),
        small: curves::criteria(metrics),
        by_k: curves::table(metrics.evidence),
        silhouette: silhouettes::silhouettes(metrics),
        how: how(metrics),
        comparison: tables::comparison(metrics),
        lineage: tables::lineage(metrics),
        spreads,
        more_spreads,
        spreads_omitted,
        groups: (0..metrics.groups.len()).map(|group| groups::groups(metrics, group)).collect(),
        expectations: expectations::expectations(metrics.segments, metrics.targets),
        usual: usual::usual(metrics.usual),
        gap: metrics.typical_gap.map(usual::gaps),
        columns: tables::columns(metrics),
        findings: tables::findings(metrics),
        features: count("features", metrics.features),
        prepared: count("prepared_features", metrics.prepared_features),
        seed: html::plain("seed", metrics.seed),
        sensitive: metrics
            .columns
            .iter()
            .filter(|column| column.role == "feature")
            .filter_map(|column| Some(format!("{} ({})", column.name, column.sensitive?)))
            .collect(),
    }
}

/// The columns whose spread is drawn, in the order of the schema.
fn spreads(metrics: &Metrics<'_>) -> Vec<Chart> {
    let all = &metrics.pictures.distributions;
    let telling = |index: usize| {
        let distribution = &all[index];
        let differences =
            (0..distribution.segments.len()).map(|s| spread::difference(distribution, s));
        differences.filter(|difference| difference.is_finite()).fold(0.0, f64::max)
    };
    let mut indices: Vec<usize> = (0..all.len()).filter(|&i| !all[i].bins.is_empty()).collect();
    indices.sort_by(|&a, &b| telling(b).total_cmp(&telling(a)).then(a.cmp(&b)));
    indices.truncate(SPREADS.min(PANELS / metrics.segments.len().max(1)));
    let mut cells = 0;
    let mut draw = |index: usize| {
        let size = all[index].bins.len() * (all[index].segments.len() + 2);
        cells += size;
        spread::distribution(metrics, index, cells <= SPREAD_CELLS)
    };
    indices.into_iter().map(&mut draw).collect()
}

/// How the evidence was gathered, for whoever wants to know.
fn how(metrics: &Metrics<'_>) -> Vec<Html> {
    let evidence = metrics.evidence;
    let mut said = Vec::new();
    let mut say = |parts: Vec<Html>| said.push(Html::join(parts));
    if evidence.silhouette.rows > 0 {
        let whole = if evidence.silhouette.exact { "all" } else { "a sample of" };
        say(vec![
            Html::from(format!("Silhouette (Rousseeuw 1987) over {whole} ")),
            count("silhouette.rows", evidence.silhouette.rows),
            Html::from(" customers."),
        ]);
    }
    let nulls = evidence.elbow.nulls;
    if nulls.gaussian + nulls.uniform > 0 {
        say(vec![
            Html::from(
                "Knees by Kneedle's normalised difference curve (Satopaa et al. 2011), beside ",
            ),
            count("elbow.nulls.gaussian", nulls.gaussian),
            Html::from(" Gaussian and "),
            count("elbow.nulls.uniform", nulls.uniform),
            Html::from(" uniform data sets without groups, of "),
            count("elbow.nulls.rows", nulls.rows),
            Html::from(" rows each."),
        ]);
    }
    if evidence.gap.references > 0 {
        say(vec![
            Html::from("Gap statistic (Tibshirani, Walther and Hastie 2001) with "),
            count("gap.references", evidence.gap.references),
            Html::from(" reference data sets of "),
            count("gap.rows", evidence.gap.rows),
            Html::from(" rows."),
        ]);
    }
    if evidence.stability.resamples > 0 {
        say(vec![
            Html::from(
                "Stability: Jaccard similarity (Hennig 2007; cuts at 0.6, 0.75 and 0.85) over ",
            ),
            count("stability.resamples", evidence.stability.resamples),
            Html::from(" resamples of "),
            count("stability.rows", evidence.stability.rows),
            Html::from(
                " distinct customers; prediction strength (Tibshirani and Walther 2005) over ",
            ),
            count("stability.splits", evidence.stability.splits),
            Html::from(" splits in halves."),
        ]);
    }
    if let Some(zeros) = &evidence.zero_pattern {
        say(vec![
            Html::from(
                "Normalised mutual information of the segments with the pattern of zeros of ",
            ),
            Html::from(zeros.columns.join(", ")),
            Html::from(": "),
            number("zero_pattern.nmi", zeros.nmi),
            Html::from("; adjusted Rand index: "),
            number("zero_pattern.adjusted_rand", zeros.adjusted_rand),
            Html::from("; patterns: "),
            count("zero_pattern.patterns", zeros.patterns),
            Html::from("."),
        ]);
    }
    if let Some(map) = &metrics.pictures.map {
        say(vec![
            Html::from("Map: principal components of the prepared features; the first two show "),
            percent("pictures.map.variance[0]", map.variance[0]),
            Html::from(" and "),
            percent("pictures.map.variance[1]", map.variance[1]),
            Html::from(" of the variance; squares with a side of "),
            number("pictures.map.cell_side", map.cell_side),
            Html::from("; customers not shown: "),
            count("pictures.map.hidden", map.hidden),
            Html::from("."),
        ]);
    }
    said
}
