#![no_main]

use libfuzzer_sys::fuzz_target;
use promises::header;

fuzz_target!(|text: &[u8]| header::hold(text));
