//! What of a delivery is verified, and what is not, by a description's scheme.

use domain::description::{
    AccountRule, BodyHash, Construction, Description, Encoding, FieldPath, FieldPaths, Hash, HeaderName, Hmac, Jwt,
    JwtKey, KeySource, PublicKeySignature, Scheme, SecretEncoding, SecretForm, SignatureAlgorithm, SignaturePlace,
    StaticToken, Syntax, Template, TemplatePart, Timestamp, TimestampLocation, TimestampUnit,
};

use crate::words::{code, duration, either, headers, places, pointer, template};

/// The headers of a scheme that signs, and what it signs.
pub(crate) struct Signed<'a> {
    place: &'a SignaturePlace,
    syntax: &'a Syntax,
    encoding: Encoding,
    pub(crate) id: &'a [HeaderName],
    pub(crate) timestamp: Option<&'a Timestamp>,
    pub(crate) message: &'a Template,
}

pub(crate) fn signed(scheme: &Scheme) -> Option<Signed<'_>> {
    match scheme {
        Scheme::UrlToken | Scheme::StaticToken(_) | Scheme::Basic | Scheme::Jwt(_) => None,
        Scheme::Hmac(Hmac { place, syntax, encoding, id, timestamp, message, .. })
        | Scheme::PublicKey(PublicKeySignature { place, syntax, encoding, id, timestamp, message, .. }) => {
            Some(Signed { place, syntax, encoding: *encoding, id, timestamp: timestamp.as_ref(), message })
        }
    }
}

/// How a delivery is verified, in a few words.
pub(crate) fn kind(scheme: &Scheme) -> String {
    match scheme {
        Scheme::UrlToken => "a token in the URL".to_owned(),
        Scheme::StaticToken(StaticToken { at: Some(_), .. }) => "a token in each delivery".to_owned(),
        Scheme::StaticToken(_) => "a token in a header".to_owned(),
        Scheme::Basic => "name and password".to_owned(),
        Scheme::Hmac(Hmac { construction: Construction::Hmac, hash, .. }) => format!("HMAC-{}", hash_name(*hash)),
        Scheme::Hmac(Hmac { hash, .. }) => format!("plain {} (weaker)", hash_name(*hash)),
        Scheme::PublicKey(signature) => match signature.algorithm {
            SignatureAlgorithm::Ed25519 => "Ed25519".to_owned(),
            SignatureAlgorithm::EcdsaP256 | SignatureAlgorithm::EcdsaP256Raw => "ECDSA, P-256".to_owned(),
            SignatureAlgorithm::RsaSha256 => "RSA-SHA256".to_owned(),
            SignatureAlgorithm::RsaSha1 => "RSA-SHA1".to_owned(),
        },
        Scheme::Jwt(jwt) => format!("JWT, {}", jwt.key.algorithm().as_str()),
    }
}

const fn hash_name(hash: Hash) -> &'static str {
    match hash {
        Hash::Sha256 => "SHA256",
        Hash::Sha384 => "SHA384",
        Hash::Sha512 => "SHA512",
        Hash::Sha1 => "SHA1",
    }
}

pub(crate) fn covers_body(scheme: &Scheme) -> bool {
    scheme.covers_body()
}

/// What keeps an old copy of a delivery out, in a few words.
pub(crate) fn replay(scheme: &Scheme) -> String {
    if let Scheme::Jwt(Jwt { past_seconds, .. }) = scheme {
        let limit = past_seconds.map(|seconds| duration(seconds.into()));
        return limit.unwrap_or_else(|| "the token's own end, deduplication".to_owned());
    }
    let Some(Signed { timestamp: Some(timestamp), message, .. }) = signed(scheme) else {
        return "deduplication alone".to_owned();
    };
    let is_signed = has_signed_time(message, timestamp);
    let limit = timestamp.past_seconds.map(|seconds| duration(seconds.into()));
    match (limit, is_signed) {
        (Some(limit), true) => limit,
        (Some(limit), false) => format!("{limit}, not signed"),
        (None, _) => "deduplication alone".to_owned(),
    }
}

