//! The usual ways in which a sender proves its deliveries, as the beginnings of descriptions.

mod code;

use std::fmt::Write as _;
use std::iter;

use domain::description::TimestampUnit;

pub use self::code::Code;
use self::code::{decoded, is_other, quoted};
use crate::sample::{Sample, time_unit};

/// A way in which a delivery may prove itself. No field holds a secret, or a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemeForm {
    /// The secret itself, in a header.
    Token {
        /// The header.
        header: String,
        /// What stands before it.
        prefix: &'static str,
    },
    /// The secret itself, in the URL's query.
    TokenInQuery(String),
    /// Name and password.
    Basic,
    /// A message authentication code.
    Mac {
        /// Where the code stands, and how it is written.
        code: Code,
        /// How the secret is read; as its text if nothing is said.
        secret: Option<&'static str>,
        /// The header with the delivery's id, if that is signed.
        id: Option<String>,
        /// When the delivery was made, if that is signed.
        time: Option<Time>,
        /// What is signed.
        message: String,
    },
}

/// A text that may be a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// As the language writes it.
    at: String,
    unit: TimestampUnit,
    /// The header that it has to itself.
    header: Option<String>,
}

/// What senders sign, the most usual first. Which of id and time is in it decides where those are looked for.
const MESSAGES: [&str; 34] = [
    "{body}",
    "{timestamp}.{body}",
    "{id}.{timestamp}.{body}",
    "{timestamp}{body}",
    "{timestamp}:{body}",
    "v0:{timestamp}:{body}",
    "v1:{timestamp}:{body}",
    "{body}{timestamp}",
    "{body}.{timestamp}",
    "{timestamp},{body}",
    "{timestamp}\n{body}",
    "{url}{body}",
    "{path}{body}",
    "POST{path}{body}",
    "POST\n{path}\n{body}",
    "{timestamp}POST{path}{body}",
    "POST{path}{timestamp}{body}",
    "POST\n{path}\n{timestamp}\n{body}",
    "{timestamp}\nPOST\n{path}\n{body}",
    "{timestamp}{path}{body}",
    "{url}{timestamp}{body}",
    "{timestamp}.{body_sha256}",
    "{body_sha256}",
    "{id}.{body}",
    "{id}{body}",
    "{id}:{body}",
    "{body}{id}",
    "{timestamp}.{id}.{body}",
    "{id}{timestamp}{body}",
    "{timestamp}{id}{body}",
    "{id}:{timestamp}:{body}",
    "{timestamp}:{id}:{body}",
    "{id}\n{timestamp}\n{body}",
    "{id}|{timestamp}|{body}",
];

/// More headers than this are not tried as the delivery's id.
const IDS_MAX: usize = 8;
/// The prefix of secrets by Standard Webhooks.
const STANDARD_PREFIX: &str = "whsec_";

impl SchemeForm {
    /// Those that `sample` may have been proven by with `secret`, the most usual first.
    pub fn of<'a>(sample: &'a Sample, secret: &str) -> impl Iterator<Item = SchemeForm> + 'a {
        let codes: Vec<Code> = sample.headers.iter().flat_map(|(name, value)| Code::of(name, value)).collect();
        let secrets = secret_forms(secret);
        let by_code = MESSAGES.into_iter().flat_map(move |message| {
            let codes = codes.clone();
            let secrets = secrets.clone();
            codes.into_iter().flat_map(move |code| {
                let secrets = secrets.clone();
                with_places(sample, &code, message).flat_map(move |(id, time)| {
                    let (code, id, time) = (code.clone(), id, time);
                    let form = move |secret| SchemeForm::Mac {
                        code: code.clone(),
                        secret,
                        id: id.clone(),
                        time: time.clone(),
                        message: message.to_owned(),
                    };
                    secrets.clone().into_iter().map(form)
                })
            })
        });
        tokens(sample).chain(by_code)
    }

    /// The scheme in the language of descriptions; with `limit_seconds`, of how old and how far ahead its time may be.
    #[must_use]
    pub fn toml(&self, limit_seconds: Option<u64>) -> String {
        let mut text = "[scheme]\n".to_owned();
        let mut line = |name: &str, value: &str| writeln!(text, "{name} = {value}").expect("a text takes any");
        match self {
            SchemeForm::Token { header, prefix } => {
                line("kind", "\"static-token\"");
                line("header", &quoted(header));
                if !prefix.is_empty() {
                    line("prefix", &quoted(prefix));
                }
            }
            SchemeForm::TokenInQuery(name) => {
                line("kind", "\"static-token\"");
                line("at", &quoted(&format!("query:{name}")));
            }
            SchemeForm::Basic => line("kind", "\"basic\""),
            SchemeForm::Mac { code: Code { header, syntax, encoding, hash, .. }, secret, id, time, message } => {
                line("kind", "\"hmac\"");
                line("hash", &quoted(hash));
                if let Some(secret) = secret {
                    line("secret", secret);
                }
                line("header", &quoted(header));
                if let Some(syntax) = syntax {
                    line("syntax", syntax);
                }
                line("encoding", &quoted(encoding));
                if let Some(id) = id {
                    line("id", &quoted(id));
                }
                if let Some(Time { at, unit, .. }) = time {
                    let limits = limit_seconds.map_or_else(String::new, |limit| {
                        format!(", past_seconds = {limit}, future_seconds = {limit}")
                    });
                    line("timestamp", &format!("{{ at = {at}, unit = \"{}\"{limits} }}", unit_word(*unit)));
                }
                line("message", &quoted(message));
            }
        }
        text
    }

    /// Whether a time is signed.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        matches!(self, SchemeForm::Mac { time: Some(_), .. })
    }

    /// Whether the delivery's id is signed.
    #[must_use]
    pub fn has_id(&self) -> bool {
        matches!(self, SchemeForm::Mac { id: Some(_), .. })
    }

    /// Whether the URL that the sender was given is signed.
    #[must_use]
    pub fn signs_url(&self) -> bool {
        matches!(self, SchemeForm::Mac { message, .. } if message.contains("{url}") || message.contains("{path}"))
    }
}

