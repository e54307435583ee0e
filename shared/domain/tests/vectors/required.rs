//! Which vectors a sender must have, by its description.

use domain::description::{
    AccountRule, Challenge, Construction, Description, Encoding, FieldPath, Hash, HeaderName, Hmac, Jwt, KeySource,
    PublicKeySignature, Scheme, SignaturePlace, StaticToken, Syntax, Template, TemplatePart, Timestamp,
    TimestampLocation, TimestampUnit,
};

/// The names of vectors, each with whether its delivery is to be believed.
pub(crate) struct Required(Vec<(String, bool)>);

/// The vectors that a sender must have.
pub(crate) fn required(description: &Description) -> Vec<(String, bool)> {
    let Description { scheme, challenges, batch, .. } = description;
    let mut required = Required(Vec::new());
    if batch.is_some() && proves_in_items(scheme) {
        required.accepted(&["items", "items-with-previous-secret"]);
        required.refused(&["item-without-proof", "item-with-another-proof"]);
    }
    for (number, challenge) in (1..).zip(challenges) {
        let name = if number == 1 { "challenge".to_owned() } else { format!("challenge-{number}") };
        required.challenge(&name, challenge);
    }
    required.accepted(&["genuine", "repeat", "second-body"]);
    if !matches!(scheme, Scheme::UrlToken) {
        required.accepted(&["names-in-other-case", "previous-secret", "token-beside"]);
        required.refused(&["secret-wrong", "token-beside-missing", "token-beside-wrong"]);
    }
    match scheme {
        Scheme::UrlToken => {
            required.accepted(&["previous-token", "body-changed"]);
            required.refused(&["token-missing", "token-empty", "token-wrong", "token-truncated", "token-longer"]);
            required.refused(&["token-in-upper-case"]);
        }
        Scheme::StaticToken(StaticToken { prefix, at, .. }) => {
            required.credential(at.is_some());
            required.refused(&["secret-truncated", "secret-longer", "secret-in-upper-case"]);
            if !prefix.is_empty() {
                required.refused(&["prefix-missing"]);
            }
        }
        Scheme::Basic => {
            required.credential(false);
            required.accepted(&["scheme-in-lower-case"]);
            required.refused(&["scheme-missing", "other-scheme", "not-base64"]);
            required.refused(&["name-wrong", "password-missing", "colon-missing"]);
        }
        Scheme::Hmac(Hmac { place, syntax, encoding, timestamp, message, .. })
        | Scheme::PublicKey(PublicKeySignature { place, syntax, encoding, timestamp, message, .. }) => {
            required.signature(place, syntax, *encoding, timestamp.is_some());
            if matches!(scheme, Scheme::Hmac(Hmac { hash: Hash::Sha384 | Hash::Sha512, .. })) {
                required.refused(&["signature-of-another-hash"]);
            }
            match scheme {
                Scheme::Hmac(Hmac { construction: Construction::Hash, .. }) => {
                    required.refused(&["signature-of-hmac", "secret-before-message"]);
                }
                Scheme::Hmac(Hmac { construction: Construction::HashOfSorted, .. }) => {
                    required.refused(&["signature-of-hmac", "parts-unsorted"]);
                }
                _ => {}
            }
            required.message(message);
            if let Some(timestamp) = timestamp {
                required.timestamp(timestamp, syntax, message);
            }
            required.account(scheme.account());
            if let Some(KeySource::Certificate(_)) = scheme.keys() {
                required.refused(&[
                    "key-missing",
                    "key-empty",
                    "key-of-another-host",
                    "key-by-http",
                    "key-of-a-bucket",
                ]);
                required.refused(&["key-of-another-path", "key-of-another-kind", "key-expired", "key-not-there"]);
            }
        }
        Scheme::Jwt(jwt) => {
            required.token(jwt);
            required.account(scheme.account());
        }
    }
    required.0
}

/// Whether each item of a list has a proof of its own.
fn proves_in_items(scheme: &Scheme) -> bool {
    matches!(
        scheme,
        Scheme::StaticToken(StaticToken { at: Some(FieldPath::Body(_)), .. })
            | Scheme::Hmac(Hmac { place: SignaturePlace::At(FieldPath::Body(_)), .. })
            | Scheme::PublicKey(PublicKeySignature { place: SignaturePlace::At(FieldPath::Body(_)), .. })
    )
}

impl Required {
    fn challenge(&mut self, name: &str, challenge: &Challenge) {
        self.accepted(&[name]);
        if challenge.unsigned {
            self.accepted(&[&format!("{name}-url-token")]);
            self.refused(&[&format!("{name}-url-token-missing"), &format!("{name}-url-token-wrong")]);
        } else {
            self.refused(&[&format!("{name}-forged")]);
        }
        if challenge.token.is_some() {
            self.refused(&[&format!("{name}-token-missing"), &format!("{name}-token-wrong")]);
        }
    }

