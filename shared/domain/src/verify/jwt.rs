//! JSON Web Tokens.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::body_field::field;
use super::claims::Claims;
use super::{LateTime, MatchedCredentials, Refusal, header};
use crate::delivery::Delivery;
use crate::delivery::headers::RepeatedHeader;
use crate::description::{AccountRule, BodyHash, Encoding, FieldPath, HeaderName, Jwt};
use crate::digest::Digest;
use crate::source::public_keys::PublicKeys;
use crate::source::{JwtScheme, KeyScope, Keys, MacKeys};
use crate::text::base64_text;
use crate::time::Timestamp;

/// How far the sender's clock may be from ours. Nothing else of a token's time is lenient.
const LEEWAY_SECONDS: i64 = 60;

/// A token whose form is right; its signature is not checked yet.
pub(super) struct Token<'t> {
    /// The bytes that are signed: the header and the claims, as they were sent.
    signed: &'t str,
    claims: &'t str,
    signature: Vec<u8>,
}

/// Checks the signature first and the time last: what is late is then known to be genuine.
pub(super) fn check(
    delivery: &Delivery,
    JwtScheme { jwt, scope }: &JwtScheme,
    keys: &Keys,
    published: &PublicKeys,
    late: LateTime,
) -> Result<MatchedCredentials, Refusal> {
    let token = Token::read(delivery, jwt)?;
    let matched = token.prove(keys, published)?;
    let claims = decode(token.claims)?;
    let claims: Claims<'_> = serde_json::from_slice(&claims).map_err(|_| Refusal::SignatureMalformed)?;
    check_parties(&claims, jwt)?;
    check_account(delivery, &claims, scope)?;
    if let Some(body_hash) = &jwt.body_hash {
        check_body(&delivery.body, &claims, body_hash)?;
    }
    late.waive(check_time(&claims, jwt, delivery.received_at))?;
    Ok(matched)
}

impl<'t> Token<'t> {
    /// Reads the token. What it says of its own algorithm decides nothing but whether it is refused.
    pub(super) fn read(delivery: &'t Delivery, jwt: &Jwt) -> Result<Token<'t>, Refusal> {
        let text = header::first(&delivery.headers, &jwt.header);
        let text = text.map_err(|RepeatedHeader| Refusal::SignatureDoubled)?.ok_or(Refusal::SignatureMissing)?;
        let token = text.strip_prefix(&*jwt.prefix).ok_or(Refusal::SignatureMalformed)?;
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::SignatureMalformed)?;
        let (header, claims) = signed.split_once('.').ok_or(Refusal::SignatureMalformed)?;
        if claims.contains('.') {
            return Err(Refusal::SignatureMalformed);
        }
        let header = decode(header)?;
        let header: TokenHeader<'_> = serde_json::from_slice(&header).map_err(|_| Refusal::SignatureMalformed)?;
        if header.alg != jwt.key.algorithm().as_str() {
            return Err(Refusal::AlgorithmWrong);
        }
        // What it says must be understood (RFC 7515), such as that the claims are not encoded, is not.
        if header.crit.is_some() {
            return Err(Refusal::SignatureMalformed);
        }
        Ok(Token { signed, claims, signature: decode(signature)? })
    }

    /// What of the source's it was signed with.
    fn prove(&self, keys: &Keys, published: &PublicKeys) -> Result<MatchedCredentials, Refusal> {
        let has_form = match keys {
            Keys::Mac(keys) => self.signature.len() == keys.code_bytes(),
            Keys::Public(_) | Keys::Published(_) | Keys::Certificate(_) => {
                keys.algorithm().unwrap_or_default().has_form(&self.signature)
            }
        };
        if !has_form {
            return Err(Refusal::SignatureMalformed);
        }
        let (message, signatures) = (self.signed.as_bytes(), std::slice::from_ref(&self.signature));
        let none = MatchedCredentials::default();
        let matched = match keys {
            Keys::Mac(keys) => {
                let secret = keys.matching([message].into_iter(), signatures);
                secret.map(|secret| MatchedCredentials { secret: Some(secret), ..none })
            }
            Keys::Public(keys) => {
                let key = keys.matching(message, signatures);
                key.map(|key| MatchedCredentials { public_key: Some(key), ..none })
            }
            Keys::Published(_) | Keys::Certificate(_) => {
                let key = published.matching(message, signatures);
                key.map(|key| MatchedCredentials { published_key: Some(key), ..none })
            }
        };
        matched.ok_or(Refusal::SignatureWrong)
    }
}

