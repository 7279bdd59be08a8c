//! Mutated queries, masked and read again.
#![no_main]

use analysis::fuzzing::{query, rewrite};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| rewrite(&query(bytes)));
