//! Why a delivery is refused, step by step, and which mistake would explain it.
//!
//! Nothing here says what a right signature would be, or shows a secret: the mistakes are tried, and the one that fits is
//! named.

mod attempt;
mod bodies;
mod credentials;
mod guess;
mod jwt;
mod keys;
mod messages;
mod signatures;
mod words;

use self::words::{header_words, lacks, place_words};
use crate::content::form;
use crate::delivery::Delivery;
use crate::description::{ChallengeMethod, SignaturePlace, Timestamp as Rule};
use crate::source::public_keys::PublicKeys;
use crate::source::source_name::SourceName;
use crate::source::{Keys, Proof, SignatureScheme, Source, SourceError, configured_secrets};
use crate::verify::signature_header::SignatureHeader;
use crate::verify::signed_timestamp::SignedTimestamp;
use crate::verify::{LateTime, Refusal, answer_unsigned, check_proofs, prove, unpacked};

/// What is known of a delivery and of the source that it came to.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// The delivery.
    pub delivery: &'a Delivery,
    /// The source's name.
    pub source: &'a SourceName,
    /// What the source's secret says.
    pub secret: &'a str,
    /// What it said before it was last changed.
    pub previous_secret: Option<&'a str>,
    /// The keys that the sender publishes.
    pub published: &'a PublicKeys,
}

/// Why a delivery is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The receiver's word for it; `None` if the delivery is genuine.
    pub refusal: Option<Refusal>,
    /// What was looked at, in its order.
    pub steps: Vec<Step>,
    /// Mistakes of which each would explain it, as sentences with what to do.
    pub causes: Vec<String>,
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Whether it is as it must be.
    pub is_right: bool,
    /// What it is, in a sentence.
    pub text: String,
}

/// What is said where no mistake explains a wrong signature.
pub(crate) fn another_key(proof: &Proof) -> Option<&'static str> {
    match proof {
        Proof::StaticToken { .. } | Proof::TokenAt { .. } | Proof::Basic(_) => None,
        Proof::Signature { keys: Keys::Mac(_), .. } => Some(
            "No usual mistake explains the signature: the sender signs with another secret than the source has, or the body was changed on the way. Copy the secret anew from the sender.",
        ),
        Proof::Jwt { keys: Keys::Mac(_), .. } => {
            Some("The sender signs with another secret than the source has. Copy the secret anew from the sender.")
        }
        Proof::Signature { keys: Keys::Public(_) | Keys::Published(_) | Keys::Certificate(_), .. }
        | Proof::Jwt { keys: Keys::Public(_) | Keys::Published(_) | Keys::Certificate(_), .. } => Some(
            "The sender signs with another key than those that are known, or what it signed was changed on the way. If the source has `public_keys`, copy them anew.",
        ),
    }
}

/// Explains what a receiver makes of the delivery.
///
/// # Errors
/// If the source's secret cannot be used as it stands: that is why then.
pub fn explain(evidence: &Evidence<'_>) -> Result<Explanation, SourceError> {
    let source = Source::parse(evidence.source.clone(), evidence.secret)?;
    if let Some(answer) = answer_unsigned(evidence.delivery, ChallengeMethod::Post, &source) {
        return Ok(Explanation::of_question(answer.err()));
    }
    let mut explanation = Explanation {
        refusal: prove(evidence.delivery, &source, evidence.published).err(),
        steps: Vec::new(),
        causes: Vec::new(),
    };
    if let Some(tokens) = source.credentials.tokens() {
        explanation.look_at_token(evidence.delivery, tokens);
    }
    let unpacked = match unpacked(evidence.delivery, &source) {
        Ok(unpacked) => unpacked,
        Err(refusal) => {
            explanation.wrong(lacks(refusal).unwrap_or_default());
            return Ok(explanation);
        }
    };
    let evidence = &Evidence { delivery: unpacked.as_ref().unwrap_or(evidence.delivery), ..*evidence };
    // A token of the URL is looked at first. What the proof comes to is explained all the same.
    let refusal = explanation.refusal;
    let proof = source.credentials.proof();
    explanation.refusal = proof
        .and_then(|proof| check_proofs(evidence.delivery, &source, proof, evidence.published, LateTime::Refused).err());
    match proof {
        None => {}
        Some(Proof::StaticToken { header, prefix, tokens }) => {
            explanation.look_at_credential(evidence.delivery, header, prefix, tokens);
        }
        Some(Proof::TokenAt { at, .. }) => explanation.look_at_field(at),
        Some(Proof::Basic(_)) => explanation.look_at_basic(),
        Some(Proof::Signature { signing, keys }) => explanation.look_at_signature(evidence, &source, signing, keys),
        Some(Proof::Jwt { scheme, keys }) => explanation.look_at_jwt(evidence, scheme, keys),
    }
    let is_unexplained = explanation.refusal == Some(Refusal::SignatureWrong);
    explanation.refusal = refusal;
    explanation.look_at_previous_secret(evidence);
    if is_unexplained && explanation.causes.is_empty() {
        explanation.causes.extend(proof.and_then(another_key).map(str::to_owned));
    }
    Ok(explanation)
}

impl Explanation {
    /// Of what asks about the URL before anything is signed.
    fn of_question(refusal: Option<Refusal>) -> Explanation {
        let mut explanation = Explanation { refusal, steps: Vec::new(), causes: Vec::new() };
        explanation.right("It asks about the URL, as this sender does before it signs anything.");
        match refusal {
            None => explanation.right("It has the tokens that the source asks for, so it is answered."),
            Some(Refusal::TokenMissing | Refusal::TokenWrong) => {
                explanation.wrong("The URL lacks a token of the source's.");
                explanation.cause("Give the sender the URL with its token: it must end in `/hooks/{source}/{token}`.");
            }
            Some(_) => {
                explanation.wrong("It lacks the source's `verify_token`.");
                explanation.cause("Give the sender and the source the same text: `verify_token` of the source.");
            }
        }
        explanation
    }

