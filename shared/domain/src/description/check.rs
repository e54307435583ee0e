//! What a description must not say.

use std::collections::HashSet;

use crate::description::{
    Challenge, Description, Ed25519, Filling, HEAD_POINTERS_MAX, HeaderName, Hmac, KeySource, Method, Part, Place,
    Pointer, Poll, Scheme, Syntax, Template, Timestamp, TimestampAt, is_host,
};

/// Why a description makes no sense. The text says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A name that cannot be one.
    #[error("`name` is lower-case letters, digits and hyphens, as the file is named")]
    Name,
    /// A signature that no header holds.
    #[error("`scheme.header` names no header: say which one holds the signature")]
    NoHeader,
    /// A message of nothing.
    #[error("`scheme.message` signs nothing that the sender says: put at least {{body}} into it")]
    EmptyMessage,
    /// A part that is nowhere.
    #[error("`scheme.message` has {{{part}}}, and `scheme.{part}` does not say where that is")]
    Nowhere {
        /// `id` or `timestamp`.
        part: &'static str,
    },
    /// A pair where there are none.
    #[error(
        "`scheme.timestamp` is a pair of the signature's header, which is no list of pairs: give `syntax = {{ form = \"pairs\", .. }}`"
    )]
    PairWithoutPairs,
    /// A limit that nobody vouches for.
    #[error("`scheme.timestamp` limits nothing: give `past_seconds`, `future_seconds`, or leave it out")]
    TimestampWithoutLimit,
    /// A limit that says more than it is.
    #[error(
        "`scheme.timestamp` is not signed, so anybody could write another: put {{timestamp}} into `scheme.message` if the sender signs it, or write `unsigned = true` beside its limits"
    )]
    TimestampUnsigned,
    /// A limit that is more than it says.
    #[error("`scheme.timestamp` is signed: leave `unsigned` out")]
    TimestampSigned,
    /// A body that nobody vouches for.
    #[error(
        "`scheme.message` has {{form}} without {{url}}: a body that is no form is signed by its digest in the URL alone, so write {{url}}{{form}}, or {{body}} if the sender signs the body's bytes"
    )]
    FormWithoutUrl,
    /// Keys of anybody.
    #[error("`scheme.keys`: a key set comes by https from one of `hosts`, which must name the host of `url`")]
    KeySetHost,
    /// Keys for longer than a day.
    #[error(
        "`scheme.keys.ttl_seconds` is from 1 to 86400: a key that the sender takes back must not live on for longer"
    )]
    KeySetTtl,
    /// A rule that reads a header which the processor never sees.
    #[error("a shape reads the header `{0}`, which is not kept with an event: add it to `kept_headers`")]
    HeaderNotKept(String),
    /// A header that must not lie about.
    #[error(
        "`kept_headers` holds `{0}`, which proves who somebody is: leave it out, since what is kept can be read by others"
    )]
    KeepsCredential(String),
    /// An id by the scheme, which names none.
    #[error("a shape reads `id`, and `scheme.id` does not say in which header the delivery's id is")]
    NoIdHeader,
    /// A challenge that takes everything.
    #[error("`challenge.when` is empty, so no delivery would ever be an event: say how a challenge is known")]
    EndlessChallenge,
    /// A list of signatures that cannot be taken apart.
    #[error("`scheme.syntax`: {0}")]
    Syntax(&'static str),
    /// Every member where only one can be meant.
    #[error("`*` stands for every member only in `assets`: name the one that is meant")]
    Wildcard,
    /// A shape behind one that takes everything.
    #[error("shape {number} is never reached: the one before it has no condition")]
    Unreachable {
        /// Its number, from 1.
        number: usize,
    },
    /// A shape that nothing comes of.
    #[error("shape {number} reports nothing: give `report` rules, or `otherwise`")]
    ReportsNothing {
        /// Its number, from 1.
        number: usize,
    },
    /// More places than can be read in one pass.
    #[error(
        "the shapes look at more than {HEAD_POINTERS_MAX} places of the body in `when`, `when_any`, `subject`, `key` and `report`: leave some out"
    )]
    TooManyPlaces,
    /// A body that cannot be sent.
    #[error("poll {number} sends a body with GET: write `method = \"POST\"`, or leave `body` out")]
    BodyWithGet {
        /// Its number, from 1.
        number: usize,
    },
    /// A question that does not name what it is about.
    #[error("poll {number} asks about nothing: put {{id}} into `url` or `body`")]
    AsksAboutNothing {
        /// Its number, from 1.
        number: usize,
    },
    /// A header that anybody could fill.
    #[error("poll {number} fills a header with what a delivery says: only {{key}} and plain texts may stand there")]
    HeaderOfDelivery {
        /// Its number, from 1.
        number: usize,
    },
    /// Not a host.
    #[error(
        "`asset_hosts` holds something that is no host's name: write `cdn.example.com`, or `.example.com` for all below"
    )]
    NotAHost,
}

