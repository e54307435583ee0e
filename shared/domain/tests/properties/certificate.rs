use proptest::prelude::*;
use proptest::sample::select;

use crate::any;
use promises::certificate::hold;

proptest! {
    #[test]
    fn nothing_is_asked_for_but_from_the_sender(address in address(), certificate in any::bytes()) {
        hold(&[address.as_bytes(), b"\n", &certificate].concat());
    }

    #[test]
    fn a_damaged_certificate_is_none_or_proves_nothing(at in 0..CERTIFICATE.len(), byte in any::<u8>()) {
        let mut certificate = CERTIFICATE.as_bytes().to_vec();
        certificate[at] = byte;
        hold(&[b"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem\n", &*certificate].concat());
    }
}

/// A certificate of the conformance vectors.
const CERTIFICATE: &str = include_str!("certificate.pem");

fn address() -> impl Strategy<Value = String> {
    let scheme = select(vec!["https://", "https://", "https://", "http://", "HTTPS://", "//", "ftp://", "https:\\\\"]);
    let host = select(vec![
        "sns.us-east-1.amazonaws.com",
        "sns.eu-central-1.amazonaws.com",
        "sns.us-gov-west-1.amazonaws.com",
        "sns.s3.amazonaws.com",
        "sns.s3-us-west-2.amazonaws.com",
        "sns.us-east-1.amazonaws.com.example.net",
        "example.net/sns.us-east-1.amazonaws.com",
        "a@sns.us-east-1.amazonaws.com",
        "sns.us-east-1.amazonaws.com:443",
        "sns.-1.amazonaws.com",
    ]);
    let name = prop_oneof![4 => "[0-9a-f]{32}", 1 => ".{0,8}"];
    let path = select(vec![
        "/SimpleNotificationService-",
        "/SimpleNotificationService-",
        "/x/../SimpleNotificationService-",
        "/",
    ]);
    let end = select(vec![".pem", ".pem", ".pem", ".pem?a", ".pem#a", ""]);
    (scheme, host, path, name, end)
        .prop_map(|(scheme, host, path, name, end)| format!("{scheme}{host}{path}{name}{end}"))
}
