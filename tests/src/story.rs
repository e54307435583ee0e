//! What happened, told in one line: `200 accepted, 200 duplicate | ledger: done after 1 attempt | published:
//! landfall.job.completed once`.
//!
//! Only this file knows where to look. A test says what is sent and compares the line, so it survives any change of how
//! Landfall does it.

use domain::provider::Provider;
use expect_test::Expect;
use futures_util::future::join_all;

use crate::event::Event;
use crate::http::{Answer, Request};
use crate::recorded::recorded;
use crate::source::Source;
use crate::world::{World, run};

/// Everything that was sent to one source of its own, and what came of it.
#[derive(Debug)]
pub struct Story {
    /// The world in which it happened.
    pub world: &'static World,
    /// The source.
    pub source: Source,
    /// What was answered, in the order of sending.
    pub answers: Vec<Answer>,
}

/// Sends the recorded delivery `path` (`glossi/job-complete`) to a fresh source, `times` times one after the other as a
/// sender does that misses the answers, and compares what came of it.
pub fn check(path: &str, times: usize, expected: Expect) {
    run(async |world| {
        let recorded = recorded(path);
        let mut story = Story::begin(world, recorded.provider).await;
        let delivery = story.delivery(&recorded.body).with_header("content-type", recorded.content_type);
        for _ in 0..times {
            story.send(&delivery).await;
        }
        story.check(expected).await;
    });
}

impl Story {
    /// A story about a fresh source of `provider`.
    pub async fn begin(world: &'static World, provider: Provider) -> Story {
        Story::about(world, world.source(provider).await)
    }

    /// A story about `source`.
    #[must_use]
    pub fn about(world: &'static World, source: Source) -> Story {
        Story { world, source, answers: Vec::new() }
    }

    /// The genuine delivery of `body`.
    #[must_use]
    pub fn delivery(&self, body: &[u8]) -> Request {
        self.world.delivery(&self.source, body)
    }

    /// Sends `request` and waits for the answer.
    pub async fn send(&mut self, request: &Request) -> Answer {
        let answer = match &*self.answers {
            [] => self.world.deliver_new(request).await,
            _ => self.world.deliver(request).await,
        };
        self.answers.push(answer.clone());
        answer
    }

    /// Sends all of `requests` at the same time. Which is answered first is nobody's business, so the answers are told
    /// in the order of their text.
    pub async fn send_at_once(&mut self, requests: &[Request]) {
        let mut answers = join_all(requests.iter().map(|request| self.world.deliver(request))).await;
        answers.sort_by_key(Answer::told);
        self.answers.append(&mut answers);
    }

    /// The ids of the events that were accepted, each once, in the order of sending.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        for id in self.answers.iter().filter(|answer| answer.is_success()).filter_map(Answer::event_id) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// Waits until everything that was accepted is finished and, if it is done, has reached the consumer.
    pub async fn settle(&self) {
        for id in self.ids() {
            if self.world.finished(&id).await.text("state") == "done" {
                self.world.event(&self.source, &id).await;
            }
        }
    }

    /// Waits until everything is settled, then tells it.
    pub async fn told(&self) -> String {
        self.settle().await;
        let answers: Vec<String> = self.answers.iter().map(Answer::told).collect();
        let answers =
            counted(
                &answers,
                |answer, count| if count > 2 { format!("{count} x {answer}") } else { vec![answer; count].join(", ") },
            );
        let mut records = Vec::new();
        for id in self.ids() {
            records.push(self.world.record(&id).await.map_or("missing".to_owned(), |record| record.told()));
        }
        let events: Vec<String> =
            self.world.events(&self.source).iter().map(|event| event.text("/type").to_owned()).collect();
        let ledger =
            counted(&records, |record, count| if count == 1 { record.to_owned() } else { format!("{count} {record}") });
        let published = counted(&events, |event, count| match count {
            1 => format!("{event} once"),
            2 => format!("{event} twice"),
            _ => format!("{event} {count} times"),
        });
        let told = format!("{answers} | ledger: {ledger} | published: {published}");
        told.replace(&self.source.name, "{source}")
    }

    /// Compares what is told with what is expected.
    pub async fn check(&self, expected: Expect) {
        expected.assert_eq(&self.told().await);
    }

    /// The event that became of the only delivery, or the first.
    ///
    /// # Panics
    /// If it was not accepted.
    pub async fn event(&self) -> Event {
        let id = self.answers.first().and_then(Answer::event_id).expect("the first delivery was accepted");
        self.world.event(&self.source, &id).await
    }
}

/// Equal texts in a row told as one.
fn counted(texts: &[String], tell: impl Fn(&str, usize) -> String) -> String {
    let told: Vec<String> =
        texts.chunk_by(|one, other| one == other).map(|equal| tell(&equal[0], equal.len())).collect();
    if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
}
