//! Which request is for what.

use percent_encoding::percent_decode_str;

use crate::source::source_name::SourceName;

/// What a request asks for.
#[derive(Clone, PartialEq, Eq)]
pub enum Route {
    /// To take a delivery.
    Deliver {
        /// The source that the URL names; `None` if no source can have that name.
        source: Option<SourceName>,
        /// The token that it holds.
        token: Option<String>,
    },
    /// To answer a question about the URL, if the source's sender asks one before it sends anything; else it is a probe.
    Ask {
        /// The source that the URL names.
        source: SourceName,
        /// The token that it holds.
        token: Option<String>,
        /// The methods that the path takes.
        allow: &'static str,
    },
    /// Nothing: it only looks whether a delivery could be made. Some senders do so first.
    Probe {
        /// The methods that the path takes.
        allow: &'static str,
    },
    /// Whether the function runs.
    Health,
    /// Something that is not there.
    NotFound,
    /// Something for which this method is the wrong one.
    WrongMethod {
        /// The methods that the path takes.
        allow: &'static str,
    },
}

/// What senders may do under `/hooks/`.
const HOOK_METHODS: &str = "POST, GET, HEAD, OPTIONS";
const HEALTH_METHODS: &str = "GET, HEAD";

/// Finds what `method` on `path` asks for; every method and path asks for something.
#[must_use]
pub fn route(method: &str, path: &str) -> Route {
    if path == "/health" {
        return match method {
            "GET" | "HEAD" => Route::Health,
            _ => Route::WrongMethod { allow: HEALTH_METHODS },
        };
    }
    let Some(hook) = path.strip_prefix("/hooks/") else {
        return Route::NotFound;
    };
    match (method, source_and_token(hook)) {
        ("GET", Some((source, token))) => match SourceName::parse(source) {
            Ok(source) => Route::Ask { source, token, allow: HOOK_METHODS },
            Err(_) => Route::Probe { allow: HOOK_METHODS },
        },
        ("GET" | "HEAD" | "OPTIONS", _) => Route::Probe { allow: HOOK_METHODS },
        (_, None) => Route::NotFound,
        ("POST", Some((source, token))) => Route::Deliver { source: SourceName::parse(source).ok(), token },
        (_, Some(_)) => Route::WrongMethod { allow: HOOK_METHODS },
    }
}

/// Splits `{source}` and `{source}/{token}`, with or without a slash at the end.
fn source_and_token(hook: &str) -> Option<(&str, Option<String>)> {
    let mut parts = hook.split('/');
    let (source, token, rest) = (parts.next()?, parts.next().unwrap_or_default(), parts.next());
    if source.is_empty() || rest.is_some_and(|rest| !rest.is_empty()) || parts.next().is_some() {
        return None;
    }
    let token = percent_decode_str(token).decode_utf8_lossy().into_owned();
    Some((source, (!token.is_empty()).then_some(token)))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(method: &str, path: &str, expected: Expect) {
        let rendered = match route(method, path) {
            Route::Deliver { source, token } => format!("deliver to {source:?} with {token:?}"),
            Route::Ask { source, token, .. } => format!("ask about {source:?} with {token:?}"),
            Route::Probe { allow } => format!("probe, allowed: {allow}"),
            Route::Health => "health".to_owned(),
            Route::NotFound => "not found".to_owned(),
            Route::WrongMethod { allow } => format!("wrong method, allowed: {allow}"),
        };
        expected.assert_eq(&rendered);
    }

    #[test]
    fn deliveries_are_posted_to_a_source_with_or_without_a_token() {
        check("POST", "/hooks/glossi-prod", expect![[r#"deliver to Some("glossi-prod") with None"#]]);
        check("POST", "/hooks/glossi-prod/", expect![[r#"deliver to Some("glossi-prod") with None"#]]);
        check("POST", "/hooks/csm/fnTzP9s0", expect![[r#"deliver to Some("csm") with Some("fnTzP9s0")"#]]);
        check("POST", "/hooks/csm/fnTzP9s0/", expect![[r#"deliver to Some("csm") with Some("fnTzP9s0")"#]]);
        check("POST", "/hooks/csm/a%2Fb%20c", expect![[r#"deliver to Some("csm") with Some("a/b c")"#]]);
        check("POST", "/hooks/CSM", expect!["deliver to None with None"]);
        check("POST", "/hooks/..%2f", expect!["deliver to None with None"]);
    }

    #[test]
    fn probes_are_answered_anywhere_under_hooks() {
        check("GET", "/hooks/any/token", expect![[r#"ask about "any" with Some("token")"#]]);
        check("GET", "/hooks/ANY", expect!["probe, allowed: POST, GET, HEAD, OPTIONS"]);
        for method in ["HEAD", "OPTIONS"] {
            check(method, "/hooks/any/token", expect!["probe, allowed: POST, GET, HEAD, OPTIONS"]);
        }
        for method in ["GET", "HEAD", "OPTIONS"] {
            check(method, "/hooks/", expect!["probe, allowed: POST, GET, HEAD, OPTIONS"]);
        }
        check("PUT", "/hooks/any", expect!["wrong method, allowed: POST, GET, HEAD, OPTIONS"]);
    }

    #[test]
    fn health_is_read_only() {
        check("GET", "/health", expect!["health"]);
        check("HEAD", "/health", expect!["health"]);
        check("POST", "/health", expect!["wrong method, allowed: GET, HEAD"]);
    }

    #[test]
    fn nothing_else_is_there() {
        for path in [
            "",
            "/",
            "/hooks",
            "/hooks/",
            "/hooks//token",
            "/hooks/a/b/c",
            "/hooks/a/b//",
            "/hook/a",
            "/health/",
            "//hooks/a",
        ] {
            check("POST", path, expect!["not found"]);
        }
    }
}
