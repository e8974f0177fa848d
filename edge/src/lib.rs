//! Wedge at the edge: one pure handler, and two thin faces of it.
//!
//! ```text
//!  a storefront's request                              a page's or a Node program's call
//!          |                                                          |
//!      [ worker ]  Cloudflare Worker, model compiled in           [ browser ]  npm package, loads a model
//!          |                                                          |
//!          +--> [ handler ] -> [ customer ] -> shared::Artifact <-----+
//!                    |              |
//!               [ response ]   [ problem ]
//! ```
//!
//! The faces convert and decide nothing; neither they nor the handler compute with a float. Both are
//! features, off by default, so that the handler is tested natively.
#![warn(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used)]

#[cfg(feature = "browser")]
mod browser;
pub mod customer;
#[cfg(feature = "worker")]
mod embedded;
#[cfg(test)]
mod example;
pub mod handler;
pub mod problem;
pub mod response;
#[cfg(feature = "worker")]
mod worker;

pub use customer::{BODY_LIMIT, Customer, UnknownFields};
pub use handler::{Answer, AwaitingBody, Config, Handler, Head, Opened, Pending, Step};
pub use problem::{Kind, Problem};
pub use response::Response;