    fn accepted(&mut self, names: &[&str]) {
        self.0.extend(names.iter().map(|name| ((*name).to_owned(), true)));
    }

    fn refused(&mut self, names: &[&str]) {
        self.0.extend(names.iter().map(|name| ((*name).to_owned(), false)));
    }

    /// Of something that must be there once.
    fn once(&mut self, what: &str) {
        self.refused(&[&format!("{what}-missing"), &format!("{what}-empty"), &format!("{what}-doubled")]);
    }

    fn credential(&mut self, is_a_field: bool) {
        if is_a_field {
            self.refused(&["secret-missing", "secret-empty"]);
        } else {
            self.once("secret");
        }
        self.accepted(&["body-changed"]);
    }

    fn signature(&mut self, place: &SignaturePlace, syntax: &Syntax, encoding: Encoding, is_timed: bool) {
        match place {
            SignaturePlace::At(_) => self.refused(&["signature-missing", "signature-empty"]),
            SignaturePlace::AnyOf(_) => {
                self.accepted(&["any-header-wrong-beside"]);
                self.refused(&["signature-missing", "signature-empty", "any-header-all-wrong"]);
            }
            // Two such headers are one list, in which the signature is there twice.
            SignaturePlace::FirstOf(_)
                if matches!(syntax, Syntax::List { separator: ',', .. })
                    || (!is_timed && matches!(syntax, Syntax::Pairs { separator: ',', .. })) =>
            {
                self.refused(&["signature-missing", "signature-empty"]);
                self.accepted(&["signature-doubled"]);
            }
            SignaturePlace::FirstOf(_) => self.once("signature"),
        }
        self.refused(&["signature-truncated", "signature-longer", "signature-bit-flipped", "previous-secret-gone"]);
        for alias in 1..place.headers().len() {
            self.accepted(&[&format!("alias-{alias}")]);
        }
        match encoding {
            Encoding::Hex => {
                self.accepted(&["signature-in-upper-case"]);
                self.refused(&["signature-not-hex"]);
            }
            Encoding::Base64 => {
                self.accepted(&["signature-unpadded"]);
                self.refused(&["signature-in-other-case", "signature-not-base64"]);
            }
        }
        match syntax {
            Syntax::Plain => {}
            Syntax::Prefix { .. } => self.refused(&["prefix-missing", "prefix-other"]),
            Syntax::Json { .. } => self.refused(&["signature-pair-missing", "json-cut"]),
            Syntax::List { .. } => {
                self.accepted(&["signatures-wrong-then-right", "signatures-right-then-wrong"]);
                self.refused(&["signatures-all-wrong"]);
            }
            Syntax::Pairs { between_lists, .. } => {
                self.several_versions();
                if between_lists.is_some() {
                    self.accepted(&["lists-wrong-then-right"]);
                    self.refused(&["lists-of-two-times"]);
                }
            }
            Syntax::Versions { .. } => self.several_versions(),
        }
    }

    fn several_versions(&mut self) {
        self.accepted(&["signatures-wrong-then-right", "signatures-right-then-wrong", "other-version-beside"]);
        self.refused(&["signatures-all-wrong", "other-version-only"]);
    }

    fn token(&mut self, jwt: &Jwt) {
        self.once("signature");
        self.refused(&["signature-truncated", "signature-longer", "signature-bit-flipped", "signature-not-base64"]);
        self.refused(&["previous-secret-gone", "token-without-signature", "token-with-more-parts"]);
        self.refused(&["algorithm-none", "algorithm-none-signed", "algorithm-in-lower-case", "algorithm-other"]);
        self.refused(&["algorithm-missing", "header-critical", "header-not-json", "claims-not-json", "claims-changed"]);
        self.accepted(&["expired-within-leeway", "not-yet-within-leeway"]);
        self.refused(&["expired", "not-yet", "time-not-a-number", "audience-wrong"]);
        if !jwt.prefix.is_empty() {
            self.refused(&["prefix-missing"]);
        }
        if jwt.body_hash.is_some() {
            self.refused(&["body-bit-flipped", "body-cut", "body-longer", "body-hash-missing", "body-hash-truncated"]);
        } else {
            self.accepted(&["body-changed"]);
        }
        if jwt.issuer.is_some() {
            self.refused(&["issuer-wrong", "issuer-missing"]);
        }
        if jwt.audience.is_some() {
            self.accepted(&["audience-one-of-several"]);
            self.refused(&["audience-missing"]);
        }
        if jwt.past_seconds.is_some() {
            self.accepted(&["time-oldest"]);
            self.refused(&["time-late", "time-early", "timestamp-missing"]);
        }
    }

