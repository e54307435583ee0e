//! A case: two deliveries to a source of its own meet a fault. The first sender never comes again, the second does until
//! it is heard. Where assets are archived it is one, of the second kind: each costs the services many calls.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use tests::asset_server::{AssetServer, Reply};
use tests::clock::Stopwatch;
use tests::confidential;
use tests::http::{Answer, Request};
use tests::ledger::{Record, sha256};
use tests::proxy::{ActiveFault, Proxy, Rule, Storm};
use tests::source::Source;
use tests::watch::{self, Expected};
use tests::world::World;

use crate::copies;
use crate::jobs::{self, ExpectedJob};
use crate::tally::Outcome;
use crate::way::{PROVIDER, Way, report};

/// So many cases are sent side by side.
const SIDE_BY_SIDE: usize = 6;
/// How often a case is played until a call meets its fault. What dies in another case may be just what was about to meet
/// it, with the failures used up that led there.
pub(crate) const GOES_MAX: usize = 3;
/// How often the patient sender comes again, and how long it waits.
pub(crate) const RETRIES_MAX: u32 = 20;
pub(crate) const RETRY_AFTER: Duration = Duration::from_millis(500);

/// What is to happen.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Which operation is disturbed ...
    pub(crate) operation: String,
    /// ... and how, in the table's words.
    pub(crate) fault: String,
    pub(crate) way: Way,
    pub(crate) disturbance: Disturbance,
    /// Whether what was begun in the bucket may stay there, for its lifecycle to tidy up.
    pub(crate) may_leave_uploads: bool,
}

/// What disturbs it. The texts that calls are `about` are filled in with the case's own.
#[derive(Clone, Debug)]
pub(crate) enum Disturbance {
    Rule { rule: Rule, names_event: bool },
    Storm(Storm),
}

/// A case whose deliveries have been sent.
pub(crate) struct Sent {
    pub(crate) operation: String,
    pub(crate) fault: String,
    /// The events that were delivered.
    pub(crate) events: Vec<SentEvent>,
    /// Holds as long as it is watched.
    pub(crate) disturbed: ActiveFault,
    /// Where the deliveries went.
    pub(crate) source: Source,
    pub(crate) may_leave_uploads: bool,
    /// The job whose end is expected, if the way is one of such.
    job: Option<ExpectedJob>,
    _on_the_way: Vec<ActiveFault>,
}

/// A delivery, and how it was answered.
#[derive(Debug)]
pub(crate) struct SentEvent {
    pub(crate) expected: Expected,
    pub(crate) answers: Vec<DeliveryAnswer>,
    /// The assets that must be archived.
    pub(crate) assets: Vec<Arc<[u8]>>,
}

/// What a sender heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryAnswer {
    /// 200: it need not come again.
    Acknowledged,
    /// 503: it shall come again.
    ComeAgain,
    /// Nothing of Landfall's: Lambda itself says 502 of a function that died.
    Nothing,
    /// Anything else, which must not be.
    Wrong(u16),
}

impl SentEvent {
    /// Whether somebody was promised that it will be processed.
    pub(crate) fn is_acknowledged(&self) -> bool {
        self.answers.contains(&DeliveryAnswer::Acknowledged)
    }
}

/// Sends everything, lets everything end, and says what came of it.
pub(crate) async fn play(world: &'static World, proxy: &Proxy, cases: Vec<Case>) -> Vec<Outcome> {
    let server = AssetServer::start();
    let mut outcomes = play_once(world, proxy, &server, cases.clone()).await;
    for _ in 1..GOES_MAX {
        let missed: Vec<usize> = (0..cases.len()).filter(|number| outcomes[*number].hits == 0).collect();
        if missed.is_empty() {
            break;
        }
        println!("{} of them are sent once more, whose faults no call has met", missed.len());
        let again = missed.iter().map(|number| cases[*number].clone()).collect();
        for (number, outcome) in missed.into_iter().zip(play_once(world, proxy, &server, again).await) {
            outcomes[number].add(outcome);
        }
    }
    // The order in which a person looks for them.
    outcomes.sort_by_key(|outcome| outcome.operation.clone());
    outcomes
}

/// The outcomes of `cases`, in their order.
async fn play_once(world: &'static World, proxy: &Proxy, server: &AssetServer, cases: Vec<Case>) -> Vec<Outcome> {
    let begun = Stopwatch::start();
    let count = cases.len();
    let sending = stream::iter(cases.into_iter().map(|case| case.send(world, proxy, server))).buffered(SIDE_BY_SIDE);
    let mut sent = Vec::with_capacity(count);
    let mut sending = std::pin::pin!(sending);
    while let Some((case, slowest)) = sending.next().await {
        sent.push((case, slowest));
        if sent.len() % 25 == 0 || sent.len() == count {
            println!("[{:>4.0} s] {} of {count} cases are sent", begun.elapsed().as_secs_f64(), sent.len());
        }
    }
    let expected = sent.iter().flat_map(|(case, _)| case.acknowledged()).collect::<Vec<_>>();
    watch::until_quiet(world, &expected).await;
    let unfinished = world.unfinished().await;
    let judged = stream::iter(&sent).map(async |(case, slowest)| {
        let stuck = watch::standing(world, case.events.iter().map(|event| &event.expected), &unfinished).await;
        let complaint = match (stuck, &case.job) {
            (Some(stuck), _) => Some(stuck),
            (None, Some(job)) => job.complaint(world).await,
            (None, None) => copies::complaint(world, proxy, case).await,
        };
        Outcome::of(world, case, *slowest, &unfinished, complaint)
    });
    judged.buffered(SIDE_BY_SIDE).collect().await
}

