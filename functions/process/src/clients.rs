//! What an instance works with, as its environment says.

use domain::download::target::Loopback;
use domain::ledger::schedule::Schedule;
use domain::source::{ExpectOptions, Options};
use domain::time::time_scale::TimeScale;
use platform::assets::Assets;
use platform::aws::{Aws, Limits};
use platform::bodies::Bodies;
use platform::body_codec::INLINE_BODY_BYTES;
use platform::download::Downloads;
use platform::env::{Env, EnvError};
use platform::http_client::HttpClient;
use platform::ledger::Ledger;
use platform::provider_api::ProviderApi;
use platform::queue::Queue;
use platform::sources::Sources;
use platform::topic::Topic;

use crate::expect_queue::ExpectQueue;
use crate::memory::MemoryBudget;
use crate::publisher::Publisher;
use crate::source_config::SourceConfigs;
use crate::source_paces::SourcePaces;

/// Everything that an instance works with.
pub(crate) struct Clients {
    pub(crate) sources: SourceConfigs,
    pub(crate) memory: MemoryBudget,
    pub(crate) assets: Assets,
    pub(crate) bodies: Bodies,
    pub(crate) downloads: Downloads,
    pub(crate) provider_api: ProviderApi,
    pub(crate) loopback: Loopback,
    pub(crate) ledger: Ledger,
    pub(crate) inline_body_bytes: usize,
    pub(crate) events: Queue,
    pub(crate) expectations: Option<ExpectQueue>,
    pub(crate) source_paces: SourcePaces,
    pub(crate) dead_letters: Queue,
    pub(crate) publisher: Publisher,
    pub(crate) schedule: Schedule,
}

impl Clients {
    /// Makes them as the environment says.
    pub(crate) fn from_env() -> Result<Clients, EnvError> {
        let mut env = Env::of_process();
        env.start_log();
        let aws = Aws::from_env(&mut env);
        let loopback = env.loopback();
        let http = HttpClient::new(loopback);
        let clients = Clients {
            sources: SourceConfigs::new(Sources::new(&aws, env.required("SOURCES_PREFIX"), Limits::PATIENT)),
            memory: MemoryBudget::default(),
            assets: Assets::new(&aws, env.required("BUCKET")),
            bodies: Bodies::new(&aws, env.required("BUCKET"), Limits::PATIENT),
            downloads: Downloads::new(http.clone()),
            provider_api: ProviderApi::new(http),
            loopback,
            ledger: Ledger::new(&aws, env.required("LEDGER_TABLE"), Limits::PATIENT),
            inline_body_bytes: env.parsed("INLINE_BODY_BYTES", INLINE_BODY_BYTES, str::parse),
            events: Queue::new(&aws, env.required("EVENTS_QUEUE_URL"), Limits::PATIENT),
            expectations: env
                .optional("EXPECT_QUEUE_URL")
                .map(|url| ExpectQueue::new(Queue::new(&aws, url.clone(), Limits::PATIENT), url)),
            source_paces: SourcePaces::default(),
            dead_letters: Queue::new(&aws, env.required("DEAD_LETTER_QUEUE_URL"), Limits::PATIENT),
            publisher: Publisher::new(Topic::new(&aws, env.required("TOPIC_ARN"), Limits::PATIENT)),
            schedule: Schedule::at(env.parsed("TIME_SCALE", TimeScale::REAL, TimeScale::parse)),
        };
        env.finish(clients)
    }

    /// How jobs of a source are waited for. Without the queue the option counts as off.
    pub(crate) fn expect_options<'o>(&self, options: &'o Options) -> Option<&'o ExpectOptions> {
        options.expect.as_ref().filter(|_| self.expectations.is_some())
    }
}
