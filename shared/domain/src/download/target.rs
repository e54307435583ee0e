//! URLs that may be asked for.

use std::fmt;

use url::{Host, Url};

use crate::download::FetchRefusal;
use crate::download::hosts::Hosts;

/// A URL that may be asked for. Only the checks make one, so whatever takes one cannot be given a stranger's text.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Url);

/// Whether a test's own server may be reached as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loopback {
    /// As in production: it may not.
    #[default]
    Refused,
    /// `http://127.0.0.1:{port}` may, and nothing else that could not otherwise.
    AllowedForTests,
}

/// What a URL is held against.
#[derive(Clone, Debug)]
pub struct Rules<'a> {
    /// The hosts that may be asked.
    pub hosts: Hosts<'a>,
    /// Whether a test's own server may be.
    pub loopback: Loopback,
}

impl Target {
    /// Checks `url`, as a sender wrote it.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(url: &str, rules: &Rules<'_>) -> Result<Target, FetchRefusal> {
        Target::at(url, rules.loopback, |host| rules.hosts.hold(host))
    }

    /// Checks `url` by the same rules, where other hosts are meant than those of assets.
    pub(crate) fn at(url: &str, loopback: Loopback, is_known: impl Fn(&str) -> bool) -> Result<Target, FetchRefusal> {
        Target::of(Url::parse(url).map_err(|_| FetchRefusal::InvalidUrl)?, loopback, is_known)
    }

    /// Checks where a redirect from here leads, by the same rules.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn redirected(&self, location: &str, rules: &Rules<'_>) -> Result<Target, FetchRefusal> {
        let url = self.0.join(location).map_err(|_| FetchRefusal::InvalidUrl)?;
        Target::of(url, rules.loopback, |host| rules.hosts.hold(host))
    }

    fn of(mut url: Url, loopback: Loopback, is_known: impl Fn(&str) -> bool) -> Result<Target, FetchRefusal> {
        // It is for whoever reads the document, never for a server.
        url.set_fragment(None);
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchRefusal::UserInfo);
        }
        if loopback == Loopback::AllowedForTests && is_test_server(&url) {
            return Ok(Target(url));
        }
        if url.scheme() != "https" {
            return Err(FetchRefusal::Scheme);
        }
        // The parser has read every spelling of an address by now: decimal, octal, hexadecimal, shortened.
        let host = match url.host() {
            Some(Host::Domain(host)) => host,
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(FetchRefusal::IpLiteral),
            None => return Err(FetchRefusal::InvalidUrl),
        };
        // The parser leaves out the scheme's own port.
        if url.port().is_some() {
            return Err(FetchRefusal::Port);
        }
        if !is_known(host) {
            return Err(FetchRefusal::Host);
        }
        Ok(Target(url))
    }

    /// The URL as it is to be asked for, normalised.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

fn is_test_server(url: &Url) -> bool {
    url.scheme() == "http" && url.host_str() == Some("127.0.0.1") && url.port().is_some()
}

impl fmt::Debug for Target {
    /// Names the host alone: what follows may hold a signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.0.host_str().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Provider;

    fn told(target: &Result<Target, FetchRefusal>) -> &str {
        match target {
            Ok(target) => target.as_str(),
            Err(refusal) => refusal.as_str(),
        }
    }

