//! What is recommended to a customer where the person says nothing of it.

use shared::playbook::TypicalGap;
use shared::segment_model::{Link, TargetModels};
use shared::{Column, ColumnKind, Playbook, Schema};

use super::lexicon::concept;
use crate::error::{Error, suggestion};
use crate::names::says;

/// A smaller gap is not worth a recommendation; in standard deviations, "medium" in Cohen's sense.
const GAP: f64 = 0.5;

/// More at once is advice that nobody reads.
const AT_MOST: u8 = 3;

/// Families of columns that tell how long ago something was, what a customer is rather than does, or what others
/// decide.
const NOT_DONE: [&str; 23] = [
    "recency",
    "tenure",
    "inactive",
    "waiting",
    "lead time",
    "previous contact",
    "contacts",
    "birth",
    "age",
    "family",
    "children",
    "teenagers",
    "adults",
    "work experience",
    "education",
    "income",
    "limit",
    "credit score",
    "minimum payment",
    "room rate",
    "price",
    "change",
    "hours",
];

/// Families of which nobody wants more.
const NOT_WANTED: [&str; 8] = [
    "late payment",
    "returns",
    "cancellations",
    "bounces",
    "loan",
    "cash advance",
    "balance",
    "balance frequency",
];

/// The columns, by position and ascending, in which a typical gap counts: those of `recommend`, or where none is
/// named all that tell what customers do. Numbers that can change and are not sensitive; days since a date are no
/// such numbers: fewer of them are no gap.
///
/// # Errors
/// [`Error::Usage`] for the first name of `recommend` that is no column of numbers of the model, or a sensitive one.
pub fn eligible(schema: &Schema, recommend: &[String]) -> Result<Vec<usize>, Error> {
    let columns = || schema.columns().iter().enumerate();
    if recommend.is_empty() {
        return Ok(columns()
            .filter(|(_, column)| tells_what_is_done(column))
            .map(|c| c.0)
            .collect());
    }
    let mut found = Vec::new();
    for name in recommend {
        let column = columns().find(|(_, column)| column.name == *name);
        let (what, hint) = match column {
            Some((position, column)) if is_number(column) && column.sensitive.is_none() => {
                found.push(position);
                continue;
            }
            Some((_, column)) if is_number(column) => (
                format!("`--recommend {name}`: the column is sensitive"),
                "nobody is told to be another age or the like: name another column".to_owned(),
            ),
            Some(_) => (
                format!("`--recommend {name}`: the column holds no numbers"),
                "only of numbers can a customer have less than is usual".to_owned(),
            ),
            None => {
                let numbers = columns().filter(|(_, column)| is_number(column));
                let near = suggestion(name, numbers.map(|(_, column)| column.name.as_str()));
                (format!("`--recommend {name}`: the model reads no such column"), near)
            }
        };
        return Err(Error::Usage { what, hint });
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn is_number(column: &Column) -> bool {
    matches!(column.kind, ColumnKind::Numeric { .. })
}

fn tells_what_is_done(column: &Column) -> bool {
    let family = concept(&column.name).map_or("", |concept| concept.family);
    is_number(column)
        && column.mutable
        && column.sensitive.is_none()
        && !says(&column.name, &["since", "ago"])
        && !NOT_DONE.contains(&family)
        && !NOT_WANTED.contains(&family)
}

/// Where a customer does less than customers like this one, in the columns `eligible`, ascending.
pub fn typical_gap(usual: &[TargetModels], eligible: &[usize]) -> Playbook {
    let counts = |models: &TargetModels| matches!(models.link, Link::Prepared(column) if eligible.contains(&column.into()));
    let usual = usual.iter().zip(0..).filter(|(models, _)| counts(models));
    Playbook::TypicalGap(TypicalGap {
        threshold: GAP,
        at_most: AT_MOST,
        usual: usual.map(|(_, position)| position).collect(),
    })
}

#[cfg(test)]
mod tests {
    use shared::Sensitive;

    use super::*;

    fn schema() -> Schema {
        let number = |name: &str| Column::new(name, ColumnKind::ANY_NUMBER);
        let words = ColumnKind::YesNo { no: "no".into(), yes: "yes".into() };
        let columns = vec![
            number("PURCHASES"),
            number("TENURE"),
            Column { sensitive: Some(Sensitive::Age), ..number("Age") },
            number("days_since_last_order"),
            Column { mutable: false, ..number("fixed") },
            Column::new("member", words),
            number("visits"),
            number("refunds"),
        ];
        Schema::new(columns, None).unwrap()
    }

    #[test]
    fn what_customers_do_counts_and_what_they_are_does_not() {
        assert_eq!(eligible(&schema(), &[]).unwrap(), [0, 6]);
    }

    #[test]
    fn who_names_columns_gets_these_or_is_told_why_not() {
        let named = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.into()).collect();
            eligible(&schema(), &names)
        };
        assert_eq!(named(&["visits", "TENURE", "visits"]).unwrap(), [1, 6]);
        for (name, what, hint) in [
            ("Age", "sensitive", "another column"),
            ("member", "no numbers", "less than is usual"),
            ("visit", "no such column", "visits"),
        ] {
            let error = named(&["PURCHASES", name]).unwrap_err();
            assert!(error.to_string().contains(what) && error.to_string().contains(name));
            assert!(error.hint().contains(hint), "{}", error.hint());
        }
    }
}
