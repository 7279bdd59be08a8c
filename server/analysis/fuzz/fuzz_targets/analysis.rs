//! Any text over the tests' catalog.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| analysis::fuzzing::judge(text));
