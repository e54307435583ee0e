//! Where an API is asked.

use serde::de::{Deserialize, Deserializer};

use crate::description::{RequestText, is_host};

/// Where an API is asked: `https://api.example.com/v1/jobs/{id}`, or `https://api.example.com/v1/jobs?job={id}`.
#[derive(Clone, Debug, PartialEq)]
pub struct PollUrl {
    /// The host.
    pub host: String,
    /// The segments of the path. What is filled in stays within its segment, or below it where it is
    /// [`RequestText::FamilyPath`].
    pub segments: Vec<RequestText>,
    /// The names and values of the query. What is filled in stays within its value.
    pub query: Vec<(String, RequestText)>,
}

/// A text that is no place to send a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a poll's `url` is `https://`, the name of a host, and segments that are plain, {{id}}, {{family}}, {{family_path}} or {{/pointer}} as a whole, such as `https://api.example.com/v1/jobs/{{id}}`, and perhaps a query whose values are plain, {{id}}, {{family}} or {{/pointer}}, such as `?job={{id}}`: the key goes into a header or the body"
)]
pub struct NotAPollUrl;

impl PollUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// If it could lead a key anywhere but to the host that stands in it.
    pub fn parse(text: &str) -> Result<PollUrl, NotAPollUrl> {
        let rest = text.strip_prefix("https://").ok_or(NotAPollUrl)?;
        let (path, query) = match split(rest, '?')?.as_slice() {
            [path] => (*path, None),
            [path, query] => (*path, Some(*query)),
            _ => return Err(NotAPollUrl),
        };
        let parts = split(path, '/')?;
        let (host, segments) = parts.split_first().ok_or(NotAPollUrl)?;
        if segments.is_empty() || host.starts_with('.') || !is_host(host) {
            return Err(NotAPollUrl);
        }
        let pairs = query.map_or_else(|| Ok(Vec::new()), |query| split(query, '&'))?;
        let pairs = pairs.into_iter().map(|pair| {
            let (name, value) = pair.split_once('=').filter(|(name, _)| is_plain(name)).ok_or(NotAPollUrl)?;
            let value = part(value).filter(|value| *value != RequestText::FamilyPath).ok_or(NotAPollUrl)?;
            Ok((name.to_owned(), value))
        });
        Ok(PollUrl {
            host: (*host).to_owned(),
            segments: segments.iter().map(|segment| part(segment)).collect::<Option<_>>().ok_or(NotAPollUrl)?,
            query: pairs.collect::<Result<_, _>>()?,
        })
    }

    /// Everything that is filled in.
    pub fn texts(&self) -> impl Iterator<Item = &RequestText> {
        self.segments.iter().chain(self.query.iter().map(|(_, value)| value))
    }
}

/// Splits what stands outside of braces: a pointer in them has slashes of its own.
fn split(text: &str, separator: char) -> Result<Vec<&str>, NotAPollUrl> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_u32);
    for (index, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.checked_sub(1).ok_or(NotAPollUrl)?,
            _ if character == separator && depth == 0 => {
                parts.push(&text[start..index]);
                start = index + separator.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    Ok(parts)
}

/// A segment, or a value of the query.
fn part(text: &str) -> Option<RequestText> {
    RequestText::parse(text).ok().filter(|text| match text {
        RequestText::Key(_) | RequestText::Jwt(_) => false,
        RequestText::Literal(text) => is_plain(text),
        RequestText::Id | RequestText::Family | RequestText::FamilyPath | RequestText::Body(_) => true,
    })
}

/// Unreserved characters of RFC 3986 only, and no step to another place.
fn is_plain(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

impl<'de> Deserialize<'de> for PollUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        PollUrl::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_led_nowhere_but_to_the_host_that_stands_there() {
        let good = PollUrl::parse("https://api.example.com/v1/{/workflow/id|/workflow_id}/runs/{id}").unwrap();
        assert_eq!((&*good.host, good.segments.len()), ("api.example.com", 4));
        let good = PollUrl::parse("https://api.example.com/{family_path}/jobs?job={id}&of={/a?b&c}&kind=full")
            .expect("it is a URL");
        assert_eq!((good.segments.len(), good.query.len()), (2, 3));
        for bad in [
            "http://api.example.com/v1",
            "https://api.example.com",
            "https://api.example.com?id={id}",
            "https://",
            "https://{id}/v1",
            "https://a.example@evil.example/v1",
            "https://api.example.com:8080/v1",
            "https://.example.com/v1",
            "https://localhost/v1",
            "https://10.0.0.1/v1",
            "https://api.example.com/v1/{key}",
            "https://api.example.com/v1/{jwt}",
            "https://api.example.com/../v1",
            "https://api.example.com//v1",
            "https://api.example.com/v1/job-{id}",
            "https://api.example.com/v1/{id",
            "https://api.example.com/v1/id}",
            "https://api.example.com/v1/{secret}",
            "https://api.example.com/v1/%2e%2e",
            "https://api.example.com/v1/{id}#top",
            "https://api.example.com/v1?",
            "https://api.example.com/v1?id",
            "https://api.example.com/v1?id=",
            "https://api.example.com/v1?={id}",
            "https://api.example.com/v1?{id}={id}",
            "https://api.example.com/v1?id=job-{id}",
            "https://api.example.com/v1?id={id}&",
            "https://api.example.com/v1?id={id}?of={id}",
            "https://api.example.com/v1?id={id}#top",
            "https://api.example.com/v1?key={key}",
            "https://api.example.com/v1?key={jwt}",
            "https://api.example.com/v1?of={family_path}",
            "https://api.example.com/v1?id=%2e",
        ] {
            assert_eq!(PollUrl::parse(bad), Err(NotAPollUrl), "{bad}");
        }
    }
}
