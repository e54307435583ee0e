//! The functions, called and overheard through Lambda's own doors.

use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::http::Request;
use crate::observe::until;
use crate::world::World;

/// The clocks of a deployment on AWS and of this machine may differ so much.
const CLOCKS_APART_MILLIS: i64 = 1000;

impl World {
    /// Calls the function `name` with `payload` and gives what it answered.
    ///
    /// # Panics
    /// If the function failed: ours turn every trouble into an answer.
    pub async fn invoke(&self, name: &str, payload: &Value) -> Value {
        self.try_invoke(name, payload).await.unwrap_or_else(|error| panic!("{name} failed: {error}"))
    }

    /// Calls the function `name` with `payload`; the error is what Lambda says of a function that failed.
    async fn try_invoke(&self, name: &str, payload: &Value) -> Result<Value, String> {
        let path = format!("/2015-03-31/functions/{name}/invocations");
        let headers = [("content-type", "application/json")];
        let answer = self.aws.call("lambda", "POST", &path, &headers, payload.to_string().into()).await;
        match answer.header("x-amz-function-error") {
            None => Ok(serde_json::from_slice(&answer.body).unwrap_or_default()),
            Some(_) => Err(answer.text()),
        }
    }

    /// Deploys ingest once more, as `name`, with `variables` added to its environment, and gives the copy's name.
    ///
    /// # Panics
    /// If Lambda refuses.
    pub async fn copy_of_ingest(&self, name: &str, variables: &Value) -> String {
        let original = format!("/2015-03-31/functions/{}", self.stack.ingest_function);
        let original = self.aws.call("lambda", "GET", &original, &[], Vec::new()).await;
        let original: Value = serde_json::from_slice(&original.body).expect("Lambda answers in JSON");
        let code = self.fetch(original["Code"]["Location"].as_str().expect("Lambda says where the code is")).await;
        let configuration = &original["Configuration"];
        let mut environment = configuration["Environment"].clone();
        for (name, value) in variables.as_object().expect("variables have names") {
            environment["Variables"][name] = value.clone();
        }
        let copy = json!({
            "FunctionName": name,
            "Runtime": configuration["Runtime"],
            "Handler": configuration["Handler"],
            "Role": configuration["Role"],
            "Architectures": configuration["Architectures"],
            "Timeout": configuration["Timeout"],
            "MemorySize": configuration["MemorySize"],
            "Environment": environment,
            "Code": {"ZipFile": STANDARD.encode(code.body)},
        });
        let headers = [("content-type", "application/json")];
        self.aws.call("lambda", "POST", "/2015-03-31/functions", &headers, copy.to_string().into()).await;
        until(&format!("the function {name}"), async || {
            let state = self.aws.call("lambda", "GET", &format!("/2015-03-31/functions/{name}"), &[], Vec::new()).await;
            let state: Value = serde_json::from_slice(&state.body).expect("Lambda answers in JSON");
            let state = &state["Configuration"]["State"];
            if state == "Active" { Ok(name.to_owned()) } else { Err(state.to_string()) }
        })
        .await
    }

    /// Deletes the function `name`.
    ///
    /// # Panics
    /// If Lambda refuses.
    pub async fn delete_function(&self, name: &str) {
        self.aws.call("lambda", "DELETE", &format!("/2015-03-31/functions/{name}"), &[], Vec::new()).await;
    }

    /// Lets at most `count` instances of the processor run from now on.
    ///
    /// # Panics
    /// If the processor reads no queue.
    pub async fn limit_processors(&self, count: u32) {
        self.change_poller(&json!({"ScalingConfig": {"MaximumConcurrency": count}})).await;
    }

    /// Lets no further message reach the processor, or all again. What it works on, it ends.
    ///
    /// # Panics
    /// If the processor reads no queue.
    pub async fn hold_processor(&self, is_held: bool) {
        self.change_poller(&json!({"Enabled": !is_held})).await;
    }

