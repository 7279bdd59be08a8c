//! Any text as tokens.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| analysis::fuzzing::read(text));
