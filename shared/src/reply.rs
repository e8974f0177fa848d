//! The answer as it is sent: one JSON object with a fixed order of keys, the same bytes everywhere.

use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::artifact::Artifact;
use crate::column::Column;
use crate::explain::Reasons;
use crate::margin::Contributions;
use crate::model::{Answer, SegmentInfo};
use crate::playbook::Recommendation;
use crate::record::Value;
use crate::segment_model::{Interval, Prediction, TargetModels, most_probable};

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

    /// The same without recommendations: for a customer who is held out, so that what they bring can be measured.
    #[must_use]
    pub fn held_out(mut self) -> Self {
        self.answer.recommendations.clear();
        self
    }

    /// What the model said, not yet in words.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// The id of the segment that people see.
    pub fn segment_id(&self) -> u16 {
        self.segment().map_or(0, |info| info.id)
    }

    /// The segment's name.
    pub fn segment_name(&self) -> &'m str {
        self.segment().map_or("", |info| &info.name)
    }

    fn segment(&self) -> Option<&'m SegmentInfo> {
        let segments = &self.artifact.model().parts().segments;
        segments.get(usize::from(self.answer.segment.id()))
    }

    /// The answer as JSON text.
    pub fn to_json(&self) -> String {
        // Fails only on maps whose keys are not text; there are none.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Reply<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts = self.artifact.model().parts();
        let Answer { segment, outlier_p, why, .. } = &self.answer;
        let predicted = parts.predicted().iter().zip(&self.answer.predictions).enumerate();
        let columns = parts.schema.columns();
        let predictions: Vec<_> = predicted
            .map(|(at, (target, prediction))| NamedPrediction {
                target,
                prediction,
                reasons: why.as_ref().and_then(|why| why.predictions.get(at)),
                columns,
            })
            .collect();
        let info = |position: u16| parts.segments.get(usize::from(position));
        let named = |position: u16| {
            info(position).map(|SegmentInfo { id, name, .. }| Named { id: *id, name })
        };
        let distance_to = |position: u16| segment.distances().get(usize::from(position)).copied();
        let recommendations: &[Recommendation] = &self.answer.recommendations;
        let own = info(segment.id()).map(|SegmentInfo { id, name, description, .. }| Described {
            id: *id,
            name,
            description,
        });
        let distances: Vec<_> = parts
            .segments
            .iter()
            .zip(segment.distances())
            .map(|(info, &distance)| Distance { id: info.id, distance })
            .collect();
        let mut reply = serializer.serialize_struct("Reply", 10)?;
        reply.serialize_field("model", &self.artifact.id().to_hex())?;
        reply.serialize_field("segment", &own)?;
        reply.serialize_field("distance", &segment.distance())?;
        reply.serialize_field("predictions", &predictions)?;
        reply.serialize_field("recommendations", recommendations)?;
        reply.serialize_field("distances", &distances)?;
        if let Some(position) = segment.runner_up() {
            let runner_up = named(position).zip(distance_to(position)).zip(segment.margin());
            let runner_up = runner_up.map(|((Named { id, name }, distance), margin)| RunnerUp {
                id,
                name,
                distance,
                margin,
            });
            reply.serialize_field("runner_up", &runner_up)?;
        }
        if let Some(outlier_p) = outlier_p {
            reply.serialize_field("outlier_p", outlier_p)?;
        }
        let reasons = why.as_ref().and_then(|why| why.reasons.as_ref());
        if let Some(Reasons { difference, constant, contributions }) = reasons {
            let contributions = named_contributions(columns, contributions);
            let reasons =
                WrittenReasons { difference: *difference, constant: *constant, contributions };
            reply.serialize_field("reasons", &reasons)?;
            let change = why.as_ref().and_then(|why| why.smallest_change.as_ref());
            let change = change.and_then(|change| {
                let column = columns.get(change.column)?;
                Some(WrittenChange {
                    field: &column.name,
                    from: written(column, change.from),
                    to: written(column, change.to),
                    segment: named(change.segment)?,
                    cost: change.cost,
                })
            });
            reply.serialize_field("smallest_change", &change)?;
        }
        reply.end()
    }
}

#[derive(Serialize)]
struct Described<'a> {
    id: u16,
    name: &'a str,
    description: &'a str,
}

#[derive(Serialize)]
struct Named<'a> {
    id: u16,
    name: &'a str,
}

#[derive(Serialize)]
struct Distance {
    id: u16,
    distance: f64,
}

