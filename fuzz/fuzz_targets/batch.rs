#![no_main]

use libfuzzer_sys::fuzz_target;
use promises::batch;

fuzz_target!(|body: &[u8]| batch::hold(body));
