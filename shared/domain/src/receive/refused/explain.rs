//! Why a stored delivery was refused, by what the source's secret says now.
//!
//! Beside the mistakes that a single delivery shows (see `verify::explain`), the operator's other sources are tried, the
//! forms of other senders, and what has changed since the last genuine delivery.

use super::{RefusedContent, RefusedDelivery};
use crate::delivery::Delivery;
use crate::description::{Description, HeaderName, Scheme};
use crate::digest::Digest;
use crate::provider::Provider;
use crate::source::public_keys::PublicKeys;
use crate::source::source_name::SourceName;
use crate::source::{Proof, Source, SourceError};
use crate::time::Timestamp;
use crate::verify::explain::{Evidence, Explanation, Step, another_key, explain};
use crate::verify::{LateTime, Refusal, check_proofs};

/// What is known of a stored delivery and of the sources.
#[derive(Clone, Copy)]
pub struct StoredEvidence<'a> {
    /// The delivery.
    pub refused: &'a RefusedDelivery,
    /// Its headers.
    pub content: &'a RefusedContent,
    /// Its body; `None` if it is not stored.
    pub body: Option<&'a [u8]>,
    /// What the source's secret says now.
    pub secret: &'a str,
    /// What it said before it was last changed.
    pub previous_secret: Option<&'a str>,
    /// The keys that the sender publishes.
    pub published: &'a PublicKeys,
    /// The other sources that the operator may read, with what their secrets say.
    pub others: &'a [(SourceName, String)],
    /// When the source's last genuine delivery arrived.
    pub last_genuine: Option<Timestamp>,
    /// When the source's secret was last changed.
    pub secret_changed: Option<Timestamp>,
}

/// Explains why a stored delivery was refused, and whether it would be now.
///
/// # Errors
/// If the source's secret cannot be used as it stands: that is why then.
pub fn explain_stored(evidence: &StoredEvidence<'_>) -> Result<Explanation, SourceError> {
    let source = Source::parse(evidence.refused.source.clone(), evidence.secret)?;
    let delivery = evidence.refused.delivery(&source, evidence.content, evidence.body.unwrap_or_default());
    let mut explanation = match evidence.refused.what_is_missing(evidence.content, evidence.body, &source) {
        Some(missing) => {
            let text = format!("It was refused as `{}`. {missing}", evidence.refused.refusal);
            let steps = vec![Step { is_right: false, text }];
            Explanation { refusal: Some(evidence.refused.refusal), steps, causes: Vec::new() }
        }
        None => explain(&Evidence {
            delivery: &delivery,
            source: &evidence.refused.source,
            secret: evidence.secret,
            previous_secret: evidence.previous_secret,
            published: evidence.published,
        })?,
    };
    if explanation.refusal.is_none() {
        let text = "By what the source's secret says now, it is genuine.".to_owned();
        explanation.steps.push(Step { is_right: true, text });
        return Ok(explanation);
    }
    let specific = evidence.causes(&source, &delivery);
    if !specific.is_empty() {
        // It is known what it is, so nothing needs to say that no usual mistake fits.
        let unexplained = source.credentials.proof().and_then(another_key);
        explanation.causes.retain(|cause| unexplained != Some(cause.as_str()));
    }
    explanation.causes.extend(specific);
    explanation.steps.extend(evidence.history());
    Ok(explanation)
}

