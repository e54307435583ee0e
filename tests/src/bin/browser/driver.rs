//! Chromium, driven over WebDriver: a few calls of JSON over HTTP, which the harness' own client makes. A crate for it would
//! bring a second HTTP client with its own features, and with them another build of the AWS SDK.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tests::http::{Http, Request};
use tests::observe::until;

/// What WebDriver calls a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Keys without a letter, as WebDriver writes them.
pub(crate) const ENTER: &str = "\u{e007}";
pub(crate) const ESCAPE: &str = "\u{e00c}";

/// The colours that a browser asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

impl Scheme {
    pub(crate) const ALL: [Scheme; 2] = [Scheme::Light, Scheme::Dark];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        }
    }
}

/// The program that drives browsers. It ends with its value.
pub(crate) struct Driver {
    child: Child,
    url: String,
}

impl Driver {
    pub(crate) fn start() -> Driver {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("there is a free port")
            .port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver: {error}: install chromium and chromium-driver"));
        Driver { child, url: format!("http://127.0.0.1:{port}") }
    }

    /// A browser of its own, without anything that an earlier one had.
    pub(crate) async fn browser(&self, scheme: Scheme) -> Browser {
        let preferred = if scheme == Scheme::Dark { 0 } else { 1 };
        let options = json!({"args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1",
            // A browser that asks its maker for updates would be seen as one that loads from elsewhere.
            "--disable-background-networking", "--disable-component-update",
            format!("--blink-settings=preferredColorScheme={preferred}"),
        ]});
        let capabilities = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}});
        let http = Http::default();
        until("the driver", async || match reaches(&self.url) {
            true => Ok(()),
            false => Err("nobody listens"),
        })
        .await;
        let session = call(&http, "POST", &format!("{}/session", self.url), &capabilities).await;
        let id = session["sessionId"].as_str().unwrap_or_else(|| panic!("no browser: {session}"));
        Browser { http, url: format!("{}/session/{id}", self.url) }
    }
}

fn reaches(url: &str) -> bool {
    std::net::TcpStream::connect(url.trim_start_matches("http://")).is_ok()
}

/// Makes a call of the protocol, which must go well.
async fn call(http: &Http, method: &'static str, url: &str, body: &Value) -> Value {
    let mut request = Request::new(method, url.to_owned());
    if method == "POST" {
        request = request.with_header("content-type", "application/json");
        request.body = body.to_string().into_bytes();
    }
    let answer = http.send(&request).await;
    let mut json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    assert_eq!(answer.status, 200, "{method} {url}: {}", json["value"]["message"]);
    json["value"].take()
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser.
pub(crate) struct Browser {
    http: Http,
    url: String,
}

impl Browser {
    async fn get(&self, path: &str) -> Value {
        call(&self.http, "GET", &format!("{}/{path}", self.url), &Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        call(&self.http, "POST", &format!("{}/{path}", self.url), &body).await
    }

    pub(crate) async fn size(&self, width: u32, height: u32) {
        self.post("window/rect", json!({"width": width, "height": height})).await;
    }

    pub(crate) async fn go(&self, url: &str) {
        self.post("url", json!({"url": url})).await;
    }

    pub(crate) async fn back(&self) {
        self.post("back", json!({})).await;
    }

    pub(crate) async fn reload(&self) {
        self.post("refresh", json!({})).await;
    }

    pub(crate) async fn url(&self) -> String {
        self.get("url").await.as_str().unwrap_or_default().to_owned()
    }

    /// What a script of the test says of the page.
    pub(crate) async fn ask(&self, script: &str) -> Value {
        self.post("execute/sync", json!({"script": script, "args": []})).await
    }

    /// What the page shows, if its status is not 200 or a script about what it must show does not say true.
    pub(crate) async fn error_page(&self, shows: &str) -> Option<String> {
        let script = format!(
            "const status = performance.getEntriesByType('navigation')[0].responseStatus;
             return status === 200 && Boolean({shows}) ? null : `${{status}}: ${{document.body.innerText}}`"
        );
        self.ask(&script).await.as_str().map(str::to_owned)
    }

    /// Waits until a script says true.
    pub(crate) async fn wait(&self, what: &str, script: &str) {
        until(what, async || match self.ask(&format!("return Boolean({script})")).await {
            Value::Bool(true) => Ok(()),
            _ => Err(format!("{} is at {}", script, self.url().await)),
        })
        .await;
    }

    /// Waits until all that comes after the page has come.
    pub(crate) async fn settle(&self) {
        self.wait("the page", "document.readyState === 'complete' && !document.querySelector('[aria-busy=true]')")
            .await;
    }

    /// Presses keys on whatever has the focus, one after the other.
    pub(crate) async fn press(&self, keys: &str) {
        let presses: Vec<Value> = keys
            .chars()
            .flat_map(|key| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})])
            .collect();
        self.post("actions", json!({"actions": [{"type": "key", "id": "keys", "actions": presses}]})).await;
    }

    pub(crate) async fn click(&self, selector: &str) {
        let found = self.post("element", json!({"using": "css selector", "value": selector})).await;
        let element = found[ELEMENT].as_str().unwrap_or_else(|| panic!("{selector}: {found}")).to_owned();
        self.post(&format!("element/{element}/click"), json!({})).await;
    }

    /// Drags over an element from one part of its width to another.
    pub(crate) async fn drag(&self, selector: &str, from: f64, to: f64) {
        let place = format!("const box = document.querySelector('{selector}').getBoundingClientRect();");
        let place = self.ask(&format!("{place} return [box.left, box.width, box.top + box.height / 2]")).await;
        let [left, width, y] = [0, 1, 2].map(|at: usize| place[at].as_f64().unwrap_or_default());
        let move_to = |part: f64| json!({"type": "pointerMove", "duration": 50, "x": (left + width * part) as i64, "y": y as i64});
        let actions = json!([
            move_to(from), {"type": "pointerDown", "button": 0}, move_to((from + to) / 2.0), move_to(to), {"type": "pointerUp", "button": 0}
        ]);
        let pointer =
            json!({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions});
        self.post("actions", json!({"actions": [pointer]})).await;
    }

    /// What is seen, as PNG.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        let picture = self.get("screenshot").await;
        STANDARD.decode(picture.as_str().unwrap_or_default()).expect("a picture comes as base64")
    }

    pub(crate) async fn draw(&self, file: &Path) {
        std::fs::write(file, self.picture().await).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    /// The rules of accessibility that the page breaks, each with where.
    pub(crate) async fn axe(&self, axe: &str) -> Vec<String> {
        let script = format!(
            "const done = arguments[arguments.length - 1]; {axe};
             axe.run(document, {{resultTypes: ['violations']}}).then((found) => done(found.violations.map((broken) =>
               broken.id + ': ' + broken.nodes.map((node) => node.target.join(' ') + ' (' + node.failureSummary + ')').join('; '))),
               (error) => done(['axe: ' + error]));"
        );
        let found = self.post("execute/async", json!({"script": script, "args": []})).await;
        found.as_array().into_iter().flatten().map(|broken| broken.as_str().unwrap_or_default().to_owned()).collect()
    }

    pub(crate) async fn close(self) {
        call(&self.http, "DELETE", &self.url, &Value::Null).await;
    }
}
