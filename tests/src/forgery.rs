//! Deliveries that are not the sender's.

use crate::confidential;
use crate::http::Request;
use crate::sender;
use crate::source::Source;
use crate::stack::Stack;

/// A way to pretend to be the sender of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// Signed with a secret that is not the source's.
    WrongSecret,
    /// Not signed at all.
    NoSignature,
    /// With the signature's header, but nothing in it.
    EmptySignature,
    /// With the first half of the right signature.
    HalfSignature,
    /// With the right signature and a wrong one, joined as proxies join repeated headers.
    TwoSignatures,
    /// With something in the signature's header that is no hex.
    NoHex,
    /// With the right signature of another body.
    SignatureOfAnotherBody,
    /// With one bit of the body turned over on the way.
    TurnedBit,
    /// With a token in the URL that is not the source's.
    WrongToken,
    /// With the first half of the right token.
    HalfToken,
    /// Without a token in the URL.
    NoToken,
    /// With the right credentials, to a source of a name that nobody configured.
    UnknownSource,
}

impl Forgery {
    /// What can be tried against a source whose sender signs.
    pub const OF_SIGNED: [Forgery; 9] = [
        Forgery::WrongSecret,
        Forgery::NoSignature,
        Forgery::EmptySignature,
        Forgery::HalfSignature,
        Forgery::TwoSignatures,
        Forgery::NoHex,
        Forgery::SignatureOfAnotherBody,
        Forgery::TurnedBit,
        Forgery::UnknownSource,
    ];

    /// What can be tried against a source with a token. Whoever knows the token can send anything.
    pub const OF_TOKEN: [Forgery; 4] =
        [Forgery::WrongToken, Forgery::HalfToken, Forgery::NoToken, Forgery::UnknownSource];

    /// The forged delivery of `body` to `source`.
    ///
    /// # Panics
    /// If the source has not the credential that is to be forged.
    #[must_use]
    pub fn of(self, stack: &Stack, source: &Source, body: &[u8]) -> Request {
        let genuine = sender::delivery(stack, source, body);
        let header =
            || sender::signature_header(source.provider).expect("only a signing sender's signature can be forged");
        let signature = || genuine.header(header()).expect("a signing sender signs").to_owned();
        let token = || source.token.clone().expect("only a source with a token has one to forge");
        let to = |name: &str, token: Option<&str>| Request { url: sender::url(stack, name, token), ..genuine.clone() };
        match self {
            Forgery::WrongSecret => {
                let secret = confidential::random();
                confidential::keep("forged secret", &secret);
                genuine.clone().with_header(header(), &sender::sign(&secret, body))
            }
            Forgery::NoSignature => genuine.clone().without_header(header()),
            Forgery::EmptySignature => genuine.clone().with_header(header(), ""),
            Forgery::HalfSignature => genuine.clone().with_header(header(), &signature()[..32]),
            Forgery::TwoSignatures => {
                let joined = format!("{},{}", signature(), "0".repeat(64));
                genuine.clone().with_header(header(), &joined)
            }
            Forgery::NoHex => genuine.clone().with_header(header(), &"z".repeat(64)),
            Forgery::SignatureOfAnotherBody => {
                let secret = source.secrets.first().expect("a signing sender has a secret");
                genuine.clone().with_header(header(), &sender::sign(secret, b"{}"))
            }
            Forgery::TurnedBit => {
                let mut body = body.to_vec();
                let middle = body.len() / 2;
                // The lowest bit keeps ASCII as it is: no layer on the way can object to the bytes.
                body[middle] ^= 1;
                Request { body, ..genuine.clone() }
            }
            Forgery::WrongToken => {
                let token = confidential::random();
                confidential::keep("forged token", &token);
                to(&source.name, Some(&token))
            }
            Forgery::HalfToken => to(&source.name, Some(&token()[..16])),
            Forgery::NoToken => to(&source.name, None),
            Forgery::UnknownSource => to(&format!("nobody-{:08x}", fastrand::u32(..)), source.token.as_deref()),
        }
    }
}
