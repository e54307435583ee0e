#![no_main]

use libfuzzer_sys::fuzz_target;
use promises::described;

fuzz_target!(|bytes: &[u8]| described::hold(bytes));
