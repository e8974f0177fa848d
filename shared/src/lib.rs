//! Wedge's model: the types a customer passes through, and all arithmetic whose result a user sees.
//!
//! ```text
//!  CSV row --+                                                  Artifact::decode(bytes)
//!            +-> RawRecord -> Record -> FeatureVector -> Segment -> Prediction, Recommendation -> Reply
//!  JSON -----+             schema    transform       assigner   segment models, playbook
//! ```
//!
//! The trainer fits these parts, the Worker and the browser package read them from an artifact; all three
//! call the same composition, [`Artifact::recommend`], so their answers are equal to the bit.
//!
//! ```
//! use shared::{Artifact, RawRecord};
//!
//! let bytes = include_bytes!("../../edge/model.postcard");
//! let artifact = Artifact::decode(bytes)?;
//! let customer = r#"{"recency_days": 30, "frequency": 3, "mean_amount": 35.5,
//!                    "total_amount": 106.5, "tenure_days": 200, "mean_quantity": 2}"#;
//! let raw = RawRecord::from_json(customer).expect("it is a JSON object");
//! let record = artifact.model().parts().schema.validate(&raw).expect("it fits the schema");
//! let reply = artifact.recommend(&record);
//! assert!(reply.to_json().starts_with("{\"model\":\""));
//! # Ok::<(), shared::ArtifactError>(())
//! ```
//!
//! No `std`, no input or output, no clock, no randomness, no platform arithmetic: what is computed here must
//! be the same in a data centre, in a Worker and in a browser.
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]

extern crate alloc;

pub mod artifact;
pub mod assign;
pub mod baseline;
pub mod batch;
pub mod calibration;
mod canary;
pub mod card;
pub mod centroids;
mod change;
pub mod column;
pub mod csv;
pub mod date;
pub mod dialect;
pub mod encoding;
#[cfg(test)]
mod example;
mod explain;
pub mod forest;
pub mod grid;
pub mod json;
mod json_reader;
mod json_schema;
pub mod margin;
pub mod math;
pub mod mixture;
pub mod model;
pub mod number;
pub mod orders;
pub mod playbook;
pub mod prototypes;
pub mod raw;
pub mod record;
pub mod rejected;
pub mod reply;
pub mod rfm;
pub mod schema;
pub mod secret;
pub mod segment_model;
pub mod sensitive;
pub mod transform;
mod wire;

pub use artifact::{Artifact, ArtifactError, ModelId};
pub use assign::{Assigner, Segment};
pub use baseline::Baseline;
pub use calibration::Calibration;
pub use change::Change;
pub use column::{Column, ColumnKind};
pub use explain::Reasons;
pub use forest::Forest;
pub use json::JsonError;
pub use margin::Margin;
pub use mixture::Mixture;
pub use model::{Answer, Model, ModelParts, Why};
pub use playbook::{Playbook, Recommendation};
pub use prototypes::Prototypes;
pub use raw::{RawCell, RawRecord};
pub use record::{Record, Value};
pub use rejected::{Rejected, Violation};
pub use reply::Reply;
pub use schema::Schema;
pub use segment_model::{Prediction, TargetModels};
pub use sensitive::Sensitive;
pub use transform::{FeatureVector, Transform};
