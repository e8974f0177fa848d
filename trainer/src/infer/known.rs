//! One column on the way to being understood: its kind is known, its part is decided here.

use shared::dialect::is_soft_missing;
use shared::segment_model::TargetKind;
use shared::{ColumnKind, Sensitive};

use super::kinds::Kind;
use super::personal::Personal;
use super::{OTHER, Role};
use crate::names;
use crate::profile::Profile;
use crate::told::{ColumnTold, RoleTold};

/// What is known of one column on the way.
pub(super) struct Known<'t> {
    pub(super) name: &'t str,
    /// Whether some column of the table has a name: only then is it a sign to have none.
    pub(super) among_names: bool,
    pub(super) profile: Profile<'t>,
    pub(super) told: ColumnTold,
    pub(super) kind: Kind,
    pub(super) role: Role,
    pub(super) why: String,
    pub(super) sensitive: Option<Sensitive>,
    pub(super) personal: Option<Personal>,
}

impl Known<'_> {
    /// The part the column plays, and why.
    pub(super) fn role(&self, min_level: usize) -> (Role, String) {
        let profile = &self.profile;
        let wanted = self.told.role == Some(RoleTold::Feature);
        let because = |role, why: &str| (role, why.to_owned());
        match self.told.role {
            Some(RoleTold::Ignore) => return because(Role::Ignored, "as told"),
            Some(RoleTold::Identifier) => return because(Role::Identifier, "as told"),
            Some(RoleTold::Feature) | None => {}
        }
        if self.kind == Kind::Empty {
            return because(Role::Empty, "no value at all");
        }
        if self.kind == Kind::Constant || profile.n_distinct() == 1 {
            return if profile.n_missing == 0 {
                because(Role::Constant, "one value for all customers")
            } else {
                (Role::Constant, format!("one value, or none: {} lack it", profile.n_missing))
            };
        }
        // Digits with dashes may be a telephone number, but not under such a name.
        if names::is_called_id(self.name) && self.is_identifier() && !wanted {
            return because(Role::Identifier, self.why_identifier());
        }
        if let Some(personal) = self.personal.filter(|_| !wanted) {
            return (Role::Personal, format!("personal data: {}", personal.name()));
        }
        if self.is_identifier() && !wanted {
            return because(Role::Identifier, self.why_identifier());
        }
        if self.kind == Kind::Text {
            return because(Role::Text, "free text: nothing is read from it");
        }
        let n_unlike = profile.cells.len() - self.n_missing() - self.n_most();
        if n_unlike < min_level {
            // One customer's figure among a thousand zeros could be worked out from mean and deviation.
            return (Role::TooRare, format!("only {n_unlike} customers differ from the rest"));
        }
        if let Kind::Categorical { levels, folded } = &self.kind {
            let n_levels = levels.len() + usize::from(*folded > 0);
            if levels.is_empty() || n_levels < 2 {
                return because(Role::TooRare, "too few customers share a word of it");
            }
            if n_levels > 1000 {
                return because(Role::TooRare, "more than 1000 words");
            }
        }
        (Role::Feature, if wanted { "as told".to_owned() } else { String::new() })
    }

    /// Whether the column names the customer: (nearly) every value once, and its name or its values say so.
    pub(super) fn is_identifier(&self) -> bool {
        if matches!(self.kind, Kind::Date(_) | Kind::Decimal) || self.told.kind.is_some() {
            return false;
        }
        let profile = &self.profile;
        let (present, distinct) = (profile.n_present(), profile.n_distinct());
        let unique = distinct == present && present > 1;
        // A customer who stands in the file twice does not make an identifier a measurement.
        let nearly_unique = distinct * 20 >= present * 19 && present >= 20;
        let named = self.is_named_as_identifier();
        if self.repeats_an_identifier() {
            return true;
        }
        if profile.numbers.n == 0 {
            return (unique && self.kind != Kind::Text) || (nearly_unique && named);
        }
        if profile.n_words() > 0 {
            // Zero-padded, or too long for a number.
            return nearly_unique && (named || unique);
        }
        let numbers = &profile.numbers;
        // As many digits throughout: numbers of accounts, phones or devices, and no amounts.
        let digits = |value: f64| shared::number::to_text(value).len();
        let many_digits = numbers.min >= SEVEN_DIGITS && digits(numbers.min) == digits(numbers.max);
        // From 1, or from a number with room below it: ages may stand in a row too.
        let is_a_count = numbers.is_a_count() && (numbers.min <= 1.0 || numbers.min >= 1000.0);
        let is_amount = names::names_an_amount(self.name);
        numbers.all_integers
            && numbers.min >= 0.0
            && !is_amount
            && (((unique || nearly_unique) && named) || (unique && (is_a_count || many_digits)))
    }

    pub(super) fn is_named_as_identifier(&self) -> bool {
        names::sounds_like_an_identifier(self.name)
            && (self.among_names || !names::is_nameless(self.name))
    }

    pub(super) fn why_identifier(&self) -> &'static str {
        if self.repeats_an_identifier() || self.is_named_as_identifier() {
            "named as an identifier"
        } else if self.profile.numbers.n > 0 && self.profile.numbers.is_a_count() {
            "whole numbers in a row, each once"
        } else {
            "every value once"
        }
    }

    /// Whether the column is named as an identifier and has many values, but some of them again and again:
    /// then the rows are likely orders, or visits, and not customers.
    pub(super) fn repeats_an_identifier(&self) -> bool {
        let (present, distinct) = (self.profile.n_present(), self.profile.n_distinct());
        let whole = self.profile.numbers.n == 0 || self.profile.numbers.all_integers;
        let often = distinct * 20 < present * 19;
        // The customer's own identifier is one however often it repeats: the oftener, the more orders.
        let many = distinct >= 20 && names::names_the_customer(self.name)
            || distinct >= 50 && distinct * 10 >= present && names::is_called_id(self.name);
        whole && often && many
    }

    /// The kind as a target.
    ///
    /// # Errors
    /// Why it is none, in words that follow the column's name.
    pub(super) fn target_kind(&self) -> Result<TargetKind, &'static str> {
        let classes = match &self.kind {
            Kind::Empty => return Err("has no value"),
            Kind::Constant => return Err("has one value for all customers"),
            Kind::Date(_) => return Err("is a date"),
            Kind::Text => return Err("is free text"),
            Kind::Integer | Kind::Decimal => return Ok(TargetKind::Number),
            Kind::YesNo { no, yes } => vec![no.clone(), yes.clone()],
            Kind::Ordinal(levels) => levels.clone(),
            Kind::Categorical { levels, folded } => {
                let mut classes = levels.clone();
                classes.extend((*folded > 0).then(|| OTHER.to_owned()));
                classes
            }
        };
        if (2..=1000).contains(&classes.len()) {
            Ok(TargetKind::Class { classes })
        } else {
            Err("has no two classes that enough customers share")
        }
    }

    /// The kind as the model has it.
    pub(super) fn column_kind(&self) -> Option<ColumnKind> {
        let finite = |bound: Option<f64>| bound.and_then(shared::number::Finite::new);
        Some(match &self.kind {
            Kind::Integer | Kind::Decimal => ColumnKind::Numeric {
                lower: finite(self.told.lower),
                upper: finite(self.told.upper),
            },
            Kind::YesNo { no, yes } => ColumnKind::YesNo { no: no.clone(), yes: yes.clone() },
            Kind::Ordinal(levels) => ColumnKind::Ordinal { levels: levels.clone() },
            Kind::Categorical { levels, folded } => {
                ColumnKind::Categorical { levels: levels.clone(), other: *folded > 0 }
            }
            Kind::Date(order) => ColumnKind::Date { order: *order },
            Kind::Empty | Kind::Constant | Kind::Text => return None,
        })
    }

    /// The words that mean "missing" here, because all else is numbers or dates: how many, and of how many
    /// customers.
    pub(super) fn soft_missing(&self) -> (usize, usize) {
        let soft = self.profile.words().filter(|(word, _)| self.is_missing(word));
        soft.fold((0, 0), |(words, rows), (_, count)| (words + 1, rows + count))
    }

    /// Whether a word means "missing" here.
    pub(super) fn is_missing(&self, word: &str) -> bool {
        (self.kind.is_number() || matches!(self.kind, Kind::Date(_))) && is_soft_missing(word)
    }

    /// How many customers share the most frequent value.
    pub(super) fn n_most(&self) -> usize {
        let words = self.profile.words().filter(|(word, _)| !self.is_missing(word));
        words.map(|(_, count)| count).max().unwrap_or(0).max(self.profile.numbers.n_most)
    }

    /// The number of customers without a value, be it that they write a word for it.
    pub(super) fn n_missing(&self) -> usize {
        self.profile.n_missing + self.soft_missing().1
    }
}

/// Whole numbers of so many digits that all differ are numbers of accounts, phones or devices.
const SEVEN_DIGITS: f64 = 1e6;