    fn right(&mut self, text: impl Into<String>) {
        self.steps.push(Step { is_right: true, text: text.into() });
    }

    fn wrong(&mut self, text: impl Into<String>) {
        self.steps.push(Step { is_right: false, text: text.into() });
    }

    fn cause(&mut self, text: impl Into<String>) {
        self.causes.push(text.into());
    }

    fn look_at_signature(&mut self, evidence: &Evidence<'_>, source: &Source, signing: &SignatureScheme, keys: &Keys) {
        let delivery = evidence.delivery;
        let place = match &signing.place {
            SignaturePlace::FirstOf(names) | SignaturePlace::AnyOf(names) => header_words(names),
            SignaturePlace::At(place) => place_words(place).replacen('t', "T", 1),
        };
        let readable = form::readable(&signing.forms, &delivery.body);
        let header = match SignatureHeader::read(delivery, &readable, signing) {
            Ok(header) => header,
            Err(refusal) => {
                self.wrong(match refusal {
                    Refusal::SignatureDoubled => format!("{place} holds more than one signature."),
                    Refusal::SignatureMalformed => {
                        format!("{place} is not written as this sender writes it.")
                    }
                    _ => format!("{place} with the signature is missing, or holds none of the right kind."),
                });
                return self.try_mistakes(evidence, source, signing);
            }
        };
        self.right(format!("{place} holds a signature."));
        let timestamp = signing
            .timestamp
            .as_ref()
            .map(|rule| (rule, SignedTimestamp::read(delivery, &readable, rule, &header.pairs)));
        match (self.refusal, keys) {
            (Some(Refusal::SignatureMalformed), _) => {
                self.wrong("It is not encoded as this sender encodes it, or has not the right length.");
                self.try_mistakes(evidence, source, signing);
            }
            (Some(Refusal::SignatureWrong), Keys::Mac(_)) => {
                self.wrong("It fits the delivery with none of the source's secrets.");
                self.try_mistakes(evidence, source, signing);
            }
            (Some(Refusal::SignatureWrong), Keys::Public(_) | Keys::Published(_) | Keys::Certificate(_)) => {
                self.wrong("It fits the delivery with none of the public keys.");
            }
            (Some(refusal), _) if lacks(refusal).is_some() => {
                self.wrong(lacks(refusal).unwrap_or_default());
            }
            (Some(Refusal::AccountWrong), _) => {
                self.right("It is the sender's own.");
                self.wrong("It was made for another of the sender's customers than those in `account`.");
                self.cause("`account` of the source must be your account as the deliveries name it.");
            }
            _ => self.right("It fits the delivery."),
        }
        if let Some((rule, timestamp)) = timestamp {
            self.look_at_time(delivery, rule, timestamp);
        }
    }

    fn look_at_time(&mut self, delivery: &Delivery, rule: &Rule, timestamp: Result<SignedTimestamp<'_>, Refusal>) {
        let timestamp = match timestamp {
            Ok(timestamp) => timestamp,
            Err(Refusal::TimestampMissing) => return self.wrong("The delivery does not say when it was made."),
            Err(Refusal::TimestampDoubled) => return self.wrong("The delivery says more than once when it was made."),
            Err(_) => return self.wrong("When the delivery was made is not written as this sender writes it."),
        };
        let age_millis = delivery.received_at.as_millis().saturating_sub(timestamp.instant.as_millis());
        let seconds = age_millis.unsigned_abs() / 1000;
        let how = if age_millis < 0 { "ahead" } else { "old" };
        let limit = if age_millis < 0 { rule.future_seconds } else { rule.past_seconds };
        let limit = limit.map_or_else(|| "without a limit".to_owned(), |limit| format!("{limit} s are allowed"));
        let age =
            if seconds < 2 * DAY_SECONDS { format!("{seconds} s") } else { format!("{} days", seconds / DAY_SECONDS) };
        let text = format!("By its own account it was {age} {how} when it arrived; {limit}.");
        match timestamp.check(rule, delivery.received_at) {
            Ok(()) => self.right(text),
            Err(refusal) => {
                self.wrong(text);
                self.cause(match refusal {
                    _ if seconds > YEARS_SECONDS => {
                        "The time is in another unit than this sender's, or not a time: see `unit` of the description."
                    }
                    Refusal::TimestampEarly => "The sender's clock is ahead.",
                    _ => "It is a copy sent again, or it was on its way for too long: have the sender deliver it anew.",
                });
            }
        }
    }

    fn try_mistakes(&mut self, evidence: &Evidence<'_>, source: &Source, signing: &SignatureScheme) {
        let secrets = configured_secrets(evidence.secret);
        self.causes.extend(attempt::find_mistake(evidence.delivery, source, signing, &secrets));
    }

    fn look_at_previous_secret(&mut self, evidence: &Evidence<'_>) {
        let Some(previous) = evidence.previous_secret.filter(|_| self.refusal.is_some()) else { return };
        let Ok(previous) = Source::parse(evidence.source.clone(), previous) else { return };
        if prove(evidence.delivery, &previous, evidence.published).is_ok() {
            self.cause("It is right by what the source's secret said before its last change: the sender still uses what was taken out. Put it back behind the new one until the sender has changed.");
        }
    }
}

const DAY_SECONDS: u64 = 24 * 60 * 60;
/// A time that is this far off is no time of a delivery.
const YEARS_SECONDS: u64 = 10 * 365 * DAY_SECONDS;

#[cfg(test)]
mod tests;
