#![no_main]

use domain::provider::Provider;
use promises::body;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| body::hold(Provider::Modelslab, bytes));
