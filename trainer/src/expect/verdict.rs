//! What cross-validation comes to, in a sentence or two: the first thing that is said of a target.

use super::family::Family;
use super::selection::Choice;
use crate::judge::{Compared, Difference, Kind, TargetQuality, Who};

/// Whether segments help to predict the target, and by which kind of model it is predicted.
pub fn verdict(choice: &Choice, by_fold: &[Choice], quality: &TargetQuality) -> String {
    let target = &quality.target;
    let by = match choice.all.family {
        Family::Constant => "one answer",
        Family::Linear => "one linear model",
        Family::Trees => "one set of boosted trees",
    };
    let mut said = match choice.own {
        Some(own) => format!(
            "Segments help to predict `{target}`: each has a model of its own, pooled with {by} for all \
             customers (m = {}).",
            own.pooling
        ),
        None if choice.all.family == Family::Constant => format!(
            "Nothing here helps to predict `{target}`: every customer is given the same answer."
        ),
        None => format!(
            "Segments do not help to predict `{target}`: {by} for all customers is as good as models of \
             the segments' own, and every segment has it."
        ),
    };
    if let Some(difference) = versus(quality, Who::Global)
        && choice.own.is_some()
    {
        let sure =
            difference.low.zip(difference.high).is_some_and(|(low, high)| low > 0.0 || high < 0.0);
        if !sure {
            said += " On customers not seen the gain over one model for all may be chance.";
        }
    }
    let simplest = if quality.kind == Kind::Class { Who::Majority } else { Who::Mean };
    let better = versus(quality, simplest).and_then(|difference| difference.low);
    if choice.all.family != Family::Constant && better.is_none_or(|low| low <= 0.0) {
        said +=
            " On customers not seen it is not surely better than the same answer for everybody.";
    }
    if quality.kind != Kind::Class && quality.interval.is_none() {
        said += " There are too few customers for an interval.";
    }
    let is_alike = |fold: &&Choice| {
        (fold.own.is_some(), fold.all.family) == (choice.own.is_some(), choice.all.family)
    };
    let told = versus(quality, Who::GlobalWithSegment).and_then(|difference| difference.high);
    if choice.own.is_none() && told.is_some_and(|high| high < 0.0) {
        said += " One model that is told the segment would do a little better.";
    }
    let alike = by_fold.iter().filter(|fold| is_alike(fold)).count();
    if alike < by_fold.len() {
        let folds = by_fold.len();
        said = format!("{said} {alike} of {folds} folds decided the same.");
    }
    said
}

/// The main figure of an answer beside that of the model that is written.
fn versus(quality: &TargetQuality, who: Who) -> Option<Difference> {
    let main = *quality.kind.main().last()?;
    let compared: &Compared = quality.compared.iter().find(|compared| compared.who == who)?;
    compared.versus_chosen.iter().find(|difference| difference.figure == main).copied()
}
