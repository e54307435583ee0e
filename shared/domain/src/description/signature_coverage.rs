//! What of a delivery is under its signature.

use crate::description::{
    AccountRule, Description, FieldPath, FieldPaths, HeaderName, Hmac, Jwt, JwtKey, KeySource, PublicKeySignature,
    Scheme, SignaturePlace, Template, TemplatePart, Timestamp, TimestampLocation,
};

impl Scheme {
    /// The bytes that its signature is over, if it has one.
    #[must_use]
    pub fn message(&self) -> Option<&Template> {
        match self {
            Scheme::UrlToken | Scheme::StaticToken(_) | Scheme::Basic | Scheme::Jwt(_) => None,
            Scheme::Hmac(hmac) => Some(&hmac.message),
            Scheme::PublicKey(signature) => Some(&signature.message),
        }
    }

    /// Whether every byte of the body is under the signature, if there is one.
    #[must_use]
    pub fn covers_body(&self) -> bool {
        match self {
            Scheme::Jwt(jwt) => jwt.body_hash.is_some(),
            _ => self.message().is_some_and(Template::covers_body),
        }
    }

    /// How one customer's deliveries are told from the others', if the sender's keys are the same for all of them.
    #[must_use]
    pub fn account(&self) -> Option<&AccountRule> {
        match self {
            Scheme::UrlToken | Scheme::StaticToken(_) | Scheme::Basic | Scheme::Hmac(_) => None,
            Scheme::PublicKey(signature) => signature.account.as_ref(),
            Scheme::Jwt(jwt) => jwt.account.as_ref(),
        }
    }

    /// Where the public keys are from, if such verify it.
    #[must_use]
    pub fn keys(&self) -> Option<&KeySource> {
        match self {
            Scheme::UrlToken | Scheme::StaticToken(_) | Scheme::Basic | Scheme::Hmac(_) => None,
            Scheme::PublicKey(signature) => Some(&signature.keys),
            Scheme::Jwt(Jwt { key: JwtKey::Public { keys, .. }, .. }) => Some(keys),
            Scheme::Jwt(Jwt { key: JwtKey::Secret(_), .. }) => None,
        }
    }

    /// Where a delivery says when it was made, if it is signed and does.
    #[must_use]
    pub fn timestamp(&self) -> Option<&Timestamp> {
        match self {
            Scheme::UrlToken | Scheme::StaticToken(_) | Scheme::Basic | Scheme::Jwt(_) => None,
            Scheme::Hmac(hmac) => hmac.timestamp.as_ref(),
            Scheme::PublicKey(signature) => signature.timestamp.as_ref(),
        }
    }

    /// The headers whose values are signed; of the delivery's id, the first that is there.
    pub(crate) fn signed_headers(&self) -> impl Iterator<Item = &HeaderName> {
        let parts = self.message().into_iter().flat_map(|message| &*message.0);
        parts.flat_map(|part| match part {
            TemplatePart::Id => self.id_headers(),
            TemplatePart::Header(name) => std::slice::from_ref(name),
            TemplatePart::Timestamp => match self.timestamp().map(|timestamp| &timestamp.at) {
                Some(TimestampLocation::Header(names)) if names.len() == 1 => &**names,
                _ => &[],
            },
            TemplatePart::Literal(_)
            | TemplatePart::Body
            | TemplatePart::BodySha256
            | TemplatePart::Json { .. }
            | TemplatePart::Query(_)
            | TemplatePart::Url
            | TemplatePart::Path
            | TemplatePart::Form
            | TemplatePart::Lines(_)
            | TemplatePart::BodyCrc32
            | TemplatePart::Account
            | TemplatePart::Secret => &[],
        })
    }
}

impl Scheme {
    /// Whether its proof stands in the body: in each item, if the body lists several.
    pub(crate) fn proves_in_body(&self) -> bool {
        let place = match self {
            Scheme::UrlToken | Scheme::Basic | Scheme::Jwt(_) => None,
            Scheme::StaticToken(token) => token.at.as_ref(),
            Scheme::Hmac(Hmac { place: SignaturePlace::At(at), .. })
            | Scheme::PublicKey(PublicKeySignature { place: SignaturePlace::At(at), .. }) => Some(at),
            Scheme::Hmac(_) | Scheme::PublicKey(_) => None,
        };
        matches!(place, Some(FieldPath::Body(_)))
    }

