//! What stands in for a missing value.

use std::collections::BTreeMap;

use shared::{Column, ColumnKind, Schema};

/// What stands in for a missing number. A missing word is always the most frequent one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Impute {
    /// The middle of the values that are there.
    #[default]
    Median,
    /// Their mean.
    Mean,
    /// Zero, where nothing recorded means nothing done; for numbers only.
    Zero,
}

impl Impute {
    /// As it is written in flags and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Median => "median",
            Self::Mean => "mean",
            Self::Zero => "zero",
        }
    }
}

/// What the person said about missing values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImputeOptions {
    /// For every column of numbers or dates; dates know no zero and then get the median.
    pub default: Impute,
    /// For columns by name, before the default.
    pub by_column: BTreeMap<String, Impute>,
}

impl ImputeOptions {
    /// The first column, by name, that was given a rule that it cannot follow: it holds words, or it holds
    /// dates and the rule is zero. Columns that the schema does not have are not looked at.
    pub fn misfit<'s>(&self, schema: &'s Schema) -> Option<&'s Column> {
        schema.columns().iter().find(|column| match self.by_column.get(&column.name) {
            None => false,
            Some(Impute::Zero) => !matches!(column.kind, ColumnKind::Numeric { .. }),
            Some(Impute::Median | Impute::Mean) => column.kind.n_levels() > 0,
        })
    }

    pub(super) fn of(&self, column: &Column) -> Impute {
        let told = self.by_column.get(&column.name).copied().unwrap_or(self.default);
        let is_date = matches!(column.kind, ColumnKind::Date { .. });
        if is_date && told == Impute::Zero { Impute::Median } else { told }
    }
}

#[cfg(test)]
mod tests {
    use shared::date::{DateOrder, Day};

    use super::*;

    #[test]
    fn a_column_follows_its_own_rule_then_the_default_and_dates_know_no_zero() {
        let date = ColumnKind::Date { order: DateOrder::Ymd };
        let words = ColumnKind::YesNo { no: "no".into(), yes: "yes".into() };
        let columns = vec![
            Column::new("spend", ColumnKind::ANY_NUMBER),
            Column::new("joined", date),
            Column::new("married", words),
        ];
        let schema = Schema::new(columns, Day::parse("2024-01-01")).unwrap();
        let told = |by_column: &[(&str, Impute)]| ImputeOptions {
            default: Impute::Zero,
            by_column: by_column.iter().map(|&(name, impute)| (name.into(), impute)).collect(),
        };
        let rules = |options: &ImputeOptions| {
            schema.columns()[..2].iter().map(|c| options.of(c)).collect::<Vec<_>>()
        };
        assert_eq!(rules(&told(&[])), [Impute::Zero, Impute::Median]);
        let options = told(&[("spend", Impute::Median), ("joined", Impute::Mean)]);
        assert_eq!(rules(&options), [Impute::Median, Impute::Mean]);
        let misfit = |name: &str, impute| {
            told(&[(name, impute)]).misfit(&schema).map(|column| column.name.clone())
        };
        assert_eq!(misfit("joined", Impute::Zero).as_deref(), Some("joined"));
        assert_eq!(misfit("married", Impute::Median).as_deref(), Some("married"));
        assert_eq!(misfit("spend", Impute::Zero), None);
        assert_eq!(misfit("another", Impute::Zero), None);
    }
}
