#![no_main]

use libfuzzer_sys::fuzz_target;
use promises::function_url;

fuzz_target!(|text: &str| function_url::hold(text));
