//! A sender's request, rebuilt from the ledger and signed with a secret for development.

use domain::delivery::Delivery;
use domain::description::Pointer;
use domain::digest::Digest;
use domain::event::Event;
use domain::event::event_id::EventId;
use domain::verify::sign::SignError;
use operator::listing::Listing;
use platform::{clock, random};
use serde_json::{Map, Value, json};
use url::Url;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::id_argument::missing;
use crate::played_sender::media_type;
use crate::sender::{ProofField, Sender};
use crate::sender_options::{SenderOptions, description};
use crate::services::Services;
use crate::signing::{request_url, signer};
use crate::source_store::SourceStore;

/// Who sends events as their senders did, to a receiver on this machine.
pub struct DevelopmentSender {
    listing: Listing,
    sources: SourceStore,
    /// What is known of the sender, in place of the source's own description.
    description: Option<Map<String, Value>>,
    secret: String,
}

/// A request as a sender makes it.
#[derive(Debug)]
pub struct SenderRequest {
    /// The headers: those of the delivery that were stored, and the signature.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl DevelopmentSender {
    /// Signs with the secret of `options`, or one that the caller is asked for.
    ///
    /// # Errors
    /// If there is none, or no stack.
    pub async fn new(options: &SenderOptions, context: &Context) -> Result<DevelopmentSender> {
        let secret = match options.secret_stdin {
            true => std::io::read_to_string(std::io::stdin())?.trim().to_owned(),
            false => context.prompt.secret("The secret for development that your receiver verifies with")?,
        };
        if secret.is_empty() {
            return Err(Error::NotAgreed("a secret for development is needed: the source's own is not used".into()));
        }
        let description = options.description.as_deref().map(description).transpose()?;
        let listing = Services::of(&context.session).await?.listing()?;
        Ok(DevelopmentSender { listing, sources: SourceStore::of(&context.session).await?, description, secret })
    }

    /// The request that brought the event `id`, for a receiver at `url`.
    ///
    /// # Errors
    /// If it cannot be read, or nobody but the sender can sign it.
    pub async fn request(&self, id: &EventId, url: &Url) -> Result<SenderRequest> {
        let event = self.listing.get(id).await?.ok_or_else(|| missing(id))?.event;
        let body = self.listing.body(id).await?.ok_or_else(|| missing(id))?;
        let signer = signer(event.source.clone(), &Value::Object(self.configuration(&event).await?).to_string())?;
        let mut headers: Vec<(String, String)> =
            event.headers.into_iter().filter(|(name, _)| !signer.sets(name)).collect();
        if !headers.iter().any(|(name, _)| name == "content-type") {
            headers.push(("content-type".to_owned(), media_type(&body).to_owned()));
        }
        let batch = signer.source().sender.description().batch.as_ref();
        let delivery = Delivery {
            url: request_url(url.as_str()),
            token: None,
            headers: headers.iter().cloned().collect(),
            body: batch.and_then(|batch| batch.items.first()).map_or(body.clone(), |list| batch_of(list, &body)),
            received_at: clock::now(),
            request_id: String::new(),
        };
        let refused = |error: SignError| Error::Conflict(error.to_string());
        let delivery = signer.complete_body(delivery).map_err(refused)?;
        headers.extend(signer.headers(&delivery, &format!("msg_{}", random::token())).map_err(refused)?);
        Ok(SenderRequest { headers, body: delivery.body })
    }

    /// What the secret of a source would say that has the same description and the secret for development.
    async fn configuration(&self, event: &Event) -> Result<Map<String, Value>> {
        let described = |fault: String| Error::Conflict(format!("the description of {}: {fault}", event.source));
        let sender = match (&self.description, Sender::of(event.provider)) {
            (Some(description), _) => Sender::described(description.clone()).map_err(described)?,
            (None, Some(sender)) => sender,
            (None, None) => {
                let secret = self.sources.existing(&event.source).await?;
                let content = serde_json::from_str(&secret).unwrap_or_default();
                let none = || Error::Conflict(format!("the source {} has no description", event.source));
                Sender::of_source(&content).ok_or_else(none)?
            }
        };
        let mut content = sender.first_content();
        match sender.proof_field(&content) {
            Some(ProofField::Secrets) => {
                content.insert("secrets".to_owned(), json!([self.secret]));
            }
            // It stands in the URL, which is the receiver's own.
            Some(ProofField::TokenSha256) => {
                content.insert("token_sha256".to_owned(), json!([Digest::of(self.secret.as_bytes()).to_string()]));
            }
            Some(ProofField::PublicKeys) => {
                return Err(Error::Conflict(SignError::PrivateKey(sender.provider).to_string()));
            }
            None => {}
        }
        Ok(content)
    }
}

/// The delivery that lists `item` alone. Of lists in lists, an item is such a delivery already.
fn batch_of(Pointer(path): &Pointer, item: &[u8]) -> Vec<u8> {
    if path.iter().any(|segment| segment == "*") {
        return item.to_vec();
    }
    let name = |name: &String| format!("{{{}:", Value::from(name.as_str()));
    let before: String = path.iter().map(name).collect();
    [before.as_bytes(), b"[", item, b"]", "}".repeat(path.len()).as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::{Pointer, batch_of};

    #[test]
    fn an_event_of_a_batch_is_the_only_one_of_its_request() {
        let check = |path: &[&str], expected: &str| {
            let path = Pointer(path.iter().map(ToString::to_string).collect());
            assert_eq!(String::from_utf8_lossy(&batch_of(&path, b"{\"a\": 1}")), expected);
        };
        check(&[], r#"[{"a": 1}]"#);
        check(&["events"], r#"{"events":[{"a": 1}]}"#);
        check(&["a\"b", "c"], r#"{"a\"b":{"c":[{"a": 1}]}}"#);
        check(&["entry", "*", "changes"], r#"{"a": 1}"#);
    }
}