    fn rules(loopback: Loopback) -> Rules<'static> {
        Rules { hosts: Hosts::of(Provider::Get3w.sender().unwrap(), &[]), loopback }
    }

    fn check(url: &str, expected: &str) {
        assert_eq!(told(&Target::check(url, &rules(Loopback::Refused))), expected, "{url}");
    }

    #[test]
    fn https_urls_of_known_hosts_may_be_asked_for() {
        check("https://cdn.get3w.com/a.png", "https://cdn.get3w.com/a.png");
        check("HTTPS://CDN.Get3W.com:443/a.png?b=c#d", "https://cdn.get3w.com/a.png?b=c");
        check("https://cdn.get3w.com/Moon walk.fbx", "https://cdn.get3w.com/Moon%20walk.fbx");
        check("https://cdn。get3w。com/a.png", "https://cdn.get3w.com/a.png");
        check("https://ＣＤＮ.get3w.com/a.png", "https://cdn.get3w.com/a.png");
        // Whatever way it is written, what is asked for is what was checked.
        check("https:\\\\cdn.get3w.com\\..\\a.png", "https://cdn.get3w.com/a.png");
    }

    #[test]
    fn other_schemes_are_refused() {
        check("http://cdn.get3w.com/a.png", "not_https");
        check("ftp://cdn.get3w.com/a.png", "not_https");
        check("file:///etc/passwd", "not_https");
        check("data:image/png;base64,AAAA", "not_https");
        check("gopher://cdn.get3w.com/", "not_https");
    }

    #[test]
    fn userinfo_is_refused() {
        check("https://user@cdn.get3w.com/a.png", "user_info");
        check("https://user:pass@cdn.get3w.com/a.png", "user_info");
        check("https://:pass@cdn.get3w.com/a.png", "user_info");
        check("https://cdn.get3w.com@evil.example/a.png", "user_info");
        check("https://cdn.get3w.com:443@127.0.0.1/a.png", "user_info");
    }

    #[test]
    fn addresses_are_refused_however_they_are_written() {
        for address in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "169.254.169.254",
            "1.1.1.1",
            "１２７.0.0.1",
        ] {
            check(&format!("https://{address}/a.png"), "ip_literal");
        }
        for address in ["[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2606:4700::1111]", "[::]"] {
            check(&format!("https://{address}/a.png"), "ip_literal");
        }
    }

    #[test]
    fn other_ports_are_refused() {
        check("https://cdn.get3w.com:8443/a.png", "port_not_allowed");
        check("https://cdn.get3w.com:80/a.png", "port_not_allowed");
        check("https://cdn.get3w.com:0/a.png", "port_not_allowed");
    }

    #[test]
    fn other_hosts_are_refused() {
        for host in ["evil.example", "localhost", "cdn.get3w.com.evil.example", "cdn.get3w.com.", "cdn-get3w.com"] {
            check(&format!("https://{host}/a.png"), "host_not_allowed");
        }
        // A Cyrillic letter in the place of a Latin one.
        check("https://cdn.gеt3w.com/a.png", "host_not_allowed");
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for text in ["", "cdn.get3w.com/a.png", "https://", "https:///", "https://a b/", "https://cdn.get3w.com:99999/"]
        {
            check(text, "invalid_url");
        }
        check("https://[::1/a.png", "invalid_url");
    }

    #[test]
    fn a_redirect_is_held_against_the_same_rules() {
        let rules = rules(Loopback::Refused);
        let target = Target::check("https://cdn.get3w.com/a/b.png?c", &rules).unwrap();
        let check = |location: &str, expected: &str| {
            assert_eq!(told(&target.redirected(location, &rules)), expected, "{location}");
        };
        check("/c.png", "https://cdn.get3w.com/c.png");
        check("d.png", "https://cdn.get3w.com/a/d.png");
        check("https://eu.get3w.com/c.png", "https://eu.get3w.com/c.png");
        check("http://cdn.get3w.com/a.png", "not_https");
        check("//evil.example/a.png", "host_not_allowed");
        check("https://169.254.169.254/latest/meta-data", "ip_literal");
        check("http://127.0.0.1:9001/2018-06-01/runtime/invocation/next", "not_https");
        check("https://cdn.get3w.com:22/", "port_not_allowed");
        check("https://user@cdn.get3w.com/", "user_info");
    }

    #[test]
    fn the_setting_for_tests_lets_their_server_pass_and_nothing_else() {
        let check = |url: &str, expected: &str| {
            assert_eq!(told(&Target::check(url, &rules(Loopback::AllowedForTests))), expected, "{url}");
        };
        check("http://127.0.0.1:8080/a.png", "http://127.0.0.1:8080/a.png");
        check("https://cdn.get3w.com/a.png", "https://cdn.get3w.com/a.png");
        check("http://127.0.0.1/a.png", "not_https");
        check("https://127.0.0.1:8080/a.png", "ip_literal");
        check("http://127.0.0.2:8080/a.png", "not_https");
        check("http://localhost:8080/a.png", "not_https");
        check("http://[::1]:8080/a.png", "not_https");
        check("http://user@127.0.0.1:8080/a.png", "user_info");
        check("https://evil.example/a.png", "host_not_allowed");
        // And without it, not even that one.
        let url = "http://127.0.0.1:8080/a.png";
        assert_eq!(told(&Target::check(url, &rules(Loopback::Refused))), "not_https");
    }
}