impl Description {
    /// Whether it makes sense as a whole; each part has been read by then.
    ///
    /// # Errors
    /// With the first fault that is found.
    pub fn check(&self) -> Result<(), Fault> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.name.is_empty() || !self.name.bytes().all(is_plain) {
            return Err(Fault::Name);
        }
        self.scheme.check()?;
        if !self.asset_hosts.iter().all(|host| is_host(host)) {
            return Err(Fault::NotAHost);
        }
        if let Some(name) = self.kept().find(|name| self.scheme.is_credential(name)) {
            return Err(Fault::KeepsCredential(name.0.to_string()));
        }
        self.check_places()?;
        for (index, poll) in self.polls.iter().enumerate() {
            poll.check(index + 1)?;
        }
        for (index, shape) in self.shapes.iter().enumerate() {
            let number = index + 1;
            if shape.report.is_empty() && shape.otherwise.is_none() {
                return Err(Fault::ReportsNothing { number });
            }
            if shape.when.is_empty() && shape.when_any.is_empty() && number < self.shapes.len() {
                return Err(Fault::Unreachable { number: number + 1 });
            }
        }
        Ok(())
    }

    fn check_places(&self) -> Result<(), Fault> {
        let mut in_heads = HashSet::new();
        for shape in &*self.shapes {
            let places = shape.head_places().chain(shape.details.places());
            places.into_iter().try_for_each(|place| self.check_place(place))?;
            if shape.details.error.within.iter().any(Pointer::has_wildcard) {
                return Err(Fault::Wildcard);
            }
            in_heads.extend(shape.head_places().filter(|place| matches!(place, Place::Body(_))));
        }
        let asked = self.polls.iter().flat_map(|poll| &*poll.when).flat_map(|condition| &*condition.at.0);
        for place in asked {
            if let Place::Header(name) = place
                && !self.keeps(name)
            {
                return Err(Fault::HeaderNotKept(name.0.to_string()));
            }
        }
        if let Some(Challenge { when, answer }) = &self.challenge {
            if when.is_empty() {
                return Err(Fault::EndlessChallenge);
            }
            if answer.has_wildcard() {
                return Err(Fault::Wildcard);
            }
            when.iter().flat_map(|condition| &*condition.at.0).try_for_each(|place| self.check_place(place))?;
        }
        if in_heads.len() > HEAD_POINTERS_MAX { Err(Fault::TooManyPlaces) } else { Ok(()) }
    }

    fn check_place(&self, place: &Place) -> Result<(), Fault> {
        match place {
            Place::Body(pointer) if pointer.has_wildcard() => Err(Fault::Wildcard),
            Place::Header(name) if !self.keeps(name) => Err(Fault::HeaderNotKept(name.0.to_string())),
            Place::Id if self.scheme.id_headers().is_empty() => Err(Fault::NoIdHeader),
            Place::Body(_) | Place::Header(_) | Place::Id => Ok(()),
        }
    }
}

