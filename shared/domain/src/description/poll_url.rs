//! Where an API is asked.

use serde::de::{Deserialize, Deserializer};

use crate::description::{RequestText, is_host};

/// Where an API is asked: `https://api.example.com/v1/jobs/{id}`.
#[derive(Clone, Debug, PartialEq)]
pub struct PollUrl {
    /// The host.
    pub host: String,
    /// The segments of the path. What is filled in stays within its segment.
    pub segments: Vec<RequestText>,
}

/// A text that is no place to send a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a poll's `url` is `https://`, the name of a host, and segments that are plain, {{id}}, {{family}} or {{/pointer}} as a whole, such as `https://api.example.com/v1/jobs/{{id}}`: the key goes into a header or the body"
)]
pub struct NotAPollUrl;

impl PollUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// If it could lead a key anywhere but to the host that stands in it.
    pub fn parse(text: &str) -> Result<PollUrl, NotAPollUrl> {
        let rest = text.strip_prefix("https://").ok_or(NotAPollUrl)?;
        // A pointer in braces has slashes of its own.
        let (mut parts, mut depth, mut part) = (Vec::new(), 0_u32, String::new());
        for character in rest.chars() {
            match character {
                '/' if depth == 0 => parts.push(std::mem::take(&mut part)),
                _ => {
                    depth = match character {
                        '{' => depth + 1,
                        '}' => depth.checked_sub(1).ok_or(NotAPollUrl)?,
                        _ => depth,
                    };
                    part.push(character);
                }
            }
        }
        parts.push(part);
        let (host, segments) = parts.split_first().ok_or(NotAPollUrl)?;
        if segments.is_empty() || host.starts_with('.') || !is_host(host) {
            return Err(NotAPollUrl);
        }
        let segments = segments.iter().map(|segment| match RequestText::parse(segment).map_err(|_| NotAPollUrl)? {
            RequestText::Key(_) => Err(NotAPollUrl),
            RequestText::Literal(text) if !is_segment(&text) => Err(NotAPollUrl),
            text => Ok(text),
        });
        Ok(PollUrl { host: host.clone(), segments: segments.collect::<Result<_, _>>()? })
    }
}

/// Unreserved characters of RFC 3986 only, and no step to another place.
fn is_segment(text: &str) -> bool {
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
        for bad in [
            "http://api.example.com/v1",
            "https://api.example.com",
            "https://",
            "https://{id}/v1",
            "https://a.example@evil.example/v1",
            "https://api.example.com:8080/v1",
            "https://.example.com/v1",
            "https://localhost/v1",
            "https://10.0.0.1/v1",
            "https://api.example.com/v1/{key}",
            "https://api.example.com/../v1",
            "https://api.example.com//v1",
            "https://api.example.com/v1?id={id}",
            "https://api.example.com/v1/job-{id}",
            "https://api.example.com/v1/{id",
            "https://api.example.com/v1/id}",
            "https://api.example.com/v1/{secret}",
            "https://api.example.com/v1/%2e%2e",
        ] {
            assert_eq!(PollUrl::parse(bad), Err(NotAPollUrl), "{bad}");
        }
    }
}
