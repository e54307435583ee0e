//! A sender's API that holds one webhook, as Glossi documents its own.

use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};
use tiny_http::{Method, Request, Response, Server};

use crate::confidential;

/// The key that it takes.
pub const API_KEY: &str = "glsi_an-invented-key-of-the-tests";

/// A sender's API that holds one webhook.
#[derive(Clone, Debug)]
pub struct RegistrationApi {
    /// Where it is.
    pub url: String,
    webhook: Arc<Mutex<Option<Value>>>,
}

impl RegistrationApi {
    /// Starts one without a webhook.
    ///
    /// # Panics
    /// If there is no port.
    #[must_use]
    pub fn start() -> RegistrationApi {
        let server = Server::http("127.0.0.1:0").expect("there is a free port");
        let url = format!("http://{}/api/v1/webhooks", server.server_addr());
        confidential::keep("API key", API_KEY);
        let api = RegistrationApi { url, webhook: Arc::default() };
        let answering = api.clone();
        thread::spawn(move || {
            for mut request in server.incoming_requests() {
                let (status, answer) = answering.answer(&mut request);
                let response = Response::from_string(answer.to_string()).with_status_code(status);
                // A tool that has been ended reads no answer.
                let _ = request.respond(response);
            }
        });
        api
    }

    /// Registers a webhook at `url`, as somebody did before.
    ///
    /// # Panics
    /// If its thread panicked.
    pub fn register(&self, url: &str) {
        let webhook = json!({"id": "webhook-1", "url": url, "secret": format!("{:032x}", fastrand::u128(..))});
        *self.webhook.lock().expect("nobody panics with it") = Some(webhook);
    }

    /// What is registered, with its secret.
    ///
    /// # Panics
    /// If its thread panicked.
    #[must_use]
    pub fn webhook(&self) -> Option<Value> {
        self.webhook.lock().expect("nobody panics with it").clone()
    }

    fn answer(&self, request: &mut Request) -> (u16, Value) {
        let has_key = request.headers().iter().any(|header| header.field.equiv("x-api-key") && header.value == API_KEY);
        if !has_key {
            return (401, json!({"error": "Invalid API key"}));
        }
        let mut webhook = self.webhook.lock().expect("nobody panics with it");
        match (request.method(), webhook.as_ref()) {
            (Method::Put, _) => {
                let mut body: Value = serde_json::from_reader(request.as_reader()).unwrap_or_default();
                let secret = format!("{:032x}", fastrand::u128(..));
                confidential::keep("secret", &secret);
                body["id"] = json!("webhook-1");
                body["secret"] = json!(secret);
                *webhook = Some(body.clone());
                (200, body)
            }
            (Method::Get, Some(registered)) => {
                let mut shown = registered.clone();
                shown.as_object_mut().expect("it is an object").remove("secret");
                shown["lastTriggeredAt"] = json!("2026-01-02T03:04:05Z");
                shown["lastResponseStatus"] = json!(503);
                shown["failureCount"] = json!(4);
                (200, shown)
            }
            (Method::Delete, Some(_)) => {
                *webhook = None;
                (200, json!({}))
            }
            _ => (404, json!({"error": "No webhook configured"})),
        }
    }
}
