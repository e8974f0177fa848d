//! A segment's name: what sets it apart most, in the words of a marketer.

use std::collections::BTreeSet;

use ndarray::Axis;
use shared::dialect::is_soft_missing;
use shared::{Column, ColumnKind};

use super::lexicon::{CAMPAIGN, CONTRACT, OCCUPATION, PAYMENT, PLACE, Thing, concept, goods};
use super::readable::{is_long, is_opaque, list, readable, sentence_case, thing, word};
use super::traits::{Measured, Seen, Sense, WORTH_A_WORD};
use crate::names::says;
use crate::prepare::mean_and_deviation;

/// A name says so many things, more only where two segments would have the same.
const SAID: usize = 3;

/// A name says nothing whose score is less than this part of the largest.
const WORTH_SAYING: f64 = 0.3;

/// nor whose score is less than this: a small effect of what tells little.
const LEAST_SCORE: f64 = 0.15;

/// A name is as a rule no longer, in characters,
const USUAL_LENGTH: usize = 80;

/// and never longer, in bytes.
const MAX_LENGTH: usize = 256;

/// Features that correlate so much say the same thing.
pub(super) const SAYS_THE_SAME: f64 = 0.8;

/// Of two segments of one name, one is told apart by a feature whose effects differ at least so much.
const TOLD_APART: f64 = 0.1;

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
struct Forms {
    adjective: String,
    noun: String,
    /// Directly behind the noun.
    place: String,
    /// Behind "with".
    with: String,
    /// Behind a comma.
    tail: String,
    /// In brackets at the end.
    bracket: String,
    /// Goods: several share one noun.
    goods: String,
    /// What customers are called.
    who: &'static str,
}

struct Candidate {
    score: f64,
    effect: f64,
    feature: usize,
    family: String,
    forms: Forms,
}

/// A name for every segment that has none given; all are distinct.
pub(super) fn names(
    seen: &Seen,
    measured: &[Vec<Measured>],
    given: &[Option<String>],
) -> Vec<String> {
    let mut candidates: Vec<Vec<Candidate>> =
        measured.iter().map(|measured| candidates(seen, measured)).collect();
    let mut said: Vec<usize> = candidates.iter().map(|own| worth_saying(own)).collect();
    loop {
        let names: Vec<String> = (0..given.len())
            .map(|at| given[at].clone().unwrap_or_else(|| compose(&candidates[at], said[at])))
            .collect();
        let own = |at: &usize| given[*at].is_none() && said[*at] <= SAID + 1;
        let shares = |at: usize| {
            let namesakes = (0..names.len()).filter(move |&other| other != at);
            let namesakes = namesakes.filter(|&other| names[other] == names[at]);
            namesakes.collect::<Vec<_>>()
        };
        // Among those of one name the one that differs most from the others says so.
        let gaps = (0..names.len()).filter(own).flat_map(|at| {
            let namesakes = shares(at);
            let unsaid = candidates[at].iter().enumerate().skip(said[at]);
            let gaps = unsaid.map(move |(which, candidate)| {
                let of = |other: &usize| effect_of(&measured[*other], candidate);
                let nearest = namesakes.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
                (candidate.effect.abs() - nearest.max(0.0), !namesakes.is_empty(), which)
            });
            gaps.map(move |gap| (gap, at)).collect::<Vec<_>>()
        });
        let told_apart = gaps.filter(|((gap, shared, _), _)| *shared && *gap >= TOLD_APART);
        // The first of equals.
        let best = told_apart.reduce(|best, next| if next.0.0 > best.0.0 { next } else { best });
        let Some(((_, _, which), at)) = best else {
            return numbered(shortened(names, given, &candidates, &said), given);
        };
        let candidate = candidates[at].remove(which);
        candidates[at].insert(said[at], candidate);
        said[at] += 1;
    }
}

/// The effect of a candidate's feature in another segment, counted in the candidate's direction.
fn effect_of(measured: &[Measured], candidate: &Candidate) -> f64 {
    let other = measured.iter().find(|measured| measured.feature == candidate.feature);
    other.map_or(0.0, |other| other.effect * candidate.effect.signum())
}

/// Of those of one name the one whose last thing is the weakest leaves it away, where no other has the name then.
fn shortened(
    mut names: Vec<String>,
    given: &[Option<String>],
    candidates: &[Vec<Candidate>],
    said: &[usize],
) -> Vec<String> {
    let last = |at: usize| {
        let last = said[at].checked_sub(1).and_then(|last| candidates[at].get(last));
        last.map_or(0.0, |last| last.effect.abs())
    };
    let mut order: Vec<usize> = (0..names.len()).filter(|&at| given[at].is_none()).collect();
    order.sort_by(|&a, &b| last(a).total_cmp(&last(b)).then(a.cmp(&b)));
    for at in order {
        let is_shared = names.iter().filter(|other| **other == names[at]).count() > 1;
        let shorter = compose(&candidates[at], said[at].saturating_sub(1));
        if is_shared && said[at] > 1 && !names.contains(&shorter) {
            names[at] = shorter;
        }
    }
    names
}

/// What can be told apart no further is numbered.
fn numbered(mut names: Vec<String>, given: &[Option<String>]) -> Vec<String> {
    let mut taken: BTreeSet<String> = given.iter().flatten().cloned().collect();
    for (name, given) in names.iter_mut().zip(given) {
        if given.is_some() {
            continue;
        }
        let bare = name.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            *name = format!("{bare} ({number})");
            number += 1;
        }
    }
    names
}

