//! The language in which a sender is described: how it proves that a delivery is its own, where its bodies say what
//! happened to which job, and where the outputs are.
//!
//! A description is data. Those of the catalogue are one TOML file each, read and checked when `domain` is built and
//! compiled into it as constants; an operator's own comes as JSON in the secret of a source, and is read by the same
//! types and checked by the same rules. What makes no sense either cannot be written or is refused by
//! [`Description::check`] with a message that says what to write instead.

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
mod scheme;
mod shape;
mod shown;
mod signed;
mod template;

use std::borrow::Cow;

use serde::Deserialize;

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
pub use self::scheme::{
    Ed25519, Encoding, Hash, Hmac, KeySource, Scheme, SecretEncoding, SecretForm, StaticToken, Syntax, Timestamp,
    TimestampAt, TimestampUnit,
};
pub use self::shape::{Challenge, Otherwise, Shape};
pub use self::shown::Shown;
pub use self::template::{NotATemplate, Part, Template};

/// A text that is either compiled in or read at run time.
pub type Text = Cow<'static, str>;
/// A list that is either compiled in or read at run time.
pub type List<T> = Cow<'static, [T]>;

/// How many different places of the body the shapes' conditions, subjects, keys and reports may look at together: they
/// are looked for in one pass before the sender hears an answer.
pub const HEAD_POINTERS_MAX: usize = 64;

/// All that Landfall knows of a kind of sender.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "bake", derive(databake::Bake), databake(path = description))]
pub struct Description {
    /// Its name in configuration, records and events: lower-case letters, digits and hyphens, as the file is named.
    pub name: Text,
    /// What a person should know; nothing that the program decides by.
    #[serde(default)]
    pub about: About,
    /// What proves that a delivery is the sender's own.
    pub scheme: Scheme,
    /// Deliveries that only ask for an answer, such as Slack's.
    #[serde(default)]
    pub challenge: Option<Challenge>,
    /// Headers that are kept with an event beside those that always are. What a shape reads from a header must be
    /// among either.
    #[serde(default)]
    pub kept_headers: List<HeaderName>,
    /// Whether it sends forms: a body that is no JSON is then read as if it were an object of the form's fields, each a
    /// text, and a field that is there more than once a list of them.
    #[serde(default)]
    pub forms: bool,
    /// The hosts of which its assets may come; a name that begins with a dot stands for all names below.
    #[serde(default)]
    pub asset_hosts: List<Text>,
    /// For how many seconds the sender keeps an asset after the job has ended, if it promises that.
    #[serde(default)]
    pub asset_life_seconds: Option<u64>,
    /// The forms of its bodies: the first whose conditions hold is taken. A body of none of them is unrecognized.
    #[serde(default, rename = "shape")]
    pub shapes: List<Shape>,
    /// How its API is asked whether an event is true that nothing but a token vouches for.
    #[serde(default, rename = "poll")]
    pub polls: List<Poll>,
}
