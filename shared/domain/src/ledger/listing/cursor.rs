//! Where a listing goes on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::ledger::listing::filter::Filter;
use crate::time::Timestamp;

/// The version of the text that this code writes.
const VERSION: u32 = 1;

/// A place in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The instant of the last entry.
    pub at: Timestamp,
    /// Its id.
    pub id: String,
}

/// Where a listing goes on, and what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// What is listed.
    pub filter: Filter,
    /// Nothing that arrived later is shown.
    pub top: Timestamp,
    /// What was shown last.
    pub last: Position,
}

/// A text that is no cursor of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor that this version has printed; begin again without one")]
pub struct NotACursor;

#[derive(Serialize, Deserialize)]
struct Wire {
    v: u32,
    filter: String,
    top: i64,
    at: i64,
    id: String,
}

impl Cursor {
    /// The cursor as text.
    #[must_use]
    pub fn encode(&self) -> String {
        let wire = Wire {
            v: VERSION,
            filter: self.filter.to_json(),
            top: self.top.as_millis(),
            at: self.last.at.as_millis(),
            id: self.last.id.clone(),
        };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&wire).expect("texts and numbers are always JSON"))
    }

    /// Reads what [`encode`](Cursor::encode) writes.
    ///
    /// # Errors
    /// If it is something else.
    pub fn decode(text: &str) -> Result<Cursor, NotACursor> {
        let json = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| NotACursor)?;
        let wire: Wire = serde_json::from_slice(&json).map_err(|_| NotACursor)?;
        if wire.v != VERSION {
            return Err(NotACursor);
        }
        Ok(Cursor {
            filter: Filter::of_json(&wire.filter).ok_or(NotACursor)?,
            top: Timestamp::from_millis(wire.top),
            last: Position { at: Timestamp::from_millis(wire.at), id: wire.id },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::VerifiedBy;
    use crate::ledger::listing::body_pattern::BodyPattern;
    use crate::ledger::listing::filter::View;
    use crate::ledger::record::State;
    use crate::provider::Provider;
    use crate::source::source_name::SourceName;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_is_one() {
        let subject = "job ä".to_owned();
        let subjects = [View::Subject(subject.clone()), View::ScatteredSubject(subject)];
        for view in [View::Arrived, View::Failed, View::Unfinished].into_iter().chain(subjects) {
            let filter = Filter {
                event_type: Some("landfall.job.completed".to_owned()),
                state: Some(State::Done),
                since: Some(Timestamp::from_millis(1)),
                provider: Some(Provider::Glossi),
                verified_by: Some(VerifiedBy::Token),
                body: Some(BodyPattern::parse(r#"{"status": "done"}"#).unwrap()),
                ..Filter::of_source(SourceName::parse("shop").unwrap(), view)
            };
            let last = Position { at: Timestamp::from_millis(2), id: "shop/1".to_owned() };
            let cursor = Cursor { filter, top: Timestamp::from_millis(3), last };
            assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
        }
        for text in ["", "?", "e30", &URL_SAFE_NO_PAD.encode(r#"{"v":2,"filter":"{}","top":1,"at":1,"id":"a"}"#)] {
            assert_eq!(Cursor::decode(text), Err(NotACursor), "{text}");
        }
    }
}
