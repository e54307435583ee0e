//! What a second body of one sender is: another event, or a retry of the first.
//!
//! The cases are of senders that come to one state of a thing twice, and of senders that write a retry anew.

use domain::delivery::{Delivery, RequestUrl};
use domain::digest::Digest;
use domain::event::{Event, VerifiedBy};
use domain::ledger::admit::{Admission, admit};
use domain::ledger::item::Item;
use domain::ledger::record::{PackedBody, RecordBody};
use domain::ledger::schedule::Schedule;
use domain::provider::Provider;
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::time::time_scale::TimeScale;
use domain::verify::verify;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const SCHEDULE: Schedule = Schedule::at(TimeScale::REAL);
const TOKEN: &str = "token";
/// No header.
const BARE: &[(&str, &str)] = &[];

/// What comes of the second of two deliveries.
#[derive(Debug, PartialEq, Eq)]
enum Second {
    OtherEvent,
    Retry,
}

/// A source of the provider with a token in its URL alone, and what else its secret says.
fn source(provider: Provider, fields: &str) -> Source {
    let name = || SourceName::parse("test").expect("it is a name");
    let parse = |json: &str| Source::parse(name(), json).expect("the secret is whole");
    let digest = Digest::of(TOKEN.as_bytes());
    let by_token = parse(&format!(r#"{{"provider":"csm","token_sha256":["{digest}"]}}"#));
    let needs = match provider {
        Provider::Assemblyai => r#","token_header":"x-token","secrets":["0123456789abcdef01234567"]"#,
        Provider::Csm | Provider::Kling | Provider::Luma | Provider::Meshy | Provider::Modelslab => "",
        Provider::Fal => "",
        _ => r#","secrets":["whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"]"#,
    };
    let source = parse(&format!(r#"{{"provider":"{provider}","token_sha256":["{digest}"]{needs}{fields}}}"#));
    Source { credentials: by_token.credentials, ..source }
}

/// The event of a delivery that a token vouches for.
fn event(source: &Source, headers: &[(&str, &str)], body: &str, request_id: &str) -> Event {
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: Some(TOKEN.into()),
        headers: headers.iter().copied().collect(),
        body: body.as_bytes().to_vec(),
        received_at: NOW,
        request_id: request_id.to_owned(),
    };
    verify(delivery, source).expect("the token is right").event().clone()
}

fn second(first: &Event, second: &Event) -> Second {
    if first.id != second.id {
        return Second::OtherEvent;
    }
    let packed = PackedBody { bytes: Vec::new(), is_zstd: false };
    let record = Item::received(first, RecordBody::Inline(&packed), NOW).record_state().expect("the record is whole");
    match admit(&record, second, NOW, SCHEDULE) {
        Admission::Beside => Second::OtherEvent,
        Admission::Duplicate { .. } => Second::Retry,
        admission => panic!("{admission:?}"),
    }
}

/// Checks what the second of two deliveries is that a token vouches for.
fn check(
    provider: Provider,
    [first_headers, second_headers]: [&[(&str, &str)]; 2],
    bodies: [&str; 2],
    expected: Second,
) {
    let source = source(provider, "");
    let [one, two] = bodies;
    let told = second(&event(&source, first_headers, one, "1"), &event(&source, second_headers, two, "2"));
    assert_eq!(told, expected, "{provider}: {one}, then {two}");
}

/// The same where signatures cover the bodies.
fn check_signed(provider: Provider, bodies: [&str; 2], expected: Second) {
    let source = source(provider, "");
    let signed = |body| Event { verified_by: VerifiedBy::Signature, ..event(&source, BARE, body, "1") };
    assert_eq!(second(&signed(bodies[0]), &signed(bodies[1])), expected, "{provider}: {bodies:?}");
}

#[test]
fn a_thing_that_comes_to_a_state_again_makes_another_event() {
    check_signed(
        Provider::Glossi,
        [
            r#"{"event":"model.processed","data":{"modelId":"m"},"timestamp":"2025-01-01T00:00:00Z"}"#,
            r#"{"event":"model.processed","data":{"modelId":"m"},"timestamp":"2025-01-02T00:00:00Z"}"#,
        ],
        Second::OtherEvent,
    );
    check(
        Provider::Kie,
        [BARE; 2],
        [
            r#"{"code":200,"data":{"taskId":"veo_1","info":{"resultUrls":["https://example.com/1080.mp4"]}}}"#,
            r#"{"code":200,"data":{"taskId":"veo_1","info":{"resultUrls":["https://example.com/4k.mp4"]}}}"#,
        ],
        Second::OtherEvent,
    );
    check(
        Provider::Modelslab,
        [BARE; 2],
        [
            r#"{"status":"success","track_id":"mine","output":["https://example.com/1.png"]}"#,
            r#"{"status":"success","track_id":"mine","output":["https://example.com/2.png"]}"#,
        ],
        Second::OtherEvent,
    );
    check(
        Provider::Modelslab,
        [BARE; 2],
        [
            r#"{"training_status":"model_ready","model_id":"m","message":"trained in 20 minutes"}"#,
            r#"{"training_status":"model_ready","model_id":"m","message":"trained in 21 minutes"}"#,
        ],
        Second::OtherEvent,
    );
    check(
        Provider::Csm,
        [BARE; 2],
        [
            r#"{"type":"spin_generate_done","payload":{"session_id":"s","mesh_url":"https://example.com/1.glb"}}"#,
            r#"{"type":"spin_generate_done","payload":{"session_id":"s","mesh_url":"https://example.com/2.glb"}}"#,
        ],
        Second::OtherEvent,
    );
}

#[test]
fn headers_that_nobody_signs_tell_deliveries_apart_where_a_token_keeps_strangers_out() {
    let check = |provider, header, body| {
        let [one, two]: [&[(&str, &str)]; 2] = [&[(header, "1")], &[(header, "2")]];
        check(provider, [one, two], [body; 2], Second::OtherEvent);
        check(provider, [one, one], [body; 2], Second::Retry);
    };
    check(Provider::Github, "x-github-delivery", r#"{"action":"added","member":{"login":"somebody"}}"#);
    check(
        Provider::Heygen,
        "heygen-event-id",
        r#"{"event_type":"photo_avatar_train.success","event_data":{"id":"group"}}"#,
    );
    check(Provider::Twilio, "i-twilio-idempotency-token", "MessageSid=SM1&MessageStatus=sent");
}

#[test]
fn a_member_who_is_added_removed_and_added_again_makes_three_events() {
    let source = source(Provider::Github, "");
    let body = |action| format!(r#"{{"action":"{action}","scope":"team","member":{{"login":"somebody"}}}}"#);
    let deliveries = [("added", "1"), ("removed", "2"), ("added", "3"), ("added", "3")];
    let [added, removed, again, redelivered] = deliveries.map(|(action, guid)| {
        let headers = [("x-github-event", "membership"), ("x-github-delivery", guid)];
        event(&source, &headers, &body(action), "any")
    });
    assert_eq!([second(&added, &removed), second(&added, &again)], [Second::OtherEvent, Second::OtherEvent]);
    assert_eq!(second(&again, &redelivered), Second::Retry);
}

#[test]
fn a_product_that_is_removed_from_a_listing_twice_makes_two_events() {
    let source = source(Provider::Shopify, "");
    let removed = |id| {
        let headers = [("x-shopify-topic", "product_listings/remove"), ("x-shopify-webhook-id", id)];
        event(&source, &headers, r#"{"product_listing":{"product_id":1}}"#, "any")
    };
    assert_eq!(second(&removed("1"), &removed("2")), Second::OtherEvent);
    assert_eq!(second(&removed("1"), &removed("1")), Second::Retry);
}

#[test]
fn an_events_own_id_tells_a_retry_whatever_its_bytes() {
    check_signed(
        Provider::Stripe,
        [r#"{"id":"evt_1","pending_webhooks":2}"#, r#"{"id":"evt_1","pending_webhooks":1}"#],
        Second::Retry,
    );
    let linear = |time: u64| {
        format!(
            r#"{{"type":"Issue","action":"update","data":{{"id":"i"}},"createdAt":"2025-01-01T00:00:00Z","webhookTimestamp":{time}}}"#
        )
    };
    check_signed(Provider::Linear, [&linear(1), &linear(2)], Second::Retry);
}

#[test]
fn the_operator_can_say_what_a_second_body_is() {
    let check = |fields: &str, one: &str, two: &str, expected| {
        let source = source(Provider::Luma, fields);
        let told = second(&event(&source, BARE, one, "1"), &event(&source, BARE, two, "2"));
        assert_eq!(told, expected, "{fields}");
    };
    let [one, two] = [r#"{"id":"i","state":"completed","link":"1"}"#, r#"{"id":"i","state":"completed","link":"2"}"#];
    check("", one, two, Second::OtherEvent);
    check("", one, one, Second::Retry);
    check(r#","retries_differ":true"#, one, two, Second::Retry);
    check(r#","confirm":true,"api_key":"key""#, one, two, Second::Retry);
    check(r#","dedupe":"content""#, one, one, Second::Retry);
    check(r#","dedupe":"off""#, one, one, Second::OtherEvent);
}
