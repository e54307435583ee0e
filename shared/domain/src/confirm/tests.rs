mod csm;
mod get3w;
mod glossi;
mod job_inquiry;
mod modelslab;

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::*;
use crate::digest::Digest;
use crate::event::Origin;
use crate::event::event_id::EventId;
use crate::provider::Provider;
use crate::source::source_name::SourceName;
use crate::source::{Options, Source};
use crate::time::Timestamp;

const KEY: &str = "sk-0123456789";
const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn event(provider: Provider, verified_by: VerifiedBy, body: &[u8]) -> Event {
    let source = SourceName::parse("test").unwrap();
    let head = provider.sender().unwrap().head(&BTreeMap::new(), body);
    Event {
        id: EventId::new(&source, head.key.iter().map(String::as_str)),
        source,
        provider,
        event_type: head.event_type,
        subject: head.subject,
        verified_by,
        key_meaning: crate::event::key_meaning::KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Webhook,
        replay: 0,
        received_at: Timestamp::from_millis(0),
        recorded_by: "delivery".to_owned(),
        headers: BTreeMap::new(),
        body_sha256: Digest::of(body),
    }
}

/// A source whose sender the operator has described: its jobs are asked for in the parts of an API.
fn own() -> Source {
    let scheme = json!({
        "scheme": {"kind": "url-token"},
        "forms": true,
        "shape": [{
            "subject": ["/job/id", "/job_id"],
            "report": [{"at": "/state", "equals": ["done"], "is": "job.completed"},
                {"at": "/state", "equals": ["broken"], "is": "job.failed"}],
        }],
        "poll": [{
            "method": "POST",
            "url": "https://api.example.com/{family}/{/account|/owner}/jobs/{id}",
            "headers": {"authorization": "Bearer {key}"},
            "body": {"ids": ["{id}"], "part": "{family}"},
            "answer": {
                "among": {"list": "/jobs", "id": "/no", "unknown": "/missing"},
                "when": [{"at": "/state", "present": true}],
                "webhook": [{"set": "/job/id", "from": "/no"}, {"set": "/state", "from": "/state"}],
            },
        }],
    });
    let secret = json!({
        "scheme": scheme,
        "token_sha256": [Digest::of(b"token").to_string()],
        "confirm": true,
        "api_key": KEY,
        "api_family": "video",
    });
    Source::parse(SourceName::parse("test").unwrap(), &secret.to_string()).unwrap()
}

fn options(provider: Provider) -> Options {
    let secret = json!({
        "provider": provider.as_str(),
        "token_sha256": [Digest::of(b"token").to_string()],
        "confirm": true,
        "api_key": KEY,
        "api_family": if provider == Provider::Meshy { "text-to-3d" } else { "video" },
    });
    Source::parse(SourceName::parse("test").unwrap(), &secret.to_string()).unwrap().options.unwrap()
}

fn need_of(provider: Provider, verified_by: VerifiedBy, webhook: &Value) -> ConfirmationNeed {
    let body = webhook.to_string().into_bytes();
    let event = event(provider, verified_by, &body);
    let sender = provider.sender().unwrap();
    need(
        &event,
        sender,
        &Canonical::of(sender, &BTreeMap::new(), &body),
        &body,
        options(provider).confirm.as_ref(),
        NOW,
    )
}

#[test]
fn what_arrived_under_confirm_is_not_believed_once_its_source_is_gone() {
    let provider = Provider::Luma;
    let body = json!({"id": "job-1", "state": "completed"}).to_string().into_bytes();
    let check = |verified_by, must_confirm, expected: &str| {
        let sender = provider.sender().unwrap();
        let event = Event { must_confirm, ..event(provider, verified_by, &body) };
        let need = need(&event, sender, &Canonical::of(sender, &BTreeMap::new(), &body), &body, None, NOW);
        assert_eq!(format!("{need:?}"), expected, "{verified_by}, {must_confirm}");
    };
    check(VerifiedBy::Token, true, "NoAccess");
    check(VerifiedBy::Token, false, "None");
    check(VerifiedBy::Signature, true, "None");
}

/// Checks whether and how `provider` is asked about `webhook`.
fn check_need(provider: Provider, webhook: &Value, expected: &Expect) {
    let told = match need_of(provider, VerifiedBy::Token, webhook) {
        ConfirmationNeed::None => "need not be asked".to_owned(),
        ConfirmationNeed::NoAccess => "cannot be asked now".to_owned(),
        ConfirmationNeed::Unaskable => "cannot be asked".to_owned(),
        ConfirmationNeed::Ask(inquiry) => {
            assert!(!format!("{inquiry:?}").contains(KEY));
            let ApiRequest { method, url, headers, body } = inquiry.request();
            let headers: Vec<String> = headers
                .iter()
                .filter(|(name, _)| !["accept", "user-agent"].contains(&name.as_str()))
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            [vec![format!("{method} {url}")], headers, vec![body.clone()]].concat().join("\n").trim_end().to_owned()
        }
    };
    expected.assert_eq(&told);
}

