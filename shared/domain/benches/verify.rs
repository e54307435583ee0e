//! What it takes to verify a delivery of 2 KiB by each description, beside a path that somebody would write by hand for
//! one sender: one header, its hex, one HMAC of the body with the sender's hash. For senders with keys of their own it is
//! one signature of the same message, by `ring` alone, and for those with tokens the code of the token and the hash of the
//! body. Where the scheme has the body read before anything can be verified, so does the path by hand: Twilio's forms
//! are sorted, the time of Linear and Mailgun stands in the JSON, and what Adyen signs are fields of it.
//!
//! Both take turns, so that whatever else the machine does falls on both; of each the fastest round counts. It does not
//! fall on both alike, so what seems too slow is measured again once all others have been.
#![expect(clippy::print_stdout, reason = "a command line tool speaks on the terminal")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock, and decides about nothing but figures")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use domain::delivery::headers::Headers;
use domain::delivery::{Delivery, RequestUrl};
use domain::description::{
    AccountRule, Construction, Encoding, FieldPath, Hash, HeaderName, Jwt, JwtKey, KeySource, Line, Pointer,
    PublicKeySignature, Scheme, SecretEncoding, SignatureAlgorithm, SignaturePlace, StaticToken, Syntax, Template,
    TemplatePart, Timestamp as TimestampRule, TimestampLocation, TimestampUnit,
};
use domain::digest::Digest;
use domain::provider::Provider;
use domain::source::Source;
use domain::source::public_keys::PublicKeys;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::prove;
use domain::verify::sign::Signer;
use hmac::{Hmac, KeyInit, Mac};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use testdata::vector;
use url::form_urlencoded;
use x509_parser::pem::parse_x509_pem;

const BODY_BYTES: usize = 2048;
/// What stands in a header that is signed.
const HEADER_VALUE: &str = "value";
const ROUNDS: usize = 60;
const DELIVERIES_A_ROUND: usize = 300;
const PASSES_MAX: usize = 10;
/// What a description may cost beside code that was written for one sender.
const RATIO_MAX: f64 = 1.3;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const TOKEN: &str = "fnTzP9s0Zx5l2kWqV8aYbQ";
const HAND_HEADER: &str = "x-hand-written";

/// A genuine delivery to a source of a provider.
struct Case {
    source: Source,
    published: PublicKeys,
    delivery: Delivery,
    /// What a hand-written path has to check, if it is not the body.
    asymmetric: Option<Asymmetric>,
    has_token: bool,
    construction: Construction,
    hash: Hash,
    signs_forms: bool,
    has_its_time_in_the_body: bool,
    signs_fields: bool,
}

/// A body that says when it was sent.
#[derive(Deserialize)]
struct TimedBody<'b> {
    /// Linear's.
    #[serde(rename = "webhookTimestamp")]
    timestamp: Option<String>,
    /// ZEGOCLOUD's, in seconds.
    #[serde(rename = "timestamp")]
    seconds: Option<String>,
    /// Mailgun's.
    #[serde(borrow)]
    signature: Option<&'b RawValue>,
}

#[derive(Deserialize)]
struct TimedSignature {
    timestamp: String,
}

/// What a token says of the body.
#[derive(Deserialize)]
struct Claims {
    #[serde(alias = "payload_hash")]
    sha256: String,
}

struct Asymmetric {
    algorithm: &'static dyn VerificationAlgorithm,
    key: Vec<u8>,
    message: Vec<u8>,
}

