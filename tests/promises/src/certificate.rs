//! Certificates that deliveries name.

use domain::delivery::{Delivery, RequestUrl};
use domain::description::SignatureAlgorithm;
use domain::source::Source;
use domain::source::public_keys::PublicKeys;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::{published_at, verify_with};
use serde_json::json;
use url::Url;

const NOW: Timestamp = Timestamp::from_millis(1_767_323_045_000);

/// Whatever a delivery names, nothing is asked for but by https from a host of the sender's, and whatever is published
/// there, nothing is believed that it did not sign. The first line of `text` is the address, the rest the certificate.
pub fn hold(text: &[u8]) {
    let (address, certificate) = text.split_at(text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len()));
    let Ok(address) = std::str::from_utf8(address) else {
        return;
    };
    let source = source();
    let delivery = delivery(address);
    if let Some(found) = published_at(&delivery, &source) {
        assert_eq!(found.url(), address);
        let url = Url::parse(address).expect("a URL");
        assert_eq!(url.as_str(), address, "it is asked for as it stands");
        let host = url.host_str().expect("a host");
        let region = host.strip_prefix("sns.").and_then(|host| host.strip_suffix(".amazonaws.com"));
        assert!(region.is_some_and(|region| !region.contains('.') && !region.starts_with("s3")), "{host}");
        assert_eq!((url.scheme(), url.port(), url.query(), url.fragment()), ("https", None, None, None));
        assert!(url.username().is_empty() && url.password().is_none());
        assert!(url.path().starts_with("/SimpleNotificationService-") && url.path().ends_with(".pem"));
    }
    for algorithm in [SignatureAlgorithm::RsaSha256, SignatureAlgorithm::EcdsaP256, SignatureAlgorithm::Ed25519] {
        if let Ok(keys) = PublicKeys::of_certificate(algorithm, certificate, NOW) {
            assert_eq!(format!("{keys:?}"), "1 public keys");
            assert!(verify_with(delivery.clone(), &source, &keys).is_err(), "a signature of zeros is nobody's");
        }
    }
}

fn delivery(address: &str) -> Delivery {
    let body = json!({
        "Type": "Notification", "MessageId": "7", "TopicArn": "arn:aws:sns:us-west-2:123456789012:MyTopic",
        "Message": "Hello", "Timestamp": "2026-01-02T03:04:05.000Z", "SignatureVersion": "2",
        "Signature": "A".repeat(342) + "==", "SigningCertURL": address,
    });
    Delivery {
        url: RequestUrl::default(),
        token: None,
        headers: [("content-type", "text/plain")].into_iter().collect(),
        body: body.to_string().into_bytes(),
        received_at: NOW,
        request_id: "request-1".to_owned(),
    }
}

fn source() -> Source {
    let json = r#"{"provider":"aws-sns","account":"arn:aws:sns:us-west-2:123456789012:MyTopic"}"#;
    Source::parse(SourceName::parse("test").expect("a name"), json).expect("a source")
}
