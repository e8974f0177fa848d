//! The artifact that this Worker was built around; `build.rs` has decoded it once already.

/// An artifact's bytes.
pub(crate) static MODEL: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/model.postcard"));