    fn message(&mut self, message: &Template) {
        if message.covers_body() || message.has_checksum() {
            self.refused(&["body-bit-flipped", "body-cut", "body-longer"]);
            if message.has_checksum() {
                self.accepted(&["body-of-the-same-checksum"]);
            }
        } else {
            self.accepted(&["body-changed"]);
        }
        for part in &*message.0 {
            match part {
                // The body has been dealt with, and the timestamp has a rule of its own.
                TemplatePart::Literal(_)
                | TemplatePart::Body
                | TemplatePart::BodySha256
                | TemplatePart::Timestamp
                | TemplatePart::BodyCrc32
                | TemplatePart::Account
                | TemplatePart::Secret => {}
                TemplatePart::Lines(lines) => {
                    self.refused(&["field-missing", "field-changed", "field-with-line-break"]);
                    if lines.iter().any(|line| line.is_optional) {
                        self.accepted(&["field-absent"]);
                        self.refused(&["field-added"]);
                    }
                }
                TemplatePart::Id => {
                    self.once("id");
                    self.refused(&["id-bit-flipped"]);
                }
                TemplatePart::Header(HeaderName(name)) => {
                    self.once(name);
                    self.refused(&[&format!("{name}-bit-flipped")]);
                }
                TemplatePart::Query(_) => self.refused(&["query-missing", "query-changed"]),
                TemplatePart::Json { pointers, or_empty } => {
                    self.refused(&["field-changed"]);
                    if *or_empty {
                        self.accepted(&["field-absent"]);
                    } else {
                        self.refused(&["field-missing"]);
                    }
                    if pointers.len() > 1 {
                        self.accepted(&["field-other-spelling"]);
                    }
                }
                TemplatePart::Url => {
                    self.accepted(&["url-with-query", "url-public", "url-public-host"]);
                    self.refused(&["url-query-changed", "url-host-changed"]);
                }
                TemplatePart::Path => {
                    self.accepted(&["path-public"]);
                    self.refused(&["path-changed"]);
                }
                TemplatePart::Form => {
                    self.accepted(&["form-encoded-otherwise", "form-split-otherwise"]);
                    self.accepted(&["form-in-other-order", "form-field-doubled", "form-empty", "json-with-digest"]);
                    self.refused(&["form-field-changed", "form-field-missing", "form-field-added"]);
                    self.refused(&["json-without-digest", "json-changed"]);
                }
            }
        }
    }

    /// Of a sender whose keys are the same for all of its customers.
    fn account(&mut self, rule: Option<&AccountRule>) {
        if rule == Some(&AccountRule::InMessage) {
            self.accepted(&["account-second"]);
            self.refused(&["account-wrong", "account-in-other-case", "account-longer"]);
            return;
        }
        if rule.is_some() {
            self.accepted(&["account-by-token"]);
            self.refused(&["account-by-token-missing", "account-by-token-wrong"]);
        }
        if let Some(AccountRule::At(_) | AccountRule::Claim(_)) = rule {
            self.accepted(&["account-second"]);
            self.refused(&["account-wrong", "account-in-other-case", "account-longer"]);
        }
    }

    fn timestamp(&mut self, timestamp: &Timestamp, syntax: &Syntax, message: &Template) {
        let Timestamp { at, unit, past_seconds, future_seconds, .. } = timestamp;
        self.refused(&["timestamp-missing", "timestamp-empty"]);
        self.refused(&["timestamp-not-a-number", "timestamp-with-sign", "timestamp-not-an-instant"]);
        match (at, syntax) {
            (TimestampLocation::Header(_), _) => self.refused(&["timestamp-doubled"]),
            // Its position tells it from the rest.
            (TimestampLocation::Pair(_), Syntax::List { .. }) => {}
            (TimestampLocation::Pair(_), Syntax::Json { .. }) => self.accepted(&["timestamp-last"]),
            (TimestampLocation::Pair(_), _) => {
                self.accepted(&["timestamp-last"]);
                self.refused(&["timestamp-doubled", "signature-pair-missing"]);
            }
            (TimestampLocation::Json(_), _) => self.refused(&["timestamp-null"]),
        }
        // In the body, it changes with a bit of that.
        if !matches!(at, TimestampLocation::Json(_)) {
            if message.0.contains(&TemplatePart::Timestamp) {
                self.refused(&["timestamp-bit-flipped"]);
            } else {
                self.accepted(&["timestamp-changed"]);
            }
        }
        if past_seconds.is_some() {
            self.accepted(&["time-oldest", "time-almost-oldest"]);
            self.refused(&["time-late"]);
            if matches!(unit, TimestampUnit::Seconds | TimestampUnit::HttpDate) {
                self.accepted(&["time-oldest-within-the-second"]);
            }
        } else {
            self.accepted(&["time-yesterday"]);
        }
        if future_seconds.is_some() {
            self.accepted(&["time-newest", "time-almost-newest"]);
            self.refused(&["time-early"]);
        } else {
            self.accepted(&["time-tomorrow"]);
        }
    }
}