impl StoredEvidence<'_> {
    fn causes(&self, source: &Source, delivery: &Delivery) -> Vec<String> {
        let description = source.sender.description();
        let mut causes = Vec::new();
        let is_missing = self.refused.what_is_missing(self.content, self.body, source).is_some();
        for (name, secret) in self.others.iter().filter(|(name, _)| *name != source.name) {
            let Ok(other) = Source::parse(name.clone(), secret) else { continue };
            let has_token = |presented: Option<Digest>| {
                let tokens = other.credentials.tokens();
                presented.is_some_and(|token| tokens.is_some_and(|tokens| tokens.find_sha256(&token).is_some()))
            };
            if has_token(self.refused.presented.url) {
                causes.push(format!(
                    "The URL has the token of the source `{name}`: the sender was given a URL that is made of two. Give it this source's own URL."
                ));
            }
            let proves = |proof: &Proof| {
                check_proofs(delivery, &other, proof, &PublicKeys::default(), LateTime::Refused).is_ok()
            };
            if !is_missing && other.credentials.proof().is_some_and(proves) {
                causes.push(format!(
                    "It is right by the secret of the source `{name}`: the sender of that source was given this source's URL, or this source the other one's secret."
                ));
            }
        }
        let other_sender = self.other_sender(source.provider, description);
        causes.extend(other_sender.or_else(|| self.missing_header(description)).or_else(|| self.unpacked_body()));
        causes
    }

    /// A header without which nothing is proven, if it did not arrive.
    fn missing_header(&self, description: &Description) -> Option<String> {
        let is_missing = matches!(
            self.refused.refusal,
            Refusal::SignatureMissing
                | Refusal::CredentialMissing
                | Refusal::TimestampMissing
                | Refusal::IdMissing
                | Refusal::HeaderMissing
        );
        let needed = description.evidence_headers(true);
        let scheme_needs = |name: &&HeaderName| {
            description.scheme.credential_headers().chain(description.scheme.signed_headers()).any(|it| it == *name)
        };
        let missing = needed.iter().filter(scheme_needs).find(|name| !self.content.header_names.contains(&name.0));
        missing.filter(|_| is_missing).map(|HeaderName(name)| {
            format!(
                "The header `{name}` did not arrive. If the sender sends it, something on the way drops it: CloudFront forwards only the headers that its origin request policy names, and proxies often drop what they do not know."
            )
        })
    }

    /// That the body was packed when it was signed, if it says so.
    fn unpacked_body(&self) -> Option<String> {
        let is_packed = self.content.header_names.contains("content-encoding");
        (is_packed && self.refused.refusal == Refusal::SignatureWrong).then(|| {
            "The header `content-encoding` says that the sender packed the body. If something on the way unpacks it, the signature fits no more: have the bytes passed on as they were sent.".to_owned()
        })
    }

    /// The header by which another sender proves itself, if it is there.
    fn other_sender(&self, provider: Provider, description: &Description) -> Option<String> {
        let own: Vec<&HeaderName> = description.scheme.credential_headers().collect();
        let signs = |other: &Provider| {
            let scheme = other.sender().map(|sender| &sender.description().scheme);
            let scheme = scheme.filter(|scheme| matches!(scheme, Scheme::Hmac(_) | Scheme::PublicKey(_)))?;
            let mut headers = scheme.credential_headers().filter(|name| !own.contains(name));
            headers.find(|HeaderName(name)| self.content.header_names.contains(name)).map(|name| name.0.clone())
        };
        let found = Provider::ALL
            .into_iter()
            .filter(|other| *other != provider)
            .find_map(|other| Some((other, signs(&other)?)));
        found.map(|(other, header)| {
            let title = other.sender().map_or_else(|| other.to_string(), |it| it.description().about.title.to_string());
            format!("It has the header `{header}`, by which {title} signs: another sender than this source's was given its URL.")
        })
    }

    /// What came before, as far as it is known.
    fn history(&self) -> Vec<Step> {
        let last = match self.last_genuine {
            Some(at) => format!("The source's last genuine delivery arrived at {at}."),
            None => {
                "The source has had no genuine delivery that is still recorded: it may never have been set up right."
                    .to_owned()
            }
        };
        let mut steps = vec![Step { is_right: self.last_genuine.is_some(), text: last }];
        if let Some(changed) = self.secret_changed {
            let is_since = self.last_genuine.is_some_and(|last| changed > last);
            let since = if is_since { ", after that delivery: the change may be the cause" } else { "" };
            steps.push(Step {
                is_right: !is_since,
                text: format!("The source's secret was last changed at {changed}{since}."),
            });
        }
        steps
    }
}

#[cfg(test)]
mod tests;
