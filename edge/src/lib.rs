//! Wedge at the edge: one pure handler, and two thin faces of it.
//!
//! ```text
//!  a storefront's request                                   a page's or a Node program's call
//!          |                                                            |
//!      [ worker ]  Cloudflare Worker, models beside it              [ browser ]  npm package, loads a model
//!          |                                                            |
//!      [ handler ] route -> access -> one of                            |
//!          +--> [ segment ]   one customer: models, cache, counters ----+--> [ customer ] -> shared::Artifact
//!          +--> [ batch ]     many customers
//!          +--> [ stored ]    last night's answers, by customer
//!          +--> [ documents ] schema, card, openapi, health, pages
//!          |
//!      [ outcome ] response, what to keep, a log line, a count
//! ```
//!
//! The faces convert and decide nothing; neither they nor the handler compute with a float. Both are
//! features, off by default, so that the handler is tested natively.
#![warn(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::arithmetic_side_effects
)]

mod access;
#[cfg(feature = "worker")]
mod at_once;
mod batch;
#[cfg(feature = "browser")]
mod browser;
mod cache;
pub mod config;
mod counters;
pub mod customer;
mod documents;
#[cfg(test)]
mod example;
pub mod handler;
mod models;
mod openapi;
mod outcome;
mod pages;
pub mod problem;
pub mod response;
pub mod route;
mod segment;
mod stored;
#[cfg(feature = "worker")]
mod worker;

pub use config::{AccessConfig, Bindings, CacheConfig, Config, Experiment};
pub use counters::Point;
pub use customer::{Customer, UnknownFields};
pub use handler::{AwaitingBody, Found, Handler, Head, Lookup, Rated, Step, Store};
pub use outcome::{Kept, Outcome};
pub use problem::{Kind, Problem};
pub use response::Response;
pub use route::{Access, BATCH_LIMIT, BODY_LIMIT, Route};
pub use segment::reply;
