//! Who may use the console: the browser that opened the URL of the start, and no page of another origin.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, LOCATION, ORIGIN, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::console::state::Console;

/// The path of the URL that is printed at the start.
pub(crate) const OPENING_PATH: &str = "/open";
/// No form can send it, and a script of another origin can only if the console allows it.
pub(crate) const SCRIPT_HEADER: &str = "x-landfall-console";
/// No script, style or picture but the console's own; nothing in a page is run or drawn because a sender wrote it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Answers 403 to everything but the own browser, and adds the headers that all answers have.
pub(crate) async fn guard(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&console, &request) {
        Some(why) => (StatusCode::FORBIDDEN, format!("{why}\n")).into_response(),
        None if request.uri().path() == OPENING_PATH => open(&console, request.uri().query()),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value| headers.insert(name, HeaderValue::from_static(value));
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "no-referrer");
    set(CACHE_CONTROL, "no-store");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    response
}

/// Why a request is refused.
fn refusal(console: &Console, request: &Request) -> Option<&'static str> {
    let headers = request.headers();
    let own = console.address.to_string();
    // A name of another server that leads here (DNS rebinding) is in Host.
    if text(headers, &HOST) != Some(own.as_str()) {
        return Some("The console answers at the address that it printed, and under no other name.");
    }
    if text(headers, &ORIGIN).is_some_and(|origin| origin != format!("http://{own}")) {
        return Some("Another page sent this request.");
    }
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    if site.is_some_and(|site| !["same-origin", "none"].contains(&site)) {
        return Some("Another page sent this request.");
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) && !headers.contains_key(SCRIPT_HEADER) {
        return Some("A change needs the header that the console's own script sends.");
    }
    let is_open = request.uri().path() == OPENING_PATH || cookies(headers).any(|cookie| console.knows(cookie));
    (!is_open).then_some(
        "Open the console by the URL that landfall console printed. It opens one browser; start again for another.",
    )
}

fn open(console: &Console, query: Option<&str>) -> Response {
    let token = query.and_then(|query| query.strip_prefix("token=")).unwrap_or_default();
    let Some(cookie) = console.open(token) else {
        let why = "This URL was used before, or is of another start. Run landfall console again.\n";
        return (StatusCode::FORBIDDEN, why).into_response();
    };
    let cookie = format!("{}={cookie}; HttpOnly; SameSite=Strict; Path=/", cookie_name(console));
    let response =
        Response::builder().status(StatusCode::SEE_OTHER).header(LOCATION, "/now").header(SET_COOKIE, cookie);
    response.body(Body::empty()).expect("the headers are plain texts")
}

/// Cookies know no ports: two consoles have cookies of two names.
fn cookie_name(console: &Console) -> String {
    format!("landfall-{}", console.address.port())
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let all = headers.get_all(COOKIE).into_iter().filter_map(|cookies| cookies.to_str().ok());
    all.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| Some(cookie.trim().split_once('=')?.1))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
