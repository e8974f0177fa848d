//! What a key may ask for.

use core::fmt;

/// One thing that a key may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The answer for one customer.
    Predict,
    /// Why an answer is what it is.
    Explain,
    /// Answers for many customers, and those of last night by id.
    Batch,
}

impl Scope {
    /// In the order in which they are written.
    pub const ALL: [Self; 3] = [Self::Predict, Self::Explain, Self::Batch];

    /// As it is written in a key's line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Predict => "predict",
            Self::Explain => "explain",
            Self::Batch => "batch",
        }
    }
}

/// What a key may ask for, all together: one scope or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// What a key that everybody can read may ask for.
    pub const PREDICT: Self = Self(1 << Scope::Predict as u8);

    /// Names with commas between, each once, in any order.
    pub fn parse(names: &str) -> Option<Self> {
        names.split(',').try_fold(Self(0), |scopes, name| {
            let scope = Scope::ALL.into_iter().find(|scope| scope.name() == name)?;
            (!scopes.contains(scope)).then_some(Self(scopes.0 | 1 << scope as u8))
        })
    }

    /// Whether a scope is among them.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & 1 << scope as u8 != 0
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        for scope in Scope::ALL.into_iter().filter(|scope| self.contains(*scope)) {
            write!(f, "{comma}{}", scope.name())?;
            comma = ",";
        }
        Ok(())
    }
}
