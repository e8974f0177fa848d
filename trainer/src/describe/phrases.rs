//! What can be said of a segment's features, each in the ways in which a name can say it.

use ndarray::Axis;
use shared::dialect::is_soft_missing;
use shared::{Column, ColumnKind};

use super::lexicon::{CAMPAIGN, CONTRACT, OCCUPATION, PAYMENT, PLACE, Thing, concept, goods};
use super::readable::{is_long, is_opaque, readable, thing, word};
use super::traits::{Measured, Seen, Sense};
use crate::names::says;
use crate::prepare::mean_and_deviation;

/// Features that correlate so much say the same thing.
pub(super) const SAYS_THE_SAME: f64 = 0.8;

/// Weights of columns that tell a marketer little.
const UNKNOWN: f64 = 0.8;
const OPAQUE: f64 = 0.3;
const CALENDAR: f64 = 0.5;

/// Weights of what says little: that one lacks something, has what most have, or has no known word.
const LACK: f64 = 0.75;
const USUAL: f64 = 0.4;

/// A word of this share of all customers is what most have.
pub(super) const MOST: f64 = 0.8;

/// A share at or below this is "no".
const NO_SHARE: f64 = 0.03;

/// The ways in which one thing can be said; each is empty where it cannot be said so.
#[derive(Debug, Clone, Default)]
pub(super) struct Forms {
    pub(super) adjective: String,
    pub(super) noun: String,
    /// Directly behind the noun.
    pub(super) place: String,
    /// Behind "with".
    pub(super) with: String,
    /// Behind a comma.
    pub(super) tail: String,
    /// In brackets at the end.
    pub(super) bracket: String,
    /// Goods: several share one noun.
    pub(super) goods: String,
    /// What customers are called.
    pub(super) who: &'static str,
}

pub(super) struct Candidate {
    pub(super) score: f64,
    pub(super) effect: f64,
    pub(super) feature: usize,
    pub(super) family: String,
    pub(super) forms: Forms,
}

/// What can be said of a segment, one candidate a family, the most telling first.
///
/// Sensitive attributes are not: a name is used in marketing.
pub(super) fn candidates(seen: &Seen, measured: &[Measured]) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = measured
        .iter()
        .filter(|measured| seen.schema.columns()[measured.column].sensitive.is_none())
        .filter_map(|measured| candidate(&seen.schema.columns()[measured.column], measured))
        .collect();
    all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.feature.cmp(&b.feature)));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in all {
        // The tenth thing is never said.
        if kept.len() == 9 {
            break;
        }
        let says_it = |before: &Candidate| {
            before.family == candidate.family || {
                let r = correlation(seen, before.feature, candidate.feature);
                r * before.effect * candidate.effect > 0.0 && r.abs() >= SAYS_THE_SAME
            }
        };
        if !kept.iter().any(says_it) {
            kept.push(candidate);
        }
    }
    kept
}

/// Pearson's correlation of two features.
pub(super) fn correlation(seen: &Seen, a: usize, b: usize) -> f64 {
    let (a, b) = (seen.x.index_axis(Axis(1), a), seen.x.index_axis(Axis(1), b));
    let (mean_a, deviation_a) = mean_and_deviation(&a.to_vec());
    let (mean_b, deviation_b) = mean_and_deviation(&b.to_vec());
    let mut sum = 0.0;
    for (a, b) in a.iter().zip(b) {
        sum += (a - mean_a) * (b - mean_b);
    }
    sum / a.len() as f64 / (deviation_a * deviation_b)
}

fn candidate(column: &Column, measured: &Measured) -> Option<Candidate> {
    let (family, weight, forms) = match (&column.kind, measured.sense) {
        (ColumnKind::YesNo { .. }, Sense::Share { level, .. }) => yes_no(column, level),
        (ColumnKind::Categorical { .. }, Sense::Share { level, .. }) => {
            let level = column.kind.level(level)?;
            (readable(&column.name), word_weight(column), word_forms(&column.name, level))
        }
        (ColumnKind::Ordinal { .. }, Sense::Share { level, .. })
            if concept(&column.name).is_none() =>
        {
            let level = column.kind.level(level)?;
            (readable(&column.name), word_weight(column), word_forms(&column.name, level))
        }
        _ => number(column, measured),
    };
    let level = match measured.sense {
        Sense::Share { level, .. } => column.kind.level(level).unwrap_or_default(),
        _ => "",
    };
    let is_usual = matches!(measured.sense, Sense::Share { overall, .. } if overall >= MOST)
        || is_soft_missing(level);
    let lacks = measured.effect < 0.0 && forms.adjective.is_empty() && !forms.with.is_empty();
    let weight = if is_usual { weight * USUAL } else { weight };
    let score = measured.effect.abs() * if lacks { weight * LACK } else { weight };
    Some(Candidate { score, effect: measured.effect, feature: measured.feature, family, forms })
}

