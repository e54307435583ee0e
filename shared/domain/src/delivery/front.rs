//! The guard of the origin: whether a request came through the distribution that the operator put in front.
//!
//! A function URL is public. An operator who sets up a CloudFront distribution with a firewall wants no request to bypass
//! them, so the distribution adds a header with a secret.

use crate::delivery::request::Request;
use crate::digest::{Digest, NotADigest};
use crate::source::TokenDigests;

/// The header that the distribution adds, and in which it overwrites whatever the sender wrote.
pub const ORIGIN_HEADER: &str = "x-landfall-front";

/// What a request must carry to be let in. Holds digests, so that no setting of a function is a secret.
#[derive(Clone, Debug, Default)]
pub struct OriginGuard(Option<TokenDigests>);

/// What the header of a request says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginCheck {
    /// The request came through the distribution, or there is none.
    Passed,
    /// The header is not there: the request bypassed the distribution.
    Missing,
    /// The header holds another value. Only the distribution sends one, so it and the function are configured differently:
    /// a fault of ours, for which no sender may be turned away for good.
    Mismatch,
}

impl OriginGuard {
    /// Reads digests in hex with commas between them. Several are valid at once, so that the secret can be changed
    /// without a gap.
    ///
    /// # Errors
    /// If one of them is no digest. An empty list is an error too: a guard that admits everybody is left out instead.
    pub fn parse(text: &str) -> Result<OriginGuard, NotADigest> {
        let digests = text.split(',').map(|digest| digest.trim().parse()).collect::<Result<Vec<Digest>, _>>()?;
        Ok(OriginGuard(TokenDigests::of(digests)))
    }

    /// Checks the header of `request`. It takes the same time wherever the value differs from the right one.
    #[must_use]
    pub fn check(&self, request: &Request<'_>) -> OriginCheck {
        match (&self.0, request.header(ORIGIN_HEADER)) {
            (None, _) => OriginCheck::Passed,
            (Some(_), None) => OriginCheck::Missing,
            (Some(digests), Some(value)) if digests.find(value.as_bytes()).is_some() => OriginCheck::Passed,
            (Some(_), Some(_)) => OriginCheck::Mismatch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(guard: &OriginGuard, headers: &str, expected: OriginCheck) {
        let event = format!(
            r#"{{"rawPath":"/hooks/a","headers":{headers},"requestContext":{{"http":{{"method":"POST"}}}},"body":""}}"#
        );
        assert_eq!(guard.check(&Request::read(&event).expect("it is an event")), expected, "{headers}");
    }

    fn guard(values: &[&str]) -> OriginGuard {
        let digests: Vec<String> = values.iter().map(|value| Digest::of(value.as_bytes()).to_string()).collect();
        OriginGuard::parse(&digests.join(", ")).expect("these are digests")
    }

    #[test]
    fn without_a_guard_every_request_passes() {
        check(&OriginGuard::default(), "{}", OriginCheck::Passed);
        check(&OriginGuard::default(), r#"{"x-landfall-front":"anything"}"#, OriginCheck::Passed);
    }

    #[test]
    fn any_of_the_secrets_passes() {
        let guard = guard(&["old", "new"]);
        for value in ["old", "new"] {
            check(&guard, &format!(r#"{{"x-landfall-front":"{value}"}}"#), OriginCheck::Passed);
            check(&guard, &format!(r#"{{"X-Landfall-Front":"{value}"}}"#), OriginCheck::Passed);
        }
    }

    #[test]
    fn a_missing_header_is_told_from_a_wrong_one() {
        let guard = guard(&["secret"]);
        check(&guard, "{}", OriginCheck::Missing);
        check(&guard, r#"{"x-landfall-fronts":"secret"}"#, OriginCheck::Missing);
        for wrong in ["", "secre", "secrets", "Secret", "secret,secret", "2bb80d537b1da3e38bd30361aa855686bde0eacd"] {
            check(&guard, &format!(r#"{{"x-landfall-front":"{wrong}"}}"#), OriginCheck::Mismatch);
        }
        // The digest is no secret, so it must not open either.
        let digest = Digest::of(b"secret");
        check(&guard, &format!(r#"{{"x-landfall-front":"{digest}"}}"#), OriginCheck::Mismatch);
    }

    #[test]
    fn what_is_no_list_of_digests_is_an_error() {
        for text in ["", ",", "the secret itself", &format!("{},", Digest::of(b"secret"))] {
            assert!(OriginGuard::parse(text).is_err(), "{text:?}");
        }
    }
}
