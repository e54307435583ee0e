#![no_main]

use domain::provider::Provider;
use libfuzzer_sys::fuzz_target;
use promises::body;

fuzz_target!(|bytes: &[u8]| body::hold(Provider::Csm, bytes));
