//! The client against servers that mean harm.

pub(crate) mod server;

use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::download::address;
use domain::download::target::Loopback;
use domain::provider::Provider;
use expect_test::expect;
use tokio::time::timeout;

use self::server::{Act, HOST, Server, content, path, redirect, roots, status, with_headers};
use super::*;
use crate::assets::StoreError;
use crate::assets::tests::bucket::bucket;
use crate::http_client::Lookup;
use crate::tls::tls;

pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on..";
/// Long enough for a loopback connection on a busy machine, short enough to wait for.
const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(30);
/// Nothing here may take so long, not even on a busy machine: less than every wait that a case does not shorten, so that
/// one that waits for the wrong thing is told from one that ends as it must.
const BOUND: Duration = Duration::from_secs(8);

/// One loopback address stands for the public internet here; all others are what they are.
fn check_address(address: IpAddr) -> Result<(), FetchRefusal> {
    if address == IpAddr::from([127, 0, 0, 1]) { Ok(()) } else { address::check(address) }
}

/// A client that finds [`HOST`] at the addresses that `lookup` gives, and has the waits of a test.
fn client(loopback: Loopback, waits: Waits, lookup: impl Fn() -> Vec<SocketAddr> + Send + Sync + 'static) -> Downloads {
    let lookup: Arc<Lookup> = Arc::new(move |_, _| {
        let addresses = lookup();
        Box::pin(async { Ok(addresses) })
    });
    let tls = || tls().with_root_certificates(roots());
    Downloads { client: HttpClient::with(loopback, tls, lookup, check_address), waits }
}

/// A client that reaches the plain servers here.
pub(crate) fn plain_client() -> Downloads {
    client(Loopback::AllowedForTests, WAITS, Vec::new)
}

/// A client that finds [`HOST`] at `address`, and no other server of this machine.
pub(crate) fn secure_client(address: SocketAddr) -> HttpClient {
    client(Loopback::Refused, WAITS, move || vec![address]).client
}

pub(crate) fn wanted<'a>(url: &'a str, max_bytes: u64, within: Duration) -> DownloadRequest<'a> {
    DownloadRequest {
        url,
        hosts: Hosts::of(Provider::Get3w.sender().unwrap(), &[]),
        named_as: Some("image/png"),
        max_bytes,
        within,
    }
}

/// Archives it, and tells how that went. Whatever the server does, this ends, and what was not fetched to its end leaves
/// no trace in the bucket.
async fn told(downloads: &Downloads, wanted: &DownloadRequest<'_>) -> String {
    let (assets, requests) = bucket().await;
    let archived = async {
        let download = downloads.open(wanted).await?;
        let media_type = download.media_type.clone();
        let stored = assets.store("free", wanted.named_as, download).await?;
        Ok::<_, StoreError>((stored.map(|archived| archived.size), media_type))
    };
    let archived = timeout(BOUND, archived).await.expect("it ends whatever the server does");
    let requests = requests.lock().unwrap().join("\n");
    let failure = match archived {
        Ok((Some(bytes), media_type)) => {
            assert_eq!(requests, format!("put {bytes} bytes if-none-match *"));
            return format!("{bytes} bytes of {}", media_type.as_deref().unwrap_or("whatever"));
        }
        Ok((None, _)) => panic!("another stands"),
        Err(StoreError::Service(trouble)) => panic!("{trouble}"),
        Err(StoreError::Fetch(failure)) => failure,
    };
    assert_eq!(requests, "", "something was stored");
    match failure {
        FetchError::Refused(refusal) => format!("refused: {refusal}"),
        FetchError::Retryable { reason } => format!("passing: {reason}"),
        failure => failure.to_string(),
    }
}

/// What comes of asking a test's own server, within a bound of 1000 bytes.
async fn told_of(waits: Waits, within: Duration, handler: impl Fn(&str) -> Act + Send + Sync + 'static) -> String {
    let server = Server::plain(handler).await;
    let url = format!("http://{}/a.png", server.address);
    told(&client(Loopback::AllowedForTests, waits, Vec::new), &wanted(&url, 1000, within)).await
}

