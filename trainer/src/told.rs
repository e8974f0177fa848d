//! What the person said about the data: by flags, or in `wedge.toml`. It beats whatever is read off the values.

use std::collections::BTreeMap;

use shared::date::{DateOrder, Day};

use crate::config::PlaybookConfig;
use crate::prepare::Impute;

/// What the person said.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// The columns to predict.
    pub targets: Vec<String>,
    /// A word must be shared by this many customers to stand in a model.
    pub min_level: usize,
    /// The day that dates are counted back from.
    pub as_of: Option<Day>,
    /// The order of dates, where a column does not say its own.
    pub date_order: Option<DateOrder>,
    /// Values that mean "missing" in every column.
    pub missing: Vec<String>,
    /// What stands in for missing numbers, where a column does not say its own.
    pub impute: Option<Impute>,
    /// About single columns, by name.
    pub columns: BTreeMap<String, ColumnTold>,
    /// About single segments, by the id that training again keeps.
    pub segments: BTreeMap<u16, SegmentTold>,
    /// What to recommend to whom; without it, what the data says.
    pub playbook: Option<PlaybookConfig>,
}

/// What the person said about one segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SegmentTold {
    /// What it is called.
    pub name: Option<String>,
    /// What it is, in sentences.
    pub description: Option<String>,
}

/// What the person said about one column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ColumnTold {
    /// What it holds.
    pub kind: Option<KindTold>,
    /// What it is for.
    pub role: Option<RoleTold>,
    /// Its words; for an ordinal column lowest first, for yes/no no first.
    pub levels: Vec<String>,
    /// Values that mean "missing" here.
    pub missing: Vec<String>,
    /// The smallest number that is right.
    pub lower: Option<f64>,
    /// The largest number that is right.
    pub upper: Option<f64>,
    /// The order of its dates.
    pub date_order: Option<DateOrder>,
    /// What stands in for its missing numbers.
    pub impute: Option<Impute>,
    /// Whether a customer's value can change.
    pub mutable: Option<bool>,
}

/// The kinds a person can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindTold {
    /// Whole or not.
    Number,
    /// Two words.
    YesNo,
    /// Words, or whole numbers, with an order.
    Ordinal,
    /// Words, or whole numbers, without.
    Categorical,
    /// Days.
    Date,
    /// Text that nothing is read from.
    Text,
}

/// The parts a person can give a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleTold {
    /// Segments are found in it, even where it would be left out.
    Feature,
    /// It names the customer.
    Identifier,
    /// It is left out.
    Ignore,
}

impl KindTold {
    /// All, in the order in which they are explained.
    pub const ALL: [Self; 6] =
        [Self::Number, Self::YesNo, Self::Ordinal, Self::Categorical, Self::Date, Self::Text];

    /// As it is written in flags and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::YesNo => "yes/no",
            Self::Ordinal => "ordinal",
            Self::Categorical => "categorical",
            Self::Date => "date",
            Self::Text => "text",
        }
    }
}

impl RoleTold {
    /// All, in the order in which they are explained.
    pub const ALL: [Self; 3] = [Self::Feature, Self::Identifier, Self::Ignore];

    /// As it is written in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Feature => "feature",
            Self::Identifier => "identifier",
            Self::Ignore => "ignore",
        }
    }
}

impl Told {
    /// What was said about a column; nothing, where nothing was.
    pub fn column(&self, name: &str) -> ColumnTold {
        self.columns.get(name).cloned().unwrap_or_default()
    }

    /// The same, to be added to.
    pub fn about(&mut self, name: &str) -> &mut ColumnTold {
        self.columns.entry(name.to_owned()).or_default()
    }
}