fn word_weight(column: &Column) -> f64 {
    let is_calendar = says(&column.name, &["year", "month", "week", "weekday", "day", "date year"]);
    if is_opaque(&column.name) || is_long(&column.name) {
        OPAQUE
    } else if is_calendar {
        CALENDAR
    } else {
        UNKNOWN
    }
}

/// Much or little of a number, a scale, or the days since a date.
fn number(column: &Column, measured: &Measured) -> (String, f64, Forms) {
    let name = &column.name;
    let is_date = matches!(column.kind, ColumnKind::Date { .. });
    let mut high = measured.effect > 0.0;
    let none = matches!(measured.sense, Sense::NotZero { segment, .. } if segment <= NO_SHARE);
    if goods(name) && !is_date {
        return (readable(name), 1.0, goods_forms(name, high, none));
    }
    let Some(concept) = concept(name) else {
        return (readable(name), word_weight(column), unknown_forms(name, is_date, high, none));
    };
    // A date of birth long ago is a low year of birth.
    high ^= is_date && concept.family == "birth";
    let words = if high { concept.high } else { concept.low };
    let with = match concept.thing {
        Thing::Many(things) | Thing::High(things) if none && !high => format!("no {things}"),
        Thing::Many(things) => format!("{} {things}", if high { "many" } else { "few" }),
        Thing::High(things) => format!("{} {things}", if high { "high" } else { "low" }),
        Thing::None => String::new(),
    };
    let mut forms = Forms {
        adjective: words.adjective.into(),
        noun: words.noun.into(),
        tail: words.tail.into(),
        with,
        who: concept.who,
        ..Forms::default()
    };
    if forms.adjective.is_empty()
        && forms.noun.is_empty()
        && forms.tail.is_empty()
        && forms.with.is_empty()
    {
        forms.with = unknown_forms(name, is_date, high, none).with;
    }
    (concept.family.to_owned(), concept.weight, forms)
}

/// The goods in a column's name: `MntMeatProducts` is "meat".
pub(super) fn bare_goods(name: &str) -> String {
    let readable = readable(name);
    let bare = readable.trim_start_matches("amount of ");
    bare.trim_end_matches(" prods").trim_end_matches(" products").to_owned()
}

fn goods_forms(name: &str, high: bool, none: bool) -> Forms {
    let bare = bare_goods(name);
    if high {
        let goods = bare.strip_suffix('s').filter(|one| !one.ends_with('s')).unwrap_or(&bare);
        Forms { goods: goods.to_owned(), ..Forms::default() }
    } else {
        let how = if none { "no" } else { "little" };
        Forms { with: format!("{how} {bare}"), ..Forms::default() }
    }
}

fn unknown_forms(name: &str, is_date: bool, high: bool, none: bool) -> Forms {
    let readable = readable(name);
    let with = match (is_date, high) {
        (true, true) => format!("an early {readable}"),
        (true, false) => format!("a recent {readable}"),
        (false, true) => format!("high {readable}"),
        (false, false) if none => format!("no {readable}"),
        (false, false) => format!("low {readable}"),
    };
    Forms { with, ..Forms::default() }
}

/// Whether a word only says yes (or, for `false`, no).
pub(super) fn only_says(word: &str, yes: bool) -> bool {
    let word = word.to_lowercase();
    let yeses = ["yes", "y", "true", "t", "1", "1.0", "ja", "oui", "si", "sí", "sim", "on"];
    let noes = ["no", "n", "false", "f", "0", "0.0", "nein", "non", "não", "off"];
    if yes { yeses.contains(&word.as_str()) } else { noes.contains(&word.as_str()) }
}

/// Whether a yes/no column's words are yes and no, or 1 and 0.
pub(super) fn is_plain(column: &Column) -> bool {
    let only = |id: usize| column.kind.level(id).is_some_and(|word| only_says(word, id == 1));
    matches!(column.kind, ColumnKind::YesNo { .. }) && only(0) && only(1)
}

/// What a word without order says of having a thing: "no phone service", "tech support"; nothing where it is no
/// plain yes or no.
pub(super) fn has(name: &str, level: &str) -> Option<String> {
    let lower = level.to_lowercase();
    let is_word = lower.chars().any(char::is_alphabetic);
    if lower.starts_with("no ") {
        return Some(lower);
    }
    match () {
        () if is_word && only_says(&lower, true) => Some(thing(name)),
        () if is_word && only_says(&lower, false) => Some(format!("no {}", thing(name))),
        () => None,
    }
}

