//! The headers and tokens by which senders are known.

use std::collections::BTreeMap;

use domain::delivery::{Delivery, RequestUrl};
use domain::digest::Digest;
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::{Refusal, Rejection, VerifiedEvent, verify};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The source's token.
pub const TOKEN: &str = "fnTzP9s0Zx5l2kWqV8aYbQ";
/// The source's secrets.
pub const SECRETS: [&str; 2] = ["another-secret-0123456789", "your-webhook-secret"];
/// The header of its signatures.
pub const HEADER: &str = "x-get3w-signature";

/// What a source asks for.
#[derive(Clone, Copy, Debug)]
pub enum RequiredProof {
    /// A signature.
    Signature,
    /// A token in the URL.
    Token,
    /// Both of them.
    Both,
}

/// A request to a source of Get3W, as text: the URL's token on the first line, then headers as HTTP writes them, then
/// an empty line and the body. `{signature}` stands for the genuine signature of that body and `{token}` for the
/// source's token, which nobody can guess.
pub fn hold(text: &[u8]) {
    let (head, body) = match text.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) => (&text[..end], &text[end + 2..]),
        None => (text, &b""[..]),
    };
    let Ok(head) = std::str::from_utf8(head) else {
        return;
    };
    let head = head.replace("{signature}", &sign(SECRETS[body.len() % 2], body)).replace("{token}", TOKEN);
    let (token, headers) = head.split_once('\n').unwrap_or((&head, ""));
    let headers: Vec<(&str, &str)> = headers.lines().filter_map(|line| line.split_once(':')).collect();
    for asked in [RequiredProof::Signature, RequiredProof::Token, RequiredProof::Both] {
        hold_for(asked, (!token.is_empty()).then_some(token), &headers, body);
    }
}

/// A delivery is believed exactly if it carries what the source asks for. Else it comes back untouched, with the reason.
pub fn hold_for(asked: RequiredProof, token: Option<&str>, headers: &[(&str, &str)], body: &[u8]) {
    match (verified(asked, token, headers, body), fault(asked, token, headers, body)) {
        (Ok(verified), None) => {
            assert_eq!(verified.body(), body);
            kept(&verified.event().headers, headers);
        }
        (Err(refused), Some(fault)) => {
            assert_eq!(refused.refusal, fault);
            assert_eq!(refused.delivery.token.as_ref().and_then(|token| token.text()), token);
            assert_eq!(refused.delivery.body, body);
        }
        (Ok(_), Some(fault)) => panic!("believed in spite of {fault}"),
        (Err(refused), None) => panic!("refused for {}, though genuine", refused.refusal),
    }
}

/// What verification makes of a delivery.
pub fn verified(
    asked: RequiredProof,
    token: Option<&str>,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<VerifiedEvent, Rejection> {
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: token.map(Into::into),
        headers: headers.iter().copied().collect(),
        body: body.to_vec(),
        received_at: Timestamp::from_millis(1_700_000_000_000),
        request_id: "request-1".to_owned(),
    };
    verify(delivery, &source(asked))
}

/// The genuine signature of `body`.
pub fn sign(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length").chain_update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The rule once more, in other words: signatures compared as texts.
fn fault(asked: RequiredProof, token: Option<&str>, headers: &[(&str, &str)], body: &[u8]) -> Option<Refusal> {
    let token = || match token {
        None => Some(Refusal::TokenMissing),
        Some(token) => (token != TOKEN).then_some(Refusal::TokenWrong),
    };
    let signature = || {
        let values: Vec<&str> = headers
            .iter()
            .filter(|(name, _)| name.to_ascii_lowercase() == HEADER)
            .map(|(_, value)| value.trim())
            .collect();
        let all = values.join(",");
        if all.contains(',') {
            Some(Refusal::SignatureDoubled)
        } else if all.is_empty() {
            Some(Refusal::SignatureMissing)
        } else if all.len() != 64 || !all.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Some(Refusal::SignatureMalformed)
        } else {
            let is_genuine = SECRETS.iter().any(|secret| sign(secret, body) == all.to_ascii_lowercase());
            (!is_genuine).then_some(Refusal::SignatureWrong)
        }
    };
    match asked {
        RequiredProof::Signature => signature(),
        RequiredProof::Token => token(),
        RequiredProof::Both => token().or_else(signature),
    }
}

/// What is kept is bounded and was sent; signatures and cookies are not kept.
fn kept(kept: &BTreeMap<String, String>, headers: &[(&str, &str)]) {
    assert!(kept.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() <= 4096);
    for (name, value) in kept {
        assert!(headers.iter().any(|(sent, text)| sent.eq_ignore_ascii_case(name) && text == value), "{name}");
        assert!(!name.contains("signature") && !name.contains("cookie") && !name.contains("authorization"));
    }
}

fn source(asked: RequiredProof) -> Source {
    let digest = Digest::of(TOKEN.as_bytes());
    let [first, second] = SECRETS;
    let secrets = format!(r#""secrets":["{first}","{second}"]"#);
    let tokens = format!(r#""token_sha256":["{digest}"]"#);
    let credentials = match asked {
        RequiredProof::Signature => secrets,
        RequiredProof::Token => tokens,
        RequiredProof::Both => format!("{secrets},{tokens}"),
    };
    let name = SourceName::parse("test").expect("a name");
    Source::parse(name, &format!(r#"{{"provider":"get3w",{credentials}}}"#)).expect("a source")
}