impl Poll {
    fn check(&self, number: usize) -> Result<(), Fault> {
        if self.method == Method::Get && !self.body.is_empty() {
            return Err(Fault::BodyWithGet { number });
        }
        if !self.fillings().any(|filling| *filling == Filling::Id) {
            return Err(Fault::AsksAboutNothing { number });
        }
        if self.headers.iter().any(|header| !matches!(header.value, Filling::Literal(_) | Filling::Key(_))) {
            return Err(Fault::HeaderOfDelivery { number });
        }
        Ok(())
    }
}

impl Scheme {
    fn check(&self) -> Result<(), Fault> {
        match self {
            Scheme::UrlToken | Scheme::StaticToken(_) | Scheme::Basic => Ok(()),
            Scheme::Hmac(Hmac { header, syntax, id, timestamp, message, .. }) => {
                check_signature(header, syntax, id, timestamp.as_ref(), message)
            }
            Scheme::Ed25519(Ed25519 { keys, header, syntax, id, timestamp, message, .. }) => {
                keys.check()?;
                check_signature(header, syntax, id, timestamp.as_ref(), message)
            }
        }
    }
}

fn check_signature(
    header: &[HeaderName],
    syntax: &Syntax,
    id: &[HeaderName],
    timestamp: Option<&Timestamp>,
    message: &Template,
) -> Result<(), Fault> {
    if header.is_empty() {
        return Err(Fault::NoHeader);
    }
    if message.0.iter().all(|part| matches!(part, Part::Literal(_))) {
        return Err(Fault::EmptyMessage);
    }
    if message.0.contains(&Part::Form) && !message.0.contains(&Part::Url) {
        return Err(Fault::FormWithoutUrl);
    }
    if message.0.contains(&Part::Id) && id.is_empty() {
        return Err(Fault::Nowhere { part: "id" });
    }
    if message.0.iter().any(|part| matches!(part, Part::Json(pointers) if pointers.iter().any(Pointer::has_wildcard))) {
        return Err(Fault::Wildcard);
    }
    match syntax {
        Syntax::Prefix { prefix } if prefix.is_empty() => {
            return Err(Fault::Syntax("`prefix` is empty: leave `syntax` out if nothing stands before the signature"));
        }
        Syntax::Pairs { key, separator } if key.is_empty() || *separator == '=' => {
            return Err(Fault::Syntax(
                "pairs are `key=value`: give a `key`, and a `separator` such as `,` between them",
            ));
        }
        Syntax::Versions { version } if version.is_empty() || version.contains([' ', ',']) => {
            return Err(Fault::Syntax("a `version` is what stands before the comma, such as `v1`"));
        }
        Syntax::Plain | Syntax::Prefix { .. } | Syntax::Pairs { .. } | Syntax::Versions { .. } => {}
    }
    let Some(Timestamp { at, past_seconds, future_seconds, unsigned, .. }) = timestamp else {
        return if message.0.contains(&Part::Timestamp) { Err(Fault::Nowhere { part: "timestamp" }) } else { Ok(()) };
    };
    if matches!(at, TimestampAt::Json(pointer) if pointer.has_wildcard()) {
        return Err(Fault::Wildcard);
    }
    if matches!(at, TimestampAt::Pair(_)) && !matches!(syntax, Syntax::Pairs { .. }) {
        return Err(Fault::PairWithoutPairs);
    }
    if past_seconds.is_none() && future_seconds.is_none() && !message.0.contains(&Part::Timestamp) {
        return Err(Fault::TimestampWithoutLimit);
    }
    match (message.signs(at), unsigned) {
        (true, false) | (false, true) => Ok(()),
        (false, false) => Err(Fault::TimestampUnsigned),
        (true, true) => Err(Fault::TimestampSigned),
    }
}

impl KeySource {
    fn check(&self) -> Result<(), Fault> {
        let KeySource::Jwks { url, hosts, ttl_seconds } = self else {
            return Ok(());
        };
        let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next());
        if host.is_none_or(|host| !hosts.iter().any(|known| known == host)) {
            return Err(Fault::KeySetHost);
        }
        if !(1..=86_400).contains(ttl_seconds) {
            return Err(Fault::KeySetTtl);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
