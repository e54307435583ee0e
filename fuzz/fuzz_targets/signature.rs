#![no_main]

use libfuzzer_sys::fuzz_target;
use promises::signature;

fuzz_target!(|text: &[u8]| signature::hold(text));