async fn check(handler: impl Fn(&str) -> Act + Send + Sync + 'static, expected: &str) {
    assert_eq!(told_of(WAITS, LONG, handler).await, expected);
}

/// What comes of asking `host` as in production, where `server` is at its address.
async fn told_of_host(host: &str, server: &Server) -> String {
    let address = server.address;
    let client = client(Loopback::Refused, Waits { answer: 10 * SHORT, ..WAITS }, move || vec![address]);
    told(&client, &wanted(&format!("https://{host}/a.png"), 1000, LONG)).await
}

#[tokio::test]
async fn content_comes_whole() {
    check(|_| Act::Send(content("image/png", PNG)), "28 bytes of image/png").await;
    let large = [PNG, &[7; 900]].concat();
    check(move |_| Act::Send(content("image/png", &large)), "928 bytes of image/png").await;
    let chunks = [b"8\r\n", &PNG[..8], b"\r\n14\r\n", &PNG[8..], b"\r\n0\r\n\r\n"].concat();
    let chunked = "transfer-encoding: chunked\r\n";
    check(move |_| Act::Send(with_headers(chunked, &chunks)), "28 bytes of whatever").await;
    let server = Server::secure(|_| Act::Send(content("image/png", PNG))).await;
    assert_eq!(told_of_host(HOST, &server).await, "28 bytes of image/png");
}

#[tokio::test]
async fn each_status_is_told() {
    check(|_| status(404), "it is gone").await;
    check(|_| status(410), "it is gone").await;
    check(|_| status(403), "the sender answered 403").await;
    check(|_| status(429), "passing: the sender answered 429").await;
    check(|_| status(503), "passing: the sender answered 503").await;
}

