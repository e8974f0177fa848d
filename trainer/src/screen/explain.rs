//! Why a model says what it says of one customer.

use std::io::{self, Write};

use shared::date::Day;
use shared::margin::Contributions;
use shared::number::{to_text, to_three_digits};
use shared::segment_model::{Link, TargetKind, TargetModels, most_probable};
use shared::{Artifact, Column, ColumnKind, ModelParts, Prediction, Record, Reply, Value, Why};

use super::tables::{align_right, keep_whole, table};

/// The segment, then why, then what is expected, then what to do.
pub(crate) fn print_explanation(
    out: &mut impl Write,
    artifact: &Artifact,
    record: &Record,
    reply: &Reply,
    as_of: Option<Day>,
) -> io::Result<()> {
    let parts = artifact.model().parts();
    let customer = Customer { columns: parts.schema.columns(), record, as_of };
    print_segment(out, parts, reply)?;
    if let Some(why) = &reply.answer().why {
        customer.print_why(out, parts, reply, why)?;
    }
    customer.print_predictions(out, parts, reply)?;
    for recommendation in &reply.answer().recommendations {
        writeln!(out, "recommended: {}", recommendation.title)?;
        for line in [Some(&recommendation.text), Some(&recommendation.why)] {
            writeln!(out, "  {}", line.map_or("", String::as_str))?;
        }
        for (what, said) in [("goal", &recommendation.goal), ("see", &recommendation.link)] {
            said.iter().try_for_each(|said| writeln!(out, "  {what}: {said}"))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn print_segment(out: &mut impl Write, parts: &ModelParts, reply: &Reply) -> io::Result<()> {
    let answer = reply.answer();
    let own = usize::from(answer.segment.id());
    writeln!(out, "segment {}: {}", reply.segment_id(), reply.segment_name())?;
    let description = &parts.segments[own].description;
    if !description.is_empty() {
        writeln!(out, "{description}")?;
    }
    writeln!(out)?;
    let mut distances = table(&["id", "segment", "distance"]);
    for (info, distance) in parts.segments.iter().zip(answer.segment.distances()) {
        distances.add_row([info.id.to_string(), info.name.clone(), figure(*distance)]);
    }
    align_right(&mut distances, &[0, 2]);
    keep_whole(&mut distances, &[0, 2]);
    writeln!(out, "{distances}")?;
    if let Some(p) = answer.outlier_p {
        let share = 100.0 * p;
        writeln!(
            out,
            "of customers like these, {share:.0} % are at least as far from their segment"
        )?;
    }
    writeln!(out)
}

/// A customer and the columns' names.
struct Customer<'a> {
    columns: &'a [Column],
    record: &'a Record,
    as_of: Option<Day>,
}

impl Customer<'_> {
    /// Why this segment and not the next one, and what would change it.
    fn print_why(
        &self,
        out: &mut impl Write,
        parts: &ModelParts,
        reply: &Reply,
        why: &Why,
    ) -> io::Result<()> {
        let segment = &reply.answer().segment;
        let name = |position: u16| parts.segments[usize::from(position)].name.as_str();
        let (Some(reasons), Some(next)) = (&why.reasons, segment.runner_up()) else {
            return Ok(());
        };
        writeln!(out, "why \"{}\" and not \"{}\"", reply.segment_name(), name(next))?;
        let start = reasons.constant.map(|constant| ("(the segments' size and spread)", constant));
        let said = "speaks for it by";
        self.print_sum(out, said, start, &reasons.contributions, reasons.difference)?;
        match &why.smallest_change {
            None => writeln!(
                out,
                "no change of one thing that a customer can change would give another segment\n"
            ),
            Some(change) => {
                let column = &self.columns[change.column];
                writeln!(
                    out,
                    "smallest change: with {} {} instead of {}, the segment would be \"{}\"\n",
                    column.name,
                    self.shown(column, change.to),
                    self.shown(column, change.from),
                    name(change.segment)
                )
            }
        }
    }

    fn print_predictions(
        &self,
        out: &mut impl Write,
        parts: &ModelParts,
        reply: &Reply,
    ) -> io::Result<()> {
        let answer = reply.answer();
        let why = answer.why.as_ref().map_or(&[][..], |why| &why.predictions);
        if parts.targets.is_empty() {
            return print_usual(out, parts, &answer.predictions);
        }
        for ((models, prediction), margins) in
            parts.targets.iter().zip(&answer.predictions).zip(why)
        {
            writeln!(out, "{}: {}", models.target.name, expected(models, prediction))?;
            let (margin, of) = match (prediction, &models.target.kind) {
                (Prediction::Class(p), TargetKind::Class { classes }) => {
                    let class = most_probable(p);
                    (class, format!("the margin of {}", classes[class]))
                }
                _ if models.link == Link::Log => (0, "the logarithm".to_owned()),
                _ => (0, "the number".to_owned()),
            };
            if let Some(Contributions { base, columns }) = margins.get(margin) {
                let start = Some(("(of the average customer)", *base));
                let total = margins[margin].total();
                self.print_sum(out, &format!("adds to {of}"), start, columns, total)?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// What adds up, the strongest first; columns that add nothing are left out.
    fn print_sum(
        &self,
        out: &mut impl Write,
        said: &str,
        start: Option<(&str, f64)>,
        parts: &[f64],
        total: f64,
    ) -> io::Result<()> {
        let mut order: Vec<(usize, f64)> =
            parts.iter().copied().enumerate().filter(|(_, part)| *part != 0.0).collect();
        order.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        let mut sum = table(&["column", "this customer", said]);
        if let Some((name, value)) = start {
            sum.add_row([name, "", &signed(value)]);
        }
        for (position, value) in order {
            let column = &self.columns[position];
            let shown = self.shown(column, self.record.values()[position]);
            sum.add_row([column.name.as_str(), &shown, &signed(value)]);
        }
        sum.add_row(["sum", "", &signed(total)]);
        align_right(&mut sum, &[1, 2]);
        keep_whole(&mut sum, &[1, 2]);
        writeln!(out, "{sum}")
    }

    /// A value as a person would write it.
    fn shown(&self, column: &Column, value: Value) -> String {
        match (value, &column.kind) {
            (Value::Missing, _) => "not given".into(),
            (Value::Number(days), ColumnKind::Date { .. }) => {
                #[expect(clippy::cast_possible_truncation, reason = "days of ten thousand years")]
                let day = self.as_of.and_then(|as_of| as_of.before(days.get() as i32));
                day.map_or_else(|| to_text(days.get()), |day| day.to_string())
            }
            (Value::Number(number), _) => to_text(number.get()),
            (Value::Level(id), kind) => kind.level(id.into()).unwrap_or_default().to_owned(),
        }
    }
}

/// A prediction in a line.
fn expected(models: &TargetModels, prediction: &Prediction) -> String {
    match (prediction, &models.target.kind) {
        (Prediction::Class(probabilities), TargetKind::Class { classes }) => {
            let mut order: Vec<(&String, f64)> =
                classes.iter().zip(probabilities.iter().copied()).collect();
            order.sort_by(|a, b| b.1.total_cmp(&a.1));
            let said = order.iter().map(|(class, p)| format!("{class} ({:.1} %)", 100.0 * p));
            said.collect::<Vec<_>>().join(", ")
        }
        (Prediction::Number { value, interval: Some(range) }, _) => format!(
            "{}, and in {} of 100 cases between {} and {}",
            figure(*value),
            range.level_percent,
            figure(range.lower),
            figure(range.upper)
        ),
        (Prediction::Number { value, .. }, _) => figure(*value),
        (Prediction::Class(_), TargetKind::Number) => String::new(),
    }
}

/// What is usual for customers like this one, where nothing was asked for.
fn print_usual(
    out: &mut impl Write,
    parts: &ModelParts,
    predictions: &[Prediction],
) -> io::Result<()> {
    if predictions.is_empty() {
        return Ok(());
    }
    let mut usual = table(&["column", "usual for customers like this one"]);
    for (models, prediction) in parts.usual.iter().zip(predictions) {
        usual.add_row([models.target.name.clone(), expected(models, prediction)]);
    }
    writeln!(out, "{usual}\n")
}

/// A number that a person looks at.
fn figure(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.1}") } else { to_text(to_three_digits(value)) }
}

fn signed(value: f64) -> String {
    let sign = if value < 0.0 { "" } else { "+" };
    format!("{sign}{}", figure(value))
}