    /// The places of a delivery that its signature is over, if it leaves the rest of the body out; none if it does not, or
    /// has a checksum of it.
    pub(crate) fn signed_places(&self) -> Vec<FieldPaths> {
        let message = self.message().filter(|message| !message.covers_body() && !message.has_checksum());
        let parts = message.into_iter().flat_map(|message| &*message.0);
        let one = |place| vec![FieldPaths(vec![place])];
        let places = parts.flat_map(|part| match part {
            TemplatePart::Json { pointers, .. } => {
                vec![FieldPaths(pointers.iter().cloned().map(FieldPath::Body).collect())]
            }
            TemplatePart::Lines(lines) => {
                lines.iter().map(|line| FieldPaths(vec![FieldPath::Body(line.pointer.clone())])).collect()
            }
            TemplatePart::Header(name) => one(FieldPath::Header(name.clone())),
            TemplatePart::Id => one(FieldPath::Id),
            TemplatePart::Timestamp
            | TemplatePart::Literal(_)
            | TemplatePart::Body
            | TemplatePart::BodySha256
            | TemplatePart::BodyCrc32
            | TemplatePart::Account
            | TemplatePart::Query(_)
            | TemplatePart::Url
            | TemplatePart::Path
            | TemplatePart::Form
            | TemplatePart::Secret => Vec::new(),
        });
        places.collect()
    }
}

impl Template {
    /// Whether it holds what stands at `place`, and holds it apart from what could be moved into it: of the bytes
    /// `{header:x-account}{body}`, a part of the body could be sent as the account's.
    pub(crate) fn delimits(&self, place: &FieldPath) -> bool {
        match place {
            FieldPath::Header(name) => self.holds_apart(|part| matches!(part, TemplatePart::Header(it) if it == name)),
            FieldPath::Body(pointer) => {
                // Of lines, all but the first are read from the end, where no text can be moved from one to the next.
                let is_line = |part: &TemplatePart| match part {
                    TemplatePart::Lines(lines) => {
                        lines.iter().skip(1).any(|line| line.pointer == *pointer && !line.is_optional)
                    }
                    _ => false,
                };
                !pointer.has_wildcard() && (self.covers_body() || self.0.iter().any(is_line))
            }
            FieldPath::Id | FieldPath::Query(_) => false,
        }
    }

    /// The same of the source's `account`.
    pub(crate) fn delimits_account(&self) -> bool {
        self.holds_apart(|part| *part == TemplatePart::Account)
    }

    /// Whether fixed texts, or the ends of the message, stand on both sides of a part that `is_it`.
    fn holds_apart(&self, is_it: impl Fn(&TemplatePart) -> bool) -> bool {
        let is_fixed = |part: Option<&TemplatePart>| matches!(part, None | Some(TemplatePart::Literal(_)));
        self.0.iter().enumerate().any(|(index, part)| {
            let before = index.checked_sub(1).and_then(|before| self.0.get(before));
            is_it(part) && is_fixed(before) && is_fixed(self.0.get(index + 1))
        })
    }

    /// Whether it holds the timestamp that is read there.
    #[must_use]
    pub fn signs(&self, timestamp: &TimestampLocation) -> bool {
        let holds_header =
            |name: &HeaderName| self.0.iter().any(|part| matches!(part, TemplatePart::Header(it) if it == name));
        self.0.contains(&TemplatePart::Timestamp)
            || match timestamp {
                TimestampLocation::Header(names) => names.iter().all(holds_header),
                TimestampLocation::Pair(_) => false,
                TimestampLocation::Json(pointer) => {
                    self.covers_body()
                        || self.0.iter().any(|part| match part {
                            TemplatePart::Json { pointers, .. } => pointers.first() == Some(pointer),
                            TemplatePart::Lines(lines) => lines.iter().any(|line| line.pointer == *pointer),
                            _ => false,
                        })
                }
            }
    }
}

impl Description {
    /// The headers that are part of an event's key and not under the signature, of a sender that signs.
    pub fn unsigned_key_headers(&self) -> impl Iterator<Item = &HeaderName> {
        let is_signed = |name: &HeaderName| self.scheme.signed_headers().any(|signed| signed == name);
        let signs = self.scheme.message().is_some() || matches!(self.scheme, Scheme::Jwt(_));
        let shapes = self.shapes.iter().filter(move |_| signs);
        let places = shapes.flat_map(|shape| &*shape.key).flat_map(|places| &*places.0);
        let headers = places.flat_map(|place| match place {
            FieldPath::Body(_) | FieldPath::Query(_) => &[],
            FieldPath::Header(name) => std::slice::from_ref(name),
            FieldPath::Id => self.scheme.id_headers(),
        });
        headers.filter(move |name| !is_signed(name))
    }
}