/// Checks what `webhook` comes to after the API answered.
fn check(provider: Provider, webhook: &Value, status: u16, answer: &Value, expected: &Expect) {
    let ConfirmationNeed::Ask(inquiry) = need_of(provider, VerifiedBy::Token, webhook) else {
        panic!("{webhook} is not asked")
    };
    let told = match inquiry.check(&ApiAnswer { status, body: answer.to_string().into_bytes(), retry_after: None }) {
        Confirmation::Agrees(canonical) => {
            let Canonical { head, details, .. } = *canonical;
            let assets: Vec<String> = details.assets.iter().map(|asset| asset.url.clone()).collect();
            let error = details.error.and_then(|error| error.message).unwrap_or_default();
            let parts = [head.event_type.to_string(), details.job.id.unwrap_or_default(), assets.join(" "), error];
            format!("agrees: {}", parts.join(" ").trim_end())
        }
        Confirmation::NotYet { reason } => format!("not yet: {reason}"),
        Confirmation::Unknown => "unknown".to_owned(),
        Confirmation::Contradicts => "contradicts".to_owned(),
    };
    expected.assert_eq(&told);
}

/// The transcript is another one than the request whose end the event claims: whoever knows the URL could name any.
#[test]
fn an_unsigned_body_is_asked_about_by_the_id_of_its_event_alone() {
    let forged = json!({
        "type": "speech_to_text_transcription",
        "transcription_id": "another",
        "data": {"request_id": "job-1", "transcription": {}},
    });
    check_need(Provider::Elevenlabs, &forged, &expect!["cannot be asked"]);
}

