//! The answer as it is sent: one JSON object with a fixed order of keys, the same bytes everywhere.

use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::artifact::Artifact;
use crate::model::{Answer, TargetModels};
use crate::playbook::Recommendation;
use crate::segment_model::{Prediction, TargetKind, most_probable};

/// A customer's answer together with the model that gave it.
#[derive(Debug, Clone)]
pub struct Reply<'m> {
    artifact: &'m Artifact,
    answer: Answer,
}

impl<'m> Reply<'m> {
    pub(crate) fn new(artifact: &'m Artifact, answer: Answer) -> Self {
        Self { artifact, answer }
    }

    /// What the model said, not yet in words.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// The segment's name.
    pub fn segment_name(&self) -> &'m str {
        let segments = &self.artifact.model().parts().segments;
        segments.get(usize::from(self.answer.segment.id())).map_or("", |info| &info.name)
    }

    /// The answer as JSON text.
    pub fn to_json(&self) -> String {
        // Fails only on maps whose keys are not text; there are none.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Reply<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Named<'a> {
            id: u16,
            name: &'a str,
        }
        let targets = &self.artifact.model().parts().targets;
        let predictions: Vec<_> = targets
            .iter()
            .zip(&self.answer.predictions)
            .map(|(target, prediction)| NamedPrediction { target, prediction })
            .collect();
        let recommendations: &[Recommendation] = &self.answer.recommendations;
        let segment = Named { id: self.answer.segment.id(), name: self.segment_name() };
        let mut reply = serializer.serialize_struct("Reply", 5)?;
        reply.serialize_field("model", &self.artifact.id().to_hex())?;
        reply.serialize_field("segment", &segment)?;
        reply.serialize_field("distance", &self.answer.segment.distance())?;
        reply.serialize_field("predictions", &predictions)?;
        reply.serialize_field("recommendations", recommendations)?;
        reply.end()
    }
}

struct NamedPrediction<'a> {
    target: &'a TargetModels,
    prediction: &'a Prediction,
}

impl Serialize for NamedPrediction<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let target = &self.target.target;
        match (self.prediction, &target.kind) {
            (Prediction::Class(probabilities), TargetKind::Class { classes }) => {
                let mut map = serializer.serialize_struct("Prediction", 4)?;
                map.serialize_field("target", &target.name)?;
                map.serialize_field("kind", "class")?;
                map.serialize_field("value", &classes.get(most_probable(probabilities)))?;
                map.serialize_field("probabilities", &Probabilities { classes, probabilities })?;
                map.end()
            }
            (Prediction::Number(value), _) => {
                let mut map = serializer.serialize_struct("Prediction", 3)?;
                map.serialize_field("target", &target.name)?;
                map.serialize_field("kind", "number")?;
                map.serialize_field("value", value)?;
                map.end()
            }
            // Model::new lets no class model stand for a number.
            (Prediction::Class(_), TargetKind::Number) => {
                serializer.serialize_struct("Prediction", 0)?.end()
            }
        }
    }
}

struct Probabilities<'a> {
    classes: &'a [String],
    probabilities: &'a [f64],
}

impl Serialize for Probabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.classes.len()))?;
        for (class, probability) in self.classes.iter().zip(self.probabilities) {
            map.serialize_entry(class, probability)?;
        }
        map.end()
    }
}