/// What a token says of itself.
#[derive(Deserialize)]
struct TokenHeader<'t> {
    #[serde(borrow)]
    alg: Cow<'t, str>,
    crit: Option<IgnoredAny>,
}

/// The parts of a token have one way to be written.
fn decode(part: &str) -> Result<Vec<u8>, Refusal> {
    BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::SignatureMalformed)
}

/// Whether the token was issued by whom the description names, and for no other receiver.
fn check_parties(claims: &Claims<'_>, jwt: &Jwt) -> Result<(), Refusal> {
    let issuer = claims.get("iss").and_then(Value::as_str);
    let is_issuer = jwt.issuer.is_none() || jwt.issuer.as_deref() == issuer;
    let is_audience = match (claims.get("aud"), jwt.audience.as_deref()) {
        // The account is compared with it, unless a token of the URL stands for that.
        (_, None) if matches!(&jwt.account, Some(AccountRule::Claim(name)) if name == "aud") => true,
        (None, expected) => expected.is_none(),
        (Some(Value::Array(all)), Some(expected)) => all.iter().any(|one| one == expected),
        (Some(one), Some(expected)) => one == expected,
        (Some(_), None) => false,
    };
    if is_issuer && is_audience { Ok(()) } else { Err(Refusal::ClaimWrong) }
}

/// Whether the delivery was made for an account of the source's.
fn check_account(delivery: &Delivery, claims: &Claims<'_>, scope: &KeyScope) -> Result<(), Refusal> {
    let (account, accounts) = match scope {
        KeyScope::Source | KeyScope::Sender => return Ok(()),
        KeyScope::Claim { name, accounts } => (claims.get(name).and_then(Value::as_str).map(Into::into), accounts),
        KeyScope::Accounts { at: FieldPath::Body(pointer), accounts } => (field(&delivery.body, pointer), accounts),
        KeyScope::Accounts { .. } | KeyScope::InMessage { .. } => return Err(Refusal::AccountWrong),
    };
    let is_ours = account.is_some_and(|account| accounts.iter().any(|ours| *ours == account));
    if is_ours { Ok(()) } else { Err(Refusal::AccountWrong) }
}

fn check_body(body: &[u8], claims: &Claims<'_>, rule: &BodyHash) -> Result<(), Refusal> {
    let written = claims.get(&rule.claim).and_then(Value::as_str).ok_or(Refusal::BodyDigestMissing)?;
    let hash = match rule.encoding {
        Encoding::Hex => base16ct::mixed::decode_vec(written).ok(),
        Encoding::Base64 => base64_text::decode(written),
    };
    let is_it = hash.is_some_and(|hash| Digest::of(body).as_bytes() == &*hash);
    if is_it { Ok(()) } else { Err(Refusal::BodyDigestWrong) }
}

/// `exp` and `nbf` bind where they are there, and `iat` where the description limits it.
fn check_time(claims: &Claims<'_>, jwt: &Jwt, now: Timestamp) -> Result<(), Refusal> {
    let seconds = |name: &str| match claims.get(name) {
        None => Ok(None),
        // A fraction of a second counts down.
        Some(value) => value.as_f64().map(|seconds| Some(seconds.floor() as i64)).ok_or(Refusal::TimestampMalformed),
    };
    let now = now.as_millis().div_euclid(1000);
    let (begins, ends) = (seconds("nbf")?, seconds("exp")?);
    let issued = match jwt.past_seconds {
        None => None,
        Some(past_seconds) => Some((seconds("iat")?.ok_or(Refusal::TimestampMissing)?, i64::from(past_seconds))),
    };
    let is_over = ends.is_some_and(|ends| ends <= now - LEEWAY_SECONDS);
    if is_over || issued.is_some_and(|(issued, past_seconds)| issued < now - past_seconds) {
        return Err(Refusal::TimestampLate);
    }
    let is_ahead = |time: i64| time > now + LEEWAY_SECONDS;
    let is_early = begins.is_some_and(is_ahead) || issued.is_some_and(|(issued, _)| is_ahead(issued));
    if is_early { Err(Refusal::TimestampEarly) } else { Ok(()) }
}