#[derive(Serialize)]
struct RunnerUp<'a> {
    id: u16,
    name: &'a str,
    distance: f64,
    margin: f64,
}

#[derive(Serialize)]
struct WrittenReasons<'a> {
    difference: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    constant: Option<f64>,
    contributions: Vec<Contribution<'a>>,
}

#[derive(Serialize)]
struct Contribution<'a> {
    field: &'a str,
    value: f64,
}

#[derive(Serialize)]
struct WrittenChange<'a> {
    field: &'a str,
    from: Written<'a>,
    to: Written<'a>,
    segment: Named<'a>,
    cost: f64,
}

/// A value as a customer has it.
#[derive(Serialize)]
#[serde(untagged)]
enum Written<'a> {
    Nothing,
    Number(f64),
    Word(&'a str),
}

fn written(column: &Column, value: Value) -> Written<'_> {
    match value {
        Value::Missing => Written::Nothing,
        Value::Number(number) => Written::Number(number.get()),
        Value::Level(id) => Written::Word(column.kind.level(id.into()).unwrap_or_default()),
    }
}

fn named_contributions<'a>(columns: &'a [Column], values: &[f64]) -> Vec<Contribution<'a>> {
    let pairs = columns.iter().zip(values);
    pairs.map(|(column, &value)| Contribution { field: &column.name, value }).collect()
}

struct NamedPrediction<'a> {
    target: &'a TargetModels,
    prediction: &'a Prediction,
    reasons: Option<&'a Vec<Contributions>>,
    columns: &'a [Column],
}

#[derive(Serialize)]
struct WrittenInterval {
    level: f64,
    lower: f64,
    upper: f64,
}

/// What adds up to one margin.
#[derive(Serialize)]
struct WrittenMargin<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'a str>,
    margin: f64,
    base: f64,
    contributions: Vec<Contribution<'a>>,
}

impl NamedPrediction<'_> {
    fn margins(&self) -> Option<Vec<WrittenMargin<'_>>> {
        let classes = self.target.target.kind.classes();
        let written = |(output, of): (usize, &Contributions)| WrittenMargin {
            class: classes.get(output).map(String::as_str),
            margin: of.total(),
            base: of.base,
            contributions: named_contributions(self.columns, &of.columns),
        };
        Some(self.reasons?.iter().enumerate().map(written).collect())
    }
}

