#![no_main]

use promises::function_url;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| function_url::hold(text));
