use domain::delivery::{Delivery, RequestUrl};
use domain::digest::Digest;
use domain::source::source_name::SourceName;
use domain::source::{Source, SourceError};
use domain::time::Timestamp;
use domain::verify::verify;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use crate::any;
use promises::{signature, source};

fn parse(json: &serde_json::Value) -> Result<Source, SourceError> {
    Source::parse(SourceName::parse("test").expect("a name"), &json.to_string())
}

fn is_believed(source: &Source, token: Option<&str>, signature: &str, body: &[u8]) -> bool {
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: token.map(Into::into),
        headers: [("x-glossi-signature", signature)].into_iter().collect(),
        body: body.to_vec(),
        received_at: Timestamp::from_millis(0),
        request_id: "request-1".to_owned(),
    };
    verify(delivery, source).is_ok()
}

proptest! {
    #[test]
    fn every_secret_of_a_source_counts_without_the_white_space_around_it(
        secrets in vec("[ \t\n]{0,2}[!-~]{8,40}[ \t\n]{0,2}", 1..4),
        body in any::bytes(),
    ) {
        let source = parse(&json!({"provider": "glossi", "secrets": secrets})).unwrap();
        for secret in &secrets {
            prop_assert!(is_believed(&source, None, &signature::sign(secret.trim(), &body), &body));
        }
        prop_assert!(!is_believed(&source, None, &signature::sign("another-secret-0123456789", &body), &body));
    }

    #[test]
    fn every_token_of_a_source_counts_and_no_other(tokens in vec(any::text(), 1..4), other in any::text()) {
        let digests: Vec<String> = tokens.iter().map(|token| Digest::of(token.as_bytes()).to_string()).collect();
        let source = parse(&json!({"provider": "csm", "token_sha256": digests})).unwrap();
        for token in &tokens {
            prop_assert!(is_believed(&source, Some(token), "", b""));
        }
        prop_assert_eq!(is_believed(&source, Some(&other), "", b""), tokens.contains(&other));
    }

    #[test]
    fn neither_a_source_nor_a_refusal_shows_a_secret(
        provider in prop_oneof![any::text(), any::provider().prop_map(|provider| provider.to_string())],
        secret in "[A-Z]{4,40}",
        at in any::<Index>(),
        character in any::<char>(),
    ) {
        let whole = json!({"provider": provider, "secrets": [secret]}).to_string();
        let mut changed: Vec<char> = whole.chars().collect();
        *at.get_mut(&mut changed) = character;
        for json in [whole, String::from_iter(changed)] {
            source::hold(&json);
            let shown = match Source::parse(SourceName::parse("test").unwrap(), &json) {
                Ok(source) => format!("{source:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            prop_assert!(!shown.contains(&secret), "{}", shown);
        }
    }

    #[test]
    fn a_name_is_read_as_it_stands_or_not_at_all(text in prop_oneof![any::text(), "[a-z0-9-]{0,70}"]) {
        let is_name = (1..=63).contains(&text.len())
            && !text.starts_with('-')
            && text.chars().all(|character| matches!(character, 'a'..='z' | '0'..='9' | '-'));
        let name = SourceName::parse(&text);
        prop_assert_eq!(name.ok().map(|name| name.to_string()), is_name.then_some(text));
    }
}
