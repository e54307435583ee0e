//! Chromium, driven over WebDriver.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tests::observe::until;

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
        let capabilities = Map::from_iter([("goog:chromeOptions".to_owned(), options)]);
        let client = until("the browser", async || {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities.clone());
            builder.connect(&self.url).await.map_err(|error| error.to_string())
        })
        .await;
        Browser { client }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser.
pub(crate) struct Browser {
    client: Client,
}

impl Browser {
    pub(crate) async fn size(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.expect("a window has a size");
    }

    pub(crate) async fn go(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    pub(crate) async fn back(&self) {
        self.client.back().await.expect("there is a page before");
    }

    pub(crate) async fn reload(&self) {
        self.client.refresh().await.expect("a page can be read again");
    }

    pub(crate) async fn url(&self) -> String {
        self.client.current_url().await.expect("a page has a URL").to_string()
    }

    /// What a script of the test says of the page.
    pub(crate) async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
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

    /// Presses keys on whatever has the focus.
    pub(crate) async fn press(&self, keys: &str) {
        let element = self.client.active_element().await.expect("a page has one");
        element.send_keys(keys).await.unwrap_or_else(|error| panic!("{keys}: {error}"));
    }

    pub(crate) async fn press_key(&self, key: Key) {
        self.press(&char::from(key).to_string()).await;
    }

    pub(crate) async fn click(&self, selector: &str) {
        let element =
            self.client.find(Locator::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"));
        element.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// What is seen, as PNG.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("a page can be drawn")
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
        let found = self.client.execute_async(&script, Vec::new()).await.expect("axe runs");
        found.as_array().into_iter().flatten().map(|broken| broken.as_str().unwrap_or_default().to_owned()).collect()
    }

    pub(crate) async fn close(self) {
        let _ = self.client.close().await;
    }
}
