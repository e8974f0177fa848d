//! Tables: see [`fuzz::reader`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::reader::check(bytes));