/// How old a signed time may be.
pub(crate) fn past_limit(scheme: &Scheme) -> Option<String> {
    let Signed { timestamp: Some(timestamp), message, .. } = signed(scheme)? else { return None };
    let limit = timestamp.past_seconds.filter(|_| has_signed_time(message, timestamp))?;
    Some(duration(limit.into()))
}

fn has_signed_time(message: &Template, timestamp: &Timestamp) -> bool {
    message.0.contains(&TemplatePart::Timestamp) || matches!(timestamp.at, TimestampLocation::Json(_))
}

/// What is verified, and what is not, as sentences.
pub(crate) fn sentences(description: &Description) -> Vec<String> {
    let scheme = &description.scheme;
    let mut sentences = match scheme {
        Scheme::UrlToken => vec![
            "This sender does not sign deliveries. Its URL must hold a token that nobody else knows, of which Landfall keeps the \
             SHA-256 alone: `token_sha256`."
                .to_owned(),
        ],
        Scheme::StaticToken(StaticToken { at: Some(at), .. }) => vec![format!(
            "The same token comes as {} each time. It must be one of `secrets`. What stands in the body is published with \
             the event, so those who read the events know it.",
            places(&FieldPaths(vec![at.clone()]), &[])
        )],
        Scheme::StaticToken(StaticToken { header, prefix, .. }) => {
            let header = header.as_ref().map_or("the header that you choose".to_owned(), |HeaderName(name)| code(name));
            let prefix = if prefix.is_empty() { String::new() } else { format!(", after `{prefix}`") };
            vec![format!("The same token comes in {header} each time{prefix}. It must be one of `secrets`.")]
        }
        Scheme::Basic => vec![
            "`Authorization: Basic` must hold one of `secrets`, each `name:password`. They are part of the URL that the \
             sender is given: `https://name:password@...`."
                .to_owned(),
        ],
        Scheme::Hmac(_) | Scheme::PublicKey(_) => signature(scheme),
        Scheme::Jwt(jwt) => token(jwt),
    };
    sentences.extend(account(scheme));
    sentences.push(body(scheme));
    sentences.extend(time(scheme));
    sentences.extend(unsigned_headers(description));
    if !matches!(scheme, Scheme::UrlToken) {
        sentences.push("A token in the URL can be asked for as well, with `token_sha256`.".to_owned());
    }
    sentences
}

fn signature(scheme: &Scheme) -> Vec<String> {
    let Some(Signed { place, syntax, encoding, message, .. }) = signed(scheme) else {
        return Vec::new();
    };
    let encoding = match encoding {
        Encoding::Hex => "hex",
        Encoding::Base64 => "base64",
    };
    let form = match syntax {
        Syntax::Plain => format!("in {encoding}"),
        Syntax::Prefix { prefix } => format!("after `{prefix}`, in {encoding}"),
        Syntax::Pairs { key, .. } => format!("as `{key}=` in a list, in {encoding}"),
        Syntax::List { .. } => format!("in a list, in {encoding}"),
        Syntax::Json { key } => format!("as `{key}` of a JSON object, in {encoding}"),
        Syntax::Versions { version } => format!("as `{version},` in a list, in {encoding}"),
    };
    let mut sentences = vec![
        format!("The signature is in {}, {form}.", place_of(place)),
        [format!("It is {} of `{}`.", name(scheme), template(message))]
            .into_iter()
            .chain(parts(message))
            .collect::<Vec<_>>()
            .join(" "),
    ];
    sentences.extend(key(scheme));
    if syntax.is_list() {
        sentences
            .push("There may be several signatures: one that matches is enough, and others are ignored.".to_owned());
    }
    sentences
}

