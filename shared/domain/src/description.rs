//! The language in which a sender is described: how it proves that a delivery is its own, where its bodies say what
//! happened to which job, and where the outputs are.
//!
//! A description is data. Those of the catalogue are one TOML file each, which the build turns into JSON; an operator's
//! own comes as JSON in the secret of a source. Both are read by the same types and held to the same rules: what makes
//! no sense either cannot be written or is refused by [`Description::check`] with a message that says what to write
//! instead.

mod about;
mod assets;
mod check;
mod condition;
mod details;
mod host;
mod kept;
mod place;
mod poll;
mod report;
mod root;
mod scheme;
mod shape;
mod shown;
mod signed;
mod template;

pub use self::about::{About, Confidence};
pub use self::assets::{AssetRule, AssetSource, Never};
pub use self::check::Fault;
pub use self::condition::{Condition, Test};
pub use self::details::{Details, ErrorRules, MediaRule, TextRule, TimeRule, Unit, WorkRule};
pub use self::host::is_host;
pub use self::kept::KEPT_HEADERS;
pub use self::place::{HeaderName, NotAHeaderName, NotAPlace, Place, Places, Pointer};
pub use self::poll::{
    Among, Answer, FieldValue, Filling, Method, NotAFilling, NotAPollUrl, Poll, PollField, PollHeader, PollUrl, Put,
    PutValue, Word,
};
pub use self::report::{Media, NotAReport, Report, ReportRule, Status, Thing};
pub use self::root::{Description, HEAD_POINTERS_MAX};
pub use self::scheme::{
    Ed25519, Encoding, Hash, Hmac, KeySource, Scheme, SecretEncoding, SecretForm, StaticToken, Syntax, Timestamp,
    TimestampAt, TimestampUnit,
};
pub use self::shape::{Challenge, Otherwise, Shape};
pub use self::shown::Shown;
pub use self::template::{NotATemplate, Part, Template};
