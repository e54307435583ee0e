//! `landfall source list`.

use serde::Serialize;

use crate::context::Context;
use crate::error::Result;
use crate::output::Row;
use crate::source_store::SourceStore;

/// A source as it is listed; nothing of its secret is read.
#[derive(Serialize)]
struct ListedRow {
    name: String,
    url: String,
    changed_at: Option<String>,
    read_on: Option<String>,
}

impl Row for ListedRow {
    const COLUMNS: &'static [&'static str] = &["name", "changed_at", "read_on", "url"];
}

/// Lists the sources.
pub(super) async fn run(context: &Context) -> Result<()> {
    let stack = context.session.stack().await?;
    let sources = SourceStore::of(&context.session).await?.list().await?;
    let rows = sources.into_iter().map(|source| {
        let url = stack.hook_url(source.name.as_str())?;
        let name = source.name.to_string();
        Ok(ListedRow { name, url, changed_at: source.changed_at.map(|at| at.to_string()), read_on: source.read_on })
    });
    context.output.rows(&rows.collect::<Result<Vec<_>>>()?)
}
