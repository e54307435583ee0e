//! Where an event goes on this machine: URLs, each for the events that its pattern names.

use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use serde_json::Value;
use url::{Host, Url};

/// A handler that is being debugged may stand still for long.
pub const HANDLED_WITHIN: Duration = Duration::from_secs(12 * 60 * 60);

/// An attribute by which events are distinguished, as filters of subscriptions name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EventAttribute {
    /// The type, such as landfall.job.completed.
    Type,
    /// The source.
    Source,
    /// The kind of sender.
    Provider,
    /// How the thing stands.
    Status,
    /// The kind of media.
    Media,
}

/// A URL for some events: `type=landfall.job.*=>http://127.0.0.1:3000/jobs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The attribute and its value, which may end with `*`; none for all events.
    pattern: Option<(EventAttribute, String)>,
    url: Url,
}

/// A URL on this machine.
///
/// # Errors
/// If it is none, or leads elsewhere.
pub fn local_url(text: &str) -> std::result::Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{text} is no URL: {error}"))?;
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match (url.scheme(), is_local) {
        ("http", true) => Ok(url),
        _ => Err(format!("{text} does not lead to this machine: write http://127.0.0.1:3000/path")),
    }
}

impl Route {
    /// One that takes all events.
    #[must_use]
    pub const fn of_all(url: Url) -> Route {
        Route { pattern: None, url }
    }

    /// Whether it takes this event.
    #[must_use]
    pub fn takes(&self, event: &Value) -> bool {
        let Some((attribute, pattern)) = &self.pattern else { return true };
        let value = value_of(event, *attribute);
        match pattern.strip_suffix('*') {
            Some(beginning) => value.starts_with(beginning),
            None => value == pattern,
        }
    }

    /// The URL.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }
}

impl FromStr for Route {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Route, String> {
        let form = || format!("{text} is no route: write type=landfall.job.*=>http://127.0.0.1:3000/path");
        let (pattern, url) = text.split_once("=>").ok_or_else(form)?;
        let (name, value) = pattern.split_once('=').ok_or_else(form)?;
        let attribute = EventAttribute::from_str(name.trim(), false)
            .map_err(|_| format!("{name} is no attribute: write type, source, provider, status or media"))?;
        Ok(Route { pattern: Some((attribute, value.trim().to_owned())), url: local_url(url.trim())? })
    }
}

/// What a published event has as this attribute.
#[must_use]
pub fn value_of(event: &Value, attribute: EventAttribute) -> &str {
    let value = match attribute {
        EventAttribute::Type => &event["type"],
        EventAttribute::Source => {
            let source = event["source"].as_str().unwrap_or_default();
            return source.strip_prefix("/landfall/").unwrap_or(source);
        }
        EventAttribute::Provider => &event["data"]["provider"],
        EventAttribute::Status => &event["data"]["status"],
        EventAttribute::Media => &event["data"]["media"],
    };
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Route, local_url};

    #[test]
    fn a_route_takes_what_its_pattern_names() {
        let event = json!({"type": "landfall.job.completed", "source": "/landfall/csm-prod", "data": {"provider": "csm", "status": "completed", "media": null}});
        let check = |pattern: &str, expected: bool| {
            let route: Route = format!("{pattern}=>http://127.0.0.1:3000/x").parse().expect("it is a route");
            assert_eq!(route.takes(&event), expected, "{pattern}");
        };
        check("type=landfall.job.*", true);
        check("type=landfall.job", false);
        check("source=csm-prod", true);
        check("provider=fal", false);
        check("status=completed", true);
        check("media=*", true);
        check("media=3d", false);
    }

    #[test]
    fn events_go_to_this_machine_alone() {
        let check = |url: &str, expected: bool| assert_eq!(local_url(url).is_ok(), expected, "{url}");
        check("http://127.0.0.1:3000/x", true);
        check("http://localhost/x", true);
        check("http://[::1]:80/", true);
        check("https://127.0.0.1/x", false);
        check("http://127.0.0.1.example.com/", false);
        check("http://10.0.0.1/", false);
        check("file:///etc/passwd", false);
        for route in ["x", "type=a", "colour=a=>http://127.0.0.1/", "type=a=>http://example.com/"] {
            assert!(route.parse::<Route>().is_err(), "{route}");
        }
    }
}
