//! The inputs that are kept for the fuzzer, each found because it reached something that no other does.

use domain::provider::Provider;
use testdata::corpus::{inputs, targets};

use promises::{
    batch, body, certificate, challenge, described, function_url, header, message, signature, source, token,
};

fn check(target: &str, promise: impl Fn(&[u8])) {
    let inputs = inputs(target);
    assert!(!inputs.is_empty(), "{target} has no corpus");
    inputs.values().for_each(|input| promise(input));
}

#[test]
fn every_kept_body_holds_the_promises() {
    // The fuzzer reads bodies by a few descriptions, which have in them whatever the language can say.
    let targets = targets();
    let fuzzed: Vec<Provider> =
        Provider::ALL.into_iter().filter(|provider| targets.contains(provider.as_str())).collect();
    assert!(fuzzed.len() >= 4, "{fuzzed:?}");
    for provider in fuzzed {
        check(provider.as_str(), |input| body::hold(provider, input));
    }
}

#[test]
fn every_kept_text_holds_the_promises() {
    fn text(promise: fn(&str)) -> impl Fn(&[u8]) {
        move |input| std::str::from_utf8(input).into_iter().for_each(promise)
    }
    check("function_url", text(function_url::hold));
    check("message", text(message::hold));
    check("source", text(source::hold));
    check("batch", batch::hold);
    check("certificate", certificate::hold);
    check("challenge", challenge::hold);
    check("header", header::hold);
    check("signature", signature::hold);
    check("token", token::hold);
    check("described", described::hold);
}
