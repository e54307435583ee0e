//! The floor: the work of a receiver over raw sockets, without a framework, a runtime or an SDK. What it lacks is what a
//! deployment needs: time-outs, retries, rotation of secrets, errors that say who must do what. It is no product; it shows
//! how much of a receiver's time is the work itself.
#![expect(clippy::disallowed_methods, reason = "it has one file, and reads its settings and the clock in it")]
#![expect(clippy::print_stdout, reason = "its log line is part of the work")]

use std::borrow::Cow;
use std::collections::HashMap;
use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use benches::digest::{hex, hmac, sha256_hex};
use benches::http::{Connection, Response};
use benches::{Error, Result};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde::Deserialize;
use serde_json::{Value, json};

const INLINE_BODY_BYTES: usize = 8 * 1024;
const MESSAGE_BODY_BYTES: usize = 56 * 1024;
const DUE_MILLIS: u128 = 10 * 60 * 1000;

fn main() -> Result<()> {
    let mut receiver = Receiver::from_env()?;
    let address = env::var("AWS_LAMBDA_RUNTIME_API")?;
    let mut runtime = connect(&address)?;
    let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {address}\r\n\r\n");
    loop {
        runtime.write(next.as_bytes())?;
        let invocation = runtime.read_response()?;
        let request_id = invocation.message.header("lambda-runtime-aws-request-id").ok_or("no request id")?;
        let answer = receiver.answer(&invocation.message.body, request_id)?;
        let head = format!(
            "POST /2018-06-01/runtime/invocation/{request_id}/response HTTP/1.1\r\nhost: {address}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        runtime.write(&[head.as_bytes(), answer.as_bytes()].concat())?;
        runtime.read_response()?;
    }
}

/// Whose calls are signed, and where.
struct Signer {
    credentials: Credentials,
    region: String,
}

struct Receiver {
    signer: Signer,
    dynamodb: Endpoint,
    s3: Endpoint,
    secrets_manager: Endpoint,
    sqs: Endpoint,
    table: String,
    queue_url: String,
    bucket: String,
    prefix: String,
    secrets: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow)]
    raw_path: Cow<'a, str>,
    #[serde(borrow)]
    headers: HashMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(borrow, default)]
    body: Cow<'a, str>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
struct Prediction<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
}

