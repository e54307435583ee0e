//! Wycheproof's vectors for the primitives, run through whole deliveries of a sender that signs the body alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::time::Timestamp;
use serde_json::{Value, json};
use wycheproof::{TestResult, eddsa, mac};

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
        let scheme = json!({
            "kind": "ed25519", "keys": {"from": "operator"},
            "header": ["x-signature"], "encoding": "hex", "message": "{body}",
        });
        let secret: Value = json!({"scheme": {"scheme": scheme}, "public_keys": [STANDARD.encode(&group.key.pk)]});
        let source = source(&secret).expect("a source");
        for test in group.tests {
            let is_accepted = verified(&source, &[signature(&test.sig)], &test.msg, NOW).is_ok();
            assert_eq!(is_accepted, test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
            counts.count(is_accepted);
        }
    }
    assert_eq!(counts, Counts { accepted: 88, refused: 63, truncated: 0 });
}

impl Counts {
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
