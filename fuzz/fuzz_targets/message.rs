#![no_main]

use libfuzzer_sys::fuzz_target;
use promises::message;

fuzz_target!(|text: &str| message::hold(text));