fn token(jwt: &Jwt) -> Vec<String> {
    let after = if jwt.prefix.is_empty() { String::new() } else { format!(", after `{}`", jwt.prefix) };
    let algorithm = jwt.key.algorithm().as_str();
    let mut sentences = vec![format!(
        "A JSON Web Token is in {}{after}. It must be signed by {algorithm}; one that names another algorithm is refused.",
        headers(&jwt.header)
    )];
    let claims = [("iss", &jwt.issuer), ("aud", &jwt.audience)];
    let claims = claims.into_iter().filter_map(|(name, text)| Some(format!("`{name}` must be `{}`.", text.as_ref()?)));
    sentences.extend(claims);
    sentences.extend(jwt.body_hash.as_ref().map(|BodyHash { claim, encoding }| {
        format!("`{claim}` must be the SHA-256 of the body's bytes, in {}.", encoding.as_str())
    }));
    sentences.extend(match &jwt.key {
        JwtKey::Secret(form) => Some(secret_form(form)),
        JwtKey::Public { keys, .. } => Some(key_source(keys)),
    });
    sentences
}

fn place_of(place: &SignaturePlace) -> String {
    match place {
        SignaturePlace::FirstOf(names) | SignaturePlace::AnyOf(names) => headers(names),
        SignaturePlace::At(at) => places(&FieldPaths(vec![at.clone()]), &[]),
    }
}

fn name(scheme: &Scheme) -> String {
    match scheme {
        Scheme::PublicKey(signature) => match signature.algorithm {
            SignatureAlgorithm::Ed25519 => "an Ed25519 signature".to_owned(),
            SignatureAlgorithm::EcdsaP256 => "an ECDSA signature (P-256, SHA-256, in DER)".to_owned(),
            SignatureAlgorithm::EcdsaP256Raw => {
                "an ECDSA signature (P-256, SHA-256, both numbers as 32 bytes)".to_owned()
            }
            SignatureAlgorithm::RsaSha256 => "an RSA signature (PKCS #1 v1.5, SHA-256)".to_owned(),
            SignatureAlgorithm::RsaSha1 => "an RSA signature (PKCS #1 v1.5, SHA-1)".to_owned(),
        },
        Scheme::Hmac(Hmac { construction: Construction::Hash, hash, .. }) => format!("the {} hash", hash_name(*hash)),
        Scheme::Hmac(Hmac { construction: Construction::HashOfSorted, hash, .. }) => {
            format!("the {} hash, with these parts sorted by their bytes before they are joined,", hash_name(*hash))
        }
        _ => format!("an {}", kind(scheme)),
    }
}

/// What the less plain parts of a message are.
fn parts(message: &Template) -> impl Iterator<Item = String> {
    let said = |part: &TemplatePart| match part {
        TemplatePart::BodySha256 => Some("`{body_sha256}` is the SHA-256 of the body's bytes, in hex."),
        TemplatePart::Url => Some(
            "`{url}` is the URL that the sender was given. If that is not the function's own, name its host in \
             `public_url`; otherwise leave that out.",
        ),
        TemplatePart::Path => Some(
            "`{path}` is the path of the URL that the sender was given; `public_url` says it, if it is not the function's \
             own.",
        ),
        TemplatePart::Form => Some(
            "`{form}` is every field of a form, sorted by name; for any other body the URL's query must hold its \
             SHA-256 as `bodySHA256`.",
        ),
        TemplatePart::Json { or_empty: true, .. } => {
            Some("`{json:...|}` is a field of the body, or nothing if it is not there.")
        }
        TemplatePart::Json { pointers, .. } if pointers.len() > 1 => {
            Some("`{json:...}` is the first of these fields that is there.")
        }
        TemplatePart::Json { .. } => Some("`{json:...}` is a field of the body."),
        TemplatePart::Lines(_) => Some(
            "`{lines:...}` is, of each of these fields, its name and its text on lines of their own; one with a question \
             mark may be missing.",
        ),
        TemplatePart::BodyCrc32 => Some("`{body_crc32}` is the CRC-32 of the body's bytes, in decimal."),
        TemplatePart::Account => Some("`{account}` is the `account` of the source."),
        TemplatePart::Query(_) => Some("`{query:...}` is a field of the URL's query."),
        TemplatePart::Literal(_)
        | TemplatePart::Body
        | TemplatePart::Timestamp
        | TemplatePart::Id
        | TemplatePart::Header(_)
        | TemplatePart::Secret => None,
    };
    message.0.iter().filter_map(said).map(str::to_owned)
}

