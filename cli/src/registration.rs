//! Registering a source's URL with its sender, where the sender has an API for it: Glossi's, which holds one webhook.

use domain::provider::Provider;
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::http::{ANSWER_WITHIN, HttpAnswer, request};
use crate::output::Row;

/// Where Glossi's API has the webhook.
pub const GLOSSI: &str = "https://api.glossi.app/api/v1/webhooks";
/// What it reports.
const GLOSSI_EVENTS: [&str; 7] = [
    "model.processed",
    "model.failed",
    "project.created",
    "job.complete",
    "job.failed",
    "render.complete",
    "render.failed",
];

/// A sender's API that holds one webhook.
#[derive(Debug)]
pub struct RegistrationApi {
    url: String,
    key: String,
}

/// A webhook as the sender has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Registration {
    /// The sender's id of it.
    pub id: Option<String>,
    /// Where it delivers to.
    pub url: Option<String>,
    /// What it reports.
    pub events: Vec<String>,
    /// Whether it is switched on.
    pub enabled: Option<bool>,
    /// When it last delivered.
    pub last_triggered_at: Option<String>,
    /// How that was answered.
    pub last_response_status: Option<u64>,
    /// How many deliveries the sender has given up.
    pub failure_count: Option<u64>,
}

impl Row for Registration {
    const COLUMNS: &'static [&'static str] =
        &["id", "url", "events", "enabled", "last_triggered_at", "last_response_status", "failure_count"];
}

impl RegistrationApi {
    /// That of `provider`, at `url`, with this key.
    ///
    /// # Errors
    /// If it has none.
    pub fn of(provider: Provider, url: String, key: String) -> Result<RegistrationApi> {
        if provider != Provider::Glossi {
            return Err(Error::Conflict(format!(
                "{provider} has no API by which a URL can be registered, or none that is known: enter it by hand, as \
                 landfall source add says"
            )));
        }
        Ok(RegistrationApi { url, key })
    }

    /// Registers `hook` in place of whatever was there. Gives the webhook and its secret, which the sender shows once.
    ///
    /// # Errors
    /// If the sender refuses, or shows no secret.
    pub async fn put(&self, hook: &str, description: &str) -> Result<(Registration, String)> {
        let body = json!({"url": hook, "events": GLOSSI_EVENTS, "enabled": true, "description": description});
        let webhook = self.ask("PUT", body.to_string().as_bytes()).await?.unwrap_or_default();
        match webhook["secret"].as_str() {
            Some(secret) if !secret.is_empty() => Ok((Registration::of_json(&webhook), secret.to_owned())),
            _ => Err(Error::Unavailable("the sender registered the URL and showed no secret: run this again".into())),
        }
    }

    /// The webhook that is registered, if one is.
    ///
    /// # Errors
    /// If the sender refuses.
    pub async fn get(&self) -> Result<Option<Registration>> {
        Ok(self.ask("GET", b"").await?.map(|webhook| Registration::of_json(&webhook)))
    }

    /// Takes the webhook back.
    ///
    /// # Errors
    /// If the sender refuses, or there is none.
    pub async fn delete(&self) -> Result<()> {
        let gone = || Error::NotFound("no webhook is registered".into());
        self.ask("DELETE", b"").await?.map(drop).ok_or_else(gone)
    }

    /// `None` if there is no webhook. What an error says is not shown: it may repeat the key.
    async fn ask(&self, method: &str, body: &[u8]) -> Result<Option<Value>> {
        let headers = [("x-api-key", self.key.as_str()), ("content-type", "application/json")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let HttpAnswer { status, body, .. } = request(method, &self.url, &headers, body, ANSWER_WITHIN).await?;
        match status {
            200..300 => Ok(Some(serde_json::from_str(&body).unwrap_or_default())),
            404 if method != "PUT" => Ok(None),
            401 | 403 => Err(Error::Usage(format!("the sender refuses the API key, with {status}: give another one"))),
            status => Err(Error::Unavailable(format!("the sender's API answers {method} with {status}"))),
        }
    }
}

impl Registration {
    fn of_json(webhook: &Value) -> Registration {
        let text = |name: &str| webhook[name].as_str().map(str::to_owned);
        let events = webhook["events"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Registration {
            id: text("id"),
            url: text("url"),
            events: events.map(str::to_owned).collect(),
            enabled: webhook["enabled"].as_bool(),
            last_triggered_at: text("lastTriggeredAt"),
            last_response_status: webhook["lastResponseStatus"].as_u64(),
            failure_count: webhook["failureCount"].as_u64(),
        }
    }
}