/// Where the secret may stand itself.
fn tokens(sample: &Sample) -> impl Iterator<Item = SchemeForm> {
    let names = sample.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
    let headers = names.filter(|name| name == "authorization" || !is_other(name));
    let in_header = headers.flat_map(|header| {
        ["", "Bearer ", "Token "].map(|prefix| SchemeForm::Token { header: header.clone(), prefix })
    });
    let query = sample.url.split_once('?').map_or("", |(_, query)| query);
    let names = url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned());
    in_header.chain(names.map(SchemeForm::TokenInQuery)).chain([SchemeForm::Basic])
}

/// The headers and pairs in which the parts of `message` beside the body may stand: of each, an id and a time.
fn with_places(
    sample: &Sample,
    code: &Code,
    message: &str,
) -> impl Iterator<Item = (Option<String>, Option<Time>)> + use<> {
    let times: Vec<Option<Time>> =
        if message.contains("{timestamp}") { times(sample, code).map(Some).collect() } else { vec![None] };
    let ids: Vec<Option<String>> = if message.contains("{id}") {
        let names = sample.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
        let names = names.filter(|name| !is_other(name) && *name != code.header);
        names.take(IDS_MAX).map(Some).collect()
    } else {
        vec![None]
    };
    ids.into_iter().flat_map(move |id| {
        let times = times.clone().into_iter();
        let another = times.filter({
            let id = id.clone();
            move |time| id.is_none() || time.as_ref().and_then(|time| time.header.as_ref()) != id.as_ref()
        });
        another.map(move |time| (id.clone(), time))
    })
}

fn times<'a>(sample: &'a Sample, code: &'a Code) -> impl Iterator<Item = Time> + 'a {
    let in_pairs = code.pairs.iter().filter_map(|(key, value)| {
        time_unit(value).map(|unit| Time { at: format!("{{ pair = {} }}", quoted(key)), unit, header: None })
    });
    let in_headers = sample.headers.iter().filter_map(|(name, value)| {
        let header = name.to_ascii_lowercase();
        let at = format!("{{ header = {} }}", quoted(&header));
        time_unit(value.trim()).map(|unit| Time { at, unit, header: Some(header) })
    });
    in_pairs.chain(in_headers)
}

/// How the sender may read its secret, the likeliest first.
fn secret_forms(secret: &str) -> Vec<Option<&'static str>> {
    if secret.starts_with(STANDARD_PREFIX) {
        return vec![
            Some("{ strip_prefix = \"whsec_\", encoding = \"base64\" }"),
            None,
            Some("{ strip_prefix = \"whsec_\", encoding = \"text\" }"),
        ];
    }
    let is_hex = matches!(decoded(secret), Some(("hex", _)));
    let others = [(is_hex, "{ encoding = \"hex\" }"), (decoded(secret).is_some(), "{ encoding = \"base64\" }")];
    iter::once(None).chain(others.into_iter().filter_map(|(may_be, form)| may_be.then_some(Some(form)))).collect()
}

fn unit_word(unit: TimestampUnit) -> &'static str {
    match unit {
        TimestampUnit::Seconds => "seconds",
        TimestampUnit::Milliseconds => "milliseconds",
        TimestampUnit::Rfc3339 => "rfc3339",
        TimestampUnit::HttpDate => "http-date",
    }
}
