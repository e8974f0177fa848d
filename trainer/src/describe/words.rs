//! A segment's name: what sets it apart most, in the words of a marketer.

use std::collections::BTreeSet;

use super::phrases::{Candidate, Forms, candidates};
use super::readable::{list, sentence_case};
use super::traits::{Measured, Seen, WORTH_A_WORD};

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

/// Of two segments of one name, one is told apart by a feature whose effects differ at least so much.
const TOLD_APART: f64 = 0.1;

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
