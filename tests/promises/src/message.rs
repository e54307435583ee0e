//! Messages on the events queue.

use domain::digest::Digest;
use domain::event::Event;
use domain::ledger::record::BodyRef;
use domain::message::{
    BodyLocation, INLINE_MESSAGE_MAX_BYTES, Message, MessageBody, Undecodable, encode, encode_reference, encode_whole,
};

use crate::queue_text;

/// Any text is a message with the body that was meant, which reads the same once written again, or a stated refusal that
/// quotes nothing of it.
pub fn hold(text: &str) {
    match Message::decode(text) {
        Ok(message) => {
            assert_eq!(Message::decode(&written_again(&message)).expect("we wrote it"), message);
            if let MessageBody::Here(body) = &message.body {
                assert_eq!(Digest::of(body), message.event.body_sha256);
            }
        }
        Err(error) => {
            let stated = match &error {
                Undecodable::Malformed { line, column } => {
                    format!("not a message of the documented form (line {line}, column {column})")
                }
                Undecodable::Version(version) => format!("version {version} of the message form is not known here"),
                Undecodable::Field(field) => format!("`{field}` does not hold what it must"),
                Undecodable::BodyChanged => "the body's SHA-256 is not `body_sha256`".to_owned(),
            };
            assert_eq!(error.to_string(), stated);
        }
    }
}

fn written_again(message: &Message) -> String {
    match &message.body {
        MessageBody::Here(body) => encode_whole(&message.event, body).expect("what is tried here is small"),
        MessageBody::InLedger => encode_reference(&message.event),
        MessageBody::InBucket(reference) => {
            let too_large_to_travel = vec![b'x'; INLINE_MESSAGE_MAX_BYTES + 1];
            encode(&message.event, &too_large_to_travel, BodyLocation::Bucket(reference))
        }
    }
}

/// The message of an event comes through with the body, or says where that lies, in a size that SQS takes.
pub fn hold_for_event(event: &Event, body: &[u8]) {
    let reference = BodyRef::of("bucket", event, body.len() as u64);
    let check = |text: &str, otherwise: MessageBody| {
        queue_text::holds(text);
        let message = Message::decode(text).expect("we wrote it");
        assert_eq!(&message.event, event);
        let expected =
            if matches!(message.body, MessageBody::Here(_)) { MessageBody::Here(body.to_vec()) } else { otherwise };
        assert_eq!(message.body, expected);
    };
    check(&encode(event, body, BodyLocation::Ledger), MessageBody::InLedger);
    check(&encode(event, body, BodyLocation::Bucket(&reference)), MessageBody::InBucket(reference.clone()));
    if let Ok(whole) = encode_whole(event, body) {
        check(&whole, MessageBody::Here(body.to_vec()));
    }
}
