//! Signed tokens (JWT), explained.

use super::words::header_words;
use super::{Evidence, Explanation};
use crate::source::{JwtScheme, Keys};
use crate::verify::Refusal;

impl Explanation {
    pub(super) fn look_at_jwt(&mut self, evidence: &Evidence<'_>, scheme: &JwtScheme, keys: &Keys) {
        let (jwt, place) = (&scheme.jwt, header_words(&scheme.jwt.header));
        let algorithm = jwt.key.algorithm().as_str();
        match self.refusal {
            Some(Refusal::SignatureMissing) => return self.wrong(format!("{place} with the token is missing.")),
            Some(Refusal::SignatureDoubled) => return self.wrong(format!("{place} holds more than one token.")),
            Some(Refusal::SignatureMalformed) => {
                return self.wrong(format!("{place} is not written as a token of this sender."));
            }
            Some(Refusal::AlgorithmWrong) => {
                self.right(format!("{place} holds a token."));
                return self
                    .wrong(format!("It names another algorithm than {algorithm}, which this sender signs with."));
            }
            _ => self.right(format!("{place} holds a token signed by {algorithm}.")),
        }
        match (self.refusal, keys) {
            (Some(Refusal::SignatureWrong), Keys::Mac(_)) => {
                return self.wrong("It was signed with none of the source's secrets.");
            }
            (Some(Refusal::SignatureWrong), Keys::Public(_) | Keys::Published(_) | Keys::Certificate(_)) => {
                return self.wrong("It was signed with none of the public keys.");
            }
            _ => self.right("It was signed by the sender."),
        }
        match self.refusal {
            None if jwt.body_hash.is_none() => {
                self.right("It is for this receiver and still holds; it says nothing of the body.");
            }
            None => self.right("It is of this body, for this receiver, and still holds."),
            Some(Refusal::ClaimWrong) => {
                self.wrong(
                    "Its issuer or its audience is another one: see `issuer` and `audience` of the description.",
                );
            }
            Some(Refusal::AccountWrong) => {
                self.wrong("It was made for another of the sender's customers than those in `account`.");
                self.cause("`account` of the source must be your account as the deliveries name it.");
            }
            Some(Refusal::BodyDigestMissing) => self.wrong("It does not hold the body's SHA-256."),
            Some(Refusal::BodyDigestWrong) => {
                self.wrong("It holds the SHA-256 of another body: the body was changed on the way.");
            }
            Some(Refusal::TimestampMissing) => self.wrong("It does not say when it was issued."),
            Some(Refusal::TimestampLate) => {
                self.wrong(format!("It held no more when it arrived, at {}.", evidence.delivery.received_at));
                self.cause(
                    "It is a copy sent again, or it was on its way for too long: have the sender deliver it anew.",
                );
            }
            Some(Refusal::TimestampEarly) => {
                self.wrong("It holds only from later on.");
                self.cause("The sender's clock is ahead.");
            }
            Some(Refusal::TimestampMalformed) => self.wrong("One of its times is no number."),
            Some(_) => {}
        }
    }
}
