//! A stand-in for a stack, for tests of the tool alone: it has one source, and judges deliveries as the domain does. It
//! records nothing and publishes nothing.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{fs, thread};

use domain::delivery::route::{Route, route};
use domain::delivery::{Delivery, RequestUrl};
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::verify;
use serde_json::{Value, json};
use tiny_http::{Method, Request, Response, Server};

use crate::clock::now_millis;

/// The name of its source.
pub const SOURCE: &str = "played";

/// A stand-in for a stack.
#[derive(Clone, Debug)]
pub struct Judge {
    /// Where the tool reads where everything is.
    pub file: PathBuf,
    /// The URL of its source, without a token.
    pub url: String,
}

impl Judge {
    /// Starts one whose source's secret says `secret`, and said `previous` before.
    ///
    /// # Panics
    /// If there is no port, or the secret cannot be used.
    #[must_use]
    pub fn start(secret: &Value, previous: Option<&Value>) -> Judge {
        let server = Server::http("127.0.0.1:0").expect("there is a free port");
        let endpoint = format!("http://{}", server.server_addr());
        let file = std::env::temp_dir().join(format!("landfall-judge-{:016x}.json", fastrand::u64(..)));
        let stack = json!({"endpoint": endpoint, "function_url": endpoint, "sources_prefix": "landfall", "ledger_table": "Ledger"});
        fs::write(&file, stack.to_string()).expect("a file can be written");
        let name = SourceName::parse(SOURCE).expect("it is a name");
        let source = Source::parse(name, &secret.to_string()).expect("it is a source's secret");
        let versions = [("AWSCURRENT", Some(secret.clone())), ("AWSPREVIOUS", previous.cloned())];
        thread::spawn(move || {
            let mut known = BTreeSet::new();
            for mut request in server.incoming_requests() {
                let mut body = Vec::new();
                request.as_reader().read_to_end(&mut body).expect("the tool sends all of it");
                let (status, answer) = match header(&request, "x-amz-target") {
                    Some(_) => secret_value(&versions, &body),
                    None => judge(&source, &request, body, &mut known),
                };
                let response = Response::from_string(answer.to_string()).with_status_code(status);
                // A tool that has been ended reads no answer.
                let _ = request.respond(response);
            }
        });
        Judge { file, url: format!("{endpoint}/hooks/{SOURCE}") }
    }
}

/// As Secrets Manager answers `GetSecretValue`.
fn secret_value(versions: &[(&str, Option<Value>)], asked: &[u8]) -> (u16, Value) {
    let asked: Value = serde_json::from_slice(asked).unwrap_or_default();
    let version =
        versions.iter().find(|(stage, _)| asked["VersionStage"] == *stage).and_then(|(_, secret)| secret.as_ref());
    match version {
        Some(secret) if asked["SecretId"] == format!("landfall/source/{SOURCE}") => {
            (200, json!({"Name": asked["SecretId"], "SecretString": secret.to_string()}))
        }
        _ => (400, json!({"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find it."})),
    }
}

fn judge(source: &Source, request: &Request, body: Vec<u8>, known: &mut BTreeSet<String>) -> (u16, Value) {
    let (path, query) = request.url().split_once('?').unwrap_or((request.url(), ""));
    let method = if *request.method() == Method::Post { "POST" } else { "GET" };
    let Route::Deliver { token, .. } = route(method, path) else { return (404, json!({"error": "no delivery"})) };
    let headers = request.headers().iter().map(|header| (header.field.as_str().as_str(), header.value.as_str()));
    let delivery = Delivery {
        url: RequestUrl {
            host: header(request, "host").unwrap_or_default().to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
        },
        token: token.map(Into::into),
        headers: headers.collect(),
        body,
        received_at: Timestamp::from_millis(now_millis()),
        request_id: "request-1".to_owned(),
    };
    match verify(delivery, source) {
        Ok(verified) => {
            let id = verified.event().id.to_string();
            let status = if known.insert(id.clone()) { "accepted" } else { "duplicate" };
            (200, json!({"status": status, "id": id, "type": verified.event().event_type.to_string()}))
        }
        Err(rejection) => (401, json!({"refusal": rejection.refusal.as_str()})),
    }
}

fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let found = request.headers().iter().find(|header| header.field.as_str().as_str().eq_ignore_ascii_case(name));
    found.map(|header| header.value.as_str())
}
