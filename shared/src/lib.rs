//! Wedge's model.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod math;
pub mod centroids;
pub mod grid;
