//! Whether a request came by the way that the operator put in front.
//!
//! A function URL is public. Who sets up a CloudFront distribution with a firewall before it wants no request to go
//! around them, so the distribution adds a header that nobody else can know.

use crate::digest::{Digest, NotADigest};
use crate::request::Request;
use crate::source::TokenDigests;

/// The header that the front adds, and in which it overwrites whatever the sender wrote.
pub const FRONT_HEADER: &str = "x-landfall-front";

/// What a request must carry to have come by the front. Holds digests, so that no setting of a function is a secret.
#[derive(Clone, Debug, Default)]
pub struct Front(Option<TokenDigests>);

/// By which way a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By the front, or there is none to go around.
    Admitted,
    /// Around the front: the header is not there.
    Around,
    /// With a header that is not known. Only the front sends one, so it and the function are at odds: a fault of ours,
    /// for which no sender may be turned away for good.
    AtOdds,
}

impl Front {
    /// Reads digests in hex with commas between them. Several are valid at once, so that the secret can be changed
    /// without a gap.
    ///
    /// # Errors
    /// If one of them is no digest. None at all is none as well: a front that admits everybody is left out instead.
    pub fn parse(text: &str) -> Result<Front, NotADigest> {
        let digests = text.split(',').map(|digest| digest.trim().parse()).collect::<Result<Vec<Digest>, _>>()?;
        Ok(Front(TokenDigests::of(digests)))
    }

    /// By which way `request` came. It takes the same time wherever what it carries differs from what it should.
    #[must_use]
    pub fn way(&self, request: &Request<'_>) -> Way {
        match (&self.0, request.header(FRONT_HEADER)) {
            (None, _) => Way::Admitted,
            (Some(_), None) => Way::Around,
            (Some(digests), Some(value)) if digests.find(value.as_bytes()).is_some() => Way::Admitted,
            (Some(_), Some(_)) => Way::AtOdds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(front: &Front, headers: &str) -> Way {
        let event = format!(
            r#"{{"rawPath":"/hooks/a","headers":{headers},"requestContext":{{"http":{{"method":"POST"}}}},"body":""}}"#
        );
        front.way(&Request::read(&event).expect("it is an event"))
    }

    fn front(values: &[&str]) -> Front {
        let digests: Vec<String> = values.iter().map(|value| Digest::of(value.as_bytes()).to_string()).collect();
        Front::parse(&digests.join(", ")).expect("these are digests")
    }

    #[test]
    fn without_a_front_every_way_is_the_right_one() {
        assert_eq!(way(&Front::default(), "{}"), Way::Admitted);
        assert_eq!(way(&Front::default(), r#"{"x-landfall-front":"anything"}"#), Way::Admitted);
    }

    #[test]
    fn the_front_is_known_by_any_of_its_secrets() {
        let front = front(&["old", "new"]);
        for value in ["old", "new"] {
            assert_eq!(way(&front, &format!(r#"{{"x-landfall-front":"{value}"}}"#)), Way::Admitted);
            assert_eq!(way(&front, &format!(r#"{{"X-Landfall-Front":"{value}"}}"#)), Way::Admitted);
        }
    }

    #[test]
    fn who_goes_around_is_told_from_a_front_at_odds() {
        let front = front(&["secret"]);
        assert_eq!(way(&front, "{}"), Way::Around);
        assert_eq!(way(&front, r#"{"x-landfall-fronts":"secret"}"#), Way::Around);
        for wrong in ["", "secre", "secrets", "Secret", "secret,secret", "2bb80d537b1da3e38bd30361aa855686bde0eacd"] {
            assert_eq!(way(&front, &format!(r#"{{"x-landfall-front":"{wrong}"}}"#)), Way::AtOdds, "{wrong:?}");
        }
        // The digest is no secret, so it must not open either.
        let digest = Digest::of(b"secret");
        assert_eq!(way(&front, &format!(r#"{{"x-landfall-front":"{digest}"}}"#)), Way::AtOdds);
    }

    #[test]
    fn a_front_that_cannot_be_read_stops_the_function_and_no_sender() {
        for text in ["", ",", "the secret itself", &format!("{},", Digest::of(b"secret"))] {
            assert!(Front::parse(text).is_err(), "{text:?}");
        }
    }
}
