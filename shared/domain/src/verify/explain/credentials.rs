//! What is explained of credentials: a token in the URL, a header or a field, and a name with its password.

use super::Explanation;
use super::words::{bare, place_words};
use crate::delivery::Delivery;
use crate::description::{FieldPath, HeaderName};
use crate::source::TokenDigests;
use crate::verify::Refusal;

impl Explanation {
    pub(super) fn look_at_token(&mut self, delivery: &Delivery, tokens: &TokenDigests) {
        let Some(presented) = &delivery.token else {
            self.wrong("The URL has no token.");
            return self
                .cause("The sender was given the URL without its token: it must end in `/hooks/{source}/{token}`.");
        };
        if tokens.find_sha256(&presented.sha256()).is_some() {
            return self.right("The token of the URL is one of the source's.");
        }
        self.wrong("The token of the URL is none of the source's.");
        if presented.text().is_some_and(|token| tokens.find(token.trim().as_bytes()).is_some()) {
            self.cause("White space stands around the token in the URL that the sender was given: copy the URL anew.");
        } else if presented.text().is_some_and(|token| token.parse().is_ok_and(|digest| tokens.holds(&digest)))
            || tokens.holds_sha256_of_digest(&presented.sha256())
        {
            self.cause("The URL has the token's SHA-256 in the place of the token: give the sender the token itself.");
        }
    }

    pub(super) fn look_at_credential(
        &mut self,
        delivery: &Delivery,
        header: &HeaderName,
        prefix: &str,
        tokens: &TokenDigests,
    ) {
        let HeaderName(header) = header;
        match delivery.headers.token_sha256(header).map(|digest| tokens.find_sha256(digest)) {
            None => {}
            Some(Some(_)) => return self.right(format!("The header `{header}` held one of the source's tokens.")),
            Some(None) => return self.wrong(format!("The header `{header}` held none of the source's tokens.")),
        }
        let values: Vec<&str> = delivery.headers.values(header).filter(|value| !value.is_empty()).collect();
        let [value] = *values else {
            let elsewhere = delivery.headers.iter().find(|(_, value)| tokens.find(bare(value)).is_some());
            if let Some((name, _)) = elsewhere {
                self.cause(format!("The token stands in the header `{name}`: have the sender put it into `{header}`."));
            }
            let many = if values.is_empty() { "is missing or empty" } else { "was sent more than once" };
            return self.wrong(format!("The header `{header}` {many}."));
        };
        let found = value.strip_prefix(prefix).is_some_and(|token| tokens.find(token.as_bytes()).is_some());
        if found {
            return self.right(format!("The header `{header}` holds one of the source's tokens."));
        }
        self.wrong(format!("The header `{header}` holds none of the source's tokens."));
        if tokens.find(bare(value)).is_some() {
            let expected = if prefix.is_empty() { "alone".to_owned() } else { format!("behind `{prefix}`") };
            self.cause(format!("The token is right, but must stand {expected} in the header."));
        }
    }

    pub(super) fn look_at_field(&mut self, at: &FieldPath) {
        let place = place_words(at);
        match self.refusal {
            None => self.right(format!("There is one of the source's tokens in {place}.")),
            Some(Refusal::CredentialMissing) => self.wrong(format!("There is no token in {place}.")),
            Some(Refusal::CredentialMalformed) => {
                self.wrong(format!("What stands in {place} is not written as this sender writes a token."));
            }
            Some(Refusal::CredentialWrong) => self.wrong(format!("There is none of the source's tokens in {place}.")),
            Some(_) => {}
        }
    }

    pub(super) fn look_at_basic(&mut self) {
        match self.refusal {
            None => self.right("Name and password are a pair of the source's."),
            Some(Refusal::CredentialMissing) => {
                self.wrong("The header `authorization` is missing.");
                self.cause("The sender was given the URL without `name:password@` before the host.");
            }
            Some(Refusal::CredentialDoubled) => self.wrong("The header `authorization` was sent more than once."),
            Some(Refusal::CredentialMalformed) => {
                self.wrong("The header `authorization` is not `Basic` with a name and a password in base64.");
            }
            Some(Refusal::CredentialWrong) => self.wrong("Name and password are no pair of the source's."),
            Some(_) => {}
        }
    }
}
