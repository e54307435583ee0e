//! Which request is for what.

use domain::source_name::SourceName;
use percent_encoding::percent_decode_str;

use crate::answer::Answer;

/// What a request asks for.
pub(crate) enum Route {
    /// To take a delivery.
    Deliver {
        /// The source that the URL names; `None` if no source can have that name.
        source: Option<SourceName>,
        /// The token that it holds.
        token: Option<String>,
    },
    /// An answer that needs no look at anything else.
    Answer(Answer),
}

/// What senders may do under `/hooks/`: some probe before they send.
const HOOK_METHODS: &str = "POST, GET, HEAD, OPTIONS";
const HEALTH_METHODS: &str = "GET, HEAD";

/// Finds what `method` on `path` asks for.
pub(crate) fn route(method: &str, path: &str) -> Route {
    if path == "/health" {
        return Route::Answer(match method {
            "GET" | "HEAD" => Answer::Healthy,
            _ => Answer::MethodNotAllowed { allow: HEALTH_METHODS },
        });
    }
    let Some(hook) = path.strip_prefix("/hooks/") else {
        return Route::Answer(Answer::NotFound);
    };
    match (method, source_and_token(hook)) {
        ("GET" | "HEAD" | "OPTIONS", _) => Route::Answer(Answer::Ready { allow: HOOK_METHODS }),
        (_, None) => Route::Answer(Answer::NotFound),
        ("POST", Some((source, token))) => Route::Deliver { source: SourceName::parse(source).ok(), token },
        (_, Some(_)) => Route::Answer(Answer::MethodNotAllowed { allow: HOOK_METHODS }),
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
            Route::Answer(answer) => format!("{answer:?}"),
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
        for method in ["GET", "HEAD", "OPTIONS"] {
            check(method, "/hooks/any/token", expect![[r#"Ready { allow: "POST, GET, HEAD, OPTIONS" }"#]]);
            check(method, "/hooks/", expect![[r#"Ready { allow: "POST, GET, HEAD, OPTIONS" }"#]]);
        }
        check("PUT", "/hooks/any", expect![[r#"MethodNotAllowed { allow: "POST, GET, HEAD, OPTIONS" }"#]]);
    }

    #[test]
    fn health_is_read_only() {
        check("GET", "/health", expect!["Healthy"]);
        check("HEAD", "/health", expect!["Healthy"]);
        check("POST", "/health", expect![[r#"MethodNotAllowed { allow: "GET, HEAD" }"#]]);
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
            check("POST", path, expect!["NotFound"]);
        }
    }
}
