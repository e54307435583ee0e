//! `landfall refused explain`.

use domain::download::target::Loopback;
use domain::receive::refused::explain::{StoredEvidence, explain_stored};
use domain::source::Source;
use domain::source::public_keys::PublicKeys;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use platform::http_client::HttpClient;
use platform::key_sets::KeySets;

use super::refused_id::{RefusedId, id_text};
use super::show::{self, StoredDelivery};
use crate::commands::explain::Report;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::options::Format;
use crate::services::Services;
use crate::source_store::{SourceStore, Version};

/// Explains why a stored delivery was refused.
pub(super) async fn run(id: &RefusedId, context: &Context) -> Result<()> {
    let services = Services::of(&context.session).await?;
    let StoredDelivery { refused, content, body } = show::read(id, &services).await?;
    let store = SourceStore::of(&context.session).await?;
    let secret = store.existing(&id.source).await?;
    let previous = store.read(&id.source, Version::Previous).await?;
    let listed = store.list().await?;
    let changed = listed.iter().find(|listed| listed.name == id.source).and_then(|listed| listed.changed_at.as_deref());
    let published = published_keys(&id.source, &secret, context).await;
    let mut others = Vec::new();
    for other in listed.iter().map(|listed| &listed.name).filter(|name| **name != id.source) {
        // Those that the operator may not read are not tried.
        if let Ok(Some(secret)) = store.read(other, Version::Current).await {
            others.push((other.clone(), secret));
        }
    }
    let explanation = explain_stored(&StoredEvidence {
        refused: &refused,
        content: &content,
        body: body.as_deref(),
        secret: &secret,
        previous_secret: previous.as_deref(),
        published: &published,
        others: &others,
        last_genuine: services.ledger()?.newest_arrival(&id.source).await?,
        secret_changed: changed.and_then(Timestamp::parse_rfc3339),
    });
    let explanation = explanation.map_err(|error| Error::Conflict(format!("the source's secret: {error}")))?;
    let report = Report::of(id_text(&id.place), explanation);
    if context.output.format() == Format::Table {
        context.output.text(&report.text())
    } else {
        context.output.item(&report)
    }
}

/// The keys that the sender publishes now, if it does and they can be fetched.
pub(super) async fn published_keys(name: &SourceName, secret: &str, context: &Context) -> PublicKeys {
    let source = Source::parse(name.clone(), secret).ok();
    let Some(address) = source.as_ref().and_then(|source| source.credentials.key_set()) else {
        return PublicKeys::default();
    };
    let fetched = KeySets::new(HttpClient::new(Loopback::Refused)).fetch(address).await;
    fetched.unwrap_or_else(|error| {
        context.output.words(&format!("The sender's keys could not be fetched, so none is tried: {error}"));
        PublicKeys::default()
    })
}
