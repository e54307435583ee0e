//! The secrets of the sources.

use domain::source::Source;

use crate::doctor::finding::Finding;
use crate::error::Result;
use crate::session::Session;
use crate::source_store::{SourceStore, Version};

/// Whether each secret can be read as ingest reads it, and what ingest would warn of.
pub(super) async fn readable(session: &Session) -> Result<Vec<Finding>> {
    const POINT: &str = "sources";
    let store = SourceStore::of(session).await?;
    let mut findings = Vec::new();
    let sources = store.list().await?;
    if sources.is_empty() {
        return Ok(vec![Finding::warning(POINT, "there is none", session.command("source add"))]);
    }
    for source in sources {
        let name = source.name;
        let Some(text) = store.read(&name, Version::Current).await? else { continue };
        match Source::parse(name.clone(), &text) {
            Err(error) => {
                let secret = store.secret_name(&name);
                let what_to_do = format!("change the secret {secret}: docs/sources.md");
                findings.push(Finding::bad(POINT, format!("{name} accepts nothing: {error}"), what_to_do));
            }
            Ok(source) if source.warnings.is_empty() => {
                findings.push(Finding::well(POINT, format!("{name} is readable")))
            }
            Ok(source) => {
                findings.extend(
                    source.warnings.iter().map(|warning| Finding::warning(POINT, name.to_string(), warning.clone())),
                );
            }
        }
    }
    Ok(findings)
}
