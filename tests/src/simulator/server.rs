//! A small HTTP server on the loopback interface.

use std::io::{self, Cursor};
use std::sync::Arc;
use std::thread;

use serde_json::{Value, json};
use tiny_http::{Header, Request, Response};

/// A server with one thread. It ends when it is dropped.
pub(super) struct Server {
    server: Arc<tiny_http::Server>,
}

/// A request as the server sees it.
pub(super) struct ApiRequest {
    pub(super) method: String,
    /// Without the query.
    pub(super) path: String,
    /// Where it was sent to: `http://127.0.0.1:{port}`.
    pub(super) origin: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub(super) body: Value,
}

/// What the server does about it.
pub(super) enum Reply {
    Json {
        status: u16,
        body: String,
    },
    Bytes(Vec<u8>),
    /// Nothing, for as long as the server lives.
    Never,
}

impl Server {
    pub(super) fn start(mut answer: impl FnMut(&ApiRequest) -> Reply + Send + 'static) -> Server {
        let server = tiny_http::Server::http("127.0.0.1:0").expect("the system gives a port to a server");
        let server = Arc::new(server);
        let (serving, origin) = (Arc::clone(&server), base_url(&server));
        thread::spawn(move || {
            let mut unanswered = Vec::new();
            for mut request in serving.incoming_requests() {
                let reply = ApiRequest::read(&mut request, &origin).map(|asked| answer(&asked));
                // Whoever asked may have left by now.
                let _ = match reply {
                    Ok(Reply::Json { status, body }) => {
                        let is_json = Header::from_bytes("content-type", "application/json").expect("it is a header");
                        request.respond(Response::from_string(body).with_status_code(status).with_header(is_json))
                    }
                    Ok(Reply::Bytes(bytes)) => request.respond(Response::from_data(bytes)),
                    Ok(Reply::Never) => {
                        // A request that is dropped is answered.
                        unanswered.push(request);
                        Ok(())
                    }
                    Err(_) => request.respond(Response::new_empty(400.into()).with_data(Cursor::new(Vec::new()), None)),
                };
            }
        });
        Server { server }
    }

    pub(super) fn base_url(&self) -> String {
        base_url(&self.server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

fn base_url(server: &tiny_http::Server) -> String {
    format!("http://{}", server.server_addr())
}

impl ApiRequest {
    fn read(request: &mut Request, origin: &str) -> io::Result<ApiRequest> {
        let body = io::read_to_string(request.as_reader())?;
        let headers = request.headers().iter();
        Ok(ApiRequest {
            method: request.method().to_string(),
            path: request.url().split('?').next().unwrap_or_default().to_owned(),
            origin: origin.to_owned(),
            headers: headers
                .map(|header| (header.field.to_string().to_ascii_lowercase(), header.value.to_string()))
                .collect(),
            body: serde_json::from_str(&body).unwrap_or_default(),
        })
    }

    /// Whether the header `name` holds exactly `value`.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.headers.iter().any(|(known, held)| known == name && held == value)
    }
}

impl Reply {
    pub(super) fn json(status: u16, body: &Value) -> Reply {
        Reply::Json { status, body: body.to_string() }
    }

    pub(super) fn error(status: u16, text: &str) -> Reply {
        Reply::json(status, &json!({ "error": text }))
    }
}