fn main() -> ExitCode {
    println!("{:<28} {:>10} {:>10} {:>7}", "provider", "by hand", "described", "ratio");
    let mut slow = Provider::ALL.to_vec();
    for _ in 0..PASSES_MAX {
        slow.retain(|provider| {
            let (by_hand, described) = measure(&Case::of(*provider));
            let ratio = described.as_secs_f64() / by_hand.as_secs_f64();
            let told = |spent: Duration| format!("{:.2} µs", spent.as_secs_f64() * 1e6);
            let (name, by_hand, described) = (provider.as_str(), told(by_hand), told(described));
            println!("{name:<28} {by_hand:>10} {described:>10} {ratio:>6.2}x");
            ratio > RATIO_MAX
        });
    }
    if !slow.is_empty() {
        println!("\nsome take over {RATIO_MAX} times as long as by hand");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// How long one delivery takes, by hand and by its description.
fn measure(case: &Case) -> (Duration, Duration) {
    let (mut by_hand, mut described) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        by_hand = by_hand.min(time(|| case.by_hand()));
        described = described.min(time(|| case.described()));
    }
    (by_hand, described)
}

fn time(verify: impl Fn() -> bool) -> Duration {
    let began_at = Instant::now();
    for _ in 0..DELIVERIES_A_ROUND {
        assert!(black_box(verify()), "it is genuine");
    }
    began_at.elapsed() / u32::try_from(DELIVERIES_A_ROUND).expect("a small number")
}

impl Case {
    fn described(&self) -> bool {
        prove(black_box(&self.delivery), &self.source, &self.published).is_ok()
    }

    fn by_hand(&self) -> bool {
        let delivery = black_box(&self.delivery);
        let Ok(Some(text)) = delivery.headers.single(HAND_HEADER) else {
            return false;
        };
        if let Some(Asymmetric { algorithm, key, message }) = &self.asymmetric {
            let signature = base16ct::mixed::decode_vec(text);
            return signature
                .is_ok_and(|bytes| UnparsedPublicKey::new(*algorithm, key).verify(message, &bytes).is_ok());
        }
        if self.has_token {
            return has_token(text, &delivery.body);
        }
        if self.signs_forms {
            let mut fields: Vec<_> = form_urlencoded::parse(&delivery.body).collect();
            fields.sort_unstable();
            let pieces = fields.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
            return self.has_code(pieces, text);
        }
        if self.has_its_time_in_the_body {
            let millis =
                serde_json::from_slice(&delivery.body).ok().and_then(|TimedBody { timestamp, seconds, signature }| {
                    let of_signature = |text: &RawValue| serde_json::from_str::<TimedSignature>(text.get()).ok();
                    let seconds = || seconds.or_else(|| Some(of_signature(signature?)?.timestamp))?.parse::<i64>().ok();
                    let seconds = || seconds().map(|seconds| seconds * 1000);
                    timestamp.and_then(|millis| millis.parse().ok()).or_else(seconds)
                });
            if millis.is_none_or(|millis: i64| NOW.as_millis().abs_diff(millis) > 60_000) {
                return false;
            }
        } else if self.signs_fields
            && !serde_json::from_slice::<Value>(&delivery.body).is_ok_and(|body| body.is_object())
        {
            // Libraries make objects of the whole body, and read the fields of those.
            return false;
        }
        self.has_code([&*delivery.body], text)
    }

    fn has_code<'p>(&self, pieces: impl IntoIterator<Item = &'p [u8]>, text: &str) -> bool {
        if self.construction != Construction::Hmac {
            let mut parts: Vec<&[u8]> = pieces.into_iter().chain([SECRET]).collect();
            if self.construction == Construction::HashOfSorted {
                parts.sort_unstable();
            }
            return base16ct::mixed::decode_vec(text).is_ok_and(|code| code == plain_hash(self.hash, &parts.concat()));
        }
        match self.hash {
            Hash::Sha1 => has_code::<Hmac<Sha1>, 20>(pieces, text),
            Hash::Sha256 => has_code::<Hmac<Sha256>, 32>(pieces, text),
            Hash::Sha384 => has_code::<Hmac<Sha384>, 48>(pieces, text),
            Hash::Sha512 => has_code::<Hmac<Sha512>, 64>(pieces, text),
        }
    }

    fn of(provider: Provider) -> Case {
        let description = provider.description().expect("the catalogue describes it");
        let scheme = &description.scheme;
        let mut sender = Sender::default();
        let mut fields = json!({"provider": provider.as_str()});
        let (mut published, mut asymmetric) = (PublicKeys::default(), None);
        let mut token = None;
        let (construction, hash) = match scheme {
            Scheme::Hmac(hmac) => (hmac.construction, hmac.hash),
            _ => (Construction::Hmac, Hash::Sha256),
        };
        match scheme {
            Scheme::UrlToken => {
                fields["token_sha256"] = json!([Digest::of(TOKEN.as_bytes()).to_string()]);
                token = Some(TOKEN.into());
            }
            Scheme::StaticToken(StaticToken { at: Some(at), prefix, .. }) => {
                fields["secrets"] = json!([TOKEN]);
                sender.put(at, format!("{prefix}{TOKEN}"));
            }
            Scheme::StaticToken(sent) => {
                fields["secrets"] = json!([TOKEN]);
                let header = sent.header.clone().map_or("x-token".to_owned(), |HeaderName(name)| name.to_string());
                if sent.header.is_none() {
                    fields["token_header"] = json!(header);
                }
                sender.headers.push((header, format!("{}{TOKEN}", sent.prefix)));
            }
            Scheme::Basic => {
                let text = format!("hooks:{TOKEN}");
                fields["secrets"] = json!([text]);
                sender.headers.push(("authorization".to_owned(), format!("Basic {}", BASE64_STANDARD.encode(text))));
            }
            Scheme::Hmac(hmac) => {
                let prefix = hmac.secret.strip_prefix.as_deref().unwrap_or_default();
                fields["secrets"] = json!([match hmac.secret.encoding {
                    SecretEncoding::Text => format!("{prefix}{}", String::from_utf8_lossy(SECRET)),
                    SecretEncoding::Base64 => format!("{prefix}{}", BASE64_STANDARD.encode(SECRET)),
                    SecretEncoding::Hex => format!("{prefix}{}", base16ct::lower::encode_string(SECRET)),
                }]);
                let parts = sender.parts(&hmac.message, &hmac.id, hmac.timestamp.as_ref());
                let code = code_of(construction, hash, parts);
                sender.sign(&hmac.place, &hmac.syntax, hmac.encoding, hmac.timestamp.as_ref(), &code);
            }
            Scheme::PublicKey(signed)
                if matches!(signed.algorithm, SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::RsaSha1) =>
            {
                return Case::of_vector(provider, signed);
            }
            Scheme::Jwt(Jwt { key: JwtKey::Public { .. }, .. }) => {
                panic!("{provider}: no token of the kind is measured")
            }
            Scheme::Jwt(Jwt { account, .. }) => {
                fields["secrets"] = json!([TOKEN]);
                if account.is_some() {
                    fields["account"] = json!(HEADER_VALUE);
                }
            }
            Scheme::PublicKey(signed) => {
                let message = sender.parts(&signed.message, &signed.id, signed.timestamp.as_ref()).concat();
                let (algorithm, key, signature) = signature(signed.algorithm, &message);
                if let Some(AccountRule::At(_)) = &signed.account {
                    fields["account"] = json!(HEADER_VALUE);
                }
                match &signed.keys {
                    KeySource::Operator { encoding: Encoding::Hex, .. } => {
                        fields["public_keys"] = json!([base16ct::lower::encode_string(&key)]);
                    }
                    KeySource::Operator { .. } => fields["public_keys"] = json!([BASE64_STANDARD.encode(&key)]),
                    KeySource::Jwks { .. } => {
                        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": BASE64_URL_SAFE_NO_PAD.encode(&key)});
                        published =
                            PublicKeys::of_key_set(signed.algorithm, json!({"keys": [key]}).to_string().as_bytes())
                                .expect("a key");
                    }
                    KeySource::Sender { .. } | KeySource::Certificate(_) => {
                        panic!("{provider}: its key is known, and its private one is not")
                    }
                }
                sender.sign(&signed.place, &signed.syntax, signed.encoding, signed.timestamp.as_ref(), &signature);
                sender.headers.push((HAND_HEADER.to_owned(), base16ct::lower::encode_string(&signature)));
                asymmetric = Some(Asymmetric { algorithm, key, message });
            }
        }
        let (body, signs_forms) = (sender.body(), sender.is_form);
        if asymmetric.is_none() {
            let signed = if signs_forms { sorted_form() } else { body.clone() };
            let secret = (construction != Construction::Hmac).then(|| SECRET.to_vec());
            let by_hand = code_of(construction, hash, [signed].into_iter().chain(secret).collect());
            sender.headers.push((HAND_HEADER.to_owned(), base16ct::lower::encode_string(&by_hand)));
        }
        let mut delivery = Delivery {
            url: url(),
            token,
            headers: Headers::from_iter(sender.headers),
            body,
            received_at: NOW,
            request_id: "request-1".to_owned(),
        };
        let name = SourceName::parse("bench").expect("a name");
        let has_token = matches!(scheme, Scheme::Jwt(_));
        if has_token {
            let signer = Signer::parse(name.clone(), &fields.to_string()).expect("a source");
            let added = signer.headers(&delivery, "msg_1").expect("the secret is known");
            let by_hand = (HAND_HEADER.to_owned(), added[0].1.trim_start_matches("Bearer ").to_owned());
            delivery.headers = added.into_iter().chain([by_hand]).collect();
        }
        let source = Source::parse(name, &fields.to_string()).unwrap_or_else(|error| panic!("{provider}: {error}"));
        let has_its_time_in_the_body =
            scheme.timestamp().is_some_and(|rule| matches!(rule.at, TimestampLocation::Json(_)));
        let signs_fields = match scheme {
            Scheme::Hmac(hmac) => hmac.message.0.iter().any(|part| matches!(part, TemplatePart::Json { .. })),
            _ => false,
        };
        Case {
            source,
            published,
            delivery,
            asymmetric,
            has_token,
            construction,
            hash,
            signs_forms,
            has_its_time_in_the_body,
            signs_fields,
        }
    }
}