impl Receiver {
    fn from_env() -> Result<Receiver> {
        let tls = match env::var("FLOOR_ROOT") {
            Ok(path) => Some(trusting(&path)?),
            Err(_) => None,
        };
        let endpoint = |service: &'static str, variable: &str| -> Result<Endpoint> {
            Ok(Endpoint { service, url: env::var(variable)?, tls: tls.clone(), stream: None })
        };
        Ok(Receiver {
            signer: Signer {
                credentials: Credentials::new(
                    env::var("AWS_ACCESS_KEY_ID")?,
                    env::var("AWS_SECRET_ACCESS_KEY")?,
                    Some(env::var("AWS_SESSION_TOKEN")?),
                    None,
                    "the environment",
                ),
                region: env::var("AWS_REGION")?,
            },
            dynamodb: endpoint("dynamodb", "AWS_ENDPOINT_URL_DYNAMODB")?,
            s3: endpoint("s3", "AWS_ENDPOINT_URL_S3")?,
            secrets_manager: endpoint("secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER")?,
            sqs: endpoint("sqs", "AWS_ENDPOINT_URL_SQS")?,
            table: env::var("LEDGER_TABLE")?,
            queue_url: env::var("EVENTS_QUEUE_URL")?,
            bucket: env::var("BUCKET")?,
            prefix: env::var("SOURCES_PREFIX")?,
            secrets: HashMap::new(),
        })
    }

    fn answer(&mut self, event: &[u8], request_id: &str) -> Result<String> {
        let began_at = Instant::now();
        let event: Event<'_> = serde_json::from_slice(event)?;
        let (status, body) = self.receive(&event)?;
        println!(
            "{}",
            json!({
                "level": "INFO",
                "message": "delivery",
                "request_id": request_id,
                "path": event.raw_path,
                "status": status,
                "outcome": body.get("status"),
                "event_id": body.get("id"),
                "duration_ms": began_at.elapsed().as_secs_f64() * 1000.0,
            })
        );
        let headers = json!({"content-type": "application/json"});
        Ok(json!({"statusCode": status, "headers": headers, "body": body.to_string()}).to_string())
    }

    fn receive(&mut self, event: &Event<'_>) -> Result<(u16, Value)> {
        let source = event.raw_path.strip_prefix("/hooks/").ok_or("no such path")?;
        let body: Cow<'_, [u8]> = if event.is_base64_encoded {
            Cow::Owned(STANDARD.decode(event.body.as_bytes())?)
        } else {
            Cow::Borrowed(event.body.as_bytes())
        };
        let given = event.headers.get("x-get3w-signature").map(|text| text.to_ascii_lowercase()).unwrap_or_default();
        let is_genuine = self.secrets(source)?.iter().any(|secret| {
            let expected = hex(&hmac(secret.as_bytes(), &body));
            // No early end at the first difference.
            expected.len() == given.len()
                && expected.bytes().zip(given.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
        });
        if !is_genuine {
            return Ok((401, json!({"error": "the delivery could not be verified"})));
        }
        let Prediction { id, status } = serde_json::from_slice(&body)?;
        let id = format!("{source}/{id}/{status}");
        let body_sha256 = sha256_hex(&body);
        let now_millis = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
        let key = format!("bodies/{}/{body_sha256}", sha256_hex(id.as_bytes()));
        let kept_body = if body.len() <= INLINE_BODY_BYTES {
            format!(r#""body":{{"B":"{}"}}"#, STANDARD.encode(&body))
        } else {
            let path = format!("/{}/{key}", self.bucket);
            let put = Call { method: "PUT", path: &path, target: None, body: &body };
            self.s3.call(&self.signer, &put)?;
            format!(r#""body_ref":{{"M":{{"bucket":{{"S":"{}"}},"key":{{"S":"{key}"}}}}}}"#, self.bucket)
        };
        let (json_id, json_status, due_at) = (json!(id), json!(status), now_millis + DUE_MILLIS);
        let shard = u8::from_str_radix(&body_sha256[..2], 16)? % 64;
        let put = format!(
            r#"{{"TableName":"{}","ConditionExpression":"attribute_not_exists(id)","Item":{{"id":{{"S":{json_id}}},"state":{{"S":"received"}},"source":{{"S":"{source}"}},"type":{{"S":{json_status}}},"received_at":{{"N":"{now_millis}"}},"due_at":{{"N":"{due_at}"}},"due_shard":{{"S":"{shard:02}"}},"body_sha256":{{"S":"{body_sha256}"}},{kept_body}}}}}"#,
            self.table
        );
        let put = Call::json("DynamoDB_20120810.PutItem", &put);
        let answer = self.dynamodb.send(&self.signer, &put)?;
        if answer.status == 400 && contains(&answer.message.body, b"ConditionalCheckFailedException") {
            return Ok((200, json!({"status": "duplicate", "id": id})));
        }
        expect_ok("PutItem", &answer)?;
        let sent_body = if body.len() <= MESSAGE_BODY_BYTES {
            format!(r#"{{"text":{}}}"#, json!(std::str::from_utf8(&body)?))
        } else {
            format!(r#"{{"s3":{{"bucket":"{}","key":"{key}"}}}}"#, self.bucket)
        };
        let message = format!(
            r#"{{"id":{json_id},"source":"{source}","type":{json_status},"received_at":{now_millis},"body_sha256":"{body_sha256}","body":{sent_body}}}"#
        );
        let send = format!(
            r#"{{"QueueUrl":"{}","MessageBody":{},"MessageGroupId":"{source}"}}"#,
            self.queue_url,
            json!(message)
        );
        self.sqs.call(&self.signer, &Call::json("AmazonSQS.SendMessage", &send))?;
        Ok((200, json!({"status": "accepted", "id": id})))
    }

    fn secrets(&mut self, source: &str) -> Result<&[String]> {
        if !self.secrets.contains_key(source) {
            #[derive(Deserialize)]
            #[serde(rename_all = "PascalCase")]
            struct Answer {
                secret_string: String,
            }
            #[derive(Deserialize)]
            struct Source {
                secrets: Vec<String>,
            }
            let get = json!({"SecretId": format!("{}/source/{source}", self.prefix)}).to_string();
            let get = Call::json("secretsmanager.GetSecretValue", &get);
            let answer = self.secrets_manager.call(&self.signer, &get)?;
            let answer: Answer = serde_json::from_slice(&answer.message.body)?;
            let known: Source = serde_json::from_str(&answer.secret_string)?;
            self.secrets.insert(source.to_owned(), known.secrets);
        }
        Ok(&self.secrets[source])
    }
}

struct Call<'a> {
    method: &'static str,
    path: &'a str,
    target: Option<&'static str>,
    body: &'a [u8],
}

impl<'a> Call<'a> {
    const fn json(target: &'static str, body: &'a str) -> Call<'a> {
        Call { method: "POST", path: "/", target: Some(target), body: body.as_bytes() }
    }
}

/// A service, and the connection to it once there is one.
struct Endpoint {
    service: &'static str,
    url: String,
    tls: Option<Arc<ClientConfig>>,
    stream: Option<Connection<Box<dyn Stream>>>,
}

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

impl Endpoint {
    /// Calls the service and takes nothing but success.
    fn call(&mut self, signer: &Signer, call: &Call<'_>) -> Result<Response> {
        let answer = self.send(signer, call)?;
        expect_ok(call.target.unwrap_or(call.method), &answer)?;
        Ok(answer)
    }

    fn send(&mut self, signer: &Signer, call: &Call<'_>) -> Result<Response> {
        let (scheme, host) = self.url.split_once("://").ok_or("an endpoint is a URL")?;
        let target = call.target.map(|target| ("x-amz-target", target));
        let content_type = call.target.map(|_| ("content-type", "application/x-amz-json-1.0"));
        let headers: Vec<(&str, &str)> = content_type.into_iter().chain(target).collect();
        let identity = signer.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&signer.region)
            .name(self.service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?;
        let url = format!("{}{}", self.url, call.path);
        let signable =
            SignableRequest::new(call.method, &url, headers.iter().copied(), SignableBody::Bytes(call.body))?;
        let (signature, _) = sign(signable, &params.into())?.into_parts();
        let mut request = format!("{} {} HTTP/1.1\r\nhost: {host}\r\n", call.method, call.path).into_bytes();
        for (name, value) in headers.into_iter().chain(signature.headers()) {
            write!(request, "{name}: {value}\r\n")?;
        }
        write!(request, "content-length: {}\r\n\r\n", call.body.len())?;
        request.extend_from_slice(call.body);
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(open(host, self.tls.clone().filter(|_| scheme == "https"))?),
        };
        stream.write(&request)?;
        Ok(stream.read_response()?)
    }
}

fn open(host: &str, tls: Option<Arc<ClientConfig>>) -> Result<Connection<Box<dyn Stream>>> {
    let stream = TcpStream::connect(host)?;
    stream.set_nodelay(true)?;
    let Some(config) = tls else { return Ok(Connection::new(Box::new(stream))) };
    let name = host.split(':').next().unwrap_or_default().to_owned();
    let connection = ClientConnection::new(config, ServerName::try_from(name)?)?;
    Ok(Connection::new(Box::new(StreamOwned::new(connection, stream))))
}

fn connect(address: &str) -> Result<Connection<TcpStream>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(Connection::new(stream))
}

fn trusting(path: &str) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(path)?)?;
    Ok(Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()))
}

fn expect_ok(what: &str, answer: &Response) -> Result<()> {
    if answer.status == 200 {
        return Ok(());
    }
    Err(Error::from(format!("{what}: {} {}", answer.status, String::from_utf8_lossy(&answer.message.body))))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
