//! What is told of two models' segments: the report of `trainer diff`.

use serde::Serialize;

use super::Change;

/// Everything that was found out.
#[derive(Debug, Serialize)]
pub struct DiffReport {
    pub(super) schema_version: u32,
    /// The previous model's id.
    pub old_model: String,
    /// The new model's id.
    pub new_model: String,
    /// The customers whom both models give a segment.
    pub compared: u64,
    /// Those whom only the previous model can read.
    pub only_old: u64,
    /// Those whom only the new model can read.
    pub only_new: u64,
    /// The customers whose segment has the same id.
    pub stayed: u64,
    /// The others.
    pub moved: u64,
    /// `stayed` as a share of `compared`.
    pub stayed_share: f64,
    /// Of those that moved, the share at the border of their old segment; `null` under 20.
    pub border: Option<f64>,
    /// Of those that moved, the share whom the new rule moves although they are prepared as before: not the
    /// preparation, but the centres moved. `null` where the models do not read the same columns, or under 20.
    pub by_centres: Option<f64>,
    /// Whether columns are prepared as before.
    pub preparation: Preparation,
    /// Whether ids look unrelated: more customers are in segments that are the same under another id than keep
    /// theirs, as where the new model was not made with `--previous`.
    pub ids_look_unrelated: bool,
    /// From where to where, the most frequent first; at least 20 customers each.
    pub movements: Vec<Movement>,
    /// The other movements together.
    pub further: Further,
    /// Kept, split, merged, new and retired segments.
    pub changes: Vec<Change>,
    /// Segments that have another name than before.
    pub renamed: Vec<Renamed>,
}

/// What became of the preparation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preparation {
    /// The same to the last digit.
    Same,
    /// The same columns, prepared otherwise.
    Changed,
    /// Other columns, or other words in them.
    OtherColumns,
}

/// Customers who went one way.
#[derive(Debug, Serialize)]
pub struct Movement {
    /// The old segment's id.
    pub from: u16,
    /// Its name.
    pub from_name: String,
    /// The new segment's id.
    pub to: u16,
    /// Its name.
    pub to_name: String,
    /// How many.
    pub customers: u64,
    /// As a share of the old segment's.
    pub share: f64,
    /// The share of them at the border of their old segment.
    pub border: f64,
    /// The share of them whom the new rule moves although they are prepared as before.
    pub by_centres: Option<f64>,
    /// Whom they are compared with: those who stayed, or else the others of the old segment, or nobody where
    /// these are fewer than 20.
    pub against: Against,
    /// In which columns they differ most from these, the most first.
    pub reasons: Vec<Reason>,
}

/// Whom movers are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// Those who stayed in the old segment.
    Stayers,
    /// All others of the old segment, because fewer than 20 stayed.
    OthersOfSegment,
    /// Nobody: nearly the whole segment went.
    Nobody,
}

/// A column in which movers differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// Its name.
    pub column: String,
    /// The word in which they differ, where the column has words without order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// Mean of the movers minus mean of the others, as prepared for the old model: in standard deviations of its
    /// training.
    pub difference: f64,
    /// For a word: its share among the movers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// For a word: its share among the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_of_others: Option<f64>,
}

impl Reason {
    /// In words: `lower recency_days (-0.8 sd)`, `city: Ulm for 60 %, else 12 %`.
    pub fn said(&self) -> String {
        let column = &self.column;
        if let (Some(word), Some(share), Some(others)) =
            (&self.word, self.share, self.share_of_others)
        {
            return format!(
                "{column}: {word} for {:.0} %, else {:.0} %",
                100.0 * share,
                100.0 * others
            );
        }
        let word = if self.difference > 0.0 { "higher" } else { "lower" };
        format!("{word} {column} ({:+.1} sd)", self.difference)
    }
}

/// Movements of fewer than 20 customers each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Further {
    /// From how many segments to how many others.
    pub movements: usize,
    /// Of how many customers; `null` for 1 to 19.
    pub customers: Option<u64>,
}

/// A segment whose name changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// Its id.
    pub id: u16,
    /// What it was called.
    pub old: String,
    /// What it is called.
    pub new: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_told_in_words() {
        let number = Reason {
            column: "recency_days".into(),
            word: None,
            difference: -0.8,
            share: None,
            share_of_others: None,
        };
        assert_eq!(number.said(), "lower recency_days (-0.8 sd)");
        let word = Reason {
            column: "city".into(),
            word: Some("Ulm".into()),
            difference: 0.5,
            share: Some(0.6),
            share_of_others: Some(0.125),
        };
        assert_eq!(word.said(), "city: Ulm for 60 %, else 12 %");
    }
}