impl Case {
    /// The genuine one of a sender's vectors: `ring` makes no keys of RSA.
    fn of_vector(provider: Provider, signed: &PublicKeySignature) -> Case {
        let file = vector::read(&vector::folder(), provider.as_str());
        let (group, case) = file.case("genuine").expect("every sender has it");
        let secret = Value::Object(group.source.secret.clone());
        let received_at = Timestamp::parse_rfc3339(&case.received_at).expect("an instant");
        let body = case.request.body().expect("it was read");
        let headers = Headers::from_iter(case.request.headers.clone());
        let signature = match &signed.place {
            SignaturePlace::At(FieldPath::Body(pointer)) => text_at(&body, pointer).expect("a signature"),
            place => {
                let HeaderName(name) = &place.headers()[0];
                headers.single(name).ok().flatten().expect("a signature").to_owned()
            }
        };
        let signature = BASE64_STANDARD.decode(signature).expect("base64");
        let (key, published) = match &signed.keys {
            KeySource::Operator { .. } => {
                let key = BASE64_STANDARD.decode(secret["public_keys"][0].as_str().expect("a key")).expect("base64");
                // What stands before an `RSAPublicKey` of 2048 bits in its `SubjectPublicKeyInfo`.
                (key[24..].to_vec(), PublicKeys::default())
            }
            KeySource::Certificate(rule) => {
                let address = match &rule.at {
                    FieldPath::Body(pointer) => text_at(&body, pointer).expect("an address"),
                    FieldPath::Header(HeaderName(name)) => headers.single(name).ok().flatten().expect("one").to_owned(),
                    FieldPath::Id | FieldPath::Query(_) => panic!("no certificate's address stands there"),
                };
                let text = group.certificates[&address].as_bytes();
                let keys = PublicKeys::of_certificate(signed.algorithm, text, received_at).expect("a certificate");
                let (_, pem) = parse_x509_pem(text).expect("PEM");
                let certificate = pem.parse_x509().expect("a certificate");
                (certificate.public_key().subject_public_key.data.to_vec(), keys)
            }
            KeySource::Sender { .. } | KeySource::Jwks { .. } => panic!("{provider}: no such key of RSA is measured"),
        };
        let account = match &secret["account"] {
            Value::String(account) => account,
            accounts => accounts[0].as_str().unwrap_or_default(),
        };
        let message = signed_bytes(&signed.message, &headers, &body, account);
        let by_hand = (HAND_HEADER.to_owned(), base16ct::lower::encode_string(&signature));
        let headers = Headers::from_iter(case.request.headers.iter().cloned().chain([by_hand]));
        let algorithm: &dyn VerificationAlgorithm = match signed.algorithm {
            SignatureAlgorithm::RsaSha1 => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            _ => &RSA_PKCS1_2048_8192_SHA256,
        };
        let name = SourceName::parse("bench").expect("a name");
        Case {
            source: Source::parse(name, &secret.to_string()).expect("a source"),
            published,
            delivery: Delivery {
                url: url(),
                token: None,
                headers,
                body,
                received_at,
                request_id: "request-1".to_owned(),
            },
            asymmetric: Some(Asymmetric { algorithm, key, message }),
            has_token: false,
            construction: Construction::Hmac,
            hash: Hash::Sha256,
            signs_forms: false,
            has_its_time_in_the_body: false,
            signs_fields: false,
        }
    }
}

