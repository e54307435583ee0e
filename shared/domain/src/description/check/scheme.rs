//! What a scheme must not say.

use crate::description::{
    AccountRule, Construction, DescriptionError, FieldPath, HeaderName, Hmac, Jwt, JwtKey, KeySource, Line, Pointer,
    PublicKey, PublicKeySignature, Scheme, SignatureAlgorithm, SignaturePlace, StaticToken, Syntax, Template,
    TemplatePart, Timestamp, TimestampLocation,
};

impl Scheme {
    pub(super) fn check(&self) -> Result<(), DescriptionError> {
        match self {
            Scheme::StaticToken(StaticToken { at: Some(FieldPath::Body(pointer)), .. }) if pointer.has_wildcard() => {
                Err(DescriptionError::Wildcard)
            }
            Scheme::UrlToken | Scheme::StaticToken(_) | Scheme::Basic => Ok(()),
            Scheme::Hmac(Hmac { message, .. }) if message.0.contains(&TemplatePart::Account) => {
                Err(DescriptionError::AccountOfMessage)
            }
            Scheme::Hmac(Hmac { construction, place, syntax, id, timestamp, message, .. }) => {
                check_secret(*construction, message)?;
                check_signature(place, syntax, id, timestamp.as_ref(), message)
            }
            Scheme::PublicKey(PublicKeySignature {
                algorithm,
                keys,
                account,
                place,
                syntax,
                id,
                timestamp,
                message,
                ..
            }) => {
                keys.check(*algorithm)?;
                check_secret(Construction::Hmac, message)?;
                check_signature(place, syntax, id, timestamp.as_ref(), message)?;
                if (*account == Some(AccountRule::InMessage)) != message.0.contains(&TemplatePart::Account) {
                    return Err(DescriptionError::AccountOfMessage);
                }
                if *account == Some(AccountRule::InMessage) && !message.delimits_account() {
                    return Err(DescriptionError::AccountUnsigned);
                }
                match account {
                    None if !matches!(keys, KeySource::Operator { .. }) => Err(DescriptionError::NoAccount),
                    Some(AccountRule::At(place)) if !message.delimits(place) => Err(DescriptionError::AccountUnsigned),
                    Some(AccountRule::Claim(_)) => Err(DescriptionError::ClaimWithoutToken),
                    None | Some(AccountRule::At(_) | AccountRule::InMessage | AccountRule::TokenOnly) => Ok(()),
                }
            }
            Scheme::Jwt(jwt) => jwt.check(),
        }
    }
}

impl Jwt {
    fn check(&self) -> Result<(), DescriptionError> {
        if self.header.is_empty() {
            return Err(DescriptionError::NoHeader);
        }
        if let JwtKey::Public { algorithm, keys } = &self.key {
            keys.check(*algorithm)?;
            if matches!(keys, KeySource::Certificate(_)) {
                return Err(DescriptionError::CertificateOfToken);
            }
            if self.account.is_none() && !matches!(keys, KeySource::Operator { .. }) {
                return Err(DescriptionError::NoAccount);
            }
        }
        if self.issuer.is_none() && !matches!(self.account, Some(AccountRule::Claim(_))) {
            return Err(DescriptionError::NoIssuer);
        }
        match &self.account {
            Some(AccountRule::At(FieldPath::Body(pointer))) if self.body_hash.is_some() && !pointer.has_wildcard() => {
                Ok(())
            }
            Some(AccountRule::At(_) | AccountRule::InMessage) => Err(DescriptionError::AccountUnsigned),
            None | Some(AccountRule::Claim(_) | AccountRule::TokenOnly) => Ok(()),
        }
    }
}

/// Whether `{secret}` stands where it must. Before the rest it would protect nothing: anybody who has seen one hash
/// could append to what was hashed.
fn check_secret(construction: Construction, Template(parts): &Template) -> Result<(), DescriptionError> {
    let count = parts.iter().filter(|part| **part == TemplatePart::Secret).count();
    match construction {
        Construction::Hmac if count > 0 => Err(DescriptionError::SecretSigned),
        Construction::Hash | Construction::HashOfSorted
            if count != 1 || parts.last() != Some(&TemplatePart::Secret) =>
        {
            Err(DescriptionError::SecretNotLast)
        }
        Construction::Hmac | Construction::Hash | Construction::HashOfSorted => Ok(()),
    }
}

/// Whether lines can be told apart: from the last one on, each by its name. Only the first may have several lines itself,
/// so that the second must be there to end it.
fn are_apart(lines: &[Line]) -> bool {
    let names: Vec<&str> = lines.iter().map(Line::name).collect();
    let is_name = |name: &&str| !name.is_empty() && !name.contains('\n');
    let are_different = names.iter().enumerate().all(|(index, name)| !names[..index].contains(name));
    let has_wildcard = lines.iter().any(|line| line.pointer.has_wildcard());
    let is_ended = matches!(lines, [first, second, ..] if !first.is_optional && !second.is_optional);
    is_ended && are_different && !has_wildcard && names.iter().all(is_name)
}

