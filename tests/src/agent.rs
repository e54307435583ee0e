//! An agent that speaks the Model Context Protocol with `landfall mcp`.

use std::path::Path;

use serde_json::{Value, json};

use crate::observe::until;
use crate::tool::{Run, Tool};

/// The version of the protocol that it asks for.
const PROTOCOL_VERSION: &str = "2025-06-18";

/// An agent, and the server that it has started.
#[derive(Debug)]
pub struct Agent {
    /// The server's program.
    pub tool: Tool,
    requests: u64,
    /// What the server said of itself.
    pub server: Value,
}

/// What a call came to.
#[derive(Clone, Debug)]
pub struct ToolAnswer {
    /// Whether the call was refused or has failed.
    pub is_error: bool,
    /// The texts of the answer.
    pub texts: Vec<String>,
}

impl Agent {
    /// Starts the server on the stack that `file` describes, and agrees with it on the protocol.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn start(file: &Path, options: &[&str]) -> Agent {
        let tool = Tool::start_with_input(file, &[&["mcp"], options].concat());
        let mut agent = Agent { tool, requests: 0, server: Value::Null };
        let client = json!({"name": "a test", "version": "1"});
        let parameters = json!({"protocolVersion": PROTOCOL_VERSION, "capabilities": {}, "clientInfo": client});
        agent.server = agent.ask("initialize", &parameters).await["result"].take();
        agent.notify("notifications/initialized", &json!({}));
        agent
    }

    /// Sends a request, and gives its number.
    pub fn send(&mut self, method: &str, parameters: &Value) -> u64 {
        self.requests += 1;
        let request = json!({"jsonrpc": "2.0", "id": self.requests, "method": method, "params": parameters});
        self.tool.give(&request.to_string());
        self.requests
    }

    /// Sends what needs no answer.
    pub fn notify(&mut self, method: &str, parameters: &Value) {
        self.tool.give(&json!({"jsonrpc": "2.0", "method": method, "params": parameters}).to_string());
    }

    /// The answer to a request, as it came; every line that comes is of the protocol.
    ///
    /// # Panics
    /// If it does not come.
    pub async fn answer(&self, request: u64) -> Value {
        until("an answer", async || {
            let data = self.tool.data();
            let lines = data.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_default());
            let mut answers = lines.filter(|line| line["id"] == request && line.get("method").is_none());
            answers.next().ok_or_else(|| data.clone() + &self.tool.words())
        })
        .await
    }

    /// Sends a request and waits for its answer.
    pub async fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        let request = self.send(method, parameters);
        self.answer(request).await
    }

    /// Calls a tool.
    ///
    /// # Panics
    /// If that is no request of the protocol.
    pub async fn call(&mut self, name: &str, arguments: &Value) -> ToolAnswer {
        let request = self.begin_call(name, arguments);
        self.end_call(request).await
    }

    /// Calls a tool, and does not wait.
    pub fn begin_call(&mut self, name: &str, arguments: &Value) -> u64 {
        self.send("tools/call", &json!({"name": name, "arguments": arguments}))
    }

    /// What a call has come to.
    ///
    /// # Panics
    /// If that was no request of the protocol.
    pub async fn end_call(&self, request: u64) -> ToolAnswer {
        let answer = self.answer(request).await;
        let result = &answer["result"];
        let content = result["content"].as_array().unwrap_or_else(|| panic!("no answer of a tool: {answer}"));
        let text = |content: &Value| content["text"].as_str().expect("it is text").to_owned();
        ToolAnswer { is_error: result["isError"] == true, texts: content.iter().map(text).collect() }
    }

    /// Goes, and waits for the end of the server.
    pub async fn leave(mut self) -> Run {
        self.tool.close_input();
        self.tool.end().await
    }
}

impl ToolAnswer {
    /// Its data, a JSON document a line.
    #[must_use]
    pub fn documents(&self) -> Vec<Value> {
        self.texts.iter().flat_map(|text| text.lines()).filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> String {
        self.texts.join("\n")
    }
}