/// A text that was cut inside an emoji, in the delivery and in the answer.
#[test]
fn half_an_emoji_is_no_reason_not_to_ask_and_not_to_believe() {
    let body = br#"{"id":"pred_1","status":"completed","input":"\ud83d"}"#;
    let (event, sender) = (event(Provider::Get3w, VerifiedBy::Token, body), Provider::Get3w.sender().unwrap());
    let canonical = Canonical::of(sender, &BTreeMap::new(), body);
    let ConfirmationNeed::Ask(inquiry) =
        need(&event, sender, &canonical, body, options(Provider::Get3w).confirm.as_ref(), NOW)
    else {
        panic!("it is not asked about")
    };
    let check = |answer: &[u8], expected: bool| {
        let Confirmation::Agrees(told) =
            inquiry.check(&ApiAnswer { status: 200, body: answer.to_vec(), retry_after: None })
        else {
            panic!("{}", answer.escape_ascii())
        };
        assert_eq!(told.is_json, expected, "{}", answer.escape_ascii());
    };
    check(br#"{"data":{"id":"pred_1","status":"completed","input":"\ud83d\ude00"}}"#, true);
    check(br#"{"data":{"id":"pred_1","status":"completed","input":"\ud83d"}}"#, false);
}

#[test]
fn what_is_signed_or_not_to_be_confirmed_is_not_asked_about() {
    let webhook = json!({"id": "pred_1", "status": "completed"});
    for verified_by in [VerifiedBy::Signature, VerifiedBy::Confirmed] {
        assert!(matches!(need_of(Provider::Get3w, verified_by, &webhook), ConfirmationNeed::None));
    }
    let body = webhook.to_string().into_bytes();
    let event = event(Provider::Get3w, VerifiedBy::Token, &body);
    let sender = Provider::Get3w.sender().unwrap();
    assert!(matches!(
        need(&event, sender, &Canonical::of(sender, &BTreeMap::new(), &body), &body, None, NOW),
        ConfirmationNeed::None
    ));
}

#[test]
fn senders_that_sign_nothing_are_asked_for_the_job() {
    let check = |provider: Provider, webhook: Value, answer: Value, asked: Expect, told: Expect| {
        check_need(provider, &webhook, &asked);
        check(provider, &webhook, 200, &answer, &told);
    };
    check(
        Provider::Luma,
        json!({"id": "g1", "state": "completed", "assets": {"video": "https://forged.example/a.mp4"}}),
        json!({"id": "g1", "state": "completed", "assets": {"video": "https://genuine.example/a.mp4"}}),
        expect![[r#"
            GET https://api.lumalabs.ai/dream-machine/v1/generations/g1
            authorization: Bearer sk-0123456789"#]],
        expect!["agrees: landfall.job.completed g1 https://genuine.example/a.mp4"],
    );
    check(
        Provider::Piapi,
        json!({"timestamp": 1, "data": {"task_id": "t1", "status": "completed"}}),
        json!({"code": 200, "data": {"task_id": "t1", "status": "completed", "output": {"image_url": "https://genuine.example/a.png"}}}),
        expect![[r#"
            GET https://api.piapi.ai/api/v1/task/t1
            x-api-key: sk-0123456789"#]],
        expect!["agrees: landfall.job.completed t1 https://genuine.example/a.png"],
    );
    check(
        Provider::Assemblyai,
        json!({"transcript_id": "t1", "status": "completed"}),
        json!({"id": "t1", "status": "error", "error": "no speech"}),
        expect![[r#"
            GET https://api.assemblyai.com/v2/transcript/t1
            authorization: sk-0123456789"#]],
        expect!["contradicts"],
    );
    check(
        Provider::Leonardo,
        json!({"type": "image_generation.complete", "data": {"object": {"id": "g1", "status": "COMPLETE"}}}),
        json!({"generations_by_pk": {"id": "g1", "status": "COMPLETE", "generated_images": [{"url": "https://genuine.example/a.jpg"}]}}),
        expect![[r#"
            GET https://cloud.leonardo.ai/api/rest/v1/generations/g1
            authorization: Bearer sk-0123456789"#]],
        expect!["agrees: landfall.job.completed g1 https://genuine.example/a.jpg"],
    );
    check(
        Provider::Meshy,
        json!({"id": "t1", "status": "SUCCEEDED", "progress": 100}),
        json!({"id": "t1", "status": "IN_PROGRESS", "progress": 50}),
        expect![[r#"
            GET https://api.meshy.ai/openapi/v2/text-to-3d/t1
            authorization: Bearer sk-0123456789"#]],
        expect!["not yet: the sender's API says that it has not ended yet"],
    );
}

#[test]
fn an_operators_own_sender_is_asked_by_its_description() {
    let source = own();
    let need_of_body = |body: String| {
        let body = body.into_bytes();
        let event = Event { provider: Provider::Custom, ..event(Provider::Csm, VerifiedBy::Token, &body) };
        let canonical = Canonical::of(&source.sender, &BTreeMap::new(), &body);
        let access = source.options.as_ref().unwrap().confirm.as_ref();
        need(&event, &source.sender, &canonical, &body, access, NOW)
    };
    let need_of = |webhook: &Value| need_of_body(webhook.to_string());
    let done = json!({"job": {"id": "../7"}, "state": "done", "owner": "a?b"});
    let ConfirmationNeed::Ask(inquiry) = need_of(&done) else { panic!("it is not asked") };
    let ApiRequest { method, url, body, .. } = inquiry.request();
    assert_eq!(format!("{method} {url}"), "POST https://api.example.com/video/a%3Fb/jobs/..%2F7");
    assert_eq!(body, r#"{"ids":["../7"],"part":"video"}"#);
    assert!(inquiry.request().headers.contains(&("authorization".to_owned(), format!("Bearer {KEY}"))));
    let outcome = |answer: Value| {
        let answer = ApiAnswer { status: 200, body: answer.to_string().into_bytes(), retry_after: None };
        match inquiry.check(&answer) {
            Confirmation::Agrees(_) => "agrees".to_owned(),
            other => format!("{other:?}"),
        }
    };
    assert_eq!(outcome(json!({"jobs": [{"no": "8"}, {"no": "../7", "state": "done"}]})), "agrees");
    assert_eq!(outcome(json!({"jobs": [{"no": "../7", "state": "broken"}]})), "Contradicts");
    assert_eq!(outcome(json!({"jobs": [], "missing": ["../7"]})), "Unknown");
    for senseless in [json!({"jobs": []}), json!({"jobs": [{"no": "../7"}]}), json!([]), json!({"jobs": "../7"})] {
        let told = r#"NotYet { reason: "the sender's API answered something that makes no sense" }"#;
        assert_eq!(outcome(senseless), told);
    }
    let ConfirmationNeed::Ask(of_form) = need_of_body("job_id=7&state=done&owner=a".to_owned()) else {
        panic!("a form is not asked")
    };
    assert_eq!(of_form.request().url, "https://api.example.com/video/a/jobs/7");
    for unaskable in
        [json!({"job": {"id": "7"}, "state": "done"}), json!({"job": {"id": ".."}, "state": "done", "owner": "a"})]
    {
        assert!(matches!(need_of(&unaskable), ConfirmationNeed::Unaskable), "{unaskable}");
    }
}