fn yes_no(column: &Column, level: usize) -> (String, f64, Forms) {
    let is_yes = level == 1;
    let word = column.kind.level(level).unwrap_or_default();
    let family = readable(&column.name);
    if !is_plain(column) {
        return (family, word_weight(column), word_forms(&column.name, word));
    }
    let forms = if says(&column.name, &["graduat*"]) {
        let (noun, tail) =
            if is_yes { ("graduates", "graduated") } else { ("non-graduates", "not graduated") };
        Forms { noun: noun.into(), tail: tail.into(), ..Forms::default() }
    } else if says(&column.name, CAMPAIGN) {
        if is_yes {
            let forms = Forms { noun: "campaign responders".into(), ..Forms::default() };
            return ("campaign".into(), 1.0, forms);
        }
        let tail = "not responding to campaigns".into();
        return ("campaign".into(), 0.5, Forms { tail, ..Forms::default() });
    } else if says(&column.name, &["active"]) {
        let adjective = if is_yes { "active" } else { "inactive" };
        Forms { adjective: adjective.into(), ..Forms::default() }
    } else {
        let thing = thing(&column.name);
        let thing = if is_state(&thing) {
            let forms = match (thing.as_str(), is_yes) {
                ("default", true) => Forms { place: "in default".into(), ..Forms::default() },
                ("default", false) => Forms { tail: "not in default".into(), ..Forms::default() },
                (_, true) => Forms { adjective: thing, ..Forms::default() },
                (_, false) => Forms { tail: format!("not {thing}"), ..Forms::default() },
            };
            return (family, UNKNOWN, forms);
        } else if is_yes {
            thing
        } else {
            format!("no {thing}")
        };
        Forms { with: thing, ..Forms::default() }
    };
    (family, word_weight(column), forms)
}

/// Whether a yes/no column's name says what one is, not what one has.
pub(super) fn is_state(thing: &str) -> bool {
    let known = ["exited", "default", "churn", "subscribed", "retired"];
    known.contains(&thing) || (thing.ends_with("ed") && !thing.contains(' '))
}

/// What those are called who are what a yes/no column's name says: "members".
pub(super) fn people_who_are(thing: &str) -> Option<String> {
    let known =
        ["smoker", "member", "citizen", "customer", "owner", "holder", "subscriber", "visitor"];
    known.iter().any(|known| thing.ends_with(known)).then(|| format!("{thing}s"))
}

/// A word of a column of words.
fn word_forms(name: &str, level: &str) -> Forms {
    let level = word(level);
    let lower = level.to_lowercase();
    let mut forms = Forms::default();
    if says(name, OCCUPATION) {
        match people(&lower) {
            People::Noun(noun) => {
                forms.place = format!("working as {noun}");
                forms.noun = noun;
            }
            People::Adjective(adjective) => forms.adjective = adjective,
            People::In => forms.place = format!("in {lower}"),
        }
    } else if let Some(thing) = has(name, &level) {
        forms.with = thing;
    } else if says(name, &["tier"]) {
        forms.adjective = format!("{level}-tier");
    } else if says(name, PLACE) && level.chars().any(char::is_alphabetic) {
        forms.place = format!("in {level}");
    } else if says(name, PAYMENT) {
        forms.place = format!("paying by {lower}");
    } else if says(name, CONTRACT) {
        forms.place = format!("on {} contracts", lower.replace(' ', "-"));
    } else if says(name, &["education*"]) {
        forms.with = format!("{lower} education");
    } else if lower.ends_with(" customer") || lower.ends_with(" visitor") {
        forms.noun = format!("{lower}s");
    } else {
        forms.bracket =
            format!("{}: {level}", if is_opaque(name) { name.to_owned() } else { readable(name) });
    }
    forms
}

/// What an occupation makes of a person.
pub(super) enum People {
    /// "artists".
    Noun(String),
    /// "retired".
    Adjective(String),
    /// Those who are in it: "healthcare".
    In,
}

/// An occupation, in lower case, as it is said of people.
pub(super) fn people(occupation: &str) -> People {
    let occupation = occupation.trim_end_matches('.');
    let ends = |endings: &[&str]| endings.iter().any(|ending| occupation.ends_with(ending));
    if ends(&["ed", "-collar", "employed"]) {
        People::Adjective(occupation.to_owned())
    } else if ends(&[
        "er", "or", "ist", "ian", "eer", "ive", "yst", "eur", "student", "maid", "ant",
    ]) {
        People::Noun(format!("{occupation}s"))
    } else if ends(&["ers", "ors", "ists", "ians"]) {
        People::Noun(occupation.to_owned())
    } else {
        People::In
    }
}
