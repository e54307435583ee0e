//! The language in which a sender is described: how it proves that a delivery is its own, where its bodies say what
//! happened to which job, and where the outputs are.
//!
//! A description is data. Those of the catalogue are one TOML file each, which the build turns into JSON; an operator's
//! own comes as JSON in the secret of a source. Both are read by the same types and held to the same rules: what makes
//! no sense either cannot be written or is refused by [`Description::check`] with a message that says what to write
//! instead.

mod about;
mod account_rule;
mod answer_rules;
mod asset_rule;
mod asset_source;
mod challenge;
mod check;
mod condition;
mod deferred;
mod description_error;
mod detail_rules;
mod end_keys;
mod family;
mod field_mapping;
mod field_path;
mod forms;
mod header_name;
mod host;
mod jwt;
mod kept_headers;
mod key_source;
mod media_rule;
mod one_or_many;
mod pointer;
mod poll;
mod poll_url;
mod public_key;
mod redacted_text;
mod reply_rule;
mod reply_template;
mod report_rule;
mod request_text;
mod retries;
mod root;
mod scheme;
mod scheme_form;
mod secret_form;
mod shape;
mod signature_algorithm;
mod signature_coverage;
mod success_answer;
mod syntax;
mod template;
mod text_rule;
mod time_rule;
mod timestamp;
mod unprompted_field;

pub use self::about::{About, Confidence};
pub use self::account_rule::AccountRule;
pub use self::answer_rules::{AnswerRules, FailureRules, ListLookup};
pub use self::asset_rule::AssetRule;
pub use self::asset_source::AssetSource;
pub use self::challenge::{Challenge, ChallengeMethod};
pub use self::condition::{Condition, Predicate};
pub use self::deferred::Deferred;
pub use self::description_error::DescriptionError;
pub use self::detail_rules::{DetailRules, DurationUnit, ErrorRules, WorkRule};
pub(crate) use self::family::{is_family, is_family_path};
pub use self::field_mapping::{FieldMapping, MappingValue, WordMapping};
pub use self::field_path::{FieldPath, FieldPaths};
pub use self::forms::Forms;
pub use self::header_name::{HeaderName, NotAHeaderName};
pub use self::host::is_host;
pub use self::jwt::{BodyHash, Jwt, JwtAlgorithm, JwtKey};
pub use self::kept_headers::KEPT_HEADERS;
pub use self::key_source::KeySource;
pub use self::media_rule::MediaRule;
pub use self::pointer::{NotAFieldPath, Pointer};
pub use self::poll::{Method, Poll, PollField, PollFieldValue, PollHeader};
pub use self::poll_url::{NotAPollUrl, PollUrl};
pub use self::public_key::NotAPublicKey;
pub(crate) use self::public_key::PublicKey;
pub use self::redacted_text::RedactedText;
pub use self::reply_rule::{ReplyBody, ReplyJson, ReplyRule};
pub use self::reply_template::{NotAReplyTemplate, ReplyPart, ReplyTemplate};
pub use self::report_rule::ReportRule;
pub use self::request_text::{NotARequestText, RequestText};
pub use self::retries::Retries;
pub use self::root::{Description, HEAD_POINTERS_MAX};
pub use self::scheme::{Hash, Hmac, PublicKeySignature, Scheme, SignaturePlace, StaticToken};
pub use self::secret_form::{SecretEncoding, SecretForm};
pub use self::shape::{DefaultReport, Shape};
pub use self::signature_algorithm::SignatureAlgorithm;
pub use self::success_answer::SuccessAnswer;
pub use self::syntax::{Encoding, Syntax};
pub use self::template::{NotATemplate, Template, TemplatePart};
pub use self::text_rule::TextRule;
pub use self::time_rule::TimeRule;
pub use self::timestamp::{Timestamp, TimestampLocation, TimestampUnit};
pub use self::unprompted_field::UnpromptedField;
