//! Why a stored delivery was refused, by what the secrets say that the caller may read.

use domain::download::target::Loopback;
use domain::receive::refused::explain::{StoredEvidence, explain_stored};
use domain::source::Source;
use domain::source::public_keys::PublicKeys;
use domain::source::source_name::SourceName;
use domain::verify::explain::Explanation;
use futures_util::{StreamExt as _, stream};
use platform::http_client::HttpClient;
use platform::key_sets::KeySets;

use crate::error::{Error, Result};
use crate::refused::stored_delivery::StoredDelivery;
use crate::services::Services;
use crate::source_store::{SourceStore, Version};

/// How many secrets are read side by side.
const SECRETS_AT_ONCE: usize = 8;

/// The keys that a sender publishes.
#[derive(Debug, Default)]
pub(crate) struct Published {
    /// Those that could be fetched; none of a sender that publishes none.
    pub(crate) keys: PublicKeys,
    /// Why none could be fetched, in a sentence.
    pub(crate) trouble: Option<String>,
}

impl Published {
    /// Those of the sender of a source, as they are now.
    pub(crate) async fn of(source: &Source) -> Published {
        let Some(address) = source.credentials.key_set() else { return Published::default() };
        match KeySets::new(HttpClient::new(Loopback::Refused)).fetch(address).await {
            Ok(keys) => Published { keys: keys.unwrap_or_default(), trouble: None },
            Err(error) => {
                let trouble = format!("The sender's keys could not be fetched, so none is tried: {error}");
                Published { keys: PublicKeys::default(), trouble: Some(trouble) }
            }
        }
    }
}

/// What the secret of a source says now.
pub(crate) fn parsed(name: &SourceName, secret: &str) -> Result<Source> {
    Source::parse(name.clone(), secret).map_err(|error| Error::Conflict(format!("the source's secret: {error}")))
}

/// Explains why a stored delivery was refused. Beside it, what could not be tried.
///
/// # Errors
/// If the source's secret cannot be read or used.
pub(crate) async fn explanation(
    stored: &StoredDelivery,
    services: &Services<'_>,
    store: &SourceStore,
) -> Result<(Explanation, Option<String>)> {
    let name = &stored.refused.source;
    let secret = store.existing(name).await?;
    let previous = store.read(name, Version::Previous).await?;
    let listed = store.list().await?;
    let changed = listed.iter().find(|listed| listed.name == *name).and_then(|listed| listed.changed_at);
    let published = Published::of(&parsed(name, &secret)?).await;
    let others: Vec<SourceName> =
        listed.iter().map(|listed| listed.name.clone()).filter(|other| other != name).collect();
    let reads = others.into_iter().map(|other| async move {
        let secret = store.read(&other, Version::Current).await.ok()??;
        Some((other, secret))
    });
    // Those that the caller may not read are not tried.
    let others: Vec<_> = stream::iter(reads).buffered(SECRETS_AT_ONCE).filter_map(std::future::ready).collect().await;
    let explanation = explain_stored(&StoredEvidence {
        refused: &stored.refused,
        content: &stored.content,
        body: stored.body.as_deref(),
        secret: &secret,
        previous_secret: previous.as_deref(),
        published: &published.keys,
        others: &others,
        last_genuine: services.ledger()?.newest_arrival(name).await?,
        secret_changed: changed,
    });
    let explanation = explanation.map_err(|error| Error::Conflict(format!("the source's secret: {error}")))?;
    Ok((explanation, published.trouble))
}
