//! `landfall refused explain`.

use crate::commands::explain::Report;
use crate::context::Context;
use crate::error::Result;
use crate::options::Format;
use crate::refused::explanation::explanation;
use crate::refused::refused_id::{RefusedId, id_text};
use crate::refused::stored_delivery::StoredDelivery;
use crate::services::Services;
use crate::source_store::SourceStore;

/// Explains why a stored delivery was refused.
pub(super) async fn run(id: &RefusedId, context: &Context) -> Result<()> {
    let services = Services::of(&context.session).await?;
    let store = SourceStore::of(&context.session).await?;
    let stored = StoredDelivery::named(id, &services.refused()?).await?;
    let (explanation, trouble) = explanation(&stored, &services, &store).await?;
    if let Some(trouble) = trouble {
        context.output.words(&trouble);
    }
    let report = Report::of(id_text(&id.place), explanation);
    if context.output.format() == Format::Table {
        context.output.text(&report.text())
    } else {
        context.output.item(&report)
    }
}
