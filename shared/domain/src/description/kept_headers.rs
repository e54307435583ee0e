//! Which headers of a delivery are kept with its event.

use crate::description::{AccountRule, Description, FieldPath, HeaderName, Scheme, TimestampLocation};

/// The headers that are kept with every event. A list of what is kept, not of what is dropped: a credential in a header
/// that nobody thought of can then never be stored.
pub const KEPT_HEADERS: [&str; 7] =
    ["content-encoding", "content-type", "date", "user-agent", "webhook-id", "webhook-timestamp", "x-request-id"];

/// Headers that hold somebody's credentials, whatever the scheme.
const CREDENTIALS: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "x-api-key"];

impl Description {
    /// The headers that are kept beside [those that always are](KEPT_HEADERS): what it names itself, and the delivery's
    /// id. Those that are signed come first: there is room for so many bytes, and what a stranger adds must not take it.
    pub fn kept(&self) -> impl Iterator<Item = &HeaderName> {
        let signed = self.scheme.signed_headers().filter(|name| self.keeps(name));
        signed.chain(self.kept_beside())
    }

    /// The headers that say whether a delivery is genuine, and those that are kept: what a refusal is explained with. Never
    /// one that proves something by itself: of the signature's own header that is so unless it `vouches_for_body`, as
    /// what it signs then fits no other delivery.
    pub(crate) fn evidence_headers(&self, vouches_for_body: bool) -> Vec<HeaderName> {
        let scheme = &self.scheme;
        let proofs = scheme.credential_headers().filter(|_| vouches_for_body);
        let times = scheme.timestamp().into_iter().flat_map(|timestamp| match &timestamp.at {
            TimestampLocation::Header(names) => names.as_slice(),
            TimestampLocation::Pair(_) | TimestampLocation::Json(_) => &[],
        });
        let account = scheme.account().and_then(|account| match account {
            AccountRule::At(FieldPath::Header(name)) => Some(name),
            _ => None,
        });
        let evidence = proofs.chain(scheme.signed_headers()).chain(times).chain(account).chain(self.kept());
        let is_secret = |name: &HeaderName| {
            name.is_never_stored()
                || (!vouches_for_body && scheme.credential_headers().any(|credential| credential == name))
        };
        evidence.filter(|name| !is_secret(name)).cloned().collect()
    }

    pub(crate) fn keeps(&self, name: &HeaderName) -> bool {
        KEPT_HEADERS.contains(&&*name.0) || self.kept_beside().any(|kept| kept == name)
    }

    fn kept_beside(&self) -> impl Iterator<Item = &HeaderName> {
        self.kept_headers.iter().chain(self.scheme.id_headers())
    }
}

impl HeaderName {
    /// Whether it holds somebody's credentials, whatever the scheme.
    pub(crate) fn is_never_stored(&self) -> bool {
        CREDENTIALS.contains(&&*self.0)
    }
}

impl Scheme {
    /// The headers that may hold the delivery's id.
    #[must_use]
    pub fn id_headers(&self) -> &[HeaderName] {
        match self {
            Scheme::UrlToken | Scheme::StaticToken(_) | Scheme::Basic | Scheme::Jwt(_) => &[],
            Scheme::Hmac(hmac) => &hmac.id,
            Scheme::PublicKey(signature) => &signature.id,
        }
    }

    /// The headers that it names and that prove something. `Authorization` is always a [credential](Self::is_credential).
    pub(crate) fn credential_headers(&self) -> impl Iterator<Item = &HeaderName> {
        let names = match self {
            Scheme::UrlToken | Scheme::Basic => &[],
            Scheme::StaticToken(token) => token.header.as_slice(),
            Scheme::Hmac(hmac) => hmac.place.headers(),
            Scheme::PublicKey(signature) => signature.place.headers(),
            Scheme::Jwt(jwt) => &jwt.header,
        };
        names.iter()
    }

    /// Whether the header proves something, so that whoever reads it later could pass for the sender.
    pub(crate) fn is_credential(&self, name: &HeaderName) -> bool {
        name.is_never_stored() || self.credential_headers().any(|credential| credential == name)
    }
}