fn text_at(body: &[u8], pointer: &Pointer) -> Option<String> {
    let json: Value = serde_json::from_slice(body).ok()?;
    json.pointer(&pointer.to_string())?.as_str().map(str::to_owned)
}

/// What a sender with a key of RSA signs.
fn signed_bytes(Template(parts): &Template, headers: &Headers, body: &[u8], account: &str) -> Vec<u8> {
    let line = |line: &Line| text_at(body, &line.pointer).map(|text| format!("{}\n{text}\n", line.name()));
    let bytes = |part: &TemplatePart| match part {
        TemplatePart::Literal(text) => text.clone().into_bytes(),
        TemplatePart::Body => body.to_vec(),
        TemplatePart::Header(HeaderName(name)) => headers.single(name).ok().flatten().expect("it is there").into(),
        TemplatePart::Account => account.into(),
        TemplatePart::BodyCrc32 => crc32fast::hash(body).to_string().into(),
        TemplatePart::Lines(lines) => lines.iter().filter_map(line).collect::<String>().into(),
        _ => panic!("no such sender has it"),
    };
    parts.iter().flat_map(bytes).collect()
}

/// A key of the sender's and its signature, with the algorithm that verifies it.
fn signature(algorithm: SignatureAlgorithm, message: &[u8]) -> (&'static dyn VerificationAlgorithm, Vec<u8>, Vec<u8>) {
    if algorithm == SignatureAlgorithm::Ed25519 {
        let pair = Ed25519KeyPair::from_seed_unchecked(SECRET).expect("a seed of 32 bytes");
        return (&ED25519, pair.public_key().as_ref().to_vec(), pair.sign(message).as_ref().to_vec());
    }
    assert_eq!(algorithm, SignatureAlgorithm::EcdsaP256, "no other is measured");
    let (random, signing) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(signing, &random).expect("a key");
    let pair = EcdsaKeyPair::from_pkcs8(signing, pkcs8.as_ref(), &random).expect("a key");
    let signature = pair.sign(&random, message).expect("a signature").as_ref().to_vec();
    (&ECDSA_P256_SHA256_ASN1, pair.public_key().as_ref().to_vec(), signature)
}

