#![no_main]

use libfuzzer_sys::fuzz_target;
use promises::certificate;

fuzz_target!(|text: &[u8]| certificate::hold(text));