    async fn change_poller(&self, change: &Value) {
        let mappings = format!("/2015-03-31/event-source-mappings?FunctionName={}", self.stack.process_function);
        let listed = self.aws.call("lambda", "GET", &mappings, &[], Vec::new()).await;
        let listed: Value = serde_json::from_slice(&listed.body).expect("Lambda answers in JSON");
        // The processor reads two queues.
        let queue = self.stack.events_queue_url.rsplit('/').next();
        let mappings = listed["EventSourceMappings"].as_array().into_iter().flatten();
        let of_events = |mapping: &&Value| {
            let arn = mapping["EventSourceArn"].as_str();
            arn.and_then(|arn| arn.rsplit(':').next()) == queue
        };
        let mapping = mappings.into_iter().find(of_events).and_then(|mapping| mapping["UUID"].as_str());
        let mapping = mapping.expect("the processor reads the events queue");
        let path = format!("/2015-03-31/event-source-mappings/{mapping}");
        let headers = [("content-type", "application/json")];
        self.aws.call("lambda", "PUT", &path, &headers, change.to_string().into()).await;
    }

    /// Lets the function `name` run for so long from now on.
    ///
    /// # Panics
    /// If there is no such function.
    pub async fn set_timeout(&self, name: &str, seconds: u32) {
        let path = format!("/2015-03-31/functions/{name}/configuration");
        let timeout = json!({"Timeout": seconds}).to_string();
        self.aws.call("lambda", "PUT", &path, &[("content-type", "application/json")], timeout.into()).await;
    }

    /// Lets the sweep run now instead of at its next minute, and gives its report.
    pub async fn sweep(&self) -> Value {
        self.sweeps_called.fetch_add(1, Ordering::SeqCst);
        self.invoke(&self.stack.sweep_function, &json!({})).await
    }

    /// Lets the sweep run now, where it may fail; `false` if it did.
    pub async fn try_sweep(&self) -> bool {
        self.sweeps_called.fetch_add(1, Ordering::SeqCst);
        self.try_invoke(&self.stack.sweep_function, &json!({})).await.is_ok()
    }

    /// How often this process has called the sweep.
    #[must_use]
    pub fn sweeps_called(&self) -> usize {
        self.sweeps_called.load(Ordering::SeqCst)
    }

    /// All lines in the log groups `groups` since this process began to look.
    ///
    /// # Panics
    /// If the logs cannot be read.
    pub async fn logs(&self, groups: &[&str]) -> Vec<String> {
        let mut lines = Vec::new();
        for group in groups {
            let mut next = Value::Null;
            loop {
                let mut query = json!({"logGroupName": group, "startTime": self.began_at_millis - CLOCKS_APART_MILLIS});
                if !next.is_null() {
                    query["nextToken"] = next;
                }
                let headers =
                    [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "Logs_20140328.FilterLogEvents")];
                let answer = self.aws.call("logs", "POST", "/", &headers, query.to_string().into()).await;
                let mut page: Value = serde_json::from_slice(&answer.body).expect("the logs are answered in JSON");
                let events = page["events"].as_array().map(Vec::as_slice).unwrap_or_default();
                lines.extend(events.iter().filter_map(|event| event["message"].as_str().map(str::to_owned)));
                next = page["nextToken"].take();
                if next.is_null() {
                    break;
                }
            }
        }
        lines
    }
}

/// The event that a function URL makes of `request`, whose path is `path`, with the body in base64. For what no HTTP
/// client can bring about, the event is changed before the function is called with it.
#[must_use]
pub fn url_event(request: &Request, path: &str) -> Value {
    let headers: Value = request.headers.iter().map(|(name, value)| (name.to_lowercase(), json!(value))).collect();
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "it",
            "domainName": "it.lambda-url.us-east-1.on.aws",
            "domainPrefix": "it",
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": request.header("user-agent"),
            },
            "requestId": format!("{:032x}", fastrand::u128(..)),
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_u64,
        },
        "body": STANDARD.encode(&request.body),
        "isBase64Encoded": true,
    })
}