/// Whether a token is signed, and of this body.
fn has_token(token: &str, body: &[u8]) -> bool {
    let Some((signed, code)) = token.rsplit_once('.') else { return false };
    let Some((_, claims)) = signed.split_once('.') else { return false };
    let mac = Hmac::<Sha256>::new_from_slice(TOKEN.as_bytes()).expect("a key of any length").chain_update(signed);
    let code = BASE64_URL_SAFE_NO_PAD.decode(code).unwrap_or_default();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    let hash = Digest::of(body);
    let is_hash = |said: &str| said == hash.to_string() || said == BASE64_STANDARD.encode(hash.as_bytes());
    mac.verify_slice(&code).is_ok()
        && serde_json::from_slice::<Claims>(&claims).is_ok_and(|Claims { sha256 }| is_hash(&sha256))
}

/// A sender that follows a description.
#[derive(Default)]
struct Sender {
    headers: Vec<(String, String)>,
    fields: Vec<(Vec<String>, Value)>,
    is_form: bool,
}

impl Sender {
    /// The parts to sign; what they are made of goes into headers and body.
    fn parts(&mut self, message: &Template, id: &[HeaderName], timestamp: Option<&TimestampRule>) -> Vec<Vec<u8>> {
        self.is_form = message.0.contains(&TemplatePart::Form);
        if let Some(rule) = timestamp {
            match &rule.at {
                TimestampLocation::Header(names) => self.headers.push((names[0].0.to_string(), time_text(rule.unit))),
                TimestampLocation::Json(pointer) => {
                    let segments = pointer.0.iter().map(ToString::to_string).collect();
                    self.fields.push((segments, json!(time_text(rule.unit))));
                }
                TimestampLocation::Pair(_) => {}
            }
        }
        if let [HeaderName(name), ..] = id {
            self.headers.push((name.to_string(), "msg_1".to_owned()));
        }
        for part in &*message.0 {
            match part {
                TemplatePart::Header(HeaderName(name)) if !self.headers.iter().any(|(known, _)| known == name) => {
                    self.headers.push((name.to_string(), HEADER_VALUE.to_owned()));
                }
                TemplatePart::Json { pointers, .. } => {
                    let segments: Vec<String> = pointers[0].0.iter().map(ToString::to_string).collect();
                    if !self.fields.iter().any(|(known, _)| *known == segments) {
                        self.fields.push((segments, json!("value")));
                    }
                }
                _ => {}
            }
        }
        if self.is_form {
            self.headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
        }
        let body = self.body();
        let pieces = message.0.iter().map(|part| match part {
            TemplatePart::Literal(text) => text.as_bytes().to_vec(),
            TemplatePart::Body => body.clone(),
            TemplatePart::BodySha256 => Digest::of(&body).to_string().into_bytes(),
            TemplatePart::Timestamp => time_text(timestamp.expect("it has one").unit).into_bytes(),
            TemplatePart::Id => b"msg_1".to_vec(),
            TemplatePart::Header(HeaderName(name)) => {
                let value = self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
                value.unwrap_or_default().into_bytes()
            }
            TemplatePart::Json { pointers, .. } => {
                let segments: Vec<String> = pointers[0].0.iter().map(ToString::to_string).collect();
                let field = self.fields.iter().find(|(known, _)| *known == segments);
                field.and_then(|(_, value)| value.as_str()).unwrap_or_default().as_bytes().to_vec()
            }
            TemplatePart::Query(_) => Vec::new(),
            TemplatePart::Url => format!("https://{}{}", url().host, url().path).into_bytes(),
            TemplatePart::Path => url().path.into_bytes(),
            TemplatePart::Form => sorted_form(),
            TemplatePart::Secret => SECRET.to_vec(),
            TemplatePart::Lines(_) | TemplatePart::BodyCrc32 | TemplatePart::Account => {
                panic!("measured by its vector")
            }
        });
        pieces.collect()
    }

