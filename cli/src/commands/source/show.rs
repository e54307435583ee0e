//! `landfall source show`.

use domain::source::Source;
use domain::source::source_name::SourceName;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::error::Result;
use crate::output::Row;
use crate::sender::ProofField;
use crate::source_store::SourceStore;

/// What a source's secret says, without any secret.
#[derive(Serialize)]
struct SourceDetails {
    name: String,
    provider: Option<String>,
    /// Without the token that it may need.
    url: String,
    secret_name: String,
    tokens: usize,
    secrets: usize,
    public_keys: usize,
    account: Option<Value>,
    archive: bool,
    confirm: bool,
    /// Why nothing is accepted.
    problem: Option<String>,
    warnings: Vec<String>,
}

impl Row for SourceDetails {
    const COLUMNS: &'static [&'static str] = &[
        "name",
        "provider",
        "url",
        "secret_name",
        "tokens",
        "secrets",
        "public_keys",
        "account",
        "archive",
        "confirm",
        "problem",
        "warnings",
    ];
}

/// Shows a source.
pub(super) async fn run(name: &SourceName, context: &Context) -> Result<()> {
    let stack = context.session.stack().await?;
    let store = SourceStore::of(&context.session).await?;
    let text = store.existing(name).await?;
    let content: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
    let count = |field: ProofField| content.get(field.as_str()).and_then(Value::as_array).map_or(0, Vec::len);
    let is_on = |option: &str| content.get(option) == Some(&Value::Bool(true));
    let parsed = Source::parse(name.clone(), &text);
    context.output.item(&SourceDetails {
        name: name.to_string(),
        provider: parsed.as_ref().ok().map(|source| source.provider.to_string()),
        url: stack.hook_url(name.as_str())?,
        secret_name: store.secret_name(name),
        tokens: count(ProofField::TokenSha256),
        secrets: count(ProofField::Secrets),
        public_keys: count(ProofField::PublicKeys),
        account: content.get("account").cloned(),
        archive: is_on("archive"),
        confirm: is_on("confirm"),
        warnings: parsed.as_ref().map(|source| source.warnings.clone()).unwrap_or_default(),
        problem: parsed.err().map(|error| error.to_string()),
    })
}
