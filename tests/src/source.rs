//! A configured source, as an operator sets it up.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ledger::source_directory::DIRECTORY_ID;
use domain::provider::Provider;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::aws::Aws;
use crate::clock::now_millis;
use crate::confidential;
use crate::stack::Stack;

/// A source of a test's own: its name is used nowhere else, so tests need no reset between them.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// The kind of sender.
    pub provider: Provider,
    /// The secrets that are valid, the sender's own first; none for a sender that signs nothing.
    pub secrets: Vec<String>,
    /// The token in its URL; none for a sender that signs.
    pub token: Option<String>,
    /// Further fields of its secret.
    pub options: Map<String, Value>,
}

impl Source {
    /// A source with the credentials that its provider calls for. It is not set up yet.
    #[must_use]
    pub fn new(provider: Provider) -> Source {
        let name = format!("{provider}-{:08x}", fastrand::u32(..));
        let source = Source { name, provider, secrets: Vec::new(), token: None, options: Map::new() };
        if signs(provider) { source.with_fresh_secret() } else { source.with_fresh_token() }
    }

    /// The source with a fresh secret instead of those it had.
    #[must_use]
    pub fn with_fresh_secret(mut self) -> Source {
        let secret = confidential::random();
        confidential::keep("secret", &secret);
        self.secrets = vec![secret];
        self
    }

    /// A source whose sender lists its events at `/events`: each tells the `state` of a `job`.
    #[must_use]
    pub fn listing_events() -> Source {
        let scheme = json!({
            "scheme": {"kind": "url-token"},
            "batch": {"items": "/events"},
            "shape": [{
                "subject": "/job", "key": ["/job", "/state"], "names": "state",
                "report": [{"at": "/state", "equals": "done", "is": "job.completed"}],
                "otherwise": "event.occurred",
            }],
        });
        Source::new(Provider::Custom).with_fresh_token().with_option("scheme", scheme)
    }

    /// The source with a fresh token instead of the one it had.
    #[must_use]
    pub fn with_fresh_token(mut self) -> Source {
        let token = confidential::random();
        confidential::keep("token", &token);
        self.token = Some(token);
        self
    }

    /// The source with one more option in its secret.
    #[must_use]
    pub fn with_option(mut self, name: &str, value: impl Into<Value>) -> Source {
        self.options.insert(name.to_owned(), value.into());
        self
    }

    /// Sets it up: from the next look-up on, Landfall knows it like this.
    ///
    /// # Panics
    /// If the secret cannot be written.
    pub async fn set_up(&self, aws: &Aws, stack: &Stack) {
        let mut secret = self.options.clone();
        secret.insert("provider".to_owned(), json!(self.provider.as_str()));
        if !self.secrets.is_empty() {
            secret.insert("secrets".to_owned(), json!(self.secrets));
        }
        if let Some(token) = &self.token {
            let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
            secret.insert("token_sha256".to_owned(), json!([hex(&digest)]));
        }
        self.set_up_as(aws, stack, &Value::Object(secret).to_string()).await;
    }

    /// Sets it up with a secret of exactly this text.
    ///
    /// # Panics
    /// If the secret cannot be written.
    pub async fn set_up_as(&self, aws: &Aws, stack: &Stack, secret: &str) {
        let id = self.secret_id(stack);
        let created = aws.secrets.create_secret().name(&id).secret_string(secret).send().await;
        match created {
            Ok(_) => {}
            Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_exists_exception()) => {
                aws.secrets
                    .put_secret_value()
                    .secret_id(&id)
                    .secret_string(secret)
                    .send()
                    .await
                    .expect("a secret that exists can be written");
            }
            Err(error) => panic!("creating {id}: {error:?}"),
        }
        self.enter_in_directory(aws, stack).await;
    }

    /// Writes its name into the directory, as `make deploy` does: the sweep lists it only in a minute. Without a directory
    /// nothing asks for it.
    async fn enter_in_directory(&self, aws: &Aws, stack: &Stack) {
        let update = aws.dynamodb.update_item().table_name(&stack.ledger_table);
        let written = update
            .key("id", AttributeValue::S(DIRECTORY_ID.to_owned()))
            .update_expression("SET #names.#name = :now ADD revision :one")
            .condition_expression("attribute_exists(#names)")
            .expression_attribute_names("#names", "names")
            .expression_attribute_names("#name", &self.name)
            .expression_attribute_values(":now", AttributeValue::N(now_millis().to_string()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .send()
            .await;
        if let Err(error) = written {
            let error = error.into_service_error();
            let is_without = error.is_conditional_check_failed_exception() || error.is_resource_not_found_exception();
            assert!(is_without, "entering {} in the directory: {error:?}", self.name);
        }
    }

    fn secret_id(&self, stack: &Stack) -> String {
        format!("{}/source/{}", stack.sources_prefix, self.name)
    }
}

/// Whether the provider signs its deliveries.
#[must_use]
pub fn signs(provider: Provider) -> bool {
    matches!(provider, Provider::Get3w | Provider::Glossi)
}

/// Bytes as lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
