//! Which events are replayed, and how.

use clap::Args;
use domain::event::event_id::EventId;

use crate::error::{Error, Result};
use crate::filter_options::FilterOptions;
use crate::id_argument::event_id;

/// Which events are replayed, and how.
#[derive(Debug, Args)]
pub(crate) struct EventsArgument {
    /// The events' ids; without any, the filter says which
    #[arg(value_name = "ID", value_parser = event_id, conflicts_with = "filter")]
    pub(crate) ids: Vec<EventId>,
    #[command(flatten)]
    pub(crate) filter: FilterOptions,
    /// At most this many events a second, such as 50 or 50/s; 0 sets no limit
    #[arg(long, value_name = "NUMBER", default_value = "50", value_parser = rate)]
    pub(crate) rate: u32,
    /// Replay also what its sender says is not true
    #[arg(long)]
    pub(crate) contradicted: bool,
}

impl EventsArgument {
    /// Nobody means to replay everything.
    pub(crate) fn check(&self) -> Result<()> {
        let filter = &self.filter;
        let is_narrow = !self.ids.is_empty()
            || !filter.sources.is_empty()
            || filter.provider.is_some()
            || filter.state.is_some()
            || filter.subject.is_some()
            || filter.view.is_some()
            || filter.since.is_some();
        let text = "name events by their ids, or narrow them down: --source, --provider, --state, --subject, --view or --since";
        if is_narrow { Ok(()) } else { Err(Error::Usage(text.into())) }
    }
}

fn rate(text: &str) -> std::result::Result<u32, String> {
    text.strip_suffix("/s").unwrap_or(text).parse().map_err(|_| format!("{text} is no rate: write 50 or 50/s"))
}