/// How many of the candidates a name says at first: none where none is worth a word.
fn worth_saying(candidates: &[Candidate]) -> usize {
    let least = candidates.first().map_or(0.0, |first| WORTH_SAYING * first.score).max(LEAST_SCORE);
    let worth = |c: &&Candidate| c.effect.abs() >= WORTH_A_WORD && c.score >= least;
    let mut said = candidates.iter().take(SAID).take_while(worth).count();
    while said > 1 && compose(candidates, said).chars().count() > USUAL_LENGTH {
        said -= 1;
    }
    said
}

/// What can be said of a segment, one candidate a family, the most telling first.
///
/// Sensitive attributes are not: a name is used in marketing.
fn candidates(seen: &Seen, measured: &[Measured]) -> Vec<Candidate> {
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

/// A name of the first `n` candidates.
fn compose(candidates: &[Candidate], n: usize) -> String {
    let limit = 2 + n.saturating_sub(SAID);
    let mut said = Said::default();
    for candidate in candidates.iter().take(n) {
        said.take(&candidate.forms, limit);
    }
    said.is_average = !candidates.iter().take(n).any(|c| c.effect.abs() >= WORTH_A_WORD);
    let text =
        if n.min(candidates.len()) == 0 { "average customers".to_owned() } else { said.text() };
    let mut name = sentence_case(&text);
    while name.len() > MAX_LENGTH {
        name.pop();
    }
    name
}

/// What a name says so far.
#[derive(Default)]
struct Said {
    adjectives: Vec<String>,
    noun: String,
    goods: Vec<String>,
    places: Vec<String>,
    with: Vec<String>,
    tails: Vec<String>,
    brackets: Vec<String>,
    who: &'static str,
    is_average: bool,
    /// Adjectives, noun and places.
    words: usize,
}

/// "few x and y" for "few x and few y".
fn without_repeats(things: &[String]) -> Vec<String> {
    let how = |thing: &str| thing.split(' ').next().unwrap_or_default().to_owned();
    let repeats = |at: usize| {
        let known = ["high", "low", "many", "few", "much", "little"];
        at > 0
            && known.contains(&how(&things[at]).as_str())
            && how(&things[at]) == how(&things[at - 1])
    };
    let things = things.iter().enumerate();
    things
        .map(|(at, thing)| {
            let bare = thing.split_once(' ').map_or(thing.as_str(), |(_, bare)| bare);
            if repeats(at) { bare.to_owned() } else { thing.clone() }
        })
        .collect()
}

impl Said {
    /// Adds one thing in the way that fits best; not at all where every way is full.
    fn take(&mut self, forms: &Forms, limit: usize) {
        let has_noun = !self.noun.is_empty() || !self.goods.is_empty();
        if self.who.is_empty() {
            self.who = forms.who;
        }
        let push = |into: &mut Vec<String>, text: &String| {
            let fits = !text.is_empty() && into.len() < limit;
            if fits {
                into.push(text.clone());
            }
            fits
        };
        if !forms.noun.is_empty() && !has_noun {
            self.noun.clone_from(&forms.noun);
            return;
        }
        if !forms.goods.is_empty() {
            if self.noun.is_empty() {
                push(&mut self.goods, &forms.goods);
            } else {
                push(&mut self.with, &format!("much {}", forms.goods));
            }
            return;
        }
        let _ = (has_noun && push(&mut self.with, &forms.with))
            || push(&mut self.adjectives, &forms.adjective)
            || push(&mut self.places, &forms.place)
            || push(&mut self.with, &forms.with)
            || match forms.tail.strip_prefix("with ") {
                Some(with) => push(&mut self.with, &with.to_owned()),
                None => push(&mut self.tails, &forms.tail),
            }
            || push(&mut self.brackets, &forms.bracket);
    }

    fn text(mut self) -> String {
        // "Frequent small-basket buyers": compounds stand nearest to the noun.
        self.adjectives.sort_by_key(|adjective| {
            adjective.contains('-') && !["long-standing", "part-time"].contains(&adjective.as_str())
        });
        let noun = match (self.noun.as_str(), self.goods.as_slice()) {
            ("", []) if self.who.is_empty() => "customers".to_owned(),
            ("", []) => self.who.to_owned(),
            ("", goods) => format!("{} buyers", goods.join(" and ")),
            (noun, _) => noun.to_owned(),
        };
        let mut words = self.adjectives;
        if self.is_average {
            words.insert(0, "nearly average".to_owned());
        }
        words.push(noun);
        words.append(&mut self.places);
        self.words = words.len();
        let mut text = words.join(" ");
        if !self.with.is_empty() {
            text.push_str(" with ");
            text.push_str(&list(&without_repeats(&self.with)));
        }
        for (at, tail) in self.tails.iter().enumerate() {
            let first = tail.split(' ').next().unwrap_or_default();
            let joins = first.ends_with("ing")
                || ["without", "for", "in", "from", "contacted"].contains(&first);
            let is_plain = at == 0 && self.with.is_empty() && self.words == 1;
            text.push_str(if joins && is_plain { " " } else { ", " });
            text.push_str(tail);
        }
        if !self.brackets.is_empty() {
            text = format!("{text} ({})", self.brackets.join(", "));
        }
        text
    }
}