    fn sign(
        &mut self,
        place: &SignaturePlace,
        syntax: &Syntax,
        encoding: Encoding,
        timestamp: Option<&TimestampRule>,
        signature: &[u8],
    ) {
        let text = match encoding {
            Encoding::Hex => base16ct::lower::encode_string(signature),
            Encoding::Base64 => BASE64_STANDARD.encode(signature),
        };
        let value = match syntax {
            Syntax::Plain => text,
            Syntax::Prefix { prefix } => format!("{prefix}{text}"),
            Syntax::Versions { version } => format!("{version},{text}"),
            Syntax::List { .. } | Syntax::Json { .. } => panic!("no sender of the catalogue has it"),
            Syntax::Pairs { key, separator, .. } => match timestamp {
                Some(TimestampRule { at: TimestampLocation::Pair(name), unit, .. }) => {
                    format!("{name}={}{separator}{key}={text}", time_text(*unit))
                }
                _ => format!("{key}={text}"),
            },
        };
        match place {
            SignaturePlace::FirstOf(names) | SignaturePlace::AnyOf(names) => {
                self.headers.push((names[0].0.to_string(), value));
            }
            SignaturePlace::At(at) => self.put(at, value),
        }
    }

    /// Puts a text where no header is.
    fn put(&mut self, at: &FieldPath, text: String) {
        if let FieldPath::Body(pointer) = at {
            self.fields.push((pointer.0.iter().map(ToString::to_string).collect(), json!(text)));
        }
    }

