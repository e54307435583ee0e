//! Messages that a sender may have signed in the place of the one that its description names.

use super::guess::Guess;
use crate::content::form;
use crate::delivery::Delivery;
use crate::description::Template;
use crate::source::{PublicUrl, SignatureScheme};
use crate::verify::signature_header::SignatureHeader;
use crate::verify::signed_content::SignedContent;
use crate::verify::signed_timestamp::SignedTimestamp;

/// What senders sign, other than the description's own.
const MESSAGES: [&str; 8] = [
    "{body}",
    "{timestamp}.{body}",
    "{timestamp}{body}",
    "{timestamp}:{body}",
    "v0:{timestamp}:{body}",
    "{id}.{timestamp}.{body}",
    "{body}{timestamp}",
    "{body_sha256}",
];

/// The message by the description, and what it would be by mistake.
pub(super) fn guesses(delivery: &Delivery, signing: &SignatureScheme) -> Vec<Guess<Vec<u8>>> {
    let mut guesses: Vec<Guess<Vec<u8>>> = message(delivery, signing).map(Guess::as_described).into_iter().collect();
    for text in MESSAGES {
        let template = Template::parse(text).expect("the tests read each");
        if template != signing.message {
            let signing = SignatureScheme { message: template, ..signing.clone() };
            let mistake = format!("The sender signs `{text}`: see `message` of the description.");
            guesses.extend(message(delivery, &signing).map(|value| Guess::mistake(mistake, value)));
        }
    }
    if signing.message.holds_url() {
        for url in urls(delivery) {
            let mistake = "The sender was given another URL than the function sees, and signs that one: give its beginning as `public_url` of the source.";
            let signing = SignatureScheme { public_url: PublicUrl::parse(&url).ok(), ..signing.clone() };
            guesses.extend(message(delivery, &signing).map(|value| Guess::mistake(mistake, value)));
        }
    }
    guesses
}

/// What `signing` says is signed of the delivery; `None` if part of it is missing.
pub(super) fn message(delivery: &Delivery, signing: &SignatureScheme) -> Option<Vec<u8>> {
    let readable = form::readable(&signing.forms, &delivery.body);
    let header = SignatureHeader::read(delivery, &readable, signing).ok();
    let pairs = header.map(|header| header.pairs).unwrap_or_default();
    let rule = signing.timestamp.as_ref();
    let timestamp = rule.and_then(|rule| SignedTimestamp::read(delivery, &readable, rule, &pairs).ok());
    Some(SignedContent::of(delivery, signing, &readable, timestamp.as_ref()).ok()?.whole().into_owned())
}

/// The hosts by which the sender may know the function: what stands in front of it says so.
fn urls(delivery: &Delivery) -> Vec<String> {
    let hosts = ["host", "x-forwarded-host", "x-original-host"];
    let hosts = hosts.iter().filter_map(|name| delivery.headers.single(name).ok().flatten());
    let path = &delivery.url.path;
    let other_end = path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned);
    hosts
        .chain([&*delivery.url.host])
        .flat_map(|host| {
            let paths = [path, &other_end];
            paths.map(|path| ["https", "http"].map(|scheme| format!("{scheme}://{host}{path}")))
        })
        .flatten()
        .collect()
}
