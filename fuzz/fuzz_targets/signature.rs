#![no_main]

use promises::signature;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| signature::hold(text));