    /// JSON of 2 KiB with the fields that are signed, or a form of about as much.
    fn body(&self) -> Vec<u8> {
        if self.is_form {
            let pairs = form().into_iter().map(|(name, value)| format!("{name}={value}"));
            return pairs.collect::<Vec<_>>().join("&").into_bytes();
        }
        let mut body = json!({});
        for (segments, value) in &self.fields {
            let mut at = &mut body;
            for segment in segments {
                at = &mut at[segment.as_str()];
            }
            *at = value.clone();
        }
        let rest = BODY_BYTES.saturating_sub(body.to_string().len() + r#","rest":"""#.len());
        body["rest"] = json!("x".repeat(rest));
        body.to_string().into_bytes()
    }
}

fn form() -> Vec<(String, String)> {
    (0..30).map(|number| (format!("Parameter{number}"), "x".repeat(55))).collect()
}

/// Its names and values in the order in which they are signed.
fn sorted_form() -> Vec<u8> {
    let mut fields = form();
    fields.sort();
    fields.into_iter().flat_map(|(name, value)| [name, value]).collect::<String>().into_bytes()
}

fn url() -> RequestUrl {
    RequestUrl { host: "hooks.example.com".to_owned(), path: "/hooks/bench".to_owned(), query: String::new() }
}

fn time_text(unit: TimestampUnit) -> String {
    match unit {
        TimestampUnit::Seconds => (NOW.as_millis() / 1000).to_string(),
        TimestampUnit::Milliseconds => NOW.as_millis().to_string(),
        TimestampUnit::Rfc3339 => NOW.to_string(),
        TimestampUnit::HttpDate => NOW.to_http_date().expect("a year of four digits"),
    }
}

/// The code of parts, of which the secret is the last if it has no other place.
fn code_of(construction: Construction, hash: Hash, mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    match construction {
        Construction::Hmac => return code(hash, &parts.concat()),
        Construction::Hash => {}
        Construction::HashOfSorted => parts.sort_unstable(),
    }
    plain_hash(hash, &parts.concat())
}

fn plain_hash(hash: Hash, message: &[u8]) -> Vec<u8> {
    let algorithm = match hash {
        Hash::Sha1 => &ring::digest::SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha256 => &ring::digest::SHA256,
        Hash::Sha384 => &ring::digest::SHA384,
        Hash::Sha512 => &ring::digest::SHA512,
    };
    ring::digest::digest(algorithm, message).as_ref().to_vec()
}

fn code(hash: Hash, message: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha1 => mac::<Hmac<Sha1>>().chain_update(message).finalize().into_bytes().to_vec(),
        Hash::Sha256 => mac::<Hmac<Sha256>>().chain_update(message).finalize().into_bytes().to_vec(),
        Hash::Sha384 => mac::<Hmac<Sha384>>().chain_update(message).finalize().into_bytes().to_vec(),
        Hash::Sha512 => mac::<Hmac<Sha512>>().chain_update(message).finalize().into_bytes().to_vec(),
    }
}

fn has_code<'p, M: Mac + KeyInit, const BYTES: usize>(pieces: impl IntoIterator<Item = &'p [u8]>, text: &str) -> bool {
    let mut mac = mac::<M>();
    for piece in pieces {
        mac.update(piece);
    }
    let mut code = [0; BYTES];
    base16ct::mixed::decode(text, &mut code).is_ok() && mac.verify_slice(&code).is_ok()
}

fn mac<M: KeyInit>() -> M {
    M::new_from_slice(SECRET).expect("HMAC takes a key of any length")
}
