//! A segment's description: two sentences of figures beside those of all customers.

use shared::math::round_ties_even;
use shared::model::MAX_DESCRIPTION;
use shared::{Column, ColumnKind, Sensitive};

use super::figures::{Figures, share};
use super::lexicon::{CAMPAIGN, CONTRACT, OCCUPATION, PAYMENT, PLACE, concept, goods};
use super::phrases::{
    MOST, People, SAYS_THE_SAME, bare_goods, correlation, has, is_plain, is_state, only_says,
    people, people_who_are,
};
use super::readable::{
    is_long, list, number, percent, readable, sentence_case, thing, with_article, word,
};
use super::traits::{Measured, Seen, Sense, WORTH_A_WORD};
use crate::names::says;

/// The first sentence has so many figures,
const TYPICAL: usize = 3;

/// and the second as many.
const SHARES: usize = 3;

/// A word that most customers have is told of from this effect on: "medium" in Cohen's sense.
const WORTH_IT_ANYWAY: f64 = 0.5;

/// Two sentences about a segment.
pub(super) fn description(seen: &Seen, segment: usize, measured: &[Measured]) -> String {
    let (mut typical, mut shares) = (Vec::new(), Vec::new());
    let mut families: Vec<String> = Vec::new();
    let mut said: Vec<Measured> = Vec::new();
    for measured in measured.iter().filter(|m| m.effect.abs() >= WORTH_A_WORD) {
        let column = &seen.schema.columns()[measured.column];
        let family = match (concept(&column.name), measured.sense) {
            (_, Sense::Share { level, .. }) => {
                let level = column.kind.level(level).unwrap_or_default();
                has(&column.name, level).unwrap_or_else(|| column.name.clone())
            }
            (Some(concept), _) => concept.family.to_owned(),
            (None, _) => column.name.clone(),
        };
        let says_it = |before: &Measured| {
            let r = correlation(seen, before.feature, measured.feature);
            let same_shares =
                matches!(measured.sense, Sense::NotZero { .. }) && before.sense == measured.sense;
            same_shares || (r * before.effect * measured.effect > 0.0 && r.abs() >= SAYS_THE_SAME)
        };
        let is_usual = matches!(measured.sense, Sense::Share { overall, .. } if overall >= MOST)
            && measured.effect.abs() < WORTH_IT_ANYWAY;
        let is_said = families.contains(&family) || said.iter().any(says_it);
        if is_usual || is_long(&column.name) || is_said {
            continue;
        }
        let (into, clause) = match measured.sense {
            Sense::Median { segment, overall } => {
                let is_whole =
                    matches!(seen.figures[measured.column], Figures::Numbers { whole: true, .. });
                let clause = (number(segment) != number(overall)).then(|| {
                    let clause = median_clause(column, segment, is_whole);
                    (clause, figure_of(column, overall))
                });
                (&mut typical, clause)
            }
            Sense::NotZero { segment, overall } => {
                (&mut shares, Some((some_clause(column, segment), percent(overall))))
            }
            Sense::Share { level, segment, overall } => {
                let level = word(column.kind.level(level).unwrap_or_default());
                (&mut shares, Some((word_clause(column, &level, segment), percent(overall))))
            }
        };
        let most = if matches!(measured.sense, Sense::Median { .. }) { TYPICAL } else { SHARES };
        if let Some(clause) = clause.filter(|_| into.len() < most) {
            families.push(family);
            said.push(*measured);
            into.push(clause);
        }
    }
    let size = share(seen.sizes[segment], seen.labels.len());
    loop {
        let text = sentences(&typical, &shares, size);
        if text.len() <= MAX_DESCRIPTION {
            return text;
        }
        // Long names of columns leave room for fewer figures.
        if typical.len() > shares.len() {
            typical.pop()
        } else {
            shares.pop()
        };
    }
}

/// A clause, and the figure of all customers that belongs to it.
type Clause = (String, String);

fn sentences(typical: &[Clause], shares: &[Clause], size: f64) -> String {
    let size = if size < 0.005 { "under 1 %".to_owned() } else { percent(size) };
    let holds = format!("the segment holds {size} of all customers");
    let clauses = compared(shares);
    // Without figures of amounts, the first sentence has half of the shares.
    let n_first = if typical.is_empty() { shares.len().div_ceil(2) } else { 0 };
    let first = match (typical, &clauses[..n_first]) {
        ([], []) => "they differ little from all customers in any single column".to_owned(),
        ([], clauses) => list(clauses),
        (typical, _) => format!("they {}", list(&compared(&without_repeats(typical)))),
    };
    let second = match &clauses[n_first..] {
        [] => holds,
        clauses => format!("{}; {holds}", list(clauses)),
    };
    format!("{}. {}.", sentence_case(&first), sentence_case(&second))
}

/// Each clause with the figure of all customers behind it.
fn compared(clauses: &[Clause]) -> Vec<String> {
    let all = |position| if position == 0 { "all customers" } else { "all" };
    let clauses = clauses.iter().enumerate();
    clauses.map(|(at, (clause, overall))| format!("{clause} ({}: {overall})", all(at))).collect()
}

