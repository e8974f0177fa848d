//! `trainer evaluate`: predictions beside what turned out to be so.

mod gates;
mod pairs;

use std::collections::BTreeMap;

use serde::Serialize;
use shared::TargetModels;

pub(crate) use self::gates::{Gate, said};
use self::gates::{Limit, is_spend};
use self::pairs::{Pairs, read_pairs};
use super::{Sink, output_failed};
use crate::cli::EvaluateArgs;
use crate::error::Error;
use crate::files;
use crate::inputs::Inputs;
use crate::judge::{self, Answers, Who};
use crate::screen::{is_quiet, print_evaluation, warn};

/// Under so many customers, figures are mostly chance.
const FEW: usize = 100;

/// What was found.
#[derive(Serialize)]
pub(crate) struct Evaluation {
    /// The model's id.
    pub(crate) model: String,
    /// By target, in the model's order.
    pub(crate) targets: Vec<Judged>,
    /// What was asked of the figures.
    pub(crate) gates: Vec<Gate>,
    /// Whether all of that holds.
    pub(crate) holds: bool,
}

/// The figures of one target.
#[derive(Serialize)]
pub(crate) struct Judged {
    /// The column.
    pub(crate) target: String,
    /// `class` or `number`.
    pub(crate) kind: &'static str,
    /// The customers whose target is known.
    pub(crate) rows: usize,
    /// Those who lack it.
    pub(crate) missing: usize,
    /// Those with a word that is none of the classes, or with a word that is no number.
    pub(crate) unknown: usize,
    /// By name; none where it cannot be computed.
    pub(crate) figures: BTreeMap<&'static str, Option<f64>>,
}

pub(super) fn run(args: &EvaluateArgs) -> Result<(), Error> {
    Inputs::of(&args.data, &args.read).and(&args.model).spare(&[], Some(&args.rows))?;
    let artifact = files::read_artifact(&args.model)?;
    let targets = &artifact.model().parts().targets;
    if targets.is_empty() {
        return Err(Error::Unfit {
            path: args.model.clone(),
            what: "this model predicts no target".into(),
            hint: "`trainer fit DATA --target COLUMN` makes one that does".into(),
        });
    }
    let limits = Limit::all(&args.min, &args.max, targets)?;
    let pairs = read_pairs(args, &artifact)?;
    let of = |pairs: &Pairs| {
        let of_target = targets.iter().find(|models| models.target == pairs.target);
        of_target.expect("pairs are of the model's targets")
    };
    if let Some(limit) = limits.iter().find(|limit| !pairs.iter().any(|p| limit.is_of(of(p)))) {
        return Err(Error::Usage {
            what: format!("`{limit}` is about a target that the file does not hold"),
            hint: "leave it out, or give a file with that column".into(),
        });
    }
    let targets: Vec<Judged> = pairs.iter().map(|pairs| judged(pairs, of(pairs))).collect();
    let mut gates = Vec::new();
    for (pairs, judged) in pairs.iter().zip(&targets) {
        let of_target = limits.iter().filter(|limit| limit.is_of(of(pairs)));
        gates.extend(of_target.map(|limit| limit.gate(&judged.target, &judged.figures)));
        if pairs.actual.len() < FEW {
            let name = &judged.target;
            warn(&format!("`{name}`: fewer than {FEW} customers, whose figures are mostly chance"));
        }
    }
    let holds = gates.iter().all(|gate| gate.holds);
    let evaluation = Evaluation { model: artifact.id().to_hex(), targets, gates, holds };
    let mut out = Sink::standard();
    if args.json {
        out.write_json(&evaluation)?;
    } else if !is_quiet() {
        print_evaluation(&mut out, &evaluation).map_err(output_failed)?;
    }
    out.finish()?;
    let missed = evaluation.gates.iter().filter(|gate| !gate.holds).map(Gate::said);
    let missed: Vec<String> = missed.collect();
    if missed.is_empty() { Ok(()) } else { Err(Error::Missed { what: missed.join("; ") }) }
}

/// The figures of a target's pairs.
fn judged(pairs: &Pairs, models: &TargetModels) -> Judged {
    let answers = Answers { who: Who::Segments, values: pairs.answers.clone() };
    let percent = models.range.as_ref().map_or(0, |range| range.level_percent);
    let level = f64::from(percent) / 100.0;
    let quality = judge::judge(&judge::Judged {
        target: &pairs.target,
        actual: &pairs.actual,
        segments: &pairs.segments,
        folds: &vec![0; pairs.actual.len()],
        answers: &[answers],
        intervals: pairs.intervals.as_ref().map(|intervals| (&intervals[..], level)),
        is_spend: is_spend(models),
        seed: 0,
        min_customers: 1,
    });
    let has_coverage = pairs.intervals.is_some();
    let names = quality.shown().map(|figure| figure.name);
    let names = names.chain(has_coverage.then_some(judge::figures::COVERAGE));
    let n_classes = pairs.target.kind.classes().len();
    Judged {
        target: pairs.target.name.clone(),
        kind: if n_classes == 0 { "number" } else { "class" },
        rows: pairs.actual.len(),
        missing: pairs.missing,
        unknown: pairs.unknown,
        figures: names.map(|name| (name, quality.figure(name))).collect(),
    }
}
