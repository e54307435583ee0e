//! The events queue: at least once, in any order, each message hidden while somebody works on it.

use std::time::Duration;

use domain::time::Timestamp;

use crate::event::Body;
use crate::name::Name;
use crate::time::{Moves as _, NOW};

/// What a message brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Brought {
    /// The whole event; `MessageBody::Here` in shared/domain/src/message.rs.
    Body(Body),
    /// The word that the ledger has it; `MessageBody::InLedger`.
    Reference,
}

/// A message on the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Message {
    pub(crate) brought: Brought,
    /// Until when nobody else receives it.
    pub(crate) hidden_until: Option<Timestamp>,
    /// The claim of whoever received it last. An older receipt no longer deletes it: SQS promises no more than that.
    pub(crate) receipt: Name,
}

/// The queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Queue {
    pub(crate) messages: Vec<Message>,
}

impl Queue {
    /// Takes a message in.
    pub(crate) fn send(&mut self, brought: Brought) {
        self.messages.push(Message { brought, hidden_until: None, receipt: 0 });
    }

    /// Which messages can be received; of equal ones the first, since any order is possible anyway.
    pub(crate) fn visible(&self) -> impl Iterator<Item = usize> {
        let is_new = |index: &usize| *index == 0 || self.messages[*index] != self.messages[*index - 1];
        (0..self.messages.len()).filter(|index| self.messages[*index].hidden_until.is_none()).filter(is_new)
    }

    /// Gives a message to the claim `receipt`; for `hidden_for` nobody else gets it.
    pub(crate) fn receive(&mut self, index: usize, receipt: Name, hidden_for: Option<Duration>) -> Brought {
        let message = &mut self.messages[index];
        message.receipt = receipt;
        message.hidden_until = hidden_for.map(|wait| NOW + wait);
        message.brought
    }

    /// Deletes the message that `receipt` stands for, if it still does.
    pub(crate) fn delete(&mut self, receipt: Name) {
        self.messages.retain(|message| message.receipt != receipt);
    }

    /// Hides that message for another while.
    pub(crate) fn hide(&mut self, receipt: Name, wait: Duration) {
        for message in self.messages.iter_mut().filter(|message| message.receipt == receipt) {
            message.hidden_until = Some(NOW + wait);
        }
    }

    /// Whether a message could bring the event of this body to the processor without the ledger's help.
    pub(crate) fn has(&self, body: Body) -> bool {
        self.messages.iter().any(|message| message.brought == Brought::Body(body))
    }

    /// Lets `wait` pass; what was hidden long enough shows again.
    pub(crate) fn pass(&mut self, wait: Duration) {
        for message in &mut self.messages {
            if let Some(until) = &mut message.hidden_until {
                until.pass(wait);
            }
            message.hidden_until = message.hidden_until.filter(|until| *until > NOW);
        }
    }
}
