//! The URL that a sender was given, where the function cannot know it.

use std::fmt;

use url::Url;

use super::SourceError;
use crate::delivery::RequestUrl;

/// The beginning of the URL that a sender was given: its host, or all of it but the query. It may hold a token, so it is
/// never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicUrl {
    beginning: String,
    has_path: bool,
}

impl PublicUrl {
    pub(crate) fn parse(text: &str) -> Result<PublicUrl, SourceError> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|_| SourceError::NotAPublicUrl)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(SourceError::NotAPublicUrl);
        }
        // The sender signs what was typed, so what the parser would have written instead is of no use.
        let beginning = text.split(['?', '#']).next().unwrap_or_default();
        let host_begins = beginning.find("://").ok_or(SourceError::NotAPublicUrl)? + "://".len();
        let has_path = beginning[host_begins..].trim_end_matches('/').contains('/');
        let beginning = if has_path { beginning } else { beginning.trim_end_matches('/') };
        Ok(PublicUrl { beginning: beginning.to_owned(), has_path })
    }

    /// The URL that the sender sent its request to, which arrived as one to `requested`.
    pub(crate) fn whole(&self, requested: &RequestUrl) -> String {
        let path = if self.has_path { "" } else { &requested.path };
        requested.with_query(format!("{}{path}", self.beginning))
    }
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a URL")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(public_url: &str, expected: Option<&str>) {
        let requested = RequestUrl {
            host: "id.lambda-url.us-east-1.on.aws".to_owned(),
            path: "/hooks/twilio/token".to_owned(),
            query: "bodySHA256=00".to_owned(),
        };
        let whole = PublicUrl::parse(public_url).ok().map(|url| url.whole(&requested));
        assert_eq!(whole.as_deref(), expected, "{public_url}");
    }

    #[test]
    fn it_is_a_host_or_all_but_the_query() {
        check("https://hooks.example.com", Some("https://hooks.example.com/hooks/twilio/token?bodySHA256=00"));
        check("https://hooks.example.com/", Some("https://hooks.example.com/hooks/twilio/token?bodySHA256=00"));
        check("https://example.com:8443/in?a=b#c", Some("https://example.com:8443/in?bodySHA256=00"));
        check("https://example.com/in/%7e/", Some("https://example.com/in/%7e/?bodySHA256=00"));
        for other in ["", "hooks.example.com", "/hooks/twilio", "ftp://example.com/", "https://"] {
            check(other, None);
        }
    }
}