fn key(scheme: &Scheme) -> Option<String> {
    match scheme {
        Scheme::Hmac(Hmac { construction: Construction::Hmac, secret, .. }) => Some(secret_form(secret)),
        Scheme::Hmac(_) => Some(
            "**This is weaker than an HMAC**: if anybody finds two messages with the same hash, the signature of one is \
             that of the other. Use a token in the URL beside it."
                .to_owned(),
        ),
        Scheme::PublicKey(PublicKeySignature { keys, .. }) => Some(key_source(keys)),
        Scheme::UrlToken | Scheme::StaticToken(_) | Scheme::Basic | Scheme::Jwt(_) => None,
    }
}

fn secret_form(SecretForm { strip_prefix, encoding }: &SecretForm) -> String {
    let after = strip_prefix.as_ref().map_or(String::new(), |prefix| format!(" after `{prefix}`"));
    match encoding {
        SecretEncoding::Text if strip_prefix.is_none() => "The secret's text, as it is, is the key.".to_owned(),
        SecretEncoding::Text => format!("The secret's text{after} is the key; nothing is decoded."),
        SecretEncoding::Base64 => format!("The secret{after} is the key in base64."),
        SecretEncoding::Hex => format!("The secret{after} is the key in hex."),
    }
}

fn key_source(keys: &KeySource) -> String {
    match keys {
        KeySource::Operator { .. } => {
            "The keys are those in `public_keys`. Several may count at a time, so that the sender can change its own."
                .to_owned()
        }
        KeySource::Sender { .. } => {
            "The keys are those that the sender shows in its documentation; Landfall knows them.".to_owned()
        }
        KeySource::Jwks { url, ttl_seconds, .. } => format!(
            "The keys are those that the sender publishes at <{url}>. They are kept for up to {}, and asked for again \
             when none matches.",
            duration((*ttl_seconds).into())
        ),
        KeySource::Certificate(rule) => format!(
            "The key is that of the certificate whose address stands in {}. Only certificates at {}, with a path like \
             `{}`, are trusted; no redirect is followed. Nothing is asked for before all else of the delivery is right. \
             They are kept for up to {}.",
            places(&FieldPaths(vec![rule.at.clone()]), &[]),
            either(&rule.hosts.iter().map(|host| code(host)).collect::<Vec<_>>()),
            rule.path,
            duration(rule.ttl_seconds.into())
        ),
    }
}

/// How one customer's deliveries are told from the others'.
fn account(scheme: &Scheme) -> Option<String> {
    const ALL: &str = "**The sender signs for all of its customers with these keys**, so a signature does not say whose a \
         delivery is.";
    const TOKEN: &str = "a token in the URL tells, whose SHA-256 is in `token_sha256`";
    if let Scheme::Jwt(Jwt { key: JwtKey::Secret(_), account: Some(AccountRule::Claim(name)), .. }) = scheme {
        return Some(format!(
            "`{name}` of the token must be the `account` of the source, or one of a list of them. Without an `account`, \
             {TOKEN}; events then count as verified by a token."
        ));
    }
    Some(match scheme.account()? {
        rule @ (AccountRule::At(_) | AccountRule::Claim(_)) => {
            let place = match rule {
                AccountRule::Claim(name) => format!("`{name}` of the token"),
                AccountRule::At(FieldPath::Header(HeaderName(name))) => code(name),
                AccountRule::At(FieldPath::Body(at)) => format!("`{}` of the body", pointer(at)),
                AccountRule::At(FieldPath::Query(name)) => code(&format!("?{name}=")),
                AccountRule::At(FieldPath::Id) | AccountRule::InMessage | AccountRule::TokenOnly => code("id"),
            };
            format!(
                "{ALL} What does is {place}, which is signed and must be the `account` of the source, or one of a list of \
                 them. Without an `account`, {TOKEN}; events then count as verified by a token. A source with neither is \
                 not used: its deliveries are answered `503`, and an alarm fires."
            )
        }
        AccountRule::InMessage => format!(
            "{ALL} What does is the `account` of the source, or one of a list of them, which is a part of what is signed. A \
             source without one is not used: its deliveries are answered `503`, and an alarm fires."
        ),
        AccountRule::TokenOnly => format!("{ALL} Nothing that is signed does; {TOKEN}."),
    })
}