/// The header that makes `delivery` one that is sent with a token, signed with the first of `keys`.
pub(super) fn sign(delivery: &Delivery, JwtScheme { jwt, scope }: &JwtScheme, keys: &MacKeys) -> Vec<(String, String)> {
    /// How long the tokens of senders hold.
    const LIFE_SECONDS: i64 = 300;
    let now = delivery.received_at.as_millis().div_euclid(1000);
    let mut claims = json!({"iat": now, "nbf": now, "exp": now + LIFE_SECONDS});
    let mut claim = |name: &str, value: Option<&String>| {
        if let Some(value) = value {
            claims[name] = json!(value);
        }
    };
    claim("iss", jwt.issuer.as_ref());
    claim("aud", jwt.audience.as_ref());
    if let KeyScope::Claim { name, accounts } = scope {
        claim(name, accounts.first());
    }
    if let Some(BodyHash { claim: name, encoding }) = &jwt.body_hash {
        let hash = Digest::of(&delivery.body);
        let written = match encoding {
            Encoding::Hex => hash.to_string(),
            Encoding::Base64 => base64_text::encode(hash.as_bytes()),
        };
        claim(name, Some(&written));
    }
    let value = format!("{}{}", jwt.prefix, hs256_token(&claims, keys));
    jwt.header.first().map(|HeaderName(name)| (name.clone(), value)).into_iter().collect()
}

/// A token that holds `claims`, signed by HS256 (RFC 7515) with the first of `keys`.
pub(crate) fn hs256_token(claims: &Value, keys: &MacKeys) -> String {
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let encode = |part: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(part);
    let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
    let code = keys.code(0, [signed.as_bytes()].into_iter()).unwrap_or_default();
    format!("{signed}.{}", encode(&code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::RequestUrl;
    use crate::delivery::headers::Headers;
    use crate::description::Hash;
    use crate::source::Source;
    use crate::source::source_name::SourceName;
    use crate::verify::prove;

    const TOKEN: &str = "a token of the URL";

    fn check(own: &str, claims: &Value, expected: Result<(), Refusal>) {
        let scheme = json!({"kind": "jwt", "algorithm": "HS256", "header": "x-token", "account": "claim:aud"});
        let mut secret = json!({"scheme": {"scheme": scheme}, "secrets": ["0123456789abcdef01234567"]});
        for (name, value) in serde_json::from_str::<serde_json::Map<String, Value>>(own).expect("an object") {
            secret[name] = value;
        }
        let source = Source::parse(SourceName::parse("test").expect("a name"), &secret.to_string()).expect("a source");
        let keys = MacKeys::of(&[b"0123456789abcdef01234567".to_vec()], Hash::Sha256);
        let delivery = Delivery {
            url: RequestUrl { host: String::new(), path: String::new(), query: String::new() },
            token: Some(TOKEN.into()),
            headers: Headers::from_iter([("x-token".to_owned(), hs256_token(claims, &keys))]),
            body: Vec::new(),
            received_at: Timestamp::from_millis(0),
            request_id: String::new(),
        };
        assert_eq!(prove(&delivery, &source, &PublicKeys::default()).map(drop), expected, "{own}: {claims}");
    }

    #[test]
    fn an_account_that_the_audience_names_may_stand_for_the_audience() {
        let with_account = r#"{"account": "mine"}"#;
        let with_token = format!(r#"{{"token_sha256": ["{}"]}}"#, Digest::of(TOKEN.as_bytes()));
        check(with_account, &json!({"aud": "mine"}), Ok(()));
        check(with_account, &json!({"aud": "another"}), Err(Refusal::AccountWrong));
        check(&with_token, &json!({"aud": "another"}), Ok(()));
    }
}
