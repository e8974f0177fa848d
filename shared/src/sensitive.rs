//! What a column says of a person that the law or decency protects.

/// A protected attribute. The trainer names it; nothing is computed from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensitive {
    /// Sex or gender.
    Gender,
    /// Age or date of birth.
    Age,
    /// Whether married, single, divorced or widowed.
    MaritalStatus,
    /// Nationality, ethnicity, language or place of birth.
    Origin,
    /// Religion or belief.
    Religion,
    /// Health or disability.
    Health,
    /// Sexual orientation.
    Orientation,
    /// Political opinion or membership.
    Politics,
}

impl Sensitive {
    /// Every attribute, in the order of their numbers in an artifact.
    pub const ALL: [Self; 8] = [
        Self::Gender,
        Self::Age,
        Self::MaritalStatus,
        Self::Origin,
        Self::Religion,
        Self::Health,
        Self::Orientation,
        Self::Politics,
    ];

    /// The attribute's name, as documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gender => "gender",
            Self::Age => "age",
            Self::MaritalStatus => "marital status",
            Self::Origin => "origin",
            Self::Religion => "religion",
            Self::Health => "health",
            Self::Orientation => "orientation",
            Self::Politics => "politics",
        }
    }
}
