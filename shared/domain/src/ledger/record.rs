//! One event's record.

use std::fmt;

use crate::digest::Digest;
use crate::event::event_id::EventId;
use crate::event::{Event, Origin, VerifiedBy};
use crate::text::string_enum::string_enum;
use crate::time::Timestamp;

/// How far an event has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Recorded; nobody works on it.
    Received,
    /// A processor holds a claim on it.
    Processing,
    /// Published. Final, unless an operator replays it.
    Done,
    /// Given up. Final, unless an operator replays it or its sender delivers it again, at least an hour later.
    Failed,
}

string_enum!(State { Received => "received", Processing => "processing", Done => "done", Failed => "failed" });

impl State {
    /// Whether nothing more will happen by itself.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            State::Done | State::Failed => true,
            State::Received | State::Processing => false,
        }
    }
}

/// One event's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is.
    pub event: Event,
    /// Where its body lies.
    pub body: StoredBody,
    /// How far it has come, and who may do what with it.
    pub lifecycle: RecordState,
}

/// The part of a record on which decisions depend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordState {
    /// How far it has come.
    pub state: State,
    /// The id of the invocation that recorded it.
    pub recorded_by: String,
    /// The SHA-256 of its body.
    pub body_sha256: Digest,
    /// How its event was proven genuine.
    pub verified_by: VerifiedBy,
    /// How its event came.
    pub origin: Origin,
    /// Whether it failed because the sender says that it is not true.
    pub is_contradicted: bool,
    /// When another body last brought it forward.
    pub brought_forward_at: Option<Timestamp>,
    /// The token of the latest claim; it stays after settling.
    pub claimed_by: Option<String>,
    /// How often it was claimed.
    pub attempts: u32,
    /// Until when the latest claim may be worked on.
    pub lease_until: Option<Timestamp>,
    /// Before when it must not be claimed.
    pub not_before: Option<Timestamp>,
    /// When the sweep sends it again, or when it failed; absent when it is done.
    pub due_at: Option<Timestamp>,
    /// When it may be forgotten, in whole seconds since the epoch; present exactly when it is finished.
    pub expires_at_seconds: Option<i64>,
}

/// A body on its way into a record.
#[derive(Clone, Copy, Debug)]
pub enum RecordBody<'a> {
    /// To be kept in the record.
    Inline(&'a PackedBody),
    /// Kept in the bucket already.
    Referenced(&'a BodyRef),
}

/// A body as a record keeps it: compressed where that makes it smaller.
#[derive(Clone, PartialEq, Eq)]
pub struct PackedBody {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether they are a zstd frame.
    pub is_zstd: bool,
}

/// The body of a record, read.
#[derive(Clone, PartialEq, Eq)]
pub enum StoredBody {
    /// In the record itself.
    Inline(Vec<u8>),
    /// In the bucket.
    Referenced(BodyRef),
}

/// A body in the bucket. Its key is derived from the event and checked, never believed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BodyRef {
    /// The bucket.
    pub bucket: String,
    /// The key in it.
    pub key: String,
    /// The SHA-256 of the bytes, in lower-case hex.
    pub sha256: String,
    /// Their number.
    pub size: u64,
}

impl fmt::Debug for PackedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PackedBody({} bytes)", self.bytes.len())
    }
}

impl fmt::Debug for StoredBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoredBody::Inline(bytes) => write!(f, "Inline({} bytes)", bytes.len()),
            StoredBody::Referenced(body_ref) => f.debug_tuple("Referenced").field(body_ref).finish(),
        }
    }
}

impl BodyRef {
    /// Where `event`'s body lies in `bucket`: under its id's digest, so that no sender chooses a key, and its own, so
    /// that a second body under the same id cannot replace the first.
    #[must_use]
    pub fn of(bucket: &str, event: &Event, size: u64) -> BodyRef {
        BodyRef::new(bucket, &event.id, event.body_sha256, size)
    }

    /// Where another text about the event `id` lies, such as its sender's own account.
    #[must_use]
    pub fn new(bucket: &str, id: &EventId, sha256: Digest, size: u64) -> BodyRef {
        BodyRef {
            bucket: bucket.to_owned(),
            key: format!("bodies/{}/{sha256}", id.digest()),
            sha256: sha256.to_string(),
            size,
        }
    }
}

impl RecordState {
    /// Whether the record's time is over. DynamoDB deletes expired items when it finds the time, which may be days
    /// later, so this is asked before a record is believed.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at_seconds.is_some_and(|seconds| seconds.saturating_mul(1000) <= now.as_millis())
    }
}
