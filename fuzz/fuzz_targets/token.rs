#![no_main]

use libfuzzer_sys::fuzz_target;
use promises::token;

fuzz_target!(|text: &[u8]| token::hold(text));
