//! Words with an order that everybody knows, and words that hold their order in a number.

use std::collections::BTreeSet;

/// Scales, lowest first; the words of one rank are separated by `/`. Lower case.
const SCALES: &[&str] = &[
    "very low, low, below average, average/medium/moderate/mid/normal, above average, high, very high, extreme",
    "extra small/xs/xxs, small/s/tiny, medium/m, large/l, extra large/x-large/xl, xx-large/xxl, xxxl",
    "never, rarely/seldom, sometimes/occasionally, often/frequently/regularly, usually, always",
    "daily, weekly, fortnightly/biweekly/bi-weekly, monthly, bimonthly, quarterly, semi-annually, annually/yearly",
    "very poor, poor/bad, fair/average/ok, good, very good, excellent/outstanding",
    "strongly disagree, disagree, somewhat disagree, neutral/neither agree nor disagree/undecided, \
     somewhat agree, agree, strongly agree",
    "very dissatisfied, dissatisfied, somewhat dissatisfied, neutral/neither, somewhat satisfied, satisfied, \
     very satisfied",
    "very unlikely, unlikely, neutral, likely, very likely",
    "blue/basic/classic, bronze, silver, gold, platinum, diamond, black",
    "basic, standard, plus, premium, enterprise",
    "free, basic, standard, pro/professional, enterprise",
    "beginner/novice, intermediate, advanced, expert",
    "no education/none/uneducated, primary/primary school/elementary, secondary/high school/highschool, \
     college/some college, bachelor/bachelors/bachelor's/graduate/undergraduate/graduation/university, \
     master/masters/master's/post-graduate/postgraduate/2n cycle, phd/doctorate/doctoral",
    "preschool, 1st-4th, 5th-6th, 7th-8th, 9th, 10th, 11th, 12th, hs-grad, some-college, assoc-voc, assoc-acdm, \
     bachelors, masters, prof-school, doctorate",
    "first, second, third, fourth, fifth",
    "sehr niedrig, niedrig/gering, mittel, hoch, sehr hoch",
    "nie, selten, manchmal, oft/häufig, immer",
    "très faible, faible/bas, moyen/moyenne, élevé/élevée/haut, très élevé",
    "muy bajo/muy baja, bajo/baja, medio/media, alto/alta, muy alto/muy alta",
    "muito baixo/muito baixa, baixo/baixa, médio/média/medio, alto/alta, muito alto/muito alta",
    "basso/bassa, medio/media, alto/alta",
    "laag, gemiddeld, hoog",
    "little, moderate, quite rich, rich",
    "month-to-month, one year, two year",
    "trifft nicht zu/trifft gar nicht zu/trifft überhaupt nicht zu, trifft eher nicht zu, teils/teils teils/\
     teils, trifft eher zu, trifft zu, trifft voll zu/trifft voll und ganz zu",
    "stimme nicht zu/stimme gar nicht zu, stimme eher nicht zu, neutral/teils teils, stimme eher zu, \
     stimme zu, stimme voll zu",
];

/// The levels in the order of the first known scale that holds all `words`, or in the order of the numbers in
/// them (`18-24`, `Less than $40K`, `3+`).
///
/// `None` where there is no such scale, or two words stand at one place of it.
pub fn order(words: &[&str]) -> Option<Vec<String>> {
    if words.len() < 2 {
        return None;
    }
    let known = SCALES.iter().find_map(|scale| ranked(words, |word| rank(scale, word)));
    known.or_else(|| {
        // Two ranges, or a word that is no bare number: else these are codes, or figures.
        let has_range = words.iter().any(|word| word.parse::<f64>().is_err());
        let ordered = has_range.then(|| ranked(words, bounds));
        ordered.flatten().filter(|_| share_a_unit(words))
    })
}

fn ranked<R: PartialOrd>(words: &[&str], rank: impl Fn(&str) -> Option<R>) -> Option<Vec<String>> {
    let mut ranks =
        words.iter().map(|word| Some((rank(word)?, *word))).collect::<Option<Vec<_>>>()?;
    ranks.sort_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let distinct = ranks.windows(2).all(|pair| pair[0].0 < pair[1].0);
    distinct.then(|| ranks.into_iter().map(|(_, word)| word.to_owned()).collect())
}

fn rank(scale: &str, word: &str) -> Option<usize> {
    let word = word.to_lowercase();
    scale.split(',').position(|place| place.trim().split('/').any(|known| known.trim() == word))
}

/// Words before a number that put the range below or above it.
const BELOW: [&str; 12] = [
    "<",
    "<=",
    "≤",
    "under",
    "below",
    "less than",
    "up to",
    "unter",
    "bis",
    "moins de",
    "menos de",
    "upto",
];
const ABOVE: [&str; 12] = [
    ">",
    ">=",
    "≥",
    "over",
    "above",
    "more than",
    "über",
    "ab",
    "plus de",
    "más de",
    "mais de",
    "at least",
];

