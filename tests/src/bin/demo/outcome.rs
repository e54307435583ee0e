//! What came of a request, and whether it is what must come of it.

use tests::world::World;

use crate::act::{Scene, StepResult};
use crate::script::How;

/// What came of a request, in the words of the table.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) how: How,
    pub(crate) sender: String,
    pub(crate) delivery: &'static str,
    /// What was answered.
    pub(crate) answer: String,
    /// What the ledger holds because of it.
    pub(crate) ledger: String,
    /// What the consumer received because of it.
    pub(crate) received: String,
    /// The sender's id of what the event is about.
    pub(crate) subject: String,
}

const NOTHING: &str = "nothing";

impl Outcome {
    /// Waits until nothing more comes of it, and looks.
    pub(crate) async fn of(world: &World, scene: &Scene, performed: StepResult) -> Outcome {
        let StepResult { step, answer, .. } = performed;
        let (mut ledger, mut received, mut subject) = (NOTHING.to_owned(), NOTHING.to_owned(), String::new());
        match (step.how, answer.event_id()) {
            (How::First(_) | How::Changed { .. }, Some(id)) => {
                ledger = world.finished(&id).await.told();
                let event = world.event(&scene.source, &id).await;
                (received, subject) = (event.text("/type").to_owned(), event.text("/subject").to_owned());
            }
            (How::Again, Some(id)) => {
                // The record and the event of the first delivery stand already; this one must have added to neither.
                let record = world.finished(&id).await;
                let events = world.events(&scene.source).iter().filter(|event| event.text("/id") == id).count();
                ledger = if record.number("attempts") == Some(1) { "nothing more".to_owned() } else { record.told() };
                received = if events == 1 { "nothing more".to_owned() } else { format!("{events} events in all") };
            }
            (How::Forged(_), _) | (_, None) => {
                let (records, events) = (world.records(&scene.source).await.len(), world.events(&scene.source).len());
                let genuine = scene.steps.iter().filter(|step| step.how.is_another_event()).count();
                if records > genuine {
                    ledger = format!("{} too many", records - genuine);
                }
                if events > genuine {
                    received = format!("{} too many", events - genuine);
                }
            }
        }
        let sender = scene.source.provider.to_string();
        Outcome { how: step.how, sender, delivery: step.says, answer: short(answer.told()), ledger, received, subject }
    }

    /// Whether this is what must come of it.
    pub(crate) fn is_as_it_must_be(&self) -> bool {
        (self.answer.as_str(), self.ledger.as_str(), self.received.as_str()) == self.must_be()
    }

    /// What is not as it must be.
    pub(crate) fn complaint(&self) -> String {
        let is = (self.answer.as_str(), self.ledger.as_str(), self.received.as_str());
        format!("{is:?} instead of {:?}", self.must_be())
    }

    const fn must_be(&self) -> (&'static str, &'static str, &'static str) {
        match self.how {
            How::First(event_type) | How::Changed { event_type, .. } => {
                ("200 accepted", "done after 1 attempt", event_type)
            }
            How::Again => ("200 duplicate", "nothing more", "nothing more"),
            How::Forged(_) => ("401 refused", NOTHING, NOTHING),
        }
    }
}

/// All refusals have one text, too long for a table.
fn short(answer: String) -> String {
    if answer.starts_with("401 ") { "401 refused".to_owned() } else { answer }
}