impl Case {
    async fn send(self, world: &'static World, proxy: &Proxy, server: &AssetServer) -> (Sent, Duration) {
        let archives = self.way.archives();
        let source = Source::new(PROVIDER).with_option("archive", archives);
        let (simulator, source) = match self.way.expects().then(|| jobs::begin(source.clone())) {
            Some((simulator, source)) => (Some(simulator), source),
            None => (None, source),
        };
        let source = world.set_up(source).await;
        let count = match (&simulator, archives) {
            (Some(_), _) => 0,
            (None, true) => 1,
            (None, false) => 2,
        };
        let deliveries: Vec<_> = (0..count).map(|_| self.way.delivery(&source, server)).collect();
        let ids: Vec<String> =
            deliveries.iter().map(|(body, _)| Record::received(&source, body).id().to_owned()).collect();
        // Calls name the event, or the place in the bucket that is derived from it.
        let about: Vec<String> =
            [source.name.clone()].into_iter().chain(ids.iter().map(|id| sha256(id.as_bytes()))).collect();
        let on_the_way = self.way.rules(&world.stack, &about).into_iter().map(|rule| proxy.impose(rule)).collect();
        let disturbed = match self.disturbance {
            Disturbance::Rule { rule, names_event } => {
                proxy.impose(Rule { about: if names_event { about } else { Vec::new() }, ..rule })
            }
            Disturbance::Storm(storm) => proxy.let_rage(Storm { about, ..storm }),
        };
        let (mut events, mut slowest) = (Vec::new(), Duration::ZERO);
        for (number, ((body, assets), id)) in deliveries.into_iter().zip(ids).enumerate() {
            if self.way == Way::Unreadable {
                events.push(unreadable(world, &source).await);
                continue;
            }
            let delivery = world.delivery(&source, &body);
            let tries = if number + 1 < count { 1 } else { RETRIES_MAX };
            let (answers, longest) = deliver(world, &delivery, tries).await;
            slowest = slowest.max(longest);
            events.push(SentEvent { expected: Expected::Published { id }, answers, assets });
        }
        let mut job = None;
        if let Some(simulator) = simulator {
            let (expected, event, longest) = jobs::play(world, simulator, &source, self.way).await;
            slowest = slowest.max(longest);
            job = Some(expected);
            events.push(event);
        }
        let sent = Sent {
            operation: self.operation,
            fault: self.fault,
            events,
            disturbed,
            source,
            may_leave_uploads: self.may_leave_uploads,
            job,
            _on_the_way: on_the_way,
        };
        (sent, slowest)
    }
}

impl Way {
    /// A delivery's body, and the assets in it that `server` has from now on.
    fn delivery(self, source: &Source, server: &AssetServer) -> (Vec<u8>, Vec<Arc<[u8]>>) {
        let assets = self.assets();
        if assets.is_empty() {
            return (self.body(), assets);
        }
        let serve = |(number, asset): (usize, &Arc<[u8]>)| {
            let path = format!("/{}/{number}.png", source.name);
            server.serve(&path, &[Reply::content("image/png", Arc::clone(asset))])
        };
        let urls: Vec<String> = assets.iter().enumerate().map(serve).collect();
        (report(&urls, 0), assets)
    }
}

/// Sends a delivery until it is acknowledged, so many times at most; also says how long the slowest answer took.
pub(crate) async fn deliver(world: &World, delivery: &Request, tries: u32) -> (Vec<DeliveryAnswer>, Duration) {
    let (mut answers, mut slowest) = (Vec::new(), Duration::ZERO);
    while answers.len() < tries as usize && answers.last() != Some(&DeliveryAnswer::Acknowledged) {
        if !answers.is_empty() {
            tokio::time::sleep(RETRY_AFTER).await;
        }
        let begun = Stopwatch::start();
        answers.push(DeliveryAnswer::of(&world.send(delivery).await));
        slowest = slowest.max(begun.elapsed());
    }
    (answers, slowest)
}

/// Puts a message on the events queue that nobody can read. Nobody else has it, so it must not get lost.
async fn unreadable(world: &World, source: &Source) -> SentEvent {
    let mark = confidential::random();
    world.enqueue(&[format!("{} cannot be read: {mark}", source.name)]).await;
    SentEvent {
        expected: Expected::DeadLettered { mark },
        answers: vec![DeliveryAnswer::Acknowledged],
        assets: Vec::new(),
    }
}

impl Sent {
    /// What must come of it.
    fn acknowledged(&self) -> impl Iterator<Item = &Expected> {
        self.events.iter().filter(|event| event.is_acknowledged()).map(|event| &event.expected)
    }
}

impl DeliveryAnswer {
    pub(crate) fn of(answer: &Answer) -> DeliveryAnswer {
        match answer.status {
            200 => DeliveryAnswer::Acknowledged,
            503 => DeliveryAnswer::ComeAgain,
            502 => DeliveryAnswer::Nothing,
            other => DeliveryAnswer::Wrong(other),
        }
    }
}