/// "have a and b" for "have a and have b".
fn without_repeats(clauses: &[Clause]) -> Vec<Clause> {
    let all_have = clauses.iter().all(|(clause, _)| clause.starts_with("have "));
    let bare = |clause: &str| clause.strip_prefix("have ").unwrap_or(clause).to_owned();
    let clauses = clauses.iter().enumerate();
    clauses
        .map(|(at, (clause, overall))| {
            let clause = if all_have && at > 0 { bare(clause) } else { clause.clone() };
            (clause, overall.clone())
        })
        .collect()
}

/// A median as a clause gives it: of dates of birth the age in years.
fn figure_of(column: &Column, median: f64) -> String {
    let is_birth = concept(&column.name).is_some_and(|concept| concept.family == "birth");
    if is_birth && matches!(column.kind, ColumnKind::Date { .. }) {
        return number(round_ties_even(median / 365.25));
    }
    number(median)
}

/// What they do with a median of a column.
fn median_clause(column: &Column, median: f64, is_whole: bool) -> String {
    let figure = number(median);
    let is_date = matches!(column.kind, ColumnKind::Date { .. });
    let unit = if is_date { Some("days") } else { unit(&column.name) };
    let is_count = |typical: &str| {
        ["times", "children", "transactions", "products"]
            .iter()
            .any(|counted| typical.contains(counted))
    };
    if is_date && concept(&column.name).is_some_and(|concept| concept.family == "birth") {
        return format!("are {} years old", figure_of(column, median));
    }
    if goods(&column.name) && !is_date {
        return format!("spend {figure} on {}", bare_goods(&column.name));
    }
    let typical = concept(&column.name).map_or("", |concept| concept.typical);
    let fits = !typical.is_empty()
        && (unit.is_some() || !typical.contains("{unit}"))
        && (is_whole || !is_count(typical))
        && (!is_date || typical.contains("{unit}"));
    if fits {
        let text = typical.replace("{unit}", unit.unwrap_or_default());
        return text.replace("{}", &figure);
    }
    let name = readable(&column.name);
    if is_date {
        format!("have {figure} days since {name}")
    } else {
        format!("have {} of {figure}", with_article(&name))
    }
}

/// The unit of time that a column's name tells of.
fn unit(name: &str) -> Option<&'static str> {
    [
        ("days", &["day", "days", "tage", "jours", "dias", "días"][..]),
        ("weeks", &["week", "weeks", "wochen", "semaines", "semanas"][..]),
        ("months", &["month", "months", "monate", "mois", "meses"][..]),
        ("years", &["year", "years", "jahre", "ans", "años"][..]),
    ]
    .into_iter()
    .find(|(_, stems)| says(name, stems))
    .map(|(unit, _)| unit)
}

/// How many have any of it.
fn some_clause(column: &Column, share: f64) -> String {
    let does = concept(&column.name).map_or("", |concept| concept.does);
    let does = if does.is_empty() {
        format!("have some {}", readable(&column.name))
    } else {
        does.to_owned()
    };
    if share == 0.0 {
        format!("hardly any {}", does.replace("have some", "have any"))
    } else {
        format!("{} {does}", percent(share))
    }
}

/// How many have a word.
fn word_clause(column: &Column, level: &str, share: f64) -> String {
    let share = percent(share);
    if is_plain(column) {
        let thing = thing(&column.name);
        let yes = only_says(level, true);
        let what = if says(&column.name, CAMPAIGN) {
            let answered =
                if thing.starts_with("accepted") { thing } else { format!("answered: {thing}") };
            format!("have {}{answered}", if yes { "" } else { "not " })
        } else if let Some(people) = people_who_are(&thing) {
            format!("are {}{people}", if yes { "" } else { "no " })
        } else if is_state(&thing) {
            let state = if thing == "default" { "in default".to_owned() } else { thing };
            format!("are {}{state}", if yes { "" } else { "not " })
        } else {
            format!("have {}{thing}", if yes { "" } else { "no " })
        };
        return format!("{share} {what}");
    }
    let lower = level.to_lowercase();
    if says(&column.name, OCCUPATION) {
        return match people(&lower) {
            People::Noun(who) | People::Adjective(who) => format!("{share} are {who}"),
            People::In => format!("{share} are in {lower}"),
        };
    }
    if says(&column.name, PLACE) && level.chars().any(char::is_alphabetic) {
        return format!("{share} are in {level}");
    }
    if let Some(thing) = has(&column.name, level) {
        return format!("{share} have {thing}");
    }
    if says(&column.name, PAYMENT) {
        return format!("{share} pay by {lower}");
    }
    if says(&column.name, CONTRACT) {
        return format!("{share} are on {} contracts", lower.replace(' ', "-"));
    }
    if column.sensitive == Some(Sensitive::Gender) && ["male", "female"].contains(&lower.as_str()) {
        return format!("{share} are {lower}");
    }
    format!("{share} have {} {level}", readable(&column.name))
}