/// Where a range lies: its lowest number, and whether it opens below (-1) or above (1).
fn bounds(word: &str) -> Option<(f64, i8)> {
    let lower = word.to_lowercase();
    let start = lower.find(|c: char| c.is_ascii_digit())?;
    let before = lower[..start].trim_end_matches(|c: char| "$€£ ".contains(c)).trim();
    let number = leading_number(&lower[start..])?;
    let opens_above = lower.trim_end().ends_with('+')
        || ["and over", "and more", "or more", "and above", "plus", "und mehr", "et plus", "y más"]
            .iter()
            .any(|tail| lower.trim_end().ends_with(tail));
    if BELOW.contains(&before) {
        Some((number, -1))
    } else if ABOVE.contains(&before) || (before.is_empty() && opens_above) {
        Some((number, 1))
    } else if before.is_empty() {
        Some((number, 0))
    } else {
        None
    }
}

/// The number that a text begins with; `40k` is 40,000.
fn leading_number(text: &str) -> Option<f64> {
    let end =
        text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(text.len());
    let digits: String = text[..end].chars().filter(|&c| c != ',').collect();
    let number: f64 = digits.trim_end_matches('.').parse().ok()?;
    let rest = text[end..].trim_start();
    let follows = |unit: &str| {
        rest.strip_prefix(unit).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
    };
    Some(match () {
        () if follows("k") => number * 1e3,
        () if follows("m") => number * 1e6,
        () => number,
    })
}

/// Whether what is left of the words without numbers, bounds and signs is the same in all, or nothing: `2 years`
/// and `3 years` are a scale, `route 66` and `bus 42` are not.
fn share_a_unit(words: &[&str]) -> bool {
    let units: BTreeSet<String> = words
        .iter()
        .map(|word| {
            let lower = word.to_lowercase();
            let letters = lower.split(|c: char| !c.is_alphabetic());
            let unit = letters.filter(|part| {
                let is_bound = BELOW.iter().chain(&ABOVE).any(|b| b.split(' ').any(|b| b == *part));
                let joins = [
                    "to", "and", "or", "k", "m", "more", "plus", "bis", "und", "et", "a", "y",
                    "mehr",
                ];
                !part.is_empty() && !is_bound && !joins.contains(part)
            });
            unit.map(|part| part.trim_end_matches('s')).collect::<Vec<_>>().join(" ")
        })
        .filter(|unit| !unit.is_empty())
        .collect();
    units.len() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(words: &[&str]) -> Option<Vec<String>> {
        order(words)
    }

    #[test]
    fn known_scales_are_put_in_order_in_their_own_spelling() {
        assert_eq!(ordered(&["High", "Low", "Average"]).unwrap(), ["Low", "Average", "High"]);
        assert_eq!(
            ordered(&["gold", "Silver", "Platinum"]).unwrap(),
            ["Silver", "gold", "Platinum"]
        );
        assert_eq!(ordered(&["hoch", "niedrig"]).unwrap(), ["niedrig", "hoch"]);
        assert_eq!(
            ordered(&["PhD", "Master", "Graduation", "2n Cycle"]),
            None,
            "two words at one place have no order between them"
        );
        assert_eq!(ordered(&["low", "Low"]), None);
        assert_eq!(ordered(&["red", "low"]), None);
    }

    #[test]
    fn ranges_are_put_in_the_order_of_their_numbers() {
        assert_eq!(
            ordered(&["$60K - $80K", "Less than $40K", "$120K +", "$40K - $60K", "$80K - $120K"])
                .unwrap(),
            ["Less than $40K", "$40K - $60K", "$60K - $80K", "$80K - $120K", "$120K +"]
        );
        assert_eq!(ordered(&["65+", "18-24", "25-34"]).unwrap(), ["18-24", "25-34", "65+"]);
        assert_eq!(ordered(&["<18", "18-24", ">65"]).unwrap(), ["<18", "18-24", ">65"]);
        assert_eq!(ordered(&["3+", "0", "2", "1"]).unwrap(), ["0", "1", "2", "3+"]);
        assert_eq!(
            ordered(&["10 years", "2 years", "1 year"]).unwrap(),
            ["1 year", "2 years", "10 years"]
        );
    }

    #[test]
    fn numbered_names_have_no_order() {
        assert_eq!(ordered(&["Cat_1", "Cat_2", "Cat_3"]), None);
        assert_eq!(ordered(&["66 route", "42 bus"]), None);
        assert_eq!(ordered(&["1", "2"]), None);
    }
}
