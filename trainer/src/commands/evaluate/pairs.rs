//! What turned out to be so, beside what was predicted.

use shared::column::MAX_NUMBER;
use shared::dialect::is_soft_missing;
use shared::segment_model::{Target, TargetKind};
use shared::{Artifact, Prediction, RawCell};

use crate::cli::EvaluateArgs;
use crate::customers::Customers;
use crate::error::{Error, suggestion};
use crate::infer::OTHER;
use crate::screen::warn;
use crate::settings::Settings;
use crate::unusable::Unusable;

/// One target of the customers of a file, in its order; those whose target is not known are left out.
pub(crate) struct Pairs {
    /// What is predicted.
    pub(crate) target: Target,
    /// What turned out to be so, `(n,)`: the number, or the class id as one.
    pub(crate) actual: Vec<f64>,
    /// What was predicted, flat: `(n,)` numbers, or `(n, n_classes)` probabilities.
    pub(crate) answers: Vec<f64>,
    /// Where the numbers were said to lie, `(n,)`, where the model says so.
    pub(crate) intervals: Option<Vec<(f64, f64)>>,
    /// The segments' positions, `(n,)`.
    pub(crate) segments: Vec<u16>,
    /// The customers without a value of the target.
    pub(crate) missing: usize,
    /// Those with a value that the target does not take.
    pub(crate) unknown: usize,
}

/// What a cell says of a target.
enum Actual {
    Missing,
    Unknown,
    Known(f64),
}

/// Predicts every row of the file, and pairs it with the targets that stand there.
pub(super) fn read_pairs(args: &EvaluateArgs, artifact: &Artifact) -> Result<Vec<Pairs>, Error> {
    let parts = artifact.model().parts();
    let options = Settings::reading(&args.read)?;
    let customers = Customers::open(&args.data, &options, &parts.schema, args.as_of)?;
    let header = customers.header().to_vec();
    let style = customers.style().clone();
    let (mut found, mut pairs) = (Vec::new(), Vec::new());
    for (at, models) in parts.targets.iter().enumerate() {
        let name = &models.target.name;
        let Some(position) = header.iter().position(|column| column == name) else { continue };
        found.push((at, position));
        pairs.push(Pairs {
            target: models.target.clone(),
            actual: Vec::new(),
            answers: Vec::new(),
            intervals: models.range.is_some().then(Vec::new),
            segments: Vec::new(),
            missing: 0,
            unknown: 0,
        });
    }
    let names = || parts.targets.iter().map(|models| models.target.name.as_str());
    let absent = names().filter(|name| !header.iter().any(|column| column == name));
    if found.is_empty() {
        let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
        return Err(Error::BadTable {
            path: args.data.clone(),
            line: 1,
            what: format!("there is no column {}, which the model predicts", names.join(" or ")),
            hint: suggestion(&parts.targets[0].target.name, header.iter().map(String::as_str)),
        });
    }
    for name in absent {
        warn(&format!("the file has no column `{name}`: it is not evaluated"));
    }
    let mut unusable = Unusable::new(&args.rows);
    let work = |rows: &[(shared::Record, crate::read::Row<'_>)]| {
        let answered = rows.iter().map(|(record, row)| {
            let answer = artifact.model().answer(record);
            let actual = found.iter().map(|&(at, position)| {
                let target = &parts.targets[at].target.kind;
                (
                    read_actual(target, &style.cell(row.cell(position))),
                    answer.predictions[at].clone(),
                )
            });
            (answer.segment.id(), actual.collect::<Vec<_>>())
        });
        answered.collect::<Vec<_>>()
    };
    customers.for_each_chunk(&mut unusable, work, |chunk| {
        for (segment, targets) in chunk {
            for (pairs, (actual, prediction)) in pairs.iter_mut().zip(targets) {
                pairs.add(segment, &actual, prediction);
            }
        }
        Ok(())
    })?;
    unusable.settle(&args.data, &header)?;
    pairs.iter().try_for_each(|pairs| pairs.check(args))?;
    Ok(pairs)
}

impl Pairs {
    fn add(&mut self, segment: u16, actual: &Actual, prediction: Prediction) {
        match actual {
            Actual::Missing => self.missing += 1,
            Actual::Unknown => self.unknown += 1,
            Actual::Known(actual) => {
                self.actual.push(*actual);
                self.segments.push(segment);
                match prediction {
                    Prediction::Class(probabilities) => self.answers.extend(probabilities),
                    Prediction::Number { value, interval } => {
                        self.answers.push(value);
                        let ends = interval.map(|interval| (interval.lower, interval.upper));
                        self.intervals.iter_mut().for_each(|known| known.extend(ends));
                    }
                }
            }
        }
    }

    /// Says who is left out; nobody is nothing to evaluate.
    fn check(&self, args: &EvaluateArgs) -> Result<(), Error> {
        let name = &self.target.name;
        if self.unknown > 0 {
            let is_number = self.target.kind == TargetKind::Number;
            let what = if is_number { "no number" } else { "none of the model's classes" };
            let n = self.unknown;
            let s = if n == 1 { "" } else { "s" };
            warn(&format!("`{name}`: left out {n} row{s} whose value is {what}"));
        }
        if self.actual.is_empty() {
            return Err(Error::Unfit {
                path: args.data.clone(),
                what: format!("no row says what `{name}` turned out to be"),
                hint: "give rows whose target is known".into(),
            });
        }
        Ok(())
    }
}

/// A cell as the target's value: words as training took them, those that it folded together included.
fn read_actual(kind: &TargetKind, cell: &RawCell) -> Actual {
    let &RawCell::Cell { text, number } = cell else { return Actual::Missing };
    match kind {
        TargetKind::Number => match number {
            Some(number) if number.get().abs() <= MAX_NUMBER => Actual::Known(number.get()),
            None if is_soft_missing(text) => Actual::Missing,
            _ => Actual::Unknown,
        },
        TargetKind::Class { classes } => {
            let plain = number.map(|number| shared::number::to_text(number.get()));
            let is_it = |class: &String| class == text || Some(class) == plain.as_ref();
            let folded = || classes.last().filter(|last| *last == OTHER).map(|_| classes.len() - 1);
            let class = classes.iter().position(is_it).or_else(folded);
            class.map_or(Actual::Unknown, |class| Actual::Known(class as f64))
        }
    }
}
