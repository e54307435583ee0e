#![no_main]

use promises::described;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| described::hold(bytes));
