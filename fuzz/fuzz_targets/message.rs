#![no_main]

use promises::message;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| message::hold(text));
