//! The model that answers, and the one that may take its place.

use shared::{Artifact, ArtifactError, Record};

use crate::config::{Config, Experiment};
use crate::customer::Customer;
use crate::problem::Problem;

/// One or two models.
#[derive(Debug)]
pub(crate) struct Models {
    /// It answers.
    pub(crate) champion: Artifact,
    /// It is tried; `None` where none was deployed.
    pub(crate) challenger: Option<Result<Artifact, ArtifactError>>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Variant {
    #[default]
    Champion,
    Challenger,
}

impl Variant {
    /// As it is written in headers, logs and counters.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Champion => "champion",
            Self::Challenger => "challenger",
        }
    }
}

impl Models {
    /// Reads both; no bytes of the second are none.
    ///
    /// # Errors
    /// When the first cannot be used. A second that cannot be used takes nothing from the first.
    pub(crate) fn decode(champion: &[u8], challenger: &[u8]) -> Result<Self, ArtifactError> {
        let champion = Artifact::decode(champion)?;
        let challenger = (!challenger.is_empty()).then(|| Artifact::decode(challenger));
        Ok(Self { champion, challenger })
    }

    /// The second, if it can be used.
    pub(crate) fn usable_challenger(&self) -> Option<&Artifact> {
        self.challenger.as_ref()?.as_ref().ok()
    }

    pub(crate) fn of(&self, variant: Variant) -> &Artifact {
        match variant {
            Variant::Champion => &self.champion,
            Variant::Challenger => self.usable_challenger().unwrap_or(&self.champion),
        }
    }

    /// A customer, and which model answers them. An experiment refuses nobody: whom the second model cannot read, the
    /// first answers.
    ///
    /// # Errors
    /// As [`Customer::read`], of the first model.
    pub(crate) fn customer(
        &self,
        config: &Config,
        subject: Option<&str>,
        body: &[u8],
    ) -> Result<(Variant, Customer), Problem> {
        let customer = Customer::read(&self.champion, config.unknown_fields, body)?;
        if let Some(challenger) = self.usable_challenger()
            && is_drawn(config, subject, &customer.record)
            && let Ok(other) = Customer::read(challenger, config.unknown_fields, body)
        {
            return Ok((Variant::Challenger, other));
        }
        Ok((Variant::Champion, customer))
    }
}

/// Whether the second model answers a customer: the same way every time for one subject, else for one record. Without
/// the deployment's secret nobody can tell.
fn is_drawn(config: &Config, subject: Option<&str>, record: &Record) -> bool {
    let (Experiment::Split(share), Some(secret)) = (config.experiment, &config.cache.secret) else {
        return false;
    };
    let drawn = if let Some(subject) = subject {
        secret.draw("experiment by subject", subject.as_bytes())
    } else {
        let mut bytes = Vec::new();
        record.write_canonical(&mut bytes);
        secret.draw("experiment by record", &bytes)
    };
    (u64::from(drawn).saturating_mul(1000)) >> 32 < u64::from(share)
}