impl Serialize for NamedPrediction<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Prediction", 5)?;
        map.serialize_field("target", &self.target.target.name)?;
        match self.prediction {
            Prediction::Class(probabilities) => {
                let classes = self.target.target.kind.classes();
                map.serialize_field("kind", "class")?;
                map.serialize_field("value", &classes.get(most_probable(probabilities)))?;
                map.serialize_field("probabilities", &Probabilities { classes, probabilities })?;
            }
            Prediction::Number { value, interval } => {
                map.serialize_field("kind", "number")?;
                map.serialize_field("value", value)?;
                if let Some(Interval { level_percent, lower, upper }) = *interval {
                    let level = f64::from(level_percent) / 100.0;
                    map.serialize_field("interval", &WrittenInterval { level, lower, upper })?;
                }
            }
        }
        if let Some(margins) = self.margins() {
            map.serialize_field("reasons", &margins)?;
        }
        map.end()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::encode;
    use crate::example;
    use crate::example::random::{self, Random};
    use crate::model::Model;

    fn artifact(model: &Model) -> Artifact {
        Artifact::decode(&encode(model, Vec::new()).unwrap()).unwrap()
    }

    #[test]
    fn a_reply_has_its_keys_in_order_and_names_its_reasons() {
        let artifact = artifact(&example::model());
        let customer =
            example::record(r#"{"age": 20, "married": false, "size": "High", "job": "Smith"}"#);
        let reply = artifact.recommend(&customer).to_json();
        let expected = concat!(
            r#"{"model":"ID","segment":{"id":4,"name":"Segment 0: low age","#,
            r#""description":"They are young."},"distance":2.515490702900701,"predictions":["#,
            r#"{"target":"spend","kind":"number","value":0.0,"#,
            r#""interval":{"level":0.9,"lower":0.0,"upper":41.5},"#,
            r#""reasons":[{"margin":-12.032830715179443,"base":7.625,"contributions":["#,
            r#"{"field":"age","value":-15.157831192016602},{"field":"married","value":-0.1875},"#,
            r#"{"field":"size","value":-1.5},{"field":"job","value":0.875},"#,
            r#"{"field":"joined","value":-3.687499523162842}]}]},"#,
            r#"{"target":"visits","kind":"number","value":1.6487212707001282,"#,
            r#""reasons":[{"margin":0.5,"base":0.5,"contributions":["#,
            r#"{"field":"age","value":0.0},{"field":"married","value":0.0},"#,
            r#"{"field":"size","value":0.0},{"field":"job","value":0.0},"#,
            r#"{"field":"joined","value":0.0}]}]},"#,
            r#"{"target":"group","kind":"class","value":"A","#,
            r#""probabilities":{"A":0.8807970779778823,"B":0.11920292202211755},"#,
            r#""reasons":[{"class":"A","margin":0.75,"base":0.41655132641291814,"contributions":["#,
            r#"{"field":"age","value":0.176038062283737},"#,
            r#"{"field":"married","value":0.062254901960784315},"#,
            r#"{"field":"size","value":0.0},{"field":"job","value":0.0},"#,
            r#"{"field":"joined","value":0.09515570934256054}]},"#,
            r#"{"class":"B","margin":-1.25,"base":-0.38362168396770474,"contributions":["#,
            r#"{"field":"age","value":-0.2743656286043829},"#,
            r#"{"field":"married","value":-0.5602941176470588},"#,
            r#"{"field":"size","value":0.0},{"field":"job","value":0.0},"#,
            r#"{"field":"joined","value":-0.031718569780853516}]}]}],"#,
            r#""recommendations":[{"title":"Room for more: age","#,
            r#""text":"This customer has 20; customers like this one usually have about 46.3.","#,
            r#""why":"In \"Segment 0: low age\", who is alike in the other columns usually has "#,
            r#"clearly more age. This says what is usual, not what an offer would change."}],"#,
            r#""distances":[{"id":4,"distance":2.515490702900701},"#,
            r#"{"id":2,"distance":2.8043153163625654}],"#,
            r#""runner_up":{"id":2,"name":"Segment 1: high age","distance":2.8043153163625654,"#,
            r#""margin":0.2888246134618644},"outlier_p":0.3305785123966942,"#,
            r#""reasons":{"difference":1.5364909172058105,"contributions":["#,
            r#"{"field":"age","value":4.9114909172058105},{"field":"married","value":-4.0},"#,
            r#"{"field":"size","value":1.0},{"field":"job","value":-0.375},"#,
            r#"{"field":"joined","value":0.0}]},"#,
            r#""smallest_change":{"field":"size","from":"High","to":"Low","#,
            r#""segment":{"id":2,"name":"Segment 1: high age"},"cost":1.3333330154418945}}"#,
        );
        assert_eq!(reply.replace(&artifact.id().to_hex(), "ID"), expected);
    }

    /// The numbers of a reply's reasons, in the order of the text.
    fn reasons(reply: &str) -> Vec<f64> {
        let (_, text) = reply.split_once(r#""reasons":"#).unwrap();
        let (text, _) = text.split_once(']').unwrap();
        let digits = |c: char| !(c.is_ascii_digit() || "+-.e".contains(c));
        let values =
            text.split("\":").filter_map(|rest| crate::number::parse(rest.split(digits).next()?));
        values.map(crate::number::Finite::get).collect()
    }

    #[test]
    fn the_written_contributions_add_up_to_the_written_difference_in_every_rule() {
        let mut random = Random(21);
        for draw in 0..90 {
            let artifact = artifact(&random::model(&mut random, draw % 3, 2 + draw % 6));
            let reply = artifact.recommend(&random::customer(&mut random)).to_json();
            let numbers = reasons(&reply);
            assert_eq!(numbers.len(), 1 + usize::from(draw % 3 == 1) + 10, "{reply}");
            let mut sum = 0.0;
            for number in &numbers[1..] {
                sum += number;
            }
            assert_eq!(sum.to_bits(), numbers[0].to_bits(), "{reply}");
        }
    }

    #[test]
    fn a_reply_of_one_segment_compares_it_with_none() {
        let mut random = Random(22);
        for kind in 0..3 {
            let artifact = artifact(&random::model(&mut random, kind, 1));
            let reply = artifact.recommend(&random::customer(&mut random)).to_json();
            assert!(reply.contains(r#""distances":[{"id":2,"#), "{reply}");
            for key in ["runner_up", "reasons", "smallest_change", "outlier_p"] {
                assert!(!reply.contains(key), "{reply}");
            }
        }
    }
}
