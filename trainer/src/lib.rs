//! The trainer.

pub mod elbow;
pub mod kmeans;
pub mod ridge;
pub mod yeo_johnson;
