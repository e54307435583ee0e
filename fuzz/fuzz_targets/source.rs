#![no_main]

use promises::source;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| source::hold(text));
