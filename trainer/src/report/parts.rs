//! Tables and charts, as every section has them.

use askama::Template;
use askama::filters::HtmlSafe;

use super::html::{Html, cut};
use crate::metrics::Metrics;

/// A segment's name where there is little room.
pub(super) fn short(metrics: &Metrics<'_>, position: usize) -> String {
    let segment = &metrics.segments[position];
    format!("{} {}", segment.id, cut(&segment.name, 32))
}

/// A table with a caption; the first cell of a row is its heading.
#[derive(Template)]
#[template(path = "report/table.html")]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A cell, and what it looks like.
pub(super) struct Cell {
    pub(super) html: Html,
    pub(super) class: &'static str,
}

impl<H: Into<Html>> From<H> for Cell {
    fn from(html: H) -> Self {
        Self { html: html.into(), class: "" }
    }
}

impl HtmlSafe for Table {}

impl Table {
    pub(super) fn new(caption: impl Into<String>, head: &[&str]) -> Self {
        let head = head.iter().map(|text| (*text).to_owned()).collect();
        Self { caption: caption.into(), head, rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Html>) {
        self.rows.push(cells.into_iter().map(Cell::from).collect());
    }
}

/// A picture, its message in words, and its figures as a table.
#[derive(Template)]
#[template(path = "report/chart.html")]
pub(super) struct Chart {
    /// Unique on the page.
    pub(super) id: String,
    /// What it shows.
    pub(super) title: String,
    /// What it says, with figures.
    pub(super) message: String,
    /// The drawing without its `svg` element.
    pub(super) drawing: String,
    /// Width and height.
    pub(super) size: (u32, u32),
    /// `wide`: scrolls on a narrow screen rather than shrinks. `map`: labels lie on colours.
    pub(super) class: &'static str,
    pub(super) table: Option<Table>,
}

impl HtmlSafe for Chart {}
