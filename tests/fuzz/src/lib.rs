//! What must hold for any bytes. Each module checks one reader and panics where something does not hold;
//! `src/bin/` gives each to libFuzzer, and a test gives it the seeds.

pub mod reader;
