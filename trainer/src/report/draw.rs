//! Drawing with plotters: colours are names here, which the page's style sheet gives their values, light or dark.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::html::percent_text;

/// A drawing, or a part of it.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What drawing returns.
pub(super) type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// A chart over two axes of numbers.
pub(super) type Plane<'a, 'b> =
    ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// A chart of bars from 0 to 100 %, one below the other in `height` pixels, with the axis beneath; `left` pixels are
/// for what stands beside the bars, `right` for the last label.
pub(super) fn bars_of_shares<'a, 'b>(
    area: &'a Area<'b>,
    height: u32,
    [left, right]: [u32; 2],
    font: u32,
) -> Result<Plane<'a, 'b>, DrawingAreaErrorKind<std::io::Error>> {
    let mut chart = ChartBuilder::on(area)
        .margin_right(right)
        .x_label_area_size(40)
        .y_label_area_size(left)
        .build_cartesian_2d(0.0..1.0, f64::from(height)..0.0)?;
    let as_text = |value: &f64| percent_text(*value);
    chart
        .configure_mesh()
        .disable_mesh()
        .disable_y_axis()
        .axis_style(Ink::Faint.line(1))
        .label_style(label(font, Ink::Faint, CENTRE))
        .y_labels(0)
        .x_labels(5)
        .x_label_formatter(&as_text)
        .draw()?;
    Ok(chart)
}

/// What a colour is for. plotters writes each as a colour that nothing else has, and [`drawing`] makes it a
/// class: `f` and the number for what is filled, `s` for what is stroked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Text.
    Text,
    /// Text of less weight, and axes.
    Faint,
    /// Lines behind a chart.
    Grid,
    /// What data without groups show.
    Band,
    /// A curve.
    Curve,
    /// What was chosen.
    Chosen,
    /// A dashed line that marks something.
    Mark,
    /// All customers, beside a segment.
    All,
    /// A segment, by its position.
    Segment(usize),
}

/// The colours that tell segments apart; beyond these, each comes again with a pattern.
pub(super) const HUES: usize = 7;

/// The ways in which a colour is filled: plain, and four patterns.
pub(super) const FILLS: usize = 5;

const FIRST_SEGMENT: usize = 16;

impl Ink {
    /// The number of its class.
    pub(super) fn class(self) -> usize {
        match self {
            Self::Text => 0,
            Self::Faint => 1,
            Self::Grid => 2,
            Self::Band => 3,
            Self::Curve => 4,
            Self::Chosen => 5,
            Self::Mark => 6,
            Self::All => 7,
            Self::Segment(position) => FIRST_SEGMENT + position % (HUES * FILLS),
        }
    }

    pub(super) fn color(self) -> RGBColor {
        RGBColor(1, 0, u8::try_from(self.class()).expect("there are few classes"))
    }

    pub(super) fn fill(self) -> ShapeStyle {
        self.color().filled()
    }

    pub(super) fn line(self, width: u32) -> ShapeStyle {
        self.color().stroke_width(width)
    }
}

/// Text of a size in the drawing's pixels, anchored at its middle unless said otherwise.
pub(super) fn label(size: u32, ink: Ink, at: (HPos, VPos)) -> TextStyle<'static> {
    // The SVG backend divides by this.
    let size = f64::from(size) * 1.24;
    ("sans-serif", size).into_font().color(&ink.color()).pos(Pos::new(at.0, at.1))
}

pub(super) const CENTRE: (HPos, VPos) = (HPos::Center, VPos::Center);
pub(super) const LEFT: (HPos, VPos) = (HPos::Left, VPos::Center);
pub(super) const RIGHT: (HPos, VPos) = (HPos::Right, VPos::Center);

/// What `draw` draws, as the inside of an `svg` element.
pub(super) fn drawing(size: (u32, u32), draw: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
    draw(&area).and_then(|()| area.present()).expect("drawing into a text cannot fail");
    drop(area);
    classed(&text)
}

/// Without the outer element, and with classes in place of colours. Text cannot be mistaken for an attribute:
/// plotters escapes its quotation marks.
fn classed(svg: &str) -> String {
    const NEEDLESS: [&str; 6] = [
        r#" opacity="1""#,
        r#" stroke="none""#,
        r#" fill="none""#,
        r#" stroke-width="1""#,
        r#" font-family="sans-serif""#,
        " stroke-width=\"0\"",
    ];
    let mut out = String::with_capacity(svg.len() / 2);
    for line in svg.lines().filter(|line| !line.starts_with("<svg") && *line != "</svg>") {
        if !line.starts_with('<') {
            out.push_str(line);
            continue;
        }
        let mut line = line.to_owned();
        for needless in NEEDLESS {
            line = line.replace(needless, "");
        }
        for (attribute, class) in [(" fill=\"#0100", 'f'), (" stroke=\"#0100", 's')] {
            while let Some(start) = line.find(attribute) {
                let digits = start + attribute.len();
                let number = usize::from_str_radix(&line[digits..digits + 2], 16)
                    .expect("plotters writes two digits a colour");
                line.replace_range(start..digits + 3, &format!(" class=\"{class}{number}\""));
            }
        }
        out.push_str(&line);
    }
    out
}

/// The rules for the classes of so many segments.
pub(super) fn segment_style(n_segments: usize) -> String {
    let rule = |position: usize| {
        let class = Ink::Segment(position).class();
        let (hue, fill) = (position % HUES, position / HUES % FILLS);
        let paint = if fill == 0 { format!("var(--s{hue})") } else { format!("url(#p{class})") };
        let dash = ["", "7 3", "2 3", "9 3 2 3", "4 2 1 2"][fill];
        let dash = if fill == 0 { String::new() } else { format!(";stroke-dasharray:{dash}") };
        format!(".f{class}{{fill:{paint}}}.s{class}{{fill:none;stroke:var(--s{hue}){dash}}}")
    };
    (0..n_segments.min(HUES * FILLS)).map(rule).collect()
}

/// The patterns of so many segments, as definitions for the page.
pub(super) fn patterns(n_segments: usize) -> String {
    let pattern = |position: usize| {
        let class = Ink::Segment(position).class();
        let (hue, fill) = (position % HUES, position / HUES % FILLS);
        let marks = match fill {
            1 => "M0 6L6 0",
            2 => "M0 3H6",
            3 => "M3 0V6",
            _ => "M0 3H6M3 0V6",
        };
        format!(
            "<pattern id=\"p{class}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">\
             <path class=\"h{hue}\" d=\"M0 0H6V6H0Z\"/><path class=\"hatch\" d=\"{marks}\"/></pattern>"
        )
    };
    (HUES..n_segments.min(HUES * FILLS)).map(pattern).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_classes_and_text_stays_text() {
        let drawn = drawing((10, 10), |area| {
            area.draw(&Rectangle::new([(0, 0), (4, 4)], Ink::Segment(1).fill()))?;
            area.draw(&PathElement::new([(0, 0), (4, 4)], Ink::Mark.line(2)))?;
            area.draw(&Text::new(
                r##"<script> fill="#010002""##,
                (1, 1),
                label(10, Ink::Text, LEFT),
            ))
        });
        assert_eq!(
            drawn,
            "<rect x=\"0\" y=\"0\" width=\"4\" height=\"4\" class=\"f17\"/>\
             <polyline class=\"s6\" stroke-width=\"2\" points=\"0,0 4,4 \"/>\
             <text x=\"1\" y=\"1\" dy=\"0.5ex\" text-anchor=\"start\" font-size=\"10\" class=\"f0\">\
             &lt;script&gt; fill=&quot;#010002&quot;</text>"
        );
    }
}
