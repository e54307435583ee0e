#![no_main]

use libfuzzer_sys::fuzz_target;
use promises::source;

fuzz_target!(|text: &str| source::hold(text));
