#![no_main]

use libfuzzer_sys::fuzz_target;
use promises::challenge;

fuzz_target!(|text: &[u8]| challenge::hold(text));
