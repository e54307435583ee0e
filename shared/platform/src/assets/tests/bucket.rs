//! As much of S3 as storing a copy needs. It keeps nothing but what was asked of it.

use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Region, RequestChecksumCalculation};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::assets::Assets;

/// The requests in order: method, what of, and how many bytes.
pub(crate) type Requests = Arc<Mutex<Vec<String>>>;

/// A bucket, and what was asked of it. Under the key `taken` stands something already.
pub(crate) async fn bucket() -> (Assets, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Requests::default();
    let kept = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let kept = Arc::clone(&kept);
            tokio::spawn(async move { serve(BufReader::new(stream), &kept).await });
        }
    });
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .endpoint_url(format!("http://{address}"))
        .force_path_style(true)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .time_source(SharedTimeSource::new(SystemTimeSource::new()))
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .retry_config(RetryConfig::disabled())
        .build();
    let client = aws_sdk_s3::Client::from_conf(config);
    (Assets { client, bucket: "bucket".to_owned(), limit: Assets::LIMITS.operation }, requests)
}

/// Answers one request after the other until the client hangs up.
async fn serve(mut stream: BufReader<TcpStream>, requests: &Mutex<Vec<String>>) -> std::io::Result<()> {
    loop {
        let (mut head, mut line) = (String::new(), String::new());
        while stream.read_line(&mut line).await? > 2 {
            head.push_str(&line.to_ascii_lowercase());
            line.clear();
        }
        let Some((method, target)) = head.split_once(' ') else { return Ok(()) };
        let target = target.split(' ').next().unwrap_or_default().trim_start_matches("/bucket/");
        let (key, query) = target.split_once('?').unwrap_or((target, ""));
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let length: u64 = header("content-length:").and_then(|length| length.parse().ok()).unwrap_or(0);
        let read = tokio::io::copy(&mut (&mut stream).take(length), &mut tokio::io::sink()).await?;
        let of_part = query.split('&').find_map(|pair| pair.strip_prefix("partnumber="));
        let (what, answer) = match (method, of_part) {
            ("put", Some(part)) => (format!("part {part} of {read} bytes"), String::new()),
            ("put", None) => (format!("put {read} bytes"), String::new()),
            ("post", _) if query.contains("uploads") => (
                "begin".to_owned(),
                "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>".to_owned(),
            ),
            ("post", _) => ("complete".to_owned(), "<CompleteMultipartUploadResult/>".to_owned()),
            ("delete", _) => ("abort".to_owned(), String::new()),
            _ => (method.to_owned(), String::new()),
        };
        let is_refused = key == "taken" && header("if-none-match:") == Some("*");
        let condition = header("if-none-match:").map(|condition| format!(" if-none-match {condition}"));
        requests.lock().unwrap().push(format!("{what}{}", condition.unwrap_or_default()));
        let (status, answer) =
            if is_refused { (412, "<Error><Code>PreconditionFailed</Code></Error>".to_owned()) } else { (200, answer) };
        let length = answer.len();
        let answer = format!("HTTP/1.1 {status} Status\r\netag: \"e\"\r\ncontent-length: {length}\r\n\r\n{answer}");
        stream.write_all(answer.as_bytes()).await?;
    }
}