fn check_signature(
    place: &SignaturePlace,
    syntax: &Syntax,
    id: &[HeaderName],
    timestamp: Option<&Timestamp>,
    message: &Template,
) -> Result<(), DescriptionError> {
    match place {
        SignaturePlace::FirstOf(names) | SignaturePlace::AnyOf(names) if names.is_empty() => {
            return Err(DescriptionError::NoHeader);
        }
        SignaturePlace::At(FieldPath::Body(pointer)) if pointer.has_wildcard() => {
            return Err(DescriptionError::Wildcard);
        }
        // No body can hold the signature of all of it.
        SignaturePlace::At(FieldPath::Body(_)) if message.covers_body() => return Err(DescriptionError::SignsItself),
        SignaturePlace::AnyOf(_) | SignaturePlace::At(_)
            if !matches!(syntax, Syntax::Plain | Syntax::Prefix { .. }) =>
        {
            return Err(DescriptionError::Syntax("a list of signatures stands in one header: give `header`"));
        }
        SignaturePlace::FirstOf(_) | SignaturePlace::AnyOf(_) | SignaturePlace::At(_) => {}
    }
    let reads_body = |part: &TemplatePart| {
        matches!(part, TemplatePart::Json { .. } | TemplatePart::Lines(_) | TemplatePart::BodyCrc32)
    };
    if !message.covers_body() && !message.0.iter().any(reads_body) {
        return Err(DescriptionError::EmptyMessage);
    }
    if message
        .0
        .iter()
        .any(|part| matches!(part, TemplatePart::Lines(lines) if message.0.len() > 1 || !are_apart(lines)))
    {
        return Err(DescriptionError::Lines);
    }
    if message.0.contains(&TemplatePart::Form) && !message.0.contains(&TemplatePart::Url) {
        return Err(DescriptionError::FormWithoutUrl);
    }
    if message.0.contains(&TemplatePart::Id) && id.is_empty() {
        return Err(DescriptionError::Nowhere { part: "id" });
    }
    if message
        .0
        .iter()
        .any(|part| matches!(part, TemplatePart::Json { pointers, .. } if pointers.iter().any(Pointer::has_wildcard)))
    {
        return Err(DescriptionError::Wildcard);
    }
    match syntax {
        Syntax::Prefix { prefix } if prefix.is_empty() => {
            return Err(DescriptionError::Syntax(
                "`prefix` is empty: leave `syntax` out if nothing stands before the signature",
            ));
        }
        Syntax::Pairs { key, separator, between_lists }
            if key.is_empty() || *separator == '=' || [Some('='), Some(*separator)].contains(between_lists) =>
        {
            return Err(DescriptionError::Syntax(
                "pairs are `key=value`: give a `key`, a `separator` such as `,` between them, and if several lists stand there another character as `between_lists`",
            ));
        }
        Syntax::List { first: 0, .. } => {
            return Err(DescriptionError::Syntax(
                "the positions of a list begin with 1: give that of the `first` signature",
            ));
        }
        Syntax::Json { key } if key.is_empty() => {
            return Err(DescriptionError::Syntax("`key` is the name of the member that holds the signature"));
        }
        Syntax::Versions { version } if version.is_empty() || version.contains([' ', ',']) => {
            return Err(DescriptionError::Syntax("a `version` is what stands before the comma, such as `v1`"));
        }
        Syntax::Plain
        | Syntax::Prefix { .. }
        | Syntax::Pairs { .. }
        | Syntax::List { .. }
        | Syntax::Json { .. }
        | Syntax::Versions { .. } => {}
    }
    let Some(Timestamp { at, past_seconds, future_seconds, unsigned, .. }) = timestamp else {
        return if message.0.contains(&TemplatePart::Timestamp) {
            Err(DescriptionError::Nowhere { part: "timestamp" })
        } else {
            Ok(())
        };
    };
    if matches!(at, TimestampLocation::Json(pointer) if pointer.has_wildcard()) {
        return Err(DescriptionError::Wildcard);
    }
    match (at, syntax) {
        (TimestampLocation::Pair(_), syntax) if !syntax.has_keys() => return Err(DescriptionError::PairWithoutPairs),
        (TimestampLocation::Pair(position), Syntax::List { first, .. })
            if !position.parse::<usize>().is_ok_and(|position| (1..*first).contains(&position)) =>
        {
            return Err(DescriptionError::Syntax(
                "what follows the first signature of a list are signatures: the timestamp's position, from 1, is before it",
            ));
        }
        _ => {}
    }
    if past_seconds.is_none() && future_seconds.is_none() && !message.0.contains(&TemplatePart::Timestamp) {
        return Err(DescriptionError::TimestampWithoutLimit);
    }
    match (message.signs(at), unsigned) {
        (true, false) | (false, true) => Ok(()),
        (false, false) => Err(DescriptionError::TimestampUnsigned),
        (true, true) => Err(DescriptionError::TimestampSigned),
    }
}

impl KeySource {
    fn check(&self, algorithm: SignatureAlgorithm) -> Result<(), DescriptionError> {
        match self {
            KeySource::Operator { .. } => Ok(()),
            KeySource::Sender { public_keys, encoding } => {
                for key in public_keys {
                    PublicKey::parse(algorithm, key, *encoding).map_err(DescriptionError::NotAPublicKey)?;
                }
                if public_keys.is_empty() { Err(DescriptionError::NoPublicKeys) } else { Ok(()) }
            }
            KeySource::Jwks { url, hosts, ttl_seconds } => {
                let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next());
                if host.is_none_or(|host| !hosts.iter().any(|known| known == host)) {
                    return Err(DescriptionError::KeySetHost);
                }
                if (1..=86_400).contains(ttl_seconds) { Ok(()) } else { Err(DescriptionError::KeySetTtl) }
            }
            KeySource::Certificate(_) if algorithm == SignatureAlgorithm::Ed25519 => {
                Err(DescriptionError::CertificateKind)
            }
            KeySource::Certificate(rule) => rule.check(),
        }
    }
}