fn body(scheme: &Scheme) -> String {
    if scheme.account() == Some(&AccountRule::TokenOnly) {
        "**The body is not signed for you alone.** Anybody who knows the token can have the sender sign anything. Events count as \
         verified by a token."
            .to_owned()
    } else if covers_body(scheme) {
        "**Every byte of the body is signed**: events count as verified by a signature.".to_owned()
    } else if signed(scheme).is_some() {
        "**The body is not signed.** The signature leaves it out, so anybody who has one genuine delivery can put \
         another body beside it. Events count as verified by a token."
            .to_owned()
    } else {
        "**The body is not signed.** Anybody who knows the token can send anything. Events count as verified by a \
         token."
            .to_owned()
    }
}

fn time(scheme: &Scheme) -> Option<String> {
    let old_copies = "Nothing limits how old a delivery may be: deduplication alone keeps a copy out.";
    if let Scheme::Jwt(Jwt { past_seconds, .. }) = scheme {
        let limit =
            past_seconds.map(|seconds| format!(" It may have been issued (`iat`) {} ago.", duration(seconds.into())));
        return Some(format!(
            "A token that says when it ends (`exp`) or begins (`nbf`) holds from then to then; clocks may be a minute apart.{}",
            limit.unwrap_or_default()
        ));
    }
    let Some(Signed { timestamp, message, .. }) = signed(scheme) else {
        return Some(old_copies.to_owned());
    };
    let Some(Timestamp { at, unit, past_seconds, future_seconds, .. }) = timestamp else {
        return Some(old_copies.to_owned());
    };
    let place = match at {
        TimestampLocation::Header(names) => headers(names),
        TimestampLocation::Pair(key) => format!("`{key}` of the same header"),
        TimestampLocation::Json(at) => format!("`{}` of the body", pointer(at)),
    };
    let unit = match unit {
        TimestampUnit::Seconds => "in seconds",
        TimestampUnit::Milliseconds => "in milliseconds",
        TimestampUnit::Rfc3339 => "by RFC 3339",
        TimestampUnit::HttpDate => "as a date of HTTP",
    };
    let vouched = if message.signs(at) { "which is signed" } else { "**which is not signed**" };
    let limit = |seconds: &Option<u32>| seconds.map(|seconds| duration(seconds.into()));
    let limits = match (limit(past_seconds), limit(future_seconds)) {
        (Some(past), Some(future)) if past == future => format!("It may be {past} old or ahead."),
        (Some(past), Some(future)) => format!("It may be {past} old, and {future} ahead."),
        (Some(past), None) => format!("It may be {past} old; how far ahead is not limited."),
        (None, Some(future)) => format!("It may be {future} ahead; how old is not limited."),
        (None, None) => old_copies.to_owned(),
    };
    Some(format!("The time is in {place}, {unit}, {vouched}. {limits}"))
}

/// Headers that are read and that nobody vouches for.
fn unsigned_headers(description: &Description) -> Option<String> {
    let is_signed = |header: &HeaderName| {
        signed(&description.scheme).is_some_and(|signed| {
            signed.message.0.iter().any(|part| match part {
                TemplatePart::Header(name) => name == header,
                TemplatePart::Id => signed.id.contains(header),
                _ => false,
            })
        })
    };
    let kept: Vec<String> = description
        .kept_headers
        .iter()
        .filter(|header| !is_signed(header))
        .map(|HeaderName(name)| code(name))
        .collect();
    (signed(&description.scheme).is_some() && !kept.is_empty()).then(|| {
        let verb = if kept.len() == 1 { "is" } else { "are" };
        format!("{} {verb} kept with an event, and not signed.", crate::words::all(&kept))
    })
}
