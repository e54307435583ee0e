//! `landfall console`, as a program that is run and a browser that opened it.

use std::path::Path;
use std::time::Duration;

use crate::http::{Answer, Http, Request};
use crate::observe::until;
use crate::tool::Tool;

/// A console that runs, and the cookie of the browser that opened it.
#[derive(Debug)]
pub struct Console {
    /// The program.
    pub tool: Tool,
    /// Where it is: `http://127.0.0.1:1234`.
    pub origin: String,
    /// The URL that it printed, which is used up.
    pub url: String,
    /// The cookie, as a browser sends it.
    pub cookie: String,
    http: Http,
}

impl Console {
    /// Starts one on the local stack that `file` describes, and opens it.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn open(file: &Path) -> Console {
        let tool = Tool::start(file, &["console"]);
        let url = printed_url(&tool).await;
        let http = Http::default();
        let answer = http.send(&Request::new("GET", url.clone())).await;
        let cookie =
            answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned();
        assert_eq!((answer.status, answer.header("location")), (303, Some("/now")), "{}", answer.text());
        let origin = url.split("/open").next().unwrap_or_default().to_owned();
        Console { tool, origin, url, cookie, http }
    }

    /// A request of the browser that opened it.
    #[must_use]
    pub fn request(&self, method: &'static str, path: &str) -> Request {
        Request::new(method, format!("{}{path}", self.origin)).with_header("cookie", &self.cookie)
    }

    /// Sends a request.
    pub async fn send(&self, request: &Request) -> Answer {
        self.http.send(request).await
    }

    /// What the browser that opened it gets at `path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(&self.request("GET", path)).await
    }

    /// A page that must be there.
    ///
    /// # Panics
    /// If it is not.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    /// What a stream of server-sent events brings, until `is_enough` or for half a minute.
    pub async fn stream(&self, path: &str, is_enough: impl Fn(&str) -> bool) -> String {
        let request = self.request("GET", path);
        let read = self.http.read_until(&request, is_enough);
        tokio::time::timeout(Duration::from_secs(30), read)
            .await
            .unwrap_or_else(|_| "nothing in half a minute".to_owned())
    }
}

/// The URL that a console prints when it listens.
///
/// # Panics
/// If it prints none.
pub async fn printed_url(tool: &Tool) -> String {
    until("the URL of the console", async || {
        let data = tool.data();
        data.lines()
            .find(|line| line.starts_with("http://"))
            .map(str::to_owned)
            .ok_or_else(|| data.clone() + &tool.words())
    })
    .await
}