#[tokio::test]
async fn two_redirects_are_followed_and_no_third() {
    let hops = |request: &str| match path(request) {
        "/a.png" => redirect("/b"),
        "/b" => redirect("/c"),
        _ => Act::Send(content("image/png", PNG)),
    };
    check(hops, "28 bytes of image/png").await;
    let server = Server::plain(|_| redirect("/a.png")).await;
    let url = format!("http://{}/a.png", server.address);
    let client = plain_client();
    assert_eq!(told(&client, &wanted(&url, 1000, LONG)).await, "refused: too_many_redirects");
    assert_eq!(server.connections(), 3);
    check(|_| Act::Send(b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n".to_vec()), "refused: invalid_url").await;
}

#[tokio::test]
async fn a_redirect_gets_around_no_rule() {
    let inside = Server::inside().await;
    for (location, refusal) in [
        (format!("http://{}/a.png", inside.address), "not_https"),
        (format!("https://{}/a.png", inside.address), "ip_literal"),
        ("http://127.0.0.1:9001/2018-06-01/runtime/invocation/next".to_owned(), "not_https"),
        ("https://169.254.169.254/latest/meta-data/".to_owned(), "ip_literal"),
        ("https://2852039166/latest/meta-data/".to_owned(), "ip_literal"),
        ("https://[::ffff:169.254.169.254]/".to_owned(), "ip_literal"),
        ("https://[64:ff9b::a9fe:a9fe]/".to_owned(), "ip_literal"),
        ("https://[::1]/".to_owned(), "ip_literal"),
        ("https://localhost/".to_owned(), "host_not_allowed"),
        ("//evil.example/a.png".to_owned(), "host_not_allowed"),
        (format!("http://{HOST}/a.png"), "not_https"),
        (format!("https://{HOST}:8443/a.png"), "port_not_allowed"),
        (format!("https://user:pass@{HOST}/a.png"), "user_info"),
        ("file:///proc/self/environ".to_owned(), "not_https"),
    ] {
        let to = location.clone();
        let server = Server::secure(move |_| redirect(&to)).await;
        assert_eq!(told_of_host(HOST, &server).await, format!("refused: {refusal}"), "{location}");
        assert_eq!(server.connections(), 1);
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_dialled() {
    let (inside, outside) = (Server::inside().await, Server::secure(|_| status(404)).await);
    let (inward, outward) = (inside.address, outside.address);
    let special = ["10.0.0.1:443", "169.254.169.254:443", "[::1]:443", "[::ffff:127.0.0.1]:443", "[fd00:ec2::254]:443"];
    let mut answers: Vec<Vec<SocketAddr>> = special.iter().map(|address| vec![address.parse().unwrap()]).collect();
    answers.extend([vec![inward], vec![outward, inward], vec![inward, outward]]);
    for answer in answers {
        let given = answer.clone();
        let client = client(Loopback::Refused, WAITS, move || given.clone());
        let url = format!("https://{HOST}/a.png");
        assert_eq!(told(&client, &wanted(&url, 1000, LONG)).await, "refused: address_not_public", "{answer:?}");
    }
    assert_eq!((inside.connections(), outside.connections()), (0, 0));
}

#[tokio::test]
async fn a_name_that_changes_its_answer_gains_nothing() {
    let inside = Server::inside().await;
    let outside = Server::secure(|request| match path(request) {
        "/a.png" => redirect("/b"),
        _ => Act::Send(content("image/png", PNG)),
    })
    .await;
    // As many answers as there are connections: what was checked is what is dialled, and nobody asks in between.
    let answers = Mutex::new(vec![inside.address, outside.address]);
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let client = client(Loopback::Refused, WAITS, move || {
        counted.fetch_add(1, Ordering::SeqCst);
        vec![answers.lock().unwrap().pop().unwrap()]
    });
    let url = format!("https://{HOST}/a.png");
    assert_eq!(told(&client, &wanted(&url, 1000, LONG)).await, "refused: address_not_public");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!((outside.connections(), inside.connections()), (1, 0));
}

#[tokio::test]
async fn an_endless_body_is_cut_off() {
    let endless = |headers: &str| Act::Repeat(with_headers(headers, PNG), vec![7; 64 * 1024]);
    check(move |_| endless("content-type: image/png\r\n"), "refused: too_large").await;
    check(move |_| endless("content-type: image/png\r\ncontent-length: 99999999999\r\n"), "refused: too_large").await;
    let chunk = [b"1000\r\n".as_slice(), &[b'7'; 0x1000], b"\r\n"].concat();
    let chunked = with_headers("transfer-encoding: chunked\r\n", b"");
    check(move |_| Act::Repeat(chunked.clone(), chunk.clone()), "refused: too_large").await;
    let headers = |_: &str| Act::Repeat(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-filler: and so on\r\n".to_vec());
    check(headers, "passing: message head is too large").await;
}

#[tokio::test]
async fn the_bound_is_exact() {
    let exactly = |bytes: usize| move |_: &str| Act::Send(content("image/png", &[PNG, &vec![7; bytes - 28]].concat()));
    check(exactly(1000), "1000 bytes of image/png").await;
    check(exactly(1001), "refused: too_large").await;
}

#[tokio::test]
async fn a_lying_length_is_not_believed() {
    // More than comes: the rest is missing. Less: HTTP says that the content ends there.
    check(|_| Act::Send(with_headers("content-length: 500\r\n", PNG)), "passing: the content broke off").await;
    check(|_| Act::Send(with_headers("content-length: 20\r\n", PNG)), "20 bytes of whatever").await;
    let twice = "content-length: 20\r\ncontent-length: 28\r\n";
    let expected = "passing: invalid content-length parsed";
    check(move |_| Act::Send(with_headers(twice, PNG)), expected).await;
    check(|_| Act::Send(with_headers("content-length: 99999999999\r\n", PNG)), "passing: the content broke off").await;
}

#[tokio::test]
async fn a_slow_sender_is_not_waited_for() {
    let waits = Waits { answer: SHORT, idle: SHORT };
    assert_eq!(told_of(waits, LONG, |_| Act::Stay).await, "passing: the sender did not answer in time");
    let stalled = |_: &str| Act::Drip(with_headers("content-length: 500\r\n", PNG), vec![7], LONG);
    assert_eq!(told_of(waits, LONG, stalled).await, "passing: the content arrived too slowly");
    // Never idle for long, and never done: the whole has a bound too.
    let drip = |_: &str| Act::Drip(with_headers("content-length: 999\r\n", PNG), vec![7], SHORT / 10);
    assert_eq!(
        told_of(Waits { idle: LONG, ..WAITS }, 2 * SHORT, drip).await,
        "passing: the content arrived too slowly"
    );
    assert_eq!(told_of(WAITS, SHORT, |_| Act::Stay).await, "passing: the sender did not answer in time");
}

#[tokio::test]
async fn encoded_content_is_not_taken() {
    for header in [
        "content-encoding: gzip",
        "content-encoding: br",
        "content-encoding: identity, gzip",
        "content-encoding: identity\r\ncontent-encoding: zstd",
        "transfer-encoding: gzip, chunked",
    ] {
        let headers = format!("content-type: image/png\r\n{header}\r\n");
        check(move |_| Act::Send(with_headers(&headers, PNG)), "refused: encoded").await;
    }
    check(|_| Act::Send(with_headers("content-encoding: identity\r\n", PNG)), "28 bytes of whatever").await;
}

#[tokio::test]
async fn content_of_another_type_is_not_taken() {
    check(|_| Act::Send(content("text/html", b"<!doctype html><p>expired")), "refused: wrong_type").await;
    check(|_| Act::Send(content("image/png", b"<Error><Code>AccessDenied</Code>")), "refused: wrong_type").await;
    check(|_| Act::Send(content("image/png", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0")), "refused: wrong_type").await;
}

#[tokio::test]
async fn only_the_host_itself_is_believed() {
    // Somebody else at its address, with a certificate that is good for another name, who learns nothing of what is wanted.
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    let server = Server::secure(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Act::Send(content("image/png", PNG))
    })
    .await;
    expect![[r#"passing: invalid peer certificate: certificate not valid for name "eu.get3w.com"; certificate is only valid for DnsName("cdn.get3w.com")"#]].assert_eq(&told_of_host("eu.get3w.com", &server).await);
    assert_eq!((server.connections(), requests.load(Ordering::SeqCst)), (1, 0));
    // And one without any.
    let server = Server::plain(|_| Act::Send(content("image/png", PNG))).await;
    expect!["passing: the sender did not answer in time"].assert_eq(&told_of_host(HOST, &server).await);
}

#[tokio::test]
async fn the_request_says_no_more_than_it_must() {
    let seen = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&seen);
    let server = Server::plain(move |request| {
        kept.lock().unwrap().push_str(request);
        Act::Send(content("image/png", PNG))
    })
    .await;
    let url = format!("http://{}/a b.png?sig=x#fragment", server.address);
    let client = plain_client();
    assert_eq!(told(&client, &wanted(&url, 1000, LONG)).await, "28 bytes of image/png");
    let seen = seen.lock().unwrap().replace(&server.address.to_string(), "host").replace('\r', "");
    expect![[r#"
        GET /a%20b.png?sig=x HTTP/1.1
        host: host
        accept: */*
        accept-encoding: identity
        user-agent: landfall/0.1.0

    "#]]
    .assert_eq(&seen);
}

/// Variables belong to a whole process, so this runs another test of this very binary in one of its own.
#[test]
fn no_proxy_variable_is_read() {
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "download::tests::content_comes_whole"]);
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        // Nobody listens there.
        again.env(name, "http://127.0.0.1:9").env(name.to_uppercase(), "http://127.0.0.1:9");
    }
    let output = again.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}
